"""`touchline test`, as text, as JSON and as JUnit XML (contract, command line)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from engine.examples.coverage import Coverage, Gap
from engine.report.text import as_json, count
from engine.testing import Case, Failure, Tested

__all__ = ["tested"]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tested(found: Tested, form: str) -> str:
    """What became of the examples, in one of the forms of `--format`."""
    match form:
        case "json":
            return as_json(_data(found))
        case "junit":
            return _junit(found)
        case _:
            return "\n".join(_text(found))


# ---------------------------------------------------------------- text


def _text(found: Tested) -> Iterator[str]:
    for case in found.cases:
        yield f"{'ok' if case.passed else 'FAILED'}  {case.path}: {case.name}"
        for failure in case.failures:
            yield from (f"    {line}" for line in _failure(failure))
    if not found.cases:
        yield "there is no test; write playbooks/NAME.test.yaml beside a playbook"
    for each in found.coverage or ():
        yield from ("", *_coverage(each))
    if found.cases:
        passed = len(found.cases) - found.failed
        yield f"{passed:,} passed, {found.failed:,} failed"


def _failure(failure: Failure) -> Iterator[str]:
    yield f"{failure.place}: {failure.message}"
    if failure.why:
        yield "  because"
        yield from (f"    {line}" for line in failure.why)


def _coverage(found: Coverage) -> Iterator[str]:
    yield (
        f"{found.playbook}: {found.covered:,} of {count(found.asked, 'condition')} seen both true "
        "and false"
    )
    for gap in found.gaps:
        yield f"  {gap.where}: never {gap.never}{': ' if gap.condition else ''}{gap.condition}"
    if found.steps_never_reached:
        yield f"  steps never reached: {', '.join(found.steps_never_reached)}"


# ---------------------------------------------------------------- JSON


def _data(found: Tested) -> dict[str, object]:
    data: dict[str, object] = {
        "passed": len(found.cases) - found.failed,
        "failed": found.failed,
        "cases": [_case(case) for case in found.cases],
    }
    if found.coverage is not None:
        data["coverage"] = [_covered(each) for each in found.coverage]
    return data


def _case(case: Case) -> dict[str, object]:
    return {
        "name": case.name,
        "path": case.path,
        "playbook": case.playbook,
        "passed": case.passed,
        "seconds": round(case.seconds, 6),
        "failures": [
            {
                "path": each.place.path,
                "line": each.place.line,
                "column": each.place.column,
                "message": each.message,
                "expected": each.expected,
                "found": each.found,
                "why": list(each.why),
            }
            for each in case.failures
        ],
    }


def _covered(found: Coverage) -> dict[str, object]:
    return {
        "playbook": found.playbook,
        "conditions": found.asked,
        "covered": found.covered,
        "gaps": [_gap(gap) for gap in found.gaps],
        "steps_never_reached": list(found.steps_never_reached),
    }


def _gap(gap: Gap) -> dict[str, object]:
    return {"where": gap.where, "condition": gap.condition, "never": gap.never}


# ---------------------------------------------------------------- JUnit


def _junit(found: Tested) -> str:
    suites = ET.Element("testsuites", name="touchline test")
    for path in dict.fromkeys(case.path for case in found.cases):
        _suite(suites, path, [case for case in found.cases if case.path == path])
    return ET.tostring(suites, encoding="unicode", xml_declaration=True)


def _suite(suites: ET.Element, path: str, cases: list[Case]) -> None:
    failed = sum(not case.passed for case in cases)
    seconds = sum(case.seconds for case in cases)
    suite = ET.SubElement(
        suites,
        "testsuite",
        name=_plain(path),
        tests=str(len(cases)),
        failures=str(failed),
        errors="0",
        skipped="0",
        time=f"{seconds:.6f}",
    )
    for case in cases:
        one = ET.SubElement(
            suite,
            "testcase",
            classname=_plain(case.playbook or path),
            name=_plain(case.name),
            time=f"{case.seconds:.6f}",
        )
        if not case.passed:
            message = _plain(case.failures[0].message)
            told = "\n".join(line for each in case.failures for line in _failure(each))
            ET.SubElement(one, "failure", message=message, type="expectation").text = _plain(told)


def _plain(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
