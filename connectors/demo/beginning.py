"""The project that `touchline init` makes: small, complete, and with somebody in its segment."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from connectors.demo.layout import copied, fresh_ledger_id, refuse_unless_empty, slug, write

__all__ = ["make_project"]

WRITTEN_ON = date(2026, 1, 31)
"""The day that the packaged sample data tells of; a new project's tells of today."""

DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}")


def make_project(folder: Path, *, name: str, today: date) -> list[Path]:
    """Write a new project into a new or empty folder and give the paths written.

    The sample data is moved so that it tells of `today`, whatever the day. Raises Refused where
    something else is in the folder.
    """
    refuse_unless_empty(folder)
    files = copied("starter")
    for path in [path for path in files if path.endswith(".csv")]:
        files[path] = _moved(files[path], today - WRITTEN_ON)
    files["touchline.yaml"] = (
        files["touchline.yaml"]
        .replace("starter-00000000", fresh_ledger_id(name))
        .replace("name: starter", f"name: {slug(name)}")
    )
    files["README.md"] = files["README.md"].replace("# starter", f"# {slug(name)}")
    return write(folder, files)


def _moved(text: str, days: timedelta) -> str:
    return DAY.sub(lambda day: (date.fromisoformat(day[0]) + days).isoformat(), text)
