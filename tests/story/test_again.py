"""Who was inside enters again as `entry.again` says now, whatever the playbook said then."""

from __future__ import annotations

import pytest

from tests.support.stage import Answer, Stage

TENTH = "2026-03-10T09:00-04:00"
NEXT_DAY = "2026-03-11T09:00-04:00"


def put(stage: Stage, again: str, *, head: str = "playbook: checkup", steps: str = "") -> None:
    stage.write(
        "playbooks/checkup.yaml",
        f"{head}\nsegment: {{of: user, where: [{{everyone: true}}]}}\n"
        f"entry: {{again: {again}}}\nsteps: [{{email: hello}}{steps}]\n",
    )


def put_users(stage: Stage, *accounts: int) -> None:
    """Users from 1 on, each of an account."""
    stage.put_users(*({"user_id": n, "account_id": of} for n, of in enumerate(accounts, 1)))


@pytest.fixture(autouse=True)
def accounts(stage: Stage) -> None:
    """Three accounts, each on a plan of its own."""
    plans = {1: "free", 2: "pro", 3: "enterprise"}
    put_accounts(stage, plans)


def put_accounts(stage: Stage, plans: dict[int, str]) -> None:
    nobody = {"csm_name": "", "csm_email": ""}
    stage.table(
        "accounts", [{"id": n, "name": f"A{n}", "plan": of, **nobody} for n, of in plans.items()]
    )


def entering(stage: Stage, at: str, *, name: str = "checkup") -> tuple[int, dict[str, int]]:
    """How many enter, and why the others do not: by a dry run, then for real."""
    told = _of(stage.run("--dry-run", as_of=at))
    done = _of(stage.run(as_of=at))
    assert told == done
    return done


def _of(answer: Answer) -> tuple[int, dict[str, int]]:
    assert answer.status == 0, answer.err
    (run,) = answer.data["runs"]
    return run["entered"], run["skipped"]


def told(stage: Stage, key: int, at: str) -> str:
    """What `explain` says of the entry of one of them."""
    words = ("explain", "checkup", "--for", str(key), "--as-of", at, "--format", "json")
    return str(stage.do(*words).data["entry"]["told"])


@pytest.mark.parametrize("before", ["never", "{after: 90 days}"])
@pytest.mark.parametrize("now", ["times: 1", "after: 1 week"])
def test_one_entered_though_its_parent_was_not_asked_for_yet(
    stage: Stage, before: str, now: str
) -> None:
    """Its stays were nobody's then; they count for itself all the same: nobody gets two mails."""
    put_users(stage, 1, 1, 2)
    put(stage, before)
    assert entering(stage, TENTH) == (3, {})
    put(stage, f"{{{now}, each: account}}")
    assert entering(stage, NEXT_DAY) == (0, {"again": 3})
    assert len(stage.mailed) == 3
    assert "it was inside until Tue 10 Mar 09:00" in told(stage, 2, NEXT_DAY)


def test_one_that_goes_to_another_parent_takes_its_stays_along(stage: Stage) -> None:
    """And leaves them behind: the others of either count as inside once."""
    put(stage, "{times: 1, each: account}")
    put_users(stage, 1, 2)
    assert entering(stage, TENTH) == (2, {})
    put_users(stage, 3, 2, 3, 1)
    assert entering(stage, NEXT_DAY) == (1, {"again": 3}), "the third, whose account had nobody"
    assert len(stage.mailed) == 3


def test_each_value_lets_one_of_a_parent_in(stage: Stage) -> None:
    """With `per` and `each`: whoever of the account it was, a value is used up for all of them."""
    put(stage, "{per: first_name, each: account}")

    def named(*users: tuple[str, int]) -> None:
        rows = enumerate(users, 1)
        stage.put_users(
            *({"user_id": n, "first_name": name, "account_id": of} for n, (name, of) in rows)
        )

    named(("Ann", 1), ("Bo", 1), ("Ann", 2))
    assert entering(stage, TENTH) == (2, {"already_inside": 1})
    assert entering(stage, NEXT_DAY) == (1, {"again": 2}), "Bo is another value"
    named(("Bo", 1), ("Ann", 1), ("Bo", 2))
    assert entering(stage, "2026-03-12T09:00-04:00") == (1, {"again": 2}), "new to the second alone"
    named(("Cy", 1), ("Cy", 1), ("", 2))
    expected = {"already_inside": 1, "missing_value": 1}
    assert entering(stage, "2026-03-13T09:00-04:00") == (1, expected)


@pytest.mark.parametrize(
    ("again", "at", "expected"),
    [
        ("{per: first_name}", NEXT_DAY, (2, {})),
        ("{per: first_name, after: 30 days}", NEXT_DAY, (0, {"again": 2})),
        ("{per: first_name, after: 30 days}", "2026-04-09T09:00-04:00", (2, {})),
    ],
)
def test_stays_from_before_a_value_was_asked_for_use_none_up(
    stage: Stage, again: str, at: str, expected: tuple[int, dict[str, int]]
) -> None:
    """Nobody knows with which one they began; `after` beside it keeps from mailing all at once."""
    put_users(stage, 1, 2)
    put(stage, "never")
    assert entering(stage, TENTH) == (2, {})
    put(stage, again)
    assert entering(stage, at) == expected


EDITS = {
    "no edit": {},
    "another version": {"steps": ", {wait: 1 minute}"},
    "another name": {"head": "playbook: renamed\nformerly: [checkup]"},
    "both": {
        "head": "playbook: renamed\nformerly: [checkup]",
        "steps": ", {task: Look}",
    },
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize(
    ("after", "at", "enters"),
    [
        ("1 week", "2026-03-13T08:59-04:00", False),
        ("1 week", "2026-03-13T09:00-04:00", True),
        ("1 day", "2026-03-07T09:00-05:00", True),
        ("1 month", "2026-03-13T09:00-04:00", False),
    ],
)
def test_the_time_since_it_left_is_that_of_the_words_of_today(
    stage: Stage, edit: dict[str, str], after: str, at: str, *, enters: bool
) -> None:
    """A week over the change of the clocks is no hour longer, whatever else the file says now."""
    put_users(stage, 1)
    put(stage, "{after: 1 week}")
    assert entering(stage, "2026-03-06T09:00-05:00") == (1, {})
    put(stage, f"{{after: {after}}}", **edit)
    assert entering(stage, at) == ((1, {}) if enters else (0, {"again": 1}))


def test_and_in_the_zone_of_today(stage: Stage) -> None:
    """Tokyo turns no clock: there a week is an hour longer than in the New York of that March."""
    put_users(stage, 1)
    put(stage, "{after: 1 week}")
    assert entering(stage, "2026-03-06T09:00-05:00") == (1, {})
    head = 'playbook: checkup\nschedule: {cron: "0 9 1 1 *", timezone: Asia/Tokyo}'
    put(stage, "{after: 1 week}", head=head)
    assert entering(stage, "2026-03-13T09:59-04:00") == (0, {"again": 1})
    assert entering(stage, "2026-03-13T10:00-04:00") == (1, {})


def test_a_day_of_work_is_none_where_the_policy_has_a_holiday(stage: Stage) -> None:
    """Friday before Memorial Day: the next day of work is Tuesday."""
    stage.edit("touchline.yaml", "people:\n", "policy: {holidays: US}\npeople:\n")
    put(stage, "{after: 1 business day}")
    assert entering(stage, "2026-05-22T09:00-04:00") == (3, {})
    assert entering(stage, "2026-05-25T09:00-04:00") == (0, {"again": 3})
    assert entering(stage, "2026-05-26T09:00-04:00") == (3, {})
