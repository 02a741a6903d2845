"""What comes next, and when at the earliest: where the walk goes, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.bind.acts import (
    BoundBranch,
    BoundDigest,
    BoundExit,
    BoundHold,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundTask,
    BoundWait,
    BoundWaitFor,
)
from engine.bind.conditions import BoundEveryone, BoundMoment
from engine.decide.ahead import Ending, Outlook, Prospect, ahead, ahead_from
from engine.decide.facts import Enrollment, Phase
from engine.decide.waits import Clock
from engine.language.steps import AfterHold
from engine.moments import Duration, Unit, parse_moment
from engine.schedule import first_fire
from tests.decide.test_branches import playbook

NOW = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)  # nine in New York, two days before the clocks change
DAY = timedelta(days=1)
CLOCK = Clock(ZoneInfo("America/New_York"))
EVERYONE = BoundEveryone()


def days(number: int) -> Duration:
    return Duration(number, Unit.DAY)


def wait(name: str, number: int, **words: object) -> BoundWait:
    return BoundWait(name, days(number), **words)  # type: ignore[arg-type]


def task(name: str, **words: object) -> BoundTask:
    return BoundTask(name, "Call", **words)  # type: ignore[arg-type]


def gathered(name: str, **words: object) -> BoundTask:
    """For the list of Monday noon, New York's."""
    return task(name, digest=BoundDigest((), "0 12 * * 1"), **words)


def held(number: int, then: AfterHold) -> BoundHold:
    """By a hold of at most so many days."""
    return BoundHold(EVERYONE, days(number), then)


def at_once(step: BoundStep, at: datetime) -> Sequence[datetime]:
    return ()


def seen(*steps: BoundStep, since: datetime = NOW) -> Prospect:
    of = playbook(*steps)
    return ahead_from(Outlook(of, "7", NOW - DAY, NOW, CLOCK, at_once), steps[0].id, since)


def told(prospect: Prospect) -> list[tuple[str, int]]:
    """Ids of steps with the local days from now to their earliest instant."""
    today = NOW.astimezone(CLOCK.zone).date()
    return [
        (each.step.id, (each.at.astimezone(CLOCK.zone).date() - today).days)
        for each in prospect.steps
    ]


FORK = BoundIf("fork", EVERYONE, (task("a"),), (task("b"), task("c")))
WATCH = BoundWaitFor("watch", EVERYONE, days(4), (BoundExit("out", "done"),), (task("late"),))
NEVER = BoundMoment(parse_moment("renews_on"))

ROUTES: dict[str, tuple[tuple[BoundStep, ...], list[tuple[str, int]], Ending]] = {
    "straight": (
        (task("a"), wait("w", 5), task("b")),
        [("a", 0), ("w", 0), ("b", 5)],
        Ending.COMPLETED,
    ),
    "a-wait-that-may-be-skipped-takes-no-time": (
        (wait("w", 5, only_if=EVERYONE), task("b")),
        [("w", 0), ("b", 0)],
        Ending.COMPLETED,
    ),
    "a-wait-that-a-hold-may-skip-takes-no-longer-than-the-hold": (
        (wait("w", 5, hold_while=held(2, AfterHold.SKIP)), task("b")),
        [("w", 0), ("b", 2)],
        Ending.COMPLETED,
    ),
    "a-hold-that-lets-go-shortens-no-wait": (
        (wait("w", 5, hold_while=held(2, AfterHold.GO)), task("b")),
        [("w", 0), ("b", 5)],
        Ending.COMPLETED,
    ),
    "fork": ((wait("w", 2), FORK, task("z")), [("w", 0), ("fork", 2)], Ending.FORKS),
    "watch": ((WATCH, task("z")), [("watch", 0)], Ending.FORKS),
    "exit": ((task("a"), BoundExit("out", "x"), task("z")), [("a", 0), ("out", 0)], Ending.EXITS),
    "an-exit-for-some": (
        (BoundExit("out", "x", only_if=EVERYONE), task("z")),
        [("out", 0), ("z", 0)],
        Ending.COMPLETED,
    ),
    "an-exit-that-a-hold-may-skip": (
        (BoundExit("out", "x", hold_while=held(2, AfterHold.SKIP)), task("z")),
        [("out", 0), ("z", 2)],
        Ending.COMPLETED,
    ),
    "split": (
        (BoundSplit("s", (BoundBranch("all", 1.0, (task("a"),)),)), task("z")),
        [("s", 0), ("a", 0), ("z", 0)],
        Ending.COMPLETED,
    ),
    "missing": ((BoundWait("w", NEVER), task("z")), [("w", 0)], Ending.MISSING),
    "a-missing-moment-for-some": (
        (BoundWait("w", NEVER, only_if=EVERYONE), task("z")),
        [("w", 0), ("z", 0)],
        Ending.COMPLETED,
    ),
    "gathered": (
        (gathered("list"), wait("w", 1), gathered("next"), task("z")),
        [("list", 3), ("w", 3), ("next", 10), ("z", 10)],
        Ending.COMPLETED,
    ),
    "one-who-may-not-be-told-of": (
        (gathered("list", only_if=EVERYONE), task("z")),
        [("list", 3), ("z", 0)],
        Ending.COMPLETED,
    ),
    "one-whom-a-hold-keeps-off-a-list-waits-for-the-next": (
        (gathered("list", hold_while=held(2, AfterHold.SKIP)), task("z")),
        [("list", 3), ("z", 3)],
        Ending.COMPLETED,
    ),
    "many": (
        tuple(task(f"t{n}") for n in range(12)),
        [(f"t{n}", 0) for n in range(10)],
        Ending.MORE,
    ),
}


@pytest.mark.parametrize(("steps", "expected", "ending"), ROUTES.values(), ids=ROUTES)
def test_the_way_ahead(
    steps: tuple[BoundStep, ...], expected: list[tuple[str, int]], ending: Ending
) -> None:
    found = seen(*steps)
    assert (told(found), found.ending) == (expected, ending)


def test_both_ways_of_a_fork_are_told_with_what_follows_them() -> None:
    then, other = seen(WATCH, task("z")).steps[0].ways
    assert (then.name, told(then.prospect)) == ("then", [("out", 0)])
    assert (other.name, told(other.prospect)) == ("else", [("late", 4), ("z", 4)])
    assert other.prospect.at == NOW + 4 * DAY - timedelta(hours=1), "one night is shorter"


def test_a_wait_counts_from_when_it_was_reached_and_nothing_comes_in_the_past() -> None:
    found = seen(wait("w", 5), task("a"), wait("v", 1), task("b"), since=NOW - 3 * DAY)
    assert told(found) == [("w", 0), ("a", 2), ("v", 2), ("b", 3)]
    late = seen(wait("w", 1), task("a"), since=NOW - 3 * DAY)
    assert told(late) == [("w", 0), ("a", 0)]


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        pytest.param({}, 4, id="for everybody"),
        pytest.param({"only_if": EVERYONE}, 0, id="not for some"),
        pytest.param({"hold_while": held(1, AfterHold.SKIP)}, 1, id="a hold passes it over"),
        pytest.param({"hold_while": held(2, AfterHold.GO)}, 4, id="a hold lets it go"),
    ],
)
def test_a_window_puts_off_what_comes_after_it_too(words: dict[str, object], passed: int) -> None:
    """But for who may be passed over: the step after it comes no later than by that."""

    def monday(step: BoundStep, at: datetime) -> Sequence[datetime]:
        return [NOW + 3 * DAY, NOW + 4 * DAY] if step.id == "mail" else ()

    of = playbook(task("mail", **words), task("next"))
    found = ahead_from(Outlook(of, "7", NOW, NOW, CLOCK, monday), "mail", NOW)
    assert [each.at for each in found.steps] == [NOW + 3 * DAY, NOW + passed * DAY]


@pytest.mark.parametrize(
    ("then", "until", "next_at"),
    [
        pytest.param(AfterHold.SKIP, NOW + DAY, NOW + DAY, id="passed over when the hold ends"),
        pytest.param(AfterHold.SKIP, NOW - DAY, NOW, id="passed over by now"),
        pytest.param(AfterHold.GO, NOW + DAY, NOW + DAY * 36 / 24, id="let go at once, if ever"),
        pytest.param(AfterHold.GO, NOW - DAY, NOW + DAY / 2, id="let go when the hold ended"),
    ],
)
def test_who_stands_held_goes_on_as_the_hold_says(
    then: AfterHold, until: datetime, next_at: datetime
) -> None:
    a_day_and_a_half = BoundWait("w", Duration(36, Unit.HOUR), hold_while=held(2, then))
    outlook = Outlook(playbook(a_day_and_a_half, task("b")), "7", NOW, NOW, CLOCK, at_once)
    found = ahead(outlook, standing("w", Phase.HOLDING, until), touched=NOW)
    assert [each.at for each in found.steps] == [NOW, next_at]


def standing(step: str, phase: Phase, until: datetime | None) -> Enrollment:
    return Enrollment(
        id="e", playbook="p", entity="user", key="7", number=1, version="v1", step=step,
        phase=phase, entered_at=NOW - DAY, since=NOW - DAY, waits_until=until,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("step", "phase", "until", "first"),
    [
        ("w", Phase.READY, None, ("w", NOW)),
        ("w", Phase.WAITING, NOW + 2 * DAY, ("watch", NOW + 2 * DAY)),
        ("w", Phase.WAITING, NOW - DAY, ("watch", NOW)),
        ("w", Phase.HOLDING, NOW + DAY, ("w", NOW)),
        ("w", Phase.TOUCHING, None, ("watch", NOW + 3 * DAY)),
        ("watch", Phase.WATCHING, NOW + DAY, ("watch", NOW)),
    ],
)
def test_it_goes_on_from_where_one_stands(
    step: str, phase: Phase, until: datetime | None, first: tuple[str, datetime]
) -> None:
    outlook = Outlook(playbook(wait("w", 5), WATCH), "7", NOW - DAY, NOW, CLOCK, at_once)
    found = ahead(outlook, standing(step, phase, until), touched=NOW + 3 * DAY)
    assert (found.steps[0].step.id, found.steps[0].at) == first


@pytest.mark.parametrize(
    ("since", "now", "at"),
    [
        ("2026-03-06T09:00-05:00", "2026-03-09T11:59-04:00", "2026-03-09T12:00-04:00"),
        ("2026-03-06T09:00-05:00", "2026-03-09T12:00-04:00", "2026-03-09T12:00-04:00"),
        ("2026-03-06T09:00-05:00", "2026-03-11T11:59-04:00", "2026-03-11T11:59-04:00"),
        ("2026-03-06T09:00-05:00", "2026-03-11T12:00-04:00", "2026-03-16T12:00-04:00"),
        ("2026-03-09T12:00:01-04:00", "2026-03-10T09:00-04:00", "2026-03-16T12:00-04:00"),
    ],
    ids=["before", "at the fire", "not taken up yet", "too late", "came after it"],
)
@pytest.mark.parametrize("phase", [Phase.READY, Phase.GATHERING])
def test_what_is_gathered_goes_when_its_digest_fires(
    since: str, now: str, at: str, phase: Phase
) -> None:
    """Or at the next pass, where a fire that nobody took up is not two days old."""
    of = playbook(gathered("list", max_lateness=days(2)), task("z"))
    began, seen_at = datetime.fromisoformat(since), datetime.fromisoformat(now)
    fire = first_fire("0 12 * * 1", CLOCK.zone, began)
    assert fire is not None
    one = replace(standing("list", phase, fire.at), since=began)
    outlook = Outlook(of, "7", began, seen_at, CLOCK, at_once)
    found = ahead(outlook, one, touched=seen_at)
    assert [each.at for each in found.steps] == [datetime.fromisoformat(at)] * 2


def after(step: str) -> BoundWait:
    return BoundWait("v", BoundMoment(parse_moment(f"2 hours after step {step}")))


@pytest.mark.parametrize(
    ("step", "phase", "until", "over"),
    [
        pytest.param("a", Phase.TOUCHING, None, NOW + 3 * DAY, id="its mail is on its way"),
        pytest.param("w", Phase.WAITING, NOW + DAY, NOW + DAY, id="it waits"),
    ],
)
def test_a_wait_after_the_step_at_which_one_stands_has_an_end(
    step: str, phase: Phase, until: datetime | None, over: datetime
) -> None:
    first = task("a") if step == "a" else wait("w", 5)
    outlook = Outlook(playbook(first, after(step)), "7", NOW - DAY, NOW, CLOCK, at_once)
    found = ahead(outlook, standing(step, phase, until), touched=NOW + 3 * DAY)
    assert found.steps[0].until == over + timedelta(hours=2)


@pytest.mark.parametrize("step", ["a", "fork", "watch"])
def test_a_wait_on_a_way_of_a_fork_knows_of_the_steps_before_it(step: str) -> None:
    """Of those that come, as of those on record."""
    forks = {
        "watch": BoundWaitFor("watch", EVERYONE, days(4), (after(step),), ()),
        "fork": BoundIf("fork", EVERYONE, (after(step),), ()),
    }
    then, _ = seen(task("a"), forks.get(step, forks["fork"])).steps[1].ways
    assert then.prospect.steps[0].until == NOW + timedelta(hours=2)


def test_nothing_comes_for_one_held_out() -> None:
    outlook = Outlook(playbook(wait("w", 5)), "7", NOW, NOW, CLOCK, at_once)
    found = ahead(outlook, standing("", Phase.RESTING, NOW + DAY), touched=NOW)
    assert found == Prospect((), Ending.HELD, NOW + DAY)
