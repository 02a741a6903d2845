"""Erasing a customer: what was kept is gone, the log still verifies, and nobody comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, text

from tests.support.stage import Stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "erase.json"
NEXT_WEEK = "2026-03-16T09:00:00-04:00"
LATER = "2026-04-20T09:00:00-04:00"
BEN = {"user_id": 2, "first_name": "Bentheim", "email": "bentheim@example.com"}


@pytest.fixture
def told(stage: Stage) -> Stage:
    """Three users got their mail and wait for the call; Ben is one of them."""
    stage.edit("catalog/user.yaml", "events:", "track: [uses_reports, first_name]\nevents:")
    stage.put_users({"user_id": 1}, BEN, {"user_id": 3})
    assert stage.run().status == 0
    assert stage.do("track").status == 0
    return stage


def erase(stage: Stage, key: str = "2", entity: str = "user") -> Any:
    done = stage.do("erase", key, "--entity", entity, "--format", "json")
    assert done.status == 0, done.err
    Draft202012Validator(json.loads(REPORT.read_text())).validate(done.data)
    return done.data


def bytes_of_ledger(stage: Stage) -> bytes:
    files = (stage.root / ".touchline").glob("ledger.db*")
    return b"".join(path.read_bytes() for path in files)


def test_nothing_of_them_is_left_and_the_log_verifies(told: Stage) -> None:
    assert b"Bentheim" in bytes_of_ledger(told)
    found = erase(told)
    assert found["stays"] == found["touches"] == found["suppressed"] == 1
    assert found["values"] == 2
    kept = bytes_of_ledger(told)
    assert b"entheim" not in kept
    assert b"ann1@example.com" in kept, "of others all is kept"
    assert told.do("audit", "verify").status == 0
    assert told.do("ledger", "check").status == 0
    shown = told.do("audit", "show", "--for", "2", "--format", "json").data
    assert [each["kind"] for each in shown][-1] == "erased"


def test_their_tasks_lose_their_words_and_are_closed(told: Stage) -> None:
    told.run(as_of=NEXT_WEEK)
    assert [task["key"] for task in told.do("tasks", "--format", "json").data] == ["1", "2", "3"]
    assert erase(told)["tasks"] == 1
    assert [task["key"] for task in told.do("tasks", "--format", "json").data] == ["1", "3"]
    assert b"entheim" not in bytes_of_ledger(told)


def test_who_was_erased_enters_nothing_and_is_tracked_no_more(told: Stage) -> None:
    erase(told)
    told.write(
        "playbooks/other.yaml",
        "playbook: other\nsegment: {of: user, where: [{everyone: true}]}\n"
        "steps: [{email: hello}]\n",
    )
    (run,) = told.run("other", as_of=LATER).data["runs"]
    assert run["entered"] == 2
    assert run["skipped"] == {"erased": 1}
    assert told.mailed.count("bentheim@example.com") == 1, "that of the time before"
    assert told.do("track").status == 0
    assert b"entheim" not in bytes_of_ledger(told)
    by_hand = told.do("enroll", "other", "--for", "2", "--anyway")
    assert by_hand.status == 1
    assert "its data was erased" in by_hand.out
    assert "its data was erased" in told.do("explain", "other", "--for", "2").out


def test_their_address_stays_suppressed_under_another_key(told: Stage) -> None:
    erase(told)
    told.put_users({"user_id": 1}, {**BEN, "user_id": 8}, {"user_id": 3})
    run = told.run(as_of=LATER).data["runs"][0]
    assert run["touches"]["email"] == {"skipped": 1}
    assert len(told.mail.received) == 3


def test_a_mail_nobody_knows_of_is_given_up_and_is_not_sent_again(told: Stage) -> None:
    _set(told, "UPDATE touches SET state = 'unknown' WHERE key = '2'")
    (item,) = told.do("held", "--format", "json").data
    assert erase(told)["given_up"] == 1
    assert told.do("held", "--format", "json").data == []
    assert told.do("held", "resolve", item["id"], "--not-sent").status == 1


@pytest.mark.parametrize("state", ["ready", "draft"])
def test_what_waits_though_their_stay_is_over_is_dropped(told: Stage, state: str) -> None:
    """As one that was held, and that a person has had sent again: it was tried without its text."""
    told.run(as_of=NEXT_WEEK)
    waits = f"state = '{state}', reason = 'resolved', in_doubt_at = NULL, ended_at = NULL"
    _set(told, f"UPDATE touches SET {waits} WHERE key = '2' AND kind = 'email'")
    assert erase(told)["given_up"] == 0
    assert told.run(as_of=NEXT_WEEK).status == 0
    shown = told.do("audit", "show", "--for", "2", "--format", "json").data
    assert [each["kind"] for each in shown if each["kind"].startswith("touch.")][-1] == (
        "touch.dropped"
    )
    assert told.do("ledger", "check").status == 0


def test_while_something_is_on_its_way_nothing_is_erased(told: Stage) -> None:
    _set(told, "UPDATE touches SET state = 'in_doubt', ended_at = NULL WHERE key = '2'")
    refused = told.do("erase", "2", "--entity", "user")
    assert refused.status == 1
    assert "on its way right now" in refused.err
    assert b"entheim" in bytes_of_ledger(told)


def _set(stage: Stage, statement: str) -> None:
    engine = create_engine(f"sqlite:///{stage.root}/.touchline/ledger.db")
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1
    engine.dispose()


def test_a_digest_that_told_of_them_loses_its_content(told: Stage) -> None:
    told.write(
        "playbooks/news.yaml",
        "playbook: news\nsegment: {of: user, where: [{everyone: true}]}\nsteps:\n"
        "  - email: list\n    from: house.dana\n"
        '    digest: {by: account.csm, schedule: "0 12 * * *"}\n',
    )
    told.write(
        "emails/list.md",
        '---\nsubject: "Of {{ items | length }}"\n---\n'
        "{% for item in items %}{{ item.user.first_name }} {% endfor %}\n",
    )
    told.run("news", as_of="2026-03-11T10:00:00-04:00")
    told.run("news", as_of="2026-03-11T13:00:00-04:00")
    assert told.mailed.count("casey@acme.example.com") == 1
    assert b"Bentheim" in told.mail.received[-1].data
    assert erase(told)["touches"] == 2
    assert b"entheim" not in bytes_of_ledger(told)


def test_twice_is_once(told: Stage) -> None:
    assert erase(told)["was_erased"] is False
    again = erase(told)
    assert again["was_erased"] is True
    assert again["stays"] == again["suppressed"] == again["values"] == 0


def test_one_whom_the_ledger_never_saw_is_kept_out_all_the_same(stage: Stage) -> None:
    assert stage.do("erase", "3", "--entity", "user").out.startswith("nothing of user 3 was kept")
    assert stage.run().data["runs"][0]["skipped"] == {"erased": 1}
    assert stage.mailed == ["ann1@example.com", "ann2@example.com"]


@pytest.mark.parametrize(
    ("words", "told_of"),
    [
        pytest.param(("2", "--entity", "usr"), "did you mean user?", id="no such entity"),
        pytest.param(("two", "--entity", "user"), "a whole number was expected", id="no such key"),
        pytest.param(("0_2", "--entity", "user"), "a whole number was expected", id="as in code"),
        pytest.param(("٢", "--entity", "user"), "a whole number was expected", id="other digits"),
        pytest.param((" 2", "--entity", "user"), "a whole number was expected", id="a blank"),
    ],
)
def test_who_does_not_exist_is_told(stage: Stage, words: tuple[str, ...], told_of: str) -> None:
    refused = stage.do("erase", *words)
    assert refused.status == 1
    assert told_of in refused.err
