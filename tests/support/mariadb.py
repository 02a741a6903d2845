"""A MariaDB server for tests: started once a session (and worker), on a unix socket only.

A server installed on the machine is preferred. Where there is none, Debian's packages of it are
unpacked for this checkout (`tests.support.packages`). Where that cannot be either, tests that need
a server are skipped, except in CI, where they fail.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.pool import NullPool

from tests.support.packages import libraries_of, missing, unpacked
from tests.support.sockets import short_temp, wait_until_it_listens

__all__ = ["fresh_mariadb", "mariadb"]

_RUNNING: list[str] = []
_START_SECONDS = 30
_FAST = (
    *("--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0"),
    *("--innodb-doublewrite=0", "--innodb-file-per-table=0"),
    *("--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M"),
    *("--skip-log-bin", "--aria-log-file-size=8M", "--innodb-use-native-aio=0"),
)


@dataclass(frozen=True)
class _Program:
    """A server's program, with what it needs to run from where it lies."""

    path: Path
    share: Path
    libraries: Path | None

    @property
    def command(self) -> list[str]:
        """The program with the options that it always takes."""
        return [
            str(self.path),
            "--no-defaults",
            f"--lc-messages-dir={self.share}",
            f"--character-sets-dir={self.share / 'charsets'}",
            f"--user={_user()}",
            *_FAST,
        ]

    @property
    def environment(self) -> Mapping[str, str]:
        """Where the program finds its libraries."""
        found = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        return (
            found if self.libraries is None else {**found, "LD_LIBRARY_PATH": str(self.libraries)}
        )


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The SQLAlchemy URL of a running server, its database `mysql`.

    Several folders of tests name this fixture; the first that asks starts the server, and being
    the first, stops it last.
    """
    if _RUNNING:
        yield _RUNNING[0]
        return
    program = _program()
    folder = Path(tempfile.mkdtemp(prefix="tl-my-", dir=short_temp()))
    try:
        _prepare(program, folder)
        server = _start(program, folder)
        try:
            wait_until_it_listens(server, folder / "socket", folder / "log")
            url = _url(folder)
            _RUNNING.append(url)
            yield url
        finally:
            _RUNNING.clear()
            server.kill()  # nothing that it holds is kept
            server.wait(timeout=_START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_mariadb(url: str) -> str:
    """Make an empty database on the server of `url` and return its URL; it goes with the server."""
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        # As servers come: nothing compares by code point unless it is asked to.
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        )
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def _program() -> _Program:
    return _installed() or _unpacked() or missing("MariaDB", "mariadb-server-core")


def _installed() -> _Program | None:
    on_path = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    shares = (Path("/usr/share/mysql"), Path("/usr/share/mariadb"))
    share = next((each for each in shares if (each / "mysql_system_tables.sql").is_file()), None)
    return _Program(Path(on_path), share, None) if on_path and share else None


def _unpacked() -> _Program | None:
    root = unpacked("mariadb-server-core")
    if root is None:
        return None
    return _Program(root / "usr/sbin/mariadbd", root / "usr/share/mysql", libraries_of(root))


def _prepare(program: _Program, folder: Path) -> None:
    """Its own tables, which a server cannot begin without."""
    own = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
    script = "create database mysql;\nuse mysql;\n" + "".join(
        (program.share / name).read_text(encoding="utf-8") for name in own
    )
    (folder / "data").mkdir()
    done = subprocess.run(
        [*program.command, "--bootstrap", f"--datadir={folder / 'data'}"],
        input=script.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=program.environment,
        timeout=_START_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"mariadbd --bootstrap failed: {done.stdout.decode(errors='replace')}")


def _start(program: _Program, folder: Path) -> subprocess.Popen[bytes]:
    options = (
        *(f"--datadir={folder / 'data'}", f"--socket={folder / 'socket'}", "--skip-networking"),
        *(f"--pid-file={folder / 'pid'}", f"--plugin-dir={folder}"),
        "--default-time-zone=+12:45",  # whoever forgets to ask for UTC is found out
        "--lock-wait-timeout=60",  # a table that somebody still reads is waited for a day, else
    )
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*program.command, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=program.environment,
        )


def _url(folder: Path) -> str:
    return URL.create(
        "mariadb+pymysql",
        username="root",
        database="mysql",
        query={"unix_socket": str(folder / "socket")},
    ).render_as_string(hide_password=False)
