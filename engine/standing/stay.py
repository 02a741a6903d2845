"""Where one customer stands in a playbook: inside or not, at which step, and what it waits for.

Nothing is decided here. What a pass would ask is asked of the one customer, by the same functions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from engine.audience.explain import Node, explain
from engine.audience.select import Key
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own, Stay
from engine.bind.acts import BoundEmail, BoundIf, BoundStep, BoundWaitFor
from engine.bind.conditions import BoundEveryone, Condition
from engine.bind.playbook import Audience, BoundPlaybook
from engine.decide.ahead import Coming, Ending, Outlook, Prospect, ahead, ahead_from
from engine.decide.became import StepRecord, stay_of
from engine.decide.changes import Becomes, Fate, carried_over, fate_of
from engine.decide.facts import Enrollment, Left, Outcome, Phase
from engine.decide.journey import settled
from engine.decide.stay import Newcomer, enter, start_of
from engine.decide.waits import Clock
from engine.language.project import SmtpChannel
from engine.ledger.audit import AuditRecord, Kind
from engine.ledger.control import halts_in_force, pause_until
from engine.ledger.customer import EndedStay, StayTouch, ended_stays, touches_of_stay
from engine.ledger.journey import inside
from engine.ledger.log import last_records
from engine.ledger.stays import step_records
from engine.ledger.store import Ledger, Unit
from engine.ledger.touches import list_touches
from engine.passes.versions import Shelf
from engine.standing.contact import Contact, contact_now, shut_out
from engine.standing.people import People, people_of
from engine.steps.drafts import House
from engine.workplace import Workplace

__all__ = ["Inside", "Standing", "standing_of"]

EVENTS_TOLD = 10
"""How many of the last records of one customer are told."""


@dataclass(frozen=True, slots=True)
class Inside:
    """One who is inside. `fate` is what becomes of one of an older version, None of today's.

    `step` is what it stands at, None for one held out and where its version no longer binds;
    `waits_for` is the condition that a `wait_for` or a `hold_while` asks.
    """

    enrollment: Enrollment
    fate: Fate | None
    step: BoundStep | None
    waits_for: Node | None
    touches: tuple[StayTouch, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one customer stands at `now`, what it hangs on, and what comes.

    `is_present` is False where it is gone from the source. `halted` has the reasons of halts in
    force, by playbook (empty: everything). `goal`, its `levels` by name and `exit_when` are asked
    as of `now`, and None where there is none, or nobody to ask. `forks_on` is the condition of the
    first fork ahead, as it is now. `prospect` is None where nothing is known to come. `steps_of`
    has the steps of the touches that `records` name.
    """

    now: datetime
    playbook: BoundPlaybook
    inside: Inside | None
    ended: tuple[EndedStay, ...]
    is_present: bool
    halted: Mapping[str, str]
    goal_name: str
    goal: Node | None
    levels: tuple[tuple[str, Node | None], ...]
    exit_when: Node | None
    prospect: Prospect | None
    forks_on: Node | None
    contact: Contact | None
    records: tuple[AuditRecord, ...]
    steps_of: Mapping[str, str]

    @property
    def entered(self) -> int:
        """How often it entered."""
        return len(self.ended) + (self.inside is not None)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger has on record of the customer."""

    inside: Enrollment | None = None
    steps: Mapping[str, StepRecord] | None = None
    touches: tuple[StayTouch, ...] = ()
    ended: tuple[EndedStay, ...] = ()
    halted: Mapping[str, str] | None = None
    records: tuple[AuditRecord, ...] = ()
    steps_of: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at one customer."""

    workplace: Workplace
    playbook: BoundPlaybook
    key: Key
    snapshot: Snapshot
    ledger: Ledger | None
    now: datetime
    known: _Known

    def tree(self, playbook: BoundPlaybook, asked: Condition | None) -> Node | None:
        """A condition asked of the customer, in its stay or in the one that would begin now."""
        if asked is None:
            return None
        entity = playbook.audience.entity
        about = Audience(playbook.name, entity, asked, playbook.zone)
        return explain(about, self.key, self.snapshot, self.now, own=self._own(playbook))

    def _own(self, playbook: BoundPlaybook) -> Own:
        stay, entity = self.known.inside, playbook.audience.entity
        if stay is None:
            begun = Stay(str(self.key), self.now)
            return Own(entity, frozenset(), lambda: [begun])
        lasting = stay_of(stay, self.known.steps or {})
        return Own(entity, frozenset({stay.id}), lambda: [lasting])

    def house(self, playbook: BoundPlaybook) -> House:
        catalog, settings = self.workplace.catalog, self.workplace.settings
        return House(playbook, catalog, settings, self.now, self.workplace.policy.holidays)

    def clock(self, playbook: BoundPlaybook) -> Clock:
        return Clock(playbook.zone, self.workplace.policy.holidays)


def standing_of(
    workplace: Workplace,
    playbook: BoundPlaybook,
    key: Key,
    snapshot: Snapshot,
    *,
    ledger: Ledger | None,
    now: datetime,
    enters_at: datetime | None,
) -> Standing:
    """Where one customer stands; `enters_at` is when it would enter, None where it would not."""
    known = _known(ledger, playbook, str(key), now=now)
    look = _Look(workplace, playbook, key, snapshot, ledger, now, known)
    is_present = look.tree(playbook, BoundEveryone()) is not None
    if known.inside is None:
        return _outside(look, enters_at, is_present=is_present)
    return _inside(look, known.inside, is_present=is_present)


def _known(ledger: Ledger | None, playbook: BoundPlaybook, key: str, *, now: datetime) -> _Known:
    if ledger is None:
        return _Known()
    with ledger.read() as unit:
        stay = inside(unit, playbook.name, key)
        pause = pause_until(unit, playbook.name, now)
        if stay is not None and pause is not None:  # what it waits for comes later by the pause
            stay = pause.over(stay)
        names = (playbook.name, *playbook.formerly)
        return _Known(
            stay,
            steps=step_records(unit, [stay.id])[stay.id] if stay else None,
            touches=tuple(touches_of_stay(unit, stay.id)) if stay else (),
            ended=tuple(ended_stays(unit, playbook.name, key)),
            halted=_halts(unit, playbook.name),
            records=_last_records(unit, names, key),
            steps_of={each.id: each.step for each in list_touches(unit, key=key)},
        )


def _last_records(unit: Unit, names: Collection[str], key: str) -> tuple[AuditRecord, ...]:
    """The last of what happened, without the handling of touches between making and outcome."""
    found = last_records(unit, playbooks=names, key=key, kinds=_TOLD, limit=2 * EVENTS_TOLD)
    moved = [each for each in found if not _is_change_of_phase(each)]
    return tuple(moved[-EVENTS_TOLD:])


def _is_change_of_phase(record: AuditRecord) -> bool:
    body = json.loads(record.body)
    return record.kind == Kind.STEP_REACHED and body.get("from") == body.get("step")


_TOLD = tuple(
    each
    for each in Kind
    if each not in (Kind.TOUCH_CLAIMED, Kind.TOUCH_RELEASED, Kind.TOUCH_IN_DOUBT)
)


def _halts(unit: Unit, playbook: str) -> dict[str, str]:
    return {each.scope: each.why for each in halts_in_force(unit) if each.scope in ("", playbook)}


# ---------------------------------------------------------------- not inside


def _outside(look: _Look, enters_at: datetime | None, *, is_present: bool) -> Standing:
    playbook = look.playbook
    start = start_of(playbook, enters_at or look.now, look.clock(playbook))
    begun = enter(start, Newcomer(str(look.key), 1)).enrollment
    people = people_of(look.house(playbook), begun, look.key, look.snapshot)
    prospect = None
    if enters_at is not None and people is not None:
        outlook = _outlook(look, playbook, begun, people)
        held = Prospect((), Ending.HELD, begun.waits_until)
        first = playbook.steps[0].id
        prospect = held if begun.holdout else ahead_from(outlook, first, enters_at)
    return _standing(look, playbook, None, prospect, people, is_present=is_present)


# ---------------------------------------------------------------- inside


def _inside(look: _Look, stay: Enrollment, *, is_present: bool) -> Standing:
    shelf = Shelf(look.workplace.project, look.workplace.catalog, look.ledger, look.playbook)
    then = shelf.as_it_was(stay.version)
    fate = None
    if stay.version != look.playbook.version:
        fate = fate_of(look.playbook, stay.entity, stay.step, binds=then is not None)
    step = then.route.steps.get(stay.step) if then else None
    waits_for = look.tree(then, _stands_still_for(step, stay.phase)) if then else None
    told = Inside(stay, fate, step, waits_for, look.known.touches)
    asked = shelf.asked_of(stay.version)
    if asked is not None and asked.audience.entity.name != stay.entity:
        asked = None  # as in a pass: the new version is about somebody else
    goes_on = _goes_on(look, then, stay, fate)
    if goes_on is None:
        prospect = Prospect((), Ending.HELD)
        people = people_of(look.house(look.playbook), stay, look.key, look.snapshot)
        return _standing(look, asked, told, prospect, people, is_present=is_present)
    playbook, after = goes_on
    people = people_of(look.house(playbook), after, look.key, look.snapshot)
    if people is None:
        return _standing(look, asked, told, None, None, is_present=is_present)
    prospect = _prospect(look, playbook, after, people)
    return _standing(look, asked, told, prospect, people, is_present=is_present)


def _stands_still_for(step: BoundStep | None, phase: Phase) -> Condition | None:
    if step is None:
        return None
    if phase is Phase.WATCHING and isinstance(step, BoundWaitFor):
        return step.condition
    return step.hold_while.when if phase is Phase.HOLDING and step.hold_while else None


def _goes_on(
    look: _Look, then: BoundPlaybook | None, stay: Enrollment, fate: Fate | None
) -> tuple[BoundPlaybook, Enrollment] | None:
    """The version that one goes on with, and how it stands there; None where it does not."""
    if fate is None or fate.becomes is Becomes.KEPT:
        return (then, stay) if then is not None else None
    current = look.playbook
    moved = carried_over(current, stay, as_of=look.now, clock=look.clock(current))
    is_moved = fate.becomes in (Becomes.MOVED, Becomes.RENAMED)
    return (current, moved.after) if moved is not None and is_moved else None


def _prospect(look: _Look, playbook: BoundPlaybook, stay: Enrollment, people: People) -> Prospect:
    """What comes for one that goes on; nothing where its step has failed, and it leaves by that."""
    here = look.known.inside.step if look.known.inside else ""  # as the touches on record have it
    touches = [each for each in look.known.touches if each.step == here]
    touched = _touched(touches, look.now)
    if stay.phase is Phase.TOUCHING:
        ended = [each.state for each in touches if each.state.has_ended and not each.copy_of]
        decided = settled(playbook, stay, ended, at=touched)
        if any(isinstance(each, Left) and each.outcome is Outcome.EXITED for each in decided):
            return Prospect((), Ending.EXITS, max(touched, look.now))
    return ahead(_outlook(look, playbook, stay, people), stay, touched=touched)


def _touched(touches: Sequence[StayTouch], now: datetime) -> datetime:
    """When the touches of a step have ended, or can have at the earliest."""
    waiting = [each.next_attempt_at for each in touches if not each.state.has_ended]
    if waiting:
        return max(now, *waiting)
    return max((each.ended_at for each in touches if each.ended_at), default=now)


# ---------------------------------------------------------------- both


def _outlook(look: _Look, playbook: BoundPlaybook, stay: Enrollment, people: People) -> Outlook:
    calendar = look.workplace.policy.calendar
    steps = look.known.steps or {}
    but = cache(partial(_shut_out, look, playbook, people))
    return Outlook(
        playbook,
        str(look.key),
        stay.entered_at,
        look.now,
        look.clock(playbook),
        lambda step, at: people.openings(step, at, calendar, but=but(step.id)),
        people.moments(),
        {step: each.passed.at for step, each in steps.items() if each.passed},
    )


def _shut_out(look: _Look, playbook: BoundPlaybook, people: People, step_id: str) -> frozenset[str]:
    """The addresses to which no mail of a step goes, and so none waits for anything."""
    mail = people.mail(step_id)
    if mail is None:
        return frozenset()
    return shut_out(
        playbook,
        mail,
        people,
        look.workplace.policy,
        key=look.key,
        snapshot=look.snapshot,
        ledger=look.ledger,
        now=look.now,
    )


def _standing(
    look: _Look,
    asked: BoundPlaybook | None,
    told: Inside | None,
    prospect: Prospect | None,
    people: People | None,
    *,
    is_present: bool,
) -> Standing:
    goal = asked.goal if asked else None
    return Standing(
        look.now,
        look.playbook,
        told,
        look.known.ended,
        is_present,
        look.known.halted or {},
        goal.name if goal else "",
        look.tree(asked, goal.when) if asked and goal else None,
        _levels(look, asked),
        look.tree(asked, asked.exit_when) if asked else None,
        prospect,
        _forks_on(look, asked, prospect),
        _contact(look, told, prospect, people),
        look.known.records,
        look.known.steps_of or {},
    )


def _levels(look: _Look, asked: BoundPlaybook | None) -> tuple[tuple[str, Node | None], ...]:
    levels = asked.goal.levels if asked and asked.goal else ()
    return tuple((each.name, look.tree(asked, each.when)) for each in levels if asked)


def _forks_on(
    look: _Look, playbook: BoundPlaybook | None, prospect: Prospect | None
) -> Node | None:
    last = prospect.steps[-1].step if prospect and prospect.steps else None
    if playbook is None or not isinstance(last, BoundIf | BoundWaitFor):
        return None
    return look.tree(playbook, last.condition)


def _contact(
    look: _Look, told: Inside | None, prospect: Prospect | None, people: People | None
) -> Contact | None:
    if people is None:
        return None
    step = _waiting_mail(told, people) or _next_mail(prospect)
    return contact_now(
        look.playbook,
        step,
        people,
        look.workplace.policy,
        key=look.key,
        channel=_mail_channel(look.workplace),
        snapshot=look.snapshot,
        ledger=look.ledger,
        now=look.now,
    )


def _waiting_mail(told: Inside | None, people: People) -> BoundEmail | None:
    """The email at whose step it stands, while a message of it is still to go."""
    step = people.mail(told.enrollment.step) if told else None
    if told is None or step is None:
        return None
    is_open = any(not each.state.has_ended for each in told.touches if each.step == step.id)
    return step if is_open or told.enrollment.phase is Phase.HOLDING else None


def _next_mail(prospect: Prospect | None) -> BoundEmail | None:
    comings = prospect.steps if prospect else ()
    found = (each.step for each in _all(comings) if isinstance(each.step, BoundEmail))
    return next(found, None)


def _all(comings: tuple[Coming, ...]) -> list[Coming]:
    found: list[Coming] = []
    for each in comings:
        found.append(each)
        for way in each.ways:
            found += _all(way.prospect.steps)
    return found


def _mail_channel(workplace: Workplace) -> str:
    channels = workplace.settings.channels.items()
    return next((name for name, each in channels if isinstance(each, SmtpChannel)), "")
