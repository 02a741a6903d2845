"""Messages as bytes: the headers that were meant and no others, read back as they were meant."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.messages.compiled import compile_email
from engine.messages.failures import (
    MISSING_VALUE,
    NO_RECIPIENT,
    TOO_LARGE,
    UNSAFE_VALUE,
    RenderFailure,
)
from engine.messages.mime import MOST_BYTES, Envelope, Wire, finished, message_id, to_bytes
from engine.messages.render import Footer, RenderedEmail, render_email
from engine.messages.values import is_missing
from engine.messages.written import headers_in
from engine.ports import Recipient
from tests.messages.making import make_envelope, make_template, scope
from tests.messages.test_address import FORBIDDEN
from tests.messages.test_parts import EVERYWHERE, shape_of

EMAIL = RenderedEmail("Hello", "", ("text\n",), ("<p>html</p>\n",))
NAMES = [
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
]


def read(wire: Wire) -> EmailMessage:
    message = message_from_bytes(wire.payload, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def parts(message: EmailMessage) -> tuple[str, ...]:
    text, html = message.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    return tuple(part.get_content().replace("\r\n", "\n") for part in (text, html))


def assert_sound(wire: Wire) -> None:
    lines = wire.payload.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert not any(set(line) & {0, 10, 13} for line in lines)
    assert wire.payload.endswith(b"--\r\n")


def test_a_message_is_these_bytes() -> None:
    envelope = replace(
        make_envelope("ann@example.com", "Ann Lee", sender="Dana, Acme"),
        reply_to=Recipient("casey@acme.example"),
        unsubscribe=("https://acme.example/u?t=1", "mailto:unsubscribe@acme.example"),
    )
    head, _, body = to_bytes(EMAIL, envelope).payload.decode("ascii").partition("\r\n\r\n")
    assert head.split("\r\n") == [
        'From: "Dana, Acme" <success@acme.example>',
        "To: Ann Lee <ann@example.com>",
        "Reply-To: casey@acme.example",
        "Subject: Hello",
        "Date: Tue, 10 Mar 2026 13:30:00 +0000",
        "Message-ID: <0123456789abcdef@acme.example>",
        "Auto-Submitted: auto-generated",
        "List-Unsubscribe: <https://acme.example/u?t=1>,",
        " <mailto:unsubscribe@acme.example>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        ' boundary="=_427132213c238ca6b314cf0a"',
    ]
    assert body.count("--=_") == 3
    assert "\r\n\r\ntext\r\n\r\n--=_" in body


def test_the_same_touch_gives_the_same_bytes() -> None:
    assert to_bytes(EMAIL, make_envelope()) == to_bytes(EMAIL, make_envelope())


@pytest.mark.parametrize("where", ["sender", "recipient", "subject"])
def test_a_forbidden_character_stops_the_message(where: str) -> None:
    said = {
        f"U+{each:04X}": _stopped(f"Ann{chr(each)}Bcc: eve@example.com", where)
        for each in FORBIDDEN
    }
    assert {point: reason for point, reason in said.items() if reason != UNSAFE_VALUE} == {}


def _stopped(text: str, where: str) -> str:
    """Why a message with a text in one of its headers is not made; empty where it is."""
    envelope = make_envelope(
        name=text if where == "recipient" else "", sender=text if where == "sender" else ""
    )
    email = replace(EMAIL, subject=text) if where == "subject" else EMAIL
    try:
        to_bytes(email, envelope)
    except RenderFailure as failure:
        return failure.reason
    return ""


WRONG = {
    "list of recipients": (make_envelope("a@example.com, b@example.com"), NO_RECIPIENT),
    "no recipient": (make_envelope(""), NO_RECIPIENT),
    "line feed in recipient": (make_envelope("a@example.com\n"), NO_RECIPIENT),
    "bad sender": (replace(make_envelope(), sender=Recipient("acme")), UNSAFE_VALUE),
    "bad reply-to": (replace(make_envelope(), reply_to=Recipient("a@b")), UNSAFE_VALUE),
    "bad name of reply-to": (
        replace(make_envelope(), reply_to=Recipient("a@b.example", "x\ny")),
        UNSAFE_VALUE,
    ),
    "ftp for unsubscribing": (
        replace(make_envelope(), unsubscribe=("ftp://a.example",)),
        UNSAFE_VALUE,
    ),
    "broken unsubscribing": (
        replace(make_envelope(), unsubscribe=("https://a.example/>\r\nBcc: x",)),
        UNSAFE_VALUE,
    ),
    "broken message id": (replace(make_envelope(), message_id="<a@b>\r\nBcc: x"), UNSAFE_VALUE),
}  # fmt: skip


@pytest.mark.parametrize(("envelope", "reason"), WRONG.values(), ids=WRONG)
def test_an_envelope_that_would_break_the_headers_is_refused(
    envelope: Envelope, reason: str
) -> None:
    with pytest.raises(RenderFailure) as failure:
        to_bytes(EMAIL, envelope)
    assert failure.value.reason == reason


@pytest.mark.parametrize(("key", "domain"), [("", "a.example"), ("a b", "a.example"), ("a", "x>y")])
def test_a_message_id_is_made_of_plain_parts(key: str, domain: str) -> None:
    with pytest.raises(RenderFailure):
        message_id(key, domain)


SUBJECTS = {
    "plain": "Hello",
    "folded": "word " * 60 + "end",
    "long word": "x" * 900,
    "emoji": "🎉" * 300,
    "mixed": "Änderung für Ann, 100% (gratis) = ja? _x_ " * 8,
    "quotes": 'a "b" <c> \\d',
    "colon": "Re: Bcc: eve@example.com",
    "joined emoji": "👩\u200d💻 " * 40,
    "accents": "e\u0301" * 200,
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_is_read_back_as_it_was(subject: str) -> None:
    wire = to_bytes(replace(EMAIL, subject=subject), make_envelope())
    assert_sound(wire)
    assert read(wire)["Subject"] == subject
    head = wire.payload.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(len(line) <= 78 for line in head)


def test_only_a_local_part_beyond_ascii_stands_in_the_header_as_it_is() -> None:
    wire = to_bytes(EMAIL, make_envelope("änn@bücher.example", "Änn"))
    assert str(wire.recipient) == "änn@xn--bcher-kva.example"
    assert "änn@xn--bcher-kva.example".encode() in wire.payload
    assert to_bytes(EMAIL, make_envelope("ann@bücher.example", "Änn")).payload.isascii()


def test_a_line_of_any_length_is_encoded() -> None:
    wire = to_bytes(
        replace(EMAIL, text_pieces=("x" * 100_000,), html_pieces=("ü" * 50_000,)), make_envelope()
    )
    assert_sound(wire)
    assert parts(read(wire)) == ("x" * 100_000, "ü" * 50_000)


def test_a_message_that_is_too_large_is_refused() -> None:
    with pytest.raises(RenderFailure) as failure:
        to_bytes(replace(EMAIL, text_pieces=("x" * MOST_BYTES,)), make_envelope())
    assert failure.value.reason == TOO_LARGE


def test_the_headers_can_be_shown() -> None:
    wire = to_bytes(replace(EMAIL, subject="word " * 30 + "end"), make_envelope("a@b.example", "A"))
    shown = dict(headers_in(wire.payload))
    assert list(shown) == NAMES
    assert shown["Subject"] == "word " * 30 + "end"
    assert shown["To"] == "A <a@b.example>"


# ---------------------------------------------------------------- laws

TRICKY = "<>\"'&={}%#*_`[]()\\/!:-.\n\r\t \0ab=?\u202e\u200b\ufdd0ü🎉"
ANY = st.text(max_size=60) | st.text(alphabet=st.sampled_from(TRICKY), max_size=30)
FOOTER = Footer("1 Main Street", "https://x.example/u")
EVERYWHERE_COMPILED = compile_email(make_template(EVERYWHERE, "Hi {{ x }}"))
SHAPE = shape_of(render_email(EVERYWHERE_COMPILED, scope(x="Ann"), footer=FOOTER).html).elements
REASONS = {MISSING_VALUE, UNSAFE_VALUE, NO_RECIPIENT}


def reason_is(failure: RenderFailure, reasons: set[str]) -> None:
    assert failure.reason in reasons


@settings(max_examples=300, deadline=None)
@given(value=ANY, name=ANY, local=ANY)
def test_any_data_gives_the_message_that_was_meant_or_a_failure(
    value: str, name: str, local: str
) -> None:
    recipient = f"{local}@example.com" if local else "ann@example.com"
    names = {} if is_missing(value) else {"x": value}
    try:
        email = render_email(EVERYWHERE_COMPILED, scope(**names), footer=FOOTER)
        wire = to_bytes(email, make_envelope(recipient, name))
    except RenderFailure as failure:
        reason_is(failure, REASONS)
        return
    assert_sound(wire)
    message = read(wire)
    assert message.keys() == NAMES
    assert message["Subject"] == email.subject
    assert message["Subject"].split() == f"Hi {value}".split()
    found = [each.addr_spec.encode("utf-8", "surrogateescape") for each in message["To"].addresses]
    assert found == [str(wire.recipient).encode()]
    assert parts(message) == (email.text, email.html)
    assert shape_of(email.html).elements == SHAPE


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_name_is_read_back_or_refused(name: str) -> None:
    try:
        wire = to_bytes(EMAIL, make_envelope("ann@example.com", name))
    except RenderFailure as failure:
        reason_is(failure, {UNSAFE_VALUE})
        return
    shown = " ".join(name.split())
    (found,) = read(wire)["To"].addresses
    assert found.addr_spec == "ann@example.com"
    # The library's reader of addresses puts a space between encoded words; its older one does not.
    assert found.display_name.replace(" ", "") == shown.replace(" ", "")
    if not shown.isascii():
        raw = message_from_bytes(wire.payload)["To"]
        assert str(make_header(decode_header(raw))) == f"{shown} <ann@example.com>"


PIECE = st.text(max_size=200) | st.sampled_from(
    [".", " ", "\t", "\r", "\n", " \n", "=", "a" * 75, "a" * 76, "a" * 77, "ü" * 40, "x " * 60]
)
PIECES = st.lists(PIECE, max_size=8).map(tuple)


@settings(max_examples=300, deadline=None)
@example((), ("a" * 74, " ", "\r"))
@example(("a" * 75 + "\t\nb",), ())
@given(PIECES, PIECES)
def test_any_pieces_are_read_back_line_by_line(
    text: tuple[str, ...], html: tuple[str, ...]
) -> None:
    wire = to_bytes(replace(EMAIL, text_pieces=text, html_pieces=html), make_envelope())
    assert_sound(wire)
    body = wire.payload.partition(b"\r\n\r\n")[2]
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    whole = ("".join(pieces) for pieces in (text, html))
    expected = tuple(part.replace("\r\n", "\n").replace("\r", "\n") for part in whole)
    assert parts(read(wire)) == expected


NAME = st.sampled_from(["From", "To", "Subject", "X-Long-Name", "Bcc"])
VALUES = st.text(alphabet="ab: \t\r\n\0é", max_size=12) | st.sampled_from(
    ["x" * 980, "x" * 990, "x" * 998, "a\r\n b", "a\r\n\tb", "a\r\nBcc: x", "a\r\n " + "b" * 998]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(NAME, VALUES), min_size=1, max_size=3))
@example([("To", "x" * 994)])
@example([("To", "x" * 995)])
@example([("To", "a\r\n " + "b" * 997)])
def test_headers_are_let_go_as_they_were_meant_and_no_others(
    headers: list[tuple[str, str]],
) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    lines = head.split(b"\r\n")
    told = [line.split(b":")[0].decode() for line in lines if line[:1] not in (b" ", b"\t")]
    bare = any(set(line) & set(b"\r\n\0") for line in lines)
    is_meant = not bare and max(map(len, lines)) <= 998
    is_meant &= told == [*(name for name, _ in headers), ""]
    try:
        assert finished(headers, b"") == head + b"\r\n"
    except RenderFailure as failure:
        reason_is(failure, {UNSAFE_VALUE})
        assert not is_meant
    else:
        assert is_meant
