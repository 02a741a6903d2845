"""Bound persons: who a step means, looked up. Language, section 5, "Persons"."""

from __future__ import annotations

from engine.bind.catalog import FieldRef
from engine.records import dataclass

__all__ = ["FixedPerson", "PersonRef", "Persons", "RolePerson", "Slot"]


@dataclass(frozen=True, slots=True)
class RolePerson:
    """A person found in the data: a role or contact of the entity that `links` lead to.

    The fields are seen from the playbook's entity, so their paths are what `audience.rows` gives
    values by. `is_team` says a colleague: no caps, no unsubscribing. `text` is the reference as
    written.
    """

    text: str
    links: tuple[str, ...]
    email: FieldRef
    name: FieldRef | None = None
    timezone: FieldRef | None = None
    locale: FieldRef | None = None
    is_team: bool = False

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """All fields that must be read to know this person."""
        parts = (self.email, self.name, self.timezone, self.locale)
        return tuple(part for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class FixedPerson:
    """`house.NAME`, a channel's `from` or an address written out; `name` may be empty.

    `is_team` is true of people of the house; an address written out is treated as a customer's.
    """

    text: str
    name: str
    email: str
    is_team: bool = False


PersonRef = RolePerson | FixedPerson

Slot = tuple[PersonRef, ...]
"""Alternatives in order: the first that has an address is the one; empty where none is named."""

Persons = tuple[Slot, ...]
"""Several persons, a slot each; a recipient's place in `to` is the position of its slot."""
