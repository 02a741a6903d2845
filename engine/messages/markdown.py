"""Markdown with template syntax in it, read into one tree for both parts of a message.

A statement on a line of its own (`{% if … %}`, `{% for … %}`) stands between blocks: it ends a
paragraph, and around items it stands inside their list. A statement within a line stays within it.
Each `{% if %}` and `{% for %}` must end in the very element in which it began, so that whatever
the data is, the markup closes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from engine.messages.grammar import Fault
from engine.messages.pieces import Piece, PieceKind, Pieces
from engine.records import dataclass

__all__ = ["Element", "Guard", "Node", "Setting", "StructureError", "Text", "read_markdown"]


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
    """An element of Markdown, by the name that its token bears (`paragraph`, `em`, `link`, …).

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
    """Template statements and Markdown do not nest; `fault` says where and what to do."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


def read_markdown(text: str, pieces: Pieces) -> tuple[Node, ...]:
    """The tree of a text whose template syntax `pieces.split` has replaced.

    Raises:
        StructureError: a statement begins in one element and ends in another.
    """
    reader = _Reader(pieces)
    for line, token in _flat(_parser().parse(text, {"pieces": pieces})):
        reader.take(token, line)
    return _lists_joined(reader.finish())


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.validateLink = _any_link  # type: ignore[method-assign]  # `targets.py` checks links
    parser.block.ruler.before(
        "code",
        "statement",
        _statement_line,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    return parser


def _any_link(url: str) -> bool:
    return True


def _statement_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line of nothing but statements is a block of its own."""
    pieces: Pieces = state.env["pieces"]
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    parts = [part for part in pieces.of(line) if isinstance(part, Piece) or part.strip()]
    if not parts or any(isinstance(p, str) or p.kind is PieceKind.PRINT for p in parts):
        return False
    if not silent:
        state.line = start + 1
        token = state.push("statements", "", 0)
        token.content = line
    return True


def _flat(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """All tokens in order, each with the line on which its block begins."""
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        for inner in (token.children or ()) if token.type == "inline" else (token,):
            yield line, inner


# ---------------------------------------------------------------- from tokens to a tree


@dataclass(slots=True)
class _Frame:
    """An element or guard that is still open."""

    opening: Token | Piece | None
    children: list[Node] = field(default_factory=list)
    branches: list[tuple[Piece, tuple[Node, ...]]] = field(default_factory=list)


class _Reader:
    """Takes tokens in order and builds the tree; one stack holds elements and statements."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._stack = [_Frame(None)]

    def take(self, token: Token, line: int) -> None:
        match token.type:
            case "text" | "statements" | "text_special":
                self._text(token.content)
            case "softbreak":
                self._add(Text("\n"))
            case "image":
                target = self._whole(str(token.attrs.get("src", "")))
                self._add(
                    Element("image", target=target, text=self._whole(token.content), line=line)
                )
            case "code_inline" | "code_block" | "fence":
                name = "code" if token.type == "code_inline" else "block"
                self._add(Element(name, text=self._whole(token.content)))
            case _ if token.nesting == 1:
                self._stack.append(_Frame(token))
            case _ if token.nesting == -1:
                self._close(line)
            case _:
                self._add(Element(token.type))

    def finish(self) -> tuple[Node, ...]:
        frame = self._stack[-1]
        if isinstance(frame.opening, Piece):
            raise _crossing(frame.opening)
        return tuple(frame.children)

    def _add(self, node: Node) -> None:
        self._stack[-1].children.append(node)

    def _text(self, text: str) -> None:
        position = 0
        for found in self._pieces.word.finditer(text):
            piece = self._pieces.of(found[0])[0]
            if isinstance(piece, Piece) and piece.kind is not PieceKind.PRINT:
                self._add_text(text[position : found.start()])
                self._statement(piece)
                position = found.end()
        self._add_text(text[position:])

    def _add_text(self, text: str) -> None:
        if text:
            self._add(Text(text))

    def _statement(self, piece: Piece) -> None:
        if piece.kind is PieceKind.SET:
            self._add(Setting(piece))
        elif piece.kind is PieceKind.OPEN:
            self._stack.append(_Frame(piece))
        else:
            self._end_branch(piece)

    def _end_branch(self, piece: Piece) -> None:
        frame = self._stack[-1]
        if not isinstance(frame.opening, Piece):
            raise _crossing(piece)
        frame.branches.append((frame.opening, tuple(frame.children)))
        frame.children = []
        if piece.kind is PieceKind.MIDDLE:
            frame.opening = piece
        else:
            self._stack.pop()
            self._add(Guard(tuple(frame.branches), piece))

    def _close(self, line: int) -> None:
        frame = self._stack.pop()
        if not isinstance(frame.opening, Token):
            raise _crossing(frame.opening)
        opening, children = frame.opening, tuple(frame.children)
        if opening.type == "link_open":
            target = self._whole(str(opening.attrs["href"]))
            self._add(Element("link", children, target=target, line=line))
        else:
            self._add(_element(opening, children))

    def _whole(self, text: str) -> str:
        """A text that stays one string; statements inside must end inside."""
        inner = _Reader(self._pieces)
        inner._text(text)
        inner.finish()
        return text


def _crossing(piece: Piece | None) -> StructureError:
    statement = piece.source if piece else "a statement"
    line = piece.line if piece else 1
    return StructureError(
        Fault(
            line,
            "template-structure",
            f"`{statement}` begins in one paragraph, item or emphasis and ends in another",
            "put each statement on a line by itself, or both within the same line",
        )
    )


def _element(opening: Token, children: tuple[Node, ...]) -> Element:
    name = opening.type.removesuffix("_open")
    match name:
        case "heading":
            return Element(name, children, level=int(opening.tag[1]))
        case "ordered_list":
            return Element(name, children, start=int(opening.attrs.get("start", 1)))
        case "paragraph":
            return Element(name, children, is_tight=opening.hidden)
        case _:
            return Element(name, children)


# ---------------------------------------------------------------- statements around list items

_LISTS = frozenset({"bullet_list", "ordered_list"})


def _lists_joined(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Guards around lists moved inside them, and lists that then stand side by side made one."""
    joined: list[Node] = []
    for node in map(_lifted, nodes):
        before = joined[-1] if joined else None
        if isinstance(node, Element) and isinstance(before, Element) and _alike(before, node):
            joined[-1] = replace(before, children=before.children + node.children)
        else:
            joined.append(node)
    return tuple(joined)


def _alike(one: Element, other: Element) -> bool:
    return one.name in _LISTS and one.name == other.name


def _lifted(node: Node) -> Node:
    match node:
        case Element():
            return replace(node, children=_lists_joined(node.children))
        case Guard():
            branches = tuple((piece, _lists_joined(part)) for piece, part in node.branches)
            return _inside_list(Guard(branches, node.end))
        case _:
            return node


def _inside_list(guard: Guard) -> Node:
    lists = [part[0] for _, part in guard.branches if len(part) == 1]
    first = lists[0] if len(lists) == len(guard.branches) else None
    if not isinstance(first, Element) or first.name not in _LISTS:
        return guard
    branches = []
    for (piece, _), one in zip(guard.branches, lists, strict=True):
        if not isinstance(one, Element) or one.name != first.name:
            return guard
        branches.append((piece, one.children))
    return replace(first, children=(Guard(tuple(branches), guard.end),))
