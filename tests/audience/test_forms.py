"""The rest of the language where people see it: rows, explanations and statements shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import pytest

from engine.audience.explain import explain
from engine.audience.fields import rows
from engine.audience.select import select_keys
from engine.audience.statements import statements
from engine.bind.bind import bind_catalog
from engine.bind.catalog import FieldRef
from tests.audience.shop import AS_OF, Shop, at

ZONE = ZoneInfo("America/New_York")
USER = """
  tags: list
  uses: {count: used, within: 30 days}
  seconds: {sum: used, of: seconds}
  a_use: {ratio: [seconds, uses]}
  mood:
    score:
      use: {from: uses, weight: 3, worst: 0, best: 4}
      time: {from: seconds, weight: 1, worst: 0, best: 100}
  colour: {band: mood, of: [[high, {at_least: 50}], [low, {}]]}
  last_feature: {last: used, of: feature}
  features: {list: used, of: feature}
  signals:
    labels: {keen: {uses: {at_least: 2}}, quiet: {did_not: logged_in, within: 3 days}}
"""
ACCOUNT = """
  users: {count: user}
  mood: {average: user, of: mood}
  moods: {list: user, of: colour}
  quiet: {list: user, of: last_feature, where: {signals: {includes: quiet}}}
"""


@pytest.fixture
def full(shop: Shop) -> Shop:
    """The shop with computed fields; user 1 does all there is to do, user 2 came by."""
    for name, fields in (("user", USER), ("account", ACCOUNT)):
        path = shop.folder / "catalog" / f"{name}.yaml"
        path.write_text(_with_fields(name, path.read_text(encoding="utf-8"), fields), "utf-8")
    for number, row in enumerate(shop.rows["product.users"]):
        row["tags"] = ["vip", "a b"] if number == 0 else []
    for day, name, feature, seconds in (
        ("2026-03-08T12:00", "login", None, None),
        ("2026-03-08T13:00", "use", "api", 30.0),
        ("2026-03-09T13:00", "use", "export", 50.0),
        ("2026-01-15T13:00", "use", "api", 10.0),
        ("2026-02-20T12:00", "login", None, None),
    ):
        shop.add(
            "product.events",
            user_id=1,
            name=name,
            occurred_at=at(day),
            feature=feature,
            seconds=seconds,
        )
    shop.add("product.events", user_id=2, name="login", occurred_at=at("2026-03-01T12:00"))
    shop.add("crm.calls", user_id=1, held_at=at("2026-03-09T10:00"))
    return shop


def _with_fields(name: str, text: str, fields: str) -> str:
    if name == "user":
        return text.replace("\nfields:\n", f"\nfields:{fields}", 1)
    flow = "\nfields: {id: text, name: text, plan: text, renews_on: date}\n"
    block = "  id: text\n  name: text\n  plan: text\n  renews_on: date\n"
    return text.replace(flow, f"\nfields:{fields}{block}", 1)


# ---------------------------------------------------------------- explain

EXPLAINED: Sequence[tuple[str, str, int | str, bool, str]] = (
    (
        "user",
        "did: logged_in, followed_by: {did: used, within: 1 day}",
        1,
        True,
        (
            "followed: 1; followed: the last 2026-03-08 08:00:00 (2 days ago); not followed: "
            "the last 2026-02-20 07:00:00 (18 days ago)"
        ),
    ),
    (
        "user",
        "did: logged_in, not_followed_by: {did: csm_call, within: 2 days}",
        1,
        True,
        (
            "not followed: 1 until 2026-03-08 09:00:00; followed: the last 2026-03-08 08:00:0"
            "0 (2 days ago); not followed: the last 2026-02-20 07:00:00 (18 days ago)"
        ),
    ),
    (
        "user",
        "did_not: logged_in, followed_by: {did: csm_call, within: 2 days}",
        1,
        False,
        (
            "followed: 1; followed: the last 2026-03-08 08:00:00 (2 days ago); not followed: "
            "the last 2026-02-20 07:00:00 (18 days ago)"
        ),
    ),
    ("user", "top: {by: seconds, count: 1}", 1, True, "90; the lowest that is in: 90"),
    ("user", "bottom: {by: mood, share: 50%}", 1, False, "60; the highest that is in: 0"),
    (
        "user",
        "did: used, change: {over: 7 days, against: 14 weeks, by: {more_than: 0}}",
        1,
        True,
        (
            "change: +2700%, the last: 2 since 2026-03-03 before 2026-03-10, the time before:"
            " 1 since 2025-11-25 before 2026-03-03; the last 2026-03-09 09:00:00 (1 day ago) "
            "feature export seconds 50, 2026-03-08 09:00:00 (2 days ago) feature api seconds "
            "30, 2026-01-15 08:00:00 (54 days ago) feature api seconds 10"
        ),
    ),
    ("user", "colour: high", 1, True, "high; mood: 60"),
    ("user", "a_use: {more_than: 10}", 1, True, "45; seconds: 90, uses: 2 since 2026-02-08"),
    ("user", "a_use: {more_than: 10}", 2, False, "missing; seconds: 0, uses: 0 since 2026-02-08"),
    (
        "user",
        "last_feature: export",
        1,
        True,
        (
            "export; the last 2026-03-09 09:00:00 (1 day ago) feature export seconds 50, 2026"
            "-03-08 09:00:00 (2 days ago) feature api seconds 30, 2026-01-15 08:00:00 (54 day"
            "s ago) feature api seconds 10"
        ),
    ),
    (
        "user",
        "features: {includes: api}",
        1,
        True,
        (
            "api, export; the last 2026-03-09 09:00:00 (1 day ago) feature export seconds 50,"
            " 2026-03-08 09:00:00 (2 days ago) feature api seconds 30, 2026-01-15 08:00:00 (5"
            "4 days ago) feature api seconds 10"
        ),
    ),
    ("user", "features: {includes: api}", 2, False, "nothing"),
    ("user", "tags: {includes: vip}", 1, True, "vip, 'a b'"),
    ("user", "tags: {includes: vip}", 2, False, "nothing"),
    (
        "user",
        "signals: {includes: keen}",
        1,
        True,
        "keen",
    ),
    ("user", "account.mood: {more_than: 10}", 2, True, "30; user 1 60, 2 0"),
    ("user", "account.mood: {more_than: 10}", 4, False, "missing"),
    ("account", "has: user, where: {mood: {more_than: 10}}", "a", True, "rows of user: 1; user 1"),
    ("account", "has_no: user, where: {did: used}", "b", True, "rows of user: 0"),
    ("account", "has: user, times: {at_least: 2}", "a", True, "rows of user: 2; user 1, 2"),
    ("account", "moods: {includes: low}", "a", True, "high, low; user 1 high, 2 low"),
    ("account", "quiet: {includes: api}", "a", False, "nothing; user 2"),
    ("account", "top: {by: mood, count: 1}", "a", True, "30; the lowest that is in: 30"),
)


@pytest.mark.parametrize(
    ("of", "where", "key", "holds", "seen"),
    EXPLAINED,
    ids=[f"{where} of {key}" for _, where, key, _, _ in EXPLAINED],
)
def test_what_each_form_saw(
    full: Shop, of: str, where: str, key: int | str, holds: bool, seen: str
) -> None:
    audience = full.segment(f"- {{{where}}}", of=of)
    with full.sources() as snapshot:
        tree = explain(audience, key, snapshot, AS_OF)
        found = select_keys(audience, snapshot, AS_OF)
    assert tree is not None
    [node] = tree.children
    assert (node.holds, node.seen) == (holds, seen)
    assert (key in found) is holds


# ---------------------------------------------------------------- rows


def test_rows_of_computed_fields(full: Shop) -> None:
    catalog = bind_catalog(full.project)[0]
    names = ("uses", "seconds", "a_use", "mood", "colour", "last_feature", "features", "signals")
    user = catalog.entities["user"]
    refs = [user.fields[name] for name in (*names, "tags")]
    parents = [
        FieldRef(("account",), each.entity, each.name, each.source)
        for each in (catalog.entities["account"].fields[name] for name in ("mood", "moods"))
    ]
    with full.sources() as snapshot:
        found = rows(user, (1, 2, 4, 99), refs + parents, snapshot, as_of=AS_OF, zone=ZONE)
    assert found == {
        1: {
            "uses": 2,
            "seconds": 90.0,
            "a_use": 45.0,
            "mood": 60.0,
            "colour": "high",
            "last_feature": "export",
            "features": ("api", "export"),
            "signals": ("keen",),
            "tags": ("vip", "a b"),
            "account.mood": 30.0,
            "account.moods": ("high", "low"),
        },
        2: _nothing({"account.mood": 30.0, "account.moods": ("high", "low")}),
        4: _nothing({"account.mood": None, "account.moods": None}),
    }


def _nothing(others: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "uses": 0,
        "seconds": 0.0,
        "a_use": None,
        "mood": 0.0,
        "colour": "low",
        "last_feature": None,
        "features": (),
        "signals": ("quiet",),
        "tags": (),
        **others,
    }


# ---------------------------------------------------------------- statements

AN_EDGE = "the value that a statement before finds"
ROWS = "rows that the statements before it find"
SHOWN: Sequence[tuple[str, str, Sequence[str], Sequence[str], Sequence[str]]] = (
    ("user", "top: {by: seconds, count: 1}", ["product", "product"], [AN_EDGE], [AN_EDGE]),
    ("user", "not: {bottom: {by: mood, share: 50%}}", ["product"] * 2, [AN_EDGE], [AN_EDGE]),
    ("account", "top: {by: mood, count: 1}", ["product", "crm"] * 2, [AN_EDGE], [ROWS, AN_EDGE]),
    ("user", "account.mood: {more_than: 1}", ["crm", "product"], [], [ROWS]),
    (
        "user",
        "did: logged_in, followed_by: {did: csm_call, within: 2 days}",
        ["crm", "product"],
        [],
        [ROWS],
    ),
    ("account", "has: user, where: {colour: high}", ["product", "crm"], [], [ROWS]),
    ("account", "did: user.used", ["product", "crm"], [], [ROWS]),
)


@pytest.mark.parametrize(
    ("of", "where", "apart", "awaited", "awaited_apart"), SHOWN, ids=[each[1] for each in SHOWN]
)
def test_every_statement_is_shown_in_its_true_shape(
    full: Shop,
    of: str,
    where: str,
    apart: Sequence[str],
    awaited: Sequence[str],
    awaited_apart: Sequence[str],
) -> None:
    """The last gives the keys, and says what it has from those before it."""
    with full.sources() as snapshot:
        shown = statements(full.segment(f"- {{{where}}}", of=of), snapshot, AS_OF)
    if full.apart:
        assert [each.connector for each in shown] == apart
    else:
        assert len(shown) == 1 + len(awaited)
    parameters = [value for value in shown[-1].parameters.values() if value in (AN_EDGE, ROWS)]
    assert sorted(map(str, parameters)) == sorted(awaited_apart if full.apart else awaited)
    assert "false" not in shown[-1].sql.lower().replace("'false'", "")
