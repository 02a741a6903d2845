"""Data that is made to hurt: what it costs, and whom it reaches."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

import pytest

from connectors.channels.webhook import Webhook
from engine.language.project import Secret, WebhookChannel
from engine.ledger.store import Ledger
from engine.messages.address import AddressError, HeaderValueError, check_header_value, normalise
from engine.messages.compiled import compile_email
from engine.messages.failures import RenderFailure
from engine.messages.mime import to_bytes
from engine.messages.render import Footer, render_email
from tests.dispatch.outbox import Watch, by_key, fill, hook, run
from tests.ledger.factories import NOW
from tests.messages.making import make_envelope, make_template, scope
from tests.messages.test_parts import EVERYWHERE
from tests.support.http_server import Answer, ScriptedHttpServer
from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import Stage

LONG = 40_000
EVIL = {
    "no end": "a" * LONG,
    "labels": "a." * LONG + "@",
    "ats": "@" * LONG,
    "spaces": " " * LONG + "x",
    "lines": " \n" * LONG,
    "brackets": "[" * LONG,
    "links": "[a](" * LONG,
    "stars": "*" * LONG,
    "underscores": "_a" * LONG,
    "entities": "&#" * LONG,
    "tags": "<p>" * LONG,
    "titles": "<title>" * LONG,
    "quotes": "> " * LONG,
    "encoded words": "=?" * LONG,
    "joiners": "a\u200d" * LONG,
}
TEMPLATE = compile_email(make_template(EVERYWHERE, "Hi {{ x }}"))


def as_mail(text: str) -> None:
    email = render_email(
        TEMPLATE, scope(x=text), footer=Footer("1 Main Street", "https://x.example")
    )
    to_bytes(email, make_envelope("ann@example.com", "Ann"))


@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)
def test_141_patterns_of_ours_are_linear(ledger: Ledger, text: str) -> None:
    """No operator takes a pattern; those that look at data take it as long as they like."""
    began = time.process_time()
    for look in (normalise, check_header_value, as_mail):
        with suppress(AddressError, HeaderValueError, RenderFailure):
            look(text)
    with ledger.read() as unit:
        unit.without_addresses(text)
    assert time.process_time() - began < 2, "some 50 ms each; what is quadratic takes minutes"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("550 <ann@x.example>: no", True),
        ("@ann@x.example", True),
        ("ann@x.example,bob@x.example", True),
        ("at @ noon", False),
        ("@home or home@", False),
    ],
)
def test_141_and_still_find_addresses(ledger: Ledger, text: str, hidden: bool) -> None:
    with ledger.read() as unit:
        said = unit.without_addresses(text)
    assert (said != text, "x.example" in said) == (hidden, False)


def test_057_two_subjects_share_an_address(stage: Stage) -> None:
    """One message of a step goes to an address; why the other did not is on record."""
    stage.put_users(*({"user_id": key, "email": "office@x.example"} for key in (1, 2)))
    assert stage.run().status == 0
    assert stage.mailed == ["office@x.example"]
    status = stage.do("status", "--format", "json").data
    assert status["touches"] == {"sent": 1, "skipped": 1}
    assert status["reasons"] == {"duplicate_address": 1}


def test_076_endpoint_down_three_days(ledger: Ledger) -> None:
    """It is asked seldom, the backlog shows, what is too late expires, and no burst follows."""
    late = {str(n): hook(f"o{n}", expires_at=NOW + timedelta(days=3)) for n in range(30)}
    fill(ledger, {**late, "young": hook("young", expires_at=NOW + timedelta(days=9))})
    watch = Watch(NOW)
    with ScriptedHttpServer(*[Answer(503)] * 1000) as server:
        declared = WebhookChannel("hook", Secret("url"), allow_private=True, timeout=2.0)
        url = f"http://127.0.0.1:{server.port}/"
        for _ in range(12):
            done = run(ledger, Webhook(declared, url=url, clock=watch), watch=watch)
            watch.at += timedelta(hours=6)
        assert len(server.requests) <= 60, "31 of them, asked twelve times"
        assert done.trouble.keys() == {"hook"}
        server.answers.clear()
        before = len(server.requests)
        watch.at = NOW + timedelta(days=3, hours=1)
        run(ledger, Webhook(declared, url=url, clock=watch), watch=watch)
        watch.at += timedelta(hours=1)
        run(ledger, Webhook(declared, url=url, clock=watch), watch=watch)
        assert len(server.requests) - before == 1
    states = {key: row.state.value for key, row in by_key(ledger).items()}
    assert states.pop("young") == "sent"
    assert set(states.values()) <= {"expired", "failed"}


def test_128_test_send_of_a_template_with_many_matches(stage: Stage) -> None:
    """It goes to whoever asked for it, and to nobody else; the ledger knows nothing of it."""
    stage.put_users(*({"user_id": key} for key in range(1, 301)))
    words = ("preview", "checkup", "--for", "7", "--step", "email-1", "--send-to", "me@x.example")
    told = stage.do(*words)
    assert told.status == 0, told
    assert "1 mail sent to me@x.example, and to nobody else" in told.err
    assert stage.mailed == ["me@x.example"]
    assert "ann" not in str(stage.letters[0]["To"])


def test_130_unknown_counts_against_a_cap(stage: Stage) -> None:
    """Nobody knows whether it arrived, so it is reckoned with."""
    caps = "policy:\n  frequency_caps: [{at_most: 1, per: 2 days}]\n"
    stage.edit("touchline.yaml", "people:", f"{caps}people:")
    stage.put_users({"user_id": 1, "email": "drop-after-dot@example.com"})
    hello = "segment: {of: user, where: [{everyone: true}]}\nsteps: [{email: hello}]\n"
    stage.write("playbooks/checkup.yaml", f"playbook: checkup\npriority: 9\n{hello}")
    stage.write("playbooks/other.yaml", f"playbook: other\n{hello}")
    with ScriptedSmtpServer() as server:
        stage.edit("touchline.yaml", f"port: {stage.mail.port}", f"port: {server.port}")
        stage.run()
        assert len(server.stored) == 1
    status = stage.do("status", "--format", "json").data
    assert status["touches"] == {"ready": 1, "unknown": 1}
    assert status["waiting"] == {"capped": 1}
