"""What is due for the same person is gathered, and goes out as one: never twice, nobody lost."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from engine.passes.journal import LedgerJournal
from tests.support.stage import Answer, Stage

NINE = "2026-03-10T09:00:00-04:00"
NOON = "2026-03-10T12:00:00-04:00"
LATER = "2026-03-10T15:00:00-04:00"
NEXT = "2026-03-11T12:05:00-04:00"

PLAYBOOK = """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
goal: {name: reports, when: {uses_reports: true}}
steps:
  - STEP
  - wait: 30 days
"""

EMAIL_STEP = 'email: list, from: house.dana, digest: {by: account.csm, schedule: "0 12 * * *"}'

LIST = """\
---
subject: "{{ items | length }} for {{ recipient.name }}"
---
Hi {{ recipient.name }},

{% for item in items %}
- {{ item.user.first_name }} of {{ item.account.name }}
{% endfor %}
"""


class Killed(BaseException):
    """The process ends here."""


def put_step(stage: Stage, words: str) -> None:
    stage.write("playbooks/checkup.yaml", PLAYBOOK.replace("STEP", f"{{{words}}}"))


def put(stage: Stage, **accounts: int) -> None:
    """Users by name, with their accounts; the key is the place."""
    users = enumerate(accounts.items(), 1)
    stage.put_users(
        *({"user_id": n, "first_name": name, "account_id": of} for n, (name, of) in users)
    )


@pytest.fixture(autouse=True)
def two_managers(stage: Stage) -> None:
    """Casey looks after Acme, Kim after Beta; Ann and Bob are of Acme, Cleo of Beta."""
    row = {"plan": "pro"}
    casey = {"csm_name": "Casey", "csm_email": "casey@acme.example.com"}
    kim = {"csm_name": "Kim", "csm_email": "kim@acme.example.com"}
    nobody = {"csm_name": "", "csm_email": ""}
    stage.table(
        "accounts",
        [
            {"id": 1, "name": "Acme", **row, **casey},
            {"id": 2, "name": "Beta", **row, **kim},
            {"id": 3, "name": "Gamma", **row, **nobody},
        ],
    )
    put(stage, Ann=1, Bob=1, Cleo=2)
    stage.write("emails/list.md", LIST)
    put_step(stage, EMAIL_STEP)


def told(stage: Stage) -> list[tuple[str, str, list[str]]]:
    """Every mail: to whom, its subject, and of whom it tells."""
    found = []
    for mail in stage.letters:
        body = mail.get_body(("plain",))
        assert body is not None
        lines = body.get_content().splitlines()
        names = [line[2:].split(" of ")[0] for line in lines if line.startswith("- ")]
        found.append((mail["To"].addresses[0].display_name, mail["Subject"], names))
    return sorted(found)


def standing(stage: Stage) -> Counter[str]:
    """How many stand where, as `STEP PHASE`; who left stands nowhere."""
    engine = create_engine(f"sqlite:///{stage.root}/.touchline/ledger.db")
    with engine.begin() as ledger:
        rows = ledger.execute(text("SELECT step, phase FROM enrollments WHERE left_at IS NULL"))
        found = Counter(f"{step} {phase}" for step, phase in rows)
    engine.dispose()
    return found


def sound(stage: Stage) -> bool:
    return stage.do("ledger", "check").status == 0 and stage.do("audit", "verify").status == 0


def die(self: LedgerJournal) -> bool:
    raise Killed


def made_and_killed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """At noon the digests are made, and the process dies before it sends anything."""
    stage.run(as_of=NINE)
    with monkeypatch.context() as patched:
        patched.setattr(LedgerJournal, "deliver", die)
        with pytest.raises(Killed):
            stage.run(as_of=NOON)
    assert stage.letters == []


# ---------------------------------------------------------------- who is told of


def test_each_person_gets_one_mail_about_those_that_still_hold(stage: Stage) -> None:
    first = stage.run(as_of=NINE)
    assert stage.letters == []
    assert first.data["runs"][0]["waiting"] == {"gathered": 3}
    assert standing(stage) == {"email-1 gathering": 3}
    stage.put_users(
        {"user_id": 1, "first_name": "Ann", "uses_reports": "true"},
        {"user_id": 2, "first_name": "Bob"},
        {"user_id": 3, "first_name": "Cleo", "account_id": 2},
    )
    stage.run(as_of=NOON)
    assert told(stage) == [("Casey", "1 for Casey", ["Bob"]), ("Kim", "1 for Kim", ["Cleo"])]
    assert standing(stage) == {"wait-1 waiting": 2}
    assert sound(stage)


def test_who_comes_after_the_fire_is_in_the_next_one(stage: Stage) -> None:
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    put(stage, Ann=1, Bob=1, Cleo=2, Dan=1)
    stage.run(as_of=LATER)
    assert len(stage.letters) == 2
    stage.run(as_of=NEXT)
    assert told(stage)[1:] == [
        ("Casey", "2 for Casey", ["Ann", "Bob"]),
        ("Kim", "1 for Kim", ["Cleo"]),
    ]
    assert told(stage)[0] == ("Casey", "1 for Casey", ["Dan"])


def test_who_comes_at_the_very_fire_that_has_gone_out_waits_for_the_next(stage: Stage) -> None:
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    put(stage, Ann=1, Bob=1, Cleo=2, Dan=1)
    stage.run("checkup", as_of="2026-03-10T12:00:00.000001-04:00")
    assert standing(stage)["email-1 gathering"] == 1
    assert len(stage.letters) == 2
    stage.run(as_of=NEXT)
    assert len(stage.letters) == 3


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        pytest.param("only_if: {not: {uses_reports: true}}", "only_if", id="only_if"),
        pytest.param(
            "hold_while: {when: {uses_reports: true}, at_most: 1 hour, then: skip}",
            "hold_while",
            id="hold_while",
        ),
    ],
)
def test_conditions_of_the_step_are_asked_again_when_it_fires(
    stage: Stage, step: str, reason: str
) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        PLAYBOOK.replace("STEP", f"{{{EMAIL_STEP}, {step}}}").replace("goal:", "# goal:"),
    )
    stage.run(as_of=NINE)
    stage.put_users(
        {"user_id": 1, "first_name": "Ann", "uses_reports": "true"},
        {"user_id": 2, "first_name": "Bob"},
    )
    stage.run(as_of=NOON)
    assert told(stage) == [("Casey", "1 for Casey", ["Bob"])]
    log = stage.do("audit", "export").out
    assert f'"reason":"{reason}"' in log
    assert '"reason":"gone"' in log, "Cleo is not in the source any more"


def test_a_hold_puts_one_off_until_the_fire_after_its_limit(stage: Stage) -> None:
    hold = "hold_while: {when: {uses_reports: true}, at_most: 20 hours, then: go}"
    stage.write(
        "playbooks/checkup.yaml",
        PLAYBOOK.replace("STEP", f"{{{EMAIL_STEP}, {hold}}}").replace("goal:", "# goal:"),
    )
    stage.put_users({"user_id": 1, "first_name": "Ann", "uses_reports": "true"})
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    assert (stage.letters, standing(stage)) == ([], {"email-1 gathering": 1})
    stage.run(as_of=NEXT)
    assert told(stage) == [("Casey", "1 for Casey", ["Ann"])]


def test_who_has_nobody_to_be_told_to_goes_on_with_a_reason(stage: Stage) -> None:
    put(stage, Ann=1, Gus=3)
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    assert told(stage) == [("Casey", "1 for Casey", ["Ann"])]
    assert '"reason":"no_recipient"' in stage.do("audit", "export").out
    assert standing(stage) == {"wait-1 waiting": 2}


def test_one_customer_without_a_value_does_not_stop_the_others(stage: Stage) -> None:
    put(stage, Ann=1, Bob=1)
    stage.run(as_of=NINE)
    stage.put_users(
        {"user_id": 1, "first_name": ""},
        {"user_id": 2, "first_name": "Bob"},
    )
    stage.run(as_of=NOON)
    assert told(stage) == [("Casey", "1 for Casey", ["Bob"])]
    assert '"reason":"missing_value"' in stage.do("audit", "export").out
    assert standing(stage) == {"wait-1 waiting": 2}


def test_a_fire_that_nobody_took_up_in_time_leaves_everyone_for_the_next(stage: Stage) -> None:
    put_step(stage, EMAIL_STEP + ", max_lateness: 2 hours")
    stage.run(as_of=NINE)
    stage.run(as_of=LATER)
    assert (stage.letters, standing(stage)) == ([], {"email-1 gathering": 3})
    stage.run(as_of=NEXT)
    assert [names for _, _, names in told(stage)] == [["Ann", "Bob"], ["Cleo"]]


@pytest.mark.parametrize("made", [False, True], ids=["not taken up", "made, and its server away"])
@pytest.mark.parametrize(
    ("later", "mails"),
    [("2026-03-29T11:55+02:00", 2), ("2026-03-29T12:05+02:00", 0)],
    ids=["in time", "an hour too late"],
)
def test_a_fire_is_late_by_the_days_of_its_playbook(
    stage: Stage, later: str, mails: int, *, made: bool
) -> None:
    """A day after Saturday noon in Berlin is noon, 23 hours later; the project is New York's."""
    step = EMAIL_STEP.replace("* * *", "* * 6") + ", max_lateness: 1 day"
    put_step(stage, step)
    berlin = 'schedule: {cron: "0 9 1 1 *", timezone: Europe/Berlin}\nsegment'
    stage.edit("playbooks/checkup.yaml", "segment", berlin)
    stage.run(as_of="2026-03-28T09:00+01:00")
    if made:
        port = f"port: {stage.mail.port}"
        stage.edit("touchline.yaml", port, "port: 9")
        stage.run(as_of="2026-03-28T12:00+01:00")
        stage.edit("touchline.yaml", "port: 9", port)
    stage.run(as_of=later)
    assert len(stage.letters) == mails


def test_who_entered_with_an_older_version_is_in_the_same_mail(stage: Stage) -> None:
    put(stage, Ann=1)
    stage.run(as_of=NINE)
    stage.edit("emails/list.md", "Hi ", "Dear ")
    put(stage, Ann=1, Bob=1)
    stage.run(as_of="2026-03-10T10:00:00-04:00")
    stage.run(as_of=NOON)
    assert told(stage) == [("Casey", "2 for Casey", ["Ann", "Bob"])]
    assert "Dear Casey" in str(stage.letters[0])


# ---------------------------------------------------------------- never twice, never lost


def test_killed_between_making_and_sending_it_goes_out_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_and_killed(stage, monkeypatch)
    stage.run(as_of=NOON)
    stage.run(as_of=LATER)
    assert [names for _, _, names in told(stage)] == [["Ann", "Bob"], ["Cleo"]]
    assert sound(stage)


def test_who_leaves_before_it_goes_out_is_not_in_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest is taken back, and made again for the others under the same key."""
    made_and_killed(stage, monkeypatch)
    stage.put_users(
        {"user_id": 1, "first_name": "Ann", "uses_reports": "true"},
        {"user_id": 2, "first_name": "Bob"},
        {"user_id": 3, "first_name": "Cleo", "account_id": 2, "uses_reports": "true"},
    )
    stage.run(as_of="2026-03-10T12:10:00-04:00")
    assert told(stage) == [("Casey", "1 for Casey", ["Bob"])]
    records = [json.loads(line) for line in stage.do("audit", "export").out.splitlines()]
    made = [each["body"]["touch"] for each in records if each["kind"] == "touch.made"]
    assert len(made) == 3
    assert len(set(made)) == 2
    assert standing(stage) == {"wait-1 waiting": 1}
    assert sound(stage)


def test_a_daemon_that_comes_back_sends_it_once(stage: Stage) -> None:
    then = datetime.now(UTC) - timedelta(minutes=1)
    put_step(stage, EMAIL_STEP.replace("0 12 * * *", "* * * * *"))
    stage.edit(
        "playbooks/checkup.yaml",
        "playbook: checkup\n",
        f'playbook: checkup\nschedule: {{cron: "{then:%M %H %d %m} *", timezone: UTC}}\n',
    )
    assert stage.do("daemon", "--once").status == 0
    engine = create_engine(f"sqlite:///{stage.root}/.touchline/ledger.db")
    with engine.begin() as ledger:
        ledger.execute(text("UPDATE enrollments SET waits_until = since"))
    engine.dispose()
    assert stage.do("daemon", "--once").status == 0
    assert stage.do("daemon", "--once").status == 0
    assert [names for _, _, names in told(stage)] == [["Ann", "Bob"], ["Cleo"]]


# ---------------------------------------------------------------- to customers


def shared_address(stage: Stage, **ann: object) -> None:
    """Ann and Bob read their mail together; what is due for them is gathered until noon."""
    shared = {"email": "home@example.com", "account_id": 1}
    stage.put_users(
        {"user_id": 1, "first_name": "Ann", **shared, **ann},
        {"user_id": 2, "first_name": "Bob", **shared},
    )
    put_step(stage, EMAIL_STEP.replace("account.csm", "user"))


WINDOW = 'policy: {send_window: {days: mon-fri, from: "14:00", to: "17:00"}NEVER}\n'
NEVER = ", never_contact: [{segment: troubled}]"


@pytest.mark.parametrize("why", ["goal", "never_contact"])
def test_who_must_not_be_told_of_while_it_waits_for_the_window_is_taken_out(
    stage: Stage, why: str
) -> None:
    shared_address(stage)
    words = WINDOW.replace("NEVER", NEVER if why == "never_contact" else "")
    stage.edit("touchline.yaml", "people:\n", words + "people:\n")
    stage.write(
        "segments/troubled.yaml", "segment: troubled\nof: user\nwhere: [{uses_reports: true}]\n"
    )
    if why == "never_contact":
        stage.edit("playbooks/checkup.yaml", "goal:", "# goal:")
    stage.run(as_of=NINE)
    held = stage.run(as_of=NOON)
    assert held.data["runs"][0]["waiting"] == {"window": 1}
    shared_address(stage, uses_reports="true")
    stage.run(as_of=LATER)
    assert [(subject, names) for _, subject, names in told(stage)] == [("1 for Bob", ["Bob"])]
    assert f'"{why}"' in stage.do("audit", "export").out
    assert sound(stage)


@pytest.mark.parametrize("failing", ["", ", on_failure: exit"], ids=["goes on", "leaves"])
@pytest.mark.parametrize(("troubled", "told_of"), [((1,), [2]), ((1, 2), [])], ids=["one", "all"])
def test_a_dry_run_leaves_them_out_as_well(
    stage: Stage, troubled: tuple[int, ...], told_of: list[int], failing: str
) -> None:
    shared_address(stage)
    put_step(stage, EMAIL_STEP.replace("account.csm", "user") + failing)
    stage.edit("playbooks/checkup.yaml", "wait: 30 days", "task: Look after them")
    stage.edit("playbooks/checkup.yaml", "goal:", "# goal:")
    stage.edit("touchline.yaml", "people:\n", WINDOW.replace("NEVER", NEVER) + "people:\n")
    where = f"[{{uses_reports: true}}, {{user_id: {list(troubled)}}}]"
    stage.write("segments/troubled.yaml", f"segment: troubled\nof: user\nwhere: {where}\n")
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    troubles = {"email": "home@example.com", "uses_reports": "true"}
    stage.put_users(*({"user_id": key, **troubles} for key in (1, 2)))
    dry = stage.run("--dry-run", as_of=LATER).data
    going = [each for each in dry["would"] if each["status"] == "ready"]
    assert [each["key"] for each in going if each["channel"] == "email"] == told_of
    foreseen, done = dry["runs"][0], stage.run(as_of=LATER).data["runs"][0]
    tasks = 2 - len(troubled) if failing else 2
    mail, task = {"sent": 1} if told_of else {"dropped": 1}, {"sent": tasks} if tasks else {}
    assert done["touches"] == {"email": mail} | ({"task": task} if task else {})
    assert _as_ready(done["touches"]) == foreseen["touches"]


def _as_ready(touches: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """What was sent as a dry run tells it."""
    return {
        channel: {"ready" if state == "sent" else state: n for state, n in states.items()}
        for channel, states in touches.items()
    }


# ---------------------------------------------------------------- the other verbs, and showing


def test_a_task_and_a_request_tell_of_several(stage: Stage) -> None:
    names = "{% for item in items %}{{ item.user.first_name }} {% endfor %}"
    digest = 'digest: {by: account.csm, schedule: "0 12 * * *"}'
    stage.write(
        "playbooks/checkup.yaml",
        PLAYBOOK.replace("  - STEP", f'  - {{task: "Call {names}", kind: call, {digest}}}')
        + f'  - {{webhook: hook, body: {{text: "{{{{ recipient.name }}}}: {names}"}}, {digest}}}\n',
    )
    stage.edit("playbooks/checkup.yaml", "  - wait: 30 days\n", "")
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    tasks = stage.do("tasks", "--format", "json").data
    assert sorted((task["title"], task["assignee"]) for task in tasks) == [
        ("Call Ann Bob", "casey@acme.example.com"),
        ("Call Cleo", "kim@acme.example.com"),
    ]
    stage.run(as_of=NEXT)
    bodies = sorted(json.loads(each.body)["text"].strip() for each in stage.hooks.received)
    assert bodies == ["Casey: Ann Bob", "Kim: Cleo"]
    assert sound(stage)


def test_a_dry_run_tells_of_each_and_writes_nothing(stage: Stage) -> None:
    def dry(at: str) -> Answer:
        return stage.run("--dry-run", as_of=at)

    before = dry(NINE).data
    assert (before["would"], before["runs"][0]["waiting"]) == ([], {"gathered": 3})
    stage.run(as_of=NINE)
    data = dry(NOON).data
    rows = [(each["key"], each["to"], each["subject"]) for each in data["would"]]
    assert rows == [
        (1, "casey@acme.example.com", "2 for Casey"),
        (2, "casey@acme.example.com", "2 for Casey"),
        (3, "kim@acme.example.com", "1 for Kim"),
    ]
    assert data["runs"][0]["touches"] == {"email": {"ready": 2}}
    assert standing(stage) == {"email-1 gathering": 3}
    assert stage.do("status", "--format", "json").data["waiting"] == {"gathered": 3}


def test_a_preview_shows_the_digest_about_one(stage: Stage) -> None:
    (mail,) = stage.do("preview", "checkup", "--for", "1", "--format", "json").data["messages"]
    assert (mail["to"], mail["subject"]) == ("casey@acme.example.com", "1 for Casey")
    assert "Ann of Acme" in mail["text"]


def test_an_address_that_gets_no_mail_gets_no_digest(stage: Stage) -> None:
    stage.run(as_of=NINE)
    stage.do("suppress", "add", "casey@acme.example.com", "--why", "asked")
    stage.run(as_of=NOON)
    assert [to for to, _, _ in told(stage)] == ["Kim"]
    assert standing(stage) == {"wait-1 waiting": 3}


def test_a_mail_to_a_colleague_is_no_contact_with_the_customers(stage: Stage) -> None:
    stage.run(as_of=NINE)
    stage.run(as_of=NOON)
    stage.write(
        "segments/quiet.yaml",
        "segment: quiet\nof: user\nwhere: [{not_contacted: {within: 1 day}}]\n",
    )
    found = stage.do("segment", "quiet", "--as-of", LATER, "--format", "json")
    assert found.data["count"] == 3, found.out + found.err
