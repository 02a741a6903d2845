"""A segment that is asked again: its statements are those of compiling it anew, at any instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.sqlite import SqliteDatabase
from engine.audience import again
from engine.audience.contacts import NoEnrollments
from engine.audience.select import holding, select_keys
from engine.audience.snapshot import Snapshot, open_sources
from engine.audience.statements import statements
from engine.audience.stays import Own
from engine.compile.calendar import Calendar, day_from_today, now, this_day, window_start
from engine.moments import Duration, Unit
from tests.audience.shop import AS_OF, Log, Shop, at, contact, make_shop
from tests.audience.test_kept import database, opened
from tests.support.keeping import anew, written_for_once


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Three users of three accounts, in SQLite."""
    made = make_shop(tmp_path)
    database(made)
    return made


@contextmanager
def nothing_lowered() -> Iterator[None]:
    """Whoever lowers a condition fails."""

    def refuse(*asked: object) -> None:
        raise AssertionError("it was lowered anew")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "lower", refuse)
        yield


WHERES = {
    "days ago": "- {signed_up_at: {days_ago: {between: [30, 90]}}}",
    "on one day, or not": "- {signed_up_at: {days_ago: 30}}\n- {onboarded_at: {is_not: today}}",
    "days and hours": "- {did: used, within: 1 day}\n- {did: used, within: 24 hours}",
    "one window twice": "- {did: used, within: 7 days}\n- {did: logged_in, since: 7 days ago}",
    "months": "- {did: used, within: 1 month}\n- {did: logged_in, since: 1 month ago}",
    "the start of the month": "- {did: used, since: start of month}\n- {did: used, until: today}",
    "a literal day beside today": "- {signed_up_at: {since: 2026-03-01}}\n"
    "- {did: used, since: start of month}",
    "a literal instant beside now": "- {signed_up_at: {before: '2026-03-10T13:00:00Z'}}\n"
    "- {did_not: used}",
    "dates": "- {account.renews_on: {in_next: 1 month}}\n- {account.renews_on: {is_not: today}}",
    "an anniversary": "- {account.renews_on: {anniversary: {in_next: 30 days}}}",
    "a change of the rate": "- did: used\n"
    "  change: {over: 7 days, against: 1 month, by: {at_most: -50%}}\n"
    "- {did: used, within: 7 days}",
    "an event that none followed": "- did: used\n"
    "  not_followed_by: {did: logged_in, within: 24 hours}",
    "the log": "- {not_contacted: {within: 2 days}}\n- {did: used, within: 48 hours}",
    "a day that hangs on a row": "- {did: used, since: 2 days after signed_up_at}",
}
ZONES = ("America/New_York", "America/Havana", "Africa/Cairo", "Pacific/Apia", "UTC")
INSTANTS = tuple(
    map(
        at,
        (
            *("2026-03-10T13:00:00", "2026-03-10T13:00:00.000001", "2026-03-10T14:00:00"),
            *("2026-03-08T04:59:59", "2026-03-08T05:00:00", "2026-03-08T07:00:00"),
            *("2026-03-09T04:00:00", "2026-11-01T05:30:00", "2026-03-31T13:00:00"),
            *("2028-02-29T12:00:00", "2026-12-31T23:59:59", "2027-01-01T05:00:00"),
        ),
    )
)
"""Clock changes and the days after, ends of months and of a year, midnights, a part of a second."""


@pytest.mark.parametrize("where", WHERES.values(), ids=WHERES)
def test_the_statements_are_those_of_compiling_anew(shop: Shop, where: str) -> None:
    segment = shop.segment(where)
    with opened(shop) as snapshot:
        audience = replace(
            segment, zone=ZoneInfo("America/Havana")
        )  # its clocks change at midnight
        for as_of in INSTANTS:
            assert statements(audience, snapshot, as_of) == anew(audience, snapshot, as_of)


moments_of_days = st.datetimes(datetime(2023, 12, 1), datetime(2028, 4, 1))  # noqa: DTZ001


@given(
    where=st.sampled_from(list(WHERES.values())),
    zone=st.sampled_from(ZONES),
    first=moments_of_days,
    by=st.lists(
        st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
        | st.timedeltas(timedelta(0), timedelta(days=400)),
        min_size=1,
        max_size=2,
    ),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_at_any_instants(
    shared: Shop, where: str, zone: str, first: datetime, by: Sequence[timedelta]
) -> None:
    audience = replace(shared.segment(where), zone=ZoneInfo(zone))
    as_of = first.replace(tzinfo=UTC)
    with opened(shared) as snapshot:
        for each in (timedelta(0), *by):
            as_of += each
            assert statements(audience, snapshot, as_of) == anew(audience, snapshot, as_of)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The same, for every example."""
    made = make_shop(tmp_path_factory.mktemp("shop"))
    database(made)
    return made


KEPT = [name for name in WHERES if name not in ("an anniversary", "a change of the rate")]


@pytest.mark.parametrize("name", KEPT)
def test_a_minute_later_nothing_is_lowered(shop: Shop, name: str) -> None:
    segment = shop.segment(WHERES[name])
    begun = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
    with opened(shop) as snapshot:
        select_keys(segment, snapshot, begun)
        with nothing_lowered():
            found = select_keys(segment, snapshot, begun + timedelta(minutes=1))
    with opened(shop) as snapshot, written_for_once():
        assert found == select_keys(segment, snapshot, begun + timedelta(minutes=1))


def test_the_next_snapshot_and_the_segment_bound_anew_find_it(shop: Shop) -> None:
    for number in range(3):
        segment = shop.segment("- {did: used, within: 36 hours}")
        as_of = AS_OF + timedelta(minutes=number)
        with opened(shop) as snapshot:
            if not number:
                statements(segment, snapshot, as_of)
                continue
            with nothing_lowered():
                found = statements(segment, snapshot, as_of)
            assert found == anew(segment, snapshot, as_of)


def test_what_the_log_has_by_then_is_asked(shop: Shop) -> None:
    """Of a log without any nothing is asked; a plan that was made so ends with the first row."""
    segment = shop.segment("- {not_contacted: {within: 7 days}}")
    path, found = shop.folder / "shop.db", []
    for rows in ((), [contact("t-1", "user", 1, "2026-03-09T12:00")], ()):
        zones = dict.fromkeys(("crm", "product"), ZoneInfo("UTC"))
        databases = dict.fromkeys(zones, SqliteDatabase(path, zones))
        for minutes in (0, 1):
            with open_sources(databases, Log(rows), shop.catalog) as snapshot:
                found.append(select_keys(segment, snapshot, AS_OF + timedelta(minutes=minutes)))
    assert found == [[1, 2, 3], [1, 2, 3], [2, 3], [2, 3], [1, 2, 3], [1, 2, 3]]


def test_a_log_is_asked_for_the_window_of_this_time(shop: Shop) -> None:
    segment = shop.segment("- {not_contacted: {within: 1 hour}}")
    rows = [contact("t-1", "user", 1, "2026-03-10T14:30")]
    zones = dict.fromkeys(("crm", "product"), ZoneInfo("UTC"))
    databases = dict.fromkeys(zones, SqliteDatabase(shop.folder / "shop.db", zones))
    with open_sources(databases, Log(rows), shop.catalog) as snapshot:
        found = [select_keys(segment, snapshot, AS_OF + timedelta(hours=n)) for n in range(4)]
    assert found == [[1, 2, 3], [1, 2, 3], [2, 3], [1, 2, 3]]


# ---------------------------------------------------------------- rows of the ledger, and of some

TOUCHED = (
    contact("t-1", "user", 1, "2026-03-10T14:30"),
    contact("t-2", "user", 2, "2026-03-10T16:30"),
    contact("t-3", "account", "c", "2026-03-11T12:00"),
)
HOURS = (0, 2, 3, 4, 26, 120)
"""From before the first of them until none is left in two days."""


@dataclass(frozen=True)
class Inside(NoEnrollments):
    """Who is in any playbook at an instant: one more each hour."""

    since: datetime

    def inside(self, entity: str, playbook: str, at: datetime) -> Iterator[str]:
        """The keys from 1 on."""
        return iter([str(key) for key in (1, 2, 3) if at - self.since >= timedelta(hours=key)])


@contextmanager
def logged(shop: Shop, *, is_column_store: bool) -> Iterator[Snapshot]:
    """The shop, with a log that has something to tell."""
    if is_column_store:
        made = replace(shop, log=Log(TOUCHED), enrollments=Inside(AS_OF))
        made.add("product.users", user_id=1, account_id="a", signed_up_at=at("2026-03-01T12:00"))
        with made.sources() as snapshot:
            yield snapshot
        return
    zones = dict.fromkeys(("crm", "product"), ZoneInfo("UTC"))
    databases = dict.fromkeys(zones, SqliteDatabase(shop.folder / "shop.db", zones))
    with open_sources(databases, Log(TOUCHED), shop.catalog, enrollments=Inside(AS_OF)) as snapshot:
        yield snapshot


OF_THE_LEDGER = {
    "who was not contacted": "- {not_contacted: {within: 2 days}}",
    "how often": "- {contacted: {within: 3 hours, times: {at_least: 1}}}",
    "of the parent": "- {account: {contacted: {within: 1 day}}}",
    "both": "- any: [{contacted: {within: 1 hour}}, {account: {not_contacted: {within: 1 day}}}]",
    "beside events": "- {not_contacted: {within: 2 days}}\n- {did_not: used, within: 36 hours}",
}


@pytest.mark.parametrize("is_column_store", [False, True], ids=["SQLite", "DuckDB"])
@pytest.mark.parametrize("where", OF_THE_LEDGER.values(), ids=OF_THE_LEDGER)
def test_beside_a_log_that_has_rows(shop: Shop, where: str, is_column_store: bool) -> None:
    """In one snapshot and from one to the next: what is kept is what is written anew."""
    segment = shop.segment(where)
    for _ in range(2):
        with logged(shop, is_column_store=is_column_store) as snapshot:
            for hours in HOURS:
                as_of = AS_OF + timedelta(hours=hours)
                assert statements(segment, snapshot, as_of) == anew(segment, snapshot, as_of)
                found = select_keys(segment, snapshot, as_of)
                with written_for_once():
                    assert found == select_keys(segment, snapshot, as_of)


@pytest.mark.parametrize("is_column_store", [False, True], ids=["SQLite", "DuckDB"])
@pytest.mark.parametrize("where", OF_THE_LEDGER.values(), ids=OF_THE_LEDGER)
def test_beside_such_a_log_nothing_is_lowered(
    shop: Shop, where: str, is_column_store: bool
) -> None:
    segment, as_of = shop.segment(where), AS_OF + timedelta(hours=3)
    for number in range(3):
        lowered = nothing_lowered() if number else nullcontext()
        with logged(shop, is_column_store=is_column_store) as snapshot, lowered:
            select_keys(segment, snapshot, as_of + timedelta(minutes=number))


def test_events_of_a_column_store_are_counted_by_the_kept_statement(shop: Shop) -> None:
    """Once a snapshot: who asks for the second time there, asks what is held."""
    segment = shop.segment("- {did: used, within: 7 days}\n- {did_not: logged_in}")
    other = shop.segment("- {did: used, within: 7 days}")
    for number in range(3):
        as_of = AS_OF + timedelta(minutes=number)
        with shop.sources() as snapshot:
            with nothing_lowered() if number else nullcontext():
                first = select_keys(segment, snapshot, as_of)
            assert first == select_keys(segment, snapshot, as_of)
            of_other = select_keys(other, snapshot, as_of)
            with written_for_once():
                assert first == select_keys(segment, snapshot, as_of)
                assert of_other == select_keys(other, snapshot, as_of)


OF_SOME = OF_THE_LEDGER | {name: WHERES[name] for name in ("dates", "months", "days and hours")}


@pytest.mark.parametrize("is_column_store", [False, True], ids=["SQLite", "DuckDB"])
@pytest.mark.parametrize("where", OF_SOME.values(), ids=OF_SOME)
def test_of_some_keys(shop: Shop, where: str, is_column_store: bool) -> None:
    """A page of customers after another, by one statement; their own touches are no contact."""
    segment = shop.segment(where)
    stays = (None, Own(segment.entity, frozenset({"e-1"})))
    with logged(shop, is_column_store=is_column_store) as snapshot:
        for hours, keys, own in product((3, 24), ((1, 2), (3, 7)), stays):
            asked = (segment.condition, segment.entity, keys, snapshot)
            as_of = AS_OF + timedelta(hours=hours)
            found = holding(*asked, as_of, segment.zone, own=own)
            with written_for_once():
                assert found == holding(*asked, as_of, segment.zone, own=own)


def test_of_other_keys_nothing_is_lowered(shop: Shop) -> None:
    segment = shop.segment("- {not_contacted: {within: 2 days}}")
    for number, keys in enumerate(((1, 2), (3,), (1, 2, 3))):
        asked = (segment.condition, segment.entity, keys)
        lowered = nothing_lowered() if number else nullcontext()
        with logged(shop, is_column_store=False) as snapshot, lowered:
            as_of = AS_OF + timedelta(hours=4, minutes=number)
            found = holding(*asked, snapshot, as_of, segment.zone)
        assert found == {*keys} - {1, 2}


def test_numbers_of_another_type_are_others(shop: Shop) -> None:
    """1 and 1.0 are equal, and two parameters."""
    wheres = [f"- did: used\n  highest: {{seconds: {{at_least: {n}}}}}" for n in ("1", "1.0", "1")]
    segments = [shop.segment(where) for where in wheres]
    assert segments[0].condition != segments[1].condition
    with opened(shop) as snapshot:
        for segment in segments:
            told = [repr(each) for each in statements(segment, snapshot, AS_OF)]
            assert told == [repr(each) for each in anew(segment, snapshot, AS_OF)]


# ---------------------------------------------------------------- the calendar

WEEK, DAY_AND_HOURS = Duration(1, Unit.WEEK), Duration(24, Unit.HOUR)

READ: dict[str, tuple[Callable[[Calendar], object], str, str, bool]] = {
    "what stands alone is what it is": (
        lambda it: it.read(now),
        *("2026-03-10T13:00", "2027-01-01T00:00"),
        True,
    ),
    "what was equal is not": (
        lambda it: (it.read(window_start, DAY_AND_HOURS), it.read(window_start, WEEK)),
        *("2026-03-10T00:00", "2026-03-10T01:00"),
        True,
    ),
    "two that change places": (
        lambda it: (it.read(window_start, Duration(10, Unit.HOUR)), it.read(now_day)),
        *("2026-03-10T09:00", "2026-03-10T11:00"),
        False,
    ),
    "two that meet": (
        lambda it: (it.read(window_start, Duration(10, Unit.HOUR)), it.read(now_day)),
        *("2026-03-10T09:00", "2026-03-10T10:00"),
        False,
    ),
    "a part of a second": (
        lambda it: it.read(now),
        *("2026-03-10T13:00", "2026-03-10T13:00:00.5"),
        False,
    ),
    "a number": (lambda it: it.read(this_day), "2026-03-10T13:00", "2026-03-11T13:00", False),
    "the same number": (lambda it: it.read(this_day), "2026-03-10T13:00", "2026-03-10T14:00", True),
    "a day beside an instant of it": (
        lambda it: (it.read(now), it.read(day_from_today, 0)),
        *("2026-03-10T00:00", "2026-03-10T14:00"),
        True,
    ),
}


def now_day(as_of: datetime, zone: ZoneInfo) -> datetime:
    """Midnight."""
    return as_of.replace(hour=0, minute=0)


@pytest.mark.parametrize("row", READ.values(), ids=READ)
def test_when_readings_serve_another_instant(
    row: tuple[Callable[[Calendar], object], str, str, bool],
) -> None:
    read, first, second, serves = row
    for one, other in pairwise((at(first), at(second), at(first))):
        calendar = Calendar(one, ZoneInfo("UTC"))
        read(calendar)
        moved = calendar.readings().again(other)
        assert (moved is not None) == serves
