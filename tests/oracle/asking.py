"""From a condition as people write it to one that is bound, at a setting."""

from __future__ import annotations

from dataclasses import replace

from engine.bind.bind import bind_segment
from engine.bind.playbook import Audience
from tests.oracle.worlds import Setting, project
from tests.support.declare import with_segment

__all__ = ["bound"]


def bound(condition: str, entity: str, setting: Setting) -> Audience:
    """A condition, as items of a YAML list, read and bound; the zone is the setting's."""
    loaded, catalog = project()
    declared = with_segment(loaded, condition, of=entity)
    return replace(bind_segment("asked", declared, catalog), zone=setting.local)
