"""Figures of children, for everyone at once: one pass over the children of one link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause, Select, select, true
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import Catalog, EntityRef
from engine.compile.aggregates import of_values
from engine.compile.algebra import conjuncts, kind_of
from engine.compile.core import ChildFigure, Gathered, Links, Predicate, Value
from engine.compile.links import link_field
from engine.compile.question import Linked, Question, answers
from engine.compile.relations import Home, Supplied

__all__ = ["Brood", "brood", "counted_brood", "of_brood"]


@dataclass(frozen=True, slots=True)
class Brood:
    """Figures of children that lie at home, as a part of the statement that asks for them."""

    figures: tuple[Gathered, ...]
    asked: Question
    supplied: Supplied

    def relation(self, home: Home) -> FromClause:
        """The figures as `f0`, `f1`, … beside `key`."""
        there = replace(home, supplied=self.supplied)
        return home.part(counted_brood(self.figures, self.asked, there))


def brood(figures: Iterable[Gathered]) -> tuple[tuple[Gathered, ...], ...]:
    """Figures by the pass that can count them: of the children of one link, for one holder."""
    found: dict[tuple[Links, str, str], list[Gathered]] = {}
    for each in figures:
        found.setdefault((each.holder, each.figure.entity, each.figure.link), []).append(each)
    return tuple(map(tuple, found.values()))


def of_brood(
    figures: Sequence[Gathered],
    child: EntityRef,
    *,
    zone: ZoneInfo,
    catalog: Catalog,
    of: tuple[int | str, ...] | None,
) -> Question:
    """What is asked of the children: whom each is of, then what decides and makes the figures.

    `of` are the keys of those whose children count, None for everyone.
    """
    pointer = link_field(catalog, child, (figures[0].figure.link,))
    tests, values = _tests(figures), _values(figures)
    filters = conjuncts(tests[0]) if len(tests) == 1 else ()
    return Question(
        child,
        zone,
        filters=filters,
        outputs=(pointer, *(() if filters else tests), *values),
        linked=None if of is None else Linked(pointer, of),
    )


def _tests(figures: Sequence[Gathered]) -> tuple[Predicate, ...]:
    return tuple(dict.fromkeys(each.figure.such for each in figures))


def _values(figures: Sequence[Gathered]) -> tuple[Value, ...]:
    found = (each.figure.of for each in figures)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def counted_brood(figures: Sequence[Gathered], asked: Question, home: Home) -> Select[Any]:
    """The figures as `f0`, `f1`, … beside `key`, from the question `of_brood` made ready.

    Its outputs stand where they stood, whatever they have become on the way.
    """
    children = home.part(answers(asked, home))
    tests, values = _tests(figures), _values(figures)
    filtered = len(asked.outputs) == 1 + len(values)
    first = 1 if filtered else 1 + len(tests)

    def column(figure: ChildFigure) -> ColumnElement[Any]:
        which = true() if filtered else children.c[f"o{1 + tests.index(figure.such)}"] == 1
        if figure.of is None:
            return of_values(figure.kind, None, None, which, home.leaves)
        value = children.c[f"o{first + values.index(figure.of)}"]
        return of_values(figure.kind, value, kind_of(figure.of), which, home.leaves)

    columns = [column(each.figure).label(f"f{n}") for n, each in enumerate(figures)]
    key = children.c["o0"]
    return select(key.label("key"), *columns).where(key.is_not(None)).group_by(key)
