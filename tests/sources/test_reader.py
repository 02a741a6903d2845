"""What every store does alike: names, rows that count, values bound as relations, one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from engine.compile.given import values_borne
from engine.language.catalog import Kind
from engine.ports import Database, Reader
from engine.problems import SourceFault, Unreachable
from engine.tables import ColumnRef, TableRef
from tests.sources.stores import CONNECTOR, STORES, TextTable, Workshop

ZONE = ZoneInfo("UTC")
USERS = TableRef(CONNECTOR, "users")
KEY = ColumnRef("user_id", Kind.INTEGER)

TABLES = {
    "users": TextTable(
        ("user_id", "name", "is_deleted", "level", "Odd name"),
        (
            ("1", "Ann", "false", "1", "x"),
            ("2", "Ben", "f", "2.0", None),
            ("3", " ", "0", None, None),
            ("4", "login", "true", "1.5", None),
            ("5", None, None, "x", None),
            ("6", "a'b%_\\", "FALSE", "3", None),
        ),
    ),
    "empty": TextTable(("user_id",), ((None,),)),
    "broken": TextTable(("user_id", "is_deleted"), (("1", "no"), ("x", "true"), ("y", "false"))),
}


@pytest.fixture(scope="module", params=STORES)
def database(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    workshop: Callable[[Path], Workshop],
) -> Database:
    folder = tmp_path_factory.mktemp("store")
    return STORES[request.param](workshop(folder), TABLES)(ZONE)


@contextmanager
def opened(database: Database) -> Iterator[Reader]:
    with database.open() as reader:
        yield reader


def keys(reader: Reader, table: TableRef) -> list[object]:
    relation = reader.relation(table)
    key = reader.column(relation, KEY, table)
    return [row[0] for row in reader.read(select(key).order_by(key))]


# ---------------------------------------------------------------- names


def test_a_relation_has_the_columns_of_its_table(database: Database) -> None:
    with opened(database) as reader:
        assert sorted(reader.relation(USERS).c.keys()) == sorted(TABLES["users"].columns)


NAMES: dict[str, tuple[Callable[[Reader], object], str]] = {
    "table": (
        lambda reader: reader.relation(TableRef(CONNECTOR, "user")),
        "s has no table `user`; did you mean users?",
    ),
    "table with a strange name": (
        lambda reader: reader.relation(TableRef(CONNECTOR, "../users")),
        "s has no table `../users`; did you mean users?",
    ),
    "table that would be code": (
        lambda reader: reader.relation(TableRef(CONNECTOR, 'users"; DROP TABLE users; --')),
        's has no table `users"; DROP TABLE users; --`',
    ),
    "column": (
        lambda reader: reader.column(
            reader.relation(USERS), ColumnRef("is_delete", Kind.BOOLEAN), USERS
        ),
        "s.users has no column `is_delete`; did you mean is_deleted?",
    ),
    "column in other letters": (
        lambda reader: reader.column(reader.relation(USERS), ColumnRef("NAME", Kind.TEXT), USERS),
        "s.users has no column `NAME`; did you mean name?",
    ),
    "column of where": (
        lambda reader: reader.relation(TableRef(CONNECTOR, "users", (("deleted", (False,)),))),
        "s.users has no column `deleted`; did you mean is_deleted?",
    ),
    "column that is checked": (
        lambda reader: reader.check(USERS, [ColumnRef("levle", Kind.INTEGER)]),
        "s.users has no column `levle`; did you mean level?",
    ),
}


@pytest.mark.parametrize(("ask", "message"), NAMES.values(), ids=NAMES.keys())
def test_a_name_that_does_not_exist_is_a_fault(
    database: Database, ask: Callable[[Reader], object], message: str
) -> None:
    with opened(database) as reader, pytest.raises((SourceFault, Unreachable)) as fault:
        ask(reader)
    assert str(fault.value).startswith(message)


def test_a_column_with_a_strange_name_is_read(database: Database) -> None:
    with opened(database) as reader:
        relation = reader.relation(USERS)
        value = reader.column(relation, ColumnRef("Odd name", Kind.TEXT), USERS)
        assert [row[0] for row in reader.read(select(value).where(value.is_not(None)))] == ["x"]


# ---------------------------------------------------------------- rows that count

WHERES = {
    "nothing asked": ((), [1, 2, 3, 4, 5, 6]),
    "a boolean": ((("is_deleted", (False,)),), [1, 2, 3, 6]),
    "true": ((("is_deleted", (True,)),), [4]),
    "either boolean, but not a missing one": ((("is_deleted", (True, False)),), [1, 2, 3, 4, 6]),
    "a text": ((("name", ("login",)),), [4]),
    "texts": ((("name", ("Ann", "login", "nobody")),), [1, 4]),
    "text with signs": ((("name", ("a'b%_\\",)),), [6]),
    "no pattern": ((("name", ("a%",)),), []),
    "blank text is missing and equals nothing": ((("name", ("", " ")),), []),
    "an integer": ((("level", (1,)),), [1]),
    "an integer stored with decimals": ((("level", (2,)),), [2]),
    "a number": ((("level", (1.5,)),), [4]),
    "several columns": ((("is_deleted", (False,)), ("level", (1, 3))), [1, 6]),
    "values of two types": ((("level", ("x", 3)),), [5, 6]),
}


@pytest.mark.parametrize(("where", "expected"), WHERES.values(), ids=WHERES.keys())
def test_rows_outside_where_do_not_count(
    database: Database, where: tuple[tuple[str, tuple[object, ...]], ...], expected: list[int]
) -> None:
    table = TableRef(CONNECTOR, "users", where)  # type: ignore[arg-type]
    with opened(database) as reader:
        assert keys(reader, table) == expected
        assert reader.row_count(table) == len(expected)
        relation = reader.relation(USERS)
        key = reader.column(relation, KEY, USERS)
        told_apart = select(key).where(*reader.counts(relation, table)).order_by(key)
        assert [row[0] for row in reader.read(told_apart)] == expected


def test_a_relation_can_stand_twice_in_one_statement(database: Database) -> None:
    table = TableRef(CONNECTOR, "users", (("is_deleted", (False,)),))
    with opened(database) as reader:
        left, right = reader.relation(table), reader.relation(table).alias()
        one, other = reader.column(left, KEY, table), reader.column(right, KEY, table)
        pairs = select(one, other).select_from(left.join(right, one < other))
        assert len(list(reader.read(pairs))) == 6


def test_plain_columns_equal_constants_where_typed_ones_do(database: Database) -> None:
    name = ColumnRef("name", Kind.TEXT)
    with opened(database) as reader:
        relation = reader.relation(USERS)
        for value in ("Ann", "a'b%_\\", "nobody"):
            for column in (reader.plain, reader.column):
                found = select(func.count()).where(column(relation, name, USERS) == value)
                assert list(reader.read(found)) == [(int(value != "nobody"),)]


def test_a_misread_boolean_of_where_is_a_fault_and_not_a_lost_row(database: Database) -> None:
    table = TableRef(CONNECTOR, "broken", (("is_deleted", (False,)),))
    with opened(database) as reader, pytest.raises(SourceFault) as fault:
        reader.check(table, [])
    assert str(fault.value).startswith("s.broken.is_deleted holds `no`; expected a boolean")


def test_the_check_looks_at_rows_that_count_only(database: Database) -> None:
    table = TableRef(CONNECTOR, "broken", (("user_id", ("1",)),))
    with opened(database) as reader:
        reader.check(table, [KEY])
        with pytest.raises(SourceFault, match=r"^s\.broken\.user_id holds `[xy]` \(and 1 more\)"):
            reader.check(TableRef(CONNECTOR, "broken"), [KEY])


# ---------------------------------------------------------------- values as relations

MANY = 200_000
EVERY_KIND = {
    "id": "integer",
    "name": "text",
    "share": "number",
    "live": "boolean",
    "on": "date",
    "at": "timestamp",
}
ROWS = [
    (
        2**63 - 1,
        "é\"'\\%_:;\n\t😀",
        0.1,
        True,
        date(2024, 2, 29),
        datetime(2026, 11, 1, 5, 30, 0, 123457, tzinfo=UTC),
    ),
    (-(2**63), "", -1e300, False, date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
    (2**53 + 1, " ", 5e-324, True, date(9999, 12, 31), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
    (None, None, None, None, None, None),
]


def test_values_of_every_kind_come_back_exactly(database: Database) -> None:
    with opened(database) as reader:
        values = reader.rows("given", EVERY_KIND, ROWS)
        assert list(reader.read(select(*values.c))) == ROWS


def test_what_a_relation_of_values_is_given_is_found_without_writing_it(
    database: Database,
) -> None:
    with opened(database) as reader:
        for rows in (ROWS, []):
            found = reader.borne("given", EVERY_KIND, rows)
            written = values_borne(reader.rows("given", EVERY_KIND, rows))
            assert found is None or list(found) == written


def test_what_is_asked_once_is_found_once(database: Database) -> None:
    with opened(database) as reader:
        found = [reader.once("a", iter([1, 2]).__next__), reader.once("a", iter([3]).__next__)]
        assert found == [1, 1]
        assert reader.once("b", iter([4]).__next__) == 4


def test_no_values_are_a_relation_without_rows(database: Database) -> None:
    with opened(database) as reader:
        values = reader.rows("given", EVERY_KIND, [])
        assert list(reader.read(select(*values.c))) == []


def test_many_keys_are_joined(database: Database) -> None:
    with opened(database) as reader:
        values = reader.rows("given", {"key": "integer"}, [(at,) for at in range(3, MANY)])
        relation = reader.relation(USERS)
        key = reader.column(relation, KEY, USERS)
        found = select(key).where(key.in_(select(values.c.key))).order_by(key)
        assert list(reader.read(found)) == [(3,), (4,), (5,), (6,)]
        assert list(reader.read(select(func.count(), func.max(values.c.key)))) == [
            (MANY - 3, MANY - 1)
        ]


def test_two_sets_of_values_of_one_name_do_not_mix(database: Database) -> None:
    with opened(database) as reader:
        one = reader.rows("given", {"key": "integer"}, [(1,), (2,)]).alias()
        other = reader.rows("given", {"key": "integer"}, [(2,), (3,)]).alias()
        both = select(one.c.key).where(one.c.key.in_(select(other.c.key)))
        assert list(reader.read(both)) == [(2,)]


def test_instants_meet_typed_columns(database: Database) -> None:
    """A bound instant, one in a relation and a constant are the same instant."""
    at = datetime(2026, 3, 8, 6, 59, 59, 999999, tzinfo=UTC)
    with opened(database) as reader:
        values = reader.rows("given", {"at": "timestamp"}, [(at,)])
        assert list(reader.read(select(values.c.at).where(values.c.at == at))) == [(at,)]
        assert list(reader.read(select(values.c.at).where(values.c.at > at))) == []
        assert list(reader.read(select(func.max(values.c.at)))) == [(at,)]


# ---------------------------------------------------------------- reading


def test_two_statements_are_read_by_turns(database: Database) -> None:
    with opened(database) as reader:
        values = reader.rows("given", {"key": "integer"}, [(at,) for at in range(30_000)])
        one = reader.read(select(values.c.key).order_by(values.c.key))
        first = [next(one) for _ in range(3)]
        assert keys(reader, USERS) == [1, 2, 3, 4, 5, 6]
        assert first == [(0,), (1,), (2,)]
        assert len(list(one)) == 30_000 - 3


def test_a_database_is_opened_again_and_again(database: Database) -> None:
    for _ in range(3):
        with opened(database) as reader:
            assert keys(reader, USERS) == [1, 2, 3, 4, 5, 6]


def test_two_snapshots_are_open_at_once(database: Database) -> None:
    with opened(database) as one, opened(database) as other:
        assert keys(one, USERS) == keys(other, USERS)


def test_the_id_and_kind_are_known_before_anything_is_opened(database: Database) -> None:
    assert database.id
    assert database.kind
    assert database.dialect.name in {"duckdb", "sqlite", "postgresql", "mysql"}
