"""A house whose year is simulated: real files, sources, ledger and passes; the post is a fake.

What is declared, what the customers are like and what the receivers took is kept here in plain
words, for the checks to go by. What people do to it is in `hands.py`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.paper.database import paper_databases
from connectors.table import build_databases, open_writer
from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import NO_POLICY
from engine.courier import Courier
from engine.dispatch.workers import this_worker
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.notices import notice_policy
from engine.passes.run import move_on
from engine.passes.versions import Shelf
from engine.ports import Channel
from engine.problems import errors_only
from engine.roster import call_roll, known_now
from engine.running import (
    firing_of,
    keep_version,
    run_one,
    runnable_playbooks,
    send_notices,
    world_on,
)
from engine.stopped import standing_still
from engine.workplace import Ports, Workplace, open_workplace
from tests.support.ground import Ground
from tests.year.acts import KEYS, Book, Policy
from tests.year.cast import (
    ACCOUNT,
    ACCOUNTS,
    ACTOR,
    LIST,
    NEW_YEAR,
    TOPICS,
    USER,
    customer,
    settings,
)
from tests.year.papers import Playbook
from tests.year.post import Letter, Post

__all__ = ["House", "open_house"]

NESTED = ("then", "else", "split")
"""The words of a step that hold other steps."""


class House:
    """The files of a project, its customers, its ledger, and the hands that change them."""

    def __init__(self, root: Path, url: str, start: datetime) -> None:
        self.root, self.url = root, url
        self.now = start
        self.answer = "sent"
        self.letters: list[Letter] = []
        self.customers = {key: customer(key) for key in KEYS}
        self.gone: set[int] = set()
        self.books: list[Playbook] = []
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.asks: dict[str, str] = {}
        """The playbook that a version asks into, as it was called then."""
        self.roots: dict[str, str] = {}
        self.specs: dict[str, dict[str, Any]] = {}
        """What each step says, by the first name that it had."""
        self.versions: dict[str, str] = {}
        """The version that the last pass found of each playbook, by its first name."""
        self.first_names: dict[str, str] = {}
        """What each playbook was called at first, by all of its names."""
        self.asking: set[str] = set()
        """The steps that ask into another playbook."""
        self.policy: dict[str, Any] = {}
        self.unwanted: set[tuple[str, str]] = set()
        self.wanted: set[tuple[str, str]] = set()
        self.halted: set[str] = set()
        self.approved: dict[str, bytes] = {}
        """What a person has let go, as it read then."""
        self.allowed: dict[str, datetime] = {}
        """When a list was let pass a fuse since the last fire, by the playbook's first name."""
        self.rated_at = start
        """Since when the policy says what it says of rates."""
        self.let_in_at: datetime | None = None
        """When somebody was let in by hand for the last time."""
        self.fresh = 0
        self._last = ""
        """The mail or task that was written last: what `@last` means in the steps after it."""
        self._is_changed = True
        self._place: Workplace | None = None
        self.ledger: Ledger = open_ledger(url, root=root)
        self._courier = Courier(
            self.ledger,
            dict,
            now=lambda: self.now,
            real=lambda: self.now,
            policy=NO_POLICY,
            worker=this_worker(),
            ages_by=lambda: self.now,
        )

    # ------------------------------------------------------------ files

    def found(self, books: Sequence[Book], policy: Sequence[Policy]) -> None:
        """Write all files for the first time."""
        self._write("catalog/user.yaml", USER)
        self._write("catalog/account.yaml", ACCOUNT)
        segment = {"segment": "troubled", "of": "user", "where": [{"is_troubled": True}]}
        self._write("segments/troubled.yaml", segment)
        (self.root / "emails").mkdir(exist_ok=True)
        for name, topic in TOPICS.items():
            head = f"subject: Hello {{{{ user.name }}}}\n{f'topic: {topic}' if topic else ''}"
            (self.root / f"emails/{name}.md").write_text(f"---\n{head}\n---\nA {name}.\n")
        (self.root / "emails/list.md").write_text(LIST)
        for part in policy:
            self.set_policy(part)
        for book in books:
            self.publish(book)
        self.write_files()

    def publish(self, book: Book) -> None:
        self.fresh += 1
        playbook = Playbook(f"p{self.fresh}", book.head, [])
        playbook.steps = [self.named(step) for step in book.steps]
        self.first_names[playbook.name] = playbook.name
        self.books.append(playbook)

    def named(self, step: Any) -> Any:
        """A step, and those inside it, each under an id that no other one ever had."""
        if isinstance(step, list):
            return [self.named(each) for each in step]
        self.fresh += 1
        name = f"s{self.fresh}"
        self.roots[name] = name
        if "enroll" in step:
            self.asking.add(name)
        found = {key: self._inside(key, value) for key, value in step.items() if key not in NESTED}
        if "email" in step or "task" in step:
            self._last = name
        found |= {key: self._inside(key, step[key]) for key in NESTED if key in step}
        self.specs[name] = {**found, "id": name}
        return self.specs[name]

    def _inside(self, word: str, value: Any) -> Any:
        """What stands beside a word of a step, with the steps in it named, and `@last` told."""
        if word in ("then", "else"):
            return self.named(value)
        if word == "split":
            return [{**way, "steps": self.named(way["steps"])} for way in value]
        return json.loads(json.dumps(value).replace("@last", self._last))

    def write_files(self) -> None:
        """All that may change, as it is now."""
        self._write("touchline.yaml", settings(self.url, self.policy))
        shutil.rmtree(self.root / "playbooks", ignore_errors=True)
        for book in self.books:
            text = json.dumps(book.written).replace("@second", self.books[-1].name)
            self._write(f"playbooks/{book.name}.yaml", json.loads(text))
        self._is_changed = True

    def _write(self, path: str, data: object) -> None:
        target = self.root / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(data), encoding="utf-8")

    # ------------------------------------------------------------ a pass

    def passes(self, at: datetime, *, fires: bool) -> None:
        """At an instant everything that is due is done, as a daemon would."""
        self.now = at
        self.put_rows()
        place = self.take_up()
        call_roll(place, self.ledger, at=self.now, actor=ACTOR)
        notice_policy(place, self.ledger, at=self.now)
        playbooks, broken = runnable_playbooks(place, (), self.now)
        assert not broken, [report.fault for report in broken]
        self._courier.hold_all_but(())
        for playbook in playbooks:
            self.note_pause(self.book_of(playbook.name))
            self.remember(playbook)
            if fires:
                self._fire(place, playbook)
            else:
                self._move_on(place, playbook)
        self._courier.send()
        self._courier.write_back()
        send_notices(place, self.ledger, self._courier, at=self.now)
        self._read_back()

    def remember(self, playbook: BoundPlaybook) -> None:
        """What a version says."""
        self.said[playbook.version] = steps = self.book_of(playbook.name).steps
        self.versions[self.first_names[playbook.name]] = playbook.version
        if "@second" in json.dumps(steps):
            self.asks.setdefault(playbook.version, self.books[-1].name)

    def _fire(self, place: Workplace, playbook: BoundPlaybook) -> None:
        firing = firing_of(place, self.now, f"by hand {self.now.isoformat()}", ACTOR)
        report = run_one(place, self.ledger, playbook, firing, courier=self._courier)
        assert report.fault is None, report.fault

    def _move_on(self, place: Workplace, playbook: BoundPlaybook) -> None:
        if standing_still(self.ledger, playbook, at=self.now, actor=ACTOR):
            return
        known = known_now(self.ledger, playbook)
        with self.ledger.write() as unit:
            keep_version(unit, place, known, at=self.now)
        versions = Shelf(place.project, place.catalog, self.ledger, known)
        with place.sources(self.ledger) as snapshot:
            world = world_on(place, snapshot, self.now, self.ledger)
            move_on(known, self.now, world, self.ledger, versions=versions, dispatch=self._courier)

    def note_pause(self, book: Playbook) -> None:
        """A pause begins and ends with the pass that finds it."""
        if book.is_paused:
            book.paused_at = book.paused_at or self.now
        elif book.paused_at:
            book.pauses.append((book.paused_at, self.now))
            book.paused_at = None

    def put_rows(self) -> None:
        file = self.root / "data.db"
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA synchronous=OFF")
        names = list(self.customers[1])
        connection.execute(f"CREATE TABLE users ({', '.join(names)})")
        rows = [list(row.values()) for key, row in self.customers.items() if key not in self.gone]
        connection.executemany(f"INSERT INTO users VALUES ({', '.join('?' * len(names))})", rows)
        columns = "id, name, champion_name, champion_email, csm_name, csm_email"
        connection.execute(f"CREATE TABLE accounts ({columns})")
        connection.executemany("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)", ACCOUNTS)
        connection.commit()
        connection.close()

    def _read_back(self) -> None:
        """What updates have written."""
        with closing(sqlite3.connect(self.root / "data.db")) as connection:
            for key, visits in connection.execute("SELECT user_id, visits FROM users"):
                self.customers[key]["visits"] = visits

    def take_up(self) -> Workplace:
        """The project as its files are now."""
        if self._place is not None and not self._is_changed:
            return self._place
        self._is_changed = False
        if self._place is not None:
            self._place.close()
        self._place = place = open_workplace(self.root, self.root, self._ports())
        assert not errors_only(place.project.problems), errors_only(place.project.problems)
        self._courier.use(place.channels, place.policy)
        return place

    def _ports(self) -> Ports:
        return Ports(
            databases=build_databases,
            paper=paper_databases,
            channels=lambda declared, *_: {name: self._channel(name) for name in declared},
            writer=open_writer,
            environ={},
            host="here",
            actor=ACTOR,
            clock=_Clock(self),
        )

    def _channel(self, name: str) -> Channel:
        return Post(name, self)

    def close(self) -> None:
        """End what is open."""
        self._courier.close()
        self.ledger.close()
        if self._place is not None:
            self._place.close()

    # ------------------------------------------------------------ what people do

    def book_of(self, name: str) -> Playbook:
        """The playbook that is, or was, called so."""
        return next(book for book in self.books if name in book.names)

    def set_policy(self, act: Policy) -> None:
        """A part of the policy."""
        self.policy = {**self.policy, act.part: act.value}
        if act.part == "rates":
            self.rated_at = self.now
        if act.value is None:
            del self.policy[act.part]
        if self.books:
            self.write_files()


@dataclass(frozen=True)
class _Clock:
    house: House

    def now(self) -> datetime:
        """The instant of the house."""
        return self.house.now

    def uptime(self) -> float:
        """As steady as the house's time."""
        return self.house.now.timestamp()


@contextmanager
def open_house(ground: Ground, hours: int) -> Iterator[House]:
    """A house with nothing but an empty ledger, so many hours after New Year."""
    for folder in ("catalog", "segments", "playbooks", "emails"):
        shutil.rmtree(ground.root / folder, ignore_errors=True)
    ground.clear()
    house = House(ground.root, ground.url, NEW_YEAR + timedelta(hours=hours))
    try:
        yield house
    finally:
        house.close()
