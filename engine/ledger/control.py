"""What stops everything or some of it: halts, pauses, channels that are shut.

Delivery page, "Touches", points 4 and 8. `halt` is one row and one file, looked at before every
act; where either cannot be read, it counts as set.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import (
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from engine.decide.facts import CHANNEL_PAUSED, CHANNEL_RESTING, Phase, TouchState
from engine.decide.pauses import Pause
from engine.ledger.audit import Kind
from engine.ledger.held import late_from
from engine.ledger.prepared import Prepared
from engine.ledger.statements import insert_new
from engine.ledger.store import Ledger, Unit
from engine.ledger.tables import audit, channels, enrollments, halts, pauses, touches
from engine.problems import Unreachable

__all__ = [
    "EVERYTHING",
    "ChannelState",
    "Halt",
    "Stops",
    "channel_states",
    "close_breaker",
    "count_failure",
    "halt",
    "halts_in_force",
    "is_halted",
    "open_breaker",
    "pause_channel",
    "pause_ended",
    "pause_started",
    "pause_until",
    "paused_since",
    "resume",
    "resume_channel",
    "resumed_since",
    "stops_in_force",
    "write_halt",
    "write_halt_file",
]

EVERYTHING = ""
"""The scope of a halt of all playbooks."""


@dataclass(frozen=True, slots=True)
class Halt:
    """A halt in force: of one playbook, or of EVERYTHING."""

    scope: str
    why: str
    at: datetime | None
    actor: str


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel that had trouble. Failures are those in a row since the last success."""

    name: str
    paused_at: datetime | None
    paused_why: str
    failures: int
    breaker_until: datetime | None
    breaker_why: str

    def stops_for(self, now: datetime) -> str:
        """Why nothing is claimed for it at an instant; empty where it is open."""
        if self.paused_at is not None:
            return CHANNEL_PAUSED
        is_resting = self.breaker_until is not None and self.breaker_until > now
        return CHANNEL_RESTING if is_resting else ""


@dataclass(frozen=True, slots=True)
class Stops:
    """What may not go out: everything, playbooks that are halted, playbooks that are paused."""

    everything: bool
    halted: frozenset[str]
    paused: frozenset[str]

    def reason_for(self, playbook: str) -> str:
        """`halted` or `paused`; empty where touches of a playbook may go out."""
        if self.everything or playbook in self.halted:
            return "halted"
        return "paused" if playbook in self.paused else ""


# ---------------------------------------------------------------- halts


def halt(ledger: Ledger, playbooks: Collection[str], *, why: str, at: datetime, actor: str) -> None:
    """Stop everything that goes out, or only these playbooks.

    A halt of everything is a row and a file, and either of them is enough. The file is written
    first: it stops what runs here even where the database does not answer.

    Raises:
        Unreachable: the row could not be written; the sentence says whether the file stands.
    """
    by_file = "" if playbooks else write_halt_file(ledger.halt_file, why)
    try:
        with ledger.write() as unit:
            write_halt(unit, playbooks, why=why, at=at, actor=actor)
    except Unreachable as error:
        raise Unreachable(f"{error}; {by_file}" if by_file else str(error)) from error


def write_halt_file(file: Path, why: str) -> str:
    """Halt everything that runs in one folder, and say in a sentence whether that was done."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
    except OSError as error:
        return f"nor can the file {file} be made, by which a halt stands: {error.strerror}"
    with suppress(OSError):  # that it is there says all
        file.write_text(f"{why}\n", encoding="utf-8")
    return (
        f"all that runs in this folder is halted nevertheless, by the file {file}, until "
        "`touchline resume` or until it is removed; what runs elsewhere is not"
    )


def write_halt(
    unit: Unit, playbooks: Collection[str], *, why: str, at: datetime, actor: str
) -> None:
    """Stop everything that goes out, or only these playbooks, by the row of each alone."""
    reason = unit.without_addresses(why)
    for scope in sorted(playbooks) or [EVERYTHING]:
        row = {"scope": scope, "why": reason, "at": at, "actor": actor}
        done = unit.connection.execute(insert_new(unit.connection, halts).values(row))
        if done.rowcount == 1:
            body = {"scope": scope, "why": reason}
            unit.note(Kind.HALTED, body, at=at, actor=actor, playbook=scope)


def resume(ledger: Ledger, playbooks: Collection[str], *, at: datetime, actor: str) -> list[str]:
    """Lift the halt of everything, or of these playbooks; gives the scopes that were halted.

    Raises:
        Unreachable: the ledger cannot be written, or the file not be removed; it stays halted.
    """
    lifted = []
    with ledger.write() as unit:
        for scope in sorted(playbooks) or [EVERYTHING]:
            gone = unit.connection.execute(delete(halts).where(halts.c.scope == scope))
            if gone.rowcount == 1:
                lifted.append(scope)
                unit.note(Kind.RESUMED, {"scope": scope}, at=at, actor=actor, playbook=scope)
    if not playbooks and _remove_file(ledger) and not lifted:
        lifted.append(EVERYTHING)
    return lifted


def resumed_since(unit: Unit, at: datetime) -> bool:
    """Whether a halt of everything was lifted after an instant."""
    since = and_(audit.c.kind == Kind.RESUMED, audit.c.playbook == EVERYTHING, audit.c.at > at)
    return bool(unit.connection.scalar(select(exists().where(since))))


def is_halted(unit: Unit, playbook: str) -> bool:
    """Whether nothing of a playbook may go out."""
    if unit.ledger.halt_file_stands():
        return True
    return bool(_HALTED.value(unit.connection, {"mine": playbook}))


_HALTED = Prepared(
    lambda _: select(func.count().label("number")).where(
        or_(halts.c.scope == EVERYTHING, halts.c.scope == bindparam("mine"))
    )
)
_STOPS = Prepared(
    lambda _: select(halts.c.scope, literal("halt").label("what")).union_all(
        select(pauses.c.playbook, literal("pause")).where(pauses.c.ended_at.is_(None))
    )
)


def stops_in_force(unit: Unit) -> Stops:
    """All that stops anything, in one look; where the file cannot be looked at, it stands."""
    by_file = unit.ledger.halt_file_stands()
    found = _STOPS.rows(unit.connection, {})
    halted = frozenset(row.scope for row in found if row.what == "halt")
    paused = frozenset(row.scope for row in found if row.what == "pause")
    return Stops(by_file or EVERYTHING in halted, halted, paused)


def halts_in_force(unit: Unit) -> list[Halt]:
    """All halts, that of everything first."""
    rows = unit.connection.execute(select(halts).order_by(halts.c.scope))
    found = [Halt(row.scope, row.why, row.at, row.actor) for row in rows]
    by_file = unit.ledger.halt_file_stands()
    if by_file and not any(each.scope == EVERYTHING for each in found):
        found.insert(0, Halt(EVERYTHING, f"the file {unit.ledger.halt_file} stands", None, ""))
    return found


def _remove_file(ledger: Ledger) -> bool:
    try:
        ledger.halt_file.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise Unreachable(
            f"the halt file {ledger.halt_file} cannot be removed: {error.strerror}; everything "
            "stays halted"
        ) from None
    return True


# ---------------------------------------------------------------- pauses


def pause_started(unit: Unit, playbook: str, *, at: datetime, actor: str) -> bool:
    """Record that a playbook is paused from now on; False where it was already."""
    row = {"playbook": playbook, "started_at": at}
    done = unit.connection.execute(insert_new(unit.connection, pauses).values(row))
    if done.rowcount == 1:
        unit.note(Kind.PAUSE_STARTED, {}, at=at, actor=actor, playbook=playbook)
    return done.rowcount == 1


def pause_ended(unit: Unit, playbook: str, *, at: datetime, actor: str) -> timedelta | None:
    """Record that a pause is over, and move on by its length what stood still meanwhile.

    Language, section 5, "Paused": waits for a time, the limits of `wait_for` and `hold_while`, the
    goal's window and `max_lateness` stand still; waits until a moment do not. Nobody moves in a
    pause: a wait that is over ends with it, and what follows counts from then. None: it was not
    paused.
    """
    started: datetime | None = _PAUSE_OVER.value(unit.connection, {"mine": playbook, "now": at})
    if started is None:
        return None
    pause = Pause(started, at)
    _end_waits(unit, playbook, pause)
    for clock in ("waits_until", "goal_until"):
        _shift_clock(unit, playbook, clock, pause)
    _shift_expiries(unit, playbook, pause)
    seconds = int((at - started).total_seconds())
    unit.note(Kind.PAUSE_ENDED, {"seconds": seconds}, at=at, actor=actor, playbook=playbook)
    return at - started


_PAUSE_OVER = Prepared(
    lambda _: (
        update(pauses)
        .where(pauses.c.playbook == bindparam("mine"), pauses.c.ended_at.is_(None))
        .values(ended_at=bindparam("now"))
        .returning(pauses.c.started_at)
    )
)


def paused_since(unit: Unit, playbook: str) -> datetime | None:
    """Since when a playbook is paused, so that its clocks stand still; None where it is not."""
    running = (pauses.c.playbook == playbook, pauses.c.ended_at.is_(None))
    since: datetime | None = unit.connection.scalar(select(pauses.c.started_at).where(*running))
    return since


def pause_until(unit: Unit, playbook: str, at: datetime) -> Pause | None:
    """The pause that a playbook is in, were it over at an instant; None where it is in none."""
    since = paused_since(unit, playbook)
    return None if since is None else Pause(since, at)


def _end_waits(unit: Unit, playbook: str, pause: Pause) -> None:
    """Let end with the pause what was over before, unseen by a pass, or came to its moment in it.

    The next wait would else begin before the end of the pause, and not stand still in it.
    """
    until, started, ended = enrollments.c.waits_until, pause.started, pause.ended
    came = and_(enrollments.c.fixed == 1, until > started, until < ended)
    over = (
        update(enrollments)
        .where(enrollments.c.playbook == playbook, enrollments.c.left_at.is_(None))
        .where(enrollments.c.phase == Phase.WAITING, or_(until <= started, came))
    )
    unit.connection.execute(over.values(waits_until=ended, fixed=1))


def _shift_clock(unit: Unit, playbook: str, name: str, pause: Pause) -> None:
    """Move on an instant of everyone, as far as it had not come when the pause began.

    The goal's window also of those who have left: else they were looked at for a shorter time than
    those held out.
    """
    until = enrollments.c[name]
    moving = [enrollments.c.playbook == playbook, until > pause.started]
    if name == "waits_until":
        moving += [enrollments.c.left_at.is_(None), enrollments.c.fixed == 0]
    since = enrollments.c.since if name == "waits_until" else enrollments.c.entered_at
    found = [
        (row[0], row[1], row[2])
        for row in unit.connection.execute(select(enrollments.c.id, since, until).where(*moving))
    ]
    _shift(unit, enrollments, name, found, pause)
    if name == "waits_until":  # a wait that an edit makes longer counts from where it began
        began = [(of, since, since) for of, since, _ in found]
        _shift(unit, enrollments, "since", began, pause)


def _shift_expiries(unit: Unit, playbook: str, pause: Pause) -> None:
    names = ("id", "copy_of", "made_at", "expires_at", "reason", "next_attempt_at")
    pending = select(*(touches.c[name] for name in names)).where(
        touches.c.playbook == playbook,
        touches.c.state.in_((TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED)),
        touches.c.expires_at.is_not(None),
        touches.c.ended_at.is_(None),  # by the index of what may expire
    )
    rows = unit.connection.execute(pending).all()
    since = late_from(rows, pause)
    found = [(row.id, since[row.id], row.expires_at) for row in rows]
    _shift(unit, touches, "expires_at", found, pause)


def _shift(
    unit: Unit,
    table: Table,
    column: str,
    found: Sequence[tuple[str, datetime, datetime]],
    pause: Pause,
) -> None:
    rows = [{"of": of, "moved": pause.moved(until, since=since)} for of, since, until in found]
    if rows:
        shifted = update(table).where(table.c.id == bindparam("of"))
        unit.connection.execute(shifted.values({column: bindparam("moved")}), rows)


# ---------------------------------------------------------------- channels


def pause_channel(unit: Unit, channel: str, *, why: str, at: datetime, actor: str) -> bool:
    """Shut a channel until a person opens it again; False where it was shut already."""
    reason = unit.without_addresses(why)
    _ensure_channel(unit, channel)
    mine = (channels.c.name == channel, channels.c.paused_at.is_(None))
    values = {"paused_at": at, "paused_why": reason}
    if unit.connection.execute(update(channels).where(*mine).values(values)).rowcount != 1:
        return False
    body = {"channel": channel, "why": reason}
    unit.note(Kind.CHANNEL_PAUSED, body, at=at, actor=actor)
    return True


def resume_channel(unit: Unit, channel: str, *, at: datetime, actor: str) -> bool:
    """Open a channel again, its breaker included; False where nothing was shut."""
    shut = or_(channels.c.paused_at.is_not(None), channels.c.breaker_until.is_not(None))
    statement = update(channels).where(channels.c.name == channel, shut)
    clear = {
        "paused_at": None,
        "paused_why": "",
        "failures": 0,
        "breaker_until": None,
        "breaker_why": "",
    }
    if unit.connection.execute(statement.values(clear)).rowcount != 1:
        return False
    unit.note(Kind.CHANNEL_RESUMED, {"channel": channel}, at=at, actor=actor)
    return True


def count_failure(unit: Unit, channel: str) -> int:
    """Count one more failure in a row of a channel, and give how many there are."""
    _ensure_channel(unit, channel)
    statement = update(channels).where(channels.c.name == channel)
    more = statement.values(failures=channels.c.failures + 1).returning(channels.c.failures)
    return int(unit.connection.execute(more).scalar_one())


def open_breaker(
    unit: Unit, channel: str, *, until: datetime, why: str, at: datetime, actor: str
) -> None:
    """Let nothing be claimed for a channel until an instant."""
    reason = unit.without_addresses(why)
    _ensure_channel(unit, channel)
    statement = update(channels).where(channels.c.name == channel)
    unit.connection.execute(statement.values(breaker_until=until, breaker_why=reason))
    body = {"channel": channel, "why": reason}
    unit.note(Kind.BREAKER_OPENED, body, at=at, actor=actor)


_TROUBLE_OVER = Prepared(
    lambda _: (
        update(channels)
        .where(
            channels.c.name == bindparam("channel"),
            or_(channels.c.failures > 0, channels.c.breaker_until.is_not(None)),
        )
        .values(failures=0, breaker_until=null(), breaker_why="")
    )
)


def close_breaker(unit: Unit, channel: str, *, at: datetime, actor: str) -> bool:
    """Record a success: no failures in a row, no breaker; False where there were none."""
    if _TROUBLE_OVER.write(unit.connection, {"channel": channel}) != 1:
        return False
    unit.note(Kind.BREAKER_CLOSED, {"channel": channel}, at=at, actor=actor)
    return True


def channel_states(unit: Unit) -> dict[str, ChannelState]:
    """The channels that ever had trouble, by name."""
    rows = _CHANNELS.ordered(unit.connection, {})
    return {row.name: ChannelState(*row) for row in rows}


_CHANNELS = Prepared(lambda _: select(channels).order_by(channels.c.name))


def _ensure_channel(unit: Unit, channel: str) -> None:
    unit.connection.execute(insert_new(unit.connection, channels).values(name=channel))
