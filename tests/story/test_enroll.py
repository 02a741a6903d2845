"""One playbook asks its customers into another: who enters there, when, and what is on record."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.stage import AS_OF, Stage

FIRST = """\
playbook: checkup
priority: 50
segment: {of: user, where: [{uses_reports: false}]}
steps:
  - task: "Look at {{ user.first_name }}"
  - enroll: followup
"""
SECOND = """\
playbook: followup
priority: PRIORITY
HEADsegment: {of: user, where: [{first_name: Nobody}]}
steps:
  - email: hello
    from: house.dana
"""
NEXT_DAY = "2026-03-11T09:00:00-04:00"


def chain(stage: Stage, head: str = "", *, priority: int = 10) -> None:
    stage.write("playbooks/checkup.yaml", FIRST)
    second = SECOND.replace("PRIORITY", str(priority)).replace("HEAD", head)
    stage.write("playbooks/followup.yaml", second)


def answers(stage: Stage) -> Counter[str]:
    log = stage.do("audit", "show", "--playbook", "followup", "--format", "json").data
    told = [each["body"]["answer"] for each in log if each["kind"] == "invitation.answered"]
    return Counter(told)


def test_the_invited_enter_in_the_same_run_though_they_match_nothing(stage: Stage) -> None:
    chain(stage)
    run = stage.run()
    reports = {each["playbook"]: each for each in run.data["runs"]}
    assert run.status == 0
    assert reports["followup"]["matched"] == 0
    assert reports["followup"]["entered"] == 3
    assert reports["followup"]["invited"] == {"entered": 3}
    assert stage.mailed == [f"ann{key}@example.com" for key in (1, 2, 3)]
    assert answers(stage) == {"entered": 3}
    stage.run()
    assert len(stage.mailed) == 3
    assert stage.do("ledger", "check").status == 0
    assert stage.do("audit", "verify").status == 0


def test_a_target_that_ran_before_takes_them_in_at_its_next_pass(stage: Stage) -> None:
    chain(stage, priority=90)
    stage.run()
    assert stage.mailed == []
    stage.run("followup", as_of=NEXT_DAY)
    assert len(stage.mailed) == 3


def test_a_rehearsal_tells_it_and_keeps_nothing(stage: Stage) -> None:
    chain(stage)
    dry = stage.run("--dry-run")
    reports = {each["playbook"]: each for each in dry.data["runs"]}
    assert reports["followup"]["invited"] == {"entered": 3}
    assert [each["key"] for each in dry.data["would"] if each["step"] == "email-1"] == [1, 2, 3]
    assert "invited by a step: 3 entered" in stage.do("run", "--dry-run", "--as-of", AS_OF).out
    assert stage.mailed == []
    stage.run("checkup")
    waiting = stage.run("followup", "--dry-run")
    assert waiting.data["runs"][0]["invited"] == {"entered": 3}
    assert stage.mailed == []


GATES = {
    "exit": ("exit_when: {user_id: {one_of: [1, 2]}}\n", {"exit": 2, "entered": 1}),
    "goal": ("goal: {name: g, when: {user_id: 3}, within: 9 days}\n", {"goal": 1, "entered": 2}),
    "each": ("entry: {again: {each: account}}\n", {"already_inside": 2, "entered": 1}),
    "missing": ("entry: {again: {per: account.plan, times: 3}}\n", {"missing_value": 3}),
    "throttle": ("entry: {per_run: 1}\n", {"entered": 3}),
    "fuse": ("entry: {fuse: {matched: 1}}\n", {"entered": 3}),
    "existing": ("entry: {existing: skip}\n", {"entered": 3}),
    "draft": ("status: draft\n", {"draft": 3}),
}  # fmt: skip


@pytest.mark.parametrize("row", GATES.values(), ids=GATES)
def test_each_gate_of_entry(stage: Stage, row: tuple[str, dict[str, int]]) -> None:
    head, expected = row
    account = {"id": 1, "name": "Acme", "plan": "", "csm_name": "C", "csm_email": "c@x.example.com"}
    stage.table("accounts", [account])
    chain(stage, head)
    assert stage.run().status == 0
    assert answers(stage) == expected
    assert len(stage.mailed) == expected.get("entered", 0)
    assert stage.run(as_of=NEXT_DAY).status == 0
    assert answers(stage) == expected, "an invitation is answered once"


def test_a_rehearsal_lets_in_one_of_a_parent_as_the_run_will(stage: Stage) -> None:
    """The one whom the segment finds keeps out those of its account who were asked in."""
    chain(stage, "entry: {again: {each: account}}\n")
    stage.edit("playbooks/followup.yaml", "first_name: Nobody", "user_id: 2")
    dry, run = stage.run("--dry-run"), stage.run()
    told, done = ({each["playbook"]: each for each in of.data["runs"]} for of in (dry, run))
    assert (
        told["followup"]["invited"]
        == done["followup"]["invited"]
        == answers(stage)
        == {"already_inside": 3}
    )
    assert [each["key"] for each in dry.data["would"] if each["step"] == "email-1"] == [2]
    assert stage.mailed == ["ann2@example.com"]


def test_a_paused_target_lets_them_wait(stage: Stage) -> None:
    chain(stage, "status: paused\n")
    stage.run()
    assert answers(stage) == {}
    chain(stage)
    stage.run(as_of=NEXT_DAY)
    assert answers(stage) == {"entered": 3}
    assert len(stage.mailed) == 3


def test_who_is_held_out_rests_there_too(stage: Stage) -> None:
    chain(stage, "entry: {holdout: 50%}\n")
    stage.put_users(*({"user_id": key} for key in range(1, 41)))
    stage.run()
    assert answers(stage) == {"entered": 40}
    assert 5 < len(stage.mailed) < 35


def test_who_is_gone_by_then_is_not_let_in(stage: Stage) -> None:
    chain(stage, priority=90)
    stage.run()
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run("followup", as_of=NEXT_DAY)
    assert answers(stage) == {"entered": 2, "gone": 1}


def test_one_who_is_inside_already_is_not_let_in_twice(stage: Stage) -> None:
    chain(stage)
    stage.edit("playbooks/followup.yaml", "first_name: Nobody", "user_id: 2")
    stage.edit("playbooks/followup.yaml", "steps:\n", "steps:\n  - wait: 1 day\n")
    stage.run()
    assert answers(stage) == {"entered": 2, "already_inside": 1}


def test_a_run_that_fails_as_a_whole_leaves_them_waiting(stage: Stage) -> None:
    chain(stage, priority=90)
    stage.run()
    (stage.root / "data/users.csv").rename(stage.root / "data/gone.csv")
    assert stage.run("followup", as_of=NEXT_DAY).status == 3
    (stage.root / "data/gone.csv").rename(stage.root / "data/users.csv")
    assert answers(stage) == {}
    stage.run("followup", as_of="2026-03-12T09:00:00-04:00")
    assert answers(stage) == {"entered": 3}


def test_the_daemon_takes_them_in_without_a_schedule(stage: Stage) -> None:
    chain(stage, priority=90)
    assert stage.do("run", "checkup").status == 0
    assert stage.do("daemon", "--once").status == 0
    assert len(stage.mailed) == 3
    assert answers(stage) == {"entered": 3}
    assert stage.do("run").status == 0
    assert len(stage.mailed) == 3


REFUSED = {
    "itself": ("checkup", "checkup → checkup"),
    "a-ring": ("followup", "checkup → followup → third → checkup"),
    "misspelt": ("folowup", "did you mean followup?"),
    "another-entity": ("accounts", "is of account; a user is never in it"),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_at_validation(stage: Stage, row: tuple[str, str]) -> None:
    chain(stage)
    audience = "segment: {of: user, where: [{user_id: 1}]}"
    third = f"playbook: third\n{audience}\nsteps: [{{enroll: checkup}}]\n"
    stage.write("playbooks/third.yaml", third)
    stage.edit("playbooks/followup.yaml", "steps:\n", "steps:\n  - enroll: third\n")
    accounts = "playbook: accounts\nsegment: {of: account, where: [{id: 1}]}\nsteps: [{task: x}]\n"
    stage.write("playbooks/accounts.yaml", accounts)
    stage.edit("playbooks/checkup.yaml", "enroll: followup", f"enroll: {row[0]}")
    found = stage.do("validate")
    assert found.status == 1
    assert row[1] in found.out
