"""`touchline inbound`: bounces, complaints and delivery events, out of files or a pipe.

Contract, command line and delivery, point 3. Nothing is received over a network here, and so no
signature of a request checked: whoever receives requests checks them, then hands them on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.inbound.documents import documents_in
from engine.inbound.events import Event, Unread
from engine.inbound.formats import DSN, PROVIDERS
from engine.inbound.letters import letters_in
from engine.inbound.reports import events_in_letter
from engine.language.policy import GENERAL
from engine.language.project import Settings, SmtpChannel
from engine.ledger.evidence import Belief, Taken, take
from engine.ledger.store import Ledger
from engine.places import Place
from engine.workplace import Workplace

__all__ = ["Received", "receive"]

_BATCH = 200  # events of one transaction
_MOST_JSON = 64 * 1024 * 1024  # bytes of one file of JSON, which is read as a whole
_STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, and what came of it, in the order of the files."""

    form: str
    taken: tuple[Taken, ...]
    unread: tuple[Unread, ...]

    @property
    def exit_status(self) -> int:
        """1 where something could not be read."""
        return 1 if self.unread else 0


def receive(workplace: Workplace, files: Sequence[Path], form: str, *, stdin: BinaryIO) -> Received:
    """Take in the events in some files, or in `stdin` where none is named or one is called `-`.

    `form` is `dsn` or a provider. What cannot be read is told, and stops nothing else.

    Raises:
        Refused: the ledger here only dry-runs: the live one would never learn of them.
        Unreachable: it does not answer; what was not taken in can be taken in again.
    """
    ledger = workplace.live_ledger(workplace.ports.clock.now(), otherwise="nothing is taken in")
    found = _found(files or [_STDIN], form, stdin)
    belief = _belief(workplace.settings, form)
    taken: list[Taken] = []
    unread: list[Unread] = []
    while batch := list(itertools.islice(found, _BATCH)):
        unread += [each for each in batch if isinstance(each, Unread)]
        events = [each for each in batch if isinstance(each, Event)]
        taken += _take(workplace, ledger, events, belief)
    return Received(form, tuple(taken), tuple(unread))


def _take(
    workplace: Workplace, ledger: Ledger, events: Sequence[Event], belief: Belief
) -> list[Taken]:
    if not events:
        return []
    at, actor = workplace.ports.clock.now(), workplace.ports.actor
    with ledger.write() as unit:
        return [take(unit, each, belief, at=at, actor=actor) for each in events]


def _belief(settings: Settings, form: str) -> Belief:
    mail = [each for each in settings.channels.values() if isinstance(each, SmtpChannel)]
    sealed = frozenset(each.name for each in mail if each.return_path)
    declared = settings.policy.topics
    topics = {GENERAL, *declared} if declared is not None else ()
    return Belief(form, sealed, frozenset(topics))


# ---------------------------------------------------------------- files


def _found(files: Sequence[Path], form: str, stdin: BinaryIO) -> Iterator[Event | Unread]:
    for path in files:
        try:
            yield from _in_file(path, form, stdin)
        except OSError as error:
            why = error.strerror or type(error).__name__
            yield Unread(Place(str(path)), f"it cannot be read: {why}")


def _in_file(path: Path, form: str, stdin: BinaryIO) -> Iterator[Event | Unread]:
    if path == _STDIN:
        yield from _in_stream("standard input", form, stdin)
    elif path.is_dir():
        yield from _in_folder(path, form, stdin)
    else:
        with path.open("rb") as stream:
            yield from _in_stream(str(path), form, stream)


def _in_folder(path: Path, form: str, stdin: BinaryIO) -> Iterator[Event | Unread]:
    """A Maildir: what was delivered, read by somebody or not. It stays as it is."""
    folders = [path / name for name in ("cur", "new") if (path / name).is_dir()]
    if form != DSN or not folders:
        yield Unread(Place(str(path)), f"this folder is {_NO_FOLDER[form == DSN]}")
        return
    for letter in sorted(file for folder in folders for file in folder.iterdir()):
        if letter.is_file():
            yield from _in_file(letter, form, stdin)


_NO_FOLDER = {True: "no Maildir: it has neither `cur` nor `new` in it", False: "no file of JSON"}


def _in_stream(shown: str, form: str, stream: BinaryIO) -> Iterator[Event | Unread]:
    return _letters(shown, stream) if form == DSN else _documents(shown, form, stream)


def _letters(shown: str, lines: Iterable[bytes]) -> Iterator[Event | Unread]:
    for letter in letters_in(shown, lines):
        events = letter if isinstance(letter, Unread) else events_in_letter(letter)
        yield from [events] if isinstance(events, Unread) else events


def _documents(shown: str, form: str, stream: BinaryIO) -> Iterator[Event | Unread]:
    data = stream.read(_MOST_JSON + 1)
    if len(data) > _MOST_JSON:
        why = f"it is larger than {_MOST_JSON:,} bytes; split it: the same event twice does no harm"
        yield Unread(Place(shown), why)
        return
    for document in documents_in(shown, data):
        if isinstance(document, Unread):
            yield document
        else:
            yield from PROVIDERS[form](document.value, document.place)
