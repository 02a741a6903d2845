"""Keys of enrollments as their sources have them, and values as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from engine.audience.select import Key
from engine.audience.values import key_from_text
from engine.bind.catalog import FieldRef
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment

__all__ = ["as_text", "native", "natives"]


def native(key: str, playbook: BoundPlaybook) -> Key | None:
    """The key as its source has it; None where it cannot be one, as of a catalog that changed."""
    return key_from_text(playbook.audience.entity.key.kind, key)


def natives(playbook: BoundPlaybook, enrollments: Sequence[Enrollment]) -> dict[str, Key]:
    """By enrollment, the key as its source has it; those that cannot be in the source are not."""
    found = ((each.id, native(each.key, playbook)) for each in enrollments)
    return {id_: key for id_, key in found if key is not None}


def as_text(ref: FieldRef | None, values: Mapping[str, object]) -> str:
    """The value of a field, by which `entry` tells stays apart; empty where it is missing."""
    value = None if ref is None else values.get(ref.path)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else str(value)
