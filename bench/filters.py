"""Customers a second with five plain conditions, beside Cloud Custodian's filters in memory."""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb

from bench.checkup import AS_OF, load, parquet_of, write_project
from bench.outside import outside
from bench.rounds import seconds_of
from connectors.sources.files import FilesDatabase, Folder
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_segment

USERS, EVENTS = 1_000_000, 50_000_000
IN_MEMORY = 50_000
ROUNDS = 7
PACKAGES = ("c7n==0.9.53",)


def main() -> None:
    """Measure in turn and print both rates."""
    data = parquet_of(users=USERS, events=EVENTS)
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        write_project(folder, "{type: files, path: data}")
        project, catalog = load(folder)
        audience = bind_segment("plain", project, catalog)
        customers = folder / "customers.jsonl"
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (FROM '{data}/users.parquet' WHERE user_id < {IN_MEMORY}) "
                f"TO '{customers}' (FORMAT json)"
            )
        database = FilesDatabase({"product": Folder(data, ZoneInfo("UTC"))})
        with (
            outside("custodian", PACKAGES, str(customers)) as custodian,
            open_sources({"product": database}, NoContacts(), catalog) as snapshot,
        ):
            found = select_keys(audience, snapshot, AS_OF)
            same = sum(isinstance(key, int) and key < IN_MEMORY for key in found)
            if custodian.round()["found"] != same:
                raise SystemExit("the answers differ")
            theirs, ours = [], []
            for _ in range(ROUNDS):
                theirs.append(custodian.round()["seconds"])
                ours.append(seconds_of(lambda: select_keys(audience, snapshot, AS_OF)))
    print(f"five plain conditions; {len(found):,} of {USERS:,} match; medians of {ROUNDS}")
    print_rates(IN_MEMORY / statistics.median(theirs), USERS / statistics.median(ours))


def print_rates(theirs: float, ours: float) -> None:
    """One line each, with the rate as a multiple of theirs."""
    print(f"{'':34}{'customers/s':>14}{'ratio':>8}")
    print(f"{'Cloud Custodian, in memory':34}{theirs:14,.0f}{1.0:8.1f}")
    print(f"{'touchline, from Parquet':34}{ours:14,.0f}{ours / theirs:8.1f}")


if __name__ == "__main__":
    main()
