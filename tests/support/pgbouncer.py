"""A PgBouncer before a server of tests, on a unix socket only, from Debian's package of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests.support.packages import libraries_of, missing, unpacked
from tests.support.sockets import short_temp, wait_until_it_listens

__all__ = ["pgbouncer"]

_END_SECONDS = 30
_SETTINGS = """
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits
"""


@contextmanager
def pgbouncer(url: str, mode: str) -> Iterator[str]:
    """The URL of the same database through a pooler that lends by `session` or `transaction`."""
    command, environment = _program()
    folder = Path(tempfile.mkdtemp(prefix="tl-pb-", dir=short_temp()))
    host = make_url(url).query["host"]
    (folder / "ini").write_text(_SETTINGS.format(server=host, folder=folder, mode=mode))
    user = ()
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "nobody", "nogroup")
        user = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
    try:
        with (folder / "log").open("wb") as log:
            pooler = subprocess.Popen(
                [*user, *command, str(folder / "ini")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        try:
            wait_until_it_listens(pooler, folder / ".s.PGSQL.6432", folder / "log")
            through = make_url(url).update_query_dict({"host": str(folder), "port": "6432"})
            yield through.render_as_string(hide_password=False)
        finally:
            pooler.kill()
            pooler.wait(timeout=_END_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program() -> tuple[list[str], Mapping[str, str]]:
    installed = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if installed:
        return [installed], {}
    root = unpacked("pgbouncer")
    if root is None:
        missing("PgBouncer", "pgbouncer")
    return [str(root / "usr/sbin/pgbouncer")], {"LD_LIBRARY_PATH": str(libraries_of(root))}
