"""Keys in order, fields of a few, and figures of events, wherever the data lies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.audience.fields import rows
from engine.audience.select import population, select_keys
from tests.audience.shop import AS_OF, Shop, at


def test_keys_are_in_order_of_numbers_or_code_points(shop: Shop) -> None:
    for key in (10, 9):
        shop.add("product.users", user_id=key, signed_up_at=at("2026-01-05T12:00"))
    for name in ("Z", "é", "aa"):
        shop.add("crm.accounts", id=name)
    with shop.sources() as snapshot:
        users = select_keys(shop.segment("- everyone: true"), snapshot, AS_OF)
        accounts = select_keys(shop.segment("- everyone: true", of="account"), snapshot, AS_OF)
    assert users == [1, 2, 3, 4, 9, 10]
    assert accounts == ["Z", "a", "aa", "b", "é"]


def test_who_has_no_key_is_nobody(shop: Shop) -> None:
    shop.add("crm.accounts", id=None, plan="pro")
    shop.add("crm.accounts", id="  ", plan="pro")
    account = shop.catalog.entities["account"]
    with shop.sources() as snapshot:
        assert select_keys(shop.segment("- plan: pro", of="account"), snapshot, AS_OF) == ["a"]
        assert population(account, snapshot) == 2


def test_fields_of_some_rows_by_path(shop: Shop) -> None:
    shop.add("crm.accounts", id="c", name="Cask", renews_on=date(2026, 5, 1))
    shop.add("product.users", user_id=5, account_id="c", signed_up_at=at("2026-01-05T12:00"))
    audience = shop.segment("- account.renews_on: {set: true}\n- signed_up_at: {set: true}")
    fields = [each.ref for each in audience.condition.parts]  # type: ignore[union-attr]
    with shop.sources() as snapshot:
        found = rows(
            shop.catalog.entities["user"],
            [5, 4, 77],
            fields,
            snapshot,
            as_of=AS_OF,
            zone=ZoneInfo("UTC"),
        )
    signed_up = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert found == {
        5: {"account.renews_on": date(2026, 5, 1), "signed_up_at": signed_up},
        4: {"account.renews_on": None, "signed_up_at": signed_up},
    }


def with_events(shop: Shop) -> Shop:
    """User 1 logs in on two days, uses two features; account b has tickets."""
    for when in ("2026-03-02T04:59", "2026-03-02T05:00", "2026-03-03T05:00"):
        shop.add("product.events", user_id=1, name="login", occurred_at=at(when))
    uses = [("reports", 10.0), ("reports", 2.5), ("api", None), (None, 7.5)]
    for number, (feature, seconds) in enumerate(uses):
        when = at(f"2026-03-0{number + 1}T12:00")
        shop.add(
            "product.events",
            user_id=1,
            name="use",
            occurred_at=when,
            feature=feature,
            seconds=seconds,
        )
    shop.add("product.events", user_id=2, name="login", occurred_at=at("2026-03-10T13:00:01"))
    for severity in (1, 3):
        shop.add("crm.tickets", account_id="b", opened_at=at("2026-03-01T12:00"), severity=severity)
    return shop


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("- {did: logged_in}", [1]),
        ("- {did: logged_in, times: 3}", [1]),
        ("- {did: logged_in, days: 3}", [1]),
        ("- {did: logged_in, weeks: 2}", [1]),
        ("- {did: logged_in, months: 1}", [1]),
        ("- {did: logged_in, since: 2026-03-02, times: 2}", [1]),
        ("- {did: logged_in, times: {is_not: 3}}", [2, 3, 4]),
        ("- {did: used, distinct: {feature: 2}}", [1]),
        ("- {did: used, sum: {seconds: 20}}", [1]),
        ("- {did: used, sum: {seconds: 0}}", [2, 3, 4]),
        ("- {did: used, average: {seconds: {between: [6.666666666, 6.666666667]}}}", [1]),
        ("- {did: used, average: {seconds: {is_not: 1}}}", [1, 2, 3, 4]),
        ("- {did: used, average: {seconds: {set: false}}}", [2, 3, 4]),
        ("- {did: used, highest: {seconds: 10}, lowest: {seconds: 2.5}}", [1]),
        ("- {did: used, where: {feature: {is_not: reports}}, times: 2}", [1]),
        ("- {did_not: used, where: {feature: api}}", [2, 3, 4]),
        ("- {did: used, until: onboarded_at}", []),
        ("- {did_not: used, since: onboarded_at}", [2, 3, 4]),
        ("- {did: account.ticket, where: {severity: {at_least: 3}}}", [3]),
        ("- {did: account.ticket, times: 2, sum: {severity: 4}}", [3]),
        ("- {did_not: account.ticket, since: signed_up_at}", [1, 2, 4]),
        ("- {did: account.ticket, since: onboarded_at, times: 2}", [3]),
        ("- account: {not: {did: ticket}}", [1, 2, 4]),
        ("- {any: [{did: logged_in}, {account.plan: free}]}", [1, 3]),
        ("- {none: [{did: logged_in}, {account.plan: {is_not: pro}}]}", [2]),
    ],
)
def test_figures_of_events(shop: Shop, where: str, expected: list[int]) -> None:
    with with_events(shop).sources() as snapshot:
        assert select_keys(shop.segment(where), snapshot, AS_OF) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("- {did: user.logged_in, times: 3}", ["a"]),
        ("- {did_not: user.logged_in}", ["b"]),
        ("- {did: user.logged_in, until: renews_on}", []),
        ("- {did: user.used, distinct: {feature: 2}}", ["a"]),
        ("- {did: ticket}\n- plan: free", ["b"]),
    ],
)
def test_events_of_an_account_and_its_users(shop: Shop, where: str, expected: list[str]) -> None:
    with with_events(shop).sources() as snapshot:
        assert select_keys(shop.segment(where, of="account"), snapshot, AS_OF) == expected
