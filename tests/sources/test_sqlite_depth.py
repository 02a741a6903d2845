"""A statement that is deeper than SQLite's parser ends as a sentence, and answers nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal_column, select

from connectors.sources.sqlite import SqliteDatabase
from engine.problems import SourceFault


def test_what_is_nested_too_deeply_is_told(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "crm.db").close()
    nested = literal_column("abs(" * 200 + "1" + ")" * 200)
    database = SqliteDatabase(tmp_path / "crm.db", {"crm": ZoneInfo("UTC")})
    with database.open() as reader, pytest.raises(SourceFault, match="cannot be asked this"):
        list(reader.read(select(nested)))
