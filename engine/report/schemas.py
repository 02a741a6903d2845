"""The JSON Schemas of every kind of file, plain or narrowed to the names of one project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.report.text import as_json, count

__all__ = ["narrowed_schemas", "plain_schemas", "print_or_write"]

_FOLDER = Path(__file__).resolve().parents[2] / "schemas"


def plain_schemas() -> dict[str, Any]:
    """All schemas, by the name of their file."""
    paths = sorted(_FOLDER.glob("*.json"))
    return {path.name: json.loads(path.read_text("utf-8")) for path in paths}


def print_or_write(schemas: Mapping[str, object], out: Path | None) -> str:
    """One JSON object of all, or, given a folder, a file each and a sentence."""
    if out is None:
        return as_json(schemas)
    out.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        (out / name).write_text(as_json(schema) + "\n", encoding="utf-8")
    return f"wrote {count(len(schemas), 'schema')} to {out}"
