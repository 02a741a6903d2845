"""`touchline validate --dialect`: what a dialect cannot say of a project's conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from engine.audience.snapshot import Snapshot
from engine.audience.statements import statements
from engine.bind.acts import conditions_of, every_step
from engine.bind.conditions import Condition
from engine.bind.metrics import bind_metric, parts_of
from engine.bind.playbook import Audience, BoundPlaybook
from engine.places import Place
from engine.problems import Problem, Refused, errors_only
from engine.report.problems import Checked
from engine.workplace import Ports, Workplace, open_workplace

__all__ = ["check_dialect"]


def check_dialect(checked: Checked, ports: Ports, dialect: str) -> Checked:
    """The same, with an error for each playbook, segment and metric that the dialect cannot say.

    Raises:
        Misuse: there is no such dialect, or it is not installed.
    """
    if errors_only(checked.problems):
        return checked  # what does not bind cannot be written
    workplace = open_workplace(checked.root, checked.root, ports)
    now = ports.clock.now()
    with workplace.on_paper(dialect, None) as snapshot:
        found = {
            problem
            for audience, place in _asked(workplace)
            for problem in _problems(audience, place, snapshot, now)
        }
    return replace(checked, problems=tuple(sorted({*checked.problems, *found})))


def _asked(workplace: Workplace) -> Iterator[tuple[Audience, Place]]:
    """Every condition of the project, as the segment that it would be by itself."""
    for name, segment in workplace.project.segments.items():
        yield workplace.audience(name), segment.place
    for name in workplace.project.playbooks:
        playbook = workplace.playbook(name)
        yield playbook.audience, workplace.place_of_segment(name)
        for condition, place in _beside_the_segment(playbook):
            yield replace(playbook.audience, condition=condition), place
    for metric in workplace.project.metrics.values():
        for part in parts_of(bind_metric(metric, workplace.project, workplace.catalog)):
            for condition in part.conditions:
                yield Audience(part.name, part.entity, condition, part.zone), part.place


def _beside_the_segment(playbook: BoundPlaybook) -> Iterator[tuple[Condition, Place]]:
    if playbook.exit_when is not None:
        yield playbook.exit_when, playbook.place
    if playbook.goal is not None:
        yield from ((each, playbook.place) for each in playbook.goal.conditions)
    for step in every_step(playbook.steps):
        for condition in conditions_of(step):
            yield condition, step.place


def _problems(
    audience: Audience, place: Place, snapshot: Snapshot, now: datetime
) -> Iterator[Problem]:
    try:
        statements(audience, snapshot, now)
    except Refused as refusal:
        yield Problem(place, "beyond-dialect", str(refusal))
