"""Connectors and what a look at them came to, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from engine.connections import Connected, Looked, Table
from engine.report.text import as_json, columns, count

__all__ = ["exit_status", "listed", "looked_at", "synced"]


def listed(found: Sequence[Connected], form: str) -> str:
    """A table of connectors, or the same as data (`schemas/reports/connectors.json`)."""
    if form == "json":
        return as_json([_data(each) for each in found])
    rows = [(e.name, e.type, e.where, ", ".join((*e.entities, *e.events))) for e in found]
    return columns(("connector", "type", "where", "serves"), rows) if rows else "none is declared"


def looked_at(found: Sequence[Looked], form: str) -> str:
    """A paragraph a connector, or the same as data."""
    if form == "json":
        return as_json([_looked_data(each) for each in found])
    return "\n".join(line for each in found for line in _lines(each)) or "none is declared"


def exit_status(found: Sequence[Looked]) -> int:
    """3 where one does not answer, 1 where a run would stop, else 0."""
    if any(each.unreachable for each in found):
        return 3
    return 1 if any(each.problems for each in found) else 0


def synced(found: Sequence[Connected], form: str) -> str:
    """What was pulled."""
    if form == "json":
        return as_json([_data(each) for each in found])
    names = ", ".join(each.name for each in found)
    return f"pulled: {names}" if names else "nothing to pull: files and databases are read in place"


def _data(connected: Connected) -> dict[str, object]:
    lists = {"entities": list(connected.entities), "events": list(connected.events)}
    return {**asdict(connected), **lists}


def _looked_data(looked: Looked) -> dict[str, object]:
    return {
        **_data(looked.connector),
        "answers": not looked.unreachable,
        "unreachable": looked.unreachable,
        "tables": [asdict(table) for table in looked.tables],
        "problems": list(looked.problems),
        "caution": looked.caution,
    }


def _lines(looked: Looked) -> Iterator[str]:
    name = looked.connector.name
    if looked.unreachable:
        yield f"{name}: does not answer: {looked.unreachable}"
        return
    yield f"{name}: {'answers' if looked.problems else 'fine'}"
    for table in looked.tables:
        yield f"  {_table(table)}"
    for problem in looked.problems:
        yield f"  ! {problem}"
    if looked.caution:
        yield f"  ~ {looked.caution}"


def _table(table: Table) -> str:
    newest = f", the newest of {table.newest.isoformat()}" if table.newest is not None else ""
    return f"{table.name}: {count(table.rows, 'row')}{newest}"
