"""Template syntax kept apart from Markdown: what is Jinja is replaced by words that mean nothing.

Markdown is read once, before any data: the words go through it unchanged, and what they stand for
is put back afterwards. So a value can never become markup, whatever it holds.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from jinja2 import Environment

from engine.records import dataclass

__all__ = ["Piece", "PieceKind", "Pieces", "split"]


class PieceKind(StrEnum):
    """What a piece of Jinja does."""

    PRINT = "print"
    OPEN = "open"
    MIDDLE = "middle"
    CLOSE = "close"
    SET = "set"
    MARKER = "marker"


_STATEMENTS = {
    "if": PieceKind.OPEN,
    "for": PieceKind.OPEN,
    "elif": PieceKind.MIDDLE,
    "else": PieceKind.MIDDLE,
    "endif": PieceKind.CLOSE,
    "endfor": PieceKind.CLOSE,
    "set": PieceKind.SET,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One `{{ … }}` or `{% … %}`: its inside, and its line in the source, counted from 1."""

    kind: PieceKind
    inside: str
    line: int

    @property
    def source(self) -> str:
        """The piece as Jinja again."""
        if self.kind is PieceKind.PRINT:
            return f"{{{{ {self.inside} }}}}"
        return f"{{% {self.inside} %}}"


class Pieces:
    """The pieces of one template, each with the word that stands for it."""

    def __init__(self, stem: str) -> None:
        self._stem = stem
        self._pieces: list[Piece] = []
        self.word = re.compile(rf"{stem}(\d+)z")

    def add(self, piece: Piece) -> str:
        """The word that stands for a piece from now on: lower-case letters and digits only."""
        self._pieces.append(piece)
        return f"{self._stem}{len(self._pieces) - 1}z"

    def of(self, text: str) -> list[str | Piece]:
        """Fixed text and pieces, in order; empty text is left out."""
        found: list[str | Piece] = []
        for index, part in enumerate(self.word.split(text)):
            if index % 2:
                found.append(self._pieces[int(part)])
            elif part:
                found.append(part)
        return found

    def assemble(self, text: str) -> str:
        """Jinja again: pieces as they were, and every brace of the fixed text made harmless."""
        return "".join(
            part.source if isinstance(part, Piece) else part.replace("{", "{{ '{' }}")
            for part in self.of(text)
        )


def split(source: str, environment: Environment) -> tuple[str, Pieces]:
    """The source with a word for each piece, comments left out; it parses, or this is a bug.

    Signs that trim white space (`{%-`) are dropped: lines and paragraphs decide here.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:10]
    pieces = Pieces(f"x{digest}x")
    output: list[str] = []
    inside: list[str] = []
    position = line = 0
    for _, sign, value in environment.lex(source):
        start = source.index(value, position)
        output.append(source[position:start])  # white space that a trimming sign took away
        position = start + len(value)
        if sign in ("variable_begin", "block_begin"):
            inside, line = [], source.count("\n", 0, start) + 1
        elif sign in ("variable_end", "block_end"):
            position = start + len(value.rstrip())
            output.append(pieces.add(_piece(sign, "".join(inside), line)))
        elif sign == "data":
            output.append(value)
        elif sign.startswith("comment"):
            output.append("\n" * value.count("\n"))  # so that lines keep their numbers
        else:
            inside.append(value)
    return "".join(output) + source[position:], pieces


def _piece(sign: str, inside: str, line: int) -> Piece:
    text = " ".join(inside.split("\n")).strip()
    if sign == "variable_end":
        return Piece(PieceKind.PRINT, text, line)
    return Piece(_STATEMENTS[text.split(None, 1)[0]], text, line)
