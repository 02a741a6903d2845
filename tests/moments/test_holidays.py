"""Public holidays of a country or of a part of one."""

from __future__ import annotations

from datetime import date

import pytest

from engine.holidays import find_holidays

ARE = [
    pytest.param("US", date(2026, 12, 25), True, id="a-holiday"),
    pytest.param("US", date(2026, 7, 3), True, id="observed-on-the-day-before"),
    pytest.param("US", date(2026, 7, 6), False, id="a-plain-day"),
    pytest.param("US", date(2026, 3, 31), False, id="not-a-holiday-of-the-whole-country"),
    pytest.param("US-CA", date(2026, 3, 31), True, id="a-holiday-of-a-part"),
    pytest.param("FR", date(2030, 7, 14), True, id="any-year"),
]


@pytest.mark.parametrize(("name", "day", "expected"), ARE)
def test_a_date_is_a_holiday_or_not(name: str, day: date, expected: bool) -> None:
    assert (day in find_holidays(name)) is expected


UNKNOWN = [
    pytest.param("us", "did you mean US", id="case"),
    pytest.param("XX", "expected a country", id="no-country"),
    pytest.param("US-CX", "a part of US", id="no-part"),
    pytest.param("", "expected a country", id="empty"),
]


@pytest.mark.parametrize(("name", "told"), UNKNOWN)
def test_what_is_no_country_is_refused(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        find_holidays(name)
