"""Data of several databases in one question: parts at home, keys as rows, the narrowest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Executable

from connectors.fakes import FakeDatabase
from engine.audience.fields import rows
from engine.audience.select import holding, select_keys
from engine.audience.snapshot import Snapshot
from engine.compile.kept import text_of
from engine.ports import Filled, Row, StoreKind
from tests.audience.shop import AS_OF, Shop, at, contact, make_shop

MANY = 300


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The shop, accounts and events apart from users, with fields to compare."""
    made = make_shop(tmp_path)
    made.apart = True
    add_fields(made, "user", "  calls: {count: csm_call}\n  uses: {count: used}\n")
    add_fields(made, "account", "  mails: {list: user, of: email}\n  people: {count: user}\n")
    return made


def add_fields(shop: Shop, entity: str, lines: str) -> None:
    """More fields of an entity, written in block style."""
    path = shop.folder / f"catalog/{entity}.yaml"
    text = path.read_text("utf-8")
    if entity == "account":
        text = text.replace("fields: {id: text, name: text, plan: text, renews_on: date}", ACCOUNT)
    path.write_text(text.replace("events:", f"{lines}events:", 1), "utf-8")


ACCOUNT = "fields:\n  id: text\n  name: text\n  plan: text\n  renews_on: date"


def use(shop: Shop, key: int, times: int) -> None:
    for _ in range(times):
        shop.add("product.events", user_id=key, name="use", occurred_at=at("2026-03-01T12:00"))


def call(shop: Shop, key: int, times: int, when: str = "2026-03-01T12:00") -> None:
    for _ in range(times):
        shop.add("crm.calls", user_id=key, held_at=at(when))


# ---------------------------------------------------------------- fields of two databases


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ("- account.name: {is: {field: name}}", [1]),
        ("- name: {is: {field: account.name}}", [1]),
        ("- name: {is_not: {field: account.name}}", [2, 3, 4]),
        ("- account.name: {starts_with: {field: name}}", [1, 3]),
        ("- account.renews_on: {after: signed_up_at}", [1, 2]),
        ("- signed_up_at: {before: account.renews_on}", [1, 2]),
        ("- account.renews_on: {before: 100 days after signed_up_at}", [1, 2]),
        ("- account.renews_on: {before: 10 days after signed_up_at}", []),
        ("- {did: csm_call, since: account.renews_on}", [2]),
        ("- {did: used, until: account.renews_on, times: {at_least: 2}}", [1]),
        ("- {did: account.ticket, since: signed_up_at}", [3]),
        ("- uses: {more_than: {field: calls}}", [1]),
        ("- uses: {is: {field: calls}}", [3, 4]),
        ("- calls: {at_least: {field: uses, multiplied_by: 0.5}}", [2, 3, 4]),
        (
            "- uses: {at_least: 0}\n"
            "- {did: csm_call, since: signed_up_at, times: {less_than: {field: account.people}}}",
            [1, 2, 3],
        ),
        (
            "- account.renews_on: {set: true}\n"
            "- {did: used, not_followed_by: {did: csm_call, within: 2 days}}",
            [1],
        ),
    ],
)
@pytest.mark.parametrize("kind", StoreKind)
def test_a_field_of_one_beside_a_field_of_another(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: StoreKind, where: str, keys: list[int]
) -> None:
    monkeypatch.setattr(FakeDatabase, "kind", kind)
    first, second, third, _ = shop.rows["product.users"]
    first["name"], second["name"], third["name"] = "Acme", "Acme Inc", "Bo"
    shop.rows["crm.accounts"][0]["renews_on"] = at("2026-03-05T00:00").date()
    use(shop, 1, 3)
    call(shop, 1, 1)
    use(shop, 2, 0)
    call(shop, 2, 1, "2026-03-06T12:00")
    shop.add("crm.tickets", account_id="b", opened_at=at("2026-02-01T12:00"), severity=1)
    shop.add("crm.tickets", account_id="a", opened_at=at("2025-02-01T12:00"), severity=1)
    found = {}
    for apart in (True, False):
        shop.apart = apart
        with shop.sources() as snapshot:
            found[apart] = select_keys(shop.segment(where), snapshot, AS_OF)
    assert found == {True: keys, False: keys}


# ---------------------------------------------------------------- no list of keys in a text


def many(shop: Shop) -> None:
    """Some hundred accounts and users, all alike."""
    for number in range(MANY):
        key = 100 + number
        shop.add("crm.accounts", id=f"x{number}", plan="pro")
        shop.add(
            "product.users",
            user_id=key,
            account_id=f"x{number}",
            email=f"u{key}@x.example",
            signed_up_at=at("2026-01-05T12:00"),
        )
        shop.add("product.events", user_id=key, name="login", occurred_at=at("2026-03-01T12:00"))
        shop.add("crm.calls", user_id=key, held_at=at("2026-03-01T12:00"))


WIDE = """
- account.plan: pro
- did: logged_in
- did: csm_call
- not_contacted: {within: 2 days}
- uses: {at_most: {field: calls}}
"""


@dataclass
class Read:
    """The statements that were run, each with its connector and its parameters."""

    statements: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)

    def watch(self, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take note of everything that is read from now on."""
        read = snapshot.read

        def noted(connector: str, statement: Executable | Filled) -> Iterable[Row]:
            written = text_of(statement, snapshot.database(connector).dialect)
            self.statements.append((connector, written.sql, written.parameters))
            return read(connector, statement)

        monkeypatch.setattr(snapshot, "read", noted)

    @property
    def most_parameters(self) -> int:
        """The most values that one statement was given: a list of keys would be one each."""
        return max(len(parameters) for _, _, parameters in self.statements)

    def rows_sent(self, connector: str) -> int:
        """How many rows of keys and values were sent to a database."""
        texts = [
            value
            for at, _, parameters in self.statements
            for value in parameters.values()
            if at == connector and isinstance(value, str) and value.startswith("[")
        ]
        return sum(len(json.loads(each)) for each in texts)


FEW = 40  # a statement has so many constants of its own at most


@pytest.fixture
def read() -> Read:
    return Read()


def test_a_segment(shop: Shop, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    many(shop)
    with shop.sources() as snapshot:
        read.watch(snapshot, monkeypatch)
        assert len(select_keys(shop.segment(WIDE), snapshot, AS_OF)) == MANY
    assert read.most_parameters < FEW


def test_a_condition_of_many(shop: Shop, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    many(shop)
    user = shop.catalog.entities["user"]
    with shop.sources() as snapshot:
        read.watch(snapshot, monkeypatch)
        asked = shop.segment(WIDE)
        keys = range(100, 100 + MANY)
        found = holding(asked.condition, user, keys, snapshot, AS_OF, asked.zone)
        assert found == set(keys)
    assert read.most_parameters < FEW


def test_values_of_many(shop: Shop, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    many(shop)
    account = shop.catalog.entities["account"]
    fields = [account.fields[name] for name in ("name", "mails", "people")]
    with shop.sources() as snapshot:
        read.watch(snapshot, monkeypatch)
        keys = [f"x{number}" for number in range(MANY)]
        found = rows(account, keys, fields, snapshot, as_of=AS_OF, zone=ZoneInfo("UTC"))
        assert found["x7"] == {"name": None, "mails": ("u107@x.example",), "people": 1}
    assert read.most_parameters < FEW


def test_touches_of_many(shop: Shop, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    many(shop)
    shop.log.rows = [
        contact(f"t{key}", "user", key, "2026-03-01T12:00", address=f"u{key}@x.example")
        for key in range(100, 100 + MANY)
    ]
    with shop.sources() as snapshot:
        read.watch(snapshot, monkeypatch)
        found = select_keys(shop.segment("- account: {contacted: {}}"), snapshot, AS_OF)
        assert len(found) == MANY
    assert read.most_parameters < FEW


# ---------------------------------------------------------------- the narrowest first


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        pytest.param("- user_id: 107\n- account.plan: pro", 1, id="parents elsewhere"),
        pytest.param("- user_id: 107\n- did: csm_call", 1, id="events elsewhere"),
        pytest.param("- did: csm_call\n- user_id: 107", 1, id="in whatever order"),
        pytest.param(
            "- user_id: 107\n- {did: csm_call, since: signed_up_at}", 1, id="with a bound"
        ),
        pytest.param("- user_id: 107\n- {did: account.ticket, times: 0}", 2, id="of a parent"),
        pytest.param("- user_id: 107\n- not_contacted: {}", 1, id="contact"),
    ],
)
def test_what_home_can_tell_comes_first(
    shop: Shop, read: Read, monkeypatch: pytest.MonkeyPatch, where: str, sent: int
) -> None:
    """Only the keys that are left are asked about elsewhere."""
    many(shop)
    with shop.sources() as snapshot:
        read.watch(snapshot, monkeypatch)
        select_keys(shop.segment(where), snapshot, AS_OF)
    assert 0 < read.rows_sent("crm") <= sent
