"""Databases that stand still are opened once, and closed with the block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.fakes import FakeDatabase, FakeTable
from engine.ports import Reader
from engine.still import in_one_snapshot
from engine.tables import TableRef


class Counted(FakeDatabase):
    """A database that counts how often it is opened and closed."""

    opened = closed = 0

    @contextmanager
    def open(self) -> Iterator[Reader]:
        self.opened += 1
        with super().open() as reader:
            yield reader
        self.closed += 1


def test_one_snapshot_for_all_who_ask() -> None:
    rows = [{"id": 1}]
    database = Counted({"a.t": FakeTable(rows), "b.t": FakeTable(rows)})
    with in_one_snapshot({"a": database, "b": database}) as still:
        assert database.opened == 0
        with still["a"].open() as one, still["b"].open() as other:
            assert one is other
            assert one.row_count(TableRef("a", "t")) == 1
        with still["a"].open() as again:
            assert again.row_count(TableRef("a", "t")) == 1
        assert (database.opened, database.closed) == (1, 0)
    assert (database.opened, database.closed) == (1, 1)
