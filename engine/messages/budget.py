"""What one rendering may use: characters printed, rounds of loops, length of one text."""

from __future__ import annotations

from engine.messages.failures import TOO_LARGE, RenderFailure

__all__ = ["MOST_CHARACTERS", "MOST_ROUNDS", "MOST_WORK", "Budget", "bounded"]

MOST_CHARACTERS = 262_144
"""Of one part of a message, and of any one text inside it; mail programs clip at 100 KB."""

MOST_ROUNDS = 10_000
"""Of all loops of one rendering together, inner loops included."""

MOST_WORK = 10_000_000
"""Characters that the filters of one rendering may read."""


class Budget:
    """Counts down during one rendering; over its limits it raises RenderFailure (`too_large`)."""

    __slots__ = ("_characters", "_rounds", "_work")

    def __init__(self) -> None:
        self._characters = MOST_CHARACTERS
        self._rounds = MOST_ROUNDS
        self._work = MOST_WORK

    def print(self, text: str) -> str:
        """The text, counted."""
        self._characters -= len(text)
        if self._characters < 0:
            raise RenderFailure(TOO_LARGE, f"a message prints over {MOST_CHARACTERS:,} characters")
        return text

    def loop(self, rounds: int) -> None:
        """Count the rounds of one loop, before it begins."""
        self._rounds -= rounds
        if self._rounds < 0:
            raise RenderFailure(TOO_LARGE, f"a message loops over {MOST_ROUNDS:,} rounds")

    def read(self, text: str) -> str:
        """The text, counted as work of a filter."""
        self._work -= len(text)
        if self._work < 0:
            raise RenderFailure(TOO_LARGE, f"filters read over {MOST_WORK:,} characters")
        return text


def bounded(length: int) -> None:
    """Raise RenderFailure (`too_large`) where a text of that length must not be made."""
    if length > MOST_CHARACTERS:
        raise RenderFailure(TOO_LARGE, f"a value is longer than {MOST_CHARACTERS:,} characters")
