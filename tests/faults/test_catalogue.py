"""No row of the catalogue is forgotten, and what is named as its test is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.faults.catalogue import NO_SUCH_ROW, ROWS, Row

ROOT = Path(__file__).parents[2]
LAST = 144


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests of a module, without running it."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_no_number_is_left_out() -> None:
    assert set(ROWS) | NO_SUCH_ROW == set(range(1, LAST + 1))
    assert not set(ROWS) & NO_SUCH_ROW
    assert list(ROWS) == sorted(ROWS)


@pytest.mark.parametrize("number", ROWS)
def test_each_row_is_held_or_says_why_not(number: int) -> None:
    row: Row = ROWS[number]
    assert row.says
    assert bool(row.tests) != bool(row.not_ours)
    for test in row.tests:
        path, _, name = test.partition("::")
        assert name in names_in(ROOT / path), test


def test_each_test_of_a_row_is_named_in_it() -> None:
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for name in names_in(path):
            if found := re.match(r"test_(\d{3})_", name):
                test = f"tests/faults/{path.name}::{name}"
                assert test in ROWS[int(found[1])].tests, test
