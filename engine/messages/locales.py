"""Which locales serve a recipient, by what the source says of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["locales_for"]

_AFTER = re.compile(r"[.@].*")  # as in `fr_CA.UTF-8` and `de_DE@euro`


def locales_for(text: str) -> Iterator[str]:
    """The locales that serve who has this one, the most exact first: `fr-ca`, then `fr`.

    In small letters, since tags of languages have no case (RFC 5646, 2.1.1), and with hyphens,
    also where the source writes `fr_CA`. Where there is none, the last part goes (RFC 4647, 3.4).
    """
    parts = _AFTER.sub("", text.strip()).lower().replace("_", "-").split("-")
    for number in range(len(parts), 0, -1):
        yield "-".join(parts[:number])
