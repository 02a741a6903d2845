"""What a statement asks of a table of events before anything else, so that files can be skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.audience.statements import statements
from tests.audience.shop import AS_OF, make_shop

WEEK, MONTH = "2026-03-03T05:00:00", "2026-02-08T05:00:00"

FIRST_INSTANTS = {
    "both windows begin with an instant: the earlier": (
        "- {did: logged_in, within: 7 days}\n- {did: used, within: 30 days}",
        [MONTH],
    ),
    "one window is open: none": ("- {did: logged_in, within: 7 days}\n- did: used", []),
    "one window: its own, once": ("- {did: logged_in, within: 7 days}", [WEEK]),
    "one window hangs on a field: none": (
        "- {did: logged_in, within: 7 days}\n- {did: used, since: signed_up_at}",
        [],
    ),
}


@pytest.mark.parametrize(("where", "expected"), FIRST_INSTANTS.values(), ids=FIRST_INSTANTS)
def test_the_first_instant_that_counts(tmp_path: Path, where: str, expected: list[str]) -> None:
    shop = make_shop(tmp_path)
    with shop.sources() as snapshot:
        segment = shop.segment(f"- onboarded_at: {{set: true}}\n{where}")
        [found] = statements(segment, snapshot, AS_OF)
    scan = found.sql.split("FROM product.events")[1].split("GROUP BY")[0]
    asked = [value for name, value in found.parameters.items() if f"({name})s" in scan]
    assert [value for value in asked if value in (WEEK, MONTH)] == expected
