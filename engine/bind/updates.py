"""Updates of steps: which row, which columns, and values that fit them. Language, section 5."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from engine.bind.acts import BoundUpdate, Written
from engine.bind.bearing import bears_failure
from engine.bind.catalog import EntityRef, FieldRef
from engine.bind.findings import Findings, wrong
from engine.bind.literals import shown
from engine.bind.names import Scope, find_field
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.language.steps import Added, UpdateStep
from engine.moments import (
    Ago,
    At,
    Day,
    Hence,
    Moment,
    MomentError,
    Now,
    Relative,
    StartOf,
    Today,
    parse_moment,
)
from engine.places import Place
from engine.problems import did_you_mean
from engine.tables import ColumnRef

__all__ = ["bind_update"]

_LARGEST_INTEGER = 2**63 - 1  # what an integer column of any store holds
_TEMPLATE = ("{{", "{%")


def bind_update(step: UpdateStep, scope: Scope, found: Findings) -> BoundUpdate:
    """Fields of the playbook's own entity, or of a parent that one link leads to."""
    borne = bears_failure(step, scope, found)
    links = found.attempt(lambda: _links_to(step.entity, scope, step.place.of("update")))
    entity = scope.entity
    for link in links or ():
        entity = scope.entity_named(entity.links[link].to, step.place)
    values: tuple[tuple[FieldRef, Written], ...] = ()
    if links is not None:  # else nobody knows whose fields they are
        found.attempt(lambda: _check_writes(entity.table.connector, scope, step.place.of("update")))
        values = found.attempt(lambda: _values(step, scope.of(entity)))
    return BoundUpdate(entity=entity, links=links or (), values=values, **borne)


def _links_to(name: str, scope: Scope, place: Place) -> tuple[str, ...]:
    if name == scope.entity.name:
        return ()
    links = [link.name for link in scope.entity.links.values() if link.to == name]
    if len(links) == 1:
        return (links[0],)
    known = [scope.entity.name, *(link.to for link in scope.entity.links.values())]
    message = (
        f"`{name}` is linked to by {' and '.join(links)}; an update needs to know which"
        if links
        else f"`{name}` is neither this playbook's entity nor one that it links to"
    )
    raise wrong(place, "unknown-entity", message, hint="" if links else did_you_mean(name, known))


def _check_writes(connector: str, scope: Scope, place: Place) -> None:
    declared = scope.project.settings.connectors.get(connector)
    if declared is not None and declared.type != "sql":
        raise wrong(
            place,
            "cannot-write",
            f"the connector {connector} is of type {declared.type}, which is only read; an update "
            "needs one of type sql",
        )


def _values(step: UpdateStep, there: Scope) -> tuple[tuple[FieldRef, Written], ...]:
    with Findings() as found:
        values = found.each(step.values, lambda each: _written(each, there, step.place))
    _check_once(values, step.place.of("set"))
    return values


def _check_once(values: Sequence[tuple[FieldRef, Written]], place: Place) -> None:
    columns = Counter(ref.column.column for ref, _ in values)
    twice = sorted(ref.name for ref, _ in values if columns[ref.column.column] > 1)
    if twice:
        raise wrong(place, "duplicate-name", f"{' and '.join(twice)} are one column; set it once")


def _written(
    each: tuple[str, Scalar | Added], scope: Scope, place: Place
) -> tuple[FieldRef, Written]:
    name, value = each
    key, at = place.of_key("set", name), place.of("set", name)
    field = find_field(name, scope, key)
    if field.links or not isinstance(field.source, ColumnRef):
        what = "of a linked row" if field.links else "computed"
        raise wrong(key, "cannot-write", f"`{name}` is {what}, and cannot be written")
    _check_may_change(field, scope.entity, key)
    if isinstance(value, Added):
        return field, _added(value, field, at)
    return field, _value(value, field, at)


def _check_may_change(field: FieldRef, entity: EntityRef, place: Place) -> None:
    """Not what the row is found by, nor what it belongs to."""
    column = field.column.column
    if column == entity.key.column:
        why = f"is the key of {entity.name}"
    elif link := next((link for link in entity.links.values() if link.column == column), None):
        why = f"says which {link.to} a {entity.name} belongs to"
    elif column in [name for name, _ in entity.table.where]:
        why = f"says by `where` which rows count as {entity.name}"
    elif field.kind is Kind.LIST:
        why = "is a list"
    else:
        return
    raise wrong(place, "cannot-write", f"`{field.name}` {why}, and cannot be written")


def _added(value: Added, field: FieldRef, place: Place) -> Added:
    if field.kind not in (Kind.INTEGER, Kind.NUMBER):
        raise wrong(place, "wrong-type", f"`add` needs a number; {field.name} is {field.kind}")
    return Added(_number(value.amount, field, place))


def _value(value: Scalar, field: FieldRef, place: Place) -> Written:
    match field.kind:
        case Kind.BOOLEAN if isinstance(value, bool):
            return value
        case Kind.INTEGER | Kind.NUMBER if not isinstance(value, bool | str):
            return _one_of(_number(value, field, place), field, place)
        case Kind.TEXT if isinstance(value, str):
            is_template = any(mark in value for mark in _TEMPLATE)
            return value if is_template else _one_of(value, field, place)
        case Kind.DATE | Kind.TIMESTAMP if isinstance(value, str):
            return _moment(value, field, place)
        case _:
            raise _unfit(value, field, place)


def _unfit(value: Scalar, field: FieldRef, place: Place) -> Exception:
    hint = ""
    if field.kind is Kind.TEXT:
        hint = f'write it in quotes, as "{str(value).lower()}"'
    elif isinstance(value, str) and any(mark in value for mark in _TEMPLATE):
        hint = "only a text field takes a template"
    message = f"`{field.name}` is {field.kind} and is set to {shown(value)}"
    return wrong(place, "wrong-type", message, hint=hint)


def _number(value: int | float, field: FieldRef, place: Place) -> int | float:
    if not math.isfinite(value) or abs(value) > _LARGEST_INTEGER:
        raise wrong(place, "out-of-range", f"`{field.name}` cannot hold {value}")
    if field.kind is Kind.NUMBER:
        return value
    if value != int(value):
        raise wrong(place, "wrong-type", f"`{field.name}` is integer and cannot hold {value}")
    return int(value)


def _one_of(value: Scalar, field: FieldRef, place: Place) -> Scalar:
    if field.values and value not in field.values:
        known = [str(each) for each in field.values]
        message = f"`{field.name}` is never {shown(value)}"
        hint = did_you_mean(str(value), known) or f"the catalog allows {', '.join(known)}"
        raise wrong(place, "unknown-value", message, hint=hint)
    return value


def _moment(text: str, field: FieldRef, place: Place) -> Moment:
    """A date or an instant that no row is needed for."""
    try:
        moment = parse_moment(text)
    except MomentError:
        moment = None
    if moment is None or not _stands_alone(moment):
        raise wrong(
            place,
            "bad-moment",
            f"`{field.name}` is {field.kind} and is set to `{text}`",
            hint="expected a date or timestamp, `now`, `today`, `start of month` or `in 30 days`",
        )
    return moment


def _stands_alone(moment: Moment) -> bool:
    match moment:
        case Relative(of=of):
            return _stands_alone(of)
        case _:
            return isinstance(moment, Day | At | Now | Today | StartOf | Ago | Hence)
