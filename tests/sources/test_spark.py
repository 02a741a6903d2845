"""Spark as a source: the same texts mean the same, its own types are read, attacks stay text.

A statement takes a distributed engine a second, so each asks for many things at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import false, func, literal, make_url, select, text
from sqlalchemy.exc import DBAPIError

from connectors.sources.schema import Schema
from connectors.sources.spark import SparkDatabase
from connectors.sources.spark_forms import FORMS
from engine.language.catalog import Kind
from engine.ports import Reader
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef
from tests.sources.stores import CONNECTOR
from tests.sources.test_text_forms import GROUPS
from tests.support.spark import fresh_schema, rows_as_select

pytestmark = pytest.mark.spark

UTC_ZONE = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")

NATIVE: Mapping[str, tuple[str, Kind, object]] = {
    "text": ("'x'", Kind.TEXT, "x"),
    "text of another collation": ("collate('X', 'UTF8_LCASE')", Kind.TEXT, "X"),
    "text of a number": ("12", Kind.TEXT, "12"),
    "bigint": ("9007199254740993L", Kind.INTEGER, 9007199254740993),
    "smallint": ("-7S", Kind.INTEGER, -7),
    "decimal without decimals": ("CAST(7 AS DECIMAL(10, 2))", Kind.INTEGER, 7),
    "double without decimals": ("7D", Kind.INTEGER, 7),
    "nan for an integer": ("double('NaN')", Kind.INTEGER, None),
    "decimal": ("1.25", Kind.NUMBER, 1.25),
    "double": ("0.1D", Kind.NUMBER, 0.1),
    "float": ("0.5F", Kind.NUMBER, 0.5),
    "nan": ("double('NaN')", Kind.NUMBER, None),
    "infinity": ("double('-Infinity')", Kind.NUMBER, None),
    "boolean": ("true", Kind.BOOLEAN, True),
    "integer as boolean": ("0Y", Kind.BOOLEAN, False),
    "double as boolean": ("1D", Kind.BOOLEAN, True),
    "date": ("DATE '2026-01-05'", Kind.DATE, date(2026, 1, 5)),
    "midnight as date": ("TIMESTAMP_NTZ '2026-01-05 00:00:00'", Kind.DATE, date(2026, 1, 5)),
    "timestamp": (
        "TIMESTAMP '2026-01-05 10:00:00.123456Z'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC),
    ),
    "timestamp without a zone": (
        "TIMESTAMP_NTZ '2026-11-01 01:30:00'",  # doubled in New York: the first
        Kind.TIMESTAMP,
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    ),
    "date as timestamp": (
        "DATE '2026-01-05'",
        Kind.TIMESTAMP,
        datetime(2026, 1, 5, 5, tzinfo=UTC),
    ),
    "array": ("array('b', ' ', NULL, 'a')", Kind.LIST, ("b", "a")),
    "array of integers": ("array(1, 2)", Kind.LIST, ("1", "2")),
    "no array": ("CAST(NULL AS ARRAY<STRING>)", Kind.LIST, None),
}
BAD_NATIVE: Mapping[str, tuple[str, Kind, str]] = {
    "half an integer": ("1.5D", Kind.INTEGER, "holds `1.5`; expected an integer"),
    "a large decimal": ("18446744073709551615", Kind.INTEGER, "holds `184467"),
    "a boolean of 2": ("2", Kind.BOOLEAN, "holds `2`; expected a boolean"),
    "a date with a time": (
        "TIMESTAMP_NTZ '2026-01-05 00:00:00.5'",
        Kind.DATE,
        "holds `2026-01-05 00",
    ),
    "a date beyond the calendar": ("DATE '+10000-01-01'", Kind.DATE, "holds `+10000-01-01`"),
    "bytes as text": ("X'00'", Kind.TEXT, "is of type binary; expected text"),
    "a list as text": ("array('x')", Kind.TEXT, "is of type array<string>; expected text"),
    "a boolean as number": ("true", Kind.NUMBER, "is of type boolean; expected a number"),
}


TEXTS = TableRef(CONNECTOR, "texts")
NATIVE_TABLE = TableRef(CONNECTOR, "native")


def columns_of(name: str) -> list[str]:
    """The columns of a group: of its good texts, and of each bad one."""
    return [f"{name}_{column}".replace("-", "_") for column in GROUPS[name].table.columns[1:]]


def texts_as_select() -> str:
    """All groups side by side, in rows with a number."""
    columns = {"n": "INT", **{each: "STRING" for name in GROUPS for each in columns_of(name)}}
    height = max(len(group.table.rows) for group in GROUPS.values())
    rows = [
        (
            str(at),
            *(
                text
                for group in GROUPS.values()
                for text in (
                    group.table.rows[at][1:]
                    if at < len(group.table.rows)
                    else [None] * (len(group.table.columns) - 1)
                )
            ),
        )
        for at in range(height)
    ]
    return rows_as_select(columns, rows)


@pytest.fixture(scope="module")
def schema(spark: str) -> str:
    """A schema with a table of all texts, and one of native columns."""
    values = [*NATIVE.values(), *BAD_NATIVE.values()]
    native = ", ".join(f"{each[0]} AS v{at}" for at, each in enumerate(values))
    return fresh_schema(
        spark,
        {
            "texts": texts_as_select(),
            "native": f"AS SELECT {native}",
            "parted": "PARTITIONED BY (day) AS SELECT 7 AS id, DATE '2026-01-05' AS day",
        },
    )


@pytest.fixture(scope="module")
def readers(spark: str, schema: str) -> Iterator[Mapping[ZoneInfo, Reader]]:
    """A session for each zone of naive times that is asked for."""
    opened: dict[ZoneInfo, Reader] = {}
    with ExitStack() as stack:
        for zone in dict.fromkeys([NEW_YORK, *(group.zone for group in GROUPS.values())]):
            database = SparkDatabase(make_url(spark), {CONNECTOR: Schema(schema, zone)})
            opened[zone] = stack.enter_context(database.open())
        yield opened


@pytest.mark.parametrize("name", GROUPS)
def test_a_text_means_what_it_does_on_every_store(
    name: str, readers: Mapping[ZoneInfo, Reader]
) -> None:
    group = GROUPS[name]
    reader, relation = readers[group.zone], readers[group.zone].relation(TEXTS)
    refs = [group.column(column) for column in columns_of(name)]
    asked = [reader.column(relation, ref, TEXTS) for ref in refs]
    found = sorted(reader.read(select(relation.c["n"], *asked)))[: len(group.good)]
    assert dict(zip(group.good, (row[1] for row in found), strict=True)) == group.good
    assert [row[2:] for row in found if any(each is not None for each in row[2:])] == []


@pytest.mark.parametrize("name", GROUPS)
def test_bad_texts_are_told_from_good_ones(name: str, readers: Mapping[ZoneInfo, Reader]) -> None:
    group = GROUPS[name]
    reader, relation = readers[group.zone], readers[group.zone].relation(TEXTS)
    refs = [group.column(column) for column in columns_of(name)]
    forms = [FORMS[group.kind](relation.c[ref.column], "string", ref, group.zone) for ref in refs]
    counts = [
        func.count().filter(false() if form is None or form.bad is None else form.bad())
        for form in forms
    ]
    [found] = reader.read(select(*counts).select_from(relation))
    assert dict(zip(("", *group.bad), found, strict=True)) == {"": 0, **dict.fromkeys(group.bad, 1)}


def test_a_bad_text_is_named(readers: Mapping[ZoneInfo, Reader]) -> None:
    good, bad = columns_of("integer")[:2]
    refs = [GROUPS["integer"].column(good), GROUPS["integer"].column(bad)]
    with pytest.raises(SourceFault, match=r"integer_bad0 holds `x`; expected an integer"):
        readers[UTC_ZONE].check(TEXTS, refs)


def test_native_columns(readers: Mapping[ZoneInfo, Reader]) -> None:
    reader = readers[NEW_YORK]
    relation = reader.relation(NATIVE_TABLE)
    refs = [ColumnRef(f"v{at}", kind) for at, (_, kind, _) in enumerate(NATIVE.values())]
    reader.check(NATIVE_TABLE, refs)
    [row] = reader.read(select(*(reader.column(relation, ref, NATIVE_TABLE) for ref in refs)))
    assert dict(zip(NATIVE, row, strict=True)) == {name: each[2] for name, each in NATIVE.items()}


@pytest.mark.parametrize("name", BAD_NATIVE)
def test_native_columns_in_another_form_are_named(
    name: str, readers: Mapping[ZoneInfo, Reader]
) -> None:
    at = len(NATIVE) + list(BAD_NATIVE).index(name)
    _, kind, message = BAD_NATIVE[name]
    with pytest.raises(SourceFault) as fault:
        readers[NEW_YORK].check(NATIVE_TABLE, [ColumnRef(f"v{at}", kind)])
    assert str(fault.value).startswith(f"s.native.v{at} {message}")


def test_the_columns_that_a_table_is_partitioned_by_are_columns(
    readers: Mapping[ZoneInfo, Reader],
) -> None:
    reader, table = readers[UTC_ZONE], TableRef(CONNECTOR, "parted")
    relation = reader.relation(table)
    assert relation.c.keys() == ["id", "day"]
    day = reader.column(relation, ColumnRef("day", Kind.DATE), table)
    assert list(reader.read(select(day))) == [(date(2026, 1, 5),)]


def test_a_hundred_thousand_keys_travel(readers: Mapping[ZoneInfo, Reader]) -> None:
    reader = readers[UTC_ZONE]
    keys = reader.rows("asked", {"key": "text"}, [(f"customer {at}",) for at in range(100_000)])
    found = select(func.count(), func.count(func.distinct(keys.c["key"])))
    assert list(reader.read(found)) == [(100_000, 100_000)]


ATTACKS = [
    *("'", "\\", "\\'", "' OR '1'='1", "'; DROP TABLE native; --", "\\u0027", "\\047", "`", '"'),
    *("${env:PATH}", "${spark.sql.ansi.enabled}", "${system:user.home}", "%", "%s", "%(x)s", "{{"),
    *("two\nlines", "\r\t\b", "\x00", "\x1a", "/* */", "-- x", "?", ":x", "é", "🙂", "\ufeff"),
    *("a" * 100_000, "\u2028", "\U0010ffff", "\\%\\_", "X'00'", "NULL"),
]


def test_attacks_are_text_and_nothing_else(readers: Mapping[ZoneInfo, Reader]) -> None:
    reader = readers[UTC_ZONE]
    [row] = reader.read(select(*(literal(each) for each in ATTACKS)))
    assert list(row) == ATTACKS
    travelled = reader.rows("asked", {"n": "integer", "v": "text"}, list(enumerate(ATTACKS)))
    found = dict(reader.read(select(travelled.c["n"], travelled.c["v"])))
    assert [found[at] for at in range(len(ATTACKS))] == ATTACKS
    same = select(travelled.c["n"]).where(travelled.c["v"].in_(ATTACKS))
    assert len(list(reader.read(same))) == len(ATTACKS)


def test_values_travel_with_their_kinds(readers: Mapping[ZoneInfo, Reader]) -> None:
    kinds = ["text", "integer", "number", "boolean", "date", "timestamp"]
    rows = [
        ("x", 2**63 - 1, 1e-320, True, date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
        ("", -(2**63), 0.1, False, date(9999, 12, 31), datetime(1582, 10, 10, 3, tzinfo=UTC)),
        (None, None, None, None, None, None),
    ]
    reader = readers[UTC_ZONE]
    relation = reader.rows("asked", dict(zip("abcdef", kinds, strict=True)), rows)
    assert set(reader.read(select(*relation.c))) == set(rows)
    nobody = reader.rows("nobody", {"a": "text"}, [])
    assert list(reader.read(select(nobody.c["a"]))) == []


def test_what_is_not_there_is_named(spark: str, schema: str) -> None:
    schemas = {CONNECTOR: Schema(schema, UTC_ZONE), "lost": Schema("nope", UTC_ZONE)}
    with SparkDatabase(make_url(spark), schemas).open() as reader:
        with pytest.raises(SourceFault, match="s has no table `nativ`; did you mean native"):
            reader.relation(TableRef(CONNECTOR, "nativ"))
        with pytest.raises(SourceFault, match=r"lost has no schema `nope`; there is .*default"):
            reader.relation(TableRef("lost", "native"))
        with pytest.raises(DBAPIError):  # a bug of ours keeps its name
            list(reader.read(text("SELECT nothing FROM nowhere")))
        gone = text("SELECT CAST(v AS INT) FROM VALUES ('x') AS t(v)")
        with pytest.raises(SourceFault, match=r"cannot be read: .*CAST_INVALID_INPUT"):
            list(reader.read(gone))


def test_several_results_stream_side_by_side(readers: Mapping[ZoneInfo, Reader]) -> None:
    reader = readers[UTC_ZONE]
    many = select(func.range(0, 25_000).table_valued("id").c["id"])
    one, other = reader.read(many), reader.read(many)
    assert next(one) == next(other) == (0,)
    assert (len(list(one)), len(list(other))) == (24_999, 24_999)
