"""No value reaches Spark in a form that could be anything but a value.

The trust model: names come from the catalog, patterns and functions are ours; what people and data
give is a value, and every value is written by `written`. PyHive's own way, which pastes text
between quotes, is never taken: `${env:HOME}` in a customer's name would be the server's home.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, literal, select, table

from connectors.sources.spark_dialect import SparkDialect, written

WRITTEN = {
    "nothing": (None, "NULL"),
    "true": (True, "TRUE"),
    "a whole number": (7, "7L"),
    "a negative one": (-7, "(-7L)"),
    "the smallest": (-(2**63), "(-9223372036854775807L - 1L)"),
    "a double": (0.1, "0.1D"),
    "a small one": (-1e-9, "(-1e-09D)"),
    "plain text": ("Ada Lovelace (PhD), 50%", "'Ada Lovelace (PhD), 50%'"),
    "no text": ("", "''"),
    "a quote": ("it's", "CAST(X'69742773' AS STRING)"),
    "a backslash": ("\\", "CAST(X'5c' AS STRING)"),
    "a variable": ("${env:HOME}", "CAST(X'247b656e763a484f4d457d' AS STRING)"),
    "a letter beyond ASCII": ("é", "CAST(X'c3a9' AS STRING)"),
    "a date": (date(2026, 3, 31), "DATE '2026-03-31'"),
    "an instant": (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "timestamp_micros(1000000L)"),
    "one before 1970": (
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        "timestamp_micros((-1000000L))",
    ),
}


@pytest.mark.parametrize(("value", "text"), WRITTEN.values(), ids=WRITTEN.keys())
def test_a_value_is_written(value: object, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    "value",
    [2**63, math.nan, math.inf, datetime.fromisoformat("2026-03-31"), Decimal(1), b"x", ["x"]],
    ids=repr,
)
def test_what_no_statement_has_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no SQL for a value of the type"):
        written(value)


PLAIN = re.compile(r"'[^'\\$\x00-\x1f\x7f-\U0010ffff]*'|CAST\(X'([0-9a-f]{2})*' AS STRING\)")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_can_end_its_own_quotes(text: str) -> None:
    assert PLAIN.fullmatch(written(text))


def test_names_are_quoted_and_values_stand_in_the_text() -> None:
    odd = table("od`d", column("v%s"), schema="a b")
    asked = select(odd.c["v%s"]).where(odd.c["v%s"].in_(["x", "it's"]), literal("%(y)s") != "%")
    compiled = asked.limit(5).compile(dialect=SparkDialect())
    assert not compiled.positiontup
    assert " ".join(str(compiled).split()) == (
        "SELECT `a b`.`od``d`.`v%s` FROM `a b`.`od``d` "
        "WHERE `a b`.`od``d`.`v%s` IN ('x', CAST(X'69742773' AS STRING)) AND '%(y)s' != '%' LIMIT 5"
    )


def test_two_statements_that_differ_in_a_value_are_two() -> None:
    texts = [str(select(literal(value)).compile(dialect=SparkDialect())) for value in ("a", "b")]
    assert len(set(texts)) == 2


def test_the_driver_is_named_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import socket
    import sys

    from connectors.sources.sql import sql_database
    from engine.language.project import Connector
    from engine.problems import Misuse

    monkeypatch.setitem(sys.modules, "pyhive", None)
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        url = f"hive://ada@127.0.0.1:{somebody.getsockname()[1]}/default"
        database = sql_database(url, {"crm": Connector("crm", "sql")}, tmp_path)
        with pytest.raises(Misuse, match=r"pip install 'touchline\[spark\]'"), database.open():
            pass
