"""Whatever an author writes is compiled or is a problem in its place; nothing else is raised."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.messages.compiled import compile_email
from engine.messages.failures import RenderFailure
from engine.messages.render import render_email
from engine.problems import Invalid
from tests.messages.making import make_template, scope
from tests.messages.test_parts import shape_of

PIECES = [
    *("{{ x }}", "{{ x | upper }}", "{{ i }}", "{# c #}", "{% set z = 1 %}"),
    *("\n", "\n\n", "\n- ", "\n1. ", "\n  ", "\n    ", "\n> ", "\n# ", "\n```\n", "\n---\n"),
    *("*", "**", "_", "`", "[", "](", ")", "![", "https://x.example/", "mailto:a@x.example", "<"),
    *(">", "&amp;", "&#123;", "{", "}", "\\", "a", "b c", '"', "'", "|", "=", "<b>", "<!-- c -->"),
]
AROUND = ["{{% if x %}}{}{{% endif %}}", "{{% if y %}}{}{{% else %}}{}{{% endif %}}"]
AROUND += ["{{% for i in xs %}}{}{{% endfor %}}", "\n{{% if x %}}\n{}\n{{% endif %}}\n"]
AROUND += ["\n{{% for i in xs %}}\n{}\n{{% endfor %}}\n", "\n- {}\n", "*{}*", "[a]({})"]


def lists(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inner, min_size=1, max_size=4).map("".join)


TEMPLATES = st.recursive(
    lists(st.sampled_from(PIECES)),
    lambda inner: lists(
        inner | st.builds(str.format, st.sampled_from(AROUND), lists(inner), lists(inner))
    ),
    max_leaves=8,
)
VOID = {"br", "hr", "img", "meta"}


def is_balanced(html: str) -> bool:
    open_tags: list[str] = []
    for tag, *_ in shape_of(html).elements:
        if not tag.startswith("/"):
            open_tags += [] if tag in VOID or tag == "comment" else [tag]
        elif not open_tags or open_tags.pop() != tag[1:]:
            return False
    return not open_tags


@settings(max_examples=250, deadline=None)
@given(TEMPLATES)
def test_any_template_is_compiled_or_invalid_and_its_html_always_closes(body: str) -> None:
    try:
        compiled = compile_email(make_template(body, layout="none"))
    except Invalid as invalid:
        first = invalid.problems[0]
        assert first.place.path == "emails/mail.md"
        assert 1 <= first.place.line <= body.count("\n") + 5
        return
    for names in ({"x": "Ann", "xs": ["a", "b"]}, {"y": "<b>", "xs": []}):
        try:
            email = render_email(compiled, scope(**names))
        except RenderFailure:
            continue
        assert is_balanced(email.html)
        assert "{%" not in email.text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_compiled_or_invalid(body: str) -> None:
    try:
        compiled = compile_email(make_template(body, layout="plain"))
    except Invalid:
        return
    try:
        assert is_balanced(render_email(compiled, scope()).html.removeprefix("<!DOCTYPE html>"))
    except RenderFailure:
        return
