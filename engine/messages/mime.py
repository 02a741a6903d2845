"""From a rendered email to the exact bytes that go out.

The headers are written here, not by the library: on patch levels in common use its folding lets a
value start a header of its own. A test holds that the library reads back what was meant.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from engine.messages.address import (
    Address,
    AddressError,
    HeaderValueError,
    check_header_value,
    parse_address,
)
from engine.messages.failures import NO_RECIPIENT, TOO_LARGE, UNSAFE_VALUE, RenderFailure
from engine.messages.render import RenderedEmail
from engine.ports import Recipient
from engine.records import dataclass

__all__ = [
    "MOST_BYTES",
    "Envelope",
    "Wire",
    "content",
    "finished",
    "mailbox",
    "message_id",
    "subject_line",
    "to_bytes",
]

MOST_BYTES = 2_097_152
"""Of one message on the wire."""

_MOST_LINE = 998  # RFC 5322, 2.1.1, without CRLF
_LINE = 76
_WORD_BYTES = 39  # of UTF-8 in one encoded word: 64 characters, so that a line stays under 76
_SOFT = b"=\r\n"  # a line of the encoded text ends, and none of the text itself
_PIECES_KEPT = 1024  # encoded: most of a message says the same to everybody
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+")
_MESSAGE_KEY = re.compile(r"[A-Za-z0-9.-]+")
_URI = re.compile(r"(?:https?://|mailto:)[\x21-\x3b\x3d\x3f-\x7e]+")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything of a message that is not its content.

    `message_id` has its angle brackets (see `message_id`); `date` is aware; `unsubscribe` are
    http(s) and mailto addresses for List-Unsubscribe, in order of preference. `references` are
    the Message-IDs of the thread that it goes on with, the last of them the one that it answers.
    `one_click`: the first of `unsubscribe` takes the requests of RFC 8058.
    """

    sender: Recipient
    recipient: Recipient
    message_id: str
    date: datetime
    reply_to: Recipient | None = None
    unsubscribe: Sequence[str] = ()
    references: Sequence[str] = ()
    one_click: bool = False


@dataclass(frozen=True, slots=True)
class Wire:
    """A message ready for a channel: bytes with CRLF, and what the server must offer."""

    payload: bytes
    recipient: Address
    needs_smtputf8: bool


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a touch: from its idempotency key and the sender's domain, nothing else.

    Raises:
        RenderFailure: either holds what no Message-ID may hold.
    """
    if not _MESSAGE_KEY.fullmatch(key) or not _HOST.fullmatch(domain):
        raise RenderFailure(UNSAFE_VALUE, "a Message-ID cannot be made of this key and domain")
    return f"<{key}@{domain}>"


def to_bytes(email: RenderedEmail, envelope: Envelope) -> Wire:
    """The message as it goes out.

    Raises:
        RenderFailure: the recipient has no usable address (`no_recipient`), a value must not
            stand in a header (`unsafe_value`), or the message is too large (`too_large`).
    """
    sender = _parsed(envelope.sender, UNSAFE_VALUE, "sender")
    recipient = _parsed(envelope.recipient, NO_RECIPIENT, "recipient")
    headers = [
        ("From", _mailbox(envelope.sender, sender)),
        ("To", _mailbox(envelope.recipient, recipient)),
        *_reply_to(envelope.reply_to),
        ("Subject", subject_line(email.subject)),
        ("Date", _date(envelope.date.isoformat())),
        ("Message-ID", envelope.message_id),
        *_thread(envelope.references),
        ("Auto-Submitted", "auto-generated"),
        *_list_unsubscribe(envelope.unsubscribe),
        *([("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if envelope.one_click else []),
        ("MIME-Version", "1.0"),
    ]
    kind, body = content(email, envelope.message_id)
    payload = finished([*headers, kind], body)
    return Wire(payload, recipient, not payload.split(b"\r\n\r\n", 1)[0].isascii())


# ---------------------------------------------------------------- headers


def _parsed(person: Recipient, reason: str, who: str) -> Address:
    try:
        return parse_address(person.address)
    except AddressError as error:
        raise RenderFailure(reason, f"the {who}: {error}") from None


def mailbox(person: Recipient, who: str) -> str:
    """A person as the value of a header, folded; `who` says in a sentence who it is.

    Raises:
        RenderFailure: the address or the name must not stand in a header (`unsafe_value`).
    """
    return _mailbox(person, _parsed(person, UNSAFE_VALUE, who))


def subject_line(text: str) -> str:
    """A subject as the value of its header, folded.

    Raises:
        RenderFailure: it must not stand in a header (`unsafe_value`).
    """
    return _unstructured(_checked(text, "subject"))


def _checked(text: str, where: str) -> str:
    try:
        return check_header_value(text)
    except HeaderValueError as error:
        raise RenderFailure(UNSAFE_VALUE, f"in the {where}: {error}") from None


def _mailbox(person: Recipient, address: Address) -> str:
    name = " ".join(_checked(person.name, "name of a person").split())
    if not name:
        return str(address)
    phrase = _phrase(name)
    is_long = len(phrase) + len(str(address)) > _LINE - len("Reply-To:  <>")
    return phrase + ("\r\n " if is_long else " ") + f"<{address}>"


def _phrase(name: str) -> str:
    if not _PRINTABLE.fullmatch(name) or len(name) > _LINE - 10:
        return _encoded_words(name)
    if _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@lru_cache(maxsize=64)  # a pass dates all of its messages alike
def _date(text: str) -> str:
    """ISO 8601 as RFC 5322 writes it, with the same offset."""
    return format_datetime(datetime.fromisoformat(text))


def _reply_to(person: Recipient | None) -> list[tuple[str, str]]:
    if person is None:
        return []
    return [("Reply-To", mailbox(person, "address for replies"))]


def _thread(references: Sequence[str]) -> list[tuple[str, str]]:
    if not references:
        return []
    return [("In-Reply-To", references[-1]), ("References", "\r\n ".join(references))]


def _list_unsubscribe(targets: Sequence[str]) -> list[tuple[str, str]]:
    for target in targets:
        if not _URI.fullmatch(target) or len(target) > _MOST_LINE - 30:
            raise RenderFailure(UNSAFE_VALUE, "an unsubscribe address is no http or mailto link")
    joined = ",\r\n ".join(f"<{target}>" for target in targets)
    return [("List-Unsubscribe", joined)] if targets else []


def _unstructured(text: str) -> str:
    """A text as the value of a header: folded where it is plain, else in encoded words."""
    words = text.split(" ")
    is_plain = _PRINTABLE.fullmatch(text) and all(0 < len(word) <= 60 for word in words)
    if not is_plain:
        return _encoded_words(text)
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + len(word) > _LINE - len("Subject: "):
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}"
    return "\r\n ".join([*lines, line])


def _encoded_words(text: str) -> str:
    """RFC 2047, one whole character never parted between two words."""
    words, word = [], b""
    for point in text:
        octets = point.encode()
        if len(word) + len(octets) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += octets
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each).decode()}?=" for each in words)


# ---------------------------------------------------------------- body


def content(email: RenderedEmail, key: str) -> tuple[tuple[str, str], bytes]:
    """The header Content-Type and the body of a message; `key` is its Message-ID."""
    # Quoted-printable writes `=` as `=3D`: a boundary with `=_` in it cannot occur in a part.
    boundary = "=_" + hashlib.sha256(key.encode()).hexdigest()[:24]
    kind = ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"')
    parts = b"".join(
        _part(pieces, subtype, boundary)
        for pieces, subtype in ((email.text_pieces, "plain"), (email.html_pieces, "html"))
    )
    return kind, parts + f"--{boundary}--\r\n".encode()


def finished(headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """A whole message: headers, whose values are folded already, and body.

    Raises:
        RenderFailure: it is too large, or would hold other headers than these.
    """
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    _verify(head, [name for name, _ in headers])
    payload = head + b"\r\n" + body
    if len(payload) > MOST_BYTES:
        raise RenderFailure(TOO_LARGE, f"the message is larger than {MOST_BYTES:,} bytes")
    return payload


def _part(pieces: Sequence[str], subtype: str, boundary: str) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + _encoded(pieces) + b"\r\n"


def _encoded(pieces: Sequence[str]) -> bytes:
    """Pieces of a text as they travel: what is fixed, and holes that are filled.

    A long piece stands on lines of its own, so that its bytes do not hang on what is before it.
    """
    if any("\r" in piece for piece in pieces):
        pieces = ("".join(pieces).replace("\r\n", "\n").replace("\r", "\n"),)
    output: list[bytes] = []
    line: list[bytes] = []
    for piece in pieces:
        if len(piece) <= _LINE and "\n" not in piece:
            line.append(piece.encode())
            continue
        if line:
            output.append(_broken_off(b"".join(line)))
        lines, rest = _cut(piece)
        output.append(lines)
        line = [rest] if rest else []
    output.append(_quoted_printable(b"".join(line)))
    return b"".join(output)


@lru_cache(_PIECES_KEPT)
def _cut(piece: str) -> tuple[bytes, bytes]:
    """The lines of a piece as they travel, and what is left for a line that others go on with."""
    octets = piece.encode()
    end = octets.rfind(b"\n") + 1
    last = _quoted_printable(octets[end:])
    begun = last.rfind(_SOFT) + len(_SOFT) if _SOFT in last else 0
    return _quoted_printable(octets[:end]) + last[:begun], binascii.a2b_qp(last[begun:])


def _broken_off(octets: bytes) -> bytes:
    """A line that goes on after a soft break; one more character keeps room for its sign."""
    return _quoted_printable(octets + b"x")[:-1].removesuffix(_SOFT) + _SOFT


_LONG_BY_ITS_END = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)
"""A line of 77 or 78: the library breaks lines before it encodes the white space at their ends.

RFC 2045, section 6.7, rule 5: no more than 76.
"""


def _quoted_printable(octets: bytes) -> bytes:
    encoded = binascii.b2a_qp(octets, quotetabs=False, istext=True)
    if b"=20" in encoded or b"=09" in encoded:
        encoded = _LONG_BY_ITS_END.sub(rb"\1=\n\2", encoded)
    return encoded.replace(b"\n", b"\r\n")


def _verify(head: bytes, names: Sequence[str]) -> None:
    """The last look: line ends, and exactly the headers that were meant.

    The body needs none: quoted-printable has no bare line end and no line over 76 bytes.
    """
    lines = head.split(b"\r\n")
    ends = len(lines) - 1
    if head.count(b"\r") != ends or head.count(b"\n") != ends or b"\0" in head:
        raise RenderFailure(UNSAFE_VALUE, "the message would hold a bare line end")
    if max(map(len, lines)) > _MOST_LINE:
        raise RenderFailure(UNSAFE_VALUE, f"the message would hold a line over {_MOST_LINE} bytes")
    found = [line.split(b":", 1)[0].decode() for line in lines if line[:1] not in (b" ", b"\t")]
    if found != [*names, ""]:
        raise RenderFailure(UNSAFE_VALUE, "the message would hold headers that nobody meant")
