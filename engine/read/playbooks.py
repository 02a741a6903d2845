"""`segments/*.yaml` and `playbooks/**/*.yaml` as declared. Language, sections 3 and 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from engine.language.conditions import Condition
from engine.language.playbook import (
    Again,
    CatchUp,
    EmailStep,
    Entry,
    ExitStep,
    OnFailure,
    Persons,
    Playbook,
    Schedule,
    Segment,
    Status,
    Step,
    TaskKind,
    TaskStep,
    WaitStep,
    WebhookStep,
)
from engine.moments import Duration, parse_duration
from engine.places import DocumentPath
from engine.read.canonical import canonical_text
from engine.read.conditions import read_condition
from engine.read.reading import Reading
from engine.read.settings import read_fuse
from engine.read.shapes import check_shape

__all__ = ["read_playbook", "read_segment"]

_Data = Mapping[str, Any]


def read_segment(data: object, reading: Reading) -> Segment | None:
    """The segment of a file; None where the file has problems, which are then reported."""
    where = _condition(data, "where", (), reading)
    if reading.faults or not isinstance(data, dict) or where is None:
        return None
    return Segment(
        name=data["segment"],
        of=data["of"],
        where=where,
        declared=_declared(data, "of", "where"),
        place=reading.places.key(("segment",)),
    )


def read_playbook(data: object, reading: Reading) -> Playbook | None:
    """The playbook of a file; None where the file has problems, which are then reported."""
    if not isinstance(data, dict):
        return None
    where = _condition(data.get("segment"), "where", ("segment",), reading)
    exit_when = _condition(data, "exit_when", (), reading)
    conditions = _step_conditions(data.get("steps"), reading)
    ids = _step_ids(data.get("steps"), reading)
    _check_schedule(data.get("schedule"), reading)
    if reading.faults:
        return None
    steps = data["steps"]
    return Playbook(
        name=data["playbook"],
        segment=_own_segment(data, where, reading),
        steps=tuple(
            _step(step, ids[position], conditions[position], ("steps", position), reading)
            for position, step in enumerate(steps)
        ),
        description=data.get("description", ""),
        owner=data.get("owner", ""),
        status=Status(data.get("status", Status.ACTIVE)),
        schedule=_schedule(data.get("schedule"), reading),
        priority=data.get("priority", 0),
        entry=_entry(data.get("entry", {}), reading),
        exit_when=exit_when,
        declared=_declared(data, "segment", "steps", "exit_when"),
        place=reading.places.key(("playbook",)),
    )


def _condition(data: object, key: str, path: DocumentPath, reading: Reading) -> Condition | None:
    if not isinstance(data, dict) or key not in data:
        return None
    at = (*path, key)
    condition = read_condition(data[key], at, reading)
    if reading.is_sound(at):  # the reader says better what is wrong; the schema has the last word
        check_shape("condition", data[key], reading, at)
    return condition


def _own_segment(data: _Data, where: Condition | None, reading: Reading) -> Segment | str:
    segment = data["segment"]
    if where is None:
        return str(segment)
    place = reading.places.key(("segment",))
    return Segment(data["playbook"], segment["of"], where, place=place)


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
        max_lateness=_duration(data, "max_lateness"),
        place=place,
    )


def _entry(data: _Data, reading: Reading) -> Entry:
    again = data.get("again", "never")
    return Entry(
        again=_again(again),
        existing_enter=data.get("existing", "enter") == "enter",
        per_run=data.get("per_run"),
        fuse=read_fuse(data.get("fuse"), ("entry", "fuse"), reading),
    )


def _again(data: Any) -> Again:
    if isinstance(data, str):
        return Again(allowed=data == "always")
    return Again(allowed=True, after=_duration(data, "after"))


def _duration(data: _Data, key: str) -> Duration | None:
    return parse_duration(data[key]) if key in data else None


# ---------------------------------------------------------------- steps


def _step_conditions(steps: object, reading: Reading) -> list[Condition | None]:
    return [
        _condition(step, "only_if", ("steps", position), reading)
        for position, step in enumerate(steps if isinstance(steps, list) else ())
    ]


def _step_ids(steps: object, reading: Reading) -> list[str]:
    """The ids of all steps: as written, else verb and ordinal; each only once."""
    ids: list[str] = []
    ordinals: Counter[str] = Counter()
    places: dict[str, int] = {}
    for position, step in enumerate(steps if isinstance(steps, list) else ()):
        words: _Data = step if isinstance(step, dict) else {}
        verb = next((word for word in words if word in _VERBS), "step")
        ordinals[verb] += 1
        written = words.get("id")
        identity = written if isinstance(written, str) else f"{verb}-{ordinals[verb]}"
        path: DocumentPath = ("steps", position, "id")
        line = reading.place(path).line
        if identity in places:
            reading.report(
                path,
                "duplicate-id",
                f"two steps are called `{identity}`, on line {places[identity]} and line {line}",
                "give each an id of its own",
            )
        places.setdefault(identity, line)
        ids.append(identity)
    return ids


def _step(
    data: _Data, identity: str, only_if: Condition | None, path: DocumentPath, reading: Reading
) -> Step:
    verb = next(word for word in data if word in _VERBS)
    return _VERBS[verb](data, identity, only_if, path, reading)


def _email(
    data: _Data, identity: str, only_if: Condition | None, path: DocumentPath, reading: Reading
) -> Step:
    return EmailStep(
        id=identity,
        template=data["email"],
        to=_persons(data.get("to")),
        sender=_persons(data.get("from")),
        reply_to=_persons(data.get("reply_to")),
        values=data.get("with", {}),
        topic=data.get("topic"),
        via=data.get("via"),
        one_copy=data.get("one_copy", True),
        only_if=only_if,
        on_failure=_on_failure(data),
        max_lateness=_duration(data, "max_lateness"),
        place=reading.place(path),
    )


def _task(
    data: _Data, identity: str, only_if: Condition | None, path: DocumentPath, reading: Reading
) -> Step:
    return TaskStep(
        id=identity,
        title=data["task"],
        kind=TaskKind(data.get("kind", TaskKind.OTHER)),
        assign=_persons(data.get("assign")),
        due=_duration(data, "due"),
        notes=data.get("notes", ""),
        urgency=data.get("urgency", ""),
        only_if=only_if,
        on_failure=_on_failure(data),
        max_lateness=_duration(data, "max_lateness"),
        place=reading.place(path),
    )


def _webhook(
    data: _Data, identity: str, only_if: Condition | None, path: DocumentPath, reading: Reading
) -> Step:
    return WebhookStep(
        id=identity,
        channel=data["webhook"],
        body=data.get("body"),
        method=data.get("method", "POST"),
        headers=data.get("headers", {}),
        only_if=only_if,
        on_failure=_on_failure(data),
        max_lateness=_duration(data, "max_lateness"),
        place=reading.place(path),
    )


def _wait(
    data: _Data, identity: str, only_if: Condition | None, path: DocumentPath, reading: Reading
) -> Step:
    return WaitStep(identity, parse_duration(data["wait"]), only_if, reading.place(path))


def _exit(
    data: _Data, identity: str, only_if: Condition | None, path: DocumentPath, reading: Reading
) -> Step:
    return ExitStep(identity, data["exit"], only_if, reading.place(path))


_VERBS: Mapping[str, Callable[[_Data, str, Condition | None, DocumentPath, Reading], Step]] = {
    "email": _email,
    "task": _task,
    "webhook": _webhook,
    "wait": _wait,
    "exit": _exit,
}


def _persons(data: Any) -> Persons:
    if data is None:
        return ()
    if isinstance(data, str):
        return (data,)
    return tuple(tuple(each) if isinstance(each, list) else each for each in data)


def _on_failure(data: _Data) -> OnFailure:
    return OnFailure(data.get("on_failure", OnFailure.CONTINUE))
