"""Sources that are not as the catalog or their connector says stop a run, and are named."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from engine.audience.checks import check_columns, check_sources
from engine.problems import SourceFault
from tests.audience.shop import AS_OF, Shop, at


def checked(shop: Shop, *, last: Mapping[str, object] | None = None) -> Mapping[str, object]:
    """What checking the sources of one segment gives."""
    audience = shop.segment("- {did: logged_in}\n- account.plan: pro")
    with shop.sources() as snapshot:
        return check_sources(
            audience.entity,
            [audience.condition],
            snapshot,
            shop.project.settings,
            as_of=AS_OF,
            last=last or {},
        )


@pytest.fixture
def fresh(shop: Shop) -> Shop:
    """A shop with an event of this morning."""
    return shop.add("product.events", user_id=1, name="login", occurred_at=at("2026-03-10T11:00"))


def test_what_is_sound_gives_the_counts(fresh: Shop) -> None:
    rows = {"product.users": 4, "crm.accounts": 2, "product.events": 1}
    newest = {"user.logged_in of product.events (name: login)": "2026-03-10T11:00:00+00:00"}
    sound = {"rows": rows, "newest": newest, "doubts": []}
    assert checked(fresh) == sound
    assert checked(fresh, last=sound) == sound


def twice(shop: Shop) -> None:
    shop.add("product.users", user_id=2, signed_up_at=at("2026-01-05T12:00"))


def parent_twice(shop: Shop) -> None:
    shop.add("crm.accounts", id="a")


def not_signed_up(shop: Shop) -> None:
    shop.add("product.users", user_id=8)


def no_accounts(shop: Shop) -> None:
    shop.rows["crm.accounts"] = []


def stale(shop: Shop) -> None:
    shop.rows["product.events"] = []
    shop.add("product.events", user_id=1, name="login", occurred_at=at("2026-03-08T12:00"))


def only_ahead(shop: Shop) -> None:
    shop.rows["product.events"] = []
    shop.add("product.events", user_id=1, name="login", occurred_at=at("2026-04-08T12:00"))


def of_another_form(shop: Shop) -> None:
    for row in shop.rows["product.users"]:
        row["signed_up_at"] = "2026-01-05"
    shop.rows["product.users"][2]["signed_up_at"] = "last week"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (twice, r"product\.users: user_id 2 stands 2 times"),
        (parent_twice, r"crm\.accounts: id a stands 2 times"),
        (not_signed_up, r"product\.users\.signed_up_at is missing in 1 rows, as of user_id 8"),
        (no_accounts, r"crm\.accounts holds no rows"),
        (stale, r"product\.events\.occurred_at is 2026-03-08.* at the newest"),
        (only_ahead, r"product\.events\.occurred_at holds no time up to 2026-03-10"),
        (of_another_form, r"product\.users\.signed_up_at holds `last week`"),
    ],
)
def test_what_is_not_is_named(fresh: Shop, spoil: Callable[[Shop], None], message: str) -> None:
    spoil(fresh)
    with pytest.raises(SourceFault, match=message):
        checked(fresh)


@pytest.mark.parametrize(
    ("table", "then", "message"),
    [
        ("product.users", 6, r"has 4 rows and had 6 .*`shrinks_by_at_most: 20%`"),
        ("product.users", 1, r"has 4 rows and had 1 .*`grows_by_at_most: 100%`"),
        ("product.users", 5, None),
        ("crm.accounts", 900, None),
    ],
)
def test_a_jump_of_the_volume(fresh: Shop, table: str, then: int, message: str | None) -> None:
    if message is None:
        checked(fresh, last={"rows": {table: then}})
        return
    with pytest.raises(SourceFault, match=message):
        checked(fresh, last={"rows": {table: then}})


def test_events_that_were_there_and_are_gone(fresh: Shop) -> None:
    fresh.rows["product.events"] = []
    with pytest.raises(SourceFault, match=r"product\.events holds no rows"):
        checked(fresh, last={"rows": {"product.events": 3}})


def test_every_column_of_the_catalog_is_there(shop: Shop) -> None:
    with shop.sources() as snapshot:
        for entity in shop.catalog.entities.values():
            check_columns(entity, snapshot)


def test_a_column_that_is_missing_is_named_with_its_neighbour(shop: Shop) -> None:
    path = shop.folder / "catalog" / "user.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name: text", "name: {type: text, column: nam}"), "utf-8")
    with shop.sources() as snapshot, pytest.raises(SourceFault, match=r"no column `nam`.*name"):
        check_columns(shop.catalog.entities["user"], snapshot)
