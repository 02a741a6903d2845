"""Instants whose local day is one more than the calendar has: asked and explained all the same."""

from __future__ import annotations

import sqlite3

import pytest

from tests.support.stage import AS_OF, Stage

ENDS = [
    ("9999-12-31T23:59:59", "Asia/Kolkata", "in 2,912,"),
    ("0001-01-01T00:00:00", "America/New_York", "days ago)"),
]


@pytest.mark.parametrize("condition", ["{until: 3 days after signed_up_at}", "{set: true}"])
@pytest.mark.parametrize(("at", "zone", "age"), ENDS, ids=["last", "first"])
@pytest.mark.parametrize("in_sqlite", [True, False], ids=["sqlite", "files"])
def test_an_instant_at_the_edge_is_like_any_other(
    stage: Stage, condition: str, at: str, zone: str, age: str, *, in_sqlite: bool
) -> None:
    stage.edit("touchline.yaml", "timezone: America/New_York", f"timezone: {zone}")
    stage.put_users({"user_id": 1, "signed_up_at": at}, {"user_id": 2})
    if in_sqlite:
        with sqlite3.connect(stage.root / "crm.db") as made:
            made.execute("CREATE TABLE users (user_id INTEGER, signed_up_at TEXT)")
            made.execute("INSERT INTO users VALUES (1, ?), (2, ?)", (at, "2026-01-10T09:00:00"))
        stage.edit(
            "touchline.yaml", "type: files, path: data", 'type: sql, url: "sqlite:///crm.db"'
        )
    stage.write(
        "segments/odd.yaml", f"segment: odd\nof: user\nwhere:\n  - signed_up_at: {condition}\n"
    )
    answer = stage.do("segment", "odd", "--as-of", AS_OF, "--format", "json")
    assert answer.status == 0, answer.err
    assert 2 in answer.data["keys"]
    told = stage.do("explain", "odd", "--for", "1", "--as-of", AS_OF)
    assert (told.status, age in told.out) == (0, True)
