"""What of a project uses what: playbooks their segments, emails, channels and data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from engine.bind.acts import (
    TASK_CHANNEL,
    UPDATE_CHANNEL,
    BoundEmail,
    BoundEnroll,
    BoundStep,
    BoundTask,
    BoundUpdate,
    BoundWebhook,
    every_step,
)
from engine.bind.conditions import (
    BoundContacted,
    BoundDid,
    BoundFinished,
    BoundHas,
    BoundInPlaybook,
    BoundParent,
    BoundRank,
    BoundSegment,
    Followed,
)
from engine.bind.playbook import Audience, BoundPlaybook

__all__ = ["Thing", "Uses", "uses_of"]

_KINDS = ("playbook", "segment", "email", "channel", "entity", "event")


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """Something with a name: a playbook, segment, email, channel, entity or event of one."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Uses:
    """All things, by kind and name, and pairs of what uses what."""

    things: tuple[Thing, ...]
    links: tuple[tuple[Thing, Thing], ...]


def uses_of(
    playbooks: Iterable[BoundPlaybook], segments: Iterable[Audience], named: Mapping[str, str]
) -> Uses:
    """What the playbooks and named segments of a project use, each once.

    What a named segment uses hangs on the segment, not on who asks for it. `named` are those that
    playbooks name outright, by playbook.
    """
    links: set[tuple[Thing, Thing]] = set()
    for playbook in playbooks:
        own = Thing("playbook", playbook.name)
        links |= {(own, each) for each in _of_playbook(playbook, named.get(playbook.name))}
    for segment in segments:
        own = Thing("segment", segment.name)
        links |= {(own, each) for each in _of_audience(segment)}
    links = {(user, used) for user, used in links if user != used}
    things = {each for link in links for each in link}
    return Uses(tuple(sorted(things, key=_order)), tuple(sorted(links, key=_link_order)))


def _order(thing: Thing) -> tuple[int, str]:
    return _KINDS.index(thing.kind), thing.name


def _link_order(link: tuple[Thing, Thing]) -> tuple[tuple[int, str], tuple[int, str]]:
    return _order(link[0]), _order(link[1])


def _of_playbook(playbook: BoundPlaybook, segment: str | None) -> Iterator[Thing]:
    yield Thing("entity", playbook.audience.entity.name)
    asked = playbook.conditions
    if segment is not None:
        yield Thing("segment", segment)
        asked = tuple(each for each in asked if each is not playbook.audience.condition)
    yield from _named(asked)
    for step in every_step(playbook.steps):
        yield from _of_step(step)


def _of_audience(audience: Audience) -> Iterator[Thing]:
    yield Thing("entity", audience.entity.name)
    yield from _named(audience.condition)


def _of_step(step: BoundStep) -> Iterator[Thing]:
    match step:
        case BoundEmail():
            yield Thing("email", step.template.name)
            yield Thing("channel", step.channel)
        case BoundTask():
            yield Thing("channel", step.channel or TASK_CHANNEL)
        case BoundWebhook():
            yield Thing("channel", step.channel)
        case BoundUpdate():
            yield Thing("entity", step.entity.name)
            yield Thing("channel", UPDATE_CHANNEL)
        case BoundEnroll():
            yield Thing("playbook", step.playbook)
        case _:
            pass


def _named(node: object) -> Iterator[Thing]:
    """What conditions name, with those inside them, as far as they are said here."""
    match node:
        case tuple():
            for each in node:
                yield from _named(each)
            return
        case BoundSegment():
            yield Thing("segment", node.name)
            return
        case BoundDid() | Followed():
            yield Thing("event", f"{node.event.entity}.{node.event.name}")
        case BoundHas() | BoundParent() | BoundRank():
            yield Thing("entity", node.entity)
        case BoundInPlaybook() | BoundFinished():
            yield Thing("playbook", node.playbook)
        case BoundContacted() if node.playbook is not None:
            yield Thing("playbook", node.playbook)
        case _:
            pass
    if is_dataclass(node) and type(node).__module__ == BoundSegment.__module__:
        for field in fields(node):
            yield from _named(getattr(node, field.name))
