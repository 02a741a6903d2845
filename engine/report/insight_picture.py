"""What `touchline insights` found as one SVG: a row a behaviour, its difference and interval. Pure.

To the right of the line more of those who did it stayed than of the others, to the left fewer. What
does not hold is pale: its interval is what chance alone would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.measuring.insights import Insights
from engine.measuring.thresholds import Finding
from engine.report.insights import best_of_each, named, nothing_told
from engine.report.svg import framed, shortened, words

__all__ = ["picture"]

_WIDTH = 860  # pixels of the whole
_MARGIN = 20
_NAMES = 330  # for what was done
_FIGURES = 150  # for the figures behind
_ROW = 24
_TOP = 64  # of the first row
_MOST = 20  # rows: who wants to see more reads the table
_LONGEST = 48  # letters of a name
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.h{font-weight:600;font-size:14px}"
    ".n{fill:#59636e;font-size:11px}.paper{fill:#fff}.a{stroke:#c4cbd3;stroke-width:1}"
    ".w{stroke:#2f6fd0;stroke-width:2}.d{fill:#2f6fd0}.pale{opacity:.35}"
)


def picture(found: Insights) -> str:
    """The behaviours that tell most, the best first; the same each time."""
    rows = [each for each in best_of_each(found.findings, _MOST) if each.difference is not None]
    marks = [words(f"{found.entity}: who stayed, by what they did first", _MARGIN, 30, "h")]
    if not rows:
        marks.append(words(nothing_told(found), _MARGIN, 52, "n"))
    else:
        told = "difference of the shares who stayed, in points, with its 95 % interval"
        marks += [words(told, _MARGIN, 48, "n"), *_chart(rows)]
    height = _TOP + _ROW * len(rows) + 2 * _MARGIN
    return framed(
        "early behaviours of who stayed", marks, style=_STYLE, width=_WIDTH, height=height
    )


def _chart(rows: Sequence[Finding]) -> Iterator[str]:
    ends = [0.0, *(end for each in rows for end in _ends(each))]
    least, most = min(ends), max(ends)
    scale = (_WIDTH - 2 * _MARGIN - _NAMES - _FIGURES) / ((most - least) or 1)
    zero = _MARGIN + _NAMES - scale * least
    bottom = _TOP + _ROW * len(rows)
    yield f'<path class="a" d="M{zero:.1f} {_TOP}V{bottom}"/>'
    for number, each in enumerate(rows):
        style = "" if each.holds else ' class="pale"'
        yield f'<g{style} transform="translate(0 {_TOP + number * _ROW})">'
        yield from _row(each, zero, scale)
        yield "</g>"
    yield words("0", zero - 3, bottom + 14, "n")


def _row(each: Finding, zero: float, scale: float) -> Iterator[str]:
    low, middle, high = (zero + scale * end for end in _ends(each))
    yield words(shortened(named(each), _LONGEST), _MARGIN, 16, "")
    yield f'<path class="w" d="M{low:.1f} 12H{high:.1f}M{low:.1f} 8v8M{high:.1f} 8v8"/>'
    yield f'<circle class="d" cx="{middle:.1f}" cy="12" r="4"/>'
    lift = "" if each.lift is None else f", lift {each.lift:+.0%}"
    yield words(f"{100 * (each.difference or 0):+.1f}{lift}", _WIDTH - _FIGURES, 16, "n")


def _ends(each: Finding) -> tuple[float, float, float]:
    """The interval and what lies in it; where there is none, the difference alone."""
    middle = each.difference or 0.0
    if each.interval is None:
        return middle, middle, middle
    return each.interval.low, middle, each.interval.high
