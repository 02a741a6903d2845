"""What became of the steps of a stay, from what is on record of them. Pure. Language, section 3.

An email, webhook or update is `sent` where one of its messages went out or may have; a task is
`sent` when it was made, `open` until somebody is over with it, and `done` when that was said. A
step that asks for no touch is `done` when it was passed. What was passed over is `skipped`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from engine.audience.stays import Stay, StepSeen
from engine.decide.facts import Advanced, Decision, Enrollment, StepSkipped, TouchState
from engine.language.conditions import Became

__all__ = ["Passed", "ReadRecords", "StepRecord", "passed_by", "stay_of", "with_memory"]


@dataclass(frozen=True, slots=True)
class Passed:
    """An enrollment was over with a step at an instant; `skipped`: it was passed over."""

    enrollment: str
    step: str
    at: datetime
    skipped: bool


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What is on record of one step of one enrollment.

    `task` is the state of its task (`open`, `done`, `closed`), empty where it has none.
    """

    passed: Passed | None = None
    touches: tuple[TouchState, ...] = ()
    task: str = ""
    outcome: str = ""


class ReadRecords(Protocol):
    """Reads what is on record of the steps of some enrollments, by their ids, then by step."""

    def __call__(self, ids: Collection[str]) -> Mapping[str, Mapping[str, StepRecord]]:
        """Every id is in the answer."""


def passed_by(decisions: Iterable[Decision]) -> list[Passed]:
    """The steps that some decisions are over with: a step is over when another one is reached."""
    found: list[Passed] = []
    skipped: set[tuple[str, str]] = set()
    for decision in decisions:
        match decision:
            case StepSkipped(enrollment, step):
                skipped.add((enrollment.id, step))
            case Advanced(before, after) if before.step != after.step:
                over = (before.id, before.step)
                found.append(Passed(*over, after.since, over in skipped))
            case _:
                pass
    return found


def stay_of(enrollment: Enrollment, records: Mapping[str, StepRecord]) -> Stay:
    """One's stay, with what became of each step that is on record and of the one it stands at."""
    known = {enrollment.step: StepRecord(), **records} if enrollment.step else records
    steps = {step: _seen(record, step == enrollment.step) for step, record in known.items()}
    return Stay(enrollment.key, enrollment.entered_at, steps)


def _seen(record: StepRecord, is_here: bool) -> StepSeen:
    passed = record.passed
    at = passed.at if passed else None
    if passed is not None and passed.skipped:
        return StepSeen(frozenset({Became.SKIPPED}), at)
    if record.task:
        return StepSeen(_of_task(record.task), at, record.outcome)
    if record.touches:
        return StepSeen(frozenset(_of_touches(record.touches)), at)
    return StepSeen(frozenset({Became.OPEN if is_here else Became.DONE}), at)


def _of_task(state: str) -> frozenset[Became]:
    words = {Became.SENT} | ({Became(state)} if state in (Became.OPEN, Became.DONE) else set())
    return frozenset(words)


def _of_touches(states: Collection[TouchState]) -> Iterable[Became]:
    if any(not state.has_ended for state in states):
        yield Became.OPEN
    elif _WENT_OUT.intersection(states):
        yield from (Became.SENT, Became.DONE)
    elif all(state is TouchState.SKIPPED for state in states):
        yield Became.SKIPPED
    else:
        yield Became.FAILED


_WENT_OUT = frozenset({TouchState.SENT, TouchState.UNKNOWN})


def with_memory(
    records: Mapping[str, StepRecord],
    passed: Iterable[Passed],
    states: Mapping[str, tuple[TouchState, ...]],
    tasks: Collection[str] = (),
) -> dict[str, StepRecord]:
    """The records of one enrollment, with what a rehearsal makes of its steps.

    `states` are, by step, of what it has made and of all that was still on its way; `tasks` are
    the steps whose task it has made.
    """
    found = dict(records)
    for each in passed:
        found[each.step] = replace(found.get(each.step, StepRecord()), passed=each)
    for step, made in states.items():
        before = found.get(step, StepRecord())
        over = (each for each in before.touches if each.has_ended)
        found[step] = replace(before, touches=(*over, *made))
    for step in tasks:
        found[step] = replace(found[step], task=str(Became.OPEN))
    return found
