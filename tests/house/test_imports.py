"""Imports go one way, type-only and function-level ones included, and there is no cycle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.house.tree import ROOT, module_name, parsed, product_files

WORDS = (
    *("records", "places", "problems", "business_days", "moments", "offsets", "holidays"),
    *("language", "tables", "ports", "syntax"),
)
LAYERS: tuple[tuple[str, ...], ...] = (
    WORDS,
    ("schedule",),
    ("read",),
    ("bind",),
    ("compile",),
    ("audience",),
    ("messages",),
    ("inbound",),
    ("steps",),
    ("decide",),
    ("ledger",),
    ("dispatch",),
    (
        *("workplace", "check", "answers", "previews", "overview", "desk", "approving", "by_hand"),
        *("proof", "passes", "running", "courier", "stopping", "daemon", "report", "tracking"),
        *("frozen", "handing_out", "worker", "endpoint", "same_files", "spreading"),
        *("roster", "notices", "standing", "steady", "taking_up", "erasing", "graph"),
        *("connections", "receiving", "lint", "examples", "testing"),
        *("source_check", "dialect_check", "adding", "copying", "measuring"),
        *("review", "simulation", "still"),
    ),
)
"""The parts of `engine/`, from the words upwards: a part imports itself and what stands below.

The parts in one row may import each other where that makes no cycle.
"""

STANDS_LOWER = {"engine.decide.facts": "bind"}
"""Frozen data that its neighbours below need as well: it imports no more than that layer may."""

SHARED_DATA = {"engine.bind.catalog", "engine.decide.facts"}
"""What `connectors/` may know of the engine beside its words: frozen data, no behaviour."""

FORBIDDEN = {
    "smtplib": "mail goes through aiosmtplib, which knows the phases of a delivery",
    "pickle": "nothing that was stored is ever executed",
    "requests": "web requests go through httpx",
}


def rank(module: str) -> int | None:
    """The row of `LAYERS` that an engine module stands in."""
    part = STANDS_LOWER.get(module) or (module.split(".")[1] if "." in module else "")
    return next((n for n, row in enumerate(LAYERS) if part in row), None)


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file the import stands."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively: write the full name"
            names.update(_targets(node))
    return names


def _targets(node: ast.ImportFrom) -> set[str]:
    module = node.module or ""
    return {_existing(f"{module}.{alias.name}") or module for alias in node.names}


def _existing(name: str) -> str | None:
    path = ROOT.joinpath(*name.split("."))
    return name if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file() else None


GRAPH = {module_name(path): imported(path) for path in product_files()}
ENGINE = sorted(name for name in GRAPH if name.startswith("engine."))
CONNECTORS = sorted(name for name in GRAPH if name.split(".")[0] == "connectors")


@pytest.mark.parametrize("module", ENGINE)
def test_every_engine_module_stands_in_a_layer(module: str) -> None:
    assert rank(module) is not None, f"{module}: say in LAYERS where engine.{module} belongs"


@pytest.mark.parametrize("module", ENGINE)
def test_engine_imports_only_go_down(module: str) -> None:
    own = rank(module)
    assert own is not None
    known = {name for name in GRAPH[module] if name.startswith("engine.")}
    above = {name for name in known if (rank(name) or 0) > own}
    assert not above, f"{module} imports from above itself: what both need belongs below"


@pytest.mark.parametrize("module", ENGINE)
def test_engine_knows_neither_connectors_nor_the_command_line(module: str) -> None:
    roots = {name.split(".")[0] for name in GRAPH[module]}
    assert not roots & {"connectors", "cli", "touchline", "tests"}


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_nobody_imports_the_bare_package(module: str) -> None:
    assert not GRAPH[module] & {"engine", "connectors"}, "name the module: from engine.x import y"


@pytest.mark.parametrize("module", CONNECTORS)
def test_connectors_know_words_and_shared_data_only(module: str) -> None:
    known = {name for name in GRAPH[module] if name.startswith("engine.")}
    foreign = {name for name in known - SHARED_DATA if rank(name) != 0}
    assert not foreign, f"{module} reaches into the engine"


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_what_is_never_imported(module: str) -> None:
    found = {name.split(".")[0] for name in GRAPH[module]} & FORBIDDEN.keys()
    assert not found, "; ".join(FORBIDDEN[name] for name in found)


def test_there_is_no_cycle() -> None:
    own = {
        name: {target for target in targets if target in GRAPH} for name, targets in GRAPH.items()
    }
    try:
        TopologicalSorter(own).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))
