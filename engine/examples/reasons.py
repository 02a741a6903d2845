"""Why one customer of an example is where it is, in plain words: from the very conditions asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine.answers import Explained, key_of, why_of_playbook
from engine.audience.explain import Node, explain
from engine.bind.playbook import BoundPlaybook
from engine.examples.stage import Stage
from engine.examples.stays import own_stay
from engine.problems import Refused
from engine.report.standing import standing_told

__all__ = ["deciding", "reasons", "reasons_of_segment"]


def reasons(stage: Stage, playbook: BoundPlaybook, key: str, at: datetime) -> tuple[str, ...]:
    """What decided for one customer, a sentence or a condition a line."""
    ledger = stage.memory.ledger
    try:
        native = key_of(key, playbook.audience)
        with stage.workplace.sources(ledger) as snapshot:
            found = why_of_playbook(
                stage.workplace, playbook.name, native, snapshot, ledger, as_of=at
            )
    except Refused as refused:
        return (str(refused),)
    return tuple(_lines(found))


def reasons_of_segment(
    stage: Stage, playbook: BoundPlaybook, key: str, at: datetime
) -> tuple[str, ...]:
    """The conditions that decided whether one customer is in the segment.

    What it got by being in it does not count, though it has come meanwhile.
    """
    native = key_of(key, playbook.audience)
    own = own_stay(stage, playbook, key, at)
    with stage.workplace.sources(stage.memory.ledger) as snapshot:
        node = explain(playbook.audience, native, snapshot, at, own=own)
    return tuple(deciding(node)) if node is not None else ()


def _lines(found: Explained) -> Iterator[str]:
    inside = found.standing.inside if found.standing else None
    if found.standing is not None and inside is not None:
        yield from standing_told(found.standing)
        return
    yield from deciding(found.tree)
    if found.entry is not None and found.entry.gate not in ("", "segment"):
        yield found.entry.told
    if found.standing is not None:
        yield from standing_told(found.standing)


def deciding(node: Node) -> Iterator[str]:
    """The conditions at the ends of a tree that make it hold, or keep it from holding."""
    if not node.children:
        mark = "✓" if node.holds else "✗"
        seen = f"   [{node.seen}]" if node.seen else ""
        yield f"{mark} {node.condition}{seen}"
        return
    alike = [each for each in node.children if each.holds == node.holds]
    for each in alike or node.children:
        yield from deciding(each)
