"""Blueprints: a playbook with inputs, and what it becomes where it is used.

Language, section 5, "Blueprints". Inputs are put in on the plain data of the file, before anything
is read: what comes out is a playbook like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.language.blueprints import Input, InputValue
from engine.places import DocumentPath, Place, SourceMap
from engine.problems import did_you_mean
from engine.read.documents import Document
from engine.read.inputs import Declared, Wrong, wrong_form, wrong_value
from engine.read.reading import Reading
from engine.read.shapes import check_shape
from engine.records import dataclass

__all__ = [
    "LIBRARY",
    "OWN_KEYS",
    "SINGLE",
    "BlueprintFile",
    "as_text",
    "doubled_keys",
    "expansion",
    "filled",
    "is_blueprint",
    "is_use",
    "read_blueprint",
    "sample",
    "values_for",
]

LIBRARY = "library/"
"""What the name of a play that comes with Touchline begins with, in `use`."""

OWN_KEYS = (
    *("description", "owner", "status", "schedule", "priority", "entry"),
    *("on_change", "on_exit", "lint", "formerly"),
)
"""What a playbook that uses a blueprint may say itself; it stands in the place of all it said."""

SINGLE = re.compile(r"\$\{inputs\.([^{}]*)\}")
"""A reference to an input: `${inputs.NAME}`."""

_NARROWED = ("property", "field", "event")
_DECLARED_ONLY = ("playbook", "inputs", "formerly")
_Values = Mapping[str, InputValue]


@dataclass(frozen=True, slots=True)
class BlueprintFile:
    """A sound blueprint as its file says it; `packaged` where it is one of the library."""

    name: str
    data: Mapping[str, Any]
    places: SourceMap
    inputs: Mapping[str, Input]
    packaged: bool = False

    @property
    def title(self) -> str:
        """What `use` calls it."""
        return f"{LIBRARY}{self.name}" if self.packaged else self.name


def is_blueprint(data: object) -> bool:
    """Whether a playbook's file declares inputs."""
    return isinstance(data, dict) and "inputs" in data and "use" not in data


def is_use(data: object) -> bool:
    """Whether a playbook's file uses a blueprint."""
    return isinstance(data, dict) and "use" in data


# ---------------------------------------------------------------- what a blueprint declares


def read_blueprint(
    document: Document, reading: Reading, *, packaged: bool = False
) -> BlueprintFile | None:
    """The blueprint of a file; None where its inputs or what refers to them has problems."""
    check_shape("playbook", document.data, reading)
    data = document.data
    if reading.faults or not isinstance(data, dict):
        return None
    inputs = {name: _input(name, said, reading) for name, said in data["inputs"].items()}
    _check_references(data, inputs, reading)
    if reading.faults:
        return None
    return BlueprintFile(data["playbook"], data, document.places, inputs, packaged)


def _input(name: str, said: Mapping[str, Any], reading: Reading) -> Input:
    at: DocumentPath = ("inputs", name)
    declared = Input(
        name=name,
        type=said["type"],
        of=said.get("of", ""),
        default=said.get("default"),
        example=said.get("example"),
        description=said.get("description", ""),
        place=reading.places.key(at),
    )
    for key in ("default", "example"):
        wrong = wrong_form(said[key], declared) if key in said else None
        if wrong is not None:
            reading.report((*at, key), "wrong-input", f"`{key}` of `{name}` {wrong.why}")
    if declared.type == "property" and "." not in SINGLE.sub("", declared.of):
        message = f"`{name}` is a value of a property, and does not say of which"
        reading.report(at, "wrong-input", message, "add `of: EVENT.PROPERTY`")
    elif declared.of and declared.type not in _NARROWED:
        message = f"`of` says nothing of `{name}`, which is of type {declared.type}"
        reading.report((*at, "of"), "wrong-input", message, "delete it")
    return declared


def _check_references(
    data: Mapping[str, Any], inputs: Mapping[str, Input], reading: Reading
) -> None:
    """Every reference names an input that is declared, and every input is used."""
    used: set[str] = set()
    for path, name in _references(data, ()):
        used.add(name)
        if name not in inputs:
            what = f"`${{inputs.{name}}}` stands here, and there is no input `{name}`"
            reading.report(path, "unknown-input", what, did_you_mean(name, inputs))
        elif path[:1] == ("inputs",) and path[2:] != ("of",):
            reading.report(path, "unknown-input", "an input is no part of another but in its `of`")
        elif path[0] in ("playbook", "formerly"):
            reading.report(path, "unknown-input", "a name is no place for an input")
    for name in inputs.keys() - used:
        reading.report_key(
            ("inputs", name),
            "unused-input",
            f"nothing refers to the input `{name}`",
            f"write `${{inputs.{name}}}` where it stands, or delete it",
        )


def _references(value: object, path: DocumentPath) -> Iterator[tuple[DocumentPath, str]]:
    match value:
        case str():
            for found in SINGLE.finditer(value):
                yield path, found[1]
        case dict():
            for key, each in value.items():
                yield from _references(key, (*path, key))
                yield from _references(each, (*path, key))
        case list():
            for position, each in enumerate(value):
                yield from _references(each, (*path, position))


# ---------------------------------------------------------------- inputs put in


def filled(value: Any, values: _Values) -> Any:
    """Plain data with its inputs put in.

    A value that is only a reference becomes the input itself, whatever its type; inside a longer
    text, and in a key, the input stands as text. An input without a value stays as it is written.
    """
    match value:
        case str():
            whole = SINGLE.fullmatch(value)
            if whole is not None and whole[1] in values:
                return values[whole[1]]
            return SINGLE.sub(lambda found: _text_of(found, values), value)
        case dict():
            return {_key(key, values): filled(each, values) for key, each in value.items()}
        case list():
            return [filled(each, values) for each in value]
        case _:
            return value


def _key(key: str, values: _Values) -> str:
    return SINGLE.sub(lambda found: _text_of(found, values), key)


def _text_of(found: re.Match[str], values: _Values) -> str:
    return as_text(values[found[1]]) if found[1] in values else found[0]


def as_text(value: InputValue) -> str:
    """An input as it stands inside a longer text."""
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(as_text(each) for each in value)
        case _:
            return str(value)


def _moved(places: SourceMap, values: _Values) -> SourceMap:
    """The same places by the keys as they are once inputs are put in."""

    def at(path: DocumentPath) -> DocumentPath:
        return tuple(_key(part, values) if isinstance(part, str) else part for part in path)

    return replace(
        places,
        values={at(path): place for path, place in places.values.items()},
        keys={at(path): place for path, place in places.keys.items()},
    )


def sample(blueprint: BlueprintFile) -> Document | None:
    """What it becomes with its defaults and examples; None where an input has neither."""
    said = {name: each.sample for name, each in blueprint.inputs.items()}
    values = {name: value for name, value in said.items() if value is not None}
    if len(values) < len(said):
        return None
    body = {key: each for key, each in blueprint.data.items() if key != "inputs"}
    return Document(filled(body, values), _moved(blueprint.places, values))


# ---------------------------------------------------------------- where it is used


def values_for(
    blueprint: BlueprintFile, use: Mapping[str, Any], reading: Reading, declared: Declared
) -> _Values | None:
    """What stands for each input where it is used; None where something is wrong, and reported."""
    said: Mapping[str, InputValue] = use.get("with", {})
    for name in said:
        if name not in blueprint.inputs:
            message = f"{blueprint.title} has no input `{name}`"
            hint = did_you_mean(name, blueprint.inputs)
            reading.report_key(("with", name), "unknown-input", message, hint)
    values = dict(_given(blueprint, said, reading))
    for name, value in values.items():
        given = blueprint.inputs[name]
        given = replace(given, of=_key(given.of, values))
        wrong = None if SINGLE.search(given.of) else wrong_value(value, given, declared)
        if wrong is not None:
            _report_wrong(name, wrong, reading, is_said=name in said)
    return None if reading.faults else values


def _given(
    blueprint: BlueprintFile, said: _Values, reading: Reading
) -> Iterator[tuple[str, InputValue]]:
    for name, each in blueprint.inputs.items():
        value = said.get(name, each.default)
        if value is not None:
            yield name, value
        elif name in said:
            reading.report(("with", name), "wrong-input", f"`{name}` is empty", _cure(each))
        else:
            reading.report(("use",), "missing-input", _lacks(blueprint, each), _cure(each))


def _lacks(blueprint: BlueprintFile, each: Input) -> str:
    about = f": {each.description}" if each.description else f" ({each.type})"
    return f"{blueprint.title} needs the input `{each.name}`{about}"


def _cure(each: Input) -> str:
    example = as_text(each.example) if each.example is not None else each.type.upper()
    return f"say it, as `with: {{{each.name}: {example}}}`"


def _report_wrong(name: str, wrong: Wrong, reading: Reading, *, is_said: bool) -> None:
    if is_said:
        reading.report(("with", name), "wrong-input", f"`{name}` {wrong.why}", wrong.hint)
        return
    message = f"the input `{name}` is not said, its default {wrong.why}"
    cure = f"say another, as `with: {{{name}: …}}`"
    reading.report(
        ("use",), "wrong-input", message, f"{cure}; {wrong.hint}" if wrong.hint else cure
    )


def expansion(use: Document, blueprint: BlueprintFile, values: _Values) -> Document:
    """The playbook that a file with `use` stands for.

    What it says itself stands in the place of what the blueprint says. A place in a blueprint of
    the project is told with the file that uses it; one in the library as the place of its use,
    which is the file that its reader can change.
    """
    said: Any = use.data
    own = {key: said[key] for key in OWN_KEYS if key in said}
    body = {
        key: filled(each, values)
        for key, each in blueprint.data.items()
        if key not in _DECLARED_ONLY and key not in own
    }
    origin = _origin(blueprint, use.places.value(("use",)), values)
    places = replace(use.places, parts=dict.fromkeys(body, origin))
    return Document({"playbook": said["playbook"], **body, **own}, places)


def _origin(blueprint: BlueprintFile, at: Place, values: _Values) -> SourceMap:
    places = _moved(blueprint.places, values)
    if blueprint.packaged:
        return replace(places, stands_at=at)
    return replace(places, note=f"used by {at.path}")


def doubled_keys(value: object, values: _Values) -> Iterator[str]:
    """Keys that two inputs make the same: one of what stands there would be lost."""
    match value:
        case dict():
            keys = [_key(key, values) for key in value]
            yield from {key for key in keys if keys.count(key) > 1}
            for each in value.values():
                yield from doubled_keys(each, values)
        case list():
            for each in value:
                yield from doubled_keys(each, values)
