"""The schemas stand by themselves: any validator of Draft 2020-12 agrees with what we read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from engine.places import SourceMap
from engine.read.accepting import SCHEMAS, load_schema
from engine.read.conditions import FORMS
from engine.read.documents import read_document
from engine.read.events import DID_WORDS
from engine.read.formats import FORMATS
from engine.read.formulas import FORMULAS
from engine.read.operators import OPERATORS
from engine.read.reading import Reading
from engine.read.shapes import check_shape
from tests.read.projects import SOUND, load
from tests.read.test_conditions import READ
from tests.read.test_load import ACME, STEPS
from tests.read.test_mistakes import MISTAKES

KINDS = ("touchline", "entity", "segment", "playbook", "template", "condition", "metric")
FOLDERS = {"catalog": "entity", "segments": "segment", "playbooks": "playbook", "metrics": "metric"}
# What a schema alone cannot tell: dates and schedules, references, names across a file.
BEYOND_SCHEMAS = {
    "bad-days", "bad-time", "bad-rate", "unknown-country",
    "bad-timezone", "bad-date", "bad-schedule", "bad-share", "bad-url", "bad-moment", "bad-address",
    "misplaced-secret", "reserved-name", "duplicate-name", "duplicate-id", "unknown-operator",
    "unknown-name", "unreachable",
}  # fmt: skip
LATER = "#/$defs/later"
REGISTRY: Registry[Any] = Registry().with_resource(
    "condition.json", Resource.from_contents(load_schema("condition"))
)


def validator(kind: str) -> Draft202012Validator:
    """A validator that knows nothing of ours."""
    return Draft202012Validator(load_schema(kind), registry=REGISTRY)


def kind_of(path: str) -> str:
    """The kind of a file by its folder."""
    return FOLDERS.get(path.split("/", maxsplit=1)[0], "touchline")


def test_every_kind_is_listed() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} >= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_of_its_draft_and_its_examples_hold(kind: str) -> None:
    schema = load_schema(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    for example in schema["examples"]:
        validator(kind).validate(example)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mapping_is_closed_and_every_key_described(kind: str) -> None:
    """Unknown keys are errors at every level, and an editor has something to show."""
    for node in _nodes(load_schema(kind)):
        if "properties" in node and node.get("type") == "object":
            is_refused = {each.get("$ref") for each in node["properties"].values()} <= {LATER}
            assert "additionalProperties" in node or "allOf" in node or is_refused, node["title"]
            for key, each in node["properties"].items():
                told = each.get("description") or "$ref" in each or "examples" in each
                assert told or "const" in each, (node.get("title"), key)
        if isinstance(node.get("format"), str):
            assert node["format"] in FORMATS


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from _nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _nodes(value)


GOOD = [
    *((path, text) for path, text in {**ACME, **SOUND}.items() if path.endswith(".yaml")),
    ("playbooks/checkup.yaml", STEPS),
]


@pytest.mark.parametrize(("path", "text"), GOOD, ids=[path for path, _ in GOOD])
def test_what_we_read_is_valid(path: str, text: str) -> None:
    data: Any = read_document(text, path).data
    validator(kind_of(path)).validate(data)


@pytest.mark.parametrize("text", [text for text, _ in READ])
def test_conditions_that_we_read_are_valid(text: str) -> None:
    data: Any = read_document(text, "c.yaml").data
    validator("condition").validate(data)


# A schema cannot know what is a link (beside a name it allows a test or a condition), nor what is
# an entity (in a formula it allows the words of rows and those of events), nor how long a duration
# is that is written well.
AMBIGUOUS = {
    "between-of-three", "reversed-between", "ignore-case-alone", "operand", "includes-number",
    "includes-any-of-one", "unchanged-for-ever", "changed-without-a-window",
    "rows-in-a-window", "events-through-a-link", "events-by-a-condition",
}  # fmt: skip
IN_SCHEMAS = [
    row
    for row in MISTAKES
    if row[1].split("/")[0] in {"touchline.yaml", *FOLDERS}
    and row[1].endswith(".yaml")
    and ".test." not in row[1]
    and row[3] not in BEYOND_SCHEMAS
    and row[0] not in {*AMBIGUOUS, "schedule-ends-first"}
    and not row[0].endswith("out-of-the-calendar")
]


@pytest.mark.parametrize(
    ("path", "text"), [row[1:3] for row in IN_SCHEMAS], ids=[row[0] for row in IN_SCHEMAS]
)
def test_mistakes_of_shape_are_invalid(path: str, text: str) -> None:
    data: Any = read_document(text, path).data
    assert not validator(kind_of(path)).is_valid(data)


def test_words_of_conditions_are_the_same_in_code_and_schema() -> None:
    definitions = load_schema("condition")["$defs"]
    operators = definitions["operators"]["properties"]
    assert set(operators) == {*OPERATORS, "ignore_case"}
    forms = definitions["one"]["if"]["propertyNames"]["not"]["enum"]
    assert set(forms) == set(FORMS)
    worded = {"did", "did_not", "has", "has_no", "finished_playbook", "step"}
    assert {*definitions["form"]["properties"], *worded} == set(forms)
    assert {*definitions["did"]["properties"]} == {"did", "did_not", *DID_WORDS}
    branches = load_schema("entity")["$defs"]["computed_field"]["dependentSchemas"]
    assert [*branches] == [*FORMULAS]


def test_branch_of_a_verb_refuses_the_words_of_another(tmp_path: Path) -> None:
    """Messages come from the branch that the key tells, and only from that."""
    text = "playbook: p\nsegment: s\nsteps: [{email: a, due: 1 day}, {task: b, to: c}]\n"
    problems = load(tmp_path, {"playbooks/p.yaml": text}).problems
    assert [problem.message for problem in problems] == [
        "`due` is no key of an email step",
        "`to` is no key of a task step",
    ]


# What a looser reading of JSON Schema would let through.
ENTITY = {"entity": "e", "source": "a.b", "key": "k"}
STRICT = [
    ("line-end", "playbook", {"playbook": "p\n", "segment": "s", "steps": [{"exit": "x"}]}, 1),
    ("float", "touchline", {"touchline": 1.0, "name": "a"}, 1),
    ("true-as-1", "touchline", {"touchline": True, "name": "a"}, 1),
    ("blank", "playbook", {"playbook": "p", "segment": "s", "steps": [{"exit": " "}]}, 1),
    ("no-separator", "entity", {**ENTITY, "fields": {"a": {"type": "list", "separator": ""}}}, 1),
    ("space", "entity", {**ENTITY, "fields": {"a": {"type": "list", "separator": " "}}}, 0),
    ("no-step", "playbook", {"playbook": "p", "segment": "s", "steps": [5]}, 1),
    ("two-things", "playbook", {"playbook": "P", "segment": "S", "steps": [{"exit": "x"}]}, 2),
    ("condition", "condition", {"did": 5}, 1),
    ("no-form", "condition", {"not": {}}, 1),
]


@pytest.mark.parametrize(
    ("kind", "data", "count"), [r[1:] for r in STRICT], ids=[r[0] for r in STRICT]
)
def test_shape_is_strict_and_tells_a_thing_once(kind: str, data: Any, count: int) -> None:
    reading = Reading(SourceMap("x.yaml"))
    check_shape(kind, data, reading)
    assert len(reading.problems) == count, reading.problems


def test_the_validator_is_loaded_only_where_a_file_is_read() -> None:
    """It takes a sixth of a second, which `--help` must not."""
    code = "import sys, cli, engine.read.load; sys.exit('jsonschema' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
