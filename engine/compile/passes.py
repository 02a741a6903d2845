"""What is decided of a question before it is written: which figures are found for everyone at once.

A column store scans a table of events once for all figures of it, so all are tallied. A row store
with an index seeks the few events of each row that is asked about, as long as it need do so only
once: what a statement would write several times, or ask of each event anew, is tallied there too.
What was brought from elsewhere (touches, events of other databases) bears no index and is tallied
on both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.bind.catalog import EventRef
from engine.bind.conditions import FigureKind
from engine.compile.algebra import walk
from engine.compile.core import (
    All,
    Compare,
    Comparison,
    Constant,
    Either,
    Events,
    Figure,
    Happened,
    Node,
    Tallied,
)
from engine.language.catalog import Kind
from engine.ports import StoreKind

__all__ = ["CHOICES", "Choice", "IsForeign", "tallying"]

IsForeign = Callable[[Events], bool]
"""Whether a set of events is made of rows that do not lie in the home of the asking entity."""

Choice = Callable[[Sequence[Node], IsForeign], Callable[[Figure | Happened], bool]]
"""Of all that is asked: which of its figures, or questions whether any, are to be tallied."""


def tallying(kind: StoreKind, asked: Sequence[Node], is_foreign: IsForeign) -> Callable[..., Node]:
    """The change that a kind of store makes to each node of what is asked, the innermost first."""
    is_tallied = CHOICES[kind](asked, is_foreign)

    def change(found: Node) -> Node:
        match found:
            case Happened(events, holds) if is_tallied(found):
                count = Tallied(Figure(FigureKind.TIMES, events))
                op = Comparison.GT if holds else Comparison.EQ
                return Compare(op, count, Constant(0, Kind.INTEGER))
            case Figure() if is_tallied(found):
                return Tallied(found)
            case _:
                return found

    return change


def all_of_them(asked: Sequence[Node], is_foreign: IsForeign) -> Callable[[Node], bool]:
    """Every figure of events."""
    return lambda found: True


def what_no_seek_serves(
    asked: Sequence[Node], is_foreign: IsForeign
) -> Callable[[Figure | Happened], bool]:
    """All but what is asked once, by itself, of events of home."""
    times = Counter(
        each.events if isinstance(each, Happened) else each
        for node in asked
        for each in walk(node)
        if isinstance(each, Figure | Happened)
    )
    sought = {
        each
        for node in asked
        for each in _by_themselves(node)
        if times[each.events if isinstance(each, Happened) else each] == 1
        and _is_sought(each.events, is_foreign)
    }
    return lambda found: found not in sought


def _is_sought(events: Events, is_foreign: IsForeign) -> bool:
    """Whether an index leads to such events, and each is judged by what it bears itself."""
    if not isinstance(events.source, EventRef) or is_foreign(events):
        return False
    return not any(isinstance(each, Figure | Happened) for each in walk(events.counting))


def _by_themselves(node: Node) -> Iterator[Figure | Happened]:
    """What a statement writes once where it stands once: nothing is made of its value."""
    match node:
        case All(parts) | Either(parts):
            for part in parts:
                yield from _by_themselves(part)
        case Figure() | Happened():
            yield node
        case Compare(_, left, right, if_missing):
            for side in (left, right):
                if isinstance(side, Figure) and (side.of is None or not if_missing):
                    yield side
        case _:
            return


CHOICES: Mapping[StoreKind, Choice] = {
    StoreKind.COLUMN: all_of_them,
    StoreKind.ROW: what_no_seek_serves,
}
"""What is tallied, by the kind of store."""
