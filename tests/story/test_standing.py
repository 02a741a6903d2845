"""`explain` of a playbook: where one customer stands, what it waits for, what comes and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.stage import Answer, Stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "explain.json"
PATH = "playbooks/checkup.yaml"
WINDOW = '  send_window: {days: mon-fri, from: "09:00", to: "17:00"}\n'
CAP = "  frequency_caps: [{channel: email, at_most: 1, per: 2 days}]\n"
GOAL = "goal: {name: adopted, when: {uses_reports: true}, within: 30 days}\nsteps:"


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


def asked(stage: Stage, at: str, key: int = 1) -> Answer:
    found = stage.do("explain", "checkup", "--for", str(key), "--as-of", at)
    assert (found.status, found.err) == (0, "")
    return found


def data(stage: Stage, at: str, key: int = 1) -> Any:
    found = stage.do("explain", "checkup", "--for", str(key), "--as-of", at, "--format", "json")
    assert (found.status, found.err) == (0, "")
    Draft202012Validator(json.loads(REPORT.read_text())).validate(found.data)
    return found.data


def policy(stage: Stage, text: str) -> None:
    path = stage.root / "touchline.yaml"
    stage.write("touchline.yaml", path.read_text().split("policy:\n")[0] + "policy:\n" + text)


def coming(found: Any) -> list[tuple[str, str]]:
    return [(each["step"], each["at"][:16]) for each in found["next"]["steps"]]


# ---------------------------------------------------------------- the check-up, day by day


def test_before_it_enters_all_that_would_come_is_told(stage: Stage) -> None:
    stage.edit(PATH, "steps:", 'schedule: "0 9 * * 1-5"\n' + GOAL)
    text = asked(stage, day(9, "12:00")).out
    assert "It would enter at the next run, Tue 10 Mar 09:00 (in 21 hours)." in text
    assert "not inside: it never was" in text
    assert "Sun 15 Mar 09:00 (in 6 days): task-1: task `Call" in text
    found = data(stage, day(9, "12:00"))
    assert found["entry"]["would_enter_at"] == "2026-03-10T13:00:00+00:00"
    assert coming(found) == [
        ("email-1", "2026-03-10T13:00"),
        ("wait-1", "2026-03-10T13:00"),
        ("task-1", "2026-03-15T13:00"),
        ("webhook-1", "2026-03-15T13:00"),
    ]
    assert found["next"]["ending"] == "completed"
    assert found["policy"]["step"] == "email-1"
    assert found["goal"]["tree"]["holds"] is False


def test_while_it_waits_the_end_of_the_wait_is_told(stage: Stage) -> None:
    stage.edit(PATH, "steps:", GOAL)
    stage.run(as_of=day(10))
    text = asked(stage, day(12)).out
    for told in (
        "inside since Tue 10 Mar 09:00 (2 days ago)",
        "at step wait-1: wait 5 days",
        "stands still until Sun 15 Mar 09:00 (in 3 days)",
        "email-1, email to ann1@example.com: went out Tue 10 Mar 09:00 (2 days ago)",
        "The goal adopted, which counts until Thu 9 Apr 09:00 (in 28 days)",
        "✗ uses_reports is true   [false]",
        "then it leaves, completed: Sun 15 Mar 09:00 at the earliest",
        "Tue 10 Mar 09:00  sent email-1",
    ):
        assert told in text
    found = data(stage, day(12))
    inside = found["standing"]["inside"]
    assert (inside["step"], inside["phase"], inside["until"][:16]) == (
        "wait-1", "waiting", "2026-03-15T13:00",
    )  # fmt: skip
    assert coming(found)[0] == ("task-1", "2026-03-15T13:00")


def test_a_wait_that_is_over_goes_on_at_the_next_pass(stage: Stage) -> None:
    stage.run(as_of=day(10))
    assert "stood still until Sun 15 Mar 09:00 (1 day ago)" in asked(stage, day(16)).out
    assert coming(data(stage, day(16)))[0] == ("task-1", "2026-03-16T13:00")


def test_when_the_goal_is_reached_it_is_told_so_and_then_that_it_left(stage: Stage) -> None:
    stage.edit(PATH, "steps:", GOAL)
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1, "uses_reports": "true"})
    found = data(stage, day(11))
    assert found["goal"]["tree"]["holds"] is found["exit_when"]["holds"] is True
    stage.run(as_of=day(11))
    text = asked(stage, day(12)).out
    assert "not inside: it left Wed 11 Mar 09:00 (1 day ago), outcome goal: adopted" in text
    assert "Wed 11 Mar 09:00  left: goal, adopted" in text
    assert data(stage, day(12))["standing"]["ended"][0]["outcome"] == "goal"


def test_the_task_at_hand_is_told_with_who_has_it(stage: Stage) -> None:
    stage.edit(PATH, "  - webhook: hook\n", "  - wait: 1 day\n  - webhook: hook\n")
    stage.run(as_of=day(10))
    stage.run(as_of=day(15))
    text = asked(stage, day(15)).out
    assert "task-1, task to casey@acme.example.com: open for Casey, due 2026-03-17, made" in text


def test_one_who_is_gone_from_the_source_is_still_inside(stage: Stage) -> None:
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 2})
    found = data(stage, day(11))
    assert (found["matches"], found["standing"]["present"]) == (False, False)
    assert found["entry"]["gate"] == "gone"
    text = asked(stage, day(11)).out
    assert "gone from the source: it leaves before its next step" in text
    assert "1 does not match" in text
    assert stage.do("explain", "checkup", "--for", "9").status == 1, "nobody of that key anywhere"


def test_of_the_past_the_tree_is_asked_and_the_standing_is_of_now(stage: Stage) -> None:
    stage.run(as_of=day(10))
    found = data(stage, "2026-02-01T09:00:00-05:00")
    assert found["matches"] is False
    assert found["standing"]["inside"]["step"] == "wait-1"
    assert found["standing"]["as_of"] > "2026-03-10"
    assert "as of now: what the ledger keeps" in asked(stage, "2026-02-01T09:00:00-05:00").out


# ---------------------------------------------------------------- what holds it up


def test_a_mail_that_waits_for_its_window(stage: Stage) -> None:
    policy(stage, WINDOW)
    stage.run(as_of=day(10, "20:00"))
    text = asked(stage, day(10, "21:00")).out
    assert "stands here until its touches have ended; still open: 1" in text
    assert "waits for the send window, which opens Wed 11 Mar 09:00 (in 12 hours)" in text
    assert "The contact policy, for the email email-1 (topic general)" in text
    assert "the send window opens Wed 11 Mar 09:00 (in 12 hours)" in text
    found = data(stage, day(10, "21:00"))
    (touch,) = found["standing"]["inside"]["touches"]
    assert (touch["reason"], touch["next_attempt_at"][:16]) == ("window", "2026-03-11T13:00")
    assert coming(found)[0] == ("wait-1", "2026-03-11T13:00"), "the wait begins once it has gone"


def test_the_window_of_a_later_mail_is_reckoned_with(stage: Stage) -> None:
    policy(stage, WINDOW)
    stage.edit(PATH, "  - webhook: hook\n", "  - email: hello\n  - webhook: hook\n")
    found = data(stage, day(10))
    at = dict(coming(found))
    assert at["email-2"] == "2026-03-16T13:00", "15 March is a Sunday"
    assert at["webhook-1"] == "2026-03-16T13:00"


@pytest.mark.parametrize(
    ("to", "stopped", "mail", "after"),
    [
        pytest.param("user", "", "2026-03-11T13:00", "2026-03-11T13:00", id="customer"),
        pytest.param("account.csm", "", "2026-03-11T02:00", "2026-03-11T02:00", id="colleague"),
        pytest.param("[user, account.csm]", "", "2026-03-11T02:00", "2026-03-11T13:00", id="both"),
        pytest.param("user", "suppress", "2026-03-11T02:00", "2026-03-11T02:00", id="suppressed"),
        pytest.param("user", "never", "2026-03-11T02:00", "2026-03-11T02:00", id="never"),
        pytest.param(
            "[user, account.csm]", "never", "2026-03-11T02:00", "2026-03-11T02:00", id="but one"
        ),
    ],
)
def test_only_mail_that_goes_to_a_customer_waits_for_a_window(
    stage: Stage, to: str, stopped: str, mail: str, after: str
) -> None:
    """Whoever gets none is past the step at once, and the next one comes by that."""
    rule = "  never_contact: [{segment: sore}]\n" if stopped == "never" else ""
    stage.write("segments/sore.yaml", "segment: sore\nof: user\nwhere: [{uses_reports: false}]\n")
    policy(stage, WINDOW + rule)
    stage.edit(PATH, "from: account.csm", f"to: {to}")
    stage.edit(PATH, "  - wait: 5 days\n", "")
    stage.do("ledger", "init")
    if stopped == "suppress":
        stage.do("suppress", "add", "ann1@example.com")
    assert dict(coming(data(stage, day(10, "22:00")))) == {
        "email-1": mail, "task-1": after, "webhook-1": after,
    }  # fmt: skip
    stage.run(as_of=day(10, "22:00"))
    tasks = [each["key"] for each in stage.do("tasks", "--format", "json").data]
    assert ("1" in tasks) == (after == "2026-03-11T02:00"), tasks


def test_a_mail_that_is_capped(stage: Stage) -> None:
    policy(stage, CAP)
    stage.edit(PATH, "  - wait: 5 days\n", "  - email: hello\n    id: again\n  - wait: 5 days\n")
    stage.run(as_of=day(10))
    text = asked(stage, day(11)).out
    assert (
        "again, email to ann1@example.com: waits for room under a frequency cap until Thu 12"
        in text
    )
    assert (
        "cap of 1 email over email in 2 days: 1 of 1 for ann1@example.com, room from Thu 12 Mar "
        "09:00 (in 1 day)"
    ) in text
    (recipient,) = data(stage, day(11))["policy"]["recipients"]
    assert (recipient["waits_for"], recipient["waits_until"][:16]) == ("capped", "2026-03-12T13:00")


def test_who_is_suppressed_and_who_is_never_contacted(stage: Stage) -> None:
    stage.write("segments/sore.yaml", "segment: sore\nof: user\nwhere: [{uses_reports: false}]\n")
    policy(stage, "  never_contact: [{segment: sore}]\n")
    stage.run(as_of=day(1))
    assert "user, Ann1 <ann1@example.com>: may be written to" in asked(stage, day(10)).out
    stage.do("suppress", "add", "ann1@example.com")
    text = asked(stage, day(10)).out
    assert "suppressed, gets nothing at all" in text
    assert "never_contact holds: in the segment sore" in text
    found = data(stage, day(10))["policy"]
    assert found["recipients"][0]["refusal"] == "suppressed"
    assert found["never_contact"][0]["holds"] is True


def test_a_suppression_of_another_topic_is_none_of_this_one(stage: Stage) -> None:
    stage.do("ledger", "init")
    stage.write("emails/tips.md", "---\nsubject: Tips\ntopic: tips\n---\nHi.\n")
    stage.do("suppress", "add", "ann1@example.com", "--topic", "tips")
    assert data(stage, day(10))["policy"]["recipients"][0]["refusal"] == ""
    stage.edit(PATH, "email: hello", "email: hello\n    topic: tips")
    assert "suppressed, gets nothing of tips" in asked(stage, day(10)).out


def test_a_draft_names_who_has_to_approve_it(stage: Stage) -> None:
    stage.edit(PATH, "from: account.csm", "from: account.csm\n    approve: house.dana")
    stage.run(as_of=day(10))
    text = asked(stage, day(10)).out
    assert (
        "a draft that waits for dana@acme.example.com (`touchline held`), until Fri 13 Mar" in text
    )


def test_a_halt_and_a_pause_are_told_first(stage: Stage) -> None:
    stage.run(as_of=day(10))
    stage.do("halt", "--why", "wrong price list")
    assert "HALTED (everything): nothing goes out: wrong price list" in asked(stage, day(11)).out
    stage.edit(PATH, "segment:", "status: paused\nsegment:")
    assert "the playbook is paused" in asked(stage, day(11)).out


def test_what_a_pause_holds_up_comes_later_by_as_long(stage: Stage) -> None:
    """While it goes on, once the file says that it is over, and after the run that finds it so."""
    stage.run(as_of=day(10))
    stage.edit(PATH, "segment:", "status: paused\nsegment:")
    stage.run(as_of=day(11))
    moved = [("task-1", "2026-03-17T13:00"), ("webhook-1", "2026-03-17T13:00")]
    assert coming(data(stage, day(13))) == moved
    stage.edit(PATH, "status: paused", "status: active")
    assert coming(data(stage, day(13))) == moved
    stage.run(as_of=day(13))
    assert coming(data(stage, day(14))) == moved


# ---------------------------------------------------------------- branches


WATCH = """\
playbook: checkup
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
steps:
  - email: hello
  - wait_for: {all: [{uses_reports: true}, {step: email-1, is: sent}]}
    at_most: 4 days
    then: [{exit: happy}]
    else:
      - task: Call
        hold_while: {when: {uses_reports: true}, at_most: 2 days, then: skip}
"""


def test_what_a_wait_for_waits_for_is_asked_in_its_own_stay(stage: Stage) -> None:
    stage.write(PATH, WATCH)
    stage.run(as_of=day(10))
    text = asked(stage, day(11)).out
    assert "waits until this holds, at most until Sat 14 Mar 09:00 (in 3 days):" in text
    assert "✓ its step email-1 is sent" in text
    assert "then, if uses_reports is true and its step email-1 is sent:" in text
    found = data(stage, day(11))
    tree = found["standing"]["inside"]["waits_for"]
    assert [each["holds"] for each in tree["children"]] == [False, True]
    (fork,) = found["next"]["steps"]
    ways = {way["name"]: way["next"] for way in fork["ways"]}
    assert (ways["then"]["ending"], ways["then"]["steps"][0]["step"]) == ("exits", "exit-1")
    assert ways["else"]["steps"][0]["at"] == "2026-03-14T13:00:00+00:00"


def test_what_holds_a_step_is_told_with_its_limit(stage: Stage) -> None:
    stage.write(PATH, WATCH.replace("uses_reports: true}, {step", "uses_reports: false}, {step"))
    stage.edit(PATH, "then: [{exit: happy}]\n    else:", "then:")
    stage.put_users({"user_id": 1})
    stage.edit(PATH, "when: {uses_reports: true}", "when: {uses_reports: false}")
    stage.run(as_of=day(10))
    stage.run(as_of=day(10, "10:00"))
    text = asked(stage, day(11)).out
    assert "held by hold_while as long as this holds, at most until Thu 12 Mar" in text
    assert "✓ uses_reports is false   [false]" in text


def test_a_wait_for_a_moment_that_is_missing(stage: Stage) -> None:
    stage.edit(
        "catalog/user.yaml", "uses_reports: boolean", "uses_reports: boolean\n  renews_on: date"
    )
    stage.edit(PATH, "wait: 5 days", "wait: {until: 2 days before renews_on}")
    stage.put_users({"user_id": 1, "renews_on": ""}, {"user_id": 2, "renews_on": "2026-03-20"})
    stage.run(as_of=day(10))
    text = asked(stage, day(11)).out
    assert "at step wait-1: wait until 2 days before renews_on" in text
    assert "stands still: the moment that it waits for is missing" in text
    assert data(stage, day(11))["next"]["ending"] == "missing"
    assert "stands still until Wed 18 Mar 00:00 (in 7 days)" in asked(stage, day(11), 2).out


def test_the_way_of_a_split_is_known_beforehand(stage: Stage) -> None:
    stage.write(PATH, WATCH.split("steps:", maxsplit=1)[0] + (
        "steps:\n  - split: [{name: calls, share: 50%, steps: [{task: Call}]}, "
        "{name: mails, share: 50%, steps: [{email: hello}]}]\n"
    ))  # fmt: skip
    told = {key: data(stage, day(10), key)["next"]["steps"] for key in (1, 2, 3)}
    stage.run(as_of=day(10))
    for key, (split, step) in told.items():
        did = data(stage, day(10), key)["events"]
        assert any(step["step"] in each["told"] for each in did), (split["taken"], did)


# ---------------------------------------------------------------- entry


@pytest.mark.parametrize(
    ("again", "told", "possible_from"),
    [
        ("never", "and entry.again does not let it back.", None),
        ("{times: 1}", "and entered 1 time, as often as entry.again lets it.", None),
        (
            "{after: 10 days}",
            "entry.again lets it back 10 days after it left: from Wed 25 Mar 09:00 (in 9 days) on.",
            "2026-03-25T13:00:00+00:00",
        ),
        ("{per: uses_reports}", "lets each uses_reports in once, and it was False then", None),
    ],
    ids=["never", "times", "after", "per"],
)
def test_who_was_inside_learns_when_it_may_again(
    stage: Stage, again: str, told: str, possible_from: str | None
) -> None:
    stage.edit(PATH, "steps:", f"entry: {{again: {again}}}\nsteps:")
    stage.run(as_of=day(10))
    stage.run(as_of=day(15))
    entry = data(stage, day(16))["entry"]
    assert told in entry["told"]
    assert (entry["gate"], entry["possible_from"]) == ("again", possible_from)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("steps:", "entry: {holdout: 99.9%}\nsteps:", "in the holdout: it gets nothing"),
        ("steps:", "entry: {per_run: 1}\nsteps:", "A run lets 1 in, the lowest keys first"),
        (
            "steps:",
            "entry: {again: {each: account}}\nsteps:",
            "Of several of one account who would",
        ),
        (
            "steps:",
            "entry: {fuse: {matched: 2, share: 20%}}\nsteps:",
            "A run by which more than 2 or 20% of all would enter is held (fuse)",
        ),
        (
            "segment:",
            'schedule: {cron: "0 9 * * *", until: 2026-03-09}\nsegment:',
            "The schedule has ended: nothing fires by itself any more.",
        ),
        ("segment:", "status: draft\nsegment:", "the playbook is a draft, which never runs"),
        ("segment:", "status: paused\nsegment:", "The playbook is paused: nobody enters."),
        ("uses_reports: true", "uses_reports: false", "it meets exit_when already"),
        ("between: [30, 90]", "between: [3, 9]", "it is not in the segment"),
    ],
    ids=["holdout", "throttle", "each", "fuse", "ended", "draft", "paused", "exit", "segment"],
)
def test_each_gate_is_told(stage: Stage, old: str, new: str, told: str) -> None:
    stage.edit(PATH, old, new)
    assert told in asked(stage, day(10)).out


def test_a_run_that_a_fuse_holds_is_told_with_what_to_do(stage: Stage) -> None:
    stage.edit(PATH, "steps:", "entry: {fuse: {matched: 1}}\nsteps:")
    stage.run(as_of=day(10))
    entry = data(stage, day(10, "10:00"))["entry"]
    assert entry["enters"] is True
    (remark,) = entry["remarks"]
    assert "`touchline held approve " in remark


def test_what_can_hold_a_first_run_is_told_until_it_went_through(stage: Stage) -> None:
    told = "A run by which more than 2 would enter is held (first_run)"
    policy(stage, "  first_run: {matched: 2}\n")
    assert told in asked(stage, day(9)).out, "there is no ledger yet"
    stage.put_users({"user_id": 1})
    stage.do("ledger", "init")
    assert told in asked(stage, day(9)).out
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1}, {"user_id": 2})
    assert data(stage, day(11), 2)["entry"]["remarks"] == []


def test_a_first_run_that_says_what_a_vanished_playbook_said_is_told_as_held(stage: Stage) -> None:
    stage.put_users({"user_id": 1})
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1}, {"user_id": 2})
    text = (stage.root / PATH).read_text()
    (stage.root / PATH).unlink()
    stage.write("playbooks/renamed.yaml", text.replace("playbook: checkup", "playbook: renamed"))
    told = stage.do("explain", "renamed", "--for", "2", "--as-of", day(11)).out
    assert "It says just what checkup said, which is gone from the project" in told
    assert stage.run(as_of=day(11)).data["runs"][0]["entered"] == 0


def test_who_would_enter_several_playbooks_learns_that_one_has_it(stage: Stage) -> None:
    """The run of the one that goes before takes it in, whatever the other has told."""
    policy(stage, "  one_at_a_time: true\n")
    assert data(stage, day(10))["entry"]["remarks"] == []
    first = (stage.root / PATH).read_text().replace("playbook: checkup", "playbook: first")
    stage.write("playbooks/first.yaml", f"priority: 90\n{first}")
    (remark,) = data(stage, day(10))["entry"]["remarks"]
    assert "the one of the highest priority does: one_at_a_time holds" in remark
    assert stage.run(as_of=day(10)).data["runs"][1]["skipped"] == {"in_another_playbook": 3}


ASKING = """\
playbook: asking
segment: {of: user, where: [{user_id: 1}]}
steps: [{enroll: checkup}]
"""


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{existing: skip, per_run: 1}", "it would enter at the next pass."),
        ("{holdout: 99.9%}", "it would enter at the next pass, in the holdout: it gets nothing"),
    ],
)
def test_who_was_asked_in_by_a_step_enters_whatever_the_segment_says(
    stage: Stage, entry: str, told: str
) -> None:
    stage.edit(PATH, "between: [30, 90]", "between: [3, 9]")
    stage.edit(PATH, "steps:", f"status: paused\nentry: {entry}\nsteps:")
    stage.write("playbooks/asking.yaml", ASKING)
    stage.run(as_of=day(10))
    found = data(stage, day(11))
    assert (found["entry"]["gate"], found["entry"]["would_enter_at"][:10]) == ("", "2026-03-11")
    assert told in found["entry"]["told"]
    assert found["entry"]["remarks"] == ["The playbook is paused: nobody enters."]
    assert data(stage, day(11), 2)["entry"]["gate"] == "segment"
    stage.edit(PATH, "status: paused\n", "")
    stage.run(as_of=day(11))
    assert data(stage, day(11))["standing"]["inside"] is not None


def test_who_was_asked_in_is_kept_out_by_the_gates_of_everybody(stage: Stage) -> None:
    stage.edit(PATH, "steps:", "status: paused\nsteps:")
    stage.write("playbooks/asking.yaml", ASKING)
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1, "uses_reports": "true"})
    assert data(stage, day(11))["entry"]["gate"] == "exit"


def test_one_in_the_holdout_rests(stage: Stage) -> None:
    stage.edit(PATH, "steps:", "entry: {holdout: 99.9%}\n" + GOAL)
    stage.run(as_of=day(10))
    text = asked(stage, day(11)).out
    assert "held out for comparison: it gets nothing, and rests until Thu 9 Apr 09:00" in text
    assert "What comes next: nothing by itself" in text
    assert "3 held out" in stage.do("status").out


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("on_change", "told", "first"),
    [
        ("keep", "it goes on with that one", ("task-1", "2026-03-15T13:00")),
        ("move", "the next pass moves it to today's", ("task-1", "2026-03-19T13:00")),
        ("exit", "the next pass lets it leave", None),
    ],
)
def test_what_becomes_of_one_of_an_older_version(
    stage: Stage, on_change: str, told: str, first: tuple[str, str] | None
) -> None:
    stage.edit(PATH, "steps:", f"on_change: {on_change}\nsteps:")
    stage.run(as_of=day(10))
    stage.edit(PATH, "wait: 5 days", "wait: 9 days")
    assert told in asked(stage, day(11)).out
    found = data(stage, day(11))
    assert (coming(found)[0] if first else found["next"]["ending"]) == (first or "held")


def test_one_whose_step_is_gone_is_held(stage: Stage) -> None:
    stage.edit(PATH, "steps:", "on_change: move\nsteps:")
    stage.run(as_of=day(10))
    stage.edit(PATH, "  - wait: 5 days\n", "")
    found = data(stage, day(11))
    assert found["standing"]["inside"]["becomes"] == "step_gone"
    assert "held as step_gone: today's has no such step" in asked(stage, day(11)).out


# ---------------------------------------------------------------- status


def test_status_counts_who_does_what_at_each_step(stage: Stage) -> None:
    stage.write(PATH, WATCH)
    stage.run(as_of=day(10))
    (line,) = stage.do("status", "--format", "json").data["playbooks"]
    assert line["phases"] == {"wait_for-1": {"watching": 3}}
    assert "3 wait_for-1 (watching)" in stage.do("status").out


# ---------------------------------------------------------------- touches that ended meanwhile

SECOND = """\
playbook: second
priority: 90
segment: {of: user, where: [{user_id: 9}]}
steps: [{task: Call}]
"""


def let_expire(stage: Stage, words: str) -> None:
    """A draft is made at nine, and expires at one, while another playbook delivers."""
    stage.write("playbooks/second.yaml", SECOND)
    stage.edit(
        PATH, "from: account.csm", f"approve: house.dana\n    max_lateness: 3 hours\n    {words}"
    )
    stage.run("checkup", as_of=day(10))
    stage.run("second", as_of=day(10, "13:00"))


def test_a_wait_after_a_touch_counts_from_its_end(stage: Stage) -> None:
    """Not from the look that is taken before a pass has seen it."""
    let_expire(stage, "on_failure: continue")
    told = data(stage, day(10, "18:00"))["next"]["steps"][0]
    stage.run(as_of=day(10, "18:00"))
    assert told["until"] == data(stage, day(10, "18:00"))["standing"]["inside"]["until"]
    assert told["until"] == "2026-03-15T17:00:00+00:00"


def test_one_whose_step_has_failed_leaves_where_it_says_so(stage: Stage) -> None:
    let_expire(stage, "on_failure: exit")
    found = data(stage, day(10, "18:00"))["next"]
    assert found == {"steps": [], "ending": "exits", "at": "2026-03-10T22:00:00+00:00"}
    assert "it leaves, as on_failure says" in asked(stage, day(10, "18:00")).out
    stage.run(as_of=day(10, "18:00"))
    assert data(stage, day(10, "18:00"))["standing"]["inside"] is None


def test_a_digest_that_is_on_its_way_is_told_as_its_touch(stage: Stage) -> None:
    digest = 'digest: {by: account.csm, schedule: "0 9 * * *"}'
    stage.edit(PATH, "email: hello\n    from: account.csm", f"email: list\n    {digest}")
    stage.write("emails/list.md", "---\nsubject: Today\n---\n{{ items | length }}\n")
    stage.edit("touchline.yaml", f"port: {stage.mail.port}", "port: 1")
    assert stage.run(as_of=day(10)).status == 3
    (touch,) = data(stage, day(10))["standing"]["inside"]["touches"]
    assert (touch["step"], touch["state"], touch["to"]) == (
        "email-1", "ready", "casey@acme.example.com",
    )  # fmt: skip
    assert "stands here until its touches have ended; still open: 1" in asked(stage, day(10)).out
