"""A project in a git repository of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.git import Git, commit_all, git_in
from tests.support.stage import Stage, open_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The stage, committed as `base`, in a subfolder of its repository."""
    repository = tmp_path / "repository"
    with open_stage(repository / "cs") as opened:
        opened.write(".gitignore", ".touchline/\n")
        commit_all(repository)("tag", "base")
        yield opened


@pytest.fixture
def git(stage: Stage) -> Git:
    """Git in the project's folder."""
    return git_in(stage.root)
