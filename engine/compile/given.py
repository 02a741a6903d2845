"""What a statement is given when it runs: its values, apart from the text that they do not change.

A statement is written with values in it, and each parameter that bears one is marked with how it
is found anew: so the same text serves the next question that differs in its values only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from sqlalchemy import FromClause, Select
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.elements import BindParameter

from engine.compile.core import Constant

__all__ = [
    "NOTHING_GIVEN",
    "Again",
    "Brought",
    "Dated",
    "Given",
    "Marks",
    "RowsAgain",
    "constant_again",
    "constant_name",
    "dated_marks",
    "dates_of",
    "filled",
    "filled_anew",
    "filled_with",
    "marks_of",
    "row_marks",
    "rows_name",
    "values_borne",
]

Again = Callable[[Any, Any], ClauseElement]
"""Writes a value anew, at a home: its parameters are what the statement is to be given."""


@dataclass(frozen=True, slots=True, eq=False)
class RowsAgain:
    """Brings rows anew, at a home: `borne` are the values of the parameters of what `write` writes.

    To write a relation takes twenty times as long as to find what it is given.
    """

    write: Callable[[Any, Any], FromClause]
    borne: Callable[[Any, Any], Sequence[object]]

    def __call__(self, rows: Any, home: Any) -> FromClause:
        """The relation, written."""
        return self.write(rows, home)


Marks = Mapping[tuple[int, Again], Sequence[tuple[str, int]]]
"""By the number of a value and how it is written: the keys of parameters, and which these are."""

Dated = tuple[Constant, Again, Sequence[tuple[str, int]]]
"""A date or an instant, how it is written, and its parameters as in `Marks`."""

Brought = tuple[int, Again, Sequence[tuple[str, int]]]
"""The number of rows, how they are written, and their parameters as in `Marks`."""

_MARK = "touchline_mark"
"""The attribute of a parameter that bears its mark; SQLAlchemy's copies of a parameter keep it."""

Written = TypeVar("Written", bound=ClauseElement)


@dataclass(frozen=True, slots=True)
class Given:
    """The values of a question, each once: constants, and rows by who brought them."""

    values: tuple[object, ...] = ()
    numbers: Mapping[Hashable, int] = field(default_factory=dict)

    def constant(self, value: Constant, written: Written, again: Again) -> Written:
        """A constant as written, its parameters marked."""
        return self._marked(self.numbers.get(constant_name(value)), written, again)

    def rows(self, rows: object, again: RowsAgain, home: Any) -> FromClause:
        """A relation of rows, its parameters marked: where they are, no row need be written yet."""
        number = self.numbers.get(rows_name(rows))
        return self._marked(number, again(rows if number is None else (), home), again)

    def _marked(self, number: int | None, written: Written, again: Again) -> Written:
        if number is None:
            return written
        parameters = list(_parameters(written))
        if not parameters:
            raise TypeError(f"no parameter bears the value of {written!r}")
        for at, parameter in enumerate(parameters):
            setattr(parameter, _MARK, (number, again, at))
        return written


NOTHING_GIVEN = Given()
"""Where a statement is written for once."""


def constant_again(value: Constant, home: Any) -> ClauseElement:
    """A constant anew, as the home's dialect writes it."""
    written: ClauseElement = home.leaves.constant(value)
    return written


def constant_name(value: Constant) -> Hashable:
    """What tells constants apart: 1, 1.0 and true are three."""
    found = value.value
    return value.kind, type(found), repr(found) if isinstance(found, float) else found


def rows_name(rows: object) -> Hashable:
    """What tells rows apart, which are not compared: there may be millions."""
    return "rows", id(rows)


def marks_of(statement: Select[Any]) -> Marks:
    """The marks of a statement, whose parameters bear no values of their own from now on."""
    found: dict[tuple[int, Again], list[tuple[str, int]]] = {}
    for part in _parts_once(statement):
        mark = getattr(part, _MARK, None)
        if mark is not None and isinstance(part, BindParameter):
            number, again, at = mark
            part.value = None
            found.setdefault((number, again), []).append((part.key, at))
    return found


def _parts_once(statement: Select[Any]) -> Iterator[object]:
    """Every part of a statement, those once that others share: a column leads to all it is of."""
    met: dict[int, object] = {}  # holds them: no other takes the number of one that is gone
    waiting: list[visitors.HasTraverseInternals] = [statement]
    while waiting:
        part = waiting.pop()
        if id(part) not in met:
            met[id(part)] = part
            yield part
            waiting.extend(part.get_children())


def filled(marks: Marks, given: Given, home: object) -> dict[str, object]:
    """The value of each marked parameter, by its key."""
    found: dict[str, object] = {}
    for (number, again), parameters in marks.items():
        found.update(_found_again(again, given.values[number], parameters, home=home))
    return found


def _found_again(
    again: Again, value: object, parameters: Sequence[tuple[str, int]], *, home: object
) -> Iterator[tuple[str, object]]:
    """What parameters bear for a value, by the shortest way to it."""
    if isinstance(again, RowsAgain):
        borne = again.borne(value, home)
    else:
        borne = values_borne(again(value, home))
    return ((key, borne[at]) for key, at in parameters)


def values_borne(written: ClauseElement) -> list[object]:
    """The values of the parameters of what was written, in their order."""
    return [each.value for each in _parameters(written)]


def dates_of(given: Given) -> Iterator[date]:
    """The dates and instants among values; some stand in no text."""
    for each in given.values:
        value = each.value if isinstance(each, Constant) else each
        if isinstance(value, date):
            yield value


def dated_marks(marks: Marks, given: Given) -> tuple[Dated, ...]:
    """The marks of constants that are a date or an instant."""
    return tuple(
        (value, again, parameters)
        for (number, again), parameters in marks.items()
        if isinstance(value := given.values[number], Constant) and isinstance(value.value, date)
    )


def row_marks(marks: Marks, given: Given) -> tuple[Brought, ...]:
    """The marks of rows."""
    return tuple(
        (number, again, parameters)
        for (number, again), parameters in marks.items()
        if not isinstance(given.values[number], Constant)
    )


def filled_anew(
    marks: Sequence[Dated], moved: Mapping[date, date], home: object
) -> dict[str, object]:
    """The value of each such parameter, by its key, with each date as `moved` says."""
    found: dict[str, object] = {}
    for constant, again, parameters in marks:
        value = Constant(moved[cast(date, constant.value)], constant.kind)
        found.update(_found_again(again, value, parameters, home=home))
    return found


def filled_with(
    marks: Sequence[Brought], rows: Mapping[int, object], home: object
) -> dict[str, object]:
    """The value of each such parameter, by its key, with the rows of each number."""
    found: dict[str, object] = {}
    for number, again, parameters in marks:
        found.update(_found_again(again, rows[number], parameters, home=home))
    return found


def _parameters(written: ClauseElement) -> Iterator[BindParameter[Any]]:
    if isinstance(written, BindParameter):  # most are one, and nothing around it
        yield written
        return
    for each in visitors.iterate(written):
        if isinstance(each, BindParameter):
            yield each
