"""What a metric names is looked up, and what is wrong has its place and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bind.bind import check
from tests.metrics.town import project

SOUND = {"a": "of: user\ncount: {admin: true}\n", "b": "of: account\nsum: seats\n"}

MISTAKES = [
    ("entity", "of: usr\ncount: {everyone: true}\n", "unknown-entity", "1:1", "did you mean user"),
    ("field", "of: account\nsum: seat\n", "unknown-field", "3:6", "did you mean seats"),
    ("a-text", "of: account\nmedian: plan\n", "wrong-type", "3:9", "`median` needs numbers"),
    ("a-date", "of: user\naverage: signed_up_at\n", "wrong-type", "3:10", "is timestamp"),
    ("path", "of: user\nsum: acount.seats\n", "unknown-link", "3:6", "did you mean account"),
    (
        "condition",
        "of: user\ncount: {did: loged_in}\n",
        "unknown-event",
        "3:14",
        "did you mean logged_in",
    ),
    (
        "share-of",
        "of: user\nshare: {of: {npss: 1}, among: {everyone: true}}\n",
        "unknown-field",
        "3:13",
        "did you mean nps",
    ),
    (
        "share-among",
        "of: user\nshare: {of: {nps: 1}, among: {adminn: true}}\n",
        "unknown-field",
        "3:30",
        "did you mean admin",
    ),
    (
        "among",
        "of: account\nsum: seats\namong: {plans: pro}\n",
        "unknown-field",
        "4:8",
        "did you mean plan",
    ),
    ("by", "of: user\ncount: {nps: 1}\nby: plan\n", "unknown-field", "4:5", "`account.plan`"),
    ("by-a-list", "of: user\ncount: {nps: 1}\nby: tags\n", "wrong-type", "4:5", "is list"),
    ("by-a-time", "of: user\ncount: {nps: 1}\nby: signed_up_at\n", "wrong-type", "4:5", "`band`"),
    ("ratio", "of: user\nratio: [a, aa]\n", "unknown-metric", "3:12", "did you mean a"),
    (
        "ratio-by",
        "of: user\nratio: [a, b]\nby: admin\n",
        "unfit-name",
        "3:12",
        "`b` is of account and x of user",
    ),
    ("difference", "of: user\ndifference: [aa, a]\n", "unknown-metric", "3:14", "mean a"),
    ("difference-by", "of: user\ndifference: [a, b]\nby: admin\n", "unfit-name", "3:17", "`b` is"),
    ("itself", "of: user\nratio: [a, x]\n", "metric-cycle", "1:1", "x → x"),
    (
        "never",
        "of: user\nshare: {of: {nps: 3}, among: {nps: 5}}\n",
        "never-matches",
        None,
        "",
    ),
]


@pytest.mark.parametrize(
    ("text", "code", "where", "fragment"),
    [row[1:] for row in MISTAKES],
    ids=[r[0] for r in MISTAKES],
)
def test_mistake_is_told(
    tmp_path: Path, text: str, code: str, where: str | None, fragment: str
) -> None:
    problems = check(project(tmp_path, {**SOUND, "x": text}))
    assert [each.code for each in problems] == [code], problems
    assert fragment in str(problems[0])
    if where is not None:
        assert str(problems[0].place) == f"metrics/x.yaml:{where}"


def test_a_circle_of_two_is_told(tmp_path: Path) -> None:
    circle = {"x": "of: user\nratio: [y, a]\n", "y": "of: user\nratio: [a, x]\n"}
    problems = check(project(tmp_path, {**SOUND, **circle}))
    assert {str(each.place) for each in problems} == {"metrics/x.yaml:1:1", "metrics/y.yaml:1:1"}


def test_a_part_that_is_broken_is_told_where_it_is_broken(tmp_path: Path) -> None:
    """Not as one that does not exist."""
    made = project(tmp_path, {"a": "of: user\ncount: {}\n", "x": "of: user\nratio: [a, a]\n"})
    told = [(str(each.place), each.code) for each in (*made.problems, *check(made))]
    assert told == [("metrics/a.yaml:3:8", "empty")]


def test_what_among_says_settles_what_the_share_asks(tmp_path: Path) -> None:
    """A negation over a value that may be missing is none beside the test that it is there."""
    late = "{did_not: logged_in, since: first_action}"
    share = "of: user\nshare: {{of: {}, among: {}}}\n"
    alone = share.format(late, "{everyone: true}")
    settled = share.format(late, "{first_action: {set: true}}")
    found = check(project(tmp_path, {"x": alone, "y": settled}))
    assert [(each.place.path, each.code) for each in found] == [
        ("metrics/x.yaml", "negation-over-missing")
    ]
