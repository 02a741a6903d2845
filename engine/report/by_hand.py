"""What enrolling or taking out one customer by hand came to, as text and as JSON."""

from __future__ import annotations

from engine.by_hand import Handled
from engine.report.text import as_json

__all__ = ["handled"]


def handled(found: Handled, form: str) -> str:
    """One sentence, or the same as data."""
    if form != "json":
        return found.told
    return as_json(
        {
            "playbook": found.playbook,
            "key": found.key,
            "as_of": found.as_of,
            "done": found.is_done,
            "gate": found.gate,
            "told": found.told,
        }
    )
