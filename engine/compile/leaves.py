"""What the dialects say differently: a protocol of leaves, and nothing else in the compiler is.

A leaf takes SQL of a dialect's canonical forms (each in `dialects/` says its own) and gives SQL of
them. Days, clock changes and month ends come out as in `engine.moments`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.sql import ColumnElement

from engine.compile.core import Constant, EdgeKind, How
from engine.moments import Duration

__all__ = ["Leaves"]

Sql = ColumnElement[Any]


class Leaves(Protocol):
    """How one dialect writes what is not the same in all."""

    def constant(self, value: Constant) -> Sql:
        """A bound parameter in the canonical form of its kind."""

    def lower(self, text: Sql) -> Sql:
        """Lower case, code point by code point, as `letters.lower_case`."""

    def match(self, how: How, text: Sql, part: Sql) -> ColumnElement[bool]:
        """Whether a text has another in it, taken literally, or a list of text as a member."""

    def local_date(self, at: Sql, zone: ZoneInfo) -> Sql:
        """The calendar day of an instant."""

    def day_start(self, day: Sql, zone: ZoneInfo) -> Sql:
        """The first instant of a local day."""

    def shift_date(self, day: Sql, duration: Duration, sign: int) -> Sql:
        """A date moved by days or longer; months clamp."""

    def later(self, at: Sql, by: timedelta) -> Sql:
        """An instant moved by an exact time."""

    def edge(self, kind: EdgeKind, of: Sql, at: Sql, which: ColumnElement[bool]) -> Sql:
        """As an aggregate: the value of the first or last of the rows that `which` holds of.

        Of two at one time it is the greater value, and the missing one where both are missing.
        """

    def days_between(self, first: Sql, last: Sql) -> Sql:
        """Calendar days from one date to another."""

    def week(self, day: Sql) -> Sql:
        """The Monday of a date's week."""

    def month(self, day: Sql) -> Sql:
        """What two dates of one month have in common."""

    def year(self, day: Sql) -> Sql:
        """The year of a date."""

    def month_day(self, day: Sql) -> Sql:
        """Month * 100 + day of a date."""

    def finite(self, number: Sql) -> Sql:
        """A computed number: NULL where it is NaN or infinite, else rounded to 9 places."""
