"""Daemons that crash, servers that fail, people who change their minds: never twice, never lost.

A machine of rules over the real ledger, passes, gates and dispatch; the post is a fake whose own
record is the judge. The suite runs the eventful day and a few stories, always the same;
TOUCHLINE_YEARS=1000 runs so many new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.stateful.judge import Judge
from tests.stateful.post import ANSWERS
from tests.stateful.project import EDITS, KEYS
from tests.stateful.town import START, Town, open_town
from tests.support.ground import Ground, file_ground, server_ground

MANY = int(os.environ.get("TOUCHLINE_YEARS", "0"))

keys = st.sampled_from(KEYS)
numbers = st.integers(0, 9)
scopes = st.sampled_from(("", "welcome"))
soon = st.sampled_from((1, 10, 30, 65, 125))
later = st.sampled_from((65, 130, 400, 1500))
of_messages = st.sampled_from(("claimed", "permitted", "taken"))
whens = st.sampled_from(
    (None, *(("claimed", number) for number in (1, 1, 2, 4)), ("permitted", 1), ("taken", 1))
)
"""Now, or around the n-th message that is sent from now on."""


class Story(RuleBasedStateMachine):
    """What happens in a town, in any order."""

    ground: Ground

    @initialize(number=st.sampled_from((1, 1, 2)))
    def a_town_is_founded(self, number: int) -> None:
        self.opened = ExitStack()
        self.town: Town = self.opened.enter_context(open_town(self.ground, number))
        self.judge = Judge(self.town)
        self.town.tick(10)

    # ------------------------------------------------------------ daemons

    @rule(minutes=soon)
    def tick(self, minutes: int) -> None:
        self.town.tick(minutes)

    @rule(minutes=later)
    def time_goes_by(self, minutes: int) -> None:
        self.town.tick(minutes)

    @rule(moment=of_messages, number=st.integers(1, 5), minutes=later)
    def crash_around_a_message(self, moment: str, number: int, minutes: int) -> None:
        self.town.meanwhile(moment, number, self.town.dies)
        self.town.tick(minutes)

    @rule(
        moment=st.sampled_from(("uncommitted", "committed")),
        number=st.integers(1, 15),
        minutes=later,
    )
    def crash_at_a_commit(self, moment: str, number: int, minutes: int) -> None:
        self.town.meanwhile(moment, number, self.town.dies)
        self.town.tick(minutes)

    @rule(elsewhere=st.booleans())
    def crash(self, elsewhere: bool) -> None:
        self.town.kill(elsewhere=elsewhere)

    @precondition(lambda self: len(self.town.living) < 2)
    @rule()
    def restart_or_start_another(self) -> None:
        self.town.start()

    @rule(
        moment=of_messages,
        number=st.integers(1, 3),
        sleeps=st.sampled_from((1, 5, 30, 200)),
        minutes=later,
    )
    def one_sleeps_and_another_takes_over(
        self, moment: str, number: int, sleeps: int, minutes: int
    ) -> None:
        self.town.meanwhile(moment, number, lambda: self.town.sleeps(sleeps))
        self.town.tick(minutes)

    @rule(moment=of_messages, number=st.integers(1, 3), minutes=later)
    def a_run_by_hand_meanwhile(self, moment: str, number: int, minutes: int) -> None:
        self.town.meanwhile(moment, number, self.town.runs_by_hand)
        self.town.tick(minutes)

    # ------------------------------------------------------------ servers

    @rule(answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=6))
    def server_faults(self, answers: list[str]) -> None:
        self.town.post.script = list(answers)

    # ------------------------------------------------------------ people, now or right then

    def at(self, when: tuple[str, int] | None, act: Callable[[], None]) -> None:
        if when is None:
            act()
        else:
            self.town.meanwhile(*when, act)

    @rule(when=whens, key=keys, topic=st.sampled_from(("", "tips")))
    def unsubscribe(self, when: tuple[str, int] | None, key: int, topic: str) -> None:
        self.at(when, lambda: self.town.unsubscribe(key, topic))

    @rule(key=keys)
    def ask_again(self, key: int) -> None:
        self.town.ask_again(key)

    @rule(when=whens, number=numbers, as_complaint=st.booleans())
    def bounce(self, when: tuple[str, int] | None, number: int, as_complaint: bool) -> None:
        self.at(when, lambda: self.town.comes_back(number, as_complaint=as_complaint))

    @rule(
        when=whens,
        key=keys,
        what=st.sampled_from(("is_done", "is_in", "is_gone")),
        value=st.booleans(),
    )
    def change(self, when: tuple[str, int] | None, key: int, what: str, value: bool) -> None:
        self.at(when, lambda: self.town.change(key, what, value))

    @rule(when=whens, kind=st.sampled_from(EDITS), place=numbers)
    def edit(self, when: tuple[str, int] | None, kind: str, place: int) -> None:
        self.at(when, lambda: self.town.edit(kind, place))

    @rule(when=whens, scope=scopes)
    def halt(self, when: tuple[str, int] | None, scope: str) -> None:
        self.at(when, lambda: self.town.halt(scope))

    @rule(scope=scopes)
    def resume(self, scope: str) -> None:
        self.town.resume(scope)

    @rule(when=whens, yes=st.sampled_from((True, True, False)))
    def approve_drop_and_resolve(self, when: tuple[str, int] | None, yes: bool) -> None:
        self.at(when, lambda: self.town.go_through_held(yes=yes))

    # ------------------------------------------------------------ what holds

    @invariant()
    def nothing_is_broken(self) -> None:
        self.judge.look()

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            with self.opened:
                self.judge.end()


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """What every one of them stands on, laid once."""
    with file_ground("town", START) as laid:
        yield laid


@pytest.fixture(scope="module")
def on_postgres(postgres: str) -> Iterator[Ground]:
    """The same on a server."""
    with server_ground("town", START, server=postgres) as laid:
        yield laid


def tell_stories(ground: Ground, few: int, many: int) -> None:
    """So few that are always the same, or so many new ones where that was asked for."""
    Story.ground = ground
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=many or few,
            stateful_step_count=40 if MANY else 20,
            derandomize=not MANY,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            print_blob=True,
        ),
    )


def test_no_story_doubles_or_loses_a_message(ground: Ground) -> None:
    tell_stories(ground, 5, MANY)


def test_nor_does_one_on_postgres(on_postgres: Ground) -> None:
    tell_stories(on_postgres, 2, -(-MANY // 3))


@pytest.mark.parametrize("where", ["ground", "on_postgres"])
def test_an_eventful_day(where: str, request: pytest.FixtureRequest) -> None:
    """One of each kind, at the moments where it is hardest."""
    ground = request.getfixturevalue(where)
    with open_town(ground, 2) as town:
        judge = Judge(town)
        town.meanwhile("permitted", 2, town.dies)
        town.tick(10)
        judge.look()
        town.tick(65)
        judge.look()
        town.post.script = ["421", "451 after the dot", "taken, no answer", "cut short"]
        town.meanwhile("uncommitted", 9, town.dies)
        town.tick(130)
        judge.look()
        town.go_through_held(yes=True)
        town.meanwhile("claimed", 1, lambda: town.halt(""))
        town.tick(400)
        judge.look()
        town.resume("")
        town.meanwhile("taken", 1, lambda: town.sleeps(30))
        town.tick(400)
        judge.look()
        town.comes_back(0, as_complaint=False)
        town.edit("rename", 0)
        town.meanwhile("claimed", 1, lambda: [town.unsubscribe(key, "") for key in KEYS])
        town.tick(1500)
        judge.look()
        judge.end()
        assert town.born == 4, "two died, and one slept"
        assert town.post.letters


def test_who_is_done_while_a_daemon_sleeps_over_a_claim_gets_nothing(ground: Ground) -> None:
    """The lid is closed right before the dot, and opened an hour later."""

    def is_done_meanwhile() -> None:
        for key in KEYS:
            town.change(key, "is_done", True)
        town.now += timedelta(hours=1)

    with open_town(ground, 1) as town:
        town.meanwhile("claimed", 1, is_done_meanwhile)
        town.tick(10)
        Judge(town).end()
        assert town.post.letters == []
