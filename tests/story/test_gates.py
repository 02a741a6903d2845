"""Each gate on the data, on every kind of store: the run fails as a whole, and says why.

Nobody enters, nothing that was waiting goes on, and report, status, audit and exit status tell.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Executable, create_engine, text

from engine.audience.snapshot import Snapshot
from engine.audience.values import Key
from tests.support.postgres import fresh_database
from tests.support.stage import Stage

FIRST, NEXT = "2026-03-10T09:00:00-04:00", "2026-03-11T09:00:00-04:00"

USER = """\
entity: user
source: product.users
where: {status: active}
key: user_id
contact: {name: first_name, email: email}
fields:
  user_id: integer
  first_name: text
  email: text
  signed_up_at: {type: timestamp, required: true}
  onboarded_at: timestamp
  logins: {count: logged_in, within: 30 days}
  open_tickets: {count: ticket, where: [{state: open}]}
events:
  logged_in: {source: product.events, key: user_id, at: at, where: {name: login}}
  used: {source: product.events, key: user_id, at: at, where: {name: use}}
  called: {source: product.calls, key: user_id, at: at, counts_as: contact}
"""
TICKET = """\
entity: ticket
source: product.tickets
key: id
links: {user: user_id}
fields: {id: integer, state: text}
"""
PLAYBOOK = """\
playbook: checkup
owner: cs@acme.example.com
segment:
  of: user
  where:
    - signed_up_at: {set: true}
    - WHERE
REST
steps:
  - email: hello
    from: house.dana
  - wait: 1 day
  - email: hello
    from: house.dana
    id: again
"""
SEGMENT = "segment: quiet\nof: user\nwhere:\n  - did_not: used\n"
LIMITS = """
    freshness: {table: events, column: at, at_most: 36 hours}
    volume: {users: {shrinks_by_at_most: 20%, grows_by_at_most: 50%}, tickets: {at_least: 2}}"""

Types = dict[str, str]
INTEGER, TEXT, TIME = "integer", "text", "timestamptz"


@dataclass
class Table:
    """Columns with their types in Postgres, and rows."""

    types: Types
    rows: list[tuple[object, ...]]


def sound() -> dict[str, Table]:
    """Data that passes every gate on both days."""
    signed_up = "2026-01-20T12:00:00Z"
    events = [
        *((key, "login", "2026-03-09T12:00:00Z") for key in (1, 2, 3, 4)),
        (4, "use", "2026-03-09T12:00:00Z"),
        (4, "login", "2026-03-10T12:00:00Z"),
    ]
    people = [
        (key, f"Ann{key}", f"ann{key}@example.com", signed_up, signed_up, "active")
        for key in (1, 2, 3, 4)
    ]
    names = ("user_id", "first_name", "email", "signed_up_at", "onboarded_at", "status")
    kinds = (INTEGER, TEXT, TEXT, TIME, TIME, TEXT)
    return {
        "users": Table(dict(zip(names, kinds, strict=True)), list(people)),
        "events": Table({"user_id": INTEGER, "name": TEXT, "at": TIME}, list(events)),
        "calls": Table({"user_id": INTEGER, "at": TIME}, [(4, "2026-03-01T12:00:00Z")]),
        "tickets": Table(
            {"id": INTEGER, "user_id": INTEGER, "state": TEXT}, [(1, 4, "open"), (2, 1, "closed")]
        ),
    }


# ---------------------------------------------------------------- stores


@dataclass
class World:
    """A stage whose data lies in one kind of store, and what is in it."""

    stage: Stage
    kind: str
    url: str = ""
    tables: dict[str, Table] = field(default_factory=sound)

    def put(self) -> None:
        """Write all tables anew."""
        if self.kind == "files":
            self._put_files()
        elif self.kind == "sqlite":
            self._put_sqlite()
        else:
            self._put_postgres()

    def _put_files(self) -> None:
        folder = self.stage.root / "data"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, table in self.tables.items():
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([list(table.types), *table.rows])

    def _put_sqlite(self) -> None:
        file = self.stage.root / "data.db"
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file)
        for name, table in self.tables.items():
            columns = ", ".join(
                f'"{each}" {"text" if kind == TIME else kind}' for each, kind in table.types.items()
            )
            marks = ", ".join("?" * len(table.types))
            connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", table.rows)
        connection.commit()
        connection.close()

    def _put_postgres(self) -> None:
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for name, table in self.tables.items():
                columns = ", ".join(f'"{each}" {kind}' for each, kind in table.types.items())
                connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
                connection.execute(text(f"CREATE TABLE {name} ({columns})"))
                marks = ", ".join(f":p{at}" for at in range(len(table.types)))
                for row in table.rows:
                    values = {f"p{at}": value for at, value in enumerate(row)}
                    connection.execute(text(f"INSERT INTO {name} VALUES ({marks})"), values)
        engine.dispose()

    def ask(self, where: str, rest: str = "") -> None:
        """Write the playbook."""
        self.stage.write(
            "playbooks/checkup.yaml", PLAYBOOK.replace("WHERE", where).replace("REST", rest)
        )


@pytest.fixture
def world(request: pytest.FixtureRequest, stage: Stage) -> World:
    """Sound data in the store that the test names, its gates declared."""
    kind = request.param
    url = {"files": "", "sqlite": "sqlite:///data.db"}.get(kind)
    if url is None:
        url = fresh_database(request.getfixturevalue("postgres"))
    source = "type: files, path: data, timezone: UTC"
    block = "product:\n" + (
        f"    type: sql\n    url: '{url}'\n" if url else "    type: files\n    path: data\n"
    )
    stage.edit("touchline.yaml", f"product: {{{source}}}", block + "    timezone: UTC" + LIMITS)
    (stage.root / "catalog/account.yaml").unlink()
    stage.write("catalog/user.yaml", USER)
    stage.write("catalog/ticket.yaml", TICKET)
    stage.write("segments/quiet.yaml", SEGMENT)
    made = World(stage, kind, url)
    made.put()
    return made


STORES = pytest.mark.parametrize("world", ["files", "sqlite", "postgres"], indirect=True)
IN_FILES = pytest.mark.parametrize("world", ["files"], indirect=True)


def refused(world: World, told: str, *, status: int = 1, as_of: str = FIRST) -> None:
    """A run fails as a whole, for the reason that its report gives."""
    stage = world.stage
    mails = len(stage.mail.received)
    run = stage.run(as_of=as_of)
    [report] = run.data["runs"]
    assert (run.status, report["entered"], report["touches"]) == (status, 0, {}), run.out
    assert told in report["error"]
    assert "Traceback" not in run.out + run.err
    assert len(stage.mail.received) == mails


def told_everywhere(world: World, told: str, *, status: int, as_of: str) -> None:
    """Audit and status say why a run failed, and a rehearsal fails alike."""
    stage = world.stage
    assert "run.failed" in stage.do("audit", "show").out
    [line] = stage.do("status", "--format", "json").data["playbooks"]
    assert (line["last_state"], told in line["last_reason"]) == ("failed", True)
    rehearsed = stage.run("--dry-run", as_of=as_of)
    assert (rehearsed.status, told in rehearsed.out) == (status, True)


# ---------------------------------------------------------------- a row a gate

Spoil = Callable[[dict[str, Table]], None]


def empty(name: str) -> Spoil:
    return lambda tables: tables[name].rows.clear()


def stale(tables: dict[str, Table]) -> None:
    tables["events"].rows = [
        (key, name, at.replace("2026-03-", "2026-02-"))
        for key, name, at in tables["events"].rows  # type: ignore[attr-defined]
    ]


def only_ahead(tables: dict[str, Table]) -> None:
    tables["events"].rows = [(1, "use", "2026-05-01T00:00:00Z")]


def too_few(tables: dict[str, Table]) -> None:
    tables["tickets"].rows.pop()


def left_out(tables: dict[str, Table]) -> None:
    tables["users"].rows = [(*row[:-1], "archived") for row in tables["users"].rows]


def twice(tables: dict[str, Table]) -> None:
    tables["users"].rows.append(tables["users"].rows[2])


def child_twice(tables: dict[str, Table]) -> None:
    tables["tickets"].rows.append(tables["tickets"].rows[1])


def required_missing(tables: dict[str, Table]) -> None:
    first, *rest = tables["users"].rows
    tables["users"].rows = [(*first[:3], None, *first[4:]), *rest]


def renamed(table: str, column: str) -> Spoil:
    def spoil(tables: dict[str, Table]) -> None:
        tables[table].types = {
            f"{name}_old" if name == column else name: kind
            for name, kind in tables[table].types.items()
        }

    return spoil


def retyped(tables: dict[str, Table]) -> None:
    tables["events"].types["at"] = TEXT
    tables["events"].rows.append((1, "use", "recently"))


ASKED = "did_not: used\n    - has_no: ticket\n      where: {state: open}"


@STORES
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(empty("users"), "product.users holds no rows", id="empty"),
        pytest.param(empty("events"), "product.events holds no rows", id="no-events"),
        pytest.param(empty("tickets"), "product.tickets holds no rows", id="no-children"),
        pytest.param(left_out, "holds no user", id="nobody-passes-where"),
        pytest.param(too_few, "`at_least` says 2", id="at-least"),
        pytest.param(stale, "`freshness` allows 36 hours", id="freshness"),
        pytest.param(only_ahead, "holds no time up to", id="only-future-events"),
        pytest.param(twice, "user_id 3 stands 2 times", id="key-twice"),
        pytest.param(child_twice, "id 2 stands 2 times", id="key-of-a-child-twice"),
        pytest.param(required_missing, "signed_up_at", id="required"),
        pytest.param(renamed("events", "at"), "`at`", id="column-of-an-event"),
        pytest.param(renamed("tickets", "state"), "`state`", id="column-of-a-child"),
        pytest.param(renamed("users", "first_name"), "`first_name`", id="column-of-a-template"),
        pytest.param(renamed("users", "email"), "`email`", id="column-of-an-address"),
        pytest.param(retyped, "recently", id="type-of-a-column"),
    ],
)
def test_a_gate(world: World, spoil: Spoil, told: str) -> None:
    world.ask(ASKED)
    spoil(world.tables)
    world.put()
    refused(world, told)
    if world.kind == "files":
        told_everywhere(world, told, status=1, as_of=FIRST)


@STORES
def test_a_source_out_of_reach(world: World) -> None:
    world.ask(ASKED)
    if world.kind == "files":
        (world.stage.root / "data/events.csv").unlink()
    elif world.kind == "sqlite":
        (world.stage.root / "data.db").unlink()
    else:
        world.stage.edit("touchline.yaml", world.url, world.url.replace("/t", "/gone"))
    told = "events" if world.kind == "files" else "product"
    refused(world, told, status=3)
    told_everywhere(world, told, status=3, as_of=FIRST)


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_source_that_dies_while_its_rows_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is decided from the part that came; once it is back, the same run goes on."""
    world.ask("signed_up_at: {set: true}")
    many = "INSERT INTO users SELECT n, 'Z', 'z' || n || '@example.com', now(), now(), 'active'"
    execute(world.url, f"{many} FROM generate_series(100, 40000) n")
    read = Snapshot.keys

    def dying(snapshot: Snapshot, connector: str, statement: Executable) -> Iterator[Sequence[Key]]:
        for number, page in enumerate(read(snapshot, connector, statement)):
            if number == 1:
                execute(world.url, TERMINATE)
            yield page

    with monkeypatch.context() as patched:
        patched.setattr(Snapshot, "keys", dying)
        refused(world, "product", status=3)
    assert "entered" not in world.stage.do("audit", "show").out
    execute(world.url, "DELETE FROM users WHERE user_id >= 100")
    assert world.stage.run().data["runs"][0]["entered"] == 4


TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def halved(tables: dict[str, Table]) -> None:
    tables["users"].rows = tables["users"].rows[:2]


def doubled(tables: dict[str, Table]) -> None:
    more = [(key + 10, *rest) for key, *rest in tables["users"].rows]  # type: ignore[operator]
    tables["users"].rows += more


def lost(tables: dict[str, Table]) -> None:
    tables["events"].rows = [
        (key, "used" if name == "use" else name, at) for key, name, at in tables["events"].rows
    ]


@STORES
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(halved, "shrinks_by_at_most", id="shrunk"),
        pytest.param(doubled, "grows_by_at_most", id="grown"),
        pytest.param(
            lost, "there is no user.used of product.events (name: use) any more", id="lost"
        ),
    ],
)
def test_a_gate_that_knows_the_run_before(world: World, spoil: Spoil, told: str) -> None:
    """And mended, the same run goes on where it was stopped."""
    world.ask(ASKED)
    assert world.stage.run(as_of=FIRST).data["runs"][0]["entered"] == 3
    spoil(world.tables)
    world.put()
    refused(world, told, as_of=NEXT)
    told_everywhere(world, told, status=1, as_of=NEXT)
    world.tables = sound()
    world.put()
    assert world.stage.run(as_of=NEXT).data["runs"][0]["touches"] == {"email": {"sent": 3}}


# ---------------------------------------------------------------- every form of negation

NEGATIONS = {
    "did_not": "did_not: used",
    "not": "not: {did: used}",
    "none": "none: [{did: used}]",
    "at most none": "did: used\n      times: {at_most: 0}",
    "is 0": "did: used\n      times: 0",
    "segment": "segment: quiet",
    "not in a segment": "not: {not: {segment: quiet}}",
    "a count that is 0": "logins: 0",
    "a child's": "has_no: ticket\n      where: {user: {did: used}}",
}


@IN_FILES
@pytest.mark.parametrize("where", NEGATIONS.values(), ids=list(NEGATIONS))
def test_no_negation_is_decided_from_an_empty_source(world: World, where: str) -> None:
    world.ask(where)
    empty("events")(world.tables)
    world.put()
    refused(world, "product.events holds no rows")


@IN_FILES
def test_who_was_contacted_is_not_decided_from_an_empty_source(world: World) -> None:
    world.ask("not_contacted: {since: onboarded_at}")
    empty("calls")(world.tables)
    world.put()
    refused(world, "product.calls holds no rows")


@IN_FILES
@pytest.mark.parametrize(
    "rest", ["exit_when: {did: used}", "exit_when: {did_not: used}"], ids=["did", "did_not"]
)
def test_nor_is_who_leaves(world: World, rest: str) -> None:
    world.ask("email: {set: true}", rest)
    empty("events")(world.tables)
    world.put()
    refused(world, "product.events holds no rows")


@IN_FILES
def test_a_table_may_be_said_to_be_empty(world: World) -> None:
    world.ask("not_contacted: {since: onboarded_at}")
    empty("calls")(world.tables)
    world.put()
    world.stage.edit("touchline.yaml", "volume: {", "volume: {calls: {at_least: 0}, ")
    assert world.stage.run().data["runs"][0]["entered"] == 4


# ---------------------------------------------------------------- doubts


@IN_FILES
@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("did_not: used", "there is no user.used of product.events (name: use) at all"),
        ("not: {did: used}", "there is no user.used"),
        ("did: used", None),
        ("did_not: logged_in", None),
    ],
)
def test_an_event_that_was_never_seen_is_doubted_where_its_absence_is_asked(
    world: World, where: str, told: str | None
) -> None:
    world.ask(where)
    lost(world.tables)
    world.put()
    run = world.stage.run()
    assert run.status == 0
    doubts = run.data["runs"][0]["doubts"]
    assert [told in each for each in doubts] == [True] if told else doubts == []
    told_in_text = world.stage.do("run", "--as-of", NEXT).out
    assert ("doubtful: " in told_in_text) is (told is not None)


@IN_FILES
@pytest.mark.parametrize(
    ("rest", "name"),
    [
        ("exit_when: {did: used}", "exit_when"),
        ("goal: {name: uses, when: {did: used}}", "the goal"),
        ("exit_when: {did: logged_in}", None),
    ],
)
def test_an_event_that_was_never_seen_is_doubted_where_people_wait_for_it(
    world: World, rest: str, name: str | None
) -> None:
    """An exit on an event with a misspelt name would let nobody out."""
    world.ask("everyone: true", rest)
    lost(world.tables)
    world.put()
    doubts = world.stage.run("--dry-run").data["runs"][0]["doubts"]
    assert [f"and {name} asks for it" in each for each in doubts] == ([True] if name else [])


@IN_FILES
def test_a_young_ledger_is_doubted_where_nothing_else_tells_of_contact(world: World) -> None:
    world.ask("not_contacted: {within: 30 days}")
    assert world.stage.run("--dry-run").data["runs"][0]["doubts"] == []
    world.stage.edit("catalog/user.yaml", ", counts_as: contact", "")
    world.stage.run()
    [doubt] = world.stage.run(as_of=NEXT).data["runs"][0]["doubts"]
    assert "this ledger knows of contacts only from 2026-03-10" in doubt


@IN_FILES
def test_a_history_that_is_too_short_is_doubted_where_its_absence_is_asked(world: World) -> None:
    world.stage.edit("catalog/user.yaml", "counts_as: contact", "history_from: 2026-03-05")
    world.ask("did_not: called\n      within: 8 days")
    [doubt] = world.stage.run().data["runs"][0]["doubts"]
    assert "since 2026-03-02, and it is complete only from 2026-03-05" in doubt
    world.ask("did_not: called\n      within: 5 days")
    assert world.stage.run(as_of=NEXT).data["runs"][0]["doubts"] == []


@IN_FILES
def test_a_rehearsal_of_one_playbook_stops_no_other(world: World) -> None:
    world.ask("did_not: called")
    other = PLAYBOOK.replace("checkup", "other").replace("WHERE", "everyone: true")
    world.stage.write("playbooks/other.yaml", other.replace("REST", ""))
    empty("calls")(world.tables)
    world.put()
    for words in (("--dry-run",), ()):
        runs = {each["playbook"]: each for each in world.stage.run(*words).data["runs"]}
        assert runs["checkup"]["error"]
        assert runs["other"]["entered"] == 4
