"""What is written next is made while the database writes: each has a core of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["one_ahead"]

T = TypeVar("T")


def one_ahead(portions: Iterator[T]) -> Iterator[T]:
    """The same portions: while one is used, a thread of its own makes the one after it.

    What makes them must touch nothing that their user changes. What it raises is raised here.
    """
    with ThreadPoolExecutor(max_workers=1) as maker:
        following = maker.submit(_next, portions)
        while portion := following.result():
            following = maker.submit(_next, portions)
            yield portion[0]


def _next(portions: Iterator[T]) -> tuple[T] | None:
    for portion in portions:
        return (portion,)
    return None
