"""`touchline test`: its forms, its exit status, and what is tried of which paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

import cli
from connectors.demo.beginning import make_project, make_reference_project
from connectors.demo.example import Ports, write_example
from tests.examples.conftest import HEAD, write_project
from tests.support.stage import Answer

REPORT = Path(__file__).resolve().parents[2] / "schemas" / "reports" / "test.json"

HOLDS = f"{HEAD}expect: {{segment: [7]}}\n"
FAILS = f"{HEAD}name: 'never so: \\x07'\nexpect: {{segment: [8], touches: []}}\n".replace("'", '"')
BROKEN = "test: checkup\n"

Do = Callable[..., Answer]


@pytest.fixture(scope="module")
def do(tmp_path_factory: pytest.TempPathFactory) -> Do:
    root = tmp_path_factory.mktemp("command")
    write_project(root)
    for name, text in {"a/holds": HOLDS, "b/fails": FAILS, "b/broken": BROKEN}.items():
        path = root / "playbooks" / f"{name}.test.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return lambda *words: _do(root, "test", *words)


def _do(root: Path, verb: str, *words: str) -> Answer:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        cli.main([verb, "-C", str(root), *words])
    return Answer(int(end.value.code or 0), out.getvalue(), err.getvalue())


def test_json_is_as_its_schema_says(do: Do) -> None:
    answer = do("--format", "json", "--coverage")
    assert answer.status == 1
    Draft202012Validator(json.loads(REPORT.read_text("utf-8"))).validate(answer.data)
    assert (answer.data["passed"], answer.data["failed"]) == (1, 2)
    assert [case["path"] for case in answer.data["cases"]] == [
        *("playbooks/a/holds.test.yaml", "playbooks/b/broken.test.yaml"),
        "playbooks/b/fails.test.yaml",
    ]
    broken, fails = answer.data["cases"][1:]
    assert {each["message"].partition(" (")[0] for each in broken["failures"]} == {
        f"a test lacks `{key}`" for key in ("as_of", "given", "expect")
    }
    assert [each["line"] for each in fails["failures"]] == [9, 9, 9]
    assert [each["playbook"] for each in answer.data["coverage"]] == ["checkup"]


def test_junit_holds_every_case_and_no_character_that_xml_forbids(do: Do) -> None:
    answer = do("--format", "junit")
    suites = ET.fromstring(answer.out)
    assert suites.tag == "testsuites"
    told = {}
    for suite in suites:
        assert (suite.tag, suite.get("errors"), suite.get("skipped")) == ("testsuite", "0", "0")
        cases = suite.findall("testcase")
        failed = [case for case in cases if case.find("failure") is not None]
        assert (int(suite.get("tests", "")), int(suite.get("failures", ""))) == (
            len(cases),
            len(failed),
        )
        assert all(float(case.get("time", "")) >= 0 and case.get("classname") for case in cases)
        told |= {case.get("name"): case.find("failure") for case in cases}
    assert told["holds"] is None
    failure = told["never so: \ufffd"]
    assert failure is not None
    assert failure.get("message") == "expected 8 in the segment; found 7"
    assert "b/fails.test.yaml:9:24: expected nothing else to go out" in str(failure.text)
    assert "signed_up_at" in str(failure.text)


def test_text_ends_with_the_count(do: Do) -> None:
    answer = do()
    assert answer.status == 1
    assert answer.out.splitlines()[0] == "ok  playbooks/a/holds.test.yaml: holds"
    assert answer.out.splitlines()[-1] == "1 passed, 2 failed"


@pytest.mark.parametrize(
    ("path", "status", "passed"), [("playbooks/a", 0, 1), ("playbooks/b/fails.test.yaml", 1, 0)]
)
def test_paths_narrow_what_is_tried(do: Do, path: str, status: int, passed: int) -> None:
    answer = do(path, "--format", "json")
    assert (answer.status, answer.data["passed"], len(answer.data["cases"])) == (status, passed, 1)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("emails", "there is no test in emails; tests end in .test.yaml"),
        ("playbooks/c.test.yaml", "is no file or folder of the project"),
        ("checkup", "; name files or folders, as playbooks/checkup.yaml"),
    ],
)
def test_a_path_without_tests_is_wrong_use(do: Do, path: str, told: str) -> None:
    answer = do(path)
    assert answer.status == 2
    assert told in answer.err


def test_a_project_without_tests_says_what_to_write(tmp_path: Path) -> None:
    write_project(tmp_path)
    answer = _do(tmp_path, "test")
    assert answer.status == 0
    assert "write playbooks/NAME.test.yaml beside a playbook" in answer.out


def test_what_init_and_demo_write_holds(tmp_path: Path) -> None:
    make_project(tmp_path / "new", name="new", today=date(2027, 3, 1))
    write_example(tmp_path / "demo", Ports(smtp=1, webhook=2))
    make_reference_project(tmp_path / "reference", name="new")
    for folder in ("new", "demo", "reference"):
        answer = _do(tmp_path / folder, "test")
        assert answer.status == 0, answer.out
        assert _do(tmp_path / folder, "validate").status == 0
        assert not (tmp_path / folder / ".touchline" / "ledger.db").exists()
