"""Files as tables: all `files` connectors of a project in one DuckDB. Language, section 1.

`product.users` is `users.parquet`, `users.csv` or `users.jsonl` in the connector's folder, or a
folder `users/` of files of one of these kinds, put together by column name. CSV and JSON Lines are
read as text, which the catalog types; Parquet keeps its own types.

DuckDB may read those folders and nothing else of the machine, and its settings are locked. A file
whose size or time changes while a snapshot is open makes the snapshot fail.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from duckdb_sqlalchemy import Dialect as DuckDialect
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from connectors.sources.duck import DuckStore, memory_engine, quoted
from connectors.sources.duck_forms import quoted_text
from connectors.sources.file_faults import file_fault
from connectors.sources.forms import no_table
from connectors.sources.parquet import never_blank_in
from connectors.sources.reader import SourceReader
from engine.ports import Reader, StoreKind
from engine.problems import SourceFault, Unreachable
from engine.tables import TableRef

__all__ = ["FilesDatabase", "Folder"]

_SUFFIXES = (".parquet", ".csv", ".jsonl")
_KEPT_BYTES = 128 * 1024 * 1024
_TABLE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a connector, absolute, and the zone of timestamps in it that bear none."""

    path: Path
    zone: ZoneInfo


class FilesDatabase:
    """The port `Database` over the folders of all `files` connectors, by connector name."""

    id = "files"
    kind = StoreKind.COLUMN
    dialect: Dialect

    def __init__(self, folders: Mapping[str, Folder]) -> None:
        self.dialect = DuckDialect()
        self._folders = folders

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """A snapshot; a file that changes before it closes makes it a SourceFault.

        Raises:
            Unreachable: a connector's folder does not exist.
        """
        for connector, folder in self._folders.items():
            if not folder.path.is_dir():
                raise Unreachable(
                    f"connector {connector}: there is no folder {folder.path}; "
                    f"check its `path` in touchline.yaml"
                )
        scratch = tempfile.mkdtemp(prefix="touchline-")
        engine = memory_engine(f"files-{uuid.uuid4().hex}", self._settings(scratch))
        tables = _Files(self._folders)
        try:
            zones = {connector: folder.zone for connector, folder in self._folders.items()}
            store = DuckStore(engine, tables)
            yield SourceReader(store, zones, integers=store.integers)
            tables.refuse_changes()
        finally:
            engine.dispose()
            shutil.rmtree(scratch, ignore_errors=True)

    def _settings(self, scratch: str) -> Sequence[str]:
        # DuckDB holds a pattern against this list before it looks what it stands for.
        paths = [
            path
            for folder in self._folders.values()
            for path in (str(folder.path), _no_pattern(folder.path))
        ]
        allowed = ", ".join(quoted_text(f"{path}/") for path in dict.fromkeys(paths))
        return [
            f"SET temp_directory = {quoted_text(scratch)}",
            f"SET allowed_directories = [{allowed}]",
        ]


class _Files:
    """Which files stand for which table, and what they looked like when they were first read."""

    def __init__(self, folders: Mapping[str, Folder]) -> None:
        self._folders = folders
        self._seen: dict[Path, tuple[int, int]] = {}
        self._members: dict[TableRef, tuple[Path, ...]] = {}

    def prepare(self, connection: Connection, table: TableRef) -> None:
        """Make a view of the table's files."""
        found = _files_of(self._folders[table.connector].path, table)
        for path in found:
            self._seen.setdefault(path, _look(path))
        self._members[_whole(table)] = found
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.connector)}")
        connection.exec_driver_sql(
            f"CREATE VIEW {quoted(table.connector)}.{quoted(table.table)} AS "
            + _SELECTS[found[0].suffix](connection, table, found)
        )

    def keep(self, connection: Connection, table: TableRef) -> None:
        """Read small files into a table, which the view then stands for."""
        if sum(self._seen[path][0] for path in self._members[_whole(table)]) > _KEPT_BYTES:
            return
        schema, view = quoted(table.connector), quoted(table.table)
        kept = quoted(f"{table.table} as read")
        connection.exec_driver_sql(f"CREATE TABLE {schema}.{kept} AS FROM {schema}.{view}")
        connection.exec_driver_sql(
            f"CREATE OR REPLACE VIEW {schema}.{view} AS FROM {schema}.{kept}"
        )

    def never_blank(self, connection: Connection, table: TableRef) -> Collection[str]:
        """By the statistics of Parquet files; others have none."""
        found = self._members[_whole(table)]
        if found[0].suffix != ".parquet":
            return ()
        return never_blank_in(connection, _list_of(found))

    def fault(self, told: str, *, is_parser: bool) -> str | None:
        """What is wrong with one of the files that were read."""
        return file_fault(told, self._seen, is_parser=is_parser)

    def refuse_changes(self) -> None:
        """Raise SourceFault where a file, or the list of them, is not what it was."""
        for table, members in self._members.items():
            if not self._is_still(table, members):
                raise SourceFault(f"{table}: files came or went while it was read; run again")
            for path in members:
                if _look(path) != self._seen[path]:
                    raise SourceFault(f"{table}: {path} changed while it was read; run again")

    def _is_still(self, table: TableRef, members: tuple[Path, ...]) -> bool:
        try:
            return _files_of(self._folders[table.connector].path, table) == members
        except (SourceFault, OSError):
            return False


def _whole(table: TableRef) -> TableRef:
    return TableRef(table.connector, table.table)


def _look(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise SourceFault(f"{path} cannot be read: {error.strerror}") from None
    return status.st_size, status.st_mtime_ns


def _files_of(folder: Path, table: TableRef) -> tuple[Path, ...]:
    """The files that stand for a table, sorted; raises SourceFault where that is not clear."""
    name = table.table
    candidates = [folder / f"{name}{suffix}" for suffix in _SUFFIXES]
    found = [path for path in candidates if path.is_file()] if _TABLE_NAME.fullmatch(name) else []
    if _TABLE_NAME.fullmatch(name) and (folder / name).is_dir():
        found.append(folder / name)
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise SourceFault(f"{table} could be {names} in {folder}; keep one of them")
    if not found:
        for path in candidates:
            if path.is_dir():
                raise SourceFault(f"{table}: {path} is a folder; call it `{name}`, without ending")
        # A file that is gone is a source out of reach, as a server that is down would be.
        no_file = str(no_table(table.connector, name, _tables_in(folder)))
        raise Unreachable(no_file + _near(folder, name))
    return _members_of(found[0], table) if found[0].is_dir() else (found[0],)


def _near(folder: Path, name: str) -> str:
    """What lies there under the name of the table and is none, if something does."""
    near = sorted(path.name for path in folder.iterdir() if path.stem.split(".")[0] == name)
    return f" ({near[0]} is none: a table is a .parquet, .csv or .jsonl file)" if near else ""


def _tables_in(folder: Path) -> set[str]:
    return {
        path.stem if path.is_file() else path.name
        for path in folder.iterdir()
        if (path.suffix in _SUFFIXES and path.is_file())
        or (path.is_dir() and _TABLE_NAME.fullmatch(path.name))
    }


def _members_of(folder: Path, table: TableRef) -> tuple[Path, ...]:
    """The files of a folder that is a table: all of one kind, none left out in silence."""
    entries = sorted(path for path in folder.iterdir() if path.name[0] not in "._")
    strange = [path.name for path in entries if not path.is_file() or path.suffix not in _SUFFIXES]
    if strange:
        raise SourceFault(f"{table}: {folder / strange[0]} is no .parquet, .csv or .jsonl file")
    if not entries:
        raise SourceFault(f"{table}: the folder {folder} holds no files")
    if len({path.suffix for path in entries}) > 1:
        raise SourceFault(f"{table}: the files in {folder} are not all of one kind")
    return tuple(entries)


def _list_of(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(quoted_text(_no_pattern(path)) for path in paths) + "]"


def _no_pattern(path: Path) -> str:
    """A path that DuckDB takes as it is, not as a pattern."""
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))


def _parquet(connection: Connection, table: TableRef, paths: Sequence[Path]) -> str:
    return f"FROM read_parquet({_list_of(paths)}, union_by_name = true, hive_partitioning = false)"


def _csv(connection: Connection, table: TableRef, paths: Sequence[Path]) -> str:
    """Each file by its own header: a guess at dialect or types is not asked for."""
    return " UNION ALL BY NAME ".join(_one_csv(path, _header(path, table)) for path in paths)


def _one_csv(path: Path, header: Sequence[str]) -> str:
    return (
        f"(FROM read_csv({_list_of([path])}, auto_detect = false, header = true, "
        "delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"columns = {_text_columns(header)}))"
    )


def _text_columns(names: Sequence[str]) -> str:
    return "{" + ", ".join(f"{quoted_text(name)}: 'VARCHAR'" for name in names) + "}"


def _header(path: Path, table: TableRef) -> Sequence[str]:
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            header = next(csv.reader(lines, strict=True), [])
        "".join(header).encode()
    except UnicodeEncodeError:
        message = f"{table}: the header of {path} is not UTF-8; save the file as UTF-8"
        raise SourceFault(message) from None
    except (OSError, csv.Error) as error:
        raise SourceFault(f"{table}: the header of {path} cannot be read: {error}") from None
    if not any(name.strip() for name in header):
        raise SourceFault(f"{table}: {path} has no header")
    _refuse_names(header, f"{table}: {path}")
    other = next((sign for sign in ";\t|" if sign in header[0]), None)
    if other is not None and len(header) == 1:
        sign = "a tab" if other == "\t" else f"`{other}`"
        raise SourceFault(f"{table}: {path} has {sign} between its columns; save it with commas")
    return header


def _refuse_names(names: Sequence[str], subject: str) -> None:
    """Raise SourceFault where columns cannot be told apart: DuckDB takes no heed of capitals."""
    if "" in names:
        raise SourceFault(
            f"{subject}: column {names.index('') + 1} of {len(names)} has no name; name it in the "
            "header, or leave it out of the file (a comma at either end makes one, and so does "
            "`to_csv` of pandas without `index=False`)"
        )
    if "\0" in "".join(names):
        raise SourceFault(f"{subject}: the name of a column holds the character U+0000")
    seen: dict[str, str] = {}
    for name in names:
        alike = seen.get(name.lower())
        if alike is not None:
            also = "" if alike == name else f" and `{name}`, which differ in capitals alone"
            raise SourceFault(f"{subject} has two columns named `{alike}`{also}")
        seen[name.lower()] = name


def _json_lines(connection: Connection, table: TableRef, paths: Sequence[Path]) -> str:
    """Every key that occurs anywhere is a column; values are text, nested ones JSON text."""
    source = f"FROM read_json({_list_of(paths)}, format = 'newline_delimited', "
    keys = connection.exec_driver_sql(
        f"DESCRIBE {source} union_by_name = true, maximum_depth = 1, sample_size = -1)"
    ).all()
    names = [row[0] for row in keys]
    if names == ["json"]:
        _refuse_no_objects(table, paths, kind=keys[0][1])
    if any("\0" in name for name in names):
        where = paths[0] if len(paths) == 1 else paths[0].parent
        raise SourceFault(f"{table}: a key in {where} holds the character U+0000")
    return f"{source} columns = {_text_columns(names)})"


def _refuse_no_objects(table: TableRef, paths: Sequence[Path], *, kind: str) -> None:
    """DuckDB calls by that name what has no keys: files without rows, and rows of other things."""
    if kind != "JSON":
        raise SourceFault(f"{table}: the lines of {paths[0]} are no JSON objects with columns")
    if all(_is_blank(path) for path in paths):
        raise SourceFault(
            f"{table}: {paths[0]} holds no rows, and so names no columns; a table that may be "
            "empty is a .csv file with its header, or a .parquet file"
        )


def _is_blank(path: Path) -> bool:
    with path.open("rb") as lines:
        return not any(line.strip() for line in lines)


_SELECTS: Mapping[str, Callable[[Connection, TableRef, Sequence[Path]], str]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _json_lines,
}
