"""Tables and columns of sources, as everything above the connectors speaks of them."""

from __future__ import annotations

from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.records import dataclass

__all__ = ["ColumnRef", "TableRef"]


@dataclass(frozen=True, slots=True)
class TableRef:
    """A table of a connector. `where` are (column, allowed values): rows outside do not count."""

    connector: str
    table: str
    where: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()

    def __str__(self) -> str:
        return f"{self.connector}.{self.table}"


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column with the type it is read as. `format` is iso, epoch, epoch_ms or None (native)."""

    column: str
    kind: Kind
    format: str | None = None
    separator: str | None = None
