"""Scores, ladders and differences as vendors' published examples have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.audience.figures import measure
from engine.bind.bind import bind_catalog
from engine.bind.metrics import bind_metric
from engine.language.project import Project
from engine.read.load import load_project
from tests.metrics.town import AS_OF, database, snapshot

CATALOG = """\
entity: thing
source: s.things
key: id
fields:
  id: integer
  a: number
  b: number
  c: number
  {name}: {formula}
"""
# Vitally: each condition gives 0, 5 or 10, and a score is their mean; here of 100.
MEAN = """
    score:
      one: {from: a, weight: 1, worst: 0, best: 10}
      two: {from: b, weight: 1, worst: 0, best: 10}
      three: {from: c, weight: 1, worst: 0, best: 10}
"""
# Sourcegraph: pulse 30 %, technical 15 %, use 55 %.
WEIGHTED = """
    score:
      pulse: {from: a, weight: 30, worst: 0, best: 100}
      technical: {from: b, weight: 15, worst: 0, best: 100}
      use: {from: c, weight: 55, worst: 0, best: 100}
"""
CONFIDENCE = f"{{confidence: whole}}\n  whole:{WEIGHTED}"
# ChurnZero: a tier has its top and not its bottom.
TIERS = "{band: a, of: [[low, {at_most: 40}], [middle, {at_most: 70}], [high, {}]]}"

ROW = tuple[float | None, float | None, float | None]
NUMBERS: Mapping[str, tuple[str, ROW, float | None]] = {
    "mean-of-10-10-0": (MEAN, (10.0, 10.0, 0.0), 66.666666667),
    "mean-without-what-is-missing": (MEAN, (10.0, None, 0.0), 50.0),
    "mean-with-it-as-worst": (f"{MEAN}    missing: worst\n", (10.0, None, 0.0), 33.333333333),
    "nothing-known": (MEAN, (None, None, None), None),
    "weighted": (WEIGHTED, (80.0, 60.0, 40.0), 55.0),  # 24 + 9 + 22
    "weighted-without-technical": (WEIGHTED, (80.0, None, 40.0), 4600 / 85),
    "beyond-the-best": (WEIGHTED, (180.0, 60.0, -40.0), 39.0),  # 30 + 9 + 0
    "all-is-there": (CONFIDENCE, (80.0, 60.0, 40.0), 1.0),
    "all-but-technical": (CONFIDENCE, (80.0, None, 40.0), 0.85),
    "technical-alone": (CONFIDENCE, (None, 60.0, None), 0.15),
    "nothing-is-there": (CONFIDENCE, (None, None, None), 0.0),
    "less": ("{difference: [a, b]}", (10.0, 12.5, None), -2.5),
    "less-what-is-missing": ("{difference: [a, b]}", (10.0, None, None), None),
}


@pytest.mark.parametrize(("formula", "row", "value"), NUMBERS.values(), ids=NUMBERS)
def test_a_number_is_as_published(
    formula: str, row: ROW, value: float | None, tmp_path: Path
) -> None:
    found = _figures(tmp_path, formula, row, "average: asked")
    assert found == {None: None if value is None else pytest.approx(value)}


@pytest.mark.parametrize(
    ("value", "tier"),
    [(40.0, "low"), (40.1, "middle"), (70.0, "middle"), (70.1, "high"), (None, None)],
)
def test_a_tier_has_its_top(value: float | None, tier: str | None, tmp_path: Path) -> None:
    row = (value, 0.0, 0.0)
    assert _figures(tmp_path, TIERS, row, "count: {everyone: true}\nby: asked") == {tier: 1}


def _figures(
    folder: Path, formula: str, row: ROW, asked: str
) -> Mapping[object, int | float | None]:
    """What a metric of one thing comes to: by group, or as a whole beside None."""
    project = _project(folder, formula, asked)
    # A store learns the types of its columns from rows; the first is of no kind and no key.
    rows = ((None, 1.0, 1.0, 1.0), (1, *row))
    store = database("duckdb", folder, tables={"things": (("id", "a", "b", "c"), rows)})
    with snapshot(store, project) as opened:
        metric = bind_metric(project.metrics["asked"], project, bind_catalog(project)[0])
        found = measure(metric, opened, AS_OF)
    if metric.by is None:
        return {None: found.whole.value}
    return {group: each.value for group, each in found.groups.items()}


def _project(folder: Path, formula: str, asked: str) -> Project:
    files = {
        "touchline.yaml": "touchline: 1\nname: w\nconnectors: {s: {type: files, path: data}}\n",
        "catalog/thing.yaml": CATALOG.replace("{name}", "asked").replace("{formula}", formula),
        "metrics/asked.yaml": f"metric: asked\nof: thing\n{asked}\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return load_project(folder)
