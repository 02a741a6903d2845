"""Reading the test of a field, property or figure: its operators and their other sides.

Language, section 3. Whether an operator suits the type of what it tests is a matter of binding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.language.conditions import Changed, Operand, Operator, Scalar, Test
from engine.moments import MomentError, parse_duration, parse_moment
from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.reading import Reading, called, shown

__all__ = [
    "OPERATORS",
    "is_moment",
    "looks_like_test",
    "read_duration",
    "read_test",
]

_Value = Scalar | Operand | tuple[Scalar | Operand, ...] | Test | Changed
_Reader = Callable[[Any, DocumentPath, Reading], "_Value | None"]

_NUMBER = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s?(%)?", re.ASCII)
_OPERAND_WORDS = ("field", "multiplied_by", "plus", "at")
_CHANGED_WORDS = ("from", "to", "within")
_SAID_OTHERWISE = {
    **dict.fromkeys((">=", "gte"), "at_least"),
    **dict.fromkeys(("<=", "lte"), "at_most"),
    **dict.fromkeys((">", "gt"), "more_than"),
    **dict.fromkeys(("<", "lt"), "less_than"),
    **dict.fromkeys(("=", "==", "eq"), "is"),
    **dict.fromkeys(("!=", "<>", "ne"), "is_not"),
    **{"in": "one_of", "not_in": "none_of", "like": "contains"},
}
"""What operators are called elsewhere, and the word for each here."""


def read_test(value: object, path: DocumentPath, reading: Reading) -> Test:
    """A test as written: a bare value is `is`, a list is `one_of`, a mapping holds operators.

    What is wrong is reported; the test returned then lacks it and must not be used.
    """
    place = reading.place(path)
    if isinstance(value, dict):
        return _operators(value, path, reading)
    word = "one_of" if isinstance(value, list) else "is"
    read = OPERATORS[word](value, path, reading)
    return Test(() if read is None else (Operator(word, read, place),), place=place)


def looks_like_test(value: object) -> bool:
    """Whether a value that stands beside an unknown name is meant as a test.

    A scalar and a list of scalars are; a mapping is where one of its keys is an operator or nearly
    one.
    """
    if isinstance(value, list):
        return not any(isinstance(item, dict) for item in value)
    if not isinstance(value, dict):
        return True
    words = (*OPERATORS, "ignore_case")
    return not value or any(
        key in words or key in _SAID_OTHERWISE or did_you_mean(key, words).startswith("did")
        for key in value
    )


def _operators(value: Mapping[str, object], path: DocumentPath, reading: Reading) -> Test:
    operators: list[Operator] = []
    ignore_case = False
    for word, other in value.items():
        at = (*path, word)
        if word == "ignore_case":
            ignore_case = _flag(other, at, reading) is True
        elif word not in OPERATORS:
            _report_unknown(word, at, reading)
        elif (read := OPERATORS[word](other, at, reading)) is not None:
            operators.append(Operator(word, read, reading.place(at)))
    if not set(value) - {"ignore_case"}:
        reading.report(path, "empty", f"{called(path)} has no operator; expected at least one")
    operators.sort(key=lambda operator: operator.word)
    return Test(tuple(operators), ignore_case, reading.place(path))


def _report_unknown(word: str, at: DocumentPath, reading: Reading) -> None:
    if word == "field":
        message = "`field` stands where an operator is expected"
        hint = "write the operator before it, as `at_least: {field: …}`"
    else:
        message = f"`{word}` is no operator"
        here = _SAID_OTHERWISE.get(word)
        hint = f"did you mean {here}?" if here else did_you_mean(word, OPERATORS)
    reading.report_key(at, "unknown-operator", message, hint)


def _scalar(value: Any, path: DocumentPath, reading: Reading) -> Scalar | Operand | None:
    if isinstance(value, dict):
        return _operand(value, path, reading)
    if isinstance(value, str | int | float):
        return value
    hint = "for a missing value write `{set: false}`" if value is None else ""
    reading.report(
        path, "wrong-type", f"{called(path)} is {shown(value)}; expected one value", hint
    )
    return None


def _text(value: Any, path: DocumentPath, reading: Reading) -> Scalar | Operand | None:
    if isinstance(value, str | dict):
        return _scalar(value, path, reading)
    hint = f'write it in quotes: "{value}"' if isinstance(value, int | float) else ""
    reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected text", hint)
    return None


def _flag(value: Any, path: DocumentPath, reading: Reading) -> bool | None:
    if isinstance(value, bool):
        return value
    reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected true or false")
    return None


def _several(value: Any, path: DocumentPath, reading: Reading) -> _Value | None:
    if not isinstance(value, list):
        reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected a list")
        return None
    if not value:
        reading.report(path, "empty", f"{called(path)} is an empty list; expected at least a value")
        return None
    read = [_scalar(item, (*path, place), reading) for place, item in enumerate(value)]
    kept = tuple(item for item in read if item is not None)
    return kept if len(kept) == len(value) else None


def _pair(value: Any, path: DocumentPath, reading: Reading) -> _Value | None:
    if not isinstance(value, list) or len(value) != 2:
        reading.report(
            path, "bad-value", f"{called(path)} expects a list of two, as `[30, 90]`: both included"
        )
        return None
    pair = _several(value, path, reading)
    if _is_reversed(value):
        low, high = value
        reading.report(
            path,
            "bad-value",
            f"{called(path)} is from {low} to {high}, which nothing can be",
            f"write [{high}, {low}]",
        )
        return None
    return pair


def _is_reversed(pair: list[Any]) -> bool:
    numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in pair)
    return numbers and bool(pair[0] > pair[1])


def _moment(value: Any, path: DocumentPath, reading: Reading) -> Scalar | Operand | None:
    read = _text(value, path, reading)
    return None if isinstance(read, str) and not is_moment(read, path, reading) else read


def is_moment(text: str, path: DocumentPath, reading: Reading) -> bool:
    """Whether `text` is a moment; where it is none, that is reported."""
    try:
        parse_moment(text)
    except MomentError as error:
        reading.report(path, "bad-moment", str(error))
        return False
    return True


def read_duration(value: Any, path: DocumentPath, reading: Reading) -> str | None:
    """A duration as written; None where it is none, which is then reported."""
    if not isinstance(value, str):
        reading.report(
            path,
            "bad-duration",
            f"{called(path)} is {shown(value)}; expected a number and a unit, as `30 days`",
        )
        return None
    try:
        parse_duration(value)
    except MomentError as error:
        reading.report(path, "bad-duration", str(error))
        return None
    return value


def _nested(value: Any, path: DocumentPath, reading: Reading) -> Test:
    return read_test(value, path, reading)


def _operand(value: Mapping[str, Any], path: DocumentPath, reading: Reading) -> Operand | None:
    """`{field: PATH, multiplied_by: N, plus: N, at: M}`."""
    for word in value:
        if word not in _OPERAND_WORDS:
            hint = did_you_mean(word, _OPERAND_WORDS)
            reading.report_key(
                (*path, word), "unknown-key", f"`{word}` is no word of another field", hint
            )
    field = value.get("field")
    if not isinstance(field, str) or not field:
        if not reading.is_sound(path):  # a misspelt word explains it
            return None
        reading.report(
            path,
            "wrong-type",
            f"{called(path)} is a mapping without the path of a field",
            "write a value, or {field: PATH, multiplied_by: 0.9, plus: 5}",
        )
        return None
    multiplied_by = _factor(value, "multiplied_by", path, reading)
    plus = _factor(value, "plus", path, reading)
    at = _then(value["at"], (*path, "at"), reading) if "at" in value else None
    return Operand(field, multiplied_by, plus, at, reading.place(path))


def _then(value: Any, path: DocumentPath, reading: Reading) -> str | None:
    if isinstance(value, str):
        return value if is_moment(value, path, reading) else None
    reading.report(
        path,
        "bad-moment",
        f"{called(path)} is {shown(value)}; expected a moment, as `30 days ago`",
    )
    return None


def _factor(
    value: Mapping[str, Any], word: str, path: DocumentPath, reading: Reading
) -> float | None:
    """A number; or the text of one, as a blueprint makes it of a share or with a sign before it."""
    said = value.get(word)
    if word not in value:
        return None
    if isinstance(said, int | float) and not isinstance(said, bool):
        return float(said)
    if isinstance(said, str) and (found := _NUMBER.fullmatch(said.strip())):
        return float(Decimal(found[1]) / (100 if found[2] else 1))
    reading.report(
        (*path, word),
        "wrong-type",
        f"`{word}` is {shown(said)}; expected a number, as `0.9` or `90%`",
    )
    return None


def _changed(value: Any, path: DocumentPath, reading: Reading) -> Changed | None:
    """`{from: V, to: V, within: D}`; of the values either may be left out, or both."""
    if not isinstance(value, dict) or "within" not in value:
        reading.report(
            path,
            "missing-key" if isinstance(value, dict) else "wrong-type",
            f"{called(path)} is {shown(value)}; expected a mapping with `within`",
            "as `changed: {from: pro, to: free, within: 7 days}`",
        )
        return None
    for word in value:
        if word not in _CHANGED_WORDS:
            hint = did_you_mean(word, _CHANGED_WORDS)
            reading.report_key(
                (*path, word), "unknown-key", f"`{word}` does not go with `changed`", hint
            )
    within = read_duration(value["within"], (*path, "within"), reading)
    before, after = (
        _scalar(value[word], (*path, word), reading) if word in value else None
        for word in ("from", "to")
    )
    return None if within is None else Changed(within, before, after, reading.place(path))


OPERATORS: Mapping[str, _Reader] = {
    "is": _scalar,
    "is_not": _scalar,
    "one_of": _several,
    "none_of": _several,
    "set": _flag,
    "contains": _text,
    "starts_with": _text,
    "ends_with": _text,
    "more_than": _scalar,
    "at_least": _scalar,
    "less_than": _scalar,
    "at_most": _scalar,
    "between": _pair,
    "days_ago": _nested,
    "days_from_now": _nested,
    "before": _moment,
    "after": _moment,
    "since": _moment,
    "until": _moment,
    "on": _moment,
    "within": read_duration,
    "in_next": read_duration,
    "anniversary": _nested,
    "includes": _text,
    "includes_any": _several,
    "includes_all": _several,
    "changed": _changed,
    "unchanged_for": read_duration,
}
"""Every operator, with what reads its other side."""
