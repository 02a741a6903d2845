"""`never-matches`: conditions that ask of one field what no value can be. `empty-text` beside it.

Only what is plain to see is told: values written out, of one field, in one *all*. What hangs on
other fields, on time or on events is not looked into.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from engine.bind.clauses import Clause, Op, SetTest, ValueTest
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundField,
    BoundHas,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundSegment,
    Condition,
)
from engine.places import Place
from engine.problems import Problem, Severity

__all__ = ["contradictions"]

_EQUAL = (Op.IS, Op.IS_NOT, Op.ONE_OF, Op.NONE_OF)
_Asked = tuple[Clause, Place]


def contradictions(condition: Condition) -> Iterator[Problem]:
    """The fields of which too much is asked, each told where the last of it stands."""
    asked: dict[str, list[_Asked]] = defaultdict(list)
    for path, clause, place in _together(condition, ""):
        asked[path].append((clause, place))
    for path, clauses in asked.items():
        empty = [place for clause, place in clauses if _asks_for_empty_text(clause)]
        if empty:
            yield Problem(
                empty[0],
                "empty-text",
                f"an empty text counts as missing: no `{path}` is one, and `is_not` always holds",
                "write `{set: false}` where it is missing, or `{set: true}` where it is there",
                Severity.WARNING,
            )
        elif not _can_be([clause for clause, _ in clauses]):
            yield Problem(
                clauses[-1][1],
                "never-matches",
                f"nobody can match: no value of `{path}` passes all that is asked of it",
                "take one test out, or put both under `any:`",
                Severity.WARNING,
            )
    for part in _apart(condition):
        yield from contradictions(part)


def _together(condition: Condition, prefix: str) -> Iterator[tuple[str, Clause, Place]]:
    """What must hold at once, by the path of the field."""
    match condition:
        case BoundAll(parts):
            for part in parts:
                yield from _together(part, prefix)
        case BoundSegment(_, inner):
            yield from _together(inner, prefix)
        case BoundParent(link, _, inner):
            yield from _together(inner, f"{prefix}{link}.")
        case BoundField(ref, test):
            for clause in test.clauses:
                yield f"{prefix}{ref.path}", clause, condition.place
        case _:
            pass


def _apart(condition: Condition) -> Iterator[Condition]:
    """The conditions inside that are asked on their own."""
    match condition:
        case BoundAll(parts):
            for part in parts:
                yield from _apart(part)
        case BoundAny(parts) | BoundNone(parts):
            yield from parts
        case BoundNot(part) | BoundHas(condition=part) if part is not None:
            yield part
        case BoundParent(_, _, inner):
            yield from _apart(inner)
        case _:
            pass


def _can_be(clauses: Sequence[Clause]) -> bool:
    """Whether some value passes all of these."""
    sets = [clause.present for clause in clauses if isinstance(clause, SetTest)]
    plain = [each for each in clauses if isinstance(each, ValueTest) and _is_written_out(each)]
    if (True in sets or any(_needs_a_value(each) for each in plain)) and False in sets:
        return False
    chosen = [each for each in plain if each.op in (Op.IS, Op.ONE_OF)]
    if chosen:
        return any(all(_passes(value, each) for each in plain) for value in chosen[0].values)
    return _leaves_room(plain)


def _asks_for_empty_text(clause: Clause) -> bool:
    if not isinstance(clause, ValueTest) or clause.op not in _EQUAL:
        return False
    return any(isinstance(value, str) and not value.strip() for value in clause.values)


def _is_written_out(test: ValueTest) -> bool:
    return not test.ignore_case and all(
        isinstance(value, str | int | float) for value in test.values
    )


def _needs_a_value(test: ValueTest) -> bool:
    return test.op not in (Op.IS_NOT, Op.NONE_OF)


def _passes(value: object, test: ValueTest) -> bool:
    if test.op in _EQUAL:
        return (value in test.values) is _needs_a_value(test)
    bound = test.values[0]
    if not isinstance(value, int | float) or not isinstance(bound, int | float):
        return True
    return _compares(value, test.op, bound)


def _compares(value: float, op: Op, bound: float) -> bool:
    match op:
        case Op.MORE_THAN:
            return value > bound
        case Op.AT_LEAST:
            return value >= bound
        case Op.LESS_THAN:
            return value < bound
        case _:
            return value <= bound


def _leaves_room(tests: Sequence[ValueTest]) -> bool:
    """Whether the lower bounds lie below the upper ones."""
    lower = [each for each in tests if each.op in (Op.MORE_THAN, Op.AT_LEAST)]
    upper = [each for each in tests if each.op in (Op.LESS_THAN, Op.AT_MOST)]
    return all(_meet(low, high) for low in lower for high in upper)


def _meet(low: ValueTest, high: ValueTest) -> bool:
    least, most = low.values[0], high.values[0]
    if not isinstance(least, int | float) or not isinstance(most, int | float):
        return True
    closed = low.op is Op.AT_LEAST and high.op is Op.AT_MOST
    return least < most or (closed and least == most)
