"""`touchline graph`: a playbook as a flow chart, or a project as what uses what."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from engine.bind.bind import bind_project
from engine.graph.drawing import draw_flow, draw_uses
from engine.graph.flow import Flow, arrows_of, boxes_of, flow_of
from engine.graph.mermaid import flow_chart, use_chart
from engine.graph.uses import Uses, uses_of
from engine.problems import Misuse
from engine.report.text import as_json
from engine.workplace import Workplace

__all__ = ["form_of", "playbook_chart", "project_chart"]

_ENDINGS = {".svg": "svg", ".json": "json", ".mmd": "mermaid", ".md": "mermaid", ".txt": "mermaid"}


def form_of(out: Path | None) -> str:
    """The form that a file's name tells; `mermaid` where there is no file.

    Raises:
        Misuse: the name tells none of the forms.
    """
    if out is None:
        return "mermaid"
    if out.suffix.lower() not in _ENDINGS:
        raise Misuse(f"--out {out}: a chart ends in .svg, .json or .mmd; or say its --format")
    return _ENDINGS[out.suffix.lower()]


def playbook_chart(workplace: Workplace, name: str, form: str) -> str:
    """A playbook's flow as `mermaid`, `svg` or `json`.

    Raises:
        Invalid: the playbook is not sound.
        Refused: there is none of that name.
    """
    flow = flow_of(workplace.playbook(name))
    match form:
        case "svg":
            return draw_flow(flow)
        case "json":
            return as_json(_flow_data(flow))
        case _:
            return flow_chart(flow)


def project_chart(workplace: Workplace, form: str) -> str:
    """What of the project uses what, in the same forms; files that are not sound are left out."""
    bound = bind_project(workplace.project)
    playbooks = workplace.project.playbooks.values()
    named = {each.name: each.segment for each in playbooks if isinstance(each.segment, str)}
    uses = uses_of(bound.playbooks.values(), bound.segments.values(), named)
    match form:
        case "svg":
            return draw_uses(uses)
        case "json":
            return as_json(_uses_data(uses))
        case _:
            return use_chart(uses)


def _flow_data(flow: Flow) -> dict[str, object]:
    boxes = ({**asdict(box), "notes": list(box.notes)} for box in boxes_of(flow))
    arrows = ({"from": e.start, "to": e.end, "label": e.label} for e in arrows_of(flow))
    return {"name": flow.name, "nodes": list(boxes), "edges": list(arrows)}


def _uses_data(uses: Uses) -> dict[str, object]:
    links = ({"from": asdict(a), "to": asdict(b)} for a, b in uses.links)
    return {"things": [asdict(each) for each in uses.things], "uses": list(links)}
