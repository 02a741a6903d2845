"""Whether all who work on one ledger go by the same state of the project's files; else a warning.

Processes of several machines each read a checkout of their own. One that was left behind sends by
another policy, and enters people by other playbooks, than the one that was updated.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from engine.dispatch.workers import this_worker
from engine.ledger.readers import Reader, other_readers, sign_in
from engine.ledger.store import Ledger
from engine.running import git_commit

__all__ = ["SameFiles", "digest_of_files"]

_EVERY = timedelta(minutes=1)  # how often a process says what it goes by
_ALIVE = 3 * _EVERY
_CALM = timedelta(minutes=2)  # machines of a deployment change one after the other
_SHOWN = 12
_FOLDERS = ("catalog", "segments", "playbooks", "emails")

_LOG = logging.getLogger("touchline.files")


class SameFiles:
    """One process's word on what it goes by, and its look at what the others said."""

    def __init__(self, ledger: Ledger, root: Path, *, what: str, host: str) -> None:
        self._ledger = ledger
        self._root = root
        self._what = what
        self._host = host
        self._me: Reader | None = None
        self._told: set[tuple[str, str, str]] = set()

    def taken_up(self) -> None:
        """Changed files were taken up: the next look says so."""
        self._me = None

    def look(self, now: Callable[[], datetime]) -> None:
        """Once a minute: say which files these are, and warn of who has had others for a while.

        Raises:
            Unreachable: the ledger cannot be read or written.
        """
        at = now()
        if self._me is not None and self._me.seen_at <= at < self._me.seen_at + _EVERY:
            return
        me = self._me = self._signed(at)
        with self._ledger.write() as unit:
            sign_in(unit, me)
            others = other_readers(unit, me.worker, seen_since=at - _ALIVE)
        for other in others:
            self._compare(me, other)

    def _signed(self, at: datetime) -> Reader:
        if self._me is not None:
            files, commit, since = self._me.files, self._me.git, self._me.since
        else:
            files, commit, since = digest_of_files(self._root), git_commit(self._root), at
        return Reader(this_worker(), self._what, self._host, files, commit, since, at)

    def _compare(self, me: Reader, other: Reader) -> None:
        case = (other.worker, other.files, me.files)
        is_fresh = me.seen_at < max(me.since, other.since) + _CALM
        has_gone = other.seen_at <= me.since  # as the one before a restart
        if other.files == me.files or is_fresh or has_gone or case in self._told:
            return
        self._told.add(case)
        _LOG.warning(
            "this %s goes by other project files than the %s on %s: here %s, there %s. Bring both "
            "checkouts to the same commit; each takes up its changed files by itself",
            *(me.what, other.what, other.host, _shown(me), _shown(other)),
        )


def _shown(reader: Reader) -> str:
    commit = f"commit {reader.git[:_SHOWN]}" if reader.git else "no commit"
    return f"{commit} (files {reader.files[:_SHOWN]}, taken up {reader.since:%Y-%m-%d %H:%M} UTC)"


def digest_of_files(root: Path) -> str:
    """SHA-256 (hex) of what decides who gets what: settings, catalog, segments, playbooks, emails.

    Tests and metrics are not among them. A file that cannot be read counts as absent.
    """
    digest = hashlib.sha256()
    for path in _files(root):
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            continue
        digest.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    yield root / "touchline.yaml"
    for folder in _FOLDERS:
        for path in sorted((root / folder).glob("**/*")):
            if path.is_file() and not path.name.endswith(".test.yaml"):
                yield path
