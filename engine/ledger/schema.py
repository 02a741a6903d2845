"""Making, opening and migrating a ledger; and whether it may send from where it is.

Delivery page, "The ledger": it carries an id, the project's name and the place it runs in. Nothing
migrates it but `touchline ledger migrate`.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, insert, inspect, select, update

from engine.ledger.audit import GENESIS, Kind
from engine.ledger.database import connect, ledger_file, ledger_url, make_file, shown, told
from engine.ledger.statements import run_text, stand_in_line
from engine.ledger.store import EMPTY, Identity, Ledger, Unit, halt_file_in
from engine.ledger.tables import SCHEMA, audit_head, meta
from engine.problems import Refused, Unreachable

__all__ = [
    "AlreadyMade",
    "DryOnly",
    "Live",
    "adopt",
    "create_ledger",
    "liveness",
    "migrate_ledger",
    "new_ledger_id",
    "open_ledger",
    "refuse_other_schema",
]

_VERSION_TABLE = "touchline_version"
_MIGRATION_LOCK = 0x746C  # any number, the same in every process: "tl"
_SECRET_BYTES = 32


_LOOKS = 10  # at a file that may be a ledger in a moment
_BETWEEN_LOOKS_S = 0.05  # from when a file is there until who makes the ledger has locked it


class AlreadyMade(Refused):
    """There is a ledger already where one was to be made; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Live:
    """The ledger is the one that this project sends from."""


@dataclass(frozen=True, slots=True)
class DryOnly:
    """Only dry runs may use this ledger here; `reason` is a sentence that says why and what to do.

    `code` is `other_ledger` or `other_place`.
    """

    code: str
    reason: str


def new_ledger_id() -> str:
    """An id that no other ledger has."""
    return uuid.uuid4().hex


def create_ledger(
    url: str,
    *,
    root: Path,
    project: str,
    place: str,
    at: datetime,
    actor: str,
    ledger_id: str | None = None,
) -> Ledger:
    """Make a new, empty ledger and open it. A relative SQLite path stands under `root`.

    Raises:
        Misuse: the URL is of no database that can hold a ledger.
        AlreadyMade: there is a ledger already, maybe made this very moment.
        Unreachable: the database cannot be reached, or the file not be made.
    """
    where = ledger_url(url, root)
    file = ledger_file(where)
    if file is not None and not file.exists():
        make_file(file)
    engine = connect(where)
    identity = Identity(
        ledger_id=ledger_id or new_ledger_id(),
        project=project,
        place=place,
        created_at=at,
        digest_key=secrets.token_hex(_SECRET_BYTES),
        signing_key=secrets.token_hex(_SECRET_BYTES),
    )
    ledger = _ledger(engine, identity, url=where, root=root)
    with _closed_on_failure(engine), ledger.write() as unit:
        stand_in_line(unit.connection, _MIGRATION_LOCK)
        _refuse_what_is_there(unit.connection, ledger.shown)
        _upgrade(unit.connection)
        unit.connection.execute(insert(meta).values(one=1, **_stored(identity)))
        unit.connection.execute(insert(audit_head).values(one=1, seq=0, hash=GENESIS))
        body = {"ledger": identity.ledger_id, "project": project, "place": place, "schema": SCHEMA}
        unit.note(Kind.LEDGER_CREATED, body, at=at, actor=actor)
    return ledger


def open_ledger(url: str, *, root: Path) -> Ledger:
    """Open a ledger that exists, at this program's schema; one that is being made is waited for.

    Raises:
        Misuse: the URL is of no database that can hold a ledger.
        Unreachable: there is none, or it does not answer.
        Refused: its schema is older or newer than this program's.
    """
    where = ledger_url(url, root)
    engine = _existing(where)
    name = shown(where)
    with _closed_on_failure(engine), told(name), engine.connect() as connection:
        if ledger_file(where) is not None:
            _let_it_be_made(connection)
        _refuse_other_schema(_revision(connection, name), name)
        identity = _identity(connection)
    return _ledger(engine, identity, url=where, root=root)


def refuse_other_schema(unit: Unit) -> None:
    """The fence between old and new programs: who is no longer of the ledger's schema stops.

    Raises:
        Refused: it was migrated since this program opened it.
    """
    _refuse_other_schema(_revision_of(unit.connection, unit.ledger.shown), unit.ledger.shown)


def migrate_ledger(url: str, *, root: Path, at: datetime, actor: str) -> str:
    """Bring a ledger to this program's schema and give the revision it had before.

    Raises:
        Unreachable: there is none, or it does not answer.
        Refused: it is newer than this program.
    """
    where = ledger_url(url, root)
    engine = _existing(where)
    name = shown(where)
    with _closed_on_failure(engine):
        with told(name), engine.connect() as connection:
            before = _revision(connection, name)
            identity = _identity(connection)
        if before > SCHEMA:
            _refuse_other_schema(before, name)
        ledger = _ledger(engine, identity, url=where, root=root)
        if before < SCHEMA:
            _migrate(ledger, before, at=at, actor=actor)
    ledger.close()
    return before


def liveness(ledger: Ledger, *, named_id: str | None, place: str) -> Live | DryOnly:
    """Whether this ledger may send here.

    `named_id` is the id that touchline.yaml names, if any; `place` where this process runs.
    """
    identity = ledger.identity
    if named_id is not None and named_id != identity.ledger_id:
        return DryOnly(
            "other_ledger",
            f"touchline.yaml names the ledger {named_id}, and this one is {identity.ledger_id}: "
            "only dry runs here; point ledger.url to the live one, or, where this is to be the "
            "live one, say `touchline ledger adopt`",
        )
    if place != identity.place:
        return DryOnly(
            "other_place",
            f"this ledger runs at {identity.place}, and here is {place}: only dry runs here; if "
            "it was moved and nothing runs there any more, say `touchline ledger adopt`",
        )
    return Live()


def adopt(
    ledger: Ledger, place: str, *, named_id: str | None = None, at: datetime, actor: str
) -> Ledger:
    """Make this ledger the live one, in `place`, and give it with its new identity.

    `named_id` is the id that touchline.yaml names, if any: the ledger bears it from now on.
    """
    before = ledger.identity
    values = {"place": place, "ledger_id": named_id or before.ledger_id}
    with ledger.write() as unit:
        unit.connection.execute(update(meta).values(values))
        was = {"place": before.place, "ledger": before.ledger_id}
        body = {"from": was, "to": {"place": place, "ledger": values["ledger_id"]}}
        unit.note(Kind.LEDGER_ADOPTED, body, at=at, actor=actor)
        identity = _identity(unit.connection)
    return Ledger(ledger.engine, identity, shown=ledger.shown, halt_file=ledger.halt_file)


# ---------------------------------------------------------------- inside


@contextmanager
def _closed_on_failure(engine: Engine) -> Iterator[None]:
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        yield
        stack.pop_all()


def _migrate(ledger: Ledger, before: str, *, at: datetime, actor: str) -> None:
    with ledger.write() as unit:
        stand_in_line(unit.connection, _MIGRATION_LOCK)
        _upgrade(unit.connection)
        body = {"from": before, "to": SCHEMA}
        unit.note(Kind.LEDGER_MIGRATED, body, at=at, actor=actor)


def _ledger(engine: Engine, identity: Identity, *, url: URL, root: Path) -> Ledger:
    return Ledger(engine, identity, shown=shown(url), halt_file=halt_file_in(root))


def _existing(url: URL) -> Engine:
    file = ledger_file(url)
    if file is not None and not file.exists():
        raise Unreachable(f"there is no ledger at {file}; make it with `touchline ledger init`")
    return connect(url)


def _refuse_what_is_there(connection: Connection, name: str) -> None:
    present = set(inspect(connection).get_table_names())
    if _VERSION_TABLE in present:
        raise AlreadyMade(f"there is a ledger already at {name}; nothing was changed")
    taken = sorted(present & set(meta.metadata.tables))
    if taken:
        raise Refused(
            f"the database {name} has tables of other uses ({', '.join(taken)}); give the ledger "
            "a database of its own"
        )


def _let_it_be_made(connection: Connection) -> None:
    """Wait for who makes the ledger in a file: until then it is there and holds nothing."""
    for _ in range(_LOOKS):
        if _is_made(connection):
            return
        time.sleep(_BETWEEN_LOOKS_S)
        with connection.execution_options(touchline_write=True).begin():
            pass  # behind who has it in hand
        connection.execution_options(touchline_write=False)


def _is_made(connection: Connection) -> bool:
    with connection.begin():
        return inspect(connection).has_table(_VERSION_TABLE)


def _revision(connection: Connection, name: str) -> str:
    if not inspect(connection).has_table(_VERSION_TABLE):
        raise Unreachable(f"there is no ledger at {name}; make it with `touchline ledger init`")
    return _revision_of(connection, name)


def _revision_of(connection: Connection, name: str) -> str:
    row = run_text(connection, f"SELECT version_num FROM {_VERSION_TABLE}", ()).fetchone()  # noqa: S608
    if row is None:
        raise Unreachable(f"the ledger {name} cannot be used: {EMPTY}")
    return str(row[0])


def _refuse_other_schema(revision: str, name: str) -> None:
    if revision < SCHEMA:
        raise Refused(
            f"the ledger {name} has schema {revision}, and this program needs {SCHEMA}: stop what "
            "runs on it, make a copy, then say `touchline ledger migrate`"
        )
    if revision > SCHEMA:
        raise Refused(
            f"the ledger {name} has schema {revision}, made by a newer program; this one knows "
            f"{SCHEMA}: install that newer version"
        )


def _upgrade(connection: Connection) -> None:
    # Alembic takes a tenth of a second to import, and only these two commands need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, SCHEMA)


def _stored(identity: Identity) -> dict[str, object]:
    return {
        "ledger_id": identity.ledger_id,
        "project": identity.project,
        "place": identity.place,
        "created_at": identity.created_at,
        "digest_key": identity.digest_key,
        "signing_key": identity.signing_key,
    }


def _identity(connection: Connection) -> Identity:
    row = connection.execute(select(meta)).one()
    return Identity(
        ledger_id=row.ledger_id,
        project=row.project,
        place=row.place,
        created_at=row.created_at,
        digest_key=row.digest_key,
        signing_key=row.signing_key,
    )
