"""Fields written back to Postgres and MariaDB: their own types, locks and rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.story.test_update import ACCOUNT
from tests.support.mariadb import fresh_mariadb, mariadb
from tests.support.postgres import fresh_database
from tests.support.stage import Stage, open_stage

__all__ = ["mariadb"]

TABLE = """\
CREATE TABLE accounts (id integer PRIMARY KEY, kind varchar(20), name varchar(20),
    health varchar(20), note text, nudges integer, score numeric(10, 2), is_watched boolean,
    reviewed_on date, nudged_at TIMES, seen_at bigint)"""
ROWS = """\
INSERT INTO accounts (id, kind, name, nudges, score) VALUES
    (1, 'customer', 'Acme', 2, 0.5), (2, 'customer', 'Beta', NULL, 1), (3, 'prospect', 'X', 7, 0)"""
PLAYBOOK = """\
playbook: checkup
segment: {of: account, where: [{id: {at_least: 1}}]}
steps:
  - update: account
    set: {health: at-risk, note: "100% {{ account.name }}", nudges: {add: 1}, score: {add: 0.1},
          is_watched: true, reviewed_on: today, nudged_at: now, seen_at: now}
"""
TIMES = {
    "postgres-zoned": ("postgres", "timestamptz", datetime(2026, 3, 10, 13, tzinfo=UTC)),
    "postgres-local": ("postgres", "timestamp", datetime(2026, 3, 10, 9)),  # noqa: DTZ001
    "postgres-text": ("postgres", "text", "2026-03-10T13:00:00Z"),
    "mariadb-local": ("mariadb", "datetime", datetime(2026, 3, 10, 9)),  # noqa: DTZ001
    "mariadb-text": ("mariadb", "varchar(40)", "2026-03-10T13:00:00Z"),
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        opened.write("catalog/account.yaml", ACCOUNT)
        opened.write("playbooks/checkup.yaml", PLAYBOOK)
        (opened.root / "catalog/user.yaml").unlink()
        (opened.root / "emails/hello.md").unlink()
        yield opened


def connected(stage: Stage, url: str, times: str) -> Engine:
    """The table in a new database, and the project reading it; its zone is New York."""
    by_driver = {"connect_args": {"options": "-c datestyle=ISO"}} if "postgres" in url else {}
    engine = create_engine(url, **by_driver)
    with engine.begin() as connection:
        connection.execute(text(TABLE.replace("TIMES", times)))
        connection.execute(text(ROWS))
    source = f'  crm: {{type: sql, url: "{url}", timezone: America/New_York}}\n  product: {{'
    stage.edit("touchline.yaml", "  product: {", source)
    return engine


def server_of(request: pytest.FixtureRequest, kind: str) -> str:
    server = str(request.getfixturevalue(kind))
    return fresh_database(server) if kind == "postgres" else fresh_mariadb(server)


@pytest.mark.parametrize("row", TIMES.values(), ids=TIMES)
def test_each_kind_of_value(
    stage: Stage, request: pytest.FixtureRequest, row: tuple[str, str, object]
) -> None:
    kind, times, expected = row
    engine = connected(stage, server_of(request, kind), times)
    run = stage.run()
    assert run.status == 0, run.out + run.err
    assert run.data["runs"][0]["touches"] == {"update": {"sent": 2}}
    with engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM accounts ORDER BY id")).all()
    engine.dispose()
    first, second, third = (row._asdict() for row in found)
    assert (first["health"], first["note"]) == ("at-risk", "100% Acme")
    assert [each["nudges"] for each in (first, second, third)] == [3, 1, 7]
    assert [str(each["score"]) for each in (first, second, third)] == ["0.60", "1.10", "0.00"]
    assert bool(first["is_watched"])
    assert first["reviewed_on"] == date(2026, 3, 10)
    assert first["nudged_at"] == expected
    assert first["seen_at"] == 1_773_147_600
    assert third["health"] is None
    assert stage.do("explain", "checkup", "--for", "1").status == 0


def test_a_role_without_the_right_writes_later(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    """Nothing is lost: who may not write yet is granted it, and the touch goes on."""
    url = server_of(request, "postgres")
    engine = connected(stage, url, "timestamptz")
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS reader"))
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON accounts TO reader"))
    with_role = str(engine.url.set(username="reader").render_as_string(hide_password=False))
    stage.edit("touchline.yaml", url, with_role)
    run = stage.run()
    assert run.data["runs"][0]["waiting"] == {"later": 2}
    with engine.begin() as connection:
        connection.execute(text("GRANT UPDATE ON accounts TO reader"))
    assert stage.run(as_of="2026-03-11T09:00:00-04:00").status == 0
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT nudges FROM accounts WHERE id = 1")) == 3
        connection.execute(text("REVOKE ALL ON accounts FROM reader"))
        connection.execute(text("DROP ROLE reader"))
    engine.dispose()
