"""What a digest tells of: who waits at its step is looked at again when it fires. Pure.

Language, section 5: what is due for the same person is gathered and goes out as one. Delivery page,
"Touches", point 2: a person gets one at a fire, and never a second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.bind.acts import BoundEmail, BoundTask, BoundWebhook, origin_of
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import (
    Advanced,
    Decision,
    Enrollment,
    Item,
    NewTouch,
    Phase,
    TouchMade,
    digest_key,
)
from engine.decide.journey import fails, pass_over, step_of
from engine.decide.waits import Clock, until_fire
from engine.language.catalog import Kind
from engine.language.steps import AfterHold
from engine.schedule import Fire, latest_fire
from engine.steps.drafts import Customer
from engine.steps.persons import Who

__all__ = [
    "GATHERED",
    "Gathered",
    "GatheredStep",
    "ItemFacts",
    "Waiting",
    "fire_for",
    "gathered",
    "look_again",
    "sent_as_one",
    "wait_on",
]

Decisions = tuple[Decision, ...]

GATHERED = "gathered"
"""Why one waits whose digest has not fired."""

GatheredStep = BoundEmail | BoundTask | BoundWebhook
"""The steps whose touches can be gathered."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known, when its digest fires, of one who waits to be told of.

    `holds` is the answer to `only_if`, `held` that to `hold_while`; `had` says that this stay was
    told of before. `person` is the normalised address of whom the digest is for, `who` that person;
    `refused` is why it cannot tell of this one (`no_recipient`, `never_contact`).
    """

    customer: Customer
    holds: bool = True
    held: bool = False
    had: bool = False
    person: str = ""
    who: Who | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of whom a digest is to tell, with the version that it goes on with."""

    playbook: BoundPlaybook
    customer: Customer
    person: str
    who: Who

    @property
    def enrollment(self) -> Enrollment:
        """Whose stay it is."""
        return self.customer.enrollment


@dataclass(frozen=True, slots=True)
class Gathered:
    """What goes to one person at one fire, `items` by their keys.

    It has the words of the version that the latest of them entered with.
    """

    playbook: BoundPlaybook
    step: GatheredStep
    person: str
    who: Who
    fire: Fire
    items: tuple[Waiting, ...]

    @property
    def id(self) -> str:
        """The idempotency key of the touch."""
        entity = self.playbook.audience.entity.name
        return digest_key(
            self.playbook.identity,
            entity,
            origin_of(self.step),
            person=self.person,
            fire=self.fire.id,
        )


def fire_for(
    playbook: BoundPlaybook, enrollment: Enrollment, as_of: datetime, *, clock: Clock
) -> Fire | None:
    """The fire that gathers one who waits; None: the latest is too old, the next one will."""
    step = _step(playbook, enrollment)
    fire = latest_fire(_schedule(step), playbook.zone, as_of)
    if fire is None or clock.later(fire.at, step.max_lateness) <= as_of:
        return None
    return fire


def _step(playbook: BoundPlaybook, enrollment: Enrollment) -> GatheredStep:
    step = step_of(playbook, enrollment)
    assert isinstance(step, BoundEmail | BoundTask | BoundWebhook)  # nobody gathers at others
    return step


def _schedule(step: GatheredStep) -> str:
    assert step.digest is not None
    return step.digest.schedule


def look_again(
    playbook: BoundPlaybook,
    enrollment: Enrollment,
    facts: ItemFacts,
    *,
    as_of: datetime,
    clock: Clock,
) -> Decisions:
    """What becomes of one of whom the digest does not tell at this fire; nothing: it tells."""
    hold = step_of(playbook, enrollment).hold_while
    if facts.had:
        return pass_over(playbook, enrollment, "had_before", at=as_of)
    if hold is not None and facts.held:
        if clock.later(enrollment.since, hold.at_most) > as_of:
            return wait_on(playbook, enrollment, "hold_while", as_of=as_of)
        if hold.then is AfterHold.SKIP:
            return pass_over(playbook, enrollment, "hold_while", at=as_of)
    if not facts.holds:
        return pass_over(playbook, enrollment, "only_if", at=as_of)
    if facts.refused:
        return fails(playbook, enrollment, facts.refused, at=as_of)
    return ()


def wait_on(
    playbook: BoundPlaybook, enrollment: Enrollment, why: str, *, as_of: datetime
) -> Decisions:
    """Until the next fire after this instant."""
    schedule = _schedule(_step(playbook, enrollment))
    after = until_fire(enrollment, schedule, as_of + _INSTANT, zone=playbook.zone)
    return (Advanced(enrollment, after, why),)


def gathered(waiting: Iterable[tuple[Waiting, Fire]]) -> list[Gathered]:
    """What goes out as one: by entity and step, person and fire, whichever version they are in."""
    groups: dict[tuple[str, str, str, str], list[tuple[Waiting, Fire]]] = {}
    for one, fire in waiting:
        entity = one.playbook.audience.entity.name
        origin = origin_of(step_of(one.playbook, one.enrollment))
        groups.setdefault((entity, origin, one.person, fire.id), []).append((one, fire))
    return [_as_one([one for one, _ in group], group[0][1]) for group in groups.values()]


def _as_one(group: Sequence[Waiting], fire: Fire) -> Gathered:
    latest = max(group, key=lambda one: (one.enrollment.entered_at, one.enrollment.id))
    return Gathered(
        latest.playbook,
        _step(latest.playbook, latest.enrollment),
        latest.person,
        latest.who,
        fire,
        tuple(sorted(group, key=_by_key)),
    )


def _by_key(one: Waiting) -> tuple[int, str]:
    key = one.enrollment.key
    is_number = one.playbook.audience.entity.key.kind is Kind.INTEGER
    return (int(key) if is_number else 0, key)


def sent_as_one(touch: NewTouch, about: Sequence[Waiting]) -> Decisions:
    """One touch about several; all of them wait for its end."""
    items = tuple(
        Item(each.enrollment.id, each.enrollment.key, each.enrollment.step) for each in about
    )
    stands = (
        Advanced(
            each.enrollment,
            replace(each.enrollment, phase=Phase.TOUCHING, waits_until=None, fixed=False),
            "touch",
        )
        for each in about
    )
    return (TouchMade(replace(touch, items=items)), *stands)
