"""Flows and uses as Mermaid flow charts, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.graph.flow import Arrow, Box, Flow, arrows_of, boxes_of
from engine.graph.uses import Thing, Uses

__all__ = ["flow_chart", "use_chart"]

_SPECIAL = re.compile(r'["#;<>&`\\]')

_SHAPES = {
    "entry": ("([", "])"),
    "end": ("([", "])"),
    "exit": ("([", "])"),
    "if": ("{{", "}}"),
    "wait_for": ("{{", "}}"),
    "split": ("{{", "}}"),
    "wait": ("(", ")"),
    "email": ("[/", "/]"),
    "playbook": ("([", "])"),
}
_BOX = ("[", "]")


def flow_chart(flow: Flow) -> str:
    """A playbook, from the top down."""
    boxes = boxes_of(flow)
    # Not the ids themselves: a step may be called `end`, which Mermaid takes for its own word.
    names = {box.id: f"s{number}" for number, box in enumerate(boxes)}
    lines = ["flowchart TD", *(_node(names[box.id], box) for box in boxes)]
    return "\n".join([*lines, *(_arrow(each, names) for each in arrows_of(flow))])


def _node(name: str, box: Box) -> str:
    before, after = _SHAPES.get(box.kind, _BOX)
    shown = "<br/>".join(map(_text, (box.title, *box.notes)))
    return f'    {name}{before}"{shown}"{after}'


def _arrow(arrow: Arrow, names: Mapping[str, str]) -> str:
    label = f'|"{_text(arrow.label)}"|' if arrow.label else ""
    return f"    {names[arrow.start]} -->{label} {names[arrow.end]}"


def _text(text: str) -> str:
    """A text within quotes, where marks that mean something are named by their number."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)


def use_chart(uses: Uses) -> str:
    """What of a project uses what, from the left to the right."""
    names = {thing: f"n{number}" for number, thing in enumerate(uses.things, 1)}
    lines = ["flowchart LR", *(_thing(names[each], each) for each in uses.things)]
    return "\n".join([*lines, *(f"    {names[a]} --> {names[b]}" for a, b in uses.links)])


def _thing(name: str, thing: Thing) -> str:
    before, after = _SHAPES.get(thing.kind, _BOX)
    return f'    {name}{before}"{_text(thing.kind)}<br/>{_text(thing.name)}"{after}'
