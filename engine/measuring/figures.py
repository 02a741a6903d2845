"""`touchline metrics`: what the metrics of a project come to, and what its goals came to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from engine.audience.figures import Measured, check_metric, measure, read_as_now
from engine.audience.snapshot import Snapshot
from engine.bind.metrics import BoundMetric, bind_metric
from engine.bind.playbook import BoundGoal, BoundPlaybook
from engine.language.metrics import Metric
from engine.language.playbook import Playbook
from engine.ledger.arms import Arm, CameTo, arms, came_to, later_entries
from engine.ledger.control import paused_since
from engine.ledger.runs import last_as_of, version_content
from engine.ledger.store import Ledger, Unit
from engine.measuring.goals import GoalFigures, compare
from engine.measuring.levels import PartialFigures, compare_levels
from engine.measuring.months import month_ends
from engine.problems import Invalid, Misuse, Problem, Refused, did_you_mean
from engine.roster import as_known
from engine.workplace import Workplace

__all__ = ["Figures", "MetricFigures", "Point", "figures_of"]

Bound = TypeVar("Bound")
Named = TypeVar("Named", Metric, Playbook)


@dataclass(frozen=True, slots=True)
class Point:
    """What a metric was at an instant."""

    as_of: datetime
    measured: Measured


@dataclass(frozen=True, slots=True)
class MetricFigures:
    """A metric now, and over time where it says so: the ends of months, ascending, then now.

    `as_now` are the fields that it reads as they are now, also for instants that are past.
    """

    metric: BoundMetric
    as_of: datetime
    measured: Measured
    series: tuple[Point, ...] = ()
    as_now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was asked for. `left_out` names metrics and playbooks that are not sound."""

    as_of: datetime
    metrics: tuple[MetricFigures, ...]
    goals: tuple[GoalFigures, ...]
    left_out: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 where something was left out, else 0."""
        return 1 if self.left_out else 0


def figures_of(
    workplace: Workplace, names: Sequence[str], as_of: datetime, *, by: str | None
) -> Figures:
    """The figures of these metrics and playbooks, or of all; `by` tells metrics apart by a field.

    Raises:
        Invalid: what was named is not sound.
        Misuse: a metric cannot be told apart by that field.
        Refused: there is nothing of a name, or a playbook that was named has no goal.
        SourceFault: data is not as the catalog says.
        Unreachable: a source or the ledger does not answer.
    """
    wanted = _Wanted(workplace, frozenset(names), by)
    metrics, goals = wanted.metrics(), wanted.goals()
    ledger = workplace.ledger_or_none()
    return Figures(
        as_of,
        _measured(workplace, metrics, as_of, ledger),
        tuple(_goal(each, ledger, as_of) for each in goals),
        tuple(sorted(wanted.left_out)),
    )


# ---------------------------------------------------------------- what is wanted


class _Wanted:
    """What was named, bound; without names everything that is sound."""

    def __init__(self, workplace: Workplace, names: frozenset[str], by: str | None) -> None:
        self._workplace = workplace
        self._names = names
        self._by = by
        self.left_out: list[str] = []
        project = workplace.project
        unsound = {name for kind, name in project.broken if kind in ("metric", "playbook")}
        for name in sorted(names - project.metrics.keys() - project.playbooks.keys()):
            raise self._unknown(name, unsound)
        if not names:
            self.left_out += sorted(unsound)

    def metrics(self) -> list[BoundMetric]:
        """The metrics, by name."""
        project = self._workplace.project
        declared = [each for name, each in project.metrics.items() if self._is_wanted(name)]
        bound = self._all(declared, self._bound)
        if self._by is None:
            return bound
        return [self._told_apart(project.metrics[each.name], self._by) for each in bound]

    def _bound(self, metric: Metric) -> BoundMetric:
        return bind_metric(metric, self._workplace.project, self._workplace.catalog)

    def _told_apart(self, metric: Metric, by: str) -> BoundMetric:
        """By what the command says, which has no place in any file."""
        project, catalog = self._workplace.project, self._workplace.catalog
        try:
            return bind_metric(metric, project, catalog, by=by)
        except Invalid as invalid:
            problem = invalid.problems[0]
            hint = problem.hint or "name the metrics that it is for"
            message = f"{metric.name} --by {by}: {problem.message}; {hint}"
            raise Misuse(message) from None

    def goals(self) -> list[BoundPlaybook]:
        """The playbooks that have a goal, by name."""
        declared = [
            each
            for name, each in self._workplace.project.playbooks.items()
            if self._is_wanted(name)
        ]
        for each in declared:
            if each.goal is None and each.name in self._names:
                raise Refused(f"{each.name} has no goal, so there is nothing to compare")
        with_goal = [each for each in declared if each.goal is not None]
        return self._all(with_goal, lambda each: self._workplace.playbook(each.name))

    def _is_wanted(self, name: str) -> bool:
        return not self._names or name in self._names

    def _all(
        self,
        declared: Iterable[Named],
        bind: Callable[[Named], Bound],
    ) -> list[Bound]:
        """Those that bind, by name; what was named and does not is told, the rest is left out."""
        bound: list[Bound] = []
        problems: list[Problem] = []
        for each in sorted(declared, key=lambda each: each.name):
            try:
                bound.append(bind(each))
            except Invalid as invalid:
                problems += invalid.problems
                self.left_out.append(each.name)
        if problems and self._names:
            raise Invalid(set(problems))
        return bound

    def _unknown(self, name: str, unsound: Iterable[str]) -> Exception:
        project = self._workplace.project
        if name in unsound:
            ending = (f"/{name}.yaml", f"/{name}.yml")
            told = [each for each in project.problems if each.place.path.endswith(ending)]
            if told:
                return Invalid(told)
        known = [*project.metrics, *(n for n, each in project.playbooks.items() if each.goal)]
        hint = (
            did_you_mean(name, known) or "this project has no metric, and no playbook with a goal"
        )
        return Refused(f"there is no metric or playbook `{name}`; {hint}")


# ---------------------------------------------------------------- what it comes to


def _measured(
    workplace: Workplace, metrics: Sequence[BoundMetric], as_of: datetime, ledger: Ledger | None
) -> tuple[MetricFigures, ...]:
    if not metrics:
        return ()
    with workplace.sources(ledger) as snapshot:
        return tuple(_over_time(each, snapshot, as_of) for each in metrics)


def _over_time(metric: BoundMetric, snapshot: Snapshot, as_of: datetime) -> MetricFigures:
    check_metric(metric, snapshot, as_of)
    as_now = read_as_now(metric, snapshot.catalog, as_of)
    if metric.every is None:
        return MetricFigures(metric, as_of, measure(metric, snapshot, as_of), as_now=as_now)
    ends = month_ends(as_of, metric.zone)
    series = tuple(Point(end, measure(metric, snapshot, end)) for end in ends)
    return MetricFigures(metric, as_of, series[-1].measured, series, as_now)


def _goal(playbook: BoundPlaybook, ledger: Ledger | None, as_of: datetime) -> GoalFigures:
    goal = playbook.goal
    if goal is None:
        raise TypeError(f"{playbook.name} has no goal")
    has_window, holdout = goal.within is not None, playbook.entry.holdout
    if ledger is None:
        nobody = (Arm(), Arm())
        figures = compare(
            playbook.name, goal.name, nobody, again=0, has_window=has_window, holdout=holdout
        )
        return replace(figures, partial=_partial(goal, [], {}))
    with ledger.read() as unit:
        known = as_known(unit, playbook).name
        ended_by = _seen_until(unit, known, as_of)
        both = arms(unit, known, as_of, ended_by=ended_by)
        again = later_entries(unit, known, as_of)
        came = came_to(unit, known, as_of, ended_by=ended_by) if goal.levels else []
        asked = {each.version: _levels_of(unit, each.version) for each in came}
    figures = compare(
        playbook.name, goal.name, both, again=again, has_window=has_window, holdout=holdout
    )
    return replace(figures, partial=_partial(goal, came, asked))


def _partial(
    goal: BoundGoal, came: Sequence[CameTo], asked: Mapping[str, Sequence[str]]
) -> PartialFigures | None:
    if not goal.levels:
        return None
    names = [each.name for each in goal.levels]
    return compare_levels(goal.name, names, came, asked=asked)


def _levels_of(unit: Unit, version: str) -> list[str]:
    """The names of the levels of a version, also of one that no longer binds."""
    content = version_content(unit, version)
    goal = json.loads(json.loads(content)["playbook"]).get("goal", {}) if content else {}
    return [name for name, _ in goal.get("levels", ())]


def _seen_until(unit: Unit, playbook: str, as_of: datetime) -> datetime:
    """Up to when goals were looked at: the last pass; and in a pause windows stand still."""
    seen = (as_of, last_as_of(unit), paused_since(unit, playbook))
    return min(each for each in seen if each is not None)
