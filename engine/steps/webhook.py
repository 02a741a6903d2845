"""The webhook step: one signed request with a body of the playbook's own making. Pure."""

from __future__ import annotations

from dataclasses import replace

import rfc8785

from engine.bind.acts import BoundWebhook
from engine.bind.catalog import FieldRef
from engine.decide.facts import NewTouch, TouchKind
from engine.messages.check import fields_of, wanted
from engine.messages.compiled import compile_headers, compile_value
from engine.messages.context import Surroundings, context
from engine.messages.failures import RenderFailure
from engine.messages.render import render_headers, render_json
from engine.steps.drafts import Customer, Draft, House, blank, failed

__all__ = ["WebhookPress"]


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
        """The one request."""
        touch = blank(self._house, self._step, customer, kind=TouchKind.WEBHOOK)
        touch = replace(touch, recipient=self._step.channel, method=self._step.method)
        around = Surroundings(self._house.playbook)
        scope = context(self._wanted, customer.values, around, zone=self._house.zone)
        try:
            body = (
                self._default(touch) if self._step.body is None else render_json(self._body, scope)
            )
            headers = render_headers(self._headers, scope)
        except RenderFailure as failure:
            return (Draft(failed(touch, failure)),)
        return (Draft(replace(touch, payload=body, headers=headers, text=body.decode("utf-8"))),)

    def _default(self, touch: NewTouch) -> bytes:
        """Without a body of its own a request says which customer came to which step."""
        told = {
            "playbook": touch.playbook,
            "step": touch.step,
            "entity": touch.entity,
            "key": touch.key,
        }
        return rfc8785.dumps(told)
