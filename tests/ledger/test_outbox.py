"""Claim, permit, settle: the two commits before an act, and what each answer does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.decide.facts import TouchKind, TouchState
from engine.ledger import control
from engine.ledger import outbox as box
from engine.ledger.check import check_ledger
from engine.ledger.claims import Claimed, claim
from engine.ledger.holds import resolve_not_sent
from engine.ledger.recovery import OnUnknown, expire, leaseholders, release, sweep
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import suppress
from engine.ledger.tables import touches
from engine.ledger.touches import TouchRow, backlog, counts_by_state, list_touches
from tests.ledger.factories import (
    LEASE,
    MINUTE,
    NOW,
    claimed,
    keep,
    kinds,
    make_enrollment,
    make_touch,
    outbox,
    permit,
    permitted,
    reading,
    touching,
    writing,
)

SAID: dict[str, Any] = {"at": NOW, "actor": "ann"}


def state(ledger: Ledger, touch: str) -> TouchRow:
    """A touch as it stands."""
    return {each.id: each for each in reading(ledger, list_touches)}[touch]


# ---------------------------------------------------------------- claiming


def test_a_claim_brings_all_that_a_message_needs(ledger: Ledger) -> None:
    of = make_enrollment("7")
    headers = {"X-Kind": "checkup", "X-Name": "Zoë"}
    touch = make_touch(of, headers=headers, method="PUT", topic="tips", payload=b"\x00\xff\r\n")
    keep(ledger, touching(of, touch))
    (found,) = claimed(ledger)
    assert (found.id, found.epoch, found.attempts) == (touch.id, 1, 1)
    assert (found.payload, found.headers, found.method) == (b"\x00\xff\r\n", headers, "PUT")
    assert (found.recipient, found.topic, found.kind) == (touch.recipient, "tips", TouchKind.EMAIL)
    assert claimed(ledger, "w2") == [], "what is claimed is claimed"


def test_due_touches_go_by_priority_then_age(ledger: Ledger) -> None:
    made = {"old": (0, NOW - MINUTE), "new": (0, NOW), "urgent": (9, NOW), "minor": (-1, NOW)}
    for key, (priority, at) in made.items():
        of = make_enrollment(key)
        keep(ledger, touching(of, make_touch(of, priority=priority)), at=at)
    assert [each.key for each in claimed(ledger, limit=3)] == ["urgent", "old", "new"]
    assert [each.key for each in claimed(ledger, limit=3)] == ["minor"]


def halt_file(ledger: Ledger) -> None:
    ledger.halt_file.parent.mkdir(exist_ok=True)
    ledger.halt_file.touch()


def unreadable_halt_file(ledger: Ledger) -> None:
    ledger.halt_file.parent.mkdir(exist_ok=True)
    ledger.halt_file = ledger.halt_file.parent / ("x" * 300)


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(lambda ledger: control.halt(ledger, [], why="", **SAID), id="halted"),
        pytest.param(
            lambda ledger: control.halt(ledger, ["checkup"], why="", **SAID), id="playbook halted"
        ),
        pytest.param(halt_file, id="a halt file"),
        pytest.param(unreadable_halt_file, id="a halt file that cannot be looked at"),
        pytest.param(
            lambda ledger: writing(
                ledger, lambda unit: control.pause_started(unit, "checkup", **SAID)
            ),
            id="paused",
        ),
        pytest.param(
            lambda ledger: writing(
                ledger, lambda unit: control.pause_channel(unit, "mail", why="535", **SAID)
            ),
            id="channel paused",
        ),
        pytest.param(
            lambda ledger: writing(
                ledger,
                lambda unit: control.open_breaker(
                    unit, "mail", until=NOW + MINUTE, why="5.7.1", **SAID
                ),
            ),
            id="breaker open",
        ),
    ],
)
def test_what_is_stopped_is_not_claimed(ledger: Ledger, stop: Callable[[Ledger], None]) -> None:
    (touch,) = outbox(ledger)
    stop(ledger)
    assert claimed(ledger) == []
    assert state(ledger, touch).state == TouchState.READY


@pytest.mark.parametrize(
    ("said", "now", "seen"),
    [
        pytest.param({"due_at": NOW + MINUTE}, NOW, 0, id="not due"),
        pytest.param({"due_at": NOW + MINUTE}, NOW + MINUTE, 1, id="due"),
        pytest.param({"expires_at": NOW}, NOW, 0, id="too late"),
        pytest.param({"expires_at": None}, NOW + timedelta(days=999), 1, id="never too late"),
        pytest.param({"channel": "hook"}, NOW, 0, id="on another channel"),
        pytest.param({"state": TouchState.DRAFT}, NOW, 0, id="a draft"),
        pytest.param({"state": TouchState.FAILED}, NOW, 0, id="failed when it was made"),
    ],
)
def test_only_what_is_due_and_served_is_claimed(
    ledger: Ledger, said: dict[str, Any], now: Any, seen: int
) -> None:
    outbox(ledger, **said)
    found = writing(
        ledger,
        lambda unit: claim(unit, "w1", now=now, lease=LEASE, limit=9, channels_open=["mail"]),
    )
    assert len(found.touches) == seen


# ---------------------------------------------------------------- permitting


def test_the_way_of_a_touch_is_told_step_by_step(ledger: Ledger) -> None:
    (touch,) = outbox(ledger)
    (mine,) = claimed(ledger)
    assert permitted(ledger, mine) == ""
    assert state(ledger, touch).state == TouchState.IN_DOUBT
    assert settle(ledger, mine, "sent")
    row = state(ledger, touch)
    assert (row.state, row.detail, row.in_doubt_at) == (TouchState.SENT, "250 ok", NOW)
    told = ["touch.made", "step.reached", "touch.claimed", "touch.in_doubt", "touch.sent"]
    assert kinds(ledger)[2:] == told
    assert check_ledger(ledger) == []


@pytest.mark.parametrize(
    ("change", "reason", "becomes"),
    [
        pytest.param(
            lambda ledger, touch: suppressing(ledger, "PERSON7@example.com", ""),
            "suppressed",
            TouchState.SKIPPED,
            id="unsubscribed from everything",
        ),
        pytest.param(
            lambda ledger, touch: suppressing(ledger, touch.recipient, "tips"),
            "suppressed",
            TouchState.SKIPPED,
            id="unsubscribed from the topic",
        ),
        pytest.param(
            lambda ledger, touch: suppressing(ledger, touch.recipient, "renewals"),
            "",
            TouchState.IN_DOUBT,
            id="unsubscribed from another topic",
        ),
        pytest.param(
            lambda ledger, touch: control.halt(ledger, [], why="", **SAID),
            "halted",
            TouchState.READY,
            id="halted",
        ),
        pytest.param(
            lambda ledger, touch: control.halt(ledger, ["checkup"], why="", **SAID),
            "halted",
            TouchState.READY,
            id="the playbook halted",
        ),
        pytest.param(
            lambda ledger, touch: control.halt(ledger, ["other"], why="", **SAID),
            "",
            TouchState.IN_DOUBT,
            id="another playbook halted",
        ),
        pytest.param(
            lambda ledger, touch: halt_file(ledger), "halted", TouchState.READY, id="a halt file"
        ),
        pytest.param(
            lambda ledger, touch: unreadable_halt_file(ledger),
            "halted",
            TouchState.READY,
            id="a halt file that cannot be looked at",
        ),
        pytest.param(
            lambda ledger, touch: writing(
                ledger, lambda unit: control.pause_started(unit, "checkup", **SAID)
            ),
            "paused",
            TouchState.READY,
            id="paused",
        ),
        pytest.param(
            lambda ledger, touch: writing(
                ledger, lambda unit: release(unit, "w1", now=NOW, actor="w1")
            ),
            "overtaken",
            TouchState.READY,
            id="released",
        ),
        pytest.param(
            lambda ledger, touch: (sweeping(ledger), claimed(ledger, "w2", NOW + LEASE)),
            "overtaken",
            TouchState.CLAIMED,
            id="taken over by another worker",
        ),
    ],
)
def test_a_claim_is_looked_at_once_more_before_the_act(
    ledger: Ledger, change: Callable[[Ledger, Claimed], object], reason: str, becomes: TouchState
) -> None:
    outbox(ledger, topic="tips")
    (mine,) = claimed(ledger)
    change(ledger, mine)
    assert permitted(ledger, mine) == reason
    assert state(ledger, mine.id).state == becomes
    assert check_ledger(ledger) == []


def test_what_got_late_meanwhile_expires_before_the_act(ledger: Ledger) -> None:
    outbox(ledger, expires_at=NOW + MINUTE)
    (mine,) = claimed(ledger)
    assert permitted(ledger, mine, NOW + MINUTE) == "expired"
    assert state(ledger, mine.id).state == TouchState.EXPIRED
    assert check_ledger(ledger) == []


def test_a_claim_that_was_slept_over_is_made_anew(ledger: Ledger) -> None:
    """Whoever stood still until its lease was over asks again who left meanwhile."""
    outbox(ledger)
    (mine,) = claimed(ledger)
    assert permitted(ledger, mine, NOW + LEASE) == "lease_ended"
    found = state(ledger, mine.id)
    assert (found.state, found.attempts) == (TouchState.READY, 0)
    assert kinds(ledger)[-1] == "touch.released"
    (again,) = claimed(ledger, "w1", NOW + LEASE)
    assert again.epoch == 2
    assert permitted(ledger, again, NOW + LEASE) == ""


def test_a_halt_costs_no_attempt(ledger: Ledger) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)
    control.halt(ledger, [], why="", **SAID)
    permitted(ledger, mine)
    assert state(ledger, mine.id).attempts == 0
    assert control.resume(ledger, [], **SAID) == [control.EVERYTHING]
    assert [each.epoch for each in claimed(ledger)] == [2]


def test_an_act_is_permitted_once(ledger: Ledger) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)
    assert permitted(ledger, mine) == ""
    assert permitted(ledger, mine) == "overtaken"


def test_what_is_in_doubt_is_never_claimed_again(ledger: Ledger) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)
    permitted(ledger, mine)
    later = NOW + timedelta(days=1)
    assert claimed(ledger, "w2", later) == []
    sweeping(ledger, now=later)
    assert claimed(ledger, "w2", later) == []
    assert state(ledger, mine.id).state == TouchState.UNKNOWN


def test_a_write_that_fails_permits_nothing(ledger: Ledger) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)

    def die(unit: Unit) -> None:
        answer = permit(unit, mine.id, epoch=1, now=NOW, lease=LEASE, actor="w1")
        assert answer.allowed
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writing(ledger, die)
    assert state(ledger, mine.id).state == TouchState.CLAIMED
    assert kinds(ledger)[-1] == "touch.claimed"


def suppressing(ledger: Ledger, address: str, topic: str) -> None:
    """Somebody unsubscribes."""
    writing(ledger, lambda unit: suppress(unit, address, topic=topic, why="", **SAID))


def sweeping(ledger: Ledger, now: Any = NOW + LEASE, **said: Any) -> int:
    """Take back what has no worker; how many of them a person is to look at."""
    given = {"now": now, "on_unknown": {}, "actor": "daemon"}
    return writing(ledger, lambda unit: sweep(unit, **{**given, **said}))


# ---------------------------------------------------------------- settling

SETTLES: dict[str, Callable[[Unit, str, int], bool]] = {
    "sent": lambda unit, touch, epoch: box.settle_sent(
        unit, touch, epoch=epoch, now=NOW, detail="250 ok", actor="w1"
    ),
    "failed": lambda unit, touch, epoch: box.settle_failed(
        unit, touch, epoch=epoch, now=NOW, reason="refused", detail="550 no", actor="w1"
    ),
    "later": lambda unit, touch, epoch: box.settle_later(
        unit,
        touch,
        epoch=epoch,
        now=NOW,
        next_attempt_at=NOW + MINUTE,
        reason="deferred",
        detail="451 later",
        actor="w1",
    ),
    "postponed": lambda unit, touch, epoch: box.settle_postponed(
        unit,
        touch,
        epoch=epoch,
        now=NOW,
        next_attempt_at=NOW + MINUTE,
        reason="channel",
        detail="421 busy",
        actor="w1",
    ),
    "unknown": lambda unit, touch, epoch: box.settle_unknown(
        unit, touch, epoch=epoch, now=NOW, detail="no answer", actor="w1"
    ),
}


def settle(ledger: Ledger, mine: Claimed, answer: str, epoch: int | None = None) -> bool:
    """Record an answer."""
    wanted = mine.epoch if epoch is None else epoch
    return writing(ledger, lambda unit: SETTLES[answer](unit, mine.id, wanted))


@dataclass(frozen=True)
class Settled:
    """What an answer makes of a touch that is claimed, in doubt, or unknown; None: nothing."""

    claimed: str | None
    in_doubt: str | None
    unknown: str | None


TABLE = {
    "sent": Settled(None, "sent", "sent"),
    "failed": Settled("failed", "failed", "failed"),
    "later": Settled("ready", "ready", "ready"),
    "postponed": Settled("ready", "ready", "ready"),
    "unknown": Settled(None, "unknown", None),
}


@pytest.mark.parametrize("phase", ["claimed", "in_doubt", "unknown"])
@pytest.mark.parametrize("answer", TABLE)
def test_an_answer_counts_where_it_can_be_true(ledger: Ledger, answer: str, phase: str) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)
    if phase != "claimed":
        permitted(ledger, mine)
    if phase == "unknown":
        sweeping(ledger)
    becomes = getattr(TABLE[answer], phase)
    assert settle(ledger, mine, answer) is (becomes is not None)
    assert state(ledger, mine.id).state == (becomes or phase)
    assert check_ledger(ledger) == []


@pytest.mark.parametrize("answer", TABLE)
def test_an_answer_counts_once_and_under_its_epoch(ledger: Ledger, answer: str) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)
    permitted(ledger, mine)
    assert not settle(ledger, mine, answer, epoch=0)
    assert not settle(ledger, mine, answer, epoch=2)
    assert settle(ledger, mine, answer)
    told = kinds(ledger)
    assert not settle(ledger, mine, answer)
    assert kinds(ledger) == told


@pytest.mark.parametrize("since", ["ready", "claimed", "in_doubt"])
def test_a_late_word_that_it_was_taken_keeps_it_from_going_again(
    ledger: Ledger, since: str
) -> None:
    """A person has had it sent again, and then the server's answer comes after all."""
    outbox(ledger)
    (mine,) = claimed(ledger)
    permitted(ledger, mine)
    sweeping(ledger)
    later = NOW + timedelta(days=1)
    writing(ledger, lambda unit: resolve_not_sent(unit, mine.id, at=later, actor="ann"))
    others = claimed(ledger, "w2", later) if since != "ready" else []
    if since == "in_doubt":
        assert permitted(ledger, others[0], later) == ""
    assert settle(ledger, mine, "sent") is (since != "in_doubt")
    assert state(ledger, mine.id).state == ("in_doubt" if since == "in_doubt" else "sent")
    if since == "claimed":
        assert permitted(ledger, others[0], later) == "overtaken"
    assert state(ledger, mine.id).in_doubt_at is not None, "it is a contact"
    assert claimed(ledger, "w3", later) == []
    for answer in ("failed", "later", "postponed", "unknown"):
        assert not settle(ledger, mine, answer), "of these none is news of the next attempt"
    assert check_ledger(ledger) == []


@pytest.mark.parametrize("answer", TABLE)
def test_a_copy_goes_after_a_mail_that_went_or_may_have(ledger: Ledger, answer: str) -> None:
    of = make_enrollment("7")
    mail = make_touch(of)
    copy = make_touch(of, place=-1, copy_of=mail.id, recipient="casey@example.com")
    keep(ledger, touching(of, mail, copy))
    (mine,) = claimed(ledger)
    assert mine.id == mail.id
    permitted(ledger, mine)
    settle(ledger, mine, answer)
    went = TABLE[answer].in_doubt in ("sent", "unknown")
    assert [each.id for each in claimed(ledger)] == ([copy.id] if went else [])


def test_a_later_attempt_has_the_same_bytes(ledger: Ledger) -> None:
    outbox(ledger)
    (mine,) = claimed(ledger)
    permitted(ledger, mine)
    settle(ledger, mine, "later")
    assert claimed(ledger, now=NOW) == []
    (again,) = claimed(ledger, now=NOW + MINUTE)
    assert (again.payload, again.id) == (mine.payload, mine.id)
    assert (again.epoch, again.attempts) == (2, 2)


# ---------------------------------------------------------------- recovery


@pytest.mark.parametrize(
    ("kind", "channel", "chosen", "becomes"),
    [
        pytest.param(TouchKind.EMAIL, "mail", {}, "unknown", id="an email is held"),
        pytest.param(TouchKind.WEBHOOK, "hook", {}, "ready", id="a webhook is sent again"),
        pytest.param(
            TouchKind.EMAIL, "mail", {"mail": OnUnknown.RESEND}, "ready", id="email: resend"
        ),
        pytest.param(
            TouchKind.EMAIL, "mail", {"mail": OnUnknown.ASSUME_SENT}, "sent", id="assume sent"
        ),
        pytest.param(
            TouchKind.WEBHOOK, "hook", {"hook": OnUnknown.HOLD}, "unknown", id="webhook: hold"
        ),
        pytest.param(
            TouchKind.EMAIL, "mail", {"other": OnUnknown.RESEND}, "unknown", id="of another channel"
        ),
    ],
)
def test_a_doubt_that_nobody_holds_is_closed_as_the_channel_says(
    ledger: Ledger, kind: TouchKind, channel: str, chosen: dict[str, OnUnknown], becomes: str
) -> None:
    (touch,) = outbox(ledger, kind=kind, channel=channel)
    (mine,) = claimed(ledger)
    permitted(ledger, mine)
    assert sweeping(ledger, on_unknown=chosen) == (becomes == "unknown")
    assert state(ledger, touch).state == becomes
    assert check_ledger(ledger) == []


def test_a_sweep_leaves_living_workers_alone(ledger: Ledger) -> None:
    ids = outbox(ledger, "1", "2")
    first, second = claimed(ledger)
    permitted(ledger, first)
    assert sweeping(ledger, now=NOW + LEASE - timedelta(microseconds=1)) == 0
    assert {state(ledger, each).state for each in ids} == {"claimed", "in_doubt"}
    assert reading(ledger, leaseholders) == {"w1"}
    assert second.attempts == 1


def test_a_worker_that_is_known_to_be_gone_is_swept_at_once(ledger: Ledger) -> None:
    outbox(ledger, "1", "2")
    first, second = claimed(ledger)
    permitted(ledger, first)
    assert sweeping(ledger, now=NOW, gone={"w1"}) == 1
    assert state(ledger, first.id).state == "unknown"
    row = state(ledger, second.id)
    assert (row.state, row.attempts) == ("ready", 0)
    assert reading(ledger, leaseholders) == frozenset()


def test_a_shutdown_gives_back_what_it_did_not_begin(ledger: Ledger) -> None:
    outbox(ledger, "1", "2", "3")
    first, *_ = claimed(ledger, limit=2)
    (others,) = claimed(ledger, "w2")
    permitted(ledger, first)
    assert writing(ledger, lambda unit: release(unit, "w1", now=NOW, actor="w1")) == 1
    counted = reading(ledger, counts_by_state)
    assert counted == {"claimed": 1, "in_doubt": 1, "ready": 1}
    assert state(ledger, others.id).state == "claimed"


def test_only_what_is_ready_expires(ledger: Ledger) -> None:
    outbox(ledger, "1", "2", "3", expires_at=NOW + MINUTE)
    first, second = claimed(ledger, limit=2)
    outbox(ledger, "4", expires_at=None)
    permitted(ledger, first)
    late = NOW + MINUTE
    assert writing(ledger, lambda unit: expire(unit, now=late, actor="daemon")) == 1
    assert writing(ledger, lambda unit: expire(unit, now=late, actor="daemon")) == 0
    counted = reading(ledger, counts_by_state)
    assert counted == {"claimed": 1, "expired": 1, "in_doubt": 1, "ready": 1}
    assert second.id != first.id


def test_the_backlog_tells_number_and_age(ledger: Ledger) -> None:
    assert reading(ledger, backlog).oldest is None
    outbox(ledger, "1", "2")
    writing(
        ledger,
        lambda unit: unit.connection.execute(
            update(touches).where(touches.c.key == "1").values(made_at=NOW - MINUTE)
        ),
    )
    found = reading(ledger, backlog)
    assert (found.ready, found.oldest) == (2, NOW - MINUTE)
    assert reading(ledger, lambda unit: backlog(unit, "other")).ready == 0
