"""What many statements of one snapshot ask for is read from its files once, and comes out alike."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select, func, select

from connectors.sources.files import FilesDatabase, Folder
from engine.language.catalog import Kind
from engine.ports import Reader
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef

USERS = TableRef("s", "users")
FEW = TableRef("s", "users", (("plan", ("pro",)),))
OFTEN = 40


def keys(reader: Reader, table: TableRef) -> list[object]:
    relation = reader.relation(table)
    statement = select(relation.c["id"], func.count()).group_by(relation.c["id"])
    return sorted(str(row[0]) for row in reader.read(statement))


def database(folder: Path, rows: str) -> FilesDatabase:
    (folder / "users.csv").write_text(f"id,plan\n{rows}", encoding="utf-8")
    return FilesDatabase({"s": Folder(folder, ZoneInfo("UTC"))})


@pytest.mark.parametrize("table", [USERS, FEW], ids=["all rows", "those that count"])
def test_every_answer_is_the_same(tmp_path: Path, table: TableRef) -> None:
    with database(tmp_path, "1,pro\n2,free\n3,pro\n").open() as reader:
        first = keys(reader, table)
        answers = [keys(reader, each) for each in (FEW, USERS) * (OFTEN // 2)]
        assert keys(reader, table) == first
    assert answers == [["1", "3"], ["1", "2", "3"]] * (OFTEN // 2)


def test_a_file_that_changes_after_it_was_kept_is_told(tmp_path: Path) -> None:
    source = database(tmp_path, "1,pro\n")
    with pytest.raises(SourceFault, match="changed while it was read"):
        _change_while_read(source, tmp_path)


def _change_while_read(source: FilesDatabase, folder: Path) -> None:
    with source.open() as reader:
        for _ in range(OFTEN):
            keys(reader, USERS)
        database(folder, "1,pro\n2,pro\n")
        assert keys(reader, USERS) == ["1"]  # the snapshot is what it was


EVERY_KIND = {
    Kind.TEXT: ["Ann", "", "O'Hara"],
    Kind.INTEGER: ["9223372036854775807", "", "-1"],
    Kind.NUMBER: ["0.1", "", "1e300"],
    Kind.BOOLEAN: ["true", "", "false"],
    Kind.DATE: ["2026-03-10", "", "0001-01-01"],
    Kind.TIMESTAMP: ["2026-03-10T12:00:00.000001Z", "", "9999-12-31T23:59:59"],
    Kind.LIST: ['["a","b"]', "", "[]"],
}


def a_few(reader: Reader) -> Select[tuple[object, ...]]:
    """A column of each kind, and a constant, of the rows that a constant leaves."""
    table = TableRef("s", "kinds")
    relation = reader.relation(table)
    columns = [reader.column(relation, ColumnRef(each.value, each), table) for each in EVERY_KIND]
    labelled = [column.label(f"f{number}") for number, column in enumerate(columns)]
    return select(*labelled, (relation.c["n"] + "!").label("n")).where(relation.c["n"] != "4")


def test_what_is_held_has_the_values_that_were_found(tmp_path: Path) -> None:
    rows = [
        [each.replace('"', '""') for each in row] for row in zip(*EVERY_KIND.values(), strict=True)
    ]
    lines = [",".join(["n", *EVERY_KIND])]
    lines += [",".join([str(n), *(f'"{each}"' for each in row)]) for n, row in enumerate(rows)]
    (tmp_path / "kinds.csv").write_text("\n".join([*lines, "4,,,,,,,"]) + "\n", encoding="utf-8")
    with FilesDatabase({"s": Folder(tmp_path, ZoneInfo("UTC"))}).open() as reader:
        found = sorted(reader.read(a_few(reader)), key=lambda row: str(row[-1]))
        held = reader.held(a_few(reader))
        assert held is not None
        assert sorted(reader.read(select(*held.c)), key=lambda row: str(row[-1])) == found
    assert len(found) == len(rows)
