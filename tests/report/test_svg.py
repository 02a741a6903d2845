"""The frame of pictures: whatever a text holds, the picture is sound XML."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from engine.report.svg import framed, shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_can_be_shown(text: str) -> None:
    picture = framed(text, [f"<text>{shown(text)}</text>"], style=".paper{}", width=9, height=9)
    root = ElementTree.fromstring(picture)
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    assert "".join(root[0].itertext()) == printable


def test_what_xml_has_no_form_for_is_a_blank() -> None:
    assert shown("a\x00b\x1b<&>") == "a b &lt;&amp;&gt;"
