"""Who enters: the gates of entry, the fuses and the throttle. Pure. Language, section 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.decide.facts import Past
from engine.language.playbook import Entry, Fuse
from engine.moments import shift_local

__all__ = [
    "VANISHED",
    "BlownFuse",
    "Candidates",
    "Gate",
    "NotAgain",
    "again_refused",
    "blown_fuse",
    "gate_of",
    "gates",
    "let_through",
    "told_of_fuse",
    "without_zeros",
]


class Gate:
    """The reasons for which one who matches does not enter, as reports and audit name them."""

    ERASED = "erased"
    GOAL = "goal"
    EXIT = "exit"
    OPEN = "already_inside"
    ELSEWHERE = "in_another_playbook"
    AGAIN = "again"
    MISSING = "missing_value"
    EXISTING = "existing"
    FUSE = "fuse"
    PER_RUN = "per_run"
    NOT_APPROVED = "not_approved"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything that decides on entry, for one run.

    `matched` are the keys in ascending order (the entity's own order, not the texts').
    `bystanders` matched when a playbook with `existing: skip` first ran. `approved` are the keys
    that a person let pass a fuse, None where nobody has. `entered_before` counts who entered
    earlier in this very run. `first_run` is the project's fuse where this version never ran.
    `past` is of keys, `past_of_groups` of the parents that with `again.each` are counted by:
    `groups` has theirs by key. `values` are those of `again.per` by key, without the missing
    ones. Of the `erased` nothing may be kept. `held_out` get nothing, and so count in no
    throttle. `elsewhere` are inside another playbook, where one at a time is the policy. `equals`
    is a playbook that is gone from the project and said just what this one says, which never ran.
    """

    matched: Sequence[str]
    population: int
    as_of: datetime
    zone: ZoneInfo
    holidays: Container[date] = frozenset()
    meets_goal: frozenset[str] = frozenset()
    meets_exit: frozenset[str] = frozenset()
    held_out: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    past: Mapping[str, Past] = field(default_factory=dict)
    past_of_groups: Mapping[str, Past] = field(default_factory=dict)
    bystanders: frozenset[str] = frozenset()
    approved: frozenset[str] | None = None
    entered_before: int = 0
    first_run: Fuse | None = None
    equals: str = ""


@dataclass(frozen=True, slots=True)
class BlownFuse:
    """More would enter than a fuse allows: its name, its limit, and what was found."""

    name: str
    limit: str
    found: int
    total: int


VANISHED = "vanished"
"""The fuse of a first run that equals a playbook which is gone from the project."""


def told_of_fuse(name: str, limit: str, *, found: int, total: int) -> str:
    """Why a run is held, as a sentence without its end."""
    if name == VANISHED:
        return (
            f"it says just what {limit} said, which is gone from the project: where {limit} was "
            f"renamed, say `formerly: [{limit}]`; where this is another playbook, approve it, and "
            f"{found:,} of {total:,} enter"
        )
    return f"{found:,} of {total:,} would enter, more than the {name} of {limit} allows"


def gate_of(key: str, entry: Entry, candidates: Candidates) -> str:
    """The first gate that keeps one who matches out, or an empty text."""
    own = candidates.past.get(key, Past())
    if key in candidates.erased:
        return Gate.ERASED
    if key in candidates.meets_goal:
        return Gate.GOAL
    if key in candidates.meets_exit:
        return Gate.EXIT
    if any(past.has_open for past in _pasts(key, entry, candidates)):
        return Gate.OPEN
    if key in candidates.elsewhere:
        return Gate.ELSEWHERE
    if entry.again.per is not None and key not in candidates.values:
        return Gate.MISSING
    if again_refused(key, entry, candidates) is not None:
        return Gate.AGAIN
    if key in candidates.bystanders and not own.count:
        return Gate.EXISTING
    return ""


def _pasts(key: str, entry: Entry, candidates: Candidates) -> tuple[Past, ...]:
    """The earlier stays that count: one's own, and with `again.each` those of one's parent.

    Its own count also where it had another parent, or where nobody asked for that yet.
    """
    own, group = candidates.past.get(key, Past()), candidates.groups.get(key)
    if entry.again.each is None or group is None:
        return (own,)
    return (own, candidates.past_of_groups.get(group, Past()))


@dataclass(frozen=True, slots=True)
class NotAgain:
    """Which word of `entry.again` keeps one out who was inside: `never`, `times`, `per`, `after`.

    `past` are the stays that it counts. `until` is when it does not any more, None where no time
    helps.
    """

    word: str
    past: Past
    until: datetime | None = None


def again_refused(key: str, entry: Entry, candidates: Candidates) -> NotAgain | None:
    """What of `entry.again` keeps one out, for the longest; None where it may enter (again)."""
    asked = (_refused(key, entry, past, candidates) for past in _pasts(key, entry, candidates))
    refused = [each for each in asked if each is not None]
    return max(refused, key=lambda no: (no.until is None, no.until), default=None)


def _refused(key: str, entry: Entry, past: Past, candidates: Candidates) -> NotAgain | None:
    """The first word that keeps one out by some of the stays."""
    again = entry.again
    if not past.count:
        return None
    if not again.allowed:
        return NotAgain("never", past)
    if again.times is not None and past.count >= again.times:
        return NotAgain("times", past)
    if again.per is not None and candidates.values.get(key) in past.values:
        return NotAgain("per", past)
    if again.after is None or past.last_left_at is None:
        return None
    zone, holidays = candidates.zone, candidates.holidays
    until = shift_local(past.last_left_at, again.after, zone, holidays=holidays)
    return NotAgain("after", past, until) if until > candidates.as_of else None


def let_through(
    entry: Entry, would: Sequence[str], candidates: Candidates
) -> tuple[tuple[str, ...], Counter[str]]:
    """Those of some who passed the gates that approval and throttle let in, and what kept out whom.

    An approval admits the listed keys that still would enter, and no others. Of `candidates` only
    the facts of the run are asked, and who is held out.
    """
    approved = candidates.approved
    entering = tuple(key for key in would if approved is None or key in approved)
    admitted = _throttled(entering, entry.per_run, candidates)
    kept_out = {
        Gate.NOT_APPROVED: len(would) - len(entering),
        Gate.PER_RUN: len(entering) - len(admitted),
    }
    return admitted, Counter(kept_out)


def gates(
    entry: Entry, candidates: Candidates, taken: Collection[str] = frozenset()
) -> dict[str, str]:
    """The gate that keeps each of the candidates out, empty for who may enter.

    With `again.each` the lowest key of a parent's goes first, and the others find it inside:
    `taken` are the parents of those who went before these.
    """
    found = dict.fromkeys(candidates.matched, "")
    known = _known(entry, candidates)
    found |= {key: gate_of(key, entry, candidates) for key in found if key in known}
    if entry.again.each is None:
        return found
    gone_before = set(taken)
    for key, gate in found.items():
        group = candidates.groups.get(key)
        if gate or group is None:
            continue
        if group in gone_before:
            found[key] = Gate.OPEN
        gone_before.add(group)
    return found


def _known(entry: Entry, candidates: Candidates) -> Collection[str]:
    """Those whom a gate could keep out; of anybody else nothing is known that one asks for."""
    if entry.again.per is not None:
        return candidates.matched
    asked = (candidates.erased, candidates.meets_goal, candidates.meets_exit, candidates.elsewhere)
    return set().union(candidates.past, candidates.groups, candidates.bystanders, *asked)


def _throttled(
    entering: tuple[str, ...], per_run: int | None, candidates: Candidates
) -> tuple[str, ...]:
    if per_run is None:
        return entering
    reached = [key for key in entering if key not in candidates.held_out]
    let_in = {*reached[: max(per_run - candidates.entered_before, 0)], *candidates.held_out}
    return tuple(key for key in entering if key in let_in)


def without_zeros(skipped: Counter[str]) -> dict[str, int]:
    """By reason how many are kept out, without the reasons for which nobody is."""
    return {reason: number for reason, number in sorted(skipped.items()) if number}


def blown_fuse(entry: Entry, candidates: Candidates, found: int) -> BlownFuse | None:
    """The first fuse that so many blow who would enter; none where a person let them pass.

    They are counted before the throttle, against the whole population (delivery page, point 10).
    """
    if candidates.approved is not None:
        return None
    if candidates.equals:
        return BlownFuse(VANISHED, candidates.equals, found, candidates.population)
    fuses = (("first_run", candidates.first_run), ("fuse", entry.fuse))
    for name, fuse in fuses:
        limit = _exceeded(fuse, found, candidates.population) if fuse else ""
        if limit:
            return BlownFuse(name, limit, found, candidates.population)
    return None


def _exceeded(fuse: Fuse, found: int, population: int) -> str:
    if fuse.matched is not None and found > fuse.matched:
        return f"{fuse.matched:,}"
    if fuse.share is not None and found > Decimal(repr(fuse.share)) * population:
        return f"{fuse.share * 100:.4g}% of {population:,}"
    return ""
