"""What a person may leave out or get wrong on the command line, and what that does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cli
from tests.support.stage import Stage


def test_an_unknown_send_is_not_resolved_without_saying_how(stage: Stage) -> None:
    stage.run()
    silent = stage.do("held", "resolve", "no-such-id")
    assert silent.status == 2, "a missing word must never mean `send it again`"
    assert "--sent" in silent.err
    assert stage.do("held", "resolve", "no-such-id", "--not-sent", "--sent").status == 2
    assert stage.do("held", "resolve", "no-such-id", "--not-sent").status == 1


def test_a_misspelt_topic_suppresses_nothing_without_a_word(stage: Stage) -> None:
    settings = (stage.root / "touchline.yaml").read_text()
    topics = "policy:\n  topics: {news: {default: unsubscribed}}\n"
    stage.write("touchline.yaml", settings + topics)
    stage.run()
    for verb in ("add", "subscribe"):
        wrong = stage.do("suppress", verb, "ann1@example.com", "--topic", "nwes")
        assert (wrong.status, "did you mean news?" in wrong.err) == (1, True)
        assert stage.do("suppress", verb, "ann1@example.com", "--topic", "news").status == 0
    assert stage.do("suppress", "add", "ann1@example.com", "--topic", "general").status == 0


def test_where_no_topics_are_declared_those_of_mails_are_known(stage: Stage) -> None:
    stage.edit("emails/hello.md", "---\nsubject", "---\ntopic: tips\nsubject")
    for verb in ("add", "subscribe"):
        wrong = stage.do("suppress", verb, "ann1@example.com", "--topic", "tipps")
        assert wrong.status == 1
        assert "no mail is on the topic `tipps`; did you mean tips?" in wrong.err
    stage.run()
    assert stage.do("suppress", "add", "ann1@example.com", "--topic", "tips").status == 0
    stage.edit("emails/hello.md", "topic: tips", "topic: hints")
    assert stage.do("suppress", "add", "ann2@example.com", "--topic", "hints").status == 0
    assert stage.do("suppress", "add", "ann2@example.com", "--topic", "tips").status == 0, "sent"


@pytest.mark.parametrize(
    "words", ["held", "tasks", "suppress", "connectors", "connectors check"], ids=str
)
def test_the_form_may_be_said_before_the_verb(stage: Stage, words: str) -> None:
    stage.do("ledger", "init")
    group, *verb = words.split()
    behind = stage.do(group, *(verb or ["list"]), "--format", "json").data
    assert stage.do(group, "--format", "json", *(verb or ["list"])).data == behind
    assert (
        stage.do(group, "--format", "json", *(verb or ["list"]), "--format", "text").out[0] != "["
    )


def test_a_form_before_a_verb_that_has_none_is_wrong_use(stage: Stage) -> None:
    said = stage.do("tasks", "--format", "json", "done", "x")
    assert (said.status, "`done` takes no --format" in said.err) == (2, True)


@pytest.mark.parametrize("words", ["--users 0", "--users -5", "--events 0"])
def test_a_demo_of_nobody_is_wrong_use(stage: Stage, words: str) -> None:
    said = stage.do("demo", "story", *words.split())
    assert (said.status, said.out) == (2, "")
    assert not (stage.root / "story").exists()


NO_PLAYBOOK = [
    ["halt", "chekup"],
    ["resume", "chekup", "--yes"],
    ["tasks", "list", "--playbook", "chekup"],
    ["leave", "chekup", "--for", "1"],
    ["audit", "show", "--playbook", "chekup"],
]


@pytest.mark.parametrize("words", NO_PLAYBOOK, ids=" ".join)
def test_a_playbook_that_nobody_knows_is_no_empty_answer(stage: Stage, words: list[str]) -> None:
    stage.run()
    said = stage.do(*words)
    assert (said.status, said.out) == (1, "")
    assert "there is no playbook `chekup`; did you mean checkup?" in said.err
    (stage.root / "playbooks/checkup.yaml").unlink()
    assert "there is no playbook `chekup`; this project has none" in stage.do(*words).err


def test_a_playbook_without_a_readable_file_is_halted_and_let_go_on(stage: Stage) -> None:
    """A daemon goes on with what it had, so that a stop must reach what has run."""
    stage.run()
    written = (stage.root / "playbooks/checkup.yaml").read_text()
    stage.write("playbooks/checkup.yaml", f"{written}\nsteps: [")
    assert stage.do("halt", "checkup").status == 0
    (stage.root / "playbooks/checkup.yaml").unlink()
    assert stage.do("resume", "checkup", "--yes").out.endswith("resumed: checkup\n")
    assert stage.do("tasks", "list", "--playbook", "checkup").status == 0
    assert "entered" in stage.do("audit", "show", "--playbook", "checkup").out


def test_a_log_without_such_records_says_so(stage: Stage) -> None:
    stage.do("ledger", "init")
    for narrowed in (["--for", "999"], ["--playbook", "checkup"], ["--since", "2099-01-01"]):
        said = stage.do("audit", "show", *narrowed)
        assert (said.status, said.out) == (0, "no such record\n")


def test_a_metric_that_does_not_exist_where_there_is_none(stage: Stage) -> None:
    said = stage.do("metrics", "adoption")
    assert said.status == 1
    assert "no metric" in said.err
    assert not said.err.rstrip().endswith(";")


def test_the_version_is_told_in_a_checkout_too(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    import cli

    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("touchline ")


def test_status_names_a_playbook_file_that_cannot_be_read(stage: Stage) -> None:
    stage.write("playbooks/broken.yaml", "playbook: broken\nsegmnt: x\n")
    status = stage.do("status", "--format", "json")
    assert status.status == 1
    problems = {line["name"]: line["problem"] for line in status.data["playbooks"]}
    assert problems["checkup"] == ""
    assert "lacks `steps`" in problems["playbooks/broken.yaml"]
    assert "broken.yaml" in stage.do("status").out


def test_a_short_name_is_not_taken_for_part_of_a_broken_files_path(stage: Stage) -> None:
    stage.write("playbooks/broken.yaml", "playbook: broken\nsegmnt: x\n")
    assert "there is no playbook or segment `a`" in stage.do("segment", "a").err
    assert "segmnt" in stage.do("segment", "broken").err


def test_status_before_the_first_run_does_not_say_that_runs_are_dry(stage: Stage) -> None:
    assert stage.do("status", "--format", "json").data["why_dry"] == ""
    stage.edit("touchline.yaml", 'ledger: {url: "', 'ledger: {id: stage-1, url: "')
    assert "no ledger" in stage.do("status", "--format", "json").data["why_dry"]


def test_a_fuse_by_share_is_told_as_it_is_written(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "exit_when", "entry: {fuse: {share: 20%}}\nexit_when")
    (run,) = stage.run().data["runs"]
    assert "the fuse of 20% of 3" in run["held"]


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59"])
@pytest.mark.parametrize("words", [("run", "--dry-run"), ("segment", "checkup"), ("metrics",)])
def test_an_instant_at_an_end_of_the_calendar_is_wrong_use(
    stage: Stage, words: tuple[str, ...], at: str
) -> None:
    said = stage.do(*words, "--as-of", at)
    assert said.status == 2
    assert "--as-of: " in said.err
    assert "a bug of ours" not in said.err


@pytest.mark.parametrize("at", ["", "signed_up_at", "30 days ago", "start of month", "soon"])
def test_what_is_no_instant_is_told_what_is_one(stage: Stage, at: str) -> None:
    said = stage.do("segment", "checkup", "--as-of", at)
    assert said.status == 2
    assert f"`{at}` is no date or timestamp, such as 2026-03-10T09:00" in said.err


def test_a_playbook_that_is_named_twice_runs_once(stage: Stage) -> None:
    twice = stage.run("checkup", "checkup", "--dry-run").data
    assert [each["playbook"] for each in twice["runs"]] == ["checkup"]
    assert len(twice["would"]) == 3


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("9999-12-31", "outside the calendar"),
        ("soon", "`soon` is no duration, date or timestamp"),
        ("signed_up_at + 1 day", "is no duration, date or timestamp"),
    ],
    ids=["end of the calendar", "a word", "a field"],
)
def test_a_wrong_beginning_of_the_audit_is_told_as_what_it_is(
    stage: Stage, since: str, told: str
) -> None:
    stage.do("ledger", "init")
    wrong = stage.do("audit", "show", "--since", since)
    assert (wrong.status, told in wrong.err) == (2, True), wrong.err


@pytest.mark.parametrize(
    "asked", [["init", "file/new"], ["schema", "--out", "file/new"], ["demo", "file/new"]]
)
def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(stage: Stage, asked: list[str]) -> None:
    stage.write("file", "")
    *words, where = asked
    answer = stage.do(*words, str(stage.root / where))
    assert answer.status == 1
    assert "Not a directory: look at this path" in answer.err
    assert "bug" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        "schema --out made",
        "graph --out made.svg",
        "graph checkup --out made.svg",
        "metrics --out made.svg",
        "simulate checkup --from 2026-03-09 --to 2026-03-09 --out made.svg",
    ],
)
def test_what_is_written_lies_where_the_command_works(stage: Stage, words: str) -> None:
    assert stage.do(*words.split()).status == 0
    assert (stage.root / words.rsplit(maxsplit=1)[-1]).exists()


def test_what_is_read_is_looked_for_where_the_command_works(stage: Stage) -> None:
    stage.do("ledger", "init")
    stage.write("kept.txt", stage.do("audit", "checkpoint").out)
    assert stage.do("audit", "verify", "--against", "kept.txt").status == 0
    stage.write("bounce.eml", "Subject: nothing\n\nof ours\n")
    assert "does not exist" not in stage.do("inbound", "bounce.eml").err
    assert "kept.txt" not in stage.do("held", "edit", "x", "--text", "kept.txt").err


def test_a_project_is_made_where_the_other_commands_would_look(stage: Stage) -> None:
    (stage.root / "new").mkdir()
    made = Stage(stage.root / "new", stage.mail, stage.hooks)
    assert made.do("init").status == 0
    assert (made.root / "touchline.yaml").is_file()
    assert made.do("init", "inside").status == 0
    assert (made.root / "inside" / "touchline.yaml").is_file()


@pytest.mark.parametrize("asked", [["init"], ["init", "new"], ["demo"], ["add", "win-back"]])
def test_in_a_folder_that_is_gone_nothing_can_be_made(
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(SystemExit) as ended:
        cli.main(asked)
    assert ended.value.code == 2
    assert "the current folder is gone" in capsys.readouterr().err


@pytest.mark.parametrize(
    "as_of", ["9999-12-31", "9999-12-31T23:59-12:00", "0001-01-01", "0001-01-01T00:00+05:00"]
)
@pytest.mark.parametrize(
    "asked", [["run", "--dry-run"], ["segment", "checkup"], ["explain", "checkup", "--for", "1"]]
)
def test_an_instant_at_the_end_of_the_calendar_is_wrong_use(
    stage: Stage, asked: list[str], as_of: str
) -> None:
    answer = stage.do(*asked, "--as-of", as_of)
    assert answer.status == 2
    assert f"--as-of: `{as_of}` is too near the end of the calendar" in answer.err
    assert "a year from 1100 to 8900" in answer.err


@pytest.mark.parametrize("key", ["1_0", "\u0661", "1.0", "1" * 5000, "", "one"])
def test_a_key_that_only_looks_like_a_number_is_nobodys(stage: Stage, key: str) -> None:
    stage.put_users({"user_id": 1}, {"user_id": 10})
    answer = stage.do("explain", "checkup", "--for", key)
    assert (answer.status, answer.out) == (1, "")
    assert "its key is a whole number" in answer.err


def test_a_play_that_is_not_there_is_told_as_any_other_name(stage: Stage) -> None:
    refused = stage.do("add", "win-bak")
    assert (refused.status, "did you mean win-back?" in refused.err) == (1, True)


@pytest.mark.parametrize(
    "asked",
    [
        ["explain", "checkup", "--for"],
        ["preview", "checkup", "--for"],
        ["enroll", "checkup", "--for"],
        ["leave", "checkup", "--for"],
        ["audit", "show", "--for"],
        ["erase", "--entity", "user"],
    ],
    ids=" ".join,
)
def test_a_key_that_is_typed_in_another_encoding_is_nobodys(stage: Stage, asked: list[str]) -> None:
    """A shell hands bytes on as they are; the store of the data would complain of its own form."""
    stage.do("ledger", "init")
    answer = stage.do(*asked, "M\udcfcller")
    assert (answer.status, answer.out) == (1, "")
    assert "nobody has the key `M\ufffdller`" in answer.err


def test_an_empty_key_is_seen_to_be_one(stage: Stage) -> None:
    stage.edit("catalog/user.yaml", "user_id: integer", "user_id: text")
    assert "with the key ``" in stage.do("explain", "checkup", "--for", "").err


def test_a_halt_is_told_with_its_age_and_what_ends_it(stage: Stage) -> None:
    """With a reason or without; and what waits for its end is told once, not as lost as well."""
    stage.edit("touchline.yaml", f"port: {stage.mail.port}", "port: 9")
    assert stage.run().status == 3
    stage.do("halt")
    told = stage.do("status").out
    (halted,) = [line for line in told.splitlines() if line.startswith("HALTED")]
    assert re.fullmatch(
        r"HALTED everything since [-0-9]+ [:0-9]+Z; `touchline resume` lets it go on", halted
    )
    assert "waiting: 3 " in told
    assert "not gone out" not in told
    stage.do("halt", "checkup", "--why", "wrong price")
    assert ": wrong price; `touchline resume checkup` lets it go on" in stage.do("status").out
    assert re.match(
        r"everything: 3 touches ready, the oldest since [-0-9]+ [:0-9]+Z \([0-9,]+ \w+\)\n",
        stage.do("resume").out,
    )
