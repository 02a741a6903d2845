"""`touchline status`: what runs, when it runs next, who is where, what is held and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from engine.bind.playbook import BoundPlaybook
from engine.decide.changes import Becomes
from engine.decide.facts import TouchState
from engine.desk import HeldItem, held_in
from engine.language.playbook import Status
from engine.ledger.control import ChannelState, Halt, channel_states, halts_in_force
from engine.ledger.counts import counts_by_phase, counts_by_step
from engine.ledger.leases import DAEMON, lease_of
from engine.ledger.runs import RunState, last_run
from engine.ledger.store import Unit
from engine.ledger.touches import counts_by_state, list_touches
from engine.passes.changes import Inside, older_versions
from engine.passes.versions import Shelf
from engine.problems import Invalid
from engine.roster import as_known, still_inside
from engine.standing.entry import fire_after
from engine.tracking import never_tracked
from engine.waiting import what_waits
from engine.workplace import Workplace

__all__ = ["Overview", "PlaybookLine", "overview"]


@dataclass(frozen=True, slots=True)
class PlaybookLine:
    """One playbook. `problem` is a sentence where it cannot run; `steps` counts who stands where.

    `phases` says of each step how many do what there (`waiting`, `watching`, `touching`, …); the
    step is empty for those held out, who are `resting`.

    `unbound` counts those inside whose version no longer binds to the catalog, `step_gone` those
    who cannot go on with today's version because their step is not in it: they are held.
    """

    name: str
    status: str
    last_run: datetime | None = None
    last_state: str = ""
    last_reason: str = ""
    next_fire: datetime | None = None
    steps: Mapping[str, int] = field(default_factory=dict)
    phases: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    touches: Mapping[str, int] = field(default_factory=dict)
    unbound: int = 0
    step_gone: int = 0
    problem: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it runs, its last run went through, and nobody inside is held."""
        has_failed = self.status == Status.ACTIVE and self.last_state == RunState.FAILED
        return not (self.problem or has_failed or self.unbound or self.step_gone)


@dataclass(frozen=True, slots=True)
class Overview:
    """A project at one moment. `reasons` counts touches that did not go out, by reason; `waiting`
    those of them that still are to (`window`, `capped`, `rate`, …), `ended` those that never will.

    `why_dry` says why this ledger may not send, where it may not; `notes` are sentences of advice.
    `daemon_until` is when the lease of the daemon ends or ended; None where none ever worked.
    """

    playbooks: tuple[PlaybookLine, ...]
    touches: Mapping[str, int]
    reasons: Mapping[str, int]
    waiting: Mapping[str, int]
    held: tuple[HeldItem, ...]
    halts: tuple[Halt, ...] = ()
    channels: tuple[ChannelState, ...] = ()
    why_dry: str = ""
    notes: tuple[str, ...] = ()
    daemon_until: datetime | None = None
    ended: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether nothing waits for a person; what only rests goes on by itself."""
        is_shut = any(channel.paused_at for channel in self.channels)
        stands = self.held or self.halts or is_shut
        return not stands and all(line.is_well for line in self.playbooks)


_NOT_OUT = (
    TouchState.FAILED,
    TouchState.SKIPPED,
    TouchState.DROPPED,
    TouchState.EXPIRED,
    TouchState.READY,
)


def overview(workplace: Workplace) -> Overview:
    """Everything that a person wants to know before the day begins."""
    now = workplace.ports.clock.now()
    names = sorted(workplace.project.playbooks)
    lost = _unreadable(workplace)
    ledger, why_dry = workplace.known_ledger()
    if ledger is None:
        lines = tuple(_line(workplace, name, None, {}, {}, now=now) for name in names)
        notes = never_tracked(workplace, _sound(workplace, names), None, now)
        return Overview((*lines, *lost), {}, {}, {}, (), why_dry=why_dry, notes=notes)
    with ledger.read() as unit:
        sound = _sound(workplace, names)
        known = {each.name: as_known(unit, each) for each in sound}
        older = {name: _older(workplace, each, unit) for name, each in known.items()}
        held = {each.version for each in chain(*older.values()) if each.becomes.is_held}
        lines = tuple(_line(workplace, name, unit, known, older, now=now) for name in names)
        out = [each for each in list_touches(unit, states=_NOT_OUT) if each.reason]
        reasons = Counter(each.reason for each in out)
        ended = Counter(each.reason for each in out if each.state is not TouchState.READY)
        return Overview(
            (*lines, *lost),
            counts_by_state(unit),
            dict(sorted(reasons.items())),
            what_waits(workplace, unit, held, now=now),
            tuple(held_in(unit, now)),
            halts=tuple(halts_in_force(unit)),
            channels=tuple(
                state
                for state in channel_states(unit).values()
                if state.paused_at or state.breaker_until
            ),
            why_dry=why_dry,
            ended=dict(sorted(ended.items())),
            daemon_until=(until := _daemon_until(unit)),
            notes=(
                *_nobody_works(until, now),
                *(_gone(*each) for each in still_inside(workplace, ledger)),
                *never_tracked(workplace, sound, ledger, now),
            ),
        )


def _daemon_until(unit: Unit) -> datetime | None:
    lease = lease_of(unit, DAEMON)
    return lease.until if lease else None


def _nobody_works(until: datetime | None, now: datetime) -> tuple[str, ...]:
    """A sentence where a daemon once worked and none does: schedules do not fire by themselves."""
    if until is None or until > now:
        return ()
    return (f"no daemon is at work since {until:%Y-%m-%d %H:%M} UTC; schedules wait for one",)


def _gone(name: str, why_not: str) -> str:
    """A sentence about a playbook that is gone from the project and has somebody inside."""
    told = f"{name} is not in the project, and somebody is inside"
    return f"{told}: held, as {why_not}" if why_not else f"{told}: the next run ends them"


def _sound(workplace: Workplace, names: Sequence[str]) -> list[BoundPlaybook]:
    """The playbooks that can run."""
    found = []
    for name in names:
        try:
            found.append(workplace.runnable(name))
        except Invalid:
            continue
    return found


def _line(
    workplace: Workplace,
    name: str,
    unit: Unit | None,
    known: Mapping[str, BoundPlaybook],
    older: Mapping[str, Sequence[Inside]],
    *,
    now: datetime,
) -> PlaybookLine:
    declared = workplace.project.playbooks[name]
    try:
        playbook = workplace.runnable(name)
    except Invalid as invalid:
        problem = str(invalid).splitlines()[0]
        return PlaybookLine(name, str(declared.status), problem=problem)
    upcoming = fire_after(playbook, now)
    if unit is None:
        return PlaybookLine(name, str(playbook.status), next_fire=upcoming)
    kept_as, held = known[name].name, _held(older[name])
    run = last_run(unit, kept_as)
    return PlaybookLine(
        name,
        str(playbook.status),
        last_run=run.as_of if run else None,
        last_state=str(run.state) if run else "",
        last_reason=run.reason if run else "",
        next_fire=upcoming,
        steps=counts_by_step(unit, kept_as),
        phases=counts_by_phase(unit, kept_as),
        touches=counts_by_state(unit, kept_as),
        unbound=held[Becomes.UNBOUND],
        step_gone=held[Becomes.STEP_GONE] + held[Becomes.OTHER_ENTITY],
    )


def _unreadable(workplace: Workplace) -> list[PlaybookLine]:
    """Files that could not even be read as playbooks, each under its path."""
    lost = workplace.unreadable_playbooks.items()
    return [PlaybookLine(path, "", problem=str(fault).splitlines()[0]) for path, fault in lost]


def _older(workplace: Workplace, known: BoundPlaybook, unit: Unit) -> Sequence[Inside]:
    """Those inside older versions of a playbook."""
    shelf = Shelf(workplace.project, workplace.catalog, unit.ledger, known)
    return older_versions(unit, known, shelf.as_it_was)


def _held(older: Sequence[Inside]) -> Counter[Becomes]:
    """How many inside stand still until a person changes something, by what became of them."""
    held: Counter[Becomes] = Counter()
    for each in older:
        held[each.becomes] += each.people
    return held
