"""What became of steps, from what is on record of them: a table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.audience.stays import StepSeen
from engine.decide.became import Passed, StepRecord, passed_by, stay_of, with_memory
from engine.decide.facts import Advanced, Enrollment, Phase, StepSkipped, TouchState
from engine.language.conditions import Became

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 12, 9, tzinfo=UTC)
S = TouchState


def enrollment(step: str, phase: Phase = Phase.READY, since: datetime = AT) -> Enrollment:
    return Enrollment(
        id="e", playbook="p", entity="user", key="7", number=1, version="v", step=step,
        phase=phase, entered_at=AT, since=since,
    )  # fmt: skip


def over(step: str, *, skipped: bool = False) -> Passed:
    return Passed("e", step, LATER, skipped)


RECORDS = {
    "a wait that was waited": (StepRecord(over("x")), {"done"}, LATER),
    "passed over": (StepRecord(over("x", skipped=True)), {"skipped"}, LATER),
    "a mail on its way": (StepRecord(touches=(S.READY,)), {"open"}, None),
    "a draft": (StepRecord(touches=(S.DRAFT, S.SENT)), {"open"}, None),
    "a mail sent": (StepRecord(over("x"), (S.SENT,)), {"sent", "done"}, LATER),
    "one of two sent": (StepRecord(over("x"), (S.FAILED, S.SENT)), {"sent", "done"}, LATER),
    "a mail of unknown outcome": (StepRecord(over("x"), (S.UNKNOWN,)), {"sent", "done"}, LATER),
    "a mail refused": (StepRecord(over("x"), (S.FAILED, S.SKIPPED)), {"failed"}, LATER),
    "a mail expired": (StepRecord(over("x"), (S.EXPIRED,)), {"failed"}, LATER),
    "a draft dropped": (StepRecord(over("x"), (S.DROPPED,)), {"failed"}, LATER),
    "a mail to nobody": (StepRecord(over("x"), (S.SKIPPED,)), {"skipped"}, LATER),
    "a task": (StepRecord(over("x"), (S.SENT,), "open"), {"sent", "open"}, LATER),
    "a task done": (StepRecord(over("x"), (S.SENT,), "done"), {"sent", "done"}, LATER),
    "a task closed": (StepRecord(over("x"), (S.SENT,), "closed"), {"sent"}, LATER),
    "a task that could not be made": (StepRecord(over("x"), (S.FAILED,)), {"failed"}, LATER),
}


@pytest.mark.parametrize(("record", "words", "at"), RECORDS.values(), ids=RECORDS)
def test_what_a_step_became(record: StepRecord, words: set[str], at: datetime | None) -> None:
    stay = stay_of(enrollment("y"), {"x": record})
    assert stay.steps["x"] == StepSeen(frozenset(map(Became, words)), at)
    assert (stay.key, stay.entered_at) == ("7", AT)


def test_where_one_stands_is_open() -> None:
    assert stay_of(enrollment("x"), {}).steps == {"x": StepSeen(frozenset({Became.OPEN}))}


def test_the_outcome_of_a_task_is_known() -> None:
    record = StepRecord(over("x"), (S.SENT,), "done", "reached")
    assert stay_of(enrollment("y"), {"x": record}).steps["x"].outcome == "reached"


def test_a_step_is_over_when_another_is_reached() -> None:
    begun, waiting = enrollment("x"), enrollment("x", Phase.WAITING)
    on, end = enrollment("y", since=LATER), enrollment("z", since=LATER)
    decisions = [
        Advanced(begun, waiting), Advanced(waiting, on), StepSkipped(on, "y", "only_if"),
        Advanced(on, end),
    ]  # fmt: skip
    assert passed_by(decisions) == [over("x"), over("y", skipped=True)]


def test_a_rehearsal_adds_to_what_is_on_record() -> None:
    known = {"x": StepRecord(touches=(S.READY,)), "z": StepRecord(touches=(S.FAILED, S.READY))}
    made = {"y": (S.SENT,), "z": (S.SENT,)}
    found = with_memory(known, [over("x"), over("w")], made, {"y"})
    assert found == {
        "x": StepRecord(over("x"), (S.READY,)),
        "w": StepRecord(over("w")),
        "y": StepRecord(touches=(S.SENT,), task="open"),
        "z": StepRecord(touches=(S.FAILED, S.SENT)),
    }
