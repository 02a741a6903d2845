"""Values made of others, in the order in which they can be made: each once, then used by name.

Written where it is used, a score of scores would be written again for every time that its formula
needs it, and its parts again for every time that theirs do.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.compile.algebra import kind_of, walk
from engine.compile.core import (
    Change,
    Chosen,
    Difference,
    Gathered,
    Node,
    Ratio,
    Score,
    Tallied,
    Value,
)
from engine.language.catalog import Kind

__all__ = ["layers"]

_Made = Score | Ratio | Difference | Change | Chosen


def layers(nodes: Iterable[Node]) -> tuple[tuple[Value, ...], ...]:
    """The values that are made, those first that are made of no other of them."""
    depths: dict[_Made, int] = {}
    for node in nodes:
        for made in _made_in(node):
            _depth(made, depths)
    found: list[list[Value]] = [[] for _ in range(max(depths.values(), default=0))]
    for made, depth in depths.items():
        found[depth - 1].append(made)
    return tuple(map(tuple, found))


def _depth(made: _Made, depths: dict[_Made, int]) -> int:
    if made not in depths:
        inner = (each for each in _made_in(made) if each is not made)
        depths[made] = 1 + max((_depth(each, depths) for each in inner), default=0)
    return depths[made]


def _made_in(node: Node) -> list[_Made]:
    """Those under a node; under a figure they are of other rows. No store makes a list."""
    return [
        each
        for each in walk(node, (Tallied, Gathered))
        if isinstance(each, _Made) and kind_of(each) is not Kind.LIST
    ]
