"""Makers of facts with defaults, and short forms for one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from engine.decide.facts import (
    Advanced,
    Decision,
    Enrollment,
    Entered,
    NewTask,
    NewTouch,
    Phase,
    TouchKind,
    TouchMade,
    TouchState,
    enrollment_ids,
    idempotency_key,
)
from engine.ledger.audit import AuditRecord
from engine.ledger.claims import Claimed, claim
from engine.ledger.journey import record
from engine.ledger.log import read_audit
from engine.ledger.permits import Asking, Permission, permit_all
from engine.ledger.runs import save_version
from engine.ledger.store import Ledger, Unit

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE
T = TypeVar("T")


def writing(ledger: Ledger, act: Callable[[Unit], T]) -> T:
    """Do one thing in a transaction of its own."""
    with ledger.write() as unit:
        return act(unit)


def reading(ledger: Ledger, ask: Callable[[Unit], T]) -> T:
    """Ask one thing of a snapshot of its own."""
    with ledger.read() as unit:
        return ask(unit)


def make_enrollment(key: str = "7", **said: Any) -> Enrollment:
    """Somebody inside `checkup`, at its first step, not begun."""
    playbook, number = said.get("playbook", "checkup"), said.get("number", 1)
    given: dict[str, Any] = {
        "id": enrollment_ids(playbook, [key], [number], at=NOW)[0],
        "playbook": playbook,
        "entity": "user",
        "key": key,
        "number": number,
        "version": "v1",
        "step": "email-1",
        "phase": Phase.READY,
        "entered_at": NOW,
        "since": NOW,
    }
    return Enrollment(**{**given, **said})


def make_touch(of: Enrollment, place: int = 0, **said: Any) -> NewTouch:
    """An email to the entity's contact."""
    step = said.get("step", of.step)
    given: dict[str, Any] = {
        "id": idempotency_key(of.playbook, of.key, of.number, step, place),
        "enrollment": of.id,
        "playbook": of.playbook,
        "entity": of.entity,
        "key": of.key,
        "step": step,
        "kind": TouchKind.EMAIL,
        "channel": "mail",
        "state": TouchState.READY,
        "recipient": f"person{of.key}@example.com",
        "sender": "casey@acme.example",
        "subject": "Hello",
        "payload": b"Subject: Hello\r\n\r\nHello\r\n",
        "expires_at": NOW + timedelta(days=3),
    }
    return NewTouch(**{**given, **said})


def make_task(of: Enrollment, **said: Any) -> NewTouch:
    """A call for Casey."""
    given: dict[str, Any] = {
        "kind": TouchKind.TASK,
        "channel": "task",
        "recipient": "casey@acme.example",
        "payload": b"",
        "subject": "Call them",
        "task": NewTask("Call them", "call", "casey@acme.example", "Casey"),
    }
    return make_touch(of, **{**given, **said})


def touching(of: Enrollment, *touches: NewTouch) -> list[Decision]:
    """Somebody enters, and the first step makes these touches."""
    made = [TouchMade(touch) for touch in touches]
    return [Entered(of), *made, Advanced(of, replace(of, phase=Phase.TOUCHING))]


def keep(
    ledger: Ledger, decisions: Sequence[Decision], at: datetime = NOW, *, run: str = "r1"
) -> None:
    """Record decisions in a transaction of their own, and the version they stand on."""
    with ledger.write() as unit:
        save_version(unit, "v1", "checkup", "{}", at=at)
        record(unit, decisions, at=at, actor="engine", run=run)


def outbox(ledger: Ledger, *keys: str, **said: Any) -> list[str]:
    """An email ready for each key; gives the ids."""
    ids = []
    for key in keys or ("7",):
        of = make_enrollment(key)
        touch = make_touch(of, **said)
        keep(ledger, touching(of, touch))
        ids.append(touch.id)
    return ids


def claimed(
    ledger: Ledger, worker: str = "w1", now: datetime = NOW, limit: int = 10
) -> list[Claimed]:
    """What a worker gets."""
    return list(
        writing(ledger, lambda unit: claim(unit, worker, now=now, lease=LEASE, limit=limit)).touches
    )


def permit(unit: Unit, touch: str, *, epoch: int, lease: timedelta, **said: Any) -> Permission:
    """What is said to one that asks alone."""
    (answer,) = permit_all(unit, [Asking(touch, epoch, lease)], **said)
    return answer


def permitted(ledger: Ledger, touch: Claimed, now: datetime = NOW) -> str:
    """What permit says: an empty text for yes, else the reason."""
    answer = writing(
        ledger,
        lambda unit: permit(unit, touch.id, epoch=touch.epoch, now=now, lease=LEASE, actor="w1"),
    )
    assert answer.allowed is (answer.reason == "")
    return answer.reason


def audited(ledger: Ledger) -> list[AuditRecord]:
    """The whole log."""
    return reading(ledger, lambda unit: list(read_audit(unit)))


def kinds(ledger: Ledger) -> list[str]:
    """The kinds of the whole log, in order."""
    return [each.kind for each in audited(ledger)]
