"""Literals: the values that people write beside operators, typed by what they are compared with."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from engine.bind.findings import wrong
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.places import Place

__all__ = ["literal", "shown"]

_PERCENT = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s?%", re.ASCII)
_LARGEST_INTEGER = 2**63 - 1  # what an integer column of any store holds

_EXPECTED = {
    Kind.TEXT: "text",
    Kind.INTEGER: "a number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date",
    Kind.TIMESTAMP: "a timestamp",
    Kind.LIST: "text",
}


def literal(value: object, kind: Kind, subject: str, place: Place) -> Scalar:
    """A literal of a kind; `50%` is 0.5 beside a number and text beside text.

    Raises:
        Invalid: it is of another kind, or beyond 64 bits; `subject` names what it stands beside.
    """
    match kind:
        case Kind.BOOLEAN:
            if isinstance(value, bool):
                return value
        case Kind.INTEGER | Kind.NUMBER:
            if isinstance(value, str) and (percent := _PERCENT.fullmatch(value.strip())):
                return float(Decimal(percent[1]) / 100)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return _finite(value, subject, place)
        case _:
            if isinstance(value, str):
                return value
    raise wrong(
        place,
        "wrong-type",
        f"{subject} is {kind} and is compared with {_EXPECTED[kind]}; found {shown(value)}",
        hint=_hint(value, kind),
    )


def shown(value: object) -> str:
    """A literal as messages show it, with its type where that is the point."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text `{value}`"
        case tuple() | list():
            return "a list"
        case _:
            return "a mapping"


def _finite(value: int | float, subject: str, place: Place) -> int | float:
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) > _LARGEST_INTEGER):
        raise wrong(
            place, "out-of-range", f"{subject} cannot be compared with {value}; it is out of range"
        )
    return value


def _hint(value: object, kind: Kind) -> str:
    if kind is Kind.TEXT and isinstance(value, bool | int | float):
        return f'write it in quotes, as "{str(value).lower()}"'
    if kind is Kind.BOOLEAN and value in ("yes", "no", "on", "off"):
        return "in YAML 1.2 this word is text; write true or false"
    if isinstance(value, tuple):
        return "one_of takes a list"
    return ""
