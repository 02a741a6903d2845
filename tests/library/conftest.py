"""What costs seconds and many tests look at: the made-up customers, and whom each play finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.library.town import audiences, town


@pytest.fixture(scope="package")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with sample data that uses every play; nothing writes into it."""
    return town(tmp_path_factory.mktemp("town") / "project")


@pytest.fixture(scope="package")
def found(customers: Path) -> dict[str, list[int | str]]:
    """The keys that each play finds among them."""
    return audiences(customers)
