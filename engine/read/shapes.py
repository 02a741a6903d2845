"""What is wrong with the shape of a file, in sentences with places.

`jsonschema` decides what is valid; here its errors become problems. So that each says what was
meant, a schema never tries branches out: one is told by a key, by the value of a key, or by a type
(`dependentSchemas`, `if`). Beyond the standard the schemas have annotations for people:

- `x-not-supported`: the word is of the language, and not carried out by this version (beside it
  stands `"not": {}`, so that any validator refuses it); a text says what the word stands for;
- `x-expected`: what a pattern means, or what a mapping should be;
- `x-code`: the code of a problem with this value, where the general one says too little;
- `x-secret`: the value is never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.accepting import accepts
from engine.read.formats import FORMATS
from engine.read.reading import Reading, called, joined, shown
from engine.records import dataclass

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["check_shape"]

_Schema = Mapping[str, Any]
_LATER = "#/$defs/later"
_SAYS_SOMETHING = r"\S"  # the pattern of a text that is not empty

_TYPE_WORDS: Mapping[str, str] = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


def check_shape(kind: str, data: Any, reading: Reading, path: DocumentPath = ()) -> None:
    """Report everything in which `data`, which stands at `path`, is not as the schema says."""
    if accepts(kind)(data):
        return
    from engine.read.validators import validator  # takes time to import: only for what is wrong

    faults = [_fault(error, path) for error in validator(kind).iter_errors(data)]
    verbless = {
        fault.path for fault in faults if fault.keyword == "oneOf" and isinstance(fault.value, dict)
    }
    told: set[tuple[DocumentPath, str]] = set()
    for fault in sorted(faults, key=lambda each: each.keyword == "required"):
        about = fault.keyword if fault.keyword in _OF_KEYS else "value"
        if (fault.path, about) not in told and not _is_explained(fault, verbless):
            told.add((fault.path, about))  # of a value only the first thing is told
            _TELLERS.get(fault.keyword, _tell_form)(fault, reading)


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error of the library: the keyword that fails, where, and the schema it stands in."""

    keyword: str
    path: DocumentPath
    schema: _Schema
    value: Any
    said: str

    @property
    def thing(self) -> str:
        """What the mapping is."""
        return str(self.schema.get("title", "this mapping"))

    @property
    def offered(self) -> list[str]:
        """The keys that the mapping may have."""
        known: Mapping[str, _Schema] = self.schema.get("properties", {})
        verbs = [branch["required"][0] for branch in self.schema.get("oneOf", ())]
        return [key for key in (*verbs, *known) if known.get(key, {}).get("$ref") != _LATER]

    @property
    def is_secret(self) -> bool:
        """Whether the value must not be shown."""
        return bool(self.schema.get("x-secret"))


def _fault(error: ValidationError, path: DocumentPath) -> _Fault:
    at = (*path, *error.absolute_path)
    is_of_name = "propertyNames" in list(error.schema_path)[-3:]  # the name, or what it refers to
    return _Fault(
        keyword="propertyNames" if is_of_name else str(error.validator),
        path=(*at, str(error.instance)) if is_of_name else at,
        schema=error.schema if isinstance(error.schema, dict) else {},
        value=error.instance,
        said=str(error.cause or ""),
    )


def _is_explained(fault: _Fault, verbless: set[DocumentPath]) -> bool:
    """Whether it follows from a step that has no verb, or two."""
    above = (fault.path[:end] for end in range(len(fault.path) + 1))
    return fault.keyword != "oneOf" and any(path in verbless for path in above)


# ---------------------------------------------------------------- keys


def _tell_unknown(fault: _Fault, reading: Reading) -> None:
    for key in fault.value:
        if key not in fault.schema["properties"]:
            _report_unknown(key, fault, reading)


def _report_unknown(key: str, fault: _Fault, reading: Reading) -> None:
    hint = did_you_mean(key, fault.offered)
    reading.report_key(
        (*fault.path, key), "unknown-key", f"`{key}` is no key of {fault.thing}", hint
    )


def _tell_missing(fault: _Fault, reading: Reading) -> None:
    """Say what is missing, unless a misspelt or unsupported key beside it explains that."""
    if any(code == "not-supported" and at[:-1] == fault.path for at, code in reading.faults):
        return
    for key in fault.schema["required"]:
        if key in fault.value:
            continue
        misspelt = _misspelt(key, fault)
        if not misspelt:
            examples = fault.schema["properties"].get(key, {}).get("examples", [])
            hint = f"as in `{key}: {examples[0]}`" if examples else ""
            reading.report(fault.path, "missing-key", f"{fault.thing} lacks `{key}`", hint)
        elif fault.schema.get("additionalProperties") is not False:
            _report_unknown(misspelt, fault, reading)


def _misspelt(key: str, fault: _Fault) -> str:
    """The key that seems to be meant for `key`; empty where there is none."""
    known = fault.offered
    for written in fault.value:
        if written not in known and did_you_mean(written, known) == f"did you mean {key}?":
            return str(written)
    return ""


def _tell_verbs(fault: _Fault, reading: Reading) -> None:
    branches = [branch["required"][0] for branch in fault.schema["oneOf"]]
    found = [key for key in fault.value if key in branches]
    if found:
        both = joined([f"`{key}`" for key in found], "and")
        message = f"{fault.thing} has one of these words; here stand {both}"
        hint = fault.schema.get("x-expected", "make each an item of its own")
        reading.report_key((*fault.path, found[1]), "two-verbs", message, hint)
        return
    for key in fault.value:
        if key not in fault.offered and did_you_mean(key, fault.offered).startswith("did"):
            _report_unknown(key, fault, reading)
            return
    needed = joined([f"`{key}`" for key in branches])
    reading.report(fault.path, "missing-key", f"{fault.thing} lacks {needed}")


def _tell_name(fault: _Fault, reading: Reading) -> None:
    message = f"`{fault.value}` is no name here; expected {fault.schema['x-expected']}"
    reading.report_key(fault.path, "bad-name", message)


def _tell_refusal(fault: _Fault, reading: Reading) -> None:
    what = fault.schema.get("x-not-supported")
    if not what:
        _tell_form(fault, reading)
        return
    word = f"`{fault.path[-1]}`"
    reading.not_supported(fault.path, f"{what} ({word})" if isinstance(what, str) else word)


# ---------------------------------------------------------------- values


def _report(fault: _Fault, reading: Reading, expected: str, code: str, hint: str = "") -> None:
    value = "no reference" if fault.is_secret else shown(fault.value)
    message = f"{called(fault.path)} is {value}; expected {expected}"
    reading.report(fault.path, fault.schema.get("x-code", code), message, hint)


def _tell_type(fault: _Fault, reading: Reading) -> None:
    types = fault.schema["type"]
    expected = joined(
        [_TYPE_WORDS[name] for name in ([types] if isinstance(types, str) else types)]
    )
    if fault.is_secret:
        expected = "a reference, as `${env:NAME}`"
    elif "string" in types and fault.schema.get("examples"):
        expected += f", as `{fault.schema['examples'][0]}`"
    elif "enum" in fault.schema:
        expected = joined([str(each) for each in fault.schema["enum"]])
    value = f"the text {shown(fault.value)}" if isinstance(fault.value, str) else shown(fault.value)
    if fault.is_secret and fault.value is not None:
        value = "no reference"
    code = fault.schema.get("x-code", "wrong-type")
    reading.report(fault.path, code, f"{called(fault.path)} is {value}; expected {expected}")


def _tell_enum(fault: _Fault, reading: Reading) -> None:
    allowed = fault.schema.get("enum") or [fault.schema["const"]]
    words = [str(each) for each in allowed]
    near = did_you_mean(str(fault.value), words)
    hint = near if near.startswith("did") else ""
    _report(fault, reading, joined(words), "bad-value", hint)


def _tell_pattern(fault: _Fault, reading: Reading) -> None:
    if fault.schema["pattern"] == _SAYS_SOMETHING:
        _tell_empty(fault, reading)
    else:
        _tell_form(fault, reading)


def _tell_form(fault: _Fault, reading: Reading) -> None:
    _report(fault, reading, fault.schema.get("x-expected", "another form"), "bad-value")


def _tell_format(fault: _Fault, reading: Reading) -> None:
    code, _ = FORMATS[fault.schema["format"]]
    if fault.said.startswith("expected"):
        _report(fault, reading, fault.said.removeprefix("expected "), code)
    else:
        reading.report(fault.path, code, fault.said)


def _tell_bounds(fault: _Fault, reading: Reading) -> None:
    least, most = fault.schema["minimum"], fault.schema.get("maximum")
    bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
    _report(fault, reading, f"a number {bounds}", "bad-value")


def _tell_empty(fault: _Fault, reading: Reading) -> None:
    if fault.value and "x-expected" in fault.schema:  # more than one entry is needed
        _tell_form(fault, reading)
        return
    expected = "text" if isinstance(fault.value, str) else "at least one entry"
    reading.report(fault.path, "empty", f"{called(fault.path)} is empty; expected {expected}")


def _tell_too_many(fault: _Fault, reading: Reading) -> None:
    if "x-expected" in fault.schema:
        _tell_form(fault, reading)
        return
    most, found = fault.schema["maxItems"], len(fault.value)
    message = f"{called(fault.path)} has {found} entries; expected at most {most}"
    reading.report(fault.path, fault.schema.get("x-code", "bad-value"), message)


def _tell_twice(fault: _Fault, reading: Reading) -> None:
    at = next(n for n, each in enumerate(fault.value) if each in fault.value[:n])
    message = f"{shown(fault.value[at])} stands twice in {called(fault.path)}"
    reading.report((*fault.path, at), "bad-value", message, "write each once")


_TELLERS: Mapping[str, Callable[[_Fault, Reading], None]] = {
    "additionalProperties": _tell_unknown,
    "required": _tell_missing,
    "oneOf": _tell_verbs,
    "propertyNames": _tell_name,
    "not": _tell_refusal,
    "type": _tell_type,
    "enum": _tell_enum,
    "const": _tell_enum,
    "pattern": _tell_pattern,
    "format": _tell_format,
    "minimum": _tell_bounds,
    "maximum": _tell_bounds,
    "minItems": _tell_empty,
    "maxItems": _tell_too_many,
    "uniqueItems": _tell_twice,
    "minProperties": _tell_empty,
    "minLength": _tell_empty,
}
_OF_KEYS = ("additionalProperties", "required")
