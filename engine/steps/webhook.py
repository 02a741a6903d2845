"""The webhook step: one signed request with a body of the playbook's own making. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import rfc8785

from engine.bind.acts import BoundWebhook
from engine.bind.catalog import FieldRef
from engine.decide.facts import NewTouch
from engine.messages.check import fields_of, wanted
from engine.messages.compiled import compile_headers, compile_value
from engine.messages.context import Surroundings, context, context_of_items
from engine.messages.failures import RenderFailure
from engine.messages.render import render_headers, render_json
from engine.messages.templates import Scope
from engine.ports import Recipient
from engine.steps.drafts import Customer, Draft, House, Told, blank, blank_digest, failed

__all__ = ["WebhookPress"]

_About = Mapping[str, str | list[str]]  # `key`, or the `keys` of a digest


class WebhookPress:
    """One webhook step, its texts compiled once."""

    def __init__(self, house: House, step: BoundWebhook) -> None:
        self._house = house
        self._step = step
        self._body = compile_value(step.body, step.place)
        self._headers = compile_headers(step.headers, step.place)
        self._wanted = wanted(step, house.playbook, house.catalog)

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """The fields that printing needs of each customer."""
        return fields_of(self._step, self._house.playbook, self._house.catalog)

    def drafts(self, customer: Customer) -> tuple[Draft, ...]:
        """The one request; without a body of its own it says which customer came to the step."""
        touch = blank(self._house, self._step, customer)
        around = Surroundings(self._house.playbook)
        scope = context(self._wanted, customer.values, around, zone=self._house.zone)
        return (self._printed(touch, scope, {"key": touch.key}),)

    def digest(self, told: Told) -> Draft:
        """The one request about several; without a body of its own it names them all."""
        touch = blank_digest(self._house, self._step, told)
        person = Recipient(told.who.address, told.who.name)
        around = Surroundings(self._house.playbook, recipient=person)
        scope = context_of_items(self._wanted, told.values, around, zone=self._house.zone)
        keys = [each.enrollment.key for each in told.customers]
        return self._printed(touch, scope, {"keys": keys})

    def _printed(self, touch: NewTouch, scope: Scope, about: _About) -> Draft:
        touch = replace(touch, recipient=self._step.channel, method=self._step.method)
        try:
            body = (
                _default(touch, about)
                if self._step.body is None
                else render_json(self._body, scope)
            )
            headers = render_headers(self._headers, scope)
        except RenderFailure as failure:
            return Draft(failed(touch, failure))
        return Draft(replace(touch, payload=body, headers=headers, text=body.decode("utf-8")))


def _default(touch: NewTouch, about: _About) -> bytes:
    step = {"playbook": touch.playbook, "step": touch.step, "entity": touch.entity}
    return rfc8785.dumps({**step, **about})
