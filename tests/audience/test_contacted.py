"""Who was contacted: by mail, by task, by events that count, in whose enrollment. Section 3."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from engine.audience.contacts import ContactRow
from engine.audience.select import holding, own_sources, select_keys
from engine.audience.stays import Own
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundDid,
    BoundMoment,
    BoundStepBecame,
    Window,
)
from engine.language.conditions import Became
from engine.moments import Entered
from tests.audience.shop import AS_OF, Log, Shop, at, contact

ALL = [1, 2, 3, 4]
ONE = contact("t1", "user", 1, "2026-03-01T12:00", address="u1@acme.example")


@pytest.mark.parametrize(
    ("rows", "where", "expected"),
    [
        pytest.param([], "- contacted: {}", [], id="nobody ever"),
        pytest.param([], "- not_contacted: {}", ALL, id="nobody ever, negated"),
        pytest.param([ONE], "- contacted: {}", [1], id="in its own enrollment"),
        pytest.param([ONE], "- not_contacted: {}", [2, 3, 4], id="the complement"),
        pytest.param([ONE], "- contacted: {times: 1}", [1], id="once, though by key and address"),
        pytest.param([ONE], "- contacted: {times: {at_most: 0}}", [2, 3, 4], id="at most never"),
        pytest.param([ONE], "- contacted: {within: 9 days}", [1], id="from the day's start"),
        pytest.param([ONE], "- contacted: {within: 8 days}", [], id="before the window"),
        pytest.param([ONE], "- contacted: {until: 2026-02-28}", [], id="after the window"),
        pytest.param([ONE], "- contacted: {since: onboarded_at}", [1], id="since a field"),
        pytest.param(
            [ONE], "- not_contacted: {since: onboarded_at}", [2, 3, 4], id="a missing bound"
        ),
        pytest.param([ONE], "- contacted: {since: 2026-02-15, times: 2}", [], id="not twice"),
        pytest.param(
            [contact("t2", "account", "b", "2026-03-01T12:00", address="U2@ACME.example")],
            "- contacted: {}",
            [2],
            id="by the contact's address, whatever the case, in any enrollment",
        ),
        pytest.param([ONE], "- account: {contacted: {}}", [1, 2], id="an account, by its user"),
        pytest.param(
            [ONE, contact("t2", "user", 2, "2026-03-02T12:00")],
            "- account: {contacted: {times: 2}}",
            [1, 2],
            id="an account, by two of its users",
        ),
        pytest.param(
            [contact("t2", "account", "a", "2026-03-01T12:00", address="boss@acme.example")],
            "- account: {contacted: {times: 1}}",
            [1, 2],
            id="an account, by its contact",
        ),
        pytest.param([ONE], "- account: {not_contacted: {}}", [3, 4], id="nor a missing parent"),
    ],
)
def test_contacted(shop: Shop, rows: list[ContactRow], where: str, expected: list[int]) -> None:
    shop.log = Log(rows)
    with shop.sources() as snapshot:
        assert select_keys(shop.segment(where), snapshot, AS_OF) == expected


def test_calls_count_beside_mails(shop: Shop) -> None:
    shop.log = Log([ONE])
    shop.add("crm.calls", user_id=1, held_at=at("2026-03-02T12:00"))
    shop.add("crm.calls", user_id=3, held_at=at("2026-03-02T12:00"))
    shop.add("crm.calls", user_id=2, held_at=at("2026-03-11T12:00"))  # still to come
    with shop.sources() as snapshot:
        asked = {where: shop_keys(shop, snapshot, where) for where in EXPECTED_OF_CALLS}
    assert asked == EXPECTED_OF_CALLS


EXPECTED_OF_CALLS = {
    "- contacted: {}": [1, 3],
    "- contacted: {times: 2}": [1],
    "- not_contacted: {}": [2, 4],
}


def shop_keys(shop: Shop, snapshot, where: str) -> list[int | str]:  # type: ignore[no-untyped-def]
    return select_keys(shop.segment(where), snapshot, AS_OF)


def test_a_rows_own_enrollment_does_not_count_where_it_is_left_out(shop: Shop) -> None:
    """1 was written to in its own enrollment, 2 in its own and in another."""
    shop.log = Log(
        [
            contact("t1", "user", 1, "2026-03-01T12:00"),
            contact("t2", "user", 2, "2026-03-01T12:00"),
            contact("t3", "user", 2, "2026-03-01T12:00", enrollment="another"),
        ]
    )
    user = shop.catalog.entities["user"]
    zone = ZoneInfo("America/New_York")
    asked = shop.segment("- not_contacted: {}").condition
    with shop.sources() as snapshot:
        every = holding(asked, user, ALL, snapshot, AS_OF, zone)
        own = Own(user, frozenset({"e-1", "e-2"}))
        without = holding(asked, user, ALL, snapshot, AS_OF, zone, own=own)
    assert (every, without) == ({3, 4}, {1, 3, 4})


def test_a_colleagues_enrollment_still_counts_for_the_account(shop: Shop) -> None:
    """Of two users of one account each leaves out its own touches, not the other's."""
    shop.log = Log([contact("t1", "user", 1, "2026-03-01T12:00")])
    user = shop.catalog.entities["user"]
    asked = shop.segment("- account: {contacted: {}}").condition
    with shop.sources() as snapshot:
        own = Own(user, frozenset({"e-1", "e-2"}))
        found = holding(asked, user, ALL, snapshot, AS_OF, ZoneInfo("UTC"), own=own)
    assert found == {2}


@pytest.mark.parametrize(
    ("where", "hangs"),
    [
        pytest.param("- {did: used}", False, id="what they did"),
        pytest.param("- not: {onboarded_at: {set: true}}", False, id="what they are not"),
        pytest.param("- contacted: {}", True, id="who was written to"),
        pytest.param("- not: {any: [{did: used}, {not_contacted: {}}]}", True, id="deep inside"),
        pytest.param("- account: {contacted: {}}", True, id="at a parent"),
    ],
)
def test_touches_hang_on_the_stays_that_made_them(shop: Shop, where: str, hangs: bool) -> None:
    asked = shop.segment(where)
    with shop.sources() as snapshot:
        about = (asked.condition, asked.entity, snapshot, AS_OF, asked.zone)
        assert bool(own_sources(*about)) is hangs


def test_a_moment_or_a_step_of_a_stay_hangs_on_it(shop: Shop) -> None:
    since = shop.segment("- {did: used, since: 2026-02-01}")
    assert isinstance(since.condition, BoundAll)
    [did] = since.condition.parts
    assert isinstance(did, BoundDid)
    entered = replace(did, window=Window(since=BoundMoment(Entered())))
    step = BoundAny((since.condition, BoundStepBecame("call", Became.DONE)))
    with shop.sources() as snapshot:
        for asked, hangs in ((since.condition, False), (entered, True), (step, True)):
            about = (asked, since.entity, snapshot, AS_OF, since.zone)
            assert bool(own_sources(*about)) is hangs
