"""How values print, and what happens where they are missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.messages.compiled import compile_value
from engine.messages.failures import MISSING_VALUE, RENDER_ERROR, RenderFailure
from engine.messages.render import render_json, render_value
from engine.messages.values import is_missing, number_text, plain, printed, readable, shown
from tests.messages.making import NEW_YORK, line, scope

AT = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
DAY = date(2026, 7, 4)
USER = {"name": "Ann", "empty": None}

PRINTED = {
    "text": ("{{ x }}", "Ann", "Ann"),
    "template in data": ("{{ x }}", "{{ 7*7 }}{% if %}", "{{ 7*7 }}{% if %}"),
    "integer": ("{{ x }}", 12, "12"),
    "whole number": ("{{ x }}", 12.0, "12"),
    "noise": ("{{ x }}", 0.1 + 0.2, "0.3"),
    "large": ("{{ x }}", 1e20, "100000000000000000000"),
    "tiny": ("{{ x }}", 1e-12, "0"),
    "minus zero": ("{{ x }}", -0.0, "0"),
    "minus nearly zero": ("{{ x }}", -1e-12, "0"),
    "boolean": ("{{ x }}", True, "true"),
    "list": ("{{ x }}", ["a", "b"], "a, b"),
    "date": ("{{ x }}", DAY, "4 July 2026"),
    "date by filter": ("{{ x | date }}", DAY, "4 July 2026"),
    "date by format": ("{{ x | date('%A, %B %-d, %Y %%') }}", DAY, "Saturday, July 4, 2026 %"),
    "time in the zone": ("{{ x }}", AT, "9 March 2026"),
    "time by format": ("{{ x | date('%a %d/%m/%y %H:%M %Z') }}", AT, "Mon 09/03/26 22:30 EDT"),
    "twelve hours": ("{{ x | date('%-I:%M %p') }}", AT, "10:30 PM"),
    "upper": ("{{ x | upper }}", "straße", "STRASSE"),
    "lower": ("{{ x | lower }}", "ÄB", "äb"),
    "title": ("{{ x | title }}", "o'neil's new-york o2", "O'neil's New-york O2"),
    "capitalize": ("{{ x | capitalize }}", "aNN", "Ann"),
    "trim": ("[{{ x | trim }}]", "  a ", "[a]"),
    "replace": ("{{ x | replace('-', ' ') }}", "a-b-c", "a b c"),
    "truncate": ("{{ x | truncate(10) }}", "one two three", "one two…"),
    "truncate short": ("{{ x | truncate(10) }}", "one", "one"),
    "truncate a word": ("{{ x | truncate(4, '') }}", "abcdefgh", "abcd"),
    "first": ("{{ x | first }}", ["a", "b"], "a"),
    "last": ("{{ x | last }}", ["a", "b"], "b"),
    "first of none": ("{{ x | first | default('-') }}", [], "-"),
    "length": ("{{ x | length }}", ["a", "b"], "2"),
    "join": ("{{ x | join(', ', ' and ') }}", ["a", "b", "c"], "a, b and c"),
    "join one": ("{{ x | join(', ', ' and ') }}", ["a"], "a"),
    "round": ("{{ x | round }}", 2.5, "3"),
    "round digits": ("{{ x | round(1) }}", 0.25, "0.3"),
    "number": ("{{ x | number }}", 1234567.6, "1,234,568"),
    "number digits": ("{{ x | number(2) }}", 1234.5, "1,234.50"),
    "percent": ("{{ x | percent }}", 0.257, "26%"),
    "percent half up": ("{{ x | percent }}", 0.285, "29%"),
    "percent digits": ("{{ x | percent(1) }}", 1.0005, "100.1%"),
    "round what was reckoned": ("{{ (x * 100) | round }} of {{ x * 100 }}", 0.285, "29 of 28.5"),
    "number of what was reckoned": ("{{ (x * 100) | number }}", 1.005, "101"),
    "urlencode": ("{{ x | urlencode }}", "a&b c/é", "a%26b%20c%2F%C3%A9"),
    "arithmetic": ("{{ (x + 2) * 3 // 2 }}", 4, "9"),
    "joined": ("{{ x ~ '-' ~ 3 }}", "a", "a-3"),
    "index": ("{{ x[0] }}{{ x[-1] }}", ["a", "b"], "ab"),
    "slice": ("{{ x[:2] | join }}", ["a", "b", "c"], "a, b"),
    "loop": ("{% for f in x %}{{ loop.index }}{{ f }}{% endfor %}", ["a", "b"], "1a2b"),
    "loop else": ("{% for f in x %}a{% else %}none{% endfor %}", [], "none"),
    "loop if": ("{% for f in x if f != 'a' %}{{ f }}{% endfor %}", ["a", "b"], "b"),
    "branch": ("{% if x > 3 %}many{% elif x %}few{% else %}none{% endif %}", 2, "few"),
    "inline branch": ("{{ 'a' if x is odd else 'b' }}", 3, "a"),
    "in": ("{{ 'yes' if 'a' in x else 'no' }}", ["a"], "yes"),
    "controls": ("{{ x }}", "a\x00b\x1bc\u202ed\ufdd0e\x9bf", "abcdef"),
    "line ends": ("{{ x }}", "a\r\nb\rc\u2028d", "a\nb\nc\nd"),
}


@pytest.mark.parametrize(("source", "value", "expected"), PRINTED.values(), ids=PRINTED)
def test_a_value_prints_by_one_rule(source: str, value: object, expected: str) -> None:
    assert line(source, NEW_YORK, x=value) == expected


WITH_MISSING = {
    "default": ("Hi {{ u.nick | default('there') }}", "Hi there"),
    "default of an unknown parent": ("{{ u.boss.name | default('-') }}", "-"),
    "default after a filter": ("{{ u.nick | upper | truncate(3) | default('-') }}", "-"),
    "default after arithmetic": ("{{ (u.n + 1) | default(0) }}", "0"),
    "if": ("{% if u.nick %}yes{% else %}no{% endif %}", "no"),
    "if not": ("{% if not u.nick %}yes{% endif %}", "yes"),
    "half of a branch": ("[{{ 'a' if u.nick }}]", "[]"),
    "or": ("{{ u.nick or 'there' }}", "there"),
    "defined": ("{{ 'yes' if u.nick is defined else 'no' }}", "no"),
    "more": ("{{ 'yes' if u.n > 3 else 'no' }}", "no"),
    "less": ("{{ 'yes' if u.n < 3 else 'no' }}", "no"),
    "between": ("{{ 'yes' if 1 < u.n < 3 else 'no' }}", "no"),
    "is": ("{{ 'yes' if u.n == 3 else 'no' }}", "no"),
    "is not": ("{{ 'yes' if u.n != 3 else 'no' }}", "yes"),
    "two missing are not equal": ("{{ 'yes' if u.n == u.m else 'no' }}", "no"),
    "in": ("{{ 'yes' if 'a' in u.list else 'no' }}", "no"),
}


@pytest.mark.parametrize(("source", "expected"), WITH_MISSING.values(), ids=WITH_MISSING)
def test_default_and_if_work_on_what_is_missing(source: str, expected: str) -> None:
    assert line(source, u=USER) == expected


FAILS = {
    "print": "Hi {{ u.nick }},",
    "print a part": "{{ u.boss.name }}",
    "print by bracket": "{{ u['nick'] }}",
    "filter": "{{ u.nick | upper }}",
    "filter argument": "{{ 'a' | replace('a', u.nick) }}",
    "join text": "{{ 'a' ~ u.nick }}",
    "length": "{{ u.nick | length }}",
    "date": "{{ u.at | date('%Y') }}",
    "loop": "{% for f in u.list %}{{ f }}{% endfor %}",
    "arithmetic": "{{ u.n * 2 }}",
    "negative": "{{ -u.n }}",
    "index beyond": "{{ ['a'][3] }}",
    "none": "{{ u.empty }}",
    "none literal": "{{ none }}",
    "nan": "{{ nan }}",
    "infinity": "{{ inf }}",
    "nan rounded": "{{ nan | round }}",
    "controls only": "{{ controls }}",
    "nothing to be seen": "{{ unseen }}",
    "unknown root": "{{ nobody }}",
}


UNSEEN = {
    "nan": float("nan"),
    "inf": float("inf"),
    "controls": "\0\x1b\x9f",
    "unseen": "\u200b \u2060\ufeff",
}


@pytest.mark.parametrize("source", FAILS.values(), ids=FAILS)
def test_printing_what_is_missing_fails_that_touch(source: str) -> None:
    with pytest.raises(RenderFailure) as failure:
        line(source, u=USER, **UNSEEN)
    assert failure.value.reason == MISSING_VALUE


def test_a_failure_names_the_value_and_shows_none_of_the_data() -> None:
    with pytest.raises(RenderFailure, match="`nick` is missing") as failure:
        line("{{ u.name }} {{ u.nick }}", u=USER)
    assert "Ann" not in failure.value.detail


@pytest.mark.parametrize("value", [None, "", "  \n", float("nan"), float("-inf")], ids=repr)
def test_empty_text_and_numbers_that_are_none_are_missing(value: object) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", [], {}], ids=repr)
def test_nought_is_not_missing(value: object) -> None:
    assert not is_missing(value)


@pytest.mark.parametrize(
    "value",
    [b"x", Decimal(1), object(), {1, 2}, AT.replace(tzinfo=None)],
    ids=["bytes", "decimal", "object", "set", "naive"],
)
def test_only_plain_data_gets_into_a_template(value: object) -> None:
    with pytest.raises(TypeError):
        plain({"a": [value]})


def test_a_body_is_rendered_text_by_text_and_keeps_its_shape() -> None:
    body = {
        "text": "{{ u.name }} may need a hand",
        "at": "{{ at }}",
        "day": "{{ day }}",
        "n": 3,
        "flag": True,
        "nothing": None,
        "list": ["{{ u.name }}", {"deep": "{{ 1 + 1 }}"}],
        "{{ u.name }}": "keys are no templates",
    }
    compiled = compile_value(body)
    given = scope(ZoneInfo("America/New_York"), u={"name": 'A"\n{{b}}'}, at=AT, day=DAY)
    assert render_value(compiled, given) == {
        "text": 'A"\n{{b}} may need a hand',
        "at": "2026-03-09T22:30:00-04:00",
        "day": "2026-07-04",
        "n": 3,
        "flag": True,
        "nothing": None,
        "list": ['A"\n{{b}}', {"deep": "2"}],
        "{{ u.name }}": "keys are no templates",
    }
    assert render_json(compiled, given).startswith(b'{"at":"2026-03-09T22:30:00-04:00","day":')


@pytest.mark.parametrize("value", [float("nan"), 2**60, date(2026, 1, 1)], ids=str)
def test_a_body_that_json_cannot_say_fails(value: object) -> None:
    with pytest.raises(RenderFailure) as failure:
        render_json(compile_value({"n": value}), scope())
    assert failure.value.reason == RENDER_ERROR


@given(st.integers())
@example(10**15)
@example(-(10**15) + 1)
def test_a_whole_number_prints_all_its_digits(value: int) -> None:
    assert number_text(value) == format(Decimal(value), "f")


@given(st.text() | st.integers() | st.booleans() | st.dates())
def test_what_needs_nothing_done_is_shown_as_all_else_is(value: object) -> None:
    assert made(lambda: shown(value, NEW_YORK)) == made(lambda: readable(printed(value, NEW_YORK)))


def made(act: Callable[[], str]) -> str:
    try:
        return act()
    except RenderFailure as failure:
        return str(failure)
