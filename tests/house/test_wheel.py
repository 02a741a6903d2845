"""The wheel holds everything that runs, under one name, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SHIPPED = ("engine", "connectors", "schemas", "playbooks")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_product_is_in_it(names: set[str]) -> None:
    files = {path for name in SHIPPED for path in (ROOT / name).rglob("*") if path.is_file()}
    expected = {f"touchline/_app/{path.relative_to(ROOT).as_posix()}" for path in files}
    expected = {name for name in expected if "__pycache__" not in name}
    assert expected | {"touchline/__init__.py", "touchline/_app/cli.py"} <= names


def test_it_takes_one_name_of_the_users_environment(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"touchline"}


def test_the_program_runs_from_it_outside_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = "import sys; sys.path.insert(0, 'site'); sys.argv[1:] = ['--help']; "
    command = [sys.executable, "-c", program + "import touchline; touchline.main()"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "Usage:" in done.stdout, done.stderr
    assert done.returncode == 0
