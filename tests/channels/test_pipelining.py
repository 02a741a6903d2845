"""MAIL, RCPT and DATA in one write, and every reply given to the command that it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels import connections
from connectors.channels.conversation import Conversation
from connectors.channels.greeting import Session
from connectors.channels.smtp import Smtp
from engine.language.project import SmtpChannel
from engine.ports import Answer, Message, NotSent, Permit
from tests.support.certificates import server_context, trusting
from tests.support.wire_server import (
    CLOSE,
    HANG,
    Record,
    Script,
    StrictSession,
    listening,
)

SENDER = "dana@acme.example"
OK = Script()


def letter(number: int = 0) -> Message:
    """A message whose number tells it from others; a line of it begins with a dot."""
    payload = f"Subject: {number}\r\n\r\n.hello\r\n".encode()
    return Message(str(number), "email", f"{number}@x.example", SENDER, payload)


def kind(answer: Answer) -> str:
    """An answer in one word."""
    return answer.refusal.value if isinstance(answer, NotSent) else type(answer).__name__


async def yes() -> bool:
    """A permit."""
    return True


def deliver(
    scripts: Sequence[Script],
    *,
    pipelining: bool = True,
    tls: bool = False,
    **declared: Any,
) -> tuple[list[str], Record]:
    """As many messages as there are scripts, one after the other, and one more."""

    async def run() -> tuple[list[str], Record]:
        context = server_context() if tls else None
        async with listening(scripts, pipelining=pipelining, tls=context) as (record, port):
            said = {"tls": "implicit" if tls else "none", "answer_timeout": 0.1, **declared}
            smtp = Smtp(
                SmtpChannel("email", "127.0.0.1", port, **said),
                context=trusting() if tls else None,
                command_timeout=0.1,
            )
            answers = [await smtp.send(letter(n), yes) for n in range(len(scripts) + 1)]
            await smtp.close()
            return [kind(answer) for answer in answers], record

    return asyncio.run(run())


def arrived(record: Record) -> list[tuple[tuple[str, ...], bytes]]:
    """What the server keeps: for whom, and the bytes."""
    return [(kept.recipients, kept.data) for kept in record.kept]


def whole(*numbers: int) -> list[tuple[tuple[str, ...], bytes]]:
    """These messages as the server should have them."""
    return [((f"{number}@x.example",), letter(number).payload) for number in numbers]


# reply | what it makes of the message, where it is the first no
MAIL = [("250 ok", ""), ("451 4.3.0 busy", "later"), ("550 who?", "message"), (CLOSE, "later")]
RCPT = [("250 ok", ""), ("450 4.2.0 grey", "later"), ("550 5.1.1 no", "mailbox"), (CLOSE, "later")]
DATA = [
    ("354 go", ""),
    ("strict", ""),
    ("451 4.3.0 busy", "later"),
    ("554 5.7.1 spam", "channel"),
    ("250 what", "later"),
    (CLOSE, "later"),
]


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "in-turn"])
@pytest.mark.parametrize("data", DATA, ids=lambda each: each[0])
@pytest.mark.parametrize("rcpt", RCPT, ids=lambda each: each[0])
def test_no_combination_of_answers_delivers_what_was_refused(
    rcpt: tuple[str, str], data: tuple[str, str], pipelining: bool
) -> None:
    """Whatever MAIL, RCPT and DATA are answered: the first no counts, and nothing else arrives.

    A server that says 354 after it refused the recipient never gets a dot: it would end an empty
    message. What comes next arrives once, in its own transaction.
    """
    for mail in MAIL:
        script = Script(mail=mail[0], rcpt=rcpt[0], data=data[0])
        answers, record = deliver([script], pipelining=pipelining)
        expected = next((each[1] for each in (mail, rcpt, data) if each[1]), "Sent")
        assert answers == [expected, "Sent"], script
        assert arrived(record) == whole(*([0, 1] if expected == "Sent" else [1])), script
        assert record.broken == [], script


def test_a_421_ends_the_envelope_wherever_it_comes() -> None:
    for phase in ("mail", "rcpt", "data"):
        answers, record = deliver([replace(OK, **{phase: "421 4.3.2 shutting down"})])
        assert answers == ["later", "Sent"]
        assert arrived(record) == whole(1)
        assert record.connections == 2


# script | answer | whether the server has it
ENDS = [
    (replace(OK, at_body=CLOSE), "later", False),
    (replace(OK, at_body="552 5.3.4 too large"), "message", False),
    (replace(OK, dot=CLOSE), "UnknownOutcome", False),
    (replace(OK, dot=CLOSE, keeps=True), "UnknownOutcome", True),
    (replace(OK, dot=HANG, keeps=True), "UnknownOutcome", True),
    (replace(OK, dot="354 more?", keeps=True), "UnknownOutcome", True),
    (replace(OK, dot="451 4.3.0 later", keeps=True), "later", True),
    (replace(OK, dot="250 ok\r\n421 4.3.2 bye"), "Sent", True),
    (replace(OK, dot="250 ok\r\nwhat was that"), "Sent", True),
    (replace(OK, dot="250-ok\r\n250 yes"), "Sent", True),
    (replace(OK, mail=HANG), "later", False),
    (replace(OK, rcpt=HANG), "later", False),
    (replace(OK, data=HANG), "later", False),
    (replace(OK, data="354 go\r\n250 and thanks"), "later", False),
    (replace(OK, mail="250 ok\r\n250 ok"), "later", False),
]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(("script", "expected", "is_kept"), ENDS, ids=str)
def test_the_answers_after_the_envelope(
    script: Script, expected: str, is_kept: bool, tls: bool
) -> None:
    """Each phase keeps its meaning, and what follows on the same channel is not harmed.

    The permit takes its time, as a commit does: what the server says meanwhile is heard.
    """

    async def run() -> tuple[list[str], Record]:
        async def permit() -> bool:
            await asyncio.sleep(0.02)
            return True

        context = server_context() if tls else None
        async with listening([script], pipelining=True, tls=context) as (record, port):
            declared = SmtpChannel("email", "127.0.0.1", port, tls="implicit" if tls else "none")
            smtp = Smtp(
                replace(declared, answer_timeout=0.1),
                context=trusting() if tls else None,
                command_timeout=0.1,
            )
            answers = [kind(await smtp.send(letter(n), permit)) for n in range(2)]
            await smtp.close()
            return answers, record

    answers, record = asyncio.run(run())
    assert answers == [expected, "Sent"]
    assert arrived(record) == whole(*([0, 1] if is_kept else [1]))


def test_the_envelope_is_one_write_and_a_dot_that_nobody_follows_is_alone() -> None:
    """The order of what leaves: envelope, body, permit, dot. After a no, RSET goes first."""
    sent: list[bytes] = []
    no = replace(OK, rcpt="550 5.1.1 no", data="strict")
    run_on(noted(sent), Record(iter([no])), 2, permit=noting(sent))
    envelopes = [
        b"MAIL FROM:<dana@acme.example>\r\nRCPT TO:<%d@x.example>\r\nDATA\r\n" % n for n in (0, 1)
    ]
    body = letter(1).payload.replace(b".hello", b"..hello")
    after = [b"RSET\r\n" + envelopes[1], body, b"(permit)", b".\r\n", b"QUIT\r\n"]
    assert sent == [envelopes[0], *after]


def test_without_pipelining_nothing_is_said_after_a_no() -> None:
    _, record = deliver([replace(OK, rcpt="550 5.1.1 no")], pipelining=False)
    said = b"".join(record.groups)
    assert said.count(b"DATA\r\n") == 1
    assert said.count(b"RSET\r\n") == 1
    assert record.connections == 1


# ---------------------------------------------------------------- connections


def test_a_connection_serves_so_many_messages_and_says_quit() -> None:
    _, record = deliver([OK] * 4, messages_per_connection=2)
    assert arrived(record) == whole(0, 1, 2, 3, 4)
    assert record.connections == 3
    assert record.groups.count(b"QUIT\r\n") == 3


@pytest.mark.parametrize("end", [CLOSE, "421 4.4.2 idle too long"])
def test_a_kept_connection_that_was_closed_costs_no_attempt(end: str) -> None:
    """The server had done with it between two messages: the second goes out on another."""
    answers, record = deliver([OK, replace(OK, mail=end)])
    assert answers == ["Sent", "Sent", "Sent"]
    assert arrived(record) == whole(0, 1, 2)
    assert record.connections == 2


def test_a_goodbye_after_the_answer_changes_nothing() -> None:
    answers, record = deliver([replace(OK, dot="250 ok\r\n421 4.4.2 enough")])
    assert answers == ["Sent", "Sent"]
    assert arrived(record) == whole(0, 1)
    assert record.connections == 2


def test_no_more_connections_than_the_channel_says() -> None:
    """Twenty at once over three connections, each message once, and none waits for ever."""

    async def run() -> Record:
        async with listening([], pipelining=True) as (record, port):
            smtp = Smtp(SmtpChannel("email", "127.0.0.1", port, tls="none", connections=3))
            answers = await asyncio.gather(*(smtp.send(letter(n), yes) for n in range(20)))
            assert {kind(answer) for answer in answers} == {"Sent"}
            await smtp.close()
            return record

    record = asyncio.run(run())
    assert sorted(arrived(record)) == sorted(whole(*range(20)))
    assert record.connections == 3


def test_an_idle_connection_is_not_trusted_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_IDLE_S", 0.0)

    async def run() -> Record:
        async with listening([], pipelining=True) as (record, port):
            smtp = Smtp(SmtpChannel("email", "127.0.0.1", port, tls="none"))
            for number in range(2):
                await smtp.send(letter(number), yes)
                await asyncio.sleep(0.01)
            await smtp.close()
            return record

    record = asyncio.run(run())
    assert arrived(record) == whole(0, 1)
    assert (record.connections, record.groups.count(b"QUIT\r\n")) == (2, 2)


def test_a_cancelled_message_takes_its_connection_with_it() -> None:
    """Cut off before the permit: the half of a message must not meet the next one."""

    async def run() -> Record:
        async with listening([], pipelining=True) as (record, port):
            smtp = Smtp(SmtpChannel("email", "127.0.0.1", port, tls="none", connections=1))
            asked = asyncio.Event()

            async def never() -> bool:
                asked.set()
                await asyncio.sleep(60)
                return True

            task = asyncio.create_task(smtp.send(letter(0), never))
            await asked.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert kind(await smtp.send(letter(1), yes)) == "Sent"
            await smtp.close()
            return record

    assert arrived(asyncio.run(run())) == whole(1)


# ---------------------------------------------------------------- however replies are cut


class Loopback(asyncio.Transport):
    """A connection without a socket: replies come back in pieces of the sizes that are given."""

    def __init__(self, record: Record, sizes: Sequence[int] = ()) -> None:
        super().__init__()
        self._session = StrictSession(record)
        self._sizes = list(sizes)
        self._pending = b""
        self._is_closing = False
        self._loop = asyncio.get_running_loop()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing ever waits here."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        assert isinstance(protocol, Conversation)
        self._protocol = protocol

    def is_closing(self) -> bool:
        return self._is_closing

    def write(self, data: bytes) -> None:  # type: ignore[override]
        if not (self._is_closing or self._session.is_over):
            self._pending += self._session.feed(bytes(data))
            self._loop.call_soon(self._pump)

    def abort(self) -> None:
        self._is_closing = True

    def _pump(self) -> None:
        """One piece; the rest in the next turn of the loop."""
        if self._is_closing:
            return
        size = self._sizes.pop(0) if self._sizes else len(self._pending)
        piece, self._pending = self._pending[:size], self._pending[size:]
        if piece:
            self._protocol.get_buffer(-1)[: len(piece)] = piece
            self._protocol.buffer_updated(len(piece))
        if self._pending:
            self._loop.call_soon(self._pump)
        elif self._session.is_over:
            self._protocol.eof_received()
            self._is_closing = True


Sending = Callable[[Smtp], Awaitable[list[str]]]
PermitOf = Callable[[int], Permit]


def noted(sent: list[bytes]) -> Callable[[Record], asyncio.Transport]:
    """Connections that note every write."""

    class Wire(Loopback):
        def write(self, data: bytes) -> None:  # type: ignore[override]
            sent.append(data)
            super().write(data)

    return Wire


def noting(sent: list[bytes]) -> Permit:
    """A permit that is noted, too."""

    async def permit() -> bool:
        sent.append(b"(permit)")
        return True

    return permit


def run_on(
    wire: Callable[[Record], asyncio.Transport],
    record: Record,
    sending: int | Sending,
    *,
    permit: Callable[[], Any] = yes,
    **declared: Any,
) -> list[str]:
    """Send messages over connections without sockets; the answers in one word each.

    A number of them goes one after the other.
    """
    offers = {"pipelining": ""} if record.pipelining else {}

    async def opened(channel: SmtpChannel, password: str, *, context: object) -> Session:
        return Session(Conversation(wire(record)), offers)

    async def in_turn(smtp: Smtp) -> list[str]:
        assert isinstance(sending, int)
        return [kind(await smtp.send(letter(n), permit)) for n in range(sending)]

    async def run() -> list[str]:
        channel = SmtpChannel("email", "nowhere", 25, tls="none", **declared)
        smtp = Smtp(channel, command_timeout=0.05)
        answers = await (in_turn if isinstance(sending, int) else sending)(smtp)
        await smtp.close()
        return answers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "connect", opened)
        return asyncio.run(run())


REPLIES = {
    "mail": ["250 2.1.0 ok", "250-well\r\n250 ok", "550 5.7.1 no", "451 busy", CLOSE],
    "rcpt": ["250 2.1.5 ok", "550-no\r\n550-such\r\n550 user", "450 4.2.0 grey", CLOSE],
    "data": ["354 go on", "strict", "554 5.6.0 no", "354-go\r\n354 on", CLOSE],
    "dot": ["250 2.0.0 kept", "250-kept\r\n250 as 1", "554 5.6.0 no", "451 4.3.0 busy", CLOSE],
}
SCRIPTS = st.builds(Script, **{phase: st.sampled_from(said) for phase, said in REPLIES.items()})


@given(
    scripts=st.lists(SCRIPTS, min_size=1, max_size=3),
    sizes=st.lists(st.integers(1, 30), max_size=60),
    pipelining=st.booleans(),
)
def test_how_replies_are_cut_and_merged_changes_nothing(
    scripts: list[Script], sizes: list[int], pipelining: bool
) -> None:
    """In pieces of any size: the same answers, the same messages kept, no rule broken."""
    plain, cut = (Record(iter(scripts), pipelining) for _ in range(2))
    expected = run_on(Loopback, plain, len(scripts) + 1)
    answers = run_on(lambda record: Loopback(record, sizes), cut, len(scripts) + 1)
    assert answers == expected
    assert cut.kept == plain.kept
    assert cut.broken == plain.broken == []
    assert all(len(kept.recipients) == 1 and kept.data for kept in cut.kept)


def test_the_two_ways_to_say_an_envelope_come_to_the_same() -> None:
    """For every combination of answers, pipelined or in turn."""
    for mail, rcpt, data, dot in product(*REPLIES.values()):
        script = Script(mail=mail, rcpt=rcpt, data=data, dot=dot)
        ways = [Record(iter([script]), pipelining) for pipelining in (True, False)]
        answers = [run_on(Loopback, way, 2) for way in ways]
        assert answers[0] == answers[1], script
        assert ways[0].kept == ways[1].kept, script


# ---------------------------------------------------------------- one follows the other


async def lane(
    smtp: Smtp, numbers: Iterator[int], answers: dict[int, str], permit: PermitOf
) -> None:
    """Send one message after the other, each of which knows the next."""
    ahead: list[int] = []

    def follow() -> Message | None:
        ahead.extend(islice(numbers, 1))
        return letter(ahead[0]) if ahead else None

    while (number := ahead.pop() if ahead else next(numbers, None)) is not None:
        answers[number] = "cut"
        answers[number] = kind(await smtp.send(letter(number), permit(number), follow=follow))


def following(count: int, permit: PermitOf = lambda _: yes, *, lanes: int = 1) -> Sending:
    """So many messages over lanes that know what they send next; the answers in their order."""

    async def send(smtp: Smtp) -> list[str]:
        answers: dict[int, str] = {}
        numbers = iter(range(count))
        await asyncio.gather(*(lane(smtp, numbers, answers, permit) for _ in range(lanes)))
        return [answers[number] for number in range(count)]

    return send


def test_the_next_envelope_leaves_with_the_dot() -> None:
    """RFC 2920, 3.1: two writes a message, and each has its own permit right before its dot."""
    sent: list[bytes] = []
    record = Record(iter(()))
    assert run_on(noted(sent), record, following(3, lambda _: noting(sent))) == ["Sent"] * 3
    envelope = b"MAIL FROM:<dana@acme.example>\r\nRCPT TO:<%d@x.example>\r\nDATA\r\n"
    bodies = [letter(n).payload.replace(b".hello", b"..hello") for n in range(3)]
    assert sent == [
        *(envelope % 0, bodies[0], b"(permit)"),
        *(b".\r\n" + envelope % 1, bodies[1], b"(permit)"),
        *(b".\r\n" + envelope % 2, bodies[2], b"(permit)"),
        *(b".\r\n", b"QUIT\r\n"),
    ]
    assert (arrived(record), record.broken) == (whole(0, 1, 2), [])


def cannot_be_made() -> Message | None:
    raise RuntimeError("no signature could be made")


def test_a_next_message_that_cannot_be_made_leaves_the_one_in_hand_alone() -> None:
    """Its permit was given: it goes, and the connection serves for the one after."""

    async def send(smtp: Smtp) -> list[str]:
        first = await smtp.send(letter(0), yes, follow=cannot_be_made)
        return [kind(first), kind(await smtp.send(letter(2), yes))]

    record = Record(iter(()))
    assert run_on(Loopback, record, send) == ["Sent", "Sent"]
    assert (arrived(record), record.broken) == (whole(0, 2), [])


@given(
    scripts=st.lists(SCRIPTS, max_size=8),
    sizes=st.lists(st.integers(1, 40), max_size=60),
    pipelining=st.booleans(),
    connections=st.integers(1, 3),
    uses=st.integers(1, 4),
    refused=st.sets(st.integers(0, 6)),
)
def test_whatever_the_server_says_each_message_has_its_own_answer(
    scripts: list[Script],
    sizes: list[int],
    pipelining: bool,
    connections: int,
    uses: int,
    refused: set[int],
) -> None:
    """The server's own record is the judge: what was sent is there once, what was not is not."""
    asked: list[int] = []

    def permit(number: int) -> Permit:
        async def ask() -> bool:
            asked.append(number)
            await asyncio.sleep(0)
            return number not in refused

        return ask

    record = Record(iter(scripts), pipelining)
    wire: Callable[[Record], asyncio.Transport] = lambda of: Loopback(of, list(sizes))  # noqa: E731
    limits = {"connections": connections, "messages_per_connection": uses}
    answers = run_on(wire, record, following(7, permit, lanes=connections), **limits)
    kept = [kept.data for kept in record.kept]
    for number, answer in enumerate(answers):
        times = kept.count(letter(number).payload)
        expected = {"Sent": {1}, "UnknownOutcome": {0, 1}}.get(answer, {0})
        assert times in expected, (number, answer, times)
        assert number in asked or answer not in ("Sent", "UnknownOutcome")
    assert len(asked) == len(set(asked))
    assert record.broken == []


# what the dot before is answered | what becomes of that message
BEFORE = [
    ("250 ok", "Sent"),
    ("451 4.3.0 busy", "later"),
    ("554 5.6.0 no", "message"),
    (CLOSE, "UnknownOutcome"),
    (HANG, "UnknownOutcome"),
    ("421 4.3.2 bye", "later"),
    ("354 more?", "UnknownOutcome"),
    ("250 ok\r\n421 4.4.2 enough", "Sent"),
    ("250 ok\r\nwhat was that", "Sent"),
]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(("dot", "expected"), BEFORE, ids=lambda each: str(each))
def test_what_happens_to_one_does_no_harm_to_the_next(dot: str, expected: str, tls: bool) -> None:
    """Its envelope was said with that dot; where the connection ends it goes on another."""

    async def run() -> tuple[list[str], Record]:
        context = server_context() if tls else None
        async with listening([replace(OK, dot=dot)], pipelining=True, tls=context) as (record, at):
            said = {"tls": "implicit" if tls else "none", "answer_timeout": 0.2, "connections": 1}
            channel = SmtpChannel("email", "127.0.0.1", at, **said)
            smtp = Smtp(channel, context=trusting() if tls else None, command_timeout=0.2)
            answers = await following(3)(smtp)
            await smtp.close()
            return answers, record

    answers, record = asyncio.run(run())
    assert answers == [expected, "Sent", "Sent"]
    assert arrived(record) == whole(*([0, 1, 2] if expected == "Sent" else [1, 2]))


FOREIGN = replace(letter(1), payload="Subject: \xfc\r\n\r\nhello\r\n".encode())
SMUGGLER = replace(letter(1), recipient="a@x.example>\r\nRCPT TO:<b@x.example")
BARE = replace(letter(1), payload=b"Subject: 1\n\nhello\n")


@pytest.mark.parametrize("bad", [FOREIGN, SMUGGLER, BARE], ids=["8bit", "address", "line ends"])
def test_a_message_that_cannot_go_follows_nobody_and_harms_nobody(bad: Message) -> None:
    async def send_all(smtp: Smtp) -> list[str]:
        answers = [
            await smtp.send(letter(0), yes, follow=lambda: bad),
            await smtp.send(bad, yes, follow=lambda: letter(2)),
            await smtp.send(letter(2), yes),
        ]
        return [kind(answer) for answer in answers]

    record = Record(iter(()))
    answers = run_on(Loopback, record, send_all, connections=1)
    assert answers == ["Sent", "message", "Sent"]
    assert (arrived(record), record.broken) == (whole(0, 2), [])
    assert b"b@x.example" not in b"".join(record.groups)


def test_a_refusal_is_forgotten_once() -> None:
    """RSET goes before the message after one that was refused, and before no other."""
    record = Record(iter([replace(OK, rcpt="550 5.1.1 no", data="strict")]))
    assert run_on(Loopback, record, following(3)) == ["mailbox", "Sent", "Sent"]
    assert b"".join(record.groups).count(b"RSET\r\n") == 1


def test_one_that_was_begun_and_does_not_come_holds_up_nobody() -> None:
    """It may be put back meanwhile: nothing of it goes out, and its connection is given up."""

    async def send_all(smtp: Smtp) -> list[str]:
        answers = [await smtp.send(letter(0), yes, follow=lambda: letter(1))]
        async with asyncio.timeout(30):
            answers.append(await smtp.send(letter(2), yes))
        return [kind(answer) for answer in answers]

    record = Record(iter(()))
    assert run_on(Loopback, record, send_all, connections=1) == ["Sent", "Sent"]
    assert (arrived(record), record.broken, record.connections) == (whole(0, 2), [], 2)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"recipient": "new@x.example"}, id="for somebody else"),
        pytest.param({"sender": "new@acme.example"}, id="from somebody else"),
        pytest.param({"payload": b"Subject: new\r\n\r\nlonger\r\n"}, id="with other words"),
    ],
)
def test_one_that_was_made_again_is_begun_anew(changed: dict[str, Any]) -> None:
    """Under the same key: what was said of the old one must not carry the new one."""
    new = replace(letter(1), **changed)

    async def send_all(smtp: Smtp) -> list[str]:
        answers = [await smtp.send(letter(0), yes, follow=lambda: letter(1))]
        return [kind(answer) for answer in (*answers, await smtp.send(new, yes))]

    record = Record(iter(()))
    assert run_on(Loopback, record, send_all, connections=1) == ["Sent", "Sent"]
    assert arrived(record) == [*whole(0), ((new.recipient,), new.payload)]
    assert b"MAIL FROM:<%s>" % new.sender.encode() in b"".join(record.groups)


def test_one_that_was_begun_twice_keeps_one_connection() -> None:
    """It was put back between: the connection of the first time is there for others again."""

    async def send_all(smtp: Smtp) -> list[str]:
        answers = [await smtp.send(letter(n), yes, follow=lambda: letter(1)) for n in (0, 2)]
        both = asyncio.Barrier(2)

        async def permit() -> bool:
            await both.wait()
            return True

        async with asyncio.timeout(30):
            answers += await asyncio.gather(*(smtp.send(letter(n), permit) for n in (1, 3)))
        return [kind(answer) for answer in answers]

    record = Record(iter(()))
    assert run_on(Loopback, record, send_all, connections=2) == ["Sent"] * 4
    assert sorted(arrived(record)) == sorted(whole(0, 1, 2, 3))


def test_one_that_was_begun_long_ago_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_IDLE_S", -1.0)
    record = Record(iter(()))
    assert run_on(Loopback, record, following(2)) == ["Sent", "Sent"]
    assert (arrived(record), record.connections) == (whole(0, 1), 2)


@pytest.mark.parametrize("dot", [CLOSE, HANG, "250 ok"])
def test_one_that_is_cut_off_does_not_take_the_next_with_it(dot: str) -> None:
    """Its dot was on its way, and the envelope of the next, when it was cancelled."""

    async def send_all(smtp: Smtp) -> list[str]:
        first = asyncio.create_task(smtp.send(letter(0), yes, follow=lambda: letter(1)))
        while not record.kept:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        async with asyncio.timeout(30):
            return [kind(await smtp.send(letter(1), yes))]

    class Held(Loopback):
        """Says nothing once it has kept a message, until that was cancelled."""

        def _pump(self) -> None:
            if record.kept and record.connections == 1:
                self._loop.call_later(0.005, self._pump)
            else:
                super()._pump()

    record = Record(iter([replace(OK, dot=dot, keeps=True)]))
    assert run_on(Held, record, send_all, connections=1) == ["Sent"]
    assert (arrived(record), record.broken) == (whole(0, 1), [])


def test_who_follows_counts_for_what_a_connection_serves() -> None:
    record = Record(iter(()))
    limits = {"connections": 1, "messages_per_connection": 2}
    assert run_on(Loopback, record, following(5), **limits) == ["Sent"] * 5
    assert (record.connections, record.groups.count(b"QUIT\r\n")) == (3, 3)
    assert arrived(record) == whole(*range(5))


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "dot"])
def test_nobody_waits_for_what_comes_after_a_goodbye(phase: str) -> None:
    async def ask(_: Smtp) -> list[str]:
        conversation = Conversation(Loopback(record))
        lines = b"MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n"
        async with asyncio.timeout(30):
            replies = await conversation.ask(lines, 3, timeout=60)
            if phase == "dot":
                answer = conversation.ask(b"x\r\n.\r\n" + lines, 1, timeout=60)
                follows = conversation.expect(3, timeout=60)
                replies = await answer
                assert await follows == []
        return [str(reply.code) for reply in replies]

    record = Record(iter([replace(OK, **{phase: "421 4.3.2 bye"}), replace(OK, mail=HANG)]))
    assert run_on(Loopback, record, ask).pop() == "421"


def test_an_answer_does_not_wait_for_what_follows() -> None:
    """A server may think long about the next recipient: what it has taken is known meanwhile."""

    async def send_all(smtp: Smtp) -> list[str]:
        async with asyncio.timeout(0.04):  # `run_on` waits 0.05 s for an answer
            first = await smtp.send(letter(0), yes, follow=lambda: letter(1))
        return [kind(first), kind(await smtp.send(letter(1), yes))]

    record = Record(iter([OK, replace(OK, rcpt=HANG)]))
    assert run_on(Loopback, record, send_all) == ["Sent", "later"]
    assert arrived(record) == whole(0)


def test_a_server_that_goes_before_the_body_costs_the_one_that_was_begun_no_attempt() -> None:
    """It said 354 to an envelope that left with a dot, and hung up: the message goes elsewhere."""
    envelopes: list[bytes] = []

    class Leaving(Loopback):
        def write(self, data: bytes) -> None:  # type: ignore[override]
            super().write(data)
            envelopes.extend([data] if b"DATA" in data else [])
            if len(envelopes) == 2:
                self._session.is_over = True

    record = Record(iter(()))
    assert run_on(Leaving, record, following(3), connections=1) == ["Sent"] * 3
    assert (arrived(record), record.connections) == (whole(0, 1, 2), 2)
