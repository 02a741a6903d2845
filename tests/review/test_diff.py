"""`touchline diff` in real repositories: which playbooks change, and whom that concerns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.git import Git
from tests.support.stage import AS_OF, Answer, Stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "diff.json"
CHECKUP = "playbooks/checkup.yaml"
DAYS = "{between: [30, 90]}"
YOUNG = {"user_id": 4, "signed_up_at": "2026-03-01T12:00:00Z"}


def diff(stage: Stage, *words: str) -> Answer:
    return stage.do("diff", *(words or ("base",)), "--as-of", AS_OF, "--format", "json")


def only(answer: Answer) -> dict[str, Any]:
    """The one playbook that changes."""
    assert answer.status == 0, answer.err or answer.out
    [found] = answer.data["playbooks"]
    assert isinstance(found, dict)
    return found


def edits(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["where"], each["old"], each["new"]) for each in found["changes"]]


def figures(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["before"], found["after"], found["gained"], found["lost"]


def test_nothing_changed(stage: Stage) -> None:
    answer = diff(stage)
    assert (answer.status, answer.data["playbooks"], answer.data["elsewhere"]) == (0, [], [])
    assert answer.data["head"] == "the working tree"


def test_who_matches_before_and_after(stage: Stage) -> None:
    stage.put_users({"user_id": 1}, {"user_id": 2, "signed_up_at": "2025-12-12T12:00:00Z"}, YOUNG)
    stage.edit(CHECKUP, DAYS, "{between: [5, 60]}")
    found = only(diff(stage))
    assert (found["name"], found["change"]) == ("checkup", "changed")
    assert figures(found) == (2, 2, 1, 1)
    assert (found["gained_keys"], found["lost_keys"]) == ([4], [2])
    assert found["entering"] == {"before": 2, "after": 2}
    old, new = (
        f"signed_up_at: {{days_ago: {{between: [{each}]}}}}" for each in ("30, 90", "5, 60")
    )
    assert edits(found) == [("segment.where", old, new)]


def test_keys_are_told_as_many_as_asked_for(stage: Stage) -> None:
    stage.put_users(*({"user_id": key} for key in range(1, 10)))
    stage.edit(CHECKUP, DAYS, "{between: [0, 1]}")
    assert only(diff(stage, "base", "--limit", "2"))["lost_keys"] == [1, 2]
    assert only(diff(stage, "base", "--keys"))["lost_keys"] == [*range(1, 10)]


def write_segment(stage: Stage) -> None:
    stage.write("segments/fresh.yaml", "segment: fresh\nof: user\nwhere: [{user_id: {at_most: 2}}]")
    stage.edit(CHECKUP, "- signed_up_at", "- segment: fresh\n    - signed_up_at")


CHANGES: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "segment": (
        ("segments/fresh.yaml", "at_most: 2", "at_most: 1"),
        ("segment fresh.where", "user_id: {at_most: 2}", "user_id: {at_most: 1}"),
    ),
    "subject": (
        ("emails/hello.md", "Hello", "Dear"),
        ("email hello.subject", "Hello {{ user.first_name }}", "Dear {{ user.first_name }}"),
    ),
    "text": (
        ("emails/hello.md", "a word", "two words"),
        ("email hello.body", "a word from {{ sender.name }}.", "two words from {{ sender.name }}."),
    ),
    "catalog": (
        ("catalog/user.yaml", "signed_up_at: timestamp", "signed_up_at: {type: timestamp}"),
        ("catalog user.fields.signed_up_at", "timestamp", "type: timestamp"),
    ),
    "policy": (
        ("touchline.yaml", "people:", "policy: {one_at_a_time: true}\npeople:"),
        ("policy", "", "one_at_a_time: true"),
    ),
    "exit": (
        (CHECKUP, "uses_reports: true", "uses_reports: false"),
        ("exit_when", "uses_reports: true", "uses_reports: false"),
    ),
    "step": (
        (CHECKUP, "due: 2 business days", "due: 3 business days"),
        ("step task-1.due", "2 business days", "3 business days"),
    ),
    "status": ((CHECKUP, "owner:", "status: paused\nowner:"), ("status", "", "paused")),
}


def test_a_change_is_told_in_words_wherever_it_stands(stage: Stage, git: Git) -> None:
    write_segment(stage)
    git("add", ".")
    git("commit", "-q", "-m", "a segment")
    for change, _ in CHANGES.values():
        stage.edit(*change)
    assert sorted(edits(only(diff(stage, "HEAD")))) == sorted(told for _, told in CHANGES.values())


def test_what_no_playbook_uses_counts_for_none(stage: Stage) -> None:
    stage.write("segments/other.yaml", "segment: other\nof: user\nwhere: [{user_id: 1}]")
    stage.write("emails/other.md", "---\nsubject: Hello\n---\nHi.")
    stage.edit("catalog/account.yaml", "plan: text", "plan: {type: text}")
    found = diff(stage).data
    assert found["playbooks"] == []
    assert {each["where"] for each in found["elsewhere"]} >= {
        "segment other",
        "email other.subject",
        "catalog account.fields.plan",
    }


def test_added_and_removed(stage: Stage) -> None:
    text = (
        (stage.root / CHECKUP).read_text().replace("checkup", "other").replace("[30, 90]", "[1, 2]")
    )
    stage.write("playbooks/other.yaml", text)
    (stage.root / CHECKUP).unlink()
    found = {each["name"]: each for each in diff(stage).data["playbooks"]}
    assert {name: each["change"] for name, each in found.items()} == {
        "checkup": "removed",
        "other": "added",
    }
    assert figures(found["checkup"]) == (3, 0, 0, 3)
    assert figures(found["other"]) == (0, 0, 0, 0)


def test_renamed(stage: Stage) -> None:
    stage.edit(CHECKUP, "playbook: checkup", "playbook: check\nformerly: [checkup]")
    found = only(diff(stage))
    assert (found["name"], found["change"], found["formerly"]) == ("check", "renamed", "checkup")
    assert figures(found) == (3, 3, 0, 0)
    assert edits(found) == []


def test_another_entity_has_other_people(stage: Stage) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: account, where: [{id: 1}]}\n"
        "steps: [{webhook: hook, body: {text: hello}}]\n",
    )
    assert figures(only(diff(stage))) == (3, 1, 1, 3)


def test_between_two_commits_the_working_tree_does_not_count(stage: Stage, git: Git) -> None:
    stage.edit(CHECKUP, "[30, 90]", "[30, 91]")
    git("commit", "-q", "-a", "-m", "wider")
    stage.edit(CHECKUP, "[30, 91]", "[30, 92]")
    [(_, _, new)] = edits(only(diff(stage, "base", "HEAD")))
    assert "[30, 91]" in new
    assert git("status", "--porcelain") == "M cs/playbooks/checkup.yaml"


def test_before_there_was_a_project(stage: Stage, git: Git) -> None:
    git("checkout", "-q", "--orphan", "empty")
    git("commit", "-q", "--allow-empty", "-m", "nothing", "--only")
    git("symbolic-ref", "HEAD", "refs/heads/main")
    answer = diff(stage, "empty")
    assert only(answer)["change"] == "added"
    assert "no project" in answer.data["notes"][0]


# ---------------------------------------------------------------- those inside, and fuses


def test_without_a_ledger_nobody_knows_who_is_inside(stage: Stage) -> None:
    stage.edit(CHECKUP, "5 days", "6 days")
    answer = diff(stage)
    assert only(answer)["inside"] is None
    assert "no ledger" in answer.data["notes"][0]
    assert not (stage.root / ".touchline").exists()


MOVES = ("exit_when:", "on_change: move\nexit_when:")
RENAMED = "wait: 5 days\n    id: pause\n    formerly: [wait-1]"
INSIDE: dict[str, tuple[list[tuple[str, str]], tuple[str, int, str, str]]] = {
    "kept": ([("5 days", "6 days")], ("wait-1", 3, "kept", "wait-1")),
    "moved": ([("5 days", "6 days"), MOVES], ("wait-1", 3, "moved", "wait-1")),
    "renamed": ([("wait: 5 days", RENAMED), MOVES], ("wait-1", 3, "renamed", "pause")),
    "gone": ([("  - wait: 5 days\n", ""), MOVES], ("wait-1", 3, "step_gone", "")),
}


def test_what_becomes_of_those_inside(stage: Stage) -> None:
    assert stage.run().status == 0
    text = (stage.root / CHECKUP).read_text()
    for changes, told in INSIDE.values():
        stage.write(CHECKUP, text)
        for old, new in changes:
            stage.edit(CHECKUP, old, new)
        found = only(diff(stage))
        [inside] = found["inside"]
        assert tuple(inside[key] for key in ("step", "people", "becomes", "to")) == told
        assert found["entering"]["after"] == 0  # all three were in it
    (stage.root / CHECKUP).unlink()
    [inside] = only(diff(stage))["inside"]
    assert (inside["step"], inside["people"], inside["becomes"]) == ("wait-1", 3, "removed")


def test_what_the_fuse_would_say(stage: Stage) -> None:
    stage.edit(CHECKUP, "exit_when:", "entry: {fuse: {matched: 2}}\nexit_when:")
    found = only(diff(stage))
    assert found["held"].startswith("3 of 3 would enter, more than the fuse of 2 allows")
    assert found["entering"] == {"before": 3, "after": 3}


def test_a_rename_without_formerly_is_seen(stage: Stage) -> None:
    assert stage.run().status == 0
    stage.edit(CHECKUP, "playbook: checkup", "playbook: check")
    found = {each["name"]: each for each in diff(stage).data["playbooks"]}
    assert "formerly: [checkup]" in found["check"]["held"]


def test_nothing_is_written(stage: Stage) -> None:
    assert stage.run().status == 0
    ledger = stage.root / ".touchline/ledger.db"
    before = stage.do("audit", "verify", "--format", "json").data["records"]
    files = {path for path in stage.root.rglob("*") if ledger.name not in path.name}
    stage.edit(CHECKUP, "5 days", "6 days")
    only(diff(stage))
    assert stage.do("audit", "verify", "--format", "json").data["records"] == before
    assert {path for path in stage.root.rglob("*") if ledger.name not in path.name} == files
    assert len(stage.mail.received) == 3


# ---------------------------------------------------------------- what goes wrong


def test_no_such_revision(stage: Stage) -> None:
    answer = diff(stage, "nowhere")
    assert answer.status == 2
    assert "git knows no revision `nowhere`" in answer.err


def test_no_repository(tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(stage.root.parent.parent))
    (stage.root.parent / ".git").rename(tmp_path / "moved")
    answer = diff(stage)
    assert answer.status == 2
    assert "is in no git repository" in answer.err


def test_no_git(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = diff(stage)
    assert (answer.status, "not installed" in answer.err) == (2, True)


def test_a_hook_that_names_another_repository(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert diff(stage).status == 0


def test_a_base_that_is_broken_is_told_with_its_revision(stage: Stage, git: Git) -> None:
    text = (stage.root / CHECKUP).read_text()
    stage.write(CHECKUP, text.replace("signed_up_at", "signed_up"))
    git("commit", "-q", "-a", "-m", "broken")
    stage.write(CHECKUP, text)
    answer = diff(stage, "HEAD")
    assert answer.status == 1
    assert "HEAD:playbooks/checkup.yaml:6:7" in answer.err


def test_a_working_tree_that_is_broken(stage: Stage) -> None:
    stage.edit(CHECKUP, "signed_up_at", "signed_up")
    answer = diff(stage)
    assert answer.status == 1
    assert answer.err.startswith("touchline: playbooks/checkup.yaml:6:7")


def test_a_source_that_is_not_there(stage: Stage) -> None:
    (stage.root / "data/users.csv").unlink()
    (stage.root / "data").rename(stage.root / "elsewhere")
    stage.edit(CHECKUP, "[30, 90]", "[30, 91]")
    assert diff(stage).status == 3


def test_data_that_is_not_as_the_catalog_says(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "signed_up_at": "soon"})
    stage.edit(CHECKUP, "[30, 90]", "[30, 91]")
    answer = diff(stage)
    [found] = answer.data["playbooks"]
    assert (answer.status, found["before"], found["gained"]) == (1, None, None)
    assert "`soon`" in found["error"]


def test_files_larger_than_a_project_holds(stage: Stage, git: Git) -> None:
    stage.write("emails/large.md", "---\nsubject: Hi\n---\n" + "x" * 300_000)
    git("add", ".")
    git("commit", "-q", "-m", "large")
    (stage.root / "emails/large.md").unlink()
    answer = diff(stage, "HEAD")
    assert answer.status == 1
    assert "HEAD:emails/large.md:1:1: the file has 300,020 bytes" in answer.err


# ---------------------------------------------------------------- forms


@pytest.fixture
def changed(stage: Stage) -> Stage:
    assert stage.run().status == 0
    stage.put_users({"user_id": 1}, {"user_id": 2, "signed_up_at": "2025-12-12T12:00:00Z"}, YOUNG)
    stage.edit(CHECKUP, DAYS, "{between: [5, 60]}")
    stage.edit("emails/hello.md", "a word", "<b>|*@ann*")
    return stage


def test_in_all_its_forms(changed: Stage) -> None:
    schema = Draft202012Validator(json.loads(REPORT.read_text()))
    schema.validate(diff(changed).data)
    for example in schema.schema["examples"]:
        schema.validate(example)
    text = changed.do("diff", "base", "--as-of", AS_OF).out
    assert "2 → 2 match (1 gained, 1 lost); 0 → 1 would enter" in text
    comment = changed.do("diff", "base", "--as-of", AS_OF, "--format", "github").out
    assert "| checkup | changed | 2 → 2 | 1 | 1 | 0 → 1 |" in comment
    code = "`<b>|*@ann* from {{ sender.name }}.`"
    assert code in comment, "nothing of it is markup or mentions anybody"
    assert "@ann" not in comment.replace(code, "")
