"""Reading what happened: `did`, `contacted` and their words. Language, section 3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.language.conditions import Change, Contacted, Did, Followed, Test
from engine.places import DocumentPath
from engine.read.operators import read_test
from engine.read.reading import Reading, shown
from engine.read.words import (
    WINDOW_WORDS,
    optional_duration,
    optional_text,
    read_tests,
    read_window,
    refuse_others,
    text_of,
)

__all__ = ["DID_WORDS", "EVENT_WORDS", "read_contacted", "read_did", "read_events"]

_Mapping = Mapping[str, Any]

_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
_COUNTS = ("times", "days", "weeks", "months")
_FIGURES = ("distinct", "sum", "average", "highest", "lowest")
_FOLLOWED = ("followed_by", "not_followed_by")
_CHANGE_WORDS = ("over", "against", "by")
_FOLLOWED_WORDS = ("within", "where")
_CONTACTED_WORDS = (*WINDOW_WORDS, "channel", "playbook", "times")

EVENT_WORDS = ("where", *WINDOW_WORDS)
"""The words that say which events are meant."""

DID_WORDS = (*EVENT_WORDS, *_COUNTS, *_FIGURES, "change", *_FOLLOWED)
"""All words of `did` and `did_not`."""


def read_did(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Did:
    """`did` or `did_not` with its words."""
    refuse_others(value, head, DID_WORDS, path, reading)
    at = (*path, "change")
    return Did(
        event=_event(value[head], (*path, head), reading),
        negated=head == "did_not",
        where=read_tests(value, "where", path, reading),
        window=read_window(value, path, reading),
        figures=_figures(value, path, reading),
        change=_change(value["change"], at, reading) if "change" in value else None,
        followed=_followed(value, path, reading),
        place=reading.place((*path, head)),
    )


def read_events(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Did:
    """The events of a formula: those that `head` names, by the words that say which."""
    return Did(
        event=_event(value[head], (*path, head), reading),
        where=read_tests(value, "where", path, reading),
        window=read_window(value, path, reading),
        place=reading.place((*path, head)),
    )


def read_contacted(
    value: _Mapping, head: str, path: DocumentPath, reading: Reading
) -> Contacted | None:
    """`contacted` or `not_contacted`; None where it is no mapping, which is reported."""
    refuse_others(value, head, (), path, reading)
    at = (*path, head)
    words = value[head]
    if not isinstance(words, dict):
        message = f"`{head}` is {shown(words)}; expected a mapping"
        reading.report(at, "wrong-type", message, f"for ever, write `{head}: {{}}`")
        return None
    refuse_others(words, head, _CONTACTED_WORDS, at, reading)
    return Contacted(
        negated=head == "not_contacted",
        window=read_window(words, at, reading),
        channel=optional_text(words, "channel", at, reading, "the name of a channel"),
        playbook=optional_text(words, "playbook", at, reading, "the name of a playbook"),
        times=read_test(words["times"], (*at, "times"), reading) if "times" in words else None,
        place=reading.place(path),
    )


def _event(value: object, path: DocumentPath, reading: Reading) -> str:
    name = text_of(value, path, reading, "the name of an event")
    if name and not _PATH.fullmatch(name):
        reading.report(path, "bad-name", f"`{name[:80]}` is no name of an event")
    return name


def _figures(
    value: _Mapping, path: DocumentPath, reading: Reading
) -> tuple[tuple[str, str, Test], ...]:
    figures: list[tuple[str, str, Test]] = []
    for word in sorted(value):
        if word in _COUNTS:
            figures.append((word, "", read_test(value[word], (*path, word), reading)))
        elif word in _FIGURES:
            figures += [(word, name, test) for name, test in read_tests(value, word, path, reading)]
    return tuple(figures)


def _change(words: object, path: DocumentPath, reading: Reading) -> Change | None:
    sound = _words(words, "change", ("over", "by"), "{over: 7 days, by: {at_most: -50%}}", path,
                   reading)  # fmt: skip
    if sound is None:
        return None
    refuse_others(sound, "change", _CHANGE_WORDS, path, reading)
    return Change(
        over=optional_duration(sound, "over", path, reading) or "",
        by=read_test(sound["by"], (*path, "by"), reading),
        against=optional_duration(sound, "against", path, reading),
        place=reading.place(path),
    )


def _followed(value: _Mapping, path: DocumentPath, reading: Reading) -> tuple[Followed, ...]:
    read = [_successor(value[word], word, (*path, word), reading)
            for word in _FOLLOWED if word in value]  # fmt: skip
    return tuple(each for each in read if each is not None)


def _successor(words: object, head: str, path: DocumentPath, reading: Reading) -> Followed | None:
    sound = _words(words, head, ("did", "within"), "{did: EVENT, within: 1 day}", path, reading)
    if sound is None:
        return None
    refuse_others(sound, "did", _FOLLOWED_WORDS, path, reading)
    return Followed(
        event=_event(sound["did"], (*path, "did"), reading),
        within=optional_duration(sound, "within", path, reading) or "",
        negated=head == "not_followed_by",
        where=read_tests(sound, "where", path, reading),
        place=reading.place((*path, "did")),
    )


def _words(
    words: object,
    head: str,
    needed: tuple[str, ...],
    example: str,
    path: DocumentPath,
    reading: Reading,
) -> _Mapping | None:
    """The mapping that stands at `head`, if it has all the words that it needs."""
    if not isinstance(words, dict):
        message = f"`{head}` is {shown(words)}; expected a mapping"
        reading.report(path, "wrong-type", message, f"as `{head}: {example}`")
        return None
    lacking = [word for word in needed if word not in words]
    if lacking:
        message = f"`{head}` lacks `{lacking[0]}`"
        reading.report(path, "missing-key", message, f"as `{head}: {example}`")
        return None
    return words
