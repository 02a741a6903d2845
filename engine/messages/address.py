"""Addresses, by one strict rule: the same at validation, at run time and for suppression.

An address is one addr-spec, `local@domain`: a dot-atom and a domain with at least one dot. Lists,
display names, quotes, comments, spaces, IP literals and trailing dots are refused, never repaired.
A domain may be internationalised (IDNA 2008) and is kept as its A-label; a local part beyond ASCII
is kept as it is and needs a server that offers SMTPUTF8.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from engine.records import dataclass

__all__ = [
    "Address",
    "AddressError",
    "HeaderValueError",
    "check_header_value",
    "normalise",
    "parse_address",
]

_MOST_LOCAL_OCTETS = 64  # RFC 5321, 4.5.3.1.1
_MOST_DOMAIN_OCTETS = 253  # 255 on the wire, with its length bytes
_MOST_OCTETS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets

_ATOM = r'[^\x00-\x20\x7f"(),.:;<>@\[\\\]]+'  # what is left of ASCII is RFC 5322's atext
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_OTHER_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})


class AddressError(ValueError):
    """A text is no address; the message is a sentence that says why."""


class HeaderValueError(ValueError):
    """A text must not stand in a header; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address: `local` as it was given, `domain` as a lower-case A-label."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


@lru_cache(maxsize=512)  # one message asks several times, and all of them for their sender
def parse_address(text: str) -> Address:
    """Read one address.

    Raises:
        AddressError: it is none, or more than one.
    """
    local, at, domain = text.rpartition("@")
    if not at:
        raise AddressError(f"{_quoted(text)} is no address; expected one `name@domain`")
    _check_local(local, text)
    try:
        address = Address(local, _domain(domain))
    except AddressError as error:
        raise AddressError(f"{_quoted(text)} {error}") from None
    if len(local.encode()) + 1 + len(address.domain) > _MOST_OCTETS:
        raise AddressError(f"an address is longer than {_MOST_OCTETS} octets")
    return address


def normalise(address: Address | str) -> str:
    """The form that suppression, duplicates and contact history go by.

    The local part is case-folded, though formally it has case: a miss would be the worse error.

    Raises:
        AddressError: a text is no address.
    """
    parsed = parse_address(address) if isinstance(address, str) else address
    return f"{unicodedata.normalize('NFC', parsed.local).casefold()}@{parsed.domain}"


def _check_local(local: str, text: str) -> None:
    if not _LOCAL.fullmatch(local) or _has_other(local):
        raise AddressError(
            f"{_quoted(text)} is no address; expected one `name@domain` with no spaces, quotes, "
            "brackets, commas or controls, and no dot at the edge of the name"
        )
    if len(local.encode()) > _MOST_LOCAL_OCTETS:
        raise AddressError(f"the name before the @ is longer than {_MOST_LOCAL_OCTETS} octets")


def _has_other(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.category(point) in _OTHER_CATEGORIES for point in text
    )


@lru_cache(maxsize=512)  # where many have their own address, few have their own domain
def _domain(domain: str) -> str:
    """A domain as its A-label; raises AddressError with the end of a sentence."""
    name = unicodedata.normalize("NFC", domain).lower()
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or "xn--" in name:
        name = _a_label(name)
        labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        raise AddressError("has no domain with a dot, as in `acme.example`")
    if len(name) > _MOST_DOMAIN_OCTETS:
        raise AddressError(f"has a domain that is longer than {_MOST_DOMAIN_OCTETS} octets")
    return name


def _a_label(name: str) -> str:
    # No UTS 46 mapping: it would silently drop zero-width characters and fold look-alikes.
    if not name or not all(name.split(".")) or any(point in name for point in "。．｡"):
        raise AddressError("has an empty part in its domain")
    import idna  # few domains need it, and every command would wait for it

    try:
        return idna.encode(name, strict=True, uts46=False).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise AddressError("has a domain that cannot exist") from None


def _quoted(text: str) -> str:
    """A text as a sentence may show it: escaped, and not longer than 80 characters."""
    shown = text if len(text) <= 80 else text[:79] + "…"
    return "`" + "".join(_shown(point) for point in shown) + "`"


def _shown(point: str) -> str:
    visible = point == " " or unicodedata.category(point) not in _OTHER_CATEGORIES
    return point if visible else f"\\u{{{ord(point):x}}}"


# ---------------------------------------------------------------- header values

_FORBIDDEN = (
    ("a control character", r"[\x00-\x1f\x7f-\x9f]"),
    ("a line or paragraph separator", "[\u2028\u2029]"),
    ("a control of text direction", "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
    # The joiners are part of how some scripts and emoji are written, but only between their signs.
    (
        "an invisible character",
        "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f"
        "\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
        "|(?<![\u0300-\U0010ffff])[\u200c\u200d]",
    ),
    ("half a character", "[\ud800-\udfff]"),
    ("a code point that is no character", "[\ufdd0-\ufdef\ufffe\uffff]"),
    ("an encoded word (`=?`)", r"=\?"),
)


@cache  # made when the first value is looked at that is not plain: it takes as long as a module
def _forbidden() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((what, re.compile(pattern)) for what, pattern in _FORBIDDEN)


def check_header_value(text: str) -> str:
    """The text itself, where it may stand in a header: a subject, or the name of a person.

    Raises:
        HeaderValueError: it holds a control, a separator, a direction control, an invisible
            character or an encoded word.
    """
    if text.isascii() and text.isprintable() and "=?" not in text:
        return text  # nothing else is left that is forbidden
    for what, pattern in _forbidden():
        if pattern.search(text):
            raise HeaderValueError(f"a value for a header holds {what}")
    return text
