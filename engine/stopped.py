"""What stands still: playbooks that are paused, halted or lost under a name, and shut channels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.language.playbook import Status
from engine.ledger.control import (
    ChannelState,
    channel_states,
    halts_in_force,
    is_halted,
    pause_ended,
    pause_started,
)
from engine.ledger.names import carry_over
from engine.ledger.store import Ledger, Unit
from engine.passes.reports import RunReport
from engine.problems import Refused

__all__ = ["Still", "foreseen_still", "shut_channels", "standing_still"]

_PAUSED = "paused: nobody enters and nothing goes out"


@dataclass(frozen=True, slots=True)
class Still:
    """Why a run would do nothing for a playbook: `held` for a person, or a `note`; both empty: no.

    A dry run says it beside what the playbook would do if it went on.
    """

    held: str = ""
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.held or self.note)


def standing_still(
    ledger: Ledger, playbook: BoundPlaybook, *, at: datetime, actor: str
) -> RunReport | None:
    """What to report of a playbook that is paused or halted; None of one that may go on.

    Nor does one go on whose `formerly` cannot be followed.

    A pause is recorded when it is first seen, and its end moves the clocks on that stood still.
    """
    report = RunReport(playbook.name, at)
    with ledger.write() as unit:
        try:
            carry_over(unit, playbook.name, playbook.formerly, at=at, actor=actor)
        except Refused as refused:
            return replace(report, fault=refused)
        if playbook.status is Status.PAUSED:
            pause_started(unit, playbook.name, at=at, actor=actor)
            return replace(report, note=_PAUSED)
        pause_ended(unit, playbook.name, at=at, actor=actor)
        if held := _halted_text(unit, playbook.name):
            return replace(report, held=held)
    return None


def foreseen_still(ledger: Ledger | None, playbook: BoundPlaybook) -> Still:
    """What `standing_still` would say to a run of a playbook; nothing is recorded."""
    note = f"{_PAUSED}; told is what it would do once it is active"
    if playbook.status is Status.PAUSED:
        return Still(note=note)
    if ledger is None:
        return Still()
    with ledger.read() as unit:
        return Still(held=_halted_text(unit, playbook.name))


def _halted_text(unit: Unit, playbook: str) -> str:
    """A sentence where a playbook is halted, else nothing."""
    if not is_halted(unit, playbook):
        return ""
    whys = [halt.why for halt in halts_in_force(unit) if halt.scope in ("", playbook)]
    because = f" ({whys[0]})" if whys and whys[0] else ""
    return f"halted{because}; `touchline resume` lets it go on"


def shut_channels(
    ledger: Ledger | None, as_of: datetime, *, fixed: bool, known: Collection[str] = ()
) -> tuple[ChannelState, ...]:
    """The channels on which a run sends nothing, but those that are `known` to be in trouble.

    One at a given instant probes breakers.
    """
    if ledger is None:
        return ()
    with ledger.read() as unit:
        states = [each for name, each in channel_states(unit).items() if name not in known]
    return tuple(
        state for state in states if state.stops_for(as_of) and (state.paused_at or not fixed)
    )
