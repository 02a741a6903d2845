"""Reading what providers send without trusting its form: a value of another type is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["Fields", "listed", "mapped", "text"]

_LONGEST = 4_000  # characters of one value that are looked at

Fields = Mapping[str, object]
"""An object of a JSON document."""


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
