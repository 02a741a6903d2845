"""Text of Parquet whose statistics prove that none is blank is asked bare, and answers as ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.forms import WHITE_SPACE
from connectors.sources.parquet import Chunk, never_blank
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import Snapshot, open_sources
from engine.audience.statements import statements
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.catalog import Catalog
from engine.bind.playbook import Audience
from engine.language.catalog import Kind
from engine.language.project import Project
from engine.read.load import load_project
from engine.tables import ColumnRef, TableRef
from tests.support.declare import with_segment
from tests.support.oracle import Oracle, World

AS_OF = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
USERS = TableRef("s", "users")
EMAIL = ColumnRef("email", Kind.TEXT)
PROJECT = {
    "touchline.yaml": "touchline: 1\nname: t\ntimezone: UTC\nconnectors: "
    "{s: {type: files, path: data}}\n",
    "catalog/user.yaml": "entity: user\nsource: s.users\nkey: id\n"
    "fields: {id: integer, email: text, other: text}\n",
}
Texts = Sequence[str | None]


# ---------------------------------------------------------------- the proof

IN_ORDER = [Chunk("f", 0, "email", "a", "z"), Chunk("f", 1, "email", "!", "~")]
PROVEN: Mapping[str, tuple[Sequence[Chunk], set[str]]] = {
    "no row groups": ([], set()),
    "plain letters": (IN_ORDER, {"email"}),
    "the last of ASCII, and more after it": ([Chunk("f", 0, "email", "!", "~~")], {"email"}),
    "bounds that were cut short": ([Chunk("f", 0, "email", "u", "v")], {"email"}),
    "no statistics": ([*IN_ORDER, Chunk("f", 2, "email", None, None)], set()),
    "no upper bound": ([Chunk("f", 0, "email", "a", None)], set()),
    "an empty text": ([*IN_ORDER, Chunk("g", 0, "email", "", "z")], set()),
    "white space first": ([*IN_ORDER, Chunk("g", 0, "email", " x", "z")], set()),
    "a control character": ([Chunk("f", 0, "email", "\x1f", "z")], set()),
    "delete": ([Chunk("f", 0, "email", "a", "\x7f")], set()),
    "a blank that is no ASCII": ([Chunk("f", 0, "email", "a", "\u3000")], set()),
    "letters above a blank": ([Chunk("f", 0, "email", "a", "é")], set()),
    "letters that are no ASCII": ([Chunk("f", 0, "email", "é", "ü")], set()),
    "a blank between the bounds": ([Chunk("f", 0, "email", "\x80", "\u3001")], set()),
    "bytes that are no text": ([Chunk("f", 0, "email", "a", "\\xC3")], set()),
    "not in every file": ([*IN_ORDER, Chunk("g", 0, "name", "a", "z")], set()),
    "two of one name in other letters": (
        [*IN_ORDER, Chunk("f", 0, "Other", "a", "b"), Chunk("f", 0, "other", "a", "b")],
        set(),
    ),
    "in other letters elsewhere": ([*IN_ORDER, Chunk("g", 0, "Email", "a", "z")], set()),
    "one of two": ([Chunk("f", 0, "email", "a", "z"), Chunk("f", 0, "b", "", "z")], {"email"}),
}


@pytest.mark.parametrize(("chunks", "found"), PROVEN.values(), ids=PROVEN.keys())
def test_what_bounds_prove(chunks: Sequence[Chunk], found: set[str]) -> None:
    assert never_blank(chunks) == found


# ---------------------------------------------------------------- files


@cache
def project() -> tuple[Project, Catalog]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in PROJECT.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(content, encoding="utf-8")
        loaded = load_project(folder)
    return loaded, bind_catalog(loaded)[0]


@cache
def asked(condition: str) -> Audience:
    loaded, catalog = project()
    return bind_segment("asked", with_segment(loaded, f"- {condition}"), catalog)


@contextmanager
def files_of(*parts: Texts) -> Iterator[Path]:
    """A folder with `users`, a Parquet file for each part; the keys run through them."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "users"
        folder.mkdir()
        first = 0
        for number, part in enumerate(parts):
            write(folder / f"{number}.parquet", part, first=first)
            first += len(part)
        yield folder.parent


def write(path: Path, texts: Texts, *, first: int) -> None:
    rows = "SELECT ? + generate_subscripts(list, 1) - 1 AS id, unnest(list) AS email, 'x' AS other"
    values = [first, list(texts)]
    writer().execute(f"COPY ({rows} FROM (SELECT ?::VARCHAR[] AS list)) TO '{path}'", values)


def write_groups(path: Path, groups: int, email: str) -> None:
    """A file with so many row groups of 2,048 rows."""
    rows = f"SELECT i AS id, {email} AS email, 'x' AS other FROM range({groups * 2048}) AS t(i)"
    writer().execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


@cache
def writer() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@contextmanager
def opened(folder: Path) -> Iterator[Snapshot]:
    database = FilesDatabase({"s": Folder(folder, ZONE)})
    with open_sources({"s": database}, NoContacts(), project()[1]) as snapshot:
        yield snapshot


def is_known(snapshot: Snapshot) -> bool:
    return snapshot.reader("s").is_never_blank(EMAIL, USERS)


def sql_of(condition: str, snapshot: Snapshot) -> str:
    return statements(asked(condition), snapshot, AS_OF)[-1].sql


KNOWN: Mapping[str, tuple[Sequence[Texts], bool]] = {
    "letters": ([["ann", "ben"]], True),
    "letters and nothing": ([["ann", None]], True),
    "two files": ([["ann"], ["ben"]], True),
    "a blank in one of two": ([["ann"], ["ben", " "]], False),
    "nothing at all": ([[None, None]], False),
    "no rows": ([[]], False),
    "an empty text": ([["ann", ""]], False),
    "a tab": ([["ann", "\t"]], False),
    "a space before": ([[" ann", "ben"]], False),
    "a space that does not break": ([["ann", "\u00a0"]], False),
    "a wide space": ([["ann", "\u3000"]], False),
    "a space of no width, which is none": ([["ann", "\u200b"]], False),
    "a long text, whose bound is cut short": ([["ann", "z" * 10_000]], True),
    "a long text that is cut short within a letter": ([["ann", "ü" * 10_000]], False),
    "a long blank": ([["ann", " " * 10_000]], False),
    "letters of another script": ([["ann", "Ülo"]], False),
}


@pytest.mark.parametrize(("parts", "known"), KNOWN.values(), ids=KNOWN.keys())
def test_what_is_known_of_files_and_who_is_found(parts: Sequence[Texts], known: bool) -> None:
    texts = [each for part in parts for each in part]
    there = [key for key, each in enumerate(texts) if each is not None and each.strip()]
    with files_of(*parts) as folder, opened(folder) as snapshot:
        assert is_known(snapshot) is known
        assert select_keys(asked("email: {set: true}"), snapshot, AS_OF) == there
        assert ("CASE" in sql_of("email: {set: true}", snapshot)) is not known


GROUPS: Mapping[str, tuple[int, str, bool]] = {
    "all alike": (3, "'a' || i", True),
    "a blank in the last": (3, "CASE i WHEN 6143 THEN ' ' ELSE 'a' END", False),
    "more of them than are looked at": (65, "'a'", False),
}


@pytest.mark.parametrize(("groups", "email", "known"), GROUPS.values(), ids=GROUPS.keys())
def test_every_row_group_counts(tmp_path: Path, groups: int, email: str, known: bool) -> None:
    write_groups(tmp_path / "users.parquet", groups, email)
    with opened(tmp_path) as snapshot:
        assert is_known(snapshot) is known
        missing = select_keys(asked("email: {set: false}"), snapshot, AS_OF)
        assert missing == ([6143] if "' '" in email else [])


def test_other_files_have_no_statistics(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id,email,other\n1,ann,x\n", encoding="utf-8")
    with opened(tmp_path) as snapshot:
        assert not is_known(snapshot)


def test_a_statement_that_is_kept_serves_no_files_that_hold_blanks() -> None:
    """One after the other, and back: each snapshot is asked what it knows."""
    condition = "email: {set: true}"
    for texts in (["ann", "ben"], ["ann", " "], ["ann", "ben"], ["\u3000", "ben"], [None, "b"]):
        with files_of(texts) as folder, opened(folder) as snapshot:
            found = select_keys(asked(condition), snapshot, AS_OF)
            assert found == [key for key, each in enumerate(texts) if each and each.strip()]
            assert select_keys(asked(condition), snapshot, AS_OF) == found


# ---------------------------------------------------------------- a law

_ends = st.sampled_from([*WHITE_SPACE, "", "!", "~", "\x7f", "\x80", "\u00a1", "\u200b", "\\", "é"])
_texts = st.one_of(
    st.none(),
    st.text("ab@.~!", min_size=1, max_size=4),
    st.lists(_ends, max_size=3).map("".join),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=3),
)
_parts = st.lists(st.lists(_texts, max_size=4), min_size=1, max_size=3)
_plain = st.lists(st.lists(st.text("ab@", min_size=1, max_size=3), min_size=1), min_size=1)
CONDITIONS = (
    "email: {set: true}",
    "email: {set: false}",
    "email: {is_not: a}",
    "email: {contains: a}",
    "not: {email: {starts_with: b}}",
    "email: {none_of: [a, b]}",
    "email: {is: {field: other}}",
    "email: {is_not: {field: other}}",
)


@given(parts=st.one_of(_parts, _plain), condition=st.sampled_from(CONDITIONS))
@settings(max_examples=50, deadline=None)
def test_whatever_the_files_hold_it_is_the_plain_reading(
    parts: Sequence[Texts], condition: str
) -> None:
    audience = asked(condition)
    texts = [each for part in parts for each in part]
    rows = [{"id": key, "email": each, "other": "x"} for key, each in enumerate(texts)]
    oracle = Oracle(World(project()[1], {"s.users": rows}), AS_OF, ZONE)
    with files_of(*parts) as folder, opened(folder) as snapshot:
        found = select_keys(audience, snapshot, AS_OF)
    assert found == oracle.members(audience.condition, audience.entity)
