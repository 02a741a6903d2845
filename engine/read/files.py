"""Reading the files of a project: bounded, regular files inside the project, as UTF-8 text.

A byte order mark of UTF-8 at the start is accepted and dropped, as are Windows line ends.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from engine.places import Place
from engine.problems import Problem

__all__ = ["LARGEST", "Unreadable", "files_below", "read_text"]

LARGEST = 256 * 1024
"""Bytes that a file may have."""

_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """A file cannot be read; `problem` says why."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        self.problem = Problem(place, "bad-file", message, hint)
        super().__init__(message)


def files_below(root: Path, folder: str) -> Iterator[str]:
    """The files below a folder, relative to `root`, sorted; hidden ones are left out.

    Links to folders are named like files, so that reading them says what is wrong with them, and
    so are folders that cannot be read: what lies in them is not gone.
    """
    found: list[str] = []

    def cannot_be_read(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            found.append(Path(error.filename).relative_to(root).as_posix())

    for base, folders, files in os.walk(root / folder, onerror=cannot_be_read):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if Path(base, name).is_symlink()]
        found += [
            Path(base, name).relative_to(root).as_posix()
            for name in (*files, *linked)
            if not name.startswith(".")
        ]
    yield from sorted(found)


def read_text(root: Path, path: str) -> str:
    """The text of the file `path` below `root`.

    Raises:
        Unreadable: it is no regular file, lies outside the project, is too large or no UTF-8.
    """
    data = _read_bytes(root, path)
    if data.startswith(_MARKS_OF_UTF16):
        raise Unreadable(Place(path), "the file is UTF-16; expected UTF-8", "save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(path, before.count(b"\n") + 1, column)
        raise Unreadable(place, "the file is not UTF-8 here", "save it as UTF-8") from None


def _read_bytes(root: Path, path: str) -> bytes:
    file = root / path
    try:
        real = os.path.realpath(file, strict=True)  # `Path.resolve` takes three times as long
        if not real.startswith(os.path.join(os.path.realpath(root), "")):
            raise Unreadable(Place(path), "the file is a link that leads out of the project")
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a FIFO would wait for ever
            raise Unreadable(Place(path), "this is no regular file")
        if status.st_size > LARGEST:
            raise Unreadable(
                Place(path), f"the file has {status.st_size:,} bytes; expected at most {LARGEST:,}"
            )
        with file.open("rb") as stream:
            return stream.read(LARGEST)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a ring of links
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(Place(path), f"the file cannot be read: {reason}") from None
