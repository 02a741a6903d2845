"""What the contact policy holds back: asked in sets, and put off with its reason.

Language, section 6; delivery page, "Touches", point 6. Facts come from the outbox itself, the
verdicts from `decide/policy.py`. Who asks must be in the transaction that acts on the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, select, update

from engine.bind.policy import BoundPolicy, address_of, row_of
from engine.decide.facts import TouchState
from engine.decide.pauses import Pause
from engine.decide.policy import CAPPED, WINDOW, Act, Asked, Go, Verdict, Wait, counts_from, judge
from engine.ledger.audit import Kind
from engine.ledger.instants import instant_text
from engine.ledger.prepared import Prepared
from engine.ledger.statements import stand_in_line, texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import IS_COPY, IS_READY, NOBODYS, reaches, touches

__all__ = [
    "HELD_REASONS",
    "Room",
    "acts_by_whom",
    "alone",
    "ask_again",
    "hold_back",
    "late_from",
    "let_others_ask",
    "prefixes_of",
    "skip",
]

HELD_REASONS = (WINDOW, CAPPED)
"""Why the policy puts a touch off until an instant; another policy may let it go sooner."""

_COUNT = (TouchState.IN_DOUBT, TouchState.SENT, TouchState.UNKNOWN)
_GO = Go()
_NOBODY = frozenset[str]()
_LOCK = 0x746F756368  # of Postgres: one name for all decisions over caps and rates


def alone(unit: Unit) -> None:
    """Stand in line with everyone who decides over caps and rates, until this unit ends.

    Two workers on Postgres could each find the same last room.
    """
    stand_in_line(unit.connection, _LOCK)


class Room:
    """What the policy leaves for some touches that ask together, one after the other.

    Facts are looked up once, for all of them; what one is given, the next does not find.
    """

    def __init__(
        self, unit: Unit, rows: Collection[Row[Any]], policy: BoundPolicy, *, now: datetime
    ) -> None:
        customers = [row.id for row in rows if row.to_customer]
        self._policy = policy
        self._now = now
        self._whom = _whom(unit, customers) if policy.caps and customers else {}
        reached = {each for whom in self._whom.values() for each in whom}
        self._acts = acts_by_whom(unit, reached, policy, now=now)
        self._prefixes = tuple(sorted(prefixes_of(policy)))
        self._holds_back = policy.calendar is not None or bool(policy.caps)

    def verdict(self, row: Row[Any]) -> Verdict:
        """Whether a touch may go out now; one that is for no customer may."""
        if not (row.to_customer and self._holds_back):
            return _GO
        return judge(self._policy, _asked(row, self._whom.get(row.id, ())), self._acts, self._now)

    def take(self, row: Row[Any]) -> None:
        """Count a touch: it goes out now."""
        for each in self._whom.get(row.id, ()):
            self._acts.setdefault(each, []).append(Act(self._now, row.channel, row.topic))

    def counted(self, row: Row[Any]) -> frozenset[str]:
        """The addresses and rows that a touch reaches and that caps count."""
        if not self._whom:
            return _NOBODY
        return frozenset(
            each for each in self._whom.get(row.id, ()) if each.startswith(self._prefixes)
        )


def late_from(rows: Collection[Row[Any]], pause: Pause) -> dict[str, datetime]:
    """From when on a pause makes the `max_lateness` of each of some touches stand still, by id.

    What waits for a window or a cap stands still by that until it is asked about again, a copy by
    that of its mail.
    """
    held = {
        row.id: min(row.next_attempt_at, pause.ended) for row in rows if row.reason in HELD_REASONS
    }
    return {row.id: held.get(row.copy_of or row.id, row.made_at) for row in rows}


def prefixes_of(policy: BoundPolicy) -> frozenset[str]:
    """How the names begin of what the caps of a policy count: addresses, rows of an entity."""
    return frozenset(row_of(cap.each, "") if cap.each else address_of("") for cap in policy.caps)


def _asked(row: Row[Any], whom: tuple[str, ...]) -> Asked:
    return Asked(row.channel, row.topic, ZoneInfo(row.zone or "UTC"), whom, row.capped_at)


def _whom(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    given = texts_relation(unit.connection, ids)
    found = select(reaches).where(reaches.c.touch.in_(select(given.c.value)))
    whom: dict[str, tuple[str, ...]] = {}
    for row in unit.connection.execute(found):
        whom[row.touch] = (*whom.get(row.touch, ()), row.whom)
    return whom


def acts_by_whom(
    unit: Unit, whom: Iterable[str], policy: BoundPolicy, *, now: datetime
) -> dict[str, list[Act]]:
    """What went out, or may have, to some addresses and rows, as far as any cap looks back."""
    names = sorted(whom)
    if not names:
        return {}
    given = texts_relation(unit.connection, names)
    columns = (reaches.c.whom, touches.c.in_doubt_at, touches.c.channel, touches.c.topic)
    statement = (
        select(*columns)
        .join_from(reaches, touches, touches.c.id == reaches.c.touch)
        .where(
            reaches.c.whom.in_(select(given.c.value)),
            touches.c.state.in_(_COUNT),
            touches.c.in_doubt_at > counts_from(policy.caps, now),
        )
    )
    acts: dict[str, list[Act]] = {}
    for row in unit.connection.execute(statement):
        acts.setdefault(row.whom, []).append(Act(row.in_doubt_at, row.channel, row.topic))
    return acts


# ---------------------------------------------------------------- putting off


def hold_back(
    unit: Unit, row: Row[Any], wait: Wait, *, policy: BoundPolicy, now: datetime, actor: str
) -> None:
    """Put a touch off until it is asked about again; its `max_lateness` stands still meanwhile.

    One that was claimed is ready again, and no attempt is used up.
    """
    was_claimed = row.state == TouchState.CLAIMED
    expires_at = row.expires_at and row.expires_at + (wait.until - now)
    values = {
        "state": TouchState.READY,
        "reason": wait.reason,
        "next_attempt_at": wait.until,
        "expires_at": expires_at,
        "capped_at": row.capped_at or (now if wait.reason == CAPPED else None),
        "held_by": policy.digest,
        "attempts": row.attempts - was_claimed,
        **NOBODYS,
    }
    unit.connection.execute(update(touches).where(touches.c.id == row.id).values(values))
    copies = update(touches).where(IS_COPY, touches.c.copy_of == row.id)
    unit.connection.execute(copies.values(expires_at=expires_at))
    body = {
        "touch": row.id,
        "channel": row.channel,
        "epoch": row.epoch,
        "reason": wait.reason,
        "until": instant_text(wait.until),
    }
    unit.note(Kind.TOUCH_DEFERRED, body, at=now, actor=actor, playbook=row.playbook, key=row.key)


def skip(unit: Unit, row: Row[Any], reason: str, *, now: datetime, actor: str) -> None:
    """End a touch that is not to go out after all, and did not."""
    values = {
        "state": TouchState.SKIPPED,
        "reason": reason,
        "ended_at": now,
        **NOBODYS,
    }
    unit.connection.execute(update(touches).where(touches.c.id == row.id).values(values))
    body = {"touch": row.id, "channel": row.channel, "epoch": row.epoch, "reason": reason}
    unit.note(Kind.TOUCH_SKIPPED, body, at=now, actor=actor, playbook=row.playbook, key=row.key)


def ask_again(unit: Unit, policy: BoundPolicy, *, now: datetime, most: int = 20_000) -> int:
    """Make due at most so many that another policy than this has put off; how many that were.

    There may be a million of them, and others wait while they are written.
    """
    given = {"policy": policy.digest, "now": now, "most": most}
    return _make_due(unit, _BY_ANOTHER.ordered(unit.connection, given), now=now)


def let_others_ask(unit: Unit, touch: str, *, now: datetime) -> None:
    """Make due what waits for room that a touch took which did not go out after all."""
    mine, theirs = reaches.alias(), reaches.alias()
    same = (
        select(theirs.c.touch)
        .join_from(mine, theirs, theirs.c.whom == mine.c.whom)
        .where(mine.c.touch == touch)
    )
    waiting = _put_off(touches.c.reason == CAPPED, touches.c.id.in_(same))
    _make_due(unit, unit.connection.execute(waiting, {"now": now}).all(), now=now)


def _put_off(*which: ColumnElement[bool]) -> Select[Any]:
    waiting = (IS_READY, touches.c.next_attempt_at > bindparam("now"), *which)
    return select(touches.c.id, touches.c.next_attempt_at, touches.c.expires_at).where(*waiting)


_BY_ANOTHER = Prepared(
    lambda _: _put_off(
        touches.c.reason.in_(HELD_REASONS), touches.c.held_by != bindparam("policy")
    ).limit(bindparam("most", type_=Integer()))
)


def _make_due(unit: Unit, found: Sequence[Row[Any]], *, now: datetime) -> int:
    """Have what is put off asked about now: its `max_lateness` stood still until then."""
    late = [
        {
            "of": row.id,
            "late": row.expires_at and row.expires_at - (row.next_attempt_at - now),
        }
        for row in found
    ]
    if late:
        own = update(touches).where(touches.c.id == bindparam("of"))
        unit.connection.execute(own.values(next_attempt_at=now, expires_at=bindparam("late")), late)
        given, mail = texts_relation(unit.connection, [row.id for row in found]), touches.alias()
        of_mail = select(mail.c.expires_at).where(mail.c.id == touches.c.copy_of)
        copies = (IS_COPY, touches.c.copy_of.in_(select(given.c.value)))
        statement = update(touches).where(*copies)
        unit.connection.execute(statement.values(expires_at=of_mail.scalar_subquery()))
    return len(late)
