"""Reading the words that stand beside the head of a condition or formula: names, times, tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.conditions import Test, Window
from engine.moments import Duration, MomentError, parse_duration, parse_moment
from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.operators import read_test
from engine.read.reading import Reading, called, shown

__all__ = [
    "WINDOW_WORDS",
    "duration_in",
    "optional_duration",
    "optional_text",
    "read_moment",
    "read_tests",
    "read_window",
    "refuse_others",
    "text_of",
]

_Mapping = Mapping[str, Any]

WINDOW_WORDS = ("within", "since", "until", "between")
"""The words that say when events count."""


def refuse_others(
    value: _Mapping, head: str, words: tuple[str, ...], path: DocumentPath, reading: Reading
) -> None:
    """Report the keys beside `head` that are none of its words."""
    for key in value:
        if key == head or key in words:
            continue
        near = did_you_mean(key, words)
        hint = near if near.startswith("did") else "another condition is a list item of its own"
        reading.report_key((*path, key), "unknown-key", f"`{key}` does not go with `{head}`", hint)


def text_of(value: object, path: DocumentPath, reading: Reading, expected: str) -> str:
    """A text that says something; empty where there is none, which is reported."""
    if isinstance(value, str) and value.strip():
        return value
    reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected {expected}")
    return ""


def optional_text(
    value: _Mapping, word: str, path: DocumentPath, reading: Reading, expected: str
) -> str | None:
    """The text of a word, if the word is there."""
    return text_of(value[word], (*path, word), reading, expected) if word in value else None


def duration_in(data: Mapping[str, Any], key: str) -> Duration | None:
    """The duration under a key of sound data, if it is there."""
    return parse_duration(data[key]) if key in data else None


def optional_duration(
    value: _Mapping, word: str, path: DocumentPath, reading: Reading
) -> str | None:
    """The duration of a word as text, if the word is there."""
    return _duration(value[word], (*path, word), reading) if word in value else None


def read_window(value: _Mapping, path: DocumentPath, reading: Reading) -> Window:
    """The words of a window, among others."""
    present = [word for word in WINDOW_WORDS if word in value]
    if not present:
        return Window()
    between = (*path, "between")
    return Window(
        within=optional_duration(value, "within", path, reading),
        since=_optional_moment(value, "since", path, reading),
        until=_optional_moment(value, "until", path, reading),
        between=_between(value["between"], between, reading) if "between" in value else None,
        place=reading.place((*path, present[0])),
    )


def read_moment(value: object, path: DocumentPath, reading: Reading) -> str:
    """A moment as text."""
    text = text_of(value, path, reading, "a moment, as `30 days ago`")
    if text:
        try:
            parse_moment(text)
        except MomentError as error:
            reading.report(path, "bad-moment", str(error))
    return text


def read_tests(
    value: _Mapping, word: str, path: DocumentPath, reading: Reading
) -> tuple[tuple[str, Test], ...]:
    """`{PROP: TEST, …}` of a word; none where the word is not there."""
    if word not in value:
        return ()
    at = (*path, word)
    tests = value[word]
    if not isinstance(tests, dict) or not tests:
        reading.report(
            at,
            "wrong-type",
            f"`{word}` is {shown(tests) if tests else 'empty'}; expected properties and their "
            "tests, as `{PROPERTY: TEST}`",
        )
        return ()
    return tuple(
        (name, read_test(test, (*at, name), reading)) for name, test in sorted(tests.items())
    )


def _optional_moment(
    value: _Mapping, word: str, path: DocumentPath, reading: Reading
) -> str | None:
    return read_moment(value[word], (*path, word), reading) if word in value else None


def _between(value: object, path: DocumentPath, reading: Reading) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        reading.report(path, "bad-value", "`between` expects a list of two moments")
        return "", ""
    return read_moment(value[0], (*path, 0), reading), read_moment(value[1], (*path, 1), reading)


def _duration(value: object, path: DocumentPath, reading: Reading) -> str:
    if not isinstance(value, str):
        reading.report(
            path,
            "bad-duration",
            f"{called(path)} is {shown(value)}; expected a number and a unit, as `30 days`",
        )
        return ""
    try:
        parse_duration(value)
    except MomentError as error:
        reading.report(path, "bad-duration", str(error))
    return value
