"""A table that many statements of one snapshot ask for is read from its files once."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from connectors.sources.files import FilesDatabase, Folder
from engine.ports import Reader
from engine.problems import SourceFault
from engine.tables import TableRef

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
