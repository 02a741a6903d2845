"""What is wrong with a file, in a sentence: by the words of DuckDB, and by a look at the file.

DuckDB names no file where lines end in two ways, counts lines of JSON from two, and says of a
damaged Parquet file what its parser stumbled over.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["file_fault"]

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_FILE = re.compile(r"^ {2}file = (.+)$", re.MULTILINE)
_WIDTHS = re.compile(r"^Expected Number of Columns: (\d+) Found: (\d+)", re.MULTILINE)
_NOT_UTF_8 = "what stands there is not UTF-8; save the file as UTF-8"
_CAUSES = {
    "This file is not utf-8 encoded": _NOT_UTF_8,
    "Value with unterminated quote found": (
        "a quote is opened and never closed; within quotes, a quote is written twice"
    ),
    "Maximum line size": "the line is longer than 2,000,000 bytes",
}
_ANY_CSV = "it is no row of a CSV file with commas"
_NO_STATE = "state machine reached an invalid state"
_STUMBLED = "INTERNAL Error"
"""DuckDB's own fault, as where it is to tell of a value that is not UTF-8 in one of the columns
behind those that were asked for."""
_END = re.compile(rb'"[^"]*"|\r\n|\r|\n')
_ENDS = {b"\r\n": "CRLF", b"\r": "CR", b"\n": "LF"}

_JSON = re.compile(r'Malformed JSON in file "([^"]+)"')
_MARKS = {
    b"\xef\xbb\xbf": "with a byte order mark",
    b"\xff\xfe": "in UTF-16",
    b"\xfe\xff": "in UTF-16",
}
_NO_OBJECT = "expected one JSON object, whole on this line"

_NAMED = re.compile(r"""[Ff]ile ['"]([^'"]+)['"]""")
_UNOPENED = re.compile(r'Cannot open file "([^"]+)": (.+)')
_DAMAGED = "this is no Parquet file, or it was cut off or damaged; write it anew"


def file_fault(told: str, files: Iterable[Path], *, is_parser: bool) -> str | None:
    """FILE:LINE and what is wrong there, with nothing of the row itself; None for other errors.

    `files` are those that are being read; `is_parser`: DuckDB told it without a class of its own,
    as it does of what it meets inside of a Parquet file.
    """
    paths = sorted(files)
    return (
        _in_csv(told)
        or (_uneven(paths) if _NO_STATE in told else None)
        or (_no_text(paths) if _STUMBLED in told else None)
        or _in_json(told)
        or _unopened(told)
        or _in_parquet(told, paths, is_parser=is_parser)
    )


def _in_csv(told: str) -> str | None:
    line, files = _LINE.search(told), _FILE.findall(told)
    if line is None or not files:
        return None
    return f"{files[-1]}:{line[1]}: {_cause(told)}"


def _cause(told: str) -> str:
    widths = _WIDTHS.findall(told)
    if widths:
        expected, found = widths[-1]
        return f"the row has another number of values than the header: {found} for {expected}"
    return next((cause for sign, cause in _CAUSES.items() if sign in told), _ANY_CSV)


def _uneven(paths: Iterable[Path]) -> str | None:
    """The first CSV file of which a line ends otherwise than its header does."""
    found = (_uneven_line(path) for path in paths if path.suffix == ".csv")
    return next((fault for fault in found if fault), None)


def _uneven_line(path: Path) -> str | None:
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    line, first = 1, None
    for found in _END.finditer(content):
        end = found[0]
        if end not in _ENDS:  # a value in quotes, whose own lines may end as they will
            line += end.count(b"\n")
            continue
        first = first or end
        if end != first:
            ways = f"{_ENDS[end]}, and the header by {_ENDS[first]}"
            return f"{path}:{line}: the line ends by {ways}; save the file with one of them"
        line += 1
    return None


def _no_text(paths: Iterable[Path]) -> str | None:
    """The first CSV file that is not UTF-8, with the line where that shows."""
    for path in paths:
        if path.suffix == ".csv" and (line := _line_of_no_text(path)):
            return f"{path}:{line}: {_NOT_UTF_8}"
    return None


def _line_of_no_text(path: Path) -> int | None:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return None


def _in_json(told: str) -> str | None:
    named = _JSON.search(told)
    if named is None:
        return None
    with Path(named[1]).open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if fault := _no_object(line, is_first=number == 1):
                return f"{named[1]}:{number}: {fault}"
    return f"{named[1]}: {_NO_OBJECT.replace('this', 'each')}"


def _no_object(line: bytes, *, is_first: bool) -> str:
    """What is wrong with a line, or nothing."""
    for mark, how in _MARKS.items():
        if is_first and line.startswith(mark):
            return f"the file is written {how}; save it as UTF-8 without a mark"
    try:
        json.loads(line.decode() if line.strip() else "{}")
    except UnicodeDecodeError:
        return _NOT_UTF_8
    except ValueError:
        return _NO_OBJECT
    return ""


def _unopened(told: str) -> str | None:
    found = _UNOPENED.search(told)
    return None if found is None else f"{found[1]} cannot be opened: {found[2]}"


def _in_parquet(told: str, paths: Sequence[Path], *, is_parser: bool) -> str | None:
    named = _NAMED.search(told)
    if named is not None and named[1].endswith(".parquet"):
        return f"{named[1]}: {_DAMAGED}"
    parquet = [path for path in paths if path.suffix == ".parquet"]
    if not is_parser or not parquet:
        return None
    if len(parquet) == 1:
        return f"{parquet[0]}: {_DAMAGED}"
    return f"one of {len(parquet)} Parquet files is damaged; write those anew that changed last"
