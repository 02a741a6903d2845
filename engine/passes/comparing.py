"""Who matches now beside who matched the last time: how many came, and how many are gone.

Sources give keys in one order, so that both lists are read beside each other, a page of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ledger.statements import unpacked_pages
from engine.passes.portions import KeyPages

__all__ = ["Compared", "compared"]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many match that did not, and how many do not that did."""

    gained: int
    lost: int


def compared(now: KeyPages, before: bytes) -> Compared:
    """Those who match now beside those of the last run, whose keys are packed."""
    try:
        stayed = _in_both(_ascending(now.pages()), _ascending(_like(now, before)))
    except _OutOfOrderError:
        then = {key for page in unpacked_pages(before) for key in page}
        stayed = sum(key in then for key in now.texts())
    return Compared(len(now) - stayed, sum(map(len, unpacked_pages(before))) - stayed)


class _OutOfOrderError(Exception):
    """Keys that do not ascend, or are of another kind: texts the last time, and numbers now."""


def _like(now: KeyPages, before: bytes) -> Iterator[list[Any]]:
    """The keys of the last run as those of now are: numbers or texts."""
    are_numbers = isinstance(next(now.pages(), [""])[0], int)
    for page in unpacked_pages(before):
        yield _numbers(page) if are_numbers else page


def _numbers(texts: Sequence[str]) -> list[int]:
    try:
        found = list(map(int, texts))
    except ValueError as error:
        raise _OutOfOrderError from error
    if list(map(str, found)) != texts:
        raise _OutOfOrderError
    return found


def _ascending(pages: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The same pages, each key above the one before it."""
    last = None
    for page in pages:
        if page != sorted(set(page)) or (last is not None and page[0] <= last):
            raise _OutOfOrderError
        last = page[-1]
        yield page


def _in_both(some: Iterator[list[Any]], others: Iterator[list[Any]]) -> int:
    """How many keys are in both: of two pages that of the lesser end meets no later one."""
    number, one, other = 0, next(some, None), next(others, None)
    while one is not None and other is not None:
        number += len(set(one).intersection(other))
        is_first = one[-1] <= other[-1]
        is_second = other[-1] <= one[-1]
        one = next(some, None) if is_first else one
        other = next(others, None) if is_second else other
    return number
