"""Copies a packaged project into a folder of the user's, and gives its ledger a name of its own."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from engine.problems import Refused

__all__ = ["PACKAGED", "copied", "fresh_ledger_id", "refuse_unless_empty", "slug", "write"]

PACKAGED = Path(__file__).resolve().parent
"""Where the packaged projects lie. A name that begins with `dot-` stands for one with a dot."""


def slug(name: str) -> str:
    """A name of a folder as the name of a project: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"


def fresh_ledger_id(name: str) -> str:
    """An id that no other ledger bears; delivery.md, "The ledger"."""
    return f"{slug(name)}-{secrets.token_hex(4)}"


def refuse_unless_empty(folder: Path) -> None:
    """Raise Refused where something is in the way: nothing of the user's is ever overwritten."""
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is a file: name a new or empty folder")
    inside = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if inside:
        more = " and more" if len(inside) > 1 else ""
        raise Refused(f"{folder} already holds {inside[0]}{more}: name a new or empty folder")


def copied(template: str) -> dict[str, str]:
    """The files of a packaged project, by the path they get, as text."""
    root = PACKAGED / template
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {_placed(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files}


def _placed(path: Path) -> str:
    return Path(*(re.sub(r"^dot-", ".", part) for part in path.parts)).as_posix()


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write texts into a folder, making what folders they need; gives the paths written."""
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
