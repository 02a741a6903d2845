"""`touchline run`: one pass over the playbooks of a project, for real or as a rehearsal."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from engine.audience.snapshot import Snapshot
from engine.bind.playbook import BoundPlaybook
from engine.courier import Courier, open_courier
from engine.decide.facts import NO_PLAYBOOK
from engine.dispatch.deliver import Delivered
from engine.dispatch.line import Cleared
from engine.dispatch.workers import this_worker
from engine.fallen import at_work
from engine.language.playbook import Status
from engine.ledger.clearances import Clearance
from engine.ledger.control import ChannelState
from engine.ledger.foreseen import Going
from engine.ledger.inside import versions_inside
from engine.ledger.invitations import playbooks_invited
from engine.ledger.log import head_of
from engine.ledger.outcomes import begun, came_to
from engine.ledger.pending import waiting_for_people
from engine.ledger.recovery import RETRIED, retry_now
from engine.ledger.runs import last_as_of, run_id, save_version
from engine.ledger.store import Ledger, Unit
from engine.moments import shift_local
from engine.notices import notice_policy, tell_assignees
from engine.passes.entering import Firing, by_hand
from engine.passes.gather import World
from engine.passes.inviting import DRAFT, refuse_all
from engine.passes.reports import RunReport, this_time
from engine.passes.run import go_on, live, move_on, rehearse
from engine.passes.versions import Shelf, content_of
from engine.problems import Invalid, Misuse, Refused, SourceFault, Unreachable
from engine.roster import call_roll, known_now
from engine.stopped import foreseen_still, shut_channels, standing_still
from engine.stopping import Stop
from engine.tracking import never_tracked
from engine.waiting import what_waits
from engine.workplace import Workplace

__all__ = [
    "Summary",
    "dry",
    "firing_of",
    "git_commit",
    "keep_version",
    "make_courier",
    "pass_one",
    "refuse_into_drafts",
    "refuse_the_past",
    "run_now",
    "run_one",
    "runnable_playbooks",
    "send_notices",
    "world_on",
]

_GIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """What one call of `run` came to. `notes` are sentences for the person who called.

    `refused` says that only a rehearsal took place of what was asked for in earnest; `trouble`
    names channels that could not be reached, with what was last wrong: their touches stay ready.
    `delivery` is the exit status of all that was delivered, whichever run made it;
    `held` counts the touches of these playbooks that wait for a person: drafts, and of unknown
    outcome.
    `notices` counts the mails to assignees of new tasks. `shut` are the channels on which nothing
    goes out, but for those in `trouble`, which this run has found out of reach.
    """

    reports: tuple[RunReport, ...]
    dry_run: bool
    notes: tuple[str, ...] = ()
    refused: bool = False
    trouble: Mapping[str, str] = field(default_factory=dict)
    delivery: int = 0
    held: int = 0
    notices: int = 0
    shut: tuple[ChannelState, ...] = ()

    @property
    def exit_status(self) -> int:
        """3 where something could not be reached, 1 where something failed or is held, else 0."""
        runs = max((report.exit_status for report in self.reports), default=0)
        return max(runs, self.delivery, 1 if self.refused or self.held else 0)


def dry(
    workplace: Workplace, names: Sequence[str], as_of: datetime, *, fixed: bool = False
) -> Summary:
    """Decide everything, write nothing, open no channel. Drafts may be rehearsed by name.

    `fixed` as for `run_now`.

    Raises:
        Unreachable: the ledger does not answer.
    """
    return _rehearsal(workplace, names, as_of, workplace.ledger_or_none(), fixed=fixed)


def run_now(
    workplace: Workplace,
    names: Sequence[str],
    as_of: datetime,
    *,
    fixed: bool,
    progress: Callable[[Delivered], None] | None = None,
) -> Summary:
    """Run the named playbooks, or all active ones, and deliver what is due.

    `fixed` says that `as_of` was given, and so is what everything takes for now. `progress` is
    told of each delivery as it goes on. A ledger that is not this project's live one is only
    rehearsed with, and the summary says so.

    Raises:
        Misuse: `as_of` lies before the ledger's last pass.
        FellBack: the ledger is in an older state than it was; everything is halted there.
    """
    ledger, why_not = workplace.sending_ledger(as_of)
    if ledger is None or why_not:
        summary = _rehearsal(workplace, names, as_of, ledger, fixed=fixed)
        return replace(summary, notes=(why_not, *summary.notes), refused=True)
    refuse_the_past(ledger, as_of)
    stop, actor, clock = Stop(), workplace.ports.actor, workplace.ports.clock.now
    with ledger.read() as unit:
        since = head_of(unit).seq  # what one playbook's delivery ends of another's is told as well
    if fixed:  # at an instant that is run at again no time passes, so no backoff would ever end
        with ledger.write() as unit:
            retry_now(unit, now=as_of, actor=actor)
    now: Callable[[], datetime] = (lambda: as_of) if fixed else clock
    firing = firing_of(workplace, as_of, by_hand(as_of), actor)
    playbooks, reports = runnable_playbooks(workplace, names, as_of)
    gone = call_roll(workplace, ledger, at=as_of, actor=actor)
    notice_policy(workplace, ledger, at=as_of)
    made = make_courier(workplace, ledger, now, ages_by=lambda: as_of, progress=progress)
    with open_courier(made) as courier, at_work(ledger, stop, courier.stop, clock, actor=actor):
        for playbook in playbooks:
            if stop.is_asked:
                break
            report = run_one(workplace, ledger, playbook, firing, courier=courier, since=since)
            reports.append(report)
        refuse_into_drafts(workplace, ledger, at=as_of)
        courier.send()
        courier.write_back()
        notices = send_notices(workplace, ledger, courier, at=now())
        trouble, delivery = dict(courier.trouble), courier.exit_status
    notes = (*gone, *never_tracked(workplace, playbooks, ledger, as_of))
    with ledger.read() as unit:
        held = waiting_for_people(unit, [report.playbook for report in reports])
    return Summary(
        tuple(reports),
        dry_run=False,
        notes=notes,
        trouble=trouble,
        delivery=delivery,
        held=held,
        notices=notices,
        shut=shut_channels(ledger, as_of, fixed=fixed, known=trouble),
    )


def send_notices(workplace: Workplace, ledger: Ledger, courier: Courier, *, at: datetime) -> int:
    """Tell assignees of what is new, after everything else; how many mails were written."""
    if workplace.policy.notices is None:
        return 0
    written = tell_assignees(workplace, ledger, at=at)
    every = workplace.settings.policy.pass_every
    courier.clear(NO_PLAYBOOK, Clearance(at, shift_local(at, every, workplace.zone)))
    courier.send()
    return written


def _rehearsal(
    workplace: Workplace,
    names: Sequence[str],
    as_of: datetime,
    ledger: Ledger | None,
    *,
    fixed: bool,
) -> Summary:
    firing = firing_of(workplace, as_of, by_hand(as_of), workplace.ports.actor)
    playbooks, reports = runnable_playbooks(workplace, names, as_of, drafts=bool(names))
    states = shut_channels(ledger, as_of, fixed=fixed)
    shut = {state.name: state.stops_for(as_of) for state in states}
    going = Going(shut, RETRIED if fixed else ())
    with workplace.sources(ledger) as snapshot:
        world = world_on(workplace, snapshot, as_of, ledger)
        for playbook in playbooks:
            still = foreseen_still(ledger, known_now(ledger, playbook))
            # One that would do nothing takes no room and nobody from the others.
            mine = world_on(workplace, snapshot, as_of, ledger) if still else world
            try:
                found = _rehearsed(workplace, playbook, firing, mine, ledger, going)
                reports.append(replace(found, held=still.held or found.held, note=still.note))
            except (SourceFault, Unreachable) as fault:  # as in a run, it stops no other one
                reports.append(RunReport(playbook.name, as_of, fault=fault))
    notes = never_tracked(workplace, playbooks, ledger, as_of)
    return Summary(tuple(reports), dry_run=True, notes=notes, shut=states)


def _rehearsed(
    workplace: Workplace,
    playbook: BoundPlaybook,
    firing: Firing,
    world: World,
    ledger: Ledger | None,
    going: Going,
) -> RunReport:
    """A rehearsal under the name that the ledger has a renamed playbook by, told under its own."""
    known = known_now(ledger, playbook)
    versions = Shelf(workplace.project, workplace.catalog, ledger, known)
    policy = workplace.policy
    report = rehearse(known, firing, world, ledger, versions=versions, going=going, policy=policy)
    would = tuple(replace(touch, playbook=playbook.name) for touch in report.would)
    return replace(report, playbook=playbook.name, would=would)


def refuse_the_past(ledger: Ledger, as_of: datetime) -> None:
    """Raise Misuse where an instant lies before the ledger's last pass."""
    with ledger.read() as unit:
        last = last_as_of(unit)
    if last is not None and as_of < last:
        raise Misuse(
            f"{as_of.isoformat()} lies before the ledger's last pass at {last.isoformat()}: what "
            "was decided since cannot be undone. Use --dry-run to look at the past"
        )


# ---------------------------------------------------------------- which playbooks


def runnable_playbooks(
    workplace: Workplace, names: Sequence[str], as_of: datetime, *, drafts: bool = False
) -> tuple[list[BoundPlaybook], list[RunReport]]:
    """The playbooks to run, highest priority first, and a report for each that is broken.

    A broken playbook stops no other one. Named ones must exist; drafts run only as a rehearsal.

    Raises:
        Refused: a named playbook does not exist, or is a draft and this is in earnest.
    """
    playbooks: list[BoundPlaybook] = []
    lost = {} if names else workplace.unreadable_playbooks
    broken = [RunReport(path, as_of, fault=fault) for path, fault in lost.items()]
    for name in dict.fromkeys(names) or sorted(workplace.project.playbooks):
        try:
            playbook = workplace.runnable(name)
        except Invalid as invalid:
            broken.append(RunReport(name, as_of, fault=invalid))
            continue
        if playbook.status is not Status.DRAFT or drafts:
            playbooks.append(playbook)
        elif names:
            raise Refused(
                f"{name} is a draft: it is validated and never run; set its status to active"
            )
    return sorted(playbooks, key=lambda each: (-each.priority, each.name)), broken


# ---------------------------------------------------------------- one of them


def firing_of(workplace: Workplace, as_of: datetime, fire: str, actor: str) -> Firing:
    """One firing, with the git commit of the project for the audit."""
    commit = git_commit(workplace.root)
    facts = {"git": commit} if commit else {}
    return Firing(
        as_of,
        fire,
        actor,
        first_run=workplace.settings.policy.first_run,
        facts=facts,
        playbooks=frozenset(workplace.project.playbooks),
    )


def run_one(
    workplace: Workplace,
    ledger: Ledger,
    playbook: BoundPlaybook,
    firing: Firing,
    *,
    courier: Courier,
    since: int | None = None,
) -> RunReport:
    """Fire one playbook, unless it is paused or halted, and deliver what it asks for.

    The report tells of what ended behind the record `since` of the audit; None: behind the last.
    """
    courier.hold(playbook.name)
    if still := standing_still(ledger, playbook, at=firing.as_of, actor=firing.actor):
        return still
    playbook = known_now(ledger, playbook)
    with ledger.write() as unit:
        keep_version(unit, workplace, playbook, at=firing.as_of)
    versions = Shelf(workplace.project, workplace.catalog, ledger, playbook)
    run = run_id(playbook.identity, firing.fire)
    with ledger.read() as unit:
        before = begun(unit, playbook.name, run, since=since)
    with workplace.sources(ledger) as snapshot:
        world = world_on(workplace, snapshot, firing.as_of, ledger)
        report = live(playbook, firing, world, ledger, versions=versions, dispatch=courier)
    if report.fault is not None:
        return report
    while report.fault is None and courier.write_back():
        with workplace.sources(ledger) as snapshot:  # as it is now: steps behind an update see it
            world = world_on(workplace, snapshot, firing.as_of, ledger)
            report = go_on(
                playbook, firing, world, ledger, report=report, versions=versions, dispatch=courier
            )
    with ledger.read() as unit:
        touches = this_time(before.touches, came_to(unit, before))
        held = [each for each in versions_inside(unit, playbook.name) if versions(each) is None]
        waiting = what_waits(workplace, unit, held, now=firing.as_of, playbook=playbook.name)
    return replace(report, touches=touches, waiting=waiting)


def pass_one(
    workplace: Workplace,
    ledger: Ledger,
    playbook: BoundPlaybook,
    at: datetime,
    *,
    actor: str,
    courier: Courier,
) -> None:
    """A pass over one playbook between its fires, unless it is paused or halted.

    Raises:
        SourceFault: data that cannot be trusted; nothing was decided.
        Unreachable: a source or the ledger does not answer.
    """
    courier.hold(playbook.name)
    if standing_still(ledger, playbook, at=at, actor=actor):
        return
    playbook = known_now(ledger, playbook)
    with ledger.write() as unit:
        keep_version(unit, workplace, playbook, at=at)  # the invited enter by it
    versions = Shelf(workplace.project, workplace.catalog, ledger, playbook)
    with workplace.sources(ledger) as snapshot:
        world = world_on(workplace, snapshot, at, ledger)
        move_on(playbook, at, world, ledger, versions=versions, dispatch=courier)


def world_on(
    workplace: Workplace, snapshot: Snapshot, as_of: datetime, ledger: Ledger | None
) -> World:
    """What a pass at an instant asks, of these sources and of the ledger's memory."""
    return World(
        workplace.catalog,
        snapshot,
        as_of,
        workplace.settings,
        policy=workplace.policy,
        ledger=ledger,
    )


def keep_version(
    unit: Unit, workplace: Workplace, playbook: BoundPlaybook, *, at: datetime
) -> None:
    """Keep what a playbook says today, for those who enter to go on with."""
    content = content_of(workplace.project, playbook)
    save_version(unit, playbook.version, playbook.name, content, at=at)


def refuse_into_drafts(workplace: Workplace, ledger: Ledger, *, at: datetime) -> None:
    """Who was invited into a draft does not wait for it: it may never run."""
    with ledger.read() as unit:
        invited = playbooks_invited(unit)
    declared = workplace.project.playbooks
    for name in sorted(invited & declared.keys()):
        if declared[name].status is Status.DRAFT:
            with ledger.write() as unit:
                refuse_all(unit, name, DRAFT, at=at, actor="engine")


def make_courier(
    workplace: Workplace,
    ledger: Ledger,
    now: Callable[[], datetime],
    *,
    ages_by: Callable[[], datetime] | None = None,
    cleared: Cleared | None = None,
    progress: Callable[[Delivered], None] | None = None,
) -> Courier:
    """A courier for this process; its channels are opened when there is something to send.

    `ages_by` is the time by which what passes have cleared grows too old; None: `now`. `cleared`
    says what was cleared elsewhere; None: what passes of this process clear.
    """
    return Courier(
        ledger,
        workplace.channels,
        now=now,
        real=workplace.ports.clock.now,
        policy=workplace.policy,
        worker=this_worker(),
        ages_by=ages_by or now,
        cleared=cleared,
        progress=progress,
    )


def git_commit(root: Path) -> str:
    """The commit that the project stands at, or an empty text where it is in no repository."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
