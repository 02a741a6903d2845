"""Who each play of the library finds among the made-up customers, pinned by key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cli
from engine.check import check_files
from engine.read.library import library_names
from engine.source_check import check_sources
from tests.library.town import AUDIENCES

PINNED = json.loads(AUDIENCES.read_text("utf-8"))


def test_the_data_has_every_table_and_column_of_the_catalog(customers: Path) -> None:
    checked = check_sources(check_files(customers, customers), cli._ports())
    assert [str(each) for each in checked.problems] == []


@pytest.mark.parametrize("play", library_names())
def test_a_play_finds_whom_it_is_for(play: str, found: dict[str, list[int | str]]) -> None:
    assert found[play], (
        f"nobody of the demo is in the segment of {play}: let a situation in "
        "connectors/demo/situations.py and the queries in rows/ bring somebody"
    )
    assert found[play] == PINNED.get(play), "`make library` writes the audiences anew, for review"


def test_no_play_is_pinned_that_is_not_there() -> None:
    assert set(PINNED) == set(library_names())
