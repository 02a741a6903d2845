"""Two readings of the language, one answer: compiled queries on every store, and the oracle."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from engine.audience.select import population, select_keys
from engine.bind.conditions import BoundNot
from tests.oracle.amounts import are_thousands, examples
from tests.oracle.asking import bound
from tests.oracle.sentences import ENTITIES, conditions, plain_did
from tests.oracle.worlds import (
    Setting,
    Stores,
    a_few_settings,
    settings_of,
    world_of,
)
from tests.support.oracle import Oracle
from tests.support.stores import STORES

SETTINGS = settings_of(range(6)) if are_thousands() else a_few_settings()


def _item(written: dict[str, Any]) -> str:
    """A condition as an item of a YAML list; what is JSON is YAML as well."""
    return f"- {json.dumps(written, ensure_ascii=False)}"


def _asked(depth: int) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.sampled_from(ENTITIES).flatmap(
        lambda entity: st.tuples(st.just(entity), conditions(entity, depth))
    )


asked = st.one_of(_asked(0), _asked(0), _asked(2))
somewhere = st.sampled_from(SETTINGS)


@given(asked=asked, setting=somewhere)
@examples(quick=30)
def test_the_engine_agrees_with_the_oracle(
    stores: Stores, asked: tuple[str, dict[str, Any]], setting: Setting
) -> None:
    entity, written = asked
    audience = bound(_item(written), entity, setting)
    note(_item(written))
    oracle = Oracle(world_of(setting), setting.as_of, setting.local)
    expected = oracle.members(audience.condition, audience.entity)
    for layout in stores.layouts:
        found = select_keys(audience, stores.snapshot(setting, layout), setting.as_of)
        assert (layout, found) == (layout, expected)


@pytest.mark.parametrize("layout", ["native", "files and sqlite"])
@given(asked=asked, setting=somewhere)
@examples(quick=10)
def test_who_asks_again_gets_the_same_answer(
    stores: Stores, layout: str, asked: tuple[str, dict[str, Any]], setting: Setting
) -> None:
    entity, written = asked
    audience = bound(_item(written), entity, setting)
    snapshot = stores.snapshot(setting, layout)
    expected = Oracle(world_of(setting), setting.as_of, setting.local).members(
        audience.condition, audience.entity
    )
    for _ in range(3):  # by itself, or from what others asked for; when it is held; from there
        assert select_keys(audience, snapshot, setting.as_of) == expected


@pytest.mark.parametrize("layout", STORES)
@given(asked=asked, setting=somewhere)
@examples(quick=4)
def test_a_segment_and_its_not_part_the_population(
    stores: Stores, layout: str, asked: tuple[str, dict[str, Any]], setting: Setting
) -> None:
    entity, written = asked
    audience = bound(_item(written), entity, setting)
    snapshot = stores.snapshot(setting, layout)
    inside = select_keys(audience, snapshot, setting.as_of)
    opposite = replace(audience, condition=BoundNot(audience.condition))
    outside = select_keys(opposite, snapshot, setting.as_of)
    everyone = Oracle(world_of(setting), setting.as_of, setting.local).population(audience.entity)
    assert sorted([*inside, *outside]) == everyone
    assert population(audience.entity, snapshot) == len(everyone)


@pytest.mark.parametrize("layout", ["native", "sqlite", "postgres"])
@given(data=st.data(), setting=somewhere)
@examples(quick=5)
def test_the_order_of_all_does_not_matter(
    stores: Stores, layout: str, data: st.DataObject, setting: Setting
) -> None:
    entity = data.draw(st.sampled_from(ENTITIES))
    parts = data.draw(st.lists(conditions(entity, 1), min_size=2, max_size=3))
    shuffled = data.draw(st.permutations(parts))
    snapshot = stores.snapshot(setting, layout)
    one, other = (
        select_keys(bound(_item({"all": each}), entity, setting), snapshot, setting.as_of)
        for each in (parts, shuffled)
    )
    assert one == other


WIDER = ["1 hour", "24 hours", "1 day", "2 days", "1 week", "30 days", "2 months", "1 year"]


@pytest.mark.parametrize("layout", ["native", "sqlite", "postgres"])
@given(data=st.data(), setting=somewhere)
@examples(quick=5)
def test_a_wider_window_never_loses_anyone(
    stores: Stores, layout: str, data: st.DataObject, setting: Setting
) -> None:
    entity = data.draw(st.sampled_from(ENTITIES))
    did = data.draw(plain_did(entity))
    narrow, wide = sorted(data.draw(st.tuples(*[st.sampled_from(range(len(WIDER)))] * 2)))
    assume(narrow != wide)
    snapshot = stores.snapshot(setting, layout)
    one, other, ever = (
        select_keys(bound(_item({**did, **window}), entity, setting), snapshot, setting.as_of)
        for window in ({"within": WIDER[narrow]}, {"within": WIDER[wide]}, {})
    )
    assert set(one) <= set(other) <= set(ever)
