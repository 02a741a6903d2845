"""What a refusal is about, by its enhanced status code. RFC 3463; delivery page, point 4."""

from __future__ import annotations

import re

from engine.inbound.events import Says
from engine.ports import ABOUT_THE_MAILBOX

__all__ = ["says_of_refusal", "status_in"]

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def status_in(text: str) -> str:
    """The first enhanced status code in a text, or empty."""
    found = _ENHANCED.search(text)
    return found[1] if found else ""


def says_of_refusal(status: str) -> Says:
    """What a mail that came back says, where its status is all that is known of it."""
    if status.startswith("5.7."):
        return Says.ABOUT_US
    return Says.NO_MAILBOX if status in ABOUT_THE_MAILBOX else Says.NOT_DELIVERED
