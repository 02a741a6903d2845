"""Imports go one way, type-only and function-level ones included, and there is no cycle."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Set
from functools import cache
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
        *("review", "simulation", "still", "stopped", "halting", "fallen", "last_seen"),
        *("waiting",),
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
    "requests": "web requests go through h11, to the very address that was checked",
    "httpx": "the same",
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


@cache
def graph() -> Mapping[str, Set[str]]:
    """What every module of the product imports."""
    return {module_name(path): imported(path) for path in product_files()}


def engine() -> Iterator[tuple[str, Set[str]]]:
    """The modules of `engine/`, each with what it imports."""
    return ((name, known) for name, known in graph().items() if name.startswith("engine."))


def test_every_engine_module_stands_in_a_layer() -> None:
    stray = [name for name, _ in engine() if rank(name) is None]
    assert stray == [], "say in LAYERS where they belong"


def test_engine_imports_only_go_down() -> None:
    above = {name: [each for each in known if _is_above(each, name)] for name, known in engine()}
    assert _any(above) == {}, "what both need belongs below"


def _is_above(imported: str, module: str) -> bool:
    known, own = rank(imported), rank(module)
    return imported.startswith("engine.") and known is not None and own is not None and known > own


def test_engine_knows_neither_connectors_nor_the_command_line() -> None:
    outside = {"connectors", "cli", "touchline", "tests"}
    found = {name: {each.split(".")[0] for each in known} & outside for name, known in engine()}
    assert _any(found) == {}


def test_nobody_imports_the_bare_package() -> None:
    found = {name: known & {"engine", "connectors"} for name, known in graph().items()}
    assert _any(found) == {}, "name the module: from engine.x import y"


def test_connectors_know_words_and_shared_data_only() -> None:
    foreign = {
        name: [
            each for each in known - SHARED_DATA if each.startswith("engine.") and rank(each) != 0
        ]
        for name, known in graph().items()
        if name.split(".")[0] == "connectors"
    }
    assert _any(foreign) == {}, "they reach into the engine"


def test_what_is_never_imported() -> None:
    found = {
        name: [
            FORBIDDEN[root] for root in {each.split(".")[0] for each in known} if root in FORBIDDEN
        ]
        for name, known in graph().items()
    }
    assert _any(found) == {}


def _any(found: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
    """The modules of which there is something to say."""
    return {name: said for name, said in found.items() if said}


def test_there_is_no_cycle() -> None:
    own = {name: known & graph().keys() for name, known in graph().items()}
    try:
        TopologicalSorter(own).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))
