"""Results that go into a file instead of onto standard output."""

from __future__ import annotations

from pathlib import Path

from engine.problems import Refused

__all__ = ["written"]


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
