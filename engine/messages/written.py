"""Messages that were written already: what stands in them, and the same with something changed.

Only the header or the parts that are to change are written anew; all other headers keep their
bytes, the Message-ID above all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import message_from_bytes, policy

from engine.messages.mime import content, finished, mailbox, subject_line
from engine.messages.render import RenderedEmail
from engine.ports import Recipient
from engine.records import dataclass

__all__ = ["Earlier", "Parts", "copied_to", "earlier", "headers_in", "parts_of", "rewritten"]

_FIELD_END = re.compile(r"\r\n(?![ \t])")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_BODY = "content-type"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A mail that another one answers: its subject, and what the answer's References are to be.

    The last of `references` is the Message-ID of the mail itself.
    """

    subject: str
    references: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The subject of an answer: one `Re:` before it, however long the thread."""
        return self.subject if self.subject.casefold().startswith("re:") else f"Re: {self.subject}"


@dataclass(frozen=True, slots=True)
class Parts:
    """The two contents of a message, with line ends as in Python."""

    text: str
    html: str


def headers_in(payload: bytes) -> tuple[tuple[str, str], ...]:
    """The headers of a message as they stand on the wire, unfolded."""
    return tuple((name, re.sub(r"\r\n[ \t]", " ", value)) for name, value in _fields(payload))


def earlier(payload: bytes, subject: str) -> Earlier | None:
    """What answering a message needs; None of one without a Message-ID, as one that was emptied."""
    headers = {name.lower(): value for name, value in headers_in(payload)}
    own = _ID.fullmatch(headers.get("message-id", ""))
    if own is None:
        return None
    return Earlier(subject, (*_ID.findall(headers.get("references", "")), own[0]))


def parts_of(payload: bytes) -> Parts:
    """The text and the HTML of a message; empty where it has none."""
    message = message_from_bytes(payload, policy=policy.default)
    found = {"plain": "", "html": ""}
    for part in message.walk():
        if part.get_content_maintype() == "text" and part.get_content_subtype() in found:
            found[part.get_content_subtype()] = part.get_content().replace("\r\n", "\n")
    return Parts(found["plain"], found["html"])


def copied_to(payload: bytes, people: Sequence[Recipient]) -> bytes:
    """The same message with these people in its header Cc; nobody: as it was.

    Raises:
        RenderFailure: a name or an address must not stand in a header.
    """
    if not people:
        return payload
    headers = []
    for name, value in _fields(payload):
        headers.append((name, value))
        if name == "To":
            headers.append(("Cc", ",\r\n ".join(mailbox(person, "Cc") for person in people)))
    _, _, body = payload.partition(b"\r\n\r\n")
    return finished(headers, body)


def rewritten(payload: bytes, email: RenderedEmail) -> bytes:
    """The same message with another subject and other contents, under the same Message-ID.

    Raises:
        RenderFailure: what `to_bytes` raises of a subject and of contents.
    """
    kept = [each for each in _fields(payload) if each[0].lower() != _BODY]
    headers = [
        (name, subject_line(email.subject) if name == "Subject" else value) for name, value in kept
    ]
    key = next(value for name, value in kept if name == "Message-ID")
    kind, body = content(email, key)
    return finished([*headers, kind], body)


def _fields(payload: bytes) -> list[tuple[str, str]]:
    """Names and values, folded as they are."""
    head = payload.partition(b"\r\n\r\n")[0].decode()
    parted = (field.partition(":") for field in _FIELD_END.split(head))
    return [(name, value.removeprefix(" ")) for name, _, value in parted]
