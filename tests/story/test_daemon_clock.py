"""The clock and the files of a daemon: what it does not trust, it does not act on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cli
from engine.problems import ClockLeapt
from engine.steady import SteadyClock
from engine.stopping import Stop
from engine.taking_up import FileWatch
from tests.support.stage import Stage

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Hands:
    """A clock whose hands are moved, on a machine whose time goes on by itself."""

    def __init__(self) -> None:
        self.shown, self.seconds = NOON, 0.0

    def now(self) -> datetime:
        """What it shows."""
        return self.shown

    def uptime(self) -> float:
        """What has passed."""
        return self.seconds

    def pass_by(self, length: timedelta, *, shown: timedelta) -> None:
        """Time passes, and the clock shows that some has."""
        self.seconds += length.total_seconds()
        self.shown += shown


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        pytest.param(timedelta(days=40), timedelta(days=40), id="the machine slept"),
        pytest.param(timedelta(0), timedelta(days=1), id="just a day"),
        pytest.param(timedelta(hours=1), timedelta(days=-20_000), id="set back to 1970"),
    ],
)
def test_a_clock_is_trusted(passed: timedelta, shown: timedelta) -> None:
    hands = Hands()
    clock = SteadyClock(hands)
    hands.pass_by(passed, shown=shown)
    assert clock.now() == NOON + shown


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(timedelta(days=1, hours=2), id="a day and an hour too much"),
        pytest.param(timedelta(days=3650), id="ten years"),
    ],
)
def test_a_clock_that_leapt_tells_no_time_until_it_is_taken_for_right(shown: timedelta) -> None:
    hands = Hands()
    clock = SteadyClock(hands)
    hands.pass_by(timedelta(hours=1), shown=shown)
    with pytest.raises(ClockLeapt) as told:
        clock.now()
    assert told.value.sound_at == NOON + timedelta(hours=1)
    clock.accept()
    assert clock.now() == NOON + shown


def test_one_leap_back_and_forth_is_none() -> None:
    hands = Hands()
    clock = SteadyClock(hands)
    hands.pass_by(timedelta(hours=1), shown=-timedelta(days=9))
    clock.now()
    hands.pass_by(timedelta(hours=1), shown=timedelta(days=9, hours=2))
    assert clock.now() == NOON + timedelta(hours=2)


def test_after_a_leap_of_days_nothing_goes_out_until_a_person_resumes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        'playbook: checkup\nschedule: {cron: "0 * * * *", timezone: UTC}\n'
        "segment: {of: user, where: [{everyone: true}]}\n"
        "steps: [{email: hello}]\n",
    )
    hands = Hands()
    hands.shown += timedelta(seconds=30)
    monkeypatch.setattr(cli, "_SystemClock", lambda: hands)
    sent: list[int] = []

    def leap() -> None:
        hands.pass_by(timedelta(seconds=2), shown=timedelta(days=3))
        stage.put_users(*({"user_id": each} for each in (1, 2, 3, 9)))

    def look() -> None:
        sent.append(len(stage.mail.received))

    def resume() -> None:
        assert stage.do("resume", "--yes").status == 0

    _between_the_rounds(monkeypatch, leap, look, look, resume, look)
    assert stage.do("daemon").status == 0
    assert "leapt ahead by 3.0 days" in caplog.text
    assert sent == [3, 3, 4], "nothing while it stands frozen"
    halted = stage.do("audit", "show", "--format", "json").data
    assert [each["actor"] for each in halted if each["kind"] == "halted"] == ["daemon"]


def _between_the_rounds(monkeypatch: pytest.MonkeyPatch, *happenings: Callable[[], None]) -> None:
    """One thing happens after each round of a daemon; after the last it is asked to stop."""
    left = iter(happenings)

    def sleep(stop: Stop, _: float) -> None:
        happening = next(left, stop.ask)
        happening()

    monkeypatch.setattr(Stop, "sleep", sleep)


def test_files_are_taken_up_once_they_have_come_to_rest(tmp_path: Path) -> None:
    book = tmp_path / "playbooks/one.yaml"
    book.parent.mkdir()
    book.write_text("playbook: one\n")
    watch = FileWatch(tmp_path)
    assert not watch.has_settled_change()
    book.unlink()
    assert not watch.has_settled_change(), "a checkout takes it away for a moment"
    book.write_text("playbook: one\nschedule: daily\n")
    assert not watch.has_settled_change(), "it is not at rest yet"
    assert watch.has_settled_change()
    assert not watch.has_settled_change(), "once is enough"


def test_files_that_are_as_before_are_no_change(tmp_path: Path) -> None:
    book, other = tmp_path / "playbooks/one.yaml", tmp_path / "elsewhere.txt"
    book.parent.mkdir()
    book.write_text("playbook: one\n")
    watch = FileWatch(tmp_path)
    book.rename(other)
    assert not watch.has_settled_change()
    other.rename(book)
    assert not watch.has_settled_change()
    assert not watch.has_settled_change()
