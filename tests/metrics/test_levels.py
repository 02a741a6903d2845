"""How far people came towards a goal: levels, partial values, and what is said of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import fmean, variance
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import insert, select

from engine.decide.facts import Climbed, Decision, Entered, Left, Outcome
from engine.ledger.afterwards import climbed_afterwards
from engine.ledger.arms import CameTo, arms, came_to
from engine.ledger.database import Overtaken
from engine.ledger.journey import record
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import enrollments
from engine.measuring.intervals import Sample, welch
from engine.measuring.levels import PartialFigures, compare_levels
from tests.ledger.conftest import ledger_url, made_database, made_file
from tests.ledger.factories import NOW, make_enrollment, reading, writing
from tests.metrics.test_command import SCHEMA
from tests.oracle.amounts import examples
from tests.support.postgres import fresh_database, postgres
from tests.support.stage import Stage, open_stage

__all__ = ["ledger_url", "made_database", "made_file", "postgres"]

DAY = timedelta(days=1)
LEVELS = ["tried", "weekly"]


def figures(came: Sequence[CameTo], levels: Sequence[str] = LEVELS) -> PartialFigures:
    return compare_levels("adopted", levels, came, asked={"v": LEVELS, "old": ["tried"]})


def came(*numbers: int, holdout: bool = False, version: str = "v") -> list[CameTo]:
    """So many who came to nothing, to each level, and to the goal."""
    *below, goal = numbers
    found = [
        CameTo(holdout, version, level, False, number)
        for level, number in zip(("", *LEVELS), below, strict=True)
    ]
    return [*found, CameTo(holdout, version, "tried", True, goal)]


# ---------------------------------------------------------------- figures


def test_arms_by_hand() -> None:
    """Of four and two: 0, 1/3, 2/3 and 1 each once, and 0 and 1/3."""
    found = figures([*came(1, 1, 1, 1), *came(1, 1, 0, 0, holdout=True)])
    assert [each.number for each in found.treated.levels] == [1, 1, 1, 1]
    assert [each.name for each in found.treated.levels] == ["", "tried", "weekly", "adopted"]
    values = [each.value for each in found.treated.levels]
    assert values == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert (found.treated.mean, found.held_out.mean) == pytest.approx((1 / 2, 1 / 6))
    assert found.difference == pytest.approx(1 / 3)


def test_a_goal_that_is_reached_is_full_value_whatever_the_level() -> None:
    found = figures([CameTo(False, "v", "", True, 3), CameTo(False, "v", "weekly", True, 1)])
    assert found.treated.mean == 1.0


def test_those_of_other_levels_are_told_and_not_counted() -> None:
    found = figures([*came(0, 40, 0, 0), *came(0, 9, 0, 0, version="old"), *came(1, 0, 0, 0)])
    assert (found.treated.customers, found.others) == (41, 9)
    assert "9 entered while the goal had other levels" in found.warning


def test_a_level_of_an_older_ladder_counts_nothing() -> None:
    """Who was moved to a version without it was asked again, from the first level on."""
    found = figures([CameTo(False, "v", "gone", False, 2)])
    assert [each.number for each in found.treated.levels] == [2, 0, 0, 0]


WARNED = [
    ("nothing", (20, 20, 20, 20), (40, 20, 10, 10), ""),
    ("small", (5, 5, 5, 5), (10, 5, 2, 0), "Too few yet for the levels: 20 treated and 17 held"),
    ("rare", (98, 2, 0, 0), (100, 1, 0, 0), "only 3 of all came to another than the rest"),
    ("alike", (40, 0, 0, 0), (40, 0, 0, 0), "Nothing differs within the arms"),
    ("one-sided", (20, 20, 20, 20), (40, 0, 0, 0), "All of the held out came equally far"),
    ("may-be-chance", (20, 20, 20, 21), (20, 20, 20, 20), "holds 0"),
]


@pytest.mark.parametrize(
    ("treated", "held_out", "warning"), [r[1:] for r in WARNED], ids=[r[0] for r in WARNED]
)
def test_what_has_to_be_said(
    treated: tuple[int, ...], held_out: tuple[int, ...], warning: str
) -> None:
    found = figures([*came(*treated), *came(*held_out, holdout=True)])
    assert warning in found.warning
    assert bool(found.warning) is bool(warning)


def test_without_an_arm_there_is_no_difference() -> None:
    found = figures(came(10, 20, 30, 40))
    assert (found.difference, found.interval, found.held_out.mean) == (None, None, None)


numbers = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda each: sum(each) > 1)


@given(treated=numbers, held_out=numbers)
@examples(quick=60)
def test_it_agrees_with_a_plain_reading(
    treated: tuple[int, ...], held_out: tuple[int, ...]
) -> None:
    """A value for each customer, and the statistics of the standard library."""
    found = figures([*came(*treated), *came(*held_out, holdout=True)])
    one, other = (
        [place / 3 for place, number in enumerate(each) for _ in range(number)]
        for each in (treated, held_out)
    )
    assert found.difference == pytest.approx(fmean(one) - fmean(other), abs=1e-12)
    assert found.treated.sample.variance == pytest.approx(variance(one), abs=1e-12)
    plain = welch(*(Sample(len(each), fmean(each), variance(each)) for each in (one, other)))
    if found.interval is None:
        assert variance(one) == variance(other) == pytest.approx(0, abs=1e-12)
        return
    assert plain is not None
    assert found.interval.low == pytest.approx(max(plain.low, -1), abs=1e-9)
    assert found.interval.high == pytest.approx(min(plain.high, 1), abs=1e-9)
    assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1


# ---------------------------------------------------------------- who is counted


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger on each of the two databases."""
    opened = open_ledger(ledger_url, root=tmp_path)
    yield opened
    opened.close()


def test_the_ledger_counts_as_plain_python_does(ledger: Ledger) -> None:
    """Of random stays, those that the rate is of as well; and each of them once."""
    dice = random.Random(7)
    made = []
    for key in range(200):
        until = NOW + dice.choice((-3, -1, 0, 2)) * DAY
        made.append(
            make_enrollment(
                str(key),
                number=dice.choice((1, 1, 1, 2)),
                entered_at=NOW - 10 * DAY,
                goal_until=until,
                goal_at=dice.choice((None, until - DAY, until + DAY)),
                level=dice.choice(("", *LEVELS)),
                holdout=dice.random() < 0.4,
            )
        )
    rows = [{name: getattr(one, name) for name in type(one).__slots__} for one in made]
    rows = [{**row, "fixed": 0, "holdout": int(row["holdout"])} for row in rows]
    writing(ledger, lambda unit: unit.connection.execute(insert(enrollments), rows))
    found = reading(ledger, lambda unit: came_to(unit, "checkup", NOW, ended_by=NOW))
    told = {(each.holdout, each.level, each.reached): each.number for each in found}
    plain: dict[tuple[bool, str, bool], int] = {}
    for one in made:
        assert one.goal_until is not None
        if one.number == 1 and one.goal_until <= NOW:
            in_time = one.goal_at is not None and one.goal_at <= one.goal_until
            which = (one.holdout, one.level, in_time)
            plain[which] = plain.get(which, 0) + 1
    assert told == plain
    both = reading(ledger, lambda unit: arms(unit, "checkup", NOW, ended_by=NOW))
    assert sum(told.values()) == sum(each.mature for each in both)


def test_two_processes_do_not_take_a_level_back(ledger: Ledger) -> None:
    """Who decided on what stood there before finds that another one was first."""
    one = make_enrollment("1")
    tell(ledger, Entered(one))
    tell(ledger, Climbed(one, replace(one, level="weekly"), "adopted"))
    with pytest.raises(Overtaken):
        tell(ledger, Climbed(one, replace(one, level="tried"), "adopted"))
    left = replace(one, level="weekly")
    tell(ledger, Left(left, Outcome.COMPLETED))
    for stay, level in ((one, "tried"), (left, "top")):
        writing(
            ledger,
            lambda unit, stay=stay, level=level: climbed_afterwards(
                unit, [(stay, level)], "adopted", at=NOW, actor="engine"
            ),
        )
    [levels] = reading(ledger, lambda unit: unit.connection.execute(select(enrollments.c.level)))
    assert levels == ("top",)


def tell(ledger: Ledger, decision: Decision) -> None:
    writing(ledger, lambda unit: record(unit, [decision], at=NOW, actor="engine", run=""))


# ---------------------------------------------------------------- as a whole

PLAYBOOK = """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
entry: {holdout: 50%}
goal:
  name: adopted
  when: {uses_reports: true}
  within: 10 days
  levels:
    - [tried, {first_name: {one_of: [Tried, Weekly]}}]
    - [weekly, {first_name: Weekly}]
steps: [{task: "Call {{ user.first_name }}"}, {wait: 3 days}]
"""
PEOPLE = range(1, 13)


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A project whose ledger is a file, or lies in Postgres."""
    url = "sqlite:///.touchline/ledger.db"
    if getattr(request, "param", "") == "postgresql":
        url = fresh_database(request.getfixturevalue("postgres"))
    with open_stage(tmp_path, ledger=url) as opened:
        opened.write("playbooks/checkup.yaml", PLAYBOOK)
        put(opened)
        assert opened.do("ledger", "init").status == 0
        yield opened


def put(stage: Stage, *, level: str = "Ann", adopted: Sequence[int] = ()) -> None:
    """Everybody as far as that, and some at the goal."""
    rows = [
        {"user_id": n, "first_name": level, "uses_reports": str(n in adopted).lower()}
        for n in PEOPLE
    ]
    stage.put_users(*rows)


def go(stage: Stage, as_of: str) -> None:
    answer = stage.run(as_of=as_of)
    assert answer.status == 0, answer.err


def partial_of(stage: Stage, as_of: str) -> Any:
    answer = stage.do("metrics", "checkup", "--format", "json", "--as-of", as_of)
    assert answer.status == 0, answer.err
    Draft202012Validator(SCHEMA).validate(answer.data)
    return answer.data["goals"][0]["partial"]


def numbers_of(partial: Any) -> tuple[list[int], list[int]]:
    """How many came to nothing, tried, weekly and adopted, of the treated and the held out."""
    treated, held_out = (
        [each["customers"] for each in partial[arm]["levels"]] for arm in ("treated", "held_out")
    )
    return treated, held_out


@pytest.mark.parametrize("stage", ["sqlite", "postgresql"], indirect=True)
def test_levels_are_asked_inside_and_afterwards_and_of_those_held_out(stage: Stage) -> None:
    """Everyone tries while the treated are inside, and goes weekly and back after they left.

    The highest that was seen stays.
    """
    go(stage, "2026-03-01T09:00:00Z")
    put(stage, level="Tried")
    go(stage, "2026-03-02T09:00:00Z")
    put(stage)
    go(stage, "2026-03-05T09:00:00Z")  # the treated have left
    put(stage, level="Weekly", adopted=[1])
    go(stage, "2026-03-07T09:00:00Z")
    put(stage, level="Tried")
    go(stage, "2026-03-08T09:00:00Z")
    goal = "2026-03-12T09:00:00Z"
    put(stage, adopted=PEOPLE)
    go(stage, goal)  # and the goal comes to all, too late
    partial = partial_of(stage, goal)
    treated, held_out = numbers_of(partial)
    assert [sum(pair) for pair in zip(treated, held_out, strict=True)] == [0, 0, 11, 1]
    assert min(sum(treated), sum(held_out)) > 0
    assert partial["others"] == 0
    log = stage.do("audit", "show", "--format", "json").data
    rises = [each for each in log if each["kind"] == "level.reached"]
    assert [each["body"]["level"] for each in rises] == 12 * ["tried"] + 11 * ["weekly"]
    assert all(each["body"]["goal"] == "adopted" for each in rises)
    assert stage.do("audit", "verify").status == 0


def test_an_edit_that_moves_those_inside_forgets_nobody_who_has_left(stage: Stage) -> None:
    """Else those held out, who are inside, were looked at for longer than the treated."""
    stage.edit("playbooks/checkup.yaml", "entry:", "on_change: move\nentry:")
    go(stage, "2026-03-01T09:00:00Z")
    go(stage, "2026-03-05T09:00:00Z")  # the treated have left
    stage.edit("playbooks/checkup.yaml", "wait: 3 days", "wait: 4 days")
    put(stage, adopted=PEOPLE)
    go(stage, "2026-03-07T09:00:00Z")
    log = stage.do("audit", "show", "--format", "json").data
    reached = [each["key"] for each in log if each["kind"] == "goal.reached"]
    assert sorted(map(int, reached)) == list(PEOPLE)


def test_a_level_that_comes_after_the_window_does_not_count(stage: Stage) -> None:
    go(stage, "2026-03-01T09:00:00Z")
    put(stage, level="Weekly")
    go(stage, "2026-03-12T09:00:00Z")
    treated, held_out = numbers_of(partial_of(stage, "2026-03-12T09:00:00Z"))
    assert (treated[1:], held_out[1:]) == ([0, 0, 0], [0, 0, 0])


def test_until_the_window_has_ended_nobody_is_counted(stage: Stage) -> None:
    go(stage, "2026-03-01T09:00:00Z")
    put(stage, level="Tried")
    go(stage, "2026-03-02T09:00:00Z")
    partial = partial_of(stage, "2026-03-02T09:00:00Z")
    assert (partial["treated"]["customers"], partial["treated"]["mean"]) == (0, None)


def test_a_level_moves_nobody_and_sends_nothing(stage: Stage) -> None:
    go(stage, "2026-03-01T09:00:00Z")
    before = len(stage.do("tasks", "list", "--format", "json").data)
    put(stage, level="Weekly")
    go(stage, "2026-03-02T09:00:00Z")
    assert len(stage.do("tasks", "list", "--format", "json").data) == before
    log = stage.do("audit", "show", "--format", "json").data
    assert not [each for each in log if each["kind"] in ("left", "goal.reached")]


def test_those_who_entered_before_the_levels_are_told_apart(stage: Stage) -> None:
    stage.write("playbooks/checkup.yaml", PLAYBOOK.partition("  levels:")[0] + "steps: [{exit: a}]")
    go(stage, "2026-03-01T09:00:00Z")
    stage.write("playbooks/checkup.yaml", PLAYBOOK)
    stage.put_users({"user_id": 99, "first_name": "Tried"})
    go(stage, "2026-03-02T09:00:00Z")
    go(stage, "2026-03-13T09:00:00Z")
    partial = partial_of(stage, "2026-03-13T09:00:00Z")
    assert partial["others"] == len(PEOPLE)
    assert sum(map(sum, numbers_of(partial))) == 1


def test_it_is_told_in_every_form(stage: Stage, tmp_path: Path) -> None:
    go(stage, "2026-03-01T09:00:00Z")
    put(stage, level="Weekly")
    go(stage, "2026-03-02T09:00:00Z")
    go(stage, "2026-03-12T09:00:00Z")
    as_of = ("--as-of", "2026-03-12T09:00:00Z")
    text = stage.do("metrics", "checkup", *as_of).out
    assert "highest level  none (0.00)  tried (0.33)  weekly (0.67)  adopted (1.00)" in text
    assert "difference of partial value +0.000" in text
    assert "Nothing differs within the arms" in text
    rows = stage.do("metrics", "checkup", *as_of, "--format", "csv").out
    assert "checkup,adopted,level,2026-03-12T09:00:00+00:00,treated,weekly,1.0," in rows
    assert "checkup,adopted,partial value,2026-03-12T09:00:00+00:00,compared,difference," in rows
    file = tmp_path / "figures.svg"
    assert stage.do("metrics", "checkup", *as_of, "--out", str(file)).status == 0
    drawn = file.read_text("utf-8")
    assert "weekly: held out" in drawn
    assert "difference of partial value" in drawn


def test_explain_shows_the_levels_and_the_one_on_record(stage: Stage) -> None:
    go(stage, "2026-03-01T09:00:00Z")
    put(stage, level="Weekly")
    go(stage, "2026-03-02T09:00:00Z")
    put(stage)
    words = ("explain", "checkup", "--for", "1", "--as-of", "2026-03-02T10:00:00Z")
    text = stage.do(*words).out
    assert "level 1, tried\n" in text
    assert "level 2, weekly, the highest it came to" in text
    assert "came to a level of the goal: adopted, weekly" in text
    goal = stage.do(*words, "--format", "json").data["goal"]
    assert goal["level"] == "weekly"
    assert [(each["name"], each["tree"]["holds"]) for each in goal["levels"]] == [
        ("tried", False),
        ("weekly", False),
    ]
    go(stage, "2026-03-06T09:00:00Z")
    go(stage, "2026-03-12T09:00:00Z")
    ended = stage.do("explain", "checkup", "--for", "1", "--format", "json").data["standing"][
        "ended"
    ]
    assert [each["level"] for each in ended] == ["weekly"]
    assert (
        "it came to the level weekly of the goal"
        in stage.do("explain", "checkup", "--for", "1").out
    )


# ---------------------------------------------------------------- tests of playbooks

EXAMPLE = """\
test: checkup
as_of: 2026-03-10T09:00
given: {user: [{user_id: 7, first_name: Ann}]}
expect: {entered: [7], levels: []}
then:
  - at: +1 day
    given: {user: [{user_id: 7, first_name: Tried}]}
    expect: {levels: [{for: 7, level: LEVEL}], left: []}
  - at: +5 days
    expect: {levels: []}
  - at: +6 days
    given: {user: [{user_id: 7, first_name: Weekly}]}
    expect: {levels: [{for: 7, level: weekly}]}
"""

TRIED = [
    ("tried", 0, "1 passed"),
    ("weekly", 1, "expected 7 to come to the level weekly"),
    ("weakly", 1, "the goal of checkup has no level `weakly`"),
]


@pytest.mark.parametrize(("level", "status", "told"), TRIED, ids=[row[0] for row in TRIED])
def test_a_test_of_a_playbook_expects_levels(
    tmp_path: Path, level: str, status: int, told: str
) -> None:
    """Inside, and after the last step."""
    with open_stage(tmp_path) as stage:
        stage.write("playbooks/checkup.yaml", PLAYBOOK)
        stage.write("playbooks/checkup.test.yaml", EXAMPLE.replace("LEVEL", level))
        answer = stage.do("test")
        assert answer.status == status, answer.out + answer.err
        assert told in answer.out + answer.err


# ---------------------------------------------------------------- what is refused

REFUSED = [
    ("no-window", "  within: 10 days\n", "", "this goal has no `within`"),
    ("twice", "[weekly,", "[tried,", "the name of the level `tried` stands twice"),
    ("the-goal", "[weekly,", "[adopted,", "`adopted` stands for the goal as well"),
    ("unknown", "{first_name: Weekly}", "{first_nam: Weekly}", "did you mean first_name"),
    ("same", "{first_name: Weekly}", "{uses_reports: true}", "`weekly` asks the same as the goal"),
    ("below", "{one_of: [Tried, Weekly]}", "Weekly", "`tried` asks the same as the level `weekly`"),
    ("no-name", "[weekly, {", "[{", "a name and its condition"),
    ("bad-name", "[weekly,", "[Every week,", "small letters"),
    ("nothing", "{first_name: Weekly}", "{}", "playbooks/checkup.yaml:10"),
]


@pytest.mark.parametrize(
    ("old", "new", "message"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with open_stage(tmp_path) as stage:
        assert old in PLAYBOOK
        stage.write("playbooks/checkup.yaml", PLAYBOOK.replace(old, new, 1))
        answer = stage.do("validate")
        assert answer.status == 1
        assert message in answer.out + answer.err
        assert "playbooks/checkup.yaml:" in answer.out + answer.err
