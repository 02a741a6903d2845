"""The shop, its sources together and apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audience.shop import Shop, make_shop


@pytest.fixture(params=["together", "apart"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A shop whose two connectors are one database, or two."""
    made = make_shop(tmp_path)
    made.apart = request.param == "apart"
    return made
