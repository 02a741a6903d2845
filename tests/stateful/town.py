"""A town: customers, their daemons, the post, and people who halt, edit, approve and complain.

What is true of it is kept here in plain words, for the judge to go by.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from connectors.paper.database import paper_databases
from connectors.table import build_databases, open_writer
from engine import desk
from engine.halting import halt, let_go_on
from engine.ledger.database import ledger_url
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.ledger.tables import touches
from engine.ports import Message
from engine.receiving import receive
from engine.running import run_now
from engine.workplace import Ports, Workplace, open_workplace
from tests.inbound import mails
from tests.stateful.post import Line, Post
from tests.stateful.process import Died, Process, ProcessTable, in_a_thread, on_one_machine
from tests.stateful.project import ADDRESS, KEYS, Project
from tests.support.ground import Ground

__all__ = ["START", "Town", "open_town"]

START = datetime(2026, 3, 2, 8, 55, tzinfo=UTC)
PASS_EVERY = timedelta(minutes=15)
CLAIM_LEASE = timedelta(minutes=10)
LANES = 4


class Town:
    """Everything that is simulated, and what may be said against a message by it."""

    def __init__(self, root: Path, url: str, books: int, *, table: ProcessTable) -> None:
        self.root, self.now = root, START
        self.project = Project(root, url, books)
        self.customers = {key: _customer(key) for key in KEYS}
        self.out_since: dict[tuple[int, str], datetime] = {}
        self.unwanted: set[tuple[str, str]] = set()
        self.halted: set[str] = set()
        self.approved: set[str] = set()
        self.came_back: set[str] = set()
        self.doubts = 0
        """How many acts deaths and long sleeps may have left in doubt, at most."""
        self.table = table
        self.post = Post(lambda: self.now, before=self.why_not, after=self.is_undoubted)
        self.living: list[Process] = []
        self.born = 0
        self.project.found()
        self._put_rows()
        self.judge: Ledger = open_ledger(url, root=root)
        self._desk: Workplace | None = None

    # ------------------------------------------------------------ time and daemons

    def tick(self, minutes: int) -> None:
        """So much later every daemon that lives has its round; where none does, one is started."""
        self.now += timedelta(minutes=minutes)
        if not self.living:
            self.start()
        for process in list(self.living):
            self._round(process)

    def _round(self, process: Process) -> None:
        if not process.round():
            self._bury(process)

    def start(self) -> None:
        """Another daemon begins."""
        self.born += 1
        name = f"daemon {self.born}"
        process = Process(name, self.root, self._ports(), post=self.post, table=self.table)
        self.living.append(process)

    def kill(self, *, elsewhere: bool) -> None:
        """The oldest daemon is killed between two rounds, or a whole machine is."""
        if self.living:
            process = self.living[0]
            if elsewhere:
                self.table.elsewhere.add(process.name)
            process.die()
            self._bury(process)

    def _bury(self, process: Process) -> None:
        self.living.remove(process)
        self.doubts += LANES

    def meanwhile(self, moment: str, number: int, act: Callable[[], None]) -> None:
        """Something happens at the n-th moment of the oldest daemon from now on."""
        if not self.living:
            self.start()
        self.living[0].plan(moment, number, act)

    def dies(self) -> None:
        """What happens to a daemon that is killed at a moment."""
        raise Died

    def sleeps(self, minutes: int) -> None:
        """A daemon stands still so long; another one takes over, and then it wakes up."""
        self.doubts += LANES
        self.now += timedelta(minutes=minutes)
        sleeper = self.living[0]
        if len(self.living) == 1:
            self.start()
        for process in self.living:
            if process is not sleeper:
                in_a_thread(process.round)

    def runs_by_hand(self) -> None:
        """Somebody calls `touchline run` while a daemon is in the middle of something."""

        def run() -> None:
            with self.table.as_if("by hand"):
                run_now(self.desk(), (), self.now, fixed=False)

        in_a_thread(run)

    def _ports(self) -> Ports:
        return Ports(
            databases=build_databases,
            paper=paper_databases,
            channels=lambda declared, *_: {
                each: Line(each, self.post, _Nobody()) for each in declared
            },
            writer=open_writer,
            environ={},
            host="here",
            actor="ann",
            clock=_Clock(self),
        )

    # ------------------------------------------------------------ what people do

    def desk(self) -> Workplace:
        """The project as a command would open it now."""
        if self._desk is None:
            self._desk = open_workplace(self.root, self.root, self._ports())
        return self._desk

    def _leave_desk(self) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def edit(self, kind: str, place: int) -> None:
        """A file is edited; daemons take it up once it came to rest."""
        self.project.edit(kind, place)
        self._leave_desk()

    def change(self, key: int, what: str, value: bool) -> None:
        """A customer is done (`is_done`), in the segment (`is_in`), or gone (`is_gone`), or not."""
        self.customers[key][what] = int(value)
        if what != "is_in" and value:
            self.out_since.setdefault((key, what), self.now)
        else:
            self.out_since.pop((key, what), None)
        self._put_rows()

    def halt(self, scope: str) -> None:
        """`touchline halt`, of everything (empty) or of one playbook."""
        place = self.desk()
        halt(place.root, lambda: place, [scope] if scope else [], "")
        self.halted.add(scope)

    def resume(self, scope: str) -> None:
        """`touchline resume`."""
        let_go_on(self.desk(), [scope] if scope else [])
        self.halted.discard(scope)

    def calm(self) -> None:
        """Servers answer, nothing that was planned happens, nobody halts or enters."""
        self.post.script.clear()
        for process in self.living:
            process.forget_plans()
        for scope in sorted(self.halted):
            self.resume(scope)
        for key in KEYS:
            self.change(key, "is_in", False)

    def unsubscribe(self, key: int, topic: str) -> None:
        """A customer wants no more of a topic (empty: of anything)."""
        desk.stop_contacting(self.desk(), ADDRESS[key], topic=topic, why="")
        self.unwanted.add((ADDRESS[key], topic))

    def ask_again(self, key: int) -> None:
        """A customer wants everything after all."""
        for topic in ("", "tips"):
            if (ADDRESS[key], topic) in self.unwanted:
                desk.allow_contacting(self.desk(), ADDRESS[key], topic=topic, why="")
                self.unwanted.discard((ADDRESS[key], topic))

    def comes_back(self, number: int, *, as_complaint: bool) -> None:
        """One of the mails that the server has taken bounces, or its reader complains."""
        taken = [letter for letter in self.post.letters if letter.channel == "email"]
        if not taken:
            return
        letter = taken[number % len(taken)]
        data = mails.feedback() if as_complaint else mails.postfix()
        said = data.replace(mails.OURS.encode(), f"<{letter.id}@acme.example.com>".encode())
        told = said.replace(mails.TO.encode(), letter.address.encode())
        found = receive(self.desk(), [], "dsn", stdin=io.BytesIO(told))
        assert found.exit_status == 0, found
        self.unwanted.add((letter.address, ""))
        if not as_complaint:
            self.came_back.add(letter.id)

    def go_through_held(self, *, yes: bool) -> None:
        """A person approves or drops all drafts, and finds out what became of unknowns."""
        for item in desk.held_items(self.desk()):
            if item.kind == "unknown":
                desk.resolve(self.desk(), item.id, was_sent=item.id in self.taken())
            elif yes:
                self.approved.add(item.id)
                desk.approve(self.desk(), [item.id])
            else:
                desk.drop(self.desk(), [item.id])

    # ------------------------------------------------------------ what is known

    def taken(self) -> set[str]:
        """The ids of all that the receivers have."""
        return {letter.id for letter in self.post.letters}

    def why_not(self, message: Message) -> str:
        """Why a message must not go, as it stands before its permit is asked; empty: it may."""
        row = self._row(message)
        if row is None:
            return "nobody decided it"
        key, halted = int(row.key), self.halted & {"", row.playbook}
        reasons = {
            "halted": bool(halted),
            "unwanted": bool({(row.recipient, ""), (row.recipient, row.topic)} & self.unwanted)
            and row.channel == "email",
            "too late": row.expires_at is not None and row.expires_at <= self.now,
            "gone": self._is_out(key, "is_gone"),
            "done": row.playbook == "welcome" and self._is_out(key, "is_done"),
        }
        return ", ".join(name for name, holds in reasons.items() if holds)

    def _is_out(self, key: int, what: str) -> bool:
        """Long enough for a pass to have found it before the claim was made."""
        since = self.out_since.get((key, what))
        return since is not None and self.now > since + PASS_EVERY + CLAIM_LEASE

    def is_undoubted(self, message: Message) -> str:
        """What is wrong with a message that has its permit: its doubt must be on record."""
        row = self._row(message)
        if row is None or row.state != "in_doubt":
            return f"goes out as {row.state if row else 'nothing'}"
        if row.approver and message.id not in self.approved:
            return "nobody approved it"
        return ""

    def _row(self, message: Message) -> Row[Any] | None:
        with self.judge.read() as unit:
            return unit.connection.execute(
                select(touches).where(touches.c.id == message.id)
            ).one_or_none()

    # ------------------------------------------------------------ inside

    def _put_rows(self) -> None:
        """A new file in the place of the old one, which a pass may have open."""
        fresh = self.root / "fresh.db"
        names = ("user_id", "name", "email", "is_in", "is_done")
        here = (row for row in self.customers.values() if not row["is_gone"])
        with closing(sqlite3.connect(fresh)) as connection, connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(f"CREATE TABLE users ({', '.join(names)})")
            rows = [[row[name] for name in names] for row in here]
            connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?)", rows)
        fresh.replace(self.root / "data.db")

    def close(self) -> None:
        """End what is open."""
        for process in list(self.living):
            process.die()
        self._leave_desk()
        self.judge.close()


class _Nobody:
    def moment(self, name: str) -> None:
        """Nothing happens to what a person does."""


@dataclass(frozen=True)
class _Clock:
    town: Town

    def now(self) -> datetime:
        """The instant of the town."""
        return self.town.now

    def uptime(self) -> float:
        """As steady as the town's time."""
        return self.town.now.timestamp()


def _customer(key: int) -> dict[str, Any]:
    said = {"user_id": key, "name": f"Ann{key}", "email": ADDRESS[key]}
    return {**said, "is_in": 1, "is_done": 0, "is_gone": 0}


@contextmanager
def open_town(ground: Ground, books: int) -> Iterator[Town]:
    """A town with so many playbooks and an empty ledger."""
    for folder in ("catalog", "playbooks", "emails"):
        shutil.rmtree(ground.root / folder, ignore_errors=True)
    ground.clear()
    table = ProcessTable()
    with on_one_machine(table, ledger_url(ground.url, ground.root)):
        town = Town(ground.root, ground.url, books, table=table)
        try:
            yield town
        finally:
            town.close()
