"""Links: which URLs a message may hold, and what becomes of values inside them.

A link goes to http, https or mailto. A value that begins a link is taken as it is, one that stands
in a host must be a name of hosts, and one that comes later is percent-encoded: so data can choose
a whole address where the author lets it, and never bend one that the author wrote.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import pass_context
from jinja2.runtime import Undefined

from engine.messages.address import AddressError, parse_address
from engine.messages.failures import UNSAFE_VALUE, RenderFailure
from engine.messages.filters import UrlPart
from engine.messages.rendering import Rendering
from engine.messages.values import printed

__all__ = [
    "HOST_FILTER",
    "HTML_LINK_FILTERS",
    "LINK_FILTER",
    "PART_FILTER",
    "TEXT_LINK_FILTERS",
    "WHOLE_FILTER",
    "UrlError",
    "check_url",
]

LINK_FILTER = "touchline_link"
PART_FILTER = "touchline_part"
HOST_FILTER = "touchline_host"
WHOLE_FILTER = "touchline_whole"
# Written by `markdown.py` only: `grammar.py` lets no template use these names.

_MOST_CHARACTERS = 2_000  # what mail programs and servers are known to take
_ORIGIN = re.compile(r"[^:/?#]*://[^/?#]*")
_LEGAL = ":/?#[]@!$&'()*+,;=%-._~"
_PLAIN_URL = re.compile(r"(https?://[a-z0-9.:-]+)((?:[/?][A-Za-z0-9/?&=._~-]*)?)")
"""Nothing of its path or query is escaped."""

_HOST = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


class UrlError(ValueError):
    """A text is no URL that a message may hold; the message is a sentence."""


@lru_cache(256)  # both parts of a message hold the same ones, and many hold the same as others
def check_url(url: str) -> str:
    """The URL as it goes out: ASCII, with everything escaped that must be.

    Raises:
        UrlError: it is not http, https or mailto, has no host, hides one behind a user name, or
            holds controls.
    """
    if len(url) <= _MOST_CHARACTERS and (found := _PLAIN_URL.fullmatch(url)):
        return _origin(found[1]) + found[2]
    if len(url) > _MOST_CHARACTERS:
        raise UrlError(f"a link is longer than {_MOST_CHARACTERS:,} characters")
    if _CONTROL.search(url):
        raise UrlError("a link holds a control character")
    scheme, colon, rest = url.partition(":")
    match scheme.lower() if colon else "":
        case "http" | "https":
            return _web(url)
        case "mailto":
            return _mail(rest)
        case _:
            raise UrlError("a link goes to http://, https:// or mailto:, and to nothing else")


def _web(url: str) -> str:
    found = _ORIGIN.match(url)
    if found is None:
        raise UrlError("a link has no host")
    return _origin(found[0]) + quote(url[found.end() :], safe=_LEGAL)


@lru_cache(256)  # where many go to different pages, few go to different hosts
def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UrlError("a link has a host that cannot be read") from None
    if "@" in parts.netloc or "\\" in parts.netloc or "%" in parts.netloc:
        raise UrlError("a link hides its host behind a user name")
    name = _host(host)
    where = name if port is None else f"{name}:{port}"
    return f"{parts.scheme.lower()}://{where}"


def _host(host: str) -> str:
    if not host.isascii():
        import idna  # few hosts need it, and every command would wait for it

        try:
            host = idna.encode(host.lower()).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise UrlError("a link has a host that cannot exist") from None
    if not _HOST.fullmatch(host):
        raise UrlError("a link has no host")
    return host


def _mail(rest: str) -> str:
    address, mark, query = rest.partition("?")
    try:
        address = str(parse_address(address.replace("%40", "@")))
    except AddressError:
        raise UrlError("a mailto link has no single address") from None
    return f"mailto:{quote(address, safe='@+!$*-._~')}{mark}{quote(query, safe=_LEGAL)}"


def _checked(url: str) -> str:
    try:
        return check_url(url)
    except UrlError as error:
        raise RenderFailure(UNSAFE_VALUE, str(error)) from None


def _html_link(url: object) -> str:
    """The rendered inside of an attribute, every value escaped, to a checked one."""
    return html.escape(_checked(html.unescape(str(url))), quote=True)


def _text_link(url: object) -> str:
    return _checked(str(url))


@pass_context
def _whole(context: Rendering, value: object) -> str:
    """A value that begins a link: refused for its controls, which printing would take away."""
    text = printed(value, context.zone)
    if _CONTROL.search(text):
        raise RenderFailure(UNSAFE_VALUE, "a link holds a control character")
    return text


@pass_context
def _part(context: Rendering, value: object) -> str:
    """A value behind the beginning of a link, percent-encoded unless it is already."""
    text = printed(value, context.zone)
    if isinstance(value, UrlPart):
        return value
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


@pass_context
def _named_host(context: Rendering, value: object) -> str:
    """A value in the host of a link."""
    text = printed(value, context.zone)
    if isinstance(value, Undefined) or not _HOST.fullmatch(text):
        raise RenderFailure(UNSAFE_VALUE, "a value in the host of a link is no name of a host")
    return text


HTML_LINK_FILTERS: Mapping[str, Callable[..., Any]] = {
    LINK_FILTER: _html_link,
    PART_FILTER: _part,
    HOST_FILTER: _named_host,
    WHOLE_FILTER: _whole,
}
TEXT_LINK_FILTERS: Mapping[str, Callable[..., Any]] = {
    LINK_FILTER: _text_link,
    PART_FILTER: _part,
    HOST_FILTER: _named_host,
    WHOLE_FILTER: _whole,
}
