"""Who matches and who enters, in portions that are packed until they are needed.

There may be millions of them: a page of keys takes a twentieth of its room packed, so that memory
grows by the portion in hand and hardly by their number.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from engine.audience.select import Key
from engine.decide.stay import Newcomers

__all__ = ["KeyPages", "Portion", "key_pages", "keys_of", "parents_of", "portions_of"]

_PAGE = 100_000  # keys asked about at once: whatever is asked of a page is asked once for each
_PORTION = 20_000  # enrollments written in one transaction
_FASTEST = 1  # zlib's level: a third more room than the best, in a tenth of the time


@dataclass(frozen=True, slots=True)
class KeyPages:
    """Keys in the order in which they came, and how many."""

    number: int
    packed: tuple[bytes, ...]

    def __len__(self) -> int:
        return self.number

    def pages(self) -> Iterator[list[Key]]:
        """The keys as their source has them, page by page."""
        for each in self.packed:
            yield _unpacked(each)

    def texts(self) -> Iterator[str]:
        """Each key as the ledger keeps it."""
        return map(str, chain.from_iterable(self.pages()))


def key_pages(keys: Iterable[Key]) -> KeyPages:
    """Pack keys while they come."""
    coming, number = iter(keys), 0
    packed = []
    while page := list(islice(coming, _PAGE)):
        number += len(page)
        packed.append(_packed(page))
    return KeyPages(number, tuple(packed))


@dataclass(frozen=True, slots=True)
class Portion:
    """Some who pass the gates together, and how many."""

    number: int
    packed: bytes

    def who(self) -> tuple[Newcomers, frozenset[str]]:
        """Who they are, and those of them that are held out."""
        *columns, held_out = _unpacked(self.packed)
        return Newcomers(*(_wide(each, self.number) for each in columns)), frozenset(held_out)

    def only(self, keys: Collection[str]) -> Portion:
        """Those of them that have one of some keys."""
        who, held_out = self.who()
        if len(keys) == self.number:
            return self
        wanted = set(keys)
        return _portion(
            who.among([place for place, key in enumerate(who.keys) if key in wanted]), held_out
        )


def keys_of(portions: Iterable[Portion]) -> Iterator[str]:
    """The keys of all of some portions, in their order."""
    for each in portions:
        who, _ = each.who()
        yield from who.keys


def parents_of(portions: Iterable[Portion]) -> Iterator[str]:
    """The parents by which all of some portions are counted, empty where one has none."""
    for each in portions:
        who, _ = each.who()
        yield from who.each


def portions_of(who: Newcomers, held_out: Collection[str]) -> Iterator[Portion]:
    """Pack some who pass the gates, so many together as one transaction writes."""
    number = len(who.keys)
    for first in range(0, number, _PORTION):
        yield _portion(who.between(first, first + _PORTION), held_out)


def _portion(who: Newcomers, held_out: Collection[str]) -> Portion:
    apart = [key for key in who.keys if key in held_out] if held_out else []
    columns = (who.keys, who.numbers, who.per, who.each)
    return Portion(len(who.keys), _packed([*map(_narrow, columns), apart]))


def _narrow(column: Sequence[Any]) -> Sequence[Any]:
    """A column in which all say the same is packed as one of them: mostly only keys differ."""
    return column[:1] if column and column.count(column[0]) == len(column) else column


def _wide(column: list[Any], number: int) -> list[Any]:
    return column if len(column) == number else column * number


def _packed(values: Sequence[object]) -> bytes:
    return zlib.compress(json.dumps(values, separators=(",", ":")).encode(), _FASTEST)


def _unpacked(packed: bytes) -> list[Any]:
    found: list[Any] = json.loads(zlib.decompress(packed))
    return found
