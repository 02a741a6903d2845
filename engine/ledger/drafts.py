"""Mails that wait for a person: looked at, edited, let go or dropped.

An approval is for one text: it keeps the digest of the very bytes, and what would send them asks
for it (`outbox.permit`). Copies for people in `cc` share the bytes and the fate of their mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, update

from engine.decide.facts import TouchState
from engine.ledger.audit import Kind
from engine.ledger.payloads import PAYLOAD, change_payloads
from engine.ledger.store import Unit
from engine.ledger.tables import IS_COPY, IS_DRAFT, touches
from engine.problems import Refused, did_you_mean

__all__ = [
    "HeldDraft",
    "approve_draft",
    "content_digest",
    "draft",
    "drop_draft",
    "held_drafts",
    "is_for_approval",
    "revise_draft",
]

_SHOWN_DIGITS = 12  # of a digest: enough to tell texts of one mail apart
_FEWEST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class HeldDraft:
    """A mail that waits for `approver`. `edited_by` is who changed it last, empty for nobody.

    `expires_at` is when its `max_lateness` is over; a pause of the playbook puts it off.
    """

    id: str
    playbook: str
    key: str
    step: str
    channel: str
    recipient: str
    sender: str
    subject: str
    approver: str
    edited_by: str
    payload: bytes
    made_at: datetime
    expires_at: datetime | None

    @property
    def digest(self) -> str:
        """What an approval names the text by."""
        return content_digest(self.payload)[:_SHOWN_DIGITS]


_COLUMNS = (
    *(touches.c[name] for name in HeldDraft.__slots__ if name in touches.c),
    PAYLOAD.label("payload"),
)


def content_digest(payload: bytes) -> str:
    """SHA-256 (hex) of the bytes of a message."""
    return hashlib.sha256(payload).hexdigest()


def held_drafts(unit: Unit) -> list[HeldDraft]:
    """Drafts, the oldest first; copies wait with their mail and are not among them."""
    statement = select(*_COLUMNS).where(IS_DRAFT, ~IS_COPY)
    rows = unit.connection.execute(statement.order_by(touches.c.made_at, touches.c.id))
    return [_draft(row) for row in rows]


def is_for_approval(unit: Unit, touch: str) -> bool:
    """Whether there is a touch of this id that a person has, or had, to approve."""
    wanted = (touches.c.id == touch, touches.c.approver != "")
    return unit.connection.scalar(select(touches.c.id).where(*wanted)) is not None


def draft(unit: Unit, touch: str) -> HeldDraft:
    """One draft.

    Raises:
        Refused: there is none of this id, or it waits no longer.
    """
    return _only(unit, touch, _of(touch))


def _locked(unit: Unit, touch: str) -> HeldDraft:
    """The same, to be changed: nobody else changes it meanwhile."""
    return _only(unit, touch, _of(touch).with_for_update())


def _of(touch: str) -> Select[Any]:
    return select(*_COLUMNS).where(touches.c.id == touch, IS_DRAFT, ~IS_COPY)


def _only(unit: Unit, touch: str, statement: Select[Any]) -> HeldDraft:
    row = unit.connection.execute(statement).first()
    if row is None:
        raise Refused(_why_not(unit, touch))
    return _draft(row)


def approve_draft(unit: Unit, touch: str, *, digest: str, at: datetime, actor: str) -> HeldDraft:
    """Let a draft go as it reads now; `digest` names that text, and may be left out.

    Raises:
        Refused: it is no draft, reads otherwise than `digest` says, or was edited and no digest
            says which text is meant.
    """
    held = _locked(unit, touch)
    _check_text(held, digest)
    values = {"state": TouchState.READY, "approved": content_digest(held.payload), "reason": ""}
    _change(unit, held, values)
    body = {"touch": touch, "content": unit.keyed(held.payload), "edited_by": held.edited_by}
    unit.note(Kind.DRAFT_APPROVED, body, at=at, actor=actor, playbook=held.playbook, key=held.key)
    return held


def _check_text(held: HeldDraft, digest: str) -> None:
    look = f"look at it with `touchline held show {held.id}`, which says the digest of its text"
    if not digest:
        if held.edited_by:
            raise Refused(
                f"{held.id} was edited by {held.edited_by} after it was made: say which text is "
                f"approved, by `--digest`; {look}"
            )
        return
    known = content_digest(held.payload)
    if len(digest) < _FEWEST_DIGITS or not known.startswith(digest.lower()):
        raise Refused(f"{held.id} does not read as the digest {digest} says; {look}")


def revise_draft(
    unit: Unit, was: HeldDraft, payload: bytes, subject: str, *, at: datetime, actor: str
) -> HeldDraft:
    """Give a draft, and its copies, other bytes in place of those that `was` had.

    Raises:
        Refused: it waits no longer, or was edited by somebody else meanwhile.
    """
    held = _locked(unit, was.id)
    if held.payload != was.payload:
        raise Refused(
            f"{was.id} was edited by {held.edited_by} meanwhile, and stays as it is now; look at "
            f"it with `touchline held show {was.id}` and edit it again"
        )
    changed = _change(unit, held, {"subject": subject, "edited_by": actor})
    change_payloads(unit, [row.id for row in changed], payload)
    body = {
        "touch": held.id,
        "content": unit.keyed(payload),
        "before": unit.keyed(held.payload),
    }
    unit.note(Kind.DRAFT_EDITED, body, at=at, actor=actor, playbook=held.playbook, key=held.key)
    return draft(unit, was.id)


def drop_draft(unit: Unit, touch: str, *, why: str, at: datetime, actor: str) -> HeldDraft:
    """End a draft: it goes to nobody, and the enrollment goes on as after a failure.

    Raises:
        Refused: there is none of this id, or it waits no longer.
    """
    held = _locked(unit, touch)
    values = {"state": TouchState.DROPPED, "reason": "dropped", "detail": why, "ended_at": at}
    for row in _change(unit, held, values):
        body = {"touch": row.id, "reason": "dropped", "why": unit.without_addresses(why)}
        unit.note(
            Kind.TOUCH_DROPPED, body, at=at, actor=actor, playbook=held.playbook, key=held.key
        )
    return held


def _change(unit: Unit, held: HeldDraft, values: dict[str, Any]) -> Sequence[Row[tuple[str]]]:
    """Change a draft and its copies that wait with it."""
    statement = update(touches).where(_mine(held), IS_DRAFT).values(values)
    return unit.connection.execute(statement.returning(touches.c.id)).all()


def _mine(held: HeldDraft) -> ColumnElement[bool]:
    copies = select(touches.c.id).where(IS_COPY, touches.c.copy_of == held.id)
    return or_(touches.c.id == held.id, touches.c.id.in_(copies))


def _draft(row: Row[Any]) -> HeldDraft:
    return HeldDraft(**{**row._asdict(), "payload": bytes(row.payload)})


def _why_not(unit: Unit, touch: str) -> str:
    found = unit.connection.execute(
        select(touches.c.state, touches.c.reason, touches.c.copy_of).where(touches.c.id == touch)
    ).first()
    if found is None:
        hint = did_you_mean(touch, (each.id for each in held_drafts(unit)))
        return f"no draft has the id {touch}" + (f"; {hint}" if hint else "")
    if found.copy_of:
        return f"{touch} is the copy of a mail for somebody in `cc`: decide on {found.copy_of}"
    because = f" ({found.reason})" if found.reason else ""
    return f"{touch} does not wait for an approval: it is {found.state}{because}"
