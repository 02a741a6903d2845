"""Who matches and who of them enters, from the sources and from the ledger's memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import Admission, Candidates, admit
from engine.decide.facts import Decision
from engine.decide.journey import enter
from engine.language.playbook import Fuse
from engine.ledger.holds import approved_keys
from engine.ledger.journey import past_entries
from engine.ledger.runs import bystanders, entered_in_run, never_ran, version_never_ran
from engine.ledger.store import Ledger, Unit
from engine.passes.walk import Facts

__all__ = ["Firing", "Matched", "chunks", "entries", "select"]

_CHUNK = 1_000  # enrollments written in one transaction


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of a playbook at an instant.

    `fire` is the identity of its slot, `actor` who fires it, `facts` what the audit is told of it
    (git commit, …), `first_run` the project's fuse for versions that never ran.
    """

    as_of: datetime
    fire: str
    actor: str
    first_run: Fuse | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """Who matches and who of them enters."""

    keys: tuple[str, ...]
    admission: Admission


def select(
    playbook: BoundPlaybook, firing: Firing, facts: Facts, ledger: Ledger | None, *, run: str
) -> Matched:
    """Ask the sources who matches, and the ledger what it knows of them; `run` is empty in none."""
    keys = facts.matched(playbook)
    texts = tuple(str(key) for key in keys)
    candidates = Candidates(
        matched=texts,
        population=facts.population(playbook),
        as_of=firing.as_of,
        zone=playbook.zone,
        meets_exit=facts.meeting_exit(playbook, keys),
    )
    if ledger is None:
        return Matched(
            texts, admit(playbook.entry, replace(candidates, first_run=firing.first_run))
        )
    with ledger.read() as unit:
        known = _remembered(unit, candidates, playbook, firing, run=run)
    return Matched(texts, admit(playbook.entry, known))


def _remembered(
    unit: Unit, candidates: Candidates, playbook: BoundPlaybook, firing: Firing, *, run: str
) -> Candidates:
    name = playbook.name
    return replace(
        candidates,
        first_run=firing.first_run if version_never_ran(unit, name, playbook.version) else None,
        past=past_entries(unit, name, candidates.matched),
        bystanders=_outside(unit, playbook, candidates.matched),
        approved=approved_keys(unit, name, playbook.version, now=firing.as_of),
        entered_before=entered_in_run(unit, run),
    )


def _outside(unit: Unit, playbook: BoundPlaybook, matched: Sequence[str]) -> frozenset[str]:
    if playbook.entry.existing_enter:
        return frozenset()
    if never_ran(unit, playbook.name):
        return frozenset(matched)
    return bystanders(unit, playbook.name)


def entries(
    playbook: BoundPlaybook, found: Matched, firing: Firing, ledger: Ledger | None
) -> Iterator[Decision]:
    """The decisions that let in whom entry admits, each under the number of its stay."""
    entering = found.admission.entering
    past = {}
    if ledger is not None:
        with ledger.read() as unit:
            past = past_entries(unit, playbook.name, entering)
    for key in entering:
        number = past[key].count + 1 if key in past else 1
        yield enter(playbook, key, number, firing.as_of)


def chunks(decisions: Iterable[Decision]) -> Iterator[list[Decision]]:
    """Decisions in portions that one transaction writes."""
    remaining = iter(decisions)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk
