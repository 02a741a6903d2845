"""Where a ledger's log ended when this folder's last process looked: a file for the next one.

Delivery page, "Suppression and halt". A ledger that falls back while nobody is at work, as when a
backup is put back between two runs, has as ready what went out since.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.ledger.audit import Head
from engine.ledger.store import Ledger

__all__ = ["LastSeen", "keep", "recall"]

_NAME_DIGITS = 12
_UNREADABLE = (
    "%s cannot be read (%s): whether the ledger fell back since it was written is not known, and "
    "it is written anew"
)
_UNWRITTEN = "where the log ends cannot be kept in %s for the next process: %s"

_LOG = logging.getLogger("touchline.ledger")


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The end of a log, and when a process of this folder saw it there."""

    head: Head
    at: datetime


def recall(ledger: Ledger) -> LastSeen | None:
    """What was kept of this ledger here; None where nothing was, or nothing that can be read."""
    file = _file(ledger)
    try:
        return _read(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        _LOG.warning(_UNREADABLE, file, error)
        return None


def keep(ledger: Ledger, at: datetime) -> None:
    """Keep where the log of this ledger was last seen to end.

    A folder that cannot be written is told of, and hinders nobody: the log alone is the record.
    """
    file = _file(ledger)
    kept = {
        "ledger": ledger.identity.ledger_id,
        "seq": ledger.seen.seq,
        "hash": ledger.seen.hash,
        "at": at.isoformat(),
    }
    partly = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partly.touch(mode=0o600)
        partly.write_text(json.dumps(kept), encoding="utf-8")
        partly.replace(file)
    except OSError as error:
        _LOG.warning(_UNWRITTEN, file, error.strerror)
        with suppress(OSError):
            partly.unlink(missing_ok=True)


def _file(ledger: Ledger) -> Path:
    """Beside the halt file; a project may have several ledgers, each with an id of any shape."""
    name = hashlib.sha256(ledger.identity.ledger_id.encode("utf-8", "backslashreplace"))
    return ledger.halt_file.with_name(f"seen-{name.hexdigest()[:_NAME_DIGITS]}.json")


def _read(kept: Mapping[str, object]) -> LastSeen:
    seq, digest, at = kept["seq"], kept["hash"], kept["at"]
    if not (isinstance(seq, int) and isinstance(digest, str) and isinstance(at, str)):
        raise ValueError("it does not say where the log ended")
    return LastSeen(Head(seq, digest), datetime.fromisoformat(at).astimezone(UTC))
