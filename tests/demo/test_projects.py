"""The projects that `demo` and `init` write: complete, each its own, never over something."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from connectors.demo.beginning import make_project, make_reference_project, make_sample_data
from connectors.demo.example import Ports, is_example, point_at, write_example
from connectors.demo.layout import slug
from engine.problems import Refused

TODAY = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def settings(folder: Path) -> dict[str, dict[str, object]]:
    text = (folder / "touchline.yaml").read_text(encoding="utf-8")
    read: dict[str, dict[str, object]] = yaml.safe_load(text)
    return read


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_has_all_a_project_needs(tmp_path: Path) -> None:
    written = make_project(tmp_path / "new", name="Acme CS", today=TODAY)
    assert {path.relative_to(tmp_path / "new").as_posix() for path in written} == {
        *(".github/workflows/touchline.yml", ".gitignore", ".gitlab-ci.yml"),
        *(".pre-commit-config.yaml", "README.md", "catalog/account.yaml", "catalog/user.yaml"),
        *("data/product/accounts.csv", "data/product/events.csv", "data/product/users.csv"),
        *("emails/gone-quiet.md", "playbooks/gone-quiet.yaml", "segments/paying.yaml"),
        *("playbooks/gone-quiet.test.yaml", "touchline.yaml"),
    }
    assert names(tmp_path / "new") == {p.relative_to(tmp_path / "new").as_posix() for p in written}


def test_a_reference_project_has_all_that_the_library_speaks_of(tmp_path: Path) -> None:
    written = make_reference_project(tmp_path / "new", name="Acme CS")
    written += make_sample_data(tmp_path / "new", now=NOW)
    entities = [
        "account",
        "user",
        "ticket",
        "opportunity",
        "invoice",
        "meeting",
        "survey",
        "training",
        "objective",
    ]
    files = names(tmp_path / "new")
    assert files == {path.relative_to(tmp_path / "new").as_posix() for path in written}
    assert {path for path in files if path.startswith("catalog/")} == {
        f"catalog/{entity}.yaml" for entity in entities
    }
    assert {path.split("/")[0] for path in files if not path.startswith("catalog/")} == {
        *(".github", ".gitignore", ".gitlab-ci.yml", ".pre-commit-config.yaml", "README.md"),
        *("data", "metrics", "playbooks", "segments", "touchline.yaml"),
    }
    assert settings(tmp_path / "new")["name"] == "acme-cs"
    assert str(settings(tmp_path / "new")["ledger"]["id"]).startswith("acme-cs-")
    assert (tmp_path / "new/README.md").read_text(encoding="utf-8").startswith("# acme-cs\n")


def test_the_demo_and_the_reference_project_speak_of_the_same(tmp_path: Path) -> None:
    make_reference_project(tmp_path / "new", name="new")
    write_example(tmp_path / "demo", Ports(1, 2))
    one, two = (
        {path.name: path.read_text("utf-8") for path in (tmp_path / name / "catalog").iterdir()}
        for name in ("new", "demo")
    )
    assert one == two


def test_a_new_project_bears_its_own_name_and_ledger(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        make_project(tmp_path / folder, name="Acme CS!", today=TODAY)
    one, two = settings(tmp_path / "one"), settings(tmp_path / "two")
    assert one["name"] == "acme-cs"
    assert str(one["ledger"]["id"]).startswith("acme-cs-")
    assert one["ledger"]["id"] != two["ledger"]["id"]
    assert (tmp_path / "one/README.md").read_text(encoding="utf-8").startswith("# acme-cs\n")


def test_its_sample_data_tells_of_today(tmp_path: Path) -> None:
    make_project(tmp_path, name="new", today=TODAY)
    with (tmp_path / "data/product/events.csv").open(encoding="utf-8") as file:
        days = [datetime.fromisoformat(row["occurred_at"]).date() for row in csv.DictReader(file)]
    assert max(days) == date(2027, 2, 28)
    assert all(day < TODAY for day in days)


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda folder: make_project(folder, name="new", today=TODAY), id="init"),
        pytest.param(lambda folder: make_reference_project(folder, name="new"), id="reference"),
        pytest.param(lambda folder: write_example(folder, Ports(1, 2)), id="demo"),
    ],
)
def test_nothing_is_ever_written_over(tmp_path: Path, write: Callable[[Path], object]) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match=r"already holds mine\.txt: name a new or empty folder"):
        write(tmp_path)
    assert names(tmp_path) == {"mine.txt"}


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    with pytest.raises(Refused, match="here is a file"):
        make_project(tmp_path / "here", name="new", today=TODAY)


def test_the_demo_project_names_its_ports(tmp_path: Path) -> None:
    write_example(tmp_path / "demo", Ports(smtp=4025, webhook=4080))
    channels = settings(tmp_path / "demo")["channels"]
    assert channels["email"]["port"] == 4025  # type: ignore[index]
    assert channels["slack-cs"]["url"] == "http://127.0.0.1:4080/slack-cs"  # type: ignore[index]


def test_only_the_ports_of_the_demo_project_are_written_anew(tmp_path: Path) -> None:
    write_example(tmp_path / "demo", Ports(smtp=4025, webhook=4080))
    path = tmp_path / "demo/touchline.yaml"
    before = path.read_text(encoding="utf-8") + "# and a line of mine: 4025\n"
    path.write_text(before, encoding="utf-8")
    point_at(tmp_path / "demo", Ports(smtp=5025, webhook=5080))
    after = path.read_text(encoding="utf-8")
    assert after == before.replace("port: 4025", "port: 5025").replace(":4080/", ":5080/")


def test_lines_that_are_no_longer_there_are_said(tmp_path: Path) -> None:
    write_example(tmp_path / "demo", Ports(smtp=4025, webhook=4080))
    (tmp_path / "demo/touchline.yaml").write_text("touchline: 1\n", encoding="utf-8")
    with pytest.raises(Refused, match="no longer has the two lines"):
        point_at(tmp_path / "demo", Ports(smtp=5025, webhook=5080))


def test_the_signing_key_is_for_its_owner_only(tmp_path: Path) -> None:
    write_example(tmp_path / "demo", Ports(1, 2))
    path = tmp_path / "demo/.touchline/webhook-secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8").startswith("whsec_")


def test_a_demo_project_is_told_from_others(tmp_path: Path) -> None:
    write_example(tmp_path / "demo", Ports(1, 2))
    make_project(tmp_path / "new", name="new", today=TODAY)
    assert is_example(tmp_path / "demo")
    assert not is_example(tmp_path / "new")
    assert not is_example(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Acme CS!", "acme-cs"), ("---", "project"), ("été 2026", "t-2026"), ("a", "a")],
)
def test_a_folder_name_becomes_a_project_name(name: str, expected: str) -> None:
    assert slug(name) == expected
