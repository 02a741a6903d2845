"""`touchline enroll` and `touchline leave`: one customer in or out by hand, through the same gates.

Contract, command line. What a person does here is a record like every other, with who did it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.answers import key_of
from engine.audience.select import Key
from engine.bind.conditions import BoundEveryone
from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import Gate, gate_of
from engine.decide.facts import Enrollment, Entered
from engine.decide.stay import leave
from engine.language.playbook import OpenTasks, Status
from engine.ledger.journey import open_enrollment, record
from engine.ledger.names import known_as
from engine.ledger.runs import last_sources
from engine.ledger.store import Ledger
from engine.ledger.tasks import close_tasks_of
from engine.passes.entering import entries
from engine.passes.gather import World
from engine.passes.inviting import known_of
from engine.problems import Invalid, Refused
from engine.roster import known_now
from engine.running import keep_version, refuse_the_past, world_on
from engine.stopped import standing_still
from engine.workplace import Workplace

__all__ = ["Handled", "Segment", "enroll", "take_out"]

_BY_HAND = "by hand"
_NOT_HERE = "nobody is let in or out by hand here"

SEGMENT = "segment"
STOPPED = "stopped"


class Segment(StrEnum):
    """What the segment has to say before somebody is let in by hand."""

    ASKED = "asked"
    """Who does not match is refused."""
    PASSED_OVER = "passed_over"
    """A person has said that this customer belongs here."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of it; `gate` is what said no, and `told` says it in a sentence."""

    playbook: str
    key: Key
    as_of: datetime
    is_done: bool
    told: str
    gate: str = ""

    @property
    def exit_status(self) -> int:
        """1 where the answer is no."""
        return 0 if self.is_done else 1


# ---------------------------------------------------------------- in


def enroll(
    workplace: Workplace, name: str, key_text: str, as_of: datetime, *, segment: Segment
) -> Handled:
    """Let one customer in, if every gate of entry does; the next pass takes its first step.

    `segment` says whether it has to match, too.

    Raises:
        Refused: there is no such playbook or customer, the playbook is a draft, or the ledger here
            only dry-runs.
        Misuse: `as_of` lies before the ledger's last pass.
        SourceFault: the data cannot be trusted.
    """
    playbook = workplace.runnable(name)
    if playbook.status is Status.DRAFT:
        raise Refused(f"{name} is a draft: nobody enters it; set its status to active")
    key = key_of(key_text, playbook.audience)
    ledger = workplace.live_ledger(as_of, otherwise=_NOT_HERE)
    refuse_the_past(ledger, as_of)
    playbook = known_now(ledger, playbook)
    actor = workplace.ports.actor
    if still := standing_still(ledger, playbook, at=as_of, actor=actor):
        return _no(playbook, key, as_of, STOPPED, still.note or still.held)
    with workplace.sources(ledger) as snapshot:
        world = world_on(workplace, snapshot, as_of, ledger)
        with ledger.read() as unit:
            last = last_sources(unit, playbook.name)
        world.check(playbook, last)
        return _let_in(workplace, playbook, key, world, ledger, as_of=as_of, segment=segment)


def _let_in(
    workplace: Workplace,
    playbook: BoundPlaybook,
    key: Key,
    world: World,
    ledger: Ledger,
    *,
    as_of: datetime,
    segment: Segment,
) -> Handled:
    text = str(key)
    if not world.meeting(playbook, BoundEveryone(), [key]):
        raise Refused(f"there is no {playbook.audience.entity.name} with the key `{key}`")
    asked = playbook.audience.condition if segment is Segment.ASKED else BoundEveryone()
    if not world.meeting(playbook, asked, [key]):
        return _no(playbook, key, as_of, SEGMENT, _NOT_IN[SEGMENT])
    known = known_of(playbook, [text], world, ledger, as_of=as_of)
    if gate := gate_of(text, playbook.entry, known):
        return _no(playbook, key, as_of, gate, _NOT_IN[gate])
    [entered] = entries(playbook, [text], known, as_of, clock=world.clock(playbook))
    with ledger.write() as unit:
        world.let_in(unit, playbook, [text])
        keep_version(unit, workplace, playbook, at=as_of)
        record(unit, [entered], at=as_of, actor=workplace.ports.actor, run="")
    assert isinstance(entered, Entered)
    return Handled(playbook.name, key, as_of, True, _entered(playbook, key, entered.enrollment))


def _entered(playbook: BoundPlaybook, key: Key, enrollment: Enrollment) -> str:
    who = f"{playbook.audience.entity.name} {key} entered {playbook.name}"
    if enrollment.holdout:
        return f"{who} as one of those held out: it gets nothing, for comparison"
    return f"{who}; nothing went out yet: its first step, {enrollment.step}, is for the next pass"


_NOT_IN: Mapping[str, str] = {
    SEGMENT: "it is not in the segment; `touchline explain` says why, and --anyway lets it in "
    "all the same",
    Gate.ERASED: "its data was erased, and nothing of it is kept anew",
    Gate.GOAL: "it has reached the goal already",
    Gate.EXIT: "it meets exit_when already",
    Gate.OPEN: "it is inside already",
    Gate.ELSEWHERE: "it is inside another playbook, and one_at_a_time holds",
    Gate.MISSING: "the value that entry.again counts by is missing",
    Gate.AGAIN: "it was inside, and entry.again does not let it back yet",
}


def _no(playbook: BoundPlaybook, key: Key, as_of: datetime, gate: str, why: str) -> Handled:
    told = f"{playbook.audience.entity.name} {key} does not enter {playbook.name}: {why}"
    return Handled(playbook.name, key, as_of, False, told, gate=gate)


# ---------------------------------------------------------------- out


def take_out(workplace: Workplace, name: str, key_text: str, *, why: str) -> Handled:
    """End the open enrollment of one customer; what of its touches is not in doubt is dropped.

    A playbook that is broken or gone can still be left.

    Raises:
        Refused: the ledger here only dry-runs, or neither it nor the project knows the playbook.
    """
    now = workplace.ports.clock.now()
    workplace.check_known((name,))
    key = _key(workplace, name, key_text)
    ledger = workplace.live_ledger(now, otherwise=_NOT_HERE)
    declared = workplace.project.playbooks.get(name)
    with ledger.write() as unit:
        known = known_as(unit, name, declared.formerly if declared else ())
        inside = open_enrollment(unit, known, str(key))
        if inside is None:
            return Handled(name, key, now, False, f"{key} is not inside {name}", gate="not_inside")
        reason = unit.without_addresses(why.strip()) or _BY_HAND
        at = max(now, inside.since)  # a run may have taken a later instant for now
        actor = workplace.ports.actor
        record(unit, [leave(inside, reason)], at=at, actor=actor, run="")
        if declared is not None and declared.open_tasks is OpenTasks.CLOSE:
            close_tasks_of(unit, [inside.id], "left", at=at, actor=actor)
    told = f"{key} left {name}; what had not gone out of it is dropped"
    return Handled(name, key, at, True, told)


def _key(workplace: Workplace, name: str, text: str) -> Key:
    try:
        return key_of(text, workplace.playbook(name).audience)
    except Invalid:
        return text
    except Refused:
        if name in workplace.project.playbooks:
            raise
        return text
