"""How assignees hear of tasks: `policy.tasks`. Language, section 6."""

from __future__ import annotations

from engine.bind.channels import mail_channel
from engine.bind.findings import Findings, wrong
from engine.bind.timetable import check_cron
from engine.language.policy import TaskNotices
from engine.language.project import HousePerson, Project, SmtpChannel
from engine.places import Place
from engine.problems import did_you_mean
from engine.records import dataclass

__all__ = ["AT_ONCE", "BoundNotices", "bind_notices"]

AT_ONCE = "at_once"
"""Each pass tells of what is new."""

_NEVER = "none"


@dataclass(frozen=True, slots=True)
class BoundNotices:
    """Mail for assignees, over `channel`; `notify` is `at_once` or a cron in the project's zone."""

    notify: str
    channel: str
    sender: HousePerson

    @property
    def cron(self) -> str:
        """When digests go out; empty where each pass tells at once."""
        return "" if self.notify == AT_ONCE else self.notify


def bind_notices(said: TaskNotices | None, project: Project) -> BoundNotices | None:
    """What `policy.tasks` asks for; None where nobody is to be told.

    Raises:
        Invalid: it never fires, or no channel could carry it.
    """
    if said is None:
        return None
    with Findings() as found:
        found.attempt(lambda: _check_times(said))
        is_off = said.notify == _NEVER and said.via is None
        channel = None if is_off else found.attempt(lambda: _channel(said, project))
    if channel is None or said.notify == _NEVER:
        return None
    return BoundNotices(said.notify, channel.name, _sender(channel, said.place))


def _check_times(said: TaskNotices) -> None:
    if said.notify in (AT_ONCE, _NEVER):
        return
    if " " in said.notify or said.notify.startswith("@"):
        check_cron(said.notify, said.place)
        return
    near = did_you_mean(said.notify, (AT_ONCE, _NEVER))
    raise wrong(
        said.place,
        "bad-schedule",
        f'`notify` is {said.notify}; expected at_once, none, or a cron, as "0 8 * * 1-5"',
        hint=near if near.startswith("did") else "",
    )


def _channel(said: TaskNotices, project: Project) -> SmtpChannel:
    channel = mail_channel(said.via, project, said.place)
    if said.notify != _NEVER:
        _sender(channel, said.place)
    return channel


def _sender(channel: SmtpChannel, place: Place) -> HousePerson:
    if channel.sender is None:
        raise wrong(
            place,
            "no-sender",
            f"nobody is named as sender of task notices: the channel {channel.name} has no `from`",
            hint=f"add `from: {{name: …, email: …}}` to the channel {channel.name}",
        )
    return channel.sender
