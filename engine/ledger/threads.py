"""The mails that an answer goes on with: what really went out earlier in the same stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from engine.decide.facts import NewTouch, TouchKind, TouchState
from engine.ledger.payloads import PAYLOAD
from engine.ledger.statements import texts_relation
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import touches
from engine.messages.address import AddressError, normalise
from engine.messages.written import Earlier, earlier

__all__ = ["Answers", "answers_among", "mails_sent"]

Answers = Mapping[str, Earlier]
"""What an answer needs of the earlier mail, by the normalised address that got it."""

_HEAD = 65_536  # bytes of a message in which its headers end
_ARRIVED = (TouchState.SENT, TouchState.UNKNOWN)  # an unknown one has arrived nearly always


def mails_sent(
    ledger: Ledger | None, enrollments: Sequence[str], step: str, *, made: Sequence[NewTouch] = ()
) -> dict[str, Answers]:
    """By enrollment, the mails of a step that went out, or may have; others are absent.

    `made` are those of them that a rehearsal takes for sent, also what earlier passes have written.
    """
    found: dict[str, dict[str, Earlier]] = {}
    if ledger is not None:
        with ledger.read() as unit:
            rows = _rows(unit, enrollments, step, [touch.id for touch in made])
        for row in rows:
            mine = found.setdefault(row.enrollment, {})
            _add(mine, row.recipient, bytes(row.head), row.subject)
    for touch in made:
        _add(found.setdefault(touch.enrollment, {}), touch.recipient, touch.payload, touch.subject)
    return dict(found)


def _rows(unit: Unit, enrollments: Sequence[str], step: str, going: Sequence[str]) -> Sequence[Any]:
    given, taken = (texts_relation(unit.connection, each) for each in (enrollments, going))
    head = func.substr(PAYLOAD, 1, _HEAD).label("head")
    statement = select(touches.c.enrollment, touches.c.recipient, touches.c.subject, head).where(
        touches.c.enrollment.in_(select(given.c.value)),
        touches.c.step == step,
        touches.c.kind == TouchKind.EMAIL,
        or_(touches.c.state.in_(_ARRIVED), touches.c.id.in_(select(taken.c.value))),
    )
    return unit.connection.execute(statement).all()


def answers_among(made: Iterable[NewTouch]) -> Answers:
    """The same of touches that a rehearsal takes for sent."""
    found: dict[str, Earlier] = {}
    for touch in made:
        _add(found, touch.recipient, touch.payload, touch.subject)
    return found


def _add(found: dict[str, Earlier], recipient: str, payload: bytes, subject: str) -> None:
    mail = earlier(payload, subject)
    try:
        address = normalise(recipient)
    except AddressError:  # emptied, as retention does in the end
        return
    if mail is not None:
        found[address] = mail
