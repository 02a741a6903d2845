"""The declared contact policy: the part of `touchline.yaml` that spans all playbooks.

Language, section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from engine.language.playbook import Fuse
from engine.moments import Duration, Unit
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = [
    "GENERAL",
    "GIVE_UP",
    "FrequencyCap",
    "NeverContact",
    "PauseDates",
    "Policy",
    "Rate",
    "SendWindow",
    "TaskNotices",
    "TopicDefault",
]

GENERAL = "general"
"""The topic of an email that names none; it always exists."""

GIVE_UP = Duration(7, Unit.DAY)
"""How long a touch waits for room under a cap that does not say."""


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When customers are written to, in local time.

    `days` are weekdays (Monday 0); `opens` and `closes` minutes after midnight, `closes` excluded.
    """

    days: tuple[int, ...]
    opens: int
    closes: int
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PauseDates:
    """Local dates on which no customer is written to, both included."""

    first: date
    last: date
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FrequencyCap:
    """How many emails one may get in any stretch of `per`.

    `channel` and `topic` narrow what counts; None: all. `each` names the entity whose row is one;
    empty: each address is. After `give_up` a touch that waits for room is skipped.
    """

    at_most: int
    per: Duration
    channel: str | None = None
    topic: str | None = None
    each: str = ""
    give_up: Duration = GIVE_UP
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class NeverContact:
    """Who is in `segment`, or whose parent is, gets no emails; no `topics` means of any.

    `excepting` are playbooks that it does not hold for.
    """

    segment: str
    topics: tuple[str, ...] = ()
    excepting: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


class TopicDefault(StrEnum):
    """Who gets emails of a topic unless they said otherwise."""

    SUBSCRIBED = "subscribed"
    """Everyone who has not unsubscribed."""
    UNSUBSCRIBED = "unsubscribed"
    """Nobody who has not subscribed."""
    REQUIRED = "required"
    """Everyone: no unsubscribing, no cap, no `never_contact`; bounces and halts stop it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `at_most` messages in any `seconds`, evenly spread: no burst after idle time."""

    at_most: int
    seconds: float

    @property
    def interval_s(self) -> float:
        """Seconds from one message to the next."""
        return self.seconds / self.at_most


@dataclass(frozen=True, slots=True)
class TaskNotices:
    """How assignees hear of tasks: `notify` is `at_once`, `none`, or a cron for a digest.

    `via` names the channel of mail; None: the only one.
    """

    notify: str
    via: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """What `policy` says. `rates` are by channel, `per_sender` for each mailbox that sends.

    `topics` is None where none are declared: then every name is one. `holidays` is a country, as
    `US`, or a part of one, as `US-CA`.
    """

    first_run: Fuse | None = None
    pass_every: Duration = Duration(15, Unit.MINUTE)
    send_window: SendWindow | None = None
    holidays: str | None = None
    pause_dates: tuple[PauseDates, ...] = ()
    frequency_caps: tuple[FrequencyCap, ...] = ()
    never_contact: tuple[NeverContact, ...] = ()
    topics: Mapping[str, TopicDefault] | None = None
    one_at_a_time: bool = False
    rates: Mapping[str, Rate] = field(default_factory=dict)
    per_sender: Rate | None = None
    tasks: TaskNotices | None = None
    touch_retention: Duration | None = None
    place: Place = field(default=NOWHERE, compare=False)
