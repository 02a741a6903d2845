"""What `touchline track` came to, as text and as JSON (`schemas/reports/track.json`)."""

from __future__ import annotations

from engine.report.text import as_json, count
from engine.tracking import TrackedEntity, Tracking

__all__ = ["tracked"]


def tracked(found: Tracking, form: str) -> str:
    """One line an entity, or the same as data."""
    if form == "json":
        return as_json(
            {
                "at": found.at,
                "tracked": [_data(each) for each in found.tracked],
                "left_out": list(found.left_out),
            }
        )
    lines = [_line(each) for each in found.tracked]
    lines += [f"{name} cannot be tracked; `touchline validate` says why" for name in found.left_out]
    return "\n".join(lines) or "nothing is tracked: name fields by `track:` in the catalog"


def _data(each: TrackedEntity) -> dict[str, object]:
    return {
        "entity": each.entity,
        "fields": list(each.fields),
        "rows": each.counts.rows,
        "first": each.counts.first,
        "changes": each.counts.changes,
        "error": str(each.fault) if each.fault else "",
    }


def _line(each: TrackedEntity) -> str:
    if each.fault:
        return f"{each.entity}: not tracked: {each.fault}"
    counts = each.counts
    return (
        f"{each.entity}: {', '.join(each.fields)} of {count(counts.rows, 'row')}: "
        f"{count(counts.changes, 'change')}, {count(counts.first, 'value')} seen first"
    )
