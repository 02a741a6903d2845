"""The most memory that a process holds while a segment of 1,000,000 keys is found and counted."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bench.checkup import AS_OF, load, parquet_of, write_project
from connectors.sources.files import FilesDatabase, Folder
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_segment
from touchline import collect_late

USERS, EVENTS = 1_000_000, 50_000_000
SEGMENTS = {
    "every customer": "  - everyone: true",
    "every customer, by their events": "  - did_not: used_feature\n    where: {feature: none}",
}


def main(*segment: str) -> None:
    """Each in a process of its own, so that its peak is its own."""
    if segment:
        find(*segment)
        return
    parquet_of(users=USERS, events=EVENTS)
    print(f"{'':34}{'keys':>12}{'peak MB':>10}")
    for name in ("imports alone", *SEGMENTS):
        command = [sys.executable, "-m", "bench.memory", name]
        subprocess.run(command, check=True)


def find(name: str) -> None:
    """Find the keys of a segment, and print their number and the peak so far."""
    keys = count_keys(SEGMENTS[name]) if name in SEGMENTS else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:34}{keys:12,}{peak:10.0f}", flush=True)


def count_keys(where: str) -> int:
    """How many keys are in a segment."""
    data = parquet_of(users=USERS, events=EVENTS)
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        write_project(folder, "{type: files, path: data}")
        text = f"segment: many\nof: user\nwhere:\n{where}\n"
        (folder / "segments" / "many.yaml").write_text(text, encoding="utf-8")
        project, catalog = load(folder)
        database = FilesDatabase({"product": Folder(data, ZoneInfo("UTC"))})
        with open_sources({"product": database}, NoContacts(), catalog) as snapshot:
            return len(select_keys(bind_segment("many", project, catalog), snapshot, AS_OF))


if __name__ == "__main__":
    collect_late()  # as the program does
    main(*sys.argv[1:])
