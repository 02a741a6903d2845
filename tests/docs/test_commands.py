"""Every `touchline` command in the docs runs, in the order of its page, in a project of its own."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import cli
from connectors.demo.beginning import make_project, make_reference_project, make_sample_data
from connectors.demo.example import Ports, write_example
from connectors.demo.generate import Scale, generate
from engine.report.usage import EXAMPLES
from tests.docs.pages import PAGES, ROOT, blocks
from tests.support.git import commit_all

NOW = datetime.now(UTC)
RUNNING = [page for page in PAGES if "touchline " in page.read_text(encoding="utf-8")]
ANSWERS = {0}
"""A command in the docs succeeds; what is told of failing is told in words."""


FROM_NOTHING = ("tutorial.md", "reference-catalog.md")


def commands(page: Path) -> list[str]:
    """The commands of a page that this project carries out, each as one line."""
    text = "".join(block.text for block in blocks(["sh", "console"], [page]))
    lines = text.replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ") for line in lines if re.match(r"(\$ )?(touchline|cd) ", line)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project with few customers, its ledger, and a repository that it is the main of."""
    return made_in(tmp_path_factory.mktemp("demo") / "touchline-demo")


def made_in(folder: Path) -> Path:
    """The same in a folder of one's own."""
    write_example(folder, Ports(smtp=52525, webhook=58080))
    generate(
        folder / "data",
        Scale(users=1_000, events=10_000),
        as_of=NOW,
        progress=lambda name, done, parts: None,
    )
    for command in ("touchline ledger init", "touchline ledger adopt"):
        assert invoke(command, folder).exit_code == 0
    commit_all(folder)
    return folder


def invoke(command: str, folder: Path) -> click.testing.Result:
    line, _, target = command.partition(" > ")
    arguments = shlex.split(line)[1:]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = CliRunner().invoke(Main(), arguments, catch_exceptions=False)
    if target:
        (folder / target.strip()).write_text(result.stdout, encoding="utf-8")
    return result


class Main(click.Command):
    """The program from its outermost function: what it prints and how it exits is what counts."""

    def __init__(self) -> None:
        super().__init__("touchline")

    def main(self, args: list[str] | None = None, **_: object) -> None:  # type: ignore[override]
        """Run it."""
        cli.main(args)


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_run(page: Path, demo: Path, tmp_path: Path) -> None:
    here = _place_of(page, demo, tmp_path)
    for command in commands(page):
        if command.startswith("cd "):
            here = here / command.removeprefix("cd ")
            continue
        result = invoke(command, here)
        assert result.exit_code in ANSWERS, f"{command}\n{result.output}"


def _place_of(page: Path, demo: Path, empty: Path) -> Path:
    """Tutorials begin with nothing, the page of a new project in it, the rest in a demo."""
    if page.name in FROM_NOTHING:
        return empty
    if "reference" in page.parts:
        make_reference_project(empty / "new", name="new")
        make_sample_data(empty / "new", now=NOW)
        return empty / "new"
    if "starter" in page.parts:
        make_project(empty / "new", name="new", today=NOW.date())
        return empty / "new"
    return demo


ENDLESS = ("demo", "daemon", "worker")
"""What tells a long story, or goes on until it is stopped: the verb alone is tried."""
WAITS = ("held", "run")
"""What may find something that waits for a person or for a server, and says so by its status."""


def test_the_examples_of_the_help_run(tmp_path: Path) -> None:
    """In their order, in the project that they name; `ID` is what a list tells."""
    project = made_in(tmp_path / "touchline-demo")
    (project / "bounces.mbox").write_text("")
    (project / "events.ndjson").write_text("")
    assert EXAMPLES.keys() == cli.cli.commands.keys()
    wrong = []
    for verb, examples in EXAMPLES.items():
        for each in examples:
            assert each.split()[0] == verb
            if verb in ENDLESS or "ID" in each.split():
                continue
            result = invoke(f"touchline {each}", project)
            if result.exit_code not in ({0, 1, 3} if verb in WAITS else {0}):
                wrong.append((each, result.output))
    assert wrong == []


@pytest.mark.parametrize("path", [(), *((name,) for name in cli.cli.commands)], ids=" ".join)
def test_the_help_says_whole_sentences_and_shows_examples(path: tuple[str, ...]) -> None:
    told = invoke(" ".join(["touchline", *path, "--help"]), ROOT).output
    assert "..." not in told.replace("[OPTIONS]", "").split("Options:")[-1], "a sentence is cut off"
    for each in EXAMPLES.get(" ".join(path), ()):
        assert f"\n  touchline {each}\n" in told


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    missing = [name for name in cli.cli.commands if f"`{name}" not in text]
    assert missing == []


def test_no_command_is_documented_that_is_not_there() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z]+)", text, re.MULTILINE))
    assert told - set(cli.cli.commands) == set()
