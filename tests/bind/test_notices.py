"""When assignees are told of tasks, and over which channel: a table."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from engine.bind.notices import BoundNotices, bind_notices
from engine.language.policy import TaskNotices
from engine.language.project import HousePerson, Project, Secret, SmtpChannel, WebhookChannel
from engine.problems import Invalid
from tests.bind.samples import project

DANA = HousePerson("Dana", "dana@acme.example")
MAIL = SmtpChannel("mail", "127.0.0.1", 25, sender=DANA)
OTHER = replace(MAIL, name="other")
NAMELESS = replace(MAIL, name="nameless", sender=None)
HOOK = WebhookChannel("hook", Secret("https://hook.example"))


def having(*channels: SmtpChannel | WebhookChannel) -> Project:
    declared = project()
    named = MappingProxyType({each.name: each for each in channels})
    return replace(declared, settings=replace(declared.settings, channels=named))


@pytest.mark.parametrize(
    ("said", "channels", "bound"),
    [
        pytest.param(None, (MAIL,), None, id="nothing said"),
        pytest.param(TaskNotices("none"), (), None, id="none needs no channel"),
        pytest.param(TaskNotices("none", "mail"), (MAIL,), None, id="none with a channel"),
        pytest.param(
            TaskNotices("at_once"),
            (MAIL, HOOK),
            BoundNotices("at_once", "mail", DANA),
            id="at once",
        ),
        pytest.param(
            TaskNotices("0 8 * * 1-5", "other"),
            (MAIL, OTHER),
            BoundNotices("0 8 * * 1-5", "other", DANA),
            id="a cron over one of two",
        ),
    ],
)
def test_what_is_asked_for(
    said: TaskNotices | None,
    channels: tuple[SmtpChannel | WebhookChannel, ...],
    bound: BoundNotices | None,
) -> None:
    assert bind_notices(said, having(*channels)) == bound


@pytest.mark.parametrize(
    ("said", "channels", "code", "fragment"),
    [
        pytest.param(TaskNotices("at_onec"), (MAIL,), "bad-schedule", "at_once?", id="misspelt"),
        pytest.param(TaskNotices("daily"), (MAIL,), "bad-schedule", "0 8 * * 1-5", id="a word"),
        pytest.param(TaskNotices("@daily"), (MAIL,), "bad-schedule", "five fields", id="a name"),
        pytest.param(TaskNotices("0 8 * *"), (MAIL,), "bad-schedule", "five fields", id="four"),
        pytest.param(TaskNotices("0 25 * * *"), (MAIL,), "bad-schedule", "no schedule", id="hour"),
        pytest.param(TaskNotices("0 8 30 2 *"), (MAIL,), "bad-schedule", "never fires", id="never"),
        pytest.param(TaskNotices("at_once"), (HOOK,), "no-channel", "type: smtp", id="no mail"),
        pytest.param(
            TaskNotices("at_once"), (MAIL, OTHER), "no-channel", "via: mail or other", id="which"
        ),
        pytest.param(
            TaskNotices("at_once", "mial"), (MAIL,), "unknown-channel", "mean mail?", id="unknown"
        ),
        pytest.param(
            TaskNotices("none", "mial"), (MAIL,), "unknown-channel", "mean mail?", id="also if off"
        ),
        pytest.param(
            TaskNotices("at_once", "hook"), (MAIL, HOOK), "wrong-channel", "type smtp", id="type"
        ),
        pytest.param(TaskNotices("at_once"), (NAMELESS,), "no-sender", "`from`", id="no sender"),
    ],
)
def test_what_cannot_be_is_told(
    said: TaskNotices,
    channels: tuple[SmtpChannel | WebhookChannel, ...],
    code: str,
    fragment: str,
) -> None:
    with pytest.raises(Invalid) as refused:
        bind_notices(said, having(*channels))
    (problem,) = refused.value.problems
    assert problem.code == code
    assert fragment in str(problem)
