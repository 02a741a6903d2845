"""What proves that somebody has a mail of ours before them: its touch, and a keyed digest of it.

Whoever reads a token learns nothing of the recipient, and nobody can make one who has not had the
mail, or the ledger. One of a return path is no way to unsubscribe: each has its purpose.
"""

from __future__ import annotations

import hmac
import re
from enum import StrEnum

__all__ = ["TOKEN", "Purpose", "make_token", "touch_of"]

_SEAL_DIGITS = 16  # 64 bits: whoever guesses has to ask this program each time
_FORM = re.compile(r"([0-9a-f]{32})([0-9a-f]{16})")

TOKEN = r"[0-9A-Fa-f]{48}"  # noqa: S105 - the form of one, and none itself
"""The form of a token, as a regular expression; servers on the way may have changed its case."""


class Purpose(StrEnum):
    """What a token is good for."""

    RETURN = "return"
    """Says which mail came back, in a return path or in what a provider sends along."""
    UNSUBSCRIBE = "unsubscribe"
    """Stops mail of the topic to whom the mail was for."""


def make_token(key: bytes, purpose: Purpose, touch: str) -> str:
    """The token of a touch: 48 hexadecimal digits; `key` is the ledger's secret one."""
    return touch + _seal(key, purpose, touch)


def touch_of(key: bytes, purpose: Purpose, text: str) -> str | None:
    """The id of the touch that a token was made for; None: it was not made here for that."""
    found = _FORM.fullmatch(text.lower())
    if found is None or not hmac.compare_digest(found[2], _seal(key, purpose, found[1])):
        return None
    return found[1]


def _seal(key: bytes, purpose: Purpose, touch: str) -> str:
    told = f"token\n{purpose}\n{touch}".encode()
    return hmac.digest(key, told, "sha256").hex()[:_SEAL_DIGITS]
