"""Which person a step means for one customer: the first of its alternatives that is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.bind.people import FixedPerson, PersonRef, RolePerson, Slot

__all__ = ["Values", "Who", "first_set", "zone_named"]

Values = Mapping[str, object]
"""One customer's values by `FieldRef.path`; missing ones are None or absent."""


@dataclass(frozen=True, slots=True)
class Who:
    """A person found: an address as the data has it, not yet parsed. `zone` and `locale` if known.

    `links` lead to the entity whose role this is; empty for the customer's own.
    """

    address: str
    name: str = ""
    zone: ZoneInfo | None = None
    locale: str = ""
    links: tuple[str, ...] = ()
    is_team: bool = False


def first_set(slot: Slot, values: Values) -> Who | None:
    """The first alternative that has an address, or None."""
    found = (_who(person, values) for person in slot)
    return next((who for who in found if who is not None), None)


def _who(person: PersonRef, values: Values) -> Who | None:
    match person:
        case FixedPerson():
            return Who(person.email, person.name, is_team=person.is_team)
        case RolePerson():
            return _role(person, values)


def _role(person: RolePerson, values: Values) -> Who | None:
    address = _text(values, person.email.path)
    if not address:
        return None
    return Who(
        address,
        name=_text(values, person.name.path) if person.name else "",
        zone=zone_named(values.get(person.timezone.path)) if person.timezone else None,
        locale=_text(values, person.locale.path) if person.locale else "",
        links=person.links,
        is_team=person.is_team,
    )


def _text(values: Values, path: str) -> str:
    value = values.get(path)
    return value.strip() if isinstance(value, str) else ""


def zone_named(name: object) -> ZoneInfo | None:
    """The zone of a name from the data; an unknown one counts as missing (language, section 6)."""
    if not isinstance(name, str) or not name.strip():
        return None
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
