"""`touchline simulate`: the real passes at the instants of past days, on a ledger in memory.

Every channel says yes and connects to nothing, fuses and drafts are approved at once. There is no
second evaluator: what a run would do, a run does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from engine.bind.acts import UPDATE_CHANNEL
from engine.bind.playbook import BoundPlaybook
from engine.courier import Courier, open_courier
from engine.language.playbook import Status
from engine.language.project import Project, Settings
from engine.ledger.drafts import approve_draft, held_drafts
from engine.ledger.due import due_playbooks
from engine.ledger.holds import approve, held_fuses
from engine.ledger.imagined import imagined_ledger
from engine.ledger.invitations import playbooks_invited
from engine.ledger.simulated import held_back, inside, next_due, over, to_deliver, watched
from engine.ledger.store import Ledger
from engine.moments import local_date, start_of_day
from engine.passes.entering import Firing
from engine.passes.reports import RunReport
from engine.ports import (
    Answer,
    Channel,
    Database,
    Follow,
    Message,
    NotSent,
    Permit,
    Refusal,
    Sent,
    nobody,
)
from engine.problems import Invalid, Misuse
from engine.running import make_courier, pass_one, refuse_into_drafts, run_one, runnable_playbooks
from engine.schedule import Fire, next_fire
from engine.simulation.days import Blown, PutOff, Ran, Simulation, Told, simulation_of
from engine.still import in_one_snapshot
from engine.workplace import Resolve, Workplace

__all__ = ["simulate"]

_ACTOR = "simulation"
_MOST_DAYS = 366
_INSTANT = timedelta(microseconds=1)
_LOOK = timedelta(hours=1)
"""How often waits for a condition are looked at; a daemon does so each `pass_every`."""
_SHORTLY = timedelta(minutes=1)  # before midnight, and before a fire
_ROUNDS = 5  # at one instant: what a touch lets go on is taken up in the next one


def simulate(
    workplace: Workplace,
    names: Sequence[str],
    first: date,
    last: date,
    *,
    progress: Callable[[date], None] | None = None,
) -> Simulation:
    """Replay the schedules of the named playbooks, or of all active ones, over some days.

    Both days are local to the project and belong to it. `progress` is told of each day as it
    begins.

    Raises:
        Misuse: the days are in the wrong order, too many, or not over yet.
        Invalid: a playbook is broken.
        SourceFault: data that cannot be trusted.
        Unreachable: a source or the ledger does not answer.
    """
    now = workplace.ports.clock.now()
    _refuse_days(first, last, today=local_date(now, workplace.zone))
    begins = start_of_day(first, workplace.zone)
    ends = min(start_of_day(last + timedelta(days=1), workplace.zone), now + _INSTANT)
    hand = _Hand(begins)
    with (
        _stage(workplace, names, hand) as place,
        imagined_ledger(workplace.ledger_or_none(), at=begins) as ledger,
        open_courier(make_courier(place, ledger, hand.now)) as courier,
    ):
        playbooks = _playbooks(place, names, begins)
        replay = _Replay(place, ledger, playbooks, courier, hand)
        replay.until(ends, progress)
        with ledger.read() as unit:
            named = [each.name for each in playbooks]
            found = simulation_of(unit, (first, last), named, replay.told, place.zone)
    return replace(found, notes=tuple(_notes(playbooks)))


def _notes(playbooks: Sequence[BoundPlaybook]) -> Iterator[str]:
    for each in playbooks:
        if each.schedule is None:
            yield f"{each.name} has no schedule: it never fires by itself"
        if each.status is Status.PAUSED:
            yield f"{each.name} is paused: name it to see what it would do"
    if not playbooks:
        yield "no playbook is active: name the drafts to replay"


def _refuse_days(first: date, last: date, *, today: date) -> None:
    if last < first:
        raise Misuse(f"--to {last} lies before --from {first}")
    if last > today:
        raise Misuse(f"--to {last} is not over yet: only past days can be replayed")
    if (last - first).days >= _MOST_DAYS:
        raise Misuse(f"{first} to {last} are over {_MOST_DAYS} days; ask for fewer at a time")


# ---------------------------------------------------------------- the stage


class _Hand:
    """The port `Clock`: it shows what the replay sets it to."""

    def __init__(self, at: datetime) -> None:
        self.at = self._began = at

    def now(self) -> datetime:
        """The instant that is replayed."""
        return self.at

    def uptime(self) -> float:
        """Seconds since the hand was made, by itself."""
        return (self.at - self._began).total_seconds()


class _Yes:
    """The port `Channel` for a receiver that takes everything; nothing leaves the process."""

    on_unknown = "hold"
    patience = 1.0
    at_once = 4

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, message: Message, permit: Permit, *, follow: Follow = nobody) -> Answer:
        """Taken, if it may go."""
        if await permit():
            return Sent("simulated")
        return NotSent(Refusal.LATER, "not permitted")

    async def close(self) -> None:
        """There is no connection."""


@contextmanager
def _stage(workplace: Workplace, names: Sequence[str], hand: _Hand) -> Iterator[Workplace]:
    """The project with its sources standing still and everything that goes out going nowhere."""
    databases = workplace.ports.databases(workplace.settings, workplace.root, workplace.resolve)
    with ExitStack() as opened:
        still = opened.enter_context(in_one_snapshot(databases))

        def sources(_settings: Settings, _root: Path, _resolve: Resolve) -> Mapping[str, Database]:
            return still

        def channels(declared: Mapping[str, object], *_: object) -> Mapping[str, Channel]:
            return {name: _Yes(name) for name in declared}

        def writer(*_: object) -> Channel:
            return _Yes(UPDATE_CHANNEL)

        ports = replace(
            workplace.ports, databases=sources, channels=channels, writer=writer, clock=hand
        )
        yield replace(workplace, project=_eager(workplace, names), ports=ports, opened=opened)


def _eager(workplace: Workplace, names: Sequence[str]) -> Project:
    """The project with the named playbooks active, and without rates: they only spread."""
    project = workplace.project
    policy = replace(project.settings.policy, rates={}, per_sender=None)
    playbooks = {
        name: replace(each, status=Status.ACTIVE) if name in names else each
        for name, each in project.playbooks.items()
    }
    settings = replace(project.settings, policy=policy)
    return replace(project, settings=settings, playbooks=playbooks)


def _playbooks(place: Workplace, names: Sequence[str], at: datetime) -> list[BoundPlaybook]:
    found, broken = runnable_playbooks(place, names, at)
    faults = [each.fault for each in broken if isinstance(each.fault, Invalid)]
    if faults:
        raise Invalid(problem for fault in faults for problem in fault.problems)
    return found


# ---------------------------------------------------------------- the play


class _Replay:
    """One instant after the other, each as a daemon's round would be."""

    def __init__(
        self,
        place: Workplace,
        ledger: Ledger,
        playbooks: Sequence[BoundPlaybook],
        courier: Courier,
        hand: _Hand,
    ) -> None:
        self._place = place
        self._ledger = ledger
        self._playbooks = playbooks
        self._courier = courier
        self._hand = hand
        self._fires: dict[str, Fire | None] = {}
        self._ending = frozenset(each.name for each in playbooks if each.exit_when or each.goal)
        self._look: datetime | None = None
        self.told = Told()

    def until(self, ends: datetime, progress: Callable[[date], None] | None) -> None:
        """Replay from the instant that the hand shows up to another, which is not among them."""
        at, day = self._hand.at - _INSTANT, date.min
        while (following := self._following(at)) is not None and following < ends:
            at = self._hand.at = following
            today = local_date(at, self._place.zone)
            if progress and today != day:
                progress(today)
            day = today
            self._round(at)

    def _following(self, at: datetime) -> datetime | None:
        """The next instant at which anything may happen."""
        fires = [fire.at for each in self._playbooks if (fire := self._next_fire(each, at))]
        found = [*fires]
        with self._ledger.read() as unit:
            due = next_due(unit, at)
            found += [due] if due else []
            if watched(unit):
                self._look = self._look or at + _LOOK
                found.append(self._look)
            if inside(unit) & self._ending:
                found.append(self._evening(at))
                found += [each - _SHORTLY for each in fires if each - _SHORTLY > at]
        return min(found, default=None)

    def _next_fire(self, playbook: BoundPlaybook, at: datetime) -> Fire | None:
        if playbook.schedule is None:
            return None
        known = self._fires.get(playbook.name)
        if playbook.name not in self._fires or (known and known.at <= at):
            self._fires[playbook.name] = next_fire(playbook.schedule, playbook.zone, at)
        return self._fires[playbook.name]

    def _evening(self, at: datetime) -> datetime:
        """The next last minute of a day: who leaves is seen on the day on which it does."""
        zone = self._place.zone
        for days in (1, 2):
            midnight = start_of_day(local_date(at, zone) + timedelta(days=days), zone)
            if midnight - _SHORTLY > at:
                return midnight - _SHORTLY
        raise AssertionError(f"no evening follows {at}")

    def _round(self, at: datetime) -> None:
        called = self._called(at)
        self._courier.hold_all_but(())
        for playbook in self._playbooks:
            fire = self._fires.get(playbook.name)
            if fire and fire.at == at:
                self._fire(playbook, fire)
            elif playbook.name in called:
                self._pass(playbook, at)
        refuse_into_drafts(self._place, self._ledger, at=at)
        for _ in range(_ROUNDS):
            self._deliver(at)
            late = self._late(at)
            if not late:
                break
            for playbook in self._playbooks:
                if playbook.name in late:
                    self._pass(playbook, at)
        if self._is_before_fire(at):
            return  # what waits may go by the fire: that is asked then
        with self._ledger.read() as unit:
            today = local_date(at, self._place.zone)
            self.told.put_off.update(PutOff(today, *each) for each in held_back(unit))

    def _is_before_fire(self, at: datetime) -> bool:
        return any(fire and fire.at - _SHORTLY == at for fire in self._fires.values())

    def _called(self, at: datetime) -> frozenset[str]:
        """The playbooks in which something may happen now, but for those that fire."""
        is_look = self._look is not None and self._look <= at
        is_evening = self._evening(at - _INSTANT) == at
        if is_look:
            self._look = None
        with self._ledger.read() as unit:
            looked_at = over(unit, at) | (watched(unit) if is_look else frozenset())
            leaving = (
                inside(unit) & self._ending
                if is_evening or self._is_before_fire(at)
                else frozenset()
            )
            return looked_at | leaving | to_deliver(unit, at) | self._late(at)

    def _late(self, at: datetime) -> frozenset[str]:
        """The playbooks in which somebody could go on, or waits to be let in."""
        with self._ledger.read() as unit:
            return due_playbooks(unit, at) | playbooks_invited(unit)

    def _pass(self, playbook: BoundPlaybook, at: datetime) -> None:
        place, courier = self._place, self._courier
        pass_one(place, self._ledger, playbook, at, actor=_ACTOR, courier=courier)

    def _deliver(self, at: datetime) -> None:
        self._approve_drafts(at)
        with self._ledger.read() as unit:
            ready = to_deliver(unit, at)
        if ready:
            self._courier.send()
            self._courier.write_back()

    def _approve_drafts(self, at: datetime) -> None:
        with self._ledger.read() as unit:
            drafts = held_drafts(unit)
        for draft in drafts:
            with self._ledger.write() as unit:
                approve_draft(unit, draft.id, digest="", at=at, actor=_ACTOR)

    def _fire(self, playbook: BoundPlaybook, fire: Fire) -> None:
        report = self._run(playbook, fire)
        if report.held:
            self.told.blown.append(Blown(fire.at, playbook.name, report.held.partition(";")[0]))
            self._approve(playbook, fire.at)
            report = self._run(playbook, fire)
        self.told.ran.append(Ran(fire.at, playbook.name, report.matched, dict(report.skipped)))

    def _run(self, playbook: BoundPlaybook, fire: Fire) -> RunReport:
        first_run = self._place.settings.policy.first_run
        firing = Firing(fire.at, fire.id, _ACTOR, first_run=first_run)
        report = run_one(self._place, self._ledger, playbook, firing, courier=self._courier)
        if report.fault is not None:
            raise report.fault
        return report

    def _approve(self, playbook: BoundPlaybook, at: datetime) -> None:
        with self._ledger.write() as unit:
            for fuse in held_fuses(unit):
                if fuse.playbook == playbook.name:
                    approve(unit, fuse.id, at=at, actor=_ACTOR)
