"""The channels a project can declare, and how each is made from what it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.language.project import Secret, SmtpChannel, WebhookChannel
from engine.ports import Channel, Clock
from engine.problems import Invalid, Problem

__all__ = ["DeclaredChannel", "Resolve", "open_channels"]

DeclaredChannel = SmtpChannel | WebhookChannel

Resolve = Callable[[Secret], str]
"""The text of a secret; raises Invalid where it is missing or empty."""


def open_channels(
    declared: Mapping[str, DeclaredChannel], resolve: Resolve, clock: Clock
) -> dict[str, Channel]:
    """One channel each, by name; nothing is connected yet.

    Raises:
        Invalid: all secrets that are missing, and URLs and secrets that will not do.
    """
    channels: dict[str, Channel] = {}
    problems: list[Problem] = []
    for name, declaration in declared.items():
        try:
            channels[name] = _open(declaration, resolve, clock)
        except Invalid as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise Invalid(problems)
    return channels


def _open(declared: DeclaredChannel, resolve: Resolve, clock: Clock) -> Channel:
    match declared:
        case SmtpChannel():
            return _smtp(declared, resolve)
        case WebhookChannel():
            return _webhook(declared, resolve, clock)


def _smtp(declared: SmtpChannel, resolve: Resolve) -> Channel:
    # Imported where used: the libraries behind the channels cost a fifth of a second at start.
    from connectors.channels.smtp import Smtp

    password = resolve(declared.password) if declared.password is not None else ""
    return Smtp(declared, password=password)


def _webhook(declared: WebhookChannel, resolve: Resolve, clock: Clock) -> Channel:
    from connectors.channels.webhook import Webhook

    secret = resolve(declared.secret) if declared.secret is not None else ""
    url = resolve(declared.url)
    try:
        return Webhook(declared, url=url, secret=secret, clock=clock)
    except ValueError as error:
        sentence = f"channel `{declared.name}`: {error}"
        raise Invalid([Problem(declared.place, "bad-channel", sentence)]) from None
