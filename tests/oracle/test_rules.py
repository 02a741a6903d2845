"""Rule by rule: on every store, a condition of each rule gives the oracle's keys."""

from __future__ import annotations

import json

import pytest

from engine.audience.select import select_keys
from tests.oracle.asking import bound
from tests.oracle.rules import RULES
from tests.oracle.worlds import Setting, Stores, a_few_settings, world_of
from tests.support.oracle import Oracle

FEW = a_few_settings()
CASES = [
    pytest.param(entity, text, FEW[number % len(FEW)], id=f"{entity} {text}")
    for entity, texts in RULES.items()
    for number, text in enumerate(texts)
]


@pytest.mark.parametrize(("entity", "text", "setting"), CASES)
def test_a_rule(stores: Stores, entity: str, text: str, setting: Setting) -> None:
    audience = bound(f"- {text}", entity, setting)
    oracle = Oracle(world_of(setting), setting.as_of, setting.local)
    expected = oracle.members(audience.condition, audience.entity)
    for layout in stores.layouts:
        found = select_keys(audience, stores.snapshot(setting, layout), setting.as_of)
        assert (layout, found) == (layout, expected)


def test_the_rules_find_some_and_leave_some_out() -> None:
    """A rule that holds for all or for nobody tells little; few of them do."""
    telling = [
        0 < len(found) < len(oracle.population(audience.entity))
        for entity, text, setting in (case.values for case in CASES)
        for audience in [bound(f"- {text}", entity, setting)]
        for oracle in [Oracle(world_of(setting), setting.as_of, setting.local)]
        for found in [oracle.members(audience.condition, audience.entity)]
    ]
    assert sum(telling) > 0.9 * len(telling), json.dumps(
        [str(case.id) for case, tells in zip(CASES, telling, strict=True) if not tells]
    )
