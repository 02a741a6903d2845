"""Made-up customers, and every play of the library in use among them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cli
from connectors.demo.generate import Scale, generate
from engine.answers import who_matches
from engine.proof import make_live_ledger
from engine.read.library import library_names
from engine.tracking import track_now
from engine.workplace import Workplace, open_workplace
from tests.library.projects import reference, used

__all__ = ["AS_OF", "AUDIENCES", "audiences", "open_town", "town", "write_audiences"]

AS_OF = datetime(2026, 3, 10, 14, tzinfo=UTC)
"""A Tuesday, ten in the morning in the project's time zone."""

AUDIENCES = Path(__file__).parent / "audiences.json"
_SCALE = Scale(users=2_000, events=40_000)
_BEFORE = timedelta(days=3)
_FELL = "SELECT id FROM accounts WHERE health = 'red' AND status = 'active' ORDER BY id LIMIT 3"


@dataclass(frozen=True, slots=True)
class _Stopped:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        """The instant at which it stopped."""
        return self.at

    def uptime(self) -> float:
        """Seconds since it was made."""
        return 0.0


def town(folder: Path) -> Path:
    """A reference project with sample data until `AS_OF` that uses every play.

    Its ledger knows that the health of three accounts fell since three days before.
    """
    root = reference(folder)
    generate(root / "data", _SCALE, as_of=AS_OF, progress=lambda part, done, parts: None)
    for play in library_names():
        used(root, play)
    before = open_town(root, AS_OF - _BEFORE)
    make_live_ledger(before)
    with closing(sqlite3.connect(root / "data/crm.db")) as crm:
        fell = [key for (key,) in crm.execute(_FELL)]
        _set_health(crm, fell, "green")
        track_now(before)
        _set_health(crm, fell, "red")
    before.close()
    now = open_town(root, AS_OF)
    track_now(now)
    now.close()
    return root


def _set_health(crm: sqlite3.Connection, accounts: list[int], health: str) -> None:
    rows = [(health, account) for account in accounts]
    with crm:
        crm.executemany("UPDATE accounts SET health = ? WHERE id = ?", rows)


def open_town(root: Path, at: datetime) -> Workplace:
    """The project, where it is that instant."""
    return open_workplace(root, root, replace(cli._ports(), clock=_Stopped(at)))


def audiences(root: Path) -> dict[str, list[int | str]]:
    """The keys in the segment of each play at `AS_OF`."""
    workplace = open_town(root, AS_OF)
    try:
        return {play: list(who_matches(workplace, play, AS_OF).keys) for play in library_names()}
    finally:
        workplace.close()


def write_audiences(found: dict[str, list[int | str]]) -> None:
    """Write the reviewed file anew, a play a line."""
    lines = [f"  {json.dumps(play)}: {json.dumps(keys)}" for play, keys in found.items()]
    AUDIENCES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
