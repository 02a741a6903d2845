"""One text, one meaning: every store reads the same stored text as the same value.

The tables say what a text of some kind means: a value, None where it is missing, and under `bad`
the texts that stop a run and are named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connectors.sources.forms import WHITE_SPACE
from engine.language.catalog import Kind
from engine.ports import Database
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef
from tests.sources.stores import CONNECTOR, STORES, TextTable, Workshop

UTC_ZONE = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
KOLKATA = ZoneInfo("Asia/Kolkata")


@dataclass(frozen=True)
class Group:
    """Texts of one kind, with what they mean."""

    kind: Kind
    good: Mapping[str, object]
    bad: tuple[str, ...] = ()
    format: str | None = None
    separator: str | None = None
    zone: ZoneInfo = UTC_ZONE

    @property
    def table(self) -> TextTable:
        """A row a good text in the column `v`; a column for each bad text."""
        columns = ("n", "v", *(f"bad{at}" for at in range(len(self.bad))))
        texts: list[str | None] = [*self.good, None]
        return TextTable(
            columns,
            tuple(
                (str(at), text, *(self.bad if at == 0 else (None,) * len(self.bad)))
                for at, text in enumerate(texts)
            ),
        )

    def column(self, name: str) -> ColumnRef:
        return ColumnRef(name, self.kind, self.format, self.separator)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


GROUPS = {
    "text": Group(
        Kind.TEXT,
        {
            "x": "x",
            " x ": " x ",
            "": None,
            WHITE_SPACE: None,
            **dict.fromkeys(WHITE_SPACE),
            "\u200b": "\u200b",  # a zero-width space is no white space, to Unicode either
            "\u00a0é": "\u00a0é",
            "NULL": "NULL",
            "nan": "nan",
            "~": "~",
            "50%_off": "50%_off",
            "a'b\"c\\d": "a'b\"c\\d",
            "two\nlines": "two\nlines",
            "😀": "😀",
            "\U0010ffff": "\U0010ffff",
            "0012": "0012",
        },
    ),
    "integer": Group(
        Kind.INTEGER,
        {
            "7": 7,
            "+7": 7,
            "-7": -7,
            "007": 7,
            " 7\t": 7,
            "12.0": 12,
            "12.": 12,
            "9007199254740993": 9007199254740993,
            "9007199254740993.00": 9007199254740993,
            "9223372036854775807": 2**63 - 1,
            "-9223372036854775808": -(2**63),
            "": None,
            "\u2003": None,
        },
        bad=(
            *("x", "1.5", "1e3", "1_000", "0x10", "1,000", "9223372036854775808", "- 7"),
            *("--7", "nan", "\u0663", "7\u2003", "true", "."),
        ),
    ),
    "number": Group(
        Kind.NUMBER,
        {
            "1.5": 1.5,
            "-1.5e-3": -0.0015,
            "1E3": 1000.0,
            ".5": 0.5,
            "5.": 5.0,
            "0.1": 0.1,
            "9007199254740993": 9007199254740992.0,
            "1.7976931348623157e308": 1.7976931348623157e308,
            "1e-320": 1e-320,
            " 2 ": 2.0,
            "": None,
            "NaN": None,
            "-inf": None,
            "Infinity": None,
            "1e999": None,
        },
        bad=("x", "1,5", "1_0", "0x1", "1.2.3", "5%", "e5", "1d", "infinit"),
    ),
    "boolean": Group(
        Kind.BOOLEAN,
        {
            **dict.fromkeys(("true", "TRUE", "True", "t", "T", "1", " true "), True),
            **dict.fromkeys(("false", "False", "f", "F", "0", "\tf"), False),
            "": None,
            "\u3000": None,
        },
        bad=("yes", "no", "y", "2", "1.0", "truetrue", "on", "tru"),
    ),
    "date": Group(
        Kind.DATE,
        {
            "2026-01-05": date(2026, 1, 5),
            " 2026-01-05 ": date(2026, 1, 5),
            "2024-02-29": date(2024, 2, 29),
            "0001-01-01": date(1, 1, 1),
            "9999-12-31": date(9999, 12, 31),
            "": None,
        },
        bad=(
            *("2026-1-5", "2026/01/05", "05.01.2026", "2026-02-29", "2026-02-30", "2026-04-31"),
            *("2026-13-01", "2026-00-10", "2026-01-00", "0000-01-01", "20260105", "today"),
            *("2026-01-05T00:00:00", "infinity"),
        ),
    ),
    "timestamp-utc": Group(
        Kind.TIMESTAMP,
        {
            "2026-01-05T10:00:00": utc(2026, 1, 5, 10),
            "2026-01-05 10:00": utc(2026, 1, 5, 10),
            "2026-01-05": utc(2026, 1, 5),
            "2026-01-05T10:00:00Z": utc(2026, 1, 5, 10),
            "2026-01-05T10:00:00z": utc(2026, 1, 5, 10),
            "2026-01-05T10:00Z": utc(2026, 1, 5, 10),
            "2026-01-05T10:00:00+05:30": utc(2026, 1, 5, 4, 30),
            "2026-01-05T10:00:00+0530": utc(2026, 1, 5, 4, 30),
            "2026-01-05 10:00-05": utc(2026, 1, 5, 15),
            "2026-01-05T10:00+14:00": utc(2026, 1, 4, 20),
            "2026-01-05 23:59:59.999999": utc(2026, 1, 5, 23, 59, 59, 999999),
            "2026-01-05 23:59:59.9999999": utc(2026, 1, 5, 23, 59, 59, 999999),
            "2026-01-05T23:59:59.1234567Z": utc(2026, 1, 5, 23, 59, 59, 123456),
            "2026-01-05T00:00:00.5-03:00": utc(2026, 1, 5, 3, 0, 0, 500000),
            " 2026-01-05T10:00 ": utc(2026, 1, 5, 10),
            "1969-12-31T23:59:59.999999Z": utc(1969, 12, 31, 23, 59, 59, 999999),
            "1850-06-01T12:00": utc(1850, 6, 1, 12),
            "": None,
            " ": None,
        },
        bad=(
            *("x", "2026-02-30T10:00", "2026-01-05T24:00", "2026-01-05T10:60", "2026-01-05T10"),
            *("2026-01-05T10:00:60", "20260105T100000Z", "1767607200", "2026-01-05T10:00 UTC"),
            *("05/01/2026 10:00", "now", "2026-01-05T10:00+25:00", "0000-01-01T00:00"),
        ),
    ),
    "timestamp-new-york": Group(
        Kind.TIMESTAMP,
        {
            "2026-01-05T10:00": utc(2026, 1, 5, 15),
            "2026-07-05T10:00": utc(2026, 7, 5, 14),
            "2026-01-05T10:00Z": utc(2026, 1, 5, 10),
            "2026-01-05": utc(2026, 1, 5, 5),
            "2026-03-08T01:59:59.999999": utc(2026, 3, 8, 6, 59, 59, 999999),
            "2026-03-08T02:00": utc(2026, 3, 8, 7),  # in the gap: the offset before the change
            "2026-03-08T02:30": utc(2026, 3, 8, 7, 30),
            "2026-03-08T03:00": utc(2026, 3, 8, 7),
            "2026-11-01T00:59:59": utc(2026, 11, 1, 4, 59, 59),
            "2026-11-01T01:00": utc(2026, 11, 1, 5),  # doubled: the first
            "2026-11-01T01:59:59.999999": utc(2026, 11, 1, 5, 59, 59, 999999),
            "2026-11-01T02:00": utc(2026, 11, 1, 7),
        },
        zone=NEW_YORK,
    ),
    "timestamp-lord-howe": Group(
        Kind.TIMESTAMP,
        {
            "2026-04-05T01:29:59": utc(2026, 4, 4, 14, 29, 59),
            "2026-04-05T01:30": utc(2026, 4, 4, 14, 30),  # the clock goes back half an hour
            "2026-04-05T01:59": utc(2026, 4, 4, 14, 59),
            "2026-04-05T02:00": utc(2026, 4, 4, 15, 30),
            "2026-10-04T02:15": utc(2026, 10, 3, 15, 45),
            "2026-10-04T02:30": utc(2026, 10, 3, 15, 30),
        },
        zone=LORD_HOWE,
    ),
    "timestamp-sao-paulo": Group(
        Kind.TIMESTAMP,
        {
            "2018-11-04T00:00": utc(2018, 11, 4, 3),  # midnight did not exist
            "2018-11-04T00:30": utc(2018, 11, 4, 3, 30),
            "2018-11-04T01:00": utc(2018, 11, 4, 3),
            "2018-02-17T23:30": utc(2018, 2, 18, 1, 30),  # doubled before midnight
            "2018-02-18T00:00": utc(2018, 2, 18, 3),
            "2026-01-01": utc(2026, 1, 1, 3),
        },
        zone=SAO_PAULO,
    ),
    "timestamp-kolkata": Group(
        Kind.TIMESTAMP, {"2026-01-05T00:00": utc(2026, 1, 4, 18, 30)}, zone=KOLKATA
    ),
    "iso": Group(
        Kind.TIMESTAMP,
        {"2026-01-05T10:00": utc(2026, 1, 5, 10)},
        bad=("1767607200",),
        format="iso",
    ),
    "epoch": Group(
        Kind.TIMESTAMP,
        {
            "0": utc(1970, 1, 1),
            "-1": utc(1969, 12, 31, 23, 59, 59),
            "1767607200": utc(2026, 1, 5, 10),
            "1767607200.123456": utc(2026, 1, 5, 10, 0, 0, 123456),
            "1767607200.1234569": utc(2026, 1, 5, 10, 0, 0, 123456),
            "-0.0000015": utc(1969, 12, 31, 23, 59, 59, 999998),
            "253402300799": utc(9999, 12, 31, 23, 59, 59),
            "": None,
        },
        bad=("x", "2026-01-05", "1e9", "999999999999", "1767607200000000000000"),
        format="epoch",
        zone=NEW_YORK,
    ),
    "epoch-ms": Group(
        Kind.TIMESTAMP,
        {
            "1767607200123": utc(2026, 1, 5, 10, 0, 0, 123000),
            "1767607200123.4567": utc(2026, 1, 5, 10, 0, 0, 123456),
            "-1": utc(1969, 12, 31, 23, 59, 59, 999000),
        },
        bad=("x", "999999999999999"),
        format="epoch_ms",
    ),
    "list-json": Group(
        Kind.LIST,
        {
            '["a", "b"]': ("a", "b"),
            '["b","a","b"]': ("b", "a", "b"),
            "[]": (),
            '["", " ", null, "x"]': ("x",),
            '["é\\"\\u00e9", "a,b"]': ('é"é', "a,b"),
            "[1, true]": ("1", "true"),
            ' [ "a" ] ': ("a",),
            "": None,
        },
        bad=("x", '{"a": 1}', '"a"', "[", "a,b", "['a']", '["a",]'),
    ),
    "list-separator": Group(
        Kind.LIST,
        {
            "a|b": ("a", "b"),
            " a | b ": ("a", "b"),
            "a": ("a",),
            "|a||": ("a",),
            "|": (),
            "": None,
            " ": None,
        },
        separator="|",
    ),
}


@pytest.fixture(scope="module", params=STORES)
def opened(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    workshop: Callable[[Path], Workshop],
) -> Callable[[ZoneInfo], Database]:
    """One store with the tables of all groups."""
    folder = tmp_path_factory.mktemp("store [1]*")  # which is no pattern
    tables = {name.replace("-", "_"): group.table for name, group in GROUPS.items()}
    return STORES[request.param](workshop(folder), tables)


ALL = [
    pytest.param(TableRef(CONNECTOR, name.replace("-", "_")), group, id=name)
    for name, group in GROUPS.items()
]


@pytest.mark.parametrize(("table", "group"), ALL)
def test_a_text_means_the_same_on_every_store(
    opened: Callable[[ZoneInfo], Database], table: TableRef, group: Group
) -> None:
    with opened(group.zone).open() as reader:
        relation = reader.relation(table)
        number = reader.column(relation, ColumnRef("n", Kind.INTEGER), table)
        value = reader.column(relation, group.column("v"), table)
        found = dict(reader.read(select(number, value)))
    texts = [*group.good, None]
    assert {texts[int(str(at))]: value for at, value in found.items()} == {**group.good, None: None}


@pytest.mark.parametrize(("table", "group"), ALL)
def test_good_and_missing_texts_pass_the_check(
    opened: Callable[[ZoneInfo], Database], table: TableRef, group: Group
) -> None:
    with opened(group.zone).open() as reader:
        reader.check(table, [group.column("v")])


@pytest.mark.parametrize(("table", "group"), ALL)
def test_a_text_in_another_form_is_missing_and_named(
    opened: Callable[[ZoneInfo], Database], table: TableRef, group: Group
) -> None:
    with opened(group.zone).open() as reader:
        for at, text in enumerate(group.bad):
            ref = group.column(f"bad{at}")
            value = reader.column(relation := reader.relation(table), ref, table)
            assert list(reader.read(select(value).where(value.is_not(None)))) == [], text
            assert relation is not None
            with pytest.raises(SourceFault) as fault:
                reader.check(table, [group.column("v"), ref])
            assert str(fault.value).startswith(f"{table}.bad{at} holds `{text}`; expected "), text
