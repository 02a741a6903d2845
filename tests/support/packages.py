"""Programs from Debian's packages, unpacked for this checkout and not installed.

They lie in `.venv/packages`, so that they are fetched once and `make clean` takes them away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

__all__ = ["libraries_of", "missing", "unpacked"]

_CACHE = Path(__file__).parents[2] / ".venv" / "packages"
_FETCH_SECONDS = 180
_LOCK = ("-o", "DPkg::Lock::Timeout=120")


def missing(program: str, package: str) -> NoReturn:
    """Skip the test that needs a program which cannot be had here; in CI it fails."""
    why = f"{program} is not installed, and its Debian packages cannot be had here"
    if os.environ.get("CI"):
        pytest.fail(f"{why}; install {package}", pytrace=False)
    pytest.skip(why)


def unpacked(package: str) -> Path | None:
    """The folder of a package's files, with the libraries that it needs and the machine lacks.

    None where packages cannot be had: no apt, or nothing that it can reach.
    """
    if not all(map(shutil.which, ("apt-get", "apt-cache", "dpkg-query", "dpkg-deb"))):
        return None
    root = _CACHE / package
    root.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be at it
        complete = root / "complete"
        if not complete.exists() and _fetched(package, root):
            complete.touch()
        return root if complete.exists() else None


def libraries_of(root: Path) -> Path:
    """Where the libraries of an unpacked package lie."""
    return next(root.glob("usr/lib/*-linux-gnu*"), root)


def _fetched(package: str, root: Path) -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        lists = (*_LOCK, "-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}")
        found = _downloaded(package, folder, options=_LOCK)
        if not found and _output(["apt-get", *lists, "update"], folder) is not None:
            found = _downloaded(package, folder, options=lists)  # a new machine knows no packages
        return bool(found) and all(
            _output(["dpkg-deb", "--extract", str(each), str(root)], folder) is not None
            for each in found
        )


def _downloaded(package: str, folder: Path, *, options: Sequence[str]) -> list[Path]:
    needed = _output(["apt-cache", *options, "depends", "--important", package], folder) or ""
    named = (line.split()[-1] for line in needed.splitlines() if " Depends: lib" in line)
    lacking = [each for each in named if not _is_installed(each, folder)]
    if _output(["apt-get", *options, "download", package, *lacking], folder) is None:
        return []
    return sorted(folder.glob("*.deb"))


def _is_installed(package: str, folder: Path) -> bool:
    state = _output(["dpkg-query", "--show", "--showformat=${db:Status-Status}", package], folder)
    return state == "installed"


def _output(command: Sequence[str], folder: Path) -> str | None:
    """What a command says, None where it fails."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        timeout=_FETCH_SECONDS,
        check=False,
    )
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
