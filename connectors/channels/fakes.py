"""A channel that goes nowhere, for tests: yours as well as ours.

```python
channel = FakeChannel("email", {"bob@x.example": [NotSent(Refusal.LATER, "450 busy")]})
answer = await channel.send(message, permit)
assert [sent.recipient for sent in channel.sent] == ["ann@x.example"]
```
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.ports import Answer, Follow, Message, NotSent, Permit, Refusal, Sent, nobody

__all__ = ["FakeChannel"]


class FakeChannel:
    """Answers by script and keeps what it took.

    `answers` are given one after the other to messages for that recipient, after the permit;
    when they are used up, and for everybody else, the answer is Sent. `refusals` are the same for
    answers that come before the permit is asked.

    Attributes:
        sent: messages that were answered with Sent, in order.
        asked: messages for which a permit was asked, in order.
        is_closed: whether `close` was called.
    """

    def __init__(
        self,
        name: str,
        answers: Mapping[str, Iterable[Answer]] | None = None,
        *,
        refusals: Mapping[str, Iterable[NotSent]] | None = None,
        on_unknown: str = "hold",
        patience: float = 600.0,
        at_once: int = 4,
    ) -> None:
        self.name = name
        self.on_unknown = on_unknown
        self.patience = patience
        self.at_once = at_once
        self.sent: list[Message] = []
        self.asked: list[Message] = []
        self.is_closed = False
        self._answers = {who: list(script) for who, script in (answers or {}).items()}
        self._refusals = {who: list(script) for who, script in (refusals or {}).items()}

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Refuse by script, or ask the permit and answer by script."""
        if refusals := self._refusals.get(message.recipient):
            return refusals.pop(0)
        self.asked.append(message)
        if not await permit():
            return NotSent(Refusal.LATER, "not permitted")
        script = self._answers.get(message.recipient)
        answer = script.pop(0) if script else Sent("250 fake")
        if isinstance(answer, Sent):
            self.sent.append(message)
        return answer

    async def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True
