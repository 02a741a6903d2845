"""What a mail gets just before it goes: its return path, its provider's header, its signature.

The ledger holds the message without them: they hang on settings and keys of the day, and a message
that is tried again days later goes out with those that are valid then. Its own bytes, Message-ID
included, are the same each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from engine.language.project import SmtpChannel
from engine.ports import TAG, Answer, Channel, Follow, Message, Permit, nobody

__all__ = ["Sign", "Stamped", "stamped"]

Sign = Callable[[bytes], bytes]
"""A message with its signature before it."""


class Stamped:
    """A channel of mail that stamps each message, and then is the channel behind it."""

    def __init__(self, channel: Channel, declared: SmtpChannel, sign: Sign | None) -> None:
        self.name = channel.name
        self.on_unknown = channel.on_unknown
        self.patience = channel.patience
        self.at_once = channel.at_once
        self._channel = channel
        self._declared = declared
        self._sign = sign
        self._begun: dict[str, tuple[Message, Message]] = {}  # by id, and as they were stamped

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Send the stamped message."""

        def stamped_too() -> Message | None:
            after = follow()
            return None if after is None else self._begin(after)

        # What was begun may have been put back, and made again under its key.
        begun, mine = self._begun.pop(message.id, (None, message))
        if begun != message:
            mine = self._stamp(message)
        return await self._channel.send(mine, permit, follow=stamped_too)

    async def close(self) -> None:
        """End the connections behind it."""
        await self._channel.close()

    def _begin(self, message: Message) -> Message:
        """Stamp what may follow; of many that did not come after all, those of late are kept."""
        while len(self._begun) > self.at_once:
            del self._begun[next(iter(self._begun))]
        mine = self._stamp(message)
        self._begun[message.id] = message, mine
        return mine

    def _stamp(self, message: Message) -> Message:
        return stamped(message, self._declared, self._sign)


def stamped(message: Message, declared: SmtpChannel, sign: Sign | None) -> Message:
    """The message as the server is to get it; `sender` is what MAIL FROM says."""
    payload = _provider_header(message.token, declared.provider) + message.payload
    return replace(
        message,
        sender=_return_path(message, declared.return_path),
        payload=sign(payload) if sign else payload,
    )


def _return_path(message: Message, mailbox: str) -> str:
    """`bounces+TOKEN@acme.example`, so that a bounce names its mail; without one, the mailbox."""
    if not mailbox:
        return message.sender
    name, _, domain = mailbox.partition("@")
    return f"{name}+{message.token}@{domain}" if message.token else mailbox


def _provider_header(token: str, provider: str) -> bytes:
    """What makes a provider send the token back with each event."""
    match provider if token else "":
        case "ses":
            header = f"X-SES-MESSAGE-TAGS: {TAG}={token}"
        case "postmark":
            header = f"X-PM-Metadata-{TAG}: {token}"
        case "sendgrid":
            header = f"X-SMTPAPI: {json.dumps({'unique_args': {TAG: token}})}"
        case _:
            return b""
    return header.encode() + b"\r\n"
