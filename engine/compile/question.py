"""A question about the rows of one entity, as the one statement that answers it at home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause, Select, select
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import EntityRef
from engine.compile.aggregates import of_none
from engine.compile.algebra import walk
from engine.compile.core import (
    Events,
    Field,
    Key,
    Node,
    Predicate,
    Tallied,
    Value,
)
from engine.compile.passes import PASSES, IsForeign
from engine.compile.relations import Base, Home, Sheet, base, event_rows, key_at
from engine.compile.sql import EventRows, Scope, flag, predicate_sql, value_sql
from engine.compile.tally import Askers, hanging_fields, pools, tallied, tally
from engine.ports import StoreKind

__all__ = ["Question", "prepared", "statement"]

Sql = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Of which rows of an entity all `filters` hold, and what each of the `outputs` is for them.

    `among` are the keys to look at, None for all. Answers are rows of the key and the outputs (a
    predicate as 1 or 0), in ascending order of the key.
    """

    entity: EntityRef
    zone: ZoneInfo
    filters: tuple[Predicate, ...] = ()
    outputs: tuple[Predicate | Value, ...] = ()
    among: tuple[int | str, ...] | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Everything that is asked."""
        return (*self.filters, *self.outputs)


def prepared(question: Question, kind: StoreKind, is_foreign: IsForeign) -> Question:
    """The question after the passes of a kind of store."""
    filters, outputs = question.filters, question.outputs
    for decide in PASSES[kind]:
        filters = tuple(decide(each, is_foreign) for each in filters)
        outputs = tuple(decide(each, is_foreign) for each in outputs)
    return replace(question, filters=filters, outputs=outputs)


def statement(question: Question, home: Home) -> Select[Any]:
    """The statement that answers a prepared question at the home of its entity."""
    first = [each for each in question.filters if not tallied((each,))]
    rest = [each for each in question.filters if tallied((each,))]
    if not tallied(question.nodes):
        return _at_once(question, home)
    candidates = _candidates(question, home, first)
    scope = _scope(question, home, candidates.known)
    source, known = _with_tallies(question, home, candidates)
    scope = replace(scope, known={**scope.known, **known})
    key = candidates.known[Key((), question.entity.key.kind)]
    outputs = [_output(each, scope).label(f"o{n}") for n, each in enumerate(question.outputs)]
    found = select(key, *outputs).select_from(source)
    return found.where(*(predicate_sql(each, scope) for each in rest)).order_by(key)


def _at_once(question: Question, home: Home) -> Select[Any]:
    """Without tallies: one select over the joined rows."""
    stands = base(home, question.entity, question.nodes)
    scope = replace(_scope(question, home, stands.known), plain=stands.plain)
    outputs = [_output(each, scope).label(f"o{n}") for n, each in enumerate(question.outputs)]
    found = select(stands.key.label("key"), *outputs).select_from(stands.source)
    return (
        found.where(*_asked_about(question, home, stands))
        .where(*(predicate_sql(each, scope) for each in question.filters))
        .order_by(stands.key)
    )


def _asked_about(question: Question, home: Home, stands: Base) -> list[ColumnElement[bool]]:
    """A row without a key is nobody; `among` travels as rows, never as a list in the text."""
    tests: list[ColumnElement[bool]] = [stands.key.is_not(None)]
    if question.among is not None:
        rows = tuple((each,) for each in question.among)
        asked = Sheet("asked", {"key": question.entity.key.kind}, rows).relation(home.reader)
        sought = stands.plain[Key((), question.entity.key.kind)]
        tests.append(sought.in_(select(asked.c["key"])))
    return tests


def _output(node: Predicate | Value, scope: Scope) -> Sql:
    return flag(node, scope) if isinstance(node, Predicate) else value_sql(node, scope)


def _scope(question: Question, home: Home, known: Mapping[Value, Sql]) -> Scope:
    """What a statement sees of its row, and how it reaches the row's events."""

    def correlated(events: Events) -> EventRows:
        rows = event_rows(home, question.entity, (events,))
        holder = known[key_at(home.catalog, question.entity, events.holder)]
        tests = (rows.holder == holder, *rows.tests[events])
        return replace(rows, tests={events: tests})

    return Scope(home.leaves, question.zone, known, correlated=correlated)


# ---------------------------------------------------------------- candidates and their tallies


def _candidates(question: Question, home: Home, first: Sequence[Predicate]) -> Askers:
    """The rows that what needs no tally holds of, with every value that is needed after."""
    stands = base(home, question.entity, question.nodes)
    scope = replace(_scope(question, home, stands.known), plain=stands.plain)
    later = [each for each in question.nodes if each not in first]
    values = _values_needed(question, home, later)
    columns = [stands.known[value].label(f"c{n}") for n, value in enumerate(values)]
    found = select(*columns).select_from(stands.source)
    found = found.where(*_asked_about(question, home, stands))
    cte = found.where(*(predicate_sql(each, scope) for each in first)).cte("candidates")
    return Askers(cte, {value: cte.c[f"c{n}"] for n, value in enumerate(values)})


def _values_needed(question: Question, home: Home, nodes: Iterable[Node]) -> list[Value]:
    found: dict[Value, None] = {key_at(home.catalog, question.entity, ()): None}
    for node in nodes:
        for each in walk(node):
            if isinstance(each, Field | Key):
                found[each] = None
            elif isinstance(each, Events):
                found[key_at(home.catalog, question.entity, each.holder)] = None
    return list(found)


def _with_tallies(
    question: Question, home: Home, candidates: Askers
) -> tuple[FromClause, dict[Value, Sql]]:
    """The candidates beside every figure that is tallied, wherever it was counted."""
    source, known = candidates.relation, {}
    brought = {each for sheet in home.supplied.tallies for each in sheet.figures}
    for sheet in home.supplied.tallies:
        relation = sheet.sheet.relation(home.reader)
        key = candidates.known[key_at(home.catalog, question.entity, sheet.by)]
        source = source.outerjoin(relation, relation.c["key"] == key)
        known.update(_figure_columns(sheet.figures, relation))
    here = [each for each in tallied(question.nodes) if each not in brought]
    for number, figures in enumerate(pools(here).values()):
        found = _tally_at_home(question, home, figures, candidates).subquery(f"tally_{number}")
        by = () if _needs_askers(question, figures) else figures[0].events.holder
        key = candidates.known[key_at(home.catalog, question.entity, by)]
        source = source.outerjoin(found, found.c["key"] == key)
        known.update(_figure_columns(figures, found))
    return source, known


def _tally_at_home(
    question: Question, home: Home, figures: Sequence[Any], candidates: Askers
) -> Select[Any]:
    askers = candidates if _needs_askers(question, figures) else None
    return tally(home, question.entity, figures, zone=question.zone, askers=askers)


def _needs_askers(question: Question, figures: Sequence[Any]) -> bool:
    """Whether the pass is joined to who asks: it hangs on them, or they are few."""
    narrowed = any(not tallied((each,)) for each in question.filters)
    return narrowed or question.among is not None or bool(hanging_fields(figures))


def _figure_columns(figures: Sequence[Any], relation: FromClause) -> dict[Value, Sql]:
    return {
        Tallied(figure): of_none(figure, relation.c[f"f{number}"])
        for number, figure in enumerate(figures)
    }
