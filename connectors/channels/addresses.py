"""Where a webhook may go: rules for its URL, and for the addresses that its name stands for.

Delivery page, "Security". `ipaddress.is_global` is no such rule: it lets NAT64 and 6to4 forms of
the loopback through, and multicast. So the refused networks stand here, from the IANA registries of
special-purpose addresses, and of IPv6 only the global unicast block is let through at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

__all__ = ["RefusedUrl", "Target", "check_url", "is_address", "is_public"]


_REFUSED_V4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_V6 = ip_network("2000::/3")
_REFUSED_V6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
_PORTS = frozenset({443, 8443})  # others speak other protocols, which a request can be made to hit

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_NETLOC = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\[\]:]+)(?::[0-9]+)?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_LONGEST_HOST = 253


class RefusedUrl(ValueError):
    """A URL, or an address it leads to, that no request goes to; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL in its parts. `host` is canonical, `path` begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == (443 if self.scheme == "https" else 80)
        return host if is_usual else f"{host}:{self.port}"


def is_address(host: str) -> bool:
    """Whether the host of a `Target` is an address, which no resolver need be asked for."""
    return ":" in host or _NUMBER.fullmatch(host.rsplit(".", 1)[-1]) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, in its own and in no translated form."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _REFUSED_V4)
    if parsed.scope_id is not None:
        return False
    return parsed in _GLOBAL_V6 and not any(parsed in network for network in _REFUSED_V6)


def check_url(url: str, allow_private: bool) -> Target:
    """The parts of a webhook's URL; no name is resolved.

    `https` only, to a canonical host name or address, without a user, on port 443 or 8443.
    `allow_private` also lets `http`, private hosts and other ports through.

    Raises:
        RefusedUrl: a sentence that never holds the URL, which may itself be a secret.
    """
    parts = _split(url)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise RefusedUrl("a webhook's URL begins with https://; http needs `allow_private: true`")
    if "@" in parts.netloc:
        raise RefusedUrl("a webhook's URL names no user; credentials go into `secret` or a header")
    if "#" in url:
        raise RefusedUrl("a webhook's URL has no fragment (#…), which is never sent")
    if not _NETLOC.fullmatch(parts.netloc):
        raise RefusedUrl("the host in a webhook's URL is no plain host name")
    host, port = _host(parts), _port(parts)
    if not allow_private:
        _refuse_private(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _split(url: str) -> SplitResult:
    if not _VISIBLE.fullmatch(url) or "\\" in url:
        raise RefusedUrl(
            "a webhook's URL is visible ASCII without spaces and backslashes; "
            "write a name in its xn-- form"
        )
    try:
        return urlsplit(url)
    except ValueError:
        raise RefusedUrl("a webhook's URL is not well-formed") from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None:
        return 443 if parts.scheme == "https" else 80
    if not port:
        raise RefusedUrl("the port in a webhook's URL is no number from 1 to 65535")
    return port


def _host(parts: SplitResult) -> str:
    """The host, which must be written in the one canonical way."""
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        return _canonical_v6(host)
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _canonical_v4(host)
    if len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise RefusedUrl("the host in a webhook's URL is no plain host name")
    return host


def _canonical_v4(host: str) -> str:
    """127.1, 0x7f000001 and 2130706433 are all 127.0.0.1 to some resolvers: one form only."""
    try:
        return str(IPv4Address(host))
    except ValueError:
        raise RefusedUrl("an IPv4 address in a webhook's URL has four decimal numbers") from None


def _canonical_v6(host: str) -> str:
    try:
        return str(IPv6Address(host))
    except ValueError:
        raise RefusedUrl("the address in brackets in a webhook's URL is no IPv6 address") from None


def _refuse_private(host: str, port: int) -> None:
    is_local_name = "." not in host or host.endswith((".localhost", ".local", ".internal"))
    if not is_public(host) if is_address(host) else is_local_name:
        raise RefusedUrl(
            "a webhook goes to public hosts only; a private one needs `allow_private: true`"
        )
    if port not in _PORTS:
        raise RefusedUrl("a webhook goes to port 443 or 8443; others need `allow_private: true`")
