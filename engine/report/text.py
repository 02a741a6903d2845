"""How results look in a terminal: columns that line up, counts, instants. Pure text."""

from __future__ import annotations

import codecs
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = [
    "age",
    "as_json",
    "away",
    "columns",
    "count",
    "escaped",
    "let_write_all",
    "local",
    "moment",
    "percent",
    "plural",
    "told",
    "when",
    "width",
]

# What a terminal obeys or hides: controls, directions, half characters, what has no width. The
# joiners stay: some scripts and emoji are written with them.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def escaped(text: str) -> str:
    """The text with `\\u202e` where it holds what a terminal would obey or hide.

    Lines stay lines and tabs stay tabs; JSON says the same with it as without.
    """
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def let_write_all(stream: object) -> None:
    """Let a stream write `\\u2713` where its encoding has no such letter.

    A name must not end a run that went well; JSON says the same with it as without.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_AS_JSON)


def _as_json_writes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_AS_JSON = "touchline.as_json"
codecs.register_error(_AS_JSON, _as_json_writes)


def columns(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table whose columns line up, numbers to the right; nothing but the head where empty."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(width, [title, *(row[i] for row in cells)])) for i, title in enumerate(head)]
    right = [bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(head))]
    lines = [
        "  ".join(
            " " * (wide - width(text)) + text if flush else text + " " * (wide - width(text))
            for text, wide, flush in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [list(head), *cells]
    ]
    return "\n".join(lines)


def width(text: str) -> int:
    """How many cells of a terminal a text takes: two for what is wide there, none for a mark.

    What looks alike may be written as one letter or as a letter and its mark.
    """
    if text.isascii():
        return len(text)
    return sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value).translate(_BREAKS)


_BREAKS = {ord("\t"): "\\t", ord("\n"): "\\n"}  # what would put a cell out of its column


def percent(rate: float | None) -> str:
    """A share with one decimal; `-` where there is none."""
    return "-" if rate is None else f"{rate:.1%}"


def count(number: int, noun: str) -> str:
    """`1 touch`, `2,000 touches`."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """`touches`, `opportunities`, `surveys`: by the ending alone, for names that users give."""
    if noun.endswith("y") and noun[-2:-1] not in (*"aeiou", ""):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("ch", "s", "sh")) else "s")


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `3 days`, `40 minutes`."""
    seconds = max(int((now - since).total_seconds()), 0)
    for noun, length in (("day", 86_400), ("hour", 3_600)):
        if seconds >= length:
            return count(seconds // length, noun)
    return count(seconds // 60, "minute")


def moment(value: datetime) -> str:
    """An instant as people read it: UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def local(value: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """An instant as people of a zone say it: `Fri 13 Mar 09:00`, with the year if not now's."""
    there = value.astimezone(zone)
    year = "" if there.year == now.astimezone(zone).year else f" {there:%Y}"
    return f"{there:%a} {there.day} {there:%b}{year} {there:%H:%M}"


def away(value: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """How far away an instant is: `in 3 days`, `40 minutes ago`, `now`; days are local ones."""
    apart = abs(value - now)
    if apart < timedelta(minutes=1):
        return "now"
    days = abs((value.astimezone(zone).date() - now.astimezone(zone).date()).days)
    length = age(now - apart, now) if apart < _DAY or not days else count(days, "day")
    return f"in {length}" if value > now else f"{length} ago"


_DAY = timedelta(hours=23)  # so that tomorrow at the same hour is a day away, clock change or not


def when(value: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """Both: `Fri 13 Mar 09:00 (in 3 days)`."""
    return f"{local(value, zone, now=now)} ({away(value, zone, now=now)})"


def told(counts: Mapping[str, int]) -> str:
    """`3 sent, 1 failed`, in the order given; `none` where there is nothing."""
    return ", ".join(f"{number:,} {name}" for name, number in counts.items()) or "none"


def as_json(data: object) -> str:
    """The stable form of a result: indented JSON, instants in ISO 8601 with their offset."""
    return json.dumps(data, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    raise TypeError(f"no JSON for {type(value).__name__}")
