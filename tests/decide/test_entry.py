"""Gates of entry, fuses and the throttle, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decide.entry import BlownFuse, Candidates, again_refused, gate_of, gates
from engine.decide.facts import Past
from engine.language.playbook import Again, Entry, Fuse
from engine.moments import Duration, Unit
from tests.support.admission import admit

AS_OF = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
LEFT_89_DAYS_AGO = Past(1, AS_OF - timedelta(days=89))
LEFT_90_DAYS_AGO = Past(1, AS_OF - timedelta(days=90))
OF_ANOTHER_ACCOUNT = Past(1, LEFT_89_DAYS_AGO.last_left_at, values=frozenset({"2026-04-01"}))
NEW_YORK = ZoneInfo("America/New_York")
LEFT_90_LOCAL_DAYS_AGO = Past(1, AS_OF - timedelta(days=90, hours=-1))  # an hour was left out
AFTER_90_DAYS = Entry(again=Again(allowed=True, after=Duration(90, Unit.DAY)))


def make_candidates(*matched: str, **given: Any) -> Candidates:
    defaults: dict[str, Any] = {
        "population": 100,
        "as_of": AS_OF,
        "zone": ZoneInfo("UTC"),
    }
    return Candidates(matched, **(defaults | given))


@pytest.mark.parametrize(
    ("entry", "given_", "entering", "skipped"),
    [
        pytest.param(Entry(), {}, "1 2 3", {}, id="all-enter"),
        pytest.param(Entry(), {"meets_exit": frozenset({"2"})}, "1 3", {"exit": 1}, id="exit-met"),
        pytest.param(
            Entry(), {"past": {"1": Past(1, None, True)}}, "2 3", {"already_inside": 1}, id="inside"
        ),
        pytest.param(
            Entry(), {"past": {"1": LEFT_90_DAYS_AGO}}, "2 3", {"again": 1}, id="never-again"
        ),
        pytest.param(
            Entry(again=Again(allowed=True)),
            {"past": {"1": Past(3, AS_OF)}},
            "1 2 3",
            {},
            id="always-again",
        ),
        pytest.param(
            AFTER_90_DAYS, {"past": {"1": LEFT_89_DAYS_AGO}}, "2 3", {"again": 1}, id="too-soon"
        ),
        pytest.param(
            AFTER_90_DAYS, {"past": {"1": LEFT_90_DAYS_AGO}}, "1 2 3", {}, id="after-90-days"
        ),
        pytest.param(
            AFTER_90_DAYS,
            {"past": {"1": LEFT_90_LOCAL_DAYS_AGO}, "zone": NEW_YORK},
            "1 2 3",
            {},
            id="after-90-days-of-its-zone",
        ),
        *(
            pytest.param(
                Entry(again=Again(allowed=True, after=Duration(1, Unit.BUSINESS_DAY))),
                {"past": {"1": Past(1, AS_OF - timedelta(days=1))}, "holidays": off},
                *((entering, skipped)),
                id=name,
            )
            for off, entering, skipped, name in (
                ((), "1 2 3", {}, "after-a-day-of-work"),
                ((AS_OF.date(),), "2 3", {"again": 1}, "which-a-holiday-is-none"),
            )
        ),
        pytest.param(
            Entry(), {"bystanders": frozenset({"3"})}, "1 2", {"existing": 1}, id="existing-skip"
        ),
        pytest.param(
            Entry(again=Again(allowed=True)),
            {"bystanders": frozenset({"2", "3"}), "past": {"3": Past(1, AS_OF)}},
            "1 3",
            {"existing": 1},
            id="who-was-let-in-since-is-no-bystander",
        ),
        pytest.param(
            Entry(), {"meets_goal": frozenset({"2"})}, "1 3", {"goal": 1}, id="goal-reached"
        ),
        pytest.param(
            Entry(),
            {"meets_goal": frozenset({"2"}), "meets_exit": frozenset({"2"})},
            "1 3",
            {"goal": 1},
            id="the-goal-goes-before-the-exit",
        ),
        pytest.param(
            Entry(again=Again(allowed=True, times=2)),
            {"past": {"1": Past(2, AS_OF), "2": Past(1, AS_OF)}},
            "2 3",
            {"again": 1},
            id="twice-at-most",
        ),
        pytest.param(
            Entry(again=Again(allowed=True, per="renews_on")),
            {
                "values": {"1": "2026-04-01", "2": "2026-04-01"},
                "past": {
                    "1": Past(1, AS_OF, values=frozenset({"2026-04-01"})),
                    "2": Past(1, AS_OF, values=frozenset({"2025-04-01"})),
                },
            },
            "2",
            {"again": 1, "missing_value": 1},
            id="once-per-value",
        ),
        pytest.param(
            Entry(again=Again(allowed=True, per="renews_on", after=Duration(90, Unit.DAY))),
            {
                "values": dict.fromkeys("123", "2026-04-01"),
                "past": {
                    "1": replace(LEFT_90_DAYS_AGO, values=frozenset({"2026-04-01"})),
                    "2": replace(LEFT_89_DAYS_AGO, values=frozenset({"2025-04-01"})),
                    "3": replace(LEFT_90_DAYS_AGO, values=frozenset({"2025-04-01"})),
                },
            },
            "3",
            {"again": 2},
            id="all-that-are-said-must-hold",
        ),
        pytest.param(
            Entry(again=Again(allowed=True, times=1, each="account")),
            {
                "groups": {"1": "a", "2": "a", "3": "b"},
                "past_of_groups": {"b": Past(1, AS_OF)},
            },
            "1",
            {"already_inside": 1, "again": 1},
            id="once-each-account-the-lowest-first",
        ),
        pytest.param(
            Entry(again=Again(allowed=True, each="account")),
            {"groups": {"1": "a"}, "past_of_groups": {"a": Past(1, None, has_open=True)}},
            "2 3",
            {"already_inside": 1},
            id="somebody-of-the-account-is-inside",
        ),
        pytest.param(
            Entry(again=Again(allowed=True, each="account")),
            {
                "groups": {"1": "a", "2": "b"},
                "past": {"1": Past(1, AS_OF), "2": Past(1, None, has_open=True)},
            },
            "1 3",
            {"already_inside": 1},
            id="inside-by-another-account",
        ),
        *(
            pytest.param(
                Entry(again=again),
                {
                    "groups": {"1": "a", "2": "b", "3": "c"},
                    "values": dict.fromkeys("123", "2026-04-01"),
                    "past": {"1": OF_ANOTHER_ACCOUNT},
                    "past_of_groups": {"b": OF_ANOTHER_ACCOUNT},
                },
                "3",
                {"again": 2},
                id=f"its-own-stays-and-those-of-its-account-{name}",
            )
            for name, again in (
                ("times", Again(allowed=True, times=1, each="account")),
                ("after", Again(allowed=True, after=Duration(90, Unit.DAY), each="account")),
                ("per", Again(allowed=True, per="renews_on", each="account")),
            )
        ),
        pytest.param(
            Entry(again=Again(allowed=True, per="renews_on", each="account")),
            {
                "groups": {"1": "a", "2": "b", "3": "a"},
                "values": {"1": "2026-04-01", "2": "2026-04-01"},
                "past_of_groups": {
                    "a": Past(1, AS_OF, values=frozenset({"2025-04-01"})),
                    "b": Past(1, AS_OF, values=frozenset({"2026-04-01"})),
                },
            },
            "1",
            {"again": 1, "missing_value": 1},
            id="once-per-value-each-account",
        ),
        pytest.param(
            Entry(per_run=1, holdout=0.5),
            {"held_out": frozenset({"1", "3"})},
            "1 2 3",
            {},
            id="holdouts-are-not-throttled",
        ),
        pytest.param(Entry(per_run=2), {}, "1 2", {"per_run": 1}, id="throttle-lowest-first"),
        pytest.param(
            Entry(per_run=2), {"entered_before": 1}, "1", {"per_run": 2}, id="throttle-continued"
        ),
        pytest.param(
            Entry(per_run=1), {"entered_before": 2}, "", {"per_run": 3}, id="throttle-made-narrower"
        ),
        pytest.param(
            Entry(), {"approved": frozenset({"1", "9"})}, "1", {"not_approved": 2}, id="approved"
        ),
    ],
)
def test_admit(
    entry: Entry, given_: dict[str, Any], entering: str, skipped: dict[str, int]
) -> None:
    admission = admit(entry, make_candidates("1", "2", "3", **given_))
    assert admission.entering == tuple(entering.split())
    assert admission.skipped == skipped
    assert admission.blown is None


@pytest.mark.parametrize(
    ("own", "of_its_account", "days"),
    [
        pytest.param(LEFT_89_DAYS_AGO, Past(1, AS_OF - timedelta(days=80)), 10, id="the-others"),
        pytest.param(Past(1, AS_OF - timedelta(days=80)), LEFT_89_DAYS_AGO, 10, id="its-own"),
        pytest.param(LEFT_89_DAYS_AGO, LEFT_90_DAYS_AGO, 1, id="which-alone-keep-it-out"),
        pytest.param(LEFT_89_DAYS_AGO, Past(2, LEFT_89_DAYS_AGO.last_left_at), None, id="for-ever"),
    ],
)
def test_what_keeps_one_out_for_the_longest_is_told(
    own: Past, of_its_account: Past, days: int | None
) -> None:
    again = Again(allowed=True, times=2, after=Duration(90, Unit.DAY), each="account")
    known = make_candidates(
        "1", groups={"1": "a"}, past={"1": own}, past_of_groups={"a": of_its_account}
    )
    refused = again_refused("1", Entry(again=again), known)
    assert refused is not None
    assert refused.until == (None if days is None else AS_OF + timedelta(days=days))


@pytest.mark.parametrize(
    ("fuse", "first_run", "name"),
    [
        pytest.param(Fuse(matched=3), None, "", id="at-the-limit"),
        pytest.param(Fuse(matched=2), None, "fuse", id="over-the-number"),
        pytest.param(Fuse(share=0.03), None, "", id="at-the-share"),
        pytest.param(Fuse(share=0.029), None, "fuse", id="over-the-share"),
        pytest.param(None, Fuse(matched=2), "first_run", id="first-run"),
    ],
)
def test_fuses(fuse: Fuse | None, first_run: Fuse | None, name: str) -> None:
    admission = admit(Entry(fuse=fuse), make_candidates("1", "2", "3", first_run=first_run))
    assert (admission.blown.name if admission.blown else "") == name
    assert bool(admission.entering) is not bool(name)


@pytest.mark.parametrize("matched", [(), ("1", "2")])
def test_one_that_equals_a_vanished_playbook_is_held_whoever_matches(
    matched: tuple[str, ...],
) -> None:
    """Also where nobody does: it would have run, and the next run would mail everyone again."""
    admission = admit(Entry(), make_candidates(*matched, equals="old"))
    assert admission.blown == BlownFuse("vanished", "old", len(matched), 100)
    assert admission.entering == ()


@pytest.mark.parametrize("percent", [7, 29, 57, 58])
def test_who_are_just_the_share_blow_no_fuse(percent: int) -> None:
    """0.29 * 100 is a little less than 29."""
    keys = [str(key) for key in range(percent)]
    entry = Entry(fuse=Fuse(share=percent / 100))
    assert admit(entry, make_candidates(*keys)).blown is None
    assert admit(entry, make_candidates(*keys, "one more")).blown is not None


def test_a_fuse_counts_before_the_throttle() -> None:
    admission = admit(Entry(per_run=1, fuse=Fuse(matched=2)), make_candidates("1", "2", "3"))
    assert admission.blown is not None
    assert (admission.blown.found, admission.blown.total) == (3, 100)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.integers(0, 9))
def test_everyone_who_matches_enters_or_is_counted(matched: list[str], per_run: int) -> None:
    admission = admit(Entry(per_run=per_run or None), make_candidates(*matched))
    assert len(admission.entering) + sum(admission.skipped.values()) == len(matched)


PASTS = st.sampled_from([Past(), Past(1, None, True), Past(2, AS_OF), LEFT_90_DAYS_AGO])
SOME = st.frozensets(st.sampled_from("123"))


@given(st.dictionaries(st.sampled_from("123"), PASTS), SOME, SOME, SOME, SOME, SOME, st.booleans())
def test_nobody_is_kept_out_whom_no_gate_asks_about(
    past: dict[str, Past],
    erased: frozenset[str],
    goal: frozenset[str],
    leaving: frozenset[str],
    elsewhere: frozenset[str],
    bystanders: frozenset[str],
    again: bool,
) -> None:
    known = make_candidates(
        *"123",
        past=past,
        erased=erased,
        meets_goal=goal,
        meets_exit=leaving,
        elsewhere=elsewhere,
        bystanders=bystanders,
    )
    entry = Entry(again=Again(allowed=again))
    assert gates(entry, known) == {key: gate_of(key, entry, known) for key in "123"}
