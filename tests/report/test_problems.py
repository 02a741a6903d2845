"""Problems in every form that `validate` and `lint` print."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, Draft202012Validator, ValidationError

from engine.check import check_files, lint_files, narrowed
from engine.places import Place
from engine.problems import Misuse, Problem, Severity
from engine.read.accepting import SCHEMAS
from engine.report.problems import FORMATS, Checked, render
from engine.report.rules import rules_in
from engine.report.text import count, width
from tests.check.test_mistakes import PROJECT
from tests.read.projects import write

FILE = "playbooks/a, b: c.yaml"
PROBLEMS = (
    Problem(Place(FILE, 2, 4), "unknown-field", "100% wrong,\nand more", "did you mean x?"),
    Problem(Place(FILE, 1, 1), "no-owner", "has no owner", "add one", Severity.WARNING),
)


def valid(schema: str, told: object) -> None:
    """A report is as its schema says."""
    read = json.loads((SCHEMAS / "reports" / f"{schema}.json").read_text("utf-8"))
    Draft202012Validator(read).validate(told)


@pytest.fixture(name="checked")
def _checked(tmp_path: Path) -> Checked:
    write(tmp_path, {FILE: "playbook: a\n  - signed\n"})
    return Checked(tmp_path, (FILE, "b", "c"), PROBLEMS)


def test_text_shows_the_line_and_a_caret(checked: Checked) -> None:
    assert render(checked, "text").splitlines()[2:5] == [
        "      - signed",
        "       ^",
        "    did you mean x?",
    ]
    assert render(checked, "text").endswith("3 files: 1 error, 1 warning")


@pytest.mark.parametrize("before", ["日本: ", "e\u0301: ", "\t\t"], ids=["wide", "mark", "tabs"])
def test_the_caret_stands_below_what_is_meant(tmp_path: Path, before: str) -> None:
    write(tmp_path, {FILE: f"{before}x\n"})
    found = Problem(Place(FILE, 1, len(before) + 1), "unknown-field", "wrong")
    _, line, caret, *_ = render(Checked(tmp_path, (FILE,), (found,)), "text").splitlines()
    assert width(caret) == width(line)


def test_json(checked: Checked) -> None:
    told = json.loads(render(checked, "json"))
    valid("validate", told)
    assert told["files"] == 3
    assert told["problems"][0] == {
        "path": FILE,
        "line": 2,
        "column": 4,
        "severity": "error",
        "code": "unknown-field",
        "message": "100% wrong,\nand more",
        "hint": "did you mean x?",
    }


def test_github_escapes_what_would_end_a_part(checked: Checked) -> None:
    assert render(checked, "github").splitlines()[0] == (
        "::error file=playbooks/a%2C b%3A c.yaml,line=2,col=4,title=unknown-field::"
        "100%25 wrong,%0Aand more (did you mean x?)"
    )


SARIF = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
"""The schema of SARIF 2.1.0, revision rtm.5, without its descriptions: as the npm package
`@microsoft/jest-sarif` 1.0.0-beta.0 (MIT) brings it from schemastore.org."""


@pytest.mark.parametrize("problems", [PROBLEMS, ()], ids=["problems", "none"])
def test_sarif_is_as_its_own_schema_says(problems: tuple[Problem, ...], tmp_path: Path) -> None:
    log = json.loads(render(Checked(tmp_path, (FILE,), problems), "sarif"))
    Draft4Validator(SARIF).validate(log)
    with pytest.raises(ValidationError):
        Draft4Validator(SARIF).validate({**log, "runs": [{}]})


@pytest.mark.parametrize("command", ["validate", "lint"])
def test_sarif_of_a_project_with_mistakes_is_valid(tmp_path: Path, command: str) -> None:
    mistaken = {
        **PROJECT,
        "playbooks/checkup.yaml": "playbook: Check Up\nsteps: [{emial: hello}]\n",
    }
    write(tmp_path, mistaken)
    checked = (lint_files if command == "lint" else check_files)(tmp_path, tmp_path)
    assert checked.problems
    Draft4Validator(SARIF).validate(json.loads(render(checked, "sarif")))


def test_sarif_is_of_version_2_1_0(checked: Checked) -> None:
    log = json.loads(render(checked, "sarif"))
    (run,) = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in ("error", "warning", "note", "none")
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "playbooks/a%2C%20b%3A%20c.yaml"
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1


def test_sarif_sets_the_hint_off_from_the_message(checked: Checked) -> None:
    (run,) = json.loads(render(checked, "sarif"))["runs"]
    told = [result["message"]["text"] for result in run["results"]]
    assert told == ["100% wrong,\nand more (did you mean x?)", "has no owner (add one)"]


def test_junit_fails_on_errors_alone(checked: Checked) -> None:
    suite = ET.fromstring(render(checked, "junit"))
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "touchline validate",
        "2",
        "1",
    )
    assert [case.find("failure") is not None for case in suite] == [True, False]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_to_say(tmp_path: Path, form: str) -> None:
    assert render(Checked(tmp_path, (FILE,), (), command="lint"), form)


# ---------------------------------------------------------------- lint


def test_lint_says_what_validate_says_and_more(tmp_path: Path) -> None:
    broken = PROJECT["playbooks/checkup.yaml"].replace("owner: cs-ops@acme.example\n", "")
    root = write(
        tmp_path, {**PROJECT, "playbooks/checkup.yaml": broken.replace("days_ago", "dago")}
    )
    found = lint_files(root, root)
    assert [each.code for each in found.problems] == ["unknown-operator"]
    write(root, {"playbooks/checkup.yaml": broken})
    found = lint_files(root, root)
    assert (found.is_valid, [each.code for each in found.problems]) == (True, ["no-owner"])


def test_what_is_told_of_some_files_is_of_those_alone(tmp_path: Path) -> None:
    """`15 files: all valid` would be wrong of a project whose mistake lies in another file."""
    root = write(tmp_path, {**PROJECT, "segments/x.yaml": "segment: x\nof: usr\n"})
    found = check_files(root, root)
    assert not found.is_valid
    mails = narrowed(found, [Path("emails")], root)
    written = sorted(path for path in PROJECT if path.startswith("emails/"))
    assert (sorted(mails.files), mails.problems) == (written, ())
    assert render(mails, "text") == f"{count(len(written), 'file')}: all valid"
    assert json.loads(render(mails, "json"))["files"] == len(written)
    assert narrowed(found, [], root) == found
    with pytest.raises(Misuse, match="is no file or folder of the project"):
        narrowed(found, [Path("nothing")], root)


def test_the_rules_are_listed() -> None:
    told = json.loads(rules_in("json"))
    valid("rules", told)
    listed = told["rules"]
    assert all(set(rule) == {"id", "reason", "bad", "good"} for rule in listed)
    assert all(rule["id"] in rules_in("text") for rule in listed)
