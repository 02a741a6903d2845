"""Whether one customer would enter now, which gate decides, and from when on it would not.

Language, section 5, "Entry" and "Again". The gates are those of a run; what holds a run as a whole
(a fuse, a pause, a halt, the throttle) is told beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import Candidates, Gate, NotAgain, again_refused, gate_of
from engine.decide.facts import Past
from engine.language.playbook import Status
from engine.ledger.holds import approved_keys, held_fuses
from engine.ledger.store import Ledger
from engine.report.text import count, when
from engine.schedule import next_fire

__all__ = ["GONE", "SEGMENT", "EntryAnswer", "entry_of", "gone"]

SEGMENT = "segment"
GONE = "gone"


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """What entry says. `gate` is the first that keeps it out, empty where none does.

    `possible_from` is when that gate does not keep it out any more, None where no time helps.
    `would_enter_at` is the next fire by which it would enter; without a schedule, now. `remarks`
    are sentences on what may hold the run as a whole.
    """

    gate: str
    told: str
    possible_from: datetime | None = None
    would_enter_at: datetime | None = None
    is_held_out: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def enters(self) -> bool:
        """Whether every gate lets it in."""
        return not self.gate


def gone() -> EntryAnswer:
    """The answer for one who is not in the source any more."""
    return EntryAnswer(GONE, _TOLD[GONE])


def entry_of(
    playbook: BoundPlaybook,
    key: str,
    known: Candidates,
    *,
    matches: bool,
    ledger: Ledger | None,
    now: datetime,
) -> EntryAnswer:
    """The answer of the gates for one customer who is in the source; `known` is of it alone."""
    if not matches:
        return EntryAnswer(SEGMENT, _TOLD[SEGMENT])
    gate = gate_of(key, playbook.entry, known)
    held_out = key in known.held_out
    remarks = tuple(_remarks(playbook, key, ledger, now=now))
    if not gate:
        fire = fire_after(playbook, now)
        told = _enters(playbook, fire, now=now, held_out=held_out)
        return EntryAnswer("", told, None, fire or now, held_out, remarks)
    if gate != Gate.AGAIN:
        return EntryAnswer(gate, _of_group(gate, key, known) or _TOLD[gate], is_held_out=held_out)
    no = again_refused(key, playbook.entry, known)
    assert no is not None
    told = _not_again(playbook, key, known, no, now=now)
    return EntryAnswer(gate, told, no.until, is_held_out=held_out)


_TOLD: Mapping[str, str] = {
    SEGMENT: "It does not enter: it is not in the segment.",
    GONE: "It does not enter: it is gone from the source.",
    Gate.ERASED: "It does not enter: its data was erased, and nothing of it is kept anew.",
    Gate.GOAL: "It does not enter: it has reached the goal already.",
    Gate.MISSING: "It does not enter: the value that entry.again counts by is missing.",
    Gate.EXIT: "It does not enter: it meets exit_when already.",
    Gate.OPEN: "It does not enter: it is inside already.",
    Gate.ELSEWHERE: "It does not enter: it is inside another playbook, and one_at_a_time holds.",
    Gate.EXISTING: "It does not enter: it matched before the playbook first ran.",
}


def _of_group(gate: str, key: str, known: Candidates) -> str:
    """With `again.each`, that another one of the same parent is inside."""
    if gate != Gate.OPEN or known.past.get(key, Past()).has_open:
        return ""
    return f"It does not enter: another one of {known.groups[key]} is inside already."


# ---------------------------------------------------------------- it would enter


def _enters(
    playbook: BoundPlaybook, fire: datetime | None, *, now: datetime, held_out: bool
) -> str:
    run = "the next run" + (f", {when(fire, playbook.zone, now=now)}" if fire else "")
    if playbook.status is Status.DRAFT:
        return "It would enter, but the playbook is a draft, which never runs."
    if held_out:
        return f"It would enter at {run}, in the holdout: it gets nothing, for comparison."
    return f"It would enter at {run}."


def fire_after(playbook: BoundPlaybook, now: datetime) -> datetime | None:
    """When a playbook fires next by its schedule; None where it never does."""
    if playbook.schedule is None or playbook.status is not Status.ACTIVE:
        return None
    fire = next_fire(playbook.schedule, playbook.zone, now)
    return fire.at if fire else None


def _remarks(
    playbook: BoundPlaybook, key: str, ledger: Ledger | None, *, now: datetime
) -> Iterator[str]:
    if playbook.status is Status.PAUSED:
        yield "The playbook is paused: nobody enters."
    if playbook.schedule and playbook.status is Status.ACTIVE and fire_after(playbook, now) is None:
        yield "The schedule has ended: nothing fires by itself any more."
    if playbook.entry.per_run is not None:
        yield (
            f"A run lets {playbook.entry.per_run:,} in, the lowest keys first: it may be the turn "
            "of a later one."
        )
    if playbook.entry.again.each is not None:
        yield (
            f"Of several of one {playbook.entry.again.each} who would enter, the one with the "
            "lowest key does: the others find it inside."
        )
    if ledger is None:
        return
    with ledger.read() as unit:
        for fuse in held_fuses(unit):
            if fuse.playbook == playbook.name:
                yield (
                    f"The {fuse.fuse} of {fuse.allowed} holds the run since "
                    f"{when(fuse.held_at, playbook.zone, now=now)}: nobody enters before "
                    f"`touchline held approve {fuse.id}`."
                )
        approved = approved_keys(unit, playbook.name, playbook.version, now=now)
    if approved is not None and key not in approved:
        yield "It is not on the list that was approved: the next run lets in only who is."


# ---------------------------------------------------------------- not again


def _not_again(
    playbook: BoundPlaybook, key: str, known: Candidates, no: NotAgain, *, now: datetime
) -> str:
    who = "it" if known.past.get(key, Past()).count else "one of the same parent"
    left = no.past.last_left_at
    inside = f"{who} was inside" + (f" until {when(left, playbook.zone, now=now)}" if left else "")
    why = _why_not_again(playbook, no, value=known.values.get(key, ""), now=now)
    return f"It does not enter: {inside}, and {why}."


def _why_not_again(playbook: BoundPlaybook, no: NotAgain, *, value: str, now: datetime) -> str:
    again = playbook.entry.again
    match no.word:
        case "times":
            return f"entered {count(no.past.count, 'time')}, as often as entry.again lets it"
        case "per":
            return f"entry.again lets each {again.per} in once, and it was {value} then, too"
        case "after" if no.until is not None:
            from_when = when(no.until, playbook.zone, now=now)
            return f"entry.again lets it back {again.after} after it left: from {from_when} on"
        case _:
            return "entry.again does not let it back"
