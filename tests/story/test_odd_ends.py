"""What becomes of touches that end otherwise than in the pass that made them."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.ledger import database
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import Stage

NEXT_DAY = "2026-03-11T09:00:00-04:00"
SHORT = """\
playbook: checkup
segment:
  of: user
  where:
    - everyone: true
exit_when: {uses_reports: true}
steps:
  - email: hello
  - wait: 5 days
  - webhook: hook
    body: {text: more}
"""


def point_at(stage: Stage, port: int) -> None:
    text = (stage.root / "touchline.yaml").read_text()
    start = text.index("port: ")
    end = text.index("\n", start)
    stage.write("touchline.yaml", text[:start] + f"port: {port}" + text[end:])


def test_a_failure_of_what_an_earlier_run_made_shows_in_the_exit_status(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "email": "dot550@example.com"}, {"user_id": 2})
    point_at(stage, 9)
    assert stage.run().status == 3
    with ScriptedSmtpServer() as server:
        point_at(stage, server.port)
        assert stage.run(as_of=NEXT_DAY).status == 1
        assert server.recipients() == ["ann2@example.com"]


def test_an_unknown_that_was_not_sent_goes_to_nobody_who_left_meanwhile(stage: Stage) -> None:
    now = datetime.now(UTC)
    stage.write("playbooks/checkup.yaml", SHORT)
    stage.put_users({"user_id": 1, "email": "drop-after-dot@example.com"}, {"user_id": 2})
    with ScriptedSmtpServer() as server:
        point_at(stage, server.port)
        stage.run(as_of=(now - timedelta(minutes=2)).isoformat())
        stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2})
        stage.run(as_of=(now - timedelta(minutes=1)).isoformat())
        (held,) = stage.do("held", "--format", "json").data
        stage.do("held", "resolve", held["id"], "--not-sent")
        server.calm = True
        stage.run(as_of=(now + timedelta(hours=1)).isoformat())
        assert server.recipients().count("drop-after-dot@example.com") == 1
    assert stage.do("status", "--format", "json").data["touches"] == {"dropped": 1, "sent": 1}


def test_what_was_resolved_as_not_sent_goes_at_the_next_instant(stage: Stage) -> None:
    """A person resolves by the clock on the wall, and a run may be of another time."""
    stage.write("playbooks/checkup.yaml", SHORT)
    stage.put_users({"user_id": 1, "email": "drop-after-dot@example.com"})
    with ScriptedSmtpServer() as server:
        point_at(stage, server.port)
        stage.run()
        (held,) = stage.do("held", "--format", "json").data
        stage.do("held", "resolve", held["id"], "--not-sent")
        server.calm = True
        run = stage.run(as_of=NEXT_DAY).data["runs"][0]
        assert run["touches"] == {"email": {"sent": 1}}
        assert server.recipients().count("drop-after-dot@example.com") == 2


def test_keys_of_another_kind_are_gone_and_stop_nobody_else(stage: Stage) -> None:
    stage.edit("catalog/user.yaml", "  user_id: integer", "  user_id: text")
    stage.put_users({"user_id": "u1"}, {"user_id": "2"})
    stage.run()
    stage.edit("catalog/user.yaml", "  user_id: text", "  user_id: integer")
    stage.put_users({"user_id": 2}, {"user_id": 3})
    run = stage.run(as_of=NEXT_DAY)
    assert run.status == 0, run
    assert "ann3@example.com" in stage.mailed
    stage.run(as_of="2026-03-16T09:00:00-04:00")  # the wait is over: who is gone has no next step
    log = stage.do("audit", "show", "--for", "u1", "--format", "json").data
    assert [each["body"]["reason"] for each in log if each["kind"] == "left"] == ["gone"]
    titles = [task["title"] for task in stage.do("tasks", "--format", "json").data]
    assert titles == ["Call Ann2 of Acme", "Call Ann3 of Acme"]


def test_a_full_disk_while_planning_keeps_nothing_and_the_next_run_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.put_users(*({"user_id": key} for key in range(1, 201)))
    stage.do("ledger", "init")
    prepare = database._prepare_sqlite

    def small(connection: object, entry: object) -> None:
        prepare(connection, entry)  # type: ignore[arg-type]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")  # type: ignore[attr-defined]

    with monkeypatch.context() as patched:
        patched.setattr(database, "_prepare_sqlite", small)
        run = stage.run()
    assert run.status == 3
    assert "the disk is full" in run.out + run.err
    assert stage.mail.received == []
    assert stage.run().status == 0
    assert len(set(stage.mailed)) == len(stage.mailed) == 200
    assert stage.do("audit", "verify").status == 0


def test_poison_rows_stop_nobody_else(stage: Stage) -> None:
    stage.put_users(
        {"user_id": 1},
        {"user_id": 2, "first_name": "Bob\r\nBcc: eve@example.com"},
        {"user_id": 3, "first_name": "x" * 1_000_000},
        {"user_id": 4, "email": "a@x.com, b@y.com"},
        {"user_id": 5, "email": "ann5@example.com\nann6@example.com"},
        {"user_id": 6, "first_name": "\u202eevil"},
        {"user_id": 7, "first_name": "=?utf-8?q?x?="},
        {"user_id": 8, "first_name": "a\u2028b"},
        {"user_id": 9, "first_name": "{{ 7 * 7 }}"},
        {"user_id": 10, "email": "ann10@bücher.example"},
        {"user_id": 11, "email": "a" * 65 + "@example.com"},
        {"user_id": 12, "first_name": "\x00"},
    )
    run = stage.run()
    assert run.status == 1, run.out[:3000] + run.err[:3000]
    assert not run.data["runs"][0]["error"], str(run.data["runs"][0]["error"])[:900]
    assert stage.mailed == ["ann10@xn--bcher-kva.example", "ann1@example.com", "ann9@example.com"]
    assert all(len(mail.recipients) == 1 for mail in stage.mail.received)


def test_a_rehearsal_opens_no_connection_and_changes_no_file(stage: Stage) -> None:
    with closing(socket.socket()) as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        trap.settimeout(0)
        point_at(stage, trap.getsockname()[1])
        stage.do("ledger", "init")
        before = files(stage.root)
        assert stage.run("--dry-run").status == 0
        assert files(stage.root) == before
        with pytest.raises(BlockingIOError):
            trap.accept()


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".db-shm"
    }
