"""The HTML part of a message: the tree written as elements, then in its layout, then Jinja again.

Statements travel through the layout as comments, which may stand anywhere, and come out of them
again; every value is escaped when it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from engine.messages.layout import framed
from engine.messages.links import LINK_FILTER
from engine.messages.pieces import Piece, PieceKind, Pieces
from engine.messages.targets import link_target
from engine.messages.tree import Element, Guard, Node, Setting, Text

__all__ = [
    "FOOTER",
    "POSTAL_ADDRESS",
    "PREHEADER",
    "SUBJECT",
    "UNSUBSCRIBE",
    "check_structure",
    "commented",
    "html_source",
    "printed",
    "tidy",
]

SUBJECT = "touchline_subject"
PREHEADER = "touchline_preheader"
POSTAL_ADDRESS = "touchline_postal_address"
UNSUBSCRIBE = "touchline_unsubscribe"
# Names that only the layout uses: the catalog check lets no template name them.

_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "list_item": "li",
    "blockquote": "blockquote",
    "strong": "strong",
    "em": "em",
}
_EMPTY = re.compile(r"<(p|ul|ol|li|h[1-6])\b[^<>]*+>\s*+</\1>\n?")
_MAYBE_EMPTY = re.compile(r"<[phlou][^>]*+>\s*+</")  # all that the other finds, in half the time


def html_source(nodes: Sequence[Node], pieces: Pieces, *, layout: str, language: str) -> str:
    """The template of the HTML part.

    Raises:
        StructureError: a link goes where no message may lead.
    """
    body = _all(nodes, pieces)
    if layout == "plain":
        body = framed(
            body,
            language=language,
            preheader=commented(_PREHEADER, pieces),
            footer=commented(FOOTER, pieces),
        )
        body = body.replace("<title></title>", f"<title>{printed(SUBJECT, pieces)}</title>")
    return pieces.assemble(re.sub(rf"<!--({pieces.word.pattern})-->", r"\1", body))


def check_structure(nodes: Sequence[Node], pieces: Pieces) -> None:
    """Whether an HTML part can be made of the tree; nothing of it is kept.

    Raises:
        StructureError: as `html_source`.
    """
    _all(nodes, pieces)


def tidy(pieces: Sequence[str]) -> Sequence[str]:
    """Rendered HTML without the paragraphs, lists and items that conditions have left empty."""
    html = "".join(pieces)
    while _MAYBE_EMPTY.search(html):
        html, found = _EMPTY.subn("", html)
        if not found:
            break
        pieces = html.splitlines(keepends=True)
    return pieces


def _all(nodes: Sequence[Node], pieces: Pieces) -> str:
    return "".join(_one(node, pieces) for node in nodes)


def _one(node: Node, pieces: Pieces) -> str:
    match node:
        case Text(text):
            return escape(text, quote=False)
        case Setting(piece):
            return _comment(piece, pieces)
        case Guard(branches, end):
            inside = (_comment(piece, pieces) + _all(part, pieces) for piece, part in branches)
            return "".join(inside) + _comment(end, pieces)
        case Element():
            return _WRITERS[node.name](node, pieces)


def _comment(piece: Piece, pieces: Pieces) -> str:
    return f"<!--{pieces.add(piece)}-->"


Writer = Callable[[Element, Pieces], str]


def _tagged(node: Element, pieces: Pieces) -> str:
    tag = _TAGS[node.name]
    return f"<{tag}>{_all(node.children, pieces)}</{tag}>{'' if node.name in _WITHIN else chr(10)}"


_WITHIN = frozenset({"strong", "em"})


def _paragraph(node: Element, pieces: Pieces) -> str:
    return _all(node.children, pieces) if node.is_tight else _tagged(node, pieces)


def _heading(node: Element, pieces: Pieces) -> str:
    return f"<h{node.level}>{_all(node.children, pieces)}</h{node.level}>\n"


def _numbered(node: Element, pieces: Pieces) -> str:
    start = "" if node.start == 1 else f' start="{node.start}"'
    return f"<ol{start}>{_all(node.children, pieces)}</ol>\n"


def _link(node: Element, pieces: Pieces) -> str:
    target = link_target(node.target, pieces, escape, line=node.line)
    return f'<a href="{target}">{_all(node.children, pieces)}</a>'


def _image(node: Element, pieces: Pieces) -> str:
    target = link_target(node.target, pieces, escape, line=node.line)
    return f'<img src="{target}" alt="{escape(node.text)}">'


def _code(node: Element, pieces: Pieces) -> str:
    return f"<code>{escape(node.text, quote=False)}</code>"


def _block(node: Element, pieces: Pieces) -> str:
    return f"<pre><code>{escape(node.text, quote=False)}</code></pre>\n"


def _rule(node: Element, pieces: Pieces) -> str:
    return "<hr>\n"


def _break(node: Element, pieces: Pieces) -> str:
    return "<br>\n"


_WRITERS: dict[str, Writer] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bullet_list": _tagged,
    "ordered_list": _numbered,
    "list_item": _tagged,
    "blockquote": _tagged,
    "strong": _tagged,
    "em": _tagged,
    "link": _link,
    "image": _image,
    "code": _code,
    "block": _block,
    "hr": _rule,
    "hardbreak": _break,
}

# ---------------------------------------------------------------- what the layout prints

_PREHEADER = f'[if {PREHEADER}]<div class="preheader">[={PREHEADER}]</div>[endif]'
FOOTER = (
    f'[if {POSTAL_ADDRESS} or {UNSUBSCRIBE}]<div class="footer">'
    f"[if {POSTAL_ADDRESS}]<p>[={POSTAL_ADDRESS}]</p>[endif]"
    f'[if {UNSUBSCRIBE}]<p><a href="LINK">Unsubscribe</a></p>[endif]'
    "</div>[endif]"
)
"""The postal address and the way to unsubscribe, for `commented`."""

_MARK = re.compile(r"\[(=?)([^\]]+)\]")


def commented(frame: str, pieces: Pieces) -> str:
    """A part of the layout: `[statement]` and `[=value]` as words, LINK as the checked link."""

    def word(found: re.Match[str]) -> str:
        if found[1]:
            return printed(found[2], pieces)
        return _comment(Piece(PieceKind.MARKER, found[2], 1), pieces)

    link = (
        pieces.add(Piece(PieceKind.MARKER, f"filter {LINK_FILTER}", 1))
        + printed(UNSUBSCRIBE, pieces)
        + pieces.add(Piece(PieceKind.MARKER, "endfilter", 1))
    )
    return _MARK.sub(word, frame).replace("LINK", link)


def printed(name: str, pieces: Pieces) -> str:
    """A name whose value is printed, as a word."""
    return pieces.add(Piece(PieceKind.PRINT, name, 1))
