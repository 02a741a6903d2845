"""The mail channel against a server that misbehaves: its own record is the judge."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.channels.smtp import Smtp
from engine.language.project import SmtpChannel
from engine.ports import Answer, Message, NotSent, Refusal, Sent, UnknownOutcome
from tests.support.certificates import server_context, trusting
from tests.support.smtp_server import DROP, HANG, ScriptedSmtpServer

SENDER = "dana@acme.example"


def letter(recipient: str = "ok@x.example", **changes: Any) -> Message:
    """A message for a recipient; its Message-ID names the local part."""
    name = recipient.partition("@")[0]
    payload = f"Message-ID: <{name}@acme.example>\r\nSubject: Hello\r\n\r\nHello.\r\n".encode()
    if name.endswith("in-body"):  # too much to be out before the server has had its say
        payload += b"x" * 5_000_000 + b"\r\n"
    message = Message(f"id-{name}", "email", recipient, SENDER, payload)
    return replace(message, **changes)


class Permits:
    """A permit that counts, and says yes until told otherwise."""

    def __init__(self, answer: bool = True, before: Callable[[], None] | None = None) -> None:
        self.answer, self.before, self.takes, self.asked = answer, before, 0.0, 0

    async def __call__(self) -> bool:
        self.asked += 1
        if self.before is not None:
            self.before()
        await asyncio.sleep(self.takes)
        return self.answer


def channel(server: ScriptedSmtpServer, **changes: Any) -> Smtp:
    """A channel to the scripted server, impatient."""
    options = {
        name: changes.pop(name)
        for name in ("password", "context", "command_timeout")
        if name in changes
    }
    declared = SmtpChannel("email", "127.0.0.1", server.port, tls="none", answer_timeout=0.3)
    return Smtp(replace(declared, **changes), **{"command_timeout": 0.3} | options)


def deliver(
    server: ScriptedSmtpServer,
    *messages: Message,
    permit: Permits | None = None,
    **changes: Any,
) -> list[Answer]:
    """Send messages one after the other through one channel, and close it."""

    async def all_of_them() -> list[Answer]:
        smtp = channel(server, **changes)
        try:
            return [await smtp.send(message, permit or Permits()) for message in messages]
        finally:
            await smtp.close()

    return asyncio.run(all_of_them())


def kind(answer: Answer) -> str:
    """An answer in one word."""
    return answer.refusal.value if isinstance(answer, NotSent) else type(answer).__name__


# local part | the answer | messages the server holds afterwards | permits asked
TABLE = [
    ("ok", "Sent", 1, 1),
    ("rcpt450", "later", 0, 0),
    ("rcpt550", "mailbox", 0, 0),
    ("rcpt550bare", "mailbox", 0, 0),
    ("rcpt551", "mailbox", 0, 0),
    ("rcpt552", "message", 0, 0),
    ("rcpt552bare", "message", 0, 0),
    ("rcpt553", "mailbox", 0, 0),
    ("rcpt554", "channel", 0, 0),
    ("rcpt251", "Sent", 1, 1),
    ("drop-at-rcpt", "later", 0, 0),
    ("drop-at-data", "later", 0, 0),
    ("drop-in-body", "later", 0, None),  # the kernel may have taken all by then
    ("no-in-body", "message", 0, None),
    ("hang-at-rcpt", "later", 0, 0),
    ("rubbish-at-rcpt", "later", 0, 0),
    ("data451", "later", 0, 0),
    ("data554", "message", 0, 0),
    ("drop-after-dot", "UnknownOutcome", 1, 1),
    ("hang-after-dot", "UnknownOutcome", 1, 1),
    ("store-then-451", "later", 1, 1),
    ("rubbish-after-dot", "UnknownOutcome", 1, 1),
    ("354-after-dot", "UnknownOutcome", 1, 1),
    ("dot550", "message", 0, 1),
    ("dot550mailbox", "mailbox", 0, 1),
    ("dot554", "channel", 0, 1),
    ("dot251", "Sent", 1, 1),
    ("dot252", "Sent", 1, 1),
    ("dot421", "later", 0, 1),
    ("multiline", "Sent", 1, 1),
]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["in-turn", "pipelined"])
@pytest.mark.parametrize(("name", "expected", "stored", "permits"), TABLE, ids=lambda row: row)
def test_answers_are_told_apart_by_phase(
    name: str, expected: str, stored: int, permits: int | None, extensions: tuple[str, ...]
) -> None:
    """Each misbehaviour gets its class, and what follows on the same channel is not harmed."""
    permit = Permits()
    permit.takes = 0.05 if name.endswith("in-body") else 0.0
    with ScriptedSmtpServer(extensions=extensions) as server:
        first, second = deliver(
            server, letter(f"{name}@x.example"), letter("ok@y.example"), permit=permit
        )
        assert kind(first) == expected
        assert isinstance(second, Sent)
        assert len(server.stored) == stored + 1
        assert permits is None or permit.asked == permits + 1


@pytest.mark.parametrize(
    ("sender", "expected"), [("mail550@a.example", "message"), ("drop-at-mail@a.example", "later")]
)
def test_a_refused_sender_is_never_blamed_on_the_recipient(sender: str, expected: str) -> None:
    with ScriptedSmtpServer() as server:
        first, second = deliver(server, letter(sender=sender), letter())
        assert kind(first) == expected
        assert isinstance(second, Sent)


@pytest.mark.parametrize("answer", ["421 4.3.2 bye", "554 5.0.0 no", DROP])
def test_what_happens_at_quit_changes_nothing(answer: str) -> None:
    with ScriptedSmtpServer(faults={"quit": answer}) as server:
        assert [kind(a) for a in deliver(server, letter())] == ["Sent"]
        assert len(server.stored) == 1


@pytest.mark.parametrize(
    "faults",
    [
        {"connect": "421 4.3.2 full"},
        {"connect": "554 no"},
        {"connect": DROP},
        {"ehlo": DROP},
        {"ehlo": "550 no"},
    ],
    ids=str,
)
def test_a_server_that_takes_no_connection_is_the_channels_failure(faults: dict[str, str]) -> None:
    permit = Permits()
    with ScriptedSmtpServer(faults=faults) as server:
        assert kind(deliver(server, letter(), permit=permit)[0]) == "channel"
    assert permit.asked == 0


@pytest.mark.parametrize("words", ["SSH-2.0-OpenSSH_9.6", "HTTP/1.1 400 Bad Request"])
def test_a_server_of_another_kind_is_told_by_where_it_is(words: str) -> None:
    """A port that is another program's: `-1` is no code that anybody could look up."""
    with ScriptedSmtpServer(faults={"connect": words}) as server:
        answer = deliver(server, letter())[0]
        assert kind(answer) == "channel"
        assert answer.detail.startswith(f"127.0.0.1:{server.port} does not speak SMTP: ")
        assert words in answer.detail


def test_nobody_listening_is_the_channels_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    smtp = Smtp(SmtpChannel("email", "127.0.0.1", port, tls="none"))
    answer = asyncio.run(smtp.send(letter(), Permits()))
    assert kind(answer) == "channel"
    assert f"127.0.0.1:{port}" in answer.detail


def test_without_a_permit_nothing_is_stored() -> None:
    """The body has gone out, the dot has not: the server must forget it."""
    with ScriptedSmtpServer() as server:
        answer = deliver(server, letter(), permit=Permits(False))[0]
        assert answer == NotSent(Refusal.LATER, "not permitted")
        assert server.stored == []


def test_a_permit_that_fails_leaves_no_dot() -> None:
    def fail() -> None:
        raise OSError("the ledger is gone")

    with ScriptedSmtpServer() as server:
        with pytest.raises(OSError, match="ledger is gone"):
            deliver(server, letter(), permit=Permits(before=fail))
        assert server.stored == []


def test_one_connection_serves_many_messages() -> None:
    names = ["ok", "rcpt550", "multiline", "rcpt450", "dot550", "dot251"]
    with ScriptedSmtpServer() as server:
        deliver(server, *(letter(f"{name}@x.example") for name in names))
        assert server.connections == 1
        assert server.recipients() == ["ok@x.example", "multiline@x.example", "dot251@x.example"]


@pytest.mark.parametrize("answer", ["421 4.4.2 idle too long", "500 what?", DROP])
def test_a_connection_that_no_longer_serves_is_opened_anew(answer: str) -> None:
    """The slate is wiped before the next message: who does not do that is not asked again."""
    with ScriptedSmtpServer(faults={"rset": answer}) as server:
        answers = deliver(server, letter("rcpt550@x.example"), letter("ok@y.example"))
        assert [kind(answer) for answer in answers] == ["mailbox", "Sent"]
        assert server.connections == 2


def test_the_bytes_arrive_as_they_are() -> None:
    """Leading dots are doubled on the way and undone there; a body of megabytes passes."""
    body = b"".join([b".\r\n", b"..two\r\n", b".one\r\n", b"x" * 900 + b"\r\n"] * 2000)
    payload = b"Message-ID: <big@acme.example>\r\n\r\n" + body
    with ScriptedSmtpServer() as server:
        deliver(server, letter(payload=payload), letter(payload=b".\r\n\r\nno end of line"))
        assert server.stored[0].data == payload
        assert server.stored[1].data == b".\r\n\r\nno end of line\r\n"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recipient": "a@x.example\r\nRCPT TO:<b@x.example>"}, "recipient's address"),
        ({"recipient": "a@x.example> <b@x.example"}, "recipient's address"),
        ({"recipient": ""}, "recipient's address"),
        ({"sender": "a@x.example\n"}, "sender's address"),
        ({"payload": b"Subject: x\r\n\r\none\n.\nMAIL FROM:<evil@x>\r\n"}, "CRLF"),
        ({"payload": b"Subject: x\r\n\r\none\r.\r\r\n"}, "CRLF"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_would_break_the_conversation_is_refused(changes: dict[str, Any], words: str) -> None:
    with ScriptedSmtpServer() as server:
        answer = deliver(server, letter(**changes))[0]
        assert kind(answer) == "message"
        assert words in answer.detail
        assert server.connections == 0


@pytest.mark.parametrize(
    ("extensions", "changes", "expected"),
    [
        (("SMTPUTF8", "8BITMIME"), {"recipient": "jürgen@x.example"}, "Sent"),
        ((), {"recipient": "jürgen@x.example"}, "message"),
        ((), {"payload": "Subject: Grüße\r\n\r\nx\r\n".encode()}, "message"),
        ((), {"payload": "Subject: x\r\n\r\nGrüße\r\n".encode()}, "message"),
        (("8BITMIME",), {"payload": "Subject: x\r\n\r\nGrüße\r\n".encode()}, "Sent"),
        (("SIZE 50",), {}, "message"),
        (("SIZE 0",), {}, "Sent"),
        (("SIZE",), {}, "Sent"),
        ((), {}, "Sent"),
        (("PIPELINING", "8BITMIME"), {"recipient": "jürgen@x.example"}, "message"),
    ],
    ids=str,
)
def test_a_message_that_the_server_cannot_take_fails_alone(
    extensions: tuple[str, ...], changes: dict[str, Any], expected: str
) -> None:
    with ScriptedSmtpServer(extensions=extensions) as server:
        first, second = deliver(server, letter(**changes), letter(payload=b"a: b\r\n\r\n"))
        assert kind(first) == expected
        assert isinstance(second, Sent)


def test_size_and_charset_are_announced() -> None:
    with ScriptedSmtpServer() as server:
        deliver(server, letter("jürgen@x.example", payload=b"a: b\r\n\r\n\xc3\xa4\r\n"))
        assert f"MAIL FROM:<{SENDER}> SIZE=12 BODY=8BITMIME SMTPUTF8" in server.commands


# ---------------------------------------------------------------- TLS and login


def test_starttls_is_used_and_the_transaction_runs_inside() -> None:
    with ScriptedSmtpServer(tls=server_context()) as server:
        answers = deliver(
            server, letter(), letter("ok@y.example"), tls="starttls", context=trusting()
        )
        assert [kind(answer) for answer in answers] == ["Sent", "Sent"]
        assert server.commands.count("STARTTLS") == 1


def test_implicit_tls() -> None:
    with ScriptedSmtpServer(tls=server_context(), implicit=True) as server:
        answer = deliver(server, letter(), tls="implicit", context=trusting())[0]
        assert kind(answer) == "Sent"


@pytest.mark.parametrize("name", ["drop-after-dot", "hang-after-dot", "drop-in-body", "no-in-body"])
def test_phases_are_told_apart_inside_tls_too(name: str) -> None:
    expected = {row[0]: row[1] for row in TABLE}[name]
    permit = Permits()
    permit.takes = 0.05
    with ScriptedSmtpServer(tls=server_context()) as server:
        [answer] = deliver(
            server, letter(f"{name}@x.example"), permit=permit, tls="starttls", context=trusting()
        )
        assert kind(answer) == expected


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_an_unknown_certificate_sends_nothing(tls: str) -> None:
    with ScriptedSmtpServer(tls=server_context(), implicit=tls == "implicit") as server:
        answer = deliver(server, letter(), tls=tls)[0]
        assert kind(answer) == "channel"
        assert "certificate" in answer.detail.lower()
        assert server.stored == []
        assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_verify_false_takes_any_certificate(tls: str) -> None:
    with ScriptedSmtpServer(tls=server_context(), implicit=tls == "implicit") as server:
        assert kind(deliver(server, letter(), tls=tls, verify=False)[0]) == "Sent"


def test_missing_starttls_sends_nothing_in_the_clear() -> None:
    with ScriptedSmtpServer(users={"me": "secret"}) as server:
        answer = deliver(server, letter(), tls="starttls", username="me", password="secret")[0]
        assert kind(answer) == "channel"
        assert "STARTTLS" in answer.detail
        assert [command.split()[0] for command in server.commands] == ["EHLO"]


def test_login() -> None:
    with ScriptedSmtpServer(users={"me": "secret"}) as server:
        assert kind(deliver(server, letter(), username="me", password="secret")[0]) == "Sent"


def test_wrong_credentials_are_tried_once() -> None:
    """Trying every method in turn would lock an account three times as fast."""
    with ScriptedSmtpServer(users={"me": "secret"}) as server:
        answer = deliver(server, letter(), username="me", password="wrong")[0]
        assert answer == NotSent(Refusal.CREDENTIALS, "535 5.7.8 wrong credentials", "5.7.8")
        assert sum(command.startswith("AUTH") for command in server.commands) == 1


@pytest.mark.parametrize("connections", [2, 16])
def test_wrong_credentials_are_tried_once_whoever_waits(connections: int) -> None:
    """Providers lock an account after some attempts, and all connections open at once."""
    letters = [letter(f"ok{n}@x.example") for n in range(connections)]

    async def all_at_once(server: ScriptedSmtpServer) -> list[list[Answer]]:
        smtp = channel(server, username="ann", password="old", connections=connections)
        rounds = []
        for password in ("new", "old"):
            server.users = {"ann": password}
            rounds.append(await asyncio.gather(*(smtp.send(each, Permits()) for each in letters)))
            logins.append(sum(each.startswith("AUTH") for each in server.commands))
        await smtp.close()
        return rounds

    logins: list[int] = []

    with ScriptedSmtpServer() as server:
        refused, sent = asyncio.run(all_at_once(server))
    assert {kind(each) for each in refused} == {"credentials"}
    assert {kind(each) for each in sent} == {"Sent"}, "once it is right nobody thinks of it"
    assert logins[0] == 1


def test_with_a_good_login_all_connections_are_used() -> None:
    with ScriptedSmtpServer(users={"ann": "old"}) as server:

        async def all_at_once() -> list[Answer]:
            smtp = channel(server, username="ann", password="old")
            permits = Permits()
            permits.takes = 0.1
            sends = (smtp.send(letter(f"ok{n}@x.example"), permits) for n in range(4))
            answers = await asyncio.gather(*sends)
            await smtp.close()
            return answers

        assert {kind(each) for each in asyncio.run(all_at_once())} == {"Sent"}
        assert server.connections == 4


@pytest.mark.parametrize(
    ("fault", "expected"), [("454 4.7.0 try later", "channel"), ("504 5.5.4 not this", "channel")]
)
def test_other_refusals_of_a_login_are_the_channels(fault: str, expected: str) -> None:
    with ScriptedSmtpServer(users={"me": "x"}, faults={"auth": fault}) as server:
        assert kind(deliver(server, letter(), username="me", password="x")[0]) == expected


def test_a_silent_server_is_waited_for_as_long_as_the_channel_says() -> None:
    with ScriptedSmtpServer() as server:
        answer = deliver(server, letter("hang-after-dot@x.example"), answer_timeout=0.1)[0]
        assert isinstance(answer, UnknownOutcome)
        assert "0.1 s" in answer.detail
    assert SmtpChannel("email", "h", 25).answer_timeout == 600
    assert HANG


def test_every_behaviour_has_its_row() -> None:
    from tests.support.smtp_server import BEHAVIOURS

    covered = {row[0] for row in TABLE} | {
        "mail550",
        "drop-at-mail",
        "greylist",
        "451-then-ok",
        "slow-body",
    }
    assert set(BEHAVIOURS) == covered


def test_messages_may_be_sent_at_the_same_time() -> None:
    """Each takes a connection of its own, and a hanging one holds up nobody."""

    async def together(server: ScriptedSmtpServer) -> Sequence[Answer]:
        smtp = channel(server)
        names = ("hang-after-dot", "ok", "ok", "ok")
        letters = [letter(f"{name}@{n}.example") for n, name in enumerate(names)]
        answers = await asyncio.gather(*(smtp.send(one, Permits()) for one in letters))
        await smtp.close()
        return answers

    with ScriptedSmtpServer() as server:
        answers = asyncio.run(together(server))
        assert [kind(answer) for answer in answers] == ["UnknownOutcome", "Sent", "Sent", "Sent"]
