"""Two at once: the database decides, and only one of them wins."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.decide.facts import Entered, TouchMade
from engine.ledger.check import check_ledger
from engine.ledger.claims import claim
from engine.ledger.database import Overtaken
from engine.ledger.erasure import at_the_door, hold_the_door
from engine.ledger.journey import open_enrollments
from engine.ledger.leases import take_lease
from engine.ledger.log import verify_audit
from engine.ledger.recovery import sweep
from engine.ledger.runs import Start, begin_run
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import suppress
from engine.ledger.touches import counts_by_state, list_touches
from tests.ledger.factories import (
    LEASE,
    NOW,
    claimed,
    keep,
    kinds,
    make_enrollment,
    make_touch,
    outbox,
    permitted,
    reading,
    touching,
    writing,
)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do things in threads that all start together; an Overtaken is an answer, too."""
    barrier = threading.Barrier(len(acts), timeout=30)

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Overtaken as late:
            return late

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def twins(ledger: Ledger, ledger_url: str, tmp_path: Any) -> Any:
    """The same ledger, opened by two programs."""
    other = open_ledger(ledger_url, root=tmp_path)
    yield ledger, other
    other.close()


def test_two_daemons_begin_one_run(twins: tuple[Ledger, Ledger]) -> None:
    def begin(ledger: Ledger) -> Start:
        given: Any = {"as_of": NOW, "version": "v", "facts": {}, "at": NOW, "actor": "daemon"}
        return writing(ledger, lambda unit: begin_run(unit, "checkup", "slot", **given)).state

    starts = at_once(*(lambda ledger=ledger: begin(ledger) for ledger in twins * 2))
    assert Counter(starts) == {Start.NEW: 1, Start.RESUMED: 3}


def test_two_passes_enter_somebody_once(twins: tuple[Ledger, Ledger]) -> None:
    of = make_enrollment()
    made = touching(of, make_touch(of))
    answers = at_once(*(lambda ledger=ledger: keep(ledger, made) for ledger in twins))
    assert sum(isinstance(answer, Overtaken) for answer in answers) == 1
    ledger = twins[0]
    assert len(reading(ledger, lambda unit: open_enrollments(unit, "checkup", limit=9))) == 1
    assert len(reading(ledger, list_touches)) == 1
    assert Counter(kinds(ledger))["entered"] == 1


def test_two_passes_make_a_touch_once(twins: tuple[Ledger, Ledger]) -> None:
    of = make_enrollment()
    keep(twins[0], [Entered(of)])
    made = [TouchMade(make_touch(of))]
    at_once(*(lambda ledger=ledger: keep(ledger, made) for ledger in twins * 2))
    assert len(reading(twins[0], list_touches)) == 1
    assert Counter(kinds(twins[0]))["touch.made"] == 1


def test_eight_workers_claim_each_touch_once(ledger: Ledger) -> None:
    ids = outbox(ledger, *(str(number) for number in range(60)))

    def work(worker: str) -> list[str]:
        mine: list[str] = []
        while True:
            with ledger.write() as unit:
                found = claim(unit, worker, now=NOW, lease=LEASE, limit=4).touches
            if not found:
                return mine
            mine.extend(each.id for each in found)

    taken = at_once(*(lambda name=f"w{number}": work(name) for number in range(8)))
    assert sorted(touch for mine in taken for touch in mine) == sorted(ids)
    assert reading(ledger, counts_by_state) == {"claimed": 60}
    assert reading(ledger, verify_audit).valid


def test_permit_and_sweep_part_a_touch_between_them(twins: tuple[Ledger, Ledger]) -> None:
    """Whoever is first: what may act is not ready, and what is ready may not act."""
    ledger, other = twins
    for number in range(12):
        outbox(ledger, str(number))
        (mine,) = claimed(ledger)
        given: Any = {"on_unknown": {}, "actor": "daemon", "now": NOW + LEASE}
        answer, _ = at_once(
            lambda mine=mine: permitted(ledger, mine, NOW),
            lambda given=given: writing(other, lambda unit: sweep(unit, **given)),
        )
        counted = reading(ledger, counts_by_state)
        assert (answer == "") is ("ready" not in counted)
        claimed(ledger)
        sweep_away(ledger)


def sweep_away(ledger: Ledger) -> None:
    """Nothing of the outbox remains to be claimed."""
    with ledger.write() as unit:
        unit.connection.exec_driver_sql("UPDATE touches SET state = 'dropped', lease_until = NULL")


def test_one_of_two_takes_a_lease(twins: tuple[Ledger, Ledger]) -> None:
    taken = at_once(
        *(
            lambda ledger=ledger, name=name: writing(
                ledger, lambda unit: take_lease(unit, "daemon", name, now=NOW, ttl=LEASE)
            )
            for ledger, name in zip(twins, "ab", strict=True)
        )
    )
    assert sum(lease is not None for lease in taken) == 1


def test_many_writers_keep_one_chain(twins: tuple[Ledger, Ledger]) -> None:
    def write(ledger: Ledger, number: int) -> None:
        for each in range(5):
            address = f"a{number}-{each}@example.com"
            writing(ledger, lambda unit, to=address: suppress(unit, to, why="", at=NOW, actor="a"))

    at_once(*(lambda of=twins[number % 2], number=number: write(of, number) for number in range(6)))
    verdict = reading(twins[0], verify_audit)
    assert (verdict.valid, verdict.records) == (True, 31)
    assert check_ledger(twins[1]) == []


def test_a_reader_sees_one_snapshot(twins: tuple[Ledger, Ledger]) -> None:
    reader, writer = twins
    with reader.read() as unit:
        before = counts_by_state(unit)
        outbox(writer)
        assert counts_by_state(unit) == before
    assert reading(reader, counts_by_state) == {"ready": 1}


def test_nobody_is_erased_while_some_are_let_in(ledger: Ledger) -> None:
    if not ledger.is_on_server:
        pytest.skip("SQLite has one writer")
    let_in, erased = threading.Event(), threading.Event()

    def let_some_in(_: Unit) -> None:
        let_in.set()
        assert not erased.wait(timeout=0.2)

    def enter() -> None:
        writing(ledger, lambda unit: (hold_the_door(unit), let_some_in(unit)))

    def erase() -> None:
        assert let_in.wait(timeout=10)
        writing(ledger, at_the_door)
        erased.set()

    assert at_once(enter, erase) == [None, None]


def test_many_let_in_at_once(ledger: Ledger) -> None:
    if not ledger.is_on_server:
        pytest.skip("SQLite has one writer")
    together = threading.Barrier(2, timeout=10)

    def enter() -> None:
        writing(ledger, lambda unit: (hold_the_door(unit), together.wait()))

    assert at_once(enter, enter) == [None, None]
