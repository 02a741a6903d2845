"""The reference of every kind of file, made from the schemas that files are checked by.

`python -m tests.docs.reference` writes `docs/reference.md` anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.docs.pages import ROOT

__all__ = ["PAGE", "page", "undescribed"]

PAGE = ROOT / "docs/reference.md"

_KINDS = {
    "touchline": "touchline.yaml",
    "entity": "catalog/*.yaml",
    "segment": "segments/*.yaml",
    "condition": "conditions",
    "playbook": "playbooks/*.yaml",
    "template": "emails/*.md, the head",
    "test": "playbooks/*.test.yaml",
    "metric": "metrics/*.yaml",
}
"""The schemas in the order of reading, and what each is of."""

_HEAD = """\
# Reference

Every key of every file. This page is made from the JSON Schemas that files are checked by:
`touchline schema` prints them, `touchline schema --project` with the names of your own catalog, for
your editor. What things mean is told in [the language](language.md).
A key in **bold** must be there.

A *condition* is one mapping, or a list of them that must all hold; where a value is "a condition"
any of [these](#conditions) may stand.
"""

_Schema = Mapping[str, Any]
_ANY = "any value"
_PLAIN = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "null": "nothing",
    "object": "a mapping",
    "array": "a list",
}
_FORMATS = {
    "touchline-cron": "five cron fields",
    "touchline-duration": "a duration",
    "touchline-days": "days of the week",
    "touchline-time": "a time of day",
    "touchline-timezone": "a time zone",
    "touchline-share": "a share",
    "touchline-url": "a URL",
    "touchline-reference": "a reference to a secret",
    "email": "an address",
    "date": "a date",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One schema: what its references lead to, and where each is told of on the page."""

    name: str
    schema: _Schema

    @property
    def parts(self) -> dict[str, _Schema]:
        """The definitions that are mappings with keys of their own."""
        defs = self.schema.get("$defs", {})
        return {name: part for name, part in defs.items() if "properties" in part}

    def heading(self, part: str) -> str:
        """The heading of a definition: its title with its name, unlike any other on the page."""
        title = str(self.parts[part].get("title", part.replace("_", " ")))
        return f"{title} in {_heading_of(self)}" if self._is_doubled(part, title) else title

    def _is_doubled(self, part: str, title: str) -> bool:
        titles = [each.get("title") for kind in _kinds() for each in kind.parts.values()]
        return titles.count(title) > 1 or title == part


@cache
def _kinds() -> list[_Kind]:
    folder = ROOT / "schemas"
    return [_Kind(name, json.loads((folder / f"{name}.json").read_text())) for name in _KINDS]


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for kind in _kinds() for line in _of_kind(kind))])


def undescribed() -> list[str]:
    """Keys that nothing is said of, as `KIND PART KEY`."""
    return [
        f"{kind.name} {part or '.'} {key}"
        for kind in _kinds()
        for part, schema in {"": kind.schema, **kind.parts}.items()
        for key, value in schema.get("properties", {}).items()
        if not _meaning(value, kind)
    ]


def _of_kind(kind: _Kind) -> Iterator[str]:
    yield f"## {_heading_of(kind)}\n"
    yield f"{kind.schema['description']}\n"
    if "properties" in kind.schema:
        yield from _table(kind.schema, kind)
    for part, schema in kind.parts.items():
        yield f"### {kind.heading(part)}\n"
        if "description" in schema:
            yield f"{schema['description']}\n"
        yield from _table(schema, kind)


def _heading_of(kind: _Kind) -> str:
    return _KINDS[kind.name].replace("*", "NAME")


def _table(schema: _Schema, kind: _Kind) -> Iterator[str]:
    yield "| key | value | means |\n| --- | --- | --- |"
    for key, value in schema["properties"].items():
        name = f"**`{key}`**" if key in schema.get("required", ()) else f"`{key}`"
        yield f"| {name} | {_cell(_value(value, kind))} | {_cell(_told(value, kind))} |"
    yield ""


def _told(value: _Schema, kind: _Kind) -> str:
    example = _example(value, kind)
    meaning = _meaning(value, kind)
    return f"{meaning} For example `{example}`." if example else meaning


def _meaning(value: _Schema, kind: _Kind) -> str:
    own = value.get("description") or value.get("title")
    if own:
        return str(own)
    return _meaning(_followed(value["$ref"], kind)[1], kind) if "$ref" in value else ""


def _example(value: _Schema, kind: _Kind) -> str:
    examples = value.get("examples")
    if examples is None and "$ref" in value and "properties" not in value:
        examples = _followed(value["$ref"], kind)[1].get("examples")
    return _flow(examples[0]) if examples else ""


def _value(value: _Schema, kind: _Kind) -> str:
    """What may stand there, in words."""
    if "x-expected" in value:
        return str(value["x-expected"])
    if "$ref" in value:
        return _referred(value["$ref"], kind)
    if "if" in value:
        return _either([value["then"], value["else"]], kind)
    if "oneOf" in value and "properties" not in value:
        return _either(value["oneOf"], kind)
    if "enum" in value:
        return ", ".join(f"`{_flow(each)}`" for each in value["enum"])
    if "const" in value:
        return f"`{_flow(value['const'])}`"
    if value.get("format") in _FORMATS:
        return _FORMATS[value["format"]]
    return _of_type(value, kind)


def _of_type(value: _Schema, kind: _Kind) -> str:
    types = value.get("type", "array" if "items" in value else "")
    if isinstance(types, list):
        return " or ".join(_PLAIN[each] for each in types)
    if types == "array" and "items" in value:
        return f"a list of: {_value(value['items'], kind)}"
    if types == "object" and isinstance(value.get("additionalProperties"), dict):
        return f"names, each with: {_value(value['additionalProperties'], kind)}"
    return _PLAIN.get(types, _ANY)


def _either(ways: list[_Schema], kind: _Kind) -> str:
    told = dict.fromkeys(_value(way, kind) for way in ways if way is not False)
    return ", or ".join([each for each in told if each != _ANY] or [_ANY])


def _referred(reference: str, kind: _Kind) -> str:
    of, part = _followed_name(reference, kind)
    if part in of.parts:
        return f"[{of.heading(part)}](#{_anchor(of.heading(part))})"
    if of.name == "condition" and part in {"", "condition", "conditions"}:
        return "[a condition](#conditions)"
    return _value(_followed(reference, kind)[1], of)


def _followed(reference: str, kind: _Kind) -> tuple[_Kind, _Schema]:
    of, part = _followed_name(reference, kind)
    found = of.schema
    for step in ["$defs", *part.split("/")] if part else []:
        found = found[step]
    return of, found


def _followed_name(reference: str, kind: _Kind) -> tuple[_Kind, str]:
    file, _, path = reference.partition("#/$defs/")
    name = file.removesuffix(".json").removesuffix("#") or kind.name
    of = kind if name == kind.name else next(each for each in _kinds() if each.name == name)
    return of, path


def _anchor(heading: str) -> str:
    """As pages in Markdown name their headings."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _flow(value: object) -> str:
    """A value as YAML writes it in one line."""
    if isinstance(value, str):
        return value
    return re.sub(r'"(\w+)":', r"\1:", json.dumps(value, ensure_ascii=False))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
