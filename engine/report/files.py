"""Files that are named on the command line: results that go into one, and texts out of one."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from engine.problems import Misuse, Refused

__all__ = ["text_in", "written"]


def written(result: str, out: Path | None) -> str:
    """The result itself, or, given a file, a sentence once it holds it.

    Raises:
        Refused: the file cannot be written.
    """
    if out is None:
        return result
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(result + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from None
    return f"wrote {out}"


def text_in(file: TextIO) -> str:
    """What a file says, without the mark that some editors put first.

    Raises:
        Misuse: it is not UTF-8.
    """
    try:
        return file.read().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Misuse(f"{file.name} is not UTF-8; save it as UTF-8") from None
