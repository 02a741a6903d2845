"""Markdown with template syntax in it, read into one tree for both parts of a message.

A statement on a line of its own (`{% if … %}`, `{% for … %}`) stands between blocks: it ends a
paragraph, and around items it stands inside their list. A statement within a line stays within it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from engine.messages.pieces import Piece, PieceKind, Pieces
from engine.messages.tree import Builder, Element, Guard, Node, Text

__all__ = ["read_markdown"]


def read_markdown(text: str, pieces: Pieces) -> tuple[Node, ...]:
    """The tree of a text whose template syntax `pieces.split` has replaced.

    Raises:
        StructureError: a statement begins in one element and ends in another.
    """
    builder = Builder(pieces)
    for line, token in _flat(_parser().parse(text, {"pieces": pieces})):
        _take(token, line, builder)
    return _lists_joined(builder.finish())


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


def _take(token: Token, line: int, builder: Builder) -> None:
    match token.type:
        case "text" | "statements" | "text_special":
            builder.text(token.content)
        case "softbreak":
            builder.add(Text("\n"))
        case "image":
            target = builder.whole(str(token.attrs.get("src", "")))
            text = builder.whole(token.content)
            builder.add(Element("image", target=target, text=text, line=line))
        case "code_inline" | "code_block" | "fence":
            name = "code" if token.type == "code_inline" else "block"
            builder.add(Element(name, text=builder.whole(token.content)))
        case _ if token.nesting == 1:
            builder.open(token)
        case _ if token.nesting == -1:
            _close(builder, line)
        case _:
            builder.add(Element(token.type))


def _close(builder: Builder, line: int) -> None:
    opening, children = builder.close()
    assert isinstance(opening, Token)
    if opening.type == "link_open":
        target = builder.whole(str(opening.attrs["href"]))
        builder.add(Element("link", children, target=target, line=line))
    else:
        builder.add(_element(opening, children))


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
