"""Lower case as the language has it: code point by code point, the same on every store."""

from __future__ import annotations

from functools import cache

__all__ = ["case_table", "lower_case"]


def lower_case(text: str) -> str:
    """Unicode lower case of each code point; one whose lower case is longer stays as it is."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


@cache
def case_table() -> tuple[str, str]:
    """All code points that have another lower case, and those, for a store's `translate`.

    Stores differ in their version of Unicode and in the locale they ask, so none is asked.
    """
    letters = [chr(code) for code in range(0x110000)]
    upper = [letter for letter in letters if lower_case(letter) != letter]
    return "".join(upper), "".join(lower_case(letter) for letter in upper)
