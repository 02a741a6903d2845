"""A channel that cannot be opened keeps its own touches waiting, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.clocks import Hands
from tests.faults.test_others import DAILY, daemon_at, on
from tests.report.test_printed import is_as_said
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import Stage, open_stage

NOON = datetime(2026, 3, 10, 12, 0, 1, tzinfo=UTC)
GOOD = "whsec_" + "bm90IGEgc2VjcmV0IGF0IGFsbA=="
HOOK = '"HOOK_URL", allow_private: true}'


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The small project, where a webhook with a secret follows the mail at once."""
    with open_stage(tmp_path) as opened:
        opened.edit(
            "playbooks/checkup.yaml", "  - wait: 5 days\n", "  - webhook: hook\n    body: {n: 1}\n"
        )
        opened.edit(
            "touchline.yaml",
            "allow_private: true}",
            'allow_private: true, secret: "${env:TL_HOOK_SECRET}"}',
        )
        monkeypatch.setenv("TL_HOOK_SECRET", GOOD)
        yield opened


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        pytest.param("nothing of the kind!", "base64", id="wrong form"),
        pytest.param("", "TL_HOOK_SECRET is empty", id="empty"),
    ],
)
def test_the_mails_go_and_the_webhooks_wait(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, secret: str, told: str
) -> None:
    """The run ends with 1 and the sentence; `status` tells it, and once it is set right all go."""
    monkeypatch.setenv("TL_HOOK_SECRET", secret)
    ran = stage.run()
    assert ran.status == 1, ran.err
    is_as_said("run", ran.data)
    (run,) = ran.data["runs"]
    assert run["touches"]["email"] == {"sent": 3}
    assert run["touches"]["hook"] == {"ready": 3}
    assert told in ran.data["trouble"]["hook"]
    assert len(stage.mail.received) == 3
    assert stage.hooks.received == []

    status = stage.do("status", "--format", "json").data
    assert "unopened" in status["reasons"]
    (channel,) = status["channels"]
    assert (channel["name"], told in channel["breaker_why"]) == ("hook", True)
    assert told in stage.do("status").out

    monkeypatch.setenv("TL_HOOK_SECRET", GOOD)
    assert stage.run().status == 0
    assert [each.body for each in stage.hooks.received].count(b'{"n":1}') == 3
    assert len(stage.mail.received) == 3


def test_a_key_that_cannot_be_read_stops_the_mails_alone(stage: Stage) -> None:
    stage.edit(
        "touchline.yaml",
        "  hook:",
        '    dkim: {domain: acme.example.com, selector: s, key: "${file:no.pem}"}\n  hook:',
    )
    ran = stage.run()
    assert (ran.status, stage.mail.received) == (1, [])
    assert "no.pem" in ran.data["trouble"]["email"]


def test_a_channel_without_touches_troubles_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.edit("playbooks/checkup.yaml", "  - webhook: hook\n    body: {n: 1}\n", "")
    stage.edit("playbooks/checkup.yaml", "  - task", "  - wait: 5 days\n  - task")
    monkeypatch.setenv("TL_HOOK_SECRET", "nothing of the kind!")
    ran = stage.run()
    assert (ran.status, ran.data.get("trouble")) == (0, None)
    assert stage.do("status", "--format", "json").data["channels"] == []


def test_a_password_that_was_changed_is_read_when_a_person_lets_the_channel_go_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server refuses the login, somebody writes the new password and resumes: it goes out."""
    settings = (stage.root / "touchline.yaml").read_text()
    secret = stage.root / "secrets" / "smtp"
    secret.parent.mkdir()
    secret.write_text("old")
    counts: list[int] = []

    def pay_and_resume(_: Hands) -> None:
        counts.append(len(server.stored))
        secret.write_text("new")
        assert "channel email" in stage.do("resume", "--yes").out

    with ScriptedSmtpServer(users={"ann": "new"}) as server:
        login = f'port: {server.port}\n    username: ann\n    password: "${{file:secrets/smtp}}"'
        stage.write("touchline.yaml", settings.replace(f"port: {stage.mail.port}", login))
        stage.write("playbooks/checkup.yaml", DAILY)
        daemon_at(stage, monkeypatch, NOON, *[on] * 2, pay_and_resume, on, on)
        assert counts == [0]
        assert len(server.stored) == 3
