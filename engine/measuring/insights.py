"""`touchline insights`: which early behaviours tell those who stayed from those who left."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.audience.checks import check_values, events_asked
from engine.audience.figures import read_as_now
from engine.audience.occurring import values_of_property
from engine.audience.snapshot import Snapshot
from engine.bind.catalog import EventRef, FieldRef
from engine.bind.conditions import BoundAll, BoundAny, BoundField, BoundTest, Condition, SetTest
from engine.bind.filters import bind_condition
from engine.bind.metrics import BoundCount, BoundMetric
from engine.bind.names import Scope, find_field
from engine.bind.playbook import Audience
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.measuring.behaviours import Behaviour, Happening, behaviours, happenings
from engine.measuring.cohort import Cohort, Looked, Why, gathered
from engine.measuring.counting import Counted, counted
from engine.measuring.intervals import FEWEST
from engine.measuring.thresholds import Candidate, Finding, confirmed, tried
from engine.places import NOWHERE
from engine.problems import Invalid, Misuse, did_you_mean
from engine.workplace import Workplace

__all__ = ["FirstDays", "Insights", "NotTried", "Wanted", "insights_of", "lengths_of"]

MOST_VALUES = 20
"""A property with more values than this tells no behaviours apart: it is an id, or free text."""
MOST_BEHAVIOURS = 1_000
_MOST_LENGTHS = 10
_LONGEST_DAYS = 730
_MANY_LATER = 0.05  # of who left: with more, the newest customers make the difference
_DAYS = re.compile("[1-9][0-9]{0,3}")
_MOMENTS = (Kind.DATE, Kind.TIMESTAMP)
_IS_SET = BoundTest((SetTest(True),))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command names: two segments of one entity, two of its fields, days, events.

    `days` are as `lengths_of` gives them; without `events` all are looked at.
    """

    stayed: str
    left: str
    since: str
    left_at: str
    days: tuple[int, ...]
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstDays:
    """Who is compared by what they did in so many first days, and why others are not."""

    days: int
    stayed: int
    left: int
    left_out: Mapping[Why, int]


@dataclass(frozen=True, slots=True)
class NotTried:
    """An event, or a property of one (`EVENT.PROPERTY`), that was left aside, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Insights:
    """What was found, the best first. `findings` are those that one half took for telling.

    `behaviours` is how many were counted and `thresholds` how many of theirs were tried on that
    half. `as_now` are the fields that are read as they are now, also for an instant that is past.
    """

    wanted: Wanted
    entity: str
    as_of: datetime
    lengths: tuple[FirstDays, ...]
    findings: tuple[Finding, ...]
    behaviours: int
    thresholds: int
    not_tried: tuple[NotTried, ...]
    as_now: tuple[str, ...]
    warnings: tuple[str, ...]


def insights_of(workplace: Workplace, wanted: Wanted, as_of: datetime) -> Insights:
    """Which behaviours tell who stayed, of all that the catalog knows, or of the events named.

    Raises:
        Invalid: a segment is not sound.
        Misuse: the segments are of different entities, a field or event is none of theirs.
        Refused: there is no such segment.
        SourceFault: data is not as the catalog says.
        Unreachable: a source or the ledger does not answer.
    """
    looked = _looked(workplace, wanted)
    scope = Scope(workplace.project, workplace.catalog, looked.stayed.entity)
    with workplace.sources(workplace.ledger_or_none()) as snapshot:
        return _Looking(wanted, looked, scope, snapshot, as_of).found()


# ---------------------------------------------------------------- what is wanted


def lengths_of(text: str) -> tuple[int, ...]:
    """The lengths that `--days` names, ascending: `7,14,30`.

    Raises:
        Misuse: it names none, or too many, or one that is no such length.
    """
    words = [each.strip() for each in text.split(",")]
    for each in words:
        if not _DAYS.fullmatch(each) or int(each) > _LONGEST_DAYS:
            raise Misuse(
                f"--days {text}: `{each}` is no number of days from 1 to {_LONGEST_DAYS}; say "
                "them as 7,14,30"
            )
    lengths = tuple(sorted(set(map(int, words))))
    if len(lengths) > _MOST_LENGTHS:
        raise Misuse(f"--days names {len(lengths)} lengths; at most {_MOST_LENGTHS} are looked at")
    return lengths


def _looked(workplace: Workplace, wanted: Wanted) -> Looked:
    """Who and what is looked at, all names looked up."""
    stayed, left = workplace.audience(wanted.stayed), workplace.audience(wanted.left)
    if stayed.entity.name != left.entity.name:
        raise Misuse(
            f"--stayed {wanted.stayed} is of {stayed.entity.name} and --left {wanted.left} of "
            f"{left.entity.name}; name two segments of the same entity"
        )
    if wanted.stayed == wanted.left:
        raise Misuse(f"--stayed and --left both name {wanted.left}; nobody does both")
    scope = Scope(workplace.project, workplace.catalog, stayed.entity)
    return Looked(
        Audience(stayed.name, stayed.entity, stayed.condition, workplace.zone),
        Audience(left.name, left.entity, left.condition, workplace.zone),
        since=_moment("--since", wanted.since, scope),
        left_at=_moment("--left-at", wanted.left_at, scope),
        days=wanted.days,
    )


def _moment(option: str, path: str, scope: Scope) -> FieldRef:
    try:
        ref = find_field(path, scope, NOWHERE)
    except Invalid as invalid:
        problem = invalid.problems[0]
        hint = f"; {problem.hint}" if problem.hint else ""
        raise Misuse(f"{option} {path}: {problem.message}{hint}") from None
    if ref.kind not in _MOMENTS:
        raise Misuse(f"{option} {path}: it is {ref.kind}; name a date or a timestamp")
    return ref


# ---------------------------------------------------------------- what is found


@dataclass(frozen=True, slots=True)
class _Looking:
    """One look at the sources."""

    wanted: Wanted
    looked: Looked
    scope: Scope
    snapshot: Snapshot
    as_of: datetime

    def found(self) -> Insights:
        """Everything."""
        outcome = self._outcome()
        self._check(outcome.conditions)
        entity, catalog = self.looked.stayed.entity, self.snapshot.catalog
        known = {each.path: each for each in happenings(entity, catalog)}
        own = self._of_outcome(outcome, known)
        happened, aside = self._happenings(own, known)
        self._check([bind_condition(each.with_properties(), self.scope) for each in happened])
        listed = self._behaviours(happened, aside)
        cohort = gathered(
            self.looked, self.scope, self.snapshot, self.as_of, histories=_histories(happened)
        )
        candidates = [each for each in map(_tried, self._counted(listed, cohort)) if each]
        return Insights(
            self.wanted,
            entity.name,
            self.as_of,
            _first_days(cohort),
            confirmed(candidates),
            behaviours=len(listed),
            thresholds=sum(each.tried for each in candidates),
            not_tried=tuple(aside),
            as_now=read_as_now(outcome, catalog, self.as_of),
            warnings=tuple(self._warnings(cohort, own)),
        )

    def _outcome(self) -> BoundMetric:
        """All that tells who stayed and left, and when: as the count of those of whom it does."""
        stayed, left = self.looked.stayed, self.looked.left
        told = (BoundField(each, _IS_SET) for each in (self.looked.since, self.looked.left_at))
        everything = BoundAny((stayed.condition, left.condition, *told))
        return BoundMetric("insights", stayed.entity, BoundCount(everything), stayed.zone)

    def _check(self, conditions: Iterable[Condition]) -> None:
        """What is read is as the catalog says."""
        check_values(self._asking(conditions), self.snapshot, self.as_of)

    def _asking(self, conditions: Iterable[Condition]) -> Audience:
        entity, zone = self.looked.stayed.entity, self.looked.stayed.zone
        return Audience("insights", entity, BoundAll(tuple(conditions)), zone)

    def _counted(self, listed: Sequence[Behaviour], cohort: Cohort) -> Iterator[Counted]:
        look, scope, snapshot = self.looked, self.scope, self.snapshot
        return counted(listed, cohort, look, scope, snapshot=snapshot, as_of=self.as_of)

    # ------------------------------------------------------------ what is tried

    def _of_outcome(
        self, outcome: BoundMetric, known: Mapping[str, Happening]
    ) -> Collection[Happening]:
        """What says itself who stayed or left, and when."""
        asking, catalog = self._asking(outcome.conditions), self.snapshot.catalog
        asked = events_asked(asking, catalog, as_of=self.as_of)
        return [each for each in known.values() if each.event in asked]

    def _happenings(
        self, own: Collection[Happening], known: Mapping[str, Happening]
    ) -> tuple[list[Happening], list[NotTried]]:
        """The events that are tried, and those that say themselves who stayed."""
        if self.wanted.events:
            return [self._named(name, known) for name in dict.fromkeys(self.wanted.events)], []
        aside = [NotTried(each.path, "it is part of what says who stayed or left") for each in own]
        return [each for each in known.values() if each not in own], aside

    def _named(self, name: str, known: Mapping[str, Happening]) -> Happening:
        if name in known:
            return known[name]
        raise Misuse(
            f"--event {name}: {self.looked.stayed.entity.name} has no such event, nor has what "
            f"links to it; {did_you_mean(name, known)}"
        )

    def _behaviours(self, happened: Iterable[Happening], aside: list[NotTried]) -> list[Behaviour]:
        """All that is counted; properties with too many values are put aside."""
        seen: dict[tuple[EventRef, str], Sequence[Scalar]] = {}

        def values_of(event: EventRef, name: str) -> Sequence[Scalar]:
            if (event, name) not in seen:
                seen[event, name] = self._values(event, name, aside)
            return seen[event, name]

        since, days = self.looked.since.path, self.looked.days
        listed = [
            b for each in happened for b in behaviours(each, since, days, values_of=values_of)
        ]
        if len(listed) > MOST_BEHAVIOURS:
            raise Misuse(
                f"{len(listed):,} behaviours are too many to look at; at most "
                f"{MOST_BEHAVIOURS:,}: name fewer `--days`, or some events with `--event`"
            )
        return listed

    def _values(self, event: EventRef, name: str, aside: list[NotTried]) -> Sequence[Scalar]:
        found = values_of_property(event, name, self.snapshot, self.as_of, at_most=MOST_VALUES)
        if found is None:
            why = f"it has more than {MOST_VALUES} values"
            aside.append(NotTried(f"{event.name}.{name}", why))
        return found or ()

    # ------------------------------------------------------------ what is to be said

    def _warnings(self, cohort: Cohort, own: Collection[Happening]) -> Iterator[str]:
        stayed, left = self.wanted.stayed, self.wanted.left
        for days, numbers in cohort.numbers.items():
            if min(numbers) < 2 * FEWEST:
                yield (
                    f"First {days} days: {numbers[0]:,} who stayed and {numbers[1]:,} who left are "
                    f"few; {2 * FEWEST} of each are the least to go by."
                )
        if cohort.began_later > _MANY_LATER * max(lost for _, lost in cohort.numbers.values()):
            yield (
                f"{cohort.began_later:,} of {left} began after everybody of {stayed}: what was "
                "different for the newest customers looks like a reason to leave. Let both "
                "segments ask for the same age, as "
                f"`{self.wanted.since}: {{days_ago: {{at_least: 365}}}}`."
            )
        for name in sorted({each.path for each in own} & set(self.wanted.events)):
            yield (
                f"{name} is part of what says who stayed or left: what it tells may be that and "
                "nothing more."
            )


def _histories(happened: Iterable[Happening]) -> list[date]:
    found = {each.event.history_from for each in happened}
    return sorted(each for each in found if each is not None)


def _tried(each: Counted) -> Candidate | None:
    return tried(each.behaviour, each.first, each.other)


def _first_days(cohort: Cohort) -> tuple[FirstDays, ...]:
    return tuple(
        FirstDays(days, stayed, left, dict(cohort.left_out[days]))
        for days, (stayed, left) in cohort.numbers.items()
    )
