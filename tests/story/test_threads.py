"""A later mail stands in the thread of the earlier one that the same person really got."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.stage import AS_OF, Stage

PLAYBOOK = """\
playbook: checkup
segment:
  of: user
  where:
    - signed_up_at: {days_ago: {between: [30, 90]}}
steps:
  - email: hello
    id: first
  - wait: 1 day
  - email: again
    id: second
    thread: first
  - wait: 1 day
  - email: again
    id: third
    thread: second
    to: [user, house.dana]
"""
AGAIN = '---\nsubject: "Still there, {{ user.first_name }}?"\n---\nJust a word.\n'


def day(number: int) -> str:
    return f"2026-03-{number}T09:00:00-04:00"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A check-up of three mails in one thread, for one customer."""
    stage.write("playbooks/checkup.yaml", PLAYBOOK)
    stage.write("emails/again.md", AGAIN)
    stage.put_users({"user_id": 1})
    return stage


def test_an_answer_stands_in_the_thread(stage: Stage) -> None:
    for number in (10, 11, 12):
        assert stage.run(as_of=day(number)).status == 0
    first, second, third, to_dana = stage.letters
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"] == first["Message-ID"]
    assert second["Subject"] == "Re: Hello Ann1"
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert third["Subject"] == "Re: Hello Ann1"
    assert len({letter["Message-ID"] for letter in stage.letters}) == 4
    assert to_dana["In-Reply-To"] is None, "she got none of the earlier mails"
    assert to_dana["Subject"] == "Still there, Ann1?"


def test_an_answer_goes_on_with_the_mail_of_its_step_and_of_its_reader(stage: Stage) -> None:
    both = "    to: [user, house.dana]\n"
    written = PLAYBOOK.replace(both, "").replace("thread: second", "thread: first")
    for step in ("first", "second", "third"):
        written = written.replace(f"    id: {step}\n", f"    id: {step}\n{both}")
    stage.write("playbooks/checkup.yaml", written.replace("    thread: first\n", "", 1))
    for number in (10, 11, 12):
        assert stage.run(as_of=day(number)).status == 0
    firsts = {each["To"]: each["Message-ID"] for each in stage.letters[:2]}
    assert len(firsts) == 2
    assert {each["To"]: each["In-Reply-To"] for each in stage.letters[4:]} == firsts


def test_where_the_earlier_mail_did_not_go_it_is_a_new_one(stage: Stage) -> None:
    stage.do("ledger", "init")
    stage.do("suppress", "add", "ann1@example.com")
    stage.run(as_of=day(10))
    stage.do("suppress", "remove", "ann1@example.com")
    stage.run(as_of=day(11))
    (letter,) = stage.letters
    assert letter["Subject"] == "Still there, Ann1?"
    assert letter["In-Reply-To"] is None
    assert letter["References"] is None


def test_another_address_is_another_thread(stage: Stage) -> None:
    stage.run(as_of=day(10))
    stage.put_users({"user_id": 1, "email": "new@example.com"})
    stage.run(as_of=day(11))
    assert stage.letters[1]["In-Reply-To"] is None


def test_the_subject_that_was_edited_is_the_one_that_is_answered(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "id: first\n", "id: first\n    approve: house.dana\n")
    stage.run(as_of=day(10))
    (item,) = stage.do("held", "list", "--format", "json").data
    stage.do("held", "edit", item["id"], "--subject", "Our talk")
    (item,) = stage.do("held", "list", "--format", "json").data
    stage.do("held", "approve", item["id"], "--digest", item["digest"])
    stage.run(as_of=day(11))
    stage.run(as_of=day(12))
    assert [letter["Subject"] for letter in stage.letters] == ["Our talk", "Re: Our talk"]


def test_a_dry_run_takes_the_same_decision(stage: Stage) -> None:
    stage.edit("playbooks/checkup.yaml", "  - wait: 1 day\n", "")
    said = stage.run("--dry-run", as_of=AS_OF).data
    stage.run(as_of=AS_OF)
    sent = sorted(str(letter["Subject"]) for letter in stage.letters)
    assert sorted(each["subject"] for each in said["would"]) == sent
    assert sent.count("Re: Hello Ann1") == 2


@pytest.mark.parametrize("words", [(), ("--step", "third")], ids=["all", "one"])
def test_a_preview_shows_the_thread(stage: Stage, words: tuple[str, ...]) -> None:
    shown = stage.do(
        "preview", "checkup", "--for", "1", "--as-of", AS_OF, "--format", "json", *words
    )
    messages = {(each["step"], each["to"]): each for each in shown.data["messages"]}
    assert len(messages) == (2 if words else 4)
    third = messages["third", "ann1@example.com"]
    assert third["subject"] == "Re: Hello Ann1"
    assert len(dict(third["headers"])["References"].split()) == 2


def test_the_mails_of_a_thread_are_found_again_on_the_other_side(
    stage: Stage, tmp_path: Path
) -> None:
    """What a customer's own client would make of it: every reference is a mail that it has."""
    for number in (10, 11, 12):
        stage.run(as_of=day(number))
    ids = {str(letter["Message-ID"]) for letter in stage.letters}
    named = {each for letter in stage.letters for each in str(letter["References"] or "").split()}
    assert named <= ids


def test_a_dry_run_answers_what_waited_for_its_window(stage: Stage) -> None:
    """The colleague had the first mail at eight; the customer's goes by this pass, and then both
    get the answer."""
    window = 'policy: {send_window: {from: "09:00", to: "17:00"}}\npeople:'
    stage.edit("touchline.yaml", "people:", window)
    both = "    to: [user, house.dana]\n"
    written = PLAYBOOK.replace("  - wait: 1 day\n", "", 1).partition("  - wait")[0]
    for step in ("first", "second"):
        written = written.replace(f"    id: {step}\n", f"    id: {step}\n{both}")
    stage.write("playbooks/checkup.yaml", written)
    stage.run(as_of="2026-03-10T08:00-04:00")
    assert stage.mailed == ["dana@acme.example.com"]
    said = stage.run("--dry-run", as_of=AS_OF).data
    stage.run(as_of=AS_OF)
    sent = sorted(str(letter["Subject"]) for letter in stage.letters[1:])
    assert sent == ["Hello Ann1", "Re: Hello Ann1", "Re: Hello Ann1"]
    assert sorted(each["subject"] for each in said["would"]) == sent


EDITS = {
    "other words": (("email: hello", "only_if: {user_id: 1}\n    email: hello"),),
    "another id": (
        ("id: first\n", "id: opening\n    formerly: [first]\n"),
        ("thread: first", "thread: opening"),
    ),
    "another name": (("playbook: checkup", "playbook: renamed\nformerly: [checkup]"),),
    "an answer to another mail": (("thread: second", "thread: first"),),
    "a wait less": (("  - wait: 1 day\n", "  - wait: 1 hour\n"),),
}


@pytest.mark.parametrize("on_change", ["keep", "move"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_cuts_no_thread(stage: Stage, on_change: str, edit: str) -> None:
    """Each mail answers the one that its step names, by whichever version that was sent."""
    said = PLAYBOOK.replace("    to: [user, house.dana]\n", "")
    said = said.replace("segment:", f"on_change: {on_change}\nsegment:")
    stage.write("playbooks/checkup.yaml", said)
    stage.run(as_of=day(10))
    for old, new in EDITS[edit]:
        said = said.replace(old, new, 1)
    stage.write("playbooks/checkup.yaml", said)
    stage.run(as_of=day(11))
    stage.write("playbooks/checkup.yaml", said.replace("  - email: again", "  - email: hello", 1))
    stage.run(as_of=day(12))
    ids = [str(letter["Message-ID"]) for letter in stage.letters]
    moved = on_change == "move"
    third = [ids[0]] if moved and edit == "an answer to another mail" else ids[:2]
    threads = [str(letter["References"] or "").split() for letter in stage.letters]
    assert threads == [[], ids[:1], third]
    assert [letter["In-Reply-To"] for letter in stage.letters[1:]] == [ids[0], third[-1]]
