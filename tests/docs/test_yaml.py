"""Every example of a file in the docs is valid in the demo's project; so are both projects."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import cli
from connectors.demo.beginning import make_project, make_reference_project
from connectors.demo.example import Ports, write_example
from engine.check import problems_of
from engine.problems import Problem
from engine.read.load import load_project
from engine.testing import try_examples
from engine.workplace import open_workplace
from tests.docs.pages import ROOT, Block, blocks

EXAMPLES = blocks(["yaml", "markdown", "mjml"])
FILES = {
    "touchline": "touchline.yaml",
    "entity": "catalog/{name}.yaml",
    "segment": "segments/{name}.yaml",
    "playbook": "playbooks/{name}.yaml",
    "metric": "metrics/{name}.yaml",
    "test": "playbooks/{name}.test.yaml",
}
TODAY = date(2026, 3, 1)
STEPS = {"email", "task", "webhook", "wait", "exit", "enroll"}
AS_CONDITIONS = "segment: example\nof: user\nwhere:\n{}"
AS_STEPS = "playbook: example\nsegment: trained\nsteps:\n{}"


def problems(root: Path, path: str = "") -> list[str]:
    """What validation says about a project, or about one file of it."""
    found = problems_of(load_project(root))
    return [_told(problem) for problem in found if not path or problem.place.path == path]


def _told(problem: Problem) -> str:
    return f"{problem.severity} {problem.code} {problem}"


def placed(block: Block) -> tuple[str, str]:
    """Where an example would stand in a project, and the file it would be."""
    if block.language == "markdown":
        return "emails/feature-checkup.md", block.text
    if block.language == "mjml":
        return "emails/month.mjml", block.text
    text = block.text
    if text.startswith("- "):
        frame = AS_STEPS if re.match(r"- ([\w.]+):", text)[1] in STEPS else AS_CONDITIONS  # type: ignore[index]
        text = frame.format(textwrap.indent(text, "  "))
    first, name = re.match(r"(\w+): *(\S+)", text).groups()  # type: ignore[union-attr]
    return FILES[first].format(name=name), text


def project_of(page: Path, folder: Path) -> Path:
    """The project that a page speaks of: the tutorial of a new one, all others of the demo's."""
    if page.name == "tutorial.md":
        make_project(folder, name="new", today=TODAY)
    else:
        write_example(folder, Ports(smtp=52525, webhook=58080))
    return folder


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_an_example_in_the_docs_is_valid(block: Block, tmp_path: Path) -> None:
    path, text = placed(block)
    project = project_of(block.page, tmp_path / "project")
    file = project / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    assert problems(project, path) == []


@pytest.mark.parametrize(
    "block", [each for each in EXAMPLES if each.text.startswith("test:")], ids=str
)
def test_a_test_in_the_docs_holds(block: Block, tmp_path: Path) -> None:
    project = project_of(block.page, tmp_path / "project")
    path, text = placed(block)
    (project / path).write_text(text, encoding="utf-8")
    workplace = open_workplace(project, project, cli._ports())
    tested = try_examples(workplace, cli._props(), [Path(path)], project, watching=None)
    assert [each.message for case in tested.cases for each in case.failures] == []


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda folder: write_example(folder, Ports(1, 2)), id="demo"),
        pytest.param(lambda folder: make_project(folder, name="new", today=TODAY), id="init"),
        pytest.param(
            lambda folder: make_reference_project(folder, name="new"),
            id="init --reference",
        ),
    ],
)
def test_a_packaged_project_is_valid(write: Callable[[Path], object], tmp_path: Path) -> None:
    write(tmp_path)
    assert problems(tmp_path) == []


def test_an_example_that_is_wrong_would_be_found(tmp_path: Path) -> None:
    project = project_of(ROOT / "README.md", tmp_path / "project")
    (project / "segments/example.yaml").write_text(
        AS_CONDITIONS.format("  - signed_up: {days_ago: 3}\n"), encoding="utf-8"
    )
    assert "signed_up_at" in problems(project, "segments/example.yaml")[0]


def test_there_are_examples_of_every_kind_of_file() -> None:
    kinds = {placed(block)[0].split("/")[0] for block in EXAMPLES}
    assert kinds == {"touchline.yaml", "catalog", "segments", "playbooks", "metrics", "emails"}
