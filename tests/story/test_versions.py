"""Playbooks that change, are renamed, or go away while people are inside."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.support.stage import Stage

FIRST = """\
playbook: care
on_change: move
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
steps:
  - email: hello
    id: hi
  - wait: 5 days
    id: rest
  - task: "Call {{ user.first_name }}"
    id: call
"""
OTHER = """\
playbook: other
segment: {of: user, where: [{everyone: true}]}
steps: [{task: x}]
"""
PATH = "playbooks/care.yaml"


def day(number: int, clock: str = "09:00") -> str:
    return f"2026-03-{number:02d}T{clock}:00-04:00"


@pytest.fixture
def care(stage: Stage) -> Stage:
    """Three people got their mail on the tenth, and rest for five days."""
    (stage.root / "playbooks/checkup.yaml").unlink()
    stage.write(PATH, FIRST)
    stage.run(as_of=day(10))
    assert len(stage.mailed) == 3
    return stage


def log(stage: Stage, kind: str, *words: str) -> list[dict[str, Any]]:
    """The bodies of the records of one kind."""
    found = stage.do("audit", "show", "--format", "json", *words).data
    return [each["body"] for each in found if each["kind"] == kind]


def line(stage: Stage) -> dict[str, Any]:
    """The one playbook, as `status` has it."""
    (found,) = stage.do("status", "--format", "json").data["playbooks"]
    return dict(found)


def calls(stage: Stage, state: str = "open") -> int:
    found = stage.do("tasks", "list", "--all", "--format", "json").data
    return sum(task["state"] == state for task in found)


# ---------------------------------------------------------------- on_change


def test_those_inside_go_on_by_the_words_of_the_new_version(care: Stage) -> None:
    care.edit(PATH, "wait: 5 days", "wait: 9 days")
    dry = care.do("run", "--dry-run", "--as-of", day(12), "--format", "json").data
    (inside,) = dry["runs"][0]["inside"]
    assert {key: inside[key] for key in ("step", "people", "becomes", "to")} == {
        "step": "rest", "people": 3, "becomes": "moved", "to": "rest",
    }  # fmt: skip
    care.run(as_of=day(16))
    assert calls(care) == 0, "the wait is nine days now"
    care.run(as_of=day(19))
    assert calls(care) == 3
    assert [body["why"] for body in log(care, "moved")] == ["moved"] * 3
    assert len(care.mailed) == 3
    assert care.do("audit", "verify").status == 0


def test_a_wait_that_got_shorter_is_over_now_and_what_follows_counts_from_now(care: Stage) -> None:
    care.edit(
        PATH,
        "wait: 5 days\n    id: rest",
        "wait: 1 day\n    id: rest\n  - wait: 1 day\n    id: more",
    )
    care.run(as_of=day(14))
    assert line(care)["steps"] == {"more": 3}, "nobody is rushed through what comes next"
    care.run(as_of=day(15))
    assert calls(care) == 3


def test_a_wait_keeps_what_a_pause_gave_it(care: Stage) -> None:
    care.edit(PATH, "on_change: move", "status: paused\non_change: move")
    care.run(as_of=day(11))
    care.edit(PATH, "status: paused\n", "")
    care.edit(PATH, "wait: 5 days", "wait: 6 days")
    care.run(as_of=day(13))  # two days stood still
    care.run(as_of=day(17, "23:00"))
    assert calls(care) == 0
    care.run(as_of=day(18))
    assert calls(care) == 3


def test_those_whose_step_is_gone_are_held_until_it_is_back(care: Stage) -> None:
    care.edit(PATH, "  - wait: 5 days\n    id: rest\n", "")
    text = care.do("run", "--dry-run", "--as-of", day(16)).out
    assert "step gone" in text
    care.run(as_of=day(16))
    assert (line(care)["step_gone"], calls(care)) == (3, 0)
    assert "3 held as step_gone" in care.do("status").out
    care.edit(PATH, "id: call", "id: call\n    formerly: [rest]")
    care.run(as_of=day(17))
    assert (line(care)["step_gone"], calls(care)) == (0, 3)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("exit_when: {uses_reports: true}", "exit_when"),
        ("goal: {name: reports, when: {uses_reports: true}}", "reports"),
    ],
    ids=["exit", "goal"],
)
def test_those_whose_step_is_gone_leave_by_the_words_of_today(
    care: Stage, rule: str, why: str
) -> None:
    care.edit(PATH, "  - wait: 5 days\n    id: rest\n", "")
    care.edit(PATH, "steps:", f"{rule}\nsteps:")
    care.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    care.run(as_of=day(12))
    assert line(care)["step_gone"] == 2
    assert [body["reason"] for body in log(care, "left", "--for", "1")] == [why]


def test_the_exit_of_the_new_version_is_asked_before_anything_goes_out(care: Stage) -> None:
    care.edit(PATH, "steps:", "exit_when: {uses_reports: true}\nsteps:")
    care.edit(PATH, "wait: 5 days", "wait: 1 day")
    care.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    care.run(as_of=day(12))
    assert calls(care) == 2
    assert [body["reason"] for body in log(care, "left", "--for", "1")] == ["exit_when"]


def test_a_step_put_behind_another_is_not_had_twice(care: Stage) -> None:
    steps = FIRST.partition("steps:\n")[2]
    mail, rest, call = (f"  - {each}" for each in steps.split("  - ")[1:])
    care.write(PATH, FIRST.replace(steps, rest + mail + call))
    care.run(as_of=day(15))
    assert len(care.mailed) == 3, "the mail came before"
    assert calls(care) == 3
    assert {body["reason"] for body in log(care, "step.skipped")} == {"had_before"}


def test_a_renamed_step_is_the_same_step(care: Stage) -> None:
    care.edit(PATH, "id: hi", "id: welcome\n    formerly: [hi]")
    care.edit(PATH, "id: rest", "id: breathe\n    formerly: [rest]")
    dry = care.do("run", "--dry-run", "--as-of", day(12), "--format", "json").data
    (inside,) = dry["runs"][0]["inside"]
    assert (inside["becomes"], inside["to"]) == ("renamed", "breathe")
    care.run(as_of=day(12))
    assert line(care)["steps"] == {"breathe": 3}
    text = (care.root / PATH).read_text("utf-8")
    steps = text.partition("steps:\n")[2]
    mail, rest, call = (f"  - {each}" for each in steps.split("  - ")[1:])
    mail = mail.replace("\n    formerly: [hi]", "")  # the earlier id is forgotten, the step moves
    care.write(PATH, text.replace(steps, rest + mail + call))
    care.run(as_of=day(15))
    assert (len(care.mailed), calls(care)) == (3, 3)


def test_a_mail_on_its_way_is_waited_for_under_its_new_id(stage: Stage) -> None:
    (stage.root / "playbooks/checkup.yaml").unlink()
    stage.write(PATH, FIRST)
    port = f"port: {stage.mail.port}"
    stage.edit("touchline.yaml", port, "port: 9")
    assert stage.run(as_of=day(10)).status == 3
    stage.edit(PATH, "id: hi", "id: welcome\n    formerly: [hi]")
    assert stage.run(as_of=day(11)).status == 3
    assert line(stage)["steps"] == {"welcome": 3}
    stage.edit("touchline.yaml", "port: 9", port)
    stage.run(as_of=day(12))
    assert len(stage.mailed) == 3
    assert line(stage)["steps"] == {"rest": 3}


HELD_MAIL = "id: hi\n    hold_while: {when: {uses_reports: true}, at_most: 9 days, then: go}"


@pytest.mark.parametrize(
    "together", [pytest.param(False, id="later"), pytest.param(True, id="in the same pass")]
)
@pytest.mark.parametrize("former", [1, 2])
def test_an_address_has_a_mail_once_by_whichever_id(
    stage: Stage, former: int, together: bool
) -> None:
    """Two share it: who entered before the step had another id is held, and goes last."""
    (stage.root / "playbooks/checkup.yaml").unlink()
    stage.write(PATH, FIRST.replace("move", "keep").replace("id: hi", HELD_MAIL))
    one = {"user_id": former, "email": "both@example.com"}
    other = {**one, "user_id": 3 - former}
    stage.put_users({**one, "uses_reports": "true"})
    stage.run(as_of=day(10))
    stage.edit(PATH, "id: hi", "id: hey\n    formerly: [hi]")
    stage.run(as_of=day(11))
    stage.edit(PATH, "id: hey\n    formerly: [hi]", "id: welcome\n    formerly: [hi, hey]")
    stage.put_users({**one, "uses_reports": "true"}, {**other, "uses_reports": str(together)})
    stage.run(as_of=day(12))
    stage.put_users(one, other)
    stage.run(as_of=day(13))
    assert stage.mailed == ["both@example.com"]
    assert stage.do("status", "--format", "json").data["reasons"] == {"duplicate_address": 1}


def test_on_change_exit(care: Stage) -> None:
    care.edit(PATH, "on_change: move", "on_change: exit\non_exit: {tasks: close}")
    care.edit(PATH, "wait: 5 days", "wait: 6 days")
    care.run(as_of=day(11))
    ends = log(care, "left")
    assert [(end["outcome"], end["reason"]) for end in ends] == [("exited", "changed")] * 3


def test_kept_versions_that_no_longer_fit_are_told_of(care: Stage) -> None:
    care.edit(PATH, "on_change: move\n", "exit_when: {uses_reports: true}\n")
    care.run(as_of=day(11))
    care.put_users({"user_id": 4}, {"user_id": 1}, {"user_id": 2}, {"user_id": 3})
    care.run(as_of=day(11, "10:00"))
    care.edit(PATH, "exit_when: {uses_reports: true}\n", "")
    care.edit("catalog/user.yaml", "  uses_reports: boolean\n", "")
    dry = care.do("run", "--dry-run", "--as-of", day(12), "--format", "json").data
    told = {each["people"]: each["becomes"] for each in dry["runs"][0]["inside"]}
    assert told == {1: "unbound"}, "the three of the first version have today's again"
    assert line(care)["unbound"] == 1
    assert "nothing is held" not in care.do("status").out, "they are, though nobody is asked"


# ---------------------------------------------------------------- on_exit


KEPT = """\
playbook: care
segment: {of: user, where: [{everyone: true}]}
exit_when: {segment: quiet}
steps:
  - wait: 5 days
  - email: hello
  - wait: 9 days
"""
QUIET = "segment: quiet\nof: user\nwhere: [{uses_reports: true}]\n"


def test_a_mail_in_another_language_is_that_of_ones_own_version_too(stage: Stage) -> None:
    stage.edit("catalog/user.yaml", "email: email}", "email: email, locale: lang}")
    stage.edit("catalog/user.yaml", "  uses_reports", "  lang: text\n  uses_reports")
    french = "---\nsubject: Bonjour {{ user.first_name }}\n---\nBonjour.\n"
    stage.write("emails/hello.fr.md", french)
    steps = KEPT.replace("care", "checkup").replace("exit_when: {segment: quiet}\n", "")
    stage.write("playbooks/checkup.yaml", steps)
    stage.put_users({"user_id": 1, "lang": "fr"}, {"user_id": 2, "lang": "en"})
    stage.run(as_of=day(10))
    stage.edit("emails/hello.fr.md", "subject: Bonjour", "subject: Salut")
    stage.run(as_of=day(15))
    subjects = sorted(str(letter["Subject"]) for letter in stage.letters)
    assert subjects == ["Bonjour Ann1", "Hello Ann2"]


@pytest.mark.parametrize(
    ("theirs", "subject"),
    [
        ("pt-BR", "Oi"),
        ("pt_BR", "Oi"),
        ("pt-br", "Oi"),
        ("pt_BR.UTF-8", "Oi"),
        ("pt-BR-x-formal", "Oi"),
        ("pt-PT", "Olá"),
        ("pt", "Olá"),
        ("PT", "Olá"),
        ("zh_Hant_TW", "您好"),
        ("zh-CN", "Hello Ann1"),
        ("p", "Hello Ann1"),
        ("", "Hello Ann1"),
    ],
)
def test_each_reads_the_mail_of_the_nearest_locale(stage: Stage, theirs: str, subject: str) -> None:
    stage.edit("catalog/user.yaml", "email: email}", "email: email, locale: lang}")
    for locale, word in {"pt": "Olá", "pt-BR": "Oi", "zh-Hant": "您好"}.items():
        stage.write(f"emails/hello.{locale}.md", f"---\nsubject: {word}\n---\n{word}\n")
    stage.put_users({"user_id": 1, "lang": theirs})
    stage.write(
        PATH,
        "playbook: care\nsegment: {of: user, where: [{everyone: true}]}\nsteps: [email: hello]\n",
    )
    stage.run("care", as_of=day(10))
    assert [letter["Subject"] for letter in stage.letters] == [subject]


def test_each_reads_and_leaves_by_the_words_of_their_own_version(stage: Stage) -> None:
    """Also in one pass at one step: the mail, and the named segment by which they leave."""
    stage.write("playbooks/checkup.yaml", KEPT.replace("care", "checkup"))
    stage.write("segments/quiet.yaml", QUIET)
    stage.run(as_of=day(10))
    stage.edit("playbooks/checkup.yaml", "wait: 5 days", "wait: 4 days")
    stage.edit("emails/hello.md", "Hello {{", "Welcome {{")
    stage.edit("segments/quiet.yaml", "{uses_reports: true}", "{first_name: Ann2}")
    stage.put_users(*({"user_id": key} for key in (1, 2, 3, 4)))
    stage.run(as_of=day(11))
    told = {"user_id": 3, "uses_reports": "true"}
    stage.put_users({"user_id": 1}, {"user_id": 2}, told, {"user_id": 4})
    stage.run(as_of=day(15))
    assert sorted(str(letter["Subject"]) for letter in stage.letters) == [
        "Hello Ann1",
        "Hello Ann2",
        "Welcome Ann4",
    ]


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        pytest.param("", 0, id="left unless said"),
        pytest.param("on_exit: {tasks: leave}\n", 0, id="leave"),
        pytest.param("on_exit: {tasks: close}\n", 1, id="close"),
    ],
)
def test_open_tasks_of_who_leaves(stage: Stage, words: str, closed: int) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        f"playbook: checkup\n{words}exit_when: {{uses_reports: true}}\n"
        "segment: {of: user, where: [{everyone: true}]}\n"
        "steps:\n  - task: Call them\n  - wait: 9 days\n",
    )
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1, "uses_reports": "true"}, {"user_id": 2}, {"user_id": 3})
    stage.run(as_of=day(11))
    assert (calls(stage, "closed"), calls(stage)) == (closed, 3 - closed)
    assert [body["reason"] for body in log(stage, "task.closed")] == ["left"] * closed


def test_the_task_of_the_last_step_stays_open(stage: Stage) -> None:
    """Who is through has not turned away: the last step may be a task, and somebody is to do it."""
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\non_exit: {tasks: close}\n"
        "segment: {of: user, where: [{everyone: true}]}\nsteps: [{task: Call them}]\n",
    )
    stage.run(as_of=day(10))
    stage.run(as_of=day(11))
    assert (calls(stage, "closed"), calls(stage)) == (0, 3)


# ---------------------------------------------------------------- renamed playbooks


def rename(stage: Stage, said: str = "formerly: [care]\n") -> None:
    text = (stage.root / PATH).read_text("utf-8")
    (stage.root / PATH).unlink()
    stage.write(
        "playbooks/kindness.yaml", text.replace("playbook: care\n", f"playbook: kindness\n{said}")
    )


def test_a_rename_in_mid_journey(care: Stage) -> None:
    rename(care)
    dry = care.do("run", "--dry-run", "--as-of", day(12), "--format", "json").data
    (run,) = dry["runs"]
    assert (run["playbook"], run["entered"], dry["would"]) == ("kindness", 0, [])
    assert line(care)["steps"] == {"rest": 3}, "also before the first pass"
    care.run(as_of=day(12))
    care.run(as_of=day(15))
    assert (len(care.mailed), calls(care)) == (3, 3)
    assert log(care, "playbook.renamed") == [{"formerly": "care"}]
    care.run(as_of=day(16))
    assert len(care.mailed) == 3, "nobody enters twice"
    assert care.do("audit", "verify").status == 0


def test_a_rename_fires_no_slot_twice(care: Stage) -> None:
    again = care.run(as_of=day(10)).data["runs"][0]
    rename(care)
    renamed = care.run(as_of=day(10)).data["runs"][0]
    assert again["matched"] == renamed["matched"] == 3
    with sqlite3.connect(care.root / ".touchline/ledger.db") as ledger:
        assert ledger.execute("SELECT count(*), min(playbook) FROM runs").fetchone() == (
            1,
            "kindness",
        )


def test_a_rename_keeps_the_holdout_and_the_ways_of_a_split(stage: Stage) -> None:
    (stage.root / "playbooks/checkup.yaml").unlink()
    stage.write(PATH, FIRST.replace("on_change: move\n", "entry: {again: always, holdout: 50%}\n"))
    stage.edit(PATH, "  - wait: 5 days\n    id: rest\n", "")
    stage.put_users(*({"user_id": n} for n in range(1, 31)))
    stage.run(as_of=day(10))
    before = stage.mailed
    assert 5 < len(before) < 25
    rename(stage)
    stage.run(as_of=day(12))  # all who were not held out left, and enter again
    assert stage.mailed == sorted([*before, *before])
    stage.edit("playbooks/kindness.yaml", "formerly: [care]\n", "")
    stage.run(as_of=day(14))
    assert stage.mailed == sorted([*before, *before, *before]), "the ledger knows it by now"


def test_a_new_playbook_of_a_name_that_was_given_up(care: Stage) -> None:
    rename(care)
    care.write(PATH, FIRST.replace("id: hi", "id: hi\n    topic: general"))
    care.edit("playbooks/kindness.yaml", "formerly: [care]\n", "formerly: [care]\n")
    assert care.do("validate").status == 1, "the name is still in use by `formerly`"
    (care.root / PATH).unlink()
    care.run(as_of=day(12))
    care.edit("playbooks/kindness.yaml", "formerly: [care]\n", "")
    care.write(PATH, FIRST.replace("wait: 5 days", "wait: 3 days"))
    care.run(as_of=day(13))
    assert len(care.mailed) == 6, "another playbook of that name begins anew"
    care.run(as_of=day(16))
    assert calls(care) == 6


def test_other_playbooks_may_use_either_name(care: Stage) -> None:
    care.write("playbooks/other.yaml", OTHER.replace("everyone: true", "not: {in_playbook: care}"))
    rename(care)
    assert care.do("validate").status == 0
    runs = {run["playbook"]: run["matched"] for run in care.run(as_of=day(12)).data["runs"]}
    assert runs == {"kindness": 3, "other": 0}


def test_two_histories_do_not_become_one(care: Stage) -> None:
    care.write("playbooks/other.yaml", FIRST.replace("care", "other").replace("5 days", "4 days"))
    care.run(as_of=day(11))
    (care.root / PATH).unlink()
    care.edit("playbooks/other.yaml", "playbook: other\n", "playbook: other\nformerly: [care]\n")
    answer = care.run(as_of=day(12))
    assert answer.status == 1
    assert "people entered both of them" in answer.data["runs"][0]["error"]
    assert log(care, "left") == []


# ---------------------------------------------------------------- playbooks that are gone


def test_a_first_run_that_equals_a_vanished_playbook_is_held(care: Stage) -> None:
    rename(care, said="")
    held = care.run(as_of=day(12))
    assert held.status == 1
    assert "formerly: [care]" in held.data["runs"][0]["held"]
    assert (len(care.mailed), log(care, "left")) == (3, [])
    assert "kindness says just the same" in care.do("status").out
    care.edit(
        "playbooks/kindness.yaml", "playbook: kindness\n", "playbook: kindness\nformerly: [care]\n"
    )
    assert care.run(as_of=day(13)).status == 0
    care.run(as_of=day(15))
    assert (len(care.mailed), calls(care)) == (3, 3)
    assert care.do("held").out.strip() == "nothing is held"


def test_or_it_is_approved_and_the_old_one_ends(care: Stage) -> None:
    rename(care, said="")
    care.run(as_of=day(12))
    (item,) = care.do("held", "--format", "json").data
    assert care.do("held", "approve", item["id"]).status == 0
    with sqlite3.connect(care.root / ".touchline/ledger.db") as ledger:
        ledger.execute("UPDATE holds SET decided_at = held_at")
    care.run(as_of=day(12, "10:00"))
    assert len(care.mailed) == 6
    care.run(as_of=day(12, "11:00"))
    assert [end["outcome"] for end in log(care, "left")] == ["removed"] * 3


@pytest.mark.parametrize("broken", ["broken: [", "playbook: care\nsegment: nobody\n"])
def test_a_file_that_cannot_be_read_ends_nobody(care: Stage, broken: str) -> None:
    whole = (care.root / PATH).read_text("utf-8")
    care.write("playbooks/other.yaml", OTHER)
    care.write(PATH, broken)
    assert care.run(as_of=day(12)).status == 1
    assert log(care, "left", "--playbook", "care") == []
    care.write(PATH, whole)
    care.run(as_of=day(15))
    assert calls(care) == 6, "three of the other one"


def test_a_project_without_a_single_playbook_ends_nobody(care: Stage) -> None:
    whole = (care.root / PATH).read_text("utf-8")
    (care.root / PATH).unlink()
    answer = care.run(as_of=day(12))
    assert "no playbook at all" in " ".join(answer.data["notes"])
    care.write(PATH, whole)
    care.run(as_of=day(15))
    assert calls(care) == 3


def test_a_draft_is_there(care: Stage) -> None:
    care.write("playbooks/other.yaml", OTHER)
    care.edit(PATH, "on_change: move", "status: draft")
    care.run(as_of=day(12))
    assert log(care, "left", "--playbook", "care") == []


# ---------------------------------------------------------------- paused


def test_nothing_of_a_paused_playbook_comes_too_late(stage: Stage) -> None:
    port = f"port: {stage.mail.port}"
    stage.edit("touchline.yaml", port, "port: 9")
    assert stage.run(as_of=day(10)).status == 3
    stage.edit("touchline.yaml", "port: 9", port)
    stage.edit("playbooks/checkup.yaml", "owner:", "status: paused\nowner:")
    stage.run(as_of=day(11))
    stage.run(as_of=day(20))  # over a week: far more than max_lateness
    assert stage.mailed == []
    stage.edit("playbooks/checkup.yaml", "status: paused\n", "")
    stage.run(as_of=day(21))
    assert len(stage.mailed) == 3


PAUSED = """\
playbook: checkup
segment: {of: user, where: [{signed_up_at: {set: true}}]}
goal: {name: g, when: {uses_reports: true}, within: 10 days}
steps:
  - wait: STEP
  - task: Call
"""
HOLD = "{when: {uses_reports: false}, at_most: 4 days, then: go}"


@pytest.mark.parametrize(
    ("step", "over"),
    [
        pytest.param("wait: 4 days", 17, id="a time stands still"),
        pytest.param("wait: {until: 2026-03-14}", 14, id="until does not"),
        pytest.param("wait_for: {uses_reports: true}\n    at_most: 4 days", 17, id="a limit"),
        pytest.param(f"task: x\n    hold_while: {HOLD}", 17, id="a hold"),
    ],
)  # fmt: skip
def test_what_stands_still_in_a_pause(stage: Stage, step: str, over: int) -> None:
    stage.write("playbooks/checkup.yaml", PAUSED.replace("wait: STEP", step))
    stage.run(as_of=day(10))
    stage.edit("playbooks/checkup.yaml", "segment:", "status: paused\nsegment:")
    stage.run(as_of=day(11))
    stage.edit("playbooks/checkup.yaml", "status: paused\n", "")
    found = {}
    for number in (14, 16, 17):
        stage.run(as_of=day(number))
        found[number] = calls(stage)
    assert min(number for number, open_ in found.items() if open_) == over
