"""What waits in the outbox goes out only after a pass has asked about it again.

Delivery page, "Touches", point 6: exit and presence come from a pass, or nothing goes out.
"""

from __future__ import annotations

import pytest

from tests.support.stage import Stage

NEXT_DAY = "2026-03-11T09:00:00-04:00"
AFTER = "2026-03-11T10:00:00-04:00"

SECOND = """\
playbook: second
priority: 9
segment: {of: user, where: [{everyone: true}]}
steps: [{task: Look after them}]
"""
ALL = ["ann1@example.com", "ann2@example.com", "ann3@example.com"]


@pytest.fixture
def waiting(stage: Stage) -> Stage:
    """Three mails of `checkup` are ready since yesterday, as the mail server was away."""
    port = f"port: {stage.mail.port}"
    stage.edit("touchline.yaml", port, "port: 9")
    assert stage.run().status == 3
    stage.edit("touchline.yaml", "port: 9", port)
    stage.write("playbooks/second.yaml", SECOND)
    return stage


def break_source(stage: Stage) -> None:
    stage.edit("data/users.csv", "uses_reports", "reports_used")


def remove(stage: Stage) -> None:
    (stage.root / "playbooks/checkup.yaml").unlink()


def break_file(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "segment:", "segmnt:")


def take_back_to_draft(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "owner:", "status: draft\nowner:")


def pause(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "owner:", "status: paused\nowner:")


def unbind(stage: Stage) -> None:
    """Those inside wait by a version that today's catalog no longer binds."""
    stage.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    stage.edit("playbooks/checkup.yaml", "exit_when: {uses_reports: true}\n", "")


@pytest.mark.parametrize("change", [break_source, break_file, take_back_to_draft, pause, unbind])
def test_what_no_pass_asked_about_stays_where_it_is(waiting: Stage, change: object) -> None:
    assert callable(change)
    kept = {path: path.read_bytes() for path in waiting.root.rglob("*") if path.is_file()}
    change(waiting)
    waiting.run(as_of=NEXT_DAY)
    assert waiting.mail.received == []
    for path, content in kept.items():
        if ".touchline" not in path.parts:
            path.write_bytes(content)
    waiting.run(as_of=AFTER)
    assert waiting.mailed == ALL, "nothing of it is lost"


def test_what_a_playbook_had_ready_goes_with_it(waiting: Stage) -> None:
    remove(waiting)
    waiting.run(as_of=NEXT_DAY)
    log = waiting.do("audit", "show", "--playbook", "checkup", "--format", "json").data
    assert [each["body"]["outcome"] for each in log if each["kind"] == "left"] == ["removed"] * 3
    assert sum(each["kind"] == "touch.dropped" for each in log) == 3
    assert waiting.mail.received == []


def test_a_run_of_one_playbook_sends_nothing_of_another(waiting: Stage) -> None:
    waiting.run("second", as_of=NEXT_DAY)
    assert waiting.mail.received == []
    waiting.run("checkup", as_of=AFTER)
    assert waiting.mailed == ALL


def test_who_has_met_the_exit_gets_nothing_though_another_playbook_comes_first(
    waiting: Stage,
) -> None:
    waiting.put_users(
        {"user_id": 1}, {"user_id": 2, "uses_reports": "true"}, {"user_id": 4, "email": ""}
    )
    waiting.run(as_of=NEXT_DAY)
    assert waiting.mailed == ["ann1@example.com"], "2 met the exit, 3 is gone"
