"""What trips a breaker, what closes it, how long it rests."""

from __future__ import annotations

import pytest

from engine.dispatch.breaker import blames_channel, is_tripped, proves_channel, rest
from engine.ports import Answer, NotSent, Refusal, Sent, UnknownOutcome


@pytest.mark.parametrize(
    ("answer", "blames", "proves"),
    [
        (Sent(), False, True),
        (UnknownOutcome("silence"), True, False),
        (NotSent(Refusal.CHANNEL, "554 5.7.1", "5.7.1"), True, False),
        (NotSent(Refusal.LATER, "450", "450"), False, False),
        (NotSent(Refusal.LATER, "450", "4.2.0"), False, False),
        (NotSent(Refusal.LATER, "lost"), False, False),
        (NotSent(Refusal.LATER, "503", "503"), True, False),
        (NotSent(Refusal.LATER, "429", "429"), False, False),
        (NotSent(Refusal.MESSAGE, "554", "554"), False, True),
        (NotSent(Refusal.MAILBOX, "550", "5.1.1"), False, True),
        (NotSent(Refusal.CREDENTIALS, "535", "535"), False, False),
        (NotSent(Refusal.UNOPENED, "no key"), True, False),
    ],
    ids=str,
)
def test_whose_failure_an_answer_is(answer: Answer, blames: bool, proves: bool) -> None:
    assert blames_channel(answer) is blames
    assert proves_channel(answer) is proves


def test_five_in_a_row_trip_it() -> None:
    silent = UnknownOutcome("silence")
    assert [is_tripped(silent, failures) for failures in (1, 4, 5, 6)] == [False] * 2 + [True] * 2


def test_what_cannot_be_opened_trips_it_at_once() -> None:
    """No second touch would fare better, and the reason is known."""
    assert is_tripped(NotSent(Refusal.UNOPENED, "no such file"), 1)
    assert rest(1, 1.0).total_seconds() == 30


def test_it_rests_longer_each_time_up_to_a_quarter_of_an_hour() -> None:
    longest = [rest(failures, 1.0).total_seconds() for failures in range(5, 12)]
    assert longest == [30, 60, 120, 240, 480, 900, 900]
    assert [rest(5, jitter).total_seconds() for jitter in (0.0, 0.5)] == [15, 22.5]
    assert rest(10_000, 1.0).total_seconds() == 900
