"""Stopping what goes out, and letting it go on: by people, at once, all in the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from engine.ledger.control import (
    channel_states,
    halts_in_force,
    resume_channel,
    write_halt_file,
)
from engine.ledger.control import halt as set_halt
from engine.ledger.control import resume as lift_halt
from engine.ledger.store import Ledger, halt_file_in
from engine.ledger.touches import backlog as waiting
from engine.problems import Refused, TouchlineError, Unreachable
from engine.report.text import age, count, moment
from engine.workplace import Workplace

__all__ = ["backlog", "halt", "let_go_on"]


def halt(root: Path, opened: Callable[[], Workplace], playbooks: Sequence[str], why: str) -> str:
    """Stop everything that goes out, or these playbooks.

    Where the project in `root` cannot be opened, or its ledger, everything is halted there by its
    file: a daemon goes on with what it had before a file was broken.

    Raises:
        Refused: that is done, in a ledger that only dry-runs here: the live one may be another.
        Unreachable: the ledger was not told; the sentence says whether the file stands.
    """
    try:
        workplace = opened()
        workplace.check_known(playbooks)
        known, why_not = workplace.known_ledger()
        ledger = known or workplace.ledger()
    except TouchlineError as error:
        if playbooks:
            raise
        raise Unreachable(f"{error}; {write_halt_file(halt_file_in(root), why)}") from error
    set_halt(ledger, playbooks, why=why, at=_now(workplace), actor=workplace.ports.actor)
    if why_not:
        raise Refused(f"halted in this ledger; where another is live, that one goes on: {why_not}")
    return f"halted: {', '.join(playbooks) or 'everything'}; nothing goes out until a resume"


def backlog(workplace: Workplace, playbooks: Sequence[str]) -> str:
    """What a resume would let go, and since when the oldest of it waits.

    Raises:
        Refused: neither the project nor the ledger knows such a playbook.
    """
    workplace.check_known(playbooks)
    lines = []
    with workplace.ledger().read() as unit:
        for name in playbooks or (None,):
            found = waiting(unit, name)
            since = ""
            if found.oldest is not None:
                how_long = age(found.oldest, _now(workplace))
                since = f", the oldest since {moment(found.oldest)} ({how_long})"
            lines.append(f"{name or 'everything'}: {count(found.ready, 'touch')} ready{since}")
    return "\n".join(lines)


def let_go_on(workplace: Workplace, playbooks: Sequence[str]) -> str:
    """Lift the halt of everything, with the pauses of channels, or of these playbooks."""
    workplace.check_known(playbooks)
    ledger = workplace.ledger()
    lifted = lift_halt(ledger, playbooks, at=_now(workplace), actor=workplace.ports.actor)
    opened = [] if playbooks else _open_channels(workplace, ledger)
    with ledger.read() as unit:
        left = [halt.scope or "everything" for halt in halts_in_force(unit)]
    told = [scope or "everything" for scope in lifted] + [f"channel {name}" for name in opened]
    rest = f"; still halted: {', '.join(left)}" if left else ""
    return (f"resumed: {', '.join(told)}" if told else "nothing was halted") + rest


def _open_channels(workplace: Workplace, ledger: Ledger) -> list[str]:
    """Open the channels that were paused until a person looks (a login that was refused)."""
    at, actor = _now(workplace), workplace.ports.actor
    with ledger.write() as unit:
        return [
            name
            for name, state in channel_states(unit).items()
            if state.paused_at and resume_channel(unit, name, at=at, actor=actor)
        ]


def _now(workplace: Workplace) -> datetime:
    return workplace.ports.clock.now()
