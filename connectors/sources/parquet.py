"""What the statistics of Parquet files tell of their columns without a value being read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

__all__ = ["Chunk", "never_blank", "never_blank_in"]

_ROW_GROUPS_READ = 64
"""In how many row groups at most: some 15 µs for each of their columns, once a snapshot."""


class Chunk(NamedTuple):
    """A column in a row group of a file; `least` and `most` are bounds of its values, as text."""

    file: str
    row_group: int
    column: str
    least: str | None
    most: str | None


def never_blank_in(connection: Connection, files: str) -> frozenset[str]:
    """The columns of `files`, a list as DuckDB writes it, of which it is known.

    Nothing is where there are many row groups. Only the bounds that have an order by definition
    are asked for: those of older writers may have been compared as signed bytes.
    """
    number = connection.exec_driver_sql(
        f"SELECT sum(num_row_groups) FROM parquet_file_metadata({files})"  # noqa: S608
    ).scalar()
    if not number or number > _ROW_GROUPS_READ:
        return frozenset()
    bounds = "file_name, row_group_id, path_in_schema, stats_min_value, stats_max_value"
    found = connection.exec_driver_sql(f"SELECT {bounds} FROM parquet_metadata({files})")  # noqa: S608
    return never_blank(Chunk(*row) for row in found)


def never_blank(chunks: Iterable[Chunk]) -> frozenset[str]:
    """The columns in which no text is blank, by the bounds of every row group.

    Texts are ordered by their bytes. What lies between two that begin with a visible character of
    ASCII begins with such a one itself; bounds that were cut short do not change that. White space
    of Unicode lies above all of ASCII, as do letters: of a column with either nothing is known.
    """
    by_group: dict[tuple[str, int], list[Chunk]] = {}
    for chunk in chunks:
        by_group.setdefault((chunk.file, chunk.row_group), []).append(chunk)
    if any(_are_confused(group) for group in by_group.values()):
        return frozenset()
    known = [{each.column for each in group if _is_visible(each)} for group in by_group.values()]
    return frozenset.intersection(*map(frozenset, known)) if known else frozenset()


def _are_confused(group: Sequence[Chunk]) -> bool:
    """Whether two columns have one name for DuckDB, which then gives one of them another."""
    return len({each.column.casefold() for each in group}) < len(group)


def _is_visible(chunk: Chunk) -> bool:
    return all(bound is not None and _begins_visibly(bound) for bound in (chunk.least, chunk.most))


def _begins_visibly(bound: str) -> bool:
    # Bytes that are no text are shown as `\x..`.
    return "!" <= bound[:1] <= "~" and bound[:1] != "\\"
