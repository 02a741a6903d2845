"""Who is in a segment, and which of some keys satisfy a condition."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import cast
from zoneinfo import ZoneInfo

from engine.audience.again import members
from engine.audience.answering import ledger_sets
from engine.audience.reading import Running
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own
from engine.audience.tables import keys_number
from engine.audience.values import NO_UTF_8, Key
from engine.bind.catalog import EntityRef
from engine.bind.conditions import Condition
from engine.bind.playbook import Audience
from engine.compile.algebra import conjuncts
from engine.compile.lower import asked_at, lower
from engine.compile.question import Question
from engine.compile.terms import Stays, Touches
from engine.language.catalog import Kind
from engine.problems import SourceFault

__all__ = [
    "Key",
    "holding",
    "own_sources",
    "population",
    "select_keys",
    "stream_holding",
    "stream_keys",
]


def select_keys(audience: Audience, snapshot: Snapshot, as_of: datetime) -> list[Key]:
    """The keys of all who are in a segment, ascending: whole numbers, or text by code point."""
    return list(stream_keys(audience, snapshot, as_of))


def stream_keys(audience: Audience, snapshot: Snapshot, as_of: datetime) -> Iterator[Key]:
    """The same, as they come: meanwhile nothing else is to be asked of the snapshot."""
    # There may be millions: nothing here is done for each of them.
    return chain.from_iterable(_pages(audience, snapshot, as_of))


def _pages(audience: Audience, snapshot: Snapshot, as_of: datetime) -> Iterator[Sequence[Key]]:
    for page in members(audience, Running(snapshot), as_of):
        if audience.entity.key.kind is Kind.TEXT:
            _refuse_bytes(cast("Sequence[str]", page), audience.entity)
        yield page


def _refuse_bytes(keys: Sequence[str], entity: EntityRef) -> None:
    """A key of bytes that are no UTF-8 could be written nowhere, and stands for nobody."""
    for key in keys:
        if not key.isascii() and NO_UTF_8.search(key):
            shown = key.encode("utf-8", "backslashreplace").decode()
            raise SourceFault(
                f"{entity.table.connector}.{entity.table.table}: the key `{shown}` holds bytes "
                "that are no UTF-8; correct it in the source"
            )


def holding(
    condition: Condition,
    entity: EntityRef,
    keys: Collection[Key],
    snapshot: Snapshot,
    as_of: datetime,
    zone: ZoneInfo,
    *,
    own: Own | None = None,
) -> set[Key]:
    """Which of these keys satisfy a condition; the keys of rows that are gone do not.

    `own` are the stays in which it is asked, where it is asked of such (`{segment: self}`, `step`:
    language, sections 3 and 5).
    """
    if not keys:
        return set()
    asked = Audience("", entity, condition, zone)
    found = members(asked, Running(snapshot), as_of, among=tuple(keys), own=own)
    return set(chain.from_iterable(found))


def stream_holding(
    condition: Condition,
    entity: EntityRef,
    snapshot: Snapshot,
    as_of: datetime,
    zone: ZoneInfo,
) -> Iterator[Key]:
    """The keys of all who satisfy a condition that hangs on no stays, as `stream_keys` gives them.

    A key of bytes that are no UTF-8 stands for nobody, and is left out.
    """
    for page in members(Audience("", entity, condition, zone), Running(snapshot), as_of):
        if entity.key.kind is Kind.TEXT:
            texts = cast("Sequence[str]", page)
            yield from (key for key in texts if key.isascii() or not NO_UTF_8.search(key))
        else:
            yield from page


def own_sources(
    condition: Condition,
    entity: EntityRef,
    snapshot: Snapshot,
    as_of: datetime,
    zone: ZoneInfo,
) -> list[Stays | Touches]:
    """What a condition asks that a stay of one's own may answer: what stays were, or did.

    Where there is any, `holding` may answer otherwise with `own` than without. Touches are among
    it: those of one's own enrollment are no contact.
    """
    predicate = lower(condition, asked_at(as_of, zone, snapshot.catalog))
    asked = ledger_sets(Question(entity, zone, filters=conjuncts(predicate)))
    return [each.source for each in asked if isinstance(each.source, Stays | Touches)]


def population(entity: EntityRef, snapshot: Snapshot) -> int:
    """How many rows of an entity have a key."""
    return keys_number(entity, snapshot.home(entity.table.connector))
