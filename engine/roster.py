"""Which playbooks a ledger knows, beside those that the project has now. Language, section 5.

A renamed one takes its history along; one that is gone ends its enrollments as `removed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from engine.bind.bind import bind_playbook
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Left, Outcome
from engine.ledger.holds import void_holds
from engine.ledger.identities import identity_of, keep_identity
from engine.ledger.journey import open_enrollments, record
from engine.ledger.names import carry_over, equal_to_vanished, known_as, playbooks_inside
from engine.ledger.store import Ledger, Unit
from engine.problems import Invalid, Refused
from engine.report.text import count
from engine.workplace import Workplace

__all__ = ["REMOVED", "as_known", "call_roll", "known_now", "still_inside"]

REMOVED = "removed"
"""The reason of those who leave because their playbook is gone from the project."""

_PAGE = 1_000  # enrollments ended in one transaction


def as_known(unit: Unit, playbook: BoundPlaybook) -> BoundPlaybook:
    """A playbook by the name and the identity that the ledger has it under now."""
    name = known_as(unit, playbook.name, playbook.formerly)
    return replace(playbook, name=name, identity=identity_of(unit, name))


def known_now(ledger: Ledger | None, playbook: BoundPlaybook) -> BoundPlaybook:
    """The same; without a ledger a playbook is known as what its file says."""
    if ledger is None:
        return playbook
    with ledger.read() as unit:
        return as_known(unit, playbook)


def call_roll(workplace: Workplace, ledger: Ledger, *, at: datetime, actor: str) -> list[str]:
    """Carry the history of renamed playbooks over, and end that of those that are gone.

    Gives a sentence about each that is gone and had somebody inside. Nobody is ended while it
    cannot be known whether the playbook is gone: where a file of a playbook cannot be read, or one
    that never ran says just the same.
    """
    with ledger.read() as unit:
        unsettled = [
            each
            for each in workplace.project.playbooks.values()
            if each.formerly or identity_of(unit, each.name) != each.name
        ]
    for playbook in unsettled:
        _settle_name(ledger, playbook.name, playbook.formerly, at=at, actor=actor)
    notes: list[str] = []
    for name, why_not in still_inside(workplace, ledger):
        if why_not:
            notes.append(f"{name} is not in the project, and those inside are held: {why_not}")
        else:
            people = count(_end(ledger, name, at=at, actor=actor), "enrollment")
            notes.append(f"{name} is gone from the project: {people} ended as removed")
    return notes


def _settle_name(
    ledger: Ledger, name: str, formerly: tuple[str, ...], *, at: datetime, actor: str
) -> None:
    try:
        with ledger.write() as unit:
            carry_over(unit, name, formerly, at=at, actor=actor)
            keep_identity(unit, name)
    except Refused:
        return  # its own run says so, and nothing of it goes on


# ---------------------------------------------------------------- playbooks that are gone


def still_inside(workplace: Workplace, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Playbooks that are gone and have somebody inside, each with why nobody is ended yet."""
    declared = workplace.project.playbooks
    kept = {*declared, *(name for each in declared.values() for name in each.formerly)}
    with ledger.read() as unit:
        gone = [name for name in playbooks_inside(unit) if name not in kept]
    if not gone:
        return
    unknown = _cannot_be_known(workplace)
    waiting = {} if unknown else _first_runs(workplace, ledger)
    for name in gone:
        newcomer = next((new for new, old in waiting.items() if old == name), "")
        if newcomer:
            yield name, f"{newcomer} says just the same and never ran; see `touchline held`"
        else:
            yield name, unknown


def _cannot_be_known(workplace: Workplace) -> str:
    """Why it cannot be told which playbooks are gone; empty where it can."""
    if not workplace.project.playbooks:
        return "the project has no playbook at all"
    unreadable = [*workplace.unreadable_playbooks]
    return f"{unreadable[0]} cannot be read" if unreadable else ""


def _first_runs(workplace: Workplace, ledger: Ledger) -> dict[str, str]:
    """Playbooks that never ran and say just what one said that is gone, with its name."""
    names = frozenset(workplace.project.playbooks)
    found: dict[str, str] = {}
    with ledger.read() as unit:
        for name in sorted(names):
            try:
                bound = bind_playbook(name, workplace.project, workplace.catalog)
            except Invalid:
                continue
            equal = equal_to_vanished(unit, name, bound.version, existing=names)
            found |= {name: equal} if equal else {}
    return found


def _end(ledger: Ledger, name: str, *, at: datetime, actor: str) -> int:
    """End everyone inside; what of their touches is not yet in doubt is dropped."""
    number = 0
    while True:
        with ledger.write() as unit:
            page = open_enrollments(unit, name, limit=_PAGE)
            left = [Left(each, Outcome.REMOVED, REMOVED) for each in page]
            record(unit, left, at=at, actor=actor, run="")
            number += len(left)
            if len(page) < _PAGE:
                void_holds(unit, name, at=at, actor=actor)
                return number
