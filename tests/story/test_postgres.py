"""The same story on a ledger and a source in Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.pgbouncer import pgbouncer
from tests.support.postgres import fresh_database
from tests.support.stage import AS_OF, Stage, open_stage

FIVE_DAYS_ON = "2026-03-15T09:00:00-04:00"


ACCOUNTS = (
    "CREATE TABLE accounts (id int, name text, plan text, csm_name text, csm_email text)",
    "INSERT INTO accounts VALUES (1, 'Acme', 'pro', 'Casey', 'casey@acme.example.com')",
)
MORE = """{between: [30, 90]}}
    - account.plan: pro
    - not_contacted: {within: 1 day}"""


@pytest.fixture
def stage(tmp_path: Path, postgres: str) -> Iterator[Stage]:
    """A stage whose ledger lies in Postgres, and whose accounts do too."""
    ledger, crm = fresh_database(postgres), fresh_database(postgres)
    engine = create_engine(crm)
    with engine.begin() as connection:
        for statement in ACCOUNTS:
            connection.execute(text(statement))
    engine.dispose()
    source = f'  crm: {{type: sql, url: "{crm}", schema: public}}\n  product: {{'
    with open_stage(tmp_path, ledger=ledger) as opened:
        opened.edit("touchline.yaml", "  product: {", source)
        opened.edit("catalog/account.yaml", "product.accounts", "crm.accounts")
        opened.edit("playbooks/checkup.yaml", "{between: [30, 90]}}", MORE)
        yield opened


def test_a_ledger_that_is_not_made_yet_is_said_so(stage: Stage) -> None:
    run = stage.run()
    assert run.status == 3
    assert "touchline ledger init" in run.err
    assert stage.mail.received == []


def test_the_journey(stage: Stage) -> None:
    assert stage.do("ledger", "init").status == 0
    assert stage.run().data["runs"][0]["touches"] == {"email": {"sent": 3}}
    stage.run()
    assert len(stage.mail.received) == 3
    assert stage.letters[0]["From"] == "Casey <casey@acme.example.com>"
    told = stage.do("explain", "checkup", "--for", "1", "--as-of", "2026-03-12T09:00:00-04:00").out
    assert "stands still until Sun 15 Mar 09:00 (in 3 days)" in told
    assert "contacted within 1 day" in told
    later = stage.run(as_of=FIVE_DAYS_ON)
    assert later.data["runs"][0]["touches"] == {"hook": {"sent": 3}, "task": {"sent": 3}}
    assert len(stage.mail.received) == 3
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0


def test_tasks_that_close_themselves_and_notices_of_them(stage: Stage) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{everyone: true}]}\nsteps:\n"
        '  - task: "Call {{ user.first_name }}"\n    assign: account.csm\n    outcomes: [reached]\n'
        "    close_when: {uses_reports: true}\n",
    )
    text = (stage.root / "touchline.yaml").read_text(encoding="utf-8")
    stage.write("touchline.yaml", f"{text}policy:\n  tasks: {{notify: at_once}}\n")
    stage.do("ledger", "init")
    assert stage.run().status == 0
    assert [letter["Subject"] for letter in stage.letters] == ["3 new tasks"]
    stage.put_users({"user_id": 1}, {"user_id": 2}, {"user_id": 3, "uses_reports": "true"})
    assert stage.run(as_of=FIVE_DAYS_ON).data["runs"][0]["closed"] == 1
    assert len(stage.letters) == 1
    (first, _) = stage.do("tasks", "--format", "json").data
    assert stage.do("tasks", "done", first["id"]).status == 1
    stage.do("tasks", "reassign", first["id"], "--to", "house.dana")
    stage.run(as_of="2026-03-16T09:00:00-04:00")
    assert stage.mailed == ["casey@acme.example.com", "dana@acme.example.com"]
    assert stage.do("ledger", "check").status == 0


@pytest.mark.parametrize(
    ("mode", "command", "status"),
    [
        ("session", ("run", "--as-of", AS_OF), 0),
        ("transaction", ("run", "--as-of", AS_OF), 1),
        ("transaction", ("daemon", "--once"), 1),
        ("transaction", ("worker",), 1),
    ],
)
def test_a_pooler_that_lends_sessions_by_the_transaction_is_refused(
    tmp_path: Path, postgres: str, mode: str, command: tuple[str, ...], status: int
) -> None:
    """There a session's settings are soon another's: also that a commit waits for the disk."""
    with (
        pgbouncer(fresh_database(postgres), mode) as url,
        open_stage(tmp_path, ledger=url) as stage,
    ):
        assert stage.do("ledger", "init").status == 0
        told = stage.do(*command)
        assert (told.status, "behind a pooler" in told.err) == (status, status == 1), told
        assert bool(stage.mail.received) == (status == 0)
