"""Whether what was held back for a reason had that reason: nothing is withheld by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.year.almanac import ends_at, zone_or
from tests.year.answers import WENT
from tests.year.cast import ADDRESS, COLLEAGUES, PROJECT_ZONE, account_of
from tests.year.house import House
from tests.year.letters import full_caps
from tests.year.record import Record, Touch

__all__ = ["Reasons"]

REQUIRED = "bill"


@dataclass
class Reasons:
    """Looks at each touch that ended without going out, in the pass in which it did.

    `capped` is when each was first seen to wait for room.
    """

    house: House
    seen: set[str] = field(default_factory=set)
    capped: dict[str, datetime] = field(default_factory=dict)

    def look(self, record: Record) -> None:
        """What must hold after a pass."""
        self.record = record
        for touch in record.touches.values():
            if touch.reason == "capped" and touch.ended_at is None:
                self.capped.setdefault(touch.id, self.house.now)
            if touch.ended_at == self.house.now and touch.id not in self.seen:
                self.seen.add(touch.id)
                judge = _JUDGES.get(touch.reason)
                assert judge is None or judge(self, touch), ("held back by mistake", touch)

    # ------------------------------------------------------------ each reason

    def is_unwanted(self, touch: Touch) -> bool:
        """The address wants nothing, or nothing of that topic, which one may say of most."""
        everything = (touch.recipient, "") in self.house.unwanted
        of_topic = touch.topic and (touch.recipient, touch.topic) in self.house.unwanted
        return everything or bool(of_topic and touch.topic != REQUIRED)

    def is_unasked(self, touch: Touch) -> bool:
        """Nobody asked for this topic."""
        asked = (touch.recipient, "asks") in self.house.wanted
        return touch.topic == "asks" and not asked and touch.recipient not in COLLEAGUES

    def is_never(self, touch: Touch) -> bool:
        """A rule of `never_contact` is about this customer and topic; colleagues are told."""
        stays = self.record.about(touch)
        troubled = any(self.house.customers[int(stay.key)]["is_troubled"] for stay in stays)
        rules = self.house.policy.get("never_contact", ())
        of_topic = any(touch.topic in rule.get("topics", (touch.topic,)) for rule in rules)
        is_message = touch.topic != REQUIRED and touch.recipient not in COLLEAGUES
        return troubled and of_topic and is_message

    def is_given_up(self, touch: Touch) -> bool:
        """It waited for room as long as a cap that is full lets it."""
        caps: list[Mapping[str, Any]] = self.house.policy.get("frequency_caps", [])
        if touch.id not in self.capped or touch.topic == REQUIRED:
            return False
        full = full_caps(self.house, self.record, touch)
        return not caps or any(self.patience(touch, [cap]) <= self.house.now for cap in full)

    def patience(self, touch: Touch, caps: Iterable[Mapping[str, Any]]) -> datetime:
        """Until when it waits for room under some caps, since it first had to."""
        since = self.capped.get(touch.id, self.house.now)
        zone = zone_or(touch.zone, PROJECT_ZONE)
        return min(ends_at(since, cap.get("give_up", "7 days"), zone, ()) for cap in caps)

    def is_patient(self, touch: Touch) -> bool:
        """Whether no cap that was full before this pass should have made an end of its waiting."""
        full = full_caps(self.house, self.record, touch, before=self.house.now)
        return not full or self.patience(touch, full) > self.house.now

    def is_second(self, touch: Touch) -> bool:
        """The address has the mail for another customer, or for this very stay."""
        return any(self._has_it(other, touch) for other in self.record.touches.values())

    def _has_it(self, other: Touch, touch: Touch) -> bool:
        root_of = self.house.roots
        if other.id == touch.id or other.recipient != touch.recipient:
            return False
        if not other.playbook or root_of[other.step] != root_of[touch.step]:
            return False
        has_gone = other.state in WENT or other.ended_at in (None, self.house.now)
        alike = other.key != touch.key and self._role(other) == self._role(touch)
        return has_gone and (other.enrollment == touch.enrollment or alike)

    def _role(self, touch: Touch) -> int:
        """The account for whose sake it is written to; 0: it is the customer's own address."""
        is_own = ADDRESS[int(touch.key)] == touch.recipient
        return 0 if is_own else account_of(int(touch.key))

    def is_late(self, touch: Touch) -> bool:
        """Its time was over."""
        return touch.expires_at is not None and touch.expires_at <= self.house.now


_JUDGES: Mapping[str, Callable[[Reasons, Touch], bool]] = {
    "suppressed": Reasons.is_unwanted,
    "not_subscribed": Reasons.is_unasked,
    "never_contact": Reasons.is_never,
    "capped": Reasons.is_given_up,
    "duplicate_address": Reasons.is_second,
    "expired": Reasons.is_late,
}
