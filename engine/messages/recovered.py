"""The Markdown of a message that was rendered: what a person edits, and what is rendered again.

It reads the HTML part that `html_part.py` wrote, and nothing else: the few elements of Markdown, in
a layout or bare. What is read here and rendered anew without a change gives the same message.
"""

from __future__ import annotations

import re
from dataclasses import field
from html.parser import HTMLParser

from engine.messages.mjml_part import MADE_OF_MJML
from engine.problems import Refused
from engine.records import dataclass

__all__ = ["Recovered", "recovered"]

_SPACES = re.compile(r"[ \t\n]+")
_MARKUP = re.compile(r"[\\`*\[\]<]|&(?=#|[A-Za-z])|(?<!\w)_|_(?!\w)|!(?=\[)")
_AT_START = re.compile(r"(?:[#>+=~-]|(\d+)(?=[.)]))")
_PLAIN_TARGET = re.compile(r"[^\s()<>\\]+")
_WITHIN = {"strong": "**", "em": "*"}
_BLOCKS = frozenset({"p", "li", "ul", "ol", "blockquote", "pre"} | {f"h{n}" for n in range(1, 7)})


@dataclass(frozen=True, slots=True)
class Recovered:
    """A message as its template would have said it; `layout` and `language` as in templates."""

    body: str
    preheader: str
    layout: str
    language: str
    has_footer: bool


@dataclass(slots=True)
class _Frame:
    """An element that is open: what came of its inside so far."""

    tag: str
    attributes: dict[str, str]
    blocks: list[str] = field(default_factory=list)
    line: str = ""
    is_tight: bool = True


def recovered(html: str) -> Recovered:
    """The Markdown behind an HTML part.

    Raises:
        Refused: it was made of MJML, whose look no Markdown can say.
    """
    if html.startswith(MADE_OF_MJML):
        raise Refused(
            "this mail is written in MJML and cannot be edited as text; approve it or drop it, and "
            "change its file for those who come next"
        )
    reader = _Reader(has_layout=html.startswith("<!DOCTYPE"))
    reader.feed(html)
    reader.close()
    return reader.found()


class _Reader(HTMLParser):
    """Reads the body of the message, and of its layout the preheader and the language."""

    def __init__(self, *, has_layout: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._layout = "plain" if has_layout else "none"
        self._root = _Frame("", {})
        self._open = [] if has_layout else [self._root]
        self._is_preheader = False
        self._preheader = ""
        self._language = ""
        self._has_footer = False

    def found(self) -> Recovered:
        """What was read."""
        _end_line(self._root)
        body = "\n\n".join(self._root.blocks) + "\n"
        language = "" if self._language == "en" else self._language
        preheader = self._preheader.strip()
        return Recovered(body, preheader, self._layout, language, self._has_footer)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        attributes = {name: value or "" for name, value in attrs}
        if not self._open:
            self._outside(tag, attributes)
        elif tag == "br":
            self._open[-1].line = self._open[-1].line.rstrip() + "\\\n"
        elif tag == "hr":
            _end_line(self._open[-1])
            self._open[-1].blocks.append("---")
        elif tag == "img":
            alt = _escaped(attributes.get("alt", ""))
            self._open[-1].line += f"![{alt}]({_target(attributes.get('src', ''))})"
        else:
            if tag in _BLOCKS:
                _end_line(self._open[-1])
            self._open.append(_Frame(tag, attributes))

    def _outside(self, tag: str, attributes: dict[str, str]) -> None:
        """In the layout: the language, the preheader, and where the body begins."""
        self._language = attributes.get("lang", self._language)
        if tag == "div" and attributes.get("class") == "sheet":
            self._open.append(self._root)
        part = attributes.get("class") if tag == "div" else ""
        self._is_preheader = part == "preheader"
        self._has_footer |= part == "footer"

    def handle_endtag(self, tag: str) -> None:
        """An element ends: what it became goes into the one around it."""
        if not self._open:
            self._is_preheader = False
        elif len(self._open) == 1:
            self._open = [] if tag == "div" else self._open
        else:
            frame = self._open.pop()
            _close(frame, self._open[-1])

    def handle_data(self, data: str) -> None:
        """Running text."""
        if self._is_preheader:
            self._preheader += data
        elif self._open:
            frame = self._open[-1]
            if frame.tag == "code":
                frame.line += data
            else:
                frame.line += _escaped(_SPACES.sub(" ", data))


def _close(frame: _Frame, around: _Frame) -> None:
    match frame.tag:
        case "strong" | "em":
            around.line += _emphasised(frame.line, _WITHIN[frame.tag])
        case "a":
            around.line += _link(frame)
        case "code":
            around.line += frame.line if around.tag == "pre" else _code(frame.line)
        case "pre":
            around.blocks.append(_fenced(frame.line))
        case "ul" | "ol":
            around.blocks.append(("\n" if frame.is_tight else "\n\n").join(_items(frame)))
        case _:
            _end_line(frame)
            around.blocks.extend(_framed(frame))
            # Of a tight list the items hold running text, of a loose one paragraphs.
            around.is_tight &= not (frame.tag == "p" and around.tag == "li")
            around.is_tight &= frame.is_tight or around.tag not in ("ul", "ol")


def _framed(frame: _Frame) -> list[str]:
    match frame.tag:
        case "blockquote":
            return [_prefixed("\n\n".join(frame.blocks), "> ", "> ")]
        case "li":
            return [("\n" if frame.is_tight else "\n\n").join(frame.blocks)]
        case "p":
            return frame.blocks
        case heading:
            return [f"{'#' * int(heading[1])} {' '.join(frame.blocks)}"]


def _end_line(frame: _Frame) -> None:
    """Running text ends here: it is a block, unless it is nothing but space."""
    text = frame.line.strip(" \n")
    frame.line = ""
    if text:
        frame.blocks.append("\n".join(_at_start(line.lstrip(" ")) for line in text.split("\n")))


def _at_start(line: str) -> str:
    """A line whose beginning would make it something else than running text."""
    found = _AT_START.match(line)
    if found is None:
        return line
    return f"{found[1]}\\{line[found.end() :]}" if found[1] else f"\\{line}"


def _items(frame: _Frame) -> list[str]:
    first = int(frame.attributes.get("start", "1"))
    marks = (f"{first + n}. " if frame.tag == "ol" else "- " for n in range(len(frame.blocks)))
    return [
        _prefixed(block, mark, " " * len(mark))
        for mark, block in zip(marks, frame.blocks, strict=True)
    ]


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(((rest if n else first) + line).rstrip() for n, line in enumerate(lines))


def _emphasised(text: str, mark: str) -> str:
    """Marks stand at words, never at spaces."""
    inside = text.strip(" ")
    if not inside:
        return text
    before, _, after = text.partition(inside)
    return f"{before}{mark}{inside}{mark}{after}"


def _link(frame: _Frame) -> str:
    target = frame.attributes.get("href", "")
    if frame.line == _escaped(target) and re.match(r"https?://", target):
        return f"<{target}>"
    return f"[{frame.line}]({_target(target)})"


def _target(url: str) -> str:
    return url if _PLAIN_TARGET.fullmatch(url) else f"<{url}>"


def _code(text: str) -> str:
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fenced(text: str) -> str:
    ticks = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{ticks}\n{text.removesuffix(chr(10))}\n{ticks}"


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: f"\\{found[0]}", text)
