"""What a lane means to send next: kept, put back, or left to others, and never lost or doubled."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from connectors.channels.fakes import FakeChannel
from connectors.channels.smtp import Smtp
from connectors.channels.stamping import Stamped
from engine.decide.facts import TouchState
from engine.dispatch import promises
from engine.dispatch.deliver import deliver
from engine.dispatch.tally import Delivered
from engine.language.project import SmtpChannel
from engine.ledger.store import Ledger
from engine.ports import Answer, Follow, Message, NotSent, Permit, Refusal, nobody
from tests.dispatch.outbox import Watch, by_key, comes_to, fill, letter, run
from tests.support.wire_server import CLOSE, HANG, Script, listening

STUCK = "stuck@x.example"
NOT_PERMITTED = NotSent(Refusal.LATER, "not permitted")


class Promising(FakeChannel):
    """Asks after each permit what follows; the answer to one mail waits until it is let go."""

    def __init__(self, *, at_once: int, **said: Any) -> None:
        super().__init__("email", at_once=at_once, **said)
        self.promised: list[str] = []
        self.is_stuck, self.may_go = asyncio.Event(), asyncio.Event()

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        answer = await super().send(message, permit)
        if answer == NOT_PERMITTED:
            return answer
        if (after := follow()) is not None:
            self.promised.append(after.recipient)
        if message.recipient == STUCK:
            self.is_stuck.set()
            await self.may_go.wait()
        return answer


def states(ledger: Ledger) -> dict[str, TouchState]:
    """Of each touch, by key."""
    return {key: row.state for key, row in by_key(ledger).items()}


def filled(ledger: Ledger, count: int) -> None:
    """One mail that is stuck and goes first, and others."""
    fill(ledger, {"0": letter("0", STUCK, priority=9)})
    fill(ledger, {str(n): letter(str(n), f"{n}@x.example") for n in range(1, count)})


def test_a_promise_is_kept_by_the_lane_that_gave_it(any_ledger: Ledger) -> None:
    filled(any_ledger, 30)
    channel = Promising(at_once=2)
    channel.may_go.set()
    done = run(any_ledger, channel)
    assert done.counts == {"email": {"sent": 30}}
    assert len(channel.promised) > 10
    assert sorted({each.id for each in channel.sent}) == sorted(each.id for each in channel.sent)


@pytest.mark.parametrize("lanes", [2, 4])
def test_a_server_that_hangs_on_one_message_holds_up_no_other(
    ledger: Ledger, lanes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its lane would have sent next is sent by another, also where that has nothing to do."""
    monkeypatch.setattr(promises, "_PROMISE_S", 0.05)
    filled(ledger, 8)

    async def once() -> Delivered:
        channel = Promising(at_once=lanes)
        given: dict[str, Any] = {"worker": "w1", "stop": asyncio.Event()}
        delivery = asyncio.create_task(deliver(ledger, {"email": channel}, Watch().now, **given))
        await comes_to(channel.is_stuck, delivery)
        async with asyncio.timeout(30):
            while list(states(ledger).values()).count(TouchState.SENT) < 7:
                await asyncio.sleep(0.01)
        channel.may_go.set()
        return await delivery

    assert asyncio.run(once()).counts == {"email": {"sent": 8}}


def test_a_stop_puts_back_what_was_promised(any_ledger: Ledger) -> None:
    """The lane may wait for its answer for minutes; its next touch is ready at once."""
    filled(any_ledger, 9)

    async def once() -> Delivered:
        channel, stop = Promising(at_once=1), asyncio.Event()
        given: dict[str, Any] = {"worker": "w1", "stop": stop}
        delivery = asyncio.create_task(
            deliver(any_ledger, {"email": channel}, Watch().now, **given)
        )
        await comes_to(channel.is_stuck, delivery)
        assert len(channel.promised) == 1
        stop.set()
        async with asyncio.timeout(30):
            while list(states(any_ledger).values()).count(TouchState.READY) < 8:
                await asyncio.sleep(0.01)
        channel.may_go.set()
        return await delivery

    done = asyncio.run(once())
    assert (done.counts, done.tried) == ({"email": {"sent": 1}}, 1)
    rows = by_key(any_ledger).values()
    assert {row.attempts for row in rows if row.state is TouchState.READY} == {0}


def test_who_waits_for_a_promise_ends_with_it(ledger: Ledger) -> None:
    """A lane with nothing to do looks after the promise of another, and no longer."""
    filled(ledger, 3)

    async def once() -> Delivered:
        channel, stop = Promising(at_once=2), asyncio.Event()
        given: dict[str, Any] = {"worker": "w1", "stop": stop}
        delivery = asyncio.create_task(deliver(ledger, {"email": channel}, Watch().now, **given))
        await comes_to(channel.is_stuck, delivery)
        await asyncio.sleep(0.1)
        stop.set()
        channel.may_go.set()
        async with asyncio.timeout(30):
            return await delivery

    assert asyncio.run(once()).counts == {"email": {"sent": 2}}
    assert list(states(ledger).values()).count(TouchState.READY) == 1


def test_a_channel_that_fails_gives_back_what_was_promised(ledger: Ledger) -> None:
    fill(ledger, {str(n): letter(str(n), f"{n}@x.example") for n in range(6)})
    refusal = NotSent(Refusal.CHANNEL, "554 5.7.1 not from you", "554")
    channel = Promising(at_once=1, answers={f"{n}@x.example": [refusal] for n in range(6)})
    done = run(ledger, channel)
    assert len(channel.promised) == 1  # before anything had failed
    assert done.counts == {"email": {"ready": done.tried}}
    assert set(states(ledger).values()) == {TouchState.READY}


SCRIPTS = [
    pytest.param([Script(dot=HANG, keeps=True)], 1, id="hangs"),
    pytest.param([Script(dot=CLOSE), Script(), Script(dot=CLOSE, keeps=True)], 2, id="closes"),
    pytest.param([Script(rcpt="550 5.1.1 no", data="strict")] * 3, 0, id="refuses"),
    pytest.param([Script(mail="421 4.3.2 bye")] * 3, 0, id="says goodbye"),
]


@pytest.mark.parametrize(("scripts", "unknown"), SCRIPTS)
def test_a_real_server_has_each_mail_once(
    any_ledger: Ledger, scripts: list[Script], unknown: int
) -> None:
    """Its own record is the judge, however its connections end under messages that follow."""
    keys = [str(n) for n in range(30)]
    fill(any_ledger, {key: letter(key, f"{key}@x.example") for key in keys})

    async def once() -> list[str]:
        async with listening(scripts, pipelining=True) as (record, port):
            channel = SmtpChannel("email", "127.0.0.1", port, tls="none", connections=3)
            smtp = Smtp(channel, command_timeout=1)
            smtp.patience = 0.3
            watch = Watch()
            given: dict[str, Any] = {"worker": "w1", "stop": asyncio.Event()}
            for _ in range(4):
                await deliver(any_ledger, {"email": smtp}, watch.now, **given)
                watch.at += timedelta(hours=2)
            await smtp.close()
            assert record.broken == []
            assert any(group.startswith(b".\r\nMAIL") for group in record.groups)
            return [to.partition("@")[0] for kept in record.kept for to in kept.recipients]

    arrived = asyncio.run(once())
    found = states(any_ledger)
    sent = [key for key in keys if found[key] is TouchState.SENT]
    in_question = {key for key in keys if found[key] is TouchState.UNKNOWN}
    assert len(arrived) == len(set(arrived))
    assert set(sent) <= set(arrived) <= {*sent, *in_question}
    assert len(in_question) == unknown
    assert set(found.values()) <= {TouchState.SENT, TouchState.UNKNOWN, TouchState.FAILED}


def test_a_mail_that_cannot_be_signed_fails_by_itself(any_ledger: Ledger) -> None:
    """It is signed while the mail before it has a permit and no dot: that one goes all the same."""
    keys = [str(n) for n in range(6)]
    fill(any_ledger, {key: letter(key, f"{key}@x.example", body=key + "\r\n") for key in keys})

    def sign(payload: bytes) -> bytes:
        if payload.endswith(b"\r\n3\r\n"):
            raise RuntimeError("no signature could be made")
        return payload

    async def once() -> list[str]:
        async with listening([], pipelining=True) as (record, port):
            declared = SmtpChannel("email", "127.0.0.1", port, tls="none", connections=1)
            channel = Stamped(Smtp(declared, command_timeout=1), declared, sign)
            given: dict[str, Any] = {"worker": "w1", "stop": asyncio.Event()}
            await deliver(any_ledger, {"email": channel}, Watch().now, **given)
            await channel.close()
            assert record.broken == []
            return [to.partition("@")[0] for kept in record.kept for to in kept.recipients]

    arrived = asyncio.run(once())
    assert sorted(arrived) == [key for key in keys if key != "3"]
    expected = {key: TouchState.FAILED if key == "3" else TouchState.SENT for key in keys}
    assert states(any_ledger) == expected
    assert "RuntimeError" in by_key(any_ledger)["3"].detail
