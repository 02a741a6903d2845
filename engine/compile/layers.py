"""Values made of others, in the order in which they can be made: each once, then used by name.

Written where it is used, a score of scores would be written again for every time that its formula
needs it, and its parts again for every time that theirs do.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.compile.algebra import kind_of, walk
from engine.compile.core import (
    After,
    Change,
    Chosen,
    Difference,
    Events,
    Gathered,
    Node,
    Property,
    Ratio,
    Score,
    Tallied,
    Value,
)
from engine.language.catalog import Kind

__all__ = ["Made", "layers", "made_in"]

Made = Score | Ratio | Difference | Change | Chosen
"""A value that is made of others by a formula, in which they may stand many times."""


def layers(nodes: Iterable[Node]) -> tuple[tuple[Value, ...], ...]:
    """The values that are made, those first that are made of no other of them."""
    depths: dict[Made, int] = {}
    for node in nodes:
        for made in made_in(node):
            _depth(made, depths)
    found: list[list[Value]] = [[] for _ in range(max(depths.values(), default=0))]
    for made, depth in depths.items():
        found[depth - 1].append(made)
    return tuple(map(tuple, found))


def _depth(made: Made, depths: dict[Made, int]) -> int:
    if made not in depths:
        inner = (each for each in made_in(made) if each is not made)
        depths[made] = 1 + max((_depth(each, depths) for each in inner), default=0)
    return depths[made]


def made_in(node: Node) -> list[Made]:
    """Those under a node, of its row: those of figures are of others. No store makes a list."""
    return [
        each
        for each in walk(node, _OF_OTHERS)
        if isinstance(each, Made) and kind_of(each) is not Kind.LIST and not _is_of_events(each)
    ]


def _is_of_events(made: Made) -> bool:
    return any(isinstance(each, Property | After) for each in walk(made, (*_OF_OTHERS, Events)))


_OF_OTHERS = (Tallied, Gathered)
