"""What was planted is found, what was not is not, and what is found says what it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.audience.select import select_keys
from engine.bind.bind import bind_catalog, bind_segment
from engine.language.project import Project
from engine.measuring.behaviours import Behaviour, happenings
from engine.measuring.insights import Insights
from engine.measuring.significance import Fourfold
from engine.measuring.thresholds import AT_LEAST, Finding, Spread, confirmed, tried
from tests.insights.school import (
    AS_OF,
    PUPILS,
    first_days,
    half,
    insights,
    planted,
    project,
    tables,
    wanted,
)
from tests.metrics.town import database, snapshot

DAYS = (7, 14)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project."""
    return project(tmp_path_factory.mktemp("school"))


def look(school: Project, pupils: Sequence[Any], lessons: Sequence[Any], *days: int) -> Insights:
    """In SQLite, which takes rows quickest."""
    return insights(
        school, database("sqlite", school.root, tables=tables(pupils, lessons)), wanted(*days)
    )


@pytest.fixture(scope="module")
def found(school: Project) -> Insights:
    """What is found in the school in which asking tells."""
    return look(school, *PUPILS, *DAYS)


def best(found: Insights) -> Finding:
    return found.findings[0]


def test_the_planted_threshold_is_found(found: Insights) -> None:
    finding = best(found)
    assert finding.holds
    assert finding.candidate.behaviour.happening.path == "asked"
    assert (finding.candidate.at_least, finding.candidate.behaviour.days) == (3, 14)
    assert finding.difference is not None
    assert finding.interval is not None
    assert finding.interval.low < 0.5 < finding.interval.high
    assert finding.chance <= finding.corrected <= 1
    assert finding.chance <= finding.strict
    events = {each.candidate.behaviour.happening.path for each in found.findings if each.holds}
    assert events == {"asked"}


def test_figures_are_those_of_the_other_half(found: Insights) -> None:
    """The first half chose; each customer counts in one of both."""
    pupils, lessons = PUPILS
    for name, table in (("other", best(found).table), ("first", best(found).candidate.first)):
        counts: Counter[tuple[bool, bool]] = Counter()
        for each in pupils:
            if half(each) == name and each.began is not None:
                start, end = first_days(each.began, 14)
                asks = [e for e in lessons if e.pupil == each.id and e.name == "asked"]
                times = sum(start <= e.at < end for e in asks)
                counts[times >= 3, each.fate == "kept"] += 1
        expected = (
            counts[True, True],
            counts[True, False],
            counts[False, True],
            counts[False, False],
        )
        assert table == Fourfold(*expected)


def test_the_condition_holds_of_exactly_those_who_were_counted(
    found: Insights, tmp_path: Path
) -> None:
    """Pasted into a file, read, bound, compiled and asked: the same customers."""
    pupils, lessons = PUPILS
    candidates = [each.candidate for each in found.findings[:4]]
    pasted = project(
        tmp_path,
        {
            f"segments/pasted_{number}.yaml": yaml.safe_dump(
                {
                    "segment": f"pasted_{number}",
                    "of": "pupil",
                    "where": [dict(each.behaviour.condition(each.at_least))],
                }
            )
            for number, each in enumerate(candidates)
        },
    )
    assert pasted.problems == ()
    kept = {each.id for each in pupils if each.fate == "kept"}
    with snapshot(database("sqlite", tmp_path, tables=tables(pupils, lessons)), pasted) as opened:
        for number, each in enumerate(candidates):
            audience = bind_segment(f"pasted_{number}", pasted, opened.catalog)
            keys = set(select_keys(audience, opened, AS_OF))
            assert len(keys) == each.first.did + each.other.did
            assert len(keys & kept) == each.first.did_stayed + each.other.did_stayed


def test_the_same_data_gives_the_same_answer(school: Project, found: Insights) -> None:
    """Whatever the store, and the order of its rows."""
    pupils, lessons = PUPILS
    store = database("duckdb", school.root, tables=tables(pupils[::-1], lessons[::-1]))
    assert insights(school, store, wanted(*DAYS)) == found


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_not_found(school: Project, seed: int) -> None:
    """Of five schools in which nothing tells, none has anything that holds."""
    assert not any(
        each.holds for each in look(school, *planted(300, seed, effect=0.0), 14).findings
    )


# ---------------------------------------------------------------- thresholds by themselves


@pytest.fixture(scope="module")
def behaviour(school: Project) -> Behaviour:
    """Something that can be counted."""
    catalog = bind_catalog(school)[0]
    return Behaviour(happenings(catalog.entities["pupil"], catalog)[0], "began_at", 7)


def test_nobody_on_a_side_is_null_and_never_infinite(behaviour: Behaviour) -> None:
    first = Spread({0: 40, 3: 60}, {0: 60, 3: 10})
    candidate = tried(behaviour, first, Spread({0: 9}, {0: 4}))
    assert candidate is not None
    [finding] = confirmed([candidate])
    figures = (finding.rate, finding.difference, finding.lift, finding.interval)
    assert figures == (None, None, None, None)
    assert finding.other_rate == 9 / 13
    assert finding.coverage == 0.0
    assert not finding.holds
    assert "Only 0 of this half did it" in finding.warning
    [empty] = confirmed([replace(candidate, other=Fourfold(0, 0, 0, 0))])
    assert empty.coverage is None
    assert empty.surely < 0


def test_a_rate_of_nothing_has_no_lift(behaviour: Behaviour) -> None:
    first = Spread({3: 60}, {0: 60, 3: 10})
    candidate = tried(behaviour, first, first)
    assert candidate is not None
    [finding] = confirmed([candidate])
    assert (finding.other_rate, finding.lift) == (0.0, None)
    assert finding.difference == 60 / 70
    assert finding.holds


@pytest.mark.parametrize(
    ("first", "chosen"),
    [
        (Spread({0: 50, 4: 50}, {0: 90, 1: 10}), 2),
        (Spread({0: 50, 1: 50}, {0: 90, 1: 10}), 1),
        (Spread({0: 4, 1: 96}, {1: 100}), None),
        (Spread({0: 50, 9: 50}, {}), None),
        (Spread({2_000: 50}, {0: 50}), 1),
    ],
    ids=["the-best-of-several-alike-is-the-lowest", "once", "too-few", "nobody-left", "over-all"],
)
def test_which_threshold_is_chosen(behaviour: Behaviour, first: Spread, chosen: int | None) -> None:
    found = tried(behaviour, first, first)
    assert (found.at_least if found else None) == chosen
    assert found is None or found.tried <= len(AT_LEAST)


def test_what_turns_round_in_the_other_half_does_not_hold(behaviour: Behaviour) -> None:
    first, other = Spread({3: 60}, {0: 60}), Spread({0: 60}, {3: 60})
    candidate = tried(behaviour, first, other)
    assert candidate is not None
    [finding] = confirmed([candidate])
    assert finding.corrected < 0.001
    assert not finding.holds
