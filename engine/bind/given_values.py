"""One value of a row that an example gives, as its kind has it."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine.bind.findings import wrong
from engine.bind.literals import shown
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.language.examples import Cell
from engine.moments import (
    Ago,
    At,
    Day,
    Hence,
    Moment,
    MomentError,
    Now,
    StartOf,
    Today,
    instant,
    local_date,
    parse_moment,
    shift_date,
    shift_local,
    span,
)
from engine.problems import Invalid

__all__ = ["instant_given", "value_of"]

_EXPECTED = {
    Kind.TEXT: "text",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date, as `2026-03-10` or `5 days ago`",
    Kind.TIMESTAMP: "a time, as `2026-03-10T09:00` or `5 days ago`",
    Kind.LIST: "a list of texts",
}
_OF_CLOCK = Day | At | Now | Today | Ago | Hence | StartOf


def value_of(
    cell: Cell, kind: Kind, at: datetime, zone: ZoneInfo
) -> Scalar | date | datetime | tuple[str, ...] | None:
    """A value of a kind; null is missing. Times are seen from `at`.

    Raises:
        Invalid: it is of another kind.
    """
    value = cell.value
    if value is None:
        return None
    match kind:
        case Kind.TEXT if isinstance(value, str):
            return value
        case Kind.BOOLEAN if isinstance(value, bool):
            return value
        case Kind.INTEGER if isinstance(value, int) and not isinstance(value, bool):
            return value
        case Kind.NUMBER if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        case Kind.DATE if isinstance(value, str):
            return local_date(_instant(cell, value, at, zone), zone)
        case Kind.TIMESTAMP if isinstance(value, str):
            return _instant(cell, value, at, zone)
        case Kind.LIST if isinstance(value, list) and all(isinstance(e, str) for e in value):
            return tuple(value)
        case _:
            raise _other_kind(cell, kind)


def instant_given(moment: Moment, at: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a moment of the calendar seen from `at`.

    `5 days ago` is the same local clock time five days earlier; a whole day is its beginning.

    Raises:
        MomentError: it hangs on a field or an enrollment, or is outside the calendar.
    """
    if not isinstance(moment, _OF_CLOCK):
        raise MomentError("expected a date, a timestamp, `5 days ago` or `in 2 days`")
    if isinstance(moment, Hence):
        return shift_local(at, moment.duration, zone)
    if isinstance(moment, Ago) and not moment.duration.is_exact:
        day = shift_date(local_date(at, zone), moment.duration, -1)
        clock = at.astimezone(zone).time().replace(fold=0)
        return instant(datetime.combine(day, time(clock.hour, clock.minute, clock.second)), zone)
    return span(moment, at, zone).start


def _instant(cell: Cell, text: str, at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return instant_given(parse_moment(text), at, zone)
    except MomentError as error:
        message = f"`{cell.name}` is `{text}`: {error}"
        raise wrong(cell.place, "bad-moment", message) from None


def _other_kind(cell: Cell, kind: Kind) -> Invalid:
    hint = ""
    if kind is Kind.TEXT and isinstance(cell.value, bool | int | float):
        hint = f'write it in quotes, as "{str(cell.value).lower()}"'
    message = f"`{cell.name}` is {shown(cell.value)}; expected {_EXPECTED[kind]}"
    return wrong(cell.place, "wrong-type", message, hint=hint)
