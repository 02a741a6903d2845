"""MJML with template syntax in it: one reading gives the tree of the text part and checked MJML.

The tree is made of what a reader sees (texts, buttons, pictures' words). The MJML is written anew
from the elements and attributes listed here, nothing is passed through, and becomes HTML once, when
a template is compiled. Markup: https://documentation.mjml.io, as MRML carries it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

from engine.messages.grammar import Fault
from engine.messages.pieces import Piece, PieceKind, Pieces
from engine.messages.targets import link_target
from engine.messages.tree import Builder, Element, Guard, Node, Setting, StructureError, Text
from engine.problems import did_you_mean

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

__all__ = ["Mjml", "read_mjml"]

_IN_COLUMN = frozenset(
    {"mj-text", "mj-button", "mj-table", "mj-image", "mj-divider", "mj-spacer"}
    | {"mj-social", "mj-navbar", "mj-accordion"}
)
_ROOMS: Mapping[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-body": frozenset({"mj-wrapper", "mj-section", "mj-hero"}),
    "mj-wrapper": frozenset({"mj-section", "mj-hero"}),
    "mj-section": frozenset({"mj-column", "mj-group"}),
    "mj-group": frozenset({"mj-column"}),
    "mj-column": _IN_COLUMN,
    "mj-hero": _IN_COLUMN,
    "mj-social": frozenset({"mj-social-element"}),
    "mj-navbar": frozenset({"mj-navbar-link"}),
    "mj-accordion": frozenset({"mj-accordion-element"}),
    "mj-accordion-element": frozenset({"mj-accordion-title", "mj-accordion-text"}),
}
"""What may stand in an element that holds no text; statements may stand between."""

_SPEAKING = frozenset(
    {"mj-text", "mj-button", "mj-table", "mj-social-element", "mj-navbar-link"}
    | {"mj-accordion-title", "mj-accordion-text"}
)
"""Elements that hold text and the markup of text."""

_HEAD = frozenset({"mj-attributes", "mj-all", "mj-class", "mj-style", "mj-breakpoint"})
"""What a head may say: how things look. The subject and the preheader are the front matter's."""

_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "span", "small", "sub", "sup", "code"})
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "li", "blockquote", "tr", "td", "th", "thead", "tbody"} | _HEADINGS
)
_EMPTY = frozenset({"br", "hr", "img"})
_TEXT_MARKUP = _INLINE | _BLOCKS | _EMPTY

_LINKS = frozenset({"href", "src", "background-url"})
_PRINTED = frozenset({"alt", "title", "name"})
_CELLS = " · "  # between the cells of a row, in the text part

_NAMES = {
    "p": "paragraph",
    "ul": "bullet_list",
    "ol": "ordered_list",
    "blockquote": "blockquote",
    "tr": "paragraph",
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
}
_RUNNING = frozenset({"strong", "em", "link", "hardbreak"})
_HTML_ATTRIBUTES = frozenset(
    {"href", "src", "alt", "title", "style", "class", "width", "height", "align", "valign"}
    | {"colspan", "rowspan", "cellpadding", "cellspacing", "border", "role", "target", "start"}
)
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_ATTRIBUTES = frozenset(
    {f"{what}{side}" for what in ("padding", "border") for side in _SIDES}
    | {f"font-{what}" for what in ("family", "size", "style", "weight")}
    | {f"text-{what}" for what in ("align", "decoration", "padding", "transform")}
    | {f"icon-{what}" for what in ("align", "height", "padding", "position", "size")}
    | {f"inner-{what}" for what in ("background-color", "border", "border-radius", "padding")}
    | {f"background-{what}" for what in ("color", "height", "position", "repeat", "size", "width")}
    | {"background-url", "border-color", "border-radius", "border-style", "border-width"}
    | {"align", "alt", "cellpadding", "cellspacing", "color", "container-background-color"}
    | {"css-class", "direction", "fluid-on-mobile", "full-width", "hamburger", "height", "href"}
    | {"inline", "lang", "letter-spacing", "line-height", "mj-class", "mode", "name", "rel", "src"}
    | {"table-layout", "target", "title", "vertical-align", "width"}
)
"""Those of all elements of MJML; who names an unknown one has misspelt it, and MRML is silent."""


@dataclass(frozen=True, slots=True)
class Mjml:
    """A body in MJML: the tree of what it says, and the markup with words for template syntax."""

    nodes: tuple[Node, ...]
    markup: str


def read_mjml(text: str, pieces: Pieces, *, language: str, first: str, last: str) -> Mjml:
    """The body of a template whose template syntax `pieces.split` has replaced.

    `first` and `last` are MJML that is put at the beginning and at the end of its `mj-body`.

    Raises:
        StructureError: it is not well-formed, holds an element or attribute that no mail may hold,
            a value where none may stand, or a statement that does not nest with the elements.
    """
    parser = ParserCreate()
    reader = _Reader(pieces, language, first, last, parser, Builder(pieces))
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.ProcessingInstructionHandler = reader.refuse_instruction
    try:
        parser.Parse(text, True)
    except ExpatError as error:
        told = f"the body is no MJML: {ErrorString(error.code)}"
        raise StructureError(*reader.faults, _fault(error.lineno, told)) from None
    except StructureError as error:  # what does not nest leaves no tree to go on with
        raise StructureError(*reader.faults, *error.faults) from None
    if reader.faults:
        raise StructureError(*reader.faults)
    return Mjml(reader.builder.finish(), "".join(reader.output))


@dataclass(slots=True)
class _Reader:
    """Takes the events of an XML parser, checks each, and writes it into tree and markup.

    What is wrong is kept in `faults`, and reading goes on; of what stands in an element that cannot
    stand there, nothing is told.
    """

    pieces: Pieces
    language: str
    first: str
    last: str
    parser: XMLParserType
    builder: Builder
    output: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _open: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _refused: int = 0  # how many elements are open from the refused one on; 0: none is

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._refused += bool(self._refused) or not self._may_stand(tag)
        told = {name: self._attribute(tag, name, text) for name, text in attributes.items()}
        if tag == "mjml":
            told["lang"] = escape(self.language)
        said = "".join(f' {name}="{text}"' for name, text in told.items())
        self.output.append(f"<{tag}{said}{' /' if tag in _EMPTY else ''}>")
        self._open.append((tag, attributes))
        self.builder.open(tag)
        if tag == "mj-body":
            self.output.append(self.first)

    def end(self, tag: str) -> None:
        """An element ends: what it says goes into the one around it."""
        if tag == "mj-body":
            self.output.append(self.last)
        if tag not in _EMPTY:
            self.output.append(f"</{tag}>")
        self._refused -= bool(self._refused)
        _, attributes = self._open.pop()
        _, children = self.builder.close()
        if tag == "mj-head":
            return
        for node in _told(tag, attributes, children, self.parser.CurrentLineNumber):
            self.builder.add(node)

    def characters(self, text: str) -> None:
        """Text, with values and statements in it."""
        if self._is_inside("mj-head"):
            self._refuse_words(text, "in the head")
            self.output.append(text if self._tag == "mj-style" else escape(text, quote=False))
        elif self._is_text:
            self.output.append(self._written(text))
            self.builder.text(text)
        else:
            self._refuse_text(text)
            statements = "".join(self._words(text))
            self.output.append(self._written(statements))
            self.builder.text(statements)

    def refuse_doctype(self, *_: object) -> None:
        """Entities of one's own could become anything."""
        self._tell("a DOCTYPE stands in the body", "leave it out")

    def refuse_instruction(self, *_: object) -> None:
        """Nothing carries it out."""
        self._tell("an instruction `<?…?>` stands in the body", "leave it out")

    @property
    def _tag(self) -> str:
        return self._open[-1][0] if self._open else ""

    @property
    def _is_text(self) -> bool:
        return self._tag in _SPEAKING or self._tag in _TEXT_MARKUP

    def _is_inside(self, tag: str) -> bool:
        return any(each == tag for each, _ in self._open)

    def _may_stand(self, tag: str) -> bool:
        """Whether an element may stand here; it is told where not."""
        allowed = self._allowed()
        if tag not in allowed:
            where = f" in `{self._tag}`" if self._tag else ""
            told = ", ".join(sorted(allowed)) or "nothing"
            hint = did_you_mean(tag, allowed) or f"what may stand there: {told}"
            self._tell(f"`{tag}` cannot stand{where}", hint)
        return tag in allowed

    def _allowed(self) -> frozenset[str]:
        if self._is_text:
            return _TEXT_MARKUP
        if self._tag == "mj-head":
            return _HEAD
        if self._tag == "mj-attributes":
            return frozenset(_ROOMS) | _SPEAKING | _IN_COLUMN | {"mj-all", "mj-class"}
        return _ROOMS.get(self._tag, frozenset())

    def _attribute(self, tag: str, name: str, text: str) -> str:
        """The value as it is written anew; a value of the data stands in few of them."""
        allowed = _HTML_ATTRIBUTES if tag in _TEXT_MARKUP else _ATTRIBUTES
        if name not in allowed:
            hint = did_you_mean(name, allowed) or "leave it out"
            self._tell(f"`{name}` cannot stand at `{tag}`", hint)
            return ""
        if name in _LINKS and not self._is_inside("mj-head"):
            return self._target(text)
        if name not in _PRINTED or not all(map(self._prints, self._words(text))):
            self._refuse_words(text, f"in `{name}`")
        return escape(text)

    def _target(self, text: str) -> str:
        try:
            return link_target(text, self.pieces, escape, line=self.parser.CurrentLineNumber)
        except StructureError as error:
            self.faults += () if self._refused else error.faults
            return ""

    def _written(self, text: str) -> str:
        """Text as markup: what is fixed escaped, statements as comments, values as they are."""
        return self.pieces.word.sub(
            lambda found: found[0] if self._prints(found[0]) else f"<!--{found[0]}-->",
            escape(text, quote=False),
        )

    def _words(self, text: str) -> list[str]:
        return [found[0] for found in self.pieces.word.finditer(text)]

    def _prints(self, word: str) -> bool:
        (piece,) = self.pieces.of(word)
        return isinstance(piece, Piece) and piece.kind is PieceKind.PRINT

    def _refuse_text(self, text: str) -> None:
        """Only statements may stand where no text may."""
        rest = self.pieces.word.sub(lambda found: found[0] * self._prints(found[0]), text)
        if rest.strip():
            line = self.parser.CurrentLineNumber - text.lstrip().count("\n")
            self._tell(f"text stands in `{self._tag}`", "put it into an mj-text", line=line)

    def _refuse_words(self, text: str, where: str) -> None:
        if self._words(text):
            self._tell(
                f"template syntax stands {where}", "it may stand in texts, href, src, alt and title"
            )

    def _tell(self, message: str, hint: str, *, line: int = 0) -> None:
        if not self._refused:
            self.faults.append(_fault(line or self.parser.CurrentLineNumber, message, hint))


def _fault(line: int, message: str, hint: str = "") -> Fault:
    return Fault(line, "bad-mjml", message, hint)


# ---------------------------------------------------------------- what an element says


def _told(
    tag: str, attributes: Mapping[str, str], children: tuple[Node, ...], line: int
) -> Iterable[Node]:
    """The nodes of the text part that an element becomes."""
    if tag in ("mj-text", "mj-accordion-text", "mj-accordion-title", "mj-table", "div"):
        return _blocks(children)
    if tag in ("mj-button", "mj-navbar-link", "mj-social-element"):
        words = children if any(map(_says, children)) else _text(attributes.get("name", ""))
        return [Element("paragraph", tuple(_linked(words, attributes, line)))]
    if tag in ("mj-image", "img"):
        shown = tuple(_linked(_text(attributes.get("alt", "")), attributes, line))
        return [Element("paragraph", shown)] if tag == "mj-image" else shown
    if tag in ("mj-divider", "hr"):
        return [Element("hr")]
    if tag == "br":
        return [Element("hardbreak")]
    if tag == "a":
        return _linked(children, attributes, line)
    if tag in ("td", "th"):
        return [Text(_CELLS), *children]
    if tag == "tr":
        return [Element("paragraph", children[1:] if children[:1] == (Text(_CELLS),) else children)]
    if tag == "li":
        return [Element("list_item", tuple(_blocks(children, is_tight=True)))]
    if tag in _HEADINGS:
        return [Element("heading", children, level=int(tag[1]))]
    return [Element(_NAMES[tag], children)] if tag in _NAMES else children


def _linked(words: tuple[Node, ...], attributes: Mapping[str, str], line: int) -> Iterable[Node]:
    target = attributes.get("href", "")
    return [Element("link", words, target=target, line=line)] if target else words


def _text(text: str) -> tuple[Node, ...]:
    return (Text(text),) if text else ()


def _blocks(nodes: Iterable[Node], *, is_tight: bool = False) -> Iterator[Node]:
    """Nodes with each run of running text in a paragraph of its own."""
    for is_running, run in groupby(nodes, _is_running):
        inside = tuple(run)
        if not is_running:
            yield from inside
        elif any(map(_says, inside)):
            yield Element("paragraph", inside, is_tight=is_tight)
        else:
            yield from (node for node in inside if isinstance(node, Setting))


def _is_running(node: Node) -> bool:
    match node:
        case Element(name):
            return name in _RUNNING
        case Guard(branches):
            return all(_is_running(each) for _, part in branches for each in part)
        case _:
            return True


def _says(node: Node) -> bool:
    return bool(node.text.strip()) if isinstance(node, Text) else not isinstance(node, Setting)
