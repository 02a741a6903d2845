"""Whether one customer would enter now, which gate decides, and from when on it would not.

Language, section 5, "Entry" and "Again". The gates are those of a run; what holds a run as a whole
(a fuse, a pause, a halt, the throttle) is told beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import Candidates, Gate, NotAgain, again_refused, gate_of
from engine.decide.facts import Past
from engine.language.playbook import Fuse, Status
from engine.language.policy import Policy
from engine.ledger.holds import approved_keys, held_fuses
from engine.ledger.invitations import is_invited
from engine.ledger.names import equal_to_vanished
from engine.ledger.runs import version_never_ran
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
    policy: Policy,
    playbooks: Collection[str],
    now: datetime,
) -> EntryAnswer:
    """The answer of the gates for one customer who is in the source; `known` is of it alone.

    `playbooks` are the names of all that the project has. One who was asked in by a step enters
    whatever the segment says, and what is asked of a run as a whole is not asked of it.
    """
    invited = _is_invited(playbook, key, ledger)
    if not (matches or invited):
        return EntryAnswer(SEGMENT, _TOLD[SEGMENT])
    if invited:
        known = replace(known, bystanders=frozenset())
    gate = gate_of(key, playbook.entry, known)
    held_out = key in known.held_out
    if not gate and invited:
        return EntryAnswer("", _asked_in(held_out), None, now, held_out, tuple(_paused(playbook)))
    if not gate:
        told_of_run = _of_run(playbook, key, ledger, policy, playbooks, now=now)
        remarks = (*_remarks(playbook, policy, playbooks, now=now), *told_of_run)
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


def _is_invited(playbook: BoundPlaybook, key: str, ledger: Ledger | None) -> bool:
    """Whether a step has asked it in; into a draft nobody comes by that."""
    if ledger is None or playbook.status is Status.DRAFT:
        return False
    with ledger.read() as unit:
        return is_invited(unit, playbook.name, key)


def _asked_in(held_out: bool) -> str:
    how = ", in the holdout: it gets nothing, for comparison" if held_out else ""
    return f"A step of another playbook has asked it in: it would enter at the next pass{how}."


def fire_after(playbook: BoundPlaybook, now: datetime) -> datetime | None:
    """When a playbook fires next by its schedule; None where it never does."""
    if playbook.schedule is None or playbook.status is not Status.ACTIVE:
        return None
    fire = next_fire(playbook.schedule, playbook.zone, now)
    return fire.at if fire else None


def _remarks(
    playbook: BoundPlaybook, policy: Policy, playbooks: Collection[str], *, now: datetime
) -> Iterator[str]:
    yield from _paused(playbook)
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
    if policy.one_at_a_time and len(playbooks) > 1:
        yield (
            "Of several playbooks that would let it in, the one of the highest priority does: "
            "one_at_a_time holds."
        )


def _paused(playbook: BoundPlaybook) -> Iterator[str]:
    if playbook.status is Status.PAUSED:
        yield "The playbook is paused: nobody enters."


def _of_run(
    playbook: BoundPlaybook,
    key: str,
    ledger: Ledger | None,
    policy: Policy,
    playbooks: Collection[str],
    *,
    now: datetime,
) -> Iterator[str]:
    """What of the run as a whole may keep it out: fuses, and the list of who was let pass one."""
    if ledger is None:
        yield from _fuses(playbook, policy.first_run)
        return
    name, version = playbook.name, playbook.version
    with ledger.read() as unit:
        held = [each for each in held_fuses(unit) if each.playbook == name]
        approved = approved_keys(unit, name, version, now=now)
        equals = equal_to_vanished(unit, name, version, existing=playbooks)
        first_run = policy.first_run if version_never_ran(unit, name, version) else None
    for fuse in held:
        since = when(fuse.held_at, playbook.zone, now=now)
        yield (
            f"The {fuse.fuse} of {fuse.allowed} holds the run since {since}: nobody enters before "
            f"`touchline held approve {fuse.id}`."
        )
    if approved is not None and key not in approved:
        yield "It is not on the list that was approved: the next run lets in only who is."
    if held or approved is not None:
        return
    if equals:
        yield (
            f"It says just what {equals} said, which is gone from the project: its first run is "
            "held until a person approves it."
        )
        return
    yield from _fuses(playbook, first_run)


def _fuses(playbook: BoundPlaybook, first_run: Fuse | None) -> Iterator[str]:
    """Only a run counts who would enter, so that only a run can say whether one holds it."""
    for name, fuse in (("first_run", first_run), ("fuse", playbook.entry.fuse)):
        if fuse is not None:
            yield (
                f"A run by which more than {_limit(fuse)} would enter is held ({name}): nobody "
                "enters before a person approves it. `touchline run --dry-run` counts them."
            )


def _limit(fuse: Fuse) -> str:
    numbers = [f"{fuse.matched:,}"] if fuse.matched is not None else []
    shares = [f"{fuse.share * 100:.4g}% of all"] if fuse.share is not None else []
    return " or ".join([*numbers, *shares])


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
