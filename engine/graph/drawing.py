"""Flows and uses as SVG: plain boxes and lines that any browser shows, the same each time. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.graph.flow import Box, Flow, Fork, Part
from engine.graph.uses import Thing, Uses
from engine.report.svg import framed, shown

__all__ = ["draw_flow", "draw_uses"]

_WIDTH = 300  # pixels of a box
_GAP = 28  # between boxes that stand side by side
_DROP = 44  # between boxes that follow each other: room for a label
_LINE = 16
_PAD = 10
_LETTERS = 44  # that fit into a line of a box
_MARGIN = 20
_CORNER = {"entry": 18, "end": 18, "exit": 18, "wait": 12, "wait_for": 12}
_FILL = {
    "entry": "#e7f0fe",
    "end": "#e7f0fe",
    "exit": "#fde8e8",
    "email": "#e8f7ee",
    "task": "#fff6dd",
    "webhook": "#f1ecfb",
    "update": "#f1ecfb",
    "enroll": "#e7f0fe",
    "playbook": "#e7f0fe",
    "segment": "#fff6dd",
    "channel": "#f1ecfb",
}
_PLAIN = "#f4f5f7"
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.b{font-weight:600}.n{fill:#59636e}"
    ".l{font-size:11px;fill:#59636e}path{fill:none;stroke:#8a94a0;stroke-width:1.4;stroke-opacity:.8}"
    "rect{stroke:#c4cbd3}.paper{fill:#fff;stroke:none}"
)
_ARROW = (
    '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 L8 4 L0 8 z" style="fill:#8a94a0;stroke:none"/></marker></defs>'
)


@dataclass(frozen=True, slots=True)
class _End:
    """Where a line comes out of a box, downwards; its label is said where it begins."""

    x: float
    y: float
    label: str = ""


class _Sheet:
    """What was drawn so far, and how far it reaches."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.bottom = 0.0

    def box(self, box: Box, x: float, y: float) -> float:
        """Draw a box that begins at a height; gives its lower edge."""
        lines = list(_lines(box))
        height = len(lines) * _LINE + 2 * _PAD
        self.marks.append(_rect(x - _WIDTH / 2, y, height, box.kind))
        for number, (line, style) in enumerate(lines):
            at = y + _PAD + _LINE * number + 12
            self.marks.append(_words(line, x - _WIDTH / 2 + _PAD, at, style))
        self.bottom = max(self.bottom, y + height)
        return y + height

    def join(self, ends: Iterable[_End], x: float, y: float) -> None:
        """Draw lines from where ways came out down to the head of a box."""
        for end in ends:
            bend = max(y - _DROP / 3, end.y)
            way = f"M{end.x:g} {end.y:g}V{bend:g}H{x:g}V{y:g}"
            self.marks.append(f'<path d="{way}" marker-end="url(#to)"/>')
            if end.label:
                self.marks.append(_words(end.label, end.x + 6, end.y + 14, "l"))


def draw_flow(flow: Flow) -> str:
    """A playbook, from the top down; ways that part stand side by side."""
    sheet, width = _Sheet(), max(_width(flow.parts), _WIDTH)
    middle = _MARGIN + width / 2
    bottom = sheet.box(flow.entry, middle, _MARGIN)
    left = _draw(sheet, flow.parts, middle, [_End(middle, bottom)])
    y = max([end.y for end in left], default=sheet.bottom) + _DROP
    y = max(y, sheet.bottom + _DROP)
    sheet.join(left, middle, y)
    sheet.box(flow.end, middle, y)
    title = f"the playbook {flow.name}"
    return _framed(title, sheet.marks, width + 2 * _MARGIN, sheet.bottom + _MARGIN)


def _width(parts: Sequence[Part]) -> float:
    return max((_width_of(part) for part in parts), default=_WIDTH)


def _width_of(part: Part) -> float:
    if isinstance(part, Box):
        return _WIDTH
    return sum(_width(way.parts) for way in part.ways) + _GAP * (len(part.ways) - 1)


def _draw(sheet: _Sheet, parts: Sequence[Part], x: float, into: list[_End]) -> list[_End]:
    left = into
    for part in parts:
        y = max((end.y for end in left), default=sheet.bottom) + _DROP
        sheet.join(left, x, y)
        box = part.box if isinstance(part, Fork) else part
        bottom = sheet.box(box, x, y)
        if isinstance(part, Fork):
            left = list(_side_by_side(sheet, part, x, bottom))
        else:
            left = [] if part.ends else [_End(x, bottom)]
    return left


def _side_by_side(sheet: _Sheet, fork: Fork, x: float, y: float) -> Iterator[_End]:
    at = x - _width_of(fork) / 2
    for way in fork.ways:
        width = _width(way.parts)
        middle = at + width / 2
        sheet.marks.append(f'<path d="M{x:g} {y:g}V{y + 8:g}H{middle:g}V{y + 14:g}"/>')
        yield from _draw(sheet, way.parts, middle, [_End(middle, y + 14, way.label)])
        at += width + _GAP


def _lines(box: Box) -> Iterator[tuple[str, str]]:
    for line in _wrapped(box.title):
        yield line, "b"
    for note in box.notes:
        for number, line in enumerate(_wrapped(note)):
            yield ("· " if number == 0 else "  ") + line, "n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _LETTERS) or [""]


# ---------------------------------------------------------------- what uses what

_COLUMNS = (("playbook",), ("segment",), ("email", "channel"), ("entity", "event"))
_ROW = 34


def draw_uses(uses: Uses) -> str:
    """What of a project uses what: playbooks on the left, what they stand on to the right."""
    places: dict[Thing, tuple[float, float]] = {}
    marks: list[str] = []
    for number, kinds in enumerate(_COLUMNS):
        things = [each for each in uses.things if each.kind in kinds]
        for row, thing in enumerate(things):
            x, y = _MARGIN + number * (_WIDTH + 3 * _GAP), _MARGIN + row * _ROW
            places[thing] = x, y
            marks += [_rect(x, y, 26, thing.kind), _words(_short(thing), x + 8, y + 17, "")]
    marks = [_curve(places[a], places[b]) for a, b in uses.links] + marks
    width = 2 * _MARGIN + len(_COLUMNS) * (_WIDTH + 3 * _GAP) - 3 * _GAP
    height = max((y for _, y in places.values()), default=0.0) + _ROW + _MARGIN
    return _framed("what of the project uses what", marks, width, height)


def _short(thing: Thing) -> str:
    return textwrap.shorten(f"{thing.kind} {thing.name}", _LETTERS, placeholder="…")


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x, y), (to_x, to_y) = (start[0] + _WIDTH, start[1] + 13), (end[0], end[1] + 13)
    reach = _GAP * 1.5
    path = f"M{x:g} {y:g}C{x + reach:g} {y:g} {to_x - reach:g} {to_y:g} {to_x:g} {to_y:g}"
    return f'<path d="{path}"/>'


# ---------------------------------------------------------------- marks


def _rect(x: float, y: float, height: float, kind: str) -> str:
    round_, fill = _CORNER.get(kind, 4), _FILL.get(kind, _PLAIN)
    size = f'width="{_WIDTH}" height="{height:g}" rx="{round_}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} fill="{fill}"/>'


def _words(text: str, x: float, y: float, style: str) -> str:
    name = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{name} xml:space="preserve">{shown(text)}</text>'


def _framed(title: str, marks: Iterable[str], width: float, height: float) -> str:
    return framed(title, marks, style=_STYLE, width=width, height=height, defs=_ARROW)
