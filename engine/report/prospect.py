"""What comes next for one customer, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.audience.words import inline_text
from engine.bind.acts import BoundIf, BoundStep, BoundWaitFor
from engine.decide.ahead import Coming, Ending, Prospect
from engine.report.text import local, when
from engine.standing.stay import Standing
from engine.steps.words import step_text

__all__ = ["prospect_lines", "prospect_of"]


def prospect_lines(found: Standing) -> Iterator[str]:
    """A paragraph with the steps that come, each with its earliest instant."""
    prospect, zone, now = found.prospect, found.playbook.zone, found.now
    if prospect is None:
        return
    yield ""
    if prospect.ending is Ending.HELD:
        yield "What comes next: nothing by itself"
        return
    yield "What comes next" if found.inside else "What would come"
    yield from _lines(prospect, zone, now=now, depth=1)
    if found.forks_on is not None:
        yield f"  as it is now, {'it holds' if found.forks_on.holds else 'it does not hold'}"


def _lines(prospect: Prospect, zone: ZoneInfo, *, now: datetime, depth: int) -> Iterator[str]:
    for coming in prospect.steps:
        yield from _coming(coming, zone, now=now, depth=depth)
    if told := _ending(prospect, zone, now=now):
        yield f"{'  ' * depth}{told}"


def _coming(coming: Coming, zone: ZoneInfo, *, now: datetime, depth: int) -> Iterator[str]:
    step = coming.step
    does = f"{step.id}: {step_text(step)}{_condition(step)}"
    until = f", until {when(coming.until, zone, now=now)}" if coming.until else ""
    taken = f"; it falls on {coming.taken}" if coming.taken else ""
    yield f"{'  ' * depth}{when(coming.at, zone, now=now)}: {does}{until}{taken}"
    for way in coming.ways:
        asked = f", if {_branch(step)}" if way.name == "then" else ""
        yield f"{'  ' * (depth + 1)}{way.name}{asked}:"
        yield from _lines(way.prospect, zone, now=now, depth=depth + 2)


def _condition(step: BoundStep) -> str:
    parts = [f", only if {inline_text(step.only_if)}"] if step.only_if else []
    if step.hold_while is not None:
        parts.append(f", not while {inline_text(step.hold_while.when)}")
    return "".join(parts)


def _branch(step: BoundStep) -> str:
    return inline_text(step.condition) if isinstance(step, BoundIf | BoundWaitFor) else ""


def _ending(prospect: Prospect, zone: ZoneInfo, *, now: datetime) -> str:
    match prospect.ending:
        case Ending.COMPLETED:
            at = f"{local(prospect.at, zone, now=now)} at the earliest" if prospect.at else ""
            return f"then it leaves, completed: {at}"
        case Ending.MISSING:
            return "what follows has no date yet: the moment that it waits for is missing"
        case Ending.MORE:
            return "and so on"
        case Ending.FORKS if not (prospect.steps and prospect.steps[-1].ways):
            return "and so on"
        case Ending.EXITS if not prospect.steps:
            at = f"{local(prospect.at, zone, now=now)} at the earliest" if prospect.at else ""
            return f"it leaves, as on_failure says: {at}"
        case Ending.FORKS | Ending.EXITS | Ending.HELD:
            return ""


# ---------------------------------------------------------------- for programs


def prospect_of(prospect: Prospect | None) -> dict[str, object] | None:
    """The same as plain data; None where nothing is known."""
    if prospect is None:
        return None
    return {
        "steps": [_step(each) for each in prospect.steps],
        "ending": prospect.ending,
        "at": prospect.at,
    }


def _step(coming: Coming) -> dict[str, object]:
    step = coming.step
    return {
        "step": step.id,
        "does": step_text(step),
        "at": coming.at,
        "until": coming.until,
        "only_if": inline_text(step.only_if) if step.only_if else "",
        "taken": coming.taken,
        "condition": _branch(step),
        "ways": [{"name": way.name, "next": prospect_of(way.prospect)} for way in coming.ways],
    }
