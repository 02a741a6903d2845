"""Nothing of the future tells: what comes after the first days or after leaving changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from random import Random

import pytest

from engine.language.project import Project
from engine.measuring.cohort import Why
from engine.measuring.insights import Insights
from tests.insights.school import (
    AS_OF,
    HISTORY,
    PUPILS,
    Lesson,
    Pupil,
    first_days,
    insights,
    project,
    tables,
    wanted,
)
from tests.metrics.town import database

DAYS = (14, 30)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project."""
    return project(tmp_path_factory.mktemp("school"))


def look(school: Project, pupils: Iterable[Pupil], lessons: Iterable[Lesson]) -> Insights:
    store = database("sqlite", school.root, tables=tables(pupils, lessons))
    return insights(school, store, wanted(*DAYS))


@pytest.fixture(scope="module")
def found(school: Project) -> Insights:
    """What is found with nothing added."""
    return look(school, *PUPILS)


def after_the_first_days(pupil: Pupil) -> list[Lesson]:
    """Right when the longest of them are over, by the half that would tell most."""
    assert pupil.began is not None
    _, end = first_days(pupil.began, max(DAYS))
    return [Lesson(pupil.id, end, "asked", "art")] * 9 if pupil.fate == "kept" else []


def after_leaving(pupil: Pupil) -> list[Lesson]:
    """Of those who left, also what they did when they had."""
    if pupil.left is None:
        return []
    return [Lesson(pupil.id, pupil.left + timedelta(hours=1), "came")] * 9


def before_the_beginning(pupil: Pupil) -> list[Lesson]:
    assert pupil.began is not None
    return [Lesson(pupil.id, pupil.began - timedelta(minutes=1), "came")] * (pupil.left is None)


def after_the_instant(pupil: Pupil) -> list[Lesson]:
    return [Lesson(pupil.id, AS_OF + timedelta(hours=1), "asked", "music")] * (pupil.left is None)


LATE = (after_the_first_days, after_leaving, before_the_beginning, after_the_instant)


def test_what_is_not_of_the_first_days_changes_nothing(school: Project, found: Insights) -> None:
    pupils, lessons = PUPILS
    late = [[lesson for pupil in pupils for lesson in each(pupil)] for each in LATE]
    assert all(len(each) > 100 for each in late)
    assert look(school, pupils, [*lessons, *chain(*late)]) == found


def test_who_left_within_the_first_days_is_not_compared(school: Project, found: Insights) -> None:
    """One who left on the second day could not come thirty times: that is no insight."""
    pupils, lessons = PUPILS
    chance = Random(3)
    quick = [
        Pupil(1_000 + n, began := AS_OF - timedelta(days=chance.randint(100, 300)),
              began + timedelta(days=1), "lost")
        for n in range(200)
    ]  # fmt: skip
    again = look(school, [*pupils, *quick], lessons)
    assert again.findings == found.findings
    assert [each.left_out.get(Why.LEFT_WITHIN) for each in again.lengths] == [200, 200]
    assert [(each.stayed, each.left) for each in again.lengths] == [
        (each.stayed, each.left) for each in found.lengths
    ]


STRANGE: dict[Why, dict[str, object]] = {
    Why.STILL_OPEN: {"began": AS_OF - timedelta(days=5), "fate": "kept"},
    Why.NOT_BEGUN: {"began": None, "fate": "kept"},
    Why.LEFT_SOMETIME: {"left": None, "fate": "lost"},
    Why.LEFT_LATER: {"left": AS_OF + timedelta(days=1), "fate": "lost"},
}


def test_whose_outcome_or_first_days_are_not_known_is_told(
    school: Project, found: Insights
) -> None:
    pupils, lessons = PUPILS
    row = Pupil(0, AS_OF - timedelta(days=200), None, None)
    strange = [
        replace(row, id=2_000 + 100 * kind + n, **changed)  # type: ignore[arg-type]
        for kind, changed in enumerate(STRANGE.values())
        for n in range(50)
    ]
    more = [Lesson(each.id, AS_OF - timedelta(hours=3), "asked", "art") for each in strange]
    again = look(school, [*pupils, *strange], [*lessons, *more])
    assert again.findings == found.findings
    assert [each.left_out for each in again.lengths] == [dict.fromkeys(STRANGE, 50)] * len(DAYS)


def test_an_event_is_asked_only_of_whom_its_history_covers(school: Project) -> None:
    """Nobody is taken for one who did not sing because nobody wrote it down."""
    pupils, lessons = PUPILS
    songs = [
        Lesson(each.id, each.began + timedelta(hours=2), "sang")
        for each in pupils
        if each.began and each.fate == "kept"
    ]
    assert max(each.at for each in songs).date() < HISTORY
    found = look(school, pupils, [*lessons, *songs])
    assert found.findings
    assert all(each.candidate.behaviour.text != "sang" for each in found.findings)


def test_what_says_who_stayed_is_not_tried(school: Project) -> None:
    """Unless it is named; then it is told what it is."""
    pupils, lessons = PUPILS
    school = project(
        school.root / "again",
        {"segments/kept_pupil.yaml": "segment: kept_pupil\nof: pupil\nwhere: [{did_not: quit}]\n",
         "segments/lost_pupil.yaml": "segment: lost_pupil\nof: pupil\nwhere: [{did: quit}]\n"},
    )  # fmt: skip
    quits = [Lesson(each.id, each.left, "quit") for each in pupils if each.left]
    store = database("sqlite", school.root, tables=tables(pupils, [*lessons, *quits]))
    found = insights(school, store, wanted(14))
    assert [each.what for each in found.not_tried] == ["quit"]
    assert all(each.candidate.behaviour.text != "quit" for each in found.findings)
    named = insights(school, store, wanted(60, events=("quit",)))
    assert any("quit is part of what says who stayed" in each for each in named.warnings)
    assert named.behaviours == 1
