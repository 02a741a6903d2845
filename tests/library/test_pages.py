"""The pages of the plays are those that the plays make today."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.read.library import library_names
from tests.library.pages import INDEX, PAGES, pages_of


@pytest.fixture(scope="module")
def made(customers: Path, found: dict[str, list[int | str]]) -> dict[str, str]:
    """The pages as they would be written now."""
    return pages_of(customers, found)


@pytest.mark.parametrize("page", [*library_names(), INDEX])
def test_a_page_is_current(page: str, made: dict[str, str]) -> None:
    file = PAGES / f"{page}.md"
    written = file.read_text("utf-8") if file.exists() else ""
    assert written == made[page], "`make library` writes the pages anew, for review"


def test_there_is_no_page_of_a_play_that_is_not_there() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*library_names(), INDEX}
