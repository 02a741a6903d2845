"""`touchline test`: examples carried out by what runs for real, on rows and a ledger in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.audience.select import select_keys
from engine.bind.examples import (
    BoundExample,
    BoundScene,
    bind_example,
    steps_named,
    unknown_playbook,
)
from engine.bind.playbook import BoundPlaybook
from engine.check import inside_project, is_among
from engine.courier import Courier, open_courier
from engine.examples.came import Came, came_since, mark
from engine.examples.coverage import Coverage, Watching, closing_of
from engine.examples.judge import Miss, judge
from engine.examples.reasons import reasons, reasons_of_segment
from engine.examples.stage import Props, Stage, open_stage
from engine.language.examples import Approved, Done, Example
from engine.ledger.drafts import approve_draft, held_drafts
from engine.ledger.journey import inside
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import suppress
from engine.ledger.tasks import finish_task, list_tasks
from engine.passes.entering import Firing
from engine.places import Place
from engine.problems import Invalid, Misuse, Problem, Refused, TouchlineError, errors_only
from engine.read.load import TEST_FILE
from engine.running import make_courier, run_one
from engine.tracking import follow_histories
from engine.workplace import Workplace

__all__ = ["Case", "Failure", "Tested", "try_examples", "try_one"]

_ACTOR = "test"


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that does not hold: where it stands, a sentence, and what decided, a line each."""

    place: Place
    message: str
    expected: str = ""
    found: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One example and what became of it; `seconds` is how long it took."""

    name: str
    path: str
    playbook: str
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether all that it says holds."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class Tested:
    """All cases, and what they leave untried where that was asked."""

    cases: tuple[Case, ...]
    coverage: tuple[Coverage, ...] | None = None

    @property
    def failed(self) -> int:
        """How many cases do not hold."""
        return sum(not case.passed for case in self.cases)


def try_examples(
    workplace: Workplace,
    props: Props,
    paths: Sequence[Path],
    start: Path,
    *,
    watching: Watching | None,
) -> Tested:
    """Carry out the examples of a project; `paths` narrow them to these files and folders.

    `watching`, where it is given, keeps which conditions and steps they try.

    Raises:
        Misuse: a path is not in the project, or there is no test there.
    """
    wanted = [inside_project(path, start, workplace.root) for path in paths]
    broken = _broken(workplace)
    found = sorted({*workplace.project.examples, *broken})
    if wanted:
        found = [path for path in found if is_among(Place(path), wanted)]
    if wanted and not found:
        raise Misuse(f"there is no test in {', '.join(wanted)}; tests end in {TEST_FILE}")
    with open_stage(workplace, props) as stage:
        examples = workplace.project.examples
        cases = [
            broken[path] if path in broken else try_one(path, examples[path], stage, watching)
            for path in found
        ]
    return Tested(tuple(cases), watching.coverage() if watching else None)


def _broken(workplace: Workplace) -> dict[str, Case]:
    """The tests whose files could not be read, each as a case that fails."""
    problems: dict[str, list[Problem]] = {}
    for problem in errors_only(workplace.project.problems):
        path = problem.place.path
        if path.endswith(TEST_FILE) and path not in workplace.project.examples:
            problems.setdefault(path, []).append(problem)
    return {path: _invalid(path, path, "", Invalid(found)) for path, found in problems.items()}


def _invalid(path: str, name: str, playbook: str, invalid: Invalid) -> Case:
    failures = tuple(
        Failure(each.place, each.message + (f" ({each.hint})" if each.hint else ""))
        for each in errors_only(invalid.problems)
    )
    return Case(name, path, playbook, failures, 0.0)


# ---------------------------------------------------------------- one of them


def try_one(path: str, example: Example, stage: Stage, watching: Watching | None) -> Case:
    """Carry out one example on a stage; whatever is wrong with it makes it fail."""
    began = time.perf_counter()
    try:
        bound = _bound(example, stage)
    except Invalid as invalid:
        return _invalid(path, example.name, example.playbook, invalid)
    failures = tuple(_failures(bound, stage, watching))
    seconds = time.perf_counter() - began
    return Case(example.name, path, example.playbook, failures, seconds)


def _bound(example: Example, stage: Stage) -> BoundExample:
    project = stage.workplace.project
    if example.playbook not in project.playbooks:
        raise unknown_playbook(example, project)
    return bind_example(example, stage.playbook(example.playbook), project, stage.catalog)


def _failures(example: BoundExample, stage: Stage, watching: Watching | None) -> Iterator[Failure]:
    """Pass after pass; after one that failed as a whole nothing more is asked."""
    stage.clear()
    ledger, workplace = stage.memory.ledger, stage.workplace
    with open_courier(make_courier(workplace, ledger, stage.clock.now)) as courier:
        for number, scene in enumerate(example.scenes):
            stage.clock.at = scene.at
            stage.put(scene.rows)
            try:
                follow_histories(workplace, example.playbook, ledger, at=scene.at, actor=_ACTOR)
                if watching is None and _only_segment(example.scenes[number:]):
                    came = _who_matches(example, scene, stage)
                else:
                    came = _pass(example, scene, stage, courier, number=number, watching=watching)
            except TouchlineError as error:
                yield Failure(scene.declared.place, str(error))
                return
            for miss in judge(scene.declared.expect, came, example.playbook):
                yield _failure(miss, example.playbook, scene.at, stage)


def _failure(miss: Miss, playbook: BoundPlaybook, at: datetime, stage: Stage) -> Failure:
    ask = reasons_of_segment if miss.of_segment else reasons
    why = ask(stage, playbook, miss.key, at) if miss.key else ()
    return Failure(miss.place, f"{miss.expected}; {miss.found}", miss.expected, miss.found, why)


def _pass(
    example: BoundExample,
    scene: BoundScene,
    stage: Stage,
    courier: Courier,
    *,
    number: int,
    watching: Watching | None,
) -> Came:
    """What is so by then, then one pass.

    Raises:
        TouchlineError: the pass failed as a whole, or what a person does meets nothing that waits.
    """
    playbook, ledger = example.playbook, stage.memory.ledger
    _prepare(scene, playbook, stage)
    before = mark(ledger, playbook.name)
    if watching is not None:
        inside_now = _standing(ledger, playbook, example.keys)
        inside_now += _waiting(ledger, playbook)
        watching.of(playbook).before(stage, example.keys, scene.at, standing=inside_now)
    names = frozenset(stage.workplace.project.playbooks)
    firing = Firing(scene.at, f"scene {number}", _ACTOR, playbooks=names)
    report = run_one(stage.workplace, ledger, playbook, firing, courier=courier)
    if report.fault is not None:
        raise report.fault
    came = came_since(ledger, playbook.name, before)
    if watching is not None:
        watching.of(playbook).after(stage, scene.at, standing=came.steps)
    return came


def _only_segment(scenes: Sequence[BoundScene]) -> bool:
    """Whether the last scene is left, and nothing is expected of it that a pass would decide."""
    last = scenes[0].declared
    expect, done = last.expect, last.done or last.approved
    decided = (expect.entered, expect.touches, expect.skips)
    ended = (expect.left, expect.levels, expect.closed)
    return len(scenes) == 1 and not done and all(each is None for each in (*decided, *ended))


def _who_matches(example: BoundExample, scene: BoundScene, stage: Stage) -> Came:
    """Who is in the segment: where nothing else is expected, nobody needs to go anywhere."""
    with stage.workplace.sources(stage.memory.ledger) as snapshot:
        keys = select_keys(example.playbook.audience, snapshot, scene.at)
    return Came(segment=tuple(map(str, keys)))


def _prepare(scene: BoundScene, playbook: BoundPlaybook, stage: Stage) -> None:
    said = scene.declared
    for each in said.answers:
        stage.channels[each.channel].add(each.to, each.answers)
    if not (said.suppressed or said.done or said.approved):
        return
    with stage.memory.ledger.write() as unit:
        for address in said.suppressed:
            suppress(unit, address, why="given", at=scene.at, actor=_ACTOR)
        for done in said.done:
            task = _task(unit, done, playbook)
            finish_task(unit, task, outcome=done.outcome, at=scene.at, actor=_ACTOR)
        for approved in said.approved:
            for draft in _drafts(unit, approved, playbook):
                approve_draft(unit, draft, digest="", at=scene.at, actor=_ACTOR)


def _task(unit: Unit, done: Done, playbook: BoundPlaybook) -> str:
    for each in list_tasks(unit, playbook=playbook.name):
        if each.key == str(done.key) and each.step == done.step.name:
            return each.id
    raise Refused(f"{done.key} has no open task {done.step.name} by then")


def _drafts(unit: Unit, approved: Approved, playbook: BoundPlaybook) -> list[str]:
    steps = steps_named(approved.step, playbook)
    found = [
        each.id
        for each in held_drafts(unit)
        if each.playbook == playbook.name and each.key == str(approved.key) and each.step in steps
    ]
    if not found:
        raise Refused(f"{approved.key} has no draft of {approved.step.name} by then")
    return found


def _waiting(ledger: Ledger, playbook: BoundPlaybook) -> list[tuple[str, str]]:
    """Who has an open task, whether inside or not, each with what may close it."""
    with ledger.read() as unit:
        tasks = list_tasks(unit, playbook=playbook.name)
    return [(task.key, closing_of(task.step)) for task in tasks]


def _standing(
    ledger: Ledger, playbook: BoundPlaybook, keys: Sequence[str]
) -> list[tuple[str, str]]:
    """Those of some keys that are inside, each with its step."""
    with ledger.read() as unit:
        stays = [inside(unit, playbook.name, key) for key in keys]
    return [(stay.key, stay.step) for stay in stays if stay is not None]
