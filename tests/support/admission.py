"""Who enters, decided on everyone at once, as what a run decides page by page must come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.decide.entry import (
    BlownFuse,
    Candidates,
    Gate,
    blown_fuse,
    gates,
    let_through,
    without_zeros,
)
from engine.language.playbook import Entry

__all__ = ["Admission", "admit"]


@dataclass(frozen=True)
class Admission:
    """Who enters now, ascending; how many did not and why; and the fuse that held the run."""

    entering: tuple[str, ...]
    skipped: Mapping[str, int]
    blown: BlownFuse | None = None


def admit(entry: Entry, candidates: Candidates) -> Admission:
    """Everyone who matches through the gates, then the fuses, then approval and throttle."""
    found = gates(entry, candidates)
    would = [key for key, gate in found.items() if not gate]
    skipped = Counter(gate for gate in found.values() if gate)
    if blown := blown_fuse(entry, candidates, len(would)):
        skipped[Gate.FUSE] += len(would)
        return Admission((), without_zeros(skipped), blown)
    admitted, kept_out = let_through(entry, would, candidates)
    return Admission(admitted, without_zeros(skipped + kept_out))
