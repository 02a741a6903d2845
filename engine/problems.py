"""What is wrong, where, and whose turn it is.

```text
TouchlineError            exit status
├── Invalid               1   files that people wrote: carries its problems
├── Refused               1   the answer is no: a gate, a fuse, a key that does not exist
├── SourceFault           1   data that is not as the catalog says: the run fails as a whole
├── Misuse                2   the command line asks for what makes no sense
└── Unreachable           3   a source, server or ledger that does not answer
```

Whatever else is raised is a bug of ours and keeps its traceback for `--debug`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.places import Place

__all__ = [
    "ClockLeapt",
    "Invalid",
    "Misuse",
    "NoColumn",
    "Problem",
    "Refused",
    "Severity",
    "SourceFault",
    "TouchlineError",
    "Unreachable",
    "did_you_mean",
    "errors_only",
    "plain_hint",
]


class Severity(StrEnum):
    """An error stops what it stands in; a warning is advice and stops nothing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one place.

    `code` is stable kebab-case (`unknown-field`); `message` says what is there and what was
    expected; `hint` says what to do, or is empty.
    """

    place: Place
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.place}: {self.message}{hint}"


class TouchlineError(Exception):
    """An error that is told as a sentence: `str()` is what the user reads."""

    exit_status = 1


class Invalid(TouchlineError):
    """Files do not say something that can be carried out; `problems` says where and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Refused(TouchlineError):
    """The answer is no, and the sentence says why and what to do."""


class SourceFault(TouchlineError):
    """Data is not as the catalog says; nothing is decided from it."""


class NoColumn(SourceFault):
    """A table (`connector.table`) lacks a column that the catalog names."""

    def __init__(self, table: str, column: str, *, hint: str) -> None:
        super().__init__(f"{table} has no column `{column}`; {hint}")
        self.table = table
        self.column = column


class Misuse(TouchlineError):
    """The command was used in a way that makes no sense."""

    exit_status = 2


class Unreachable(TouchlineError):
    """A source, server or ledger could not be reached."""

    exit_status = 3


class ClockLeapt(TouchlineError):
    """The clock shows more time than has passed. `sound_at` is the instant that it should show."""

    def __init__(self, shown: datetime, sound_at: datetime) -> None:
        days = (shown - sound_at) / timedelta(days=1)
        super().__init__(
            f"the clock leapt ahead by {days:.1f} days, to {shown:%Y-%m-%d %H:%M} UTC, where "
            f"{sound_at:%Y-%m-%d %H:%M} was expected: nothing goes out until the clock is right "
            "and `touchline resume` says so"
        )
        self.sound_at = sound_at


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean X?` for the nearest of `known`, or else the list of what exists."""
    import difflib  # nobody waits for it where all names are right

    names = sorted(set(known))
    by_fold = {each.casefold(): each for each in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    if near:
        found = by_fold[near[0]]
        return f"did you mean {found if found == found.strip() else repr(found)}?"
    if not names:
        return ""
    shown = ", ".join(names[:12])
    return f"there is {shown}" + (" …" if len(names) > 12 else "")


_PLAIN: Mapping[str, str] = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u00b4", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
}
"""What text processors put in the place of a plain character, and browsers copy."""

_WIDE_FROM, _WIDE_TO = "\uff01", "\uff5e"  # the characters of ASCII, as wide as Chinese ones
_ODD = re.compile(f"[{''.join(_PLAIN)}{_WIDE_FROM}-{_WIDE_TO}]|(?![0-9])\\d")


def plain_hint(said: str) -> str:
    """What to type instead of a character that only looks like one of the language, if one is said.

    Curly quotes, no-break blanks, dashes, wide or foreign digits: nobody sees why they are wrong.
    """
    found = _ODD.search(said)
    if not found:
        return ""
    odd, plain = found[0], _plain(found[0])
    if not plain:
        return f"the character U+{ord(odd):04X}, which nobody sees, stands there: take it out"
    if plain == " ":
        return f"a blank of another kind (U+{ord(odd):04X}) stands there: type a plain one"
    return f"`{odd}` (U+{ord(odd):04X}) only looks like `{plain}`: type that"


def _plain(odd: str) -> str:
    if odd in _PLAIN:
        return _PLAIN[odd]
    return str(int(odd)) if odd.isdecimal() else chr(ord(odd) - ord(_WIDE_FROM) + ord("!"))


def errors_only(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that stop something."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)
