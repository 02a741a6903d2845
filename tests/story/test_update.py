"""Fields written back to the database that they came from; the judge is the database's own rows."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from connectors.channels.update import Update
from connectors.sources.writing import RowChange
from tests.support.stage import Stage

ROOT = Path(__file__).resolve().parents[2]

ACCOUNT = """\
entity: account
source: crm.accounts
where: {kind: [customer]}
key: id
label: name
fields:
  id: integer
  name: text
  health: {type: text, values: [good, at-risk]}
  note: text
  nudges: integer
  score: number
  is_watched: boolean
  reviewed_on: date
  nudged_at: timestamp
  seen_at: {type: timestamp, format: epoch}
"""
USER = """\
entity: user
source: crm.users
key: user_id
contact: {name: first_name, email: email}
links: {account: account_id}
fields:
  user_id: integer
  first_name: text
  email: text
  stage: text
"""
PLAYBOOK = """\
playbook: checkup
segment: {of: user, where: [{user_id: {at_least: 1}}]}
steps:
  - update: STEP
"""
TABLES = """\
CREATE TABLE accounts (id INTEGER PRIMARY KEY, kind TEXT, name TEXT, health TEXT, note TEXT,
    nudges INTEGER, score REAL, is_watched BOOLEAN, reviewed_on DATE, nudged_at TEXT, seen_at INTEGER);
INSERT INTO accounts (id, kind, name, nudges, score, nudged_at) VALUES
    (1, 'customer', 'Acme', 2, 0.5, '2026-01-01 10:00:00Z'), (2, 'customer', 'Beta', NULL, 1, NULL),
    (3, 'prospect', 'Gone', 7, 0, NULL);
CREATE TABLE users (user_id INTEGER PRIMARY KEY, account_id INTEGER, first_name TEXT, email TEXT,
    stage TEXT);
INSERT INTO users VALUES (1, 1, 'Ann', 'ann@example.com', 'new'), (2, 2, 'Bea', 'bea@example.com', 'new');
"""  # noqa: E501
NEXT_DAY = "2026-03-11T09:00:00-04:00"


class Crm:
    """The database that is written back to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.path = stage.root / "crm.db"

    def script(self, statements: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.executescript(statements)

    def rows(self, columns: str, table: str = "accounts") -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()

    def step(self, step: str, *, more: str = "") -> None:
        text = PLAYBOOK.replace("STEP", step) + more
        self.stage.write("playbooks/checkup.yaml", text)


@pytest.fixture(params=["delete", "wal"])
def crm(request: pytest.FixtureRequest, stage: Stage) -> Crm:
    """Customers in SQLite, in each of its journal modes: readers stop writers in one of them."""
    made = Crm(stage)
    made.script(f"PRAGMA journal_mode = {request.param};{TABLES}")
    source = '  crm: {type: sql, url: "sqlite:///crm.db", timezone: UTC}\n  product: {'
    stage.edit("touchline.yaml", "  product: {", source)
    stage.write("catalog/account.yaml", ACCOUNT)
    stage.write("catalog/user.yaml", USER)
    return made


def touches(stage: Stage) -> dict[str, int]:
    found: dict[str, int] = stage.do("status", "--format", "json").data["touches"]
    return found


def test_each_kind_of_value_in_the_form_of_its_column(crm: Crm) -> None:
    crm.step(
        "account\n    set: {health: at-risk, note: \"{{ user.first_name }}: 50% 'left'\","
        " nudges: 5, score: 0.25, is_watched: true, reviewed_on: today, nudged_at: now,"
        " seen_at: now}"
    )
    run = crm.stage.run()
    assert run.status == 0, run.out + run.err
    assert run.data["runs"][0]["touches"] == {"update": {"sent": 2}}
    assert crm.rows("id, health, note, nudges, score, is_watched")[0] == (
        *(1, "at-risk", "Ann: 50% 'left'", 5, 0.25, 1),
    )
    assert crm.rows("id, reviewed_on, nudged_at, seen_at")[0] == (
        *(1, "2026-03-10", "2026-03-10 13:00:00Z", 1773147600),
    )
    assert crm.rows("id, health, nudges")[2] == (3, None, 7), "the prospect is as it was"
    assert crm.stage.do("explain", "checkup", "--for", "1").status == 0, "it can be read again"
    assert crm.stage.do("ledger", "check").status == 0


def test_the_customers_own_row(crm: Crm) -> None:
    crm.step("user\n    set: {stage: nudged}")
    crm.stage.run()
    assert crm.rows("user_id, stage", "users") == [(1, "nudged"), (2, "nudged")]


def test_a_number_is_added_once_however_often_it_is_run(crm: Crm) -> None:
    crm.step("account\n    set: {nudges: {add: 1}, score: {add: -0.25}}")
    for _ in range(3):
        crm.stage.run()
    assert crm.rows("id, nudges, score")[:2] == [(1, 3, 0.25), (2, 1, 0.75)]


def test_what_stands_behind_an_update_sees_it_in_the_same_run(crm: Crm) -> None:
    more = """\
  - if: {account.health: at-risk}
    then: [{task: "Look at {{ account.name }}"}]
    else: [{task: too early}]
  - update: account
    set: {note: done}
  - task: "{{ account.note }}"
    id: last
"""
    crm.step("account\n    set: {health: at-risk}", more=more)
    run = crm.stage.run()
    assert run.data["runs"][0]["touches"] == {"task": {"sent": 4}, "update": {"sent": 4}}
    titles = [each["title"] for each in crm.stage.do("tasks", "--format", "json").data]
    assert sorted(titles) == ["Look at Acme", "Look at Beta", "done", "done"]


def test_a_rehearsal_writes_nothing_and_tells_it(crm: Crm) -> None:
    crm.step("account\n    set: {health: at-risk, nudges: {add: 1}}")
    dry = crm.stage.run("--dry-run")
    assert [(each["to"], each["subject"]) for each in dry.data["would"]] == [
        ("account 1", "health = at-risk, nudges + 1"),
        ("account 2", "health = at-risk, nudges + 1"),
    ]
    assert crm.rows("id, health, nudges")[0] == (1, None, 2)


def test_who_has_no_such_row(crm: Crm) -> None:
    """One of a prospect, and one of nobody: there is no account to write to."""
    crm.script("UPDATE users SET account_id = 3 WHERE user_id = 1")
    crm.script("UPDATE users SET account_id = NULL WHERE user_id = 2")
    crm.step("account\n    set: {nudges: {add: 1}}")
    run = crm.stage.run()
    assert run.data["runs"][0]["touches"] == {"update": {"skipped": 2}}
    assert crm.rows("id, nudges") == [(1, 2), (2, None), (3, 7)]


ENDS = {
    "gone": ("DELETE FROM accounts WHERE id = 1", "gone", "no row"),
    "outside": ("UPDATE accounts SET kind = 'prospect' WHERE id = 1", "gone", "no row"),
    "refused": (
        "CREATE TRIGGER no BEFORE UPDATE ON accounts WHEN old.id = 1 "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        "refused",
        "not this one",
    ),
}


@pytest.mark.parametrize("row", ENDS.values(), ids=ENDS)
def test_what_can_only_be_known_when_it_is_written(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, row: tuple[str, str, str]
) -> None:
    """That one fails with its reason, and the others go on."""
    happens, reason, detail = row
    before_writing(crm, monkeypatch, happens)
    crm.step("account\n    set: {nudges: {add: 1}}")
    run = crm.stage.run()
    assert run.status == 1
    assert touches(crm.stage) == {"failed": 1, "sent": 1}
    [(_, why, told)] = in_ledger(crm, "state, reason, detail", "state = 'failed'")
    assert why == reason
    assert detail in str(told)
    assert dict(crm.rows("id, nudges"))[2] == 1  # type: ignore[call-overload]


def in_ledger(crm: Crm, columns: str, which: str) -> list[tuple[object, ...]]:
    """What the outbox holds."""
    with closing(sqlite3.connect(crm.stage.root / ".touchline/ledger.db")) as connection:
        return connection.execute(f"SELECT {columns} FROM touches WHERE {which}").fetchall()


def before_writing(crm: Crm, monkeypatch: pytest.MonkeyPatch, happens: str) -> None:
    """Something happens between the pass that read and the writing."""
    make = Update._make
    left = [happens]

    def later(self: Update, change: RowChange) -> object:
        if left:
            crm.script(left.pop())
        return make(self, change)

    monkeypatch.setattr(Update, "_make", later)


def test_two_rows_under_one_key_are_not_changed(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    crm.script("CREATE TABLE copy AS SELECT * FROM accounts")
    crm.script("DROP TABLE accounts; ALTER TABLE copy RENAME TO accounts")
    again = "INSERT INTO accounts (id, kind, nudges) VALUES (1, 'customer', 40)"
    before_writing(crm, monkeypatch, again)
    crm.step("account\n    set: {nudges: {add: 1}}")
    assert crm.stage.run().status == 1
    assert touches(crm.stage) == {"failed": 1, "sent": 1}
    assert sorted(n for key, n in crm.rows("id, nudges") if key == 1) == [2, 40]  # type: ignore[type-var]


def test_a_locked_database_is_written_later(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sources.sqlite._BUSY_SECONDS", 0.1)
    crm.step("account\n    set: {nudges: {add: 1}}")
    crm.stage.do("ledger", "init")
    before = sqlite3.connect(crm.path, isolation_level=None)
    with closing(before):
        before.execute("BEGIN IMMEDIATE")
        assert crm.stage.run().data["runs"][0]["waiting"] == {"later": 2}
        before.execute("ROLLBACK")
    crm.stage.run(as_of=NEXT_DAY)
    assert crm.rows("id, nudges")[:2] == [(1, 3), (2, 1)]


def test_a_touch_that_ends_otherwise_follows_on_failure(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_writing(crm, monkeypatch, "DELETE FROM accounts WHERE id = 1")
    crm.step("account\n    set: {note: x}\n    on_failure: exit", more="  - task: went on\n")
    crm.stage.run()
    tasks = crm.stage.do("tasks", "--format", "json").data
    assert [each["key"] for each in tasks] == ["2"]


REFUSED = {
    "the-key": ("account\n    set: {id: 9}", "`id` is the key of account"),
    "where": ("account\n    set: {kind: prospect}", "which rows count as account"),
    "a-link": ("user\n    set: {account_id: 9}", "which account a user belongs to"),
    "a-list": ("account\n    set: {tags: x}", "`tags` is a list"),
    "computed": ("account\n    set: {people: 9}", "`people` is computed"),
    "one-column": ("account\n    set: {note: x, memo: y}", "memo and note are one column"),
    "no-such-name": (
        'account\n    set: {note: "{{ user.first_nam }}"}',
        "did you mean first_name?",
    ),
}


@pytest.mark.parametrize("crm", ["delete"], indirect=True)
@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_at_validation(crm: Crm, row: tuple[str, str]) -> None:
    step, told = row
    more = (
        "  kind: text\n  tags: list\n  memo: {type: text, column: note}\n  people: {count: user}\n"
    )
    crm.stage.write("catalog/account.yaml", ACCOUNT + more)
    crm.stage.write("catalog/user.yaml", USER + "  account_id: integer\n")
    crm.step(step)
    found = crm.stage.do("validate")
    assert found.status == 1
    assert told in found.out


# ---------------------------------------------------------------- killed

ADD, SET = "{nudges: {add: 1}}", "{nudges: 9}"
KILLS = {
    "an-addition-before-the-commit": (ADD, "permitted", {"unknown": 1}, 2),
    "an-addition-after-the-commit": (ADD, "committed", {"unknown": 1}, 3),
    "an-addition-before-the-permit": (ADD, "made", {"sent": 1}, 3),
    "a-value-after-the-commit": (SET, "committed", {"sent": 1}, 9),
}
VICTIM = """\
import os, signal, sys
sys.path.insert(0, {root!r})
import cli
from connectors.channels import update

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

make, commit = update._made, update._commit
if {moment!r} == "made":
    update._made = lambda writing, change: (make(writing, change), die())
elif {moment!r} == "permitted":
    update._commit = die
else:
    update._commit = lambda writing: (commit(writing), die())
cli.main(["run", "-C", {folder!r}])
"""


@pytest.mark.parametrize("crm", ["delete"], indirect=True)
@pytest.mark.parametrize("row", KILLS.values(), ids=KILLS)
def test_a_worker_killed_around_the_commit(
    crm: Crm, row: tuple[str, str, dict[str, int], int]
) -> None:
    """No number is added twice: where nobody knows, a person is asked. A value is set again."""
    said, moment, ends, number = row
    crm.script("DELETE FROM users WHERE user_id = 2")
    crm.step(f"account\n    set: {said}")
    folder = str(crm.stage.root)
    program = VICTIM.format(root=str(ROOT), folder=folder, moment=moment)
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    crm.stage.do("run")
    crm.stage.do("run")
    assert touches(crm.stage) == ends
    assert crm.rows("id, nudges")[0] == (1, number)
    held = crm.stage.do("held", "--format", "json").data
    assert [each["to"] for each in held] == (["account 1"] if "unknown" in ends else [])
    if held:
        answer = "--sent" if number == 3 else "--not-sent"
        assert crm.stage.do("held", "resolve", held[0]["id"], answer).status == 0
        crm.stage.do("run")
        assert crm.rows("id, nudges")[0] == (1, 3)
    assert crm.stage.do("audit", "verify").status == 0
    assert crm.stage.do("ledger", "check").status == 0
