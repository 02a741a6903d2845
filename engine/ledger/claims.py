"""Claiming: a worker takes what is due and may go, by priority, then age.

Delivery page, "Touches", points 3 to 6. A claim may be taken over freely. Under caps nobody claims
for somebody for whom another touch is in hand: so the higher priority has its answer first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select, update

from engine.bind.policy import NO_POLICY, BoundPolicy
from engine.decide.facts import TouchKind, TouchState
from engine.decide.policy import GiveUp, Go, Wait
from engine.ledger.audit import Kind
from engine.ledger.held import Room, alone, hold_back, prefixes_of, skip
from engine.ledger.pace import PATIENCE, has_turn, names_of, next_claim, take_claim
from engine.ledger.payloads import PAYLOAD, payloads_of
from engine.ledger.prepared import Prepared, rows_of
from engine.ledger.statements import OR_ALL_GOES, along_an_index
from engine.ledger.store import Unit
from engine.ledger.tables import (
    IS_COPY,
    IS_READY,
    channels,
    enrollments,
    halts,
    items,
    pauses,
    reaches,
    touches,
)
from engine.ledger.told import tell_of_touches
from engine.ledger.topics import addressed, refusals_of
from engine.messages.tokens import Purpose, make_token

__all__ = ["Claimed", "Claims", "claim", "follows", "of_versions"]

_GROWTH = 4  # where the first that are due are held back, more of them are looked at together
_MOST_AT_ONCE = 500  # touches that one transaction puts off
_MOST_BYTES = 4 * 2**20  # of messages that one claim holds in memory, but for a single one


@dataclass(frozen=True, slots=True)
class Claimed:
    """A touch in the hands of one worker; every later change of it asks for `epoch`.

    `token` stands for an email in what comes back of it.
    """

    id: str
    epoch: int
    enrollment: str
    playbook: str
    entity: str
    key: str
    step: str
    kind: TouchKind
    channel: str
    recipient: str
    sender: str
    subject: str
    topic: str
    method: str
    headers: Mapping[str, str]
    priority: int
    attempts: int
    made_at: datetime
    expires_at: datetime | None
    payload: bytes
    token: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a worker got, and where that is nothing, what it may wait for.

    `goes_on`: more may be due, ask again at once. `is_busy`: what is due waits for what another
    claim has in hand. `turn_at` (real time): what is due waits for its rate. `given_up` is how many
    ended meanwhile: they had waited for room too long, or their address gets nothing any more.
    """

    touches: tuple[Claimed, ...] = ()
    goes_on: bool = False
    is_busy: bool = False
    turn_at: datetime | None = None
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class _Asking:
    """One worker asking, and under which policy."""

    unit: Unit
    worker: str
    policy: BoundPolicy
    now: datetime
    real: datetime
    lease: timedelta


def claim(
    unit: Unit,
    worker: str,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    channels_open: Collection[str] | None = None,
    cleared: Mapping[str, Collection[str]] | None = None,
    policy: BoundPolicy = NO_POLICY,
    real: datetime | None = None,
) -> Claims:
    """Take at most `limit` due touches for a worker, by priority, then age.

    `channels_open` narrows them to channels that the worker serves; None: all. What is halted,
    paused, or on a channel that is paused or whose breaker is open, stays where it is. `cleared`
    are the playbooks that a pass has just asked exits and presence of, each with its versions
    that could not be asked (delivery page, point 6); None: all. What `policy` holds back is put
    off, with its reason; under rates one touch is taken at a time. `real` is what rates go by,
    where `now` is a run's fixed instant.
    """
    if unit.ledger.halt_file_stands():
        return Claims()
    if _is_shared(policy):
        alone(unit)
    wanted = [*_due(now), *_nothing_stops(now)]
    if channels_open is not None:
        wanted.append(touches.c.channel.in_(sorted(channels_open)))
    if cleared is not None:
        wanted.extend(_cleared(cleared))
    asking = _Asking(unit, worker, policy, now, real or now, lease)
    return _first_that_may(asking, wanted, 1 if _takes_turns(policy) else limit)


def _first_that_may(asking: _Asking, wanted: Sequence[ColumnElement[bool]], limit: int) -> Claims:
    policy = asking.policy
    free = [*wanted, *has_turn(policy, asking.real), *_nobody_busy(policy)]
    look, put_off, given_up = limit, 0, 0
    while put_off < _MOST_AT_ONCE:
        rows = _pick(asking.unit, free, look)
        if not rows:
            return replace(_why_none(asking, wanted), given_up=given_up)
        may_go, others = _judged(asking, rows, limit)
        given_up += _put_off(asking, others)
        if may_go:
            return Claims(tuple(_take(asking, may_go)), given_up=given_up)
        put_off += len(others)
        look = min(look * _GROWTH, _MOST_AT_ONCE)
    return Claims(goes_on=True, given_up=given_up)


def _judged(
    asking: _Asking, rows: Sequence[Row[Any]], limit: int
) -> tuple[list[Row[Any]], list[tuple[Row[Any], Wait | GiveUp]]]:
    """Those that may go, as many as fit; and those that may not, with the verdict.

    Who is reached by one that goes is busy for all that follow: they are left as they are.
    """
    room = Room(asking.unit, rows, asking.policy, now=asking.now)
    may_go: list[Row[Any]] = []
    others: list[tuple[Row[Any], Wait | GiveUp]] = []
    busy: set[str] = set()
    size = 0
    for row in rows:
        size += row.size
        if len(may_go) == limit or (may_go and size > _MOST_BYTES):
            break
        reached = room.counted(row)
        if not busy.isdisjoint(reached):
            continue
        verdict = room.verdict(row)
        if isinstance(verdict, Go):
            may_go.append(row)
            busy |= reached
        else:
            others.append((row, verdict))
    return may_go, others


def _is_shared(policy: BoundPolicy) -> bool:
    """Whether what one touch may do hangs on what others do."""
    return bool(policy.caps or policy.rates or policy.per_sender)


def _takes_turns(policy: BoundPolicy) -> bool:
    return bool(policy.rates or policy.per_sender)


_ASKED = (
    *("id", "epoch", "playbook", "key", "channel", "sender", "topic", "to_customer", "zone"),
    *("state", "attempts", "expires_at", "capped_at", "address_digest"),
)
_TAKEN = tuple(each.name for each in fields(Claimed) if each.name in touches.c)
_EPOCH, _ATTEMPTS, _KIND, _HEADERS = map(_TAKEN.index, ("epoch", "attempts", "kind", "headers"))
_HEADERS_KEPT = 64  # those of one step are mostly alike, and a mail has none
_PICKED = tuple(touches.c[name] for name in dict.fromkeys((*_TAKEN, *_ASKED)))
_TOLD = {"epoch": "epoch", "attempt": "attempts"}
_SIZE = func.length(PAYLOAD).label("size")
_CLAIM = Prepared(
    lambda given: (
        update(touches)
        .prefix_with(OR_ALL_GOES, dialect="sqlite")
        .where(touches.c.id.in_(select(given("touch").c.touch)))
        .values(
            state=TouchState.CLAIMED,
            epoch=touches.c.epoch + 1,
            attempts=touches.c.attempts + 1,
            worker=bindparam("by"),
            lease_until=bindparam("until"),
        )
    )
)


def _pick(unit: Unit, wanted: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Row[Any]]:
    order = (touches.c.priority.desc(), touches.c.made_at, touches.c.id)
    picked: Select[Any] = select(*_PICKED, _SIZE).where(*wanted).order_by(*order).limit(limit)
    # Postgres skips rows that another worker is taking, SQLite has let in one writer only.
    with along_an_index(unit.connection):
        return rows_of(unit.connection, picked.with_for_update(skip_locked=True))


def _put_off(asking: _Asking, others: Sequence[tuple[Row[Any], Wait | GiveUp]]) -> int:
    """Those that may not go wait on, or end; how many ended.

    Who gets nothing of a topic is asked first: nobody waits for a window who unsubscribed.
    """
    unit, policy, now, actor = asking.unit, asking.policy, asking.now, asking.worker
    refusals = refusals_of(unit, {addressed(policy, row) for row, _ in others})
    ended = 0
    for row, verdict in others:
        refusal = refusals.get(addressed(policy, row), "")
        if isinstance(verdict, Wait) and not refusal:
            hold_back(unit, row, verdict, policy=policy, now=now, actor=actor)
            continue
        skip(unit, row, refusal or verdict.reason, now=now, actor=actor)
        ended += 1
    return ended


def _why_none(asking: _Asking, wanted: Sequence[ColumnElement[bool]]) -> Claims:
    if not _is_shared(asking.policy):
        return Claims()
    rows = _next_in_line(asking, wanted)
    if not rows:
        return Claims()
    names = names_of(asking.policy, rows[0].channel, rows[0].sender)
    turn = next_claim(asking.unit, names, real=asking.real)
    return Claims(turn_at=turn, is_busy=turn is None)


def _next_in_line(asking: _Asking, wanted: Sequence[ColumnElement[bool]]) -> Sequence[Row[Any]]:
    """The first whose turn is near, else the first: many of a sender may stand before it."""
    near = has_turn(asking.policy, asking.real + PATIENCE)
    found = _pick(asking.unit, [*wanted, *near], 1)
    return found if found or not near else _pick(asking.unit, wanted, 1)


def _nobody_busy(policy: BoundPolicy) -> list[ColumnElement[bool]]:
    """Nobody has a touch in hand that counts against the same cap."""
    if not policy.caps:
        return []
    mine, theirs, other = reaches.alias(), reaches.alias(), touches.alias()
    in_hand = (
        select(other.c.id)
        .join_from(mine, theirs, theirs.c.whom == mine.c.whom)
        .join(other, other.c.id == theirs.c.touch)
        .where(
            mine.c.touch == touches.c.id,
            or_(
                *(
                    mine.c.whom.startswith(each, autoescape=True)
                    for each in sorted(prefixes_of(policy))
                )
            ),
            other.c.state == TouchState.CLAIMED,
        )
    )
    return [~in_hand.exists()]


def _due(now: datetime) -> list[ColumnElement[bool]]:
    return [
        IS_READY,
        touches.c.next_attempt_at <= now,
        or_(touches.c.expires_at.is_(None), touches.c.expires_at > now),
        follows(),
    ]


def follows() -> ColumnElement[bool]:
    """A copy for somebody in `cc` goes after the mail itself, and only if that went."""
    mail = touches.alias()
    went = select(mail.c.id).where(
        mail.c.id == touches.c.copy_of, mail.c.state.in_((TouchState.SENT, TouchState.UNKNOWN))
    )
    return or_(~IS_COPY, went.exists())


def _nothing_stops(now: datetime) -> list[ColumnElement[bool]]:
    halted = select(halts.c.scope).where(halts.c.scope.in_(["", touches.c.playbook]))
    paused = select(pauses.c.playbook).where(
        pauses.c.playbook == touches.c.playbook, pauses.c.ended_at.is_(None)
    )
    shut = select(channels.c.name).where(
        channels.c.name == touches.c.channel,
        or_(channels.c.paused_at.is_not(None), channels.c.breaker_until > now),
    )
    return [~halted.exists(), ~paused.exists(), ~shut.exists()]


def _cleared(playbooks: Mapping[str, Collection[str]]) -> list[ColumnElement[bool]]:
    asked = touches.c.playbook.in_(sorted(playbooks))
    held = sorted({version for versions in playbooks.values() for version in versions})
    return [asked, ~of_versions(held)] if held else [asked]


def of_versions(versions: Collection[str]) -> ColumnElement[bool]:
    """The touches of those who are in some versions, and the digests that tell of one of them."""
    theirs = select(enrollments.c.id).where(
        enrollments.c.id == touches.c.enrollment, enrollments.c.version.in_(versions)
    )
    about = (
        select(items.c.touch)
        .join(enrollments, enrollments.c.id == items.c.enrollment)
        .where(items.c.touch == touches.c.id, enrollments.c.version.in_(versions))
    )
    return or_(theirs.exists(), about.exists())


def _take(asking: _Asking, rows: Sequence[Row[Any]]) -> list[Claimed]:
    """Claim rows that were picked, and are locked since then."""
    unit, until = asking.unit, asking.now + asking.lease
    ids = [row.id for row in rows]
    _CLAIM.write(unit.connection, {"given": ids, "by": asking.worker, "until": until})
    for row in rows if _takes_turns(asking.policy) else ():
        names = names_of(asking.policy, row.channel, row.sender)
        take_claim(unit, names, real=asking.real)
    said, key = payloads_of(unit, ids), unit.ledger.identity.key
    taken = [_claimed(row, said.get(row.id, b""), key) for row in rows]
    now, actor = asking.now, asking.worker
    tell_of_touches(unit, taken, Kind.TOUCH_CLAIMED, _TOLD, body={}, now=now, actor=actor)
    return taken


def _claimed(row: Row[Any], payload: bytes, key: bytes) -> Claimed:
    """The touch as it is after `_CLAIM`; the columns of `_TAKEN` come first in a row."""
    values: list[Any] = list(row[: len(_TAKEN)])
    values[_EPOCH] += 1
    values[_ATTEMPTS] += 1
    kind = values[_KIND] = TouchKind(row.kind)
    values[_HEADERS] = _headers(row.headers)
    token = make_token(key, Purpose.RETURN, row.id) if kind is TouchKind.EMAIL else ""
    values += payload, token
    return Claimed(*values)


@lru_cache(_HEADERS_KEPT)
def _headers(text: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads(text))
