"""What says yes or no quickly says the same as `jsonschema`."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from engine.read import accepting
from engine.read.accepting import SCHEMAS, accepts
from engine.read.documents import read_document
from engine.read.formats import is_plain_cron
from engine.read.validators import validator
from tests.read.projects import SOUND
from tests.read.test_mistakes import MISTAKES

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"catalog": "entity", "segments": "segment", "playbooks": "playbook"}


def kind_of(path: str) -> str | None:
    """The kind of file that stands at a path of a project."""
    return "touchline" if path == "touchline.yaml" else FOLDERS.get(path.partition("/")[0])


def documents() -> Iterator[tuple[str, Any]]:
    """Sound files and all typical mistakes, as plain data with their kinds."""
    texts = [*SOUND.items(), *((row[1], row[2]) for row in MISTAKES)]
    for path, text in texts:
        kind = kind_of(path)
        if kind is not None and isinstance(text, str):
            yield kind, read_document(text, path).data


DOCUMENTS = list(documents())
ODD: tuple[Any, ...] = (
    None,
    True,
    1,
    1.0,
    -1,
    0.5,
    "",
    "x",
    "20%",
    "3 days",
    [],
    ["x"],
    {},
    {"x": 1},
)


def agrees(kind: str, data: Any) -> bool:
    """Whether both say the same."""
    return accepts(kind)(data) is validator(kind).is_valid(data)


@pytest.mark.parametrize("kind", [path.stem for path in sorted(SCHEMAS.glob("*.json"))])
def test_every_schema_is_understood(kind: str) -> None:
    for value in ODD:
        assert agrees(kind, value), value


def test_sound_files_and_mistakes() -> None:
    assert len(DOCUMENTS) > 100
    for kind, data in DOCUMENTS:
        assert agrees(kind, data), data


@given(st.data())
def test_anything_put_anywhere(data: st.DataObject) -> None:
    """A value that is replaced, taken away or added, at any depth of a real file."""
    kind, sound = data.draw(st.sampled_from(DOCUMENTS))
    changed = copy.deepcopy(sound)
    for _ in range(data.draw(st.integers(1, 3))):
        changed = _changed(changed, data)
    assert agrees(kind, changed), changed


def _changed(value: Any, data: st.DataObject) -> Any:
    inner = (
        list(value)
        if isinstance(value, dict)
        else list(range(len(value or ())))
        if isinstance(value, list)
        else []
    )
    if not inner or data.draw(st.integers(0, 4)) == 0:
        return copy.deepcopy(data.draw(st.sampled_from(ODD)))
    key = data.draw(st.sampled_from(inner))
    match data.draw(st.sampled_from(("inside", "inside", "away", "more"))):
        case "inside":
            value[key] = _changed(value[key], data)
        case "away":
            del value[key]
        case _ if isinstance(value, list):
            value.append(copy.deepcopy(value[key]))
        case _:
            value[f"{key}s"] = copy.deepcopy(value[key])
    return value


def test_a_keyword_that_is_not_known_is_refused() -> None:
    schema = {"type": "object", "minContains": 2}
    with pytest.raises(TypeError, match="no test for minContains"):
        accepting._Compiler(schema).within(schema)


PARTS = st.one_of(
    st.just("*"),
    st.integers(0, 60).map(lambda n: f"*/{n}"),
    st.integers(0, 60).map(str),
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
)
CRONS = st.lists(st.lists(PARTS, min_size=1, max_size=2).map(",".join), min_size=5, max_size=5).map(
    " ".join
)


@given(CRONS)
def test_a_plain_schedule_fires(cron: str) -> None:
    if is_plain_cron(cron):
        assert croniter.is_valid(cron, strict=True)


@pytest.mark.parametrize("cron", ["0 9 * * 1-5", "*/15 8-17 1,15 * *", "0 0 28 2 *"])
def test_usual_schedules_are_plain(cron: str) -> None:
    assert is_plain_cron(cron)


@pytest.mark.parametrize(
    "cron",
    ["0 0 30 2 *", "5-1 * * * *", "0 9 * *", "0 9 L * *", "@daily", "60 * * * *", "0\u00a09 * * *"],
)
def test_what_may_not_fire_is_not(cron: str) -> None:
    assert not is_plain_cron(cron)
