"""Who matches and who of them enters, from the sources and from the ledger's memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from engine.audience.select import Key
from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import (
    BlownFuse,
    Candidates,
    Gate,
    blown_fuse,
    gates,
    let_through,
    without_zeros,
)
from engine.decide.facts import Decision
from engine.decide.stay import Cohort, Newcomers, enter_together, held_out_of, start_of
from engine.decide.waits import Clock
from engine.language.playbook import Entry, Fuse
from engine.ledger.bystanders import bystanders
from engine.ledger.erasure import erased_among
from engine.ledger.holds import approved_keys
from engine.ledger.names import equal_to_vanished
from engine.ledger.past import past_entries, past_entries_of_groups
from engine.ledger.runs import entered_in_run, never_ran, version_never_ran
from engine.ledger.store import Ledger, Unit
from engine.passes.gather import World
from engine.passes.portions import KeyPages, Portion, key_pages, portions_of

__all__ = ["Firing", "Matched", "by_hand", "candidates_among", "entries", "select"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of a playbook at an instant.

    `fire` is the identity of its slot, `actor` who fires it, `facts` what the audit is told of it
    (git commit, …), `first_run` the project's fuse for versions that never ran. `playbooks` are
    the names of all that the project has; none: nobody asks what is gone from it.
    """

    as_of: datetime
    fire: str
    actor: str
    first_run: Fuse | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    playbooks: frozenset[str] = frozenset()


def by_hand(as_of: datetime) -> str:
    """The identity of a run by hand: its instant."""
    return f"by hand {as_of.isoformat()}"


@dataclass(frozen=True, slots=True)
class Matched:
    """Who matches and who of them enters.

    `would` are those who pass the gates, `entering` those of them whom no fuse, approval or
    throttle keeps out; `skipped` says how many did not enter and why, `blown` which fuse held all.
    """

    keys: KeyPages
    would: tuple[Portion, ...]
    entering: tuple[Portion, ...]
    skipped: Mapping[str, int]
    blown: BlownFuse | None
    clock: Clock

    @property
    def entered(self) -> int:
        """How many enter."""
        return sum(each.number for each in self.entering)

    def cohorts(self, playbook: BoundPlaybook, as_of: datetime) -> Iterator[list[Cohort]]:
        """Those who enter, in portions that one transaction writes."""
        start = start_of(playbook, as_of, self.clock)
        first = 0
        for portion in self.entering:
            yield enter_together(start, *portion.who(), first=first)
            first += portion.number


def entries(
    playbook: BoundPlaybook,
    keys: Iterable[str],
    known: Candidates,
    as_of: datetime,
    *,
    clock: Clock,
) -> Iterator[Decision]:
    """The decisions that let some customers in, each under the number of its stay."""
    start = start_of(playbook, as_of, clock)
    who = _newcomers(list(keys), known)
    for cohort in enter_together(start, who, held_out_of(playbook, who.keys)):
        yield from cohort.entered()


def _newcomers(keys: Sequence[str], known: Candidates) -> Newcomers:
    return Newcomers(
        keys=keys,
        numbers=_of_each(keys, {key: past.count + 1 for key, past in known.past.items()}, 1),
        per=_of_each(keys, known.values, ""),
        each=_of_each(keys, known.groups, ""),
    )


def _of_each(keys: Sequence[str], said: Mapping[str, T], other: T) -> Sequence[T]:
    """What is said of each of some keys; most often nothing is of any."""
    return [said.get(key, other) for key in keys] if said else [other] * len(keys)


def select(
    playbook: BoundPlaybook, firing: Firing, facts: World, ledger: Ledger | None, *, run: str
) -> Matched:
    """Ask the sources who matches, and the ledger what it knows of them; `run` is empty in none.

    Page by page: of each only who passes the gates is kept, until the fuses have counted all.
    """
    keys = key_pages(facts.matched(playbook))
    would: list[Portion] = []
    skipped: Counter[str] = Counter()
    taken: set[str] = set()
    for page in keys.pages():
        known = candidates_among(playbook, page, facts, ledger, as_of=firing.as_of)
        found = gates(playbook.entry, known, taken)
        passed = [key for key, gate in found.items() if not gate]
        skipped.update(gate for gate in found.values() if gate)
        taken.update(known.groups[key] for key in passed if key in known.groups)
        would += portions_of(_newcomers(passed, known), known.held_out)
    of_run = _of_run(playbook, firing, facts, ledger, run=run)
    number = sum(each.number for each in would)
    blown = blown_fuse(playbook.entry, of_run, number)
    entering: list[Portion] = []
    if blown:
        skipped[Gate.FUSE] += number
    else:
        entering = list(_let_through(playbook.entry, would, of_run, skipped))
    told = without_zeros(skipped)
    return Matched(keys, tuple(would), tuple(entering), told, blown, facts.clock(playbook))


def _let_through(
    entry: Entry, would: Iterable[Portion], of_run: Candidates, skipped: Counter[str]
) -> Iterator[Portion]:
    """Those whom approval and throttle let in; the others are added to `skipped`."""
    if of_run.approved is None and entry.per_run is None:
        yield from would
        return
    entered = of_run.entered_before
    for portion in would:
        who, held_out = portion.who()
        known = replace(of_run, held_out=held_out, entered_before=entered)
        admitted, kept_out = let_through(entry, who.keys, known)
        skipped.update(kept_out)
        entered += sum(key not in held_out for key in admitted)
        if admitted:
            yield portion.only(admitted)


def candidates_among(
    playbook: BoundPlaybook,
    keys: Sequence[Key],
    facts: World,
    ledger: Ledger | None,
    *,
    as_of: datetime,
) -> Candidates:
    """What decides for each of some keys whether it may enter; nothing of the run as a whole."""
    texts = tuple(map(str, keys))
    counted_by = facts.counted_by(playbook, keys)
    known = Candidates(
        matched=texts,
        population=len(texts),
        as_of=as_of,
        zone=playbook.zone,
        holidays=facts.clock(playbook).holidays,
        meets_goal=facts.meeting(playbook, playbook.goal.when if playbook.goal else None, keys),
        meets_exit=facts.meeting(playbook, playbook.exit_when, keys),
        elsewhere=facts.elsewhere(playbook, texts),
        held_out=held_out_of(playbook, texts),
        values={key: value for key, (value, _) in counted_by.items() if value},
        groups={key: group for key, (_, group) in counted_by.items() if group},
    )
    if ledger is None:
        skips = not playbook.entry.existing_enter
        return replace(known, bystanders=frozenset(texts)) if skips else known
    with ledger.read() as unit:
        return replace(
            known,
            erased=erased_among(unit, playbook.audience.entity.name, texts),
            past=past_entries(unit, playbook.name, texts, valued=known.values),
            past_of_groups=past_entries_of_groups(
                unit,
                playbook.name,
                set(known.groups.values()),
                valued={known.groups[key] for key in known.values if key in known.groups},
            ),
            bystanders=_outside(unit, playbook, texts),
        )


def _of_run(
    playbook: BoundPlaybook, firing: Firing, facts: World, ledger: Ledger | None, *, run: str
) -> Candidates:
    """What decides for the run as a whole: nothing of anybody."""
    known = Candidates(
        matched=(),
        population=facts.population(playbook),
        as_of=firing.as_of,
        zone=playbook.zone,
        first_run=firing.first_run,
    )
    if ledger is None:
        return known
    name, version, existing = playbook.name, playbook.version, firing.playbooks
    with ledger.read() as unit:
        return replace(
            known,
            first_run=firing.first_run if version_never_ran(unit, name, version) else None,
            approved=approved_keys(unit, name, version, now=firing.as_of),
            entered_before=entered_in_run(unit, run),
            equals=equal_to_vanished(unit, name, version, existing=existing) if existing else "",
        )


def _outside(unit: Unit, playbook: BoundPlaybook, matched: Sequence[str]) -> frozenset[str]:
    if playbook.entry.existing_enter:
        return frozenset()
    if never_ran(unit, playbook.name):
        return frozenset(matched)
    return bystanders(unit, playbook.name, matched)
