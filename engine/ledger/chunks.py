"""Chunks of touches for workers: procrastinate's jobs, made in the transaction of the touches.

Architecture page, "Growing past one machine". A job is a wake-up and no more: it names a channel
and how many touches were made for it, and jobs come at least once. What is sent, by whom and how
often is decided by the claim, its epoch and the key of each touch alone. So jobs are made only
where a worker lives to take them; one that starts later looks at the outbox by itself.

procrastinate's tables lie beside the ledger's, and all that they hold begins with its name.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import text

from engine.bind.acts import UPDATE_CHANNEL
from engine.decide.facts import TouchState
from engine.ledger.store import Ledger, Unit

__all__ = ["QUEUE", "TASK", "are_prepared", "hand_out", "prepare_chunks"]

QUEUE = TASK = "touchline"
"""The names of procrastinate's queue and task."""

_MOST = 500  # touches of one job: procrastinate hands out some hundred jobs a second

_ARE_THERE = text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")
# A worker says every 10 s that it lives.
_SOMEBODY_LIVES = text(
    "SELECT EXISTS (SELECT FROM procrastinate_workers"
    " WHERE last_heartbeat > now() - interval '30 seconds')"
)
_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(array_agg(CAST("
    "ROW(CAST(:name AS text), CAST(:name AS text), 0, NULL, NULL, chunk.args, NULL)"
    " AS procrastinate_job_to_defer_v1)))"
    " FROM jsonb_array_elements(CAST(:chunks AS jsonb)) AS chunk(args)"
)


def are_prepared(unit: Unit) -> bool:
    """Whether this ledger can hand out work."""
    return unit.ledger.is_on_server and bool(unit.connection.scalar(_ARE_THERE))


def prepare_chunks(ledger: Ledger) -> bool:
    """Make procrastinate's tables where they are missing; whether they are there now.

    They cannot be on SQLite, nor where the extra `worker` is not installed.
    """
    if not ledger.is_on_server:
        return False
    with ledger.write() as unit:
        if are_prepared(unit):
            return True
        try:
            from procrastinate.schema import SchemaManager  # of the extra `worker`
        except ImportError:
            return False
        unit.connection.exec_driver_sql(
            SchemaManager.get_schema(), execution_options={"no_parameters": True}
        )
    return True


def hand_out(unit: Unit, rows: Iterable[Mapping[str, object]], *, at: datetime) -> None:
    """Make jobs of those among new rows of the outbox that may go at once.

    Updates are not for workers: who reads the sources writes them.
    """
    if not unit.ledger.is_on_server:
        return
    made = Counter(str(row["channel"]) for row in rows if _is_for_workers(row, at))
    if made and are_prepared(unit) and unit.connection.scalar(_SOMEBODY_LIVES):
        chunks = [{"channel": name, "touches": n} for name, n in _in_chunks(made)]
        unit.connection.execute(_DEFER, {"name": QUEUE, "chunks": json.dumps(chunks)})


def _is_for_workers(row: Mapping[str, object], at: datetime) -> bool:
    due = row["next_attempt_at"]
    assert isinstance(due, datetime)
    return row["state"] == TouchState.READY and row["channel"] != UPDATE_CHANNEL and due <= at


def _in_chunks(made: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    for name, number in made.items():
        for first in range(0, number, _MOST):
            yield name, min(number - first, _MOST)
