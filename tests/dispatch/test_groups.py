"""Groups: many asks in one transaction, each with its own answer, and the same ledger as singly."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connectors.channels.fakes import FakeChannel
from engine.bind.policy import BoundPolicy
from engine.decide.facts import TouchState
from engine.dispatch import books as books_module
from engine.dispatch.books import Books
from engine.dispatch.deliver import deliver
from engine.dispatch.settle import Answered, settle_all
from engine.language.policy import FrequencyCap
from engine.ledger import control
from engine.ledger.audit import Kind
from engine.ledger.claims import Claimed, claim
from engine.ledger.log import verify_audit
from engine.ledger.permits import Asking, Permission, permit_all, put_back_all
from engine.ledger.recovery import OnUnknown, sweep
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import suppress
from engine.ledger.tables import audit, channels, suppressions, touches
from engine.moments import Duration
from engine.moments import Unit as Length
from engine.ports import Answer, Message, NotSent, Permit, Refusal, Sent, UnknownOutcome
from engine.problems import Unreachable
from tests.dispatch.outbox import Watch, by_key, comes_to, fill, letter
from tests.ledger.factories import LEASE, MINUTE, NOW, kinds, reading, writing
from tests.ledger.made import copy_of

CUSTOMER = {"to_customer": True, "zone": "UTC"}
TWO = BoundPolicy(caps=(FrequencyCap(2, Duration(1, Length.DAY)),), digest="two a day")
ACT: dict[str, Any] = {"now": NOW, "actor": "w1"}
SAID: dict[str, Any] = {"why": "", "at": NOW, "actor": "ann"}


def claimed(ledger: Ledger, **said: Any) -> list[Claimed]:
    """What a worker gets at once."""
    given: dict[str, Any] = {"now": NOW, "lease": LEASE, "limit": 50, **said}
    return list(writing(ledger, lambda unit: claim(unit, "w1", **given)).touches)


def asked(claims: Sequence[Claimed]) -> list[Asking]:
    """The permits of these claims."""
    return [Asking(touch.id, touch.epoch, LEASE) for touch in claims]


# ---------------------------------------------------------------- the books


def together(ledger: Ledger, act: Any, questions: Sequence[object]) -> list[object]:
    """The answers, or errors, of what was asked in the same moment."""

    async def once() -> list[object]:
        async with Books(ledger) as books:
            asking = [books.ask(act, each) for each in questions]
            return await asyncio.gather(*asking, return_exceptions=True)

    return asyncio.run(once())


def tell(unit: Unit, words: Sequence[str]) -> list[str]:
    """An act that leaves records, and breaks on one word."""
    for word in words:
        if word == "poison":
            raise LookupError(word)
        unit.note(Kind.TRACKED, {"word": word, "together": len(words)}, at=NOW, actor=word)
    return [word.upper() for word in words]


def test_what_is_asked_at_once_is_one_transaction(any_ledger: Ledger) -> None:
    assert together(any_ledger, tell, ["a", "b", "c"]) == ["A", "B", "C"]
    bodies = reading(any_ledger, lambda unit: list(unit.connection.scalars(select(audit.c.body))))
    assert [body for body in bodies if '"together":3' in body] == bodies[-3:]


def test_one_poison_question_is_nobody_elses(any_ledger: Ledger) -> None:
    answers = together(any_ledger, tell, ["a", "poison", "c"])
    assert [str(answer) for answer in answers] == ["A", "poison", "C"]
    assert isinstance(answers[1], LookupError)
    assert kinds(any_ledger)[-2:] == ["tracked", "tracked"]
    assert reading(any_ledger, verify_audit).valid


def test_those_who_were_answered_together_ask_together(ledger: Ledger) -> None:
    """Who asks again at once joins those who came meanwhile: two companies become one."""
    sizes: list[int] = []

    def count(unit: Unit, questions: Sequence[int]) -> list[int]:
        sizes.append(len(questions))
        time.sleep(0.05)
        return list(questions)

    async def once() -> None:
        async with Books(ledger) as books:

            async def twice(number: int) -> None:
                await books.ask(count, number)
                await books.ask(count, number)

            lanes = [asyncio.create_task(twice(number)) for number in range(13)]
            await asyncio.sleep(0.02)
            late = [books.ask(count, number) for number in range(10)]
            await asyncio.gather(*lanes, *late)

    asyncio.run(once())
    assert sizes == [13, 23]


def test_nobody_is_waited_for_where_all_have_asked(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books_module, "_MOMENT_S", 5.0)
    sizes: list[int] = []

    def count(unit: Unit, questions: Sequence[int]) -> list[int]:
        sizes.append(len(questions))
        time.sleep(0.05)
        return list(questions)

    async def twice(books: Books, number: int) -> None:
        await books.ask(count, number)
        await asyncio.sleep(0.002 * (number % 2))
        await books.ask(count, number)

    async def once() -> None:
        async with Books(ledger) as books:
            books.most = 13
            await asyncio.gather(*(twice(books, number) for number in range(13)))

    begun = time.monotonic()
    asyncio.run(once())
    assert sizes == [13, 13]
    assert time.monotonic() - begun < 5


def test_what_is_asked_meanwhile_is_the_next_group(ledger: Ledger) -> None:
    """A few do not wait for company, and what comes during one commit shares the next."""
    sizes: list[int] = []

    def count(unit: Unit, questions: Sequence[int]) -> list[int]:
        sizes.append(len(questions))
        return list(questions)

    async def once() -> None:
        async with Books(ledger) as books:
            first = books.ask(count, 0)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            later = [books.ask(count, each) for each in range(1, 6)]
            later[2].cancel()
            assert await first == 0
            assert sizes[0] == 1
            await asyncio.gather(*(later[:2] + later[3:]))

    asyncio.run(once())
    assert sizes == [1, 4], "who has given up before it began is left out"


def test_a_ledger_that_does_not_answer_is_asked_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Ledger] = []

    def down(self: Ledger) -> Iterator[Unit]:
        tries.append(self)
        raise Unreachable("the disk is full")

    monkeypatch.setattr(Ledger, "write", down)
    answers = together(ledger, tell, ["a", "b", "c"])
    assert all(isinstance(answer, Unreachable) for answer in answers)
    assert len(tries) == 1


# ---------------------------------------------------------------- permits in a set


def test_each_of_a_group_has_an_answer_of_its_own(any_ledger: Ledger) -> None:
    """Overtaken, suppressed, expired, halted, unknown: all of them beside sound ones."""
    keys = ["1", "gone", "blocked", "late", "2"]
    said = {"late": {"expires_at": NOW + MINUTE}}
    fill(any_ledger, {key: letter(key, f"{key}@x.example", **said.get(key, {})) for key in keys})
    claims = {touch.key: touch for touch in claimed(any_ledger)}
    gone = claims["gone"]
    back = {"reason": "x", "now": NOW, "actor": "w2"}
    writing(any_ledger, lambda unit: put_back_all(unit, [(gone.id, gone.epoch)], **back))
    again = {each.key: each for each in claimed(any_ledger)}["gone"]
    writing(any_ledger, lambda unit: suppress(unit, "blocked@x.example", **SAID))
    ask = [*asked([claims[key] for key in keys]), Asking("nobody", 1, LEASE), *asked([claims["1"]])]
    given = {"now": NOW + MINUTE, "actor": "w1"}
    answers = writing(any_ledger, lambda unit: permit_all(unit, ask, **given))
    reasons = ["", "overtaken", "suppressed", "expired", "", "overtaken", "overtaken"]
    assert [answer.reason for answer in answers] == reasons
    states = {key: row.state.value for key, row in by_key(any_ledger).items()}
    assert states == {
        "1": "in_doubt",
        "2": "in_doubt",
        "gone": "claimed",
        "blocked": "skipped",
        "late": "expired",
    }
    assert again.epoch == gone.epoch + 1


def test_a_group_that_was_swept_meanwhile_is_told_no(any_ledger: Ledger) -> None:
    fill(any_ledger, {key: letter(key, f"{key}@x.example") for key in ("1", "2")})
    claims = claimed(any_ledger)
    later = {"now": NOW + LEASE, "on_unknown": {}, "actor": "w2"}
    writing(any_ledger, lambda unit: sweep(unit, **later))
    answers = writing(any_ledger, lambda unit: permit_all(unit, asked(claims), **ACT))
    assert answers == [Permission(False, "overtaken")] * 2


def test_caps_are_counted_from_one_to_the_next(any_ledger: Ledger) -> None:
    """All five were claimed under no policy at all: the group decides, and leaves room for two."""
    fill(any_ledger, {f"{n}": letter(f"{n}", "ann@x.example", **CUSTOMER) for n in range(5)})
    claims = claimed(any_ledger)
    given = {**ACT, "policy": TWO}
    answers = writing(any_ledger, lambda unit: permit_all(unit, asked(claims), **given))
    assert [answer.reason for answer in answers] == ["", "", "capped", "capped", "capped"]
    assert {row.attempts for row in by_key(any_ledger).values() if row.state == "ready"} == {0}


def test_a_chunk_holds_one_for_each_who_is_capped(any_ledger: Ledger) -> None:
    """By priority, then age; the others are left as they are until the first has its answer."""
    for n in range(6):
        who = "ann" if n % 2 else "bob"
        said = letter(str(n), f"{who}@x.example", priority=n, **CUSTOMER)
        fill(any_ledger, {str(n): said})
    fill(any_ledger, {"c": letter("c", "colleague@x.example")})
    assert [touch.key for touch in claimed(any_ledger, policy=TWO)] == ["5", "4", "c"]
    assert claimed(any_ledger, policy=TWO) == []
    assert {row.reason for row in by_key(any_ledger).values()} == {""}


def test_a_chunk_is_bounded_by_its_bytes(ledger: Ledger) -> None:
    body = "x" * 2**20
    fill(ledger, {str(n): letter(str(n), "a@x.example", body=body) for n in range(6)})
    assert [len(claimed(ledger)) for _ in range(3)] == [3, 3, 0]


# ---------------------------------------------------------------- the law

FATES = (
    *("sound", "blocked", "late", "halted", "unapproved", "overtaken"),
    *("capped", "capped", "capped"),  # there is room for two
)
ANSWERS: tuple[Answer, ...] = (
    Sent("250 ok"),
    NotSent(Refusal.LATER, "450 busy", "450"),
    NotSent(Refusal.MAILBOX, "550 nobody", "5.1.1"),
    NotSent(Refusal.MESSAGE, "554 no", "554"),
    NotSent(Refusal.CHANNEL, "no connection"),
    UnknownOutcome("silence"),
)


@dataclass(frozen=True)
class Case:
    """A touch, what comes in its way, and what its channel says."""

    fate: str
    answer: Answer


def touch_of(n: int, case: Case) -> dict[str, Any]:
    """What a touch of that fate is made with."""
    who = "same" if case.fate == "capped" else f"{case.fate}{n}"
    more = {
        "late": {"expires_at": NOW + MINUTE},
        "unapproved": {"approver": "ann@x.example"},
        "capped": CUSTOMER,
    }
    return letter(f"{n:02}", f"{who}@x.example", **more.get(case.fate, {}))


def cut(things: Sequence[Any], sizes: Sequence[int]) -> Iterator[Sequence[Any]]:
    """A sequence in groups of these sizes, again and again."""
    rest = iter(things)
    for size in itertools.cycle(sizes):
        group = list(itertools.islice(rest, size))
        if not group:
            return
        yield group


def lived(ledger: Ledger, cases: Sequence[Case], sizes: Sequence[int]) -> list[Any]:
    """Everything in the ledger after these touches were permitted and settled in such groups."""
    fill(ledger, {f"{n:02}": touch_of(n, case) for n, case in enumerate(cases)})
    claims = sorted(claimed(ledger), key=lambda touch: touch.key)
    of = {touch.key: cases[int(touch.key)] for touch in claims}
    for touch in claims:
        if of[touch.key].fate == "blocked":
            writing(ledger, lambda unit, who=touch.recipient: suppress(unit, who, **SAID))  # type: ignore[misc]
    asking = [
        Asking(touch.id, touch.epoch + (of[touch.key].fate == "overtaken"), LEASE)
        for touch in claims
    ]
    later: dict[str, Any] = {"now": NOW + MINUTE, "actor": "w1"}
    answers: list[Permission] = []
    ask: dict[str, Any] = {**later, "policy": TWO}
    for group in cut(asking, sizes):
        answers += writing(ledger, lambda unit, some=group: permit_all(unit, some, **ask))  # type: ignore[misc]
    went = [touch for touch, answer in zip(claims, answers, strict=True) if answer.allowed]
    answered = [Answered(touch, of[touch.key].answer, OnUnknown.HOLD, 0) for touch in went]
    for some in cut(answered, sizes):
        writing(ledger, lambda unit, some=some: settle_all(unit, some, **later))  # type: ignore[misc]
    return reading(ledger, everything)


def everything(unit: Unit) -> list[Any]:
    """All that touches, channels and the audit hold; the order of records aside."""
    found = [
        sorted(unit.connection.execute(select(table)).all(), key=repr)
        for table in (touches, channels, suppressions)
    ]
    told = select(audit.c.kind, audit.c.key, audit.c.body, audit.c.actor)
    mine = told.where(audit.c.kind != Kind.LEDGER_CREATED)
    return [*found, sorted(unit.connection.execute(mine).all(), key=repr)]


@settings(max_examples=12, deadline=None)
@given(
    cases=st.lists(
        st.builds(Case, st.sampled_from(FATES), st.sampled_from(ANSWERS)), min_size=1, max_size=9
    ),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
)
def test_any_groups_leave_the_ledger_as_one_by_one(
    made_file: Path, cases: list[Case], sizes: list[int]
) -> None:
    found = []
    for each in ([1], sizes):
        with TemporaryDirectory() as folder:
            ledger = open_ledger(copy_of(made_file, Path(folder)), root=Path(folder))
            found.append(lived(ledger, cases, each))
            assert reading(ledger, verify_audit).valid
            ledger.close()
    assert found[0] == found[1]


# ---------------------------------------------------------------- claims in advance


class Slow(FakeChannel):
    """Asks its permit, and answers once it is told to; tells when it has a message in hand."""

    def __init__(self, name: str) -> None:
        super().__init__(name, at_once=1)
        self.has_some, self.may_answer = asyncio.Event(), asyncio.Event()

    async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
        answer = await super().send(message, permit, **after)
        self.has_some.set()
        await self.may_answer.wait()
        return answer


async def until(is_so: Callable[[], bool]) -> None:
    """Wait, not for long, until something is so."""
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came so")


def states_of(ledger: Ledger) -> dict[str, int]:
    """How many touches there are in each state."""
    found = [row.state.value for row in by_key(ledger).values()]
    return {state: found.count(state) for state in set(found)}


def test_a_stop_puts_back_at_once_what_was_claimed_in_advance(any_ledger: Ledger) -> None:
    """A lane waits for its answer, perhaps for minutes: nobody waits for the lane."""
    fill(any_ledger, {str(n): letter(str(n), f"{n}@x.example") for n in range(9)})

    async def once() -> None:
        channel, stop = Slow("email"), asyncio.Event()
        given: dict[str, Any] = {"worker": "w1", "stop": stop}
        delivery = asyncio.create_task(
            deliver(any_ledger, {"email": channel}, Watch().now, **given)
        )
        await comes_to(channel.has_some, delivery)
        assert states_of(any_ledger) == {"in_doubt": 1, "claimed": 3, "ready": 5}
        stop.set()
        await until(lambda: states_of(any_ledger) == {"in_doubt": 1, "ready": 8})
        assert not delivery.done()
        channel.may_answer.set()
        assert (await delivery).counts == {"email": {"sent": 1}}

    asyncio.run(once())
    rows = by_key(any_ledger).values()
    assert {row.attempts for row in rows if row.state is TouchState.READY} == {0}


def test_a_halt_puts_back_what_was_claimed_in_advance(ledger: Ledger) -> None:
    """The first that is told no speaks for all of them: they are not even connected for."""
    fill(ledger, {str(n): letter(str(n), f"{n}@x.example") for n in range(9)})

    class Halting(FakeChannel):
        async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
            if not self.asked:
                control.halt(ledger, [], **SAID)
            return await super().send(message, permit, **after)

    async def once() -> FakeChannel:
        channel = Halting("email", at_once=1)
        given: dict[str, Any] = {"worker": "w1", "stop": asyncio.Event()}
        await deliver(ledger, {"email": channel}, Watch().now, **given)
        return channel

    channel = asyncio.run(once())
    assert (len(channel.asked), channel.sent) == (1, [])
    assert states_of(ledger) == {"ready": 9}
    assert {row.attempts for row in by_key(ledger).values()} == {0}


def test_a_lane_has_one_touch_in_doubt_at_most(ledger: Ledger) -> None:
    """An answer is written with the permit of the next touch of its lane, or sooner."""
    fill(ledger, {f"{n:02}": letter(f"{n:02}", f"{n}@x.example") for n in range(40)})
    seen: list[int] = []

    class Counting(FakeChannel):
        async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
            answer = await super().send(message, permit, **after)
            seen.append(states_of(ledger).get("in_doubt", 0))
            return answer

    async def once() -> None:
        given: dict[str, Any] = {"worker": "w1", "stop": asyncio.Event()}
        await deliver(ledger, {"email": Counting("email", at_once=3)}, Watch().now, **given)

    asyncio.run(once())
    assert states_of(ledger) == {"sent": 40}
    assert max(seen) <= 3


def test_a_slow_channel_claims_little_in_advance(ledger: Ledger) -> None:
    """Ever more while they go out at once, ever fewer when they take their time."""
    fill(ledger, {f"{n:02}": letter(f"{n:02}", f"{n}@x.example") for n in range(24)})
    sizes: list[int] = []

    class Clock(FakeChannel):
        pace = timedelta(0)

        async def send(self, message: Message, permit: Permit, **after: Any) -> Answer:
            sizes.append(states_of(ledger).get("claimed", 0))
            watch.at += self.pace
            if len(self.sent) == 5:
                self.pace = timedelta(seconds=1)
            return await super().send(message, permit, **after)

    watch = Watch()

    async def once() -> None:
        given: dict[str, Any] = {"worker": "w1", "stop": asyncio.Event()}
        await deliver(ledger, {"email": Clock("email", at_once=1)}, watch.now, **given)

    asyncio.run(once())
    starts = [after for before, after in zip([0, *sizes], sizes, strict=False) if after > before]
    assert starts == [4, 8, 4, 2]
    assert states_of(ledger) == {"sent": 24}
