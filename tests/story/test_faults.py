"""What can go wrong around a run: a sentence with the place, the right exit status, no loss."""

from __future__ import annotations

import shutil

import pytest

from tests.support.stage import AS_OF, Stage

NEXT_DAY = "2026-03-11T09:00:00-04:00"


def remove_source(stage: Stage) -> None:
    shutil.move(stage.root / "data/users.csv", stage.root / "users.bak")


def drop_column(stage: Stage) -> None:
    stage.edit("data/users.csv", "signed_up_at", "signed_at")


def double_key(stage: Stage) -> None:
    stage.put_users({"user_id": 7}, {"user_id": 7})


def spoil_value(stage: Stage) -> None:
    stage.put_users({"user_id": 7}, {"user_id": 8, "signed_up_at": "soon"})


def empty_source(stage: Stage) -> None:
    header = (stage.root / "data/users.csv").read_text().splitlines()[0]
    stage.write("data/users.csv", header + "\n")


def lose_connector(stage: Stage) -> None:
    stage.edit("touchline.yaml", "path: data,", "path: nowhere,")


@pytest.mark.parametrize(
    ("spoil", "status", "told"),
    [
        pytest.param(remove_source, 3, "users", id="unreachable-file"),
        pytest.param(lose_connector, 3, "nowhere", id="unreachable-folder"),
        pytest.param(drop_column, 1, "signed_up_at", id="missing-column"),
        pytest.param(double_key, 1, "7", id="key-twice"),
        pytest.param(spoil_value, 1, "soon", id="value-in-another-form"),
        pytest.param(empty_source, 1, "users", id="empty-source"),
    ],
)
def test_a_source_that_cannot_be_trusted_fails_the_run_whole(
    stage: Stage, spoil: object, status: int, told: str
) -> None:
    assert callable(spoil)
    kept = (stage.root / "data/users.csv").read_bytes()
    spoil(stage)
    run = stage.run()
    assert run.status == status
    assert told in run.data["runs"][0]["error"]
    assert run.data["runs"][0]["entered"] == 0
    assert stage.mail.received == []
    assert "Traceback" not in run.out + run.err
    rehearsed = stage.run("--dry-run")
    assert rehearsed.status == status
    assert told in rehearsed.out + rehearsed.err
    assert stage.do("audit", "verify").status == 0
    assert "run.failed" in stage.do("audit", "show").out

    stage.edit("touchline.yaml", "path: ", "path: ")
    if "nowhere" in (stage.root / "touchline.yaml").read_text():
        stage.edit("touchline.yaml", "path: nowhere,", "path: data,")
    (stage.root / "data/users.csv").write_bytes(kept)
    stage.run()
    assert len(stage.mail.received) == 3, "mended, the same run goes on"


def test_a_source_that_fails_later_sends_nothing_and_loses_nothing(stage: Stage) -> None:
    stage.run()
    kept = (stage.root / "data/users.csv").read_bytes()
    drop_column(stage)
    assert stage.run(as_of="2026-03-15T09:00:00-04:00").status == 1
    assert stage.hooks.received == []
    (stage.root / "data/users.csv").write_bytes(kept)
    stage.run(as_of="2026-03-15T10:00:00-04:00")
    assert len(stage.hooks.received) == 3


def test_a_mail_server_that_is_away_costs_nothing(stage: Stage) -> None:
    port = stage.mail.port
    stage.edit("touchline.yaml", f"port: {port}", "port: 9")
    run = stage.run()
    assert run.status == 3
    assert run.data["runs"][0]["touches"] == {"email": {"ready": 3}}
    assert "email" in run.data["trouble"]
    stage.edit("touchline.yaml", "port: 9", f"port: {port}")
    later = stage.run()
    assert later.status == 0
    assert len(stage.mail.received) == 3


def test_a_broken_playbook_stops_no_other(stage: Stage) -> None:
    stage.write("playbooks/broken.yaml", "playbook: broken\nsegmnt: x\n")
    run = stage.run()
    assert run.status == 1
    assert len(stage.mail.received) == 3
    errors = {each["playbook"]: each["error"] for each in run.data["runs"] if each["error"]}
    assert "segmnt" in errors["playbooks/broken.yaml"]


def test_a_name_that_a_template_misspells_stops_its_playbook_before_anything(
    stage: Stage,
) -> None:
    stage.edit("emails/hello.md", "Hi {{ user.first_name }}", "Hi {{ user.frist_name }}")
    checked = stage.do("validate", "--format", "json")
    assert checked.status == 1
    (problem,) = [each for each in checked.data["problems"] if each["severity"] == "error"]
    assert problem["path"] == "emails/hello.md"
    assert (problem["line"], problem["code"]) == (4, "unknown-name")
    assert "first_name" in problem["hint"]
    assert stage.run().status == 1
    assert stage.mail.received == []


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["segment", "chekup"], 1, "did you mean checkup?"),
        (["explain", "checkup", "--for", "99"], 1, "there is no user"),
        (["explain", "checkup", "--for", "x"], 1, "whole number"),
        (["preview", "checkup", "--for", "1", "--step", "email-2"], 1, "did you mean email-1?"),
        (["segment", "checkup", "--as-of", "someday"], 2, "--as-of"),
        (["run", "nobody"], 1, "there is no playbook"),
        (["held", "approve", "none"], 3, "ledger"),
        (["tasks", "done", "none"], 3, "ledger"),
        (["audit", "verify"], 3, "ledger"),
        (["suppress", "add", "no-address"], 2, "no-address"),
        (["nonsense"], 2, "No such command"),
        (["run", "--nonsense"], 2, "No such option"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_on_the_command_line(
    stage: Stage, words: list[str], status: int, told: str
) -> None:
    answer = stage.do(*words)
    assert answer.status == status, answer
    assert told in answer.err + answer.out
    assert "Traceback" not in answer.err


def test_no_project_is_said_so(stage: Stage) -> None:
    (stage.root / "touchline.yaml").unlink()
    answer = stage.do("validate")
    assert answer.status == 2
    assert "touchline.yaml" in answer.err


def test_a_broken_settings_file_stops_everything_with_its_place(stage: Stage) -> None:
    stage.edit("touchline.yaml", "timezone: America/New_York", "timezone: America/New_Yrok")
    answer = stage.run(as_of=AS_OF)
    assert answer.status == 1
    assert "touchline.yaml:3:11" in answer.err
    assert "America/New_York" in answer.err
