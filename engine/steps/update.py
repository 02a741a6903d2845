"""The update step: fields of one row, written back to where they came from. Pure.

What the touch holds is all that is needed to write: connector, table, the row's key, and columns
with what they become.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.bind.acts import ADDING, SETTING, BoundUpdate, Written
from engine.bind.catalog import FieldRef
from engine.decide.facts import NewTouch
from engine.language.catalog import Kind
from engine.language.steps import Added
from engine.messages.check import fields_of, wanted
from engine.messages.compiled import compile_text
from engine.messages.context import Surroundings, context
from engine.messages.failures import MISSING_VALUE, RenderFailure
from engine.messages.render import render_text
from engine.messages.templates import Scope
from engine.moments import local_date, span
from engine.steps.drafts import Customer, Draft, House, blank, ended, failed

__all__ = ["UpdatePress"]

Plain = str | int | float | bool


class UpdatePress:
    """One update step, its texts compiled once."""

    def __init__(self, house: House, step: BoundUpdate) -> None:
        self._house = house
        self._step = step
        self._wanted = wanted(step, house.playbook, house.catalog)
        self._texts = {
            ref.name: compile_text(value, step.place)
            for ref, value in step.values
            if isinstance(value, str)
        }
        entity = step.entity
        self._key = FieldRef(step.links, entity.name, "(key)", entity.key)
        self._written = tuple(replace(ref, links=step.links) for ref, _ in step.values)

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """What printing needs; the fields that are written too, so that a run finds them sound."""
        printed = fields_of(self._step, self._house.playbook, self._house.catalog)
        return tuple({ref.path: ref for ref in (*printed, self._key, *self._written)}.values())

    def drafts(self, customer: Customer) -> tuple[Draft, ...]:
        """The one change; where no row is linked to there is nothing to write to."""
        touch = blank(self._house, self._step, customer)
        entity, key = self._step.entity, customer.values.get(self._key.path)
        if key is None:
            return (Draft(ended(touch, MISSING_VALUE, f"it has no {entity.name} to write to")),)
        around = Surroundings(self._house.playbook)
        scope = context(self._wanted, customer.values, around, zone=self._house.zone)
        try:
            values = {ref.name: self._value(ref, said, scope) for ref, said in self._step.values}
        except RenderFailure as failure:
            return (Draft(failed(touch, failure)),)
        return (Draft(self._filled(touch, key, values)),)

    def _filled(self, touch: NewTouch, key: object, values: Mapping[str, Plain]) -> NewTouch:
        table = self._step.entity.table
        told = ", ".join(self._told(ref, said, values) for ref, said in self._step.values)
        change = {
            "connector": table.connector,
            "table": table.table,
            "where": table.where,
            "key": {**_column(self._key), "value": key},
            "set": self._columns(values, adding=False),
            "add": self._columns(values, adding=True),
        }
        return replace(
            touch,
            method=ADDING if change["add"] else SETTING,
            recipient=f"{self._step.entity.name} {key}",
            subject=told,
            text=told,
            payload=json.dumps(change, ensure_ascii=False, sort_keys=True).encode(),
        )

    def _columns(self, values: Mapping[str, Plain], *, adding: bool) -> list[dict[str, object]]:
        return [
            {**_column(ref), "value": values[ref.name]}
            for ref, said in self._step.values
            if isinstance(said, Added) is adding
        ]

    def _told(self, ref: FieldRef, said: Written, values: Mapping[str, Plain]) -> str:
        how = "+" if isinstance(said, Added) else "="
        return f"{ref.name} {how} {values[ref.name]}"

    def _value(self, ref: FieldRef, said: Written, scope: Scope) -> Plain:
        match said:
            case Added(number):
                return number
            case str():
                return render_text(self._texts[ref.name], scope)
            case bool() | int() | float():
                return said
            case moment:
                return self._moment(ref, span(moment, self._house.as_of, self._zone).start)

    @property
    def _zone(self) -> ZoneInfo:
        return self._house.playbook.zone

    def _moment(self, ref: FieldRef, at: datetime) -> str:
        """A day in the playbook's zone, or an instant of whole seconds."""
        if ref.kind is Kind.DATE:
            return local_date(at, self._zone).isoformat()
        return at.replace(microsecond=0).isoformat()


def _column(ref: FieldRef) -> dict[str, object]:
    return {"column": ref.column.column, "kind": ref.kind, "format": ref.column.format}
