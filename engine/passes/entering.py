"""Who matches and who of them enters, from the sources and from the ledger's memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.audience.select import Key
from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import Admission, Candidates, admit
from engine.decide.facts import Decision
from engine.decide.stay import Cohort, Newcomers, enter_together, held_out_of, start_of
from engine.decide.waits import Clock
from engine.language.playbook import Fuse
from engine.ledger.erasure import erased_among
from engine.ledger.holds import approved_keys
from engine.ledger.names import equal_to_vanished
from engine.ledger.past import past_entries, past_entries_of_groups
from engine.ledger.runs import bystanders, entered_in_run, never_ran, version_never_ran
from engine.ledger.store import Ledger, Unit
from engine.passes.walk import Facts

__all__ = ["Firing", "Matched", "candidates_among", "entries", "select"]

_PORTION = 20_000  # enrollments written in one transaction


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


@dataclass(frozen=True, slots=True)
class Matched:
    """Who matches and who of them enters; `known` is what that was decided from."""

    keys: tuple[str, ...]
    admission: Admission
    known: Candidates
    clock: Clock

    def cohorts(self, playbook: BoundPlaybook, as_of: datetime) -> Iterator[list[Cohort]]:
        """Those whom entry admits, in portions that one transaction writes."""
        start = start_of(playbook, as_of, self.clock)
        entering, held_out = self.admission.entering, self.known.held_out
        for first in range(0, len(entering), _PORTION):
            who = _newcomers(entering[first : first + _PORTION], self.known)
            yield enter_together(start, who, held_out, first=first)


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
        numbers=[known.past[key].count + 1 if key in known.past else 1 for key in keys],
        per=[known.values.get(key, "") for key in keys],
        each=[known.groups.get(key, "") for key in keys],
    )


def select(
    playbook: BoundPlaybook, firing: Firing, facts: Facts, ledger: Ledger | None, *, run: str
) -> Matched:
    """Ask the sources who matches, and the ledger what it knows of them; `run` is empty in none."""
    keys = facts.matched(playbook)
    known = candidates_among(playbook, keys, facts, ledger, as_of=firing.as_of)
    known = replace(known, population=facts.population(playbook), first_run=firing.first_run)
    if ledger is not None:
        with ledger.read() as unit:
            known = _with_run(unit, known, playbook, firing, run=run)
    admission = admit(playbook.entry, known)
    return Matched(tuple(known.matched), admission, known, facts.clock(playbook))


def candidates_among(
    playbook: BoundPlaybook,
    keys: Sequence[Key],
    facts: Facts,
    ledger: Ledger | None,
    *,
    as_of: datetime,
) -> Candidates:
    """What decides for each of some keys whether it may enter; nothing of the run as a whole."""
    texts = tuple(str(key) for key in keys)
    counted_by = facts.counted_by(playbook, keys)
    known = Candidates(
        matched=texts,
        population=len(texts),
        as_of=as_of,
        zone=playbook.zone,
        meets_goal=facts.meeting(playbook, playbook.goal.when if playbook.goal else None, keys),
        meets_exit=facts.meeting(playbook, playbook.exit_when, keys),
        elsewhere=facts.elsewhere(playbook, texts),
        held_out=held_out_of(playbook, texts),
        values={key: value for key, (value, _) in counted_by.items() if value},
        groups={key: group for key, (_, group) in counted_by.items() if group},
    )
    if ledger is None:
        return known
    with ledger.read() as unit:
        return replace(
            known,
            erased=erased_among(unit, playbook.audience.entity.name, texts),
            past=past_entries(unit, playbook.name, texts),
            past_of_groups=past_entries_of_groups(unit, playbook.name, set(known.groups.values())),
            bystanders=_outside(unit, playbook, texts),
        )


def _with_run(
    unit: Unit, candidates: Candidates, playbook: BoundPlaybook, firing: Firing, *, run: str
) -> Candidates:
    name, existing = playbook.name, firing.playbooks
    equals = equal_to_vanished(unit, name, playbook.version, existing=existing) if existing else ""
    return replace(
        candidates,
        first_run=firing.first_run if version_never_ran(unit, name, playbook.version) else None,
        approved=approved_keys(unit, name, playbook.version, now=firing.as_of),
        entered_before=entered_in_run(unit, run),
        equals=equals,
    )


def _outside(unit: Unit, playbook: BoundPlaybook, matched: Sequence[str]) -> frozenset[str]:
    if playbook.entry.existing_enter:
        return frozenset()
    if never_ran(unit, playbook.name):
        return frozenset(matched)
    return bystanders(unit, playbook.name)
