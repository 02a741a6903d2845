"""What is wrong with a CSV file, by the words of DuckDB, in a sentence with file and line. Pure."""

from __future__ import annotations

import re

__all__ = ["csv_fault"]

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_FILE = re.compile(r"^ {2}file = (.+)$", re.MULTILINE)
_WIDTHS = re.compile(r"^Expected Number of Columns: (\d+) Found: (\d+)", re.MULTILINE)
_CAUSES = {
    "This file is not utf-8 encoded": "what stands there is not UTF-8; save the file as UTF-8",
    "Value with unterminated quote found": "a quote is opened and never closed",
}
_ANY = "it is no row of a CSV file with commas"


def csv_fault(told: str) -> str | None:
    """FILE:LINE and what is wrong there, with nothing of the row itself; None for other errors."""
    line, files = _LINE.search(told), _FILE.findall(told)
    if line is None or not files:
        return None
    return f"{files[-1]}:{line[1]}: {_cause(told)}"


def _cause(told: str) -> str:
    widths = _WIDTHS.findall(told)
    if widths:
        expected, found = widths[-1]
        return f"the row has another number of values than the header: {found} for {expected}"
    return next((cause for sign, cause in _CAUSES.items() if sign in told), _ANY)
