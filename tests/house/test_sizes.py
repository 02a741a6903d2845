"""Functions and modules stay small enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.tree import ROOT, parsed, product_files

FUNCTION_LINES = 60
MODULE_LINES = 450
LONGER = {
    "cli.py": 1400,
    "engine/compile/core.py": 500,
    "engine/ledger/migrations/versions/r0001_first.py": 550,
}
"""Files with more lines, because they are one row of like declarations."""

FILES = {str(path.relative_to(ROOT)): path for path in product_files()}


def functions(path: Path) -> dict[str, int]:
    """The length in lines of every function of a file, by name and line."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(parsed(path)) if isinstance(node, kinds)]
    return {f"{node.name}:{node.lineno}": _length(node) for node in found}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name}: {function}": lines
        for name, path in FILES.items()
        for function, lines in functions(path).items()
        if lines > FUNCTION_LINES
    }
    assert long == {}, "look for the second idea inside"


def test_a_module_has_one_idea() -> None:
    lengths = {name: path.read_text(encoding="utf-8").count("\n") for name, path in FILES.items()}
    long = {
        name: lines for name, lines in lengths.items() if lines > LONGER.get(name, MODULE_LINES)
    }
    assert long == {}, "look for the second idea inside"


def test_nine_functions_in_ten_are_short() -> None:
    lengths = sorted(lines for path in FILES.values() for lines in functions(path).values())
    assert lengths[len(lengths) * 9 // 10] <= 30
