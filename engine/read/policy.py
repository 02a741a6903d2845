"""The contact policy of `touchline.yaml` as declared. Language, section 6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.playbook import Fuse
from engine.language.policy import (
    GIVE_UP,
    FrequencyCap,
    NeverContact,
    PauseDates,
    Policy,
    SendWindow,
    TaskNotices,
    TopicDefault,
)
from engine.moments import parse_duration
from engine.places import DocumentPath
from engine.read.formats import parse_share
from engine.read.policy_forms import parse_days, parse_pause, parse_rate, parse_time
from engine.read.reading import Reading
from engine.read.words import duration_in

__all__ = ["read_fuse", "read_policy"]

_Data = Mapping[str, Any]

_PER_SENDER = "per_sender"
_EVERY_DAY = tuple(range(7))


def read_policy(data: _Data, path: DocumentPath, reading: Reading) -> Policy:
    """The policy that `data`, which stands at `path`, declares; its shape is sound."""
    usual = Policy()
    rates = {name: parse_rate(text) for name, text in data.get("rates", {}).items()}
    retention = data.get("retention", {})
    return Policy(
        first_run=read_fuse(data.get("first_run"), (*path, "first_run"), reading),
        pass_every=duration_in(data, "pass_every") or usual.pass_every,
        send_window=_window(data.get("send_window"), (*path, "send_window"), reading),
        holidays=data.get("holidays"),
        pause_dates=_pauses(data.get("pause_dates", ()), (*path, "pause_dates"), reading),
        frequency_caps=_caps(data.get("frequency_caps", ()), (*path, "frequency_caps"), reading),
        never_contact=_never(data.get("never_contact", ()), (*path, "never_contact"), reading),
        topics=_topics(data.get("topics")),
        one_at_a_time=data.get("one_at_a_time", False),
        rates={name: rate for name, rate in rates.items() if name != _PER_SENDER},
        per_sender=rates.get(_PER_SENDER),
        tasks=_notices(data.get("tasks"), (*path, "tasks"), reading),
        touch_retention=duration_in(retention, "touches"),
        place=reading.place(path),
    )


def _window(data: _Data | None, path: DocumentPath, reading: Reading) -> SendWindow | None:
    if data is None:
        return None
    days = data.get("days")
    return SendWindow(
        days=_EVERY_DAY if days is None else parse_days(days),
        opens=parse_time(data["from"]),
        closes=parse_time(data["to"]),
        place=reading.place(path),
    )


def _pauses(texts: Any, path: DocumentPath, reading: Reading) -> tuple[PauseDates, ...]:
    ranges = [parse_pause(text) for text in texts]
    return tuple(
        PauseDates(first, last, reading.place((*path, at)))
        for at, (first, last) in enumerate(ranges)
    )


def _caps(items: Any, path: DocumentPath, reading: Reading) -> tuple[FrequencyCap, ...]:
    return tuple(_cap(item, (*path, at), reading) for at, item in enumerate(items))


def _cap(data: _Data, path: DocumentPath, reading: Reading) -> FrequencyCap:
    return FrequencyCap(
        at_most=data["at_most"],
        per=parse_duration(data["per"]),
        channel=data.get("channel"),
        topic=data.get("topic"),
        each=data.get("each", ""),
        give_up=duration_in(data, "give_up") or GIVE_UP,
        place=reading.place(path),
    )


def _never(items: Any, path: DocumentPath, reading: Reading) -> tuple[NeverContact, ...]:
    return tuple(
        NeverContact(
            segment=item["segment"],
            topics=tuple(item.get("topics", ())),
            excepting=tuple(item.get("except", ())),
            place=reading.place((*path, at)),
        )
        for at, item in enumerate(items)
    )


def _topics(data: _Data | None) -> Mapping[str, TopicDefault] | None:
    if data is None:
        return None
    usual = TopicDefault.SUBSCRIBED
    return {name: TopicDefault(said.get("default", usual)) for name, said in data.items()}


def _notices(data: _Data | None, path: DocumentPath, reading: Reading) -> TaskNotices | None:
    if data is None:
        return None
    return TaskNotices(data["notify"].strip(), data.get("via"), reading.place(path))


def read_fuse(data: _Data | None, path: DocumentPath, reading: Reading) -> Fuse | None:
    """A fuse: a number, a share, or both."""
    if not data:
        return None
    share = data.get("share")
    return Fuse(
        data.get("matched"),
        parse_share(share) if share is not None else None,
        reading.place(path),
    )
