"""1,000 different segments over the same customers in Parquet, in one process and one snapshot.

From reading the project's files to the last key; a few kinds of condition with other values each.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bench.checkup import AS_OF, load, parquet_of, write_project
from connectors.sources.files import FilesDatabase, Folder
from engine.audience.checks import check_values
from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import open_sources
from engine.bind.bind import bind_segment

USERS, EVENTS = 200_000, 4_000_000
SEGMENTS = 1_000
PLANS = ("free", "pro", "team", "enterprise")
COUNTRIES = ("US", "DE", "IN", "FR", "BR")
FEATURES = ("reports", "export", "api", "search", "share")

KINDS: Mapping[str, Callable[[int], str]] = {
    "fields": lambda n: (
        f"  - plan: {PLANS[n % 4]}\n  - country: {COUNTRIES[n % 5]}\n"
        f"  - seats: {{at_least: {n % 40}}}\n  - signed_up_at: {{days_ago: {{at_most: {n}}}}}"
    ),
    "an event in a window": lambda n: (
        f"  - plan: {PLANS[n % 4]}\n  - did: logged_in\n    within: {n % 90 + 1} days"
    ),
    "an event and none of another": lambda n: (
        f"  - signed_up_at: {{days_ago: {{between: [{n % 60}, {n % 60 + 60}]}}}}\n"
        f"  - did: completed_training\n"
        f"  - did_not: used_feature\n    where: {{feature: {FEATURES[n % 5]}}}\n"
        f"    within: {n % 120 + 1} days"
    ),
    "a number of events": lambda n: (
        f"  - country: {COUNTRIES[n % 5]}\n"
        f"  - did: logged_in\n    within: 30 days\n    times: {{at_least: {n % 7 + 1}}}\n"
        f"  - seats: {{less_than: {n % 49 + 1}}}"
    ),
}


def main() -> None:
    """Ask them all and print what it took, by kind of condition."""
    data = parquet_of(users=USERS, events=EVENTS)
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name)
        write_project(folder, "{type: files, path: data}")
        kinds = write_segments(folder)
        begun = time.perf_counter()
        seconds: defaultdict[str, float] = defaultdict(float)
        project, catalog = load(folder)
        seconds["reading the project"] = time.perf_counter() - begun
        database = FilesDatabase({"product": Folder(data, ZoneInfo("UTC"))})
        keys = 0
        with open_sources({"product": database}, NoContacts(), catalog) as snapshot:
            for segment, kind in kinds.items():
                since = time.perf_counter()
                audience = bind_segment(segment, project, catalog)
                check_values(audience, snapshot, AS_OF)
                checked = time.perf_counter()
                keys += len(select_keys(audience, snapshot, AS_OF))
                seconds["checks of values"] += checked - since
                seconds[kind] += time.perf_counter() - checked
        whole = time.perf_counter() - begun
    print(f"{len(kinds):,} segments, {USERS:,} customers, {EVENTS:,} events; {keys:,} keys")
    for part, taken in seconds.items():
        print(f"{part:34}{taken:9.2f} s")
    print(f"{'in all':34}{whole:9.2f} s{whole / len(kinds) * 1e3:9.1f} ms each")


def write_segments(folder: Path) -> Mapping[str, str]:
    """The segments as files, and the kind of each by its name."""
    found: dict[str, str] = {}
    for number in range(SEGMENTS):
        kind, where = list(KINDS.items())[number % len(KINDS)]
        name = f"s{number}"
        text = f"segment: {name}\nof: user\nwhere:\n{where(number)}\n"
        (folder / "segments" / f"{name}.yaml").write_text(text, encoding="utf-8")
        found[name] = kind
    return found


if __name__ == "__main__":
    main()
