"""The JSON Schemas of `schemas/` as plain functions that say yes or no, and nothing else.

Nearly every file is as it should be, and `jsonschema` takes milliseconds a file and a tenth of a
second to import: it is asked what is wrong only where these functions said no. They know the
keywords that our schemas use, and refuse to be made for any other. The two readings that
`validators` fixes hold here too: 1.0 is no whole number, and `$` is the very end of a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from engine.read.formats import FORMATS, FORMATS_OF_NUMBERS

__all__ = ["CONDITION", "SCHEMAS", "accepts", "load_schema", "python_pattern"]

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
"""Where the schemas lie, in a checkout and in the wheel alike."""

CONDITION = "condition.json"
"""What stands for a condition inside other files: anything, until it is validated by itself."""

Accepts = Callable[[Any], bool]
_Schema = Mapping[str, Any]
_Sized = dict[str, Any] | list[Any] | str
_Within = Callable[[_Schema | bool], Accepts]

_NOTES = frozenset({"$schema", "$defs", "title", "description", "examples", "if", "then", "else"})
"""Keywords that ask nothing by themselves; `then` and `else` are read with `if`."""


@cache
def load_schema(kind: str) -> Mapping[str, Any]:
    """The JSON Schema of a kind: touchline, entity, segment, playbook, template, condition."""
    schema: Mapping[str, Any] = json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))
    return schema


@cache
def accepts(kind: str) -> Accepts:
    """What decides whether a value is as `schemas/KIND.json` says.

    Raises:
        TypeError: the schema has a keyword that is not known here.
    """
    return _Compiler(load_schema(kind)).within(load_schema(kind))


@cache
def python_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of a schema, where `$` is the very end, as Python reads patterns."""
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


class _Compiler:
    """Makes each part of one schema once; a part may lead back to itself."""

    def __init__(self, root: _Schema) -> None:
        self.root = root
        self.made: dict[str, Accepts] = {}

    def within(self, schema: _Schema | bool) -> Accepts:
        """The function of a part of the schema."""
        if isinstance(schema, bool):
            return _always if schema else _never
        tests = [_TESTS[key](schema, self.within) for key in schema if key in _TESTS]
        if "$ref" in schema:
            tests.append(self._referred(schema["$ref"]))
        if "if" in schema:
            tests.append(_one_or_other(schema, self.within))
        unknown = schema.keys() - _TESTS.keys() - _NOTES - {"$ref"}
        if any(not key.startswith("x-") for key in unknown):
            raise TypeError(f"no test for {', '.join(sorted(unknown))} of a schema")
        return _every(tests)

    def _referred(self, ref: str) -> Accepts:
        if ref == CONDITION:
            return _always
        if ref not in self.made:
            self.made[ref] = lambda value: self.made[ref](value)  # where it leads back to itself
            self.made[ref] = self.within(self._part(ref))
        return self.made[ref]

    def _part(self, ref: str) -> _Schema:
        part: Any = self.root
        for name in ref.removeprefix("#").split("/")[1:]:
            part = part[name]
        whole: _Schema = part
        return whole


def _always(value: Any) -> bool:
    return True


def _never(value: Any) -> bool:
    return False


def _every(tests: Sequence[Accepts]) -> Accepts:
    match tests:
        case []:
            return _always
        case [only]:
            return only
        case [first, second]:
            return lambda value: first(value) and second(value)
        case _:
            return _one_after_other(tests)


def _one_after_other(tests: Sequence[Accepts]) -> Accepts:
    def accept(value: Any) -> bool:
        # `all` of a generator takes twice as long, and all files wait for it
        for test in tests:  # noqa: SIM110
            if not test(value):
                return False
        return True

    return accept


def _one_or_other(schema: _Schema, within: _Within) -> Accepts:
    asked = within(schema["if"])
    then, otherwise = within(schema.get("then", True)), within(schema.get("else", True))
    return lambda value: then(value) if asked(value) else otherwise(value)


# ---------------------------------------------------------------- any value


_IS_OF_TYPE: Mapping[str, Accepts] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def _type(schema: _Schema, _: _Within) -> Accepts:
    names = schema["type"]
    if isinstance(names, str):
        return _IS_OF_TYPE[names]
    tests = [_IS_OF_TYPE[name] for name in names]
    return lambda value: any(test(value) for test in tests)


def _exactly(value: object) -> tuple[type, object]:
    """True is not 1; 1 is 1.0."""
    return (bool if isinstance(value, bool) else object, value)


def _enum(schema: _Schema, _: _Within) -> Accepts:
    allowed = [_exactly(each) for each in schema["enum"]]
    return lambda value: _exactly(value) in allowed


def _const(schema: _Schema, _: _Within) -> Accepts:
    wanted = _exactly(schema["const"])
    return lambda value: _exactly(value) == wanted


def _not(schema: _Schema, within: _Within) -> Accepts:
    refused = within(schema["not"])
    return lambda value: not refused(value)


def _all_of(schema: _Schema, within: _Within) -> Accepts:
    return _every([within(each) for each in schema["allOf"]])


def _any_of(schema: _Schema, within: _Within) -> Accepts:
    tests = [within(each) for each in schema["anyOf"]]
    return lambda value: any(test(value) for test in tests)


def _one_of(schema: _Schema, within: _Within) -> Accepts:
    tests = [within(each) for each in schema["oneOf"]]
    return lambda value: sum(test(value) for test in tests) == 1


# ---------------------------------------------------------------- mappings


def _properties(schema: _Schema, within: _Within) -> Accepts:
    tests = {key: within(each) for key, each in schema["properties"].items()}

    def accept(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        for key, each in value.items():  # noqa: SIM110  (as above)
            if key in tests and not tests[key](each):
                return False
        return True

    return accept


def _additional(schema: _Schema, within: _Within) -> Accepts:
    known = frozenset(schema.get("properties", ()))
    test = within(schema["additionalProperties"])
    if test is _never:
        return lambda value: not isinstance(value, dict) or value.keys() <= known

    def accept(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        return all(test(each) for key, each in value.items() if key not in known)

    return accept


def _required(schema: _Schema, _: _Within) -> Accepts:
    needed = frozenset(schema["required"])
    return lambda value: not isinstance(value, dict) or value.keys() >= needed


def _names(schema: _Schema, within: _Within) -> Accepts:
    test = within(schema["propertyNames"])
    return lambda value: not isinstance(value, dict) or all(test(key) for key in value)


def _dependent(schema: _Schema, within: _Within) -> Accepts:
    tests = {key: within(each) for key, each in schema["dependentSchemas"].items()}

    def accept(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        return all(test(value) for key, test in tests.items() if key in value)

    return accept


# ---------------------------------------------------------------- lists


def _items(schema: _Schema, within: _Within) -> Accepts:
    test, first = within(schema["items"]), len(schema.get("prefixItems", ()))

    def accept(value: Any) -> bool:
        return not isinstance(value, list) or all(test(each) for each in value[first:])

    return accept


def _first_items(schema: _Schema, within: _Within) -> Accepts:
    tests = [within(each) for each in schema["prefixItems"]]

    def accept(value: Any) -> bool:
        if not isinstance(value, list):
            return True
        return all(test(each) for test, each in zip(tests, value, strict=False))

    return accept


def _each_once(schema: _Schema, _: _Within) -> Accepts:
    def accept(value: Any) -> bool:
        if not isinstance(value, list):
            return True
        exact = [_exactly(each) for each in value]
        return all(each not in exact[:n] for n, each in enumerate(exact))

    return accept


# ---------------------------------------------------------------- sizes, texts, numbers


def _at_least(keyword: str, kind: type[_Sized]) -> Callable[[_Schema, _Within], Accepts]:
    def make(schema: _Schema, _: _Within) -> Accepts:
        least: int = schema[keyword]
        return lambda value: not isinstance(value, kind) or len(value) >= least

    return make


def _at_most(keyword: str, kind: type[_Sized]) -> Callable[[_Schema, _Within], Accepts]:
    def make(schema: _Schema, _: _Within) -> Accepts:
        most: int = schema[keyword]
        return lambda value: not isinstance(value, kind) or len(value) <= most

    return make


def _minimum(schema: _Schema, _: _Within) -> Accepts:
    least, is_number = schema["minimum"], _IS_OF_TYPE["number"]
    return lambda value: not is_number(value) or value >= least


def _maximum(schema: _Schema, _: _Within) -> Accepts:
    most, is_number = schema["maximum"], _IS_OF_TYPE["number"]
    return lambda value: not is_number(value) or value <= most


def _pattern(schema: _Schema, _: _Within) -> Accepts:
    search = python_pattern(schema["pattern"]).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _format(schema: _Schema, _: _Within) -> Accepts:
    name = schema["format"]
    if name not in FORMATS:
        return _always
    verify = FORMATS[name][1]
    types = (str, int, float) if name in FORMATS_OF_NUMBERS else (str,)

    def accept(value: Any) -> bool:
        if not isinstance(value, types) or isinstance(value, bool):
            return True
        try:
            verify(value)
        except ValueError:
            return False
        return True

    return accept


_TESTS: Mapping[str, Callable[[_Schema, _Within], Accepts]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "not": _not,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "propertyNames": _names,
    "dependentSchemas": _dependent,
    "minProperties": _at_least("minProperties", dict),
    "maxProperties": _at_most("maxProperties", dict),
    "items": _items,
    "prefixItems": _first_items,
    "uniqueItems": _each_once,
    "minItems": _at_least("minItems", list),
    "maxItems": _at_most("maxItems", list),
    "minLength": _at_least("minLength", str),
    "minimum": _minimum,
    "maximum": _maximum,
    "pattern": _pattern,
    "format": _format,
}
"""Per keyword, what makes the test of a value."""
