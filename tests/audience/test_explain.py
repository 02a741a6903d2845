"""Why one matches or not, and which statements a segment becomes."""

from __future__ import annotations

import json

from engine.audience.explain import Node, explain
from engine.audience.statements import statements
from tests.audience.shop import AS_OF, Log, Shop, at, contact

WHERE = """
- signed_up_at: {days_ago: {between: [30, 90]}}
- did: logged_in
  within: 7 days
- not: {account.plan: free}
- not_contacted: {since: onboarded_at}
"""


def flat(node: Node) -> list[tuple[str, bool, str]]:
    """The tree from top to bottom."""
    own = (node.condition, node.holds, node.seen)
    return [own, *(each for child in node.children for each in flat(child))]


def test_each_node_says_what_it_saw(shop: Shop) -> None:
    shop.add("product.events", user_id=1, name="login", occurred_at=at("2026-03-09T12:00"))
    shop.log = Log([contact("t1", "user", 1, "2026-03-01T12:00")])
    with shop.sources() as snapshot:
        tree = explain(shop.segment(WHERE), 1, snapshot, AS_OF)
    assert tree is not None
    assert flat(tree) == [
        ("all of", False, ""),
        (
            "signed_up_at at least 30 and at most 90 days ago",
            True,
            "2026-01-05 07:00:00 (64 days ago)",
        ),
        (
            "did logged_in within 7 days",
            True,
            "logged_in: 1 since 2026-03-03; the last 2026-03-09 08:00:00 (1 day ago)",
        ),
        ("not", True, ""),
        ("account.plan is free", False, "pro"),
        (
            "not contacted since onboarded_at",
            False,
            "touches: 1, csm_call: 0, onboarded_at: 2026-02-01 07:00:00 (37 days ago); "
            "the last touch 2026-03-01 07:00:00 (9 days ago)",
        ),
    ]


def test_a_missing_value_is_called_so(shop: Shop) -> None:
    with shop.sources() as snapshot:
        tree = explain(shop.segment("- account.plan: free\n- account.name: x"), 4, snapshot, AS_OF)
    assert tree is not None
    assert [each.seen for each in tree.children] == ["missing", "missing"]


def test_a_key_that_is_gone_has_no_tree(shop: Shop) -> None:
    with shop.sources() as snapshot:
        assert explain(shop.segment(WHERE), 77, snapshot, AS_OF) is None


def test_statements_show_their_parameters_and_run_nothing(shop: Shop) -> None:
    with shop.sources() as snapshot:
        found = statements(shop.segment(WHERE), snapshot, AS_OF)
    assert found[-1].connector == "product"
    assert {each.dialect for each in found} == {"duckdb"}
    values = [value for each in found for value in each.parameters.values()]
    assert "2026-03-10T13:00:00" in values  # as_of is bound, never asked of the database
    assert "login" in values
    json.dumps([dict(each.parameters) for each in found])
    assert any("crm" in each.connector for each in found) == shop.apart
