"""What commands print for programs is as their schemas say, with no key that they do not name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.read.accepting import SCHEMAS
from tests.support.stage import AS_OF, Stage, open_stage

FIVE_DAYS_ON = "2026-03-16T10:00:00-04:00"
NEXT_DAY = "2026-03-11T09:00:00-04:00"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Three users who match; one mail that waits for a person."""
    with open_stage(tmp_path_factory.mktemp("printed")) as opened:
        opened.write("playbooks/flood.yaml", FLOOD)
        opened.edit("playbooks/checkup.yaml", "    from: account.csm\n", APPROVED)
        yield opened


FLOOD = """\
playbook: flood
segment: {of: user, where: {everyone: true}}
entry: {existing: enter, fuse: {matched: 1}}
steps: [{task: "Look after {{ user.first_name }}"}]
"""
APPROVED = "    from: account.csm\n    cc: account.csm\n    approve: account.csm\n"


def is_as_said(report: str, printed: Any) -> None:
    """It is valid, and every key in it stands in the schema."""
    schema = json.loads((SCHEMAS / "reports" / f"{report}.json").read_text("utf-8"))
    Draft202012Validator(_strict(schema)).validate(printed)


def _strict(schema: Any) -> Any:
    """The same, where a mapping has no other keys than those that are named."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _strict(each) for key, each in schema.items()}
    return {**inner, "additionalProperties": False} if "required" in schema else inner


def test_each_command_prints_what_its_schema_says(stage: Stage) -> None:
    """One story: a dry run, a fuse and drafts that wait, one let go, and tasks."""
    dry = stage.run("--dry-run").data
    is_as_said("run", dry)
    assert dry["would"]
    assert all("since_last" in each for each in dry["runs"])

    ran = stage.run().data
    is_as_said("run", ran)
    assert ran["held"] == 3
    for words in (["segment", "checkup"], ["compile", "checkup"]):
        is_as_said(words[0], stage.do(*words, "--as-of", AS_OF, "--format", "json").data)
    preview = stage.do("preview", "checkup", "--for", "1", "--format", "json").data
    is_as_said("preview", preview)
    assert {each["channel"] for each in preview["messages"]} == {"email", "task", "hook"}

    held = stage.do("held", "--format", "json").data
    is_as_said("held", held)
    assert {each["kind"] for each in held} == {"draft", "fuse"}
    is_as_said("status", stage.do("status", "--format", "json").data)
    draft = next(each["id"] for each in held if each["kind"] == "draft")
    is_as_said("held-show", stage.do("held", "show", draft, "--format", "json").data)
    for item in held:
        stage.do("held", "approve" if item["kind"] == "draft" else "drop", item["id"])
    stage.run(as_of=NEXT_DAY)
    later = stage.run(as_of=FIVE_DAYS_ON).data
    is_as_said("run", later)

    tasks = stage.do("tasks", "--format", "json").data
    is_as_said("tasks", tasks)
    assert tasks
    stage.do("halt", "checkup", "--why", "wrong text")
    stage.do("tasks", "done", tasks[0]["id"])
    every = stage.do("tasks", "list", "--all", "--format", "json").data
    is_as_said("tasks", every)
    assert "done" in {each["state"] for each in every}
    status = stage.do("status", "--format", "json").data
    is_as_said("status", status)
    assert [each["scope"] for each in status["halts"]] == ["checkup"]
    is_as_said("run", stage.run(as_of="2026-03-17T09:00:00-04:00").data)


def test_what_is_done_by_hand_and_what_proves_it_is_as_said(stage: Stage) -> None:
    """Somebody in and out by hand, a suppression, the log, and a log that was changed."""
    for word in ("enroll", "leave"):
        by_hand = stage.do(word, "flood", "--for", "2", "--format", "json").data
        is_as_said("enroll", by_hand)
        assert by_hand["done"]
    stage.do("suppress", "add", "gone@initech.example", "--topic", "general", "--why", "asked")
    suppressed = stage.do("suppress", "list", "--format", "json").data
    is_as_said("suppress", suppressed)
    assert suppressed
    is_as_said("audit-show", stage.do("audit", "show", "--format", "json").data)
    is_as_said("audit-verify", stage.do("audit", "verify", "--format", "json").data)
    assert stage.do("ledger", "check", "--format", "json").data == []

    with closing(sqlite3.connect(stage.root / ".touchline/ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE audit SET body = '{}' WHERE seq = 2")
    found = stage.do("ledger", "check", "--format", "json").data
    is_as_said("ledger-check", found)
    assert found
    verified = stage.do("audit", "verify", "--format", "json").data
    is_as_said("audit-verify", verified)
    assert not verified["valid"]
