"""Runs from YAML to what the receivers hold; the judge is always the receiving side."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.ledger.schema import create_ledger
from engine.ledger.store import Ledger
from tests.support.stage import AS_OF, Stage

FIVE_DAYS_ON = "2026-03-15T09:00:00-04:00"
NEXT_DAY = "2026-03-11T09:00:00-04:00"


def test_the_journey_from_mail_to_call(stage: Stage) -> None:
    first = stage.run()
    assert first.status == 0
    (run,) = first.data["runs"]
    assert (run["matched"], run["entered"]) == (3, 3)
    assert run["touches"] == {"email": {"sent": 3}}
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann3@example.com"]
    letter = stage.letters[0]
    assert letter["From"] == "Casey <casey@acme.example.com>"
    name = str(letter["To"]).split("@")[0].split("<")[-1].title()
    assert letter["Subject"] == f"Hello {name}"

    stage.put_users({"user_id": 1}, {"user_id": 2, "uses_reports": "true"}, {"user_id": 3})
    later = stage.run(as_of=FIVE_DAYS_ON)
    assert later.data["runs"][0]["touches"] == {"hook": {"sent": 2}, "task": {"sent": 2}}
    assert len(stage.mail.received) == 3, "nobody gets the mail again"
    assert sorted(request.body for request in stage.hooks.received) == [
        b'{"text":"Ann1 may need a hand"}',
        b'{"text":"Ann3 may need a hand"}',
    ]
    tasks = stage.do("tasks", "--format", "json").data
    assert [(task["title"], task["due_on"]) for task in tasks] == [
        ("Call Ann1 of Acme", "2026-03-17"),
        ("Call Ann3 of Acme", "2026-03-17"),
    ]
    assert stage.do("audit", "verify").status == 0


def test_the_same_instant_again_sends_nothing_again(stage: Stage) -> None:
    stage.run()
    again = stage.run()
    assert again.status == 0
    assert len(stage.mail.received) == 3
    (run,) = again.data["runs"]
    assert (run["matched"], run["entered"], run["touches"]) == (3, 0, {})


def test_an_approval_outlasts_a_throttle(stage: Stage) -> None:
    stage.edit(
        "playbooks/checkup.yaml", "exit_when", "entry: {per_run: 1, fuse: {matched: 2}}\nexit_when"
    )
    stage.run()
    (item,) = stage.do("held", "--format", "json").data
    stage.do("held", "approve", item["id"])
    stage.run(as_of=NEXT_DAY)
    stage.run(as_of="2026-03-12T09:00:00-04:00")
    assert stage.mailed == ["ann1@example.com", "ann2@example.com"]


def test_the_audit_of_a_run_says_what_it_was_made_from(stage: Stage) -> None:
    stage.run()
    records = stage.do("audit", "show", "--format", "json").data
    (started,) = [each["body"] for each in records if each["kind"] == "run.started"]
    (ended,) = [each["body"] for each in records if each["kind"] == "run.ended"]
    assert len(started["version"]) == 64
    assert len(ended["sources"]["sql"]) == 64
    assert ended["sources"]["rows"] == {"product.users": 3, "product.accounts": 1}
    assert ended["counts"]["entered"] == 3


def test_a_wait_that_is_not_over_holds(stage: Stage) -> None:
    stage.run()
    stage.run(as_of="2026-03-15T08:59:59-04:00")
    assert stage.hooks.received == []


def test_a_dry_run_decides_the_same_and_touches_nothing(stage: Stage) -> None:
    rehearsed = stage.run("--dry-run")
    assert rehearsed.data["dry_run"] is True
    assert not (stage.root / ".touchline").exists()
    assert stage.mail.received == []
    would = [(touch["key"], touch["step"], touch["to"]) for touch in rehearsed.data["would"]]
    assert would == [(key, "email-1", f"ann{key}@example.com") for key in (1, 2, 3)]

    real = stage.run()
    assert real.data["runs"][0]["entered"] == rehearsed.data["runs"][0]["entered"]
    assert stage.mailed == sorted(to for _, _, to in would)


def test_a_dry_run_on_a_ledger_changes_no_byte_of_it(stage: Stage) -> None:
    stage.run()
    before = digest_of(stage.root / ".touchline")
    rehearsed = stage.run("--dry-run", as_of=FIVE_DAYS_ON)
    assert digest_of(stage.root / ".touchline") == before
    assert {touch["step"] for touch in rehearsed.data["would"]} == {"task-1", "webhook-1"}
    assert rehearsed.data["runs"][0]["since_last"] == {"gained": 0, "lost": 0}


def digest_of(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".db-shm"
    }


def test_a_missing_value_fails_that_one_touch(stage: Stage) -> None:
    stage.put_users({"user_id": 1}, {"user_id": 2, "first_name": ""}, {"user_id": 3})
    run = stage.run()
    assert run.status == 1
    assert run.data["runs"][0]["touches"] == {"email": {"failed": 1, "sent": 2}}
    assert stage.mailed == ["ann1@example.com", "ann3@example.com"]
    assert stage.do("status", "--format", "json").data["reasons"] == {"missing_value": 1}


def test_nobody_to_write_to_is_a_record_with_its_reason(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "email": ""}, {"user_id": 2, "email": "a@x.com, b@y.com"})
    run = stage.run()
    assert stage.mail.received == []
    assert stage.do("status", "--format", "json").data["reasons"] == {"no_recipient": 2}
    assert run.data["runs"][0]["entered"] == 2


def test_a_mailbox_serves_as_the_way_out_where_there_is_no_page(stage: Stage) -> None:
    stage.edit(
        "emails/hello.md", "a word from", "[No more]({{ unsubscribe_url }}) mails. A word from"
    )
    stage.run()
    assert stage.letters[0]["List-Unsubscribe"] == "<mailto:stop@acme.example.com>"
    body = stage.letters[0].get_body(("html",))
    assert body is not None
    assert 'href="mailto:stop@acme.example.com"' in body.get_content()


def test_an_address_gets_one_copy_though_two_share_it(stage: Stage) -> None:
    stage.put_users(*({"user_id": key, "email": "Team@Example.com"} for key in (1, 2)))
    stage.run()
    assert stage.mailed == ["Team@example.com"]
    assert stage.do("status", "--format", "json").data["reasons"] == {"duplicate_address": 1}
    stage.put_users(*({"user_id": key, "email": "team@example.COM"} for key in (1, 2, 3)))
    stage.run(as_of=NEXT_DAY)
    assert len(stage.mail.received) == 1


def test_a_suppressed_address_gets_nothing(stage: Stage) -> None:
    stage.run("--dry-run")
    stage.do("ledger", "init")
    assert stage.do("suppress", "add", "ANN2@example.com", "--why", "asked").status == 0
    run = stage.run()
    assert stage.mailed == ["ann1@example.com", "ann3@example.com"]
    assert run.data["runs"][0]["touches"] == {"email": {"sent": 2, "skipped": 1}}


def test_who_meets_the_exit_does_not_enter(stage: Stage) -> None:
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2})
    run = stage.run().data["runs"][0]
    assert (run["matched"], run["entered"], run["skipped"]) == (2, 1, {"exit": 1})


def test_a_throttle_lets_the_rest_in_later_lowest_key_first(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "exit_when", "entry: {per_run: 2}\nexit_when")
    stage.run()
    assert stage.mailed == ["ann1@example.com", "ann2@example.com"]
    stage.run()
    assert len(stage.mail.received) == 2, "the same run again admits nobody more"
    stage.run(as_of=NEXT_DAY)
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann3@example.com"]


def test_a_fuse_holds_the_run_until_a_person_approves(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "exit_when", "entry: {fuse: {matched: 2}}\nexit_when")
    held = stage.run()
    assert held.status == 1
    assert held.data["runs"][0]["skipped"] == {"fuse": 3}
    assert stage.mail.received == []
    (item,) = stage.do("held", "--format", "json").data
    assert "3 of 3 would enter" in item["told"]
    assert stage.do("status").status == 1

    assert stage.do("held", "approve", item["id"]).status == 0
    stage.put_users({"user_id": 1}, {"user_id": 3}, {"user_id": 4})
    admitted = stage.run(as_of=NEXT_DAY)
    assert stage.mailed == ["ann1@example.com", "ann3@example.com"], "the listed, and no others"
    assert admitted.data["runs"][0]["skipped"] == {"not_approved": 1}


def test_those_held_out_count_in_a_fuse(stage: Stage) -> None:
    entry = "entry: {holdout: 90%, fuse: {matched: 2}}\n"
    stage.edit("playbooks/checkup.yaml", "exit_when", f"{entry}exit_when")
    assert stage.run().data["runs"][0]["skipped"] == {"fuse": 3}


def test_the_first_run_has_a_fuse_of_its_own(stage: Stage) -> None:
    stage.edit("touchline.yaml", "people:", "policy: {first_run: {matched: 1}}\npeople:")
    assert stage.run().status == 1
    assert stage.mail.received == []


def test_which_a_version_that_ran_knows_no_more(stage: Stage) -> None:
    stage.edit("touchline.yaml", "people:", "policy: {first_run: {matched: 1}}\npeople:")
    stage.put_users({"user_id": 1})
    stage.run()
    stage.put_users({"user_id": 1}, {"user_id": 2}, {"user_id": 3})
    assert stage.run(as_of=NEXT_DAY).data["runs"][0]["entered"] == 2
    stage.edit("playbooks/checkup.yaml", "wait: 5 days", "wait: 6 days")
    stage.put_users(*({"user_id": key} for key in range(1, 6)))
    assert stage.run(as_of=FIVE_DAYS_ON).data["runs"][0]["skipped"]["fuse"] == 2


def test_only_newcomers_enter_where_the_existing_are_skipped(stage: Stage) -> None:
    """Also where there is no ledger yet: nobody has entered, and everyone was there before."""
    stage.edit("playbooks/checkup.yaml", "exit_when", "entry: {existing: skip}\nexit_when")
    told = stage.run("--dry-run").data["runs"][0]
    explained = stage.do("explain", "checkup", "--for", "1", "--as-of", AS_OF, "--format", "json")
    assert explained.data["entry"]["gate"] == "existing"
    assert stage.run().data["runs"][0]["skipped"] == told["skipped"] == {"existing": 3}
    stage.put_users({"user_id": 1}, {"user_id": 9})
    stage.run(as_of=NEXT_DAY)
    assert stage.mailed == ["ann9@example.com"]


@pytest.mark.parametrize(
    ("again", "mails"),
    [("never", 1), ("always", 2), ("{after: 30 days}", 1), ("{after: 3 days}", 2)],
)
def test_again(stage: Stage, again: str, mails: int) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{user_id: 1}]}\n"
        f"entry: {{again: {again}}}\nsteps: [{{email: hello}}]\n",
    )
    stage.run()
    stage.run(as_of=FIVE_DAYS_ON)
    assert len(stage.mail.received) == mails


def test_a_step_is_skipped_where_its_condition_fails(stage: Stage) -> None:
    stage.edit(
        "playbooks/checkup.yaml",
        "    from: account.csm\n",
        "    from: account.csm\n    only_if: {user_id: {at_least: 2}}\n",
    )
    stage.run()
    assert stage.mailed == ["ann2@example.com", "ann3@example.com"]
    assert "step.skipped" in stage.do("audit", "show", "--for", "1").out


def test_a_mail_of_one_playbook_is_contact_for_another(stage: Stage) -> None:
    stage.write(
        "playbooks/second.yaml",
        "playbook: second\nsegment:\n  of: user\n  where: [{not_contacted: {within: 2 days}}]\n"
        "steps: [{task: Look after them}]\n",
    )
    assert stage.run("second", "--dry-run").data["runs"][0]["matched"] == 3
    stage.run("checkup")
    assert stage.run("second", "--dry-run").data["runs"][0]["matched"] == 0
    assert (
        stage.run("second", "--dry-run", as_of="2026-03-13T09:00").data["runs"][0]["matched"] == 3
    )


@pytest.mark.parametrize("asked", ["contacted: {}", "in_playbook: checkup"])
def test_what_nobody_can_meet_yet_stands_beside_other_conditions(stage: Stage, asked: str) -> None:
    """The ledger has nothing of it: the statement leaves out the other's value with the rest."""
    where = f"[{{account.plan: pro}}, {{{asked}}}]"
    stage.write(
        "playbooks/after.yaml",
        f"playbook: after\npriority: 9\nsegment: {{of: user, where: {where}}}\n"
        "steps: [{wait: 1 day}]\n",
    )
    first, second = stage.run().data, stage.run(as_of="2026-03-10T10:00:00-04:00").data
    assert [each["runs"][0]["entered"] for each in (first, second)] == [0, 3]
    assert stage.do("compile", "after").status == 0


def test_those_inside_go_on_with_the_version_they_entered_with(stage: Stage) -> None:
    stage.run()
    stage.edit(
        "playbooks/checkup.yaml",
        '  - webhook: hook\n    body: {text: "{{ user.first_name }} may need a hand"}\n',
        "  - exit: done\n",
    )
    stage.edit(
        "playbooks/checkup.yaml", '"Call {{ user.first_name }} of', '"Ring {{ user.first_name }} of'
    )
    stage.put_users(*({"user_id": key} for key in (1, 2, 3, 4)))
    stage.run(as_of=FIVE_DAYS_ON)
    assert len(stage.hooks.received) == 3
    titles = {task["title"] for task in stage.do("tasks", "--format", "json").data}
    assert titles == {f"Call Ann{key} of Acme" for key in (1, 2, 3)}
    stage.run(as_of="2026-03-20T09:00:00-04:00")
    titles = {task["title"] for task in stage.do("tasks", "--format", "json").data}
    assert "Ring Ann4 of Acme" in titles
    assert len(stage.hooks.received) == 3


def test_a_version_that_no_longer_binds_is_held_as_unbound(stage: Stage) -> None:
    stage.run()
    stage.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    stage.edit("playbooks/checkup.yaml", "exit_when: {uses_reports: true}\n", "")
    stage.run(as_of=FIVE_DAYS_ON)
    assert stage.hooks.received == []
    (line,) = stage.do("status", "--format", "json").data["playbooks"]
    assert line["unbound"] == 3


def test_those_who_are_held_as_unbound_keep_nobody_else_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.passes.journal._PAGE", 1)
    stage.run()
    stage.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    stage.edit("playbooks/checkup.yaml", "exit_when: {uses_reports: true}\n", "")
    stage.put_users(*({"user_id": key} for key in (1, 2, 3, 4)))
    stage.run(as_of=NEXT_DAY)
    stage.run(as_of="2026-03-16T09:00:00-04:00")
    assert [request.body for request in stage.hooks.received] == [
        b'{"text":"Ann4 may need a hand"}'
    ]


def test_a_pause_stops_the_clocks(stage: Stage) -> None:
    stage.run()
    stage.edit("playbooks/checkup.yaml", "owner:", "status: paused\nowner:")
    paused = stage.run(as_of="2026-03-12T09:00:00-04:00")
    assert (paused.status, paused.data["runs"][0]["note"].partition(":")[0]) == (0, "paused")
    stage.run(as_of=FIVE_DAYS_ON)
    assert stage.hooks.received == []
    stage.edit("playbooks/checkup.yaml", "status: paused\n", "")
    stage.run(as_of="2026-03-16T09:00:00-04:00")
    assert stage.hooks.received == [], "four of the days that passed did not count"
    stage.run(as_of="2026-03-19T09:00:00-04:00")
    assert len(stage.hooks.received) == 3


def test_nothing_goes_out_while_halted(stage: Stage) -> None:
    stage.do("ledger", "init")
    assert stage.do("halt", "--why", "wrong text").status == 0
    halted = stage.run()
    assert halted.status == 1
    assert "halted (wrong text)" in halted.data["runs"][0]["held"]
    assert stage.mail.received == []
    assert stage.do("resume").status == 0
    stage.run(as_of=NEXT_DAY)
    assert len(stage.mail.received) == 3


def test_a_clone_of_a_live_project_only_dry_runs(stage: Stage) -> None:
    stage.edit("touchline.yaml", 'ledger.db"}', 'ledger.db", id: the-live-one}')
    run = stage.run()
    assert (run.status, run.data["dry_run"]) == (1, True)
    assert "the-live-one" in run.data["notes"][0]
    assert stage.mail.received == []
    stage.do("ledger", "init")
    assert stage.run().data["dry_run"] is True
    assert stage.do("ledger", "adopt").status == 0
    assert stage.run().data["dry_run"] is False
    assert len(stage.mail.received) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("suppress", "add", "ann1@example.com"),
        ("suppress", "remove", "ann1@example.com"),
        ("suppress", "subscribe", "ann1@example.com", "--topic", "general"),
        ("suppress", "unsubscribe", "x" * 48),
        ("halt",),
        ("halt", "checkup"),
    ],
    ids=" ".join,
)
def test_a_clone_does_not_claim_to_have_stopped_what_the_live_one_sends(
    stage: Stage, words: tuple[str, ...]
) -> None:
    """Who is asked to stop writing to somebody must learn that it was said in the wrong place."""
    stage.edit("touchline.yaml", 'ledger.db"}', 'ledger.db", id: the-live-one}')
    assert stage.do(*words).status == 3, "there is no ledger here"
    stage.do("ledger", "init")
    said = stage.do(*words)
    assert (said.status, "names the ledger the-live-one" in said.err) == (1, True), said
    assert stage.do("suppress", "list", "--format", "json").data == []


def test_a_copy_that_is_started_elsewhere_only_dry_runs(stage: Stage, tmp_path: Path) -> None:
    stage.do("ledger", "init")
    copy = tmp_path / "elsewhere"
    shutil.copytree(stage.root, copy, ignore=shutil.ignore_patterns("elsewhere"))
    other = Stage(copy, stage.mail, stage.hooks)
    run = other.run()
    assert (run.status, run.data["dry_run"]) == (1, True)
    assert "ledger adopt" in run.data["notes"][0]


def test_the_past_is_not_run_again(stage: Stage) -> None:
    stage.run(as_of=NEXT_DAY)
    past = stage.run(as_of=AS_OF)
    assert past.status == 2
    assert "lies before the ledger's last pass" in past.err


def test_a_first_run_goes_on_with_the_ledger_that_another_has_just_made(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found none; who comes second sends with what the first has made."""

    def overtaken(*args: str, **about: Any) -> Ledger:
        create_ledger(*args, **about).close()
        return create_ledger(*args, **about)

    monkeypatch.setattr("engine.workplace.create_ledger", overtaken)
    ran = stage.run()
    assert (ran.status, ran.err) == (0, "")
    assert len(stage.mail.received) == 3
