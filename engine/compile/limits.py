"""What not every dialect can say, found in the core before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine.bind.conditions import FigureKind
from engine.compile.core import (
    DayStart,
    EdgeKind,
    Figure,
    How,
    LocalDate,
    Lower,
    Match,
    Node,
    Tallied,
)
from engine.problems import Refused

__all__ = ["Limit", "refuse_beyond", "strains"]


class Limit(StrEnum):
    """Something that a dialect may be unable to say, as people know it."""

    EDGE = "the property of a first or last event"
    TALLIED_EDGE = "the property of a first or last event for everyone at once"
    LOCAL_DAY = "local days and dates of what is stored"
    LOWER = "`ignore_case`"
    MEMBER = "tests of what a list includes"


def strains(walked: Iterable[Node], zone: ZoneInfo) -> frozenset[Limit]:
    """What the nodes ask for, in a zone, that not every dialect can say."""
    found = (_limit(each, zone) for each in walked)
    return frozenset(each for limits in found for each in limits)


def _limit(node: Node, zone: ZoneInfo) -> tuple[Limit, ...]:
    match node:
        case Lower():
            return (Limit.LOWER,)
        case Match(how=How.MEMBER):
            return (Limit.MEMBER,)
        case Tallied(Figure(kind=EdgeKind())):
            return (Limit.TALLIED_EDGE,)
        case Figure(kind=EdgeKind()):
            return (Limit.EDGE,)
        case LocalDate() | DayStart() if zone.key not in _UTC:
            return (Limit.LOCAL_DAY,)
        case Figure(kind=kind) if kind in _OF_DAYS and zone.key not in _UTC:
            return (Limit.LOCAL_DAY,)
        case _:
            return ()


_OF_DAYS = frozenset({FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS})
_UTC = frozenset({"UTC", "Etc/UTC"})


def refuse_beyond(
    limits: Mapping[Limit, str], walked: Iterable[Node], *, zone: ZoneInfo, dialect: str
) -> None:
    """Raise Refused, with the reasons, where the nodes ask for what a dialect cannot say."""
    beyond = sorted(strains(walked, zone) & limits.keys())
    if beyond:
        reasons = "; ".join(f"{each}: {limits[each]}" for each in beyond)
        raise Refused(f"{dialect} cannot say {reasons}")
