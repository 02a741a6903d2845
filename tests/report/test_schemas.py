"""Schemas narrowed to a project accept what stands in it and refuse a misspelt name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.support.stage import Stage, open_stage

REPORTS = Path(__file__).resolve().parents[2] / "schemas/reports"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with open_stage(tmp_path_factory.mktemp("stage")) as opened:
        opened.write("segments/fresh.yaml", "segment: fresh\nof: user\nwhere: [{user_id: 1}]\n")
        yield opened


def validator(stage: Stage, folder: Path) -> Draft202012Validator:
    assert stage.do("schema", "--project", "--out", str(folder)).status == 0
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    resources = [(name, Resource.from_contents(schema)) for name, schema in schemas.items()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator(schemas["playbook.json"], registry=registry)


def playbook(stage: Stage) -> dict[str, Any]:
    loaded = yaml.safe_load((stage.root / "playbooks/checkup.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_the_projects_own_playbook_is_valid(stage: Stage, tmp_path: Path) -> None:
    assert list(validator(stage, tmp_path).iter_errors(playbook(stage))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"exit_when": {"uses_report": True}},
        {"exit_when": {"did": "loged_in"}},
        {"exit_when": {"segment": "fresch"}},
        {"segment": "fresch"},
        {"segment": {"of": "usr", "where": {"everyone": True}}},
        {"steps": [{"email": "helo"}]},
        {"steps": [{"webhook": "hok"}]},
    ],
    ids=["field", "event", "segment", "named", "entity", "template", "channel"],
)
def test_a_misspelt_name_is_refused(stage: Stage, tmp_path: Path, change: dict[str, Any]) -> None:
    assert not validator(stage, tmp_path).is_valid({**playbook(stage), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"exit_when": {"account.plan": "pro"}},
        {"exit_when": {"did": "logged_in"}},
        {"exit_when": {"segment": "fresh"}},
        {"segment": "fresh"},
        {"exit_when": {"account": {"did": "user.logged_in"}}},
    ],
    ids=["path", "event", "segment", "named", "children"],
)
def test_a_name_that_exists_is_taken(stage: Stage, tmp_path: Path, change: dict[str, Any]) -> None:
    assert validator(stage, tmp_path).is_valid({**playbook(stage), **change})


def test_the_plain_schemas_are_printed_as_one_object(stage: Stage) -> None:
    printed = stage.do("schema").data
    assert {"touchline.json", "entity.json", "playbook.json", "segment.json"} <= set(printed)


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_schema_of_a_report_is_sound_and_takes_its_examples(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    for example in schema.get("examples", ()):
        Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize("name", ["insights", "metrics"])
def test_a_report_of_many_parts_has_an_example(name: str) -> None:
    assert json.loads((REPORTS / f"{name}.json").read_text("utf-8"))["examples"]
