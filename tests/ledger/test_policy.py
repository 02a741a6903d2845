"""The contact policy in the transactions of claim and permit, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.bind.policy import BoundPolicy, SendCalendar, row_of
from engine.decide.facts import TouchState
from engine.language.policy import FrequencyCap, Rate, TopicDefault
from engine.ledger.audit import Kind
from engine.ledger.check import check_ledger
from engine.ledger.claims import Claims, claim
from engine.ledger.control import pause_ended, pause_started
from engine.ledger.database import Overtaken
from engine.ledger.held import ask_again
from engine.ledger.log import verify_audit
from engine.ledger.outbox import settle_failed, settle_sent, settle_unknown
from engine.ledger.pending import pending_mails, skip_pending, waiting_by_reason, waiting_under
from engine.ledger.permits import Asking, Permission, permit_all, put_back_all
from engine.ledger.retention import forget_touches
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.ledger.suppressions import EVERY_TOPIC, suppress
from engine.ledger.tables import payloads, touches
from engine.ledger.topics import refusals_among, refusals_of, subscribe, unsubscribe
from engine.ledger.touches import TouchRow, list_touches
from engine.moments import parse_duration
from tests.ledger.factories import (
    LEASE,
    NOW,
    audited,
    keep,
    kinds,
    make_enrollment,
    make_touch,
    permit,
    reading,
    touching,
    writing,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
SAME = "ann@example.com"


def capped(at_most: int = 1, per: str = "1 day", **said: Any) -> BoundPolicy:
    """A policy of one cap."""
    cap = FrequencyCap(at_most, parse_duration(per), **said)
    return BoundPolicy(caps=(cap,), digest=f"{at_most} {per}")


def mail(ledger: Ledger, key: str, **said: Any) -> str:
    """A mail to a customer of this key; gives its id."""
    of = make_enrollment(key)
    given = {"to_customer": True, "zone": "UTC", "recipient": SAME, **said}
    touch = make_touch(of, **{"rows": (row_of("account", "1"),), **given})
    keep(ledger, touching(of, touch))
    return touch.id


def take(ledger: Ledger, policy: BoundPolicy, at: Any = NOW, **said: Any) -> Claims:
    """What a worker gets."""
    given: dict[str, Any] = {"now": at, "lease": LEASE, "limit": 1, "policy": policy, **said}
    return writing(ledger, lambda unit: claim(unit, "w1", **given))


def ask(ledger: Ledger, touch: Any, policy: BoundPolicy, at: Any = NOW, **said: Any) -> Permission:
    """The last look before the act."""
    given: dict[str, Any] = {"now": at, "lease": LEASE, "actor": "w1", "policy": policy, **said}
    return writing(ledger, lambda unit: permit(unit, touch.id, epoch=touch.epoch, **given))


def send(ledger: Ledger, policy: BoundPolicy, at: Any = NOW) -> str:
    """Claim, act, and be told that it was taken; gives the key, or nothing."""
    found = take(ledger, policy, at).touches
    if not found:
        return ""
    (touch,) = found
    assert ask(ledger, touch, policy, at).allowed
    given: dict[str, Any] = {"now": at, "detail": "250", "actor": "w1"}
    writing(ledger, lambda unit: settle_sent(unit, touch.id, epoch=touch.epoch, **given))
    return touch.key


def row(ledger: Ledger, key: str) -> TouchRow:
    """The touch of a key."""
    return reading(ledger, lambda unit: list_touches(unit, key=key))[0]


def late(ledger: Ledger) -> list[datetime | None]:
    """When each touch is too late, by key."""
    asked = select(touches.c.expires_at).order_by(touches.c.key)
    return reading(ledger, lambda unit: list(unit.connection.scalars(asked)))


def waiting(ledger: Ledger, policy: BoundPolicy, at: datetime) -> dict[str, int]:
    """Why touches that are ready have not gone out, as `status` tells it."""
    return reading(ledger, lambda unit: waiting_under(unit, policy, now=at, real=at))


# ---------------------------------------------------------------- caps


def test_the_higher_priority_goes_and_the_other_waits(ledger: Ledger) -> None:
    policy = capped()
    mail(ledger, "low")
    mail(ledger, "high", priority=90)
    assert send(ledger, policy) == "high"
    assert send(ledger, policy) == ""
    low = row(ledger, "low")
    assert (low.state, low.reason, low.attempts) == (TouchState.READY, "capped", 0)
    assert low.next_attempt_at == NOW + DAY
    assert reading(ledger, waiting_by_reason) == {"capped": 1}
    assert send(ledger, policy, NOW + DAY) == "low"


def test_nobody_claims_for_whom_another_touch_is_in_hand(ledger: Ledger) -> None:
    policy = capped()
    mail(ledger, "low")
    mail(ledger, "high", priority=90)
    mail(ledger, "other", recipient="bob@example.com", priority=-1)
    assert take(ledger, policy).touches[0].key == "high"
    assert take(ledger, policy).touches[0].key == "other"
    assert take(ledger, policy) == Claims(is_busy=True)


def test_what_was_claimed_in_time_is_counted_again_at_the_act(ledger: Ledger) -> None:
    """Claimed under another policy, or by a worker that did not see the first: the act decides."""
    policy = capped()
    mail(ledger, "1")
    mail(ledger, "2")
    first, second = take(ledger, BoundPolicy(), limit=2).touches
    assert ask(ledger, first, policy).allowed
    assert ask(ledger, second, policy).reason == "capped"
    held = row(ledger, second.key)
    assert (held.state, held.attempts, held.reason) == (TouchState.READY, 0, "capped")
    assert Kind.TOUCH_DEFERRED in kinds(ledger)
    assert check_ledger(ledger) == [], "what was claimed is in nobody's hands again"


def test_what_nobody_knows_the_end_of_counts(ledger: Ledger) -> None:
    """In doubt while its answer is awaited, and unknown until a person has looked."""
    policy = capped()
    mail(ledger, "1", priority=1)
    mail(ledger, "2")
    first, second = take(ledger, BoundPolicy(), limit=2).touches
    assert ask(ledger, first, policy).allowed
    assert ask(ledger, second, policy).reason == "capped"
    given: dict[str, Any] = {"epoch": first.epoch, "now": NOW, "detail": "silence", "actor": "w1"}
    assert writing(ledger, lambda unit: settle_unknown(unit, first.id, **given))
    mail(ledger, "3", priority=1)
    assert send(ledger, policy, NOW + HOUR) == ""
    assert row(ledger, "3").reason == "capped"


def test_those_that_come_to_their_act_together_leave_no_room_for_each_other(ledger: Ledger) -> None:
    mail(ledger, "1")
    mail(ledger, "2")
    taken = take(ledger, BoundPolicy(), limit=2).touches
    asked = [Asking(each.id, each.epoch, LEASE) for each in taken]
    given: dict[str, Any] = {"now": NOW, "actor": "w1", "policy": capped()}
    answers = writing(ledger, lambda unit: permit_all(unit, asked, **given))
    assert [each.reason for each in answers] == ["", "capped"]


def test_an_act_that_failed_gives_its_room_back(ledger: Ledger) -> None:
    policy = capped()
    mail(ledger, "1", priority=1)
    mail(ledger, "2")
    (first,) = take(ledger, policy).touches
    ask(ledger, first, policy)
    assert take(ledger, policy).touches == ()
    given: dict[str, Any] = {"now": NOW, "reason": "refused", "detail": "554", "actor": "w1"}
    writing(ledger, lambda unit: settle_failed(unit, first.id, epoch=first.epoch, **given))
    assert send(ledger, policy) == "2"


def test_who_waited_long_enough_is_skipped(ledger: Ledger) -> None:
    policy = capped(per="30 days", give_up=parse_duration("3 days"))
    mail(ledger, "1", priority=1)
    mail(ledger, "2", expires_at=NOW + DAY)
    assert [send(ledger, policy) for _ in range(2)] == ["1", ""]
    assert row(ledger, "2").next_attempt_at == NOW + 3 * DAY
    assert send(ledger, policy, NOW + 3 * DAY) == ""
    ended = row(ledger, "2")
    assert (ended.state, ended.reason) == (TouchState.SKIPPED, "capped")


def test_how_long_one_waited_counts_from_when_it_first_had_to_for_room(ledger: Ledger) -> None:
    """Neither the window before it counts, nor is it forgotten when others take the room again."""
    cap = FrequencyCap(1, parse_duration("1 day"), give_up=parse_duration("25 hours"))
    opens_at_ten = SendCalendar(frozenset(range(7)), 600, 1_440)
    policy = BoundPolicy(caps=(cap,), calendar=opens_at_ten, digest="p")
    mail(ledger, "low", expires_at=NOW + 9 * DAY)
    assert send(ledger, policy) == ""
    for ten in (NOW + HOUR, NOW + HOUR + DAY):
        mail(ledger, f"high {ten:%d}", priority=90)
        assert [send(ledger, policy, ten) for _ in range(2)] == [f"high {ten:%d}", ""]
        assert row(ledger, "low").state is TouchState.READY
    assert send(ledger, policy, NOW + 2 * HOUR + DAY) == ""
    assert row(ledger, "low").state is TouchState.SKIPPED


def test_many_that_are_capped_are_put_off_at_once(ledger: Ledger) -> None:
    policy = capped(each="account")
    for number in range(30):
        mail(ledger, f"{number:02}", recipient=f"person{number}@example.com")
    assert [bool(send(ledger, policy)) for _ in range(2)] == [True, False]
    assert reading(ledger, waiting_by_reason) == {"capped": 29}


def test_colleagues_know_no_caps_no_windows_and_no_subscribing(ledger: Ledger) -> None:
    shut = SendCalendar(frozenset({6}), 0, 60)
    asked_for = {"general": TopicDefault.UNSUBSCRIBED}
    policy = BoundPolicy(calendar=shut, caps=capped().caps, topics=asked_for)
    for key in ("1", "2"):
        mail(ledger, key, to_customer=False, zone="", rows=())
    assert {send(ledger, policy) for _ in range(3)} == {"1", "2", ""}


@pytest.fixture
def twins(ledger: Ledger, ledger_url: str, tmp_path: Any) -> Iterator[tuple[Ledger, Ledger]]:
    """The same ledger, opened by two programs."""
    other = open_ledger(ledger_url, root=tmp_path)
    yield ledger, other
    other.close()


@pytest.mark.parametrize("each", ["", "account"], ids=["address", "account"])
def test_workers_at_once_cannot_break_a_cap(twins: tuple[Ledger, Ledger], each: str) -> None:
    """All have claimed already, so only the last look stands between them and the same room."""
    policy = capped(2, each=each)
    for number in range(8):
        said = {} if not each else {"recipient": f"person{number}@example.com"}
        mail(twins[0], str(number), **said)
    claims = take(twins[0], BoundPolicy(), limit=8).touches
    barrier = threading.Barrier(8, timeout=30)

    def act(number: int) -> bool:
        barrier.wait()
        while True:
            try:
                return ask(twins[number % 2], claims[number], policy).allowed
            except Overtaken:
                continue

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(act, range(8))) == 2
    assert reading(twins[0], verify_audit).valid


# ---------------------------------------------------------------- windows


def test_a_window_that_closes_before_the_act(ledger: Ledger) -> None:
    policy = BoundPolicy(calendar=SendCalendar(frozenset(range(7)), 540, 600), digest="p")
    mail(ledger, "1", expires_at=NOW + DAY)
    (touch,) = take(ledger, policy, NOW + HOUR - SECOND).touches
    assert ask(ledger, touch, policy, NOW + HOUR).reason == "window"
    assert row(ledger, "1").next_attempt_at == NOW + DAY
    assert late(ledger) == [NOW + DAY + 23 * HOUR]  # lateness stands still from ten until nine


def test_another_policy_asks_again(ledger: Ledger) -> None:
    policy = BoundPolicy(calendar=SendCalendar(frozenset({6}), 540, 600), digest="sundays")
    first = mail(ledger, "1", expires_at=NOW + DAY)
    mail(ledger, "2", copy_of=first, expires_at=NOW + DAY)
    mail(ledger, "3", expires_at=NOW + 2 * DAY)
    assert take(ledger, policy) == Claims()
    assert writing(ledger, lambda unit: ask_again(unit, policy, now=NOW)) == 0
    assert late(ledger) == [NOW + 6 * DAY, NOW + 6 * DAY, NOW + 7 * DAY]

    def asked() -> int:
        now = NOW + HOUR
        return writing(ledger, lambda unit: ask_again(unit, BoundPolicy(), now=now, most=1))

    assert [asked(), asked(), asked()] == [1, 1, 0]
    of_mail = NOW + DAY + HOUR  # lateness stood still until then
    assert late(ledger) == [of_mail, of_mail, NOW + 2 * DAY + HOUR]
    assert send(ledger, BoundPolicy(), NOW + HOUR) == "1"


@pytest.mark.parametrize(
    ("began", "ended", "stood_still"),
    [
        pytest.param(1, 2, 23, id="while the mail waited for its window anyway"),
        pytest.param(1, 30, 30, id="until after the window opened"),
        pytest.param(25, 30, 28, id="after it"),
    ],
)
def test_a_pause_and_a_window_keep_a_mail_once(
    ledger: Ledger, began: int, ended: int, stood_still: int
) -> None:
    policy = BoundPolicy(calendar=SendCalendar(frozenset(range(7)), 480, 540), digest="p")
    first = mail(ledger, "1", expires_at=NOW + 3 * DAY)
    mail(ledger, "2", copy_of=first, expires_at=NOW + 3 * DAY)
    assert take(ledger, policy) == Claims()  # the window has closed, and opens in 23 hours
    said = {"actor": "ann"}
    writing(ledger, lambda unit: pause_started(unit, "checkup", at=NOW + began * HOUR, **said))
    writing(ledger, lambda unit: pause_ended(unit, "checkup", at=NOW + ended * HOUR, **said))
    assert late(ledger) == [NOW + 3 * DAY + stood_still * HOUR] * 2, "the copy as its mail"


# ---------------------------------------------------------------- rates

RATES = BoundPolicy(rates={"mail": Rate(2, 1.0)}, per_sender=Rate(1, 3600.0))


def test_claims_of_a_channel_and_a_sender_are_spread(ledger: Ledger) -> None:
    for number in range(3):
        sender = "casey@acme.example" if number < 2 else "dana@acme.example"
        mail(ledger, str(number), sender=sender, priority=-number)
    assert take(ledger, RATES).touches[0].key == "0"
    behind = "the second of a sender stands before the first of the other one"
    assert take(ledger, RATES).turn_at == NOW + SECOND / 2, behind
    later = {"real": NOW + SECOND / 2}
    assert take(ledger, RATES, **later).touches[0].key == "2"
    assert take(ledger, RATES, real=NOW + SECOND).turn_at == NOW + HOUR
    assert waiting(ledger, RATES, NOW + SECOND) == {"rate": 1}
    assert take(ledger, RATES, real=NOW + HOUR).touches[0].key == "1"


def test_who_waited_for_a_window_that_is_open_waits_for_a_turn(ledger: Ledger) -> None:
    policy = replace(RATES, calendar=SendCalendar(frozenset(range(7)), 600, 1_200), digest="p")
    for number in range(3):
        mail(ledger, str(number))
    assert take(ledger, policy) == Claims()
    assert waiting(ledger, policy, NOW) == {"window": 3}
    assert take(ledger, policy, NOW + HOUR).touches
    assert waiting(ledger, policy, NOW + HOUR) == {"rate": 2}


def test_acts_that_come_to_their_dot_together_take_turns(ledger: Ledger) -> None:
    policy = BoundPolicy(rates={"mail": Rate(2, 1.0)})
    for number in range(2):
        mail(ledger, str(number))
    first = take(ledger, policy).touches[0]
    second = take(ledger, policy, real=NOW + SECOND).touches[0]
    assert ask(ledger, first, policy, real=NOW + 2 * SECOND).allowed
    refused = ask(ledger, second, policy, real=NOW + 2 * SECOND)
    assert refused == Permission(False, "rate", NOW + 2.5 * SECOND)
    early = [ask(ledger, second, policy, real=NOW + 2.25 * SECOND) for _ in range(2)]
    assert early == [refused, refused], "who asks too early takes no turn"
    assert row(ledger, second.key).state is TouchState.CLAIMED
    claims, given = [(second.id, second.epoch)], {"now": NOW, "actor": "w1"}
    writing(ledger, lambda unit: put_back_all(unit, claims, reason="rate", **given))
    assert row(ledger, second.key).state is TouchState.READY
    assert row(ledger, second.key).attempts == 0


def test_a_mail_waits_for_the_later_of_its_two_turns(ledger: Ledger) -> None:
    """That of its channel comes sooner, and what goes over another channel has neither."""
    policy = BoundPolicy(rates={"mail": Rate(2, 1.0)}, per_sender=Rate(1, 2.0))
    for number in range(2):
        mail(ledger, str(number))
    assert take(ledger, policy).touches
    assert take(ledger, policy, real=NOW + 0.1 * SECOND).turn_at == NOW + 2 * SECOND
    mail(ledger, "2", channel="other", sender="robin@acme.example")
    assert [each.key for each in take(ledger, policy, real=NOW + 0.1 * SECOND).touches] == ["2"]


def test_no_burst_follows_idle_time_and_no_wrong_clock_stops_a_channel(ledger: Ledger) -> None:
    policy = BoundPolicy(rates={"mail": Rate(2, 1.0)})
    for number in range(3):
        mail(ledger, str(number))
    assert take(ledger, policy, real=NOW + 7 * DAY).touches
    assert not take(ledger, policy, real=NOW + 7 * DAY).touches
    assert take(ledger, policy, real=NOW).touches  # the clock had been a week ahead


# ---------------------------------------------------------------- topics, never_contact, retention

REFUSED = [
    ("", TopicDefault.SUBSCRIBED, "", "nothing-said"),
    ("tips", TopicDefault.SUBSCRIBED, "suppressed", "unsubscribed"),
    ("tips", TopicDefault.REQUIRED, "", "required-passes-a-topic"),
    (EVERY_TOPIC, TopicDefault.REQUIRED, "suppressed", "but-no-stop-of-everything"),
    ("", TopicDefault.UNSUBSCRIBED, "not_subscribed", "never-asked-for"),
]


@pytest.mark.parametrize(
    ("said", "default", "reason"), [pytest.param(*each[:3], id=each[3]) for each in REFUSED]
)
def test_who_gets_a_topic(
    ledger: Ledger, request: Any, said: str, default: TopicDefault, reason: str
) -> None:
    given = {"why": "", "at": NOW, "actor": "ann"}
    if "nothing-said" not in request.node.callspec.id and "never" not in request.node.callspec.id:
        writing(ledger, lambda unit: suppress(unit, SAME, topic=said, **given))  # type: ignore[arg-type]
    with ledger.read() as unit:
        asked = (unit.digest(SAME), "tips", default)
        assert refusals_of(unit, [asked]) == ({asked: reason} if reason else {})
        among = refusals_among(unit, {SAME}, "tips", default=default)
    assert among == ({SAME: reason} if reason else {})


def test_a_subscription_and_its_end(ledger: Ledger) -> None:
    given: dict[str, Any] = {"topic": "tips", "why": "a form", "at": NOW, "actor": "ann"}
    wanted = TopicDefault.UNSUBSCRIBED
    answers = []
    for act in (subscribe, subscribe, unsubscribe, unsubscribe):
        answers.append(writing(ledger, lambda unit, act=act: act(unit, SAME, **given)))  # type: ignore[misc]
        with ledger.read() as unit:
            answers.append(refusals_among(unit, {SAME}, "tips", default=wanted).get(SAME, ""))
    assert answers == [True, "", False, "", True, "not_subscribed", False, "not_subscribed"]


@pytest.mark.parametrize(
    ("topic", "asked", "reason"),
    [
        pytest.param("tips", "tips", "", id="the topic"),
        pytest.param("tips", "news", "not_subscribed", id="another topic"),
        pytest.param("general", "", "", id="a mail without topic is general"),
        pytest.param("tips", "", "not_subscribed", id="a topic, and a mail without"),
    ],
)
def test_a_subscription_lets_its_topic_through(
    ledger: Ledger, topic: str, asked: str, reason: str
) -> None:
    """When a mail is made, and at the last look."""
    given: dict[str, Any] = {"topic": topic, "why": "", "at": NOW, "actor": "ann"}
    writing(ledger, lambda unit: subscribe(unit, SAME, **given))
    wanted = TopicDefault.UNSUBSCRIBED
    with ledger.read() as unit:
        made = refusals_among(unit, {SAME}, asked, default=wanted)
        last = refusals_of(unit, [(unit.digest(SAME), asked, wanted)])
    assert (made.get(SAME, ""), *last.values()) == ((reason, reason) if reason else ("",))


def test_who_takes_one_subscription_back_keeps_the_others(ledger: Ledger) -> None:
    given: dict[str, Any] = {"why": "", "at": NOW, "actor": "ann"}
    for topic in ("tips", "news"):
        writing(ledger, lambda unit, topic=topic: subscribe(unit, SAME, topic=topic, **given))
    assert writing(ledger, lambda unit: unsubscribe(unit, SAME, topic="tips", **given))
    with ledger.read() as unit:
        wanted = TopicDefault.UNSUBSCRIBED
        assert refusals_among(unit, {SAME}, "news", default=wanted) == {}
        assert refusals_among(unit, {SAME}, "tips", default=wanted) == {SAME: "not_subscribed"}


def test_mails_that_wait_can_be_stopped_and_those_in_hand_cannot(ledger: Ledger) -> None:
    mine = mail(ledger, "1")
    mail(ledger, "2", recipient="bob@example.com")
    mail(ledger, "3", to_customer=False)
    with ledger.read() as unit:
        pages = [pending_mails(unit, "checkup", after="", limit=9)]
        assert pending_mails(unit, "another", after="", limit=9) == []
    assert {each.key for each in pages[0]} == {"1", "2"}
    taken = take(ledger, BoundPolicy()).touches[0]
    ids = [each.id for each in pages[0]]
    writing(ledger, lambda unit: skip_pending(unit, ids, "never_contact", at=NOW, actor="engine"))
    states = {key: row(ledger, key).state for key in ("1", "2")}
    assert states[taken.key] is TouchState.CLAIMED
    assert set(states.values()) == {TouchState.CLAIMED, TouchState.SKIPPED}
    assert mine in ids


def test_what_is_old_is_forgotten_and_the_chain_verifies(ledger: Ledger) -> None:
    for key in ("1", "2", "3"):
        mail(ledger, key, recipient=f"{key}@example.com")
        assert send(ledger, BoundPolicy()) == key
    mail(ledger, "4")
    forget: Callable[[Any], int] = lambda unit: forget_touches(  # noqa: E731
        unit, NOW + HOUR, limit=2, at=NOW + DAY, actor="daemon"
    )
    assert [writing(ledger, forget) for _ in range(3)] == [2, 1, 0]
    rows = reading(ledger, list_touches)
    assert {each.recipient for each in rows} == {"", SAME}
    assert [each.key for each in rows if each.subject] == ["4"]
    assert {each.state for each in rows if each.key != "4"} == {TouchState.SENT}
    assert reading(ledger, verify_audit).valid
    left = reading(ledger, lambda unit: unit.connection.scalars(select(payloads.c.touch)).all())
    assert left == [each.id for each in rows if each.key == "4"]
    assert sum(each.kind == Kind.TOUCHES_FORGOTTEN for each in audited(ledger)) == 2
    policy = capped(1, "2 days", each="account")  # what was forgotten counts against caps
    assert send(ledger, policy, NOW + HOUR) == ""


def test_what_nobody_knows_the_end_of_keeps_its_words(ledger: Ledger) -> None:
    """A person may say that it did not go out: then the same bytes go again."""
    mail(ledger, "1", state=TouchState.UNKNOWN)
    old: Callable[[Any], int] = lambda unit: forget_touches(  # noqa: E731
        unit, NOW + HOUR, limit=9, at=NOW + DAY, actor="daemon"
    )
    assert writing(ledger, old) == 0
    assert row(ledger, "1").subject == "Hello"


@pytest.mark.parametrize(
    "left",
    [
        pytest.param({"detail": "`ann at home` is no address"}, id="why it had no address"),
        pytest.param({"subject": "Hello Ann"}, id="a subject alone"),
        pytest.param({"sender": "ann@example.com"}, id="a sender alone"),
        pytest.param({"recipient": "ann@example.com"}, id="an address alone"),
        pytest.param({"payload": b"Hello Ann"}, id="contents alone"),
    ],
)
def test_what_went_to_nobody_is_forgotten_too(ledger: Ledger, left: dict[str, Any]) -> None:
    """A touch that failed before it had an address told in its words which one it was given."""
    nothing: dict[str, Any] = {"recipient": "", "sender": "", "subject": "", "payload": b""}
    mail(ledger, "1", state=TouchState.FAILED, **{**nothing, **left})
    forget: Callable[[Any], int] = lambda unit: forget_touches(  # noqa: E731
        unit, NOW + HOUR, limit=9, at=NOW + DAY, actor="daemon"
    )
    assert [writing(ledger, forget) for _ in range(2)] == [1, 0]
    found = row(ledger, "1")
    assert (found.detail, found.subject, found.sender, found.recipient) == ("", "", "", "")
