"""The contact policy on real parts: what the mail server got, and when, is what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stage import AS_OF, Stage, open_stage

TEN = "2026-03-10T10:00:00-04:00"
SECOND = """\
playbook: second
owner: cs@acme.example.com
priority: 90
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
steps:
  - email: hello
    from: account.csm
"""
MAX_LATENESS = "  - email: hello\n    max_lateness: 1 hours\n"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The small project, whose users have zones."""
    with open_stage(tmp_path) as opened:
        opened.edit("catalog/user.yaml", "email: email}", "email: email, timezone: tz}")
        opened.edit("catalog/user.yaml", "  uses_reports", "  tz: text\n  uses_reports")
        opened.put_users(
            {"user_id": 1, "tz": "America/New_York"},
            {"user_id": 2, "tz": "Asia/Kolkata"},
            {"user_id": 3, "tz": "Mars/Olympus"},
        )
        yield opened


def policy(stage: Stage, text: str) -> None:
    """Add a policy to the project, in lines that stand under `policy:`."""
    path = stage.root / "touchline.yaml"
    settings = path.read_text().split("policy:\n")[0]
    stage.write("touchline.yaml", settings + "policy:\n" + text)


def got(stage: Stage) -> list[str]:
    """The addresses that the server took mail for, in its order."""
    return [recipient for mail in stage.mail.received for recipient in mail.recipients]


def subjects(stage: Stage) -> list[str]:
    """The subjects of the same mails."""
    return [str(mail["subject"]) for mail in stage.letters]


WINDOW = '  send_window: {days: mon-fri, from: "09:00", to: "17:00"}\n'


def test_everyone_is_written_to_in_hours_of_their_own(stage: Stage) -> None:
    """Nine in New York is evening in Kolkata; a zone that is none counts as the project's."""
    policy(stage, WINDOW)
    first = stage.run()
    assert sorted(got(stage)) == ["ann1@example.com", "ann3@example.com"]
    assert first.status == 0
    assert first.data["runs"][0]["waiting"] == {"window": 1}
    assert first.data["runs"][0]["touches"]["email"] == {"ready": 1, "sent": 2}
    status = stage.do("status", "--format", "json").data
    assert status["waiting"] == {"window": 1}
    shut = stage.run(as_of="2026-03-10T23:29:59-04:00").data["runs"][0]
    assert len(got(stage)) == 2
    assert (shut["touches"], shut["waiting"]) == ({"email": {"ready": 1}}, {"window": 1})
    opened = stage.run(as_of="2026-03-10T23:30:00-04:00").data["runs"][0]
    assert got(stage)[2:] == ["ann2@example.com"]
    assert opened["touches"]["email"] == {"sent": 1}, "whichever run has made it"
    assert opened["waiting"] == {}


def test_who_has_a_role_at_an_account_reads_in_no_users_zone(stage: Stage) -> None:
    """The champion has no zone, and their account no contact: the project's counts, not Kolkata."""
    champion = "people:\n  champion: {name: csm_name, email: csm_email}\nteam:"
    stage.edit("catalog/account.yaml", "team:", champion)
    stage.edit(
        "playbooks/checkup.yaml", "email: hello\n", "email: hello\n    to: account.champion\n"
    )
    stage.put_users({"user_id": 2, "tz": "Asia/Kolkata"})
    policy(stage, WINDOW)
    stage.run()
    assert got(stage) == ["casey@acme.example.com"]


def test_a_dry_run_counts_its_own_mails_under_a_cap(stage: Stage) -> None:
    """What one playbook would send leaves no room for the next: as it comes, so it is foreseen."""
    policy(stage, "  frequency_caps: [{at_most: 1, per: 1 day}]\n")
    stage.write("playbooks/second.yaml", SECOND)
    for _ in range(2):  # without a ledger, and with one
        told = stage.run("--dry-run").data["runs"]
        seen = {each["playbook"]: (each["touches"]["email"], each["waiting"]) for each in told}
        assert seen["second"] == ({"ready": 3}, {})
        assert seen["checkup"] == ({"ready": 3}, {"capped": 3})
        stage.do("ledger", "init")
    run = stage.run().data["runs"]
    assert {each["playbook"]: each["waiting"] for each in run} == {
        "second": {},
        "checkup": {"capped": 3},
    }


EACH = "  frequency_caps: [{at_most: 1, per: 1 day, each: account}]\n"


@pytest.mark.parametrize(
    "begun", [pytest.param((), id="no ledger"), pytest.param(("ledger", "init"), id="ledger")]
)
def test_a_dry_run_counts_the_mails_of_one_step_under_a_cap(
    stage: Stage, begun: tuple[str, ...]
) -> None:
    """Of three customers of one account the one is foreseen to be written to who then is."""
    policy(stage, EACH)
    if begun:
        stage.do(*begun)
    told = stage.run("--dry-run").data
    assert told["runs"][0]["waiting"] == {"capped": 2}
    foreseen = [each["to"] for each in told["would"] if not each["reason"]]
    stage.run()
    assert got(stage) == foreseen


def test_a_dry_run_keeps_no_room_under_a_cap_for_who_waits_for_a_window(stage: Stage) -> None:
    """It is evening for two of an account: the third goes, as it then does."""
    policy(stage, WINDOW + EACH)
    zones = {1: "America/New_York", 2: "Asia/Kolkata", 3: "Asia/Kolkata"}
    stage.put_users(*({"user_id": key, "tz": tz} for key, tz in zones.items()))
    stage.do("ledger", "init")
    told = stage.run("--dry-run").data
    assert told["runs"][0]["waiting"] == {"window": 2}
    assert [each["key"] for each in told["would"] if not each["reason"]] == [1]
    assert stage.run().data["runs"][0]["waiting"] == {"window": 2}
    assert got(stage) == ["ann1@example.com"]


def test_a_dry_run_has_a_copy_wait_with_its_mail(stage: Stage) -> None:
    """What goes to a colleague is told of no mail that has not gone."""
    policy(stage, EACH)
    stage.edit(
        "playbooks/checkup.yaml",
        "  - email: hello\n",
        "  - email: hello\n    cc: account.csm\n    one_copy: false\n",
    )
    told = stage.run("--dry-run").data
    assert told["runs"][0]["waiting"] == {"capped": 2}
    reasons = Counter((bool(each["copy_of"]), each["reason"]) for each in told["would"])
    assert reasons == {
        (copy, why): n for copy in (False, True) for why, n in (("", 1), ("capped", 2))
    }
    assert stage.run().data["runs"][0]["waiting"] == {"capped": 2}


def test_who_waited_too_long_for_room_goes_on_in_the_same_run(stage: Stage) -> None:
    """What is given up has ended: the step behind it does not wait for another pass."""
    policy(stage, EACH.replace("per: 1 day", "per: 7 days, give_up: 1 day"))
    stage.edit("playbooks/checkup.yaml", "  - email: hello\n    from: account.csm\n", AND_CALL)
    first = stage.run().data["runs"][0]
    assert (first["touches"]["task"], first["waiting"]) == ({"sent": 1}, {"capped": 2})
    given_up = stage.run(as_of="2026-03-11T09:00:00-04:00").data["runs"][0]
    assert given_up["touches"] == {"email": {"skipped": 2}, "task": {"sent": 2}}


AND_CALL = "  - email: hello\n    from: account.csm\n  - task: Call\n"
SHARED = [
    {"user_id": key, "email": email, "tz": "America/New_York"}
    for key, email in ((2, "both@example.com"), (10, "both@example.com"), (9, "own@example.com"))
]


def test_a_dry_run_tells_which_of_two_at_one_address_is_written_to(stage: Stage) -> None:
    """Both walk the customers in one order, whatever the digits of their keys."""
    stage.put_users(*SHARED)
    told = stage.run("--dry-run").data["would"]
    stage.run()
    log = stage.do("audit", "show", "--format", "json").data
    sent = {each["key"] for each in log if each["kind"] == "touch.sent"}
    assert {str(each["key"]) for each in told if each["status"] == "ready"} == sent


def test_a_dry_run_lets_go_what_a_run_would_of_what_waits(stage: Stage) -> None:
    """What waited for its window is foreseen: at whose hour, and what comes behind it."""
    policy(stage, WINDOW)
    stage.edit(
        "playbooks/checkup.yaml", "  - wait: 5 days\n", "  - webhook: hook\n    body: {n: 1}\n"
    )
    stage.run(as_of="2026-03-09T18:00:00-04:00")
    shut = stage.run("--dry-run", as_of="2026-03-10T08:59:00-04:00").data["runs"][0]
    assert (shut["touches"], shut["waiting"]) == ({"email": {"ready": 3}}, {"window": 3})
    told = stage.run("--dry-run", as_of="2026-03-10T09:00:00-04:00").data
    seen = sorted((each["key"], each["channel"], each["reason"]) for each in told["would"])
    assert [each for each in seen if each[1] == "email"] == [
        (1, "email", ""),
        (2, "email", "window"),
        (3, "email", ""),
    ]
    assert {each[0] for each in seen if each[1] == "hook"} == {1, 3}, "who waits goes no further"
    assert got(stage) == []
    done = stage.run(as_of="2026-03-10T09:00:00-04:00").data["runs"][0]
    assert sorted(got(stage)) == ["ann1@example.com", "ann3@example.com"]
    foreseen = told["runs"][0]["touches"]["hook"]["ready"]
    assert done["touches"]["hook"] == {"sent": foreseen}


def test_a_run_says_what_became_of_the_mails_of_earlier_ones(stage: Stage) -> None:
    """A mail that comes too late makes the exit status 1, and the report says why."""
    policy(stage, WINDOW)
    stage.edit("playbooks/checkup.yaml", "  - email: hello\n", MAX_LATENESS)
    stage.run(as_of="2026-03-10T18:00:00-04:00")
    late = stage.run(as_of="2026-03-13T18:00:00-04:00")
    assert late.status == 1
    assert late.data["runs"][0]["touches"]["email"] == {"expired": 3}


def test_a_window_that_is_changed_is_heeded_at_once(stage: Stage) -> None:
    policy(stage, '  send_window: {from: "20:00", to: "21:00"}\n')
    stage.run()
    assert got(stage) == []
    policy(stage, '  send_window: {from: "09:00", to: "10:30"}\n')
    stage.run(as_of=TEN)
    assert sorted(got(stage)) == ["ann1@example.com", "ann3@example.com"]


def test_a_dry_run_says_what_waits(stage: Stage) -> None:
    policy(stage, WINDOW)
    said = stage.run("--dry-run").data
    assert said["runs"][0]["waiting"] == {"window": 1}
    waiting = [each for each in said["would"] if each["reason"] == "window"]
    assert [each["key"] for each in waiting] == [2]
    assert got(stage) == []


def test_pauses_and_colleagues(stage: Stage) -> None:
    """Nobody is written to in a pause, but for people of ours."""
    policy(stage, "  pause_dates: [2026-03-10..2026-03-12]\n")
    stage.edit("playbooks/checkup.yaml", "    from: account.csm", "    to: [user, account.csm]")
    stage.run()
    assert set(got(stage)) == {"casey@acme.example.com"}


CAP = "  frequency_caps:\n    - {channel: email, at_most: 1, per: 2 days}\n"


def test_a_cap_lets_the_higher_priority_through(stage: Stage) -> None:
    stage.write("playbooks/second.yaml", SECOND.replace("email: hello", "email: other"))
    stage.write("emails/other.md", "---\nsubject: Other\n---\nOther.\n")
    policy(stage, CAP)
    run = stage.run()
    assert run.status == 0
    assert set(subjects(stage)) == {"Other"}
    assert len(got(stage)) == 3
    waiting = {each["playbook"]: each["waiting"] for each in run.data["runs"]}
    assert waiting == {"checkup": {"capped": 3}, "second": {}}
    stage.run(as_of="2026-03-12T08:59:59-04:00")
    assert len(got(stage)) == 3
    stage.run(as_of="2026-03-12T09:00:00-04:00")
    assert len(got(stage)) == 6


def test_a_cap_for_each_account(stage: Stage) -> None:
    policy(stage, "  frequency_caps: [{at_most: 2, per: 7 days, each: account, give_up: 1 day}]\n")
    stage.run()
    assert len(got(stage)) == 2
    stage.run(as_of="2026-03-11T09:00:00-04:00")
    assert len(got(stage)) == 2
    touches = stage.do("status", "--format", "json").data["touches"]
    assert touches["skipped"] == 1
    shown = stage.do("audit", "show", "--format", "json").data
    assert [each["body"]["reason"] for each in shown if each["kind"] == "touch.skipped"] == [
        "capped"
    ]


def test_what_is_required_passes_caps_but_no_bounce(stage: Stage) -> None:
    policy(stage, CAP + "  topics: {bill: {default: required}, tips: {}}\n")
    stage.write("playbooks/second.yaml", SECOND.replace("email: hello", "email: bill"))
    stage.write("emails/bill.md", "---\nsubject: Bill\ntopic: bill\n---\nPay.\n")
    stage.run("checkup")
    stage.do("suppress", "add", "ann1@example.com", "--topic", "bill")
    stage.do("suppress", "add", "ann2@example.com")
    stage.run("second", as_of=TEN)
    told = zip(got(stage), subjects(stage), strict=True)
    billed = {address for address, subject in told if subject == "Bill"}
    assert billed == {"ann1@example.com", "ann3@example.com"}


def test_a_topic_that_asks_for_a_subscription(stage: Stage) -> None:
    policy(stage, "  topics: {tips: {default: unsubscribed}}\n")
    stage.edit("emails/hello.md", "---\nsubject", "---\ntopic: tips\nsubject")
    for _ in range(2):  # without a ledger, and with one
        assert stage.run("--dry-run").data["runs"][0]["touches"]["email"] == {"skipped": 3}
        told = stage.do("explain", "checkup", "--for", "1", "--as-of", AS_OF, "--format", "json")
        assert told.data["policy"]["recipients"][0]["refusal"] == "not_subscribed"
        stage.do("ledger", "init")
    stage.do("suppress", "subscribe", "ann2@example.com", "--topic", "tips")
    run = stage.run()
    assert got(stage) == ["ann2@example.com"]
    assert run.data["runs"][0]["touches"]["email"] == {"sent": 1, "skipped": 2}
    reasons = stage.do("status", "--format", "json").data["reasons"]
    assert reasons == {"not_subscribed": 2}


def test_who_must_not_be_contacted_gets_no_mail_but_keeps_their_tasks(stage: Stage) -> None:
    stage.write("segments/troubled.yaml", "segment: troubled\nof: account\nwhere: [{plan: pro}]\n")
    policy(stage, "  never_contact: [{segment: troubled, except: [second]}]\n")
    stage.write("playbooks/second.yaml", SECOND)
    run = stage.run()
    reports = {each["playbook"]: each["touches"] for each in run.data["runs"]}
    assert reports["checkup"]["email"] == {"skipped": 3}
    assert reports["second"]["email"] == {"sent": 3}


def test_whoever_comes_into_trouble_while_a_mail_waits_does_not_get_it(stage: Stage) -> None:
    stage.write(
        "segments/troubled.yaml", "segment: troubled\nof: user\nwhere: [{uses_reports: true}]\n"
    )
    stage.edit("playbooks/checkup.yaml", "exit_when: {uses_reports: true}\n", "")
    policy(stage, WINDOW + "  never_contact: [{segment: troubled}]\n")
    stage.run(as_of="2026-03-10T00:00:00-04:00")
    assert len(got(stage)) == 1
    stage.put_users(
        {"user_id": 1, "tz": "America/New_York", "uses_reports": "true"},
        {"user_id": 2, "tz": "Asia/Kolkata"},
        {"user_id": 3, "tz": "Mars/Olympus"},
    )
    stage.run()
    assert got(stage)[1:] == ["ann3@example.com"]


def test_one_at_a_time(stage: Stage) -> None:
    """The higher priority enters first, in a rehearsal as for real."""
    stage.write("playbooks/second.yaml", SECOND.replace("steps:", "steps:\n  - wait: 1 day"))
    policy(stage, "  one_at_a_time: true\n")
    for words in (("--dry-run",), ()):
        run = stage.run(*words)
        entered = {each["playbook"]: each["entered"] for each in run.data["runs"]}
        assert entered == {"second": 3, "checkup": 0}
        skipped = {each["playbook"]: each["skipped"] for each in run.data["runs"]}
        assert skipped["checkup"] == {"in_another_playbook": 3}


@pytest.mark.parametrize("words", [("--dry-run",), ("--dry-run", "checkup", "second")])
def test_a_dry_run_says_of_a_paused_playbook_that_a_run_would_do_nothing(
    stage: Stage, words: tuple[str, ...]
) -> None:
    """It tells what the playbook would do, and counts none of it against the others."""
    policy(stage, "  one_at_a_time: true\n  frequency_caps: [{at_most: 1, per: 1 day}]\n")
    stage.write("playbooks/second.yaml", SECOND.replace("steps:", "status: paused\nsteps:"))
    for _ in range(2):  # without a ledger, and with one
        paused, active = stage.run(*words).data["runs"]
        assert paused["note"].startswith("paused: nobody enters and nothing goes out")
        assert (paused["entered"], paused["touches"]) == (3, {"email": {"ready": 3}})
        assert (active["note"], active["entered"], active["waiting"]) == ("", 3, {})
        assert "  paused: nobody enters" in stage.do("run", "--as-of", AS_OF, *words).out
        stage.do("ledger", "init")
    stage.run()
    assert len(got(stage)) == 3


@pytest.mark.parametrize("halted", [False, True], ids=["going", "halted"])
def test_what_is_halted_takes_no_room_in_a_dry_run(stage: Stage, halted: bool) -> None:
    policy(stage, "  frequency_caps: [{at_most: 1, per: 1 day}]\n")
    stage.write("playbooks/second.yaml", SECOND)
    stage.do("ledger", "init")
    if halted:
        stage.do("halt", "second", "--why", "a fault")
    waiting = [each["waiting"] for each in stage.run("--dry-run").data["runs"]]
    assert waiting == [{}, {} if halted else {"capped": 3}]


def test_one_at_a_time_lets_in_who_leaves_another_in_the_same_run(stage: Stage) -> None:
    """Who goes through the first playbook, or leaves it, enters the second, also in a rehearsal."""
    stage.write("playbooks/second.yaml", SECOND.replace("steps:", "steps:\n  - wait: 1 day"))
    stage.edit("playbooks/second.yaml", "steps:", "exit_when: {uses_reports: true}\nsteps:")
    stage.edit("playbooks/checkup.yaml", "exit_when: {uses_reports: true}\n", "")
    policy(stage, "  one_at_a_time: true\n")
    assert stage.run().data["runs"][0]["entered"] == 3
    stage.put_users(
        {"user_id": 1, "uses_reports": "true", "tz": ""},
        {"user_id": 2},
        {"user_id": 3, "uses_reports": "true"},
    )
    seen = []
    for words in (("--dry-run",), ()):
        runs = stage.run(*words, as_of="2026-03-10T12:00:00-04:00").data["runs"]
        seen.append([(each["entered"], each["left"], each["skipped"]) for each in runs])
    assert seen[0] == seen[1]
    assert seen[0][1] == (2, 0, {"in_another_playbook": 1})


def test_a_dry_run_gives_up_what_another_playbook_leaves_no_room_for(stage: Stage) -> None:
    """What waited for room as long as it may is skipped where a mail before it takes the room."""
    policy(stage, "  frequency_caps: [{at_most: 1, per: 2 days, give_up: 2 days}]\n")
    stage.put_users({"user_id": 1, "tz": ""})
    stage.write(
        "playbooks/third.yaml", SECOND.replace("second", "third").replace("ity: 90", "ity: 95")
    )
    stage.run()
    stage.write("playbooks/second.yaml", SECOND)
    seen = []
    for words in (("--dry-run",), ()):
        runs = stage.run(*words, as_of="2026-03-12T09:00:00-04:00").data["runs"]
        seen.append({each["playbook"]: each["touches"].get("email") for each in runs})
    assert seen[0] == {"third": None, "second": {"ready": 1}, "checkup": {"skipped": 1}}
    assert seen[1] == {"third": None, "second": {"sent": 1}, "checkup": {"skipped": 1}}


def test_a_sender_goes_at_its_rate(stage: Stage) -> None:
    """What waits for its turn is no failure; the receiver never sees two closer than said."""
    policy(stage, "  rates: {email: 2 per second, per_sender: 1 per hour}\n")
    run = stage.run()
    assert run.status == 0
    assert len(got(stage)) == 1
    assert run.data["runs"][0]["touches"]["email"] == {"ready": 2, "sent": 1}
    status = stage.do("status", "--format", "json").data
    assert status["touches"]["ready"] == 2


INVALID = [
    (
        'send_window: {from: "17:00", to: "09:00"}',
        "window-never-opens",
        "not after",
        "backwards",
    ),
    ('send_window: {from: "9:00", to: "9:00"}', "window-never-opens", "never opens", "no-time"),
    ("pause_dates: [2026-01-01..9999-12-31]", "window-never-opens", "never ends", "for-ever"),
    (
        *("frequency_caps: [{channel: emial, at_most: 1, per: 1 day}]", "unknown-channel"),
        *("did you mean email?", "channel"),
    ),
    (
        "frequency_caps: [{channel: hook, at_most: 1, per: 1 day}]",
        "wrong-channel",
        "no mail",
        "hook",
    ),
    ("frequency_caps: [{at_most: 1, per: 0 days}]", "bad-duration", "`per` is 0 days", "no-length"),
    (
        *("frequency_caps: [{at_most: 1, per: 1 day, each: acount}]", "unknown-entity"),
        *("did you mean account?", "entity"),
    ),
    ("never_contact: [{segment: none}]", "unknown-segment", "no segment `none`", "segment"),
    ("topics: {tip: {}}", "unknown-topic", "did you mean tip?", "topic"),
    ("rates: {emial: 1 per hour}", "unknown-channel", "did you mean email?", "rate"),
    ("retention: {touches: 3 hours}", "bad-duration", "days or longer", "retention"),
    ("pass_every: 1 month", "bad-duration", "minutes to weeks", "a-pass-a-month"),
    ("pass_every: 1 business day", "bad-duration", "minutes to weeks", "a-pass-a-day-of-work"),
    ("pass_every: 0 minutes", "bad-duration", "minutes to weeks", "passes-all-the-time"),
]


@pytest.mark.parametrize(
    ("text", "code", "told"), [pytest.param(*row[:3], id=row[3]) for row in INVALID]
)
def test_what_cannot_be_meant_is_told(stage: Stage, text: str, code: str, told: str) -> None:
    policy(stage, f"  {text}\n")
    stage.edit("emails/hello.md", "---\nsubject", "---\ntopic: tips\nsubject")
    found = stage.do("validate", "--format", "json")
    problems = [each for each in found.data["problems"] if each["code"] == code]
    assert found.status == 1
    assert told in problems[0]["message"] + problems[0]["hint"]
    assert stage.run(as_of=AS_OF).status == 1
    assert got(stage) == []


RULES = [
    "never_contact: [{segment: gone, topics: [tipps, tips]}]",
    "frequency_caps: [{topic: tipps, at_most: 1, per: 1 day}]",
]


@pytest.mark.parametrize("rule", RULES, ids=["never_contact", "cap"])
def test_a_rule_about_a_topic_that_no_mail_is_on_is_warned_of(stage: Stage, rule: str) -> None:
    """Where no topics are declared every name is one, and a misspelt one holds nobody back."""
    policy(stage, f"  {rule}\n")
    stage.write("segments/gone.yaml", "segment: gone\nof: user\nwhere: [{uses_reports: true}]\n")
    stage.edit("emails/hello.md", "---\nsubject", "---\ntopic: tips\nsubject")
    found = stage.do("validate", "--format", "json")
    told = [each for each in found.data["problems"] if each["code"] == "unknown-topic"]
    assert [(each["severity"], each["hint"]) for each in told] == [
        ("warning", "did you mean tips?")
    ]
    assert found.status == 0


def test_a_topic_that_is_unknown_is_told_where_the_template_says_it(stage: Stage) -> None:
    policy(stage, "  topics: {tip: {}}\n")
    stage.edit("emails/hello.md", "---\nsubject", "---\nlayout: plain\ntopic: tips\nsubject")
    found = stage.do("validate", "--format", "json").data["problems"]
    (place,) = (each for each in found if each["code"] == "unknown-topic")
    assert (place["path"], place["line"], place["column"]) == ("emails/hello.md", 3, 8)
