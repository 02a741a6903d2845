"""What replayed days come to: by day, by playbook, and who was inside two playbooks at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from engine.decide.facts import TouchState
from engine.decide.policy import CAPPED
from engine.ledger.simulated import (
    SimulatedStay,
    SimulatedTouch,
    simulated_stays,
    simulated_touches,
)
from engine.ledger.store import Unit
from engine.moments import local_date
from engine.passes.reports import TouchCounts

__all__ = ["Blown", "Day", "Overlap", "PutOff", "Ran", "Simulation", "Told", "simulation_of"]


@dataclass(frozen=True, slots=True)
class Ran:
    """A fire of a playbook: how many matched, and who did not enter, by the gate."""

    at: datetime
    playbook: str
    matched: int
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Blown:
    """A fuse that would have held a run, as a sentence; it was taken for approved."""

    at: datetime
    playbook: str
    why: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """A touch that could not go out on a day when it was due, and why."""

    day: date
    touch: str
    reason: str


@dataclass(slots=True)
class Told:
    """What only passes know, and no ledger keeps; they add to it as they go."""

    ran: list[Ran] = field(default_factory=list)
    blown: list[Blown] = field(default_factory=list)
    put_off: set[PutOff] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Day:
    """What a local day came to.

    `matched` counts those of the last fire of each playbook on that day. `touches` counts by
    channel and state what ended, `withheld` by reason those of them that never went out, `put_off`
    by reason the touches that could not go out on that day when they were due, `not_entering` by
    gate those whom a fire did not let in.
    """

    date: date
    matched: int = 0
    entered: int = 0
    left: int = 0
    touches: TouchCounts = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    put_off: Mapping[str, int] = field(default_factory=dict)
    not_entering: Mapping[str, int] = field(default_factory=dict)

    def ended(self, state: str) -> int:
        """How many touches ended in a state, on all channels."""
        return sum(states.get(state, 0) for states in self.touches.values())


@dataclass(frozen=True, slots=True)
class OfPlaybook:
    """What all days came to for one playbook; `inside` counts who still is, at the end.

    `waiting` counts touches that had not gone out by then.
    """

    name: str
    entered: int
    left: int
    inside: int
    waiting: int
    touches: TouchCounts
    withheld: Mapping[str, int]
    put_off: Mapping[str, int]
    not_entering: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many were inside two playbooks at once, and of their touches how many met a full cap."""

    playbooks: tuple[str, str]
    people: int
    capped: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulation came to; `notes` are sentences about its playbooks."""

    first: date
    last: date
    days: tuple[Day, ...]
    playbooks: tuple[OfPlaybook, ...]
    overlaps: tuple[Overlap, ...]
    blown: tuple[Blown, ...]
    notes: tuple[str, ...] = ()


def simulation_of(
    unit: Unit, days: tuple[date, date], playbooks: Sequence[str], told: Told, zone: ZoneInfo
) -> Simulation:
    """Read a simulated ledger by local days, the first and the last included."""
    books = _Books(
        tuple(simulated_stays(unit)), tuple(simulated_touches(unit)), told.put_off, told.ran
    )
    first, last = days
    each_day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Simulation(
        first,
        last,
        tuple(_days(books, each_day, zone)),
        tuple(_of_playbook(books, name) for name in playbooks),
        tuple(overlaps(books.stays, books.touches, books.put_off)),
        tuple(told.blown),
    )


@dataclass(frozen=True, slots=True)
class _Books:
    stays: tuple[SimulatedStay, ...]
    touches: tuple[SimulatedTouch, ...]
    put_off: Collection[PutOff]
    ran: Sequence[Ran]


# ---------------------------------------------------------------- by day


def _days(books: _Books, days: Sequence[date], zone: ZoneInfo) -> Iterator[Day]:
    def on(at: datetime) -> date:
        return local_date(at, zone)

    entered = Counter(on(stay.entered_at) for stay in books.stays)
    left = Counter(on(stay.left_at) for stay in books.stays if stay.left_at)
    matched = {(on(ran.at), ran.playbook): ran.matched for ran in books.ran}
    ended: defaultdict[date, list[SimulatedTouch]] = defaultdict(list)
    for touch in books.touches:
        if touch.ended_at:
            ended[on(touch.ended_at)].append(touch)
    late: defaultdict[date, list[str]] = defaultdict(list)
    for each in books.put_off:
        late[each.day].append(each.reason)
    out: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for ran in books.ran:
        out[on(ran.at)].update(ran.skipped)
    for day in days:
        yield Day(
            day,
            matched=sum(number for (when, _), number in matched.items() if when == day),
            entered=entered[day],
            left=left[day],
            touches=_by_channel(ended[day]),
            withheld=_withheld(ended[day]),
            put_off=_counted(late[day]),
            not_entering=dict(sorted(out[day].items())),
        )


def _by_channel(touches: Iterable[SimulatedTouch]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for touch in sorted(touches, key=lambda each: (each.channel, each.state)):
        states = found.setdefault(touch.channel, {})
        states[touch.state] = states.get(touch.state, 0) + 1
    return found


def _withheld(ended: Iterable[SimulatedTouch]) -> dict[str, int]:
    return _counted(touch.reason for touch in ended if touch.state != TouchState.SENT)


def _counted(reasons: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(reasons).items()))


# ---------------------------------------------------------------- by playbook


def _of_playbook(books: _Books, name: str) -> OfPlaybook:
    stays = [stay for stay in books.stays if stay.playbook == name]
    mine = [touch for touch in books.touches if touch.playbook == name]
    ids = {touch.id for touch in mine}
    late = {(each.touch, each.reason) for each in books.put_off if each.touch in ids}
    out: Counter[str] = Counter()
    for ran in books.ran:
        out.update(ran.skipped if ran.playbook == name else {})
    return OfPlaybook(
        name,
        entered=len(stays),
        left=sum(stay.left_at is not None for stay in stays),
        inside=sum(stay.left_at is None for stay in stays),
        waiting=sum(touch.ended_at is None for touch in mine),
        touches=_by_channel(touch for touch in mine if touch.ended_at),
        withheld=_withheld(touch for touch in mine if touch.ended_at),
        put_off=_counted(reason for _, reason in late),
        not_entering=dict(sorted(out.items())),
    )


# ---------------------------------------------------------------- two at once


def overlaps(
    stays: Iterable[SimulatedStay], touches: Iterable[SimulatedTouch], late: Iterable[PutOff]
) -> Iterator[Overlap]:
    """The pairs of playbooks that had somebody at the same time, those with most people first."""
    by_person: defaultdict[tuple[str, str], list[SimulatedStay]] = defaultdict(list)
    for stay in stays:
        by_person[stay.entity, stay.key].append(stay)
    found: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for person, theirs in by_person.items():
        for one, other in combinations(theirs, 2):
            if one.playbook != other.playbook and _meet(one, other):
                pair = min(one.playbook, other.playbook), max(one.playbook, other.playbook)
                found[pair].add(person)
    capped = {each.touch for each in late if each.reason == CAPPED}
    full = [touch for touch in touches if touch.id in capped]
    for pair, people in sorted(found.items(), key=lambda each: (-len(each[1]), each[0])):
        met = sum(t.playbook in pair and (t.entity, t.key) in people for t in full)
        yield Overlap(pair, len(people), met)


def _meet(one: SimulatedStay, other: SimulatedStay) -> bool:
    begins = max(one.entered_at, other.entered_at)
    return all(each.left_at is None or each.left_at > begins for each in (one, other))
