"""`playbooks/**/*.test.yaml` as declared. Language, section 5, "Tests"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

from engine.language.examples import (
    Approved,
    Cell,
    Done,
    Example,
    Expected,
    ExpectedClosing,
    ExpectedExit,
    ExpectedLevel,
    ExpectedSkip,
    ExpectedTouch,
    Given,
    Named,
    Row,
    Said,
    Scene,
)
from engine.places import DocumentPath
from engine.read.reading import Reading

__all__ = ["read_example"]

_Data = Mapping[str, Any]
_Item = TypeVar("_Item")
_VERBS = ("email", "task", "webhook", "update", "step")
_LISTS = ("segment", "entered", "touches", "skips", "left", "levels", "closed")


def read_example(data: object, reading: Reading) -> Example | None:
    """The test of a file; None where the file has problems, which are then reported."""
    if reading.faults or not isinstance(data, dict):
        return None
    later = enumerate(data.get("then", ()))
    first = _scene(data, data["as_of"], ("as_of",), (), reading)
    rest = [_scene(each, each["at"], ("then", n, "at"), ("then", n), reading) for n, each in later]
    file = PurePosixPath(reading.places.path).name.removesuffix(".test.yaml")
    return Example(
        playbook=data["test"],
        name=data.get("name", file),
        scenes=(first, *rest),
        place=reading.places.value(("test",)),
    )


def _scene(
    data: _Data, at: str, at_path: DocumentPath, path: DocumentPath, reading: Reading
) -> Scene:
    return Scene(
        at=at,
        given=_given(data.get("given", {}), (*path, "given"), reading),
        suppressed=tuple(data.get("suppressed", ())),
        answers=_each(data, "answers", path, reading, read=_said),
        done=_each(data, "done", path, reading, read=_done),
        approved=_each(data, "approved", path, reading, read=_approved),
        expect=_expected(data.get("expect", {}), (*path, "expect"), reading),
        at_place=reading.place(at_path),
        place=reading.place(path),
    )


_Read = Callable[[_Data, DocumentPath, Reading], _Item]


def _each(
    data: _Data, key: str, path: DocumentPath, reading: Reading, *, read: _Read[_Item]
) -> tuple[_Item, ...]:
    return tuple(read(each, (*path, key, n), reading) for n, each in enumerate(data.get(key, ())))


def _given(data: _Data, path: DocumentPath, reading: Reading) -> tuple[Given, ...]:
    return tuple(
        Given(
            of=name,
            rows=tuple(_row(row, (*path, name, n), reading) for n, row in enumerate(rows)),
            place=reading.places.key((*path, name)),
        )
        for name, rows in data.items()
    )


def _row(data: _Data, path: DocumentPath, reading: Reading) -> Row:
    cells = [Cell(name, value, reading.places.key((*path, name))) for name, value in data.items()]
    return Row(tuple(cells), reading.place(path))


def _said(data: _Data, path: DocumentPath, reading: Reading) -> Said:
    says = data["says"]
    answers = tuple(says) if isinstance(says, list) else (says,)
    return Said(data["channel"], answers, data.get("to", ""), reading.place(path))


def _done(data: _Data, path: DocumentPath, reading: Reading) -> Done:
    outcome = data.get("outcome", "")
    return Done(data["for"], _named(data, path, reading), outcome, reading.place(path))


def _approved(data: _Data, path: DocumentPath, reading: Reading) -> Approved:
    return Approved(data["for"], _named(data, path, reading), reading.place(path))


def _named(data: _Data, path: DocumentPath, reading: Reading) -> Named:
    verb = next(each for each in _VERBS if each in data)
    return Named(verb, data[verb], reading.place((*path, verb)))


def _expected(data: _Data, path: DocumentPath, reading: Reading) -> Expected:
    return Expected(
        segment=_keys(data, "segment"),
        entered=_keys(data, "entered"),
        touches=_list(data, "touches", path, reading, read=_touch),
        skips=_list(data, "skips", path, reading, read=_skip),
        left=_list(data, "left", path, reading, read=_exit),
        levels=_list(data, "levels", path, reading, read=_level),
        closed=_list(data, "closed", path, reading, read=_closing),
        places={name: reading.places.key((*path, name)) for name in _LISTS if name in data},
    )


def _keys(data: _Data, key: str) -> tuple[int | str, ...] | None:
    return tuple(data[key]) if key in data else None


def _list(
    data: _Data, key: str, path: DocumentPath, reading: Reading, *, read: _Read[_Item]
) -> tuple[_Item, ...] | None:
    return _each(data, key, path, reading, read=read) if key in data else None


def _touch(data: _Data, path: DocumentPath, reading: Reading) -> ExpectedTouch:
    return ExpectedTouch(
        key=data["for"],
        step=_named(data, path, reading),
        to=data.get("to", ""),
        subject=data.get("subject"),
        subject_contains=_texts(data.get("subject_contains", ())),
        body_contains=_texts(data.get("body_contains", ())),
        place=reading.place(path),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _skip(data: _Data, path: DocumentPath, reading: Reading) -> ExpectedSkip:
    return ExpectedSkip(
        data["for"], _named(data, path, reading), data["reason"], reading.place(path)
    )


def _exit(data: _Data, path: DocumentPath, reading: Reading) -> ExpectedExit:
    return ExpectedExit(data["for"], data["outcome"], data.get("reason", ""), reading.place(path))


def _level(data: _Data, path: DocumentPath, reading: Reading) -> ExpectedLevel:
    return ExpectedLevel(data["for"], data["level"], reading.place(path))


def _closing(data: _Data, path: DocumentPath, reading: Reading) -> ExpectedClosing:
    reason = data.get("reason", "")
    return ExpectedClosing(data["for"], _named(data, path, reading), reason, reading.place(path))
