"""Which tasks are new to their assignees, and that each is told once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from engine.bind.notices import BoundNotices
from engine.decide.facts import NewTask, TouchState
from engine.language.project import HousePerson
from engine.ledger.check import check_ledger
from engine.ledger.notices import (
    Telling,
    are_untold,
    are_waiting,
    drop_moot_notices,
    set_telling,
    telling,
    untold_tasks,
    write_notice,
)
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import IS_UNTOLD, tasks
from engine.ledger.tasks import close_tasks, finish_task, reassign_task
from engine.ledger.touches import list_touches
from engine.steps.notice import notice
from tests.ledger.factories import (
    MINUTE,
    NOW,
    keep,
    kinds,
    make_enrollment,
    make_task,
    reading,
    touching,
    writing,
)

LATER = NOW + 10 * MINUTE
SAID: dict[str, Any] = {"at": LATER, "actor": "ann"}
NOTICES = BoundNotices("at_once", "mail", HousePerson("Dana", "dana@acme.example"))


def give(ledger: Ledger, key: str, *, to: str = "casey@acme.example", at: datetime = NOW) -> str:
    """A task for somebody; its id."""
    of = make_enrollment(key)
    touch = make_task(of, task=NewTask("Call", "call", to))
    keep(ledger, touching(of, touch), at)
    return touch.id


def new(ledger: Ledger, since: datetime = NOW) -> list[str]:
    found = writing(ledger, lambda unit: [task.id for task in untold_tasks(unit, since)])
    assert bool(found) == reading(ledger, lambda unit: are_untold(unit, since))
    return found


def tell(unit: Unit) -> None:
    found = untold_tasks(unit, NOW)
    touch = notice(found, NOTICES, at=LATER, expires_at=LATER + MINUTE)
    write_notice(unit, touch, found, at=LATER, actor="engine")


def test_what_is_new(ledger: Ledger) -> None:
    give(ledger, "1", at=NOW - MINUTE)
    first = give(ledger, "2")
    give(ledger, "3", to="")
    done, closed = give(ledger, "4"), give(ledger, "5")
    writing(ledger, lambda unit: finish_task(unit, done, **SAID))
    assert writing(ledger, lambda unit: close_tasks(unit, [closed, done], "x", **SAID)) == 1
    assert new(ledger) == [first]


def test_each_is_told_once_and_anew_to_somebody_else(ledger: Ledger) -> None:
    task = give(ledger, "1")
    writing(ledger, tell)
    assert new(ledger) == []
    assert kinds(ledger)[-1] == "touch.made"
    writing(ledger, lambda unit: reassign_task(unit, task, "casey@acme.example", **SAID))
    assert new(ledger) == []
    writing(ledger, lambda unit: reassign_task(unit, task, "robin@acme.example", **SAID))
    assert new(ledger, LATER) == [task]
    assert check_ledger(ledger) == []


@pytest.mark.parametrize("is_over", [False, True], ids=["one is open", "all are over"])
def test_a_notice_that_waits_goes_as_long_as_one_of_its_tasks_is_open(
    ledger: Ledger, is_over: bool
) -> None:
    ids = [give(ledger, "1"), give(ledger, "2")]
    writing(ledger, tell)
    assert reading(ledger, are_waiting)
    for task in ids[: 2 if is_over else 1]:
        writing(ledger, lambda unit, task=task: finish_task(unit, task, **SAID))
    dropped = writing(ledger, lambda unit: drop_moot_notices(unit, **SAID))
    assert dropped == int(is_over)
    state = TouchState.DROPPED if is_over else TouchState.READY
    (touch,) = [each for each in reading(ledger, list_touches) if not each.playbook]
    assert touch.state is state
    assert reading(ledger, are_waiting) != is_over


def test_since_when_and_by_what_times(ledger: Ledger) -> None:
    assert reading(ledger, telling) is None
    writing(ledger, lambda unit: set_telling(unit, "at_once", at=NOW))
    assert reading(ledger, telling) == Telling("at_once", NOW, NOW)
    writing(ledger, lambda unit: set_telling(unit, "0 8 * * *", at=LATER))
    assert reading(ledger, telling) == Telling("0 8 * * *", NOW, LATER)
    writing(ledger, lambda unit: set_telling(unit, "", at=LATER))
    assert reading(ledger, telling) is None


def test_an_index_finds_the_untold(ledger: Ledger) -> None:
    """The daemon asks every other second, however many tasks are open."""
    asked = select(tasks.c.id).where(IS_UNTOLD, tasks.c.assigned_at >= NOW)
    if ledger.engine.dialect.name != "sqlite":
        pytest.skip("the plan of SQLite")
    written = asked.compile(ledger.engine, compile_kwargs={"render_postcompile": True})
    plan = text(f"EXPLAIN QUERY PLAN {str(written).replace('?', repr('2026'))}")
    found = reading(ledger, lambda unit: unit.connection.execute(plan).all())
    assert "ix_tasks_untold" in str(found)


# ---------------------------------------------------------------- the mail


def test_a_mail_tells_of_a_hundred_and_counts_the_rest(ledger: Ledger) -> None:
    for key in range(103):
        give(ledger, str(key))
    found = writing(ledger, lambda unit: untold_tasks(unit, NOW))
    mail = notice(found, NOTICES, at=NOW, expires_at=LATER)
    assert mail.subject == "103 new tasks"
    assert mail.text.count("touchline tasks done") == 100
    assert "… and 3 more: touchline tasks list --assignee casey@acme.example" in mail.text


@pytest.mark.parametrize(
    ("assignee", "state", "reason"),
    [
        pytest.param("casey@acme.example", TouchState.READY, "", id="sound"),
        pytest.param("casey at home", TouchState.FAILED, "no_recipient", id="no address"),
        pytest.param("a@b.example, c@d.example", TouchState.FAILED, "no_recipient", id="two"),
        pytest.param(
            "a@b.example\r\nBcc: c@d.example", TouchState.FAILED, "no_recipient", id="header"
        ),
    ],
)
def test_an_assignee_has_one_address(
    ledger: Ledger, assignee: str, state: TouchState, reason: str
) -> None:
    give(ledger, "1\n  when done: rm -r", to=assignee)
    found = writing(ledger, lambda unit: untold_tasks(unit, NOW))
    mail = notice(found, NOTICES, at=datetime(2026, 3, 10, tzinfo=UTC), expires_at=LATER)
    assert (mail.state, mail.reason) == (state, reason)
    assert "\n  when done: rm" not in mail.text
