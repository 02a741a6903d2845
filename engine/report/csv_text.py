"""Rows as CSV that a spreadsheet opens without taking data for formulas. Delivery, "Security"."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

__all__ = ["as_csv"]

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A line of names and a line a row, without a last line end; what is missing is empty.

    A text that a spreadsheet would carry out stands behind an apostrophe. Numbers are ours, and
    stand as they are.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_neutral(cell) for cell in row] for row in rows)
    return out.getvalue().removesuffix("\n")


def _neutral(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
