"""What is decided of a predicate before it is written: how its events are counted, by store.

A column store scans a table of events once for all figures of it, so they are tallied: found for
everyone at once. A row store with an index seeks the few events of each row that is asked about.
What was brought from elsewhere (touches, events of other databases) bears no index and is tallied
on both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar, cast

from engine.bind.catalog import EventRef
from engine.bind.conditions import FigureKind
from engine.compile.algebra import transform
from engine.compile.core import (
    Compare,
    Comparison,
    Constant,
    Events,
    Figure,
    Happened,
    Node,
    Predicate,
    Tallied,
    Value,
)
from engine.language.catalog import Kind
from engine.ports import StoreKind

__all__ = ["PASSES", "IsForeign", "Pass"]

IsForeign = Callable[[Events], bool]
"""Whether a set of events is made of rows that do not lie in the home of the asking entity."""

Tree = TypeVar("Tree", bound=Predicate | Value)


class Pass(Protocol):
    """A decision about a tree of the core, as a new tree."""

    def __call__(self, node: Tree, is_foreign: IsForeign) -> Tree:
        """The tree as decided; a predicate stays one, and so does a value."""


def tally_everything(node: Tree, is_foreign: IsForeign) -> Tree:
    """Every figure of events is tallied."""
    return _tally(node, lambda events: True)


def tally_what_came(node: Tree, is_foreign: IsForeign) -> Tree:
    """Figures of what the ledger knows and of events from elsewhere are tallied."""

    def came(events: Events) -> bool:
        return not isinstance(events.source, EventRef) or is_foreign(events)

    return _tally(node, came)


def _tally(node: Tree, is_tallied: Callable[[Events], bool]) -> Tree:
    def change(found: Node) -> Node:
        match found:
            case Happened(events, holds) if is_tallied(events):
                count = Tallied(Figure(FigureKind.TIMES, events))
                op = Comparison.GT if holds else Comparison.EQ
                return Compare(op, count, Constant(0, Kind.INTEGER))
            case Figure(_, events) if is_tallied(events):
                return Tallied(found)
            case _:
                return found

    return cast(Tree, transform(node, change))


PASSES: Mapping[StoreKind, tuple[Pass, ...]] = {
    StoreKind.COLUMN: (tally_everything,),
    StoreKind.ROW: (tally_what_came,),
}
"""The passes of each kind of store, in their order."""
