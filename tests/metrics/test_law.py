"""A law: whatever the rows, stores and a plain reading in Python come to the same figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audience.figures import measure
from engine.bind.bind import bind_catalog
from engine.bind.metrics import bind_metric
from engine.language.project import Project
from engine.read.load import load_project
from tests.metrics.town import AS_OF, database, snapshot
from tests.oracle.amounts import examples

FILES = {
    "touchline.yaml": "touchline: 1\nname: law\nconnectors: {s: {type: files, path: data}}\n",
    "catalog/thing.yaml": """\
entity: thing
source: s.things
key: id
fields: {id: integer, kind: text, good: boolean, whole: integer, number: number}
""",
}
AMONG = "{any: [{good: true}, {whole: {at_least: 0}}]}"
METRICS = {
    "share": f"share: {{of: {{number: {{more_than: 0}}}}, among: {AMONG}}}",
    "count": f"count: {AMONG}",
    **{
        f"{how}-{of}": f"{how}: {of}\namong: {AMONG}"
        for how in ("average", "median", "sum")
        for of in ("whole", "number")
    },
}
COLUMNS = ("id", "kind", "good", "whole", "number")
KINDS = st.sampled_from([None, "", " ", "a", "b", "ß", "A"])
WHOLE = st.none() | st.integers(-(10**6), 10**6)
NUMBER = st.none() | st.integers(-(10**9), 10**9).map(lambda n: n / 1024)
Thing = tuple[str | None, bool | None, int | None, float | None]
THINGS = st.lists(st.tuples(KINDS, st.none() | st.booleans(), WHOLE, NUMBER), max_size=12)


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the law."""
    root = tmp_path_factory.mktemp("law")
    written = {f"metrics/{n}.yaml": f"metric: {n}\nof: thing\n{t}\n" for n, t in METRICS.items()}
    for path, text in {**FILES, **written}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return load_project(root)


NUMBERS = count()


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
@given(things=THINGS, grouped=st.booleans())
@examples(quick=12)
def test_stores_agree_with_plain_reading(
    kind: str,
    law: Project,
    tmp_path_factory: pytest.TempPathFactory,
    things: list[Thing],
    grouped: bool,
) -> None:
    rows = [(number, *thing) for number, thing in enumerate(things)]
    # A store learns the types of its columns from rows; this one is of no kind, and counts nowhere.
    typed = (None, "a", True, 1, 0.5)
    store = database(kind, _folder(law.root), tables={"things": (COLUMNS, (typed, *rows))})
    catalog = bind_catalog(law)[0]
    with snapshot(store, law) as opened:
        for name in METRICS:
            metric = bind_metric(law.metrics[name], law, catalog, by="kind" if grouped else None)
            found = measure(metric, opened, AS_OF)
            assert (name, found.whole.value) == (name, near(plain(name, things)))
            expected = by_kind(name, things) if grouped else {}
            assert {group: each.value for group, each in found.groups.items()} == expected


def _folder(root: Path) -> Path:
    folder = root / "stores"
    folder.mkdir(exist_ok=True)
    return folder


def near(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-6)


def counts(thing: Thing) -> bool:
    """The plain reading of AMONG."""
    _, good, whole, _ = thing
    return good is True or (whole is not None and whole >= 0)


def by_kind(name: str, things: Sequence[Thing]) -> dict[object, object]:
    """By the kind of those that count; blank text is missing."""
    groups: dict[object, list[Thing]] = {}
    for thing in filter(counts, things):
        groups.setdefault(thing[0] if thing[0] and thing[0].strip() else None, []).append(thing)
    return {group: near(plain(name, listed)) for group, listed in groups.items()}


def plain(name: str, things: Sequence[Thing]) -> float | None:
    """What a metric says, in so many words."""
    among = [each for each in things if counts(each)]
    how, _, of = name.partition("-")
    if how == "count":
        return len(among)
    if how == "share":
        positive = [each for each in among if each[3] is not None and each[3] > 0]
        return len(positive) / len(among) if among else None
    values = [each[2 if of == "whole" else 3] for each in among]
    return PLAIN[how]([each for each in values if each is not None])


PLAIN: Mapping[str, Callable[[Sequence[float]], float | None]] = {
    "sum": math.fsum,
    "average": lambda values: fmean(values) if values else None,
    "median": lambda values: median(values) if values else None,
}
