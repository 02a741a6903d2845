"""Tests: operators checked against the kind of what they test. Language, section 3, "Tests"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.bind.conditions import (
    Anniversary,
    BoundMoment,
    BoundOperand,
    BoundTest,
    ChangedTest,
    Clause,
    DaysTest,
    ListTest,
    Literal,
    MomentRange,
    MomentTest,
    Op,
    SetTest,
    TextTest,
    UnchangedTest,
    ValueTest,
)
from engine.bind.findings import Findings, not_supported, wrong
from engine.bind.literals import literal, shown
from engine.bind.names import Scope, find_field
from engine.bind.refs import Computed
from engine.bind.subjects import Subject, tracked_field
from engine.bind.windows import bind_duration, bind_moment, bind_moments_between, bind_then
from engine.language.catalog import Kind
from engine.language.conditions import Changed, Operand, Operator, Scalar, Test
from engine.places import Place
from engine.problems import did_you_mean
from engine.records import dataclass

__all__ = ["OPERATORS", "bind_test", "operators_of"]


_EQUALITY = ("is", "is_not", "one_of", "none_of")
_TEXT = ("contains", "starts_with", "ends_with")
_ORDER = ("more_than", "at_least", "less_than", "at_most", "between")
_MOMENT = ("before", "after", "since", "until", "on", "between", "within", "in_next")
_DAYS = ("days_ago", "days_from_now", "anniversary")
_LIST = ("includes", "includes_any", "includes_all")
_HISTORY = ("changed", "unchanged_for")

_FITTING: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: (*_EQUALITY, *_TEXT, "set"),
    Kind.INTEGER: (*_EQUALITY, *_ORDER, "set"),
    Kind.NUMBER: (*_EQUALITY, *_ORDER, "set"),
    Kind.BOOLEAN: (*_EQUALITY, "set"),
    Kind.DATE: (*_EQUALITY, *_MOMENT, *_DAYS, "set"),
    Kind.TIMESTAMP: (*_EQUALITY, *_MOMENT, *_DAYS, "set"),
    Kind.LIST: (*_LIST, "set"),
}

OPERATORS = frozenset({*_EQUALITY, *_TEXT, *_ORDER, *_MOMENT, *_DAYS, *_LIST, "set", *_HISTORY})
"""Every operator of the language."""

_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
_MOMENTS = frozenset({Kind.DATE, Kind.TIMESTAMP})

# The operators of moments by their words: `is` means `on`.
_MOMENT_OPS = {
    "is": Op.ON,
    "is_not": Op.NOT_ON,
    "one_of": Op.ON,
    "none_of": Op.NOT_ON,
    "before": Op.BEFORE,
    "after": Op.AFTER,
    "since": Op.SINCE,
    "until": Op.UNTIL,
    "on": Op.ON,
}


def operators_of(kind: Kind) -> tuple[str, ...]:
    """The operators that fit a kind, in the order of the language page."""
    return _FITTING[kind]


def bind_test(test: Test, subject: Subject, scope: Scope) -> BoundTest:
    """A test of `subject`; fields on the other side are seen from the asking entity.

    Raises:
        Invalid: with the problems of all its operators.
    """
    if not test.operators:
        raise wrong(
            test.place,
            "empty-test",
            f"the test of {subject.name} asks for nothing",
            hint="`set: true` asks for any value",
        )
    if test.ignore_case and subject.kind is not Kind.TEXT:
        raise wrong(
            test.place,
            "unfit-operator",
            f"`ignore_case` is for text; {subject.name} is {subject.kind}",
        )
    asked = _Asked(subject, scope, test.ignore_case)
    with Findings() as found:
        bound = found.each(test.operators, lambda operator: _operator(operator, asked))
    return BoundTest(tuple(clause for clauses in bound for clause in clauses))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an operator is bound against."""

    subject: Subject
    scope: Scope
    ignore_case: bool = False


Clauses = tuple[Clause, ...]


def _operator(operator: Operator, asked: _Asked) -> Clauses:
    subject, word, place = asked.subject, operator.word, operator.place
    fitting = _FITTING[subject.kind]
    if word not in OPERATORS:
        raise wrong(
            place,
            "unknown-operator",
            f"`{word}` is no operator; {subject.name} is {subject.kind}",
            hint=did_you_mean(word, fitting),
        )
    if word in _HISTORY_BINDERS:
        return _HISTORY_BINDERS[word](operator, asked)
    if word not in fitting:
        raise wrong(
            place,
            "unfit-operator",
            f"{subject.name} is {subject.kind}, which takes no `{word}`",
            hint="it takes " + ", ".join(fitting),
        )
    bind = _MOMENT_BINDERS if subject.kind in _MOMENTS else _VALUE_BINDERS
    return bind[word](operator, asked)


def _set(operator: Operator, asked: _Asked) -> Clauses:
    if not isinstance(operator.value, bool):
        raise wrong(
            operator.place,
            "wrong-type",
            f"`set` takes true or false; found {shown(operator.value)}",
        )
    return (SetTest(operator.value),)


# ---------------------------------------------------------------- text, numbers, booleans


def _one_value(operator: Operator, asked: _Asked) -> Clauses:
    value = _side(operator.value, operator, asked)
    return (ValueTest(Op(operator.word), (value,), asked.ignore_case),)


def _several_values(operator: Operator, asked: _Asked) -> Clauses:
    items = _items(operator)
    with Findings() as found:
        values = found.each(items, lambda item: _side(item, operator, asked))
    return (ValueTest(Op(operator.word), values, asked.ignore_case),)


def _text_part(operator: Operator, asked: _Asked) -> Clauses:
    value: str | BoundOperand
    if isinstance(operator.value, Operand):
        value = _operand(operator.value, asked)
    else:
        value = str(literal(operator.value, Kind.TEXT, asked.subject.name, operator.place))
    return (TextTest(Op(operator.word), value, asked.ignore_case),)


def _value_range(operator: Operator, asked: _Asked) -> Clauses:
    value = operator.value
    if not isinstance(value, tuple) or len(value) != 2:
        raise wrong(
            operator.place,
            "wrong-type",
            f"between takes two values, as `between: [1, 5]`; found {shown(value)}",
        )
    with Findings() as found:
        low, high = found.each(value, lambda each: _side(each, operator, asked))
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        raise wrong(
            operator.place,
            "inverted-range",
            f"between [{low}, {high}] is empty: the first value is the greater one",
            hint=f"write between: [{high}, {low}]",
        )
    return (ValueTest(Op.AT_LEAST, (low,)), ValueTest(Op.AT_MOST, (high,)))


def _items(operator: Operator) -> tuple[object, ...]:
    if not isinstance(operator.value, tuple):
        raise wrong(
            operator.place,
            "wrong-type",
            f"`{operator.word}` takes a list; found {shown(operator.value)}",
            hint="for one value write `is` or `is_not`",
        )
    if not operator.value:
        raise wrong(operator.place, "empty-list", f"`{operator.word}` takes at least one value")
    return operator.value


def _side(value: object, operator: Operator, asked: _Asked) -> Literal | BoundOperand:
    if isinstance(value, Operand):
        return _operand(value, asked)
    subject = asked.subject
    bound = literal(value, subject.kind, subject.name, operator.place)
    if subject.values:
        _check_listed(bound, operator.place, asked)
    return bound


def _check_listed(value: Scalar, place: Place, asked: _Asked) -> None:
    """A value that the catalog does not list can never occur: a typo, most likely."""
    subject = asked.subject
    known = [str(each) for each in subject.values]
    text = str(value)
    if asked.ignore_case:
        text, known = text.lower(), [each.lower() for each in known]
    if value not in subject.values and text not in known:
        raise wrong(
            place,
            "unknown-value",
            f"{subject.name} is never `{value}`; the catalog lists its values",
            hint=did_you_mean(text, known),
        )


def _operand(operand: Operand, asked: _Asked) -> BoundOperand:
    subject = asked.subject
    ref = find_field(operand.path, asked.scope, operand.place)
    kind = ref.kind
    if kind is not subject.kind and not {kind, subject.kind} <= _NUMBERS:
        raise wrong(
            operand.place,
            "wrong-type",
            f"`{operand.path}` is {kind} and {subject.name} is {subject.kind}; "
            "only fields of the same kind compare",
        )
    if kind not in _NUMBERS and (operand.multiplied_by is not None or operand.plus is not None):
        raise wrong(
            operand.place,
            "unfit-operand",
            f"`multiplied_by` and `plus` are for numbers; `{operand.path}` is {kind}",
        )
    at = bind_then(operand, ref, asked.scope)
    return BoundOperand(ref, operand.multiplied_by, operand.plus, at)


# ---------------------------------------------------------------- lists


def _in_list(operator: Operator, asked: _Asked) -> Clauses:
    subject = asked.subject
    if subject.items is not Kind.TEXT:
        raise wrong(
            operator.place,
            "unfit-operator",
            f"{subject.name} is a list of {subject.items} values; `{operator.word}` is for text",
        )
    entry = replace(
        asked, subject=Subject(f"an entry of {subject.name}", Kind.TEXT, subject.values)
    )
    items = (operator.value,) if operator.word == "includes" else _items(operator)
    if _is_of_children(subject) and any(isinstance(each, Operand) for each in items):
        raise not_supported(
            operator.place,
            f"to ask whether {subject.name}, a list of the values of children, has that of a field",
            hint="ask `has` with a condition, or compare with values that are written out",
        )
    with Findings() as found:
        values = found.each(items, lambda item: _entry(item, operator, entry))
    return (ListTest(Op(operator.word), values),)


def _is_of_children(subject: Subject) -> bool:
    source = None if subject.ref is None else subject.ref.source
    return isinstance(source, Computed) and source.of_children


def _entry(item: object, operator: Operator, asked: _Asked) -> str | BoundOperand:
    bound = _side(item, operator, asked)
    return bound if isinstance(bound, BoundOperand) else str(bound)


# ---------------------------------------------------------------- dates and timestamps


def _one_moment(operator: Operator, asked: _Asked) -> Clauses:
    moment = bind_moment(operator.value, asked.scope, operator.place)
    return (MomentTest(_MOMENT_OPS[operator.word], (moment,)),)


def _several_moments(operator: Operator, asked: _Asked) -> Clauses:
    def bind(item: object) -> BoundMoment:
        return bind_moment(item, asked.scope, operator.place)

    items = _items(operator)
    with Findings() as found:
        moments = found.each(items, bind)
    return (MomentTest(_MOMENT_OPS[operator.word], moments),)


def _moment_range(operator: Operator, asked: _Asked) -> Clauses:
    since, until = bind_moments_between(operator.value, asked.scope, operator.place)
    return (MomentTest(Op.SINCE, (since,)), MomentTest(Op.UNTIL, (until,)))


def _duration_range(operator: Operator, asked: _Asked) -> Clauses:
    return (MomentRange(Op(operator.word), bind_duration(operator.value, operator.place)),)


def _days(operator: Operator, asked: _Asked) -> Clauses:
    test = _nested(operator)
    if any(inner.word == "set" for inner in test.operators):
        raise wrong(
            operator.place,
            "unfit-operator",
            f"`set` asks for the value itself, not for its {operator.word}",
            hint="write `set` beside it",
        )
    subject = Subject(f"`{operator.word}` of {asked.subject.name}", Kind.INTEGER)
    bound = bind_test(test, subject, asked.scope)
    return (DaysTest(-1 if operator.word == "days_ago" else 1, bound.clauses),)


def _anniversary(operator: Operator, asked: _Asked) -> Clauses:
    test = operator.value
    if (
        not isinstance(test, Test)
        or len(test.operators) != 1
        or test.operators[0].word != "in_next"
    ):
        raise wrong(
            operator.place,
            "wrong-type",
            "anniversary takes `in_next` and a duration",
            hint="as `anniversary: {in_next: 30 days}`",
        )
    inner = test.operators[0]
    return (Anniversary(bind_duration(inner.value, inner.place)),)


def _nested(operator: Operator) -> Test:
    """The test of a number of days; a bare value means `is`, a list `one_of`."""
    value = operator.value
    if isinstance(value, Test):
        return value
    word = "one_of" if isinstance(value, tuple) else "is"
    return Test((Operator(word, value, operator.place),), place=operator.place)


# ---------------------------------------------------------------- histories


def _changed(operator: Operator, asked: _Asked) -> Clauses:
    change, subject = operator.value, asked.subject
    if not isinstance(change, Changed):
        raise wrong(operator.place, "wrong-type", "changed takes `from`, `to` and `within`")
    if subject.kind is Kind.LIST and (change.from_value, change.to_value) != (None, None):
        raise wrong(
            operator.place,
            "unfit-operator",
            f"{subject.name} is a list, which changes as a whole; `from` and `to` are for values",
        )
    with Findings() as found:
        ref = found.attempt(
            lambda: tracked_field(subject, "changed", asked.scope, place=operator.place)
        )
        return (
            ChangedTest(
                ref,
                within=found.attempt(lambda: bind_duration(change.within, operator.place)),
                from_test=found.attempt(lambda: _value(change.from_value, operator, asked)),
                to_test=found.attempt(lambda: _value(change.to_value, operator, asked)),
            ),
        )


def _unchanged(operator: Operator, asked: _Asked) -> Clauses:
    place = operator.place
    ref = tracked_field(asked.subject, operator.word, asked.scope, place=place)
    return (UnchangedTest(ref, bind_duration(operator.value, place)),)


def _value(value: Scalar | Operand | None, operator: Operator, asked: _Asked) -> BoundTest | None:
    if value is None:
        return None
    one = Test((Operator("is", value, operator.place),), place=operator.place)
    return bind_test(one, asked.subject, asked.scope)


_Binder = Callable[[Operator, _Asked], Clauses]

_HISTORY_BINDERS: dict[str, _Binder] = {"changed": _changed, "unchanged_for": _unchanged}

_VALUE_BINDERS: dict[str, _Binder] = {
    "is": _one_value,
    "is_not": _one_value,
    "one_of": _several_values,
    "none_of": _several_values,
    "more_than": _one_value,
    "at_least": _one_value,
    "less_than": _one_value,
    "at_most": _one_value,
    "between": _value_range,
    "contains": _text_part,
    "starts_with": _text_part,
    "ends_with": _text_part,
    "includes": _in_list,
    "includes_any": _in_list,
    "includes_all": _in_list,
    "set": _set,
}

_MOMENT_BINDERS: dict[str, _Binder] = {
    "is": _one_moment,
    "is_not": _one_moment,
    "one_of": _several_moments,
    "none_of": _several_moments,
    "before": _one_moment,
    "after": _one_moment,
    "since": _one_moment,
    "until": _one_moment,
    "on": _one_moment,
    "between": _moment_range,
    "within": _duration_range,
    "in_next": _duration_range,
    "days_ago": _days,
    "days_from_now": _days,
    "anniversary": _anniversary,
    "set": _set,
}
