"""The HTML and the text part: Markdown around template syntax, and data that stays data."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages.compiled import compile_email, read_email
from engine.messages.failures import MISSING_VALUE, UNSAFE_VALUE, RenderFailure
from engine.messages.html_part import tidy
from engine.messages.links import UrlError, check_url
from engine.messages.render import Footer
from engine.messages.text_part import WIDTH, laid_out
from engine.places import Place
from tests.messages.making import make_template, rendered

# name: (template, names, HTML without white space between elements, text)
CASES: dict[str, tuple[str, dict[str, object], str, str]] = {
    "paragraphs": ("one\ntwo\n\nthree", {}, "<p>one\ntwo</p><p>three</p>", "one two\n\nthree\n"),
    "emphasis": (
        "*a* **b** `c`",
        {},
        "<p><em>a</em> <strong>b</strong> <code>c</code></p>",
        "a b c\n",
    ),
    "value in emphasis": ("**{{ x }}**!", {"x": "A"}, "<p><strong>A</strong>!</p>", "A!\n"),
    "headings": (
        "# One\n\n## Two\n\n### Three",
        {},
        "<h1>One</h1><h2>Two</h2><h3>Three</h3>",
        "One\n===\n\nTwo\n---\n\nThree\n",
    ),
    "hard break": ("a\\\nb", {}, "<p>a<br>\nb</p>", "a\nb\n"),
    "quote": ("> a\n>\n> b", {}, "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n\n> b\n"),
    "code": (
        "```\na  {{ x }}\n  b\n```",
        {"x": "<i>"},
        "<pre><code>a  &lt;i&gt;\n  b\n</code></pre>",
        "a  <i>\n  b\n",
    ),
    "rule": ("a\n\n---\n\nb", {}, "<p>a</p><hr><p>b</p>", "a\n\n" + "-" * 24 + "\n\nb\n"),
    "list": ("- a\n- b", {}, "<ul><li>a</li><li>b</li></ul>", "- a\n- b\n"),
    "loose list": ("- a\n\n- b", {}, "<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n\n- b\n"),
    "numbers": ("3. a\n4. b", {}, '<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b\n"),
    "nested": (
        "- a\n  - b\n    1. c\n- d",
        {},
        "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>",
        "- a\n  - b\n    1. c\n- d\n",
    ),
    "item of paragraphs": (
        "- a\n\n  b\n- c",
        {},
        "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>",
        "- a\n\n  b\n\n- c\n",
    ),
    "if around a paragraph": (
        "a\n{% if x %}\nb\n{% else %}\nc\n{% endif %}\nd",
        {"x": 1},
        "<p>a</p><p>b</p><p>d</p>",
        "a\n\nb\n\nd\n",
    ),
    "if in a line": ("a{% if x %}, b{% endif %} c", {}, "<p>a c</p>", "a c\n"),
    "if that leaves nothing": (
        "a\n\n{% if x %}b{% endif %}\n\nc",
        {},
        "<p>a</p><p>c</p>",
        "a\n\nc\n",
    ),
    "loop in a line": (
        "{% for i in x %}{{ i }};{% endfor %}",
        {"x": ["a", "b"]},
        "<p>a;b;</p>",
        "a;b;\n",
    ),
    "loop over paragraphs": (
        "{% for i in x %}\n{{ i }}\n{% endfor %}",
        {"x": ["a", "b"]},
        "<p>a</p><p>b</p>",
        "a\n\nb\n",
    ),
    "loop over items": (
        "{% for i in x %}\n- {{ i }}\n{% endfor %}",
        {"x": ["a", "b"]},
        "<ul><li>a</li><li>b</li></ul>",
        "- a\n- b\n",
    ),
    "loop between items": (
        "- a\n{% for i in x %}\n- {{ i }}\n{% endfor %}\n- d",
        {"x": ["b", "c"]},
        "<ul><li>a</li><li>b</li><li>c</li><li>d</li></ul>",
        "- a\n- b\n- c\n- d\n",
    ),
    "loop over numbered items": (
        "1. a\n{% for i in x %}\n1. {{ i }}\n{% endfor %}",
        {"x": ["b", "c"]},
        "<ol><li>a</li><li>b</li><li>c</li></ol>",
        "1. a\n2. b\n3. c\n",
    ),
    "loop over nothing": (
        "a\n\n{% for i in x %}\n- {{ i }}\n{% endfor %}",
        {"x": []},
        "<p>a</p>",
        "a\n",
    ),
    "if around items": (
        "- a\n{% if x %}\n- b\n{% else %}\n- c\n{% endif %}",
        {},
        "<ul><li>a</li><li>c</li></ul>",
        "- a\n- c\n",
    ),
    "if in a loop": (
        "{% for i in x %}\n{% if i != 'b' %}\n- {{ i }}\n{% endif %}\n{% endfor %}",
        {"x": ["a", "b", "c"]},
        "<ul><li>a</li><li>c</li></ul>",
        "- a\n- c\n",
    ),
    "if within an item": (
        "- a\n\n  {% if x %}\n  b\n  {% endif %}\n- c",
        {"x": 1},
        "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>",
        "- a\n\n  b\n\n- c\n",
    ),
    "set": ("{% set y = x ~ '!' %}\nHi {{ y }}", {"x": "A"}, "<p>Hi A!</p>", "Hi A!\n"),
    "comment": ("a {# b\n{{ c }} #}\n\nd", {}, "<p>a</p><p>d</p>", "a\n\nd\n"),
    "trimming signs": ("a {%- if x -%} b {%- endif %}", {"x": 1}, "<p>a  b </p>", "a b\n"),
    "braces of the author": (
        "{ {% if x %}{{ '{{' }}{% endif %} &#123;{ y }} }",
        {"x": 1},
        "<p>{ {{ {{ y }} }</p>",
        "{ {{ {{ y }} }\n",
    ),
    "entities": ("Fish &amp; chips &copy;", {}, "<p>Fish &amp; chips ©</p>", "Fish & chips ©\n"),
    "raw HTML is text": ("<b>x</b>", {}, "<p>&lt;b&gt;x&lt;/b&gt;</p>", "<b>x</b>\n"),
    "link": (
        "[a](https://x.example/?b=1&c=2)",
        {},
        '<p><a href="https://x.example/?b=1&amp;c=2">a</a></p>',
        "a (https://x.example/?b=1&c=2)\n",
    ),
    "bare link": (
        "<https://x.example/>",
        {},
        '<p><a href="https://x.example/">https://x.example/</a></p>',
        "https://x.example/\n",
    ),
    "mail link": (
        "<a@x.example>",
        {},
        '<p><a href="mailto:a@x.example">a@x.example</a></p>',
        "a@x.example\n",
    ),
    "image": (
        "![A {{ x }}](https://x.example/i.png)",
        {"x": '"b"'},
        '<p><img src="https://x.example/i.png" alt="A &#34;b&#34;"></p>',
        'A "b"\n',
    ),
    "value as a link": (
        "[a]({{ x }})",
        {"x": "https://x.example/ä b?c&d"},
        '<p><a href="https://x.example/%C3%A4%20b?c&amp;d">a</a></p>',
        "a (https://x.example/%C3%A4%20b?c&d)\n",
    ),
    "value in a link": (
        "[a](https://x.example/{{ x }}?q={{ x }})",
        {"x": "a/../&?#"},
        '<p><a href="https://x.example/a%2F..%2F%26%3F%23?q=a%2F..%2F%26%3F%23">a</a></p>',
        "a (https://x.example/a%2F..%2F%26%3F%23?q=a%2F..%2F%26%3F%23)\n",
    ),
    "encoded once": (
        "[a](https://x.example/?q={{ x|urlencode }})",
        {"x": "a b"},
        '<p><a href="https://x.example/?q=a%20b">a</a></p>',
        "a (https://x.example/?q=a%20b)\n",
    ),
    "value in a host": (
        "[a](https://{{ x }}.x.example/)",
        {"x": "acme"},
        '<p><a href="https://acme.x.example/">a</a></p>',
        "a (https://acme.x.example/)\n",
    ),
    "if in a link": (
        "[a](https://x.example/{% if x %}b{% else %}c{% endif %})",
        {},
        '<p><a href="https://x.example/c">a</a></p>',
        "a (https://x.example/c)\n",
    ),
    "foreign host": (
        "[a]({{ x }})",
        {"x": "https://bücher.example"},
        '<p><a href="https://xn--bcher-kva.example">a</a></p>',
        "a (https://xn--bcher-kva.example)\n",
    ),
}


@pytest.mark.parametrize(("body", "names", "html", "text"), CASES.values(), ids=CASES)
def test_both_parts_say_the_same(body: str, names: dict[str, object], html: str, text: str) -> None:
    email = rendered(body, **names)
    assert email.html.replace(">\n", ">").rstrip("\n") == html.replace(">\n", ">")
    assert email.text == text


HOSTILE = [
    "<script>alert(1)</script>",
    "</p></div></body></html><h1>x",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "--><b>x</b><!--",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "*bold* **bold** `code` ~~x~~",
    "- item",
    "1. item",
    "# heading",
    "> quote",
    "{{ 7*7 }}{% if x %}{# y #}",
    "&lt;b&gt; &amp;amp;",
    "a\n\nb\n\n- c",
    "    code",
    "\\*x\\*",
    "\ufdd0x\ufdd1\ufdd2",
    "http://evil.example www.evil.example",
]


class Shape(HTMLParser):
    """The elements and attribute names of a page, in order, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, ...]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))


def shape_of(html: str) -> Shape:
    shape = Shape()
    shape.feed(html)
    shape.close()
    return shape


EVERYWHERE = """Hi {{ x }}, *{{ x }}* and `{{ x }}`

- {{ x }}
- [{{ x }}](https://x.example/{{ x }}?q={{ x }}) ![{{ x }}](https://x.example/i.png)

> {{ x }}

```
{{ x }}
```
"""


@pytest.mark.parametrize("value", HOSTILE)
def test_data_brings_no_markup_into_html_and_is_plain_in_text(value: str) -> None:
    footer = Footer("1 Main Street", "https://x.example/u")
    email = rendered(EVERYWHERE, layout="plain", footer=footer, x=value)
    harmless = rendered(EVERYWHERE, layout="plain", footer=footer, x="Ann")
    found, expected = shape_of(email.html), shape_of(harmless.html)
    assert found.elements == expected.elements
    shown = " ".join(
        value.replace("\ufdd0", "").replace("\ufdd1", "").replace("\ufdd2", "").split()
    )
    assert shown in " ".join("".join(found.texts).split())
    assert f"Hi {shown}," in " ".join(email.text.split())


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/path",
        "evil.example",
        "https:evil.example",
        "https://",
        "https:///x",
        "https://acme.example@evil.example/",
        "https://acme.example\\@evil.example/",
        "https://acme.example%2f@evil.example/",
        "https://exa\u200bmple.com",
        "https://exa\u202emple.com",
        "https://a b.example/",
        "https://[::1",
        "https://acme.example:99999/",
        "mailto:",
        "mailto:a@x.example,b@x.example",
        "mailto:a@x.example\nBcc: b@x.example",
        "https://x.example/" + "a" * 3_000,
    ],
)
def test_a_value_that_leads_elsewhere_fails_the_touch(url: str) -> None:
    with pytest.raises(RenderFailure) as failure:
        rendered("[a]({{ x }})", x=url)
    assert failure.value.reason == UNSAFE_VALUE


@pytest.mark.parametrize(
    "host", ["evil.example/", "a@evil", "a:80", ".evil", "", "a\\b", "a b", "ä"]
)
def test_a_value_in_a_host_is_a_name_of_hosts(host: str) -> None:
    with pytest.raises(RenderFailure) as failure:
        rendered("[a](https://{{ x }}.x.example/)", x=host)
    assert failure.value.reason == UNSAFE_VALUE


WRONG = {
    "javascript": ("a\n\n[x](javascript:alert(1))", "unsafe-link", 6),
    "data": ("![x](data:image/png;base64,AAAA)", "unsafe-link", 4),
    "relative": ("[x](/pricing)", "unsafe-link", 4),
    "scheme by data": ("[x](java{{ user.url }})", "unsafe-link", 4),
    "host grown by data": ("a\n[x](https://acme.example{{ user.url }})", "unsafe-link", 5),
    "if across paragraphs": (
        "{% if user.url %}a\n\nb{% endif %}",
        "template-structure",
        4,
    ),
    "if across items": ("- a {% if user.url %}b\n- c{% endif %}", "template-structure", 4),
    "if across emphasis": ("*a {% if user.url %}b* c{% endif %}", "template-structure", 4),
    "if around half a list item": (
        "{% if user.url %}\n- a\n\n  {% endif %}\n- b",
        "template-structure",
        7,
    ),
    "if out of a link": (
        "[a](https://x.example/{% if user.url %}) b{% endif %}",
        "template-structure",
        4,
    ),
    "unknown filter": ("a\nb {{ user.url | uper }}", "forbidden-in-template", 5),
    "syntax": ("a\n\n\n{{ user.url", "template-syntax", 7),
}


@pytest.mark.parametrize(("body", "code", "line"), WRONG.values(), ids=WRONG)
def test_a_template_that_could_break_its_markup_is_refused(body: str, code: str, line: int) -> None:
    problems = read_email(make_template(body)).problems
    assert [(each.code, each.place.path, each.place.line) for each in problems] == [
        (code, "emails/mail.md", line)
    ]


def test_an_unknown_layout_is_a_problem() -> None:
    (problem,) = read_email(make_template(layout="plan")).problems
    assert (problem.code, problem.hint) == ("unknown-layout", "did you mean plain?")


@pytest.mark.parametrize("part", ["subject", "body"])
def test_nothing_is_never_sent(part: str) -> None:
    source = "{% if x %}a{% endif %}"
    with pytest.raises(RenderFailure) as failure:
        rendered(source if part == "body" else "a", source if part == "subject" else "a")
    assert failure.value.reason == MISSING_VALUE


@pytest.mark.parametrize(
    "text", ["Ann\r\nBcc: eve@example.com", "Ann\n", "a\u202eb", "=?utf-8?q?x?="]
)
def test_a_subject_that_would_break_its_header_fails_the_touch(text: str) -> None:
    with pytest.raises(RenderFailure) as failure:
        rendered("a", "Hi {{ x }}", x=text)
    assert failure.value.reason == UNSAFE_VALUE


def test_the_plain_layout_frames_the_body() -> None:
    footer = Footer("Acme Inc.\n1 Main Street", "https://acme.example/u?a=1&b=2")
    compiled = make_template("Hello", "Hi {{ x }}", preheader="Soon: {{ x }}")
    assert compile_email(compiled).has_layout
    email = rendered("Hello", "Hi {{ x }}", layout="plain", footer=footer, x="<Ann>")
    assert email.html.startswith('<!DOCTYPE html><html lang="en"')
    assert "<title>Hi &lt;Ann&gt;</title>" in email.html
    assert "prefers-color-scheme: dark" in email.html
    assert 'href="https://acme.example/u?a=1&amp;b=2"' in email.html
    assert email.text == (
        "Hello\n\n-- \nAcme Inc.\n1 Main Street\nUnsubscribe: https://acme.example/u?a=1&b=2\n"
    )


def test_no_footer_is_printed_where_there_is_none() -> None:
    email = rendered("Hello", layout="plain")
    assert 'footer"' not in email.html
    assert email.text == "Hello\n"


@given(st.text("ab -\u2013\u00e9\u00a0\u200b,.\t\x0b\U0001f642", max_size=100))
def test_a_line_that_fits_is_what_wrapping_would_make_of_it(text: str) -> None:
    kept = " ".join(re.split("[ \t\n]+", text))
    lines = textwrap.wrap(kept, WIDTH, break_long_words=False, break_on_hyphens=False)
    wanted = "\n".join(line.rstrip() for line in lines)
    found = "".join(laid_out([f"\ufdd0\ufdd1\ufdd1p\ufdd1{text}\ufdd2"]))
    assert found == (wanted + "\n" if text.strip() else "")


def test_long_paragraphs_wrap_and_long_links_do_not() -> None:
    link = "https://x.example/" + "a" * 100
    email = rendered("- {{ x }} [a](" + link + ")", x="word " * 40)
    lines = email.text.splitlines()
    assert f"  ({link})" in lines
    assert all(len(line) <= 76 for line in lines if link not in line)
    assert all(line.startswith(("- ", "  ")) for line in lines)


def test_a_template_is_compiled_once_wherever_it_stands() -> None:
    one = make_template("Hello.")
    moved = replace(one, place=Place("emails/one.md", 3, 1))
    assert compile_email(one) is compile_email(moved)
    assert compile_email(one) is not compile_email(replace(one, body="Hello!"))


BITS = ["<p>", '<p style="a">', "</p>", "<li>", "</li>", "<ol>", "</ol>", "<pre>", "</pre>", "<hr>"]
BITS += ["<h1>", "</h1>", "<a href='x'>", "</a>", "x", " ", "\n", "\u00a0"]


@given(st.lists(st.sampled_from(BITS), max_size=12))
def test_elements_that_hold_nothing_are_taken_out_until_there_is_none(bits: list[str]) -> None:
    empty = re.compile(r"<(p|ul|ol|li|h[1-6])(?: [^<>]*)?>\s*</\1>\n?")
    kept = "".join(bits)
    while empty.search(kept):
        kept = empty.sub("", kept)
    assert "".join(tidy(bits)) == kept


@given(st.from_regex(r"https?://[a-z0-9:.-]{1,12}([/?][a-z0-9/?&=%é ._~-]{0,20})?", fullmatch=True))
def test_a_plain_url_is_checked_as_any_other(url: str) -> None:
    assert told_of(url + "#!").removesuffix("#!") == told_of(url)


def told_of(url: str) -> str:
    try:
        return check_url(url)
    except UrlError as error:
        return str(error)
