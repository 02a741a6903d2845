"""Jobs for workers: made with their touches or not at all, and only where somebody takes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.decide.facts import TouchState
from engine.ledger.chunks import are_prepared, prepare_chunks
from engine.ledger.journey import record
from engine.ledger.schema import create_ledger
from engine.ledger.store import Ledger
from tests.ledger.factories import NOW, keep, make_enrollment, make_touch, reading, touching
from tests.support.postgres import fresh_database


@pytest.fixture
def shared(postgres: str, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger that can hand out work."""
    url = fresh_database(postgres)
    made = create_ledger(url, root=tmp_path, project="a", place="here", at=NOW, actor="a")
    assert prepare_chunks(made)
    yield made
    made.close()


def jobs(ledger: Ledger) -> list[tuple[str, int]]:
    with ledger.read() as unit:
        rows = unit.connection.execute(text("SELECT args FROM procrastinate_jobs ORDER BY id"))
        return [(args["channel"], args["touches"]) for (args,) in rows]


def somebody_works(ledger: Ledger, ago: str = "0 s") -> None:
    with ledger.write() as unit:
        lives = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval :ago)"
        unit.connection.execute(text(lives.replace(":ago", f"'{ago}'")))


def make(ledger: Ledger, number: int, **said: object) -> None:
    decisions = []
    for key in range(number):
        of = make_enrollment(str(key))
        decisions += touching(of, make_touch(of, **said))
    keep(ledger, decisions)


def test_jobs_hold_some_hundred_touches_of_one_channel(shared: Ledger) -> None:
    somebody_works(shared)
    make(shared, 1200)
    assert jobs(shared) == [("mail", 500), ("mail", 500), ("mail", 200)]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"due_at": NOW + timedelta(hours=1)}, id="due later"),
        pytest.param({"state": TouchState.DRAFT}, id="waits for a person"),
        pytest.param({"channel": "update"}, id="the daemon writes back"),
    ],
)
def test_what_nobody_may_carry_yet_makes_no_job(shared: Ledger, said: dict[str, object]) -> None:
    somebody_works(shared)
    make(shared, 3, **said)
    assert jobs(shared) == []


@pytest.mark.parametrize("ago", [None, "1 minute"], ids=["never was", "gone"])
def test_without_a_worker_no_job_is_made_that_nobody_takes(shared: Ledger, ago: str | None) -> None:
    if ago:
        somebody_works(shared, ago)
    make(shared, 3)
    assert jobs(shared) == []


def test_a_transaction_that_fails_leaves_no_job(shared: Ledger) -> None:
    somebody_works(shared)
    of = make_enrollment("7")

    def failing() -> None:
        with shared.write() as unit:
            record(unit, touching(of, make_touch(of)), at=NOW, actor="engine", run="r1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert jobs(shared) == []


def test_making_it_ready_again_changes_nothing(shared: Ledger) -> None:
    somebody_works(shared)
    make(shared, 1)
    assert prepare_chunks(shared)
    assert jobs(shared) == [("mail", 1)]


def test_a_file_hands_out_nothing(tmp_path: Path) -> None:
    url = "sqlite:///.touchline/ledger.db"
    made = create_ledger(url, root=tmp_path, project="a", place="here", at=NOW, actor="a")
    assert not prepare_chunks(made)
    assert not reading(made, are_prepared)
    made.close()
