"""The metrics of the reference project: counted by hand, and read plainly on random rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fakes import FakeDatabase
from engine.audience.contacts import NoContacts
from engine.audience.figures import Measured, measure
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog, check
from engine.bind.catalog import Catalog
from engine.bind.metrics import bind_metric
from engine.language.project import Project
from engine.read.load import load_project
from tests.metrics.customers import AS_OF, COLUMNS, REFERENCE, ROWS, ago, customers, day
from tests.metrics.plain import plain_groups, plain_value
from tests.oracle.amounts import examples
from tests.support.oracle import Oracle, World

Rows = Mapping[str, list[Mapping[str, object]]]
ZONE = ZoneInfo("America/New_York")

EXPECTED: Mapping[str, tuple[float | None, int | None]] = {
    # ---- adoption and use: six users are of active accounts and have not left
    "adoption-rate": (2 / 6, 6),  # users 1 and 2
    "engagement": (4 / 6, 6),  # users 1, 2, 4 and 6
    "feature-adoption": (2 / 6, 6),
    "feature-adopted": (1 / 3, 3),  # of users 1, 2 and 4 user 1, in three weeks
    "feature-depth": (2.0, 2),  # 3 and 1
    "depth": (0.0, 3),  # 2 of 4 modules, 0 of 2, 0 of 5
    "core-coverage": (1 / 4, 4),
    "stickiness": (9 / 28 / 3, 3),  # 7, 1 and 1 days of 28: on the mean 9/28 users a day of 3
    "weekly-users": (2, 2),  # users 1 and 6
    "active-users": (4, 4),
    "weekly-stickiness": (2 / 4, None),
    "seats": (45, 4),
    "seats-used": (3, 4),  # 2 of account 1, 1 of account 2; the seats of account 4 are not known
    "seats-taken": (23, 4),
    "seat-utilisation": (3 / 45, None),
    "seat-activation": (23 / 45, None),
    "seat-colours": (3, 3),
    "logins-now": (10, 5),
    "logins-before": (9, 5),
    "logins-more": (1, None),
    "usage-change": (1 / 9, None),  # (10 - 9) / 9
    "median-usage-change": (-1 / 3, 3),  # 8 after 2, 2 after 3, 0 after 4; after 0 there is none
    "seats-unused": (42, None),
    "consumption-gap": (1 - 3 / 45, None),
    # 5.8 * 8 / 10, 2.4 * 19 / 20, 0 * 5 / 5, 7.0 * 10 / 10
    "revenue-unused": (4.64 + 2.28 + 0 + 7.0, 4),
    "revenue-of-seats": (5.8 + 2.4 + 0 + 7.0, 4),
    "revenue-gap": (13.92 / 15.2, None),
    # ---- speed
    "activation-rate": (2 / 4, 4),  # after 5 and 10 days; after 48 is too late, user 8 never did
    "time-to-first-action": (29.0, 4),  # of 5, 10, 48 and 100
    "never-acted": (3 / 7, 7),  # users 3, 7 and 8; user 5 has been there for 5 days
    "time-to-adopt": (5.0, 3),  # of 3, 5 and 28
    "adopted-by-7": (2 / 3, 3),
    "adopted-by-30": (1.0, 3),
    "adopted-by-90": (None, 0),  # nobody was trained so long ago
    "time-to-engage": (20.0, 2),  # 10 and 30; a kick-off that was cancelled is none
    "time-to-onboard": (35.0, 2),  # 40 and 30
    "time-to-value": (40.0, 2),  # 20 and 60
    "time-to-confirmed-value": (152.5, 2),  # 265 and 40
    "without-value": (1 / 3, 3),
    "onboarding-overrun": (15.0, 2),  # 10 and 20
    "onboarding-overdue": (60.0, 1),  # account 5 has ten days left
    "time-in-stage": (30.0, 4),  # of 18, 20, 40 and 99
    # ---- money: 10.0, +1.8, -0.6, -0.9
    "revenue-a-year-ago": (10.0, 4),
    "revenue-of-those-today": (10.3, 3),
    "revenue-churned": (0.9, 1),
    "revenue-contracted": (0.6, 1),
    "revenue-expanded": (1.8, 1),
    "revenue-not-churned": (9.1, None),
    "revenue-kept": (8.5, None),
    "gross-retention": (0.85, None),
    "net-retention": (1.03, None),
    "logo-retention": (3 / 4, 4),
    "renewals-won": (4.0, 1),
    "renewals-closed": (5.0, 2),
    "renewal-rate": (0.8, None),
    "revenue-at-risk": (4.5, 3),
    "churn-by-health": (1 / 5, 5),
    # ---- sentiment: 10 9 9 8 7 6 0
    "promoters": (3 / 7, 7),
    "detractors": (2 / 7, 7),
    "nps": (1 / 7, 7),
    "csat": (2 / 3, 3),
    "loop-closure": (1 / 2, 2),
    # ---- health: 54.333 and 9.667 with all parts; 11.667 and 0 with 0.6 of the weights
    "health": (32.0, 2),
    "health-confidence": (0.8, 4),
    "health-colours": (4, 4),
    "threading": (1 / 4, 4),
    "threads": (1.0, 4),  # 3, 1, 0 and 0
    "watermelons": (1 / 2, 2),  # of accounts 1 and 4 the latter
    # ---- value: accounts stand at 4, 3, 2 and 0
    "value-levels": (4, 4),
    "value-founded": (2 / 4, 4),
    "value-delivered": (42.5, 2),  # half and all of the way: 75; none and a fifth: 10
    "partial-value": (1.0, 1),
    "coverage": (2 / 4, 4),
}

GROUPED: Mapping[str, Mapping[object, float | None]] = {
    "adoption-rate": {"enterprise": 0.0, "pro": 2 / 5},
    "feature-depth": {"admin": 3.0, "member": 1.0},
    "depth": {"enterprise": 0.0, "pro": 0.25},
    "seat-utilisation": {
        **{"first month": 0.0, "later": 2 / 15, "months 2 to 6": 1 / 20, "months 7 to 9": None}
    },
    "seat-colours": {"green": 1, "red": 1, "yellow": 1},
    "usage-change": {"enterprise": None, "free": -1.0, "pro": 1.0},
    "consumption-gap": {"enterprise": None, "free": 1.0, "pro": 37 / 40},
    "revenue-gap": {"free": None, "pro": 13.92 / 15.2},
    "time-to-onboard": {"mid": 35.0, "small": None},
    "gross-retention": {"enterprise": 1.0, "free": 0.0, "pro": 6.4 / 7},
    "net-retention": {"enterprise": 1.0, "free": 0.0, "pro": 8.2 / 7},
    "revenue-at-risk": {"180 days": 2.1, "90 days": 2.4, "past": 0.0},
    "churn-by-health": {"green": 1 / 3, "red": 0.0, None: 0.0},
    "nps": {"buyer": 1 / 2, "champion": -1 / 3, "sponsor": 1.0, None: 0.0},
    "health": {"pro": 32.0},
    "health-confidence": {"enterprise": 0.6, "pro": 2.6 / 3},
    "health-colours": {"red": 3, "yellow": 1},
    "value-levels": {0: 1, 2: 1, 3: 1, 4: 1},
    "time-in-stage": {"onboarding": 58.5, "value": 30.0},
}


@pytest.fixture(scope="module")
def reference() -> tuple[Project, Catalog]:
    """The project as it is read, and its catalog."""
    loaded = load_project(REFERENCE)
    return loaded, bind_catalog(loaded)[0]


@pytest.fixture(scope="module")
def store(reference: tuple[Project, Catalog]) -> Iterator[Snapshot]:
    with opened(customers(), reference[1]) as snapshot:
        yield snapshot


def opened(rows: FakeDatabase, catalog: Catalog) -> Any:
    return open_sources({"product": rows, "crm": rows}, NoContacts(), catalog)


def figure(name: str, reference: tuple[Project, Catalog], store: Snapshot) -> Measured:
    project, catalog = reference
    return measure(bind_metric(project.metrics[name], project, catalog), store, AS_OF)


def test_all_of_them_are_sound(reference: tuple[Project, Catalog]) -> None:
    assert (*reference[0].problems, *check(reference[0])) == ()


def test_each_is_expected(reference: tuple[Project, Catalog]) -> None:
    assert EXPECTED.keys() == reference[0].metrics.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_metric_is_as_counted_by_hand(
    name: str, reference: tuple[Project, Catalog], store: Snapshot
) -> None:
    found = figure(name, reference, store)
    value, rows = EXPECTED[name]
    assert found.whole.value == (None if value is None else pytest.approx(value))
    assert found.whole.rows == rows
    if name in GROUPED:
        groups = {group: each.value for group, each in found.groups.items()}
        assert groups == pytest.approx(GROUPED[name], abs=1e-8)
        assert list(groups) == list(GROUPED[name])


def test_what_is_kept_and_what_grew_make_net_retention() -> None:
    """(start + expansion - contraction - churn) / start, from its parts."""
    start, grown, shrunk, gone = (
        EXPECTED[f"revenue-{each}"][0] or 0
        for each in ("a-year-ago", "expanded", "contracted", "churned")
    )
    assert EXPECTED["net-retention"][0] == pytest.approx((start + grown - shrunk - gone) / start)
    assert EXPECTED["gross-retention"][0] == pytest.approx((start - shrunk - gone) / start)


# ---------------------------------------------------------------- the ladder of value

_USED = {"user_id": 9, "name": "feature_used", "feature": "api"}
_GOAL = {"objective_id": 9, "account_id": 5, "goal": "less"}
_NUMBERS = {**_GOAL, "baseline": 9.0, "target": 3.0, "current": 9.0}
_AGREED = {**_NUMBERS, "confirmed_by": "Eve"}

LADDER: Mapping[str, tuple[int, Mapping[str, object], Mapping[str, object]]] = {
    "nothing-on-file": (0, {}, {}),
    "used-too-long-ago": (0, {**_USED, "occurred_at": ago(91)}, {}),
    "usage-taken-for-value": (1, {**_USED, "occurred_at": ago(90)}, {}),
    "goal-written-down": (2, {}, _GOAL),
    "goal-without-a-current-number": (2, {}, {**_GOAL, "baseline": 9.0, "target": 3.0}),
    "measured": (3, {}, _NUMBERS),
    "agreed-by-nobody": (3, {}, {**_NUMBERS, "confirmed_on": day(1)}),
    "agreed-today": (4, {}, {**_AGREED, "confirmed_on": day(0)}),
    "agreed-180-days-ago": (4, {}, {**_AGREED, "confirmed_on": day(180)}),
    "agreed-too-long-ago": (3, {}, {**_AGREED, "confirmed_on": day(181)}),
    "defended": (5, {}, {**_AGREED, "confirmed_on": day(181), "defended_on": day(300)}),
}


@pytest.mark.parametrize(("level", "event", "objective"), LADDER.values(), ids=LADDER)
def test_value_stands_on_its_ladder(
    level: int,
    event: Mapping[str, object],
    objective: Mapping[str, object],
    reference: tuple[Project, Catalog],
) -> None:
    """Account 5 alone, with one user."""
    rows = {name: [] for name in COLUMNS} | {
        "crm.accounts": [each for each in ROWS["crm.accounts"] if each["id"] == 5],
        "product.users": [{**ROWS["product.users"][0], "user_id": 9, "account_id": 5}],
        "product.events": [event] if event else [],
        "crm.objectives": [objective] if objective else [],
    }
    with opened(customers(_with_types(rows)), reference[1]) as store:
        assert [*figure("value-levels", reference, store).groups] == [level]


# ---------------------------------------------------------------- seats by the age of the contract

SEATS = [  # days under contract, seats activated of a hundred, colour
    *((29, 100, None), (30, 9, "red"), (30, 10, "yellow"), (182, 50, "yellow")),
    *((182, 51, "green"), (183, 50, "red"), (183, 51, "yellow"), (273, 75, "yellow")),
    *((273, 76, "green"), (274, 75, "red"), (274, 76, "green"), (900, 101, "green")),
    *((900, None, None), (None, 80, None)),
]


@pytest.mark.parametrize(("age", "taken", "colour"), SEATS)
def test_how_many_seats_are_enough_hangs_on_the_age(
    age: int | None,
    taken: int | None,
    colour: str | None,
    reference: tuple[Project, Catalog],
) -> None:
    """Below 10 % and 50 % up to half a year, 50 % and 75 % up to three quarters, then 75 %."""
    begun = None if age is None else day(age)
    account = {"id": 5, "seats": 100, "seats_activated": taken, "contract_start": begun}
    rows = {name: [] for name in COLUMNS} | {"crm.accounts": [account]}
    with opened(customers(_with_types(rows)), reference[1]) as store:
        found = figure("seat-colours", reference, store)
    assert [*found.groups] == ([colour] if colour else [])


# ---------------------------------------------------------------- a plain reading of random rows


def _with_types(rows: Rows) -> Rows:
    """A store learns the types of columns from rows: those by hand go first, under other keys.

    They are of nobody: no key leads to them, so that they count nowhere.
    """
    keyless = {
        **dict.fromkeys(("id", "account_id", "user_id", "contact_id", "survey_id"), None),
        **dict.fromkeys(("ticket_id", "meeting_id", "objective_id", "opportunity_id"), None),
    }
    return {
        name: [*({**row, **_only(keyless, row)} for row in ROWS[name]), *made]
        for name, made in rows.items()
    }


def _only(values: Mapping[str, object], row: Mapping[str, object]) -> Mapping[str, object]:
    return {key: value for key, value in values.items() if key in row}


def _made(seed: int) -> Rows:
    """Rows like those by hand, each value that of one of them or missing; keys and times new."""
    dice = random.Random(seed)
    return {name: _some_rows(name, dice) for name in COLUMNS}


_MANY = {"crm.accounts": 7, "product.users": 15, "product.events": 150}
_KEYS: Mapping[str, Callable[[random.Random], object]] = {
    "account_id": lambda dice: dice.randint(1, 7),
    "user_id": lambda dice: dice.randint(1, 15),
    "contact_id": lambda dice: dice.randint(1, 15),
}
_TIMES = ("occurred_at", "created_at", "answered_at", "held_at", "sent_at", "opened_at")
_OWN = {"crm.accounts": "id", "product.users": "user_id"}


def _some_rows(table: str, dice: random.Random) -> list[Mapping[str, object]]:
    values = {column: [row.get(column) for row in ROWS[table]] for column in COLUMNS[table]}

    def cell(column: str, number: int) -> object:
        if column == _OWN.get(table, COLUMNS[table][0]) and table not in _EVENTS_ONLY:
            return number
        if column in _KEYS:
            return _KEYS[column](dice)
        if column in _TIMES:
            return ago(dice.choice((0, 1, 7, 27, 28, 29, 45, 56, 57, 89, 90, 91, 180, 400)))
        known = [each for each in values[column] if each is not None]
        often = min(max(len(known) / max(len(values[column]), 1), 0.3), 0.9)
        return dice.choice(known) if known and dice.random() < often else None

    number = dice.choice((0, *[_MANY.get(table, 12)] * 9))
    return [{column: cell(column, n) for column in COLUMNS[table]} for n in range(1, number + 1)]


_EVENTS_ONLY = ("product.events", "product.signals", "crm.calls", "crm.mails")


@given(seed=st.integers(0, 10**9), names=st.permutations(sorted(EXPECTED)))
@examples(quick=4)
def test_a_plain_reading_comes_to_the_same(
    seed: int, names: list[str], reference: tuple[Project, Catalog]
) -> None:
    """Eight of them at a time, as a whole and by their groups."""
    project, catalog = reference
    rows = _with_types(_made(seed))
    plain = Oracle(World(catalog, rows), AS_OF, ZONE)
    with opened(customers(rows), catalog) as store:
        for name in names[:8]:
            metric = bind_metric(project.metrics[name], project, catalog)
            found = measure(metric, store, AS_OF)
            assert (name, found.whole.value) == (name, near(plain_value(metric, plain)))
            if metric.by is not None:
                groups = {group: near(each) for group, each in plain_groups(metric, plain).items()}
                assert {group: each.value for group, each in found.groups.items()} == groups


def near(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-7, abs=1e-7)
