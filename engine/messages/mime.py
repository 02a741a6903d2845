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
from datetime import datetime, timedelta
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
_LONGEST_WORD = 60  # of a header that is folded where its spaces are
_WORD_BYTES = 39  # of UTF-8 in one encoded word: 64 characters, so that a line stays under 76
_SOFT = b"=\r\n"  # a line of the encoded text ends, and none of the text itself
_ONE_LINE = re.compile(r"[ -<>-~]*[!-\-/-<>-~]\n")  # nothing of it is encoded
_PIECES_KEPT = 1024  # encoded: most of a message says the same to everybody
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
    """A message ready for a channel: bytes with CRLF."""

    payload: bytes
    recipient: Address


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
        ("From", _mailbox(envelope.sender.name, str(sender))),
        ("To", _mailbox(envelope.recipient.name, str(recipient))),
        *_reply_to(envelope.reply_to),
        ("Subject", subject_line(email.subject)),
        ("Date", _date(envelope.date, envelope.date.utcoffset())),
        ("Message-ID", envelope.message_id),
        *_thread(envelope.references),
        ("Auto-Submitted", "auto-generated"),
        *_list_unsubscribe(envelope.unsubscribe),
        *([("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if envelope.one_click else []),
        ("MIME-Version", "1.0"),
    ]
    kind, body = content(email, envelope.message_id)
    return Wire(finished([*headers, kind], body), recipient)


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
    return _mailbox(person.name, str(_parsed(person, UNSAFE_VALUE, who)))


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


@lru_cache(maxsize=512)  # all messages of a step have the same sender
def _mailbox(name: str, address: str) -> str:
    """A person whose address was parsed; the name is looked at here."""
    name = " ".join(_checked(name, "name of a person").split())
    if not name:
        return address
    phrase = _phrase(name)
    is_long = len(phrase) + len(address) > _LINE - len("Reply-To:  <>")
    return phrase + ("\r\n " if is_long else " ") + f"<{address}>"


def _phrase(name: str) -> str:
    if not _is_plain(name) or len(name) > _LINE - 10:
        return _encoded_words(name)
    if _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@lru_cache(maxsize=64)  # a pass dates all of its messages alike
def _date(at: datetime, _: timedelta | None) -> str:
    """An instant as RFC 5322 writes it; equal ones may differ in their offset."""
    return format_datetime(at)


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
    if len(text) <= _LONGEST_WORD and _is_plain(text) and "  " not in f" {text} ":
        return text  # one line, and no word is empty
    words = text.split(" ")
    if not _is_plain(text) or "" in words or max(map(len, words)) > _LONGEST_WORD:
        return _encoded_words(text)
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + len(word) > _LINE - len("Subject: "):
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}"
    return "\r\n ".join([*lines, line])


def _is_plain(text: str) -> bool:
    """Whether a text is made of what ASCII prints, the space included."""
    return text.isascii() and text.isprintable()


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
    text = _part(email.text_pieces, "plain", boundary)
    html = _part(email.html_pieces, "html", boundary)
    return kind, b"".join([*text, *html, f"--{boundary}--\r\n".encode()])


def finished(headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """A whole message: headers, whose values are folded already, and body.

    Raises:
        RenderFailure: it is too large, or would hold other headers than these.
    """
    head = "".join([f"{name}: {value}\r\n" for name, value in headers]).encode()
    names = tuple([name for name, _ in headers])
    if not _meant(names).fullmatch(head):
        _verify(head, names)
    payload = head + b"\r\n" + body
    if len(payload) > MOST_BYTES:
        raise RenderFailure(TOO_LARGE, f"the message is larger than {MOST_BYTES:,} bytes")
    return payload


def _part(pieces: Sequence[str], subtype: str, boundary: str) -> list[bytes]:
    head = (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return [head.encode(), *_encoded(pieces), b"\r\n"]


def _encoded(pieces: Sequence[str]) -> list[bytes]:
    """Pieces of a text as they travel: each by itself, what is fixed and what fills its holes.

    A long piece stands on lines of its own, so that its bytes do not hang on what is before it.
    """
    if "\r" in (whole := "".join(pieces)):
        pieces = (whole.replace("\r\n", "\n").replace("\r", "\n"),)
    output: list[bytes] = []
    line = b""  # that others go on with, encoded
    for piece in pieces:
        if len(piece) >= _LINE or "\n" in piece:
            lines, rest = _lines(piece)
        else:
            is_as_it_is = piece.isascii() and piece.isprintable() and "=" not in piece
            octets = piece.encode() if is_as_it_is else _short(piece)
            if len(line) + len(octets) < _LINE:
                line += octets
                continue
            lines, rest = _parted(octets)
        if line:
            output.append(line + _SOFT)
        output.append(lines)
        line = rest
    output.append(_ending(line))
    return output


@lru_cache(_PIECES_KEPT)
def _short(piece: str) -> bytes:
    """A piece without a line end, where a line goes on."""
    return _going_on(piece.encode())


def _lines(piece: str) -> tuple[bytes, bytes]:
    """The lines of a piece as they travel, and what is left for a line that others go on with."""
    if len(piece) <= _LINE and _ONE_LINE.fullmatch(piece):
        return piece[:-1].encode() + b"\r\n", b""
    return _cut(piece)


@lru_cache(_PIECES_KEPT)
def _cut(piece: str) -> tuple[bytes, bytes]:
    octets = piece.encode()
    end = octets.rfind(b"\n") + 1
    lines, rest = _parted(_going_on(octets[end:]))
    return _quoted_printable(octets[:end]) + lines, rest


def _parted(octets: bytes) -> tuple[bytes, bytes]:
    """What is encoded, after its last soft break."""
    begun = octets.rfind(_SOFT) + len(_SOFT) if _SOFT in octets else 0
    return octets[:begun], octets[begun:]


def _going_on(octets: bytes) -> bytes:
    """Octets as they travel where more follows them; one more character stands for it."""
    return _quoted_printable(octets + b"x")[:-1] if octets else b""


def _ending(line: bytes) -> bytes:
    """The last line: here white space is encoded, and a dot by itself."""
    return _quoted_printable(binascii.a2b_qp(line)) if line[-1:] in (b" ", b"\t", b".") else line


_LONG_BY_ITS_END = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)
"""A line of 77 or 78: the library breaks lines before it encodes the white space at their ends.

RFC 2045, section 6.7, rule 5: no more than 76.
"""


def _quoted_printable(octets: bytes) -> bytes:
    encoded = binascii.b2a_qp(octets, quotetabs=False, istext=True)
    if b"=20" in encoded or b"=09" in encoded:
        encoded = _LONG_BY_ITS_END.sub(rb"\1=\n\2", encoded)
    return encoded.replace(b"\n", b"\r\n")


@lru_cache(maxsize=64)  # messages of a channel have the same headers
def _meant(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """What `_verify` finds nothing wrong with, whatever stands in headers of these names."""
    line = r"[^\r\n\0]{0,%d}+\r\n"
    more = rf"(?:[ \t]{line % (_MOST_LINE - 1)})*+"
    headers = [re.escape(name) + ":" + line % (_MOST_LINE - len(name) - 1) + more for name in names]
    return re.compile("".join(headers).encode())


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
