"""The address in what servers and providers write of a recipient: bare, or with more beside it."""

from __future__ import annotations

import re

__all__ = ["address_in", "addresses_in"]

_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*\Z")
# An apostrophe belongs to a name (o'brien@…), but for one that opens a quotation.
_ADDRESS = re.compile(r"(?!')[^\s<>\"(),;:@]+@[^\s<>\"'(),;:@]+")


def addresses_in(text: str) -> list[str]:
    """Every address in a text, in order."""
    return _ADDRESS.findall(text)


def address_in(text: str) -> str:
    """The address that a text is about, empty where there is none: `Ann <ann@example.com>`.

    Amazon SES writes the `To` of a mail where a bounce names nobody better; reports have a type
    before it.
    """
    brackets = _IN_BRACKETS.search(text)
    found = addresses_in(brackets[1] if brackets else text)
    return found[0] if found else ""
