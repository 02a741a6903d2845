"""Every play of the library validates, reads well and does what its test says, used or added."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.language.project import Project
from engine.problems import Problem
from engine.read.library import (
    PLAYS,
    STAGES,
    library_emails,
    library_names,
    library_play,
    stage_of,
)
from engine.read.load import load_project
from tests.library.projects import (
    added,
    advice,
    copies_of_all,
    reference,
    samples,
    tried,
    used,
)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project into which every play was copied."""
    return copies_of_all(reference(tmp_path_factory.mktemp("copies") / "project"))


@pytest.fixture(scope="module")
def uses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that uses every play."""
    root = reference(tmp_path_factory.mktemp("uses") / "project")
    for play in library_names():
        used(root, play)
    return root


@pytest.fixture(scope="module")
def advised(copies: Path, uses: Path) -> tuple[Problem, ...]:
    """What `validate` and `lint` say of both."""
    return (*advice(copies), *advice(uses))


@pytest.fixture(scope="module")
def both(copies: Path, uses: Path) -> tuple[Project, Project]:
    """Both projects, read."""
    return load_project(copies), load_project(uses)


@pytest.mark.parametrize("play", library_names())
def test_a_play_that_is_added_holds_its_test(play: str, tmp_path: Path, copies: Path) -> None:
    """In a project of its own, so that whoever runs some of these tries no other play."""
    root = reference(tmp_path / "project")
    done = added(root, play)
    assert done.problems == ()
    for path in done.written:
        assert (root / path).read_bytes() == (copies / path).read_bytes()
    [case] = tried(root).cases
    assert (case.playbook, [each.message for each in case.failures]) == (play, [])


def test_all_plays_are_valid_and_there_is_no_advice(advised: tuple[Problem, ...]) -> None:
    assert advised == ()


@pytest.mark.parametrize("play", library_names())
def test_a_play_that_is_used_is_the_one_that_is_added(
    play: str, both: tuple[Project, Project]
) -> None:
    """`touchline add` changes nothing of what it does: it is the same version."""
    copy, use = (each.playbooks[play] for each in both)
    assert use.declared == copy.declared
    assert (use.schedule, use.priority, use.entry) == (copy.schedule, copy.priority, copy.entry)
    assert use.place.path == f"playbooks/{play}.yaml"


@pytest.mark.parametrize("play", library_names())
def test_a_play_says_what_it_is(play: str) -> None:
    blueprint = library_play(play)
    assert blueprint.name == play
    assert blueprint.data["description"]
    assert blueprint.data["goal"]["name"]
    assert [
        name for name, each in blueprint.data["inputs"].items() if "description" not in each
    ] == []
    assert (PLAYS / f"{play}.test.yaml").is_file()
    lacking = [name for name, each in blueprint.inputs.items() if each.sample is None]
    assert lacking == [], "an input has a default, or an example of what to say"
    assert samples(play).keys() <= blueprint.inputs.keys()
    assert [stage for stage, plays in STAGES.items() if play in plays] == [stage_of(play)]


def test_the_stages_hold_the_plays_that_there_are() -> None:
    assert sorted(play for plays in STAGES.values() for play in plays) == list(library_names())


_ONE_NAME = {
    "account.csm": "manager",
    "csm": "manager",
    "ae": "seller",
    "executive": "executive",
    "wrote_to_us": "wrote",
    "csm_call": "talked",
    "contract_start": "started",
    "touch_model": "touch_model",
    "arr": "revenue",
    "churned_on": "churned_on",
    "left_on": "left_on",
}
"""What a default stands for, and what plays call it."""


@pytest.mark.parametrize("play", library_names())
def test_one_thing_has_one_name_in_all_plays(play: str) -> None:
    called = {name: each.default for name, each in library_play(play).inputs.items()}
    stray = {
        name: default
        for name, default in called.items()
        if isinstance(default, str) and _ONE_NAME.get(default, name) != name
    }
    assert stray.keys() <= {"sender"}, "who writes in the name of accounting"


@pytest.mark.parametrize("play", library_names())
def test_the_page_of_the_library_tells_of_a_play_and_its_inputs(play: str) -> None:
    page = (PLAYS.parent / "docs/library.md").read_text("utf-8")
    section = page.partition(f"\n### {play}\n")[2].partition("\n#")[0]
    assert [name for name in library_play(play).inputs if f"`{name}`" not in section] == []


def test_every_email_begins_with_the_name_of_its_play() -> None:
    stray = [
        email
        for email in library_emails()
        if not any(email == play or email.startswith(f"{play}-") for play in library_names())
    ]
    assert stray == []
