"""A question about the rows of one entity, as the one statement that answers it at home."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause, Select, func, literal, select
from sqlalchemy.sql import ColumnElement

from engine.bind.catalog import EntityRef
from engine.compile.aggregates import of_none
from engine.compile.algebra import kind_of, transform, walk
from engine.compile.core import (
    Events,
    Field,
    Figure,
    Gathered,
    Key,
    Node,
    Predicate,
    Rank,
    Tallied,
    Value,
)
from engine.compile.layers import layers
from engine.compile.links import key_at
from engine.compile.passes import IsForeign, tallying
from engine.compile.relations import (
    Askers,
    Base,
    Home,
    base,
    event_rows,
    rows_again,
    successor_rows,
)
from engine.compile.sight import EventRows, Scope
from engine.compile.sql import flag, predicate_sql, value_sql
from engine.compile.tally import (
    day_edges,
    figures_inside,
    hanging_fields,
    needs_pass,
    pools,
    tallied,
    tally,
)
from engine.language.catalog import Kind
from engine.ports import Row, StoreKind

__all__ = ["Linked", "Question", "answers", "edge_of", "prepared", "statement"]

Sql = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Linked:
    """The rows whose link `by` holds one of some keys."""

    by: Field
    keys: tuple[int | str, ...]


@dataclass(frozen=True)
class Question:
    """Of which rows of an entity all `filters` hold, and what each of the `outputs` is for them.

    `among` are the keys to look at, None for all, and `linked` leaves those alone that link to
    some. Answers are rows of the key and the outputs (a predicate as 1 or 0), in ascending order
    of the key.
    """

    entity: EntityRef
    zone: ZoneInfo
    filters: tuple[Predicate, ...] = ()
    outputs: tuple[Predicate | Value, ...] = ()
    among: tuple[int | str, ...] | None = None
    linked: Linked | None = None

    @property
    def is_of_some(self) -> bool:
        """Whether it is told which rows to look at."""
        return self.among is not None or self.linked is not None

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Everything that is asked."""
        by = () if self.linked is None else (self.linked.by,)
        return (*self.filters, *self.outputs, *by)

    @cached_property
    def walked(self) -> tuple[Node, ...]:
        """The same with every node under it: much is looked for among them."""
        return tuple(each for node in self.nodes for each in walk(node))

    def changed(self, change: Callable[[Node], Node]) -> Question:
        """The same with a change made to everything that is asked, the innermost first."""
        filters = tuple(_transformed(each, change) for each in self.filters)
        outputs = tuple(_transformed(each, change) for each in self.outputs)
        pairs = (*zip(filters, self.filters, strict=True), *zip(outputs, self.outputs, strict=True))
        if all(new is old for new, old in pairs):
            return self
        return replace(self, filters=filters, outputs=outputs)


Tree = TypeVar("Tree", bound=Predicate | Value)


def _transformed(tree: Tree, change: Callable[[Node], Node]) -> Tree:
    """A change gives a predicate for a predicate, and a value for a value."""
    return cast(Tree, transform(tree, change))


def prepared(question: Question, kind: StoreKind, is_foreign: IsForeign) -> Question:
    """The question as a kind of store finds its figures."""
    return question.changed(tallying(kind, question.nodes, is_foreign))


def statement(question: Question, home: Home) -> Select[Any]:
    """The statement that answers a prepared question at the home of its entity."""
    return answers(question, home).order_by("key")


def answers(question: Question, home: Home) -> Select[Any]:
    """The same in no order, to stand inside another: `key`, then the outputs as `o0`, `o1`, …"""
    if not _comes_late(question.nodes):
        return _at_once(question, home)
    first = [each for each in question.filters if not _comes_late((each,))]
    rest = [each for each in question.filters if _comes_late((each,))]
    candidates = _candidates(question, home, first)
    found = _with_passes(question, home, candidates)
    for layer in layers(question.nodes):
        found = _with_layer(question, home, found, layer)
    scope = _scope(question, home, found.known)
    key = found.known[key_at(home.catalog, question.entity, ())]
    outputs = [_output(each, scope).label(f"o{n}") for n, each in enumerate(question.outputs)]
    asked = select(key.label("key"), *outputs).select_from(found.relation)
    return asked.where(*(predicate_sql(each, scope) for each in rest))


def _comes_late(nodes: Sequence[Node]) -> bool:
    """Whether anything in them is known only after what the rows themselves tell."""
    return needs_pass(nodes) or bool(layers(nodes))


def _with_layer(question: Question, home: Home, found: Askers, layer: Sequence[Value]) -> Askers:
    """What was found beside values that are made of it, each in a column: written once."""
    scope = _scope(question, home, found.known)
    made = {value: value_sql(value, scope) for value in layer}
    columns = {**found.known, **made}
    labelled = [column.label(f"c{n}") for n, column in enumerate(columns.values())]
    relation = home.part(select(*labelled).select_from(found.relation))
    return Askers(relation, {value: relation.c[f"c{n}"] for n, value in enumerate(columns)})


def edge_of(question: Question, rank: Rank, home: Home) -> Select[Any]:
    """The value of the last row that is within a rank, by the first output of a question.

    A row is within a share where those before it are fewer than the share of all: whole numbers
    compare, so that no rounding of the share can err.
    """
    asked = home.part(answers(question, home))
    value = asked.c["o0"]
    order = value.desc() if rank.highest else value.asc()
    placed = select(
        value.label("value"),
        func.rank().over(order_by=order).label("place"),
        func.count().over().label("number"),
    )
    ranked = home.part(placed)
    before, number = ranked.c["place"] - 1, ranked.c["number"]
    if rank.share is not None:
        part, whole = rank.share.numerator, rank.share.denominator
        inside = before * literal(whole) < number * literal(part)
    else:
        inside = before < literal(rank.count)
    last = func.min(ranked.c["value"]) if rank.highest else func.max(ranked.c["value"])
    return select(last).where(inside)


def _at_once(question: Question, home: Home) -> Select[Any]:
    """Without tallies: one select over the joined rows."""
    stands = base(home, question.entity, question.nodes)
    scope = replace(
        _scope(question, home, stands.known), plain=stands.plain, ordered=stands.ordered
    )
    outputs = [_output(each, scope).label(f"o{n}") for n, each in enumerate(question.outputs)]
    found = select(stands.key.label("key"), *outputs).select_from(stands.source)
    return found.where(*_asked_about(question, home, stands)).where(
        *(predicate_sql(each, scope) for each in question.filters)
    )


def _asked_about(question: Question, home: Home, stands: Base) -> list[ColumnElement[bool]]:
    """A row without a key is nobody; `among` travels as rows, never as a list in the text."""
    tests: list[ColumnElement[bool]] = [stands.key.is_not(None)]
    key = Key((), question.entity.key.kind)
    if question.among is not None:
        tests.append(_is_among(stands.plain[key], key.kind, question.among, home))
    if question.linked is not None:
        by = question.linked.by
        tests.append(_is_among(stands.plain[by], kind_of(by), question.linked.keys, home))
    return tests


def _is_among(
    sought: Sql, kind: Kind, keys: Sequence[int | str], home: Home
) -> ColumnElement[bool]:
    asked = home.given.rows(keys, rows_again("asked", {"key": kind}, _each_alone), home)
    return sought.in_(select(asked.c["key"]))


def _each_alone(keys: Sequence[int | str]) -> Sequence[Row]:
    return [(each,) for each in keys]


def _output(node: Predicate | Value, scope: Scope) -> Sql:
    return flag(node, scope) if isinstance(node, Predicate) else value_sql(node, scope)


def _scope(question: Question, home: Home, known: Mapping[Value, Sql]) -> Scope:
    """What a statement sees of its row, and how it reaches the row's events."""

    def correlated(events: Events) -> EventRows:
        rows = event_rows(home, question.entity, (events,))
        holder = known[key_at(home.catalog, question.entity, events.holder)]
        tests = (rows.holder == holder, *rows.tests[events])
        return replace(rows, tests={events: tests})

    return Scope(
        home.leaves,
        question.zone,
        known,
        given=home.given,
        correlated=correlated,
        successors=lambda followed: successor_rows(home, followed),
    )


# ---------------------------------------------------------------- candidates and their tallies


def _candidates(question: Question, home: Home, first: Sequence[Predicate]) -> Askers:
    """The rows that what needs no tally holds of, with every value that is needed after."""
    stands = base(home, question.entity, question.nodes)
    scope = replace(
        _scope(question, home, stands.known), plain=stands.plain, ordered=stands.ordered
    )
    later = [each for each in question.nodes if each not in first]
    values = [*_values_needed(question, home, later), *day_edges(tallied(question.walked))]
    columns = [value_sql(value, scope).label(f"c{n}") for n, value in enumerate(values)]
    found = select(*columns).select_from(stands.source)
    found = found.where(*_asked_about(question, home, stands))
    cte = found.where(*(predicate_sql(each, scope) for each in first)).cte()
    return Askers(cte, {value: cte.c[f"c{n}"] for n, value in enumerate(values)})


def _values_needed(question: Question, home: Home, nodes: Iterable[Node]) -> list[Value]:
    found: dict[Value, None] = {key_at(home.catalog, question.entity, ()): None}
    for node in nodes:
        for each in walk(node):
            if isinstance(each, Field | Key):
                found[each] = None
            elif isinstance(each, Events | Gathered):
                found[key_at(home.catalog, question.entity, each.holder)] = None
    return list(found)


def _with_passes(question: Question, home: Home, candidates: Askers) -> Askers:
    """The candidates beside every figure that is found for everyone at once.

    What is counted here comes in rounds: the window of some events hangs on figures of others.
    What was supplied for a larger question, of which this one asks a part, stays out of it.
    """
    found = candidates
    asked = {each for each in question.walked if isinstance(each, Tallied | Gathered)}
    for counted in home.supplied.counted:
        if asked.isdisjoint(counted.figures):
            continue
        key = found.known[key_at(home.catalog, question.entity, counted.by)]
        found = _beside(found, counted.rows.relation(home), key, counted.figures)
    here = [each for each in tallied(question.walked) if Tallied(each) not in found.known]
    while here:
        ready = [each for each in here if _is_known(figures_inside(each), found)]
        found = _with_made(question, home, found, ready)
        found = _with_round(question, home, found, ready)
        here = [each for each in here if each not in ready]
        found = _as_candidates(found) if here else found
    return found


def _with_made(question: Question, home: Home, found: Askers, figures: Sequence[Figure]) -> Askers:
    """Who asks, beside what windows and tests of these figures' events are made of: once a row."""
    layered = layers(figure.events.counting for figure in figures)
    for layer in layered:
        found = _with_layer(question, home, found, layer)
    return _as_candidates(found) if layered else found


def _is_known(figures: Sequence[Figure], found: Askers) -> bool:
    return all(Tallied(each) in found.known for each in figures)


def _as_candidates(found: Askers) -> Askers:
    columns = [column.label(f"c{n}") for n, column in enumerate(found.known.values())]
    cte = select(*columns).select_from(found.relation).cte()
    return Askers(cte, {value: cte.c[f"c{n}"] for n, value in enumerate(found.known)})


def _with_round(
    question: Question, home: Home, askers: Askers, figures: Sequence[Figure]
) -> Askers:
    found = askers
    for pooled in pools(figures).values():
        needed = _needs_askers(question, pooled)
        zone = question.zone
        found_here = tally(
            home, question.entity, pooled, zone=zone, askers=askers if needed else None
        )
        counted = home.part(found_here)
        by = () if needed else pooled[0].events.holder
        key = found.known[key_at(home.catalog, question.entity, by)]
        found = _beside(found, counted, key, tuple(map(Tallied, pooled)))
    return found


def _needs_askers(question: Question, figures: Sequence[Figure]) -> bool:
    """Whether the pass is joined to who asks: it hangs on them, or they are few."""
    narrowed = any(not needs_pass((each,)) for each in question.filters)
    return narrowed or question.is_of_some or bool(hanging_fields(figures))


def _beside(
    askers: Askers, relation: FromClause, key: Sql, figures: Sequence[Tallied | Gathered]
) -> Askers:
    """Who asks, with what was counted by a key of theirs."""
    joined = askers.relation.outerjoin(relation, relation.c["key"] == key)
    columns: dict[Value, Sql] = {
        figure: of_none(figure.figure, relation.c[f"f{number}"])
        for number, figure in enumerate(figures)
    }
    return Askers(joined, {**askers.known, **columns})
