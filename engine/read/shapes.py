"""The JSON Schemas of `schemas/`, applied with places and in sentences.

The schemas are the one description of what a file may say; editors read them too. They keep to a
part of Draft 2020-12 that has one reading for people: a branch is always told by a key, by the
value of a key, or by a type, never tried out. Beyond the standard they use four annotations, which
other validators pass over:

- `x-not-supported`: the word is of the language, and not carried out by this version (its schema
  is `{"not": {}}`, so that any validator refuses it); a text says what the word stands for;
- `x-expected`: what a pattern means, for people;
- `x-code`: the code of a problem with this value, where the general one says too little;
- `x-secret`: the value is never shown.

Conditions are read by `engine.read.conditions`, and passed over here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.formats import FORMATS
from engine.read.reading import Reading, called, joined, shown

__all__ = ["SCHEMAS", "check_shape", "load_schema"]

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
"""Where the schemas lie, in a checkout and in the wheel alike."""

_CONDITION = "condition.json"
_Schema = Mapping[str, Any]
_Check = Callable[[object, DocumentPath, Reading], None]
_Predicate = Callable[[object], bool]

_IS_OF_TYPE: Mapping[str, _Predicate] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
_TYPE_WORDS: Mapping[str, str] = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def check_shape(kind: str, data: object, reading: Reading) -> None:
    """Report everything in which `data` is not as `schemas/KIND.json` says."""
    _compiled(kind)(data, (), reading)


@cache
def load_schema(kind: str) -> _Schema:
    """The JSON Schema of a kind of file: touchline, entity, segment, playbook, template."""
    schema: _Schema = json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))
    return schema


@cache
def _compiled(kind: str) -> _Check:
    schema = load_schema(kind)
    return _Compiler(schema.get("$defs", {})).compile(schema)


def _accept(value: object, path: DocumentPath, reading: Reading) -> None:
    """Anything is right here."""


class _Compiler:
    """Turns the schemas of one file into checks, each definition once."""

    def __init__(self, definitions: Mapping[str, _Schema]) -> None:
        self._definitions = definitions
        self._made: dict[str, _Check] = {}

    def compile(self, schema: _Schema | bool) -> _Check:
        """The check of a schema."""
        if isinstance(schema, bool) or schema.get("$ref") == _CONDITION:
            return _accept
        if schema.get("x-not-supported"):
            return _refusal(schema["x-not-supported"])
        if "$ref" in schema:
            return self._definition(schema["$ref"].removeprefix("#/$defs/"))
        return _in_turn(_type_check(schema), self._rest(schema))

    def _definition(self, name: str) -> _Check:
        def check(value: object, path: DocumentPath, reading: Reading) -> None:
            if name not in self._made:
                self._made[name] = self.compile(self._definitions[name])
            self._made[name](value, path, reading)

        return check

    def _rest(self, schema: _Schema) -> list[_Check]:
        checks = [make(schema) for word, make in _VALUE_CHECKS.items() if word in schema]
        if "properties" in schema or "additionalProperties" in schema:
            checks.append(self._mapping(schema))
        if "items" in schema:
            checks.append(self._items(schema))
        if "if" in schema:
            checks.append(self._branch(schema))
        if "allOf" in schema:
            checks.append(self._choice(schema))
        return checks

    def _mapping(self, schema: _Schema) -> _Check:
        properties = schema.get("properties", {})
        known = {key: self.compile(each) for key, each in properties.items()}
        offered = [key for key, each in properties.items() if not _is_refused(each)]
        other = schema.get("additionalProperties", True)
        check_other = self._other_key(schema, other, offered)
        check_name = _name_check(schema.get("propertyNames"))
        required = schema.get("required", [])

        def check(value: object, path: DocumentPath, reading: Reading) -> None:
            if not isinstance(value, dict):
                return
            for key, each in value.items():
                if key in known:
                    known[key](each, (*path, key), reading)
                elif check_name((*path, key), reading):
                    check_other(each, (*path, key), reading)
            for key in required:
                if key not in value:
                    _report_missing(key, value, path, schema, offered, reading)

        return check

    def _other_key(self, schema: _Schema, other: _Schema | bool, offered: list[str]) -> _Check:
        thing = schema.get("title", "this mapping")

        def unknown(value: object, path: DocumentPath, reading: Reading) -> None:
            key = str(path[-1])
            hint = did_you_mean(key, offered)
            reading.report_key(path, "unknown-key", f"`{key}` is no key of {thing}", hint)

        if other is False:
            return unknown
        compiled = self.compile(other)
        if isinstance(other, dict) and other.get("x-not-supported") and "type" in other:
            is_meant = _IS_OF_TYPE[other["type"]]
            return lambda value, path, reading: (compiled if is_meant(value) else unknown)(
                value, path, reading
            )
        return compiled

    def _items(self, schema: _Schema) -> _Check:
        each = self.compile(schema["items"])

        def check(value: object, path: DocumentPath, reading: Reading) -> None:
            if isinstance(value, list):
                for position, item in enumerate(value):
                    each(item, (*path, position), reading)

        return check

    def _branch(self, schema: _Schema) -> _Check:
        holds = _predicate(schema["if"])
        then, other = self.compile(schema.get("then", True)), self.compile(schema.get("else", True))
        return lambda value, path, reading: (then if holds(value) else other)(value, path, reading)

    def _choice(self, schema: _Schema) -> _Check:
        """`allOf` of `if`/`then`: the branch whose key, or whose value of a key, is there."""
        by_key: dict[str, _Check] = {}
        by_value: list[tuple[_Predicate, _Check]] = []
        for branch in schema["allOf"]:
            then = self.compile(branch["then"])
            if "properties" in branch["if"]:
                by_value.append((_predicate(branch["if"]), then))
            else:
                by_key[branch["if"]["required"][0]] = then
        check_key = _one_of_keys(schema, by_key) if by_key else _accept

        def check(value: object, path: DocumentPath, reading: Reading) -> None:
            if not isinstance(value, dict):
                return
            check_key(value, path, reading)
            for holds, then in by_value:
                if holds(value):
                    then(value, path, reading)

        return check


def _one_of_keys(schema: _Schema, branches: Mapping[str, _Check]) -> _Check:
    thing = schema.get("title", "this mapping")
    offered = [
        branch["if"]["required"][0]
        for branch in schema["allOf"]
        if "required" in branch["if"] and not _is_refused(branch["then"])
    ]

    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        assert isinstance(value, dict)
        found = [key for key in value if key in branches]
        if len(found) == 1:
            is_refused = found[0] not in offered
            branches[found[0]](value, (*path, found[0]) if is_refused else path, reading)
        elif found:
            both = joined([f"`{key}`" for key in found], "and")
            reading.report_key(
                (*path, found[1]),
                "two-verbs",
                f"{thing} has one of these words; here stand {both}",
                "make each an item of its own",
            )
        else:
            _report_no_branch(value, path, thing, offered, reading)

    return check


def _report_no_branch(
    value: Mapping[str, object],
    path: DocumentPath,
    thing: str,
    offered: list[str],
    reading: Reading,
) -> None:
    for key in value:
        hint = did_you_mean(key, offered)
        if hint.startswith("did"):
            reading.report_key((*path, key), "unknown-key", f"`{key}` is no key of {thing}", hint)
            return
    needed = joined([f"`{key}`" for key in offered])
    reading.report(path, "missing-key", f"{thing} lacks {needed}")


def _report_missing(
    key: str,
    value: Mapping[str, object],
    path: DocumentPath,
    schema: _Schema,
    offered: list[str],
    reading: Reading,
) -> None:
    """Say what is missing, unless a misspelt or unsupported key beside it explains that."""
    for written in value:
        if written not in offered and did_you_mean(written, offered) == f"did you mean {key}?":
            return
    if any(len(at) == len(path) + 1 and at[:-1] == path for at, code in _refused(reading)):
        return
    examples = schema["properties"].get(key, {}).get("examples", [])
    hint = f"as in `{key}: {examples[0]}`" if examples and not _is_nested(examples[0]) else ""
    reading.report(path, "missing-key", f"{schema.get('title', 'this')} lacks `{key}`", hint)


def _refused(reading: Reading) -> list[tuple[DocumentPath, str]]:
    return [fault for fault in reading.faults if fault[1] == "not-supported"]


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _is_refused(schema: _Schema | bool) -> bool:
    return isinstance(schema, dict) and bool(schema.get("x-not-supported"))


def _refusal(what: str | bool) -> _Check:
    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        word = f"`{path[-1]}`"
        reading.not_supported(path, f"{what} ({word})" if isinstance(what, str) else word)

    return check


def _in_turn(first: Callable[[object, DocumentPath, Reading], bool], rest: list[_Check]) -> _Check:
    """The rest is only asked of a value of the right type."""

    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        if first(value, path, reading):
            for each in rest:
                each(value, path, reading)

    return check


def _type_check(schema: _Schema) -> Callable[[object, DocumentPath, Reading], bool]:
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else list(types)
    predicates = [_IS_OF_TYPE[name] for name in names]
    expected = joined([_TYPE_WORDS[name] for name in names]) if names else ""
    code = schema.get("x-code", "wrong-type")
    is_secret = schema.get("x-secret", False)
    if is_secret:
        expected = "a reference, as `${env:NAME}`"
    elif "format" in schema and "examples" in schema:
        expected += f", as `{schema['examples'][0]}`"

    def check(value: object, path: DocumentPath, reading: Reading) -> bool:
        if not predicates or any(holds(value) for holds in predicates):
            return True
        what = shown(value) if not isinstance(value, str) else f"the text {shown(value)}"
        if is_secret and value is not None:
            what = "no reference"
        reading.report(path, code, f"{called(path)} is {what}; expected {expected}")
        return False

    return check


def _enum_check(schema: _Schema) -> _Check:
    allowed = list(schema["enum"])
    words = [str(each) for each in allowed]
    expected = joined(words)

    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        if value not in allowed:
            near = did_you_mean(str(value), words)
            reading.report(
                path,
                schema.get("x-code", "bad-value"),
                f"{called(path)} is {shown(value)}; expected {expected}",
                near if near.startswith("did") else "",
            )

    return check


def _const_check(schema: _Schema) -> _Check:
    return _enum_check({**schema, "enum": [schema["const"]]})


def _pattern_check(schema: _Schema) -> _Check:
    pattern = _whole(schema["pattern"])
    code, expected = schema.get("x-code", "bad-value"), schema.get("x-expected", "another form")
    if "format" in schema:  # the format says the same, and more
        return _accept

    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        if isinstance(value, str) and not pattern.search(value):
            reading.report(path, code, f"{called(path)} is {shown(value)}; expected {expected}")

    return check


def _format_check(schema: _Schema) -> _Check:
    code, verify = FORMATS[schema["format"]]
    is_secret = schema.get("x-secret", False)

    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        try:
            verify(value)
        except ValueError as error:
            said = str(error)
            if said.startswith("expected"):
                said = f"{called(path)} is {'no reference' if is_secret else shown(value)}; {said}"
            reading.report(path, code, said)

    return check


def _bounds_check(schema: _Schema) -> _Check:
    least, most = schema.get("minimum"), schema.get("maximum")

    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        if not isinstance(value, int | float):
            return
        if (least is not None and value < least) or (most is not None and value > most):
            bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"
            reading.report(
                path, "bad-value", f"{called(path)} is {value}; expected a number {bounds}"
            )

    return check


def _size_check(schema: _Schema) -> _Check:
    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        if isinstance(value, dict | list | str) and not value:
            reading.report(path, "empty", f"{called(path)} is empty; expected at least one entry")

    return check


def _text_size_check(schema: _Schema) -> _Check:
    def check(value: object, path: DocumentPath, reading: Reading) -> None:
        if isinstance(value, str) and not value.strip():
            reading.report(path, "empty", f"{called(path)} is empty; expected text")

    return check


_VALUE_CHECKS: Mapping[str, Callable[[_Schema], _Check]] = {
    "enum": _enum_check,
    "const": _const_check,
    "pattern": _pattern_check,
    "format": _format_check,
    "minimum": _bounds_check,
    "minItems": _size_check,
    "minProperties": _size_check,
    "minLength": _text_size_check,
}


def _whole(pattern: str) -> re.Pattern[str]:
    """The expression with `$` as other languages read it: the very end, not before a last line."""
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


def _name_check(names: _Schema | None) -> Callable[[DocumentPath, Reading], bool]:
    if names is None:
        return lambda path, reading: True
    pattern, expected = _whole(names["pattern"]), names["x-expected"]

    def check(path: DocumentPath, reading: Reading) -> bool:
        if pattern.search(str(path[-1])):
            return True
        reading.report_key(path, "bad-name", f"`{path[-1]}` is no name here; expected {expected}")
        return False

    return check


def _predicate(condition: _Schema) -> _Predicate:
    """What an `if` of the schemas asks: a type, a key, or the value of a key."""
    if "type" in condition:
        return _IS_OF_TYPE[condition["type"]]
    key: str = condition["required"][0]
    if "properties" not in condition:
        return lambda value: isinstance(value, dict) and key in value
    constant = condition["properties"][key]["const"]
    return lambda value: isinstance(value, dict) and value.get(key) == constant
