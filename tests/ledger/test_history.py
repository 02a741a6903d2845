"""The history of fields: its parts as they are asked for, and that two writers write it once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from engine.compile.terms import Part
from engine.ledger.database import Overtaken
from engine.ledger.history import LedgerHistory
from engine.ledger.store import Ledger, Unit
from engine.ledger.tracking import Found, Tracked, last_values, tracked_fields, write_history
from engine.problems import Refused
from tests.ledger.factories import NOW, kinds, reading, writing

DAY = timedelta(days=1)
PLAN = ("account", "plan")


def known(ledger: Ledger) -> Mapping[str, Tracked | None]:
    """What is known of the field `plan`."""
    return {"plan": reading(ledger, tracked_fields).get(PLAN)}


def write(
    ledger: Ledger,
    days: int,
    *found: Found,
    before: Mapping[str, Tracked | None] | None = None,
) -> None:
    """Record what was found so many days after NOW."""
    seen = known(ledger) if before is None else before

    def act(unit: Unit) -> None:
        counts = {"rows": 3, "first": 0, "changes": len(found)}
        write_history(
            unit,
            "account",
            found,
            known=seen,
            sources={"rows": {"crm.accounts": 3}},
            at=NOW + days * DAY,
            actor="ann",
            counts=counts,
        )

    writing(ledger, act)


def first(key: str, value: str | None) -> Found:
    return Found(key, "plan", value, None, True)


def change(key: str, previous: str | None, value: str | None) -> Found:
    return Found(key, "plan", value, previous, False)


@pytest.fixture
def told(ledger: Ledger) -> LedgerHistory:
    """Three accounts over three days."""
    write(ledger, 0, first("1", "pro"), first("10", "pro"), first("é", None))
    write(ledger, 1, change("1", "pro", "free"), change("é", None, "pro"))
    write(ledger, 2, change("1", "free", None), first("2", "pro"))
    return LedgerHistory(ledger)


PARTS = {
    "all": (Part.RECORDS, None, 2, ["1", "10", "é", "1", "é", "1", "2"]),
    "all, then": (Part.RECORDS, None, 1, ["1", "10", "é", "1", "é"]),
    "changes": (Part.CHANGES, None, 2, ["1", "é", "1"]),
    "changes since": (Part.CHANGES, 2, 2, ["1"]),
    "changes until": (Part.CHANGES, 1, 1, ["1", "é"]),
    "beginnings": (Part.BEGINNINGS, None, 2, ["1", "10", "é", "2"]),
    "beginnings until": (Part.BEGINNINGS, None, 0, ["1", "10", "é"]),
}


@pytest.mark.parametrize(("part", "since", "until", "keys"), PARTS.values(), ids=PARTS)
def test_a_part_of_a_history(
    told: LedgerHistory, part: Part, since: int | None, until: int, keys: list[str]
) -> None:
    start = None if since is None else NOW + since * DAY
    found = told.records("account", "plan", part, since=start, until=NOW + until * DAY)
    listed = sorted(found, key=lambda row: (row.at, row.key))
    assert [row.key for row in listed] == keys
    assert not list(told.records("user", "plan", part, since=None, until=NOW + 9 * DAY))


def test_the_history_of_one_row_begins_with_its_end(told: LedgerHistory) -> None:
    rows = told.of_key("account", "plan", "1", NOW + 9 * DAY)
    assert [(row.previous, row.value, row.is_first) for row in rows] == [
        ("free", None, False),
        ("pro", "free", False),
        (None, "pro", True),
    ]
    assert rows[0].at == NOW + 2 * DAY
    assert len(told.of_key("account", "plan", "1", NOW + DAY)) == 2


def test_the_last_values_are_known_by_key(ledger: Ledger, told: LedgerHistory) -> None:
    asked = ["1", "2", "é", "no such"]
    found = reading(ledger, lambda unit: last_values(unit, "account", ["plan", "size"], asked))
    assert found == {("1", "plan"): None, ("2", "plan"): "pro", ("é", "plan"): "pro"}


def test_a_field_is_tracked_since_its_first_time(ledger: Ledger, told: LedgerHistory) -> None:
    sources = {"rows": {"crm.accounts": 3}}
    assert known(ledger) == {"plan": Tracked(NOW, NOW + 2 * DAY, sources)}
    assert kinds(ledger).count("tracked") == 3


def test_of_two_writers_that_saw_the_same_one_writes(ledger: Ledger) -> None:
    never = known(ledger)
    write(ledger, 0, first("1", "pro"), before=never)
    with pytest.raises(Overtaken, match="another process wrote the history of account"):
        write(ledger, 1, first("1", "pro"), before=never)
    then = known(ledger)
    write(ledger, 1, change("1", "pro", "free"), before=then)
    with pytest.raises(Overtaken):
        write(ledger, 2, change("1", "pro", "free"), before=then)
    rows = LedgerHistory(ledger).of_key("account", "plan", "1", NOW + 9 * DAY)
    assert [row.value for row in rows] == ["free", "pro"]
    assert kinds(ledger).count("tracked") == 2


@pytest.mark.parametrize("days", [0, -1])
def test_no_history_is_written_into_the_past(ledger: Ledger, days: int) -> None:
    write(ledger, 0, first("1", "pro"))
    with pytest.raises(Refused, match="look at the clock"):
        write(ledger, days, change("1", "pro", "free"))
