"""Who is, or was, in which playbook, as rows: what `in_playbook` and `finished_playbook` ask."""

from __future__ import annotations

from engine.audience.snapshot import Snapshot
from engine.audience.values import key_from_text
from engine.compile.core import Enrollments
from engine.compile.relations import Sheet

__all__ = ["enrollment_sheet"]


def enrollment_sheet(enrollments: Enrollments, snapshot: Snapshot) -> Sheet | None:
    """The keys of those enrolled so, each once; None: nobody at all."""
    entity = snapshot.catalog.entities[enrollments.entity]
    log = snapshot.enrollments
    texts = (
        log.inside(entity.name, enrollments.playbook, enrollments.until)
        if enrollments.is_open
        else log.left(
            entity.name,
            enrollments.playbook,
            enrollments.outcome,
            since=enrollments.since,
            until=enrollments.until,
        )
    )
    keys = {key_from_text(entity.key.kind, text) for text in texts}
    rows = tuple((key,) for key in keys if key is not None)
    return Sheet(f"enrolled_{entity.name}", {"key": entity.key.kind}, rows) if rows else None
