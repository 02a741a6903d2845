"""Keys of enrollments as their sources have them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.audience.select import Key
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment
from engine.language.catalog import Kind

__all__ = ["native", "natives"]

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,30}")


def native(key: str, playbook: BoundPlaybook) -> Key | None:
    """The key as its source has it; None where it cannot be one, as of a catalog that changed."""
    if playbook.audience.entity.key.kind is not Kind.INTEGER:
        return key
    return int(key) if _WHOLE_NUMBER.fullmatch(key) else None


def natives(playbook: BoundPlaybook, enrollments: Sequence[Enrollment]) -> dict[str, Key]:
    """By enrollment, the key as its source has it; those that cannot be in the source are not."""
    found = ((each.id, native(each.key, playbook)) for each in enrollments)
    return {id_: key for id_, key in found if key is not None}
