"""The tree that a body is read into, for both parts of a message, and how it is built.

Template statements are nodes of it: each `{% if %}` and `{% for %}` must end in the very element in
which it began, so that whatever the data is, the markup closes.
"""

from __future__ import annotations

from dataclasses import field

from engine.messages.grammar import Fault
from engine.messages.pieces import Piece, PieceKind, Pieces
from engine.records import dataclass

__all__ = ["Builder", "Element", "Guard", "Node", "Setting", "StructureError", "Text", "crossing"]


@dataclass(frozen=True, slots=True)
class Text:
    """Running text; values in it are still words of `Pieces`."""

    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A `{% set %}`."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a message, by the name that Markdown has for it (`paragraph`, `em`, `link`, …).

    `level` is of a heading, `start` of an ordered list, `target` of a link or image, `text` the
    inside of code or what stands for an image, `line` of the source.
    """

    name: str
    children: tuple[Node, ...] = ()
    level: int = 0
    start: int = 1
    is_tight: bool = False
    target: str = ""
    text: str = ""
    line: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition or a loop around parts: each branch begins with a statement, `end` ends them."""

    branches: tuple[tuple[Piece, tuple[Node, ...]], ...]
    end: Piece


Node = Text | Setting | Element | Guard


class StructureError(ValueError):
    """The body of a template cannot become a message; `faults` say where and what to do."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(each.message for each in faults))


@dataclass(slots=True)
class _Frame:
    """An element or guard that is still open: `opening` is what the reader gave, or a statement."""

    opening: object
    children: list[Node] = field(default_factory=list)
    branches: list[tuple[Piece, tuple[Node, ...]]] = field(default_factory=list)


class Builder:
    """Takes elements and texts in order and builds the tree; one stack holds all that is open."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._stack = [_Frame(None)]

    def add(self, node: Node) -> None:
        """A node that is whole."""
        self._stack[-1].children.append(node)

    def text(self, text: str) -> None:
        """Running text; statements in it open, divide and end guards."""
        position = 0
        for found in self._pieces.word.finditer(text):
            piece = self._pieces.of(found[0])[0]
            if isinstance(piece, Piece) and piece.kind is not PieceKind.PRINT:
                self._add_text(text[position : found.start()])
                self._statement(piece)
                position = found.end()
        self._add_text(text[position:])

    def whole(self, text: str) -> str:
        """A text that stays one string; statements inside must end inside."""
        inner = Builder(self._pieces)
        inner.text(text)
        inner.finish()
        return text

    def open(self, opening: object) -> None:
        """An element begins; `close` gives `opening` back."""
        self._stack.append(_Frame(opening))

    def close(self) -> tuple[object, tuple[Node, ...]]:
        """The innermost element ends: what it was opened with, and its children.

        Raises:
            StructureError: a statement that began in it has not ended.
        """
        frame = self._stack.pop()
        if isinstance(frame.opening, Piece):
            raise crossing(frame.opening)
        return frame.opening, tuple(frame.children)

    def finish(self) -> tuple[Node, ...]:
        """The whole tree.

        Raises:
            StructureError: a statement has not ended.
        """
        frame = self._stack[-1]
        if isinstance(frame.opening, Piece):
            raise crossing(frame.opening)
        return tuple(frame.children)

    def _add_text(self, text: str) -> None:
        if text:
            self.add(Text(text))

    def _statement(self, piece: Piece) -> None:
        if piece.kind is PieceKind.SET:
            self.add(Setting(piece))
        elif piece.kind is PieceKind.OPEN:
            self.open(piece)
        else:
            self._end_branch(piece)

    def _end_branch(self, piece: Piece) -> None:
        frame = self._stack[-1]
        if not isinstance(frame.opening, Piece):
            raise crossing(piece)
        frame.branches.append((frame.opening, tuple(frame.children)))
        frame.children = []
        if piece.kind is PieceKind.MIDDLE:
            frame.opening = piece
        else:
            self._stack.pop()
            self.add(Guard(tuple(frame.branches), piece))


def crossing(piece: Piece) -> StructureError:
    """What is said where a statement and an element do not nest."""
    return StructureError(
        Fault(
            piece.line,
            "template-structure",
            f"`{piece.source}` begins in one paragraph, item or emphasis and ends in another",
            "put each statement on a line by itself, or both within the same line",
        )
    )
