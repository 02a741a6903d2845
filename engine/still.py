"""Databases that stand still: however often they are opened, one snapshot of each is read.

So that what is asked of two states of a project, or at many instants, is asked of the same data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from sqlalchemy.engine import Dialect

from engine.ports import Database, Reader, StoreKind

__all__ = ["in_one_snapshot"]


class _Still:
    """The port `Database` over another one, opened once and closed with all the others."""

    kind: StoreKind
    dialect: Dialect

    def __init__(self, database: Database, stack: ExitStack) -> None:
        self.id = database.id
        self.kind = database.kind
        self.dialect = database.dialect
        self._database = database
        self._stack = stack
        self._reader: Reader | None = None

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """The one snapshot, taken when it is first asked for."""
        if self._reader is None:
            self._reader = self._stack.enter_context(self._database.open())
        yield self._reader


@contextmanager
def in_one_snapshot(databases: Mapping[str, Database]) -> Iterator[Mapping[str, Database]]:
    """The same databases by connector, standing still until the end of the block."""
    with ExitStack() as stack:
        by_id = {each.id: _Still(each, stack) for each in databases.values()}
        yield {name: by_id[each.id] for name, each in databases.items()}
