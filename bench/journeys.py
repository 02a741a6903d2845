"""Customers who enter a second, and a pass over a million who wait of whom one is due.

The first step is a wait, so that nothing but the journey itself is measured: select, decide,
write with the audit. A pass is what the daemon does every `pass_every`: nobody enters by it.
Then the same where a goal and an exit are asked of everyone inside, and a few have reached one.
Each size runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb

import cli
from engine.courier import open_courier
from engine.ledger.counts import insiders
from engine.ledger.schema import new_ledger_id
from engine.ledger.store import Ledger
from engine.passes.run import move_on
from engine.passes.versions import Shelf
from engine.running import make_courier, run_now, world_on
from engine.workplace import Workplace, open_workplace
from tests.support.postgres import fresh_database, running_postgres
from touchline import collect_late

MILLION = 1_000_000
FIRST = datetime(2026, 3, 10, 13, tzinfo=UTC)
LATER = FIRST + timedelta(hours=1)
DUE = FIRST + timedelta(days=5, minutes=1)
ROUNDS = 5
REACHED = 100  # of all of them
PROJECT = {
    "touchline.yaml": """
touchline: 1
name: bench
ledger: {{url: "{ledger}"}}
connectors: {{product: {{type: files, path: data}}}}
policy: {{first_run: {{matched: 2000000}}}}
""",
    "catalog/user.yaml": """
entity: user
source: product.users
key: user_id
fields: {{user_id: integer, plan: text}}
""",
    "playbooks/journey.yaml": """
playbook: journey
segment: {{of: user, where: [{{everyone: true}}]}}
entry: {{fuse: {{matched: 2000000}}}}
steps: [{{wait: 5 days}}, {{exit: over}}]
""",
}
AIMING = {
    "playbooks/journey.yaml": PROJECT["playbooks/journey.yaml"]
    + """
goal: {{name: upgraded, when: {{plan: pro}}, within: 90 days}}
exit_when: {{plan: closed}}
""",
}


def main(*words: str) -> None:
    """On both databases, a tenth of the customers and all of them."""
    if words:
        MEASURED[words[0]](words[1], int(words[2]))
        return
    with TemporaryDirectory(prefix="touchline-bench-") as folder, running_postgres() as server:
        for what, titles in TITLES.items():
            print(f"{'':26}{titles}")
            for name in ("SQLite", "Postgres"):
                for number in (MILLION // 10, MILLION):
                    file = f"sqlite:///{folder}/{what}-{number}.db"
                    ledger = file if name == "SQLite" else fresh_database(server)
                    command = [sys.executable, "-m", "bench.journeys", what, ledger, str(number)]
                    print(f"{f'{name}, {number:,} customers':26}", end="", flush=True)
                    subprocess.run(command, check=True)


def journey(ledger: str, number: int) -> None:
    """Let everyone enter; then passes over nobody, over all who wait, and over one who is due."""
    with project(PROJECT, ledger) as folder:
        with opened(folder) as place:
            empty = pass_seconds(place, LATER)
        customers(folder, number)
        with opened(folder) as place:
            entered = enter(place, number - 1)
            waiting = pass_seconds(place, DUE - timedelta(hours=1))
            due = one_pass(place, DUE, place.ledger())
    print(
        f"{(number - 1) / entered:11,.0f}{empty:10.4f}{due:11.4f}{due / empty:7.1f}{peak():9.0f}"
        f"   (nobody due: {waiting:.4f} s)",
        flush=True,
    )


def aiming(ledger: str, number: int) -> None:
    """Passes that ask goal and exit of everyone inside: nobody has reached one, then some have."""
    with project(PROJECT | AIMING, ledger) as folder:
        customers(folder, number)
        with opened(folder) as place:
            enter(place, number - 1)
            nobody = pass_seconds(place, LATER)
        customers(folder, number, reached=REACHED)
        with opened(folder) as place:
            some = one_pass(place, LATER + timedelta(hours=1), place.ledger())
            with place.ledger().read() as unit:
                left = number - sum(each.people for each in insiders(unit, "journey"))
            if left != REACHED:
                raise SystemExit(f"{left} left")
    print(f"{nobody:10.4f}{some:11.4f}{peak():9.0f}", flush=True)


MEASURED = {"journey": journey, "aiming": aiming}
TITLES = {
    "journey": f"{'entered/s':>11}{'empty s':>10}{'one due s':>11}{'ratio':>7}{'peak MB':>9}",
    "aiming": f"{'nobody s':>10}{f'{REACHED} s':>11}{'peak MB':>9}   (goal and exit asked of all)",
}


@contextmanager
def project(files: Mapping[str, str], ledger: str) -> Iterator[Path]:
    """A project with one customer, who is inside."""
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        write(folder, files, ledger)
        customers(folder, 1)
        with opened(folder) as place:
            place.new_ledger(ledger_id=new_ledger_id(), at=FIRST)
            run_now(place, ["journey"], FIRST, fixed=True)
        yield folder


def enter(place: Workplace, number: int) -> float:
    """Let so many enter; how long that took."""
    begun = time.perf_counter()
    (report,) = run_now(place, ["journey"], LATER, fixed=True).reports
    if report.entered != number:
        raise SystemExit(f"{report.entered} entered: {report.held or report.fault}")
    return time.perf_counter() - begun


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def opened(folder: Path) -> Iterator[Workplace]:
    """The project with what the program itself is given."""
    yield open_workplace(folder, folder, cli._ports())


def pass_seconds(place: Workplace, at: datetime) -> float:
    """How long a pass takes in which nothing is due; one ledger stays open, as in the daemon."""
    ledger = place.ledger()
    return median(one_pass(place, at, ledger) for _ in range(ROUNDS))


def one_pass(place: Workplace, at: datetime, ledger: Ledger) -> float:
    """How long one pass takes, with a snapshot of its own."""
    playbook = place.runnable("journey")
    now: Callable[[], datetime] = lambda: at  # noqa: E731
    with open_courier(make_courier(place, ledger, now)) as courier:
        begun = time.perf_counter()
        versions = Shelf(place.project, place.catalog, ledger, playbook)
        with place.sources(ledger) as snapshot:
            world = world_on(place, snapshot, at, ledger)
            move_on(playbook, at, world, ledger, versions=versions, dispatch=courier)
        return time.perf_counter() - begun


def write(folder: Path, files: Mapping[str, str], ledger: str) -> None:
    """The project's files."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(ledger=ledger), encoding="utf-8")


def customers(folder: Path, number: int, *, reached: int = 0) -> None:
    """So many customers, in Parquet, of whom some have reached the goal."""
    (folder / "data").mkdir(exist_ok=True)
    is_pro = f"range % {number // reached} = 0" if reached else "false"
    plan = f"CASE WHEN {is_pro} THEN 'pro' ELSE 'free' END AS plan"
    columns = f"range AS user_id, {plan}, 'user' || range || '@example.com' AS email"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {columns} FROM range({number})) TO '{folder}/data/users.parquet'"
        )


if __name__ == "__main__":
    collect_late()  # as the program does
    main(*sys.argv[1:])
