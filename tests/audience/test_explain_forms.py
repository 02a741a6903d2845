"""Every form of the language in plain words, with what was seen: one file to read.

`python -m tests.audience.test_explain_forms` writes it anew.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from engine.audience.explain import Node, explain
from engine.bind.conditions import BoundStepBecame, Clause, Condition, FigureKind, Op
from engine.bind.formulas import Formula
from tests.audience.explained.world import ACCOUNTS, USERS, sources, write_project
from tests.audience.shop import AS_OF

GOLDEN = Path(__file__).with_name("explained") / "forms.txt"
SCHEMA = Path(__file__).parents[2] / "schemas/condition.json"
OF_ROWS = [each for each in get_args(Condition) if each is not BoundStepBecame]
"""All forms but the one that is asked of a stay in a playbook, never in a segment."""
KEYS = {"user": (1, 3), "account": ("a", "b")}


def told(node: Node, depth: int = 1) -> Iterator[str]:
    """The tree as text; a single condition without the *all of* around it."""
    if depth == 1 and node.condition == "all of" and len(node.children) == 1:
        node = node.children[0]
    seen = f"   [{node.seen}]" if node.seen else ""
    yield f"{'  ' * depth}{'✓' if node.holds else '✗'} {node.condition}{seen}"
    for child in node.children:
        yield from told(child, depth + 1)


def written(root: Path) -> str:
    """Each form, and how it is explained of two rows."""
    write_project(root)
    blocks = []
    with sources(root) as (snapshot, asked):
        for where, audience in asked:
            lines = [where]
            for key in KEYS[audience.entity.name]:
                tree = explain(audience, key, snapshot, AS_OF)
                assert tree is not None
                first, *rest = told(tree)
                lines += [f"  {key}:{first[1:]}", *(f"   {line}" for line in rest)]
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def test_every_form_reads_as_it_was_reviewed(tmp_path: Path) -> None:
    assert written(tmp_path) == GOLDEN.read_text("utf-8")


# ---------------------------------------------------------------- none is left out


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> set[object]:
    """The types, and the members of enumerations, in all forms and formulas."""
    root = tmp_path_factory.mktemp("forms")
    write_project(root)
    with sources(root) as (snapshot, asked):
        entities = snapshot.catalog.entities.values()
        formulas = [each for entity in entities for each in entity.formulas.values()]
        return set(_parts([audience.condition for _, audience in asked], *formulas))


def _parts(*values: object) -> Iterator[object]:
    for value in values:
        if isinstance(value, tuple | list):
            yield from _parts(*value)
        elif isinstance(value, Op | FigureKind):
            yield value
        elif dataclasses.is_dataclass(value):
            yield type(value)
            yield from _parts(*(getattr(value, each.name) for each in dataclasses.fields(value)))


def test_each_form_is_among_them(used: set[object]) -> None:
    forms = {*OF_ROWS, *get_args(Clause), *get_args(Formula), *Op, *FigureKind}
    assert forms - used == set(), "they are explained nowhere: ask them in explained/world.py"


def test_each_word_of_the_schema_is_among_them() -> None:
    definitions = json.loads(SCHEMA.read_text("utf-8"))["$defs"]
    words = {word for name in DEFINED for word in definitions[name]["properties"]}
    assert {word for word in words - ELSEWHERE if f"{word}:" not in USERS + ACCOUNTS} == set()


DEFINED = (
    *("form", "did", "has", "rank", "finished", "contact"),
    *("operators", "change", "successor"),
)
ELSEWHERE = {"step"}
"""What only a playbook's own steps can ask."""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        GOLDEN.write_text(written(Path(folder)), "utf-8")
