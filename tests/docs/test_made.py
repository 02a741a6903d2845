"""What is made of the schemas and of the engine's answers is as they are now."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT
from tests.docs.reference import PAGE, page, undescribed
from tests.docs.windows import PICTURES, Picture, drawn, file_of


def test_the_reference_is_that_of_the_schemas() -> None:
    assert PAGE.read_text("utf-8") == page(), "`make pages` writes it anew"


def test_something_is_said_of_every_key() -> None:
    assert undescribed() == []


def test_every_link_of_the_reference_leads_to_a_heading() -> None:
    text = PAGE.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = [re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings]
    assert sorted(anchors) == sorted(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_shows_what_the_engine_answers(picture: Picture) -> None:
    assert file_of(picture).read_text("utf-8") == drawn(picture) + "\n", "`make pages` draws it"


def test_every_picture_is_shown_and_every_shown_one_is_there() -> None:
    pages = [path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")]
    shown = {name for text in pages for name in re.findall(r"\]\((pictures/[^)]+)\)", text)}
    files = {f"pictures/{path.name}" for path in (ROOT / "docs/pictures").iterdir()}
    assert shown == files
