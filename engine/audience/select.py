"""Who is in a segment, and which of some keys satisfy a condition."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import chain
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from engine.audience.again import members
from engine.audience.reading import Running
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own
from engine.audience.values import NO_UTF_8, Key
from engine.bind.catalog import EntityRef
from engine.bind.conditions import Condition
from engine.bind.playbook import Audience
from engine.language.catalog import Kind
from engine.problems import SourceFault

__all__ = ["Key", "holding", "population", "select_keys", "stream_keys"]

_UTC = ZoneInfo("UTC")


def select_keys(audience: Audience, snapshot: Snapshot, as_of: datetime) -> list[Key]:
    """The keys of all who are in a segment, ascending: whole numbers, or text by code point."""
    return list(stream_keys(audience, snapshot, as_of))


def stream_keys(audience: Audience, snapshot: Snapshot, as_of: datetime) -> Iterator[Key]:
    """The same, as they come: meanwhile nothing else is to be asked of the snapshot."""
    # There may be millions: nothing here is done for each of them.
    return chain.from_iterable(_pages(audience, snapshot, as_of))


def _pages(audience: Audience, snapshot: Snapshot, as_of: datetime) -> Iterator[list[Key]]:
    for rows in members(audience, Running(snapshot), as_of):
        keys = [row[0] for row in rows]
        for strange in {*map(type, keys)} - {int, str}:
            raise TypeError(f"{strange.__name__} is no type of keys")
        if audience.entity.key.kind is Kind.TEXT:
            _refuse_bytes(cast("list[str]", keys), audience.entity)
        yield cast("list[Key]", keys)


def _refuse_bytes(keys: list[str], entity: EntityRef) -> None:
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
    return {_key(row[0]) for page in found for row in page}


def population(entity: EntityRef, snapshot: Snapshot) -> int:
    """How many rows of an entity have a key."""
    home = snapshot.home(entity.table.connector)
    relation = home.reader.relation(entity.table)
    key = home.reader.column(relation, entity.key, entity.table)
    statement = select(func.count()).select_from(relation).where(key.is_not(None))
    return int(str(next(iter(snapshot.read(entity.table.connector, statement)))[0]))


def _key(value: object) -> Key:
    if isinstance(value, int | str):
        return value
    raise TypeError(f"{value!r} is no key")
