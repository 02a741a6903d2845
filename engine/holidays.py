"""Public holidays by country, from the library `holidays`. Pure: a date is one, or is not."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache

from engine.problems import did_you_mean

__all__ = ["find_holidays"]


@lru_cache(maxsize=64)
def find_holidays(name: str) -> Container[date]:
    """The public holidays of `US`, or of a part of a country as `US-CA`, of any year.

    Raises:
        ValueError: there is no such country or part; the message says what was expected.
    """
    import holidays  # takes time to import: only where a project observes any

    known = {code: parts for code, parts in _countries().items() if len(code) == 2}
    country, dash, part = name.partition("-")
    if country not in known:
        near = did_you_mean(country.upper(), known)
        raise ValueError(f"expected a country by its two letters, as `US` or `US-CA`; {near}")
    if dash and part not in known[country]:
        near = did_you_mean(name, [f"{country}-{each}" for each in known[country]])
        raise ValueError(f"expected a part of {country} whose holidays are known; {near}")
    return holidays.country_holidays(country, subdiv=part or None)


def _countries() -> dict[str, list[str]]:
    import holidays

    return holidays.list_supported_countries()
