"""A statement that was kept is the one that would be written anew: its text, values and answer.

The same question is asked of a snapshot that keeps statements by their shape, once others of that
shape have left theirs there, and of one where every statement is written for once.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from engine.audience.again import question_of
from engine.audience.answering import answer
from engine.audience.reading import Noting
from engine.audience.select import holding, select_keys
from engine.audience.snapshot import Snapshot
from engine.audience.statements import statements
from engine.bind.playbook import Audience
from engine.compile.core import Constant, Node
from engine.compile.question import Question
from engine.language.catalog import Kind
from engine.ports import Filled
from tests.oracle.amounts import are_thousands, examples
from tests.oracle.asking import bound
from tests.oracle.sentences import ENTITIES, conditions
from tests.oracle.worlds import Setting, Stores, a_few_settings, settings_of, world_of
from tests.support.keeping import agree, anew
from tests.support.oracle import Oracle

SETTINGS = settings_of(range(6)) if are_thousands() else a_few_settings()
LAYOUTS = ("native", "sqlite", "files and sqlite")

somewhere = st.sampled_from(SETTINGS)
asked = st.sampled_from(ENTITIES).flatmap(
    lambda entity: st.tuples(st.just(entity), conditions(entity, 2))
)
later = st.sampled_from(
    [timedelta(0), timedelta(microseconds=1), timedelta(minutes=5), timedelta(days=40)]
)


def _segment(written: dict[str, Any], entity: str, setting: Setting) -> Audience:
    return bound(f"- {json.dumps(written, ensure_ascii=False)}", entity, setting)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(asked=asked, setting=somewhere, by=later)
@examples(quick=5)
def test_the_same_is_asked_at_another_instant(
    stores: Stores, layout: str, asked: tuple[str, Any], setting: Setting, by: timedelta
) -> None:
    entity, written = asked
    snapshot = stores.snapshot(setting, layout)
    audience = _segment(written, entity, setting)
    note(json.dumps(written))
    for as_of in (setting.as_of, setting.as_of + by):
        agree(question_of(audience, snapshot, as_of), snapshot)
        assert statements(audience, snapshot, as_of) == anew(audience, snapshot, as_of)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(asked=asked, setting=somewhere, data=st.data())
@examples(quick=5)
def test_other_values_are_asked_for(
    stores: Stores, layout: str, asked: tuple[str, Any], setting: Setting, data: st.DataObject
) -> None:
    entity, written = asked
    snapshot = stores.snapshot(setting, layout)
    question = question_of(_segment(written, entity, setting), snapshot, setting.as_of)
    note(json.dumps(written))
    agree(question, snapshot)
    other = question.changed(lambda node: _another(node, data))
    note(repr(other.filters))
    agree(other, snapshot)
    agree(question, snapshot)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(asked=asked, setting=somewhere, by=later)
@examples(quick=3)
def test_of_some_keys_it_holds_of_those_who_are_in_it(
    stores: Stores, layout: str, asked: tuple[str, Any], setting: Setting, by: timedelta
) -> None:
    """Asked of one half and of the other, by one statement."""
    entity, written = asked
    audience, snapshot = _segment(written, entity, setting), stores.snapshot(setting, layout)
    everyone = Oracle(world_of(setting), setting.as_of, setting.local).population(audience.entity)
    note(json.dumps(written))
    for as_of in (setting.as_of, setting.as_of + by):
        inside = set(select_keys(audience, snapshot, as_of))
        for keys in (everyone[::2], everyone[1::2]):
            asked_of = (audience.condition, audience.entity, keys, snapshot)
            assert holding(*asked_of, as_of, setting.local) == inside & {*keys}


def _another(node: Node, data: st.DataObject) -> Node:
    """Another value of a constant's kind, or the same value of another type."""
    if not isinstance(node, Constant):
        return node
    return data.draw(st.sampled_from([node, *_others(node)]))


def _others(constant: Constant) -> list[Constant]:
    match constant.value:
        case bool() as value:
            return [replace(constant, value=not value)]
        case int() as value:
            found = [replace(constant, value=each) for each in (value + 1, -1, 2**70)]
            return [*found, Constant(float(value), Kind.NUMBER)]
        case float() as value:
            return [replace(constant, value=each) for each in (value + 1, -0.0, 0.0)]
        case str():
            return [replace(constant, value=each) for each in (" ", "pro", "Größe")]
        case datetime() as value:
            moved = (timedelta(days=3), timedelta(microseconds=1), timedelta(seconds=-1))
            return [replace(constant, value=value + each) for each in moved]
        case date() as value:
            return [replace(constant, value=value + timedelta(days=1))]


def test_what_is_kept_was_kept(stores: Stores) -> None:
    """The laws above speak of what is kept: the second time nothing is written."""
    setting = SETTINGS[0]
    snapshot = stores.snapshot(setting, "sqlite")
    audience = _segment({"did": "logged_in", "within": "7 days"}, "user", setting)
    first, second = (
        _statement(question_of(audience, snapshot, setting.as_of + by), snapshot)
        for by in (timedelta(0), timedelta(minutes=1))
    )
    assert first.statement is second.statement
    assert first.parameters != second.parameters


def _statement(question: Question, snapshot: Snapshot) -> Filled:
    noting = Noting(snapshot)
    assert list(answer(question, noting)) == []
    [(_, statement)] = noting.noted
    assert isinstance(statement, Filled)
    return statement
