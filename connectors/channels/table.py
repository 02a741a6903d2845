"""The channels a project can declare, and how each is made from what it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine.language.project import DkimKey, Secret, SmtpChannel, WebhookChannel
from engine.ports import Channel, Clock
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from connectors.channels.stamping import Sign

__all__ = ["DeclaredChannel", "Resolve", "open_channels"]

DeclaredChannel = SmtpChannel | WebhookChannel

Resolve = Callable[[Secret], str]
"""The text of a secret; raises Invalid where it is missing or empty."""


def open_channels(
    declared: Mapping[str, DeclaredChannel], resolve: Resolve, clock: Clock
) -> dict[str, Channel | Invalid]:
    """One channel each, by name; nothing is connected yet.

    In the place of one whose secret is missing, or whose URL or secret will not do, what is wrong:
    it stops no other.
    """
    return {name: _opened(each, resolve, clock) for name, each in declared.items()}


def _opened(declared: DeclaredChannel, resolve: Resolve, clock: Clock) -> Channel | Invalid:
    try:
        return _open(declared, resolve, clock)
    except Invalid as invalid:
        return invalid


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
    channel = Smtp(declared, password=password)
    if not (declared.return_path or declared.provider or declared.dkim):
        return channel
    from connectors.channels.stamping import Stamped

    return Stamped(channel, declared, _signer(declared.name, declared.dkim, resolve))


def _signer(name: str, declared: DkimKey | None, resolve: Resolve) -> Sign | None:
    if declared is None:
        return None
    key = resolve(declared.key)
    try:
        from connectors.channels.signing import Signer

        return Signer(declared.domain, declared.selector, key)
    except ImportError:
        sentence = f"channel `{name}`: dkim needs dkimpy; say `pip install 'touchline[dkim]'`"
    except ValueError as error:
        sentence = f"channel `{name}`: dkim: {error}"
    raise Invalid([Problem(declared.key.place, "bad-channel", sentence)])


def _webhook(declared: WebhookChannel, resolve: Resolve, clock: Clock) -> Channel:
    from connectors.channels.webhook import Webhook

    secret = resolve(declared.secret) if declared.secret is not None else ""
    url = resolve(declared.url)
    try:
        return Webhook(declared, url=url, secret=secret, clock=clock)
    except ValueError as error:
        sentence = f"channel `{declared.name}`: {error}"
        raise Invalid([Problem(declared.place, "bad-channel", sentence)]) from None
