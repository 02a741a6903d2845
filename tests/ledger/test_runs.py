"""Runs begin once; fuses hold them until a person decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.decide.facts import Entered, enrollment_ids
from engine.ledger.approvals import APPROVAL_LASTS
from engine.ledger.bystanders import bystanders, remember_bystanders
from engine.ledger.holds import (
    approve,
    approved_keys,
    drop,
    held_fuses,
    held_touches,
    hold_run,
    resolve_not_sent,
    resolve_sent,
)
from engine.ledger.identities import identity_of
from engine.ledger.names import carry_over, is_known
from engine.ledger.outbox import settle_sent
from engine.ledger.runs import (
    RunState,
    Start,
    begin_run,
    end_run,
    entered_in_run,
    fail_run,
    last_as_of,
    last_matched,
    last_run,
    last_slot,
    last_sources,
    never_ran,
    save_version,
    skip_run,
    version_content,
    version_never_ran,
)
from engine.ledger.statements import unpack_keys
from engine.ledger.store import Ledger
from engine.ledger.touches import list_touches
from engine.problems import Refused
from tests.ledger.factories import (
    LEASE,
    MINUTE,
    NOW,
    audited,
    claimed,
    keep,
    kinds,
    make_enrollment,
    outbox,
    permitted,
    reading,
    writing,
)
from tests.ledger.test_outbox import sweeping

SLOT = "2026-03-10T09:00"
SAID: dict[str, Any] = {"at": NOW, "actor": "ann"}


def begin(ledger: Ledger, fire: str = SLOT, **said: Any) -> tuple[str, Start]:
    """Begin a run of `checkup`."""
    given = {"as_of": NOW, "version": "v1", "facts": {"git": "abc"}, **SAID, **said}
    start = writing(ledger, lambda unit: begin_run(unit, "checkup", fire, **given))
    return start.id, start.state


def end(ledger: Ledger, run: str, **said: Any) -> None:
    """End a run."""
    given = {"counts": {"matched": 2}, "sources": {}, **SAID, **said}
    writing(ledger, lambda unit: end_run(unit, run, **given))


def hold(ledger: Ledger, run: str, *keys: str, at: datetime = NOW, version: str = "v1") -> str:
    """A fuse holds a run."""
    return writing(
        ledger,
        lambda unit: hold_run(
            unit,
            run,
            fuse="fuse",
            allowed="1 matched",
            found=len(keys),
            total=10,
            keys=keys,
            matched=len(keys),
            version=version,
            at=at,
            actor="engine",
        ),
    )


# ---------------------------------------------------------------- once


def test_a_slot_fires_once(ledger: Ledger) -> None:
    run, start = begin(ledger)
    assert start is Start.NEW
    assert begin(ledger) == (run, Start.RESUMED)
    end(ledger, run)
    assert begin(ledger) == (run, Start.DONE)
    assert begin(ledger, "2026-03-11T09:00")[1] is Start.NEW
    assert kinds(ledger)[1:] == ["run.started", "run.started", "run.ended", "run.started"]


def test_a_run_that_failed_may_begin_again(ledger: Ledger) -> None:
    run, _ = begin(ledger)
    writing(ledger, lambda unit: fail_run(unit, run, "users: empty", **SAID))
    found = reading(ledger, lambda unit: last_run(unit, "checkup"))
    assert found is not None
    assert (found.state, found.reason) == (RunState.FAILED, "users: empty")
    assert reading(ledger, lambda unit: never_ran(unit, "checkup"))
    assert begin(ledger, version="v2") == (run, Start.RESUMED)
    again = reading(ledger, lambda unit: last_run(unit, "checkup"))
    assert again is not None
    assert (again.state, again.reason, again.version) == (RunState.RUNNING, "", "v2")


def test_a_slot_is_skipped_once(ledger: Ledger) -> None:
    given = {"as_of": NOW, "version": "v1", "reason": "late", **SAID}
    for expected in (True, False):
        skipped = writing(ledger, lambda unit: skip_run(unit, "checkup", SLOT, **given))
        assert skipped is expected
    assert begin(ledger)[1] is Start.SKIPPED
    assert kinds(ledger)[1:] == ["run.skipped"]


def test_a_run_that_began_is_not_skipped(ledger: Ledger) -> None:
    run, _ = begin(ledger)
    given = {"as_of": NOW, "version": "v1", "reason": "late", **SAID}
    assert not writing(ledger, lambda unit: skip_run(unit, "checkup", SLOT, **given))
    assert begin(ledger) == (run, Start.RESUMED)


# ---------------------------------------------------------------- what is remembered


def test_what_a_run_came_to_is_there_for_the_next(ledger: Ledger) -> None:
    run, _ = begin(ledger)
    sources = {"crm.users": {"rows": 20, "newest": "2026-03-10"}}
    end(ledger, run, counts={"matched": 5}, sources=sources, matched=["1", "2"])
    second, _ = begin(ledger, "2026-03-11T09:00", as_of=NOW + timedelta(days=1))
    end(ledger, second, counts={"matched": 3, "entered": 1}, sources=sources, matched=["2", "3"])
    assert '"since_last":{"entered":1,"matched":-2}' in audited(ledger)[-1].body
    with ledger.read() as unit:
        assert unpack_keys(last_matched(unit, "checkup") or b"") == ["2", "3"]
        assert last_sources(unit, "checkup") == sources
        assert last_as_of(unit) == NOW + timedelta(days=1)
        assert not version_never_ran(unit, "checkup", "v1")
        assert version_never_ran(unit, "checkup", "v2")


def test_of_a_playbook_that_never_ran_nothing_is_known(ledger: Ledger) -> None:
    with ledger.read() as unit:
        assert last_run(unit, "checkup") is None
        assert last_matched(unit, "checkup") is None
        assert last_sources(unit, "checkup") == {}
        assert last_as_of(unit) is None
        assert last_slot(unit, "checkup") is None
        assert never_ran(unit, "checkup")
        assert bystanders(unit, "checkup", "123") == frozenset()


def test_the_last_slot_is_none_of_a_run_by_hand(ledger: Ledger) -> None:
    for fire in ("2026-03-10T09:00", "by hand 2027-01-01T00:00:00+00:00", "2026-03-09T09:00"):
        begin(ledger, fire)
    assert reading(ledger, lambda unit: last_slot(unit, "checkup")) == "2026-03-10T09:00"


def test_who_entered_in_a_run_counts(ledger: Ledger) -> None:
    earlier = enrollment_ids("checkup", ["9"], [1], at=NOW - timedelta(seconds=1))
    held_out = make_enrollment("8", holdout=True)
    run, _ = begin(ledger)
    keep(ledger, [Entered(make_enrollment(key)) for key in "123"], run=run)
    keep(ledger, [Entered(make_enrollment("9", id=earlier[0]))], run="another")
    keep(ledger, [Entered(held_out)], run=run)
    other, _ = begin(ledger, "2026-03-11T09:00")
    assert reading(ledger, lambda unit: entered_in_run(unit, run)) == 3
    assert reading(ledger, lambda unit: entered_in_run(unit, other)) == 0
    assert reading(ledger, lambda unit: entered_in_run(unit, "")) == 0


def test_bystanders_are_remembered_once(ledger: Ledger) -> None:
    for keys in (["1", "2"], ["2", "3"], []):
        writing(ledger, lambda unit, keys=keys: remember_bystanders(unit, "p", keys, at=NOW))
    assert reading(ledger, lambda unit: bystanders(unit, "p", "1234")) == {"1", "2", "3"}


def test_a_version_is_kept_as_it_was_first_saved(ledger: Ledger) -> None:
    for content in ("first", "second"):
        writing(ledger, lambda unit, said=content: save_version(unit, "h", "checkup", said, at=NOW))
    assert reading(ledger, lambda unit: version_content(unit, "h")) == "first"
    assert reading(ledger, lambda unit: version_content(unit, "other")) is None


# ---------------------------------------------------------------- fuses


def test_a_fuse_waits_for_a_person_and_lets_the_listed_pass_once(ledger: Ledger) -> None:
    run, _ = begin(ledger)
    held = hold(ledger, run, "1", "2")
    assert begin(ledger) == (run, Start.HELD)
    (item,) = reading(ledger, held_fuses)
    assert (item.id, item.keys, item.found, item.total) == (held, ("1", "2"), 2, 10)
    assert admitted(ledger) is None
    writing(ledger, lambda unit: approve(unit, held, **SAID))
    assert reading(ledger, held_fuses) == []
    assert admitted(ledger) == {"1", "2"}
    assert begin(ledger) == (run, Start.RESUMED)
    end(ledger, run)
    assert admitted(ledger) is None
    assert kinds(ledger)[-3:] == ["run.started", "run.ended", "hold.applied"]


def admitted(ledger: Ledger, version: str = "v1", now: datetime = NOW) -> frozenset[str] | None:
    """Whom an approval lets pass."""
    return reading(ledger, lambda unit: approved_keys(unit, "checkup", version, now=now))


def test_an_approval_lasts_while_the_throttle_leaves_some_for_later(ledger: Ledger) -> None:
    run, _ = begin(ledger)
    held = hold(ledger, run, "1", "2")
    writing(ledger, lambda unit: approve(unit, held, **SAID))
    begin(ledger)
    end(ledger, run, throttled=1)
    assert admitted(ledger) == {"1", "2"}


@pytest.mark.parametrize(
    ("version", "now", "is_in_force"),
    [
        pytest.param("v1", NOW + APPROVAL_LASTS - MINUTE, True, id="within three days"),
        pytest.param("v1", NOW + APPROVAL_LASTS, False, id="after three days"),
        pytest.param("v2", NOW, False, id="of another version"),
    ],
)
def test_an_approval_is_for_one_version_and_three_days(
    ledger: Ledger, version: str, now: datetime, is_in_force: bool
) -> None:
    run, _ = begin(ledger)
    held = hold(ledger, run, "1")
    writing(ledger, lambda unit: approve(unit, held, **SAID))
    assert (admitted(ledger, version, now) is not None) is is_in_force


def test_only_the_newest_list_is_put_to_a_person(ledger: Ledger) -> None:
    first = hold(ledger, begin(ledger)[0], "1")
    second = hold(ledger, begin(ledger, "2026-03-11T09:00")[0], "1", "2")
    assert [each.id for each in reading(ledger, held_fuses)] == [second]
    with pytest.raises(Refused, match="waits no longer: it is void"):
        writing(ledger, lambda unit: approve(unit, first, **SAID))


def test_a_run_that_begins_again_is_held_anew(ledger: Ledger) -> None:
    """It was approved, and by now others match: their list is another, with an id of its own."""
    run, _ = begin(ledger)
    first = hold(ledger, run, "1")
    writing(ledger, lambda unit: approve(unit, first, **SAID))
    assert begin(ledger) == (run, Start.RESUMED)
    second = hold(ledger, run, "1", "2")
    assert first != second
    assert [each.id for each in reading(ledger, held_fuses)] == [second]


def test_what_a_person_has_approved_stands_though_another_run_is_held(ledger: Ledger) -> None:
    """Only what waits is void; the approval lets its list pass, and stays on record as that."""
    first = hold(ledger, begin(ledger)[0], "1")
    writing(ledger, lambda unit: approve(unit, first, **SAID))
    hold(ledger, begin(ledger, "2026-03-11T09:00")[0], "1", "2")
    assert admitted(ledger) == {"1"}
    assert "hold.void" not in kinds(ledger)


@pytest.mark.parametrize("first", [approve, drop])
@pytest.mark.parametrize("then", [approve, drop])
def test_a_hold_is_decided_once(ledger: Ledger, first: Any, then: Any) -> None:
    held = hold(ledger, begin(ledger)[0], "1")
    writing(ledger, lambda unit: first(unit, held, **SAID))
    told = kinds(ledger)
    with pytest.raises(Refused, match="by ann"):
        writing(ledger, lambda unit: then(unit, held, **SAID))
    assert kinds(ledger) == told


def test_what_was_dropped_lets_nobody_pass(ledger: Ledger) -> None:
    held = hold(ledger, begin(ledger)[0], "1")
    writing(ledger, lambda unit: drop(unit, held, **SAID))
    assert admitted(ledger) is None
    assert begin(ledger)[1] is Start.HELD


# ---------------------------------------------------------------- unknown outcomes


@pytest.fixture
def unknown(ledger: Ledger) -> str:
    """The id of a send whose outcome nobody knows."""
    outbox(ledger)
    (mine,) = claimed(ledger)
    permitted(ledger, mine)
    sweeping(ledger)
    (held,) = reading(ledger, held_touches)
    assert (held.id, held.in_doubt_at, held.recipient) == (mine.id, NOW, "person7@example.com")
    return mine.id


def state(ledger: Ledger) -> str:
    """The state of the only touch."""
    (touch,) = reading(ledger, list_touches)
    return touch.state


def test_a_send_that_went_out_is_closed(ledger: Ledger, unknown: str) -> None:
    writing(ledger, lambda unit: resolve_sent(unit, unknown, **SAID))
    assert (state(ledger), reading(ledger, held_touches)) == ("sent", [])
    assert kinds(ledger)[-1] == "touch.resolved"


def test_a_send_that_did_not_go_out_is_ready_with_the_same_bytes(
    ledger: Ledger, unknown: str
) -> None:
    writing(ledger, lambda unit: resolve_not_sent(unit, unknown, **SAID))
    (ready,) = reading(ledger, list_touches)
    assert (ready.in_doubt_at, ready.ended_at) == (None, None), "it is no contact"
    (again,) = claimed(ledger, "w2", NOW + LEASE)
    assert (again.id, again.payload) == (unknown, b"Subject: Hello\r\n\r\nHello\r\n")
    assert again.epoch == 3, "an answer to the first act cannot be taken for the second's"
    assert permitted(ledger, again, NOW + LEASE) == ""
    late = {"epoch": 1, "now": NOW, "detail": "250", "actor": "w1"}
    assert not writing(ledger, lambda unit: settle_sent(unit, unknown, **late))


@pytest.mark.parametrize("first", [resolve_sent, resolve_not_sent])
@pytest.mark.parametrize("then", [resolve_sent, resolve_not_sent])
def test_a_send_is_resolved_once(ledger: Ledger, unknown: str, first: Any, then: Any) -> None:
    writing(ledger, lambda unit: first(unit, unknown, **SAID))
    now = state(ledger)
    with pytest.raises(Refused, match=f"not unknown: it is {now}"):
        writing(ledger, lambda unit: then(unit, unknown, **SAID))
    assert state(ledger) == now


@pytest.mark.parametrize(
    ("act", "words"),
    [
        pytest.param(approve, "is a send, not a fuse", id="approve a send"),
        pytest.param(drop, "is a send, not a fuse", id="drop a send"),
    ],
)
def test_a_send_is_no_fuse(ledger: Ledger, unknown: str, act: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        writing(ledger, lambda unit: act(unit, unknown, **SAID))


def test_a_fuse_is_no_send(ledger: Ledger) -> None:
    held = hold(ledger, begin(ledger)[0], "1")
    with pytest.raises(Refused, match="is a fuse"):
        writing(ledger, lambda unit: resolve_sent(unit, held, **SAID))


@pytest.mark.parametrize("act", [approve, drop, resolve_sent, resolve_not_sent])
def test_an_id_that_nothing_has_is_told(ledger: Ledger, act: Any) -> None:
    with pytest.raises(Refused, match="nope"):
        writing(ledger, lambda unit: act(unit, "nope", **SAID))


# ---------------------------------------------------------------- renaming


@pytest.mark.parametrize("peopled", ["checkup", "review"])
def test_under_one_name_what_people_entered_by_goes_on(ledger: Ledger, peopled: str) -> None:
    """Runs of one slot, and what holdouts and keys go by: nobody entered the other playbook."""
    for name in ("checkup", "review"):
        given: dict[str, Any] = {"as_of": NOW, "version": f"of {name}", "facts": {}, **SAID}
        writing(ledger, lambda unit, name=name, given=given: begin_run(unit, name, SLOT, **given))
    keep(ledger, [Entered(make_enrollment(playbook=peopled))])
    writing(ledger, lambda unit: carry_over(unit, "review", ["checkup"], **SAID))
    run = reading(ledger, lambda unit: last_run(unit, "review"))
    assert run is not None
    assert run.version == f"of {peopled}"
    assert reading(ledger, lambda unit: identity_of(unit, "review")) == peopled
    assert not reading(ledger, lambda unit: is_known(unit, "checkup"))
