"""A law: whatever the rows, stores and a plain reading in Python count the same customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audience.snapshot import Snapshot
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.names import Scope
from engine.language.project import Project
from engine.measuring.behaviours import Behaviour, behaviours, happenings
from engine.measuring.cohort import Looked, Why, gathered
from engine.measuring.counting import counted
from tests.insights.school import (
    AS_OF,
    HISTORY,
    ZONE,
    Lesson,
    Pupil,
    first_days,
    half,
    project,
    tables,
)
from tests.metrics.town import database, snapshot
from tests.oracle.amounts import examples

DAYS = (1, 7)
NEAR = datetime(2026, 3, 1, 12, tzinfo=UTC)  # the clocks go forward a week later
INSTANTS = st.one_of(
    st.integers(-90 * 24, 20 * 24).map(lambda hours: NEAR + timedelta(hours=hours)),
    st.integers(-20, 12).map(lambda day: _midnight(day)),
)
PUPIL = st.tuples(
    st.none() | INSTANTS, st.none() | INSTANTS, st.sampled_from(["kept", "lost", None])
)
LESSON = st.tuples(
    st.integers(0, 7),
    st.integers(-30, 10 * 24),
    st.sampled_from(["came", "asked", "sang"]),
    st.sampled_from(["art", "maths", " ", None]),
    st.none() | st.booleans(),
)


def _midnight(day: int) -> datetime:
    return datetime.combine(NEAR.date() + timedelta(days=day), time(), ZONE).astimezone(UTC)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the law."""
    return project(tmp_path_factory.mktemp("school"))


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
@given(rows=st.lists(PUPIL, min_size=1, max_size=8), events=st.lists(LESSON, max_size=12))
@examples(quick=8)
def test_stores_count_as_a_plain_reading(
    kind: str,
    school: Project,
    rows: list[tuple[datetime | None, datetime | None, str | None]],
    events: list[tuple[int, int, str, str | None, bool | None]],
) -> None:
    pupils = [Pupil(key, *row) for key, row in enumerate(rows)]
    lessons = [
        Lesson(key, (pupils[key].began or NEAR) + timedelta(hours=hours), *rest)
        for key, hours, *rest in events
        if key < len(pupils)
    ]
    store = database(kind, school.root, tables=tables(pupils, lessons))
    with snapshot(store, school) as opened:
        agree(opened, school, pupils, lessons)


def agree(
    opened: Snapshot, school: Project, pupils: Sequence[Pupil], lessons: Sequence[Lesson]
) -> None:
    """Who is compared, why others are not, and how often each did what."""
    scope = Scope(school, bind_catalog(school)[0], opened.catalog.entities["pupil"])
    fields = scope.entity.fields
    stayed, left = (
        bind_segment(f"{fate}_pupil", school, opened.catalog) for fate in ("kept", "lost")
    )
    looked = Looked(stayed, left, fields["began_at"], fields["left_at"], DAYS)
    cohort = gathered(looked, scope, opened, AS_OF, histories=[HISTORY])
    listed = [
        each
        for happening in happenings(scope.entity, opened.catalog)
        for each in behaviours(happening, "began_at", DAYS, values_of=values_of)
    ]
    for days in DAYS:
        why = Counter(left_out(each, days) for each in pupils if each.fate)
        assert cohort.left_out[days] == {each: why[each] for each in Why if why[each]}
    assert cohort.began_later == plainly_later(pupils)
    for each in counted(listed, cohort, looked, scope, snapshot=opened, as_of=AS_OF):
        for name, spread in (("first", each.first), ("other", each.other)):
            assert spread.stayed == plainly(each.behaviour, name, "kept", pupils, lessons)
            assert spread.left == plainly(each.behaviour, name, "lost", pupils, lessons)


def values_of(event: object, name: str) -> Sequence[str | bool]:
    return {"topic": ("art", "maths"), "aloud": (False, True)}[name]


def left_out(pupil: Pupil, days: int) -> Why | None:
    """Why a pupil is not compared, in so many words."""
    if pupil.began is None:
        return Why.NOT_BEGUN
    _, landmark = first_days(pupil.began, days)
    if pupil.fate == "lost" and pupil.left is None:
        return Why.LEFT_SOMETIME
    if pupil.fate == "lost" and pupil.left is not None and pupil.left > AS_OF:
        return Why.LEFT_LATER
    if landmark > AS_OF:
        return Why.STILL_OPEN
    if pupil.left is not None and pupil.left < landmark:
        return Why.LEFT_WITHIN
    return None


def plainly(
    behaviour: Behaviour, of: str, fate: str, pupils: Sequence[Pupil], lessons: Sequence[Lesson]
) -> Counter[int]:
    """How many of a half with that fate did something how often."""
    found: Counter[int] = Counter()
    for each in pupils:
        if each.fate != fate or half(each) != of or left_out(each, behaviour.days):
            continue
        assert each.began is not None
        if behaviour.text == "sang" and each.began < datetime.combine(HISTORY, time(), ZONE):
            continue
        start, end = first_days(each.began, behaviour.days)
        mine = (lesson for lesson in lessons if lesson.pupil == each.id)
        found[sum(start <= lesson.at < end and is_it(behaviour, lesson) for lesson in mine)] += 1
    return found


def is_it(behaviour: Behaviour, lesson: Lesson) -> bool:
    if behaviour.happening.event.name != lesson.name:
        return False
    if behaviour.where is None:
        return True
    name, value = behaviour.where
    return (lesson.topic if name == "topic" else lesson.aloud) == value


def plainly_later(pupils: Sequence[Pupil]) -> int:
    last = max((p.began for p in pupils if p.fate == "kept" and p.began), default=None)
    return (
        sum(p.fate == "lost" and p.began is not None and p.began > last for p in pupils)
        if last
        else 0
    )
