"""Git in a folder, by no configuration but its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

__all__ = ["Git", "commit_all", "git_in"]

Git = Callable[..., str]
"""Runs git with some words and gives what it prints."""

_PLAIN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "Ann" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ann@example.com" for who in ("AUTHOR", "COMMITTER")},
}


def git_in(folder: Path) -> Git:
    """Git in a folder."""

    def run(*words: str) -> str:
        found = subprocess.run(
            ["git", *words],
            cwd=folder,
            env={**os.environ, **_PLAIN},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return found.stdout.strip()

    return run


def commit_all(folder: Path) -> Git:
    """A new repository whose branch `main` holds what lies in a folder."""
    git = git_in(folder)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return git
