"""Figures agree with what is counted by hand, in every store, and never divide by nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.audience.figures import measure, read_as_now
from engine.audience.snapshot import Snapshot
from engine.bind.metrics import bind_metric
from engine.language.project import Project
from engine.measuring.months import month_ends
from engine.problems import Refused
from tests.metrics.formulas import EXPECTED, GROUPED, METRICS
from tests.metrics.town import AS_OF, figure


def test_every_formula_is_expected() -> None:
    assert METRICS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", METRICS)
def test_a_formula_is_as_counted_by_hand(town: Project, store: Snapshot, name: str) -> None:
    found = figure(name, town, store)
    value, rows = EXPECTED[name]
    assert found.whole.value == (None if value is None else pytest.approx(value))
    assert found.whole.rows == rows
    assert found.groups == {}


@pytest.mark.parametrize(("name", "by"), GROUPED, ids=[f"{n}-by-{by}" for n, by in GROUPED])
def test_a_formula_by_group(town: Project, store: Snapshot, name: str, by: str) -> None:
    """Groups come in order, those without a value last; the whole is what it is without them."""
    found = figure(name, town, store, by=by)
    expected: Any = GROUPED[name, by]
    values = {group: each.value for group, each in found.groups.items()}
    assert values == pytest.approx(expected)
    assert list(values) == list(expected)
    assert found.whole == figure(name, town, store).whole


def test_a_figure_is_as_it_was_then(town: Project, store: Snapshot) -> None:
    """Events are seen as they were; the end of a month is its last local instant."""
    ends = month_ends(AS_OF, ZoneInfo("America/New_York"))
    active = {end: figure("active-users", town, store, as_of=end).whole.value for end in ends}
    february = datetime.fromisoformat("2026-02-28T23:59:59.999999-05:00")
    assert len(ends) == 12
    assert list(ends) == sorted(ends)
    assert ends[-1] == AS_OF
    assert ends[-2] == february
    assert active[february] == 3  # users 1, 3 and 5
    assert active[datetime.fromisoformat("2025-12-31T23:59:59.999999-05:00")] == 1
    assert active[ends[0]] == 0


def test_fields_are_as_they_are_now_and_that_is_told(town: Project, store: Snapshot) -> None:
    told = {
        name: read_as_now(
            bind_metric(town.metrics[name], town, store.catalog), store.catalog, AS_OF
        )
        for name in ("weekly-users", "feature-adoption", "seat-utilisation", "time-to-action")
    }
    assert told == {
        "weekly-users": (),
        "feature-adoption": ("account.plan",),
        "seat-utilisation": ("seats",),
        "time-to-action": ("signed_up_at",),
    }


def test_too_many_groups_are_refused(
    town: Project, store: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = bind_metric(town.metrics["answers"], town, store.catalog, by="id")
    assert len(measure(metric, store, AS_OF).groups) == 7
    monkeypatch.setattr("engine.audience.figures.MOST_GROUPS", 6)
    with pytest.raises(Refused, match="`id` has more than 6 values"):
        measure(metric, store, AS_OF)
