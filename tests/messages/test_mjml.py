"""MJML: what its reader sees in both parts, what may stand in it, and data that stays data."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.project import MJML
from engine.lint.prose import link_targets, read_prose, word_count
from engine.messages.compiled import compile_email, read_email
from engine.messages.failures import UNSAFE_VALUE, RenderFailure
from engine.messages.recovered import recovered
from engine.messages.render import Footer
from engine.problems import Refused
from tests.messages.making import make_template, rendered


def within(inside: str, head: str = "") -> str:
    """A whole body around what stands in its only column."""
    return (
        f"<mjml>\n<mj-head>{head}</mj-head>\n<mj-body><mj-section><mj-column>\n{inside}\n"
        "</mj-column></mj-section></mj-body>\n</mjml>\n"
    )


class _Seen(HTMLParser):
    """The words that a reader sees, and where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.targets: list[str] = []
        self.tags: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._hidden += tag in ("style", "title")
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        self.words += [] if self._hidden else data.split()


def seen(html: str) -> _Seen:
    parser = _Seen()
    parser.feed(html)
    return parser


# name: (inside of a column, names, text part)
TEXTS: dict[str, tuple[str, dict[str, object], str]] = {
    "bare text": ("<mj-text>Hi {{ x }}</mj-text>", {"x": "Ann"}, "Hi Ann\n"),
    "paragraphs": ("<mj-text><p>a</p><p>b</p></mj-text>", {}, "a\n\nb\n"),
    "a heading": ("<mj-text><h1>One</h1>two</mj-text>", {}, "One\n===\n\ntwo\n"),
    "a break": ("<mj-text>a<br/>b</mj-text>", {}, "a\nb\n"),
    "emphasis": ("<mj-text>a <b>b</b> <em>c</em> <span>d</span></mj-text>", {}, "a b c d\n"),
    "a list": ("<mj-text><ul><li>a</li><li>b</li></ul></mj-text>", {}, "- a\n- b\n"),
    "a link": (
        '<mj-text><a href="https://x.example/?a=1&amp;b=2">here</a></mj-text>',
        {},
        "here (https://x.example/?a=1&b=2)\n",
    ),
    "a button": (
        '<mj-button href="https://x.example/{{ x }}">Book a call</mj-button>',
        {"x": "a b"},
        "Book a call (https://x.example/a%20b)\n",
    ),
    "a picture": (
        '<mj-image src="https://x.example/i.png" alt="Our new {{ x }}" />',
        {"x": "report"},
        "Our new report\n",
    ),
    "a rule": ("<mj-text>a</mj-text><mj-divider /><mj-spacer />", {}, "a\n\n" + "-" * 24 + "\n"),
    "a table": (
        "<mj-table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></mj-table>",
        {},
        "a · b\n\n1 · 2\n",
    ),
    "a statement in a text": (
        "<mj-text>a {% if x %}b{% else %}c{% endif %}</mj-text>",
        {"x": ""},
        "a c\n",
    ),
    "a statement around elements": (
        "{% if x %}<mj-text>a</mj-text>{% else %}<mj-text>b</mj-text>{% endif %}",
        {"x": "y"},
        "a\n",
    ),
    "a loop over rows": (
        "<mj-table>{% for i in xs %}<tr><td>{{ i }}</td></tr>{% endfor %}</mj-table>",
        {"xs": ["a", "b"]},
        "a\n\nb\n",
    ),
}


@pytest.mark.parametrize(("inside", "names", "text"), TEXTS.values(), ids=TEXTS)
def test_the_text_part_says_what_the_html_shows(
    inside: str, names: dict[str, object], text: str
) -> None:
    made = rendered(within(inside), layout=MJML, **names)
    assert made.text == text
    plain = re.sub(r"\(https?:[^)]*\)|[-=]{3,}|·|^- ", " ", made.text, flags=re.MULTILINE)
    shown = seen(made.html)
    alternatives = ["Our", "new", "report"] if "img" in shown.tags else []
    assert sorted(plain.split()) == sorted(shown.words + alternatives)


# name: (body, line within the body, part of the message)
WRONG: dict[str, tuple[str, int, str]] = {
    "no MJML": ("<html></html>", 1, "`html` cannot stand"),
    "not closed": ("<mjml>\n<mj-body>\n</mjml>", 3, "mismatched tag"),
    "nothing": ("", 1, "no element found"),
    "a misspelt element": (
        within("<mj-txet>a</mj-txet>"),
        4,
        "`mj-txet` cannot stand in `mj-column`",
    ),
    "a script": (within("<mj-text><script>a</script></mj-text>"), 4, "`script` cannot stand"),
    "raw HTML": (within("<mj-raw><b>a</b></mj-raw>"), 4, "`mj-raw`"),
    "another file": (within('<mj-include path="a.mjml" />'), 4, "`mj-include`"),
    "a font from elsewhere": (
        within("<mj-text>a</mj-text>", '<mj-font name="x" href="https://x.example/f.css" />'),
        2,
        "`mj-font` cannot stand in `mj-head`",
    ),
    "a preview": (within("<mj-text>a</mj-text>", "<mj-preview>a</mj-preview>"), 2, "`mj-preview`"),
    "a misspelt attribute": (within('<mj-button herf="x">a</mj-button>'), 4, "`herf` cannot stand"),
    "an act": (within('<mj-text><p onclick="x()">a</p></mj-text>'), 4, "`onclick` cannot stand"),
    "text without a place": (within("Hello"), 4, "text stands in `mj-column`"),
    "a value without a place": (within("{{ x }}"), 4, "text stands in `mj-column`"),
    "a value as a colour": (within('<mj-text color="{{ x }}">a</mj-text>'), 4, "in `color`"),
    "a value in the head": (
        within("<mj-text>a</mj-text>", "<mj-style>.a { color: {{ x }} }</mj-style>"),
        2,
        "in the head",
    ),
    "a script as a link": (
        within('<mj-button href="javascript:x()">a</mj-button>'),
        4,
        "a link goes to http",
    ),
    "an entity of its own": (
        '<!DOCTYPE a [<!ENTITY b "c">]>\n<mjml><mj-body></mj-body></mjml>',
        1,
        "DOCTYPE",
    ),
    "a statement across elements": (
        within("<mj-text>{% if x %}a</mj-text><mj-text>b{% endif %}</mj-text>"),
        4,
        "begins in one paragraph",
    ),
    "a column in a column": (
        within("<mj-column></mj-column>"),
        4,
        "`mj-column` cannot stand in `mj-column`",
    ),
}


@pytest.mark.parametrize(("body", "line", "told"), WRONG.values(), ids=WRONG)
def test_what_no_mail_may_hold_is_refused_in_its_place(body: str, line: int, told: str) -> None:
    problems = read_email(make_template(body, layout=MJML)).problems
    assert [told in problem.message for problem in problems] == [True], problems
    assert problems[0].place.line == 4 + line - 1


ALL_OF_IT = """\
<mjml>
  <mj-body>
    words
    <mj-section>
      <mj-colum><mj-text>Hi</mj-text></mj-colum>
      <mj-column>
        <mj-text colour="red">Hi</mj-text>
        <mj-button href="javascript:alert(1)">Go</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
IN_TURN = (
    (3, "text stands in `mj-body`"),
    (5, "`mj-colum` cannot stand in `mj-section`"),
    (7, "`colour` cannot stand at `mj-text`"),
    (8, "link"),
)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """And of what stands in an element that cannot stand there, nothing."""
    problems = read_email(make_template(ALL_OF_IT, layout=MJML)).problems
    assert [each.place.line - 3 for each in problems] == [line for line, _ in IN_TURN]
    told = zip(problems, IN_TURN, strict=True)
    assert all(words in problem.message for problem, (_, words) in told)


def test_what_is_not_well_formed_hides_nothing_before_it() -> None:
    body = ALL_OF_IT.replace("</mj-body>", "</mj-section>")
    problems = read_email(make_template(body, layout=MJML)).problems
    assert [each.place.line - 3 for each in problems] == [3, 5, 7, 8, 11]
    assert "is no MJML" in problems[-1].message


def test_a_body_has_its_preheader_its_title_and_its_footer() -> None:
    footer = Footer("1 Main Street", "https://acme.example/u")
    made = rendered(within("<mj-text>Hi</mj-text>"), "Hello", layout=MJML, footer=footer)
    assert "<title>Hello</title>" in made.html
    assert "https://acme.example/u" in seen(made.html).targets
    assert made.text == "Hi\n\n-- \n1 Main Street\nUnsubscribe: https://acme.example/u\n"
    assert seen(made.html).words == ["Hi", "1", "Main", "Street", "Unsubscribe"]


def test_nothing_is_loaded_from_anywhere_but_the_pictures_that_are_named() -> None:
    picture = '<mj-image src="https://x.example/i.png" alt="a" />'
    made = rendered(within(f"<mj-text>Hi</mj-text>{picture}"), layout=MJML)
    assert seen(made.html).targets == ["https://x.example/i.png"]
    assert "@import" not in made.html


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_data_never_becomes_markup(value: str) -> None:
    inside = '<mj-text>a {{ x }} b</mj-text><mj-image src="https://x.example/i" alt="c{{ x }}" />'
    plain, other = (rendered(within(inside), layout=MJML, x=x) for x in ("v", f"v{value}"))
    assert seen(other.html).tags == seen(plain.html).tags
    assert seen(other.html).targets == seen(plain.html).targets


def test_a_link_from_data_goes_where_a_message_may_lead() -> None:
    body = within('<mj-button href="{{ x }}">go</mj-button>')
    assert (
        "https://a.example/?b=1"
        in seen(rendered(body, layout=MJML, x="https://a.example/?b=1").html).targets
    )
    with pytest.raises(RenderFailure) as failure:
        rendered(body, layout=MJML, x="javascript:alert(1)")
    assert failure.value.reason == UNSAFE_VALUE


def test_braces_of_a_style_are_no_template_syntax() -> None:
    body = within("<mj-text>a</mj-text>", "<mj-style>.a { color: red }</mj-style>")
    assert ".a { color: red }" in rendered(body, layout=MJML).html
    compile_email(make_template(body, layout=MJML))


def test_a_draft_in_mjml_is_not_edited_as_text() -> None:
    made = rendered(within("<mj-text>a</mj-text>"), layout=MJML)
    with pytest.raises(Refused, match="written in MJML"):
        recovered(made.html)


def test_advice_reads_the_words_and_not_the_markup() -> None:
    body = within(
        '<mj-text>Two {{ x }}</mj-text><mj-button href="https://x.example/a">words</mj-button>',
        "<mj-style>.a { color: red }</mj-style>",
    )
    prose = read_prose(make_template(body, layout=MJML))
    assert word_count(prose) == 3
    assert link_targets(prose) == ("https://x.example/a",)
