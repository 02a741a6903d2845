"""How long compiling takes, beside pySigma converting a rule to SQLite. No data is read.

A playbook is compiled when its audience and conditions are bound and lowered and the text of every
statement is there. Later passes ask the same at another instant and find the text; what no pass
asked before counts apart, here the same segment with its days in another zone each time. All of it
is work and no waiting, so that what counts is the time of the processor.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo, available_timezones

from bench.checkup import AS_OF, load, write_project
from bench.outside import outside
from bench.stores import TABLES
from connectors.sources.sqlite import SqliteDatabase
from engine.audience.again import question_of
from engine.audience.contacts import NoContacts
from engine.audience.snapshot import Snapshot, open_sources
from engine.audience.statements import statements
from engine.bind.bind import bind_segment
from engine.bind.catalog import Catalog
from engine.language.project import Project

ROUNDS = 11
TIMES = 50  # as often as the other in a round
PACKAGES = ("pysigma==2.0.1", "pysigma-backend-sqlite==2.1.1")


def main() -> None:
    """Measure in turn and print the table."""
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        write_project(folder, '{type: sql, url: "sqlite:///shop.db"}')
        project, catalog = load(folder)
        connection = sqlite3.connect(folder / "shop.db")
        connection.executescript(TABLES.format(key="INTEGER", integer="INTEGER", time="TEXT"))
        database = SqliteDatabase(folder / "shop.db", {"product": ZoneInfo("UTC")})
        with (
            outside("sigma_rule", PACKAGES) as sigma,
            open_sources({"product": database}, NoContacts(), catalog) as snapshot,
        ):
            compile_once = compiler(project, catalog, snapshot)
            first = {part: compile_once(part, AS_OF) for part in PARTS}
            sigma.round()
            times: dict[str, list[float]] = {"pySigma": [], **{part: [] for part in PARTS}}
            for number in range(ROUNDS):
                times["pySigma"].append(sigma.round()["seconds"])
                for part in PARTS:
                    taken = [
                        compile_once(part, AS_OF + timedelta(minutes=number * TIMES + each))
                        for each in range(TIMES)
                    ]
                    times[part].append(statistics.fmean(taken))
    print_table(times, first)


PARTS = ("bind", "bind and lower", "bind, lower, SQL", "the same, never asked before")


def compiler(
    project: Project, catalog: Catalog, snapshot: Snapshot
) -> Callable[[str, datetime], float]:
    """Seconds of compiling the check-up segment on SQLite, up to a part, as of an instant."""

    def bind(as_of: datetime) -> None:
        bind_segment("checkup", project, catalog)

    def lower(as_of: datetime) -> None:
        question_of(bind_segment("checkup", project, catalog), snapshot, as_of)

    def write(as_of: datetime) -> None:
        statements(bind_segment("checkup", project, catalog), snapshot, as_of)

    zones = map(ZoneInfo, sorted(available_timezones()))

    def write_anew(as_of: datetime) -> None:
        audience = bind_segment("checkup", project, catalog)
        statements(replace(audience, zone=next(zones)), snapshot, as_of)

    whole: Mapping[str, Callable[[datetime], None]] = dict(
        zip(PARTS, (bind, lower, write, write_anew), strict=True)
    )

    def seconds(part: str, as_of: datetime) -> float:
        begun = time.process_time()
        whole[part](as_of)
        return time.process_time() - begun

    return seconds


def print_table(times: Mapping[str, list[float]], first: Mapping[str, float]) -> None:
    """Milliseconds: the first time, and the median of the rounds beside pySigma's."""
    sigma = statistics.median(times["pySigma"])
    print(f"the check-up segment to SQLite; medians of {ROUNDS} rounds of {TIMES}")
    print(f"{'':34}{'first ms':>10}{'ms':>8}{'least':>8}{'ratio':>8}")
    for name, taken in times.items():
        median = statistics.median(taken)
        begun = f"{first[name] * 1e3:10.2f}" if name in first else f"{'':10}"
        least = min(taken) * 1e3
        print(f"{name:34}{begun}{median * 1e3:8.2f}{least:8.2f}{median / sigma:8.2f}")


if __name__ == "__main__":
    main()
