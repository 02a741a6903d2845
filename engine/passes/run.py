"""Run one playbook at one instant: select, admit, enter, move on, deliver.

`live` writes and sends; `rehearse` goes the same way and only says. Delivery page, "Runs".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import NO_POLICY, BoundPolicy
from engine.decide.entry import Gate
from engine.ledger.bystanders import remember_bystanders
from engine.ledger.clearances import Clearance
from engine.ledger.cohorts import WrittenCohort, count_anew, let_in, written
from engine.ledger.database import Overtaken
from engine.ledger.foreseen import Going, foreseen
from engine.ledger.holds import held_fuses, hold_run
from engine.ledger.invitations import ENTERED, open_invitations
from engine.ledger.relay import write_in_turn
from engine.ledger.runs import (
    RunStart,
    Start,
    begin_run,
    end_run,
    fail_run,
    last_matched,
    last_run,
    last_sources,
    never_ran,
    run_id,
    start_foreseen,
    still_ours,
)
from engine.ledger.store import Ledger, Unit
from engine.moments import shift_local
from engine.passes.afterwards import look_after
from engine.passes.changes import Inside, let_leave, move_over, older_versions
from engine.passes.closing import close_moot
from engine.passes.entering import Firing, Matched, select
from engine.passes.gather import World
from engine.passes.inviting import Taken, judged, take_in
from engine.passes.journal import Journal, LedgerJournal
from engine.passes.left_over import as_held, let_go
from engine.passes.portions import keys_of
from engine.passes.preparing import one_ahead
from engine.passes.rehearsing import DryJournal
from engine.passes.reports import RunReport, foretold, report_again, report_of
from engine.passes.versions import Shelf
from engine.passes.walk import advance, exits, watch_all
from engine.passes.withhold import withheld, withhold
from engine.problems import SourceFault, Unreachable

__all__ = ["Dispatch", "go_on", "live", "move_on", "rehearse"]

_TRIES = 10  # where other processes move the same people: each of them gets on meanwhile


class Dispatch(Protocol):
    """What carries out what a pass has written."""

    def clear(self, playbook: str, given: Clearance) -> None:
        """Let touches of a playbook go, but those of versions that no longer bind."""

    def hold(self, playbook: str) -> None:
        """Let nothing of a playbook go until a pass has cleared it again."""

    def send(self) -> bool:
        """Deliver what is due and cleared; whether anything was tried."""


# ---------------------------------------------------------------- for real


def live(
    playbook: BoundPlaybook,
    firing: Firing,
    facts: World,
    ledger: Ledger,
    *,
    versions: Shelf,
    dispatch: Dispatch,
) -> RunReport:
    """Fire a playbook: whatever it decides is written, with its audit records, then sent.

    Fired again under the same identity it goes on with what that run left: nobody enters twice,
    what is still due goes out. Sources that cannot be trusted fail the run as a whole: it is
    recorded, nobody enters, nothing is planned, and the report carries the fault. The touches are
    for the caller to count.
    """
    dispatch.hold(playbook.name)
    with ledger.write() as unit:
        start = _begin(unit, playbook, firing)
    journal = LedgerJournal(ledger, playbook, firing.as_of, run=start.id, send=dispatch.send)
    report = _as_it_stood(ledger, playbook, firing.as_of, run=start.id)
    try:
        with ledger.read() as unit:
            last = last_sources(unit, playbook.name)
        sources = facts.check(playbook, last)
        if start.state in (Start.NEW, Start.RESUMED):
            report = _enter_live(playbook, firing, facts, ledger, start=start, sources=sources)
        report = _with_invited(report, take_in(playbook, facts, ledger, as_of=firing.as_of))
        withhold(playbook, facts, ledger, as_of=firing.as_of)
        closed = close_moot(journal, versions, facts)
        left = _move(playbook, journal, versions, facts, dispatch, as_of=firing.as_of)
        look_after(playbook, versions, facts, ledger, as_of=firing.as_of)
    except (SourceFault, Unreachable) as fault:
        return _failed(ledger, start, firing, report, fault)
    except Overtaken as fault:
        return replace(report, fault=fault)
    return replace(report, left=left, closed=closed)


def go_on(
    playbook: BoundPlaybook,
    firing: Firing,
    facts: World,
    ledger: Ledger,
    *,
    report: RunReport,
    versions: Shelf,
    dispatch: Dispatch,
) -> RunReport:
    """The same run, once fields were written back: steps behind them see what is there now."""
    run = run_id(playbook.identity, firing.fire)
    try:
        left = move_on(
            playbook, firing.as_of, facts, ledger, versions=versions, dispatch=dispatch, run=run
        )
    except (SourceFault, Unreachable, Overtaken) as fault:
        return replace(report, fault=fault)
    return replace(report, left=report.left + left)


def move_on(
    playbook: BoundPlaybook,
    as_of: datetime,
    facts: World,
    ledger: Ledger,
    *,
    versions: Shelf,
    dispatch: Dispatch,
    run: str = "",
) -> int:
    """A pass between fires: who was invited, exits, waits that are over and what is due.

    Nobody enters by the segment. Gives how many left; `run` is whose touches are made, if any's.

    Raises:
        SourceFault: data that cannot be trusted; nothing was decided.
        Unreachable: a source does not answer.
        Overtaken: other processes moved the same people again and again.
    """
    dispatch.hold(playbook.name)
    with ledger.read() as unit:
        last = last_sources(unit, playbook.name)
    facts.check(playbook, last)
    take_in(playbook, facts, ledger, as_of=as_of)
    journal = LedgerJournal(ledger, playbook, as_of, run=run, send=dispatch.send)
    withhold(playbook, facts, ledger, as_of=as_of)
    close_moot(journal, versions, facts)
    left = _move(playbook, journal, versions, facts, dispatch, as_of=as_of)
    look_after(playbook, versions, facts, ledger, as_of=as_of)
    return left


def _move(
    playbook: BoundPlaybook,
    journal: Journal,
    versions: Shelf,
    facts: World,
    dispatch: Dispatch,
    *,
    as_of: datetime,
) -> int:
    """Exits, then everyone who is due, and deliver; how many left.

    Where another process moved one of them first, all of them are asked again.
    """
    for _ in range(_TRIES - 1):
        try:
            return _moved(playbook, journal, versions, facts, dispatch, as_of=as_of)
        except Overtaken:
            continue
    return _moved(playbook, journal, versions, facts, dispatch, as_of=as_of)


def _moved(
    playbook: BoundPlaybook,
    journal: Journal,
    versions: Shelf,
    facts: World,
    dispatch: Dispatch,
    *,
    as_of: datetime,
) -> int:
    move_over(journal, playbook, facts.clock(playbook), as_of)
    asked = exits(journal, versions, facts, as_of)
    left = asked.left + let_leave(journal, playbook)
    until = shift_local(as_of, facts.pass_every, playbook.zone)
    dispatch.clear(playbook.name, Clearance(as_of, until, asked.unbound))
    watch_all(journal, versions, facts, as_of)
    return left + advance(journal, versions, facts, as_of)


def _as_it_stood(
    ledger: Ledger, playbook: BoundPlaybook, as_of: datetime, *, run: str
) -> RunReport:
    """Of a run that went through before, or that a fuse holds: nobody enters by it again."""
    with ledger.read() as unit:
        last = last_run(unit, playbook.name)
        held = next((each for each in held_fuses(unit) if each.run == run), None)
    return report_again(
        playbook, as_of, counts=last.counts if last and last.id == run else {}, held=held
    )


def _with_invited(report: RunReport, answers: Mapping[str, int]) -> RunReport:
    """Those who came by a step of another playbook have entered as well."""
    entered = report.entered + answers.get(ENTERED, 0)
    return replace(report, entered=entered, invited=answers)


def _begin(unit: Unit, playbook: BoundPlaybook, firing: Firing) -> RunStart:
    return begin_run(
        unit,
        playbook.name,
        firing.fire,
        as_of=firing.as_of,
        version=playbook.version,
        facts=firing.facts,
        at=firing.as_of,
        actor=firing.actor,
    )


def _enter_live(
    playbook: BoundPlaybook,
    firing: Firing,
    facts: World,
    ledger: Ledger,
    *,
    start: RunStart,
    sources: Mapping[str, object],
) -> RunReport:
    found = select(playbook, firing, facts, ledger, run=start.id)
    before = _last_matched(ledger, playbook)
    report = report_of(playbook, firing, found, before=before, sources=sources)
    if found.blown:
        with ledger.write() as unit:
            still_ours(unit, start)
            _hold(unit, playbook, firing, found, run=start.id)
        return report
    _remember_first_run(ledger, playbook, found, firing)

    def enter(cohorts: Sequence[WrittenCohort], unit: Unit) -> None:
        still_ours(unit, start)
        for each in cohorts:
            facts.let_in(unit, playbook, each.keys)
        let_in(unit, cohorts, at=firing.as_of, actor="engine")

    portions = found.cohorts(playbook, firing.as_of)
    ready = one_ahead([written(each, run=start.id) for each in some] for some in portions)
    write_in_turn(ledger, (partial(enter, cohorts) for cohorts in ready))
    count_anew(ledger, entered=report.entered)
    counts = {"matched": report.matched, "entered": report.entered, "skipped": report.skipped}
    with ledger.write() as unit:
        still_ours(unit, start)
        end_run(
            unit,
            start.id,
            counts=counts,
            sources=sources,
            at=firing.as_of,
            actor=firing.actor,
            matched=found.keys.texts(),
            throttled=found.skipped.get(Gate.PER_RUN, 0),
        )
    return report


def _failed(
    ledger: Ledger,
    start: RunStart,
    firing: Firing,
    report: RunReport,
    fault: SourceFault | Unreachable,
) -> RunReport:
    with ledger.write() as unit:
        fail_run(
            unit,
            start.id,
            str(fault),
            at=firing.as_of,
            actor=firing.actor,
            attempt=start.attempt,
        )
    return replace(report, fault=fault)


def _hold(unit: Unit, playbook: BoundPlaybook, firing: Firing, found: Matched, *, run: str) -> None:
    blown = found.blown
    assert blown is not None
    hold_run(
        unit,
        run,
        fuse=blown.name,
        allowed=blown.limit,
        found=blown.found,
        total=blown.total,
        keys=keys_of(found.would),
        matched=len(found.keys),
        version=playbook.version,
        at=firing.as_of,
        actor=firing.actor,
    )


def _remember_first_run(
    ledger: Ledger, playbook: BoundPlaybook, found: Matched, firing: Firing
) -> None:
    """With `existing: skip`, those who match when the playbook first runs stay outside."""
    if playbook.entry.existing_enter:
        return
    with ledger.write() as unit:
        if never_ran(unit, playbook.name):
            remember_bystanders(unit, playbook.name, found.keys.texts(), at=firing.as_of)


# ---------------------------------------------------------------- a rehearsal


def rehearse(
    playbook: BoundPlaybook,
    firing: Firing,
    facts: World,
    ledger: Ledger | None,
    *,
    versions: Shelf,
    going: Going,
    policy: BoundPolicy = NO_POLICY,
) -> RunReport:
    """The same decisions, told and not done: nothing is written and no channel is opened.

    Without a ledger everyone is taken for new. What waits in the outbox goes as `going` and
    `policy` let it.

    Raises:
        SourceFault: data that cannot be trusted.
        Unreachable: a source does not answer.
    """
    sources = facts.check(playbook, _last_sources(ledger, playbook))
    journal = DryJournal(
        ledger, playbook.name, firing.as_of, shut=going.shut, dispatch=facts.let_go
    )
    facts.recall(journal.records)
    found, report = _entering_in_mind(playbook, firing, facts, ledger, sources=sources)
    closed = close_moot(journal, versions, facts)
    move_over(journal, playbook, facts.clock(playbook), firing.as_of)
    asked = exits(journal, versions, facts, firing.as_of)
    left = asked.left + let_leave(journal, playbook)
    watch_all(journal, versions, facts, firing.as_of)
    if ledger is not None:
        with ledger.read() as unit:
            found_there = foreseen(unit, playbook.name, policy, going, now=firing.as_of)
        left_over = as_held(journal, found_there, asked.unbound)
        let_go(journal, *withheld(playbook, facts, left_over), over=facts.is_over)
    for cohorts in found.cohorts(playbook, firing.as_of):
        for each in cohorts:
            journal.record(each.entered())
    taken = _invited_in_mind(playbook, found, facts, ledger, as_of=firing.as_of)
    journal.record(taken.decisions)
    left += advance(journal, versions, facts, firing.as_of)
    facts.remember(playbook, journal.inside(), left=journal.left())
    facts.invite(journal.invited)
    answers = Counter(each.answer for each in taken.answered)
    report = _with_invited(report, dict(sorted(answers.items())))
    report = foretold(report, journal.would, gathered=journal.gathered())
    inside = _inside(ledger, playbook, versions)
    return replace(report, left=left, closed=closed, inside=inside)


def _entering_in_mind(
    playbook: BoundPlaybook,
    firing: Firing,
    facts: World,
    ledger: Ledger | None,
    *,
    sources: Mapping[str, object],
) -> tuple[Matched, RunReport]:
    """Who would enter: nobody where the run at this very instant has ended, or a fuse holds it."""
    run = run_id(playbook.identity, firing.fire)
    found = select(playbook, firing, facts, ledger, run=run)
    before = _last_matched(ledger, playbook)
    report = report_of(playbook, firing, found, before=before, sources=sources)
    if ledger is None:
        return found, report
    with ledger.read() as unit:
        start = start_foreseen(unit, run, version=playbook.version, now=firing.as_of)
    if start in (Start.NEW, Start.RESUMED):
        return found, report
    stood = _as_it_stood(ledger, playbook, firing.as_of, run=run)
    told = replace(report, entered=0, skipped={}, matched=stood.matched, held=stood.held)
    return replace(found, entering=()), told


def _inside(ledger: Ledger | None, playbook: BoundPlaybook, versions: Shelf) -> tuple[Inside, ...]:
    if ledger is None:
        return ()
    with ledger.read() as unit:
        return older_versions(unit, playbook, versions.as_it_was)


def _invited_in_mind(
    playbook: BoundPlaybook,
    found: Matched,
    facts: World,
    ledger: Ledger | None,
    *,
    as_of: datetime,
) -> Taken:
    """What would become of those who wait to be let in, and of those this rehearsal asked in."""
    invited = list(facts.invited(playbook))
    if ledger is not None:
        with ledger.read() as unit:
            invited = [*open_invitations(unit, playbook.name), *invited]
    return judged(playbook, invited, facts, ledger, as_of=as_of, entering=found.entering)


def _last_sources(ledger: Ledger | None, playbook: BoundPlaybook) -> Mapping[str, object]:
    if ledger is None:
        return {}
    with ledger.read() as unit:
        return last_sources(unit, playbook.name)


def _last_matched(ledger: Ledger | None, playbook: BoundPlaybook) -> bytes | None:
    if ledger is None:
        return None
    with ledger.read() as unit:
        return last_matched(unit, playbook.name)
