"""The JSON Schemas of `schemas/` as validators of the library `jsonschema`, each made once.

Two readings of Draft 2020-12 are fixed here. A whole number is one as it is written: 1.0 is none.
In a pattern `$` is the very end, as ECMA says, and not before a last line end, as Python does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.read.formats import FORMATS, FORMATS_OF_NUMBERS

__all__ = ["SCHEMAS", "load_schema", "validator"]

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
"""Where the schemas lie, in a checkout and in the wheel alike."""

_CONDITION = "condition.json"


@cache
def load_schema(kind: str) -> Mapping[str, Any]:
    """The JSON Schema of a kind: touchline, entity, segment, playbook, template, condition."""
    schema: Mapping[str, Any] = json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))
    return schema


@cache
def validator(kind: str) -> Validator:
    """What decides whether a value is as `schemas/KIND.json` says.

    Conditions inside a file are let through: each is validated by itself, as the kind `condition`,
    once the reader of conditions has told what it can tell better.
    """
    anything: Registry[Any] = Registry().with_resource(
        _CONDITION, DRAFT202012.create_resource(True)
    )
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole_number)
    dialect = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern}, type_checker=types
    )
    made: Validator = dialect(
        load_schema(kind), registry=anything, format_checker=_format_checker()
    )
    return made


def _is_whole_number(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(
    _: object, pattern: str, value: object, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _compiled(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


def _format_checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, (_, verify) in FORMATS.items():
        types = (str, int, float) if name in FORMATS_OF_NUMBERS else (str,)
        checker.checks(name, raises=ValueError)(partial(_holds, verify, types))
    return checker


def _holds(verify: Callable[..., object], types: tuple[type, ...], value: object) -> bool:
    """Whether a value of these types is well-formed; what is wrong is raised by `verify`."""
    if isinstance(value, types) and not isinstance(value, bool):
        verify(value)
    return True
