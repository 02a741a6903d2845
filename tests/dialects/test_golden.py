"""What stands in the golden files is what is written, and a parser of the dialect reads it.

A dialect whose package is not installed is left out by `-m "not dialects"`, as `make test` says;
`make test-dialects` installs them all and asks for every one.
"""

from __future__ import annotations

from typing import get_args

import pytest

from connectors.paper.dialects import PAPER
from engine.compile import core
from engine.compile.dialects.table import LEAVES
from tests.dialects.asking import CASES, DIALECTS, GOLDEN, asked, golden_text
from tests.dialects.nodes import LOOKED_UP, NEVER_WRITTEN, SAMPLES, nodes_text

EVERY = [
    pytest.param(name, marks=[pytest.mark.dialects] if PAPER[name].package else [], id=name)
    for name in DIALECTS
]
NEVER_RUN = [name for name in DIALECTS if PAPER[name].package or name == "sqlserver"]
PARSERS = {"sqlserver": "tsql"}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dialect", EVERY)
def test_a_segment_is_written_as_in_its_golden_file(dialect: str, case: str) -> None:
    expected = (GOLDEN / dialect / f"{case}.sql").read_text(encoding="utf-8")
    assert golden_text(dialect, case) == expected, "`make golden` writes them anew, for review"


@pytest.mark.parametrize("dialect", EVERY)
def test_every_node_has_a_line_or_a_reason(dialect: str) -> None:
    expected = (GOLDEN / dialect / "nodes.sql").read_text(encoding="utf-8")
    assert nodes_text(dialect) == expected, "`make golden` writes them anew, for review"


def test_no_kind_of_node_is_left_out() -> None:
    kinds = {each.__name__ for each in (*get_args(core.Value), *get_args(core.Predicate))}
    sampled = {name.split()[0] for name in SAMPLES}
    assert sampled | LOOKED_UP | NEVER_WRITTEN | {"Tallied"} == kinds | {"Events"}


def test_every_dialect_can_be_written_on_paper() -> None:
    names = {each.registered.split(".")[0] for each in PAPER.values()}
    assert names >= LEAVES.keys()


@pytest.mark.dialects
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dialect", NEVER_RUN)
def test_a_parser_of_the_dialect_reads_it(dialect: str, case: str) -> None:
    import sqlglot

    if golden_text(dialect, case).startswith("-- refused"):
        return
    for statement in asked(dialect, case):
        assert sqlglot.parse_one(statement.sql, dialect=PARSERS.get(dialect, dialect))
