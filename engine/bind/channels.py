"""Channels by name: which one carries mail, and which one requests."""

from __future__ import annotations

from engine.bind.findings import or_unreadable, wrong
from engine.language.project import Project, SmtpChannel, WebhookChannel
from engine.places import Place
from engine.problems import Invalid, did_you_mean

__all__ = ["mail_channel", "webhook_channel"]

_DEFAULT_CHANNEL = "email"


def mail_channel(via: str | None, project: Project, place: Place) -> SmtpChannel:
    """The channel that `via` names, the only one of mail, or of several the one called `email`.

    Raises:
        Invalid: there is none, or nothing says which.
    """
    channels = project.settings.channels
    mail = {name: each for name, each in channels.items() if isinstance(each, SmtpChannel)}
    if via is not None:
        if via in mail:
            return mail[via]
        raise _no_channel(via, project, place, kind="smtp", known=list(mail))
    if len(mail) == 1:
        return next(iter(mail.values()))
    if _DEFAULT_CHANNEL in mail:
        return mail[_DEFAULT_CHANNEL]
    if mail:
        hint = f"say which: via: {' or '.join(sorted(mail))}"
        raise wrong(place, "no-channel", "there is more than one channel of mail", hint=hint)
    none = wrong(
        place,
        "no-channel",
        "touchline.yaml has no channel that sends mail",
        hint="add one under `channels`, with `type: smtp`",
    )
    broken = sorted(name for kind, name in project.broken if kind == "channel")
    raise or_unreadable(none, "channel", broken[0] if broken else "", project)


def webhook_channel(name: str, project: Project, place: Place) -> str:
    """A declared channel of webhooks.

    Raises:
        Invalid: there is none of that name, or it is of another type.
    """
    channels = project.settings.channels
    webhooks = [each for each, channel in channels.items() if isinstance(channel, WebhookChannel)]
    if name not in webhooks:
        raise _no_channel(name, project, place, kind="webhook", known=webhooks)
    return name


def _no_channel(
    name: str, project: Project, place: Place, *, kind: str, known: list[str]
) -> Invalid:
    hint = did_you_mean(name, known)
    if name in project.settings.channels:
        message = f"the channel `{name}` is of another type; one of type {kind} is needed here"
        return wrong(place, "wrong-channel", message, hint=hint)
    unknown = wrong(place, "unknown-channel", f"touchline.yaml has no channel `{name}`", hint=hint)
    return or_unreadable(unknown, "channel", name, project)
