"""Durations and moments of conditions, and the windows made of them. Language, section 4."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.bind.conditions import BoundMoment, Window
from engine.bind.findings import Findings, wrong
from engine.bind.literals import shown
from engine.bind.names import Scope, find_field, find_step, outside_playbook, reach
from engine.bind.refs import FieldRef
from engine.bind.subjects import refuse_untracked
from engine.language import conditions as declared
from engine.language.catalog import Kind
from engine.moments import (
    Ago,
    At,
    Day,
    Duration,
    Entered,
    FieldMoment,
    Hence,
    Moment,
    MomentError,
    Now,
    Relative,
    StartOf,
    StepMoment,
    Today,
    Unit,
    field_path,
    parse_duration,
    parse_moment,
    span,
)
from engine.places import Place
from engine.problems import Invalid, did_you_mean

__all__ = [
    "bind_duration",
    "bind_moment",
    "bind_moments_between",
    "bind_then",
    "bind_wait",
    "bind_window",
    "of_stay",
]

_MOMENT_KINDS = frozenset({Kind.DATE, Kind.TIMESTAMP})
_DAYS_AT_MOST = 366_000  # about a thousand years: every date that is reached stays in the calendar
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}

_MOMENT_WORDS = ("now", "today", "yesterday", "tomorrow")
_LONGEST_TEXT = 200  # of a moment, in characters

# What depends on the run is tried at far instants and in the outermost zones: an order that holds
# in all of these hangs neither on the calendar nor on the zone.
_TRIED = tuple(
    (at, ZoneInfo(zone))
    for at in (
        datetime(2023, 2, 1, 12, tzinfo=UTC),
        datetime(2024, 8, 31, 12, tzinfo=UTC),
        # The first moment and the last of a day that a week, a month and a year begin with.
        datetime(2024, 1, 1, 12, tzinfo=UTC),
        datetime(2024, 1, 2, 11, 59, 59, tzinfo=UTC),
    )
    for zone in ("Etc/GMT+12", "Etc/GMT-14")
)


def bind_duration(value: object, place: Place) -> Duration:
    """A duration of a window or a test: no business days, and within the calendar."""
    if not isinstance(value, str):
        raise wrong(
            place, "bad-duration", f"expected a duration, as `30 days`; found {shown(value)}"
        )
    try:
        duration = parse_duration(value)
    except MomentError as error:
        raise wrong(place, "bad-duration", str(error)) from None
    return _checked(duration, place)


def bind_moment(value: object, scope: Scope, place: Place) -> BoundMoment:
    """A moment, its field looked up from the asking entity; `{field: PATH}` is that field."""
    if isinstance(value, declared.Operand):
        return _of_operand(value, scope)
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise wrong(
            place,
            "bad-moment",
            "expected a moment (a date, a timestamp, `30 days ago`, `today` or a field); "
            f"found {shown(value)}",
        )
    try:
        moment = parse_moment(value)
    except MomentError as error:
        raise wrong(place, "bad-moment", str(error)) from None
    return _looked_up(_checked_moment(moment, scope, place), scope, place)


def bind_wait(moment: Moment, scope: Scope, place: Place) -> BoundMoment:
    """The moment that a wait ends at; business days and moments of the journey may stand in it."""
    if _is_over(moment):
        raise wrong(
            place,
            "wait-into-the-past",
            "the wait ends at a moment that is always past when it is reached",
            hint="wait until a date, a field, or a time after `entered`",
        )
    return _looked_up(moment, scope, place)


def _is_over(moment: Moment) -> bool:
    """Whether a moment lies in the past whenever it is asked."""
    match moment:
        case Ago() | Now() | Entered() | StepMoment() | StartOf() | Today(-1 | 0):
            return True
        case Relative(sign=-1, of=of):
            return _is_over(of)
        case _:
            return False


def bind_moments_between(
    value: object, scope: Scope, place: Place
) -> tuple[BoundMoment, BoundMoment]:
    """`between: [M, M]`; the first may not be later than the second, where that can be known."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise wrong(place, "wrong-type", f"between takes two moments; found {shown(value)}")
    with Findings() as found:
        first, second = found.each(value, lambda each: bind_moment(each, scope, place))
    if _is_later(first.moment, second.moment):
        raise wrong(
            place,
            "inverted-range",
            f"between [{value[0]}, {value[1]}] is empty: the first moment is the later one",
            hint="write the earlier moment first",
        )
    return first, second


def bind_then(operand: declared.Operand, ref: FieldRef, scope: Scope) -> BoundMoment | None:
    """The moment for which the history of the other side is asked; None for its value now."""
    if operand.at is None:
        return None
    refuse_untracked(ref, scope, operand.place)
    return bind_moment(operand.at, scope, operand.place)


def bind_window(window: declared.Window, scope: Scope) -> Window:
    """The window of `did` and `contacted`: `within` alone, `between` alone, or bounds."""
    has_bounds = window.since is not None or window.until is not None
    if window.within is not None and (has_bounds or window.between is not None):
        raise _exclusive("within", window.place)
    if window.between is not None:
        if has_bounds:
            raise _exclusive("between", window.place)
        since, until = bind_moments_between(window.between, scope, window.place)
        return Window(since=since, until=until)
    if window.within is not None:
        return Window(within=bind_duration(window.within, window.place))
    if not has_bounds:
        return Window()
    with Findings() as found:
        return Window(
            since=found.attempt(lambda: _bound(window.since, scope, window.place)),
            until=found.attempt(lambda: _bound(window.until, scope, window.place)),
        )


def _bound(text: str | None, scope: Scope, place: Place) -> BoundMoment | None:
    return None if text is None else bind_moment(text, scope, place)


def _exclusive(word: str, place: Place) -> Invalid:
    return wrong(
        place,
        "ambiguous-window",
        f"`{word}` says the whole window; no other word of a window stands beside it",
        hint="use `since` and `until` together, or one word alone",
    )


# ---------------------------------------------------------------- moments


def _checked(duration: Duration, place: Place) -> Duration:
    if duration.unit is Unit.BUSINESS_DAY:
        raise wrong(
            place,
            "business-days",
            f"`{duration}` cannot stand here; business days are for waits, dues and limits",
            hint="write days",
        )
    if _DAYS.get(duration.unit, 0) * duration.amount > _DAYS_AT_MOST:
        raise wrong(place, "out-of-range", f"`{duration}` leads out of the calendar")
    return duration


def _checked_moment(moment: Moment, scope: Scope, place: Place) -> Moment:
    match moment:
        case Ago(duration) | Hence(duration):
            _checked(duration, place)
        case Relative(duration, _, of):
            _checked(duration, place)
            _checked_moment(of, scope, place)
        case Entered() if scope.steps is None:
            raise outside_playbook("the moment `entered`", place)
        case StepMoment(step):
            find_step(step, scope, place=place)
        case _:
            pass
    return moment


def _looked_up(moment: Moment, scope: Scope, place: Place) -> BoundMoment:
    path = field_path(moment)
    if path is None:
        return BoundMoment(_resolvable(moment, place))
    if "." not in path and not _is_known(path, scope):
        dated = [n for n, f in scope.entity.fields.items() if f.kind in _MOMENT_KINDS]
        raise wrong(
            place,
            "unknown-field",
            f"`{path}` is no moment and no field of {scope.entity.name}",
            hint=did_you_mean(path, [*dated, *_MOMENT_WORDS]),
        )
    ref = find_field(path, scope, place)
    if ref.kind not in _MOMENT_KINDS:
        raise wrong(
            place,
            "wrong-type",
            f"`{path}` is {ref.kind}; a moment is a date or timestamp field",
        )
    return BoundMoment(moment, ref)


def _is_known(name: str, scope: Scope) -> bool:
    """Whether a name is declared at all, usable or not."""
    there = reach(name, scope, Place())
    known = scope.project.entities.get(there.entity.name)
    return name in there.entity.fields or (
        known is not None
        and any(
            name in group
            for group in (known.fields, known.computed, known.links, known.people, known.team)
        )
    )


def _of_operand(operand: declared.Operand, scope: Scope) -> BoundMoment:
    if operand.multiplied_by is not None or operand.plus is not None:
        raise wrong(
            operand.place,
            "unfit-operand",
            f"`{operand.path}` beside a date cannot be scaled; `multiplied_by` and `plus` are "
            "for numbers",
            hint="write a moment, as `3 days after FIELD`",
        )
    found = _looked_up(FieldMoment(operand.path), scope, operand.place)
    if found.ref is None or operand.at is None:
        return found
    return replace(found, at=bind_then(operand, found.ref, scope))


def _resolvable(moment: Moment, place: Place) -> Moment:
    """A moment without a field, if it stays in the calendar; that of a journey is known there."""
    if of_stay(moment) is not None:
        return moment
    try:
        for at, zone in _TRIED:
            span(moment, at, zone)
    except (MomentError, OverflowError):
        raise wrong(place, "out-of-range", "the moment leads out of the calendar") from None
    return moment


def of_stay(moment: Moment) -> Entered | StepMoment | None:
    """What a moment hangs on that is known only of a stay in a playbook, if it does."""
    match moment:
        case Entered() | StepMoment():
            return moment
        case Relative(of=of):
            return of_stay(of)
        case _:
            return None


def _is_later(first: Moment, second: Moment) -> bool:
    """Whether no instant lies between, whatever the run and the zone."""
    if any(field_path(each) is not None or of_stay(each) is not None for each in (first, second)):
        return False
    if _is_fixed(first) != _is_fixed(second):
        return False
    spans = [(span(first, at, zone), span(second, at, zone)) for at, zone in _TRIED]
    return all(a.start > b.start and a.start >= b.end for a, b in spans)


def _is_fixed(moment: Moment) -> bool:
    match moment:
        case Day() | At():
            return True
        case Relative(of=of):
            return _is_fixed(of)
        case _:
            return False
