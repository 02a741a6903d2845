"""Journeys over weeks: branches, waits for something, holds, goals and holdouts, day by day."""

from __future__ import annotations

import pytest

from tests.support.stage import Stage

BRANCHES = """\
playbook: checkup
segment:
  of: user
  where:
    - signed_up_at: {days_ago: {between: [30, 90]}}
goal: {name: reports, when: {uses_reports: true}, within: 30 days}
steps:
  - email: hello
  - wait_for: {did: logged_in, since: 2026-03-10}
    at_most: 5 days
    then:
      - if: {account.plan: pro}
        then:
          - task: "Thank {{ user.first_name }}"
            id: thank
        else:
          - webhook: hook
            body: {text: "{{ user.first_name }} came back"}
    else:
      - wait: {weekday: monday, at: "09:00"}
      - task: "Call {{ user.first_name }}"
        id: call
        hold_while: {when: {account.plan: free}, at_most: 3 days, then: skip}
"""


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


def events(stage: Stage, *logins: tuple[int, int]) -> None:
    """Who logged in on which day of March."""
    rows: list[dict[str, object]] = [{"user_id": 9, "name": "login", "at": "2026-03-01T00:00:00Z"}]
    rows += [{"user_id": u, "name": "login", "at": day(d, "08:00")} for u, d in logins]
    stage.table("events", rows)


def accounts(stage: Stage, **plans: str) -> None:
    person = {"csm_name": "Casey", "csm_email": "casey@acme.example.com"}
    rows = [{"id": n, "name": "Acme", "plan": plan} for n, plan in enumerate(plans.values(), 1)]
    stage.table("accounts", [{**row, **person} for row in rows])


def steps_of(stage: Stage) -> dict[str, int]:
    (line,) = stage.do("status", "--format", "json").data["playbooks"]
    steps: dict[str, int] = line["steps"]
    return steps


def titles(stage: Stage) -> list[str]:
    return [task["title"] for task in stage.do("tasks", "--format", "json").data]


def test_branches_over_three_weeks(stage: Stage) -> None:
    stage.write("playbooks/checkup.yaml", BRANCHES)
    accounts(stage, first="pro", second="free")
    stage.put_users(
        {"user_id": 1}, {"user_id": 2, "account_id": 2}, {"user_id": 3}, {"user_id": 4},
        {"user_id": 5, "account_id": 2},
    )  # fmt: skip
    events(stage)
    assert stage.run(as_of=day(10)).status == 0
    assert len(stage.mailed) == 5
    assert steps_of(stage) == {"wait_for-1": 5}

    events(stage, (1, 11), (2, 12))
    stage.run(as_of=day(12))  # 1 and 2 came back: one of a paying account, one not
    assert titles(stage) == ["Thank Ann1"]
    assert [request.body for request in stage.hooks.received] == [b'{"text":"Ann2 came back"}']
    assert steps_of(stage) == {"wait_for-1": 3}

    stage.put_users(
        {"user_id": 1}, {"user_id": 2, "account_id": 2}, {"user_id": 3, "uses_reports": "true"},
        {"user_id": 4}, {"user_id": 5, "account_id": 2},
    )  # fmt: skip
    stage.run(as_of=day(14))  # 3 reached the goal while it waited
    log = stage.do("audit", "show", "--for", "3", "--format", "json").data
    assert [each["body"]["outcome"] for each in log if each["kind"] == "left"] == ["goal"]

    stage.run(as_of=day(16, "08:59"))  # the time is over since the 15th; Monday comes at nine
    assert steps_of(stage) == {"wait-1": 2}
    stage.run(as_of=day(16))  # 4 gets a call; 5 is of a free account, and is held
    assert titles(stage) == ["Thank Ann1", "Call Ann4"]
    assert steps_of(stage) == {"call": 1}
    stage.run(as_of=day(19))  # held for three days: skipped
    assert titles(stage) == ["Thank Ann1", "Call Ann4"]
    log = stage.do("audit", "show", "--for", "5", "--format", "json").data
    reasons = [each["body"]["reason"] for each in log if each["kind"] == "step.skipped"]
    assert reasons == ["hold_while"]
    assert [each["body"]["outcome"] for each in log if each["kind"] == "left"] == ["completed"]
    assert len(stage.mailed) == 5, "nobody was written to twice"
    assert stage.do("audit", "verify").status == 0


HELD = """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
steps:
  - email: hello
    hold_while: {when: {account.plan: free}, at_most: 3 days, then: go}
  - task: "Call {{ user.first_name }}"
    hold_while: {when: {account.plan: free}, at_most: 1 day, then: go}
"""


def test_what_was_held_as_long_as_may_be_goes_out(stage: Stage) -> None:
    """The condition still holds when the time is over: `then: go` sends all the same."""
    stage.write("playbooks/checkup.yaml", HELD)
    accounts(stage, first="free")
    stage.put_users({"user_id": 1})
    stage.run(as_of=day(10))
    stage.run(as_of=day(13, "08:59"))
    assert stage.mailed == []
    stage.run(as_of=day(13))
    assert stage.mailed == ["ann1@example.com"]
    stage.run(as_of=day(20))  # long after its time was over
    assert titles(stage) == ["Call Ann1"]


def test_who_is_overtaken_by_a_late_pass_is_not_held_at_all(stage: Stage) -> None:
    """The step was reached days ago, when nobody looked: the time of its hold is over already."""
    waiting = HELD.replace("steps:", "steps:\n  - wait: 1 day")
    stage.write("playbooks/checkup.yaml", waiting)
    accounts(stage, first="free")
    stage.put_users({"user_id": 1})
    stage.run(as_of=day(10))
    stage.run(as_of=day(16))
    assert stage.mailed == ["ann1@example.com"]


def test_a_holdout_gets_nothing_and_leaves_when_the_window_ends(stage: Stage) -> None:
    stage.edit(
        "playbooks/checkup.yaml",
        "exit_when: {uses_reports: true}",
        "entry: {holdout: 50%, per_run: 3}\n"
        "goal: {name: reports, when: {uses_reports: true}, within: 10 days}",
    )
    stage.put_users(*({"user_id": n} for n in range(1, 21)))
    (run,) = stage.run().data["runs"]
    treated = run["touches"]["email"]["sent"]
    assert treated == 3, "the throttle lets three of the treated in"
    held_out = run["entered"] - treated
    assert held_out > 3, "those held out are not throttled"
    assert run["matched"] == 20
    stage.run(as_of="2026-03-20T09:00:00-04:00")
    log = stage.do("audit", "show", "--format", "json").data
    ends = {each["key"]: each["body"] for each in log if each["kind"] == "left"}
    resting = {key: end["reason"] for key, end in ends.items() if end["outcome"] == "holdout"}
    assert list(resting.values()) == ["window"] * held_out
    touched = {each["key"] for each in log if each["kind"] == "touch.made"}
    assert touched.isdisjoint(resting)


def test_waiting_for_a_day_before_the_renewal(stage: Stage) -> None:
    stage.edit(
        "catalog/user.yaml", "  uses_reports: boolean", "  uses_reports: boolean\n  renews_on: date"
    )
    stage.edit(
        "playbooks/checkup.yaml", "wait: 5 days", "wait: {until: 2 business days before renews_on}"
    )
    stage.put_users(
        {"user_id": 1, "renews_on": "2026-03-17"},
        {"user_id": 2, "renews_on": ""},
        {"user_id": 3, "renews_on": "2026-03-01"},
    )
    stage.run()
    assert titles(stage) == ["Call Ann3 of Acme"], "a moment already past goes on at once"
    assert stage.do("ledger", "check").status == 0, "who waits for a missing date is no damage"
    stage.run(as_of=day(12, "23:59"))
    assert titles(stage) == ["Call Ann3 of Acme"]
    stage.put_users(
        {"user_id": 1, "renews_on": "2026-03-17"},
        {"user_id": 2, "renews_on": "2026-03-20"},
        {"user_id": 3, "renews_on": "2026-03-01"},
    )
    stage.run(as_of=day(13))  # a Friday: two business days before Tuesday
    assert titles(stage) == ["Call Ann3 of Acme", "Call Ann1 of Acme"]
    stage.run(as_of=day(18))  # the missing date came in the meantime
    assert titles(stage)[-1] == "Call Ann2 of Acme"


def test_waiting_for_a_time_after_entry_and_after_a_step(stage: Stage) -> None:
    waits = "wait: {until: 3 days after entered}\n  - wait: {until: 1 day after step email-1}"
    stage.edit("playbooks/checkup.yaml", "wait: 5 days", waits)
    stage.run()
    stage.run(as_of=day(12, "23:59"))
    assert titles(stage) == []
    stage.run(as_of=day(13, "00:00"))  # the third day begins; a day after the mail is long past
    assert titles(stage) == [f"Call Ann{key} of Acme" for key in (1, 2, 3)]


ASKING = """\
playbook: checkup
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
exit_when: {all: [{step: call, is: done}, {did: logged_in, since: step call}]}
steps:
  - email: hello
    only_if: {user_id: {less_than: 4}}
  - task: "Call {{ user.first_name }}"
    id: call
    kind: call
    only_if: {not: {step: email-1, is: skipped}}
  - wait: 2 days
  - if: {step: call, outcome: reached}
    then:
      - webhook: hook
        body: {text: "{{ user.first_name }} was reached"}
    else:
      - webhook: hook
        only_if: {any: [{step: call, is: open}, {did: logged_in, since: entered}]}
        body: {text: "{{ user.first_name }} is still to be called, or came by"}
"""


def test_steps_ask_what_became_of_earlier_steps(stage: Stage) -> None:
    """1 is reached, 2 is not called, 3 is reached and comes back, 4 gets no mail and no call."""
    stage.write("playbooks/checkup.yaml", ASKING)
    stage.put_users(*({"user_id": n} for n in range(1, 6)))
    events(stage)
    (told,) = stage.run("--dry-run", as_of=day(10)).data["runs"]
    foreseen = {"email": {"ready": 3}, "task": {"ready": 3}}
    assert told["touches"] == foreseen, "a dry run knows what would have become of the mails"
    stage.run(as_of=day(10))
    assert sorted(titles(stage)) == ["Call Ann1", "Call Ann2", "Call Ann3"]
    tasks = {each["key"]: each["id"] for each in stage.do("tasks", "--format", "json").data}
    for key in ("1", "3"):
        stage.do("tasks", "done", tasks[key], "--outcome", "reached")
    events(stage, (3, 11), (5, 11))
    stage.run(as_of=day(11))
    log = stage.do("audit", "show", "--for", "3", "--format", "json").data
    assert [e["body"]["reason"] for e in log if e["kind"] == "left"] == ["exit_when"]
    stage.run(as_of=day(12))
    assert sorted(request.body for request in stage.hooks.received) == [
        b'{"text":"Ann1 was reached"}',
        b'{"text":"Ann2 is still to be called, or came by"}',
        b'{"text":"Ann5 is still to be called, or came by"}',
    ]


TWO_MAILS = """\
playbook: checkup
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
ENDS
steps:
  - email: hello
    only_if: {user_id: {less_than: 4}}
  - webhook: hook
    body: {text: "{{ user.user_id }}"}
"""
ENDS = [
    pytest.param("exit_when: {step: email-1, is: sent}", [9], "exited", id="exit"),
    pytest.param("exit_when: {step: email-1, is: skipped}", [1], "exited", id="exit-of-another"),
    pytest.param("goal: {name: mailed, when: {step: email-1, is: sent}}", [9], "goal", id="goal"),
    pytest.param(
        "goal: {name: mailed, when: {step: email-1, is: sent}, ends: false}",
        [1, 9],
        "",
        id="no-end",
    ),
]


@pytest.mark.parametrize(("ends", "go_on", "outcome"), ENDS)
def test_what_ends_by_a_step_ends_before_the_next_of_the_same_pass(
    stage: Stage, ends: str, go_on: list[int], outcome: str
) -> None:
    """1 is mailed and 9 is not; whoever leaves by that gets nothing more."""
    stage.write("playbooks/checkup.yaml", TWO_MAILS.replace("ENDS", ends))
    stage.put_users({"user_id": 1}, {"user_id": 9})
    (told,) = stage.run("--dry-run", as_of=day(10)).data["runs"]
    (done,) = stage.run(as_of=day(10)).data["runs"]
    assert sorted(int(each.body[9:10]) for each in stage.hooks.received) == go_on
    assert told["touches"]["hook"] == {"ready": len(go_on)}
    assert told["left"] == done["left"] == 2 - len(go_on)
    log = stage.do("audit", "show", "--format", "json").data
    left = [each["body"]["outcome"] for each in log if each["kind"] == "left"]
    assert left.count(outcome or "completed") == (2 - len(go_on) or 2)


def test_a_role_found_among_rows_gets_the_mail(stage: Stage) -> None:
    """Of each account the one with the most logins; who has no address is not asked for."""
    stage.edit("catalog/user.yaml", "  uses_reports: boolean", "  logins: {count: logged_in}")
    stage.edit(
        "catalog/account.yaml", "team:", "people: {most_active: {user: {highest: logins}}}\nteam:"
    )
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: account, where: [{everyone: true}]}\n"
        "steps: [{email: hello, to: most_active}]\n",
    )
    stage.write("emails/hello.md", "---\nsubject: Hello {{ account.most_active.name }}\n---\nHi!\n")
    accounts(stage, first="pro", second="free")
    stage.put_users({"user_id": 1}, {"user_id": 2}, {"user_id": 3, "email": ""})
    events(stage, (1, 8), (2, 8), (2, 9), (3, 7), (3, 8), (3, 9))
    (run,) = stage.run().data["runs"]
    assert [message["Subject"] for message in stage.letters] == ["Hello Ann2"]
    assert run["touches"]["email"] == {"sent": 1, "skipped": 1}
