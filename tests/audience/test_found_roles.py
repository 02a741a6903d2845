"""Roles found among rows: who is picked, of two as good the lowest key, and nobody without mail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from engine.audience.fields import rows
from engine.audience.select import select_keys
from engine.bind.names import column_field
from tests.audience.shop import AS_OF, Shop

FOUND = """\
people:
  most_active: {user: {highest: logins}}
  newest_learner: {user: {where: {name: {set: true}}, highest: signed_up_at}}
  first: {user: {lowest: signed_up_at}}
"""
# account: logins and mail of its users by key
USERS: dict[str, list[tuple[int, int, str]]] = {
    "a": [(1, 1, "ann@x.example"), (2, 3, "bob@x.example"), (3, 3, "cy@x.example")],
    "b": [(4, 9, ""), (5, 1, "eve@x.example")],
    "c": [(6, 2, "")],
    "d": [],
}


@pytest.fixture
def town(shop: Shop) -> Shop:
    shop.rows.clear()
    for name, added in (("account", FOUND), ("user", "")):
        path = shop.folder / "catalog" / f"{name}.yaml"
        last = "  onboarded_at: timestamp\n"
        text = path.read_text(encoding="utf-8")
        text = text.replace(last, f"{last}  logins: {{count: logged_in}}\n")
        path.write_text(text + added, encoding="utf-8")
    for account, users in USERS.items():
        shop.add("crm.accounts", id=account, name=account)
        for key, logins, email in users:
            shop.add(
                "product.users", user_id=key, account_id=account, name=f"n{key}", email=email,
                signed_up_at=f"2026-01-{key:02d}T00:00:00Z",
            )  # fmt: skip
            for _ in range(logins):
                shop.add(
                    "product.events", user_id=key, name="login", occurred_at="2026-03-01T00:00:00Z"
                )
    return shop


def test_the_highest_with_an_address_is_picked(town: Shop) -> None:
    account = town.catalog.entities["account"]
    fields = [
        column_field((), account, part)
        for role in ("most_active", "newest_learner", "first")
        for part in (account.people[role].email, account.people[role].name)
        if part is not None
    ]
    with town.sources() as snapshot:
        found = rows(account, list(USERS), fields, snapshot, as_of=AS_OF, zone=ZoneInfo("UTC"))
    assert {key: tuple(values.values()) for key, values in found.items()} == {
        "a": ("bob@x.example", "n2", "cy@x.example", "n3", "ann@x.example", "n1"),
        "b": ("eve@x.example", "n5") * 3,
        "c": (None,) * 6,
        "d": (None,) * 6,
    }


def test_of_users_the_one_of_their_account(town: Shop) -> None:
    user, account = (town.catalog.entities[name] for name in ("user", "account"))
    email = column_field(("account",), account, account.people["most_active"].email)
    with town.sources() as snapshot:
        found = rows(user, [1, 4, 6], [email], snapshot, as_of=AS_OF, zone=ZoneInfo("UTC"))
    assert [each[email.path] for each in found.values()] == ["bob@x.example", "eve@x.example", None]


@pytest.mark.parametrize(
    ("where", "of", "keys"),
    [
        ("- most_active: {set: true}", "account", ["a", "b"]),
        ("- most_active: {set: false}", "account", ["c", "d"]),
        ("- account.most_active: {set: true}", "user", [1, 2, 3, 4, 5]),
        ("- account: {most_active: {set: false}}", "user", [6]),
    ],
)
def test_whether_anybody_has_the_role(town: Shop, where: str, of: str, keys: list[object]) -> None:
    with town.sources() as snapshot:
        assert select_keys(town.segment(where, of=of), snapshot, AS_OF) == keys
