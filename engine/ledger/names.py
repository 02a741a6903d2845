"""What playbooks are called, and were: history goes over to a new name. Language, section 5.

Every row of an old name is written under the new one. Identities stay: digests of a playbook (its
holdout, its splits, the keys of its touches) go by what it was called when it began.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from engine.ledger.audit import Kind
from engine.ledger.holds import void_holds
from engine.ledger.identities import identity_of
from engine.ledger.prepared import Prepared
from engine.ledger.runs import RunState, never_ran
from engine.ledger.store import Unit
from engine.ledger.tables import (
    bystanders,
    enrollments,
    halts,
    holds,
    identities,
    invitations,
    pauses,
    runs,
    tasks,
    touches,
    versions,
)
from engine.problems import Refused

__all__ = [
    "carry_over",
    "equal_to_vanished",
    "is_known",
    "known_as",
    "playbooks_inside",
]

_NAMED: Sequence[tuple[Table, Column[str], tuple[str, ...]]] = (
    (enrollments, enrollments.c.playbook, ()),
    (runs, runs.c.playbook, ("fire",)),
    (holds, holds.c.playbook, ()),
    (versions, versions.c.playbook, ()),
    (bystanders, bystanders.c.playbook, ("key",)),
    (invitations, invitations.c.playbook, ()),
    (touches, touches.c.playbook, ()),
    (tasks, tasks.c.playbook, ()),
    (pauses, pauses.c.playbook, ("started_at",)),
    (halts, halts.c.scope, ()),
)
"""The tables in which playbooks are named, and what may stand once for each of them."""


# ---------------------------------------------------------------- renaming


def known_as(unit: Unit, playbook: str, formerly: Collection[str]) -> str:
    """The name by which the ledger knows a playbook: a former one until it was carried over."""
    former = [name for name in formerly if is_known(unit, name)]
    return former[0] if former and not _has_entered(unit, playbook) else playbook


def carry_over(
    unit: Unit, playbook: str, formerly: Collection[str], *, at: datetime, actor: str
) -> None:
    """Write everything that is kept of former names under the new one.

    Raises:
        Refused: more than one of the names has a history of people.
    """
    for former in [name for name in formerly if is_known(unit, name)]:
        if _has_entered(unit, former) and _has_entered(unit, playbook):
            raise Refused(
                f"`formerly` of {playbook} names {former}, and people entered both of them: one "
                "history cannot go over to the other; take the name away, or give this playbook "
                "another one"
            )
        gives_way, stays = playbook, former
        if _has_entered(unit, playbook):
            gives_way, stays = former, playbook
        _carry_identity(unit, former, playbook, stays=stays)
        void_holds(unit, gives_way, at=at, actor=actor)
        for table, column, once in _NAMED:
            _make_room(unit, table, column, once, stays=stays, gives_way=gives_way)
            values = {column.name: playbook}
            unit.connection.execute(update(table).where(column == former).values(values))
        body = {"formerly": former}
        unit.note(Kind.PLAYBOOK_RENAMED, body, at=at, actor=actor, playbook=playbook)


def _carry_identity(unit: Unit, former: str, playbook: str, *, stays: str) -> None:
    identity = identity_of(unit, stays)
    either = identities.c.playbook.in_((former, playbook))
    unit.connection.execute(delete(identities).where(either))
    if identity != playbook:
        row = {"playbook": playbook, "identity": identity}
        unit.connection.execute(insert(identities).values(row))


def _make_room(
    unit: Unit,
    table: Table,
    column: Column[str],
    once: Sequence[str],
    *,
    stays: str,
    gives_way: str,
) -> None:
    """Take away what a playbook that nobody entered has in the place of the other's history."""
    there = table.alias("there")
    same: list[ColumnElement[bool]]
    same = [there.c[column.name] == stays, *(there.c[name] == table.c[name] for name in once)]
    if table is pauses:  # one of them runs at a time
        both_run = and_(there.c.ended_at.is_(None), table.c.ended_at.is_(None))
        at_once = there.c.started_at == table.c.started_at
        same = [there.c[column.name] == stays, or_(both_run, at_once)]
    if once or table in (halts, pauses):
        mine = (column == gives_way, exists().where(*same))
        unit.connection.execute(delete(table).where(*mine))


def is_known(unit: Unit, playbook: str) -> bool:
    """Whether the ledger has anything of a playbook: people, runs, a pause or a halt."""
    return playbook != "" and any(
        unit.connection.scalar(select(column).where(column == playbook).limit(1)) is not None
        for column in (
            enrollments.c.playbook,
            runs.c.playbook,
            identities.c.playbook,
            pauses.c.playbook,
            halts.c.scope,
        )
    )


def _has_entered(unit: Unit, playbook: str) -> bool:
    entered = select(enrollments.c.id).where(enrollments.c.playbook == playbook).limit(1)
    return unit.connection.scalar(entered) is not None


# ---------------------------------------------------------------- playbooks that are gone


def playbooks_inside(unit: Unit) -> list[str]:
    """The playbooks that have an open enrollment, by name."""
    names: list[str] = []
    name: str | None = ""
    while name is not None:  # from one name to the next in the index, however many are inside
        name = _NEXT_INSIDE.value(unit.connection, {"last": name})
        names += [name] if name is not None else []
    return names


_NEXT_INSIDE = Prepared(
    lambda _: select(func.min(enrollments.c.playbook).label("playbook")).where(
        enrollments.c.left_at.is_(None), enrollments.c.playbook > bindparam("last")
    )
)
_RAN = Prepared(
    lambda _: (
        select(runs.c.playbook)
        .where(runs.c.version == bindparam("version"), runs.c.state == RunState.DONE)
        .distinct()
    )
)


def equal_to_vanished(unit: Unit, playbook: str, version: str, *, existing: Collection[str]) -> str:
    """A playbook that is gone from the project, and said just what one says that never ran.

    Empty where there is none: `playbook` is then not one that was renamed. `existing` are the
    names of all playbooks that the project has.
    """
    if not never_ran(unit, playbook):
        return ""
    said = set(_RAN.column(unit.connection, {"version": version}))
    said |= {name for name in playbooks_inside(unit) if _is_inside(unit, name, version)}
    return min(said - {playbook, *existing}, default="")


def _is_inside(unit: Unit, playbook: str, version: str) -> bool:
    inside = (enrollments.c.playbook == playbook, enrollments.c.left_at.is_(None))
    mine = select(enrollments.c.id).where(*inside, enrollments.c.version == version).limit(1)
    return unit.connection.scalar(mine) is not None
