"""Draws what windows hold: each bar is what the engine answers for an event at each half hour.

`python -m tests.docs.windows` writes the pictures of `docs/pictures/` anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import cli
from engine.answers import who_matches
from engine.report.svg import framed, shown
from engine.workplace import open_workplace
from tests.docs.pages import ROOT

__all__ = ["PICTURES", "Picture", "drawn", "file_of"]

ZONE = ZoneInfo("America/New_York")
STEP = timedelta(minutes=30)

_LEFT, _DAY, _ROW, _TOP = 420, 34, 24, 78  # pixels
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.h{font-weight:600;font-size:14px}"
    ".c{font-family:monospace;font-size:11.5px}.n{fill:#59636e;font-size:11px}"
    ".m{text-anchor:middle}.b{fill:#7aa7e9}.e{fill:#f3f5f7}.now{stroke:#c9372c;stroke-width:1.5}"
    ".l{stroke:#d0d7de}.r{fill:#c9372c;font-size:11px}.paper{fill:#fff}"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A time line from one local day to another (excluded), seen at an instant, and its rows."""

    name: str
    title: str
    first: date
    last: date
    as_of: datetime
    rows: tuple[str, ...]

    @property
    def instants(self) -> list[datetime]:
        """Every half hour of it, in UTC."""
        begin, end = (_midnight(day) for day in (self.first, self.last))
        return [begin + STEP * n for n in range((end - begin) // STEP)]


_AT = datetime(2026, 3, 18, 15, 0, tzinfo=ZONE)
PICTURES = (
    Picture(
        "windows",
        "Which events count, seen on Wednesday 18 March 2026, 15:00",
        date(2026, 3, 7),
        date(2026, 3, 23),
        _AT,
        (
            "{did: logged_in}",
            "{did: logged_in, within: 7 days}",
            "{did: logged_in, within: 1 week}",
            "{did: logged_in, within: 48 hours}",
            "{did: logged_in, since: start of week}",
            "{did: logged_in, since: 2026-03-12}",
            "{did: logged_in, until: 2026-03-12}",
            "{did: logged_in, until: 2 days before yesterday}",
            "{did: logged_in, between: [2026-03-10, 2026-03-14]}",
            '{did: logged_in, since: "2026-03-12T09:00"}',
        ),
    ),
    Picture(
        "ages",
        "Which values of a field hold, seen on Wednesday 18 March 2026, 15:00",
        date(2026, 3, 7),
        date(2026, 3, 28),
        _AT,
        (
            "due_at: {days_ago: 3}",
            "due_at: {days_ago: {between: [3, 7]}}",
            "due_at: {days_ago: {at_least: 7}}",
            "due_at: {days_ago: {less_than: 3}}",
            "due_at: {days_from_now: {between: [0, 5]}}",
            "due_at: {within: 7 days}",
            "due_at: {in_next: 7 days}",
            "due_at: {on: today}",
            "due_at: {before: today}",
            "due_at: {after: today}",
            "due_at: {before: now}",
        ),
    ),
    Picture(
        "clocks",
        "When clocks go forward: 8 March 2026 has 23 hours, seen on Monday 9 March, 15:00",
        date(2026, 3, 6),
        date(2026, 3, 11),
        datetime(2026, 3, 9, 15, 0, tzinfo=ZONE),
        (
            "{did: logged_in, within: 1 day}",
            "{did: logged_in, within: 24 hours}",
            "{did: logged_in, between: [2026-03-08, 2026-03-08]}",
            "{did: logged_in, within: 2 days}",
            "{did: logged_in, within: 48 hours}",
        ),
    ),
)

_SETTINGS = """\
touchline: 1
name: windows
timezone: America/New_York
ledger: {url: "sqlite:///ledger.db"}
connectors: {product: {type: files, path: data, timezone: UTC}}
"""

_CATALOG = """\
entity: user
source: product.users
key: id
fields: {id: integer, due_at: timestamp}
events: {logged_in: {source: product.events, key: user_id, at: at}}
"""


def drawn(picture: Picture) -> str:
    """The picture as SVG; the same each time."""
    with TemporaryDirectory() as folder:
        held = _asked(Path(folder), picture)
    days = [picture.first + timedelta(days=n) for n in range((picture.last - picture.first).days)]
    width = _LEFT + _DAY * len(days) * _scale(days) + 24
    height = _TOP + _ROW * len(picture.rows) + 16
    marks = [
        f'<text class="h" x="16" y="26">{shown(picture.title)}</text>',
        *_calendar(picture, days, height),
        *(mark for n, row in enumerate(picture.rows) for mark in _bar(picture, n, row, held[n])),
        *_now(picture, height),
    ]
    return framed(picture.title, marks, style=_STYLE, width=width, height=height)


def _asked(root: Path, picture: Picture) -> list[list[datetime]]:
    """The instants that hold, for each row: there is one user an instant."""
    files = {"touchline.yaml": _SETTINGS, "catalog/user.yaml": _CATALOG}
    for n, row in enumerate(picture.rows):
        condition = row if row.startswith("{") else f"{{{row}}}"
        files[f"segments/row{n}.yaml"] = f"segment: row{n}\nof: user\nwhere: [{condition}]\n"
    rows = list(enumerate(picture.instants))
    files["data/users.csv"] = "id,due_at\n" + "".join(f"{n},{at:%FT%T}\n" for n, at in rows)
    files["data/events.csv"] = "user_id,at\n" + "".join(f"{n},{at:%FT%T}\n" for n, at in rows)
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    workplace = open_workplace(root, root, cli._ports())
    try:
        found = [
            who_matches(workplace, f"row{n}", picture.as_of).keys for n in range(len(picture.rows))
        ]
    finally:
        workplace.close()
    return [[picture.instants[int(key)] for key in keys] for keys in found]


def _calendar(picture: Picture, days: Sequence[date], height: float) -> Iterator[str]:
    for day in days:
        x, end = (_x(picture, _midnight(each)) for each in (day, day + timedelta(days=1)))
        if day.weekday() >= 5:
            size = f'width="{end - x:.1f}" height="{height - 60:g}"'
            yield f'<rect class="e" x="{x:.1f}" y="44" {size}/>'
        yield f'<line class="l" x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{height - 16:g}"/>'
        for y, text in ((56, f"{day:%a}"), (70, f"{day.day}")):
            yield f'<text class="n m" x="{(x + end) / 2:.1f}" y="{y}">{text}</text>'


def _bar(picture: Picture, n: int, row: str, held: Sequence[datetime]) -> Iterator[str]:
    y = _TOP + _ROW * n
    yield f'<text class="c" x="16" y="{y + 15:g}">{shown(row)}</text>'
    for begin, last in _runs(held):
        end = last if last == picture.as_of else last + STEP
        x, until = _x(picture, begin), _x(picture, end)
        told = f"{begin.astimezone(ZONE):%a %d %H:%M} to {end.astimezone(ZONE):%a %d %H:%M}"
        size = f'width="{until - x:.1f}" height="{_ROW - 8}"'
        yield f'<rect class="b" x="{x:.1f}" y="{y + 3}" {size}><title>{told}</title></rect>'


def _runs(held: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """The first and last of instants without a gap."""
    places = enumerate(sorted(held))
    for _, run in groupby(places, key=lambda each: each[1] - STEP * each[0]):
        moments = [moment for _, moment in run]
        yield moments[0], moments[-1]


def _now(picture: Picture, height: float) -> Iterator[str]:
    x = _x(picture, picture.as_of)
    yield f'<line class="now" x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{height - 16:g}"/>'
    yield f'<text class="r m" x="{x:.1f}" y="40">now</text>'


def _x(picture: Picture, moment: datetime) -> float:
    days = (moment - _midnight(picture.first)) / timedelta(days=1)
    return _LEFT + days * _DAY * _scale(range((picture.last - picture.first).days))


def _scale(days: Sequence[object]) -> int:
    """Short time lines are drawn larger."""
    return 3 if len(days) < 8 else 1


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def file_of(picture: Picture) -> Path:
    """Where the picture lies."""
    return ROOT / "docs/pictures" / f"{picture.name}.svg"


if __name__ == "__main__":
    for each in PICTURES:
        file_of(each).parent.mkdir(exist_ok=True)
        file_of(each).write_text(drawn(each) + "\n", encoding="utf-8")
