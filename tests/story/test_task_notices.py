"""Assignees are mailed what is new for them: once, at the times that the project says."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stage import Stage

CALLS = """\
playbook: checkup
segment: {of: user, where: [{uses_reports: false}]}
steps:
  - task: "Call {{ user.first_name }}"
    id: call
    assign: account.csm
    due: 2 days
    notes: "Ask about <reports> & more."
    outcomes: [reached, no-answer]
    close_when: {did: logged_in, since: entered}
"""
STRICT = """\
  send_window: {days: mon-fri, from: "09:00", to: "17:00"}
  frequency_caps: [{at_most: 1, per: 7 days}]
"""
CASEY = "casey@acme.example.com"
DANA = "dana@acme.example.com"


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


def notify(stage: Stage, said: str) -> None:
    """Put `policy.tasks` into the settings, or take it out."""
    text = (stage.root / "touchline.yaml").read_text(encoding="utf-8").split("policy:")[0]
    policy = f"policy:\n  tasks: {{notify: {said}}}\n" if said else ""
    stage.write("touchline.yaml", text + policy)


def run(stage: Stage, as_of: str) -> list[tuple[str, str]]:
    """Run at an instant; whom the mails since then went to, with their subjects."""
    before = len(stage.letters)
    assert stage.run(as_of=as_of).status == 0
    mails = zip(stage.mail.received, stage.letters, strict=True)
    return [(mail.recipients[0], str(said["Subject"])) for mail, said in mails][before:]


def enter(stage: Stage, *keys: int) -> None:
    stage.put_users(*({"user_id": key} for key in keys))


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A playbook that is one call for Casey, for one customer so far."""
    stage.write("playbooks/checkup.yaml", CALLS)
    enter(stage, 1)
    notify(stage, "at_once")
    return stage


def test_at_once_each_pass_tells_what_is_new(stage: Stage) -> None:
    assert run(stage, day(10)) == [(CASEY, "New task: Call Ann1")]
    (letter,) = stage.letters
    (task,) = stage.do("tasks", "--format", "json").data
    assert letter["From"] == f"Dana Reyes <{DANA}>"
    assert letter["To"] == f"Casey <{CASEY}>"
    assert letter["List-Unsubscribe"] is None
    plain, html = (part.get_content() for part in letter.iter_parts())
    for said in ("Call Ann1", "user 1, playbook checkup", "due: 2026-03-12", task["id"]):
        assert said in plain
        assert said in html
    assert f"touchline tasks done {task['id']} --outcome OUTCOME" in plain
    assert "outcomes: reached, no-answer" in plain
    assert "Ask about <reports> & more." in plain
    assert "Ask about &lt;reports&gt; &amp; more." in html
    assert run(stage, day(11)) == []
    enter(stage, 1, 2, 3)
    assert run(stage, day(12)) == [(CASEY, "2 new tasks")]
    assert "Ann1" not in str(stage.letters[-1])
    assert stage.do("ledger", "check").status == 0
    assert stage.do("audit", "verify").status == 0


def test_a_digest_goes_out_at_its_times_only(stage: Stage) -> None:
    notify(stage, '"0 8 * * 1-5"')
    assert run(stage, day(10)) == []  # a Tuesday, after eight
    enter(stage, 1, 2)
    assert run(stage, day(10, "18:00")) == []
    assert run(stage, day(11, "07:59")) == []
    assert run(stage, day(11, "08:00")) == [(CASEY, "2 new tasks")]
    assert run(stage, day(11, "12:00")) == []
    enter(stage, 1, 2, 3)
    assert run(stage, day(13, "09:30")) == [(CASEY, "New task: Call Ann3")]
    enter(stage, 1, 2, 3, 4)
    assert run(stage, day(14, "09:00")) == []  # a Saturday
    assert run(stage, day(16, "09:00")) == [(CASEY, "New task: Call Ann4")]


def test_what_was_there_before_is_not_new(stage: Stage) -> None:
    notify(stage, "")
    assert run(stage, day(10)) == []
    notify(stage, "at_once")
    enter(stage, 1, 2)
    assert run(stage, day(11)) == [(CASEY, "New task: Call Ann2")]
    notify(stage, "none")
    enter(stage, 1, 2, 3)
    assert run(stage, day(12)) == []
    notify(stage, '"0 8 * * *"')
    assert run(stage, day(13)) == []
    notify(stage, "at_once")
    enter(stage, 1, 2, 3, 4)
    assert run(stage, day(14)) == [(CASEY, "New task: Call Ann4")]


def test_another_assignee_is_told_and_the_same_is_not(stage: Stage) -> None:
    run(stage, day(10))
    (task,) = stage.do("tasks", "--format", "json").data
    stage.do("tasks", "reassign", task["id"], "--to", CASEY)
    assert run(stage, day(11)) == []
    stage.do("tasks", "reassign", task["id"], "--to", "house.dana")
    assert run(stage, day(12)) == [(DANA, "New task: Call Ann1")]
    assert stage.letters[-1]["To"] == f"Dana Reyes <{DANA}>"
    stage.do("tasks", "reassign", task["id"], "--to", CASEY)
    assert run(stage, day(13)) == [(CASEY, "New task: Call Ann1")]
    assert len({letter["Message-ID"] for letter in stage.letters}) == 3


def test_what_is_over_before_the_notice_is_not_in_it(stage: Stage) -> None:
    notify(stage, '"0 8 * * *"')
    enter(stage, 1, 2, 3)
    run(stage, day(10))
    done = next(t for t in stage.do("tasks", "--format", "json").data if t["key"] == "1")
    stage.do("tasks", "done", done["id"], "--outcome", "reached")
    stage.table("events", [{"user_id": 2, "name": "login", "at": day(10, "20:00")}])
    assert run(stage, day(11)) == [(CASEY, "New task: Call Ann3")]


def test_a_task_for_nobody_tells_nobody(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "    assign: account.csm\n", "")
    assert run(stage, day(10)) == []


def test_an_assignee_without_an_address_is_on_record(stage: Stage) -> None:
    row = {
        "id": 1,
        "name": "Acme",
        "plan": "pro",
        "csm_name": "Casey",
        "csm_email": "casey at home",
    }
    stage.table("accounts", [row])
    assert run(stage, day(10)) == []
    assert stage.do("status", "--format", "json").data["reasons"] == {"no_recipient": 1}
    assert run(stage, day(11)) == []
    assert stage.do("status", "--format", "json").data["reasons"] == {"no_recipient": 1}


def test_a_halt_holds_notices_and_the_list_is_that_of_its_end(stage: Stage) -> None:
    notify(stage, '"0 8 * * *"')
    enter(stage, 1, 2)
    run(stage, day(10))
    stage.do("halt", "--why", "wait")
    assert stage.run(as_of=day(11)).status == 1
    assert stage.letters == []
    done = next(t for t in stage.do("tasks", "--format", "json").data if t["key"] == "1")
    stage.do("tasks", "done", done["id"], "--outcome", "reached")
    stage.do("resume", "--yes")
    assert run(stage, day(11, "12:00")) == [(CASEY, "New task: Call Ann2")]


def test_a_server_that_is_away_stops_nothing_and_the_notice_goes_out_once_later(
    stage: Stage,
) -> None:
    port = str(stage.mail.port)
    stage.edit("touchline.yaml", f"port: {port}", "port: 1")
    away = stage.run(as_of=day(10))
    assert away.status == 3
    assert away.data["runs"][0]["touches"] == {"task": {"sent": 1}}
    assert stage.run(as_of=day(10, "10:00")).status == 3
    stage.edit("touchline.yaml", "port: 1", f"port: {port}")
    assert run(stage, day(11)) == [(CASEY, "New task: Call Ann1")]
    assert run(stage, day(11, "12:00")) == []


def test_a_notice_that_waits_for_a_task_that_is_over_is_dropped(stage: Stage) -> None:
    port = str(stage.mail.port)
    stage.edit("touchline.yaml", f"port: {port}", "port: 1")
    stage.run(as_of=day(10))
    (task,) = stage.do("tasks", "--format", "json").data
    stage.do("tasks", "done", task["id"], "--outcome", "reached")
    stage.edit("touchline.yaml", "port: 1", f"port: {port}")
    assert run(stage, day(11)) == []
    assert stage.do("status", "--format", "json").data["reasons"] == {"closed": 1}


def test_a_dry_run_tells_nobody_and_begins_nothing(stage: Stage) -> None:
    stage.run("--dry-run", as_of=day(10))
    assert stage.letters == []


def test_a_notice_is_no_contact_and_under_no_window_or_cap(stage: Stage) -> None:
    text = (stage.root / "touchline.yaml").read_text(encoding="utf-8")
    stage.write("touchline.yaml", text + STRICT)
    stage.put_users({"user_id": 1, "email": CASEY})  # a colleague who is a customer too
    stage.write(
        "playbooks/quiet.yaml",
        "playbook: quiet\nsegment: {of: user, where: [{not_contacted: {within: 9 days}}]}\n"
        "steps: [{webhook: hook, body: {text: quiet}}]\n",
    )
    assert run(stage, day(14, "20:00")) == [(CASEY, "New task: Call Ann1")]  # a Saturday
    stage.run("quiet", as_of=day(15))
    assert len(stage.hooks.received) == 1


# ---------------------------------------------------------------- erased


def _erased(stage: Stage) -> int:
    """Forget customer 1; how many touches lost their words."""
    erased = stage.do("erase", "1", "--entity", "user", "--format", "json")
    assert erased.status == 0, erased.err
    kept = b"".join(path.read_bytes() for path in (stage.root / ".touchline").glob("ledger.db*"))
    assert b"Ann1" not in kept
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0
    return int(erased.data["touches"])


def test_who_is_erased_is_in_no_notice_any_more(stage: Stage) -> None:
    """Nor in the one to whoever had the task before it was given to somebody else."""
    run(stage, day(10))
    (task,) = stage.do("tasks", "--format", "json").data
    stage.do("tasks", "reassign", task["id"], "--to", "house.dana")
    assert run(stage, day(11)) == [(DANA, "New task: Call Ann1")]
    assert _erased(stage) == 3, "the task, and what two people were told of it"


def test_a_notice_that_waits_is_made_again_without_who_is_erased(stage: Stage) -> None:
    port = str(stage.mail.port)
    stage.edit("touchline.yaml", f"port: {port}", "port: 1")
    enter(stage, 1, 2)
    stage.run(as_of=day(10))
    assert _erased(stage) == 2
    stage.edit("touchline.yaml", "port: 1", f"port: {port}")
    assert run(stage, day(11)) == [(CASEY, "New task: Call Ann2")]


# ---------------------------------------------------------------- killed

ROOT = Path(__file__).resolve().parents[2]
VICTIM = """
import os, signal, sys
sys.path.insert(0, {root!r})
import cli
from engine import notices, running
from engine.dispatch import line

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

tell = running.tell_assignees
if {moment!r} == "unwritten":
    notices.write_notice = die
elif {moment!r} == "written":
    running.tell_assignees = lambda *given, **said: (tell(*given, **said), die())
else:
    line.settle_all = die
cli.main(["run", "-C", {folder!r}])
"""


@pytest.mark.parametrize("moment", ["unwritten", "written", "answered"])
def test_a_process_that_is_killed_tells_nobody_twice(stage: Stage, moment: str) -> None:
    """One mail; where nobody can know whether it went, a person is asked and told whose it is."""
    program = VICTIM.format(root=str(ROOT), folder=str(stage.root), moment=moment)
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    stage.do("run")
    stage.do("run")
    assert stage.mailed == [CASEY]
    held = stage.do("held", "--format", "json").data
    assert [each["to"] for each in held] == ([CASEY] if moment == "answered" else [])
    if held:
        assert f"a task notice to {CASEY}" in stage.do("held").out
        assert stage.do("held", "resolve", held[0]["id"], "--not-sent").status == 0
        stage.do("run")
        assert stage.mailed == [CASEY, CASEY]
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0


# ---------------------------------------------------------------- the daemon


def test_the_daemon_tells_them(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "segment:", 'schedule: "* * * * *"\nsegment:')
    assert stage.do("daemon", "--once").status == 0
    assert [letter["Subject"] for letter in stage.letters] == ["New task: Call Ann1"]
    stage.do("daemon", "--once")
    assert len(stage.letters) == 1
