"""What every kind of touch has in common when it is first written. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.bind.acts import BoundEmail, BoundTask, BoundUpdate, BoundWebhook, origin_of
from engine.bind.catalog import Catalog
from engine.bind.people import Slot
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment, NewTouch, TouchKind, TouchState, idempotency_key
from engine.language.project import Settings
from engine.messages.failures import RenderFailure
from engine.messages.written import Earlier
from engine.moments import Duration, Unit, shift_local
from engine.ports import Recipient
from engine.steps.persons import Values, Who, first_set

__all__ = [
    "NO_APPROVER",
    "NO_SENDER",
    "Customer",
    "Draft",
    "House",
    "Told",
    "TouchStep",
    "blank",
    "blank_digest",
    "ended",
    "failed",
    "unapprovable",
]

NO_SENDER = "no_sender"
NO_APPROVER = "no_approver"

TouchStep = BoundEmail | BoundTask | BoundWebhook | BoundUpdate
"""The steps that ask for touches."""


@dataclass(frozen=True, slots=True)
class House:
    """What does not change within a pass: the playbook, its catalog, the settings, the instant.

    `holidays` are no business days, beside weekends. `key` makes the tokens of mails; one that
    nobody has, as in a rehearsal, makes tokens that no ledger takes.
    """

    playbook: BoundPlaybook
    catalog: Catalog
    settings: Settings
    as_of: datetime
    holidays: Container[date] = frozenset()
    key: bytes = field(default=b"", repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The project's zone: where the recipient's own is not known."""
        return ZoneInfo(self.settings.timezone)


@dataclass(frozen=True, slots=True)
class Customer:
    """One enrollment with the values that were fetched for it.

    `answers` are, by normalised address, the mails that a `thread` goes on with.
    """

    enrollment: Enrollment
    values: Values
    answers: Mapping[str, Earlier] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A digest to be printed: its idempotency key, when it fired, whom it is for and about."""

    id: str
    fired_at: datetime
    who: Who
    customers: tuple[Customer, ...]

    def first_set(self, slot: Slot) -> Who | None:
        """The person that a step means, asked of each customer in turn."""
        found = (first_set(slot, each.values) for each in self.customers)
        return next((who for who in found if who is not None), None)

    @property
    def values(self) -> tuple[Values, ...]:
        """The values of each customer, in their order."""
        return tuple(each.values for each in self.customers)


@dataclass(frozen=True, slots=True)
class Draft:
    """A touch before the ledger was asked about its address.

    `address` is the normalised one that suppression goes by, empty where none is asked. `copy` is
    what "once to an address" goes by: the address, and for a role of a parent also which parent
    (language, section 5, "Persons"); empty where copies do not matter. `person` is who stands in
    the header Cc, of a touch that is the copy of another one (`copies.py`).
    """

    touch: NewTouch
    address: str = ""
    copy: str = ""
    person: Recipient | None = None


def blank(
    house: House,
    step: TouchStep,
    customer: Customer,
    *,
    place: int = 0,
    topic: str = "",
) -> NewTouch:
    """A touch of a step with its identity and its times, ready and still without content."""
    enrollment, identity = customer.enrollment, house.playbook.identity
    return NewTouch(
        id=idempotency_key(identity, enrollment.key, enrollment.number, origin_of(step), place),
        enrollment=enrollment.id,
        playbook=enrollment.playbook,
        entity=enrollment.entity,
        key=enrollment.key,
        step=step.id,
        kind=_KINDS[type(step)],
        channel=step.channel,
        state=TouchState.READY,
        topic=topic,
        priority=house.playbook.priority,
        due_at=house.as_of,
        expires_at=_too_late(house, step.max_lateness),
    )


def _too_late(house: House, lateness: Duration) -> datetime:
    as_of, zone = house.as_of, house.playbook.zone
    if lateness.unit is Unit.BUSINESS_DAY:
        return shift_local(as_of, lateness, zone, holidays=house.holidays)
    return _shifted(as_of, lateness, zone)


@lru_cache(maxsize=64)  # of a pass, all touches of a step are too late at the same time
def _shifted(as_of: datetime, lateness: Duration, zone: ZoneInfo) -> datetime:
    return shift_local(as_of, lateness, zone)


def blank_digest(house: House, step: BoundEmail | BoundTask | BoundWebhook, told: Told) -> NewTouch:
    """A touch about several, ready and still without content; it is late by the fire's instant."""
    playbook, holidays = house.playbook, house.holidays
    return NewTouch(
        id=told.id,
        enrollment="",
        playbook=playbook.name,
        entity=playbook.audience.entity.name,
        key="",
        step=step.id,
        kind=_KINDS[type(step)],
        channel=step.channel,
        state=TouchState.READY,
        priority=playbook.priority,
        due_at=house.as_of,
        expires_at=shift_local(told.fired_at, step.max_lateness, playbook.zone, holidays=holidays),
    )


_KINDS: Mapping[type[TouchStep], TouchKind] = {
    BoundEmail: TouchKind.EMAIL,
    BoundTask: TouchKind.TASK,
    BoundWebhook: TouchKind.WEBHOOK,
    BoundUpdate: TouchKind.UPDATE,
}


def ended(touch: NewTouch, reason: str, detail: str = "") -> NewTouch:
    """The same touch, skipped when it was made, with its reason; it goes nowhere."""
    return replace(touch, state=TouchState.SKIPPED, reason=reason, detail=detail, payload=b"")


def unapprovable(touch: NewTouch) -> bool:
    """Whether a person has to approve a touch, and nobody is set who could."""
    return touch.state is TouchState.DRAFT and not touch.approver


def failed(touch: NewTouch, failure: RenderFailure) -> NewTouch:
    """The same touch, failed because it could not be rendered."""
    return replace(touch, state=TouchState.FAILED, reason=failure.reason, detail=failure.detail)
