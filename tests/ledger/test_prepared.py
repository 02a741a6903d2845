"""Statements that go to the driver as text: they find, change and fail as SQLAlchemy's own do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.decide.facts import TouchState
from engine.ledger import claims, outbox, permits
from engine.ledger.database import Overtaken
from engine.ledger.prepared import Prepared
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import suppressions
from engine.ledger.touches import write_touches
from engine.problems import Unreachable
from tests.ledger.factories import NOW, make_enrollment, make_touch
from tests.ledger.plans import plan_of

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


IN_ORDER = Prepared(
    lambda _: (
        select(suppressions.c.address_digest, suppressions.c.at)
        .where(suppressions.c.topic.in_(["tips", "news"]))
        .order_by(suppressions.c.address_digest.desc())
        .limit(bindparam("most"))
    )
)


def test_rows_come_in_their_order_and_in_pages(ledger: Ledger) -> None:
    digests = [f"d{number:02}" for number in range(10)]
    written(ledger, tuple(digests))
    with ledger.read() as unit:
        rows = IN_ORDER.ordered(unit.connection, {"most": 9})
        pages = list(IN_ORDER.pages(unit.connection, {"most": 9}, size=4))
        assert [row.address_digest for row in rows] == digests[:0:-1]
        assert [len(page) for page in pages] == [4, 4, 1]
        assert [row for page in pages for row in page] == rows
        assert {row.at for row in rows} == {AT}
        assert IN_ORDER.value(unit.connection, {"most": 1}) == digests[-1]
        assert IN_ORDER.column(unit.connection, {"most": 2}) == digests[:7:-1]
        assert IN_ORDER.first(unit.connection, {"most": 0}) is None


def test_a_change_for_each_says_how_many_and_what_it_returns(ledger: Ledger) -> None:
    written(ledger, ODD)
    told = Prepared(
        lambda _: (
            update(suppressions)
            .where(suppressions.c.address_digest == bindparam("digest"))
            .values(why=bindparam("said"), at=bindparam("now"))
        )
    )
    values = [{"digest": each, "said": each, "now": AT} for each in (ODD[0], ODD[1], "absent")]
    with ledger.write() as unit:
        assert told.write_each(unit.connection, values) == 2
    over = Prepared(
        lambda _: (
            update(suppressions)
            .where(suppressions.c.why == suppressions.c.address_digest)
            .values(actor="you")
            .returning(suppressions.c.address_digest, suppressions.c.at)
        )
    )
    with ledger.write() as unit:
        assert set(over.ordered(unit.connection, {})) == {(ODD[0], AT), (ODD[1], AT)}


def test_a_server_that_goes_away_is_told_of(ledger: Ledger) -> None:
    if not ledger.is_on_server:
        pytest.skip("a file does not go away")
    with pytest.raises(Unreachable), ledger.write() as unit:  # noqa: PT012
        mine = unit.connection.scalar(text("SELECT pg_backend_pid()"))
        with ledger.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        FOUND.rows(unit.connection, {"given": ["a"]})
    assert found(ledger, ("a",)) == {}  # by a new connection


def test_what_a_statement_says_itself_is_any_text(ledger: Ledger) -> None:
    written(ledger, ODD)
    for each in ODD:
        mine = select(suppressions.c.address_digest).where(suppressions.c.address_digest == each)
        saying = Prepared(lambda _, mine=mine: mine)  # type: ignore[misc]
        with ledger.read() as unit:
            assert [row[0] for row in saying.rows(unit.connection, {})] == [each]


def test_each_key_of_a_mapping_is_given_its_text(ledger: Ledger) -> None:
    written(ledger, ODD)
    said = {each: f"why {each}" for each in ODD}
    with ledger.write() as unit:
        assert CHANGED_TO.write(unit.connection, {"given": said, "now": AT}) == len(ODD)
    assert {key: row.why for key, row in found(ledger, ODD).items()} == said


CHANGED_TO = Prepared(
    lambda given: (
        update(suppressions)
        .where(suppressions.c.address_digest == (pairs := given("digest", to="why")).c.digest)
        .values(why=pairs.c.why, at=bindparam("now"))
    )
)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(permits._ASKED, id="permit"),
        pytest.param(permits._IN_DOUBT, id="in doubt"),
        pytest.param(outbox._ANSWERED, id="answered"),
        pytest.param(outbox._SENT, id="sent"),
        pytest.param(claims._CLAIM, id="claim"),
    ],
)
def test_a_group_is_looked_up_by_its_keys(ledger: Ledger, asked: Prepared) -> None:
    """Nothing is read but the group, and nothing compiled anew for the words of the outbox."""
    form = asked._form(ledger.engine.dialect)
    assert not [value for value in form.said.values() if value in set(TouchState)]
    given: Any = {"none": ""} if asked is outbox._SENT else ["none"]
    with ledger.write() as unit:
        _fill(unit)
        plan = plan_of(unit, asked, {"given": given, "now": AT, "until": AT, "by": "me"})
    assert re.search("using pk_touches|sqlite_autoindex_touches_1", plan), plan


def _fill(unit: Unit) -> None:
    """An outbox of some thousand, as Postgres would rather read it whole."""
    of = make_enrollment("1")
    rows = [replace(make_touch(of), id=f"touch-{number}") for number in range(2_000)]
    write_touches(unit, rows, run="r1", at=NOW)
    if unit.ledger.is_on_server:
        unit.connection.execute(text("ANALYZE touches"))
