"""How many are inside a playbook, for `status`: by step, and by the version they go on with."""

from __future__ import annotations

from sqlalchemy import Column, func, select

from engine.ledger.store import Unit
from engine.ledger.tables import enrollments

__all__ = ["counts_by_step", "versions_inside"]


def counts_by_step(unit: Unit, playbook: str) -> dict[str, int]:
    """How many stand at each step."""
    return _counted(unit, playbook, enrollments.c.step)


def versions_inside(unit: Unit, playbook: str) -> dict[str, int]:
    """How many go on with each version."""
    return _counted(unit, playbook, enrollments.c.version)


def _counted(unit: Unit, playbook: str, by: Column[str]) -> dict[str, int]:
    inside = (enrollments.c.playbook == playbook, enrollments.c.left_at.is_(None))
    statement = select(by, func.count()).where(*inside).group_by(by)
    return {row[0]: row[1] for row in sorted(unit.connection.execute(statement))}
