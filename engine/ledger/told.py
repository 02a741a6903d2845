"""What the audit tells of those who enter and move on, and of touches: kinds and bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Row

from engine.decide.facts import Enrollment, Moved, Phase
from engine.ledger.audit import Body, Kind
from engine.ledger.instants import instant_text
from engine.ledger.store import Unit

__all__ = ["advanced_record", "entered_body", "moved_record", "tell_of_touch", "tell_of_touches"]


def tell_of_touch(
    unit: Unit, row: Row[Any], kind: Kind, body: Body, *, now: datetime, actor: str
) -> None:
    """Add the record of a change of a touch: what every such record says, and `body`."""
    told = {"touch": row.id, "channel": row.channel, "epoch": row.epoch, **body}
    unit.note(kind, told, at=now, actor=actor, playbook=row.playbook, key=row.key)


def tell_of_touches(
    unit: Unit,
    rows: Iterable[Any],
    kind: Kind,
    names: Mapping[str, str],
    *,
    body: Body,
    now: datetime,
    actor: str,
) -> None:
    """Add the records of the same change of many touches, those of one playbook together.

    A row is anything with `id`, `playbook`, `key` and these columns. Each says `touch`, what stands
    in `body`, and of each of `names` its own: a column of its row.
    """
    by_playbook: dict[str, list[Any]] = {}
    for row in rows:
        by_playbook.setdefault(row.playbook, []).append(row)
    for playbook, mine in by_playbook.items():
        each = {
            name: list(map(attrgetter(column), mine))
            for name, column in {"touch": "id", **names}.items()
        }
        keys = [row.key for row in mine]
        unit.note_alike(kind, body, each=each, keys=keys, at=now, actor=actor, playbook=playbook)


def entered_body(of: Enrollment, run: str) -> dict[str, object]:
    """What the audit tells of one who enters, and of the wait that began by that."""
    body: dict[str, object] = {
        "enrollment": of.id,
        "entity": of.entity,
        "number": of.number,
        "run": run,
        "step": of.step,
        "version": of.version,
    }
    if of.waits_until is not None:
        body["until"] = instant_text(of.waits_until)
    return body


_STANDING_STILL = (Phase.WAITING, Phase.WATCHING, Phase.HOLDING, Phase.GATHERING)


def advanced_record(
    before: Enrollment, after: Enrollment, why: str
) -> tuple[Kind, dict[str, object]]:
    """What the audit tells of one who moved on, or stands still."""
    body: dict[str, object] = {
        "enrollment": after.id,
        "from": before.step,
        "phase": after.phase,
        "step": after.step,
        "why": why,
    }
    if after.version != before.version:
        body["version"] = after.version
    if after.waits_until is not None:
        body["until"] = instant_text(after.waits_until)
    waits = after.phase in _STANDING_STILL and after.step == before.step
    return (Kind.STEP_WAITS if waits else Kind.STEP_REACHED), body


def moved_record(moved: Moved) -> tuple[Kind, dict[str, object]]:
    """What the audit tells of one who goes on with another version."""
    before, after = moved.before, moved.after
    body: dict[str, object] = {
        "enrollment": after.id,
        "from": before.step,
        "from_version": before.version,
        "phase": after.phase,
        "step": after.step,
        "version": after.version,
        "why": "moved",
    }
    if after.waits_until is not None:
        body["until"] = instant_text(after.waits_until)
    return Kind.MOVED, body
