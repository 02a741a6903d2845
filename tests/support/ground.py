"""What simulated years and towns stand on: a folder, and a ledger that is empty again each time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from engine.ledger.database import ledger_url, shown
from engine.ledger.schema import create_ledger
from tests.support.memory import memory_folder

__all__ = ["Ground", "file_ground", "server_ground"]

_FILE = ".touchline/ledger.db"


@dataclass(frozen=True)
class Ground:
    """A folder, the URL of the ledger in it, and what makes that ledger empty again."""

    root: Path
    url: str
    clear: Callable[[], None]


@contextmanager
def file_ground(name: str, at: datetime) -> Iterator[Ground]:
    """A ledger in SQLite, made once and copied for each who stands here."""
    with memory_folder() as root:
        url = f"sqlite:///{_FILE}"
        _lay(name, url, root, place=f"here:{(root / _FILE).resolve()}", at=at)
        shutil.copy(root / _FILE, root / "empty.db")

        def clear() -> None:
            shutil.rmtree(root / ".touchline")
            (root / ".touchline").mkdir()
            shutil.copy(root / "empty.db", root / _FILE)

        yield Ground(root, url, clear)


@contextmanager
def server_ground(name: str, at: datetime, *, server: str) -> Iterator[Ground]:
    """The same in Postgres: a database by this name, copied from one that is made once."""
    with memory_folder() as root:
        laid, used = (_database(server, each) for each in (f"{name}_laid", name))
        _recreate(server, f"{name}_laid", "template0")
        _lay(name, laid, root, place=shown(ledger_url(used, root)), at=at)

        def clear() -> None:
            shutil.rmtree(root / ".touchline", ignore_errors=True)
            (root / ".touchline").mkdir()
            _recreate(server, name, f"{name}_laid")

        yield Ground(root, used, clear)


def _lay(name: str, url: str, root: Path, *, place: str, at: datetime) -> None:
    create_ledger(
        url, root=root, project=name, place=place, at=at, actor="ann", ledger_id=name
    ).close()


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _recreate(server: str, name: str, template: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
