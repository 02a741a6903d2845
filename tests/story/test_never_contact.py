"""Whom a rule of `never_contact` keeps which mails from: as they are made, and as they wait."""

from __future__ import annotations

import pytest

from tests.support.stage import Stage

NIGHT, NINE = "2026-03-10T06:00:00-04:00", "2026-03-10T09:00:00-04:00"
WINDOW = 'send_window: {days: mon-fri, from: "09:00", to: "17:00"}'
ANN, CASEY = "ann1@example.com", "casey@acme.example.com"

# The step, the rule, and who gets the mail about Ann.
MAILS = {
    "to-the-customer": ("email: hello", "", []),
    "on-the-topic-of-the-rule": ("email: tips", "topics: [tips]", []),
    "on-another-topic": ("email: tips", "topics: [bill]", [ANN]),
    "without-a-topic-it-is-general": ("email: hello", "topics: [general]", []),
    "that-is-required": ("email: bill", "topics: [bill]", [ANN]),
    "of-a-playbook-that-is-excepted": ("email: hello", "except: [checkup]", [ANN]),
    "to-a-colleague": ("email: hello, to: account.csm, from: house.dana", "", [CASEY]),
    "to-both": ("email: hello, to: [user, account.csm], from: house.dana", "", [CASEY]),
    "gathered-for-the-customer": (
        'email: list, digest: {by: user, schedule: "0 6 * * *"}', "", [],
    ),
    "gathered-for-a-colleague": (
        'email: list, from: house.dana, digest: {by: account.csm, schedule: "0 6 * * *"}',
        *("", [CASEY]),
    ),
}  # fmt: skip


def put(stage: Stage, step: str, rule: str) -> None:
    """Ann is in trouble once she `uses_reports`; the mail of the step waits for nine o'clock."""
    said = f"{{segment: troubled{f', {rule}' if rule else ''}}}"
    stage.edit(
        "touchline.yaml",
        "people:\n",
        f"policy: {{{WINDOW}, never_contact: [{said}], "
        "topics: {tips: {}, bill: {default: required}}}\npeople:\n",
    )
    for topic in ("tips", "bill"):
        stage.write(f"emails/{topic}.md", f"---\nsubject: S\ntopic: {topic}\n---\nHi.\n")
    stage.write("emails/list.md", "---\nsubject: S\n---\n{{ items | length }}\n")
    stage.write(
        "segments/troubled.yaml", "segment: troubled\nof: user\nwhere: [{uses_reports: true}]\n"
    )
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{everyone: true}]}\n"
        f"steps:\n  - {{{step}}}\n  - wait: 9 days\n",
    )


def ann(stage: Stage, *, in_trouble: bool) -> None:
    stage.put_users({"user_id": 1, "uses_reports": str(in_trouble).lower()})


@pytest.mark.parametrize("before", [True, False], ids=["made-for-her", "while-it-waits"])
@pytest.mark.parametrize(("step", "rule", "gets"), MAILS.values(), ids=MAILS)
def test_who_is_in_trouble_gets_no_mail_that_the_rule_is_about(
    stage: Stage, step: str, rule: str, gets: list[str], before: bool
) -> None:
    put(stage, step, rule)
    ann(stage, in_trouble=before)
    stage.run(as_of=NIGHT)
    ann(stage, in_trouble=True)
    would = stage.run("--dry-run", as_of=NINE).data["would"]
    going = sorted(each["to"] for each in would if each["status"] == "ready")
    stage.run(as_of=NINE)
    told_already = [CASEY] if CASEY in gets else []  # who works here has no window
    assert stage.mailed == gets
    assert going == sorted(set(gets) - set(told_already))


def test_a_rule_about_one_topic_leaves_what_waits_on_another(stage: Stage) -> None:
    put(stage, "email: tips, only_if: {user_id: 1}", "topics: [tips]")
    hello = "  - {email: hello, only_if: {user_id: 2}}\n"
    stage.edit("playbooks/checkup.yaml", "  - wait: 9 days\n", hello)
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run(as_of=NIGHT)
    stage.put_users(*({"user_id": key, "uses_reports": "true"} for key in (1, 2)))
    stage.run(as_of=NINE)
    assert stage.mailed == ["ann2@example.com"]


def test_a_rehearsal_tells_of_the_others_whom_a_digest_that_waits_is_about(stage: Stage) -> None:
    put(stage, MAILS["gathered-for-the-customer"][0], "")
    home = {"email": "home@example.com"}
    stage.put_users({"user_id": 1, **home}, {"user_id": 2, **home})
    stage.run(as_of=NIGHT)
    stage.put_users({"user_id": 1, "uses_reports": "true", **home}, {"user_id": 2, **home})
    would = stage.run("--dry-run", as_of=NINE).data["would"]
    assert [(each["key"], each["status"]) for each in would] == [(2, "ready")]
    stage.run(as_of=NINE)
    (letter,) = stage.letters
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().split()[0] == "1"


def test_what_was_said_of_the_address_is_told_before_the_rule(stage: Stage) -> None:
    put(stage, "email: hello", "")
    ann(stage, in_trouble=True)
    stage.do("ledger", "init")
    stage.do("suppress", "add", ANN)
    stage.run(as_of=NINE)
    assert stage.do("status", "--format", "json").data["reasons"] == {"suppressed": 1}
