"""Where channels are shut or everything is halted: what a dry run says, and how `status` ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.ledger.control import open_breaker, pause_channel
from engine.ledger.schema import open_ledger
from tests.report.test_printed import is_as_said
from tests.support.stage import Stage, open_stage

NOW = datetime.now(UTC)
PAUSED, RESTING = "channel_paused", "channel_resting"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The small project, where a webhook follows the mail at once, and a ledger."""
    with open_stage(tmp_path) as opened:
        opened.edit(
            "playbooks/checkup.yaml", "  - wait: 5 days\n", "  - webhook: hook\n    body: {n: 1}\n"
        )
        assert opened.do("ledger", "init").status == 0
        yield opened


def shut(stage: Stage, channel: str, reason: str) -> None:
    """Pause a channel, or let it rest for an hour from now."""
    said = {"why": "535 5.7.8 no", "at": NOW, "actor": "ann"}
    with open_ledger("sqlite:///.touchline/ledger.db", root=stage.root).write() as unit:
        if reason == PAUSED:
            pause_channel(unit, channel, **said)  # type: ignore[arg-type]
        else:
            open_breaker(unit, channel, until=NOW + timedelta(hours=1), **said)  # type: ignore[arg-type]


def seen(answer: dict[str, list[dict[str, object]]]) -> set[tuple[object, ...]]:
    return {(each["channel"], each["status"], each["reason"]) for each in answer["would"]}


@pytest.mark.parametrize("reason", [PAUSED, RESTING])
def test_a_dry_run_has_what_is_shut_wait_and_says_why(stage: Stage, reason: str) -> None:
    """Who waits goes no further, as in a run; `status` tells the same of the channel after it."""
    recently = (NOW - timedelta(days=45)).isoformat()
    stage.put_users(*({"user_id": key, "signed_up_at": recently} for key in (1, 2, 3)))
    shut(stage, "email", reason)
    words = ("--format", "json")
    told = stage.do("run", "--dry-run", *words).data
    is_as_said("run", told)
    (run,) = told["runs"]
    assert (run["touches"], run["waiting"]) == ({"email": {"ready": 3}}, {reason: 3})
    assert seen(told) == {("email", "ready", reason)}
    text = stage.do("run", "--dry-run").out
    assert "535 5.7.8 no" in text
    assert text.count("(would wait: its channel ") == 3

    done = stage.do("run", *words)
    (its,) = done.data["runs"]
    assert (its["touches"], its["waiting"]) == (run["touches"], run["waiting"])
    assert stage.mail.received == []
    is_as_said("run", done.data)
    after = stage.do("status", *words).data
    assert told["channels"] == done.data["channels"] == after["channels"]
    assert after["waiting"] == {reason: 3}
    again = stage.do("run", "--dry-run", *words).data
    assert seen(again) == {("email", "ready", reason)}, "what an earlier run has left waits too"
    assert again["runs"][0]["waiting"] == {reason: 3}


def test_a_copy_waits_with_its_mail_and_is_not_counted(stage: Stage) -> None:
    stage.edit(
        "playbooks/checkup.yaml",
        "    from: account.csm\n",
        "    from: account.csm\n    cc: account.csm\n",
    )
    stage.put_users({"user_id": 1, "signed_up_at": (NOW - timedelta(days=45)).isoformat()})
    shut(stage, "email", PAUSED)
    told, done = (stage.do("run", *how, "--format", "json") for how in (["--dry-run"], []))
    assert told.data["runs"][0]["touches"] == done.data["runs"][0]["touches"]
    assert told.data["runs"][0]["waiting"] == done.data["runs"][0]["waiting"] == {PAUSED: 1}


@pytest.mark.parametrize(("reason", "status"), [(PAUSED, 1), (RESTING, 0)])
def test_a_run_says_that_mail_stands_still_and_why(stage: Stage, reason: str, status: int) -> None:
    """Also night after night, by cron; one that rests is tried again by itself."""
    stage.put_users({"user_id": 1, "signed_up_at": (NOW - timedelta(days=45)).isoformat()})
    shut(stage, "email", reason)
    rehearsed, done, again = stage.do("run", "--dry-run"), stage.do("run"), stage.do("run")
    assert (rehearsed.status, done.status, again.status) == (status,) * 3
    for each in (rehearsed, done, again):
        assert (f"waiting: 1 {reason}" in each.out, "535 5.7.8 no" in each.out) == (True, True)


def test_a_run_at_an_instant_probes_what_rests_and_so_does_its_rehearsal(stage: Stage) -> None:
    shut(stage, "email", RESTING)
    told = stage.run("--dry-run").data
    assert ("channels" in told, told["runs"][0]["waiting"]) == (False, {})
    assert stage.run().data["runs"][0]["touches"]["email"] == {"sent": 3}


def test_what_is_sent_elsewhere_goes(stage: Stage) -> None:
    shut(stage, "hook", PAUSED)
    told = stage.run("--dry-run").data
    assert seen(told) == {("email", "ready", ""), ("hook", "ready", PAUSED)}
    assert stage.run().data["runs"][0]["touches"]["email"] == {"sent": 3}
    assert stage.hooks.received == []


@pytest.mark.parametrize(
    ("rates", "waits"),
    [
        pytest.param("email: 20 per hour", 3, id="a channel"),
        pytest.param("per_sender: 20 per hour", 2, id="two who send"),
        pytest.param("email: 10 per second, per_sender: 20 per hour", 2, id="both"),
        pytest.param("email: 10 per second", 0, id="one whose turns are near"),
    ],
)
def test_a_dry_run_leaves_in_line_what_a_run_would(stage: Stage, rates: str, waits: int) -> None:
    """Each who has a turn sends one; the run after it finds the turn farther off than it waits."""
    stage.edit("touchline.yaml", "people:\n", f"policy: {{rates: {{{rates}}}}}\npeople:\n")
    stage.edit(
        "playbooks/checkup.yaml", "  - webhook: hook\n", "  - wait: 1 day\n  - webhook: hook\n"
    )
    recently = (NOW - timedelta(days=45)).isoformat()
    mine = {"id": 1, "name": "A", "plan": "x", "csm_name": "Bo", "csm_email": "bo@acme.example.com"}
    stage.table("accounts", [mine, {**mine, "id": 2, "csm_email": "cy@acme.example.com"}])
    stage.put_users(
        *({"user_id": n, "account_id": 1 + n % 2, "signed_up_at": recently} for n in range(1, 5))
    )
    for sent in (4 - waits, 0):
        told = stage.do("run", "--dry-run", "--format", "json").data
        done = stage.do("run", "--format", "json").data["runs"][0]
        assert told["runs"][0]["waiting"] == done["waiting"]
        assert done["waiting"] == ({"rate": waits} if waits else {})
        assert done["touches"].get("email", {}).get("sent", 0) == sent
        assert Counter(each["reason"] for each in told["would"])["rate"] == waits


@pytest.mark.parametrize("scope", [(), ("checkup",)], ids=["everything", "the playbook"])
def test_a_dry_run_says_that_a_run_would_be_held(stage: Stage, scope: tuple[str, ...]) -> None:
    """It tells all the same what would go out once it may."""
    stage.do("halt", *scope, "--why", "a fault")
    told, done = stage.run("--dry-run"), stage.run()
    assert (told.status, done.status) == (1, 1)
    assert told.data["runs"][0]["held"] == done.data["runs"][0]["held"]
    assert told.data["runs"][0]["entered"] == 3


def halts_all(stage: Stage) -> None:
    stage.do("halt", "--why", "a fault")


def halts_one(stage: Stage) -> None:
    stage.do("halt", "checkup")


def pauses_the_channel(stage: Stage) -> None:
    shut(stage, "email", PAUSED)


def loses_its_source(stage: Stage) -> None:
    (stage.root / "data" / "users.csv").unlink()
    stage.do("run")


@pytest.mark.parametrize(
    ("happens", "over"),
    [
        pytest.param(halts_all, ["resume"], id="halt"),
        pytest.param(halts_one, ["resume", "checkup"], id="halt of a playbook"),
        pytest.param(pauses_the_channel, ["resume"], id="paused channel"),
        pytest.param(loses_its_source, None, id="failed run"),
    ],
)
def test_status_says_that_something_stands_still_until_a_person_has_looked(
    stage: Stage, happens: Callable[[Stage], None], over: list[str] | None
) -> None:
    """Who is alerted by its exit status alone misses nothing, as the operations page has it."""
    assert stage.do("status").status == 0
    happens(stage)
    assert stage.do("status").status == 1
    if over is None:
        stage.put_users({"user_id": 1})
        over = ["run"]
    assert stage.do(*over).status == 0
    assert stage.do("status").status == 0


def test_status_finds_nothing_in_a_channel_that_rests(stage: Stage) -> None:
    """It is tried again by itself."""
    shut(stage, "email", RESTING)
    assert stage.do("status").status == 0
