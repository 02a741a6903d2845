"""What a run came to: of the touches that it made, and of those that earlier runs have left.

A million of them may wait, so that none is remembered while the run goes on: what is still open
is counted, and what came to its end meanwhile stands in the audit, behind the record that was
the last when it began.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from engine.decide.facts import TouchState
from engine.ledger.audit_tables import audit
from engine.ledger.log import head_of
from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import of_playbook, touches
from engine.ledger.touches import END_KINDS

__all__ = ["RunBegun", "begun", "came_to", "states_by_channel"]

_PAGE = 2_000  # records of the audit that are looked through at a time
_OPEN = (TouchState.DRAFT, TouchState.READY, TouchState.CLAIMED, TouchState.IN_DOUBT)

_Counts = Counter[tuple[str, str]]
States = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class RunBegun:
    """A run of a playbook before it goes on; `seq` is the last record of the audit by then, or by
    the beginning of the call that it is one run of.

    `touches` are those that it has made already, by channel and state.
    """

    playbook: str
    run: str
    seq: int
    touches: States


def begun(unit: Unit, playbook: str, run: str, *, since: int | None = None) -> RunBegun:
    """What `came_to` goes by; `since` is the last record before a call of several runs began."""
    seq = head_of(unit).seq if since is None else since
    return RunBegun(playbook, run, seq, states_by_channel(unit, run))


def came_to(unit: Unit, since: RunBegun) -> States:
    """How many touches are in each state, by channel: those that the run made, and the others.

    Those are the touches of its playbook that are open, or have ended since it began.
    """
    counts = _of_run(unit, since.run)
    given = {"mine": since.playbook, "run": since.run}
    counts.update(_counted(_STILL_OPEN.rows(unit.connection, given)))
    for ended in _ended_since(unit, since):
        counts.update(_counted(_ENDED.rows(unit.connection, {**given, "given": ended})))
    return _by_channel(counts)


def states_by_channel(unit: Unit, run: str) -> States:
    """How many of the touches that a run made are in each state, by channel."""
    return _by_channel(_of_run(unit, run))


def _ended_since(unit: Unit, since: RunBegun) -> Iterator[Sequence[str]]:
    """The touches of a playbook whose end was told of since a run began, in pages."""
    after = since.seq
    while True:
        given = {"mine": since.playbook, "after": after, "most": _PAGE}
        page = _ENDS.ordered(unit.connection, given)
        if page:
            after = page[-1].seq
            yield [json.loads(row.body)["touch"] for row in page]
        if len(page) < _PAGE:
            return


def _of_run(unit: Unit, run: str) -> _Counts:
    return _counted(_OF_RUN.rows(unit.connection, {"run": run}))


def _counted(found: Sequence[Any]) -> _Counts:
    return Counter({(channel, state): number for channel, state, number in found})


def _by_channel(counts: _Counts) -> States:
    by_channel: States = {}
    for (channel, state), number in sorted(counts.items()):
        by_channel.setdefault(channel, {})[state] = number
    return by_channel


def _in_each_state(*which: ColumnElement[bool]) -> Select[Any]:
    columns = (touches.c.channel, touches.c.state)
    return select(*columns, func.count().label("number")).where(*which).group_by(*columns)


_OF_RUN = Prepared(lambda _: _in_each_state(touches.c.run == bindparam("run")))
_STILL_OPEN = Prepared(
    lambda _: _in_each_state(
        of_playbook(bindparam("mine")),
        touches.c.state.in_(_OPEN),
        touches.c.run != bindparam("run"),
    )
)
_ENDED = Prepared(
    lambda given: _in_each_state(
        touches.c.id.in_(select(given("touch").c.touch)),
        touches.c.state.not_in(_OPEN),
        touches.c.run != bindparam("run"),
    )
)
_ENDS = Prepared(
    lambda _: (
        select(audit.c.seq, audit.c.body)
        .where(
            audit.c.playbook == bindparam("mine"),
            audit.c.seq > bindparam("after"),
            audit.c.kind.in_(list(END_KINDS.values())),
        )
        .order_by(audit.c.seq)
        .limit(bindparam("most"))
    )
)
