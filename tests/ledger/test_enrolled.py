"""Who is in a playbook, and who left it and how, as the ledger knows it. Language, section 3."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.audience.select import select_keys
from engine.decide.facts import Advanced, Entered, Left, Outcome, Phase
from engine.ledger.enrolled import LedgerEnrollments
from engine.ledger.store import Ledger
from tests.audience.shop import AS_OF, Shop, make_shop
from tests.ledger.factories import keep, make_enrollment

DAY = timedelta(days=1)
EVER = {"since": None, "until": AS_OF}


@pytest.fixture
def told(ledger: Ledger) -> LedgerEnrollments:
    """The ledger after some came and went.

    1 is inside. 2 left by its goal, and came again. 3 left twice: exited, then completed. 4 is
    held out, 5 was until the goal's window ended. 6 is in another playbook, 7 enters tomorrow, and
    accounts have the keys 8 and 9, which has left.
    """
    stay(ledger, "1", entered=AS_OF - 9 * DAY)
    stay(ledger, "2", entered=AS_OF - 9 * DAY, left=AS_OF - 5 * DAY, outcome=Outcome.GOAL)
    stay(ledger, "2", number=2, entered=AS_OF - DAY)
    stay(ledger, "3", entered=AS_OF - 40 * DAY, left=AS_OF - 30 * DAY, outcome=Outcome.EXITED)
    stay(
        ledger,
        "3",
        number=2,
        entered=AS_OF - 20 * DAY,
        left=AS_OF - 10 * DAY,
        outcome=Outcome.COMPLETED,
    )
    stay(ledger, "4", entered=AS_OF - DAY, holdout=True)
    stay(
        ledger,
        "5",
        entered=AS_OF - 9 * DAY,
        left=AS_OF - DAY,
        outcome=Outcome.HOLDOUT,
        holdout=True,
    )
    stay(ledger, "6", entered=AS_OF - DAY, playbook="another")
    stay(ledger, "7", entered=AS_OF + DAY)
    stay(ledger, "8", entered=AS_OF - DAY, entity="account")
    stay(ledger, "9", entered=AS_OF - DAY, left=AS_OF, outcome=Outcome.GOAL, entity="account")
    return LedgerEnrollments(ledger)


def stay(
    ledger: Ledger,
    key: str,
    *,
    entered: datetime,
    left: datetime | None = None,
    outcome: Outcome = Outcome.EXITED,
    **said: object,
) -> None:
    """One enrollment, and its end."""
    inside = make_enrollment(key, entered_at=entered, since=entered, **said)
    keep(ledger, [Entered(inside)], entered)
    if left is not None:
        keep(ledger, [Left(inside, outcome)], left)


@pytest.mark.parametrize(
    ("at", "keys"),
    [
        pytest.param(AS_OF, {"1", "2"}, id="now"),
        pytest.param(AS_OF + DAY, {"1", "2", "7"}, id="the very instant of entering"),
        pytest.param(AS_OF + DAY - timedelta(microseconds=1), {"1", "2"}, id="right before"),
        pytest.param(AS_OF - 5 * DAY, {"1"}, id="the very instant of leaving"),
        pytest.param(AS_OF - 5 * DAY - timedelta(microseconds=1), {"1", "2"}, id="just inside"),
        pytest.param(AS_OF - 15 * DAY, {"3"}, id="as it was then"),
        pytest.param(AS_OF - 25 * DAY, set(), id="between two stays"),
    ],
)
def test_inside(told: LedgerEnrollments, at: datetime, keys: set[str]) -> None:
    """Those held out never are."""
    assert set(told.inside("user", "checkup", at)) == keys


@pytest.mark.parametrize(
    ("outcome", "window", "keys"),
    [
        pytest.param(None, EVER, ["2", "3", "5"], id="in any way, each once"),
        pytest.param("goal", EVER, ["2"], id="goal"),
        pytest.param("completed", EVER, ["3"], id="completed"),
        pytest.param("exited", EVER, ["3"], id="an earlier stay counts"),
        pytest.param("holdout", EVER, ["5"], id="holdout"),
        pytest.param(
            "goal", {"since": AS_OF - 5 * DAY, "until": AS_OF}, ["2"], id="since is included"
        ),
        pytest.param(
            "goal",
            {"since": AS_OF - 5 * DAY + timedelta(microseconds=1), "until": AS_OF},
            [],
            id="later than it left",
        ),
        pytest.param(
            "goal", {"since": None, "until": AS_OF - 5 * DAY}, ["2"], id="until is included"
        ),
        pytest.param("goal", {"since": None, "until": AS_OF - 6 * DAY}, [], id="not yet then"),
    ],
)
def test_left(
    told: LedgerEnrollments,
    outcome: str | None,
    window: dict[str, datetime | None],
    keys: list[str],
) -> None:
    found = told.left("user", "checkup", outcome, **window)  # type: ignore[arg-type]
    assert sorted(found) == keys


def test_an_enrollment_that_moves_on_is_still_one(ledger: Ledger) -> None:
    stay(ledger, "1", entered=AS_OF - DAY)
    before = make_enrollment("1", entered_at=AS_OF - DAY, since=AS_OF - DAY)
    waiting = make_enrollment("1", entered_at=AS_OF - DAY, since=AS_OF, phase=Phase.WAITING)
    keep(ledger, [Advanced(before, waiting)], AS_OF)
    assert list(LedgerEnrollments(ledger).inside("user", "checkup", AS_OF)) == ["1"]


# ---------------------------------------------------------------- as conditions


@pytest.fixture
def shop(told: LedgerEnrollments, tmp_path: Path) -> Shop:
    """The shop with its four users, and the playbook that they were in."""
    made = make_shop(tmp_path / "shop")
    (made.folder / "playbooks").mkdir()
    (made.folder / "playbooks/checkup.yaml").write_text(
        "playbook: checkup\nsegment: {of: user, where: {everyone: true}}\nsteps: [{exit: done}]\n",
        "utf-8",
    )
    made.enrollments = told
    return made


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ("- in_playbook: checkup", [1, 2]),
        ("- not: {in_playbook: checkup}", [3, 4]),
        ("- finished_playbook: checkup", [2, 3]),
        ("- {finished_playbook: checkup, outcome: goal}", [2]),
        ("- {finished_playbook: checkup, outcome: completed}", [3]),
        ("- {finished_playbook: checkup, outcome: exited}", [3]),
        ("- {finished_playbook: checkup, outcome: holdout}", []),
        ("- {finished_playbook: checkup, within: 10 days}", [2, 3]),
        ("- {finished_playbook: checkup, within: 9 days}", [2]),
        ("- {finished_playbook: checkup, outcome: exited, within: 29 days}", []),
        ("- {finished_playbook: checkup, outcome: exited, within: 30 days}", [3]),
        ("- not: {finished_playbook: checkup}", [1, 4]),
        ("- finished_playbook: checkup\n- not: {in_playbook: checkup}", [3]),
        ("- {any: [{in_playbook: checkup}, {account.plan: free}]}", [1, 2, 3]),
    ],
)
def test_segments(shop: Shop, where: str, keys: list[int]) -> None:
    with shop.sources() as snapshot:
        assert select_keys(shop.segment(where), snapshot, AS_OF) == keys


def test_an_account_by_those_of_its_users_who_are_inside(shop: Shop) -> None:
    asked = {"has": ["a"], "has_no": ["b"]}
    with shop.sources() as snapshot:
        for word, keys in asked.items():
            where = f"- {{{word}: user, where: {{in_playbook: checkup}}}}"
            assert select_keys(shop.segment(where, of="account"), snapshot, AS_OF) == keys
