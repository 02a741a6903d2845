"""Reading what providers send without trusting its form: a value of another type is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.inbound.events import Event, Unread
from engine.messages.tokens import TOKEN
from engine.places import Place

__all__ = ["Fields", "first_token", "listed", "mapped", "message_ids", "objects_of", "text"]

_LONGEST = 4_000  # characters of one value that are looked at
_TOKEN = re.compile(TOKEN)
_ID = re.compile(r"<[^<>\s]{1,300}>")

Fields = Mapping[str, object]
"""An object of a JSON document."""


def objects_of(
    value: object,
    place: Place,
    *,
    provider: str,
    kind: str,
    event: Callable[[Fields, str, Place], Event],
) -> Iterator[Event | Unread]:
    """The events in one document: an object, or a list of them; the field `kind` says of which."""
    for each in value if isinstance(value, list) else [value]:
        fields: Fields = each if isinstance(each, dict) else {}
        if said := text(fields, kind):
            yield event(fields, said, place)
        else:
            yield Unread(place, f"expected an object with `{kind}`, as {provider} writes it")


def mapped(fields: Fields, *names: str) -> Fields:
    """The object at a path of names, empty where there is none."""
    for name in names:
        value = fields.get(name)
        fields = value if isinstance(value, dict) else {}
    return fields


def listed(fields: Fields, name: str) -> Sequence[Fields]:
    """The objects in a list, none where there is no list."""
    value = fields.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(fields: Fields, *names: str) -> str:
    """The first of some names that has a text or a number, as a text; empty where none has."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value[:_LONGEST]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)[:_LONGEST]
    return ""


def first_token(value: str) -> tuple[str, ...]:
    """The token that names our mail in what we had a provider send along; none where none does."""
    return tuple(_TOKEN.findall(value)[:1])


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs that stand in a text."""
    return tuple(_ID.findall(value))
