"""Problems of a project for people and for machines: text, JSON, GitHub, SARIF, JUnit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from engine.problems import Problem, Severity, errors_only
from engine.report.text import width

__all__ = ["FORMATS", "Checked", "render"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check gave: the paths of the files it is of, and every problem in them, sorted.

    `command` is what found them: `validate` or `lint`.
    """

    root: Path
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    command: str = "validate"

    @property
    def is_valid(self) -> bool:
        """Whether there is no error; warnings are allowed."""
        return not errors_only(self.problems)


def as_data(checked: Checked) -> dict[str, object]:
    """The stable JSON form: contract, command line, `validate`."""
    return {
        "files": len(checked.files),
        "problems": [
            {
                "path": problem.place.path,
                "line": problem.place.line,
                "column": problem.place.column,
                "severity": str(problem.severity),
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
            }
            for problem in checked.problems
        ],
    }


def as_json(checked: Checked) -> str:
    """`as_data`, indented."""
    return json.dumps(as_data(checked), indent=2, ensure_ascii=False)


def as_text(checked: Checked) -> str:
    """Each problem with its line of the file and a caret, then a sentence that counts them."""
    blocks = [_block(problem, checked.root) for problem in checked.problems]
    return "\n".join([*blocks, _verdict(checked)])


def _block(problem: Problem, root: Path) -> str:
    head = f"{problem.place} {problem.severity} {problem.code}: {problem.message}"
    lines = [head, *_quoted(problem, root)]
    if problem.hint:
        lines.append(f"    {problem.hint}")
    return "\n".join(lines) + "\n"


def _quoted(problem: Problem, root: Path) -> list[str]:
    try:
        text = (root / problem.place.path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = text.splitlines()
    if not 0 < problem.place.line <= len(lines):
        return []
    line = lines[problem.place.line - 1].replace("\t", " ")
    if len(line) > 200 or not line.strip():
        return []
    return [f"    {line}", f"    {' ' * width(line[: problem.place.column - 1])}^"]


def _verdict(checked: Checked) -> str:
    errors = len(errors_only(checked.problems))
    warnings = len(checked.problems) - errors
    files = _count(len(checked.files), "file")
    if not checked.problems:
        return f"{files}: {_PRAISE[checked.command]}"
    return f"{files}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"


_PRAISE = {"validate": "all valid", "lint": "all valid, and no advice"}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def as_github(checked: Checked) -> str:
    """Workflow commands that put each problem beside its line in a pull request."""
    return "\n".join(_annotation(problem) for problem in checked.problems) or _verdict(checked)


def _annotation(problem: Problem) -> str:
    place = problem.place
    where = f"file={_escaped_name(place.path)},line={place.line},col={place.column}"
    told = problem.message + (f" ({problem.hint})" if problem.hint else "")
    return f"::{problem.severity} {where},title={problem.code}::{_escaped(told)}"


def _escaped_name(text: str) -> str:
    """What stands before the message of a workflow command, between commas and colons."""
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_sarif(checked: Checked) -> str:
    """SARIF 2.1.0, one run."""
    rules = sorted({problem.code for problem in checked.problems})
    driver = {"name": "touchline", "rules": [{"id": rule} for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem) for problem in checked.problems],
    }
    return json.dumps({"version": "2.1.0", "$schema": _SARIF_SCHEMA, "runs": [run]}, indent=2)


_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def _sarif_result(problem: Problem) -> Mapping[str, object]:
    region = {"startLine": problem.place.line, "startColumn": problem.place.column}
    location = {"artifactLocation": {"uri": quote(problem.place.path)}, "region": region}
    told = problem.message + (f" ({problem.hint})" if problem.hint else "")
    return {
        "ruleId": problem.code,
        "level": str(problem.severity),
        "message": {"text": told},
        "locations": [{"physicalLocation": location}],
    }


def as_junit(checked: Checked) -> str:
    """JUnit XML: a test case a problem; warnings pass and say what they warn of."""
    from xml.etree import ElementTree as ET  # no other form needs it

    suite = ET.Element(
        "testsuite",
        name=f"touchline {checked.command}",
        tests=str(max(len(checked.problems), 1)),
        failures=str(len(errors_only(checked.problems))),
    )
    for problem in checked.problems:
        case = ET.SubElement(suite, "testcase", classname=problem.place.path, name=str(problem))
        if problem.severity is Severity.ERROR:
            ET.SubElement(case, "failure", message=problem.message).text = str(problem)
        else:
            ET.SubElement(case, "system-out").text = str(problem)
    if not checked.problems:
        ET.SubElement(suite, "testcase", classname="touchline", name=_verdict(checked))
    return ET.tostring(suite, encoding="unicode")


FORMATS: Mapping[str, Callable[[Checked], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
    "junit": as_junit,
}
"""The forms of `--format`, by name."""


def render(checked: Checked, form: str) -> str:
    """The problems in one of `FORMATS`."""
    return FORMATS[form](checked)
