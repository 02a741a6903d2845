"""Conditions in plain words, near to how the file says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from engine.bind.conditions import (
    Anniversary,
    BoundAll,
    BoundAny,
    BoundContacted,
    BoundDid,
    BoundEveryone,
    BoundField,
    BoundFinished,
    BoundHas,
    BoundInPlaybook,
    BoundMoment,
    BoundNone,
    BoundNot,
    BoundOperand,
    BoundParent,
    BoundRank,
    BoundRole,
    BoundSegment,
    BoundStepBecame,
    BoundTest,
    Change,
    ChangedTest,
    Clause,
    Condition,
    DaysTest,
    Figure,
    Followed,
    ListTest,
    Literal,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    UnchangedTest,
    ValueTest,
    Window,
)
from engine.moments import (
    Ago,
    At,
    Day,
    Entered,
    FieldMoment,
    Hence,
    Moment,
    Now,
    Relative,
    StartOf,
    StepMoment,
    Today,
)

__all__ = ["condition_text", "inline_text", "literal_text", "moment_text", "percent_text"]


def condition_text(condition: Condition) -> str:
    """One line for a condition; of those with parts, what is asked of the parts."""
    match condition:
        case BoundAll():
            return "all of"
        case BoundAny():
            return "any of"
        case BoundNone():
            return "none of"
        case BoundNot():
            return "not"
        case BoundEveryone():
            return "everyone"
        case BoundSegment(name):
            return f"in the segment {name}"
        case BoundField(ref, test):
            return f"{ref.path} {_test(test)}"
        case BoundRole(links, _, role, _, present):
            return f"{'.'.join((*links, role))} {'is set' if present else 'is nobody'}"
        case BoundParent(link):
            return f"its {link}:"
        case BoundDid():
            return _did(condition)
        case BoundHas():
            return _has(condition)
        case BoundRank():
            return _rank(condition)
        case BoundContacted():
            return _contacted(condition)
        case BoundInPlaybook(_, playbook):
            return f"is in the playbook {playbook}"
        case BoundFinished():
            return _finished(condition)
        case BoundStepBecame(step, became, outcome):
            told = [f"is {became.value}"] if became else []
            told += [f"has the outcome {literal_text(outcome)}"] if outcome else []
            return f"its step {step} {' and '.join(told)}"


def literal_text(value: object) -> str:
    """A literal or a value seen, as people write it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case str():
            return value if value.isidentifier() else repr(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(map(literal_text, value)) or "an empty list"
        case _:
            return str(value)


def percent_text(value: object) -> str:
    """A part of 1 as a percentage, `-50%`; with a sign, as changes are told."""
    if isinstance(value, int | float):
        return f"{value * 100:+.9g}%".replace("+0%", "0%")
    return literal_text(value)


# ---------------------------------------------------------------- events


def _did(did: BoundDid) -> str:
    through = f"{did.through}." if did.through else ""
    parts = [f"{'did not' if did.negated else 'did'} {through}{did.event.name}"]
    parts += _window(did.window)
    parts += _where(did.where)
    asked = [_figure(each) for each in did.figures if not _is_at_least_one(each.test)]
    if did.change is not None:
        asked.append(_change(did.change))
    asked += [_followed(each) for each in did.followed]
    return ", ".join([" ".join(parts), *asked])


def _is_at_least_one(test: BoundTest) -> bool:
    """What is meant where nothing is said."""
    return test == BoundTest((ValueTest(Op.AT_LEAST, (1,)),))


def _change(change: Change) -> str:
    return (
        f"change of the number a day, the last {change.over} against the {change.against} before, "
        f"{_test(change.test, percent_text)}"
    )


def _followed(followed: Followed) -> str:
    verb = "one of them not followed" if followed.negated else "one of them followed"
    parts = [f"{verb} by {followed.event.name} within {followed.within}", *_where(followed.where)]
    return " ".join(parts)


def _where(tests: Sequence[tuple[str, BoundTest]]) -> list[str]:
    told = " and ".join(f"{name} {_test(test)}" for name, test in tests)
    return [f"where {told}"] if told else []


def _figure(figure: Figure) -> str:
    of = f" {figure.property}" if figure.property else ""
    return f"{figure.kind.value}{of} {_test(figure.test)}"


def _contacted(contacted: BoundContacted) -> str:
    parts = ["not contacted" if contacted.negated else "contacted", *_window(contacted.window)]
    if contacted.channel is not None:
        parts.append(f"by {contacted.channel}")
    if contacted.playbook is not None:
        parts.append(f"in {contacted.playbook}")
    if not _is_at_least_one(contacted.times):
        parts[-1] += f", times {_test(contacted.times)}"
    return " ".join(parts)


def _has(has: BoundHas) -> str:
    verb = "has no" if has.negated else "has"
    such = "" if has.condition is None else f" where {inline_text(has.condition)}"
    times = "" if _is_at_least_one(has.times) else f", times {_test(has.times)}"
    return f"{verb} {has.entity}{such}{times}"


def inline_text(condition: Condition) -> str:
    """A condition of children in one line, with its parts."""
    match condition:
        case BoundAll(parts):
            return " and ".join(map(inline_text, parts))
        case BoundAny(parts):
            return f"({' or '.join(map(inline_text, parts))})"
        case BoundNone(parts):
            return f"none of ({', '.join(map(inline_text, parts))})"
        case BoundNot(part):
            return f"not ({inline_text(part)})"
        case BoundParent(link, _, inner):
            return f"its {link}: {inline_text(inner)}"
        case _:
            return condition_text(condition)


def _rank(rank: BoundRank) -> str:
    number = f"{rank.count:,}" if rank.share is None else f"{literal_text(rank.share * 100)}%"
    edge = "highest" if rank.highest else "lowest"
    return f"{rank.ref.path} is among the {edge} {number} of every {rank.entity}"


def _finished(finished: BoundFinished) -> str:
    outcome = "" if finished.outcome is None else f" as {finished.outcome.value}"
    within = "" if finished.within is None else f" within {finished.within}"
    return f"left the playbook {finished.playbook}{outcome}{within}"


def _window(window: Window) -> Iterable[str]:
    if window.within is not None:
        yield f"within {window.within}"
    if window.since is not None:
        yield f"since {moment_text(window.since)}"
    if window.until is not None:
        yield f"until {moment_text(window.until)}"


# ---------------------------------------------------------------- tests


def _test(test: BoundTest, tell: Callable[[object], str] = literal_text) -> str:
    return " and ".join(_clause(clause, tell) for clause in test.clauses)


def _clause(clause: Clause, tell: Callable[[object], str] = literal_text) -> str:
    match clause:
        case SetTest(present):
            return "is set" if present else "is not set"
        case ValueTest(op, values, ignore_case):
            shown = ", ".join(_side(value, tell) for value in values)
            return f"{_word(op)} {shown}{_case(ignore_case)}"
        case TextTest(op, value, ignore_case):
            return f"{_word(op)} {_side(value)}{_case(ignore_case)}"
        case ListTest(op, values):
            return f"{_word(op)} {', '.join(_side(value) for value in values)}"
        case MomentTest(op, moments):
            return f"{_word(op)} {' or '.join(moment_text(moment) for moment in moments)}"
        case MomentRange(op, duration):
            return f"{_word(op)} {duration}"
        case DaysTest(sign, clauses):
            days = "days ago" if sign < 0 else "days from now"
            return f"{' and '.join(map(_clause, clauses))} {days}"
        case Anniversary(duration):
            return f"has an anniversary in the next {duration}"
        case ChangedTest(_, within, from_test, to_test):
            ends = (("from", from_test), ("to", to_test))
            told = [f" {word} {_one_value(test)}" for word, test in ends if test is not None]
            return f"changed{''.join(told)} within {within}"
        case UnchangedTest(_, duration):
            return f"unchanged for {duration}"


def _one_value(test: BoundTest) -> str:
    """The value of a test that asks for one."""
    match test.clauses:
        case (ValueTest(Op.IS, (value,)),):
            return _side(value)
        case (MomentTest(Op.ON, (moment,)),):
            return moment_text(moment)
        case _:
            return _test(test)


_WORDS = {
    Op.ONE_OF: "is one of",
    Op.NONE_OF: "is none of",
    Op.ON: "is on",
    Op.NOT_ON: "is not on",
    Op.IN_NEXT: "in the next",
    Op.INCLUDES_ANY: "includes any of",
    Op.INCLUDES_ALL: "includes all of",
}


def _word(op: Op) -> str:
    return _WORDS.get(op, op.value.replace("_", " "))


def _case(ignore_case: bool) -> str:
    return " (whatever the case)" if ignore_case else ""


def _side(side: Literal | BoundOperand, tell: Callable[[object], str] = literal_text) -> str:
    if not isinstance(side, BoundOperand):
        return tell(side)
    scaled = "" if side.multiplied_by is None else f" * {literal_text(side.multiplied_by)}"
    shifted = "" if side.plus is None else f" + {literal_text(side.plus)}"
    return f"{side.ref.path}{_then(side.at)}{scaled}{shifted}"


def _then(at: BoundMoment | None) -> str:
    return "" if at is None else f" as of {moment_text(at)}"


# ---------------------------------------------------------------- moments


def moment_text(bound: BoundMoment) -> str:
    """A moment, as the file says it."""
    return f"{_moment(bound.moment)}{_then(bound.at)}"


def _moment(moment: Moment) -> str:
    match moment:
        case Day(on):
            return on.isoformat()
        case At(when):
            return literal_text(when)
        case Now():
            return "now"
        case Today(offset):
            return _DAYS.get(offset, f"today {offset:+d} days")
        case Ago(duration):
            return f"{duration} ago"
        case Hence(duration):
            return f"in {duration}"
        case StartOf(unit):
            return f"start of {unit.value}"
        case FieldMoment(path):
            return path
        case Entered():
            return "entered"
        case StepMoment(step):
            return f"step {step}"
        case Relative(duration, sign, of):
            return f"{duration} {'before' if sign < 0 else 'after'} {_moment(of)}"


_DAYS = {0: "today", -1: "yesterday", 1: "tomorrow"}
