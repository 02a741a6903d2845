"""Messages changed after they were rendered: what is not changed comes out as it was."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.messages.edited import Manuscript, manuscript_of, revised
from engine.messages.mime import to_bytes
from engine.messages.recovered import recovered
from engine.messages.render import Footer
from engine.messages.written import Earlier, copied_to, earlier, headers_in, parts_of
from engine.ports import Recipient
from engine.problems import Refused
from tests.messages.making import make_envelope, rendered

BODIES = {
    "headings": "# One\n\n## Two *two*\n\nText\n",
    "emphasis": "***x***, **a *b* c** and `code` and ``a ` b``\n",
    "links": "<https://a.example/x?a=1&b=2> [link](https://b.example/y_(z)) <a@b.example>\n",
    "breaks": "One  \ntwo\\\nthree\n",
    "tight-lists": "- one\n- two\n  - deep\n  - er\n\n1. a\n2. b\n",
    "loose-lists": "- one\n\n- two\n\n  more\n",
    "numbers": "3. x\n4. y\n\n   > z\n   > - w\n",
    "blocks": "> quote\n> more\n\n```\npre <b>\n\n  x\n```\n\n---\n\n![alt](https://i.example/a.png)\n",
    "values": "{{ v }}\n\n- {{ v }}\n\n**{{ v }}** `{{ v }}`\n",
}
VALUES = (
    *("a*b_c [x](y) <i>", "# no", "1. no", "1) no", "- no", "+ no", "> no", "=== ", "~~~"),
    *("&lt;", "_c_ **q** \\* x\\", "![q", "`x`"),
)
FOOTER = Footer("1 Main St\nTown", "mailto:stop@acme.example")


def flat(html: str) -> str:
    """Without the white space that no reader shows, and entities one way."""
    same = html.replace("&#34;", '"').replace("&#39;", "'")
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", same))


@pytest.mark.parametrize("layout", ["plain", "none"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_recovered_renders_as_before(body: str, layout: str) -> None:
    for value in VALUES:
        once = rendered(body, layout=layout, footer=FOOTER, v=value)
        found = recovered(once.html)
        again = rendered(found.body, layout=layout, footer=FOOTER)
        assert (flat(again.html), again.text) == (flat(once.html), once.text), found.body
        assert found.layout == layout


@settings(max_examples=150)
@given(st.text(st.sampled_from(r"ab1 _*`[]()<>#&!~|+-=.:;\"'/{"), min_size=1, max_size=30))
def test_whatever_the_data_is_it_stays_text(value: str) -> None:
    if not value.strip() or re.search(r"\{[{%#]", value):
        return
    once = rendered("{{ v }}\n\n- a {{ v }}\n", v=value)
    again = rendered(recovered(once.html).body)
    assert flat(again.html) == flat(once.html)


def written(body: str = "Hi **Ann**.\n", *, layout: str = "plain") -> bytes:
    envelope = replace(
        make_envelope("ann@example.com", "Ann Lee"), unsubscribe=("mailto:stop@acme.example",)
    )
    return to_bytes(rendered(body, "Hello", layout=layout, footer=FOOTER), envelope).payload


def headers(payload: bytes) -> dict[str, str]:
    return dict(headers_in(payload))


def test_nothing_changed_is_the_same_bytes() -> None:
    was = manuscript_of(written(), "Hello")
    assert was == Manuscript("Hello", "Hi **Ann**.\n")
    assert Manuscript.read(was.page) == was
    assert revised(written(), was, was, postal_address="") == written()


def test_a_new_text_keeps_headers_and_footer() -> None:
    was = manuscript_of(written(), "Hello")
    now = replace(was, body="Dear *Ann*,\n\ngood bye.\n")
    found = revised(written(), was, now, postal_address="1 Main St")
    assert headers(found) == headers(written())
    assert parts_of(found).text == (
        "Dear Ann,\n\ngood bye.\n\n-- \n1 Main St\nUnsubscribe: mailto:stop@acme.example\n"
    )
    assert "<em>Ann</em>" in parts_of(found).html
    assert 'href="mailto:stop@acme.example"' in parts_of(found).html


def test_a_bare_message_stays_bare() -> None:
    was = manuscript_of(written(layout="none"), "Hello")
    found = revised(
        written(layout="none"), was, replace(was, body="Bye."), postal_address="1 Main St"
    )
    assert parts_of(found).text == "Bye.\n"
    assert "<html" not in parts_of(found).html


def test_a_new_subject_changes_one_header() -> None:
    was = manuscript_of(written(), "Hello")
    found = revised(written(), was, replace(was, subject="Grüße"), postal_address="")
    before, after = headers(written()), headers(found)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"Subject"}
    assert parts_of(found).text == parts_of(written()).text


@pytest.mark.parametrize("page", ["", "Hello\n\nHi", "Subject: x\nHi"], ids=["none", "no", "close"])
def test_a_page_without_its_subject_is_refused(page: str) -> None:
    with pytest.raises(Refused, match="Subject"):
        Manuscript.read(page)


def test_copies_stand_behind_to_and_change_nothing_else() -> None:
    people = [Recipient("casey@acme.example", "Casey, CS"), Recipient("b@acme.example")]
    found = copied_to(written(), people)
    names = [name for name, _ in headers_in(found)]
    assert names.index("Cc") == names.index("To") + 1
    assert headers(found)["Cc"] == '"Casey, CS" <casey@acme.example>, b@acme.example'
    assert found.partition(b"\r\n\r\n")[2] == written().partition(b"\r\n\r\n")[2]
    assert copied_to(written(), []) == written()


def test_an_answer_names_the_whole_thread() -> None:
    first = earlier(written(), "Hello")
    assert first == Earlier("Hello", ("<0123456789abcdef@acme.example>",))
    envelope = replace(make_envelope(), references=("<a@x.example>", *first.references))
    second = to_bytes(rendered("x", first.answer), envelope).payload
    assert headers(second)["In-Reply-To"] == "<0123456789abcdef@acme.example>"
    found = earlier(second, first.answer)
    assert found is not None
    assert found.answer == "Re: Hello"
    assert found.references == (
        "<a@x.example>",
        "<0123456789abcdef@acme.example>",
        "<0123456789abcdef@acme.example>",
    )


def test_what_was_emptied_is_answered_by_nothing() -> None:
    assert earlier(b"", "") is None
