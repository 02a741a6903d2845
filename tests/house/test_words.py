"""What must not stand in the files: addresses of machines, unfinished work, broad handlers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, parsed, product_files, text_files

# Each pattern is written so that it does not match itself.
EVERYWHERE = {
    "the host of a package index": r"py[p]i\.org|python[h]osted\.org|conda\.[a]naconda",
    "a folder of somebody's machine": r"(?<![\w.~}-])/(?:r[o]ot|w[o]rk|h[o]me|U[s]ers)/\w",
    "a merge that was left": r"^(?:<{7}|>{7}) ",
}
IN_PRODUCT = {
    "unfinished work": r"\b(?:TO[D]O|FI[X]ME|XX[X]|HA[C]K)\b",
    "a stub": r"\bNotImplemented[E]rror\b|not built [y]et|coming [s]oon",
}
BROAD = {"Exception", "BaseException"}
MAY_CATCH_ALL = {
    "connectors/channels/connections.py": "the mail that has its permit goes, whatever the next is",
    "cli.py": "what a person reads is a sentence; `--debug` shows the traceback",
    "engine/dispatch/books.py": "one question must not fail the others of its group",
    "engine/dispatch/line.py": "one touch must not stop the next; the log has the traceback",
}
"""The files with an outermost loop, where one failure must not stop the next, and why it is one."""

TEXTS = {str(path.relative_to(ROOT)): path for path in text_files()}
FILES = {str(path.relative_to(ROOT)): path for path in product_files()}


def matches(path: Path, pattern: str) -> list[str]:
    """The lines of a file that match, with their numbers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [f"{n}: {line}" for n, line in enumerate(lines, 1) if re.search(pattern, line)]


@pytest.mark.parametrize("what", EVERYWHERE)
def test_no_file_says(what: str) -> None:
    found = {name: matches(path, EVERYWHERE[what]) for name, path in TEXTS.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}, what


@pytest.mark.parametrize("what", IN_PRODUCT)
def test_no_product_file_holds(what: str) -> None:
    found = {name: matches(path, IN_PRODUCT[what]) for name, path in FILES.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}, what


def test_only_outermost_loops_catch_everything() -> None:
    broad = [
        f"{name}:{node.lineno}"
        for name, path in FILES.items()
        if name not in MAY_CATCH_ALL
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node) and not _raises(node)
    ]
    assert broad == [], "catch what can be handled, by its class"


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return bool(BROAD & {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)})


def _raises(handler: ast.ExceptHandler) -> bool:
    """Tidying up on the way out is no catching."""
    return isinstance(handler.body[-1], ast.Raise)


def test_the_allow_list_names_files_that_are_there() -> None:
    assert MAY_CATCH_ALL.keys() <= FILES.keys()
