"""A small business, as a project in a folder and its rows in memory: accounts, users, events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from connectors.fakes import FakeDatabase, FakeTable
from engine.audience.contacts import ContactRow, EnrollmentLog, NoEnrollments
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.catalog import Catalog
from engine.bind.playbook import Audience
from engine.language.project import Project
from engine.ports import Database
from engine.read.load import load_project

__all__ = ["AS_OF", "Log", "Shop", "at", "contact", "make_shop"]

AS_OF = datetime(2026, 3, 10, 13, tzinfo=UTC)
"""9:00 in New York, where the days of the shop are."""

FILES = {
    "touchline.yaml": """
touchline: 1
name: shop
timezone: America/New_York
connectors:
  crm: {type: files, path: crm}
  product:
    type: files
    path: product
    freshness: {table: events, column: occurred_at, at_most: 36 hours}
    volume: {users: {shrinks_by_at_most: 20%, grows_by_at_most: 100%}}
""",
    "catalog/account.yaml": """
entity: account
source: crm.accounts
key: id
contact: {name: owner, email: owner_email}
fields: {id: text, name: text, plan: text, renews_on: date}
events:
  ticket: {source: crm.tickets, key: account_id, at: opened_at, properties: {severity: integer}}
""",
    "catalog/user.yaml": """
entity: user
source: product.users
key: user_id
contact: {name: name, email: email}
links: {account: account_id}
fields:
  user_id: integer
  name: text
  email: text
  signed_up_at: {type: timestamp, required: true}
  onboarded_at: timestamp
events:
  logged_in: {source: product.events, key: user_id, at: occurred_at, where: {name: login}}
  used: {source: product.events, key: user_id, at: occurred_at, where: {name: use},
         properties: {feature: text, seconds: number}}
  csm_call: {source: crm.calls, key: user_id, at: held_at, counts_as: contact}
""",
}
TABLES: Mapping[str, Sequence[str]] = {
    "crm.accounts": ("id", "name", "plan", "renews_on", "owner", "owner_email"),
    "crm.tickets": ("account_id", "opened_at", "severity"),
    "crm.calls": ("user_id", "held_at"),
    "product.users": ("user_id", "account_id", "name", "email", "signed_up_at", "onboarded_at"),
    "product.events": ("user_id", "name", "occurred_at", "feature", "seconds"),
}


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def contact(touch_id: str, entity: str, key: object, when: str, **others: str) -> ContactRow:
    """A contact by email, of the enrollment `e-KEY` in the playbook `checkup`."""
    row = ContactRow(touch_id, entity, str(key), "", at(when), "email", "checkup", f"e-{key}")
    return replace(row, **others)  # type: ignore[arg-type]


@dataclass
class Log:
    """A contact log in memory."""

    rows: Sequence[ContactRow] = ()
    begins: datetime | None = None

    def known_from(self) -> datetime | None:
        """When the ledger was made, where that is a question."""
        return self.begins

    def contacts(
        self, since: datetime | None, until: datetime, channel: str | None, playbook: str | None
    ) -> Iterator[ContactRow]:
        """Those of a time, by channel and playbook."""
        for row in self.rows:
            in_time = row.at <= until and (since is None or row.at >= since)
            if in_time and channel in (None, row.channel) and playbook in (None, row.playbook):
                yield row


@dataclass
class Shop:
    """The project in a folder, its rows, and what its ledger remembers."""

    folder: Path
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    enrollments: EnrollmentLog = field(default_factory=NoEnrollments)
    apart: bool = False

    def add(self, table: str, **values: object) -> Shop:
        """One more row."""
        self.rows.setdefault(table, []).append(values)
        return self

    @property
    def project(self) -> Project:
        """The project as it is read."""
        return load_project(self.folder)

    @property
    def catalog(self) -> Catalog:
        """Its catalog, bound."""
        return bind_catalog(self.project)[0]

    def segment(self, where: str, *, of: str = "user") -> Audience:
        """A segment by the YAML of its `where`, a list in flow or block style."""
        path = self.folder / "segments" / "asked.yaml"
        path.write_text(f"segment: asked\nof: {of}\nwhere:\n{where}\n", encoding="utf-8")
        return bind_segment("asked", self.project, self.catalog)

    @contextmanager
    def sources(self) -> Iterator[Snapshot]:
        """An open snapshot of the rows: in one database, or each connector in its own."""
        databases = self._databases()
        with open_sources(
            databases, self.log, self.catalog, enrollments=self.enrollments
        ) as snapshot:
            yield snapshot

    def _databases(self) -> Mapping[str, Database]:
        if not self.apart:
            database = self._database("one", lambda table: True)
            return {"crm": database, "product": database}
        return {
            name: self._database(name, lambda table, name=name: table.startswith(f"{name}."))
            for name in ("crm", "product")
        }

    def _database(self, name: str, holds: Callable[[str], bool]) -> Database:
        tables = {
            table: FakeTable(self.rows.get(table, []), columns)
            for table, columns in TABLES.items()
            if holds(table)
        }
        database = FakeDatabase(tables)
        database.id = name
        return database


def make_shop(folder: Path) -> Shop:
    """The project with two accounts and four users; the last user has no account."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content.lstrip(), encoding="utf-8")
    (folder / "segments").mkdir()
    shop = Shop(folder)
    shop.add("crm.accounts", id="a", name="Acme", plan="pro", owner_email="boss@acme.example")
    shop.add("crm.accounts", id="b", name="Bolt", plan="free")
    for key, account in ((1, "a"), (2, "a"), (3, "b"), (4, None)):
        shop.add(
            "product.users",
            user_id=key,
            account_id=account,
            email=f"u{key}@acme.example",
            signed_up_at=at("2026-01-05T12:00"),
            onboarded_at=at("2026-02-01T12:00") if key < 4 else None,
        )
    return shop
