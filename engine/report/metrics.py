"""What `touchline metrics` prints: tables, JSON (`schemas/reports/metrics.json`), or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.audience.figures import Figure, Group, Measured
from engine.bind.metrics import BoundAmount, BoundCount, BoundMetric, BoundShare, BoundTogether
from engine.language.metrics import Pairing
from engine.ledger.arms import Arm
from engine.measuring.figures import Figures, MetricFigures
from engine.measuring.goals import GoalFigures, rate_of
from engine.moments import local_date
from engine.report.csv_text import as_csv
from engine.report.numbers import interval_data, limits_of, rounded
from engine.report.partial_value import partial_data, partial_lines, partial_rows
from engine.report.text import as_json, columns, count, moment, percent, plural

__all__ = ["group_text", "measured", "unit_of", "value_text"]


def measured(found: Figures, form: str) -> str:
    """All figures in one of the forms."""
    match form:
        case "json":
            return as_json(_data(found))
        case "csv":
            return as_csv(_HEAD, _rows(found))
        case _:
            return "\n\n".join(_texts(found)) or "there is no metric and no goal in this project"


# ---------------------------------------------------------------- JSON


def _data(found: Figures) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "metrics": [_metric_data(each) for each in found.metrics],
        "goals": [_goal_data(each) for each in found.goals],
        "left_out": list(found.left_out),
    }


def _metric_data(found: MetricFigures) -> dict[str, object]:
    metric = found.metric
    return {
        "name": metric.name,
        "description": metric.description,
        "of": metric.entity.name,
        "kind": kind_of(metric),
        "as_of": found.as_of,
        "grouped_by": metric.by.path if metric.by else None,
        **_measured_data(found.measured),
        "series": [
            {"as_of": point.as_of, **_measured_data(point.measured)} for point in found.series
        ],
        "as_now": list(found.as_now),
    }


def _measured_data(found: Measured) -> dict[str, object]:
    groups = [{"group": group, **_figure_data(each)} for group, each in found.groups.items()]
    return {**_figure_data(found.whole), "by": groups}


def _figure_data(figure: Figure) -> dict[str, object]:
    return {"value": figure.value, "rows": figure.rows}


def kind_of(metric: BoundMetric) -> str:
    """The word that its file has for what it is."""
    match metric.formula:
        case BoundShare():
            return "share"
        case BoundAmount(how):
            return str(how)
        case BoundCount():
            return "count"
        case BoundTogether(pairing):
            return str(pairing)


def unit_of(metric: BoundMetric) -> str:
    """What its figures are told in: `share` in per cent, `points` between two shares, else ``."""
    match metric.formula:
        case BoundShare():
            return "share"
        case BoundTogether(Pairing.DIFFERENCE, first, second) if _are_shares(first, second):
            return "points"
        case _:
            return ""


def _are_shares(*metrics: BoundMetric) -> bool:
    return all(unit_of(each) == "share" for each in metrics)


def _goal_data(goal: GoalFigures) -> dict[str, object]:
    return {
        "playbook": goal.playbook,
        "goal": goal.goal,
        "treated": _arm_data(goal.treated),
        "held_out": _arm_data(goal.held_out),
        "difference": rounded(goal.difference),
        "interval": interval_data(goal.interval),
        "lift": rounded(goal.lift),
        "needed": goal.needed,
        "again": goal.again,
        "warning": goal.warning,
        "partial": partial_data(goal.partial),
    }


def _arm_data(arm: Arm) -> dict[str, object]:
    return {
        "entered": arm.entered,
        "running": arm.running,
        "mature": arm.mature,
        "reached": arm.reached,
        "rate": rounded(rate_of(arm)),
        "early": arm.early,
    }


# ---------------------------------------------------------------- CSV

_HEAD = ("name", "of", "kind", "as_of", "grouped_by", "group", "value", "rows")


def _rows(found: Figures) -> Iterator[tuple[object, ...]]:
    """A line a figure. Of a goal the groups are its arms and what compares them."""
    for each in found.metrics:
        for at, told in _told_at(each):
            yield from _metric_rows(each.metric, at, told)
    for goal in found.goals:
        yield from _goal_rows(goal, found.as_of)


def _told_at(found: MetricFigures) -> Iterator[tuple[datetime, Measured]]:
    if not found.series:
        yield found.as_of, found.measured
    for point in found.series:
        yield point.as_of, point.measured


def _metric_rows(
    metric: BoundMetric, at: datetime, found: Measured
) -> Iterator[tuple[object, ...]]:
    alike = (metric.name, metric.entity.name, kind_of(metric), at.isoformat())
    yield (*alike, "", "", found.whole.value, found.whole.rows)
    path = metric.by.path if metric.by else ""
    for group, each in found.groups.items():
        yield (*alike, path, group_text(group), each.value, each.rows)


def _goal_rows(goal: GoalFigures, at: datetime) -> Iterator[tuple[object, ...]]:
    alike = (goal.playbook, goal.goal, "goal", at.isoformat())
    for name, arm in (("treated", goal.treated), ("held_out", goal.held_out)):
        yield (*alike, "arm", name, rounded(rate_of(arm)), arm.mature)
    low, high = limits_of(goal.interval)
    compared = {"difference": goal.difference, "interval_low": low, "interval_high": high}
    for name, value in {**compared, "lift": goal.lift, "needed": goal.needed}.items():
        yield (*alike, "compared", name, rounded(value), None)
    if goal.partial is not None:
        yield from partial_rows((goal.playbook, goal.goal), goal.partial, at=at.isoformat())


# ---------------------------------------------------------------- text


def _texts(found: Figures) -> Iterator[str]:
    for each in found.metrics:
        yield "\n".join(_metric_lines(each))
    for goal in found.goals:
        yield "\n".join(_goal_lines(goal))
    for name in found.left_out:
        yield f"{name} cannot be measured; `touchline validate` says why"


def value_text(value: float | None, unit: str) -> str:
    """A figure as people read it, by its `unit_of`; a dash where it is missing."""
    match value:
        case None:
            return "-"
        case int():
            return f"{value:,}"
        case _ if unit == "share":
            return f"{value:.1%}"
        case _ if unit == "points":
            return f"{100 * value:+.1f} points"
        case _:
            return f"{value:,.4g}" if abs(value) < _LARGE else f"{value:,.0f}"


_LARGE = 10_000.0


def group_text(group: Group) -> str:
    """A value that rows have in common, `(none)` where it is missing."""
    match group:
        case None:
            return "(none)"
        case bool():
            return str(group).lower()
        case date():
            return group.isoformat()
        case _:
            return str(group)


def _metric_lines(found: MetricFigures) -> Iterator[str]:
    metric, unit = found.metric, unit_of(found.metric)
    whole = found.measured.whole
    yield f"{metric.name}: {value_text(whole.value, unit)}{_of_rows(whole.rows, metric)}"
    if metric.description:
        yield metric.description
    yield f"as of {moment(found.as_of)}"
    if metric.by is not None:
        yield columns((metric.by.path, "value", "rows"), _group_cells(found.measured, unit))
    if found.series:
        yield columns(*_series_cells(found, unit))
        if found.as_now:
            yield f"In every month these are as they are now: {', '.join(found.as_now)}."


def _of_rows(rows: int | None, metric: BoundMetric) -> str:
    if rows is None:
        return ""
    if isinstance(metric.formula, BoundCount):
        return f" {metric.entity.name if rows == 1 else plural(metric.entity.name)}"
    return f" of {count(rows, metric.entity.name)}"


def _group_cells(found: Measured, unit: str) -> list[tuple[object, ...]]:
    return [
        (group_text(group), value_text(each.value, unit), each.rows)
        for group, each in found.groups.items()
    ]


def _series_cells(
    found: MetricFigures, unit: str
) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    """A line a month; a column for the whole and for each group."""
    groups: Mapping[Group, None] = {
        group: None for point in found.series for group in point.measured.groups
    }
    head = ("until", "value", *(group_text(each) for each in groups))
    zone = found.metric.zone
    rows = [
        (
            _day(point.as_of, zone),
            value_text(point.measured.whole.value, unit),
            *(value_text(_in(point.measured, each), unit) for each in groups),
        )
        for point in found.series
    ]
    return head, rows


def _day(at: datetime, zone: ZoneInfo) -> str:
    return local_date(at, zone).isoformat()


def _in(found: Measured, group: Group) -> int | float | None:
    figure = found.groups.get(group)
    return None if figure is None else figure.value


def _goal_lines(goal: GoalFigures) -> Iterator[str]:
    yield f"{goal.playbook}, goal {goal.goal}"
    head = ("", "entered", "still running", "whole time", "reached it", "rate")
    arms = (("treated", goal.treated), ("held out", goal.held_out))
    rows = [
        (name, arm.entered, arm.running, arm.mature, arm.reached, percent(rate_of(arm)))
        for name, arm in arms
    ]
    yield columns(head, rows)
    if goal.difference is not None and goal.interval is not None:
        low, high = 100 * goal.interval.low, 100 * goal.interval.high
        yield (
            f"difference {100 * goal.difference:+.1f} points, 95 % interval {low:+.1f} to "
            f"{high:+.1f}{_beside(goal)}"
        )
    if goal.again:
        yield f"{goal.again:,} later entries of the same customers are not counted"
    if goal.warning:
        yield goal.warning
    if goal.partial is not None:
        yield from partial_lines(goal.partial)


def _beside(goal: GoalFigures) -> str:
    lift = "" if goal.lift is None else f"; lift {goal.lift:+.0%}"
    return lift if goal.needed is None else f"{lift}; one more for every {goal.needed:,} treated"
