"""A picture of bars by day, as SVG: plain shapes and text, no script and nothing to load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.report.svg import framed, shown

__all__ = ["bars"]

_WIDTH, _HEIGHT = 960, 380  # the picture, in its own units
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 64, 24, 56  # margins around the bars
_COLOURS = ("#2f6db3", "#d9822b", "#4c9f70", "#8f5bb0", "#b3455a", "#6b7785")
_STYLE = "text{font-family:system-ui,sans-serif}.paper{fill:#fff}"
_MOST_LABELS = 12
_LINES = 4


def bars(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> str:
    """Bars that stand on one another: of each series one number a label, in that order."""
    top = _round_up(max((sum(each) for each in zip(*series.values(), strict=True)), default=0))
    marks = [
        _text(_LEFT, 24, title, size=16),
        *_key(list(series)),
        *_scale(top),
        *_columns(labels, series, top),
        *_labels(labels),
    ]
    return framed(title, marks, style=_STYLE, width=_WIDTH, height=_HEIGHT)


def _round_up(most: int) -> int:
    """A top of the scale that can be divided into even steps."""
    step = _LINES
    while step < most:
        for factor in (2, 5, 10):
            if step * factor >= most or factor == 10:
                step *= factor
                break
    return step


def _columns(labels: Sequence[str], series: Mapping[str, Sequence[int]], top: int) -> Iterator[str]:
    width = _pitch(labels)
    for at, label in enumerate(labels):
        base = 0
        for number, (name, values) in enumerate(series.items()):
            if values[at]:
                high, low = _y(base + values[at], top), _y(base, top)
                base += values[at]
                told = shown(f"{label}: {values[at]:,} {name}")
                yield (
                    f'<rect x="{_LEFT + at * width + width * 0.1:.2f}" y="{high:.2f}" '
                    f'width="{width * 0.8:.2f}" height="{low - high:.2f}" '
                    f'fill="{_colour(number)}"><title>{told}</title></rect>'
                )


def _pitch(labels: Sequence[str]) -> float:
    return (_WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)


def _y(value: float, top: int) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _scale(top: int) -> Iterator[str]:
    for line in range(_LINES + 1):
        value = top * line // _LINES
        y = _y(value, top)
        yield (
            f'<line x1="{_LEFT}" y1="{y:.2f}" x2="{_WIDTH - _RIGHT}" y2="{y:.2f}" '
            'stroke="#d0d5db" stroke-width="1"/>'
        )
        yield _text(_LEFT - 8, y + 4, f"{value:,}", anchor="end")


def _labels(labels: Sequence[str]) -> Iterator[str]:
    every = -(-len(labels) // _MOST_LABELS) or 1
    for at in range(0, len(labels), every):
        x = _LEFT + (at + 0.5) * _pitch(labels)
        yield _text(x, _HEIGHT - _BOTTOM + 20, labels[at], anchor="middle")


def _key(names: Sequence[str]) -> Iterator[str]:
    x = float(_LEFT)
    for number, name in enumerate(names):
        yield f'<rect x="{x:.2f}" y="38" width="12" height="12" fill="{_colour(number)}"/>'
        yield _text(x + 18, 48, name)
        x += 40 + 7 * len(name)


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}" text-anchor="{anchor}" '
        f'fill="#1c2733">{shown(text)}</text>'
    )
