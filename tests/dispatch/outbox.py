"""Outboxes to deliver, and what is in them afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.decide.facts import Decision, TouchKind, idempotency_key
from engine.dispatch.deliver import Delivered, deliver
from engine.ledger.store import Ledger
from engine.ledger.touches import TouchRow, list_touches
from engine.ports import Channel
from tests.ledger.factories import NOW, keep, make_enrollment, make_touch, reading, touching

__all__ = ["Watch", "by_key", "comes_to", "fill", "hook", "letter", "run"]


class Watch:
    """A clock that stands until it is moved on."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """Where it stands."""
        return self.at


def letter(key: str, recipient: str, **said: Any) -> dict[str, Any]:
    """What an email touch of that key is made with; its Message-ID is that of its own."""
    touch = idempotency_key("checkup", key, 1, "email-1", 0)
    text = f"Message-ID: <{touch}@acme.example>\r\nSubject: Hello\r\n\r\n"
    body = said.pop("body", "Hello.\r\n")
    return {"channel": "email", "recipient": recipient, "payload": (text + body).encode(), **said}


def hook(key: str, **said: Any) -> dict[str, Any]:
    """What a webhook touch is made with."""
    return {
        "kind": TouchKind.WEBHOOK,
        "channel": "hook",
        "recipient": "",
        "payload": b'{"key": "' + key.encode() + b'"}',
        "method": "POST",
        **said,
    }


def fill(ledger: Ledger, touches: Mapping[str, dict[str, Any]], at: datetime = NOW) -> None:
    """Write one touch a key, as a step of a playbook does."""
    decisions: list[Decision] = []
    for key, said in touches.items():
        of = make_enrollment(key)
        decisions += touching(of, make_touch(of, **said))
    keep(ledger, decisions, at)


def run(
    ledger: Ledger,
    *channels: Channel,
    watch: Watch | None = None,
    worker: str = "w1",
    **options: Any,
) -> Delivered:
    """One delivery in a loop of its own; the channels are closed."""

    async def once() -> Delivered:
        by_name = {channel.name: channel for channel in channels}
        options.setdefault("stop", asyncio.Event())
        try:
            now = (watch or Watch()).now
            return await deliver(ledger, by_name, now, worker=worker, **options)
        finally:
            for channel in channels:
                await channel.close()

    return asyncio.run(once())


async def comes_to(moment: asyncio.Event, delivery: asyncio.Task[Delivered]) -> None:
    """Wait until a delivery comes to that moment; where it ends before, it says why."""
    waiting = asyncio.create_task(moment.wait())
    await asyncio.wait({waiting, delivery}, return_when=asyncio.FIRST_COMPLETED)
    assert waiting.done(), delivery.result()


def by_key(ledger: Ledger) -> dict[str, TouchRow]:
    """Every touch, by the key of its enrollment."""
    return {row.key: row for row in reading(ledger, list_touches)}
