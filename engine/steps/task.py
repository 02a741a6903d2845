"""The task step: a piece of work for a person of ours, in the built-in inbox. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from engine.bind.acts import BoundTask
from engine.bind.catalog import FieldRef
from engine.decide.facts import NewTask
from engine.messages.check import fields_of, wanted
from engine.messages.compiled import compile_text
from engine.messages.context import Surroundings, context, context_of_items
from engine.messages.failures import RenderFailure
from engine.messages.render import render_line, render_text
from engine.messages.templates import Scope
from engine.moments import Duration, local_date, shift_local
from engine.ports import Recipient
from engine.steps.drafts import Customer, Draft, House, Told, blank, blank_digest, failed
from engine.steps.persons import Who, first_set

__all__ = ["TaskPress"]

_NOBODY = Who("")


class TaskPress:
    """One task step, its texts compiled once."""

    def __init__(self, house: House, step: BoundTask) -> None:
        self._house = house
        self._step = step
        self._title = compile_text(step.title, step.place)
        self._notes = compile_text(step.notes, step.place)
        self._wanted = wanted(step, house.playbook, house.catalog)

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """The fields that printing needs of each customer."""
        return fields_of(self._step, self._house.playbook, self._house.catalog)

    def drafts(self, customer: Customer) -> tuple[Draft, ...]:
        """The one task; where nobody is set to do it, it is for whoever takes it."""
        assignee = first_set(self._step.assign, customer.values) or _NOBODY
        touch = blank(self._house, self._step, customer)
        try:
            task = self._task(self._scope(customer, assignee), assignee)
        except RenderFailure as failure:
            return (Draft(failed(touch, failure)),)
        return (Draft(replace(touch, recipient=assignee.address, subject=task.title, task=task)),)

    def digest(self, told: Told) -> Draft:
        """The one task about several, for the person that they are gathered for."""
        touch = blank_digest(self._house, self._step, told)
        around, zone = self._around(told.who)
        scope = context_of_items(self._wanted, told.values, around, zone=zone)
        try:
            task = self._task(scope, told.who)
        except RenderFailure as failure:
            return Draft(failed(touch, failure))
        return Draft(replace(touch, recipient=task.assignee, subject=task.title, task=task))

    def _scope(self, customer: Customer, assignee: Who) -> Scope:
        around, zone = self._around(assignee)
        return context(self._wanted, customer.values, around, zone=zone)

    def _around(self, assignee: Who) -> tuple[Surroundings, ZoneInfo]:
        person = Recipient(assignee.address, assignee.name) if assignee.address else None
        around = Surroundings(self._house.playbook, recipient=person)
        return around, assignee.zone or self._house.zone

    def _task(self, scope: Scope, assignee: Who) -> NewTask:
        return NewTask(
            title=render_line(self._title, scope),
            kind=str(self._step.kind),
            assignee=assignee.address,
            assignee_name=assignee.name,
            notes=render_text(self._notes, scope) if self._step.notes else "",
            urgency=self._step.urgency,
            due_on=self._due_on(self._step.due).isoformat() if self._step.due else "",
            outcomes=self._step.outcomes,
            closes=self._step.close_when is not None,
        )

    def _due_on(self, due: Duration) -> date:
        zone, holidays = self._house.playbook.zone, self._house.holidays
        return local_date(shift_local(self._house.as_of, due, zone, holidays=holidays), zone)
