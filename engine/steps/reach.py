"""Whom a mail reaches, as the contact policy goes by it: the recipient's zone, and rows. Pure.

Language, section 6: the recipient's own zone, else that of the account's contact, else the
project's; a name that is no zone counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bind.catalog import EntityRef, FieldRef
from engine.bind.names import column_field
from engine.bind.policy import row_of
from engine.steps.drafts import Customer, House
from engine.steps.persons import Values, Who, zone_named

__all__ = ["Reach"]


class Reach:
    """What is asked of each customer of a playbook to know whom its mails reach."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._own = house.playbook.audience.entity
        self._keys = {
            link: FieldRef((link,), parent.name, "(key)", parent.key)
            for link, parent in self._parents()
        }
        self._zones = dict(self._contact_zones())

    def _parents(self) -> Iterator[tuple[str, EntityRef]]:
        for link in self._own.links.values():
            parent = self._house.catalog.entities.get(link.to)
            if parent is not None:
                yield link.name, parent

    def _contact_zones(self) -> Iterator[tuple[tuple[str, ...], FieldRef]]:
        """Where the zone of a contact stands: the customer's own, then those of its parents."""
        asked = [((), self._own), *(((link,), parent) for link, parent in self._parents())]
        for links, entity in asked:
            if entity.contact is not None and entity.contact.timezone is not None:
                yield links, column_field(links, entity, entity.contact.timezone)

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """The fields that it needs of each customer."""
        return (*self._keys.values(), *self._zones.values())

    def zone(self, recipient: Who, values: Values) -> str:
        """The IANA name of the zone in which a recipient reads."""
        if recipient.zone is not None:
            return recipient.zone.key
        found = (_zone(ref, values) for ref in self._asked(recipient.links))
        return next((name for name in found if name), self._house.zone.key)

    def _asked(self, links: tuple[str, ...]) -> Iterator[FieldRef]:
        """The nearest first; the customer's own zone is not that of who has a role at a parent."""
        if links in self._zones:
            yield self._zones[links]
        yield from (ref for where, ref in self._zones.items() if where or not links)

    def rows(self, customer: Customer) -> tuple[str, ...]:
        """The customer's own row and its parents', as caps count them."""
        own = row_of(self._own.name, customer.enrollment.key)
        return (own, *self._parent_rows(customer.values))

    def _parent_rows(self, values: Mapping[str, object]) -> Iterator[str]:
        for ref in self._keys.values():
            key = values.get(ref.path)
            if key is not None:
                yield row_of(ref.entity, str(key))


def _zone(ref: FieldRef, values: Values) -> str:
    zone = zone_named(values.get(ref.path))
    return zone.key if zone is not None else ""
