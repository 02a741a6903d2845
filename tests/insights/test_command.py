"""`touchline insights`: as text, JSON and CSV, of pupils and of the forms they are in."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from jsonschema import Draft202012Validator

from engine.language.project import Project
from engine.report.insights import seen
from tests.insights.school import AS_OF, Lesson, Pupil, insights, project, tables, wanted
from tests.metrics.town import database
from tests.support.stage import AS_OF as STAGE_AS_OF
from tests.support.stage import Stage, open_stage

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "schemas/reports/insights.json").read_text("utf-8")
)
SVG = "{http://www.w3.org/2000/svg}"
BASIC = ("--stayed", "kept", "--left", "lost", "--since", "signed_up_at", "--left-at", "quit_at")


def put(stage: Stage, *, lost_began: str) -> None:
    """80 users who stayed and 160 who left, who began on that day."""
    kept = {"plan": "kept", "signed_up_at": "2026-01-01", "quit_at": ""}
    lost = {"plan": "lost", "signed_up_at": lost_began, "quit_at": "2026-02-20"}
    stage.put_users(*({"user_id": n, **(lost if n % 3 else kept)} for n in range(1, 241)))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("stage")) as opened:
        opened.edit("catalog/user.yaml", "uses_reports: boolean", "quit_at: date\n  plan: text")
        opened.edit("playbooks/checkup.yaml", "{uses_reports: true}", "{plan: lost}")
        for name in ("kept", "lost"):
            opened.write(
                f"segments/{name}.yaml", f"segment: {name}\nof: user\nwhere: [{{plan: {name}}}]\n"
            )
        opened.write(
            "segments/firms.yaml", "segment: firms\nof: account\nwhere: [{everyone: true}]\n"
        )
        put(opened, lost_began="2026-01-01")
        events = [
            {"user_id": n, "name": "login", "at": f"2026-01-0{1 + day}T12:00:00"}
            for n in range(1, 241)
            for day in range(1 if n % 3 else 4)
        ]
        opened.table("events", events)
        yield opened


def told(stage: Stage, *words: str) -> Any:
    answer = stage.do("insights", *BASIC, "--as-of", STAGE_AS_OF, "--format", "json", *words)
    assert answer.status == 0, answer.err
    Draft202012Validator(SCHEMA).validate(answer.data)
    return answer.data


def test_everything_is_told(stage: Stage) -> None:
    data = told(stage, "--days", "14, 7,7")
    assert [(each["days"], each["stayed"], each["left"]) for each in data["first_days"]] == [
        (7, 80, 160),
        (14, 80, 160),
    ]
    assert (data["of"], data["behaviours"], data["asked_again"]) == ("user", 2, 2)
    [finding, _] = data["findings"]
    assert (finding["event"], finding["at_least"], finding["days"]) == ("logged_in", 2, 7)
    assert finding["holds"]
    assert (finding["did"]["rate"], finding["did_not"]["rate"]) == (1.0, 0.0)
    assert (finding["difference"], finding["lift"]) == (1.0, None)
    assert finding["condition"] == {
        "did": "logged_in",
        "since": "signed_up_at",
        "until": "7 days after signed_up_at",
        "times": {"at_least": 2},
    }
    assert data["as_now"] == ["plan", "quit_at", "signed_up_at"]


def test_text_ends_with_the_condition(stage: Stage) -> None:
    text = stage.do("insights", *BASIC, "--as-of", STAGE_AS_OF).out
    assert "user: who stayed (kept), who left (lost)" in text
    assert "first 7 days: 80 who stayed, 160 who left\n" in text
    assert re.search(r"logged_in +2 times +7 days .* 100\.0% +0\.0% +\+100\.0 ", text)
    assert "need not be why anybody stays" in text
    pasted = text.partition("best first:\n\n")[2]
    assert pasted.startswith("# 100.0% of these stayed, 0.0% of the others\n- did: logged_in\n")
    assert [each["did"] for each in yaml.safe_load(pasted)] == ["logged_in"]


def test_text_where_nothing_tells_and_who_are_left_out(stage: Stage) -> None:
    text = stage.do("insights", *BASIC, "--as-of", STAGE_AS_OF, "--days", "60").out
    assert "  left out: 160 left within these days, and could do no more\n" in text
    assert "Nobody who left (lost) can be compared: nothing can be told." in text
    assert "none looked telling there.\n" in text
    assert "First 60 days: 80 who stayed and 0 who left are few" in text
    assert "best first" not in text


def test_the_newest_must_not_all_have_left(stage: Stage) -> None:
    """Who began when nobody who stayed did has nobody to be compared with."""
    assert told(stage)["warnings"] == []
    put(stage, lost_began="2026-01-03")
    [warning] = told(stage)["warnings"]
    put(stage, lost_began="2026-01-01")
    assert warning.startswith("160 of lost began after everybody of kept")


def picture_of(stage: Stage, file: Path, *words: str) -> ElementTree.Element:
    asked = ("insights", *BASIC, "--as-of", STAGE_AS_OF, *words)
    answer = stage.do(*asked, "--out", str(file))
    assert (answer.status, answer.out) == (0, f"wrote {file}\n"), answer.err
    return ElementTree.parse(file).getroot()


def test_the_picture_has_a_row_a_behaviour(stage: Stage, tmp_path: Path) -> None:
    best = told(stage, "--days", "7")["findings"][0]
    drawn = picture_of(stage, tmp_path / "seen.svg", "--days", "7")
    words = [each.text or "" for each in drawn.iter(f"{SVG}text")]
    assert any(each.startswith("logged_in") and each.endswith("in 7 days") for each in words)
    assert best["lift"] is None, "of the others nobody stayed"
    assert f"{100 * best['difference']:+.1f}" in words
    (dot,) = drawn.iter(f"{SVG}circle")
    line = next(each for each in drawn.iter(f"{SVG}path") if each.get("class") == "w")
    low, high = re.findall(r"(?:^M|H)([0-9.]+)", line.get("d") or "")
    assert float(low) <= float(dot.get("cx") or 0) <= float(high)
    picture_of(stage, tmp_path / "again.svg", "--days", "7")
    assert (tmp_path / "again.svg").read_text() == (tmp_path / "seen.svg").read_text()


def test_a_picture_of_nothing_says_why(stage: Stage, tmp_path: Path) -> None:
    drawn = picture_of(stage, tmp_path / "none.svg", "--days", "60")
    assert any("nothing can be told" in (each.text or "") for each in drawn.iter(f"{SVG}text"))


def test_csv_has_a_line_a_finding(stage: Stage) -> None:
    out = stage.do("insights", *BASIC, "--as-of", STAGE_AS_OF, "--format", "csv").out
    rows = list(csv.DictReader(StringIO(out)))
    assert [row["days"] for row in rows] == ["7", "14", "30"]
    assert {(row["event"], row["at_least"], row["holds"]) for row in rows} == {
        ("logged_in", "2", "true")
    }
    assert rows[0]["lift"] == ""


WRONG = [
    ("segment", ["--stayed", "kep"], 1, "did you mean kept"),
    ("entity", ["--stayed", "firms"], 2, "name two segments of the same entity"),
    ("both", ["--stayed", "lost"], 2, "nobody does both"),
    ("field", ["--since", "signed_up"], 2, "--since signed_up: user has no field"),
    ("kind", ["--left-at", "plan"], 2, "--left-at plan: it is text; name a date or a timestamp"),
    ("event", ["--event", "loged_in"], 2, "did you mean logged_in"),
    ("days", ["--days", "7,x"], 2, "`x` is no number of days from 1 to 730"),
    ("no-days", ["--days", "0"], 2, "`0` is no number of days"),
    ("long", ["--days", "731"], 2, "`731` is no number"),
    ("many", ["--days", "1,2,3,4,5,6,7,8,9,10,11"], 2, "at most 10"),
]


@pytest.mark.parametrize(
    ("words", "status", "fragment"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_what_makes_no_sense_is_refused(
    stage: Stage, words: list[str], status: int, fragment: str
) -> None:
    answer = stage.do("insights", *BASIC, *words)
    assert (answer.status, answer.out) == (status, "")
    assert fragment in answer.err


# ---------------------------------------------------------------- of those who have others


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project."""
    return project(tmp_path_factory.mktemp("school"))


def test_a_form_is_told_by_what_its_pupils_did(school: Project) -> None:
    """By their number: in each form as often, but in those that stay by several."""
    chance, opened = Random(5), AS_OF - timedelta(days=90)
    forms, pupils, lessons = [], [], []
    for key in range(240):
        stays = key % 2 == 0
        closed = None if stays else str(date(2026, 2, 20))
        forms.append((key, str(opened.date()), closed, "kept" if stays else "lost"))
        pupils += [Pupil(4 * key + n, opened, None, None, key) for n in range(4)]
        by = [4 * key + (n if stays and chance.random() < 0.9 else 0) for n in range(4)]
        lessons += [Lesson(each, opened + timedelta(days=2), "came") for each in by]
    store = database("duckdb", school.root, tables=tables(pupils, lessons, forms))
    found = insights(school, store, wanted(7, of="form"))
    first = found.findings[0]
    assert first.candidate.behaviour.counted == "pupil"
    assert first.candidate.behaviour.condition(3) == {
        "has": "pupil",
        "where": {
            "did": "came",
            "since": "form.opened_on",
            "until": "7 days after form.opened_on",
        },
        "times": {"at_least": 3},
    }
    assert first.candidate.at_least in (2, 3)
    assert "pupil.came" in seen(found, "text")
    held = {each.candidate.behaviour.counted for each in found.findings if each.holds}
    assert held == {"pupil"}
    Draft202012Validator(SCHEMA).validate(json.loads(seen(found, "json")))
