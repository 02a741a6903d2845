"""Figures that several questions of one snapshot ask for are counted once, and come out the same.

That random conditions do, `tests/oracle` asks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Executable

import connectors.sources.duck
from engine.audience.select import select_keys
from engine.audience.snapshot import Snapshot
from engine.audience.statements import statements
from engine.bind.playbook import Audience
from engine.compile.kept import text_of
from engine.ports import Filled, Row
from tests.audience.shop import AS_OF, Shop, at, make_shop

TIMES = 3
"""Once by itself, once when it is held, once from what is held."""

SHARED = {
    "whether any": ("- {did: logged_in, within: 7 days}", [1]),
    "a number": ("- {did: logged_in, times: {at_least: 2}}", [1]),
    "none": ("- {did_not: logged_in, within: 30 days}", [2, 4]),
    "of two events": ("- did: logged_in\n- {did_not: used, within: 30 days}", [1, 2]),
    "beside a field": ("- onboarded_at: {set: true}\n- did: logged_in", [1, 2, 3]),
    "of the parent": ("- account: {did: ticket}", [1, 2]),
    "the last of them": ("- did: used\n  highest: {seconds: {at_least: 5}}", [3]),
}
BY_ITSELF = {
    "it hangs on who asks": ("- {did: logged_in, since: onboarded_at}", [1, 3]),
    "it is followed": ("- did: logged_in\n  followed_by: {did: used, within: 7 days}", [3]),
}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Three who logged in on different days, one who used it, and one ticket."""
    made = make_shop(tmp_path)
    for key, day in ((1, "2026-03-08"), (1, "2026-03-09"), (2, "2026-01-20"), (3, "2026-02-25")):
        made.add("product.events", user_id=key, name="login", occurred_at=at(f"{day}T12:00"))
    used = {"user_id": 3, "name": "use", "occurred_at": at("2026-03-01T12:00"), "seconds": 7.5}
    made.add("product.events", **used)
    made.add("crm.tickets", account_id="a", opened_at=at("2026-03-01T12:00"), severity=1)
    return made


def read_of(segment: Audience, snapshot: Snapshot, patch: pytest.MonkeyPatch) -> tuple[str, Row]:
    """The text of the statement that finds the keys of a segment, and the keys."""
    texts: list[str] = []
    read = Snapshot.keys

    def noted(self: Snapshot, connector: str, statement: Executable | Filled) -> object:
        texts.append(text_of(statement, self.database(connector).dialect).sql)
        return read(self, connector, statement)

    with patch.context() as patched:
        patched.setattr(Snapshot, "keys", noted)
        keys = select_keys(segment, snapshot, AS_OF)
    return texts[-1], tuple(keys)


@pytest.mark.parametrize(("where", "expected"), SHARED.values(), ids=SHARED)
def test_asked_again_the_events_are_not_read(
    shop: Shop, where: str, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = shop.segment(where)
    with shop.sources() as snapshot:
        asked = [read_of(segment, snapshot, monkeypatch) for _ in range(TIMES)]
    assert [keys for _, keys in asked] == [tuple(expected)] * TIMES
    assert ["events" in text or "tickets" in text for text, _ in asked] == [True, False, False]


@pytest.mark.parametrize(("where", "expected"), BY_ITSELF.values(), ids=BY_ITSELF)
def test_what_is_not_the_same_for_all_is_asked_by_itself(
    shop: Shop, where: str, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = shop.segment(where)
    with shop.sources() as snapshot:
        asked = [read_of(segment, snapshot, monkeypatch) for _ in range(TIMES)]
    assert [keys for _, keys in asked] == [tuple(expected)] * TIMES
    assert all("events" in text for text, _ in asked)


def test_one_figure_serves_different_segments(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.sources() as snapshot:
        select_keys(shop.segment("- did: logged_in"), snapshot, AS_OF)
        other = shop.segment("- {did: logged_in, times: {at_least: 2}}\n- user_id: {at_least: 1}")
        text, keys = read_of(other, snapshot, monkeypatch)
    assert "events" not in text
    assert keys == (1,)


def test_where_there_is_no_room_each_is_asked_by_itself(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors.sources.duck, "_HELD_VALUES", -1)
    with shop.sources() as snapshot:
        segment = shop.segment("- did: logged_in")
        asked = [read_of(segment, snapshot, monkeypatch) for _ in range(TIMES)]
    assert [("events" in text, keys) for text, keys in asked] == [(True, (1, 2, 3))] * TIMES


def test_a_statement_is_shown_as_it_is_by_itself(shop: Shop) -> None:
    segment = shop.segment("- did: logged_in")
    with shop.sources() as snapshot:
        before = statements(segment, snapshot, AS_OF)
        for _ in range(TIMES):
            select_keys(segment, snapshot, AS_OF)
        assert statements(segment, snapshot, AS_OF) == before
