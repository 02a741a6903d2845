"""A cluster of Spark for tests: a Hive Thrift server with two executor processes, on loopback.

Started once a session, in a folder of its own; only tests with the mark `spark` ask for it. The
programs come with the package pyspark; Java must be there.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from connectors.sources.spark_dialect import written

__all__ = ["fresh_schema", "rows_as_select", "spark"]

_PATIENCE_SECONDS = 300  # a busy machine; an idle one takes 20
# What runs for minutes is not worth a second compilation, nor collectors of garbage with threads.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.memory": "1g",  # a worker has as much
    "spark.executor.extraJavaOptions": _JAVA,
    "spark.ui.enabled": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # Whoever forgets to ask for its own is found out.
    "spark.sql.session.timeZone": "Pacific/Chatham",
    "spark.sql.ansi.enabled": "false",
    # The tables of tests are small: what is good for large ones costs a second a statement.
    "spark.sql.shuffle.partitions": "2",
}
_RUNNING: list[str] = []


@pytest.fixture(scope="session")
def spark() -> Iterator[str]:
    """The SQLAlchemy URL of a running server, its database `default`.

    Several folders of tests name this fixture; the first that asks starts the server, and being
    the first, stops it last.
    """
    if _RUNNING:
        yield _RUNNING[0]
        return
    folder = Path(tempfile.mkdtemp(prefix="tl-spark-"))
    port = _free_port()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            _command(folder, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=_environment(),
            start_new_session=True,
        )
    try:
        _wait_for(server, port, folder / "log")
        _RUNNING.append(f"hive://tests@127.0.0.1:{port}/default")
        yield _RUNNING[0]
    finally:
        _RUNNING.clear()
        _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def fresh_schema(url: str, statements: Mapping[str, str]) -> str:
    """Make a schema of tables, each by what follows its name, and return its name."""
    from pyhive import hive  # of the extra `spark`

    name, asked = f"t{uuid.uuid4().hex[:12]}", make_url(url)
    with (
        closing(hive.connect(asked.host, asked.port, username="tests")) as connection,
        closing(connection.cursor()) as cursor,
    ):
        cursor.execute("SET spark.sql.session.timeZone = UTC")
        cursor.execute(f"CREATE SCHEMA {name}")
        for table, rows in statements.items():
            cursor.execute(f"CREATE TABLE {name}.{table} USING parquet {rows}")
    return name


def rows_as_select(types: Mapping[str, str], rows: Iterable[Sequence[str | None]]) -> str:
    """For `fresh_schema`: rows of text as columns of some types."""
    names = [f"c{at}" for at in range(len(types))]
    columns = ", ".join(
        f"CAST({each} AS {kind}) AS {name}"
        for each, (name, kind) in zip(names, types.items(), strict=True)
    )
    records = json.dumps([dict(zip(names, row, strict=True)) for row in rows])
    shape = ", ".join(f"{name}: STRING" for name in names)
    source = f"inline(from_json({written(records)}, 'ARRAY<STRUCT<{shape}>>'))"
    return f"AS SELECT /*+ COALESCE(1) */ {columns} FROM {source}"


def _command(folder: Path, port: int) -> list[str]:
    settings = {**_SETTINGS, "spark.sql.warehouse.dir": str(folder / "warehouse")}
    return [
        *(str(_home() / "bin" / "spark-submit"), "--master", "local-cluster[2,1,1024]"),
        *("--driver-memory", "1g", "--driver-java-options", f"{_JAVA} -Djava.io.tmpdir={folder}"),
        *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
        *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "spark-internal"),
        *("--hiveconf", f"hive.server2.thrift.port={port}"),
        *("--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1"),
        *("--hiveconf", "hive.server2.logging.operation.enabled=false"),
    ]


def _home() -> Path:
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        pytest.fail("pyspark is not installed; run these tests by `make test-spark`")
    if shutil.which("java") is None:
        pytest.fail("Spark needs Java 17 or 21, and there is none on the PATH")
    return Path(found.origin).parent


def _environment() -> Mapping[str, str]:
    given = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
    return {
        **given,
        "LC_ALL": "C.UTF-8",
        "SPARK_HOME": str(_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it takes connections; it does so when it is ready."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    told = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    pytest.fail(f"Spark did not start within {_PATIENCE_SECONDS} seconds:\n{told}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """The server and its executors, which are of the group that it leads; nothing is to be kept."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(timeout=20)
