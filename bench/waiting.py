"""What a pass holds in memory while touches wait, a tenth of a million and all of them.

Some customers enter a playbook whose mail has to wait for its window; the ledger's rows of them
are then multiplied by the database, which is the only thing that is not as it would have come.
After that a pass finds nothing to send, and a few are let go and sent. This runs in a process of
its own for each size, so that its peak of memory is its own.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Table, text, update

from bench.journeys import customers, one_pass, opened, peak, write
from bench.outbox import Instant
from engine.dispatch.deliver import deliver
from engine.dispatch.workers import this_worker
from engine.ledger.schema import new_ledger_id
from engine.ledger.store import Ledger
from engine.ledger.tables import enrollments, payloads, touches
from engine.running import run_now
from tests.support.postgres import fresh_database, running_postgres
from touchline import collect_late

MADE = 1_000
SIZES = (MADE, 100 * MADE, 1_000 * MADE)
EVENING = datetime(2026, 3, 10, 20, tzinfo=UTC)
DUE = 500
PROJECT = {
    "touchline.yaml": """
touchline: 1
name: bench
ledger: {{url: "{ledger}"}}
connectors: {{product: {{type: files, path: data}}}}
channels:
  email:
    type: smtp
    host: 127.0.0.1
    port: 9
    tls: none
    from: {{name: Dana Reyes, email: dana@acme.example.com}}
    postal_address: 1 Main Street, Springfield
    unsubscribe: {{mailto: stop@acme.example.com}}
policy: {{send_window: {{from: "09:00", to: "17:00"}}, first_run: {{matched: 2000000}}}}
""",
    "catalog/user.yaml": """
entity: user
source: product.users
key: user_id
contact: {{name: plan, email: email}}
fields: {{user_id: integer, plan: text, email: text}}
""",
    "emails/hello.md": """---
subject: "Hello {{{{ user.plan }}}}"
---
Hi,

a word from {{{{ sender.name }}}}.
""",
    "playbooks/journey.yaml": """
playbook: journey
segment: {{of: user, where: [{{everyone: true}}]}}
entry: {{fuse: {{matched: 2000000}}}}
steps: [{{email: hello}}]
""",
}
OTHERS: Mapping[Table, Mapping[str, str]] = {
    enrollments: {"id": "id || '-' || n", "key": "CAST(CAST(key AS integer) + n * {made} AS text)"},
    touches: {
        "id": "id || '-' || n",
        "enrollment": "enrollment || '-' || n",
        "key": "CAST(CAST(key AS integer) + n * {made} AS text)",
    },
    payloads: {"touch": "touch || '-' || n"},
}
"""What tells a copy of a row from the row, by its number `n`."""


def main(*words: str) -> None:
    """On both databases, with more and more touches that wait."""
    if words:
        DONE[words[0]](words[1], int(words[2]), Path(words[3]))
        return
    print(f"{'':32}{'pass s':>9}{f'{DUE} sent, s':>12}{'peak MB':>9}")
    with TemporaryDirectory(prefix="touchline-bench-") as folder, running_postgres() as server:
        for name in ("SQLite", "Postgres"):
            for number in SIZES:
                root = Path(folder) / f"{name}-{number}"
                file = f"sqlite:///{root}/ledger.db"
                ledger = file if name == "SQLite" else fresh_database(server)
                print(f"{f'{name}, {number:,} waiting':32}", end="", flush=True)
                for what in DONE:
                    command = [sys.executable, "-m", "bench.waiting", what, ledger, str(number)]
                    subprocess.run([*command, str(root)], check=True)


def fill(url: str, number: int, folder: Path) -> None:
    """Let so many touches wait."""
    write(folder, PROJECT, url)
    customers(folder, MADE)
    with opened(folder) as place:
        place.new_ledger(ledger_id=new_ledger_id(), at=EVENING)
        (report,) = run_now(place, ["journey"], EVENING, fixed=True).reports
        if report.waiting != {"window": MADE}:
            raise SystemExit(f"they do not wait: {report}")
        multiply(place.ledger(), number // MADE)
    customers(folder, number)


def measure(url: str, number: int, folder: Path) -> None:
    """A pass over all who wait, then a few go out."""
    with opened(folder) as place:
        taken = one_pass(place, EVENING + timedelta(minutes=15), place.ledger())
        ledger = place.ledger()
        let_go(ledger, EVENING)
        begun = time.perf_counter()
        asyncio.run(send(ledger, EVENING + timedelta(minutes=20)))
        sent = time.perf_counter() - begun
    print(f"{taken:9.2f}{sent:12.2f}{peak():9.0f}", flush=True)


DONE = {"fill": fill, "measure": measure}


def multiply(ledger: Ledger, times: int) -> None:
    """So many of each row of the journey, one beside the other."""
    with ledger.write() as unit:
        for table, others in OTHERS.items():
            copy_rows(unit.connection, table, others, times=times)


def copy_rows(
    connection: Connection, table: Table, others: Mapping[str, str], *, times: int
) -> None:
    """A row becomes so many."""
    names = [f'"{column.name}"' for column in table.columns]
    values = [others.get(column.name, f'"{column.name}"') for column in table.columns]
    numbers = "numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :times)"
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    said = ", ".join(values).format(made=MADE)
    copies = f"SELECT {said} FROM {table.name}, numbers WHERE n < :times"
    if connection.dialect.name == "postgresql":
        statement = f"WITH RECURSIVE {numbers} {into} {copies}"
    else:
        statement = f"{into} WITH RECURSIVE {numbers} {copies}"
    connection.execute(text(statement), {"times": times})


def let_go(ledger: Ledger, at: datetime) -> None:
    """The window of a few opens."""
    with ledger.write() as unit:
        first = touches.c.id.not_like("%-%")
        key = touches.c.key.in_([str(number) for number in range(DUE)])
        unit.connection.execute(
            update(touches).where(first, key).values(next_attempt_at=at, reason="")
        )


async def send(ledger: Ledger, at: datetime) -> None:
    """One delivery of what is due."""
    channel = Instant("email", at_once=16)
    stop, worker = asyncio.Event(), this_worker()
    done = await deliver(ledger, {"email": channel}, lambda: at, worker=worker, stop=stop)
    if done.counts != {"email": {"sent": DUE}}:
        raise SystemExit(f"not what was due was sent: {done.counts}")


if __name__ == "__main__":
    collect_late()  # as the program does
    main(*sys.argv[1:])
