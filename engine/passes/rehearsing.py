"""Where the decisions of a rehearsal go: everyone's place is kept in memory.

Every touch is taken for sent once it is its turn, and what would have been done is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from engine.decide.became import Passed, StepRecord, passed_by, with_memory
from engine.decide.facts import (
    Climbed,
    Decision,
    Enrollment,
    Invited,
    Moved,
    NewTouch,
    Phase,
    Reached,
    TouchMade,
    TouchState,
    is_going,
    is_waiting,
    told_apart,
)
from engine.decide.journey import standing_after
from engine.decide.pauses import Pause
from engine.ledger.closing import ClosingTask
from engine.ledger.control import pause_until
from engine.ledger.due import DueEnrollment, due_enrollments, ended_already
from engine.ledger.inside import (
    gathering,
    number_inside,
    outdated,
    patient,
    patient_named,
    stirring,
    versions_inside,
    watching,
)
from engine.ledger.stays import records_in
from engine.ledger.store import Ledger, Unit
from engine.ledger.tasks import TaskState
from engine.ledger.touches import is_in_inbox
from engine.passes.journal import closing_pages

__all__ = ["DryJournal"]


class DryJournal:
    """Decisions stay in memory; nothing is written and nothing is sent.

    `shut` are the channels on which touches would stay as they are, each with the reason.
    """

    def __init__(
        self,
        ledger: Ledger | None,
        playbook: str,
        as_of: datetime,
        *,
        shut: Mapping[str, str],
        dispatch: Callable[[Sequence[NewTouch]], Sequence[NewTouch]],
    ) -> None:
        self._ledger = ledger
        self._shut = shut
        self._dispatch = dispatch
        self._playbook = playbook
        self._as_of = as_of
        self._standing: dict[str, Enrollment | None] = {}
        self._unread = ledger is not None
        self._pause = _pause_of(ledger, playbook, as_of)
        self._moved: dict[str, Enrollment] = {}
        self._left_behind: set[str] = set()
        self._made: dict[str, dict[str, NewTouch]] = {}
        self._outbox: dict[str, NewTouch] = {}
        self._ended_before: dict[tuple[str, str], tuple[TouchState, ...]] = {}
        self._passed: dict[str, list[Passed]] = {}
        self.would: list[NewTouch] = []
        self._closed: dict[str, set[str]] = {}
        self.invited: list[Invited] = []

    def versions(self) -> Sequence[str]:
        """The versions with which somebody is inside, by the ledger and by what was moved."""
        if self._ledger is None:
            return ()
        with self._ledger.read() as unit:
            known = versions_inside(unit, self._playbook)
        return list(dict.fromkeys([*known, *(each.version for each in self._moved.values())]))

    def stirring(self) -> Iterator[Sequence[Enrollment]]:
        """Those of the ledger, if there is one, whom this pass has not decided on yet."""
        for page in self._undecided(partial(stirring, as_of=self._as_of)):
            yield [self._moved.get(each.id, each) for each in page]

    def still_inside(self) -> dict[str, Enrollment]:
        """The same with those whom it has decided on and who stay, as they stand by that; by id."""
        undecided = {each.id: each for page in self.stirring() for each in page}
        return undecided | {id_: each for id_, each in self._standing.items() if each is not None}

    def patient(self, among: Collection[str]) -> Iterator[Sequence[Enrollment]]:
        """The same of everyone else who goes on with one of some versions."""
        known = partial(patient, as_of=self._as_of, among=[*among, *self._left_behind])
        for page in self._undecided(known):
            now = (self._moved.get(each.id, each) for each in page)
            yield [each for each in now if each.version in among]

    def number_inside(self, among: Collection[str], up_to: int) -> int:
        """How many the ledger says there are, of whatever was moved among them too."""
        if self._ledger is None:
            return 0
        with self._ledger.read() as unit:
            return number_inside(unit, self._playbook, [*among, *self._left_behind], up_to=up_to)

    def named(
        self, among: Collection[str], keys: Sequence[str], past: Collection[str] | None
    ) -> Iterator[Sequence[Enrollment]]:
        """Those of the patient who have one of some keys, whatever they are past: some moved."""
        versions = [*among, *self._left_behind]
        named = partial(patient_named, as_of=self._as_of, among=versions, keys=keys, past=None)
        for page in self._undecided(named):
            now = (self._moved.get(each.id, each) for each in page)
            yield [each for each in now if each.version in among]

    def outdated(self, version: str) -> Iterator[Sequence[Enrollment]]:
        """The same of those who go on with another version than this one."""
        for page in self._undecided(partial(outdated, version=version)):
            now = (self._moved.get(each.id, each) for each in page)
            yield [each for each in now if each.version != version]

    def watching(self) -> Iterator[Sequence[Enrollment]]:
        """The same of those who stand still for a condition, or for a missing moment."""
        for page in self._undecided(watching):
            yield [each for each in page if each.id not in self._moved]
        yield [each for each in self._carried() if _is_watching(each)]

    def _undecided(
        self, read: Callable[[Unit, str], Iterator[Sequence[Enrollment]]]
    ) -> Iterator[Sequence[Enrollment]]:
        if self._ledger is None:
            return
        with self._ledger.read() as unit:
            for page in read(unit, self._playbook):
                yield [self._as_it_is(each) for each in page if each.id not in self._standing]

    def _as_it_is(self, inside: Enrollment) -> Enrollment:
        """One of the ledger as this pass finds it: where a pause is over, as its end leaves it."""
        return inside if self._pause is None else self._pause.over(inside)

    def _carried(self) -> list[Enrollment]:
        """Those who go on otherwise than the ledger has them, and on whom nothing is decided."""
        return [each for each in self._moved.values() if each.id not in self._standing]

    def due(self, unbound: Collection[str]) -> Sequence[DueEnrollment]:
        """What the ledger says is due, and what this pass led to, in the order of a run."""
        found = sorted([*self._due_in_ledger(), *self._due_in_memory()], key=_turn)
        return [each for each in found if each.enrollment.version not in unbound]

    def gathering(self) -> Sequence[Enrollment]:
        """Those of the ledger whom nothing was decided on yet, and whom decisions led to one."""
        known: list[Enrollment] = []
        if self._ledger is not None:
            with self._ledger.read() as unit:
                known = [*map(self._as_it_is, gathering(unit, self._playbook, self._as_of))]
        untouched = [
            each for each in known if each.id not in self._standing and each.id not in self._moved
        ]
        led = [*self._carried(), *(each for each in self._standing.values() if each)]
        return [*untouched, *(each for each in led if _has_fired(each, self._as_of))]

    def gathered(self) -> int:
        """How many would still wait for their digest to fire."""
        undecided = (each for page in self.patient(self.versions()) for each in page)
        led = (each for each in self._standing.values() if each)
        return sum(each.phase is Phase.GATHERING for each in (*undecided, *led))

    def records(self, ids: Collection[str]) -> Mapping[str, Mapping[str, StepRecord]]:
        """What the ledger says of their steps, and what this pass would have added."""
        return {
            each: self._without_closed(each, self._with_memory(each, known))
            for each, known in records_in(self._ledger, ids).items()
        }

    def _with_memory(
        self, enrollment: str, known: Mapping[str, StepRecord]
    ) -> Mapping[str, StepRecord]:
        """The same, with what this pass would have added."""
        made = self._made_for(enrollment)
        tasks = {touch.step for touch in made if is_in_inbox(touch)}
        passed = self._passed.get(enrollment, ())
        return with_memory(known, passed, self._states(enrollment), tasks)

    def _without_closed(
        self, enrollment: str, known: Mapping[str, StepRecord]
    ) -> Mapping[str, StepRecord]:
        """The same, with the tasks closed that this pass would have closed."""
        closed = self._closed.get(enrollment, set())
        return {
            step: replace(record, task=TaskState.CLOSED) if step in closed else record
            for step, record in known.items()
        }

    def _states(self, enrollment: str) -> dict[str, tuple[TouchState, ...]]:
        """The states of the touches made in this pass, by step."""
        states: dict[str, tuple[TouchState, ...]] = {}
        for touch in self._made_for(enrollment):
            states[touch.step] = (*states.get(touch.step, ()), self._foreseen(touch))
        return states

    def record(self, decisions: Iterable[Decision]) -> None:
        """Remember where everyone stands and what would have gone out."""
        listed = tuple(map(self._as_it_waits, decisions))
        gone_on = [each for each in listed if self._goes_on(each)]
        self._moved |= {id_: each for id_, each in standing_after(gone_on).items() if each}
        self._left_behind.update(each.before.version for each in listed if isinstance(each, Moved))
        self._standing |= standing_after([each for each in listed if not self._goes_on(each)])
        for each in passed_by(listed):
            self._passed.setdefault(each.enrollment, []).append(each)
        made = [each.touch for each in listed if isinstance(each, TouchMade)]
        self._keep(made)
        self.would += [touch for touch in made if is_in_inbox(touch)]  # there at once, as in a run
        self._outbox |= {touch.id: touch for touch in made if not is_in_inbox(touch)}
        self.invited += [each for each in listed if isinstance(each, Invited)]

    def end(self, touches: Sequence[NewTouch]) -> None:
        """Remember what ends before anybody is decided on: it takes nobody's place from now on."""
        self.record(TouchMade(touch) for touch in touches)
        self._dispatch(touches)

    def pass_over(self, refused: Sequence[NewTouch]) -> None:
        """Remember of whom a digest tells no more: their step is over, and by no touch."""
        self._keep(refused)

    def _goes_on(self, decision: Decision) -> bool:
        """Whether one of the ledger is where it was, and still to be decided on by that.

        It goes on with another version, or has reached a goal or a level that ends nothing.
        """
        match decision:
            case Moved():
                return True
            case Reached(after=after) | Climbed(after=after):
                return self._unread and after.id not in self._standing
            case _:
                return False

    def _keep(self, touches: Sequence[NewTouch]) -> None:
        for touch in touches:
            for part in told_apart(touch):
                self._made.setdefault(part.enrollment, {})[part.id] = part

    def _made_for(self, enrollment: str) -> Collection[NewTouch]:
        return self._made.get(enrollment, {}).values()

    def _as_it_waits(self, decision: Decision) -> Decision:
        if not isinstance(decision, TouchMade):
            return decision
        touch = decision.touch
        if not (touch.channel in self._shut and is_going(touch, self._as_of)):
            return decision
        return TouchMade(replace(touch, reason=self._shut[touch.channel]))

    def go_on_with(self, enrollments: Sequence[Enrollment]) -> None:
        """Those of the ledger go on from where they stand, by their touches on record."""
        self._standing |= {each.id: each for each in enrollments}
        if self._ledger is not None:
            with self._ledger.read() as unit:
                ended = ended_already(unit, enrollments)
            self._ended_before |= {(each.id, each.step): ended[each.id] for each in enrollments}

    def inside(self) -> list[str]:
        """The keys of those who would be inside by what was decided, but of who is held out."""
        led = (each for each in self._standing.values() if each)
        return [each.key for each in led if not each.holdout]

    def left(self) -> list[str]:
        """The enrollments that would have ended."""
        return [id_ for id_, standing in self._standing.items() if standing is None]

    def closing(self) -> Iterator[Sequence[ClosingTask]]:
        """Those of the ledger, if there is one."""
        return iter(()) if self._ledger is None else closing_pages(self._ledger, self._playbook)

    def close(self, tasks: Sequence[ClosingTask]) -> int:
        """Remember that they would be closed."""
        for task in tasks:
            self._closed.setdefault(task.enrollment.id, set()).add(task.step)
        return len(tasks)

    def deliver(self) -> bool:
        """Nothing is sent: what was made since is remembered as a dispatch would leave it."""
        gone = self._dispatch(list(self._outbox.values()))
        self._outbox.clear()
        self._keep(gone)
        self.would += gone
        return bool(gone)

    def _due_in_ledger(self) -> list[DueEnrollment]:
        if not (self._ledger and self._unread):
            return []
        self._unread = False
        with self._ledger.read() as unit:
            found = due_enrollments(unit, self._playbook, self._as_of, limit=None)
        here = [each.enrollment for each in found if each.enrollment.id not in self._standing]
        stayed = [self._as_it_is(each) for each in here if each.id not in self._moved]
        by_id = {each.enrollment.id: each for each in found}
        return [*self._due_among([*stayed, *self._carried()], by_id)]

    def _due_among(
        self, inside: Sequence[Enrollment], found: Mapping[str, DueEnrollment]
    ) -> Iterator[DueEnrollment]:
        """Those of some who are due as they stand now; `found` are due in the ledger, by id."""
        for each in inside:
            over = each.waits_until is not None and each.waits_until <= self._as_of
            if each.phase is Phase.READY or (each.phase is Phase.WAITING and over):
                yield DueEnrollment(each)
            elif each.phase is Phase.TOUCHING and each.id in found:
                yield DueEnrollment(each, found[each.id].states, found[each.id].ended_at)

    def _due_in_memory(self) -> list[DueEnrollment]:
        due = []
        for enrollment in self._standing.values():
            if enrollment and enrollment.phase is Phase.READY:
                due.append(DueEnrollment(enrollment))
            elif (
                enrollment
                and enrollment.phase is Phase.TOUCHING
                and not self._is_held_back(enrollment)
            ):
                due.append(DueEnrollment(enrollment, self._ends(enrollment), self._as_of))
        return due

    def _is_held_back(self, enrollment: Enrollment) -> bool:
        """Whether a touch of its step has not gone, as for a window, a cap or an approval."""
        return any(
            touch.step == enrollment.step
            and (touch.state is TouchState.DRAFT or self._is_still_here(touch))
            for touch in self._made_for(enrollment.id)
        )

    def _is_still_here(self, touch: NewTouch) -> bool:
        return touch.state is TouchState.READY and (
            touch.id in self._outbox or is_waiting(touch, self._as_of)
        )

    def _ends(self, enrollment: Enrollment) -> tuple[TouchState, ...]:
        now = tuple(
            self._foreseen(touch)
            for touch in self._made_for(enrollment.id)
            if touch.step == enrollment.step and not touch.copy_of
        )
        return (*self._ended_before.get((enrollment.id, enrollment.step), ()), *now)

    def _foreseen(self, touch: NewTouch) -> TouchState:
        """Every touch that would go out is taken for sent, but where it has to wait."""
        is_ready = touch.state is TouchState.READY
        return TouchState.SENT if is_ready and not self._is_still_here(touch) else touch.state


def _pause_of(ledger: Ledger | None, playbook: str, as_of: datetime) -> Pause | None:
    """The pause of a playbook that this pass would find over, if it is in one."""
    if ledger is None:
        return None
    with ledger.read() as unit:
        return pause_until(unit, playbook, as_of)


def _turn(due: DueEnrollment) -> tuple[int, datetime, str]:
    """When it is the turn of one who is due, in the order of `due_enrollments`."""
    of = due.enrollment
    return _PHASES.index(of.phase), of.waits_until or _AT_ONCE, of.id


_PHASES = (Phase.READY, Phase.WAITING, Phase.TOUCHING)
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


def _is_watching(enrollment: Enrollment) -> bool:
    no_moment = enrollment.phase is Phase.WAITING and enrollment.waits_until is None
    return no_moment or enrollment.phase in (Phase.WATCHING, Phase.HOLDING)


def _has_fired(enrollment: Enrollment, as_of: datetime) -> bool:
    until = enrollment.waits_until
    return enrollment.phase is Phase.GATHERING and until is not None and until <= as_of
