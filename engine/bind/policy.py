"""The contact policy with its names looked up: channels, topics, segments. Language, section 6."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date, timedelta

from engine.bind.catalog import Catalog, EntityRef
from engine.bind.conditions import BoundAny, BoundParent, BoundSegment, Condition
from engine.bind.filters import bind_condition, unknown_segment
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.former import current_name
from engine.bind.names import Scope, find_entity
from engine.bind.notices import BoundNotices, bind_notices
from engine.bind.timetable import check_fuse
from engine.holidays import find_holidays
from engine.language.policy import (
    GENERAL,
    FrequencyCap,
    NeverContact,
    PauseDates,
    Policy,
    Rate,
    SendWindow,
    TopicDefault,
)
from engine.language.project import Project, SmtpChannel
from engine.language.steps import EmailStep, every_step
from engine.moments import Duration, Unit
from engine.places import Place
from engine.problems import Invalid, Problem, Severity, did_you_mean
from engine.records import dataclass

__all__ = [
    "NO_POLICY",
    "BoundNever",
    "BoundPolicy",
    "SendCalendar",
    "address_of",
    "bind_policy",
    "check_topic",
    "policy_cautions",
    "row_of",
    "topics_of_mails",
]

_WHOLE_DAY = (0, 24 * 60)
_NO_YEAR = 3000
_OF_PASSES = (Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.WEEK)
_HALT = "`touchline halt` stops everything that goes out, until `touchline resume`"
_SAMPLE = date(2027, 1, 1)  # any two years will do to see whether a weekday is ever no holiday
_SAMPLE_DAYS = 731


@dataclass(frozen=True, slots=True)
class SendCalendar:
    """When customers are written to: a window on weekdays, but for holidays and pauses.

    `opens` and `closes` are minutes after local midnight, `closes` excluded.
    """

    days: frozenset[int]
    opens: int
    closes: int
    holidays: Container[date] = field(default=frozenset(), compare=False)
    pauses: tuple[PauseDates, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundNever:
    """A rule of `never_contact`; `conditions` say by entity which of its rows it holds for."""

    conditions: Mapping[str, Condition]
    topics: frozenset[str]
    excepting: frozenset[str]

    def concerns(self, playbook: str, topic: str) -> bool:
        """Whether it can stop a message of this topic in this playbook."""
        return playbook not in self.excepting and (not self.topics or topic in self.topics)


@dataclass(frozen=True, slots=True)
class BoundPolicy:
    """The policy as passes and workers carry it out.

    `digest` tells one policy from another: what waits under an old one is looked at again.
    """

    calendar: SendCalendar | None = None
    caps: tuple[FrequencyCap, ...] = ()
    never: tuple[BoundNever, ...] = field(default=(), hash=False)
    topics: Mapping[str, TopicDefault] = field(default_factory=dict, hash=False)
    rates: Mapping[str, Rate] = field(default_factory=dict, hash=False)
    per_sender: Rate | None = None
    one_at_a_time: bool = False
    notices: BoundNotices | None = None
    digest: str = ""

    @property
    def holidays(self) -> Container[date]:
        """The days that are no business days, beside weekends."""
        return self.calendar.holidays if self.calendar else frozenset()

    def default_of(self, topic: str) -> TopicDefault:
        """Who gets emails of a topic unless they said otherwise."""
        return self.topics.get(topic or GENERAL, TopicDefault.SUBSCRIBED)


NO_POLICY = BoundPolicy()
"""Nothing is held back."""


def address_of(digest: str) -> str:
    """An address as caps count it, by its keyed digest."""
    return f"@{digest}"


def row_of(entity: str, key: str) -> str:
    """A row as caps with `each: ENTITY` count it."""
    return f"{entity}/{key}"


def bind_policy(project: Project, catalog: Catalog) -> BoundPolicy:
    """The project's policy.

    Raises:
        Invalid: with the problems of all its parts.
    """
    policy = project.settings.policy
    with Findings() as found:
        found.attempt(lambda: _check_fuse(policy))
        found.attempt(lambda: _check_pass_every(policy))
        found.attempt(lambda: _check_retention(policy))
        found.each(policy.frequency_caps, lambda cap: _check_cap(cap, project, catalog))
        found.each(policy.rates, lambda name: _check_rate(name, project))
        return BoundPolicy(
            calendar=found.attempt(lambda: _calendar(policy)),
            caps=policy.frequency_caps,
            never=found.each(policy.never_contact, lambda rule: _never(rule, project, catalog)),
            topics=policy.topics or {},
            rates=policy.rates,
            per_sender=policy.per_sender,
            one_at_a_time=policy.one_at_a_time,
            notices=found.attempt(lambda: bind_notices(policy.tasks, project)),
            digest=_digest(policy),
        )


def _digest(policy: Policy) -> str:
    parts = (policy.send_window, policy.holidays, policy.pause_dates, policy.frequency_caps)
    told = repr([_told(part) for part in (*parts, policy.topics)])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _told(part: object) -> str:
    """What a part says, wherever in its file it stands."""
    match part:
        case tuple():
            return ", ".join(_told(each) for each in part)
        case SendWindow(days, opens, closes):
            return f"{days} {opens} {closes}"
        case PauseDates(first, last):
            return f"{first} {last}"
        case FrequencyCap():
            narrowing = (part.channel, part.topic, part.each)
            return f"{part.at_most} {part.per} {narrowing} {part.give_up}"
        case _:
            return str(part)


def _check_fuse(policy: Policy) -> None:
    if policy.first_run is not None:
        check_fuse(policy.first_run, "first_run")


def _check_time(said: Duration, name: str, place: Place) -> None:
    if said.amount == 0 or said.unit is Unit.BUSINESS_DAY:
        raise wrong(
            place, "bad-duration", f"`{name}` is {said}; expected a time, as `{name}: 7 days`"
        )


def _check_pass_every(policy: Policy) -> None:
    every = policy.pass_every
    if every.amount == 0 or every.unit not in _OF_PASSES:
        raise wrong(
            policy.place,
            "bad-duration",
            f"`pass_every` is {every}; expected minutes to weeks, as `pass_every: 15 minutes`",
        )


def _check_retention(policy: Policy) -> None:
    kept = policy.touch_retention
    if kept is None:
        return
    _check_time(kept, "touches", policy.place)
    if kept.is_exact:
        raise wrong(
            policy.place,
            "bad-duration",
            f"`touches` is {kept}; expected days or longer, as `touches: 2 years`",
        )


# ---------------------------------------------------------------- the window


def _calendar(policy: Policy) -> SendCalendar | None:
    window, holidays, pauses = policy.send_window, policy.holidays, policy.pause_dates
    if window is None and holidays is None and not pauses:
        return None
    opens, closes = (window.opens, window.closes) if window else _WHOLE_DAY
    place = window.place if window else policy.place
    if closes <= opens:
        raise wrong(
            place,
            "window-never-opens",
            f"this window never opens: `to` ({_clock(closes)}) is not after `from` "
            f"({_clock(opens)})",
            hint="`from` is when it opens and `to` when it closes, on one day",
        )
    for pause in pauses:
        if pause.last.year >= _NO_YEAR:
            raise wrong(pause.place, "window-never-opens", "this pause never ends", hint=_HALT)
    days = frozenset(window.days if window else range(7))
    free = find_holidays(holidays) if holidays else frozenset()
    if not any(each.weekday() in days and each not in free for each in _sample()):
        raise wrong(
            place,
            "window-never-opens",
            f"this window never opens: each of its days is a holiday of {holidays}",
            hint="add days to `days`",
        )
    return SendCalendar(days, opens, closes, free, pauses)


def _sample() -> Iterable[date]:
    return (_SAMPLE + timedelta(days=each) for each in range(_SAMPLE_DAYS))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


# ---------------------------------------------------------------- caps, rates and topics


def _check_cap(cap: FrequencyCap, project: Project, catalog: Catalog) -> None:
    with Findings() as found:
        found.attempt(lambda: _check_time(cap.per, "per", cap.place))
        if cap.channel is not None:
            found.attempt(lambda: _check_mail_channel(cap.channel or "", project, cap.place))
        if cap.topic is not None:
            found.attempt(lambda: check_topic(cap.topic or "", project, cap.place))
        if cap.each:
            found.attempt(lambda: find_entity(cap.each, project, catalog, place=cap.place))


def _check_mail_channel(name: str, project: Project, place: Place) -> None:
    channels = project.settings.channels
    mail = [each for each, channel in channels.items() if isinstance(channel, SmtpChannel)]
    if name in mail:
        return
    if name in channels:
        message = f"the channel `{name}` sends no mail, and a cap counts mail"
        raise wrong(place, "wrong-channel", message, hint=did_you_mean(name, mail))
    raise _no_channel(name, project, place, known=mail)


def _check_rate(name: str, project: Project) -> None:
    if name not in project.settings.channels:
        known = [*project.settings.channels, "per_sender"]
        raise _no_channel(name, project, project.settings.policy.place, known=known)


def _no_channel(name: str, project: Project, place: Place, *, known: Iterable[str]) -> Invalid:
    message = f"touchline.yaml has no channel `{name}`"
    unknown = wrong(place, "unknown-channel", message, hint=did_you_mean(name, known))
    return or_unreadable(unknown, "channel", name, project)


def check_topic(topic: str, project: Project, place: Place) -> None:
    """A topic that is declared; where none are, every one is.

    Raises:
        Invalid: it is not, with the nearest name that is.
    """
    declared = project.settings.policy.topics
    if declared is None or topic == GENERAL or topic in declared:
        return
    known = [*declared, GENERAL]
    message = f"touchline.yaml declares no topic `{topic}`"
    raise wrong(place, "unknown-topic", message, hint=did_you_mean(topic, known))


def topics_of_mails(project: Project) -> set[str]:
    """The topics that mails of a project say they are on."""
    steps = (each for playbook in project.playbooks.values() for each in every_step(playbook.steps))
    said = [each.topic for each in steps if isinstance(each, EmailStep)]
    said += [template.topic for template in project.templates.values()]
    return {topic for topic in said if topic}


def policy_cautions(project: Project) -> Iterator[Problem]:
    """Rules about a topic that no mail is on, where none are declared: they hold nobody back."""
    policy = project.settings.policy
    if policy.topics is not None or {"playbook", "template"} & {kind for kind, _ in project.broken}:
        return
    known = {*topics_of_mails(project), GENERAL}
    asked = [(cap.topic, cap.place) for cap in policy.frequency_caps if cap.topic is not None]
    asked += [(topic, rule.place) for rule in policy.never_contact for topic in rule.topics]
    for topic, place in asked:
        if topic not in known:
            message = f"no mail is on the topic `{topic}`, so that this holds nothing back"
            hint = did_you_mean(topic, known)
            yield Problem(place, "unknown-topic", message, hint, Severity.WARNING)


# ---------------------------------------------------------------- never_contact


def _never(rule: NeverContact, project: Project, catalog: Catalog) -> BoundNever:
    with Findings() as found:
        found.each(rule.topics, lambda topic: check_topic(topic, project, rule.place))
        names = [current_name(name, project.playbooks) for name in rule.excepting]
        found.each(names, lambda name: _check_playbook(name, project, rule.place))
        conditions = found.attempt(lambda: _conditions(rule, project, catalog))
        return BoundNever(conditions or {}, frozenset(rule.topics), frozenset(names))


def _check_playbook(name: str, project: Project, place: Place) -> None:
    if name not in project.playbooks:
        message = f"there is no playbook `{name}`"
        hint = did_you_mean(name, project.playbooks)
        unknown = wrong(place, "unknown-playbook", message, hint=hint)
        raise or_unreadable(unknown, "playbook", name, project)


def _conditions(rule: NeverContact, project: Project, catalog: Catalog) -> dict[str, Condition]:
    segment = project.segments.get(rule.segment)
    if segment is None:
        raise unknown_segment(rule.segment, project, place=rule.place, known=project.segments)
    entity = find_entity(segment.of, project, catalog, place=segment.of_place)
    scope = Scope(project, catalog, entity, segments=(segment.name,))
    inside = BoundSegment(segment.name, bind_condition(segment.where, scope), rule.place)
    found = {name: _held_by(each, entity, inside) for name, each in catalog.entities.items()}
    return {name: condition for name, condition in found.items() if condition is not None}


def _held_by(asking: EntityRef, entity: EntityRef, inside: BoundSegment) -> Condition | None:
    """Whether a row of `asking` is in the segment, or a parent of it is; None: it never can be."""
    parts: list[Condition] = [inside] if asking.name == entity.name else []
    for link in asking.links.values():
        if link.to == entity.name:
            parts.append(BoundParent(link.name, entity.name, inside, inside.place))
    return BoundAny(tuple(parts), inside.place) if len(parts) > 1 else next(iter(parts), None)
