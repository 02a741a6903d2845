"""YAML as people expect it: what is text, what is a number, what is refused and where."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.places import Place
from engine.read.documents import DEEPEST, read_document

AS_READ = [
    ("on", "on"),
    ("yes", "yes"),
    ("no", "no"),
    ("NO", "NO"),
    ("off", "off"),
    ("True", "True"),
    ("true", True),
    ("false", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("Null", "Null"),
    ("9:30", "9:30"),
    ("12:30:45", "12:30:45"),
    ("012", "012"),
    ("0o14", "0o14"),
    ("0x1f", "0x1f"),
    ("1_000", "1_000"),
    ("1e3", "1e3"),
    ("1.5e3", "1.5e3"),
    (".5", ".5"),
    ("5.", "5."),
    (".nan", ".nan"),
    (".inf", ".inf"),
    ("-.inf", "-.inf"),
    ("2026-01-02", "2026-01-02"),
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
    ("50%", "50%"),
    ("0", 0),
    ("-3", -3),
    ("+3", 3),
    ("9223372036854775807", 2**63 - 1),
    ("0.25", 0.25),
    ("-1.50", -1.5),
    ("'3'", "3"),
    ('"true"', "true"),
    ("<<", "<<"),
    ("=", "="),
    ("|\n  a\n  b\n", "a\nb\n"),
    ("{on: yes}", {"on": "yes"}),
    ("[1, b]", [1, "b"]),
]


@pytest.mark.parametrize(("text", "value"), AS_READ, ids=[repr(text) for text, _ in AS_READ])
def test_scalars_are_what_they_look_like(text: str, value: object) -> None:
    """YAML 1.2 as people expect it: nothing turns into a date, a base, a switch or infinity."""
    document = read_document(f"a: {text}", "f.yaml")
    assert document.problems == ()
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)  # type: ignore[index]


REFUSED = [
    ("empty", "", 1, 1, "empty"),
    ("comment-only", "# nothing\n", 1, 1, "empty"),
    ("anchor", "a: &x 1\nb: 2", 1, 4, "anchor"),
    ("anchor-on-key", "a: 1\n&x b: 2", 2, 1, "anchors"),
    ("alias", "a: 1\nb: *x", 2, 4, "alias"),
    ("alias-as-key", "a: 1\n*x : 2", 2, 1, "aliases"),
    ("tag", "a: !!str 3", 1, 4, "tag"),
    ("python-tag", "a: !!python/object/apply:os.system [x]", 1, 4, "tag"),
    ("bare-tag", "a: ! 3", 1, 4, "tag"),
    ("tag-on-key", "!x a: 3", 1, 1, "tag"),
    ("two-documents", "a: 1\n---\nb: 2", 2, 1, "second document"),
    ("tab", "a:\n\tb: 1", 2, 1, "a tab stands here"),
    ("list-as-key", "? [1]\n: 2", 1, 3, "key"),
    ("number-as-key", "a: 1\n200: x", 2, 1, "in quotes"),
    ("boolean-as-key", "true: 1", 1, 1, "in quotes"),
    ("null-as-key", "~: 1", 1, 1, "in quotes"),
    ("unclosed", "a: [1,\n", 2, 1, "no YAML"),
    ("colon", "a: b: c", 1, 5, "no YAML"),
    ("nul", "a: 1\nb: x\x00y", 2, 5, "U+0000"),
    ("escaped-nul", 'a: "x\\0y"', 1, 4, "U+0000"),
    ("escape", "a: \x1b[0m", 1, 4, "U+001B"),
    ("mark-inside", "a: 1\nb: \ufeffc", 2, 4, "U+FEFF"),
    ("long-number", "a: " + "9" * 5000, 1, 4, "too large"),
    ("beyond-64-bits", "a: 9223372036854775808", 1, 4, "too large"),
    ("long-fraction", "a: " + "9" * 400 + ".5", 1, 4, "too large"),
    ("duplicate", "a: 1\nb: 2\na: 3", 3, 1, "on line 1 and on line 3"),
    ("duplicate-deep", "a:\n  - {b: 1, 'b': 2}", 2, 12, "`b` stands twice"),
    ("deep", "[" * (DEEPEST + 1), 1, DEEPEST + 1, "levels deep"),
    ("very-deep", "[" * 100_000, 1, DEEPEST + 1, "levels deep"),
    ("deep-mappings", "{a: " * 5000, 1, 4 * DEEPEST + 1, "levels deep"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "fragment"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_traps_are_refused_in_their_place(text: str, line: int, column: int, fragment: str) -> None:
    """Each is one problem with a place; none is a traceback or takes long."""
    started = time.perf_counter()
    (problem,) = read_document(text, "f.yaml").problems
    assert (problem.place, fragment in str(problem)) == (Place("f.yaml", line, column), True), (
        problem
    )
    assert time.perf_counter() - started < 1


def test_alias_bomb_is_refused_before_it_is_built() -> None:
    """Nine levels of nine references would be some 400 million values."""
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + level)}: &{chr(98 + level)} [{', '.join(['*' + chr(97 + level)] * 9)}]\n"
        for level in range(9)
    )
    (problem,) = read_document(bomb, "f.yaml").problems
    assert problem.place == Place("f.yaml", 1, 4)


def test_windows_line_ends_are_line_ends() -> None:
    document = read_document("a: 1\r\nb:\r\n  c: x\r\n", "f.yaml")
    assert document.data == {"a": 1, "b": {"c": "x"}}
    assert document.places.value(("b", "c")) == Place("f.yaml", 3, 6)


def test_places_of_keys_and_values() -> None:
    document = read_document("a:\n  - b: c\n    é: [d]\n", "f.yaml", first_line=10)
    places = document.places
    assert places.key(("a", 0, "é")) == Place("f.yaml", 12, 5)
    assert places.value(("a", 0, "é", 0)) == Place("f.yaml", 12, 9)
    assert places.value(("a", 0, "missing")) == Place("f.yaml", 11, 5)


def test_everything_found_is_told_at_once() -> None:
    document = read_document("a: 1\na: 2\nb: 99999999999999999999\nb: 1\n", "f.yaml")
    assert [problem.place.line for problem in document.problems] == [2, 3, 4]


YAMLISH = st.lists(
    st.sampled_from([*"ab:-[]{},\n \t'\"&*!|>#%@?0.~", "---", "é", "\r\n", "\u2028", ": "]),
    max_size=80,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=200), YAMLISH))
def test_any_text_is_data_or_a_problem(text: str) -> None:
    """Whatever the text: plain data, or problems inside the file; never an exception."""
    document = read_document(text, "f.yaml")
    assert document.data is not None or document.problems or text.strip()
    last = len(text.splitlines()) + 1
    for problem in document.problems:
        assert 1 <= problem.place.line <= last
        assert problem.place.column >= 1
    assert _is_plain(document.data)


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)
