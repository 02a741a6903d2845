"""The project's own source, read as text and as syntax trees: what the house tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["PRODUCT", "ROOT", "module_name", "parsed", "product_files", "text_files"]

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("engine", "connectors", "touchline", "cli.py")
TEXT = {".py", ".md", ".toml", ".lock", ".yaml", ".yml", ".json", ".sql", ".mako", ".txt", ""}
FOLDERS = (*PRODUCT, "schemas", "playbooks", "docs", "bench", "tests", ".ci", ".github")


def product_files() -> list[Path]:
    """Every Python file that is shipped, in a stable order."""
    return sorted(path for name in PRODUCT for path in _python_files(ROOT / name))


def _python_files(path: Path) -> Iterator[Path]:
    return path.rglob("*.py") if path.is_dir() else iter([path])


def text_files() -> list[Path]:
    """Every text file that people wrote, tests and documents included."""
    inside = [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    beside = [path for path in ROOT.iterdir() if path.name != ".git"]
    return sorted(path for path in {*inside, *beside} if _is_ours(path))


def _is_ours(path: Path) -> bool:
    return path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def module_name(path: Path) -> str:
    """The name a file is imported by: `engine.read.load`; a package by its folder's."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
