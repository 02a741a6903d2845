"""A house whose year is simulated: real files, sources, ledger and passes; the post is a fake.

What is declared, what the customers are like and what the receivers took is kept here in plain
words, for the checks to go by.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.paper.database import paper_databases
from connectors.table import build_databases, open_writer
from engine import desk
from engine.approving import edit_draft
from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import NO_POLICY
from engine.by_hand import Segment, enroll, take_out
from engine.courier import Courier
from engine.dispatch.workers import this_worker
from engine.ledger.control import halt, resume
from engine.ledger.drafts import draft as read_draft
from engine.ledger.payloads import change_payloads
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.ledger.suppressions import suppress, unsuppress
from engine.ledger.tables import touches
from engine.ledger.tasks import finish_task, list_tasks
from engine.ledger.topics import subscribe, unsubscribe
from engine.notices import notice_policy
from engine.passes.run import move_on
from engine.passes.versions import Shelf
from engine.ports import (
    Answer,
    Channel,
    Follow,
    Message,
    NotSent,
    Permit,
    Refusal,
    Sent,
    UnknownOutcome,
    nobody,
)
from engine.problems import Refused, errors_only
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
from tests.year.acts import CHAMPION, KEYS, Ask, Book, ByHand, Change, Edit, Policy, Review

__all__ = [
    "ACTOR",
    "ADDRESS",
    "COLLEAGUES",
    "NEW_YEAR",
    "PROJECT_ZONE",
    "House",
    "Letter",
    "Playbook",
    "open_house",
]

ACTOR = "ann"
PROJECT_ZONE = "America/New_York"
NEW_YEAR = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
ZONES = ("", "America/New_York", "Australia/Lord_Howe", "Mars/Olympus", "Asia/Kolkata")
ADDRESS = {
    CHAMPION: "c1@example.com",
    **{key: f"u{5 if key == 6 else key}@example.com" for key in KEYS},
}
"""Customers 5 and 6 share one, and customer 4 is the champion of the second account."""

COLLEAGUES = frozenset(f"{name}@acme.example.com" for name in ("casey", "kim", "dana"))
ACCOUNTS = (
    (1, "A", "Cham", ADDRESS[CHAMPION], "Casey", "casey@acme.example.com"),
    (2, "B", "Ann4", ADDRESS[4], "Kim", "kim@acme.example.com"),
)

USER = {
    "entity": "user",
    "source": "product.users",
    "key": "user_id",
    "contact": {"name": "name", "email": "email", "timezone": "tz"},
    "links": {"account": "account_id"},
    "fields": {
        **{"user_id": "integer", "name": "text", "email": "text", "tz": "text", "stage": "text"},
        **dict.fromkeys(("is_busy", "is_ready", "is_done", "is_won", "is_troubled"), "boolean"),
        **{"renews_on": "date", "visits": "integer"},
    },
}
ACCOUNT = {
    "entity": "account",
    "source": "product.accounts",
    "key": "id",
    "people": {"champion": {"name": "champion_name", "email": "champion_email"}},
    "team": {"csm": {"name": "csm_name", "email": "csm_email"}},
    "fields": {"id": "integer", "name": "text"},
}
TOPICS = {"note": "", "tips": "tips", "bill": "bill", "asks": "asks"}
LIST = """\
---
subject: "{{ items | length }} for {{ recipient.name }}"
---
{% for item in items %}
- customer-{{ item.user.user_id }}.
{% endfor %}
"""
ANSWERS: Mapping[str, Answer] = {
    "sent": Sent("250 fine"),
    "later": NotSent(Refusal.LATER, "450 not now", "450"),
    "refused": NotSent(Refusal.MESSAGE, "554 no", "554"),
    "mailbox": NotSent(Refusal.MAILBOX, "550 nobody here", "550"),
    "unknown": UnknownOutcome("no answer"),
}


@dataclass(frozen=True)
class Letter:
    """What a receiver took, or may have taken."""

    at: datetime
    id: str
    channel: str
    address: str
    payload: bytes = field(repr=False)


@dataclass
class Playbook:
    """A playbook as it is written now, and when passes found it paused."""

    name: str
    head: dict[str, Any]
    steps: list[dict[str, Any]]
    formerly: list[str] = field(default_factory=list)
    on_change: str = "keep"
    is_paused: bool = False
    paused_at: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """All that it was ever called."""
        return {self.name, *self.formerly}

    @property
    def zone(self) -> str:
        """Where its days are."""
        return str(self.head["schedule"]["timezone"])

    @property
    def written(self) -> dict[str, Any]:
        """Its file."""
        found = {"playbook": self.name, **self.head, "on_change": self.on_change}
        found["status"] = "paused" if self.is_paused else "active"
        if self.formerly:
            found["formerly"] = self.formerly
        return {**found, "steps": self.steps}


class _Post:
    """A receiver that takes everything down before it answers."""

    def __init__(self, name: str, house: House) -> None:
        self.name, self._house = name, house
        self.on_unknown = "hold" if name == "email" else "resend"
        self.patience = 1.0
        self.at_once = 4

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        answer = ANSWERS[self._house.answer if self.name == "email" else "sent"]
        if isinstance(answer, Sent | UnknownOutcome):
            taken = (message.id, self.name, message.recipient, message.payload)
            self._house.letters.append(Letter(self._house.now, *taken))
        if isinstance(answer, NotSent) and answer.refusal is Refusal.MAILBOX:
            self._house.unwanted.add((message.recipient, ""))
        return answer

    async def close(self) -> None:
        return None


class House:
    """The files of a project, its customers, its ledger, and the hands that change them."""

    def __init__(self, root: Path, url: str, start: datetime) -> None:
        self.root, self.url = root, url
        self.now = start
        self.answer = "sent"
        self.letters: list[Letter] = []
        self.customers = {key: _customer(key) for key in KEYS}
        self.gone: set[int] = set()
        self.books: list[Playbook] = []
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.asks: dict[str, str] = {}
        """The playbook that a version asks into, as it was called then."""
        self.roots: dict[str, str] = {}
        self.asking: set[str] = set()
        """The steps that ask into another playbook."""
        self.policy: dict[str, Any] = {}
        self.unwanted: set[tuple[str, str]] = set()
        self.wanted: set[tuple[str, str]] = set()
        self.halted: set[str] = set()
        self.approved: dict[str, bytes] = {}
        """What a person has let go, as it read then."""
        self.fresh = 0
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
            self._publish(book)
        self._write_rest()

    def _publish(self, book: Book) -> None:
        self.fresh += 1
        playbook = Playbook(f"p{self.fresh}", book.head, [])
        playbook.steps = [self._named(step) for step in book.steps]
        self.books.append(playbook)

    def _named(self, step: Any) -> Any:
        """A step, and those inside it, each under an id that no other one ever had."""
        if isinstance(step, list):
            return [self._named(each) for each in step]
        self.fresh += 1
        name = f"s{self.fresh}"
        self.roots[name] = name
        if "enroll" in step:
            self.asking.add(name)
        found = {key: _deeper(key, value, self._named) for key, value in step.items()}
        return {**found, "id": name}

    def _write_rest(self) -> None:
        smtp = {
            **{"type": "smtp", "host": "127.0.0.1", "tls": "none"},
            "from": {"name": "Dana", "email": "dana@acme.example.com"},
            "postal_address": "1 Main Street",
            "unsubscribe": {"mailto": "stop@acme.example.com"},
        }
        hook = {"type": "webhook", "url": "http://127.0.0.1:9/", "allow_private": True}
        topics = {"tips": {}, "bill": {"default": "required"}, "asks": {"default": "unsubscribed"}}
        settings = {
            **{"touchline": 1, "name": "year", "timezone": PROJECT_ZONE},
            "ledger": {"url": self.url},
            "connectors": {"product": {"type": "sql", "url": "sqlite:///data.db"}},
            "channels": {"email": smtp, "hook": hook},
            "people": {"dana": {"name": "Dana", "email": "dana@acme.example.com"}},
            "policy": {**self.policy, "topics": topics},
        }
        self._write("touchline.yaml", settings)
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

    def passes(self, minutes: int, *, fires: bool) -> None:
        """So many minutes later everything that is due is done, as a daemon would."""
        self.now += timedelta(minutes=minutes)
        self._put_rows()
        place = self._take_up()
        call_roll(place, self.ledger, at=self.now, actor=ACTOR)
        notice_policy(place, self.ledger, at=self.now)
        playbooks, broken = runnable_playbooks(place, (), self.now)
        assert not broken, [report.fault for report in broken]
        self._courier.hold_all_but(())
        for playbook in playbooks:
            self._note_pause(self.book_of(playbook.name))
            self._remember(playbook)
            if fires:
                self._fire(place, playbook)
            else:
                self._move_on(place, playbook)
        self._courier.send()
        self._courier.write_back()
        send_notices(place, self.ledger, self._courier, at=self.now)
        self._read_back()

    def _remember(self, playbook: BoundPlaybook) -> None:
        """What a version says."""
        self.said[playbook.version] = steps = self.book_of(playbook.name).steps
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

    def _note_pause(self, book: Playbook) -> None:
        """A pause begins and ends with the pass that finds it."""
        if book.is_paused:
            book.paused_at = book.paused_at or self.now
        elif book.paused_at:
            book.pauses.append((book.paused_at, self.now))
            book.paused_at = None

    def _put_rows(self) -> None:
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

    def _take_up(self) -> Workplace:
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
        return _Post(name, self)

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

    def change(self, act: Change) -> None:
        """A row of the source changes."""
        value = int(act.value) if isinstance(act.value, bool) else act.value
        self.customers[act.key][act.field] = value

    def vanish(self, instead: Book) -> None:
        """The second playbook is deleted, and a new one written."""
        self.books.pop()
        self._publish(instead)
        self._write_rest()

    def edit(self, act: Edit) -> None:
        """The file of a playbook changes."""
        book = self.books[act.book]
        at, steps = act.place % len(book.steps), list(book.steps)
        match act.kind:
            case "insert":
                steps.insert(at, self._named(act.step))
            case "delete" if len(steps) > 1:
                del steps[at]
            case "reorder":
                steps.append(steps.pop(at))
            case "rename step":
                steps[at] = self._renamed(steps[at])
            case "rename":
                self.fresh += 1
                book.formerly.append(book.name)
                book.name = f"p{self.fresh}"
            case "keep" | "move" | "exit":
                book.on_change = act.kind
        book.steps = steps
        self._write_rest()

    def _renamed(self, step: dict[str, Any]) -> dict[str, Any]:
        self.fresh += 1
        name = f"s{self.fresh}"
        self.roots[name] = self.roots[step["id"]]
        return {**step, "id": name, "formerly": [*step.get("formerly", ()), step["id"]]}

    def set_paused(self, book: int, paused: bool) -> None:
        """The status in a playbook's file."""
        self.books[book].is_paused = paused
        self._write_rest()

    def set_policy(self, act: Policy) -> None:
        """A part of the policy."""
        self.policy = {**self.policy, act.part: act.value}
        if act.value is None:
            del self.policy[act.part]
        if self.books:
            self._write_rest()

    def set_halt(self, book: int | None, on: bool) -> None:
        """A halt is put or lifted."""
        names = [] if book is None else [self.books[book].name]
        if on:
            halt(self.ledger, names, why="", at=self.now, actor=ACTOR)
            self.halted.update(names or {""})
        else:
            resume(self.ledger, names, at=self.now, actor=ACTOR)
            self.halted.difference_update(names or {""})

    def ask(self, act: Ask) -> None:
        """A customer says what it wants to hear of."""
        address, topic = ADDRESS[act.key], act.topic
        if topic == "asks":
            change, named, is_in = subscribe if act.wants else unsubscribe, self.wanted, act.wants
        else:
            change, named, is_in = (
                unsuppress if act.wants else suppress,
                self.unwanted,
                not act.wants,
            )
        with self.ledger.write() as unit:
            change(unit, address, topic=topic, why="", at=self.now, actor=ACTOR)
        (named.add if is_in else named.discard)((address, topic))

    def by_hand(self, act: ByHand) -> None:
        """Somebody is let in, or taken out."""
        book = self.books[act.book]
        self._put_rows()
        place = self._take_up()
        call_roll(place, self.ledger, at=self.now, actor=ACTOR)
        if not act.enters:
            take_out(place, book.name, str(act.key), why="")
            return
        self._note_pause(book)
        self._remember(place.runnable(book.name))
        try:
            enroll(place, book.name, str(act.key), self.now, segment=Segment.ASKED)
        except Refused:
            assert act.key in self.gone

    def review(self, act: Review) -> None:
        """One of the drafts that wait, if any does."""
        place = self._take_up()
        drafts = [item for item in desk.held_items(place) if item.kind == "draft"]
        if not drafts:
            return
        draft = drafts[act.number % len(drafts)]
        match act.verdict:
            case "approve" | "approve and edit" | "approve and forge":
                with self.ledger.read() as unit:
                    self.approved[draft.id] = read_draft(unit, draft.id).payload
                desk.approve(place, [draft.id], digest=draft.digest)
                self._change_what_is_approved(place, draft.id, act.verdict)
            case "edit":
                self._edit_draft(place, draft.id)
            case "edit and approve what was":
                self._edit_draft(place, draft.id)
                with pytest.raises(Refused):
                    desk.approve(place, [draft.id], digest=draft.digest)
            case "drop":
                desk.drop(place, [draft.id])

    def _edit_draft(self, place: Workplace, draft: str) -> None:
        self.fresh += 1
        edited = f"Edited {self.fresh}."
        edit_draft(place, draft, subject=None, text=edited, editor=None)

    def _change_what_is_approved(self, place: Workplace, draft: str, verdict: str) -> None:
        """By an edit, which comes too late; or behind everybody's back, in the ledger itself."""
        if verdict == "approve and edit":
            with pytest.raises(Refused):
                self._edit_draft(place, draft)
        elif verdict == "approve and forge":
            with self.ledger.write() as unit:
                mine = (touches.c.id == draft) | (touches.c.copy_of == draft)
                ids = unit.connection.scalars(select(touches.c.id).where(mine)).all()
                change_payloads(unit, ids, self.approved[draft].replace(b"Hello", b"Hullo"))

    def task_done(self, number: int) -> None:
        """One of the open tasks, if any is."""
        with self.ledger.write() as unit:
            if tasks := list_tasks(unit):
                finish_task(unit, tasks[number % len(tasks)].id, at=self.now, actor=ACTOR)


@dataclass(frozen=True)
class _Clock:
    house: House

    def now(self) -> datetime:
        """The instant of the house."""
        return self.house.now

    def uptime(self) -> float:
        """As steady as the house's time."""
        return self.house.now.timestamp()


def _deeper(key: str, value: Any, named: Any) -> Any:
    if key in ("then", "else"):
        return named(value)
    if key == "split":
        return [{**way, "steps": named(way["steps"])} for way in value]
    return value


def _customer(key: int) -> dict[str, Any]:
    return {
        **{"user_id": key, "account_id": 1 + key % 2, "name": f"Ann{key}", "email": ADDRESS[key]},
        **{"tz": ZONES[key % len(ZONES)], "stage": "abc"[key % 3]},
        **dict.fromkeys(("is_busy", "is_done", "is_won", "is_troubled"), 0),
        **{"is_ready": key % 2, "renews_on": "2026-04-07" if key == 2 else "", "visits": 0},
    }


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
