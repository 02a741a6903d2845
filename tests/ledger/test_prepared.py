"""Statements that go to the driver as text: they find, change and fail as SQLAlchemy's own do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.ledger.database import Overtaken
from engine.ledger.prepared import Prepared
from engine.ledger.store import Ledger
from engine.ledger.tables import suppressions
from engine.problems import Unreachable

AT = datetime(2026, 3, 10, 9, 0, 0, 250, tzinfo=UTC)
ODD = ('"', "\\", "a\nb\t", "é", "𝄞", "'; DROP TABLE touches; --", "$[0]", "1", "null", "%s ? :x")

FOUND = Prepared(
    lambda given: select(suppressions).where(
        suppressions.c.address_digest.in_(select(given("digest").c.digest)),
        suppressions.c.topic == "tips",
    )
)
CHANGED = Prepared(
    lambda given: (
        update(suppressions)
        .where(suppressions.c.address_digest == (pairs := given("digest", "why")).c.digest)
        .values(why=pairs.c.why, at=bindparam("now"))
    )
)


def written(ledger: Ledger, digests: tuple[str, ...]) -> None:
    """A row for each."""
    same = {"topic": "tips", "why": "asked", "at": AT, "actor": "me"}
    with ledger.write() as unit:
        rows = [{"address_digest": each, **same} for each in digests]
        unit.connection.execute(insert(suppressions), rows)


def found(ledger: Ledger, digests: tuple[str, ...]) -> dict[str, Any]:
    """Those of them that are there."""
    with ledger.read() as unit:
        rows = FOUND.rows(unit.connection, {"given": digests})
    return {row.address_digest: row for row in rows}


def test_texts_and_instants_come_back_as_they_are(ledger: Ledger) -> None:
    written(ledger, ODD)
    rows = found(ledger, (*ODD, "absent"))
    assert set(rows) == set(ODD)
    assert {(row.topic, row.at, row.actor) for row in rows.values()} == {("tips", AT, "me")}
    assert found(ledger, ()) == {}


def test_each_row_is_given_its_own_value(ledger: Ledger) -> None:
    written(ledger, ODD)
    pairs = [(each, f"{each} said") for each in ODD[:5]]
    later = AT.replace(hour=10)
    with ledger.write() as unit:
        assert CHANGED.write(unit.connection, {"given": pairs, "now": later}) == 5
    rows = found(ledger, ODD)
    assert {each: rows[each].why for each in ODD[:5]} == dict(pairs)
    assert {rows[each].why for each in ODD[5:]} == {"asked"}
    assert rows[ODD[0]].at == later


def test_a_value_that_is_not_said_is_no_null(ledger: Ledger) -> None:
    """A forgotten value is our fault, found at the first call."""
    with ledger.write() as unit, pytest.raises((KeyError, DBAPIError)):
        CHANGED.write(unit.connection, {"given": [("a", "b")]})


def test_failures_are_those_of_the_library(ledger: Ledger) -> None:
    doubled = Prepared(
        lambda _: insert(suppressions).values(
            address_digest="a", topic="tips", at=literal(AT), actor="me"
        )
    )
    with pytest.raises(Overtaken), ledger.write() as unit:  # noqa: PT012
        doubled.write(unit.connection, {})
        doubled.write(unit.connection, {})
    assert found(ledger, ("a",)) == {}


def test_a_server_that_goes_away_is_told_of(ledger: Ledger) -> None:
    if not ledger.is_on_server:
        pytest.skip("a file does not go away")
    with pytest.raises(Unreachable), ledger.write() as unit:  # noqa: PT012
        mine = unit.connection.scalar(text("SELECT pg_backend_pid()"))
        with ledger.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        FOUND.rows(unit.connection, {"given": ["a"]})
    assert found(ledger, ("a",)) == {}  # by a new connection
