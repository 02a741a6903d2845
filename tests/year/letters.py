"""Whether what the receivers took may have gone, and went once: judged from their own record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from typing import Any

from tests.year.almanac import is_in_window, too_many, zone_or
from tests.year.cast import ADDRESS, COLLEAGUES, PROJECT_ZONE
from tests.year.house import House
from tests.year.papers import Playbook
from tests.year.post import Letter
from tests.year.record import Record, Stay, Touch
from tests.year.standstill import is_over, is_still

__all__ = ["full_caps", "judge_letters", "rates_of"]

NAMED = re.compile(rb"customer-(\d+)\.")


def judge_letters(house: House, record: Record, fresh: list[Letter]) -> None:
    """Hold each letter that came since the look before against everything that may forbid it."""
    ids = [letter.id for letter in house.letters]
    assert len(set(ids)) == len(ids), "an idempotency key went out twice"
    for letter in fresh:
        touch = record.touches[letter.id]
        if not touch.playbook:
            _may_be_told_of_tasks(house, record, letter)
            continue
        book = house.book_of(touch.playbook)
        for stay in record.about(touch):
            _may_go(house, letter, touch, stay, book)
        _says_what_it_should(house, record, letter, touch)
        if "thread" in house.specs[house.roots[touch.step]] and not touch.copy_of:
            _answers(house, record, letter, touch)
        if letter.is_mail and letter.address not in COLLEAGUES:
            _may_be_mailed(house, record, letter, touch)
    _nobody_twice(house, record)
    _in_their_turn(house, record, fresh)


def rates_of(house: House, touch: Touch) -> dict[str, timedelta]:
    """How long two letters lie apart at least, by what goes by a rate: its channel, its sender."""
    rates = house.policy.get("rates", {})
    said = {touch.channel: rates.get(touch.channel), touch.sender: rates.get("per_sender")}
    return {
        name: timedelta(hours=1) / int(rate.split()[0])
        for name, rate in said.items()
        if rate and name
    }


def _in_their_turn(house: House, record: Record, fresh: list[Letter]) -> None:
    """Under a rate of 4 an hour two letters lie 15 minutes apart; a pass takes no time."""
    last: dict[str, datetime] = {}
    for letter in house.letters:
        touch = record.touches[letter.id]
        for name, apart in rates_of(house, touch).items():
            is_due = name not in last or letter.at - last[name] >= apart
            is_judged = letter in fresh and last.get(name, letter.at) >= house.rated_at
            assert is_due or not is_judged, ("faster than the rate", letter, last[name])
            last[name] = letter.at
    if set(house.policy) & {"rates", "frequency_caps", "send_window"} == {"rates"}:
        _by_priority(house, record, fresh)


def _by_priority(house: House, record: Record, fresh: list[Letter]) -> None:
    """Where nothing but its rate keeps one waiting, the higher priority goes first, then age."""
    gone = [record.touches[letter.id] for letter in fresh]
    for other in record.touches.values():
        if other.state != "ready" or other.made_at == house.now or not rates_of(house, other):
            continue
        if not other.playbook or is_still(house, house.book_of(other.playbook)):
            continue
        beside = [each for each in gone if each.channel == other.channel]
        late = [each for each in beside if _turn(each) > _turn(other)]
        assert not late, ("out of its turn", other, late)


def _turn(touch: Touch) -> tuple[int, datetime]:
    return (-touch.priority, touch.made_at)


def _may_go(house: House, letter: Letter, touch: Touch, stay: Stay, book: Playbook) -> None:
    who, at = house.customers[int(stay.key)], letter.at
    told = (letter, stay)
    assert not is_still(house, book), ("sent while halted or paused", *told)
    assert not stay.holdout, ("sent to one held out", *told)
    assert stay.left_at is None or stay.left_at >= at, ("sent after leaving", *told)
    assert int(stay.key) not in house.gone, ("sent to one who is gone", *told)
    assert not is_over(house, who, stay, book), ("sent after goal or exit", *told)
    assert touch.expires_at is None or touch.expires_at > at, ("sent too late", *told)


def _says_what_it_should(house: House, record: Record, letter: Letter, touch: Touch) -> None:
    """A digest names those whom it is for, a draft reads as approved, a copy as the mail itself."""
    if letter.is_mail and not touch.enrollment:
        named = {found.decode() for found in NAMED.findall(letter.payload)}
        assert named == {stay.key for stay in record.about(touch)}, ("names others", letter)
    if touch.approver and not touch.copy_of:
        assert house.approved.get(letter.id) == letter.payload, ("nobody approved that", letter)
    if touch.copy_of:
        [of] = [each for each in house.letters if each.id == touch.copy_of]
        assert of.payload == letter.payload, ("a copy of another mail", letter)
        assert of.at <= letter.at, ("a copy before its mail", letter)


def _answers(house: House, record: Record, letter: Letter, touch: Touch) -> None:
    """A mail in a thread names the mail of that step which this address got, if it got one."""
    root = house.specs[house.roots[touch.step]]["thread"]
    before = [
        each
        for each in house.letters
        for earlier in (record.touches[each.id],)
        if earlier.enrollment == touch.enrollment and house.roots.get(earlier.step) == root
        if each.address == letter.address
    ]
    said = BytesParser(policy=default).parsebytes(letter.payload)["In-Reply-To"]
    ids = [BytesParser(policy=default).parsebytes(each.payload)["Message-ID"] for each in before]
    assert (said in ids) if ids else not said, ("answers another mail", letter, ids, said)


def _may_be_told_of_tasks(house: House, record: Record, letter: Letter) -> None:
    assert "" not in house.halted, ("a notice while all is halted", letter)
    assert (letter.address, "") not in house.unwanted or _bounced_now(record, letter), letter
    told = [task for task in record.tasks if task.notice == letter.id]
    assert told, ("a notice of nothing", letter)
    assert {task.assignee for task in told} == {letter.address}, ("of another's tasks", letter)


def _may_be_mailed(house: House, record: Record, letter: Letter, touch: Touch) -> None:
    stays, topic = record.about(touch), touch.topic
    whose = next((house.customers[int(stay.key)] for stay in stays), {})
    is_their_own = any(ADDRESS[int(stay.key)] == letter.address for stay in stays)
    zone = zone_or(whose["tz"] if is_their_own and touch.enrollment else "", PROJECT_ZONE)
    assert is_in_window(house.policy, letter.at, zone), ("out of the window", letter, zone)
    is_stopped = (letter.address, "") in house.unwanted
    assert not is_stopped or _bounced_now(record, letter), ("suppressed", letter)
    if topic == "bill":
        return
    assert (letter.address, topic) not in house.unwanted or not topic, ("unsubscribed", letter)
    assert topic != "asks" or (letter.address, topic) in house.wanted, ("never asked", letter)
    for rule in house.policy.get("never_contact", ()):
        concerns = topic in rule.get("topics", (topic,))
        is_troubled = any(house.customers[int(stay.key)]["is_troubled"] for stay in stays)
        assert not (concerns and is_troubled), ("never to be contacted", letter)
    for cap in house.policy.get("frequency_caps", ()):
        acts = _counted(house, record, cap, touch, until=letter)
        if _is_about(cap, touch):
            assert not too_many(cap, acts, letter.at), ("over a cap", cap, letter)


def _bounced_now(record: Record, letter: Letter) -> bool:
    """A mailbox that refused one mail of this very pass after it had taken another."""
    return any(
        touch.recipient == letter.address and touch.reason == "mailbox"
        for touch in record.touches.values()
        if touch.ended_at == letter.at
    )


def full_caps(
    house: House, record: Record, touch: Touch, *, before: datetime | None = None
) -> list[Mapping[str, Any]]:
    """The caps that have no room for one more now, beside all that went out, or did before."""
    one_more = [(house.now, touch.topic or "general")]
    found = []
    for cap in house.policy.get("frequency_caps", ()):
        acts = _counted(house, record, cap, touch)
        gone = [act for act in acts if before is None or act[0] < before]
        if _is_about(cap, touch) and too_many(cap, gone + one_more, house.now):
            found.append(cap)
    return found


def _is_about(cap: Mapping[str, Any], touch: Touch) -> bool:
    """Whether a cap is about mails of that channel and topic at all."""
    topic = touch.topic or "general"
    of_topic: bool = cap.get("topic", topic) == topic
    return of_topic and cap.get("channel", touch.channel) == touch.channel


def _counted(
    house: House,
    record: Record,
    cap: Mapping[str, Any],
    touch: Touch,
    *,
    until: Letter | None = None,
) -> list[tuple[datetime, str]]:
    """The mails that count with a touch, for its address or its account, up to one of them.

    A copy counts for its address alone: for the account its mail counts.
    """
    found = []
    letters = house.letters
    accounts = _accounts(house, record, touch)
    for letter in letters[: letters.index(until) + 1] if until else letters:
        if not letter.is_mail or letter.address in COLLEAGUES:
            continue
        other = record.touches[letter.id]
        if letter.channel != cap.get("channel", letter.channel):
            continue
        same = letter.address == touch.recipient
        if accounts & _accounts(house, record, other) if "each" in cap else same:
            found.append((letter.at, other.topic or "general"))
    return found


def _accounts(house: House, record: Record, touch: Touch) -> set[int]:
    if touch.copy_of:
        return set()
    return {_account(house, stay) for stay in record.about(touch)}


def _account(house: House, stay: Stay) -> int:
    return int(house.customers[int(stay.key)]["account_id"])


def _nobody_twice(house: House, record: Record) -> None:
    had: set[object] = set()
    copies: dict[object, str] = {}
    for letter in house.letters:
        touch = record.touches[letter.id]
        for stay in record.about(touch):
            root = house.roots[touch.step]
            one = (stay.id, root, letter.address)
            assert one not in had, ("a step twice", letter, one)
            had.add(one)
            if letter.is_mail and touch.enrollment:
                role_of = 0 if ADDRESS[int(stay.key)] == letter.address else _account(house, stay)
                copy = (touch.playbook, root, letter.address, role_of)
                holder = copies.setdefault(copy, touch.key)
                assert holder == touch.key, ("two copies to an address", letter)
