"""The same story on a ledger and a source in Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.postgres import fresh_database
from tests.support.stage import Stage, open_stage

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
