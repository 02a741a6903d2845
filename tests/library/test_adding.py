"""`touchline add`: what it writes, what it refuses, what it says that the project lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import cli
from engine.problems import Misuse, Refused
from engine.read.documents import read_document
from engine.read.library import PLAYS, STAGES, library_names, stage_of
from engine.read.load import load_project
from tests.library.projects import added, advice, reference, used

SCHEMA = json.loads((PLAYS.parent / "schemas/reports/add.json").read_text("utf-8"))


def add(root: Path, *arguments: str) -> Result:
    """The command, in a project."""
    command = ["add", "-C", str(root), *arguments]
    return CliRunner().invoke(cli.cli, command, obj={"folder": root})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without a playbook."""
    return reference(tmp_path / "project")


def test_what_is_printed_is_as_its_schema_says(project: Path) -> None:
    for arguments in ((), ("no-login-7-days",)):
        printed = json.loads(add(project, *arguments, "--format", "json").stdout)
        Draft202012Validator(SCHEMA).validate(printed)
    listed = json.loads(add(project, "--format", "json").stdout)["plays"]
    assert [each["name"] for each in listed] == list(library_names())


def test_the_library_is_listed_by_the_stage_of_a_customers_life(project: Path) -> None:
    lines = add(project, "--format", "text").stdout.splitlines()
    stages = [line for line in lines if line in STAGES]
    assert stages == [stage for stage, plays in STAGES.items() if plays & set(library_names())]
    below = {play: stage for stage in stages for play in _plays_below(lines, stage)}
    assert below == {play: stage_of(play) for play in library_names()}


def _plays_below(lines: list[str], stage: str) -> list[str]:
    rows = lines[lines.index(stage) + 2 :]  # after its heads
    until = rows.index("") if "" in rows else len(rows)
    return [row.split()[0] for row in rows[:until] if not row.startswith(" ")]


def test_a_copy_has_its_own_name_throughout(project: Path) -> None:
    found = added(project, "no-login-7-days", name="first-login")
    assert found.written == (
        "playbooks/first-login.yaml",
        "playbooks/first-login.test.yaml",
        "emails/first-login.md",
        "emails/first-login-tour.md",
    )
    assert found.problems == ()
    assert advice(project) == ()
    added(project, "no-login-7-days")
    assert set(load_project(project).playbooks) == {"first-login", "no-login-7-days"}


def test_a_copy_keeps_its_comments_and_says_no_inputs(project: Path) -> None:
    added(project, "feature-checkup")
    text = (project / "playbooks/feature-checkup.yaml").read_text("utf-8")
    assert "inputs" not in text
    assert "between: [30, 90]" in text
    assert "# who was talked to" in text


@pytest.mark.parametrize(
    "reason", ["plain words", "yes: no", "#7", "[a, b]", "it's", "12", "true", "ünï", "- x"]
)
def test_a_value_arrives_as_it_was_said(reason: str, project: Path) -> None:
    added(project, "win-back", said={"reason": reason})
    text = (project / "playbooks/win-back.yaml").read_text("utf-8")
    data = read_document(text, "win-back.yaml").data
    assert isinstance(data, dict)
    assert data["segment"]["where"][2] == {"churn_reason": reason}
    assert reason in data["steps"][2]["notes"]


@pytest.mark.parametrize("reason", ['the "best" one', "a\\b"])
def test_a_value_that_would_arrive_as_another_is_refused(reason: str, project: Path) -> None:
    with pytest.raises(Misuse, match="cannot be written"):
        added(project, "win-back", said={"reason": reason})
    assert not (project / "playbooks").exists()


WRONG = [
    ("no-such-play", ["renewal"], 1, "renewal-notice"),
    ("missing", ["feature-checkup"], 2, "--with feature=reports"),
    ("no-such-input", ["no-login-7-days", "--with", "dais=3"], 2, "did you mean days?"),
    ("no-value", ["no-login-7-days", "--with", "days"], 2, "INPUT=VALUE"),
    ("twice", ["no-login-7-days", "--with", "days=3", "--with", "days=4"], 2, "twice"),
    ("another-type", ["no-login-7-days", "--with", "days=soon"], 2, "a whole number"),
    ("no-name", ["no-login-7-days", "--as", "../mine"], 2, "is no name of a playbook"),
]


@pytest.mark.parametrize(
    ("arguments", "status", "fragment"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_wrong_use_is_told_and_writes_nothing(
    arguments: list[str], status: int, fragment: str, project: Path
) -> None:
    error = add(project, *arguments).exception
    assert isinstance(error, Misuse | Refused)
    assert error.exit_status == status
    assert fragment in str(error)
    assert not (project / "playbooks").exists()


@pytest.mark.parametrize(
    "there",
    ["playbooks/win-back.yaml", "playbooks/win-back.test.yaml", "emails/win-back.md"],
)
def test_nothing_is_overwritten(there: str, project: Path) -> None:
    file = project / there
    file.parent.mkdir()
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="--as NAME"):
        added(project, "win-back")
    assert file.read_text("utf-8") == "mine"
    assert sum(path.is_file() for path in project.rglob("win-back*")) == 1


@pytest.mark.parametrize("there", ["playbooks", "emails"])
def test_nothing_is_written_where_a_folder_cannot_be_made(there: str, project: Path) -> None:
    (project / there).write_text("a file", encoding="utf-8")
    with pytest.raises(FileExistsError):
        added(project, "win-back")
    assert not list(project.rglob("win-back*"))


def test_a_name_that_another_file_has_is_refused(project: Path) -> None:
    used(project, "win-back")
    (project / "playbooks/win-back.yaml").rename(project / "playbooks/mine.yaml")
    with pytest.raises(Refused, match="has a playbook"):
        added(project, "win-back")


def test_what_the_catalog_lacks_is_said(project: Path) -> None:
    found = added(project, "no-login-7-days", said={"login": "signed_in"})
    assert {each.code for each in found.problems} == {"unknown-event"}
    assert found.written[0] == "playbooks/no-login-7-days.yaml"
