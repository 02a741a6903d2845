"""The email step: who gets it, and the exact bytes that each of them gets. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from engine.bind.acts import BoundEmail
from engine.bind.catalog import FieldRef
from engine.bind.people import RolePerson, Slot
from engine.decide.facts import NewTouch, TouchState
from engine.language.project import SmtpChannel
from engine.messages.address import Address, AddressError, normalise, parse_address
from engine.messages.check import fields_of, wanted
from engine.messages.compiled import CompiledEmail, compile_email
from engine.messages.context import Surroundings, context, context_of_items
from engine.messages.failures import NO_RECIPIENT, UNSAFE_VALUE, RenderFailure
from engine.messages.locales import locales_for
from engine.messages.mime import Envelope, mailbox, message_id, to_bytes
from engine.messages.render import Footer, RenderedEmail, render_email
from engine.messages.templates import Scope
from engine.messages.tokens import Purpose, make_token
from engine.messages.written import Earlier
from engine.ports import Recipient
from engine.steps.drafts import (
    NO_SENDER,
    Customer,
    Draft,
    House,
    Told,
    blank,
    blank_digest,
    ended,
    failed,
)
from engine.steps.persons import Who, first_set
from engine.steps.reach import Reach

__all__ = ["EmailPress"]


@dataclass(frozen=True, slots=True)
class _Party:
    """The people of one message, found."""

    sender: Who
    recipient: Who
    reply_to: Who | None
    answers: Earlier | None = None
    is_for_customers: bool = False


class EmailPress:
    """One email step, its templates compiled once, ready to print for any number of customers."""

    def __init__(self, house: House, step: BoundEmail) -> None:
        self._house = house
        self._step = step
        self._channel = _smtp(house, step)
        self._templates: dict[str, CompiledEmail] = {
            "": compile_email(step.template),
            **{locale.lower(): compile_email(each) for locale, each in step.variants.items()},
        }
        self._wanted = wanted(step, house.playbook, house.catalog)
        self._reach = Reach(house)

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """The fields that printing needs of each customer."""
        of_step = fields_of(self._step, self._house.playbook, self._house.catalog)
        return tuple(dict.fromkeys((*of_step, *self._parent_keys(), *self._reach.fields)))

    def drafts(self, customer: Customer) -> tuple[Draft, ...]:
        """A draft for each of `to` in its order, then one for each of `cc`.

        What cannot be made has ended with its reason; copies are still without content.
        """
        mails = [self._draft(customer, slot, place) for place, slot in enumerate(self._step.to)]
        copies = [self._to_copied(customer, slot, n) for n, slot in enumerate(self._step.cc)]
        return (*mails, *copies)

    def digest(self, told: Told) -> Draft:
        """The one mail about several, to the person that they are gathered for."""
        touch = replace(blank_digest(self._house, self._step, told), topic=self._step.topic)
        sender = told.first_set(self._step.sender)
        if sender is None:
            return Draft(ended(touch, NO_SENDER, _nobody(self._step.sender)))
        reply_to = told.first_set(self._step.reply_to)
        party = _Party(sender, told.who, reply_to, is_for_customers=not told.who.is_team)
        scope = context_of_items(
            self._wanted, told.values, self._around(touch, party), zone=self._zone(told.who)
        )
        try:
            filled = self._filled(touch, scope, party)
            address = normalise(_address(told.who, NO_RECIPIENT))
        except RenderFailure as failure:
            return Draft(failed(touch, failure))
        if not told.who.is_team:
            rows = {row: None for each in told.customers for row in self._reach.rows(each)}
            zone = self._reach.zone(told.who, told.values[0])
            filled |= {"to_customer": True, "zone": zone, "rows": tuple(rows)}
        return Draft(replace(touch, **filled), address=address)

    def _to_copied(self, customer: Customer, slot: Slot, number: int) -> Draft:
        touch = blank(self._house, self._step, customer, place=-1 - number)
        first = blank(self._house, self._step, customer)
        touch = replace(touch, topic=self._step.topic, copy_of=first.id)
        who = first_set(slot, customer.values)
        if who is None:
            return Draft(ended(touch, NO_RECIPIENT, _nobody(slot)))
        try:
            address = _address(who, NO_RECIPIENT)
            mailbox(_recipient(who), "person in cc")
        except RenderFailure as failure:
            return Draft(failed(touch, failure))
        touch = replace(touch, recipient=str(address), to_customer=not who.is_team)
        if touch.to_customer:
            touch = replace(touch, zone=self._reach.zone(who, customer.values))
        copy = self._copy(normalise(address), who, customer) if self._step.one_copy else ""
        return Draft(touch, address=normalise(address), copy=copy, person=_recipient(who))

    def _draft(self, customer: Customer, slot: Slot, place: int) -> Draft:
        topic = self._step.topic
        touch = blank(self._house, self._step, customer, place=place, topic=topic)
        recipient = first_set(slot, customer.values)
        sender = first_set(self._step.sender, customer.values)
        if recipient is None:
            return Draft(ended(touch, NO_RECIPIENT, _nobody(slot)))
        if sender is None:
            return Draft(ended(touch, NO_SENDER, _nobody(self._step.sender)))
        try:
            address = normalise(_address(recipient, NO_RECIPIENT))
            party = self._party(sender, recipient, customer, answers=customer.answers.get(address))
            return self._printed(touch, customer, party, address=address)
        except RenderFailure as failure:
            return Draft(failed(touch, failure))

    def _party(
        self, sender: Who, recipient: Who, customer: Customer, *, answers: Earlier | None
    ) -> _Party:
        reply_to = first_set(self._step.reply_to, customer.values)
        copied = (first_set(slot, customer.values) for slot in self._step.cc)
        is_for_customers = any(who and not who.is_team for who in (recipient, *copied))
        return _Party(sender, recipient, reply_to, answers, is_for_customers)

    def _printed(
        self, touch: NewTouch, customer: Customer, party: _Party, *, address: str
    ) -> Draft:
        scope = context(
            self._wanted,
            customer.values,
            self._around(touch, party),
            zone=self._zone(party.recipient),
        )
        filled = self._filled(touch, scope, party)
        if self._step.approve:
            filled |= self._for_approval(customer)
        if not party.recipient.is_team:
            filled |= self._to_customer(customer, party.recipient)
        copy = self._copy(address, party.recipient, customer) if self._step.one_copy else ""
        return Draft(replace(touch, **filled), address=address, copy=copy)

    def _filled(self, touch: NewTouch, scope: Scope, party: _Party) -> dict[str, Any]:
        """What the mail itself says of its touch; as what follows, parts of a `NewTouch`."""
        email = self._rendered(touch, scope, party)
        wire = to_bytes(email, self._envelope(touch, party))
        return {
            "recipient": str(wire.recipient),
            "sender": str(_address(party.sender, UNSAFE_VALUE)),
            "subject": email.subject,
            "payload": wire.payload,
            "text": email.text,
            "html": email.html,
        }

    def _for_approval(self, customer: Customer) -> dict[str, Any]:
        """Never ready: where nobody is set to approve it, whoever takes the draft up ends it."""
        approver = first_set(self._step.approve, customer.values)
        return {"state": TouchState.DRAFT, "approver": approver.address if approver else ""}

    def _to_customer(self, customer: Customer, recipient: Who) -> dict[str, Any]:
        zone = self._reach.zone(recipient, customer.values)
        return {"to_customer": True, "zone": zone, "rows": self._reach.rows(customer)}

    def _around(self, touch: NewTouch, party: _Party) -> Surroundings:
        return Surroundings(
            self._house.playbook,
            sender=_recipient(party.sender),
            recipient=_recipient(party.recipient),
            values=self._step.values,
            unsubscribe_url=self._way_out(touch, party),
        )

    def _way_out(self, touch: NewTouch, party: _Party) -> str:
        return next(self._ways_out(touch), "") if party.is_for_customers else ""

    def _rendered(self, touch: NewTouch, scope: Scope, party: _Party) -> RenderedEmail:
        footer = Footer(self._channel.postal_address, self._way_out(touch, party))
        template = self._template(party.recipient.locale)
        return render_email(
            template,
            scope,
            footer=footer if party.is_for_customers else Footer(),
            subject=party.answers.answer if party.answers else "",
        )

    def _envelope(self, touch: NewTouch, party: _Party) -> Envelope:
        domain = _address(party.sender, UNSAFE_VALUE).domain
        return Envelope(
            sender=_recipient(party.sender),
            recipient=_recipient(party.recipient),
            message_id=message_id(touch.id, domain),
            date=self._house.as_of,
            reply_to=_recipient(party.reply_to) if party.reply_to else None,
            unsubscribe=tuple(self._ways_out(touch)) if party.is_for_customers else (),
            one_click=self._is_one_click and party.is_for_customers,
            references=party.answers.references if party.answers else (),
        )

    @property
    def _is_one_click(self) -> bool:
        """A mail with copies has one link for several people: a click would be the wrong one's."""
        return self._channel.unsubscribe.one_click and not self._step.cc

    def _ways_out(self, touch: NewTouch) -> Iterator[str]:
        ways = self._channel.unsubscribe
        if ways.url and self._is_one_click:
            token = make_token(self._house.key, Purpose.UNSUBSCRIBE, touch.id)
            yield f"{ways.url}{'&' if '?' in ways.url else '?'}token={token}"
        elif ways.url:
            yield ways.url
        if ways.mailto:
            yield f"mailto:{ways.mailto}"

    def _zone(self, recipient: Who) -> ZoneInfo:
        return recipient.zone or self._house.zone

    def _template(self, locale: str) -> CompiledEmail:
        """The variant of a locale (`fr-CA`, else `fr`), or the default."""
        found = (self._templates.get(each) for each in locales_for(locale))
        return next((each for each in found if each is not None), self._templates[""])

    def _parent_keys(self) -> Iterator[FieldRef]:
        for slot in (*self._step.to, *self._step.cc):
            for person in slot:
                if isinstance(person, RolePerson) and person.links:
                    yield _key_of_parent(person.links, self._house)

    def _copy(self, address: str, recipient: Who, customer: Customer) -> str:
        """The same message goes once to an address; to a role of a parent, once a parent."""
        if not recipient.links:
            return address
        parent = customer.values.get(_key_of_parent(recipient.links, self._house).path)
        return f"{address} as {'.'.join(recipient.links)} {parent}"


def _nobody(slot: Slot) -> str:
    return f"nobody is set as {', '.join(person.text for person in slot)}"


def _key_of_parent(links: tuple[str, ...], house: House) -> FieldRef:
    entity = house.playbook.audience.entity
    for link in links:
        entity = house.catalog.entities[entity.links[link].to]
    return FieldRef(links, entity.name, "(key)", entity.key)


def _smtp(house: House, step: BoundEmail) -> SmtpChannel:
    channel = house.settings.channels[step.channel]
    assert isinstance(channel, SmtpChannel)  # binding has looked
    return channel


def _address(who: Who, reason: str) -> Address:
    try:
        return parse_address(who.address)
    except AddressError as error:
        raise RenderFailure(reason, str(error)) from None


def _recipient(who: Who) -> Recipient:
    return Recipient(who.address, who.name)
