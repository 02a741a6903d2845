"""How playbooks that fire at the same minute are spread. Pure; delivery page, point 11.

Where many are at once, each starts later by a part of a few minutes that only its name decides: the
same one every day, however many others come and go. The slot keeps its local time as its identity.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from engine.bind.playbook import BoundPlaybook

__all__ = ["CROWD", "SPREAD", "offsets"]

CROWD = 20
"""So many playbooks may fire at the same minute before they are spread."""

SPREAD = timedelta(minutes=4)
"""Every offset is shorter than this."""


def offsets(playbooks: Sequence[BoundPlaybook]) -> Mapping[str, timedelta]:
    """How much later each of a crowd fires, by name; of the others nothing is said.

    A crowd are those whose crons say the same minutes and hours in the same zone, on whatever days.
    """
    minutes = {each.name: _minutes(each) for each in playbooks if each.schedule is not None}
    together = Counter(minutes.values())
    return {name: _offset(name) for name, at in minutes.items() if together[at] > CROWD}


def _minutes(playbook: BoundPlaybook) -> tuple[str, ...]:
    assert playbook.schedule is not None
    return (str(playbook.zone), *playbook.schedule.cron.split()[:2])


def _offset(name: str) -> timedelta:
    """A digest of the name as a part of `SPREAD`, in whole seconds."""
    part = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    return timedelta(seconds=int(part * SPREAD.total_seconds()))
