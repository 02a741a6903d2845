"""What a dry run foresees is what the run at the same instant does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.stage import Stage

HEAD = """\
playbook: checkup
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
steps:
"""
ASKING_OF_A_TASK = """\
  - task: "Call {{ user.first_name }}"
  - if: {step: task-1, is: open}
    then: [{email: hello}]
    else: [{exit: done}]
"""
ASKING_OF_A_MAIL = """\
  - email: hello
  - if: {step: email-1, is: sent}
    then: [{task: "Call {{ user.first_name }}"}]
    else: [{exit: unheard}]
"""
DRAFTS = """\
  - email: hello
    approve: house.dana
    cc: account.csm
"""
PATIENT = """\
  - email: hello
    max_lateness: 10 days
  - wait: 3 days
  - task: "Call {{ user.first_name }}"
"""
HASTY = """\
  - email: hello
    approve: house.dana
    max_lateness: 3 hours
"""
SHARED = """\
  - email: hello
    to: [user, boss@partner.example.com]
    on_failure: exit
  - task: "Call {{ user.first_name }}"
"""
MORNING = "\npolicy: {send_window: {from: '09:00', to: '12:00'}}\n"


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


def come_to(stage: Stage, as_of: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a dry run says of each playbook, and what the run at the same instant comes to."""
    told, done = stage.run("--dry-run", as_of=as_of).data, stage.run(as_of=as_of).data
    return [_counts(run) for run in told["runs"]], [_counts(run) for run in done["runs"]]


def _counts(run: dict[str, Any]) -> dict[str, Any]:
    """A run's counts; what goes out is ready in a dry run, and was sent in the other."""
    touches = {
        channel: Counter({"sent": states.pop("ready", 0)}) + Counter(states)
        for channel, states in run["touches"].items()
    }
    names = ("playbook", "matched", "entered", "left", "closed", "skipped", "invited", "waiting")
    return {**{name: run[name] for name in names}, "touches": touches}


@pytest.mark.parametrize(
    ("steps", "more", "before"),
    [
        pytest.param(ASKING_OF_A_TASK, "", (), id="a task is open once it is made"),
        pytest.param(
            ASKING_OF_A_MAIL, MORNING, (day(10, "08:00"),), id="a mail that waited has been sent"
        ),
        pytest.param(DRAFTS, "", (day(10, "08:00"),), id="drafts wait on"),
        pytest.param(
            SHARED, MORNING, (day(10, "08:00"),), id="of two mails one was refused before"
        ),
    ],
)
def test_a_dry_run_counts_as_the_run_will(
    stage: Stage, steps: str, more: str, before: tuple[str, ...]
) -> None:
    write(stage, steps, more)
    for as_of in before:
        stage.run(as_of=as_of)
    told, done = come_to(stage, day(10))
    assert told == done


def write(stage: Stage, steps: str, more: str = "") -> None:
    stage.write("playbooks/checkup.yaml", HEAD + steps)
    stage.write("touchline.yaml", (stage.root / "touchline.yaml").read_text() + more)


def set_status(stage: Stage, old: str, new: str) -> None:
    stage.edit("playbooks/checkup.yaml", f"status: {old}\n", f"status: {new}\n")


@pytest.mark.parametrize("resumed", [day(12), day(14), day(17)])
def test_it_lets_stand_still_what_a_pause_held(stage: Stage, resumed: str) -> None:
    """What is over only by the pause's own days is not; and who waited for the window goes on."""
    write(stage, PATIENT, MORNING)
    stage.edit("playbooks/checkup.yaml", "segment:", "status: active\nsegment:")
    stage.put_users({"user_id": 1})
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run(as_of=day(10, "13:00"))
    set_status(stage, "active", "paused")
    stage.run(as_of=day(11))
    set_status(stage, "paused", "active")
    told, done = come_to(stage, resumed)
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 1}}
    told, done = come_to(stage, day(25))
    assert told == done
    assert done[0]["touches"]["task"] == {"sent": 2}


TROUBLED = "segment: troubled\nof: user\nwhere: [{uses_reports: true}]\n"


@pytest.mark.parametrize(
    ("rule", "became"), [("", "dropped"), (", never_contact: [{segment: troubled}]", "skipped")]
)
def test_it_counts_what_ends_with_who_leaves(stage: Stage, rule: str, became: str) -> None:
    stage.write("segments/troubled.yaml", TROUBLED)
    write(stage, PATIENT, f"{MORNING.strip()[:-1]}{rule}}}\n")
    stage.edit("playbooks/checkup.yaml", "steps:", "exit_when: {uses_reports: true}\nsteps:")
    stage.run(as_of=day(10, "08:00"))
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    told, done = come_to(stage, day(10))
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 2, became: 1}}


def test_both_tell_what_expires_while_another_playbook_delivers(stage: Stage) -> None:
    write(stage, HASTY)
    stage.run(as_of=day(10))
    before = (stage.root / "playbooks/checkup.yaml").read_text()
    first = before.replace("playbook: checkup", "playbook: another\npriority: 90")
    stage.write("playbooks/another.yaml", first)
    told, done = come_to(stage, day(10, "13:00"))
    assert told == done
    assert done[1]["touches"] == {"email": {"expired": 3}}


ELSEWHERE = """\
playbook: another
priority: 90
segment: {of: user, where: [{user_id: 9}]}
steps: [{task: Look}]
"""


@pytest.mark.parametrize(
    ("rule", "other", "became"),
    [
        pytest.param("exit_when", "", "dropped", id="it leaves before a delivery"),
        pytest.param("exit_when", ELSEWHERE, "expired", id="it leaves after one"),
        pytest.param("never_contact", "", "skipped", id="a rule holds before a delivery"),
        pytest.param("never_contact", ELSEWHERE, "expired", id="a rule holds after one"),
    ],
)
def test_both_tell_by_what_a_mail_ends_first_that_is_late_as_well(
    stage: Stage, rule: str, other: str, became: str
) -> None:
    """The delivery of a playbook ends what came too late of every other one."""
    stage.write("segments/troubled.yaml", TROUBLED)
    never = "\npolicy: {never_contact: [{segment: troubled}]}\n"
    write(stage, HASTY, never if rule == "never_contact" else "")
    if rule == "exit_when":
        stage.edit("playbooks/checkup.yaml", "steps:", "exit_when: {uses_reports: true}\nsteps:")
    if other:
        stage.write("playbooks/another.yaml", other)
    stage.put_users({"user_id": 1})
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1, "uses_reports": "true"})
    told, done = come_to(stage, day(10, "13:00"))
    assert told == done
    assert done[-1]["touches"] == {"email": {became: 1}}


def test_it_asks_again_under_another_policy(stage: Stage) -> None:
    write(stage, PATIENT, MORNING)
    stage.run(as_of=day(10, "08:00"))
    stage.edit("touchline.yaml", "from: '09:00'", "from: '08:00'")
    told, done = come_to(stage, day(10, "08:30"))
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 3}}


CAPPED = f"{MORNING.strip()[:-1]}, frequency_caps: [{{at_most: 1, per: 1 day, each: account}}]"


def test_who_waited_goes_before_who_enters_under_a_cap(stage: Stage) -> None:
    write(stage, PATIENT, f"{CAPPED}}}\n")
    stage.put_users({"user_id": 9})
    stage.run(as_of=day(10, "08:00"))
    stage.put_users(*({"user_id": number} for number in range(1, 10)))
    told = stage.run("--dry-run", as_of=day(10)).data["would"]
    stage.run(as_of=day(10))
    assert [each["to"] for each in told if not each["reason"]] == stage.mailed
    assert stage.mailed == ["ann9@example.com"]


@pytest.mark.parametrize("troubled", [1, 2])
def test_who_is_not_to_be_written_to_takes_no_room_under_a_cap(stage: Stage, troubled: int) -> None:
    rule = "never_contact: [{segment: troubled}]"
    stage.write("segments/troubled.yaml", TROUBLED)
    write(stage, PATIENT, f"{CAPPED}, {rule}}}\n")
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run(as_of=day(10, "08:00"))
    users = ({"user_id": key, "uses_reports": str(key == troubled).lower()} for key in (1, 2))
    stage.put_users(*users)
    told, done = come_to(stage, day(10))
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 1, "skipped": 1}}


def test_a_copy_goes_nowhere_where_its_mail_does_not(stage: Stage) -> None:
    write(stage, "  - {email: hello, cc: account.csm}\n", MORNING)
    stage.run(as_of=day(10, "08:00"))
    stage.do("suppress", "add", "ann1@example.com")
    told, done = come_to(stage, day(10))
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 2, "skipped": 2}}


def test_what_expires_gives_its_address_free(stage: Stage) -> None:
    """Another customer at that address, who comes to the step after it, is written to."""
    hook = "  - {webhook: hook, body: {text: hello}}\n"
    write(stage, hook + HASTY)
    stage.put_users({"user_id": 1, "email": "us@example.com"})
    stage.run(as_of=day(10))
    stage.put_users(*({"user_id": key, "email": "us@example.com"} for key in (1, 2)))
    told, done = come_to(stage, day(10, "13:00"))
    assert told == done
    assert done[0]["touches"] == {"email": {"expired": 1, "draft": 1}, "hook": {"sent": 1}}


def test_what_waits_for_its_next_attempt_is_tried_at_a_given_instant(stage: Stage) -> None:
    write(stage, PATIENT)
    port = f"port: {stage.mail.port}"
    stage.edit("touchline.yaml", port, "port: 1")
    assert stage.run(as_of=day(10)).status == 3
    stage.edit("touchline.yaml", "port: 1", port)
    told, done = come_to(stage, "2026-03-10T09:00:01-04:00")
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 3}}


@pytest.mark.parametrize(("later", "became"), [(day(10), "ready"), (day(21), "expired")])
def test_what_waits_for_those_who_are_held_as_unbound_waits_on(
    stage: Stage, later: str, became: str
) -> None:
    """Their version no longer fits the catalog: nothing of theirs goes, and they go nowhere."""
    write(stage, f"{PATIENT}    only_if: {{uses_reports: true}}\n", MORNING)
    stage.run(as_of=day(10, "08:00"))
    stage.do("suppress", "add", "ann1@example.com")
    stage.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    stage.edit("playbooks/checkup.yaml", "    only_if: {uses_reports: true}\n", "")
    told = stage.run("--dry-run", as_of=later).data
    done = stage.run(as_of=later).data
    assert told["runs"][0]["touches"] == done["runs"][0]["touches"] == {"email": {became: 3}}
    waiting = {"unbound": 3} if became == "ready" else {}
    assert told["runs"][0]["waiting"] == done["runs"][0]["waiting"] == waiting
    assert stage.do("status", "--format", "json").data["waiting"] == waiting
    if became == "ready":
        assert {each["reason"] for each in told["would"]} == {"unbound"}


@pytest.mark.parametrize("again", [day(10, "13:00"), day(11, "08:00")])
def test_what_waits_is_refused_to_who_unsubscribed_when_it_is_looked_at(
    stage: Stage, again: str
) -> None:
    """Suppression is asked before the window: who may get nothing does not wait for it anew."""
    write(stage, PATIENT, MORNING)
    stage.run(as_of=day(10, "08:00"))
    stage.do("suppress", "add", "ann1@example.com")
    told, done = come_to(stage, again)
    assert told == done
    assert done[0]["touches"] == {"email": {"sent": 2, "skipped": 1}}
    assert done[0]["waiting"] == {"window": 2}
    assert stage.do("status", "--format", "json").data["reasons"]["suppressed"] == 1


@pytest.mark.parametrize("rule", ["exit_when: {uses_reports: true}\n", ""], ids=["left", "never"])
def test_what_ends_with_the_pass_gives_its_address_free(stage: Stage, rule: str) -> None:
    """Who waited there leaves, or is not to be written to: another one gets the mail at once."""
    never = ", never_contact: [{segment: troubled}]" if not rule else ""
    write(stage, PATIENT, MORNING.replace("}}", "}" + never + "}"))
    stage.write("segments/troubled.yaml", TROUBLED)
    stage.edit("playbooks/checkup.yaml", "steps:", f"{rule}steps:")
    one, two = ({"user_id": key, "email": "us@example.com"} for key in (1, 2))
    stage.put_users(one)
    stage.run(as_of=day(10, "08:00"))
    stage.put_users({**one, "uses_reports": "true"}, two)
    told, done = come_to(stage, day(10, "08:30"))
    assert told == done
    assert done[0]["waiting"] == {"window": 1}
    told, done = come_to(stage, day(10))
    assert told == done
    assert stage.mailed == ["us@example.com"]


GOALS = {
    "a goal that ends nothing": "{name: seen, when: {uses_reports: true}, ends: false}",
    "a level of it": (
        "{name: seen, when: {user_id: 9}, within: 9 days, levels: [[half, {uses_reports: true}]]}"
    ),
}
STANDING = {
    "for its window": (PATIENT, {"email": {"sent": 3}}),
    "for a time": ("  - wait: 1 day\n  - task: Look\n", {"task": {"sent": 3}}),
    "for a condition": (
        "  - wait_for: {uses_reports: true}\n    at_most: 9 days\n    then: [{task: Look}]\n",
        {"task": {"sent": 1}},
    ),
    "while one holds": (
        "  - task: Look\n"
        "    hold_while: {when: {uses_reports: false}, at_most: 9 days, then: skip}\n",
        {"task": {"sent": 1}},
    ),
    "for its digest": (
        '  - {task: Look, digest: {by: house.dana, schedule: "0 9 * * *"}}\n',
        {"task": {"sent": 1}},
    ),
}


@pytest.mark.parametrize("goal", GOALS.values(), ids=GOALS)
@pytest.mark.parametrize(("steps", "touches"), STANDING.values(), ids=STANDING)
def test_who_reaches_a_goal_and_stays_goes_on_as_well(
    stage: Stage, goal: str, steps: str, touches: dict[str, dict[str, int]]
) -> None:
    """A rehearsal forgot what somebody waited for on whom it had decided something."""
    write(stage, steps, MORNING)
    stage.edit("playbooks/checkup.yaml", "steps:", f"goal: {goal}\nsteps:")
    stage.run(as_of=day(10, "13:00"))
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    told, done = come_to(stage, day(12))
    assert told == done
    assert done[0]["touches"] == touches


@pytest.mark.parametrize("goal", GOALS.values(), ids=GOALS)
def test_what_waits_for_them_waits_on_where_its_window_is_shut(stage: Stage, goal: str) -> None:
    write(stage, PATIENT, MORNING)
    stage.edit("playbooks/checkup.yaml", "steps:", f"goal: {goal}\nsteps:")
    stage.run(as_of=day(10, "13:00"))
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    told, done = come_to(stage, day(11, "13:00"))
    assert told == done
    assert done[0]["waiting"] == {"window": 3}


AGAIN = """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
entry: {again: always, ENTRY}
steps: [{email: hello}]
"""


@pytest.mark.parametrize("entry", ["per_run: 5", "per_run: 2", "fuse: {matched: 2}"])
@pytest.mark.parametrize("between", ["", "approve"])
def test_a_run_at_the_instant_of_an_earlier_one_is_that_run(
    stage: Stage, entry: str, between: str
) -> None:
    """Nobody enters by it again; one that a fuse holds says so until a person has decided."""
    stage.write("playbooks/checkup.yaml", AGAIN.replace("ENTRY", entry))
    first = come_to(stage, day(10))[1]
    held = [each["id"] for each in stage.do("held", "--format", "json").data]
    assert bool(held) == ("fuse" in entry)
    assert stage.run("--dry-run", as_of=day(10)).data["runs"][0]["held"] == again(stage)["held"]
    if between and held:
        stage.do("held", between, *held)
    told, done = come_to(stage, day(10))
    assert told == done
    assert done[0]["matched"] == first[0]["matched"] == 3
    assert done[0]["entered"] == (3 if between and held else 0)


def again(stage: Stage) -> Any:
    """The run once more; exit status and sentence are those of the first while it is held."""
    answer = stage.run(as_of=day(10))
    assert answer.status == bool(answer.data["runs"][0]["held"])
    return answer.data["runs"][0]


ASKING = """\
playbook: asking
priority: 90
segment: {of: user, where: [{user_id: [2, 3]}]}
steps: [{enroll: checkup}]
"""
OF_EACH = """\
playbook: checkup
segment: {of: user, where: [{uses_reports: true}]}
entry: {again: {each: account, after: 1 day}}
steps: [{wait: 3 days}]
"""


@pytest.mark.parametrize("before", [(), (day(2), day(9))], ids=["new", "inside before"])
def test_who_is_asked_in_finds_one_of_its_account_inside(
    stage: Stage, before: tuple[str, ...]
) -> None:
    """Also one who enters by the segment only in the pass that is rehearsed."""
    stage.write("playbooks/checkup.yaml", OF_EACH)
    stage.put_users({"user_id": 2, "uses_reports": "true"})
    for as_of in before:
        stage.run(as_of=as_of)
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    stage.write("playbooks/asking.yaml", ASKING)
    told, done = come_to(stage, day(10))
    assert told == done
    assert done[1]["invited"] == {"already_inside": 2}
