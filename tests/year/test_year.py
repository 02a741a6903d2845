"""A simulated year of random playbooks, edits, pauses, policies and days: nothing is ever broken.

The clock is an argument; ledger, sources, passes and gates are the real ones, and only the post is
a fake, which takes everything down. TOUCHLINE_YEARS=1000 lives through so many new years.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from tests.support.ground import Ground, file_ground, server_ground
from tests.year.acts import (
    ByHand,
    Pass,
    Till,
    Year,
)
from tests.year.cast import NEW_YEAR
from tests.year.drawing import years
from tests.year.hands import do
from tests.year.house import open_house
from tests.year.post import Letter
from tests.year.tales import EVENTFUL, TALES
from tests.year.watch import Watch

MANY = int(os.environ.get("TOUCHLINE_YEARS", "0"))


def examples(few: int, *, many: int = MANY) -> settings:
    """The eventful year and a few more, always the same, or as many new ones as were asked for."""
    drawn = [Phase.reuse, Phase.generate, Phase.shrink] if MANY or few else []
    return settings(
        max_examples=many or max(few, 1),
        derandomize=not MANY,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, *drawn],
        print_blob=True,
    )


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """What every one of them stands on, laid once."""
    with file_ground("year", NEW_YEAR) as laid:
        yield laid


@pytest.fixture(scope="module")
def on_postgres(postgres: str) -> Iterator[Ground]:
    """The same on a server."""
    with server_ground("year", NEW_YEAR, server=postgres) as laid:
        yield laid


def live_through(ground: Ground, year: Year) -> tuple[list[Letter], str]:
    """Everything that happens in a year; gives what the post took, and the head of the log."""
    with open_house(ground, year.start) as house:
        house.found(year.books, year.policy)
        watch = Watch(house)
        for act in (Pass(1, True), *year.acts, Pass(60, True)):
            do(house, act)
            match act:
                case Pass(fires=fires) | Till(fires=fires):
                    watch.look(fired=fires)
                case ByHand():
                    watch.look_in()
        return house.letters, watch.end()


OTHERS = {name: year for name, year in TALES.items() if year is not EVENTFUL}
"""The eventful year is lived through below, twice."""


@pytest.mark.parametrize("year", OTHERS.values(), ids=OTHERS)
def test_a_tale_breaks_no_promise(ground: Ground, year: Year) -> None:
    live_through(ground, year)


@examples(1)
@given(year=years(60 if MANY else 30))
def test_nor_does_a_year_of_chance(ground: Ground, year: Year) -> None:
    live_through(ground, year)


@examples(0, many=-(-MANY // 3))
@example(year=EVENTFUL)
@given(year=years(60 if MANY else 30))
def test_nor_does_one_on_postgres(on_postgres: Ground, year: Year) -> None:
    live_through(on_postgres, year)


@examples(0)
@example(year=EVENTFUL)
@given(year=years(60))
def test_the_same_seed_gives_the_same_year(ground: Ground, year: Year) -> None:
    assert live_through(ground, year) == live_through(ground, year)
