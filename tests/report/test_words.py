"""Instants, reasons and records as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.decide.facts import TouchKind, TouchState
from engine.ledger.audit import AuditRecord, canonical
from engine.ledger.customer import StayTouch
from engine.report.reasons import reason_text, record_text, touch_text
from engine.report.text import away, columns, local, plural, when, width

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=5), "in 5 minutes"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(hours=20), "in 20 hours"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=3, hours=-1), "in 3 days"),  # the same local hour, past the clock change
        (timedelta(days=-40), "40 days ago"),
    ],
)
def test_how_far_away(ahead: timedelta, told: str) -> None:
    assert away(NOW + ahead, NEW_YORK, now=NOW) == told


def test_a_local_instant_names_the_year_only_where_it_is_another() -> None:
    assert local(NOW, NEW_YORK, now=NOW) == "Fri 6 Mar 09:00"
    assert local(NOW, ZoneInfo("Asia/Kolkata"), now=NOW) == "Fri 6 Mar 19:30"
    assert (
        when(NOW + timedelta(days=365), NEW_YORK, now=NOW) == "Sat 6 Mar 2027 09:00 (in 365 days)"
    )


@pytest.mark.parametrize(
    ("noun", "told"),
    [
        ("user", "users"),
        ("opportunity", "opportunities"),
        ("survey", "surveys"),
        ("touch", "touches"),
        ("business", "businesses"),
        ("y", "ys"),
    ],
)
def test_more_than_one(noun: str, told: str) -> None:
    assert plural(noun) == told


def touch(state: TouchState, **words: object) -> StayTouch:
    given: dict[str, object] = {
        "id": "t", "step": "email-1", "kind": TouchKind.EMAIL, "channel": "email", "state": state,
        "reason": "", "detail": "", "recipient": "ann@example.com", "subject": "", "topic": "",
        "zone": "", "attempts": 0, "made_at": NOW, "next_attempt_at": NOW, "expires_at": None,
        "capped_at": None, "in_doubt_at": None, "ended_at": None, "approver": "", "copy_of": "",
        **words,
    }  # fmt: skip
    return StayTouch(**given)  # type: ignore[arg-type]


LATER = {"next_attempt_at": NOW + timedelta(hours=3)}
TOUCHES: dict[str, tuple[StayTouch, str]] = {
    "due": (touch(TouchState.READY), "due: it goes out with the next delivery"),
    "window": (
        touch(TouchState.READY, reason="window", zone="Asia/Kolkata", **LATER),
        "which opens Fri 6 Mar 12:00 (in 3 hours), Fri 6 Mar 22:30 in Asia/Kolkata",
    ),
    "capped": (touch(TouchState.READY, reason="capped", **LATER), "under a frequency cap until"),
    "again": (
        touch(TouchState.READY, reason="later", detail="451 busy", **LATER),
        "waits until Fri 6 Mar 12:00 (in 3 hours): the receiver said not now (451 busy)",
    ),
    "draft": (touch(TouchState.DRAFT, approver="dana@acme.example"), "waits for dana@acme.example"),
    "doubt": (touch(TouchState.IN_DOUBT), "the answer is awaited"),
    "sent": (touch(TouchState.SENT, ended_at=NOW), "went out Fri 6 Mar 09:00 (now)"),
    "skipped": (
        touch(TouchState.SKIPPED, reason="suppressed", ended_at=NOW),
        "skipped Fri 6 Mar 09:00 (now): its address is suppressed",
    ),
    "unknown": (touch(TouchState.UNKNOWN, reason="no_answer"), "see `touchline held`"),
    "task": (
        touch(TouchState.SENT, task="done", outcome="reached", assignee="Casey"),
        "done for Casey, reached",
    ),
}


@pytest.mark.parametrize(("one", "told"), TOUCHES.values(), ids=TOUCHES)
def test_what_a_touch_waits_for(one: StayTouch, told: str) -> None:
    assert told in touch_text(one, NEW_YORK, now=NOW)


@pytest.mark.parametrize("state", TouchState)
def test_every_state_has_words(state: TouchState) -> None:
    assert touch_text(touch(state), NEW_YORK, now=NOW)


def test_a_reason_that_is_not_known_speaks_for_itself() -> None:
    assert reason_text("asked_to_wait", "until May") == "asked to wait (until May)"


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("touch.sent", {"touch": "t", "channel": "email"}, "sent email-1"),
        ("touch.sent", {"touch": "forgotten", "channel": "email"}, "sent email"),
        ("left", {"outcome": "exited", "reason": "exit_when"}, "left: exited, exit_when held"),
        (
            "step.skipped",
            {"step": "task-1", "reason": "only_if"},
            "passed over task-1: its",
        ),
        ("some.new_kind", {}, "some new kind"),
    ],
)
def test_records_in_words(kind: str, body: dict[str, object], told: str) -> None:
    record = AuditRecord(1, NOW, "engine", kind, "p", "7", canonical(body), "", "")
    assert record_text(record, {"t": "email-1"}).startswith(told)


def test_columns_line_up_whatever_is_in_them() -> None:
    """Wide letters take two cells, marks none; a tab or a line end would put all behind it out."""
    names = ["日本", "Ann", "e\u0301", "a\tb", "a\nb", "👍"]
    head, *rows = columns(("name", "n", "mail"), [(each, 7, "x@y") for each in names]).splitlines()
    assert len(rows) == len(names)
    assert {width(row) for row in rows} == {width("name  7  x@y")}
    assert head == "name  n  mail"
    assert columns(("n",), [(7,), (1200,)]).splitlines() == ["    n", "    7", "1,200"]
