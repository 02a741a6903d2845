"""`segments/*.yaml` and `playbooks/**/*.yaml` as declared. Language, sections 3 and 5."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.language.conditions import Condition
from engine.language.playbook import (
    Again,
    CatchUp,
    Entry,
    Goal,
    GoalLevel,
    OnChange,
    OpenTasks,
    Playbook,
    Schedule,
    Segment,
    Status,
)
from engine.places import DocumentPath, Place
from engine.read.canonical import canonical_text
from engine.read.conditions import sound_condition
from engine.read.formats import parse_share
from engine.read.policy import read_fuse
from engine.read.reading import Reading
from engine.read.steps import StepReader
from engine.read.words import duration_in

__all__ = ["read_playbook", "read_segment"]

_Data = Mapping[str, Any]


def read_segment(data: object, reading: Reading) -> Segment | None:
    """The segment of a file; None where the file has problems, which are then reported."""
    seen = reading.seen_from(data.get("of") if isinstance(data, dict) else None)
    where = _condition(data, "where", (), seen)
    if reading.faults or not isinstance(data, dict) or where is None:
        return None
    return Segment(
        name=data["segment"],
        of=data["of"],
        where=where,
        declared=_declared(data, "of", "where"),
        lint_off=_off(data),
        place=reading.places.key(("segment",)),
        of_place=reading.place(("of",)),
    )


def _off(data: _Data) -> tuple[str, ...]:
    return tuple(data.get("lint", {}).get("off", ()))


def read_playbook(data: object, reading: Reading) -> Playbook | None:
    """The playbook of a file; None where the file has problems, which are then reported."""
    if not isinstance(data, dict):
        return None
    reading = reading.seen_from(_entity_of(data.get("segment"), reading))
    where = _condition(data.get("segment"), "where", ("segment",), reading)
    exit_when = _condition(data, "exit_when", (), reading)
    reached = _condition(data.get("goal"), "when", ("goal",), reading)
    levels = _levels(data.get("goal"), reading)
    steps = StepReader(reading)
    steps.survey(data.get("steps"))
    _check_schedule(data.get("schedule"), reading)
    if reading.faults:
        return None
    return Playbook(
        name=data["playbook"],
        segment=_own_segment(data, where, reading),
        steps=steps.steps(data["steps"]),
        description=data.get("description", ""),
        owner=data.get("owner", ""),
        status=Status(data.get("status", Status.ACTIVE)),
        schedule=_schedule(data.get("schedule"), reading),
        priority=data.get("priority", 0),
        entry=_entry(data.get("entry", {}), reading),
        exit_when=exit_when,
        goal=_goal(data.get("goal"), reached, levels, reading=reading),
        on_change=OnChange(data.get("on_change", OnChange.KEEP)),
        open_tasks=OpenTasks(data.get("on_exit", {}).get("tasks", OpenTasks.LEAVE)),
        formerly=tuple(data.get("formerly", ())),
        declared=_declared(data, "segment", "steps", "exit_when", "goal"),
        lint_off=_off(data),
        place=reading.places.key(("playbook",)),
        segment_place=reading.place(("segment",)),
    )


def _entity_of(segment: object, reading: Reading) -> object:
    """The entity that a playbook's segment, its own or a named one, is of."""
    if isinstance(segment, dict):
        return segment.get("of")
    return reading.names.segments.get(segment) if isinstance(segment, str) else None


def _condition(data: object, key: str, path: DocumentPath, reading: Reading) -> Condition | None:
    if not isinstance(data, dict) or key not in data:
        return None
    return sound_condition(data[key], (*path, key), reading)


def _own_segment(data: _Data, where: Condition | None, reading: Reading) -> Segment | str:
    segment = data["segment"]
    if where is None:
        return str(segment)
    place = reading.places.key(("segment",))
    of_place = reading.place(("segment", "of"))
    return Segment(data["playbook"], segment["of"], where, place=place, of_place=of_place)


def _levels(data: object, reading: Reading) -> tuple[GoalLevel, ...]:
    """The levels of a goal; each whose name cannot stand in figures is reported."""
    at: DocumentPath = ("goal", "levels")
    if not isinstance(data, dict) or "levels" not in data or not reading.is_sound(at):
        return ()
    if "within" not in data:
        reading.report(
            at,
            "level-without-within",
            "levels are told of those who had the same time to come to them, and this goal has "
            "no `within`",
            hint="say how long after entry the goal counts, as `within: 30 days`",
        )
    levels: dict[str, GoalLevel] = {}
    for number, (name, condition) in enumerate(data["levels"]):
        here = (*at, number)
        if name in levels or name == data.get("name"):
            whose = "twice" if name in levels else "for the goal as well"
            reading.report(
                (*here, 0), "duplicate-name", f"the name of the level `{name}` stands {whose}"
            )
        levels[name] = GoalLevel(
            name, sound_condition(condition, (*here, 1), reading), reading.place(here)
        )
    return tuple(levels.values())


def _goal(
    data: Any, when: Condition | None, levels: tuple[GoalLevel, ...], *, reading: Reading
) -> Goal | None:
    if when is None:
        return None
    return Goal(
        name=data["name"],
        when=when,
        within=duration_in(data, "within"),
        ends=data.get("ends", True),
        levels=levels,
        place=reading.place(("goal",)),
    )


def _declared(data: _Data, *keys: str) -> str:
    """The canonical JSON of what a version is made of."""
    return canonical_text({key: data[key] for key in keys if key in data})


# ---------------------------------------------------------------- schedule and entry


def _check_schedule(data: object, reading: Reading) -> None:
    if not isinstance(data, dict) or not reading.is_sound(("schedule",)):
        return
    starts, ends = data.get("from"), data.get("until")
    if starts and ends and starts > ends:
        reading.report(
            ("schedule", "until"),
            "bad-value",
            f"the schedule ends on {ends}, before it begins on {starts}",
        )


def _schedule(data: Any, reading: Reading) -> Schedule | None:
    place = reading.place(("schedule",))
    if data is None:
        return None
    if isinstance(data, str):
        return Schedule(data, place=place)
    return Schedule(
        cron=data["cron"],
        timezone=data.get("timezone"),
        starts=date.fromisoformat(data["from"]) if "from" in data else None,
        ends=date.fromisoformat(data["until"]) if "until" in data else None,
        catch_up=CatchUp(data.get("catch_up", CatchUp.LATEST)),
        max_lateness=duration_in(data, "max_lateness"),
        place=place,
    )


def _entry(data: _Data, reading: Reading) -> Entry:
    again = data.get("again", "never")
    return Entry(
        again=_again(again, reading.place(("entry", "again"))),
        existing_enter=data.get("existing", "enter") == "enter",
        per_run=data.get("per_run"),
        fuse=read_fuse(data.get("fuse"), ("entry", "fuse"), reading),
        holdout=parse_share(data["holdout"]) if "holdout" in data else 0.0,
        place=reading.place(("entry",)),
    )


def _again(data: Any, place: Place) -> Again:
    if isinstance(data, str):
        return Again(allowed=data == "always", place=place)
    return Again(
        allowed=True,
        after=duration_in(data, "after"),
        per=data.get("per"),
        times=data.get("times"),
        each=data.get("each"),
        place=place,
    )
