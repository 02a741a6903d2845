"""What a run came to, as data: `report/` shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.entry import BlownFuse, told_of_fuse
from engine.decide.facts import CHANNEL_PAUSED, NewTouch, TouchState, is_waiting, told_apart
from engine.decide.gathering import GATHERED
from engine.language.catalog import Kind
from engine.ledger.holds import HeldFuse
from engine.passes.changes import Inside
from engine.passes.comparing import compared
from engine.passes.entering import Firing, Matched
from engine.problems import TouchlineError

__all__ = ["RunReport", "TouchCounts", "foretold", "report_again", "report_of", "this_time"]

TouchCounts = Mapping[str, Mapping[str, int]]
"""Touches by channel and state."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to. `held` is a sentence where a fuse or a halt holds it for a person.

    `note` is a sentence where it did nothing for a reason that waits for nobody (a pause).

    `closed` counts the tasks that were closed because their `close_when` holds.
    `touches` counts by channel and status what this run made, and what it came to of what earlier
    ones have left; `waiting` those that are ready and held back, by reason
    (`window`, `capped`, …); `would` are the touches of a dry run, `inside` what becomes of those
    who entered with an older version; `gained` and
    `lost` compare who matches with the last run that went through, None where there was none.
    `invited` counts those whom a step of another playbook asked in, by their answers: `entered`, or
    the gate that said no; those who entered are among `entered` too.
    `doubts` are sentences about what the sources may be wrong in; they stop nothing.
    """

    playbook: str
    as_of: datetime
    matched: int = 0
    entered: int = 0
    left: int = 0
    closed: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    touches: TouchCounts = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    would: tuple[NewTouch, ...] = ()
    inside: tuple[Inside, ...] = ()
    gained: int | None = None
    lost: int | None = None
    invited: Mapping[str, int] = field(default_factory=dict)
    held: str = ""
    note: str = ""
    doubts: tuple[str, ...] = ()
    fault: TouchlineError | None = None
    keys_are_integers: bool = False

    @property
    def exit_status(self) -> int:
        """That of a fault; 1 where something failed or stands still for a person; else 0."""
        if self.fault is not None:
            return self.fault.exit_status
        is_shut = bool(self.waiting.get(CHANNEL_PAUSED))
        bad = any(each.get("failed") or each.get("unknown") for each in self.touches.values())
        return 1 if self.held or is_shut or bad else 0


def report_of(
    playbook: BoundPlaybook,
    firing: Firing,
    found: Matched,
    *,
    before: bytes | None,
    sources: Mapping[str, object],
) -> RunReport:
    """Who matched and entered; `before` are the keys that matched in the last run, packed, if any.

    `sources` is what checking them gave.
    """
    doubts = sources.get("doubts")
    then = None if before is None else compared(found.keys, before)
    blown = found.blown
    return RunReport(
        playbook=playbook.name,
        as_of=firing.as_of,
        matched=len(found.keys),
        entered=found.entered,
        skipped=found.skipped,
        gained=None if then is None else then.gained,
        lost=None if then is None else then.lost,
        keys_are_integers=playbook.audience.entity.key.kind is Kind.INTEGER,
        held=_told(blown) if blown else "",
        doubts=tuple(doubts) if isinstance(doubts, list) else (),
    )


def report_again(
    playbook: BoundPlaybook, as_of: datetime, *, counts: Mapping[str, object], held: HeldFuse | None
) -> RunReport:
    """Of a run that is there already: what was counted then, and the fuse that holds it, if any."""
    matched = counts.get("matched", 0)
    blown = held and BlownFuse(held.fuse, held.allowed, found=held.found, total=held.total)
    return RunReport(
        playbook=playbook.name,
        as_of=as_of,
        matched=matched if isinstance(matched, int) else 0,
        keys_are_integers=playbook.audience.entity.key.kind is Kind.INTEGER,
        held=_told(blown) if blown else "",
    )


def _told(blown: BlownFuse) -> str:
    why = told_of_fuse(blown.name, blown.limit, found=blown.found, total=blown.total)
    return f"{why}; nobody entered. See `touchline held`"


def this_time(before: TouchCounts, after: TouchCounts) -> dict[str, dict[str, int]]:
    """The touches that ended since `before`, and those that have not ended yet."""
    counted: dict[str, dict[str, int]] = {}
    for channel, states in after.items():
        for state, number in states.items():
            earlier = before.get(channel, {}).get(state, 0) if TouchState(state).has_ended else 0
            if number > earlier:
                counted.setdefault(channel, {})[state] = number - earlier
    return counted


def foretold(report: RunReport, would: Sequence[NewTouch], *, gathered: int) -> RunReport:
    """The same report with what would go out; `gathered` wait for their digests to fire."""
    touches: dict[str, dict[str, int]] = {}
    counted = Counter((touch.channel, str(touch.state)) for touch in would)
    for (channel, state), number in sorted(counted.items()):
        touches.setdefault(channel, {})[state] = number
    waiting = {touch.id: touch for touch in would if is_waiting(touch, report.as_of)}
    held_back = Counter(each.reason for each in waiting.values() if each.copy_of not in waiting)
    if gathered:
        held_back[GATHERED] = gathered
    apart = tuple(each for touch in would for each in told_apart(touch))
    return replace(report, touches=touches, waiting=dict(held_back), would=apart)
