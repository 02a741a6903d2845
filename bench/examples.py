"""Milliseconds a test: of who matches, beside SQLMesh's unit tests; and of whole journeys."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import cli
from bench.outside import outside
from connectors.demo.beginning import make_project
from engine.examples.stage import Stage, open_stage
from engine.language.examples import Example, Expected
from engine.testing import try_one
from engine.workplace import open_workplace

TESTS = 20
ROUNDS = 5
PATH = "playbooks/gone-quiet.test.yaml"
PACKAGES = ("sqlmesh==0.236.4",)


def main() -> None:
    """Measure in turn and print milliseconds a test."""
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        folder = Path(name) / "project"
        make_project(folder, name="bench", today=date(2026, 3, 10))
        workplace = open_workplace(folder, folder, cli._ports())
        example = workplace.project.examples[PATH]
        ways = {
            "touchline, who matches": _only_segment(example),
            "touchline, one pass with its mail": replace(example, scenes=example.scenes[:1]),
            "touchline, two passes": example,
        }
        with (
            outside("sqlmesh_tests", PACKAGES, str(TESTS)) as sqlmesh,
            open_stage(workplace, cli._props()) as stage,
        ):
            times: dict[str, list[float]] = {"SQLMesh, one model": [], **{way: [] for way in ways}}
            for turn in range(ROUNDS + 1):
                theirs = sqlmesh.round()
                if theirs["passed"] != TESTS:
                    raise SystemExit("a test of SQLMesh failed")
                taken = {"SQLMesh, one model": theirs["seconds"]}
                taken |= {way: _seconds(each, stage) for way, each in ways.items()}
                for way, seconds in taken.items():
                    times[way] += [seconds / TESTS * 1_000] if turn else []  # the first warms up
    print(f"three customers, nine events, {TESTS} tests a round, {ROUNDS} rounds in turn")
    _print(times)


def _only_segment(example: Example) -> Example:
    """The same rows, and only the segment expected of them."""
    first = example.scenes[0]
    segment, places = first.expect.segment, first.expect.places
    return replace(
        example, scenes=(replace(first, expect=Expected(segment=segment, places=places)),)
    )


def _seconds(example: Example, stage: Stage) -> float:
    gc.collect()
    begun = time.perf_counter()
    for _ in range(TESTS):
        case = try_one(PATH, example, stage, None)
        if not case.passed:
            raise SystemExit(f"a test failed: {case.failures}")
    return time.perf_counter() - begun


def _print(times: dict[str, list[float]]) -> None:
    medians = {way: statistics.median(taken) for way, taken in times.items()}
    theirs = medians["SQLMesh, one model"]
    print(f"{'':36}{'ms a test':>10}{'least':>8}{'as fast':>9}")
    for way, median in medians.items():
        print(f"{way:36}{median:10.1f}{min(times[way]):8.1f}{theirs / median:8.1f}x")


if __name__ == "__main__":
    main()
