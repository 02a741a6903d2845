"""Tasks end as their step says: with one of its outcomes, or by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stage import Stage

CALLS = """\
playbook: checkup
segment: {of: user, where: [{uses_reports: false}]}
steps:
  - task: "Call {{ user.first_name }}"
    id: call
    kind: call
    assign: account.csm
    due: 2 days
    outcomes: [reached, no-answer]
    close_when: CLOSE
"""
LATER = """\
playbook: later
segment: {of: user, where: [{everyone: true}]}
steps:
  - task: Look
    urgency: high
  - task: Read
    assign: house.dana
"""
LOGGED_IN = "{did: logged_in, since: entered}"


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


def logins(stage: Stage, *found: tuple[int, int]) -> None:
    """Who logged in on which day of March."""
    rows: list[dict[str, object]] = [{"user_id": 9, "name": "login", "at": "2026-03-01T00:00:00Z"}]
    rows += [{"user_id": u, "name": "login", "at": day(d, "08:00")} for u, d in found]
    stage.table("events", rows)


def tasks(stage: Stage, *words: str) -> dict[str, dict[str, Any]]:
    """The tasks by the key of their customer."""
    found = stage.do("tasks", "list", "--format", "json", *words).data
    return {each["key"]: each for each in found}


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A playbook that is one call, over with a login."""
    stage.write("playbooks/checkup.yaml", CALLS.replace("CLOSE", LOGGED_IN))
    return stage


# ---------------------------------------------------------------- outcomes


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param(("--outcome", "reached"), 0, "done: Call Ann1", id="one of them"),
        pytest.param(("--outcome", "reachd"), 1, "did you mean reached?", id="misspelt"),
        pytest.param((), 1, "--outcome reached|no-answer", id="none"),
    ],
)
def test_a_task_ends_with_one_of_its_outcomes(
    stage: Stage, words: tuple[str, ...], status: int, said: str
) -> None:
    stage.run(as_of=day(10))
    stage.edit("playbooks/checkup.yaml", "[reached, no-answer]", "[spoke]")  # they keep theirs
    task = tasks(stage)["1"]
    assert task["outcomes"] == ["reached", "no-answer"]
    answer = stage.do("tasks", "done", task["id"], *words)
    assert answer.status == status
    assert said in answer.out + answer.err
    assert ("1" in tasks(stage)) == (status != 0)


def test_the_list_shows_what_is_due_first(stage: Stage) -> None:
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run(as_of=day(10))
    stage.write("playbooks/later.yaml", LATER)
    stage.run(as_of=day(11))
    text = stage.do("tasks").out
    assert [line.split()[1] for line in text.splitlines()[1:3]] == ["overdue", "overdue"]
    assert "reached|no-answer" in text
    titles = [each["title"] for each in stage.do("tasks", "--format", "json").data]
    assert titles[:4] == ["Call Ann1", "Call Ann2", "Look", "Look"]
    of_dana = stage.do("tasks", "list", "--assignee", "house.dana", "--format", "json").data
    assert {each["title"] for each in of_dana} == {"Read"}
    mail = stage.do("tasks", "list", "--assignee", "Casey@ACME.example.com", "--format", "json")
    assert {each["title"] for each in mail.data} == {"Call Ann1", "Call Ann2"}
    assert len(stage.do("tasks", "list", "--playbook", "later", "--format", "json").data) == 4
    unknown = stage.do("tasks", "list", "--playbook", "latr")
    assert (unknown.status, "did you mean later?" in unknown.err) == (1, True)


# ---------------------------------------------------------------- close_when


def test_a_task_closes_itself_after_its_enrollment_has_ended(stage: Stage) -> None:
    stage.run(as_of=day(10))
    assert stage.do("status", "--format", "json").data["playbooks"][0]["steps"] == {}
    logins(stage, (2, 9), (1, 11))  # 2 was there before the task was
    (told,) = stage.run("--dry-run", as_of=day(12)).data["runs"]
    assert told["closed"] == 1
    assert sorted(tasks(stage)) == ["1", "2", "3"], "a dry run closes nothing"
    text = stage.do("run", "--dry-run", "--as-of", day(12)).out
    assert "1 task would be closed: close_when holds" in text
    (ran,) = stage.run(as_of=day(12)).data["runs"]
    assert ran["closed"] == 1
    every = stage.do("tasks", "list", "--all", "--format", "json").data
    closed = [each for each in every if each["state"] == "closed"]
    assert [(each["key"], each["reason"]) for each in closed] == [("1", "close_when")]
    kinds = [each["kind"] for each in stage.do("audit", "show", "--format", "json").data]
    assert kinds.count("task.closed") == 1
    (again,) = stage.run(as_of=day(13)).data["runs"]
    assert again["closed"] == 0


@pytest.mark.parametrize("on_change", ["keep", "move"])
def test_a_task_goes_on_with_the_version_it_was_made_under(stage: Stage, on_change: str) -> None:
    """Nobody is moved whose stay has ended."""
    stage.edit("playbooks/checkup.yaml", "steps:", f"on_change: {on_change}\nsteps:")
    stage.put_users({"user_id": 1})
    stage.run(as_of=day(10))
    stage.edit("playbooks/checkup.yaml", LOGGED_IN, "{did: logged_in, within: 1 hour}")
    logins(stage, (1, 11))
    (ran,) = stage.run(as_of=day(12)).data["runs"]
    assert ran["closed"] == 1


def test_with_move_a_renamed_step_goes_on_with_its_new_words(stage: Stage) -> None:
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.edit("playbooks/checkup.yaml", "steps:", "on_change: move\nsteps:")
    with_wait = (stage.root / "playbooks/checkup.yaml").read_text() + "  - wait: 30 days\n"
    stage.write("playbooks/checkup.yaml", with_wait)
    stage.run(as_of=day(10))
    stage.edit("playbooks/checkup.yaml", "id: call", "id: ring\n    formerly: [call]")
    stage.edit("playbooks/checkup.yaml", LOGGED_IN, "{did: logged_in, within: 1 day}")
    stage.run(as_of=day(11))
    logins(stage, (1, 11))  # by then two days ago
    (ran,) = stage.run(as_of=day(13)).data["runs"]
    assert ran["closed"] == 0
    logins(stage, (2, 13))
    (ran,) = stage.run(as_of=day(13, "10:00")).data["runs"]
    assert (ran["closed"], sorted(tasks(stage))) == (1, ["1"])


def test_the_tasks_of_several_stays_are_each_asked_of_their_own(stage: Stage) -> None:
    """Three stays of one customer; a login lies behind the beginning of the last of them."""
    stage.put_users({"user_id": 1})
    stage.edit("playbooks/checkup.yaml", "steps:", "entry: {again: {after: 1 day}}\nsteps:")
    for number in (10, 12, 14):
        stage.run(as_of=day(number))
    found = stage.do("tasks", "--format", "json").data
    assert len(found) == 3
    logins(stage, (1, 13))
    (ran,) = stage.run(as_of="2026-03-14T10:00:00-04:00").data["runs"]
    assert ran["closed"] == 2
    (left,) = stage.do("tasks", "--format", "json").data
    assert left["id"] == found[2]["id"]


def test_who_is_gone_keeps_the_task(stage: Stage) -> None:
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 2})
    logins(stage, (1, 11), (2, 11))
    stage.run(as_of=day(12))
    open_before = {each["key"] for each in stage.do("tasks", "--format", "json").data}
    assert {"1", "3"} <= open_before


def test_a_version_that_no_longer_fits_closes_nothing(stage: Stage) -> None:
    stage.run(as_of=day(10))
    stage.edit("catalog/user.yaml", "  logged_in:", "  came_by:")
    stage.edit("playbooks/checkup.yaml", LOGGED_IN, "{did: came_by, since: entered}")
    logins(stage, (1, 11))
    (ran,) = stage.run(as_of=day(12)).data["runs"]
    assert (ran["closed"], ran["error"]) == (0, "")


def test_data_that_cannot_be_trusted_stops_the_run(stage: Stage) -> None:
    stage.run(as_of=day(10))
    stage.table("events", [{"user_id": 1, "name": "login", "when": "2026-03-11T00:00:00Z"}])
    ran = stage.run(as_of=day(12))
    assert ran.status == 1
    assert "`at`" in ran.data["runs"][0]["error"]
    assert len(tasks(stage)) == 3


def test_closed_is_not_done(stage: Stage) -> None:
    """What another step asks of it, in a dry run as in earnest; and it counts as no contact."""
    stage.write(
        "playbooks/checkup.yaml",
        CALLS.replace("CLOSE", LOGGED_IN) + "  - wait: 1 day\n"
        "  - webhook: hook\n    body: {text: open}\n    only_if: {step: call, is: open}\n"
        "  - webhook: hook\n    body: {text: done}\n    only_if: {step: call, is: done}\n"
        "  - webhook: hook\n    body: {text: quiet}\n"
        "    only_if: {not_contacted: {within: 5 days}}\n",
    )
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run(as_of=day(10))
    logins(stage, (1, 11))
    would = stage.run("--dry-run", as_of=day(11)).data["would"]
    ran = stage.run(as_of=day(11)).data["runs"]
    assert ran[0]["closed"] == 1
    bodies = sorted(request.body for request in stage.hooks.received)
    assert bodies == [b'{"text":"open"}', b'{"text":"quiet"}', b'{"text":"quiet"}']
    assert sorted((each["key"], each["step"]) for each in would if each["status"] == "ready") == [
        (1, "webhook-3"),
        (2, "webhook-1"),
        (2, "webhook-3"),
    ]
