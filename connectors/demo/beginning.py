"""The projects that `touchline init` makes: complete, valid, and with somebody in a segment."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.demo.generate import Scale, generate
from connectors.demo.layout import copied, fresh_ledger_id, refuse_unless_empty, slug, write

__all__ = ["make_project", "make_reference_project", "make_sample_data"]

WRITTEN_ON = date(2026, 1, 31)
"""The day that the packaged sample data tells of; a new project's tells of today."""

DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}")
SAMPLE = Scale(users=2_000, events=40_000)
"""The smallest at which every play of the library finds somebody."""

SHARED = ("segments/",)
"""What the reference project takes from the demo's: filters on the same catalog."""


def make_project(folder: Path, *, name: str, today: date) -> list[Path]:
    """Write a new project into a new or empty folder and give the paths written.

    The sample data is moved so that it tells of `today`, whatever the day. Raises Refused where
    something else is in the folder.
    """
    refuse_unless_empty(folder)
    files = copied("starter")
    for path in [path for path in files if path.endswith(".csv")]:
        files[path] = _moved(files[path], today - WRITTEN_ON)
    return write(folder, _named(files, "starter", name))


def make_reference_project(folder: Path, *, name: str) -> list[Path]:
    """Write a project on the reference catalog into a new or empty folder, and give the paths.

    Its data is made by `make_sample_data`. Raises Refused where something else is in the folder.
    """
    refuse_unless_empty(folder)
    files = {
        **{path: text for path, text in copied("starter").items() if path.startswith(".")},
        **{path: text for path, text in copied("project").items() if path.startswith(SHARED)},
        **copied("reference"),
    }
    return write(folder, _named(files, "reference", name))


def make_sample_data(folder: Path, *, now: datetime) -> list[Path]:
    """Make up data for a reference project, of the time until `now` (aware); gives its paths."""
    generate(folder / "data", SAMPLE, as_of=now, progress=lambda part, done, parts: None)
    return sorted(path for path in (folder / "data").rglob("*") if path.is_file())


def _named(files: dict[str, str], template: str, name: str) -> dict[str, str]:
    """The files with the project's own name, and a ledger of its own."""
    settings = files["touchline.yaml"].replace(f"{template}-00000000", fresh_ledger_id(name))
    return {
        **files,
        "touchline.yaml": settings.replace(f"name: {template}\n", f"name: {slug(name)}\n"),
        "README.md": files["README.md"].replace(f"# {template}\n", f"# {slug(name)}\n"),
    }


def _moved(text: str, days: timedelta) -> str:
    return DAY.sub(lambda day: (date.fromisoformat(day[0]) + days).isoformat(), text)
