"""`touchline validate --sources` names the line of what the sources do not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.stage import open_stage

USER = "catalog/user.yaml"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        (
            "  uses_reports: boolean",
            "  uses_reports: {type: boolean, column: uses_report}",
            "uses_reports:",
            "product.users has no column `uses_report`; did you mean uses_reports?",
        ),
        (
            "at: at",
            "at: att",
            "logged_in:",
            "product.events has no column `att`; did you mean at?",
        ),
        (
            "{name: first_name",
            "{name: frist_name",
            "entity:",
            "product.users has no column `frist_name`",
        ),
    ],
    ids=["field", "event", "what has no line of its own"],
)
def test_a_column_that_is_not_there(
    tmp_path: Path, old: str, new: str, line: str, told: str
) -> None:
    with open_stage(tmp_path) as stage:
        stage.edit(USER, old, new)
        written = (stage.root / USER).read_text("utf-8").splitlines()
        answer = stage.do("validate", "--sources")
        (number,) = [n for n, text in enumerate(written, 1) if text.lstrip().startswith(line)]
        assert answer.status == 1
        assert f"{USER}:{number}:" in answer.out
        assert told in answer.out
        elsewhere = stage.do("validate", "--sources", "emails")
        assert (elsewhere.status, elsewhere.out) == (0, "1 file: all valid\n"), "as is told"
