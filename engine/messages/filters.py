"""The filters that templates have: this table, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import wraps
from inspect import Signature, signature
from typing import Any
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.runtime import Undefined

from engine.messages.budget import bounded
from engine.messages.dates import DEFAULT_FORMAT, DateFormatError, format_date
from engine.messages.failures import RENDER_ERROR, RenderFailure
from engine.messages.rendering import Rendering
from engine.messages.values import Missing, printed, rounded

__all__ = [
    "FILTERS",
    "INTERNAL_FILTERS",
    "WORKS_ON_MISSING",
    "needs_other_arguments",
    "strict",
]

_MOST_DIGITS = 9


# ---------------------------------------------------------------- what people write


def _default(value: object, instead: object = "") -> object:
    """`instead`, where the value is missing."""
    return instead if isinstance(value, Undefined) else value


@pass_context
def _date(context: Rendering, value: object, pattern: object = DEFAULT_FORMAT) -> str:
    """A date or time in words, in the recipient's zone."""
    if isinstance(value, datetime):
        value = value.astimezone(context.zone)
    if not isinstance(value, date) or not isinstance(pattern, str):
        raise RenderFailure(RENDER_ERROR, "`date` takes a date or timestamp, and a format")
    try:
        return format_date(value, pattern)
    except DateFormatError as error:
        raise RenderFailure(RENDER_ERROR, str(error)) from None


@pass_context
def _upper(context: Rendering, value: object) -> str:
    return _text(context, value).upper()


@pass_context
def _lower(context: Rendering, value: object) -> str:
    return _text(context, value).lower()


_WORD = re.compile(r"[^\W\d_][^\s]*")


@pass_context
def _title(context: Rendering, value: object) -> str:
    """Each word with a capital; what follows an apostrophe stays small."""
    return _WORD.sub(lambda word: word[0].capitalize(), _text(context, value))


@pass_context
def _capitalize(context: Rendering, value: object) -> str:
    return _text(context, value).capitalize()


@pass_context
def _trim(context: Rendering, value: object) -> str:
    return _text(context, value).strip()


@pass_context
def _replace(context: Rendering, value: object, old: object, new: object) -> str:
    text, before, after = (_text(context, part) for part in (value, old, new))
    if not before:
        raise RenderFailure(RENDER_ERROR, "`replace` needs a text to look for")
    bounded(len(text) + text.count(before) * (len(after) - len(before)))
    return text.replace(before, after)


@pass_context
def _truncate(context: Rendering, value: object, length: object = 80, end: object = "…") -> str:
    """At most `length` characters, cut between words where it can be."""
    text, tail, most = _text(context, value), _text(context, end), _count(length, "truncate")
    if len(text) <= most:
        return text
    if most <= len(tail):
        return tail[:most]
    kept = text[: most - len(tail)]
    if not text[len(kept)].isspace() and " " in kept:
        kept = kept.rsplit(" ", 1)[0]
    return kept.rstrip() + tail


def _first(value: object) -> object:
    items = _items(value, "first")
    return items[0] if items else Missing(name="first of an empty list")


def _last(value: object) -> object:
    items = _items(value, "last")
    return items[-1] if items else Missing(name="last of an empty list")


def _length(value: object) -> int:
    if not isinstance(value, str | list | dict):
        raise RenderFailure(RENDER_ERROR, "`length` takes a list or a text")
    return len(value)


@pass_context
def _join(context: Rendering, value: object, between: object = ", ", last: object = None) -> str:
    """The items with `between` between them, and `last` before the last: `join(", ", " and ")`."""
    items = [_text(context, item) for item in _items(value, "join")]
    glue = _text(context, between)
    bounded(sum(map(len, items)) + len(glue) * len(items))
    if last is None or len(items) < 2:
        return glue.join(items)
    return glue.join(items[:-1]) + _text(context, last) + items[-1]


def _round(value: object, digits: object = 0) -> float:
    """Rounded half up; whole numbers where `digits` is 0."""
    places = _count(digits, "round")
    result = rounded(_number(value, "round"), min(places, _MOST_DIGITS))
    return int(result) if places == 0 else float(result)


def _numbered(value: object, digits: object = 0) -> str:
    """With a comma between thousands, and so many digits after the point."""
    places = min(_count(digits, "number"), _MOST_DIGITS)
    return f"{rounded(_number(value, 'number'), places):,.{places}f}"


def _percent(value: object, digits: object = 0) -> str:
    """0.25 as 25%."""
    places = min(_count(digits, "percent"), _MOST_DIGITS)
    return f"{rounded(_number(value, 'percent') * 100, places):.{places}f}%"


class UrlPart(str):
    """Text that is percent-encoded already, so that a link does not encode it again."""

    __slots__ = ()


@pass_context
def _urlencode(context: Rendering, value: object) -> str:
    return UrlPart(quote(_text(context, value), safe=""))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "capitalize": _capitalize,
    "date": _date,
    "default": _default,
    "first": _first,
    "join": _join,
    "last": _last,
    "length": _length,
    "lower": _lower,
    "number": _numbered,
    "percent": _percent,
    "replace": _replace,
    "round": _round,
    "title": _title,
    "trim": _trim,
    "truncate": _truncate,
    "upper": _upper,
    "urlencode": _urlencode,
}
"""What a template may write after `|`."""


def _in_brackets(function: Callable[..., Any]) -> Signature:
    """What a filter takes beside the value, and the context that some are given."""
    taken = signature(function).parameters.values()
    return Signature([each for each in taken if each.name not in ("context", "value")])


_IN_BRACKETS = {name: _in_brackets(function) for name, function in FILTERS.items()}


def needs_other_arguments(name: str, number: int, named: Collection[str]) -> str:
    """How a filter is written, where it cannot take so many arguments and those named; else ``."""
    taken = _IN_BRACKETS[name]
    try:
        taken.bind(*[None] * number, **dict.fromkeys(named))
    except TypeError:
        words = ", ".join(taken.parameters)
        return f"{name}({words})" if words else name
    return ""


# ---------------------------------------------------------------- what compiling puts in


@pass_context
def _each(context: Rendering, value: object) -> list[object]:
    """The items of a loop, counted against the budget."""
    items = _items(value, "for")
    context.budget.loop(len(items))
    return items


@pass_context
def _concatenated(context: Rendering, value: object, *others: object) -> str:
    """`a ~ b`, bounded."""
    parts = [_text(context, part) for part in (value, *others)]
    bounded(sum(map(len, parts)))
    return "".join(parts)


INTERNAL_FILTERS: Mapping[str, Callable[..., Any]] = {
    "touchline_each": _each,
    "touchline_concatenated": _concatenated,
}
"""Put into the syntax tree by `templates.py`; `grammar.py` lets no template write their names."""


# ---------------------------------------------------------------- reading arguments


def _text(context: Rendering, value: object) -> str:
    return context.budget.read(printed(value, context.zone))


def _items(value: object, name: str) -> list[object]:
    if isinstance(value, Undefined):
        iter(value)  # raises, and names what is missing
    if not isinstance(value, list):
        raise RenderFailure(RENDER_ERROR, f"`{name}` takes a list")
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RenderFailure(RENDER_ERROR, f"`{name}` takes a number")
    return value


def _count(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000:
        raise RenderFailure(RENDER_ERROR, f"`{name}` takes a whole number from 0 to 10,000")
    return value


WORKS_ON_MISSING = frozenset({"default"})
"""The filters that are asked what to do where the value is missing."""


def strict(function: Callable[..., object]) -> Callable[..., object]:
    """The filter over values that may be missing: what is missing goes through it unchanged.

    So `user.plan | upper | default("none")` works, and without the default printing it fails.
    """

    @wraps(function)  # keeps the mark of `pass_context`
    def guarded(*arguments: object, **named: object) -> object:
        for argument in (*arguments, *named.values()):
            if isinstance(argument, Undefined):
                return argument
        return function(*arguments, **named)

    return guarded
