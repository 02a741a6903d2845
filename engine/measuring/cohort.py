"""Who can be compared: whose first days are over, who was still there then, and what came of them.

Everything is asked at `as_of`, by compiled conditions. Behaviour is counted up to a landmark, the
end of the first days; who had left by then could not have gone on doing anything, and is left out
with its reason, so that no outcome explains its own causes (Anderson, J. R., Cain, K. C. and
Gelber, R. D. (1983), Analysis of survival by tumor response, Journal of Clinical Oncology
1:710-719).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import cast

from engine.audience.answering import answer
from engine.audience.reading import Running
from engine.audience.snapshot import Snapshot
from engine.audience.values import value_text
from engine.bind.catalog import FieldRef
from engine.bind.filters import bind_condition
from engine.bind.names import Scope
from engine.bind.playbook import Audience
from engine.compile.algebra import any_of
from engine.compile.core import Predicate
from engine.compile.edges import Asking
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question
from engine.decide.facts import share_of
from engine.language.conditions import Condition, FieldTest, Operator, Scalar, Test

__all__ = ["Cohort", "Group", "Looked", "Why", "everyone_looked_at", "gathered"]

_FIRST_HALF = 0.5  # of all keys, by a digest: the same at every instant, whatever else is asked


@dataclass(frozen=True, slots=True)
class Looked:
    """Who stayed and who left, of one entity, and the fields that say when they began and left.

    `days` are the lengths of the first days that are looked at, ascending.
    """

    stayed: Audience
    left: Audience
    since: FieldRef
    left_at: FieldRef
    days: tuple[int, ...]


class Why(StrEnum):
    """Why a customer who stayed or left is in no comparison; the first that fits counts."""

    NOT_BEGUN = "not_begun"
    IN_BOTH = "in_both"
    LEFT_SOMETIME = "left_sometime"
    LEFT_LATER = "left_later"
    STILL_OPEN = "still_open"
    LEFT_WITHIN = "left_within"


class Group(StrEnum):
    """What became of a customer, and the half that it is in: by a digest of its key."""

    FIRST_STAYED = "first_stayed"
    FIRST_LEFT = "first_left"
    OTHER_STAYED = "other_stayed"
    OTHER_LEFT = "other_left"


_LEFT_OUT = None
"""In the place of a group: the customer is in no comparison."""


@dataclass(frozen=True)
class Cohort:
    """All who stayed or left, by key ascending: for each length of first days their groups.

    `begun_since` has, for each day that the history of some event begins, who began since.
    `began_later` counts who left and began after everybody who stayed had begun.
    """

    keys: Sequence[int | str]
    groups: Mapping[int, Sequence[Group | None]]
    left_out: Mapping[int, Mapping[Why, int]]
    begun_since: Mapping[date, Sequence[bool]]
    began_later: int

    def groups_of(self, days: int, history_from: date | None) -> Sequence[Group | None]:
        """The groups of those whose first days lie wholly in the history of an event."""
        groups = self.groups[days]
        if history_from is None:
            return groups
        covered = self.begun_since[history_from]
        return [each if there else _LEFT_OUT for each, there in zip(groups, covered, strict=True)]

    @cached_property
    def numbers(self) -> Mapping[int, tuple[int, int]]:
        """How many stayed and how many left are compared, for each length of first days."""
        return {days: _numbers(groups) for days, groups in self.groups.items()}


def _numbers(groups: Sequence[Group | None]) -> tuple[int, int]:
    found = Counter(groups)
    stayed = found[Group.FIRST_STAYED] + found[Group.OTHER_STAYED]
    return stayed, found[Group.FIRST_LEFT] + found[Group.OTHER_LEFT]


def everyone_looked_at(looked: Looked, asking: Asking) -> Predicate:
    """Who stayed or left: the rows that every question of an insight is about, in its order."""
    return any_of(lower(looked.stayed.condition, asking), lower(looked.left.condition, asking))


def gathered(
    looked: Looked,
    scope: Scope,
    snapshot: Snapshot,
    as_of: datetime,
    *,
    histories: Sequence[date],
) -> Cohort:
    """The cohort, in one question; `histories` are the days that events' histories begin."""
    asking = asked_at(as_of, looked.stayed.zone, snapshot.catalog)
    asked = _Conditions(looked, scope, asking, tuple(histories))
    question = Question(
        looked.stayed.entity,
        looked.stayed.zone,
        filters=(everyone_looked_at(looked, asking),),
        outputs=(asking.field(looked.since), *asked.predicates()),
    )
    seen = [_Seen.of(row, looked, asked.histories) for row in answer(question, Running(snapshot))]
    return _cohort(seen, looked, asked.histories)


@dataclass(frozen=True, slots=True)
class _Conditions:
    """What is asked of every customer, in the order in which `_Seen` takes it apart."""

    looked: Looked
    scope: Scope
    asking: Asking
    histories: tuple[date, ...]

    def predicates(self) -> Iterator[Predicate]:
        since, left_at = self.looked.since.path, self.looked.left_at.path
        yield lower(self.looked.stayed.condition, self.asking)
        yield lower(self.looked.left.condition, self.asking)
        yield self._holds(_field(left_at, "set", True))
        yield self._holds(_field(left_at, "after", "now"))
        for days in self.looked.days:
            over = Test((Operator("more_than", days),))
            yield self._holds(FieldTest(since, Test((Operator("days_ago", over),))))
            yield self._holds(_field(left_at, "after", f"{days} days after {since}"))
        for day in self.histories:
            yield self._holds(_field(since, "since", day.isoformat()))

    def _holds(self, condition: Condition) -> Predicate:
        return lower(bind_condition(condition, self.scope), self.asking)


def _field(path: str, word: str, value: Scalar) -> FieldTest:
    return FieldTest(path, Test((Operator(word, value),)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A customer: `over` are the lengths of first days that are over, `there` those outlived."""

    key: int | str
    began: date | None
    stayed: bool
    left: bool
    left_some_day: bool
    left_later: bool
    over: tuple[bool, ...]
    there: tuple[bool, ...]
    begun_since: tuple[bool, ...]

    @staticmethod
    def of(row: Sequence[object], looked: Looked, histories: Sequence[date]) -> _Seen:
        key, began, stayed, left, left_some_day, left_later, *rest = row
        flags = tuple(map(bool, rest))
        lengths = 2 * len(looked.days)
        return _Seen(
            cast("int | str", key),
            cast("date | None", began),
            bool(stayed),
            bool(left),
            bool(left_some_day),
            bool(left_later),
            over=flags[:lengths:2],
            there=flags[1:lengths:2],
            begun_since=flags[lengths : lengths + len(histories)],
        )

    def why_left_out(self, at: int) -> Why | None:
        """Why it is not compared for the length of first days at a place."""
        if self.began is None:
            return Why.NOT_BEGUN
        if self.stayed and self.left:
            return Why.IN_BOTH
        if self.left and not self.left_some_day:
            return Why.LEFT_SOMETIME
        if self.left and self.left_later:
            return Why.LEFT_LATER
        if not self.over[at]:
            return Why.STILL_OPEN
        if self.left_some_day and not self.there[at]:
            return Why.LEFT_WITHIN
        return None


def _cohort(seen: Sequence[_Seen], looked: Looked, histories: Sequence[date]) -> Cohort:
    own = [_group(each, looked.stayed.entity.name) for each in seen]
    groups: dict[int, list[Group | None]] = {}
    left_out: dict[int, Counter[Why]] = {}
    for at, days in enumerate(looked.days):
        why = [each.why_left_out(at) for each in seen]
        groups[days] = [_LEFT_OUT if no else group for group, no in zip(own, why, strict=True)]
        left_out[days] = Counter(each for each in why if each is not None)
    return Cohort(
        [each.key for each in seen],
        groups,
        left_out,
        {day: [each.begun_since[at] for each in seen] for at, day in enumerate(histories)},
        _began_later(seen),
    )


def _group(seen: _Seen, entity: str) -> Group:
    key = value_text(seen.key) or ""
    if share_of("insights", entity, key) < _FIRST_HALF:
        return Group.FIRST_STAYED if seen.stayed else Group.FIRST_LEFT
    return Group.OTHER_STAYED if seen.stayed else Group.OTHER_LEFT


def _began_later(seen: Sequence[_Seen]) -> int:
    stayed = [each.began for each in seen if each.stayed and each.began is not None]
    if not stayed:
        return 0
    last = max(stayed)
    return sum(each.left and each.began is not None and each.began > last for each in seen)
