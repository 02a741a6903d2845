"""Files as tables: which files stand for a table, broken ones, and ones that change meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlalchemy import select, text

from connectors.sources.files import FilesDatabase, Folder
from engine.language.catalog import Kind
from engine.ports import Reader
from engine.problems import SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef

ZONE = ZoneInfo("UTC")
USERS = TableRef("s", "users")


def parquet() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "users.parquet")
        duckdb.sql(f"COPY (SELECT range::VARCHAR AS a FROM range(9)) TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


PARQUET = parquet()


def files(folder: Path, contents: Mapping[str, str | bytes]) -> FilesDatabase:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return FilesDatabase({"s": Folder(folder, ZONE)})


def values(reader: Reader, name: str = "a", table: TableRef = USERS) -> list[object]:
    column = reader.column(relation := reader.relation(table), ColumnRef(name, Kind.TEXT), table)
    assert relation is not None
    return sorted((row[0] for row in reader.read(select(column))), key=str)


READABLE: dict[str, tuple[dict[str, str | bytes], list[object]]] = {
    "csv": ({"users.csv": "a,b\n1,2\n3,4\n"}, ["1", "3"]),
    "no newline at the end": ({"users.csv": "a,b\n1,2"}, ["1"]),
    "header alone": ({"users.csv": "a,b\n"}, []),
    "windows": ({"users.csv": "a,b\r\n1,2\r\n"}, ["1"]),
    "byte order mark": ({"users.csv": "\ufeffa,b\n1,2\n"}, ["1"]),
    "quotes": ({"users.csv": '"a",b\n"x ""y"", z\nw",2\n'}, ['x "y", z\nw']),
    "a comma in the header": ({"users.csv": '"x,y",a\n1,2\n'}, ["2"]),
    "what looks like a comment": ({"users.csv": "a,b\n#1,2\n"}, ["#1"]),
    "jsonl": ({"users.jsonl": '{"a": 9007199254740993}\n{"b": 1}\n'}, ["9007199254740993", None]),
    "jsonl with a key of DuckDB's": ({"users.jsonl": '{"json": 1, "a": 2}\n'}, ["2"]),
    "jsonl with nested values": ({"users.jsonl": '{"a": {"x": [1]}}\n'}, ['{"x":[1]}']),
    "jsonl null and true": ({"users.jsonl": '{"a": null}\n{"a": true}\n'}, [None, "true"]),
    "folder": (
        {"users/1.csv": "a,b\n1,2\n", "users/2.csv": "b,a\n4,3\n", "users/3.csv": "b\n9\n"},
        ["1", "3", None],
    ),
    "folder of jsonl": (
        {"users/1.jsonl": '{"a": 1}\n', "users/2.jsonl": '{"b": 1}\n'},
        ["1", None],
    ),
    "marks of other tools in a folder": (
        {"users/1.csv": "a\n1\n", "users/_SUCCESS": "", "users/.1.csv.crc": b"\x00"},
        ["1"],
    ),
    "other tables": ({"users.csv": "a\n1\n", "users2.csv": "a\n2\n", "users.txt": "?"}, ["1"]),
}


@pytest.mark.parametrize(("contents", "expected"), READABLE.values(), ids=READABLE.keys())
def test_what_is_read(
    tmp_path: Path, contents: dict[str, str | bytes], expected: list[object]
) -> None:
    with files(tmp_path, contents).open() as reader:
        assert values(reader) == sorted(expected, key=str)


FAULTY: dict[str, tuple[dict[str, str | bytes], str]] = {
    "two candidates": (
        {"users.csv": "a\n", "users.jsonl": ""},
        "s.users could be users.csv and users.jsonl in {folder}; keep one of them",
    ),
    "file and folder": (
        {"users.csv": "a\n", "users/1.csv": "a\n"},
        "s.users could be users.csv and users in {folder}",
    ),
    "nothing there": ({"people.csv": "a\n"}, "s has no table `users`; there is people"),
    "a packed file": (
        {"users.csv.gz": b"", "people.csv": "a\n"},
        "s has no table `users`; there is people (users.csv.gz is none: a table is a .parq",
    ),
    "a file with a capital ending": (
        {"users.CSV": "a\n", "people.csv": "a\n"},
        "s has no table `users`; there is people (users.CSV is none: a table is a .parq",
    ),
    "a folder that is called a file": (
        {"users.jsonl/1.jsonl": "{}", "people.csv": "a\n"},
        "s.users: {folder}/users.jsonl is a folder; call it `users`, without ending",
    ),
    "semicolons": (
        {"users.csv": "a;b\n1;2\n"},
        "s.users: {folder}/users.csv has `;` between its columns; save it with commas",
    ),
    "tabs": (
        {"users.csv": "a\tb\n1\t2\n"},
        "s.users: {folder}/users.csv has a tab between its columns; save it with commas",
    ),
    "empty folder": ({"users/.keep": ""}, "s.users: the folder {folder}/users holds no files"),
    "a folder in the folder": (
        {"users/1.csv": "a\n", "users/2026/2.csv": "a\n"},
        "s.users: {folder}/users/2026 is no .parquet, .csv or .jsonl file",
    ),
    "a packed file in the folder": (
        {"users/1.csv": "a\n", "users/2.csv.gz": b""},
        "s.users: {folder}/users/2.csv.gz is no .parquet, .csv or .jsonl file",
    ),
    "two kinds in a folder": (
        {"users/1.csv": "a\n", "users/2.jsonl": ""},
        "s.users: the files in {folder}/users are not all of one kind",
    ),
    "an empty csv": ({"users.csv": ""}, "s.users: {folder}/users.csv has no header"),
    "a column twice": (
        {"users.csv": "a,a\n1,2\n"},
        "s.users: {folder}/users.csv has two columns named `a`",
    ),
    "columns that differ in capitals": (
        {"users.csv": "id,a,ID\n1,2,3\n"},
        "s.users: {folder}/users.csv has two columns named `id` and `ID`, which differ in capitals",
    ),
    "a column without a name, as pandas writes its index": (
        {"users.csv": ",a\n0,1\n"},
        "s.users: {folder}/users.csv: column 1 of 2 has no name; name it in the header, or leave",
    ),
    "a comma behind the header": (
        {"users.csv": "a,b,\n1,2,\n"},
        "s.users: {folder}/users.csv: column 3 of 3 has no name",
    ),
    "a header of commas alone": (
        {"users.csv": ", ,\n1,2,3\n"},
        "s.users: {folder}/users.csv has no header",
    ),
    "a column with a NUL in its name": (
        {"users.csv": "a,b\0c\n1,2\n"},
        "s.users: {folder}/users.csv: the name of a column holds the character U+0000",
    ),
    "a key with a NUL": (
        {"users.jsonl": '{"a": 1, "b\\u0000c": 2}\n'},
        "s.users: a key in {folder}/users.jsonl holds the character U+0000",
    ),
    "a short row": (
        {"users.csv": "a,b\n1,2\n3\n"},
        "the files cannot be read: {folder}/users.csv:3: the row has another number of values than "
        "the header: 1 for 2",
    ),
    "a long row": (
        {"users.csv": "a,b\n1,2,3\n"},
        "the files cannot be read: {folder}/users.csv:2: the row has another number of values than "
        "the header: 3 for 2",
    ),
    "an open quote": (
        {"users.csv": 'a,b\n"1,2\n'},
        "the files cannot be read: {folder}/users.csv:2: a quote is opened and never closed",
    ),
    "a short row in one of two files": (
        {"users/1.csv": "a,b\n1,2\n", "users/2.csv": "a,b\n1,2\n3\n"},
        "the files cannot be read: {folder}/users/2.csv:3: ",
    ),
    "not utf-8": (
        {"users.csv": b"a\n\xff\n"},
        "the files cannot be read: {folder}/users.csv:2: what stands there is not UTF-8; save the",
    ),
    "not utf-8 behind columns that nobody asks for": (
        {"users.csv": 'b,c,a\n1,2,é\n"x\ny",2,'.encode() + b"\xe9\n"},
        "the files cannot be read: {folder}/users.csv:4: what stands there is not UTF-8; save the",
    ),
    "a header that is not utf-8": (
        {"users.csv": b"\xff\n"},
        "s.users: the header of {folder}/users.csv is not UTF-8; save",
    ),
    "text behind a quote": (
        {"users.csv": 'a,b\n"x"y,2\n'},
        "the files cannot be read: {folder}/users.csv:2: a quote is opened and never closed; w",
    ),
    "a line that is too long": (
        {"users.csv": f"a,b\n1,{'x' * 2_100_000}\n"},
        "the files cannot be read: {folder}/users.csv:2: the line is longer than 2,000,000 bytes",
    ),
    "lines that end in two ways": (
        {"others.csv": "a\r\n1\n", "users.csv": 'a,b\r\n1,"x\ny"\r\n3,4\n'},
        "the files cannot be read: {folder}/users.csv:4: the line ends by LF, and the header by C",
    ),
    "no json": (
        {"users.jsonl": '{"a": 1}\nx\n'},
        "s.users cannot be read: {folder}/users.jsonl:2: expected one JSON object, whole on this",
    ),
    "json over several lines": (
        {"users.jsonl": '{\n"a": 1\n}\n'},
        "s.users cannot be read: {folder}/users.jsonl:1: expected one JSON object, whole on this",
    ),
    "json with a mark": (
        {"users.jsonl": '\ufeff{"a": 1}\n'},
        "the files cannot be read: {folder}/users.jsonl:1: the file is written with a byte order",
    ),
    "json in utf-16": (
        {"users.jsonl": '{"a": 1}\n'.encode("utf-16")},
        "s.users cannot be read: {folder}/users.jsonl:1: the file is written in UTF-16; save it as",
    ),
    "json that is not utf-8": (
        {"users.jsonl": b'{"a": 1}\n\n{"a": "\xff"}\n'},
        "s.users cannot be read: {folder}/users.jsonl:3: what stands there is not UTF-8",
    ),
    "no rows": (
        {"users.jsonl": ""},
        "s.users: {folder}/users.jsonl holds no rows, and so names no",
    ),
    "no rows but lines": ({"users.jsonl": "\n \n"}, "s.users: {folder}/users.jsonl holds no rows"),
    "only lists": (
        {"users.jsonl": "[1]\n"},
        "s.users: the lines of {folder}/users.jsonl are no JSON objects",
    ),
    "only {}": (
        {"users.jsonl": "{}\n"},
        "s.users: the lines of {folder}/users.jsonl are no JSON objects",
    ),
    "no object": ({"users.jsonl": '{"a": 1}\n[1]\n'}, "s.users"),
    "no parquet": (
        {"users.parquet": "PAR?"},
        "s.users cannot be read: {folder}/users.parquet: this is no Parquet file, or it was",
    ),
    "a damaged parquet": (
        {"users.parquet": PARQUET[:4] + b"?" * 40 + PARQUET[-8:]},
        "s.users cannot be read: {folder}/users.parquet: this is no Parquet file, or it was",
    ),
    "one damaged parquet of two": (
        {"users/1.parquet": PARQUET, "users/2.parquet": PARQUET[:4] + b"?" * 900 + PARQUET[-8:]},
        "s.users cannot be read: one of 2 Parquet files is damaged; write those anew that changed",
    ),
    "a parquet cut off behind its beginning": (
        {"users/1.parquet": PARQUET, "users/2.parquet": PARQUET[:-9]},
        "s.users cannot be read: {folder}/users/2.parquet: this is no Parquet file, or it was cut",
    ),
}


@pytest.mark.parametrize(("contents", "message"), FAULTY.values(), ids=FAULTY.keys())
def test_what_is_not(tmp_path: Path, contents: dict[str, str | bytes], message: str) -> None:
    database = files(tmp_path, contents)
    with pytest.raises((SourceFault, Unreachable)) as fault, database.open() as reader:
        values(reader)
    assert str(fault.value).startswith(message.format(folder=tmp_path))
    assert "\n" not in str(fault.value)


def test_a_folder_that_is_not_there_is_out_of_reach(tmp_path: Path) -> None:
    database = FilesDatabase({"s": Folder(tmp_path / "nowhere", ZONE)})
    with (
        pytest.raises(Unreachable, match=r"connector s: there is no folder .*nowhere; check"),
        database.open(),
    ):
        pass


def test_files_of_several_connectors_stand_in_one_statement(tmp_path: Path) -> None:
    files(tmp_path, {"product/users.csv": "a\n1\n2\n", "crm/users.csv": "a\n2\n3\n"})
    database = FilesDatabase({name: Folder(tmp_path / name, ZONE) for name in ("product", "crm")})
    ref = ColumnRef("a", Kind.INTEGER)
    one, other = TableRef("product", "users"), TableRef("crm", "users")
    with database.open() as reader:
        left, right = reader.relation(one), reader.relation(other)
        key, same = reader.column(left, ref, one), reader.column(right, ref, other)
        assert list(reader.read(select(key).select_from(left.join(right, key == same)))) == [(2,)]


CHANGES: dict[str, Callable[[Path], object]] = {
    "size": lambda path: path.write_text("a\n1\n2\n"),
    "time": lambda path: os.utime(path, (1, 1)),
    "gone": lambda path: path.unlink(),
    "one more": lambda path: path.with_name("2.csv").write_text("a\n2\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_file_that_changes_while_it_is_read_fails_the_run(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    database = files(tmp_path, {"users/1.csv": "a\n1\n"})
    snapshot = database.open()
    assert values(snapshot.__enter__()) == ["1"]
    change(tmp_path / "users" / "1.csv")
    with pytest.raises(SourceFault, match="while it was read"):
        snapshot.__exit__(None, None, None)


def test_a_file_that_nobody_asked_for_may_change(tmp_path: Path) -> None:
    database = files(tmp_path, {"users.csv": "a\n1\n", "others.csv": "a\n"})
    with database.open() as reader:
        assert values(reader) == ["1"]
        (tmp_path / "others.csv").write_text("a\n2\n")


def test_an_error_of_the_run_is_not_hidden_by_a_change(tmp_path: Path) -> None:
    database = files(tmp_path, {"users.csv": "a\n1\n"})
    with pytest.raises(ZeroDivisionError), database.open() as reader:  # noqa: PT012
        values(reader)
        (tmp_path / "users.csv").write_text("a\n1\n2\n")
        raise ZeroDivisionError


OUTSIDE = {
    "read another folder": "SELECT * FROM read_csv('{outside}/secret.csv')",
    "read by a detour": "SELECT * FROM read_csv('{inside}/../outside/secret.csv')",
    "read any file": "SELECT * FROM read_text('/etc/passwd')",
    "attach a database": "ATTACH '{outside}/x.db'",
    "write outside": "COPY (SELECT 1) TO '{outside}/x.csv'",
    "install": "INSTALL httpfs",
    "change settings": "SET enable_external_access = true",
    "change the zone": "SET TimeZone = 'America/New_York'",
    "insert": "INSERT INTO s.users VALUES ('2')",
    "delete": "DELETE FROM s.users",
}


@pytest.mark.parametrize("statement", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_snapshot_reads_its_folders_and_nothing_else(tmp_path: Path, statement: str) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("a\nsecret\n")
    database = files(inside, {"users.csv": "a\n1\n"})
    asked = text(statement.format(inside=inside, outside=outside))
    with database.open() as reader:
        assert values(reader) == ["1"]
        with pytest.raises(Exception, match=r"(?i)permission|cannot|can only|not an? table|lock"):
            list(reader.read(asked))
        assert values(reader) == ["1"]
    assert sorted(path.name for path in outside.iterdir()) == ["secret.csv"]
