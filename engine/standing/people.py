"""Whom the mails of a playbook reach for one customer, without printing any of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.audience.fields import rows
from engine.audience.select import Key
from engine.audience.snapshot import Snapshot
from engine.bind.acts import BoundEmail, BoundStep, waits_on
from engine.bind.catalog import FieldRef
from engine.bind.people import RolePerson, Slot
from engine.bind.persons import contact_of
from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import SendCalendar
from engine.decide.facts import Enrollment
from engine.decide.policy import next_opening
from engine.steps.drafts import Customer, House
from engine.steps.persons import Values, Who, first_set
from engine.steps.reach import Reach

__all__ = ["People", "Reached", "people_of"]


@dataclass(frozen=True, slots=True)
class Reached:
    """A recipient found: `person` as written, an empty `address` where nobody is set.

    `zone` is the one in which windows hold.
    """

    person: str
    address: str
    name: str
    zone: ZoneInfo
    is_team: bool


class People:
    """The persons of one customer, from values that were read once."""

    def __init__(self, house: House, enrollment: Enrollment, values: Values) -> None:
        self._house = house
        self._values = values
        self._reach = Reach(house)
        self._customer = Customer(enrollment, values)

    def mail(self, step_id: str) -> BoundEmail | None:
        """The email step of that id in the playbook whose persons these are."""
        step = self._house.playbook.route.steps.get(step_id)
        return step if isinstance(step, BoundEmail) else None

    def recipients(self, step: BoundEmail | None) -> tuple[Reached, ...]:
        """Those of a step, copies included; without one the customer's contact, if it has any."""
        return tuple(self._reached(slot) for slot in _slots(step, self._house.playbook))

    def rows(self) -> tuple[str, ...]:
        """The rows that caps count mails to this customer for."""
        return self._reach.rows(self._customer)

    def openings(
        self,
        step: BoundStep,
        at: datetime,
        calendar: SendCalendar | None,
        *,
        but: Collection[str] = (),
    ) -> Sequence[datetime]:
        """From when on each mail of a step may go out, by the window; a copy follows its mail.

        The addresses in `but` get none of it.
        """
        if calendar is None or not isinstance(step, BoundEmail):
            return ()
        mails = [_opening(calendar, at, each) for each in self._written_to(step.to, but)]
        if not mails:
            return ()
        copies = [_opening(calendar, min(mails), each) for each in self._written_to(step.cc, but)]
        return [*mails, *copies]

    def _written_to(self, slots: Sequence[Slot], but: Collection[str]) -> list[Reached]:
        found = [self._reached(slot) for slot in slots]
        return [each for each in found if each.address and each.address not in but]

    def moments(self) -> Mapping[str, date | None]:
        """By wait, the value of the field that its moment hangs on."""
        found: dict[str, date | None] = {}
        for step in self._house.playbook.route.steps.values():
            for ref in waits_on(step):
                value = self._values.get(ref.path)
                found[step.id] = value if isinstance(value, date) else None
        return found

    def _reached(self, slot: Slot) -> Reached:
        person = " or else ".join(each.text for each in slot)
        who = first_set(slot, self._values)
        if who is None:
            return Reached(person, "", "", self._house.zone, is_team=False)
        return Reached(person, who.address, who.name, self._zone(who), who.is_team)

    def _zone(self, who: Who) -> ZoneInfo:
        return ZoneInfo(self._reach.zone(who, self._values))


def _opening(calendar: SendCalendar, at: datetime, who: Reached) -> datetime:
    return at if who.is_team else next_opening(calendar, at, who.zone)


def people_of(house: House, enrollment: Enrollment, key: Key, snapshot: Snapshot) -> People | None:
    """The persons of one customer; None where it is gone from the source."""
    playbook = house.playbook
    audience = playbook.audience
    steps = playbook.route.steps.values()
    mails = [each for each in steps if isinstance(each, BoundEmail)]
    slots = [slot for mail in (*mails, None) for slot in _slots(mail, playbook)]
    fields = [ref for slot in slots for person in slot for ref in _fields(person)]
    fields += [*Reach(house).fields, *(ref for step in steps for ref in waits_on(step))]
    wanted = list(dict.fromkeys(fields))
    found = rows(
        audience.entity, [key], wanted, snapshot, as_of=house.as_of, zone=audience.zone
    ).get(key)
    return None if found is None else People(house, enrollment, found)


def _slots(step: BoundEmail | None, playbook: BoundPlaybook) -> Sequence[Slot]:
    if step is not None:
        return (*step.to, *step.cc)
    contact = contact_of(playbook.audience.entity)
    return ((contact,),) if contact is not None else ()


def _fields(person: object) -> Iterable[FieldRef]:
    return person.fields if isinstance(person, RolePerson) else ()
