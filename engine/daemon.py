"""The daemon: fires schedules, moves enrollments on, delivers. Delivery page, point 11.

One daemon holds the lease of a ledger and a second one waits; correctness rests on the unique keys
of runs, enrollments and touches alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.bind.playbook import BoundPlaybook
from engine.courier import Courier, open_courier
from engine.dispatch.workers import gone_among, this_worker
from engine.fallen import Watch, at_work
from engine.frozen import Frozen
from engine.ledger.database import Overtaken
from engine.ledger.due import due_enrollments
from engine.ledger.invitations import open_invitations
from engine.ledger.leases import DAEMON, Lease, end_lease, lease_of, renew_lease, take_lease
from engine.ledger.pending import waiting_for_people
from engine.ledger.retention import forget_touches
from engine.ledger.runs import RunState, last_slot, skip_run, slot_to_go_on_with
from engine.ledger.schema import refuse_other_schema
from engine.ledger.store import FellBack, Ledger, Unit
from engine.moments import Duration, local_date, shift_date, shift_local, start_of_day
from engine.notices import notice_policy
from engine.passes.reports import RunReport
from engine.problems import ClockLeapt, TouchlineError, Unreachable
from engine.roster import call_roll
from engine.running import (
    firing_of,
    make_courier,
    pass_one,
    refuse_into_drafts,
    run_one,
    runnable_playbooks,
    send_notices,
)
from engine.same_files import SameFiles
from engine.schedule import Fire, due, end_of_slot, fire_of, is_too_late
from engine.spreading import offsets
from engine.steady import SteadyClock
from engine.stopped import foreseen_still
from engine.stopping import Stop
from engine.taking_up import FileWatch, take_up
from engine.tracking import due_entities, track_entities
from engine.workplace import Workplace

__all__ = ["serve"]

_ACTOR = "daemon"
_LEASE_FOR = timedelta(seconds=90)
_TICK_SECONDS = 2.0
_ANOTHER_DAY = timedelta(days=1)
_AFTER_A_FAILURE = timedelta(minutes=1)
_FORGET = 500  # touches that one transaction empties: nobody waits long for it

_LOG = logging.getLogger("touchline.daemon")


def serve(workplace: Workplace, *, once: bool, say: Callable[[str], None]) -> int:
    """Work until asked to stop, or for one round; gives the exit status.

    Raises:
        Unreachable: the ledger cannot be reached or written at the start.
        Refused: a newer program has migrated the ledger meanwhile.
        FellBack: the ledger is in an older state than it was; everything is halted there.
    """
    ledger, why_not = workplace.sending_ledger(workplace.ports.clock.now())
    if ledger is None or why_not:
        say(f"the daemon does not start: {why_not}")
        return 1
    stop, clock = Stop(), SteadyClock(workplace.ports.clock)
    workplace = workplace.by(clock)
    with (
        open_courier(make_courier(workplace, ledger, clock.now)) as courier,
        at_work(ledger, stop, courier.stop, clock.now, actor=_ACTOR) as watch,
    ):
        daemon = _Daemon(workplace, ledger, watch, courier, stop, clock)
        if once:
            return daemon.one_round()
        say(f"touchline daemon on {ledger.shown}; stop it with SIGTERM")
        daemon.work()
    return 0


class _Daemon:
    """One process's round of work, again and again."""

    def __init__(
        self,
        workplace: Workplace,
        ledger: Ledger,
        watch: Watch,
        courier: Courier,
        stop: Stop,
        clock: SteadyClock,
    ) -> None:
        self._workplace = workplace
        self._ledger = ledger
        self._watch = watch
        self._courier = courier
        self._stop = stop
        self._clock = clock
        self._frozen = Frozen(ledger, clock, actor=_ACTOR)
        self._files = FileWatch(workplace.root)
        self._passed: dict[str, datetime] = {}
        self._broke_off: dict[str, datetime] = {}  # passes that failed, the last of a playbook
        self._began_at: datetime | None = None  # the last round
        self._ran_until: dict[str, datetime] = {}
        self._still = frozenset[str]()  # playbooks whose fire waits for the end of a halt or pause
        self._failed_to_track: datetime | None = None
        self._lease: Lease | None = None
        self._forgot: date | None = None
        self._called: datetime | None = None
        self._told: set[str] = set()
        self._offsets: Mapping[str, timedelta] = {}
        self._holidays = workplace.policy.holidays
        place = workplace.ports.host
        self._same = SameFiles(ledger, workplace.root, what="daemon", host=place)

    def one_round(self) -> int:
        """Everything that is due now, once; the exit status, 1 where another daemon is at work."""
        if not self._takes_lease(self._clock.now()):
            _LOG.warning("another daemon holds the lease of this ledger: %s", self._holder())
            return 1
        status = self._round()
        self._give_back()
        with self._ledger.read() as unit:
            held = waiting_for_people(unit, [*self._workplace.project.playbooks])
        return max(status, self._courier.exit_status, 1 if held else 0)

    def work(self) -> None:
        """Round after round until asked to stop."""
        with suppress(Overtaken):  # what cannot be written now is told now, and not for ever
            self._takes_lease(self._clock.now())
        while not self._stop.is_asked:
            self._refuse_newer()
            self._work_once()
            self._stop.sleep(_TICK_SECONDS)
        if not self._frozen.has_begun:
            self._give_back()

    def _work_once(self) -> None:
        """One round; what fails is tried again in the next, as when a database restarts."""
        try:
            if self._frozen.stands() or not self._holds_lease():
                return
            self._watch.look_back()
            self._reload()
            self._same.look(self._clock.now)
            self._round()
        except FellBack:
            raise
        except ClockLeapt as leap:
            self._frozen.begin(leap)
        except TouchlineError as error:
            _LOG.error("this round ends here, the next one goes on: %s", error)

    # ------------------------------------------------------------ the lease

    def _holds_lease(self) -> bool:
        now = self._clock.now()  # a leap of the clock is no trouble of the ledger
        try:
            return self._takes_lease(now)
        except TouchlineError as error:
            _LOG.error("the ledger does not answer; nothing goes out: %s", error)
            return False

    def _takes_lease(self, now: datetime) -> bool:
        """Take the lease, or keep it; False where another daemon has it."""
        with self._ledger.write() as unit:
            if self._lease is not None:
                self._lease = renew_lease(unit, self._lease, now=now, ttl=_LEASE_FOR)
            if self._lease is None:
                _let_go_of_the_dead(unit, now)
                holder = this_worker()
                self._lease = take_lease(unit, DAEMON, holder, now=now, ttl=_LEASE_FOR)
        return self._lease is not None

    def _refuse_newer(self) -> None:
        """End where the ledger was migrated under this program: a restart brings the new one."""
        with suppress(Unreachable), self._ledger.read() as unit:
            refuse_other_schema(unit)

    def _holder(self) -> str:
        with self._ledger.read() as unit:
            lease = lease_of(unit, DAEMON)
        return f"{lease.holder}, until {lease.until.isoformat()}" if lease else "nobody"

    def _give_back(self) -> None:
        if self._lease is not None:
            with self._ledger.write() as unit:
                end_lease(unit, self._lease, now=self._clock.now())

    # ------------------------------------------------------------ a round

    def _round(self) -> int:
        """Fire what is due, move on who is due, deliver; the exit status that this comes to."""
        self._hold_what_is_to_come()
        self._call_roll()
        notice_policy(self._workplace, self._ledger, at=self._clock.now())
        playbooks, broken = runnable_playbooks(self._workplace, (), self._clock.now())
        for report in broken:
            _LOG.error("%s does not run: %s", report.playbook, report.fault)
        self._offsets = offsets(playbooks)
        status = max(self._track(), 1 if broken else 0)
        self._courier.hold_all_but([each.name for each in playbooks])
        for playbook in playbooks:
            if self._stop.is_asked:
                return status
            try:
                status = max(status, self._tend(playbook))
            except FellBack:
                raise
            except TouchlineError as error:  # one playbook's trouble never stops the others
                _LOG.error("%s: %s", playbook.name, error)
                status = max(status, error.exit_status)
        refuse_into_drafts(self._workplace, self._ledger, at=self._clock.now())
        self._courier.send()
        self._courier.write_back()
        send_notices(self._workplace, self._ledger, self._courier, at=self._clock.now())
        self._forget()
        return status

    def _hold_what_is_to_come(self) -> None:
        """Where the clock was set back: what passes have cleared by it is older than it seems."""
        before, now = self._began_at, self._clock.now()
        if before is not None and now < before:
            self._courier.hold_all_but(())
        self._began_at = now

    def _call_roll(self) -> None:
        """Once a pass, and whenever files were taken up: who was renamed, and who is gone."""
        now, place = self._clock.now(), self._workplace
        every = place.settings.policy.pass_every
        if _is_recent(self._called, now, every, place.zone):
            return
        for note in call_roll(place, self._ledger, at=now, actor=_ACTOR):
            _LOG.warning("%s", note)
        self._called = now

    def _track(self) -> int:
        """Once a day, before anything fires, the history of tracked fields; the exit status.

        What failed is tried again each `pass_every`, and never stops the fires.
        """
        now, place = self._clock.now(), self._workplace
        every = place.settings.policy.pass_every
        if _is_recent(self._failed_to_track, now, every, place.zone):
            return 0
        due = due_entities(place, self._ledger, now)
        found = track_entities(place, self._ledger, due, at=now, actor=_ACTOR)
        for each in found:
            if each.fault is not None:
                _LOG.error("the history of %s is not written: %s", each.entity, each.fault)
            else:
                _LOG.info("the history of %s: %d changes", each.entity, each.counts.changes)
        status = max((each.fault.exit_status for each in found if each.fault), default=0)
        self._failed_to_track = now if status else None
        return status

    def _forget(self) -> None:
        """Once a day, empty what `retention` says is old enough, in small portions."""
        now, policy = self._clock.now(), self._workplace.settings.policy
        if policy.touch_retention is None or self._forgot == now.date():
            return
        zone = self._workplace.zone
        before = start_of_day(shift_date(local_date(now, zone), policy.touch_retention, -1), zone)
        number = _FORGET
        while number == _FORGET and not self._stop.is_asked:
            with self._ledger.write() as unit:
                number = forget_touches(unit, before, limit=_FORGET, at=now, actor=_ACTOR)
        self._forgot = now.date()

    def _tend(self, playbook: BoundPlaybook) -> int:
        now = self._clock.now()
        fire = self._fire_due(playbook, now)
        if fire and not self._still_waits(playbook):
            return _tell(self._fire(playbook, fire, now))
        if self._is_time_for_a_pass(playbook, now):
            self._pass(playbook, now)
        return 0

    def _still_waits(self, playbook: BoundPlaybook) -> bool:
        """Whether a fire goes on waiting for the end of a halt or pause; the first look tells."""
        waits = bool(foreseen_still(self._ledger, playbook))
        is_known = playbook.name in self._still
        self._still = self._still | {playbook.name} if waits else self._still - {playbook.name}
        return waits and is_known

    def _fire_due(self, playbook: BoundPlaybook, now: datetime) -> Fire | None:
        """The slot to start now; slots that are passed over are recorded with their reason."""
        if playbook.schedule is None:
            return None
        later = self._offsets.get(playbook.name, timedelta(0))
        by, ran_until = now - later, self._ran_until.get(playbook.name)
        since, busy_until = self._since(playbook, by), ran_until and ran_until - later
        found = due(
            playbook.schedule,
            playbook.zone,
            *(since, by),
            busy_until=busy_until,
            holidays=self._holidays,
        )
        if found.fire is None and not found.skipped:
            return self._unfinished(playbook, now)
        for fire, reason in found.skipped:
            with self._ledger.write() as unit:
                skip_run(
                    unit,
                    playbook.name,
                    fire.id,
                    as_of=fire.at,
                    version=playbook.version,
                    reason=reason,
                    at=now,
                    actor=_ACTOR,
                )
        return found.fire

    def _unfinished(self, playbook: BoundPlaybook, now: datetime) -> Fire | None:
        """The last slot, where its run goes on: a process died in it, or a person approved it.

        One that failed is tried again each `pass_every`; all of it within `max_lateness`.
        """
        assert playbook.schedule is not None
        with self._ledger.read() as unit:
            run = slot_to_go_on_with(unit, playbook.name, playbook.version, now=now)
        if run is None:
            return None
        fire = fire_of(run.fire, playbook.zone)
        if is_too_late(playbook.schedule, fire, now, playbook.zone, self._holidays):
            return None
        every = self._workplace.settings.policy.pass_every
        failed_at = run.ended_at if run.state is RunState.FAILED else None
        if failed_at and shift_local(failed_at, every, playbook.zone) > now:
            return None
        return fire

    def _since(self, playbook: BoundPlaybook, now: datetime) -> datetime:
        """The last slot that is recorded; for a playbook that never fired, one pass ago."""
        with self._ledger.read() as unit:
            slot = last_slot(unit, playbook.name)
        if slot is not None:
            self._tell_of_the_future(playbook, end_of_slot(slot, playbook.zone), now)
            return end_of_slot(slot, playbook.zone)
        return now - self._workplace.settings.policy.pass_every.exact

    def _tell_of_the_future(self, playbook: BoundPlaybook, slot: datetime, now: datetime) -> None:
        """Once: a slot of another day that is still to come was recorded by another clock.

        Nothing fires before it, since nothing is repeated: without a word that might be for years.
        """
        if slot < now + _ANOTHER_DAY or playbook.name in self._told:
            return
        self._told.add(playbook.name)
        _LOG.error(
            "%s: its last slot, %s, is still to come by this machine's clock, and nothing fires "
            "before it. Set the clock right; where it was wrong when that slot was recorded, go "
            "back to a copy of the ledger from before",
            *(playbook.name, slot.isoformat()),
        )

    def _fire(self, playbook: BoundPlaybook, fire: Fire, now: datetime) -> RunReport:
        firing = firing_of(self._workplace, now, fire.id, _ACTOR)
        self._passed[playbook.name] = now
        report = run_one(self._workplace, self._ledger, playbook, firing, courier=self._courier)
        if not (report.fault or report.held or report.note):  # of those there was no run
            self._ran_until[playbook.name] = self._clock.now()
        return report

    def _is_time_for_a_pass(self, playbook: BoundPlaybook, now: datetime) -> bool:
        name, every = playbook.name, self._workplace.settings.policy.pass_every
        if not _is_recent(self._passed.get(name), now, every, playbook.zone):
            return True
        failed = self._broke_off.get(name)
        if failed is not None:  # a source that is away is not there again in two seconds
            return not failed <= now < failed + _AFTER_A_FAILURE
        unbound = self._courier.unbound(name)  # another pass would find no more than the last
        with self._ledger.read() as unit:
            if open_invitations(unit, name, limit=1):
                return True
            return bool(due_enrollments(unit, name, now, limit=1, passing_over=unbound))

    def _pass(self, playbook: BoundPlaybook, now: datetime) -> None:
        self._passed[playbook.name] = self._broke_off[playbook.name] = now
        pass_one(self._workplace, self._ledger, playbook, now, actor=_ACTOR, courier=self._courier)
        del self._broke_off[playbook.name]

    # ------------------------------------------------------------ files that change

    def _reload(self) -> None:
        """Take up changed files whole, or keep what was there: nothing half-written ever runs."""
        changed = take_up(self._workplace, self._files)
        if changed is None:
            return
        self._workplace = changed
        self._same.taken_up()
        policy = changed.policy
        self._holidays = policy.holidays
        self._courier.use(changed.channels, policy)
        self._courier.hold_all_but(())
        self._passed.clear()
        self._called = None


def _is_recent(at: datetime | None, now: datetime, every: Duration, zone: ZoneInfo) -> bool:
    """Whether something was done less than `every` ago.

    What was done at an instant that is still to come, by a clock that was set back since, was done
    nobody knows when.
    """
    return at is not None and at <= now < shift_local(at, every, zone)


def _let_go_of_the_dead(unit: Unit, now: datetime) -> None:
    """A daemon that was killed here need not be waited for."""
    lease = lease_of(unit, DAEMON)
    if lease is not None and gone_among([lease.holder]):
        end_lease(unit, lease, now=now)


def _tell(report: RunReport) -> int:
    """Log what a run came to; the exit status of that."""
    if report.fault:
        _LOG.error("%s failed as a whole: %s", report.playbook, report.fault)
        return report.exit_status
    if report.held:
        _LOG.warning("%s: %s", report.playbook, report.held)
    _LOG.info(
        "%s: %d match, %d entered, touches %s",
        report.playbook,
        report.matched,
        report.entered,
        dict(report.touches),
    )
    return report.exit_status
