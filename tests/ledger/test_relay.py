"""Transactions in turn: what fails takes along all that was begun after it, and nothing before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from engine.ledger.audit import Kind
from engine.ledger.database import Overtaken
from engine.ledger.log import read_audit, verify_audit
from engine.ledger.relay import write_in_turn
from engine.ledger.store import Ledger, Unit
from tests.ledger.factories import NOW, reading

MANY = 12
FAULTY = 5


def note(unit: Unit, place: int) -> None:
    unit.note(Kind.TRACKED, {}, at=NOW, actor="engine", key=str(place))


def noting(place: int) -> Callable[[Unit], None]:
    return lambda unit: note(unit, place)


def noted(ledger: Ledger) -> list[str]:
    told = reading(ledger, lambda unit: [each.key for each in read_audit(unit) if each.key])
    assert reading(ledger, verify_audit).valid
    return told


def places(number: int) -> list[str]:
    return [str(place) for place in range(number)]


def test_all_are_kept_in_their_order(ledger: Ledger) -> None:
    write_in_turn(ledger, map(noting, range(MANY)))
    assert noted(ledger) == places(MANY)


def fails_at_once(unit: Unit) -> None:
    note(unit, FAULTY)
    raise Overtaken("somebody else was first")


def fails_as_it_ends(unit: Unit) -> None:
    note(unit, FAULTY)
    unit.note(Kind.TRACKED, {}, at=NOW.replace(tzinfo=None), actor="engine", key="naive")


@pytest.mark.parametrize(
    ("faulty", "error"),
    [
        pytest.param(fails_at_once, Overtaken, id="at once"),
        pytest.param(fails_as_it_ends, ValueError, id="as its transaction ends"),
    ],
)
def test_what_was_begun_before_a_failure_is_kept_and_nothing_else(
    ledger: Ledger, faulty: Callable[[Unit], None], error: type[Exception]
) -> None:
    acts = [*map(noting, range(FAULTY)), faulty, *map(noting, range(FAULTY + 1, MANY))]
    with pytest.raises(error):
        write_in_turn(ledger, acts)
    assert noted(ledger) == places(FAULTY)
    write_in_turn(ledger, map(noting, range(FAULTY, MANY)))  # no transaction was left open
    assert noted(ledger) == places(MANY)


def test_what_makes_the_acts_may_fail(ledger: Ledger) -> None:
    def acts() -> Iterator[Callable[[Unit], None]]:
        yield from map(noting, range(FAULTY))
        raise Overtaken("the next could not be made")

    with pytest.raises(Overtaken):
        write_in_turn(ledger, acts())
    assert noted(ledger) == places(FAULTY)


def noting_alike(place: int) -> Callable[[Unit], None]:
    """Records in columns: these are chained by a head that is only foreseen."""

    def act(unit: Unit) -> None:
        keys = [f"{place}.{each}" for each in range(3)]
        unit.note_alike(
            Kind.TRACKED, {}, each={"key": keys}, keys=keys, at=NOW, actor="engine", playbook="p"
        )

    return act


@pytest.mark.parametrize("meddling", [(), (0,), (2,), (1, 2, 4)], ids=str)
def test_who_writes_between_breaks_no_chain(ledger: Ledger, meddling: tuple[int, ...]) -> None:
    if not ledger.is_on_server:
        pytest.skip("SQLite has one writer")

    def act(place: int) -> Callable[[Unit], None]:
        def meddled(unit: Unit) -> None:
            noting_alike(place)(unit)
            if place in meddling:
                with ledger.write() as other:
                    note(other, place)

        return meddled

    write_in_turn(ledger, map(act, range(5)))
    told = noted(ledger)
    portions = [key for key in told if "." in key]
    assert portions == [f"{place}.{each}" for place in range(5) for each in range(3)]
    assert sorted(set(told) - set(portions)) == sorted(map(str, meddling))


def test_what_is_noted_beside_is_chained_in_its_order(ledger: Ledger) -> None:
    def act(unit: Unit) -> None:
        for each in (noting_alike(0), noting(1), noting_alike(2)):
            each(unit)

    write_in_turn(ledger, [act, act])
    once = ["0.0", "0.1", "0.2", "1", "2.0", "2.1", "2.2"]
    assert noted(ledger) == once * 2


def test_on_a_server_one_begins_while_the_one_before_it_ends(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not ledger.is_on_server:
        pytest.skip("SQLite has one writer")
    second_begun = threading.Event()
    write_notes = Unit._write_notes

    def ending(unit: Unit) -> None:
        assert second_begun.wait(timeout=10)
        write_notes(unit)

    def second(unit: Unit) -> None:
        note(unit, 1)
        second_begun.set()

    monkeypatch.setattr(Unit, "_write_notes", ending)
    write_in_turn(ledger, [noting(0), second])
    assert noted(ledger) == places(2)


def test_of_two_that_fail_the_cause_is_told_and_the_other_with_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun after it often fails for it: whoever reads of that alone mends the wrong."""
    if not ledger.is_on_server:
        pytest.skip("SQLite has one writer")
    second_failed = threading.Event()
    write_notes = Unit._write_notes

    def ending(unit: Unit) -> None:
        assert second_failed.wait(timeout=10)
        write_notes(unit)

    def second(_: Unit) -> None:
        second_failed.set()
        raise Overtaken("somebody else was first")

    monkeypatch.setattr(Unit, "_write_notes", ending)
    with pytest.raises(ValueError, match="naive") as caught:
        write_in_turn(ledger, [fails_as_it_ends, second])
    assert caught.value.__notes__ == [
        "what was begun after it failed too: Overtaken: somebody else was first"
    ]
    assert noted(ledger) == []
