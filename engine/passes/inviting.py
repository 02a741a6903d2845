"""Those whom a step of another playbook asked in: who of them enters, and why the others do not.

An invitation takes the place of the segment, for the step's author has said who it is about. Every
gate of entry holds as for anybody else; `existing: skip`, the fuses and the throttle are about
those whom the segment finds, and do not ask for the invited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bind.conditions import BoundEveryone
from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import Candidates, Gate, gates
from engine.decide.facts import Decision
from engine.ledger.database import Overtaken
from engine.ledger.invitations import ENTERED, Answered, Invitation, answer, open_invitations
from engine.ledger.journey import record
from engine.ledger.store import Ledger, Unit
from engine.passes.entering import candidates_among, entries
from engine.passes.gather import World
from engine.passes.keys import native
from engine.passes.portions import Portion, keys_of, parents_of

__all__ = ["DRAFT", "GONE", "Taken", "judged", "known_of", "refuse_all", "take_in"]

GONE = "gone"
"""Of one who is no longer in the source."""

DRAFT = "draft"
"""Of a playbook that never runs."""

_PAGE = 1_000  # answered in one transaction
_TRIES = 10  # where other processes answer the same invitations


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some invitations, and the decisions that let in those who enter."""

    answered: tuple[Answered, ...]
    decisions: tuple[Decision, ...]

    @property
    def keys(self) -> list[str]:
        """Those who enter."""
        return [each.invitation.key for each in self.answered if each.answer == ENTERED]


def take_in(
    playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime
) -> Mapping[str, int]:
    """Answer everyone who was invited into a playbook; how many came to each answer.

    Raises:
        Overtaken: other processes moved the same people again and again.
    """
    counts: Counter[str] = Counter()
    while taken := _page(playbook, facts, ledger, as_of=as_of):
        counts.update(each.answer for each in taken.answered)
    return dict(sorted(counts.items()))


def _page(
    playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime
) -> Taken | None:
    for _ in range(_TRIES - 1):
        try:
            return _page_once(playbook, facts, ledger, as_of=as_of)
        except Overtaken:
            continue
    return _page_once(playbook, facts, ledger, as_of=as_of)


def _page_once(
    playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime
) -> Taken | None:
    with ledger.read() as unit:
        page = open_invitations(unit, playbook.name, limit=_PAGE)
    if not page:
        return None
    taken = judged(playbook, page, facts, ledger, as_of=as_of)
    with ledger.write() as unit:
        facts.let_in(unit, playbook, taken.keys)
        answer(unit, taken.answered, at=as_of, actor="engine")
        # Under no run: what was asked in takes no room from the run's throttle.
        record(unit, taken.decisions, at=as_of, actor="engine", run="")
    return taken


def judged(
    playbook: BoundPlaybook,
    invited: Sequence[Invitation],
    facts: World,
    ledger: Ledger | None,
    *,
    as_of: datetime,
    entering: Sequence[Portion] = (),
) -> Taken:
    """What becomes of invitations; `entering` are those who enter by what is only decided yet.

    Of several for one customer the oldest is the one by which it enters.
    """
    known = known_of(playbook, [each.key for each in invited], facts, ledger, as_of=as_of)
    said = gates(playbook.entry, known, set(parents_of(entering)))
    answered = tuple(_answers(invited, said, set(keys_of(entering))))
    let_in = [each.invitation.key for each in answered if each.answer == ENTERED]
    clock = facts.clock(playbook)
    return Taken(answered, tuple(entries(playbook, let_in, known, as_of, clock=clock)))


def _answers(
    invited: Sequence[Invitation], said: Mapping[str, str], inside: Collection[str]
) -> Iterator[Answered]:
    entered = set(inside)
    for each in invited:
        gate = Gate.OPEN if each.key in entered else said.get(each.key, GONE)
        yield Answered(each, gate or ENTERED)
        if not gate:
            entered.add(each.key)


def known_of(
    playbook: BoundPlaybook,
    texts: Sequence[str],
    facts: World,
    ledger: Ledger | None,
    *,
    as_of: datetime,
) -> Candidates:
    """What decides on the entry of some customers by name; those gone from the source are out."""
    keys = {key for text in texts if (key := native(text, playbook)) is not None}
    asked = sorted(keys, key=lambda key: (isinstance(key, str), key))
    present = facts.meeting(playbook, BoundEveryone(), asked)
    there = [key for key in asked if str(key) in present]
    known = candidates_among(playbook, there, facts, ledger, as_of=as_of)
    return replace(known, bystanders=frozenset())


def refuse_all(unit: Unit, playbook: str, why: str, *, at: datetime, actor: str) -> None:
    """Answer everyone who was invited into a playbook that never runs."""
    invited = open_invitations(unit, playbook)
    answer(unit, [Answered(each, why) for each in invited], at=at, actor=actor)
