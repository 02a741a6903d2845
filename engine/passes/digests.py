"""Digests of one pass: who waits for one is looked at again, and what holds goes out as one.

The decisions are those of `decide/gathering.py`; what they are made from is asked in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from engine.bind.acts import BoundEmail, BoundStep, digest_of
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Decision, Enrollment, NewTouch, TouchState
from engine.decide.gathering import (
    Gathered,
    GatheredStep,
    ItemFacts,
    Waiting,
    fire_for,
    gathered,
    look_again,
    sent_as_one,
    wait_on,
)
from engine.decide.journey import fails
from engine.decide.policy import NEVER_CONTACT
from engine.decide.stay import leave
from engine.decide.waits import Clock
from engine.ledger.store import Ledger
from engine.ledger.touches import existing_keys
from engine.messages.address import AddressError, normalise, parse_address
from engine.messages.failures import NO_RECIPIENT
from engine.passes.gates import Gates
from engine.schedule import Fire
from engine.steps.drafts import Customer, Draft, House, Told
from engine.steps.persons import Values, first_set
from engine.steps.table import DigestPress, digest_press

__all__ = ["DigestFacts", "Digests", "Printed", "gather", "told_of"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A digest as it is to be written; `refused` are those that it could not tell of, and why."""

    touch: NewTouch
    refused: Mapping[str, str]


class DigestFacts(Protocol):
    """What a pass asks of the sources about those who wait for digests."""

    def clock(self, playbook: BoundPlaybook) -> Clock:
        """The calendar that a playbook keeps."""

    def of_items(
        self, playbook: BoundPlaybook, enrollments: Sequence[Enrollment]
    ) -> Mapping[str, ItemFacts]:
        """By enrollment id, what is known of those who wait at their common step; not the gone."""

    def printed(self, groups: Sequence[Gathered]) -> Mapping[str, Printed]:
        """By idempotency key the digests of some groups; those that exist already are absent."""


def gather(
    waiting: Sequence[Enrollment],
    versions: Callable[[str], BoundPlaybook | None],
    facts: DigestFacts,
    as_of: datetime,
) -> list[Decision]:
    """What becomes of everyone whose digest has fired; nothing of those who cannot be asked."""
    decisions: list[Decision] = []
    told: list[tuple[Waiting, Fire]] = []
    for group in _by_step(waiting):
        playbook = versions(group[0].version)
        if playbook is not None:
            decided, holding = _looked_at(playbook, group, facts, as_of)
            decisions += decided
            told += holding
    return decisions + _sent(gathered(told), facts, as_of) if told else decisions


def _looked_at(
    playbook: BoundPlaybook, group: Sequence[Enrollment], facts: DigestFacts, as_of: datetime
) -> tuple[list[Decision], list[tuple[Waiting, Fire]]]:
    clock = facts.clock(playbook)
    fire = fire_for(playbook, group[0], as_of, clock=clock)
    if fire is None:
        late = (wait_on(playbook, each, "late", as_of=as_of) for each in group)
        return [decision for decided in late for decision in decided], []
    known = facts.of_items(playbook, group)
    decisions: list[Decision] = []
    told: list[tuple[Waiting, Fire]] = []
    for each in group:
        one = known.get(each.id)
        if one is None:
            decisions.append(leave(each, "gone"))
            continue
        decided = look_again(playbook, each, one, as_of=as_of, clock=clock)
        decisions += decided
        if not decided and one.who is not None:
            told.append((Waiting(playbook, one.customer, one.person, one.who), fire))
    return decisions, told


def _sent(groups: Sequence[Gathered], facts: DigestFacts, as_of: datetime) -> list[Decision]:
    made = facts.printed(groups)
    decisions: list[Decision] = []
    for group in groups:
        printed = made.get(group.id)
        refused = printed.refused if printed else {}
        about = [each for each in group.items if each.enrollment.id not in refused]
        for each in group.items:
            why = refused.get(each.enrollment.id)
            if printed is None:
                decisions += wait_on(each.playbook, each.enrollment, "late", as_of=as_of)
            elif why is not None:
                decisions += fails(each.playbook, each.enrollment, why, at=as_of)
        if printed is not None and about:
            decisions += sent_as_one(printed.touch, about)
    return decisions


def _by_step(waiting: Iterable[Enrollment]) -> list[list[Enrollment]]:
    groups: dict[tuple[str, str], list[Enrollment]] = {}
    for each in waiting:
        groups.setdefault((each.version, each.step), []).append(each)
    return list(groups.values())


# ---------------------------------------------------------------- whom it is for


def told_of(step: BoundStep, facts: ItemFacts, *, never: Collection[str]) -> ItemFacts:
    """The same facts, with the person that the digest is for; `never` are keys of `never_contact`.

    Who is no customer is told of everybody.
    """
    digest = digest_of(step)
    assert digest is not None  # nobody gathers at other steps
    who = first_set(digest.by, facts.customer.values)
    try:
        person = normalise(parse_address(who.address)) if who is not None else ""
    except AddressError:
        person = ""
    if who is None or not person:
        return replace(facts, refused=NO_RECIPIENT)
    is_refused = not who.is_team and facts.customer.enrollment.key in never
    return replace(facts, who=who, person=person, refused=NEVER_CONTACT if is_refused else "")


# ---------------------------------------------------------------- printing


class Digests:
    """Prints the digests of one pass.

    `house_of` gives what printing needs of a playbook, `values_of` the values of customers by the
    fields that a press needs. What this pass made is kept in memory: in a rehearsal the ledger
    never learns.
    """

    def __init__(
        self,
        gates: Gates,
        ledger: Ledger | None,
        *,
        house_of: Callable[[BoundPlaybook], House],
        values_of: Callable[
            [BoundPlaybook, Sequence[Enrollment], DigestPress], Mapping[str, Values]
        ],
    ) -> None:
        self._gates = gates
        self._ledger = ledger
        self._house_of = house_of
        self._values_of = values_of
        self._made: set[str] = set()

    def printed(self, groups: Sequence[Gathered]) -> dict[str, Printed]:
        """By idempotency key the digests of some groups; those that exist already are absent."""
        there = self._made | self._existing(groups)
        found: dict[str, Printed] = {}
        for same in _by_version(group for group in groups if group.id not in there):
            found |= self._of_version(same)
        self._made |= set(found)
        return found

    def _existing(self, groups: Sequence[Gathered]) -> frozenset[str]:
        if self._ledger is None:
            return frozenset()
        with self._ledger.read() as unit:
            return existing_keys(unit, [group.id for group in groups])

    def _of_version(self, groups: Sequence[Gathered]) -> dict[str, Printed]:
        playbook, step = groups[0].playbook, groups[0].step
        press = digest_press(self._house_of(playbook), step)
        values = self._values(playbook, groups, press)
        printed = [_printed(press, group, values) for group in groups]
        drafts = self._let_through(step, playbook, [draft for draft, _ in printed])
        return {
            draft.touch.id: Printed(draft.touch, refused)
            for draft, (_, refused) in zip(drafts, printed, strict=True)
        }

    def _values(
        self, playbook: BoundPlaybook, groups: Sequence[Gathered], press: DigestPress
    ) -> Mapping[str, Values]:
        """By enrollment; those of another version are asked again, as these words want them."""
        items = [each for group in groups for each in group.items]
        known = {each.enrollment.id: each.customer.values for each in items}
        others = [each.enrollment for each in items if each.playbook.version != playbook.version]
        return {**known, **self._values_of(playbook, others, press)} if others else known

    def _let_through(
        self, step: GatheredStep, playbook: BoundPlaybook, drafts: Sequence[Draft]
    ) -> Sequence[Draft]:
        if not isinstance(step, BoundEmail):
            return drafts
        return self._gates.let_through(step, playbook, drafts, never=())


def _by_version(groups: Iterable[Gathered]) -> list[list[Gathered]]:
    found: dict[tuple[str, str], list[Gathered]] = {}
    for group in groups:
        found.setdefault((group.playbook.version, group.step.id), []).append(group)
    return list(found.values())


def _printed(
    press: DigestPress, group: Gathered, values: Mapping[str, Values]
) -> tuple[Draft, dict[str, str]]:
    """One digest; whoever alone makes it fail is left out, where there are others."""
    customers = [Customer(each.enrollment, values[each.enrollment.id]) for each in group.items]
    draft = press.digest(_told(group, customers))
    if draft.touch.state is not TouchState.FAILED or len(customers) == 1:
        return draft, {}
    alone = {each.enrollment.id: press.digest(_told(group, [each])).touch for each in customers}
    refused = {id_: touch.reason for id_, touch in alone.items() if _fails(touch)}
    kept = [each for each in customers if each.enrollment.id not in refused]
    if not kept:
        return draft, {}
    return press.digest(_told(group, kept)), refused


def _fails(touch: NewTouch) -> bool:
    return touch.state is TouchState.FAILED


def _told(group: Gathered, customers: Sequence[Customer]) -> Told:
    return Told(group.id, group.fire.at, group.who, tuple(customers))
