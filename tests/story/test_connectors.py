"""`touchline connectors`: what is declared, whether it answers, and what would stop a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.postgres import fresh_database
from tests.support.stage import Stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "connectors.json"


def looked(stage: Stage, *words: str) -> tuple[int, Any]:
    done = stage.do("connectors", *words, "--format", "json")
    Draft202012Validator(json.loads(REPORT.read_text())).validate(done.data)
    return done.status, done.data


def test_what_is_declared_is_listed_without_a_look(stage: Stage) -> None:
    (stage.root / "data/users.csv").unlink()
    status, (product,) = looked(stage, "list")
    assert status == 0
    assert product["entities"] == ["account", "user"]
    assert product["events"] == ["user.logged_in"]
    assert "product" in stage.do("connectors").out


def test_a_source_that_is_fine_tells_its_rows_and_how_new_it_is(stage: Stage) -> None:
    status, (product,) = looked(stage, "check")
    assert status == 0
    assert product["answers"] is True
    assert {each["name"]: (each["rows"], each["newest"]) for each in product["tables"]} == {
        "accounts": (1, None),
        "users": (3, None),
        "events": (1, "2026-03-01T00:00:00+00:00"),
    }


def gone(stage: Stage) -> None:
    stage.edit("touchline.yaml", "path: data", "path: nowhere")


def no_column(stage: Stage) -> None:
    stage.edit("data/users.csv", "uses_reports", "reports")


def twice(stage: Stage) -> None:
    stage.put_users({"user_id": 1}, {"user_id": 1})


def stale(stage: Stage) -> None:
    said = "freshness: {table: events, column: at, at_most: 1 day}"
    stage.edit("touchline.yaml", "path: data,", f"path: data, {said},")


def in_latin_1(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "email": "andré@x.example"})
    users = stage.root / "data/users.csv"
    users.write_bytes(users.read_text(encoding="utf-8").encode("latin-1"))


def empty(stage: Stage) -> None:
    text = (stage.root / "data/events.csv").read_text().splitlines()[0]
    stage.write("data/events.csv", f"{text}\n")


@pytest.mark.parametrize(
    ("breaks", "status", "told"),
    [
        pytest.param(gone, 3, "there is no folder", id="it does not answer"),
        pytest.param(no_column, 1, "uses_reports", id="a column is missing"),
        pytest.param(twice, 1, "stands 2 times", id="a key stands twice"),
        pytest.param(stale, 1, "stale", id="it is stale"),
        pytest.param(in_latin_1, 1, "users.csv:2: what stands there is not UTF-8", id="no UTF-8"),
        pytest.param(empty, 1, "holds no rows", id="a table is empty"),
    ],
)
def test_what_would_stop_a_run_is_told_before_one(
    stage: Stage, breaks: Any, status: int, told: str
) -> None:
    breaks(stage)
    found, (product,) = looked(stage, "check", "product")
    assert found == status
    assert told in "".join([*product["problems"], product["unreachable"]])
    assert told in stage.do("connectors", "check").out


def test_one_problem_hides_no_other(stage: Stage) -> None:
    twice(stage)
    empty(stage)
    _, (product,) = looked(stage, "check")
    assert len(product["problems"]) == 2


def test_a_source_that_is_no_database_hides_no_other(stage: Stage) -> None:
    notes = stage.root / "notes.db"
    notes.write_text("no database at all, but long enough to have a header" * 9)
    stage.edit(
        "touchline.yaml",
        "connectors:",
        f"connectors:\n  crm: {{type: sql, url: 'sqlite:///{notes}'}}",
    )
    stage.edit("catalog/account.yaml", "product.accounts", "crm.accounts")
    status, (crm, product) = looked(stage, "check")
    assert status == 1
    assert "file is not a database" in crm["problems"][0]
    assert (len(product["tables"]), product["unreachable"]) == (2, "")


def test_a_connector_that_is_not_there_is_told(stage: Stage) -> None:
    refused = stage.do("connectors", "check", "prodct")
    assert refused.status == 1
    assert "did you mean product?" in refused.err


def test_there_is_nothing_to_pull(stage: Stage) -> None:
    assert looked(stage, "sync") == (0, [])
    assert "read in place" in stage.do("connectors", "sync").out


def test_a_login_that_may_more_than_read_is_told_and_stops_nothing(
    stage: Stage, postgres: str
) -> None:
    url = fresh_database(postgres)
    stage.edit(
        "touchline.yaml", "connectors:\n", f'connectors:\n  crm: {{type: sql, url: "{url}"}}\n'
    )
    status, (crm,) = looked(stage, "check", "crm")
    assert (status, crm["problems"]) == (0, [])
    assert crm["caution"].startswith("the login of crm is a superuser of the server; reading needs")
    assert crm["caution"] in stage.do("connectors", "check", "crm").out
    found = stage.do("validate", "--sources", "--format", "json")
    assert found.status == 0
    (warning,) = (each for each in found.data["problems"] if each["code"] == "privileged-login")
    assert warning["severity"] == "warning"
    assert (warning["path"], warning["line"]) == ("touchline.yaml", 6)
