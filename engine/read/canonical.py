"""What files declare as canonical JSON (RFC 8785), and back: the text that a version is known by.

Formatting and the order of keys are gone from it. An integer beyond what canonical JSON can hold
stands as `{"integer": "…"}`; a mapping of the file's own with that one key has its value in a list.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["canonical_bytes", "canonical_text", "declared_data"]

_LARGEST_EXACT = 2**53 - 1  # of the integers that canonical JSON can hold
_MARK = "integer"
_WRITTEN_OTHERWISE = re.compile("[^\x00-\ud7ff]|[0-9]e[-+]?[0-9]|[.]0(?![0-9])")
"""In what Python writes as JSON: keys that may be sorted, and numbers that may be written, in
another way than in canonical JSON. Where a text only looks so, nothing is lost but time."""


def canonical_text(data: Any) -> str:
    """The canonical JSON of plain data as a file's YAML gives it."""
    return canonical_bytes(_marked(data)).decode()


def canonical_bytes(data: Any) -> bytes:
    """The canonical JSON of plain data whose keys are text and whose integers it can hold."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if not _WRITTEN_OTHERWISE.search(text):
        return text.encode()
    import rfc8785  # what it writes value by value takes ten times as long, and is seldom needed

    return rfc8785.dumps(data)


def declared_data(text: str) -> Any:
    """The data that a canonical text stands for; a number is equal, be it written 1 or 1.0.

    Raises:
        ValueError: the text is no JSON.
    """
    return json.loads(text, object_hook=_unmarked, parse_int=_number)


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        marked = {key: _marked(each) for key, each in value.items()}
        return {_MARK: [marked[_MARK]]} if marked.keys() == {_MARK} else marked
    if isinstance(value, list):
        return [_marked(each) for each in value]
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        return {_MARK: str(value)}
    return value


def _unmarked(found: dict[str, Any]) -> Any:
    if found.keys() != {_MARK}:
        return found
    inner = found[_MARK]
    return {_MARK: inner[0]} if isinstance(inner, list) else int(inner)


def _number(digits: str) -> int | float:
    """An integer is exact; what has more digits is a floating-point number without a fraction."""
    number = int(digits)
    return number if abs(number) <= _LARGEST_EXACT else float(digits)
