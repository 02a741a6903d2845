"""Which events a condition asks to be absent, in whatever form it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bind.catalog import EventRef
from engine.compile.absence import asked_absent
from engine.compile.lower import asked_at, lower
from tests.audience.shop import AS_OF, Shop, make_shop

FIELDS = """
  logins: {count: logged_in}
  longest: {highest: used, of: seconds}
  last_login: {last: logged_in}
  calls: {count: csm_call}
  share: {ratio: [logins, calls]}
  quiet: {labels: {silent: {did_not: used}, loud: {did: logged_in}}}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with computed fields."""
    made = make_shop(Path(tmp_path_factory.mktemp("shop")))
    user = made.folder / "catalog/user.yaml"
    text = user.read_text("utf-8").replace(
        "  onboarded_at: timestamp\n", f"  onboarded_at: timestamp{FIELDS}"
    )
    user.write_text(text, "utf-8")
    account = made.folder / "catalog/account.yaml"
    more = "renews_on: date, users: {count: user, where: [{did: logged_in}]}}"
    account.write_text(account.read_text("utf-8").replace("renews_on: date}", more), "utf-8")
    return made


@pytest.mark.parametrize(
    ("where", "absent"),
    [
        ("- did: logged_in", ""),
        ("- did_not: logged_in", "logged_in"),
        ("- not: {did: logged_in}", "logged_in"),
        ("- not: {not: {did: logged_in}}", ""),
        ("- not: {did_not: logged_in}", ""),
        ("- none: [{did: logged_in}, {did_not: used}]", "logged_in"),
        ("- any: [{did: used}, {did_not: logged_in}]", "logged_in"),
        ("- {did: used, times: {at_most: 0}}", "used"),
        ("- {did: used, times: {at_most: 2}}", "used"),
        ("- {did: used, times: {at_least: 2}}", ""),
        ("- {did_not: used, times: {at_least: 2}}", "used"),
        ("- {did: used, times: {is_not: 3}}", "used"),
        ("- {did: used, times: [1, 2]}", ""),
        ("- {did: used, times: {none_of: [1, 2]}}", "used"),
        ("- {did: used, days: {less_than: 3}}", "used"),
        ("- {did: used, sum: {seconds: {at_most: 5}}}", "used"),
        ("- {did: used, highest: {seconds: {at_most: 5}}}", ""),
        ("- {did: used, highest: {seconds: {set: false}}}", "used"),
        ("- {did: used, change: {over: 7 days, by: {at_most: -50%}}}", ""),
        ("- {did: used, followed_by: {did: logged_in, within: 1 day}}", ""),
        ("- logins: 0", "logged_in"),
        ("- logins: {at_least: 1}", ""),
        ("- longest: {set: false}", "used"),
        ("- longest: {at_most: 9}", ""),
        ("- last_login: {set: false}", "logged_in"),
        ("- last_login: {days_ago: {at_least: 30}}", ""),
        ("- last_login: {is_not: today}", "logged_in"),
        ("- share: {at_most: 2}", ""),
        ("- share: {is_not: 2}", "csm_call logged_in"),
        ("- quiet: {includes: silent}", "used"),
        ("- quiet: {includes: loud}", ""),
        ("- not: {quiet: {includes: loud}}", "logged_in"),
        ("- not_contacted: {}", "csm_call touches"),
        ("- contacted: {}", ""),
        ("- contacted: {times: {at_most: 1}}", "csm_call touches"),
        ("- account: {not: {did: ticket}}", "ticket"),
        ("- {did_not: account.ticket}", "ticket"),
        ("- account: {has: user, where: {did: logged_in}}", ""),
        ("- account: {has: user, where: {did_not: logged_in}}", "logged_in"),
        ("- account: {has_no: user, where: {did: logged_in}}", "logged_in"),
        ("- account: {has_no: user, where: {did_not: logged_in}}", ""),
        ("- account: {has: user, where: {did: logged_in}, times: {at_most: 2}}", "logged_in"),
        ("- account: {has: user, where: {did: logged_in}, times: {at_least: 2}}", ""),
        ("- account: {has: user, where: {did_not: used}, times: {is_not: 2}}", "used"),
        ("- account.users: 0", "logged_in"),
        ("- account.users: {more_than: 3}", ""),
        ("- top: {by: logins, share: 10%}", "logged_in"),
        ("- not: {top: {by: logins, share: 10%}}", "logged_in"),
        ("- bottom: {by: longest, count: 3}", ""),
        ("- not: {bottom: {by: longest, count: 3}}", "used"),
        ("- name: {is_not: Ann}", ""),
    ],
)
def test_asked_absent(shop: Shop, where: str, absent: str) -> None:
    audience = shop.segment(where)
    predicate = lower(audience.condition, asked_at(AS_OF, audience.zone, shop.catalog))
    found = {
        each.source.name if isinstance(each.source, EventRef) else "touches"
        for each in asked_absent(predicate)
    }
    assert " ".join(sorted(found)) == absent
