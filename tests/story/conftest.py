"""A stage for each story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import postgres
from tests.support.stage import Stage, open_stage

__all__ = ["postgres", "stage"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A small project on real parts."""
    with open_stage(tmp_path) as opened:
        yield opened
