"""Bounces and events come in: unknowns close, who must be stopped is stopped, nobody else."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.inbound import mails, provided
from tests.support.smtp_server import ScriptedSmtpServer, Stored
from tests.support.stage import Answer, Stage, open_stage

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "inbound.json"
LATER = "2026-03-11T09:00:00-04:00"
SECOND = """\
playbook: second
segment: {of: user, where: [{signed_up_at: {days_ago: {between: [30, 90]}}}]}
steps: [{email: hello}]
"""
LOST = "drop-after-dot@example.com"


@pytest.fixture
def server() -> Iterator[ScriptedSmtpServer]:
    """A mail server that takes mail, and for some closes the connection without a word."""
    with ScriptedSmtpServer() as running:
        yield running


@pytest.fixture
def stage(stage: Stage, server: ScriptedSmtpServer) -> Stage:
    """Two customers: one gets her mail, of the other's mail nobody knows what became."""
    return furnished(stage, server)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Stored]]:
    """A stage after its run, for what changes nothing; and the mail that was sent."""
    with ScriptedSmtpServer() as server, open_stage(tmp_path_factory.mktemp("after")) as opened:
        furnished(opened, server).run()
        yield opened, stored(server, "ok@example.com")


def furnished(stage: Stage, server: ScriptedSmtpServer) -> Stage:
    stage.edit("touchline.yaml", f"port: {stage.mail.port}", f"port: {server.port}")
    stage.edit(
        "touchline.yaml",
        "    postal_address",
        "    return_path: bounces@acme.example.com\n    postal_address",
    )
    stage.put_users({"user_id": 1, "email": "ok@example.com"}, {"user_id": 2, "email": LOST})
    return stage


def stored(server: ScriptedSmtpServer, recipient: str) -> Stored:
    [found] = [each for each in server.stored if each.recipient == recipient]
    return found


def bounce(of: Stored, **given: Any) -> bytes:
    """As the return path of a mail gets it."""
    said = {"to": of.sender, "message_id": of.message_id, "recipient": of.recipient}
    return mails.postfix(**{**said, **given})


def take_in(stage: Stage, data: bytes, *words: str) -> Answer:
    (stage.root / "in").write_bytes(data)
    return stage.do("inbound", str(stage.root / "in"), "--json", *words)


def touches(stage: Stage) -> dict[str, int]:
    return dict(stage.do("status", "--format", "json").data["touches"])


def test_an_unknown_that_bounces_is_closed_and_its_address_stopped(
    stage: Stage, server: ScriptedSmtpServer
) -> None:
    """And gets nothing afterwards, from no playbook."""
    assert stage.run().status == 1
    assert touches(stage)["unknown"] == 1
    data = bounce(stored(server, LOST))
    found = take_in(stage, data)
    assert found.status == 0
    [told] = found.data["events"]
    assert (told["says"], told["did"]) == ("no_mailbox", ["closed_failed", "suppressed"])
    assert found.data["did"] == {"closed_failed": 1, "suppressed": 1}
    Draft202012Validator(json.loads(REPORT.read_text())).validate(found.data)
    assert stage.do("held", "--format", "json").data == []
    assert take_in(stage, data).data["did"] == {"no_news": 1}

    stage.write("playbooks/second.yaml", SECOND)
    stage.run("second", as_of=LATER)
    assert [each.recipient for each in server.stored].count("ok@example.com") == 2
    assert [each.recipient for each in server.stored].count(LOST) == 1
    assert stage.do("audit", "verify").status == 0
    assert "closed_failed" in stage.do("audit", "export").out
    assert LOST not in stage.do("audit", "export").out


@pytest.mark.parametrize("form", ["ses", "postmark", "sendgrid"])
def test_a_providers_event_closes_an_unknown_as_sent(
    stage: Stage, server: ScriptedSmtpServer, form: str
) -> None:
    """faults.md 22: by itself, though nobody has looked."""
    stage.edit(
        "touchline.yaml", "    return_path: bounces@acme.example.com\n", f"    provider: {form}\n"
    )
    stage.run()
    mail = stored(server, LOST)
    token = _sent_along(message_from_bytes(mail.data), form)
    event = {
        "ses": provided.sns(
            provided.ses(
                "Send",
                mail=provided.ses_mail(tags={"touchline": [token]}, headers=[], commonHeaders={}),
            )
        ),
        "postmark": provided.postmark("Delivery", Recipient=LOST, Metadata={"touchline": token}),
        "sendgrid": [provided.sendgrid("delivered", email=LOST, touchline=token)],
    }[form]
    found = take_in(stage, json.dumps(event).encode(), "--format", form)
    assert found.data["did"] == {"closed_sent": 1}
    assert touches(stage)["sent"] == 2
    assert stage.do("suppress", "list", "--format", "json").data == []


def _sent_along(mail: Message, form: str) -> str:
    match form:
        case "ses":
            return str(mail["X-SES-MESSAGE-TAGS"]).removeprefix("touchline=")
        case "postmark":
            return str(mail["X-PM-Metadata-touchline"])
        case _:
            return str(json.loads(str(mail["X-SMTPAPI"]))["unique_args"]["touchline"])


@pytest.mark.parametrize(
    ("name", "did"),
    [
        pytest.param("forged", "not_believed", id="62: a return path without a valid token"),
        pytest.param("without", "not_believed", id="62: no token at all"),
        pytest.param("delayed", "no_news", id="63: delayed"),
        pytest.param("policy", "noted", id="63: 5.7.1"),
        pytest.param("nested", "nothing", id="63: nested"),
        pytest.param("no_original", "noted", id="63: without the original"),
        pytest.param("answer", "no_news", id="64: out of office"),
        pytest.param("letter", "nothing", id="64: an answer of a person"),
    ],
)
def test_what_stops_nobody(after: tuple[Stage, Stored], name: str, did: str) -> None:
    """faults.md 62 to 64, of a mail that was sent: nothing changes, and each is told."""
    stage, mail = after
    known = mail.sender
    forged = known[: known.index("+") + 33] + "0" * 16 + known[known.index("@") :]
    full = "smtp; 550 5.7.1 Message rejected"
    data = {
        "forged": bounce(mail, to=forged),
        "without": bounce(mail, to="casey@acme.example.com"),
        "delayed": bounce(mail, action="delayed", status="4.4.1"),
        "policy": bounce(mail, status="5.7.1", diagnostic=full),
        "nested": mails.forwarded().replace(mails.OURS.encode(), mail.message_id.encode()),
        "no_original": bounce(mail, status="5.2.2").split(b"--4F2B1A")[0]
        + b"--4F2B1A"
        + b"--4F2B1A".join(bounce(mail, status="5.2.2").split(b"--4F2B1A")[1:3])
        + b"--4F2B1A.1773133501/mx.example.net--\r\n",
        "answer": mails.out_of_office().replace(b"casey@acme.example", known.encode()),
        "letter": mails.letter(),
    }[name]
    before = touches(stage)
    assert take_in(stage, data).data["did"] == {did: 1}
    assert stage.do("suppress", "list", "--format", "json").data == []
    assert touches(stage) == before


def test_a_folder_a_pipe_and_what_cannot_be_read(
    stage: Stage, server: ScriptedSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.run()
    box = stage.root / "Maildir"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new/1.mx").write_bytes(bounce(stored(server, LOST)))
    (box / "cur/2.mx:2,S").write_bytes(mails.letter())
    (box / "tmp/3.mx").write_bytes(bounce(stored(server, "ok@example.com")))
    found = stage.do("inbound", str(box))
    assert found.status == 0
    assert "an unknown closed: it did not arrive" in found.out
    assert "for a person" in found.out
    assert len(stage.do("suppress", "list", "--format", "json").data) == 1
    assert len(list(box.rglob("*.mx*"))) == 3

    class Pipe:
        buffer = io.BytesIO(b'{"RecordType": "Open"}\n{broken\n{"RecordType": "Click"}\n{"a": 1}\n')

    monkeypatch.setattr(sys, "stdin", Pipe())
    found = stage.do("inbound", "--format", "postmark", "--json")
    assert found.status == 1
    assert [each["line"] for each in found.data["events"]] == [1, 3]
    assert [each["line"] for each in found.data["problems"]] == [2, 4]
    empty = stage.root / "empty"
    empty.mkdir()
    found = stage.do("inbound", str(empty))
    assert (found.status, "no Maildir" in found.out) == (1, True)


def test_a_copy_of_the_project_takes_nothing_in(stage: Stage) -> None:
    """The live ledger would never learn of it."""
    stage.edit("touchline.yaml", 'ledger: {url: "', 'ledger: {id: another, url: "')
    found = take_in(stage, mails.postfix())
    assert found.status == 1
    assert "nothing is taken in" in found.err


def test_one_click_stops_one_topic(stage: Stage, server: ScriptedSmtpServer) -> None:
    """RFC 8058: the header, the link in the footer, and the token behind both."""
    stage.edit(
        "touchline.yaml",
        "unsubscribe: {mailto: stop@acme.example.com}",
        "unsubscribe: {url: 'https://acme.example/u?lang=en', one_click: true, "
        "mailto: stop@acme.example.com}",
    )
    stage.run()
    mail = message_from_bytes(stored(server, "ok@example.com").data)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url, mailto = str(mail["List-Unsubscribe"]).replace("\r\n", "").split(", ")
    assert mailto == "<mailto:stop@acme.example.com>"
    assert url.startswith("<https://acme.example/u?lang=en&token=")
    link = url.strip("<>")
    body = b"".join(part.get_payload(decode=True) or b"" for part in mail.walk())
    assert link.encode() in body
    assert link.replace("&", "&amp;").encode() in body
    for words in (link, link.rpartition("=")[2]):
        assert stage.do("suppress", "unsubscribe", words).status == 0
    [stopped] = stage.do("suppress", "list", "--format", "json").data
    assert stopped["topic"] == "general"
    odd = stage.do("suppress", "unsubscribe", link[:-1])
    assert (odd.status, "no mail of this ledger" in odd.err) == (1, True)


def test_a_mail_with_copies_has_no_link_of_one_person(
    stage: Stage, server: ScriptedSmtpServer
) -> None:
    stage.edit(
        "touchline.yaml",
        "{mailto: stop@acme.example.com}",
        "{url: 'https://acme.example/u', one_click: true}",
    )
    stage.edit(
        "playbooks/checkup.yaml",
        "    from: account.csm\n",
        "    from: account.csm\n    cc: account.csm\n",
    )
    stage.run()
    mail = message_from_bytes(stored(server, "ok@example.com").data)
    assert mail["List-Unsubscribe"] == "<https://acme.example/u>"
    assert mail["List-Unsubscribe-Post"] is None
