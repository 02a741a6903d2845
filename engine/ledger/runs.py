"""Runs: one firing of one playbook, begun once however many daemons there are.

Delivery page, "Runs". A run is found by (playbook, fire): the local date and time of its slot, or
for a run by hand its instant.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, null, select, update

from engine.decide.facts import earliest_id
from engine.ledger.approvals import approval_in_force, use_up_approval
from engine.ledger.audit import Body, Kind, canonical
from engine.ledger.database import Overtaken
from engine.ledger.identities import identity_of
from engine.ledger.prepared import Prepared
from engine.ledger.statements import insert_new_rows, pack_keys
from engine.ledger.store import Unit
from engine.ledger.tables import enrollments, runs, versions

__all__ = [
    "Run",
    "RunStart",
    "RunState",
    "Start",
    "begin_run",
    "end_run",
    "entered_in_run",
    "fail_run",
    "last_as_of",
    "last_matched",
    "last_run",
    "last_slot",
    "last_sources",
    "never_ran",
    "run_id",
    "save_version",
    "skip_run",
    "slot_to_go_on_with",
    "start_foreseen",
    "still_ours",
    "version_content",
    "version_never_ran",
]


class RunState(StrEnum):
    """What became of a run."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    HELD = "held"
    SKIPPED = "skipped"


class Start(StrEnum):
    """What a run was found to be when it was begun."""

    NEW = "new"
    """It did not exist."""
    RESUMED = "resumed"
    """It was begun and not ended: a process died, the whole of it failed, or a fuse held it and
    a person approved. It runs again."""
    DONE = "done"
    """It has ended; nobody enters by it again."""
    HELD = "held"
    """A fuse holds it, and nobody has approved."""
    SKIPPED = "skipped"
    """It was recorded as left out."""


@dataclass(frozen=True, slots=True)
class RunStart:
    """A run that was begun or found; `attempt` tells one beginning of it from the next."""

    id: str
    state: Start
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands. `counts` and `sources` are what it was ended with."""

    id: str
    playbook: str
    fire: str
    as_of: datetime
    version: str
    actor: str
    state: RunState
    reason: str
    started_at: datetime
    ended_at: datetime | None
    counts: Mapping[str, object]
    sources: Mapping[str, object]


_STARTS = {
    RunState.RUNNING: Start.RESUMED,
    RunState.FAILED: Start.RESUMED,
    RunState.DONE: Start.DONE,
    RunState.HELD: Start.HELD,
    RunState.SKIPPED: Start.SKIPPED,
}


def run_id(identity: str, fire: str) -> str:
    """The identity of a run: a digest of the identity of its playbook, and its fire."""
    return hashlib.sha256(canonical(["run", identity, fire]).encode()).hexdigest()[:32]


# ---------------------------------------------------------------- writing


def begin_run(
    unit: Unit,
    playbook: str,
    fire: str,
    *,
    as_of: datetime,
    version: str,
    facts: Body,
    at: datetime,
    actor: str,
) -> RunStart:
    """Begin a run, or find it. `facts` go into the audit: git commit, SQL digest, …; no floats."""
    row = _new_row(unit, playbook, fire, as_of=as_of, version=version, at=at, actor=actor)
    values = {**row, "state": RunState.RUNNING, "facts": canonical(dict(facts))}
    is_new = insert_new_rows(unit.connection, runs, [values]) == 1
    stands = _STANDS.first(unit.connection, {"run": row["id"]})
    start = Start.NEW if is_new else _start(unit, stands, version=version, now=at)
    if start is Start.RESUMED:
        _begin_again(unit, row["id"], version=version, at=at)
    if start in (Start.NEW, Start.RESUMED):
        body = {**facts, "run": row["id"], "fire": fire, "start": start, "version": version}
        unit.note(Kind.RUN_STARTED, body, at=at, actor=actor, playbook=playbook)
    attempt = _STANDS.first(unit.connection, {"run": row["id"]}).attempts
    return RunStart(str(row["id"]), start, attempt)


def start_foreseen(unit: Unit, run: str, *, version: str, now: datetime) -> Start:
    """What a run would be found to be if it were begun now, with a version of its playbook."""
    row: Any = unit.connection.execute(_STATE, {"run": run}).first()
    return Start.NEW if row is None else _start(unit, row, version=version, now=now)


def still_ours(unit: Unit, start: RunStart) -> None:
    """Go on only while nobody else has begun the same run again, or ended it.

    Raises:
        Overtaken: another process has; what it found is no longer so, nothing may be kept.
    """
    found = _STILL_STANDS.first(unit.connection, {"run": start.id})
    if (found.state, found.attempts) != (RunState.RUNNING, start.attempt):
        raise Overtaken("another process has taken this run over and goes on with it")


def end_run(
    unit: Unit,
    run: str,
    *,
    counts: Body,
    sources: Body,
    at: datetime,
    actor: str,
    matched: Iterable[str] | None = None,
    throttled: int = 0,
) -> None:
    """End a run that went through.

    `counts` are whole numbers by name, nested as the reports want them; `sources` what the data
    was like (rows and freshness by table); `matched` the keys that matched, kept for the next
    run's comparison. An approval that the run acted on is used up, unless `per_run` left some of
    the approved for later runs: `throttled` says how many.
    """
    stands = _STANDS.first(unit.connection, {"run": run})
    playbook = stands.playbook
    before = last_run(unit, playbook, state=RunState.DONE)
    values: dict[str, object] = {
        "run": run,
        "now": at,
        "counts": canonical(dict(counts)),
        "sources": canonical(dict(sources)),
        "matched": None if matched is None else pack_keys(matched),
    }
    if matched is not None:  # only the newest list serves
        _forget_matched(unit, playbook)
    _END.write(unit.connection, values)
    body = {
        "run": run,
        "counts": dict(counts),
        "sources": dict(sources),
        "since_last": _difference(before.counts if before else {}, counts),
    }
    unit.note(Kind.RUN_ENDED, body, at=at, actor=actor, playbook=playbook)
    if not throttled:
        use_up_approval(unit, playbook, stands.version, run=run, at=at, actor=actor)


def fail_run(
    unit: Unit, run: str, reason: str, *, at: datetime, actor: str, attempt: int | None = None
) -> None:
    """Record that a run failed, with the sentence that was told.

    One that failed before everyone had entered may begin again; one that had ended before stays
    ended, so that nobody enters twice. `attempt` is the beginning of it that failed, None: any.
    """
    mine = [runs.c.id == run, runs.c.state.in_((RunState.RUNNING, RunState.DONE))]
    if attempt is not None:
        mine.append(runs.c.attempts == attempt)
    unit.connection.execute(update(runs).where(*mine).values(reason=reason))
    begun = (*mine, runs.c.state == RunState.RUNNING)
    values = {"state": RunState.FAILED, "ended_at": at}
    unit.connection.execute(update(runs).where(*begun).values(values))
    body = {"run": run, "reason": unit.without_addresses(reason)}
    playbook = _STANDS.first(unit.connection, {"run": run}).playbook
    unit.note(Kind.RUN_FAILED, body, at=at, actor=actor, playbook=playbook)


def skip_run(
    unit: Unit,
    playbook: str,
    fire: str,
    *,
    as_of: datetime,
    version: str,
    reason: str,
    at: datetime,
    actor: str,
) -> bool:
    """Record that a slot is left out; False where the slot is recorded already."""
    row = _new_row(unit, playbook, fire, as_of=as_of, version=version, at=at, actor=actor)
    values = {**row, "state": RunState.SKIPPED, "reason": reason, "ended_at": at}
    if insert_new_rows(unit.connection, runs, [values]) != 1:
        return False
    body = {"run": row["id"], "fire": fire, "reason": reason}
    unit.note(Kind.RUN_SKIPPED, body, at=at, actor=actor, playbook=playbook)
    return True


def save_version(unit: Unit, digest: str, playbook: str, content: str, *, at: datetime) -> None:
    """Keep what a playbook says, by its content hash; a hash that is kept already stays as it is.

    `content` is what an enrollment needs to go on with it: the playbook as canonical JSON.
    """
    row = {"hash": digest, "playbook": playbook, "content": content, "saved_at": at}
    insert_new_rows(unit.connection, versions, [row])


# ---------------------------------------------------------------- reading


def never_ran(unit: Unit, playbook: str) -> bool:
    """Whether no run of a playbook ever went through."""
    return last_run(unit, playbook, state=RunState.DONE) is None


def version_never_ran(unit: Unit, playbook: str, version: str) -> bool:
    """Whether no run of this version of a playbook ever went through."""
    values = {"mine": playbook, "version": version}
    return _DONE_AS.value(unit.connection, values) is None


def version_content(unit: Unit, digest: str) -> str | None:
    """What was kept under a content hash."""
    return unit.connection.scalar(select(versions.c.content).where(versions.c.hash == digest))


def last_run(unit: Unit, playbook: str, *, state: RunState | None = None) -> Run | None:
    """The run of a playbook with the latest instant, of any state unless one is said."""
    asked = _LAST if state is None else _LAST_IN_STATE
    row = asked.first(unit.connection, {"mine": playbook, "state": state})
    return _run(row) if row else None


def _last(*which: ColumnElement[bool]) -> Select[Any]:
    order = (runs.c.as_of.desc(), runs.c.started_at.desc(), runs.c.id)
    return select(*_TOLD).where(_MINE, *which).order_by(*order).limit(1)


_TOLD = tuple(runs.c[each.name] for each in fields(Run))
_MINE = runs.c.playbook == bindparam("mine")
_LAST = Prepared(lambda _: _last())
_LAST_IN_STATE = Prepared(lambda _: _last(runs.c.state == bindparam("state")))
_DONE_AS = Prepared(
    lambda _: (
        select(runs.c.id)
        .where(_MINE, runs.c.version == bindparam("version"), runs.c.state == RunState.DONE)
        .limit(1)
    )
)
_STATE = select(runs.c.state, runs.c.attempts, runs.c.playbook, runs.c.version).where(
    runs.c.id == bindparam("run")
)
_STANDS = Prepared(lambda _: _STATE.with_for_update())
_STILL_STANDS = Prepared(lambda _: _STATE.with_for_update(read=True))
"""The same for several transactions at once: none of them changes the run, nor may another."""
_END = Prepared(
    lambda _: (
        update(runs)
        .where(runs.c.id == bindparam("run"))
        .values(
            {"state": RunState.DONE, "reason": "", "ended_at": bindparam("now")}
            | {name: bindparam(name) for name in ("counts", "sources", "matched")}
        )
    )
)
_FORGET_MATCHED = Prepared(
    lambda _: update(runs).where(_MINE, runs.c.matched.is_not(None)).values(matched=null())
)
_LAST_MATCHED = Prepared(
    lambda _: (
        select(runs.c.matched)
        .where(_MINE, runs.c.matched.is_not(None))
        .order_by(runs.c.as_of.desc())
        .limit(1)
    )
)
_AS_OF = Prepared(lambda _: select(runs.c.as_of).where(runs.c.id == bindparam("run")))
_ENTERED = Prepared(
    lambda _: select(func.count().label("number")).where(
        enrollments.c.id >= bindparam("since"),
        enrollments.c.run == bindparam("run"),
        enrollments.c.holdout == 0,
    )
)


def last_slot(unit: Unit, playbook: str) -> str | None:
    """The latest slot of a playbook's schedule that is recorded, whatever became of it.

    Slots are local dates and times (`2026-03-10T09:00`); runs by hand have other identities.
    """
    slot = runs.c.fire.like("____-__-__T__:__")
    found = select(runs.c.fire).where(runs.c.playbook == playbook, slot)
    return unit.connection.scalar(found.order_by(runs.c.fire.desc()).limit(1))


def slot_to_go_on_with(unit: Unit, playbook: str, version: str, *, now: datetime) -> Run | None:
    """The run of the latest slot, where it was begun and not ended, or failed, or was approved."""
    slot = last_slot(unit, playbook)
    mine = (runs.c.playbook == playbook, runs.c.fire == slot)
    row = unit.connection.execute(select(runs).where(*mine)).first()
    run = _run(row) if row else None
    if run is not None and run.state is RunState.HELD:
        return run if approval_in_force(unit, playbook, version, now=now) else None
    return run if run and run.state in (RunState.RUNNING, RunState.FAILED) else None


def last_as_of(unit: Unit) -> datetime | None:
    """The latest instant that any run took as now: no later run may lie before it."""
    latest: datetime | None = unit.connection.scalar(select(func.max(runs.c.as_of)))
    return latest


def last_sources(unit: Unit, playbook: str) -> Mapping[str, object]:
    """What the sources were like in the last run that went through, to compare volumes with."""
    run = last_run(unit, playbook, state=RunState.DONE)
    return run.sources if run else {}


def last_matched(unit: Unit, playbook: str) -> bytes | None:
    """The keys that matched in the last run that kept them, packed: `unpacked_pages` reads them."""
    packed: bytes | None = _LAST_MATCHED.value(unit.connection, {"mine": playbook})
    return packed


def entered_in_run(unit: Unit, run: str) -> int:
    """How many entered in a run: what a throttle has used up of it. Those held out do not count."""
    as_of = _AS_OF.value(unit.connection, {"run": run})
    if as_of is None:
        return 0
    since = earliest_id(as_of)  # ids ascend: nobody is read who was in before
    return int(_ENTERED.value(unit.connection, {"run": run, "since": since}))


# ---------------------------------------------------------------- inside


def _new_row(
    unit: Unit, playbook: str, fire: str, *, as_of: datetime, version: str, at: datetime, actor: str
) -> dict[str, object]:
    return {
        "id": run_id(identity_of(unit, playbook), fire),
        "playbook": playbook,
        "fire": fire,
        "as_of": as_of,
        "version": version,
        "actor": actor,
        "started_at": at,
    }


def _start(unit: Unit, row: Row[Any], *, version: str, now: datetime) -> Start:
    start = _STARTS[RunState(row.state)]
    if start is Start.HELD and approval_in_force(unit, row.playbook, version, now=now):
        return Start.RESUMED
    return start


def _begin_again(unit: Unit, run: object, *, version: str, at: datetime) -> None:
    values = {
        "state": RunState.RUNNING,
        "reason": "",
        "version": version,
        "started_at": at,
        "ended_at": None,
        "attempts": runs.c.attempts + 1,
    }
    unit.connection.execute(update(runs).where(runs.c.id == run).values(values))


def _forget_matched(unit: Unit, playbook: str) -> None:
    _FORGET_MATCHED.write(unit.connection, {"mine": playbook})


def _difference(before: Mapping[str, object], now: Mapping[str, object]) -> dict[str, int]:
    return {
        name: value - earlier
        for name, value in now.items()
        if isinstance(value, int) and isinstance(earlier := before.get(name, 0), int)
    }


def _run(row: Row[tuple[object, ...]]) -> Run:
    return Run(
        id=row.id,
        playbook=row.playbook,
        fire=row.fire,
        as_of=row.as_of,
        version=row.version,
        actor=row.actor,
        state=RunState(row.state),
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
        counts=json.loads(row.counts),
        sources=json.loads(row.sources),
    )
