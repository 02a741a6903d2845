"""Reading conditions: a mapping is one condition, a list means all. Language, section 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.language.conditions import (
    All,
    Anyone,
    Condition,
    Contacted,
    Did,
    Everyone,
    FieldTest,
    InSegment,
    Negation,
    Nobody,
    OfParent,
    Test,
    Window,
)
from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.operators import is_moment, looks_like_test, read_duration, read_test
from engine.read.reading import Reading, called, joined, shown

__all__ = ["FORMS", "LATER_FORMS", "read_condition"]

_Mapping = Mapping[str, Any]
_Form = Callable[[_Mapping, str, DocumentPath, Reading], Condition]

_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
_WINDOW = ("within", "since", "until", "between")
_COUNTS = ("times", "days", "weeks", "months")
_FIGURES = ("distinct", "sum", "average", "highest", "lowest")
_DID_WORDS = ("where", *_WINDOW, *_COUNTS, *_FIGURES)
_LATER_DID_WORDS = ("change", "followed_by", "not_followed_by")
_CONTACTED_WORDS = (*_WINDOW, "channel", "playbook", "times")


def read_condition(value: object, path: DocumentPath, reading: Reading) -> Condition:
    """The condition that `value` says.

    What is wrong is reported, and stands as a condition that nobody meets: a file with problems
    is never carried out.
    """
    if isinstance(value, list):
        return All(_parts(value, path, reading), reading.place(path))
    if not isinstance(value, dict):
        return _refused(
            path,
            reading,
            "wrong-type",
            f"{called(path)} is {shown(value)}; expected a condition: a mapping, or a list of them",
        )
    if not value:
        return _refused(
            path, reading, "empty", "an empty condition", "write `everyone: true` for everyone"
        )
    return _mapping(value, path, reading)


def _refused(
    path: DocumentPath, reading: Reading, code: str, message: str, hint: str = ""
) -> Condition:
    reading.report(path, code, message, hint)
    return _nobody(path, reading)


def _nobody(path: DocumentPath, reading: Reading) -> Condition:
    return Negation(Everyone(), reading.place(path))


def _parts(value: object, path: DocumentPath, reading: Reading) -> tuple[Condition, ...]:
    if not isinstance(value, list):
        reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected a list")
        return ()
    if not value:
        reading.report(
            path,
            "empty",
            f"{called(path)} is an empty list; expected at least one condition",
            "write `everyone: true` for everyone",
        )
    return tuple(
        read_condition(item, (*path, position), reading) for position, item in enumerate(value)
    )


def _mapping(value: _Mapping, path: DocumentPath, reading: Reading) -> Condition:
    heads = [key for key in value if key in FORMS or key in LATER_FORMS]
    if len(heads) > 1:
        reading.report_key(
            (*path, heads[1]),
            "two-conditions",
            f"{joined([f'`{head}`' for head in heads], 'and')} stand in one condition",
            "make each a list item of its own",
        )
        return _nobody(path, reading)
    if not heads:
        return _field_or_link(value, path, reading)
    head = heads[0]
    if head in LATER_FORMS:
        reading.not_supported((*path, head), f"`{head}`")
        return _nobody(path, reading)
    return FORMS[head](value, head, path, reading)


def _refuse_others(
    value: _Mapping, head: str, words: tuple[str, ...], path: DocumentPath, reading: Reading
) -> None:
    """Report the keys beside `head` that are none of its words."""
    for key in value:
        if key == head or key in words:
            continue
        if key in _LATER_DID_WORDS and words == _DID_WORDS:
            reading.not_supported((*path, key), f"`{key}`")
            continue
        near = did_you_mean(key, words)
        hint = near if near.startswith("did") else "another condition is a list item of its own"
        reading.report_key((*path, key), "unknown-key", f"`{key}` does not go with `{head}`", hint)


# ---------------------------------------------------------------- the forms


def _all(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    return All(_parts(value[head], (*path, head), reading), reading.place(path))


def _any(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    return Anyone(_parts(value[head], (*path, head), reading), reading.place(path))


def _none(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    return Nobody(_parts(value[head], (*path, head), reading), reading.place(path))


def _not(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    part = read_condition(value[head], (*path, head), reading)
    return Negation(part, reading.place(path))


def _segment(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    name = _text(value[head], (*path, head), reading, "the name of a segment")
    return InSegment(name, reading.place(path))


def _everyone(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    if value[head] is not True:
        reading.report(
            (*path, head),
            "bad-value",
            f"`everyone` is {shown(value[head])}; expected true",
            "for nobody write `not: {everyone: true}`",
        )
    return Everyone(reading.place(path))


def _did(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, _DID_WORDS, path, reading)
    return Did(
        event=_event(value[head], (*path, head), reading),
        negated=head == "did_not",
        where=_tests(value, "where", path, reading),
        window=_window(value, path, reading),
        figures=_figures(value, path, reading),
        place=reading.place(path),
    )


def _contacted(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    _refuse_others(value, head, (), path, reading)
    at = (*path, head)
    words = value[head]
    if not isinstance(words, dict):
        return _refused(
            at,
            reading,
            "wrong-type",
            f"`{head}` is {shown(words)}; expected a mapping",
            f"for ever, write `{head}: {{}}`",
        )
    _refuse_others(words, head, _CONTACTED_WORDS, at, reading)
    return Contacted(
        negated=head == "not_contacted",
        window=_window(words, at, reading),
        channel=_optional_text(words, "channel", at, reading, "the name of a channel"),
        playbook=_optional_text(words, "playbook", at, reading, "the name of a playbook"),
        times=read_test(words["times"], (*at, "times"), reading) if "times" in words else None,
        place=reading.place(path),
    )


FORMS: Mapping[str, _Form] = {
    "all": _all,
    "any": _any,
    "none": _none,
    "not": _not,
    "segment": _segment,
    "everyone": _everyone,
    "did": _did,
    "did_not": _did,
    "contacted": _contacted,
    "not_contacted": _contacted,
}
"""Every form of condition that a word begins, with what reads it."""

LATER_FORMS = (
    "has",
    "has_no",
    "top",
    "bottom",
    "in_playbook",
    "finished_playbook",
    "step",
)
"""Forms of the language that this version does not carry out."""


# ---------------------------------------------------------------- fields and links


def _field_or_link(value: _Mapping, path: DocumentPath, reading: Reading) -> Condition:
    if len(value) > 1:
        return _report_several(value, path, reading)
    ((name, inner),) = value.items()
    at = (*path, name)
    if not _PATH.fullmatch(name):
        reading.report_key(at, "bad-name", f"`{name[:80]}` is no name of a field, link or form")
        return _nobody(path, reading)
    if inner is None:
        return _refused(
            at,
            reading,
            "empty",
            f"`{name}` is empty; expected a test",
            "for a missing value write `{set: false}`",
        )
    if _is_link(name, inner, reading):
        return OfParent(name, read_condition(inner, at, reading), reading.place(path))
    return FieldTest(name, read_test(inner, at, reading), reading.place(path))


def _is_link(name: str, inner: object, reading: Reading) -> bool:
    """Whether `{NAME: …}` asks something of a parent: tests and conditions share the form."""
    if not isinstance(inner, dict | list):
        return False
    if "." in name or name not in reading.links:
        return not looks_like_test(inner) and not _is_operand(inner)
    return not (isinstance(inner, list) and looks_like_test(inner)) and not _is_set(inner)


def _is_operand(inner: object) -> bool:
    return isinstance(inner, dict) and "field" in inner


def _is_set(inner: object) -> bool:
    return isinstance(inner, dict) and set(inner) == {"set"} and isinstance(inner["set"], bool)


def _report_several(value: _Mapping, path: DocumentPath, reading: Reading) -> Condition:
    """Several keys and none begins a form: one is misspelt, or two fields stand in one item."""
    beside = [key for key in value if key in _DID_WORDS or key in _LATER_DID_WORDS]
    for key in value:
        near = did_you_mean(key, FORMS)
        if near.startswith("did") and (beside or key not in reading.links):
            reading.report_key((*path, key), "unknown-form", f"`{key}` is no condition", near)
            return _nobody(path, reading)
    first, second, *_ = value
    reading.report_key(
        (*path, second),
        "two-conditions",
        f"`{first}` and `{second}` stand in one condition; a condition tests one field",
        "write two list items",
    )
    return _nobody(path, reading)


# ---------------------------------------------------------------- their words


def _event(value: object, path: DocumentPath, reading: Reading) -> str:
    name = _text(value, path, reading, "the name of an event")
    if name and not _PATH.fullmatch(name):
        reading.report(path, "bad-name", f"`{name[:80]}` is no name of an event")
    return name


def _text(value: object, path: DocumentPath, reading: Reading, expected: str) -> str:
    if isinstance(value, str) and value.strip():
        return value
    reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected {expected}")
    return ""


def _optional_text(
    value: _Mapping, word: str, path: DocumentPath, reading: Reading, expected: str
) -> str | None:
    return _text(value[word], (*path, word), reading, expected) if word in value else None


def _window(value: _Mapping, path: DocumentPath, reading: Reading) -> Window:
    present = [word for word in _WINDOW if word in value]
    if not present:
        return Window()
    return Window(
        within=read_duration(value["within"], (*path, "within"), reading)
        if "within" in value
        else None,
        since=_moment(value["since"], (*path, "since"), reading) if "since" in value else None,
        until=_moment(value["until"], (*path, "until"), reading) if "until" in value else None,
        between=_between(value["between"], (*path, "between"), reading)
        if "between" in value
        else None,
        place=reading.place((*path, present[0])),
    )


def _between(value: object, path: DocumentPath, reading: Reading) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        reading.report(path, "bad-value", "`between` expects a list of two moments")
        return "", ""
    return _moment(value[0], (*path, 0), reading), _moment(value[1], (*path, 1), reading)


def _moment(value: object, path: DocumentPath, reading: Reading) -> str:
    text = _text(value, path, reading, "a moment, as `30 days ago`")
    return text if text and is_moment(text, path, reading) else ""


def _figures(
    value: _Mapping, path: DocumentPath, reading: Reading
) -> tuple[tuple[str, str, Test], ...]:
    figures: list[tuple[str, str, Test]] = []
    for word in sorted(value):
        if word in _COUNTS:
            figures.append((word, "", read_test(value[word], (*path, word), reading)))
        elif word in _FIGURES:
            figures += [(word, name, test) for name, test in _tests(value, word, path, reading)]
    return tuple(figures)


def _tests(
    value: _Mapping, word: str, path: DocumentPath, reading: Reading
) -> tuple[tuple[str, Test], ...]:
    """`{PROP: TEST, …}`."""
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
