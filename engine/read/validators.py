"""The JSON Schemas of `schemas/` as validators of the library `jsonschema`, each made once.

Two readings of Draft 2020-12 are fixed here. A whole number is one as it is written: 1.0 is none.
In a pattern `$` is the very end, as ECMA says, and not before a last line end, as Python does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.read.accepting import CONDITION, load_schema, python_pattern
from engine.read.formats import FORMATS, FORMATS_OF_NUMBERS

__all__ = ["validator"]


@cache
def validator(kind: str) -> Validator:
    """What decides whether a value is as `schemas/KIND.json` says.

    Conditions inside a file are let through: each is validated by itself, as the kind `condition`,
    once the reader of conditions has told what it can tell better.
    """
    anything: Registry[Any] = Registry().with_resource(CONDITION, DRAFT202012.create_resource(True))
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
    if isinstance(value, str) and not python_pattern(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


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
