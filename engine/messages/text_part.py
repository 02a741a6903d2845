"""The plain-text part of a message: the tree written as marked blocks, laid out once rendered.

A block is marked with non-characters, which no value can hold (`values.py` takes them away), so
that wrapping and numbering can wait until the values are there and data stays inside its block.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.messages.pieces import Pieces
from engine.messages.targets import link_target
from engine.messages.tree import Element, Guard, Node, Setting, Text

__all__ = ["laid_out", "text_source"]

WIDTH = 76
"""Columns of a line; a longer word, as a link, stands on a line of its own."""

_BEGIN, _SEP, _END, _NUMBER, _LIST, _LIST_END, _BREAK = map(chr, range(0xFDD0, 0xFDD7))
_MARKED = re.compile(
    f"{_LIST}(\\d+);|({_LIST_END})|"
    f"{_BEGIN}([^{_SEP}]*){_SEP}([^{_SEP}]*){_SEP}([a-z=-]){_SEP}([^{_END}]*){_END}"
)
_SIGN = re.compile(f"[{_BEGIN}{_END}{_LIST}{_LIST_END}]")
_PIECES_KEPT = 1024  # of templates: no value holds a sign


def text_source(nodes: Sequence[Node], pieces: Pieces) -> str:
    """The template of the text part; what it renders is for `laid_out`.

    Raises:
        StructureError: a link goes where no message may lead.
    """
    return pieces.assemble(_Writer(pieces).all(nodes, "", ""))


_SPACES = re.compile(r"[ \t\n]+")


class _Writer:
    """Writes blocks with the prefixes of their first and of their later lines."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces

    def all(self, nodes: Sequence[Node], first: str, rest: str) -> str:
        output = []
        for node in nodes:
            output.append(self._one(node, first, rest))
            first = rest if isinstance(node, Element) else first
        return "".join(output)

    def _one(self, node: Node, first: str, rest: str) -> str:
        match node:
            case Text(text):
                return text
            case Setting(piece):
                return self._pieces.add(piece)
            case Guard(branches, end):
                parts = [
                    self._pieces.add(piece) + self.all(part, first, rest)
                    for piece, part in branches
                ]
                return "".join(parts) + self._pieces.add(end)
            case Element():
                return self._element(node, first, rest)

    def _element(self, node: Element, first: str, rest: str) -> str:
        match node.name:
            case "paragraph":
                return _block(first, rest, "t" if node.is_tight else "p", self._inline(node))
            case "heading":
                kind = {1: "=", 2: "-"}.get(node.level, "p")
                return _block(first, rest, kind, self._inline(node))
            case "bullet_list":
                return self._list(node, "- ", first, rest)
            case "ordered_list":
                return self._list(node, _NUMBER, first, rest)
            case "blockquote":
                return self.all(node.children, first + "> ", rest + "> ")
            case "block":
                return _block(first, rest, "v", node.text)
            case "hr":
                return _block(first, rest, "p", "-" * 24)
            case _:
                return self._within(node)

    def _list(self, node: Element, marker: str, first: str, rest: str) -> str:
        """A list; its items are few blocks each, the first of them behind the marker."""
        indent = rest + ("  " if marker == "- " else "   ")
        items = self._items(node.children, first + marker, rest + marker, indent)
        return f"{_LIST}{node.start};{items}{_LIST_END}"

    def _items(self, nodes: Sequence[Node], first: str, later: str, indent: str) -> str:
        output = []
        for node in nodes:
            match node:
                case Element():
                    output.append(self.all(node.children, first, indent))
                    first = later
                case Guard(branches, end):
                    for piece, part in branches:
                        output.append(self._pieces.add(piece))
                        output.append(self._items(part, first, later, indent))
                    output.append(self._pieces.add(end))
                case _:
                    output.append(self._one(node, first, indent))
        return "".join(output)

    def _inline(self, node: Element) -> str:
        return self.all(node.children, "", "")

    def _within(self, node: Element) -> str:
        match node.name:
            case "link":
                return self._link(node)
            case "image":
                return node.text
            case "code":
                return node.text
            case "hardbreak":
                return _BREAK
            case _:
                return self._inline(node)

    def _link(self, node: Element) -> str:
        text = self._inline(node)
        target = link_target(node.target, self._pieces, str, line=node.line)
        if text in (node.target, node.target.removeprefix("mailto:")):
            return target if text == node.target else text
        return f"{text} ({target})"


def _block(first: str, rest: str, kind: str, content: str) -> str:
    return f"{_BEGIN}{first}{_SEP}{rest}{_SEP}{kind}{_SEP}{content}{_END}"


# ---------------------------------------------------------------- after rendering


def laid_out(rendered: Iterable[str]) -> Sequence[str]:
    """The text as it is read: blocks wrapped, items numbered, a blank line between blocks.

    Parted where its blocks begin and end; what is the same as in another message is the same
    object.
    """
    output: list[str] = []
    begun, standing = "", _AT_FIRST
    for piece in rendered:
        if piece.isascii() or not _SIGN.search(piece):
            begun += piece
            continue
        closing, opening = _cut(piece)
        if closing:
            text, standing = _set(_MARKED.findall(begun + piece[:closing]), standing)
            output.append(text)
        if closing < opening:
            text, standing = _whole(piece, standing)
            output.append(text)
        begun = piece[opening:]
    return output


_Mark = tuple[str, ...]  # the groups of `_MARKED`
_Standing = tuple[str, tuple[int, ...]]
"""The kind of the block before, if there is one, and the next numbers of the lists around."""

_AT_FIRST: _Standing = ("", ())


@lru_cache(_PIECES_KEPT)
def _cut(piece: str) -> tuple[int, int]:
    """Of fixed text: where a block that is open ends, and where one begins that stays open."""
    begin, end = piece.find(_BEGIN), piece.find(_END)
    closed = end + 1 if end >= 0 and not 0 <= begin < end else 0
    last = piece.rfind(_BEGIN)
    return closed, last if last > piece.rfind(_END) else len(piece)


@lru_cache(_PIECES_KEPT)
def _whole(piece: str, standing: _Standing) -> tuple[str, _Standing]:
    """The blocks that stand whole in fixed text: most of a message says the same to everybody."""
    closed, opened = _cut(piece)
    return _set(_MARKED.findall(piece[closed:opened]), standing)


def _set(marks: Iterable[_Mark], standing: _Standing) -> tuple[str, _Standing]:
    """Blocks and the ends of lists, after what stands before them."""
    output = []
    before, numbers = standing
    for start, end, first, rest, kind, content in marks:
        if start:
            numbers = (*numbers, int(start))
        elif end:
            numbers = numbers[:-1]
        elif content.strip():
            first, numbers = _numbered(first, numbers)
            if before and not kind == before == "t":
                output.append("\n")
            output.append(_wrapped(first, rest, kind, content))
            before = kind
    return "".join(output), (before, numbers)


def _numbered(first: str, numbers: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """What stands before the first line of a block, with the numbers of the items it begins."""
    if _NUMBER not in first:
        return first, numbers
    begun = len(numbers) - first.count(_NUMBER)
    for number in numbers[begun:]:
        first = first.replace(_NUMBER, f"{number}. ", 1)
    return first, (*numbers[:begun], *(number + 1 for number in numbers[begun:]))


def _wrapped(first: str, rest: str, kind: str, content: str) -> str:
    if kind in "pt" and _is_one_line(content, _width(rest)):
        return (first + content).rstrip() + "\n"
    is_short = len(content) <= _LONGEST_KEPT
    return (_wrapped_once if is_short else _wrap)(first, rest, kind, content)


def _is_one_line(content: str, width: int) -> bool:
    """Whether wrapping does nothing to a text."""
    return len(content) <= width and "  " not in content and content.isprintable()


def _width(rest: str) -> int:
    return max(WIDTH - len(rest), 20)


def _wrap(first: str, rest: str, kind: str, content: str) -> str:
    if kind == "v":
        lines = content.strip("\n").split("\n")
    else:
        width = _width(rest)
        lines = [
            line for part in _SPACES.sub(" ", content).split(_BREAK) for line in _lines(part, width)
        ]
    if kind in "=-":
        lines.append(kind * min(max(map(len, lines)), WIDTH))
    return "".join(((rest if n else first) + line).rstrip() + "\n" for n, line in enumerate(lines))


def _lines(part: str, width: int) -> list[str]:
    """A text that holds no two blanks in a row, in lines of at most so many columns."""
    if len(part) <= width and part.isprintable():  # what wrapping would give, at a hundredth
        return [part.rstrip()]
    return textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False) or [""]


# Most blocks of a message say the same to everybody, and wrapping is half of rendering.
_LONGEST_KEPT = 4096  # characters
_wrapped_once = lru_cache(maxsize=256)(_wrap)
