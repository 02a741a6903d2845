"""Metrics and goals as one SVG: a panel each, lines over time, bars by group. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from engine.measuring.figures import Figures, MetricFigures
from engine.measuring.goals import GoalFigures, rate_of
from engine.measuring.levels import PartialFigures
from engine.moments import local_date
from engine.report.metrics import group_text, unit_of, value_text
from engine.report.partial_value import arms_of, level_name, partial_told
from engine.report.svg import framed, shortened, words

__all__ = ["picture"]

_WIDTH = 720  # pixels of the whole
_MARGIN = 20
_NAMES = 170  # for the names of bars
_FIGURES = 90  # for the figure behind a bar
_ROW = 22
_CHART = 140  # the height of a chart over time
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.h{font-weight:600;font-size:14px}"
    ".n{fill:#59636e;font-size:11px}.b{fill:#7aa7e9}.m{fill:#e0a29a}.paper{fill:#fff}"
    ".a{stroke:#c4cbd3;stroke-width:1}.s{fill:none;stroke:#2f6fd0;stroke-width:2}"
    ".d{fill:#2f6fd0}.w{stroke:#1f2328;stroke-width:1.4}"
)


@dataclass(frozen=True, slots=True)
class _Panel:
    """What is drawn of one figure, from y = 0 downwards, and how high it is."""

    marks: tuple[str, ...]
    height: float


def picture(found: Figures) -> str:
    """All figures below each other; the same each time."""
    panels = [_metric_panel(each) for each in found.metrics]
    panels += [_goal_panel(each) for each in found.goals]
    y, marks = float(_MARGIN), []
    for panel in panels:
        marks.append(f'<g transform="translate({_MARGIN} {y:g})">')
        marks += [*panel.marks, "</g>"]
        y += panel.height + _MARGIN
    return framed("metrics and goals", marks, style=_STYLE, width=_WIDTH, height=y)


# ---------------------------------------------------------------- metrics


def _metric_panel(found: MetricFigures) -> _Panel:
    unit, whole = unit_of(found.metric), found.measured.whole
    marks = [words(f"{found.metric.name}: {value_text(whole.value, unit)}", 0, 14, "h")]
    y = 28.0 + _note(found.metric.description, 28, marks)
    if found.metric.by is not None:
        y += _note(f"by {found.metric.by.path}", y, marks)
        values = [(group_text(g), each.value) for g, each in found.measured.groups.items()]
        marks += _bars([(name, v, value_text(v, unit)) for name, v in values], y)
        y += _ROW * len(values) + 20
    if found.series:
        marks += _line(found, unit, y)
        y += _CHART + 24
    return _Panel(tuple(marks), y)


def _bars(rows: Sequence[tuple[str, float | None, str]], top: float) -> Iterator[str]:
    """A bar a row, to the left of 0 where it is below; what is missing has its dash alone."""
    known = [value for _, value, _ in rows if value is not None]
    least, most = min([0, *known]), max([0, *known])
    scale = (_WIDTH - 2 * _MARGIN - _NAMES - _FIGURES) / ((most - least) or 1)
    zero = _NAMES - scale * least
    for number, (name, value, told) in enumerate(rows):
        y, length = top + number * _ROW, scale * (value or 0)
        begin, style = zero + min(length, 0), "m" if length < 0 else "b"
        yield words(shortened(name, _LONGEST), 0, y + 12, "")
        size = f'width="{abs(length):.1f}" height="15"'
        yield f'<rect class="{style}" x="{begin:.1f}" y="{y:g}" {size}/>'
        yield words(told, zero + max(length, 0) + 6, y + 12, "n")
    if least < 0:
        yield f'<path class="a" d="M{zero:.1f} {top:g}V{top + len(rows) * _ROW - 7:g}"/>'


def _line(found: MetricFigures, unit: str, top: float) -> Iterator[str]:
    """The whole over time; where it is missing the line has a gap."""
    values = [point.measured.whole.value for point in found.series]
    known = [each for each in values if each is not None]
    least, most = min([0, *known]), max([0, *known])
    step = (_WIDTH - 2 * _MARGIN - _FIGURES) / max(len(values) - 1, 1)
    places = [
        None if value is None else (n * step, top + _height(value, least, most))
        for n, value in enumerate(values)
    ]
    zero = top + _height(0, least, most)
    yield f'<path class="a" d="M0 {zero:.1f}H{_WIDTH - 2 * _MARGIN - _FIGURES}"/>'
    for run in _runs(places):
        yield f'<path class="s" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in run)}"/>'
        yield from (f'<circle class="d" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in run)
    for n, point in enumerate(found.series):
        month = local_date(point.as_of, found.metric.zone).strftime("%Y-%m")
        yield words(month[2:], n * step - 12, top + _CHART + 16, "n")
    if places and places[-1] is not None:
        x, y = places[-1]
        yield words(value_text(values[-1], unit), x + 8, y + 4, "n")


def _height(value: float, least: float, most: float) -> float:
    return _CHART * (1 - (value - least) / ((most - least) or 1))


def _runs(
    places: Sequence[tuple[float, float] | None],
) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for place in [*places, None]:
        if place is not None:
            run.append(place)
        elif run:
            yield run
            run = []


# ---------------------------------------------------------------- goals


def _goal_panel(goal: GoalFigures) -> _Panel:
    marks = [words(f"{goal.playbook}: {goal.goal}", 0, 14, "h")]
    rates = (("treated", goal.treated), ("held out", goal.held_out))
    rows = [
        (name, rate_of(arm), f"{value_text(rate_of(arm), 'share')} of {arm.mature:,}")
        for name, arm in rates
    ]
    marks += _bars(rows, 28)
    y = 28 + 2 * _ROW + 14.0
    if goal.interval is not None and goal.difference is not None:
        low, high = 100 * goal.interval.low, 100 * goal.interval.high
        told = (
            f"difference {100 * goal.difference:+.1f} points, 95 % from {low:+.1f} to {high:+.1f}"
        )
        marks.append(words(told, 0, y, ""))
        y += 18
    if goal.warning:
        y += _note(goal.warning, y, marks)
    if goal.partial is not None:
        y = _add_levels(goal.partial, y + 10, marks)
    return _Panel(tuple(marks), y)


def _add_levels(partial: PartialFigures, top: float, marks: list[str]) -> float:
    """A bar for each level and arm, and how the partial values differ; where they end."""
    y = top + _note("how far they came, by the highest level of each", top, marks)
    rows = [
        (f"{level_name(each)}: {name}", share, f"{value_text(share, 'share')}, {each.number:,}")
        for levels in zip(*(arm.levels for _, arm in arms_of(partial)), strict=True)
        for (name, arm), each in zip(arms_of(partial), levels, strict=True)
        for share in [each.number / arm.customers if arm.customers else None]
    ]
    marks += _bars(rows, y)
    y += _ROW * len(rows) + 14.0
    if told := partial_told(partial):
        marks.append(words(told, 0, y, ""))
        y += 18
    return y + _note(partial.warning, y, marks)


# ---------------------------------------------------------------- words


def _note(text: str, top: float, marks: list[str]) -> float:
    """A text below what is there, in as many lines as it needs; how high they are."""
    lines = wrap(text, _LINE)
    marks.extend(words(line, 0, top + 4 + n * 15, "n") for n, line in enumerate(lines))
    return 15.0 * len(lines)


_LINE = 110  # letters of a line of small words
_LONGEST = 24  # letters of the name of a bar
