"""Delivery from the outbox to servers that misbehave: what the servers hold is the judge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from connectors.channels.fakes import FakeChannel
from connectors.channels.smtp import Smtp
from engine.dispatch import line
from engine.dispatch.deliver import Delivered, deliver
from engine.language.project import SmtpChannel
from engine.ledger.control import channel_states, halt, pause_channel, resume, resume_channel
from engine.ledger.log import verify_audit
from engine.ledger.recovery import retry_now
from engine.ledger.store import Ledger
from engine.ledger.suppressions import list_suppressions, suppress
from engine.ports import Answer, Message, NotSent, Permit, Refusal, UnknownOutcome
from engine.problems import Unreachable
from tests.dispatch.outbox import Watch, by_key, fill, hook, letter, run
from tests.ledger.factories import MINUTE, NOW, kinds, reading, writing
from tests.support.smtp_server import ScriptedSmtpServer

LATER = NotSent(Refusal.LATER, "450 busy", "450")
DOWN = NotSent(Refusal.CHANNEL, "no connection")
DAY = timedelta(days=1)


def mail(server: ScriptedSmtpServer, **said: Any) -> Smtp:
    """The channel `email` to the scripted server, impatient."""
    settings = {"tls": "none", "answer_timeout": 0.3, **said}
    declared = SmtpChannel("email", "127.0.0.1", server.port, **settings)
    return Smtp(declared, command_timeout=0.3)


# local part | state | reason | messages at the server | after a day: state, messages in all
TABLE = [
    ("ok", "sent", "", 1, "sent", 1),
    ("rcpt450", "ready", "later", 0, "ready", 0),
    ("greylist", "ready", "later", 0, "sent", 1),
    ("rcpt550", "failed", "mailbox", 0, "failed", 0),
    ("rcpt552", "failed", "refused", 0, "failed", 0),
    ("rcpt554", "ready", "channel", 0, "ready", 0),
    ("rcpt251", "sent", "", 1, "sent", 1),
    ("drop-at-rcpt", "ready", "later", 0, "ready", 0),
    ("hang-at-rcpt", "ready", "later", 0, "ready", 0),
    ("data451", "ready", "later", 0, "ready", 0),
    ("data554", "failed", "refused", 0, "failed", 0),
    ("drop-after-dot", "unknown", "no_answer", 1, "unknown", 1),
    ("hang-after-dot", "unknown", "no_answer", 1, "unknown", 1),
    ("rubbish-after-dot", "unknown", "no_answer", 1, "unknown", 1),
    ("451-then-ok", "ready", "later", 0, "sent", 1),
    ("dot550", "failed", "refused", 0, "failed", 0),
    ("dot554", "ready", "channel", 0, "ready", 0),
    ("dot251", "sent", "", 1, "sent", 1),
    ("dot252", "sent", "", 1, "sent", 1),
    ("dot421", "ready", "later", 0, "ready", 0),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_one_poisoned_touch_among_sound_ones(ledger: Ledger, row: tuple[Any, ...]) -> None:
    """It comes to its state, the others go out once, and a day later nobody got anything twice."""
    name, state, reason, stored, state_later, stored_later = row
    fill(ledger, {"1": letter("1", "ok@a.example"), "2": letter("2", f"{name}@x.example")})
    fill(ledger, {"3": letter("3", "ok@b.example")})
    with ScriptedSmtpServer() as server:
        run(ledger, mail(server))
        found = by_key(ledger)
        assert (found["2"].state, found["2"].reason) == (state, reason)
        assert found["1"].state == found["3"].state == "sent"
        assert len(server.stored) == 2 + stored
        run(ledger, mail(server), watch=Watch(NOW + DAY))
        assert by_key(ledger)["2"].state == state_later
        assert len(server.stored) == 2 + stored_later
        assert set(server.ids().values()) == {1}
    assert reading(ledger, verify_audit).valid


def test_what_was_stored_and_then_refused_for_now_goes_again_with_the_same_id(
    any_ledger: Ledger,
) -> None:
    """The one case that the protocol itself makes double: the same bytes, so it can be seen."""
    fill(any_ledger, {"1": letter("1", "store-then-451@x.example")})
    with ScriptedSmtpServer() as server:
        for day in range(2):
            run(any_ledger, mail(server), watch=Watch(NOW + day * DAY))
        assert by_key(any_ledger)["1"].attempts == 2
        assert list(server.ids().values()) == [2]
        assert server.stored[0].data == server.stored[1].data


def test_a_mailbox_that_does_not_exist_is_suppressed_and_others_are_not(any_ledger: Ledger) -> None:
    names = ["rcpt550", "rcpt552", "rcpt554", "rcpt450", "dot550"]
    fill(any_ledger, {name: letter(name, f"{name}@x.example") for name in names})
    with ScriptedSmtpServer() as server:
        run(any_ledger, mail(server))
    assert [each.address for each in reading(any_ledger, list_suppressions)] == [
        "rcpt550@x.example"
    ]
    assert "suppressed" in kinds(any_ledger)


def test_an_answer_is_kept_though_the_next_permit_is_lost_with_it(
    any_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both stand in one transaction. The second goes another time, and the first is no unknown."""
    monkeypatch.setattr(line, "_SETTLE_WAITS_S", (0.01,))
    settles = line.settle_all
    failures = iter([Unreachable("the server was started again")])

    def settle_all(*asked: Any, **said: Any) -> Any:
        for failure in failures:
            raise failure
        return settles(*asked, **said)

    monkeypatch.setattr(line, "settle_all", settle_all)
    fill(any_ledger, {key: letter(key, f"{key}@x.example") for key in ("1", "2")})
    channel = FakeChannel("email", at_once=1)
    with pytest.raises(Unreachable):
        run(any_ledger, channel)
    assert len(channel.sent) == 1
    assert sorted(touch.state for touch in by_key(any_ledger).values()) == ["ready", "sent"]
    run(any_ledger, channel)
    assert [touch.state for touch in by_key(any_ledger).values()] == ["sent", "sent"]
    assert len(channel.sent) == 2


@pytest.mark.parametrize("answer", ["421 4.3.2 bye", "drop"])
def test_trouble_at_quit_is_no_trouble(ledger: Ledger, answer: str) -> None:
    fill(ledger, {"1": letter("1", "ok@x.example")})
    with ScriptedSmtpServer(faults={"quit": answer}) as server:
        run(ledger, mail(server))
        run(ledger, mail(server), watch=Watch(NOW + DAY))
        assert len(server.stored) == 1
    assert by_key(ledger)["1"].state == "sent"


# ---------------------------------------------------------------- breaker, pause


def test_a_policy_against_us_opens_the_breaker_and_suppresses_nobody(ledger: Ledger) -> None:
    """Five tries in a row, or a few more that were under way, not a hundred."""
    keys = [str(n) for n in range(30)]
    fill(ledger, {key: letter(key, f"rcpt554@x{key}.example") for key in keys})
    with ScriptedSmtpServer() as server:
        done = run(ledger, mail(server))
    assert 5 <= done.tried <= 8
    assert "relay access denied" in done.trouble["email"]
    assert {row.state for row in by_key(ledger).values()} == {"ready"}
    assert {row.attempts for row in by_key(ledger).values()} == {0}
    assert reading(ledger, list_suppressions) == []
    assert "breaker.opened" in kinds(ledger)


def test_a_server_that_is_full_costs_no_attempts_and_gets_all_once_it_is_back(
    any_ledger: Ledger,
) -> None:
    keys = [str(n) for n in range(10)]
    fill(any_ledger, {key: letter(key, f"ok@x{key}.example") for key in keys})
    watch = Watch()
    with ScriptedSmtpServer(faults={"connect": "421 4.3.2 too many connections"}) as server:
        assert run(any_ledger, mail(server), watch=watch).tried >= 5
        assert run(any_ledger, mail(server), watch=watch).tried == 0
        for _ in range(20):  # half-open: one probe each time the breaker's rest is over
            watch.at += 16 * MINUTE
            assert run(any_ledger, mail(server), watch=watch).tried == 1
        assert {row.attempts for row in by_key(any_ledger).values()} == {0}
        server.faults.clear()
        watch.at += 16 * MINUTE
        done = run(any_ledger, mail(server), watch=watch)
        assert done.counts == {"email": {"sent": 10}}
        assert done.trouble == {}
        assert len(server.stored) == 10
    assert kinds(any_ledger).count("breaker.closed") == 1


def test_nobody_listening_is_told(ledger: Ledger) -> None:
    fill(ledger, {"1": letter("1", "ok@x.example")})
    with ScriptedSmtpServer() as server:
        pass
    done = run(ledger, mail(server))
    assert f"127.0.0.1:{server.port}" in done.trouble["email"]
    assert done.counts == {"email": {"ready": 1}}


def test_wrong_credentials_pause_the_channel_with_one_alert(any_ledger: Ledger) -> None:
    """No storm of logins: one, then nothing until a person opens it."""
    fill(any_ledger, {str(n): letter(str(n), "ok@x.example") for n in range(20)})
    watch = Watch()
    with ScriptedSmtpServer(users={"me": "right"}) as server:
        done = run(any_ledger, mail(server, username="me"), watch=watch)
        assert done.paused == ("email",)
        assert done.tried <= 4
        assert sum(each.startswith("AUTH") for each in server.commands) == 1
        assert "535" in done.trouble["email"]
        watch.at += DAY
        again = run(any_ledger, mail(server, username="me"), watch=watch)
        assert (again.tried, again.paused) == (0, ())
        assert kinds(any_ledger).count("channel.paused") == 1
        server.users = {}
        writing(any_ledger, lambda unit: resume_channel(unit, "email", at=watch.at, actor="ann"))
        assert run(any_ledger, mail(server), watch=watch).counts == {"email": {"sent": 20}}


def test_a_channel_that_shuts_is_asked_no_more_by_what_was_claimed_in_advance(
    ledger: Ledger,
) -> None:
    """A password that is changed under a backlog, a receiver that says 410: hundreds are in hand
    by then, and each of them would be another wrong login."""
    keys = [str(n) for n in range(300)]
    fill(ledger, {key: letter(key, f"{key}@x.example", priority=-int(key)) for key in keys})
    gone = NotSent(Refusal.CREDENTIALS, "410 Gone", "410")
    shut = FakeChannel("email", refusals={f"{key}@x.example": [gone] for key in keys[200:]})
    done = run(ledger, shut)
    assert done.paused == ("email",)
    assert "410" in done.trouble["email"], "also where others that were in hand went out after it"
    assert done.tried - len(shut.sent) <= 2 * shut.at_once
    assert {row.state for row in by_key(ledger).values()} == {"sent", "ready"}
    assert sum(row.attempts for row in by_key(ledger).values()) == len(shut.sent)


def test_silence_again_and_again_opens_the_breaker(ledger: Ledger) -> None:
    """A server that takes messages and never answers must not turn thousands into unknowns."""
    silent = {f"{n}@x.example": [UnknownOutcome("silence")] for n in range(50)}
    fill(ledger, {str(n): letter(str(n), f"{n}@x.example") for n in range(50)})
    done = run(ledger, FakeChannel("email", silent))
    assert done.counts["email"]["unknown"] <= 8


# ---------------------------------------------------------------- order, lanes, faults


def test_the_order_is_by_priority_then_age(ledger: Ledger) -> None:
    for n, (key, priority) in enumerate([("1", 0), ("2", 0), ("3", 10), ("4", 5), ("5", 10)]):
        fill(ledger, {key: letter(key, f"{key}@x.example", priority=priority)}, NOW + n * MINUTE)
    channel = FakeChannel("email")
    run(ledger, channel, watch=Watch(NOW + 60 * MINUTE))
    assert [message.recipient[0] for message in channel.sent] == ["3", "5", "4", "1", "2"]


def test_one_message_that_hangs_holds_up_no_other(ledger: Ledger) -> None:
    fill(ledger, {"1": letter("1", "hang-after-dot@x.example", priority=9)})
    fill(ledger, {str(n): letter(str(n), "ok@x.example") for n in range(2, 12)})
    with ScriptedSmtpServer() as server:
        done = run(ledger, mail(server))
        assert done.counts == {"email": {"sent": 10, "unknown": 1}}
        assert server.recipients().count("ok@x.example") == 10


def test_one_channel_in_trouble_holds_up_no_other(ledger: Ledger) -> None:
    fill(ledger, {f"m{n}": letter(f"m{n}", f"m{n}@x.example") for n in range(10)})
    fill(ledger, {f"h{n}": hook(f"h{n}") for n in range(10)})
    down = FakeChannel("email", refusals={f"m{n}@x.example": [DOWN] for n in range(10)})
    done = run(ledger, down, FakeChannel("hook"))
    assert done.counts["hook"] == {"sent": 10}
    assert done.counts["email"]["ready"] == done.tried - 10


class Faulty(FakeChannel):
    """Has a bug that shows at one recipient, before or after the permit."""

    async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
        if message.recipient.startswith("early"):
            raise KeyError("a bug")
        if message.recipient.startswith("late"):
            await permit()
            raise KeyError("a bug")
        return await super().send(message, permit, **after)


def test_a_bug_in_a_channel_ends_one_touch_only(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """Before the permit it certainly was not sent; after it nobody knows."""
    for key in ("early", "late", "sound"):
        fill(ledger, {key: letter(key, f"{key}@x.example")})
    run(ledger, Faulty("email"))
    states = {key: row.state.value for key, row in by_key(ledger).items()}
    assert states == {"early": "failed", "late": "unknown", "sound": "sent"}
    assert "KeyError" in caplog.text


def test_a_touch_of_an_unknown_channel_is_left_alone(ledger: Ledger) -> None:
    fill(ledger, {"1": letter("1", "a@x.example", channel="gone")})
    assert run(ledger, FakeChannel("email")).tried == 0
    assert by_key(ledger)["1"].state == "ready"


def test_a_stop_waits_for_answers_no_longer_than_its_grace(ledger: Ledger) -> None:
    """What was in doubt stays so: the next delivery, once the lease is over, makes it unknown."""
    fill(ledger, {"1": letter("1", "hang-after-dot@x.example", priority=9)})
    fill(ledger, {str(n): letter(str(n), "ok@x.example") for n in range(2, 30)})
    stop = asyncio.Event()

    def stop_now(done: Delivered) -> None:
        stop.set()

    with ScriptedSmtpServer() as server:
        slow = mail(server, answer_timeout=60)
        grace = timedelta(seconds=0.2)
        done = run(ledger, slow, stop=stop, progress=stop_now, grace=grace)
        assert 1 <= done.tried <= 5
        assert by_key(ledger)["1"].state == "in_doubt"
        assert {row.state.value for row in by_key(ledger).values()} == {"in_doubt", "sent", "ready"}
        server.calm = True
        assert run(ledger, mail(server), watch=Watch(NOW + 5 * MINUTE)).unknown == 1
        assert by_key(ledger)["1"].state == "unknown"
        assert set(server.ids().values()) == {1}
        assert len(server.stored) == 29


def test_progress_is_told_after_each_touch(ledger: Ledger) -> None:
    fill(ledger, {str(n): letter(str(n), "a@x.example") for n in range(3)})
    told: list[int] = []
    run(
        ledger,
        FakeChannel("email"),
        progress=lambda done: told.append(done.counts["email"]["sent"]),
    )
    assert told == [1, 2, 3]


# ---------------------------------------------------------------- attempts and time


def test_a_touch_is_given_up_after_its_attempts(ledger: Ledger) -> None:
    fill(ledger, {"1": letter("1", "a@x.example", expires_at=None)})
    watch, attempts = Watch(), 0
    channel = FakeChannel("email", refusals={"a@x.example": [LATER] * 1000})
    while by_key(ledger)["1"].state == "ready" and attempts < 100:
        attempts += run(ledger, channel, watch=watch).tried
        watch.at += 5 * timedelta(hours=1)
    row = by_key(ledger)["1"]
    assert (row.state, row.reason, attempts) == ("failed", "attempts", 30)
    assert "450 busy" in row.detail


def test_a_run_at_the_same_instant_goes_on_with_what_was_left(any_ledger: Ledger) -> None:
    """No time passes there: neither waits nor the breaker's rest would ever end."""
    keys = [str(n) for n in range(12)]
    fill(any_ledger, {key: letter(key, f"ok@x{key}.example") for key in keys})
    with ScriptedSmtpServer(faults={"connect": "421 4.3.2 full"}) as server:
        run(any_ledger, mail(server))
        server.faults.clear()
        assert run(any_ledger, mail(server)).tried == 0
        assert writing(any_ledger, lambda unit: retry_now(unit, now=NOW, actor="ann")) >= 5
        assert run(any_ledger, mail(server)).counts == {"email": {"sent": 12}}
        assert len(server.stored) == 12


def test_a_touch_that_came_too_late_expires(ledger: Ledger) -> None:
    fill(ledger, {"1": letter("1", "a@x.example", expires_at=NOW + DAY)})
    channel = FakeChannel("email")
    done = run(ledger, channel, watch=Watch(NOW + 2 * DAY))
    assert (done.expired, done.tried, channel.asked) == (1, 0, [])
    assert by_key(ledger)["1"].state == "expired"


@pytest.mark.parametrize(
    ("asked_s", "shortest", "longest"),
    [
        (600.0, timedelta(seconds=600), timedelta(seconds=660)),
        (86_400.0 * 365, timedelta(hours=6), timedelta(hours=6.6)),
        (-1.0, timedelta(seconds=1), timedelta(seconds=10)),
        (None, timedelta(seconds=1), timedelta(seconds=10)),
    ],
)
def test_what_a_receiver_asks_for_is_honoured_and_clamped(
    ledger: Ledger, asked_s: float | None, shortest: timedelta, longest: timedelta
) -> None:
    busy = NotSent(Refusal.LATER, "429", "429", asked_s)
    fill(ledger, {"1": hook("1")})
    run(ledger, FakeChannel("hook", {"": [busy]}))
    waits = by_key(ledger)["1"].next_attempt_at - NOW
    assert shortest <= waits <= longest


@pytest.mark.parametrize(
    ("on_unknown", "state"), [("hold", "unknown"), ("assume_sent", "sent"), ("resend", "ready")]
)
def test_an_unknown_outcome_follows_the_channels_word(
    any_ledger: Ledger, on_unknown: str, state: str
) -> None:
    fill(any_ledger, {"1": hook("1")})
    script = {"": [UnknownOutcome("no answer")]}
    run(any_ledger, FakeChannel("hook", script, on_unknown=on_unknown))
    assert by_key(any_ledger)["1"].state == state


# ---------------------------------------------------------------- what the last look finds


class Meanwhile(FakeChannel):
    """Something happens between the claim and the dot."""

    def __init__(self, name: str, happens: Any) -> None:
        super().__init__(name)
        self._happens = happens

    async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
        self._happens(message)
        return await super().send(message, permit, **after)


def test_who_unsubscribed_a_moment_ago_gets_nothing(any_ledger: Ledger) -> None:
    fill(any_ledger, {key: letter(key, f"{key}@x.example") for key in ("1", "2")})

    def unsubscribe(message: Message) -> None:
        if message.recipient == "1@x.example":
            act = {"why": "asked", "at": NOW, "actor": "page"}
            writing(any_ledger, lambda unit: suppress(unit, "1@x.example", **act))

    channel = Meanwhile("email", unsubscribe)
    done = run(any_ledger, channel)
    assert [message.recipient for message in channel.sent] == ["2@x.example"]
    assert done.counts == {"email": {"sent": 1, "skipped": 1}}
    assert by_key(any_ledger)["1"].reason == "suppressed"


@pytest.mark.parametrize("how", ["row", "file", "unreadable"])
def test_a_halt_in_the_middle_lets_nothing_more_out(any_ledger: Ledger, how: str) -> None:
    """What had its dot has gone; what has not is ready again, and goes on after the resume."""
    keys = [f"{n:03}" for n in range(30)]
    fill(any_ledger, {key: letter(key, f"{key}@x.example") for key in keys})

    def stop_everything(message: Message) -> None:
        if len(channel.sent) < 10:
            return
        match how:
            case "row":
                halt(any_ledger, ["checkup"], why="a wrong name", at=NOW, actor="ann")
            case "file":
                any_ledger.halt_file.touch()
            case _:  # a folder that cannot be looked into: a name too long does it for root too
                any_ledger.halt_file = any_ledger.halt_file.parent / ("x" * 300)

    file = any_ledger.halt_file
    file.parent.mkdir(exist_ok=True)
    channel = Meanwhile("email", stop_everything)
    run(any_ledger, channel)
    gone = len(channel.sent)
    assert 10 <= gone <= 13, "the other lanes may have had their permit"
    assert {row.state.value for row in by_key(any_ledger).values()} == {"sent", "ready"}
    assert {row.attempts for row in by_key(any_ledger).values() if row.state == "ready"} == {0}
    assert run(any_ledger, FakeChannel("email")).tried == 0
    any_ledger.halt_file = file
    resume(any_ledger, ["checkup"] if how == "row" else [], at=NOW, actor="ann")
    assert run(any_ledger, FakeChannel("email")).counts == {"email": {"sent": 30 - gone}}


def test_a_paused_channel_is_left_alone(ledger: Ledger) -> None:
    fill(ledger, {"1": letter("1", "a@x.example")})
    writing(ledger, lambda unit: pause_channel(unit, "email", why="x", at=NOW, actor="ann"))
    assert run(ledger, FakeChannel("email")).tried == 0
    assert reading(ledger, channel_states)["email"].paused_at == NOW


def test_two_workers_at_once_send_everything_once(any_ledger: Ledger) -> None:
    keys = [str(n) for n in range(40)]
    fill(any_ledger, {key: letter(key, f"{key}@x.example") for key in keys})
    channels = [FakeChannel("email"), FakeChannel("email")]

    async def both() -> Sequence[object]:
        stop = asyncio.Event()
        return await asyncio.gather(
            *(
                deliver(any_ledger, {"email": channel}, Watch().now, worker=f"w{n}", stop=stop)
                for n, channel in enumerate(channels)
            )
        )

    asyncio.run(both())
    sent = [message.recipient for channel in channels for message in channel.sent]
    assert sorted(sent) == sorted(f"{key}@x.example" for key in keys)


def test_webhook_and_mail_carry_what_the_outbox_holds(ledger: Ledger) -> None:
    fill(ledger, {"1": hook("1", headers={"x-team": "cs"}, method="PUT")})
    channel = FakeChannel("hook")
    run(ledger, channel)
    [message] = channel.sent
    assert message.id == by_key(ledger)["1"].id
    assert (message.method, message.headers) == ("PUT", {"x-team": "cs"})
    assert message.payload == b'{"key": "1"}'
