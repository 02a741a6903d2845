"""What becomes of those inside when their playbook changes. Pure. Language, section 5, "Versions".

`run` carries it out, `run --dry-run` tells it, both by the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.bind.acts import BoundStep, BoundWait, BoundWaitFor, digest_of
from engine.bind.conditions import BoundMoment
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment, Moved, Phase
from engine.decide.waits import Clock, Known, until_fire, wait_end
from engine.language.playbook import OnChange
from engine.moments import Duration

__all__ = ["Becomes", "Fate", "carried_over", "fate_of", "renamed_steps"]


class Becomes(StrEnum):
    """What becomes of those who stand at a step of an older version."""

    KEPT = "kept"
    """They go on with the version that they entered with."""
    MOVED = "moved"
    """They go on at the same step of the new version."""
    RENAMED = "renamed"
    """The same, where the step has another id in the new version."""
    STEP_GONE = "step_gone"
    """They are held: the new version has no such step."""
    OTHER_ENTITY = "other_entity"
    """They are held: the new version is about another entity."""
    UNBOUND = "unbound"
    """They are held: their version no longer fits the catalog."""
    EXITS = "exits"
    """They leave at the next pass."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of some, and the step at which they go on; empty where they do not."""

    becomes: Becomes
    to: str = ""


def fate_of(current: BoundPlaybook, entity: str, step: str, *, binds: bool) -> Fate:
    """What becomes of those at a step of an older version.

    `binds` says whether that version still fits the catalog; `step` is empty for those held out.
    """
    if current.on_change is OnChange.EXIT:
        return Fate(Becomes.EXITS)
    if current.on_change is OnChange.KEEP:
        return Fate(Becomes.KEPT, step) if binds else Fate(Becomes.UNBOUND)
    if entity != current.audience.entity.name:
        return Fate(Becomes.OTHER_ENTITY)
    if not step or step in current.route.steps:
        return Fate(Becomes.MOVED, step)
    to = renamed_steps(current).get(step)
    return Fate(Becomes.RENAMED, to) if to else Fate(Becomes.STEP_GONE)


def renamed_steps(playbook: BoundPlaybook) -> dict[str, str]:
    """The ids that steps have now, by their earlier ones."""
    steps = playbook.route.steps.values()
    return {former: step.id for step in steps for former in step.formerly}


def carried_over(
    current: BoundPlaybook, enrollment: Enrollment, *, as_of: datetime, clock: Clock
) -> Moved | None:
    """With `on_change: move`, one of an older version goes on with this one; None: one is held.

    A wait that lasts counts from the moment at which it began, by the words of the new version;
    what would be over by then is over now. Touches that were made are waited for.
    """
    fate = fate_of(current, enrollment.entity, enrollment.step, binds=True)
    if fate.becomes not in (Becomes.MOVED, Becomes.RENAMED):
        return None
    names = renamed_steps(current)
    moved = replace(
        enrollment, version=current.version, step=fate.to, arm=_renamed_arm(enrollment.arm, names)
    )
    if fate.to:
        moved = _at_new_step(current.route.steps[fate.to], moved, as_of, clock)
    return Moved(enrollment, moved, tuple(sorted(names.items())))


def _renamed_arm(arm: str, names: dict[str, str]) -> str:
    """The ways taken at splits, as `STEP=WAY`, by the ids that the splits have now."""
    taken = (way.partition("=") for way in arm.split(",") if way)
    return ",".join(f"{names.get(step, step)}={way}" for step, _, way in taken)


def _at_new_step(step: BoundStep, one: Enrollment, as_of: datetime, clock: Clock) -> Enrollment:
    hold = step.hold_while
    match one.phase:
        case Phase.READY | Phase.TOUCHING | Phase.RESTING:
            return one
        case Phase.HOLDING if hold is not None:
            return replace(one, waits_until=max(clock.later(one.since, hold.at_most), as_of))
        case Phase.WATCHING if isinstance(step, BoundWaitFor):
            return replace(one, waits_until=max(clock.later(one.since, step.at_most), as_of))
        case Phase.GATHERING if (digest := digest_of(step)) is not None:
            return until_fire(one, digest.schedule, one.since, zone=clock.zone)
        case Phase.WAITING if isinstance(step, BoundWait):
            return _waiting(step, one, as_of, clock)
        case _:  # what it stood still for is no more: the step begins now
            return replace(one, phase=Phase.READY, since=as_of, waits_until=None, fixed=False)


def _waiting(step: BoundWait, one: Enrollment, as_of: datetime, clock: Clock) -> Enrollment:
    if isinstance(step.wait, BoundMoment):  # asked for in this very pass, like a missing one
        return replace(one, waits_until=None, fixed=True)
    ends = wait_end(step.wait, one.since, clock, Known(as_of, one.entered_at))
    assert ends is not None
    return replace(one, waits_until=max(ends, as_of), fixed=_is_fixed(step))


def _is_fixed(step: BoundWait) -> bool:
    return not isinstance(step.wait, Duration)
