"""Two readings of the language, one answer: compiled queries on every store, and the oracle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from engine.audience.select import population, select_keys
from engine.bind.bind import bind_segment
from engine.bind.conditions import BoundNot
from engine.bind.playbook import Audience
from tests.oracle.sentences import ENTITIES, conditions, plain_did
from tests.oracle.worlds import STORES, Setting, Stores, project, settings_of, world_of
from tests.support.declare import with_segment
from tests.support.oracle import Oracle
from tests.support.postgres import fresh_database

IS_THOROUGH = settings.default is not None and settings.default.max_examples > 1000
SETTINGS = settings_of(range(6) if IS_THOROUGH else range(1))
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def examples(quick: int) -> settings:
    """So many examples, or as many as the thorough profile says."""
    number = settings.default.max_examples if IS_THOROUGH and settings.default else quick
    return settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=_QUIET,
        derandomize=not IS_THOROUGH,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    )


@pytest.fixture(scope="module")
def stores(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """All worlds in all layouts; they stay open."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("worlds")
        yield Stores(folder, fresh_database(postgres), stack, {})


def bound(written: dict[str, Any], entity: str, setting: Setting) -> Audience:
    """A condition as it stands in a file, read and bound."""
    loaded, catalog = project()
    text = f"- {json.dumps(written, ensure_ascii=False)}"
    declared = with_segment(loaded, text, of=entity)
    return replace(bind_segment("asked", declared, catalog), zone=setting.local)


asked = st.sampled_from(ENTITIES).flatmap(
    lambda entity: st.tuples(st.just(entity), conditions(entity))
)
somewhere = st.sampled_from(SETTINGS)


@pytest.mark.parametrize("layout", STORES)
@given(asked=asked, setting=somewhere)
@examples(quick=60)
def test_the_engine_agrees_with_the_oracle(
    stores: Stores, layout: str, asked: tuple[str, dict[str, Any]], setting: Setting
) -> None:
    entity, written = asked
    audience = bound(written, entity, setting)
    note(json.dumps(written, ensure_ascii=False))
    expected = Oracle(world_of(setting), setting.as_of, setting.local).members(
        audience.condition, audience.entity
    )
    assert select_keys(audience, stores.snapshot(setting, layout), setting.as_of) == expected


@pytest.mark.parametrize("layout", STORES)
@given(asked=asked, setting=somewhere)
@examples(quick=10)
def test_a_segment_and_its_not_part_the_population(
    stores: Stores, layout: str, asked: tuple[str, dict[str, Any]], setting: Setting
) -> None:
    entity, written = asked
    audience = bound(written, entity, setting)
    snapshot = stores.snapshot(setting, layout)
    inside = select_keys(audience, snapshot, setting.as_of)
    opposite = replace(audience, condition=BoundNot(audience.condition))
    outside = select_keys(opposite, snapshot, setting.as_of)
    everyone = Oracle(world_of(setting), setting.as_of, setting.local).population(audience.entity)
    assert sorted([*inside, *outside]) == everyone
    assert population(audience.entity, snapshot) == len(everyone)


@pytest.mark.parametrize("layout", ["native", "sqlite", "postgres"])
@given(data=st.data(), setting=somewhere)
@examples(quick=8)
def test_the_order_of_all_does_not_matter(
    stores: Stores, layout: str, data: st.DataObject, setting: Setting
) -> None:
    entity = data.draw(st.sampled_from(ENTITIES))
    parts = data.draw(st.lists(conditions(entity, 1), min_size=2, max_size=3))
    shuffled = data.draw(st.permutations(parts))
    snapshot = stores.snapshot(setting, layout)
    one, other = (
        select_keys(bound({"all": each}, entity, setting), snapshot, setting.as_of)
        for each in (parts, shuffled)
    )
    assert one == other


WIDER = ["1 hour", "24 hours", "1 day", "2 days", "1 week", "30 days", "2 months", "1 year"]


@pytest.mark.parametrize("layout", ["native", "sqlite", "postgres"])
@given(data=st.data(), setting=somewhere)
@examples(quick=8)
def test_a_wider_window_never_loses_anyone(
    stores: Stores, layout: str, data: st.DataObject, setting: Setting
) -> None:
    entity = data.draw(st.sampled_from(ENTITIES))
    did = data.draw(plain_did(entity))
    narrow, wide = sorted(data.draw(st.tuples(*[st.sampled_from(range(len(WIDER)))] * 2)))
    assume(narrow != wide)
    snapshot = stores.snapshot(setting, layout)
    one, other, ever = (
        select_keys(bound({**did, **window}, entity, setting), snapshot, setting.as_of)
        for window in ({"within": WIDER[narrow]}, {"within": WIDER[wide]}, {})
    )
    assert set(one) <= set(other) <= set(ever)
