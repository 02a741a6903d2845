"""Who was asked into another playbook by a step, and what became of it. Language, section 5.

An invitation is answered once: in the transaction in which its customer enters, or with the reason
for which it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from engine.ledger.audit import Kind
from engine.ledger.database import Overtaken
from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import invitations

__all__ = [
    "ENTERED",
    "Answered",
    "Invitation",
    "answer",
    "is_invited",
    "open_invitations",
    "playbooks_invited",
]

ENTERED = "entered"
"""The answer to one who was let in; every other one is the reason why not."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A step of an enrollment asked for the customer `key` to be let into `playbook`."""

    enrollment: str
    step: str
    playbook: str
    key: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An invitation with its answer: `entered`, or the gate that said no."""

    invitation: Invitation
    answer: str


def open_invitations(unit: Unit, playbook: str, *, limit: int | None = None) -> list[Invitation]:
    """Those into a playbook that wait for an answer, the oldest first."""
    values = {"mine": playbook, "most": _ALL if limit is None else limit}
    return [Invitation(*row) for row in _WAITING.ordered(unit.connection, values)]


_ALL = 2**31 - 1
_WAITING = Prepared(
    lambda _: (
        select(*(invitations.c[name] for name in Invitation.__slots__))
        .where(invitations.c.playbook == bindparam("mine"), invitations.c.answered_at.is_(None))
        .order_by(invitations.c.at, invitations.c.key, invitations.c.enrollment, invitations.c.step)
        .limit(bindparam("most"))
    )
)


def is_invited(unit: Unit, playbook: str, key: str) -> bool:
    """Whether a customer waits to be let into a playbook."""
    waiting = (invitations.c.playbook == playbook, invitations.c.answered_at.is_(None))
    mine = select(invitations.c.step).where(*waiting, invitations.c.key == key).limit(1)
    return unit.connection.scalar(mine) is not None


def playbooks_invited(unit: Unit) -> frozenset[str]:
    """The playbooks into which somebody waits to be let."""
    waiting = select(invitations.c.playbook).where(invitations.c.answered_at.is_(None)).distinct()
    return frozenset(unit.connection.scalars(waiting))


_ANSWER = (
    update(invitations)
    .where(
        invitations.c.enrollment == bindparam("of_enrollment"),
        invitations.c.step == bindparam("of_step"),
        invitations.c.answered_at.is_(None),
    )
    .values(answered_at=bindparam("at_instant"), answer=bindparam("said"))
)


def answer(unit: Unit, answered: Sequence[Answered], *, at: datetime, actor: str) -> None:
    """Close invitations, with a record each.

    Raises:
        Overtaken: another process has answered one of them; nothing may be kept.
    """
    if not answered:
        return
    rows = [
        {
            "of_enrollment": each.invitation.enrollment,
            "of_step": each.invitation.step,
            "at_instant": at,
            "said": each.answer,
        }
        for each in answered
    ]
    if unit.connection.execute(_ANSWER, rows).rowcount != len(rows):
        raise Overtaken("another process has answered the same invitations; nothing was kept")
    for each in answered:
        _tell(unit, each, at=at, actor=actor)


def _tell(unit: Unit, each: Answered, *, at: datetime, actor: str) -> None:
    invited = each.invitation
    body = {"answer": each.answer, "enrollment": invited.enrollment, "step": invited.step}
    unit.note(
        Kind.INVITATION_ANSWERED,
        body,
        at=at,
        actor=actor,
        playbook=invited.playbook,
        key=invited.key,
    )
