"""`--dialect`: what is told where a dialect is unknown, not installed, or cannot say something."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import registry
from sqlalchemy.exc import NoSuchModuleError

from cli import _ports
from connectors.paper.dialects import PAPER, paper_dialect
from engine.answers import statements_of
from engine.check import check_files
from engine.dialect_check import check_dialect
from engine.problems import Invalid, Misuse
from engine.workplace import Workplace, open_workplace

PROJECT = Path(__file__).parent / "project"
AS_OF = datetime(2026, 3, 10, 13, tzinfo=UTC)


@pytest.fixture
def workplace() -> Workplace:
    """The small project of this folder; it has no data."""
    return open_workplace(PROJECT, PROJECT, _ports())


def test_an_unknown_dialect_is_named_with_the_nearest() -> None:
    with pytest.raises(Misuse, match=r"no dialect `snowflak`; did you mean snowflake\?"):
        paper_dialect("snowflak")


@pytest.mark.parametrize("name", [name for name, each in PAPER.items() if each.package])
def test_one_that_is_not_installed_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(registered: str) -> None:
        raise NoSuchModuleError(f"no {registered}")

    monkeypatch.setattr(registry, "load", missing)
    with pytest.raises(Misuse, match="is not installed; `pip install '") as told:
        PAPER[name].load()
    assert PAPER[name].package in str(told.value)


def test_statements_are_written_without_any_data(workplace: Workplace) -> None:
    found = statements_of(workplace, "text", AS_OF, dialect="sqlserver").statements
    assert [each.dialect for each in found] == ["sqlserver"]
    assert "FROM product.users" in found[0].sql


def test_a_refusal_names_the_place_of_the_segment(workplace: Workplace) -> None:
    with pytest.raises(Invalid, match=r"ignore_case.*halves") as told:
        statements_of(workplace, "ignore_case", AS_OF, dialect="sqlserver")
    [problem] = told.value.problems
    assert (problem.place.path, problem.code) == ("segments/ignore_case.yaml", "beyond-dialect")


def test_validation_tells_of_everything_that_a_dialect_cannot_say() -> None:
    checked = check_files(PROJECT, PROJECT)
    assert checked.is_valid
    found = check_dialect(checked, _ports(), "sqlserver")
    beyond = {
        (each.place.path, each.place.line)
        for each in found.problems
        if each.code == "beyond-dialect"
    }
    assert beyond == {
        *((f"segments/{name}.yaml", 1) for name in ("ignore_case", "local_days", "moments")),
        ("playbooks/help.yaml", 1),  # its exit
        ("playbooks/help.yaml", 11),  # a branch
    }


def test_a_dialect_that_can_say_everything_has_no_problems() -> None:
    checked = check_files(PROJECT, PROJECT)
    assert check_dialect(checked, _ports(), "postgresql").is_valid
