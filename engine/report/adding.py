"""What `touchline add` says, as text and as JSON (`schemas/reports/add.json`)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.adding import Added
from engine.language.blueprints import Input
from engine.problems import Problem
from engine.read.blueprints import BlueprintFile
from engine.read.library import STAGES, stage_of
from engine.report.text import as_json, columns

__all__ = ["added", "listed"]


def listed(plays: Sequence[BlueprintFile], form: str) -> str:
    """The library, a line each, by the stage of a customer's life."""
    if form == "json":
        return as_json({"plays": [_play(each) for each in plays]})
    told = (
        _of_stage(stage, [each for each in plays if each.name in of])
        for stage, of in STAGES.items()
    )
    return "\n\n".join(filter(None, told))


def _of_stage(stage: str, plays: Sequence[BlueprintFile]) -> str:
    rows = [(each.name, _needed(each), each.data["description"]) for each in plays]
    return f"{stage}\n{columns(('play', 'needs', 'what it does'), rows)}" if rows else ""


def _needed(play: BlueprintFile) -> str:
    return ", ".join(name for name, each in play.inputs.items() if each.default is None) or "-"


def _play(play: BlueprintFile) -> dict[str, object]:
    return {
        "name": play.name,
        "stage": stage_of(play.name),
        "description": play.data["description"],
        "inputs": [_input(each) for each in play.inputs.values()],
    }


def _input(each: Input) -> dict[str, object]:
    return {
        "name": each.name,
        "type": each.type,
        "of": each.of,
        "default": each.default,
        "example": each.example,
        "description": each.description,
    }


def added(found: Added, form: str) -> str:
    """The files that were written, and what is lacking."""
    if form == "json":
        return as_json(
            {
                "name": found.name,
                "written": list(found.written),
                "problems": [_problem(each) for each in found.problems],
            }
        )
    lines = [f"wrote {path}" for path in found.written]
    if found.problems:
        lines.append("This project lacks for it:")
        lines += [f"  {each}" for each in found.problems]
    else:
        lines.append(f"Next: touchline test playbooks/{found.name}.test.yaml")
    return "\n".join(lines)


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.place.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "severity": str(problem.severity),
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }
