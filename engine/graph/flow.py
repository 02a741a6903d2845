"""A playbook as a flow: who comes in, what happens in which order, where the ways part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from engine.audience.words import condition_text, inline_text
from engine.bind.acts import (
    BoundEmail,
    BoundEnroll,
    BoundExit,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundUpdate,
    BoundWait,
    BoundWaitFor,
    BoundWebhook,
    digest_of,
)
from engine.bind.conditions import BoundAll, Condition
from engine.bind.playbook import BoundPlaybook
from engine.steps.words import people_text, step_text

__all__ = ["Arrow", "Box", "Flow", "Fork", "Part", "Way", "arrows_of", "boxes_of", "flow_of"]


@dataclass(frozen=True, slots=True)
class Box:
    """A step, or the way in or out. `kind` is its word in the file, `entry` or `end`.

    The ids of the way in and out begin with a colon, as no step's does.
    `title` is what it does, `notes` under which conditions. `ends` says that nobody goes on.
    """

    id: str
    kind: str
    title: str
    notes: tuple[str, ...] = ()
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """What happens to those of whom `label` holds, before the ways meet again."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """A box after which the ways part."""

    box: Box
    ways: tuple[Way, ...]


Part = Box | Fork


@dataclass(frozen=True, slots=True)
class Flow:
    """A playbook's name and its parts, from the way in to the end."""

    name: str
    entry: Box
    parts: tuple[Part, ...]
    end: Box


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to the next, for those of whom `label` holds; empty: for all."""

    start: str
    end: str
    label: str = ""


def boxes_of(flow: Flow) -> tuple[Box, ...]:
    """All boxes, as they stand on the page."""
    return (flow.entry, *_boxes(flow.parts), flow.end)


def _boxes(parts: Sequence[Part]) -> Iterator[Box]:
    for part in parts:
        yield part.box if isinstance(part, Fork) else part
        for way in part.ways if isinstance(part, Fork) else ():
            yield from _boxes(way.parts)


def arrows_of(flow: Flow) -> tuple[Arrow, ...]:
    """All arrows; those out of the last box of a way lead to what follows the fork."""
    found: list[Arrow] = []
    for start, label in _through(flow.parts, [(flow.entry.id, "")], found):
        found.append(Arrow(start, flow.end.id, label))
    return tuple(found)


_Open = list[tuple[str, str]]
"""Whence arrows lead to what comes next: a box, and the label of the arrow or empty."""


def _through(parts: Sequence[Part], into: _Open, found: list[Arrow]) -> _Open:
    left = into
    for part in parts:
        box = part.box if isinstance(part, Fork) else part
        found += [Arrow(start, box.id, label) for start, label in left]
        left = [] if box.ends else [(box.id, "")]
        if isinstance(part, Fork):
            ways = (_through(way.parts, [(box.id, way.label)], found) for way in part.ways)
            left = [each for way in ways for each in way]
    return left


def flow_of(playbook: BoundPlaybook) -> Flow:
    """The flow of a playbook."""
    return Flow(
        playbook.name,
        Box(":entry", "entry", f"every {playbook.audience.entity.name} who", _who(playbook)),
        _parts(playbook.steps),
        Box(":end", "end", "done", tuple(_leaving(playbook)), ends=True),
    )


def _who(playbook: BoundPlaybook) -> tuple[str, ...]:
    found = playbook.audience.condition
    parts = found.parts if isinstance(found, BoundAll) else (found,)
    fires = f"looked for at {playbook.schedule.cron}" if playbook.schedule else "looked for by hand"
    held = playbook.entry.holdout
    share = [f"{held * 100:.4g}% of them are held out"] if held else []
    return (*map(_line, parts), fires, *share)


def _line(condition: Condition) -> str:
    told = inline_text(condition)
    return told if told != "everyone" else condition_text(condition)


def _leaving(playbook: BoundPlaybook) -> Iterator[str]:
    if playbook.exit_when is not None:
        yield f"they leave at any time where {inline_text(playbook.exit_when)}"
    if goal := playbook.goal:
        yield f"goal {goal.name}: {inline_text(goal.when)}"
        for number, level in enumerate(goal.levels, 1):
            yield f"level {number} of the goal, {level.name}: {inline_text(level.when)}"


def _parts(steps: Sequence[BoundStep]) -> tuple[Part, ...]:
    return tuple(_part(step) for step in steps)


def _part(step: BoundStep) -> Part:
    match step:
        case BoundIf(condition=condition, then=then, otherwise=otherwise):
            box = Box(step.id, "if", f"is it so: {inline_text(condition)}", _notes(step))
            return Fork(box, (Way("yes", _parts(then)), Way("no", _parts(otherwise))))
        case BoundWaitFor(condition=condition, at_most=at_most, then=then, otherwise=otherwise):
            box = Box(step.id, "wait_for", f"wait for: {inline_text(condition)}", _notes(step))
            late = Way(f"not within {at_most}", _parts(otherwise))
            return Fork(box, (Way("as soon as it holds", _parts(then)), late))
        case BoundSplit(branches=branches):
            box = Box(step.id, "split", "split at random, for good", _notes(step))
            ways = (Way(f"{e.name}: {e.share * 100:.4g}%", _parts(e.steps)) for e in branches)
            return Fork(box, tuple(ways))
        case _:
            ends = isinstance(step, BoundExit)
            return Box(step.id, _kind(step), step_text(step), _notes(step), ends=ends)


def _kind(step: BoundStep) -> str:
    match step:
        case BoundEmail():
            return "email"
        case BoundTask():
            return "task"
        case BoundWebhook():
            return "webhook"
        case BoundUpdate():
            return "update"
        case BoundWait():
            return "wait"
        case BoundEnroll():
            return "enroll"
        case BoundExit():
            return "exit"
        case BoundIf() | BoundWaitFor() | BoundSplit():
            raise AssertionError("a fork is no box by itself")
        case _:
            assert_never(step)


def _notes(step: BoundStep) -> tuple[str, ...]:
    notes = []
    if step.only_if is not None:
        notes.append(f"only if {inline_text(step.only_if)}")
    if held := step.hold_while:
        then = "then it goes all the same" if held.then.value == "go" else "then it is passed over"
        notes.append(f"held while {inline_text(held.when)}, at most {held.at_most}, {then}")
    if digest := digest_of(step):
        notes.append(f"gathered for {people_text((digest.by,))}, sent at {digest.schedule}")
    if isinstance(step, BoundTask) and step.close_when is not None:
        notes.append(f"closes itself where {inline_text(step.close_when)}")
    return tuple(notes)
