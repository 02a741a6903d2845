"""What happened: `did`, `did_not`, `contacted` and `not_contacted`, bound."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bind.catalog import EntityRef, EventRef
from engine.bind.conditions import (
    BoundContacted,
    BoundDid,
    BoundTest,
    Figure,
    FigureKind,
    Op,
    ValueTest,
)
from engine.bind.findings import Findings, not_supported, or_unreadable, wrong
from engine.bind.names import Scope, children_links, find_event
from engine.bind.playbook import TASK_CHANNEL
from engine.bind.tests import Subject, bind_test
from engine.bind.windows import bind_window
from engine.language.catalog import Kind
from engine.language.conditions import Contacted, Did, Test
from engine.language.project import SmtpChannel
from engine.places import Place
from engine.problems import Invalid, did_you_mean
from engine.tables import ColumnRef

__all__ = ["bind_contacted", "bind_did"]

_AT_LEAST_ONE = BoundTest((ValueTest(Op.AT_LEAST, (1,)),))
_COUNTS = frozenset({FigureKind.TIMES, FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS})
_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose events: the asking entity's own, a parent's, or those of its children."""

    event: EventRef
    through: str = ""
    child_link: str = ""


def bind_did(did: Did, scope: Scope) -> BoundDid:
    """Events that pass window and `where`, and the figures asked of them."""
    source = _source(did, scope)
    event = source.event
    with Findings() as found:
        return BoundDid(
            event=event,
            negated=did.negated,
            window=found.attempt(lambda: bind_window(did.window, scope)),
            where=found.each(did.where, lambda pair: _property_test(pair, event, scope)),
            figures=found.each(did.figures, lambda figure: _figure(figure, event, scope))
            or (Figure(FigureKind.TIMES, "", _AT_LEAST_ONE),),
            through=source.through,
            child_link=source.child_link,
            place=did.place,
        )


def bind_contacted(contacted: Contacted, scope: Scope) -> BoundContacted:
    """Touches of ours, and the entity's own events that count as contact.

    An event belongs to no channel and no playbook: where one is asked for, no event counts.
    """
    entity, place = scope.entity, contacted.place
    is_narrow = contacted.channel is not None or contacted.playbook is not None
    events = tuple(event for event in entity.events.values() if event.counts_as_contact)
    with Findings() as found:
        return BoundContacted(
            entity=entity.name,
            negated=contacted.negated,
            window=found.attempt(lambda: bind_window(contacted.window, scope)),
            events=() if is_narrow else events,
            channel=found.attempt(lambda: _channel(contacted.channel, scope, place)),
            playbook=found.attempt(lambda: _playbook(contacted.playbook, scope, place)),
            times=found.attempt(lambda: _times(contacted.times, scope)),
            place=place,
        )


# ---------------------------------------------------------------- whose events


def _source(did: Did, scope: Scope) -> _Source:
    entity, place = scope.entity, did.place
    head, dot, name = did.event.partition(".")
    if not dot:
        return _Source(_own(did, scope))
    if "." in name:
        raise not_supported(
            place,
            f"an event over more than one link, as `{did.event}`,",
            hint=f"nest it: `{head}: {{did: {name}}}`",
        )
    if head in entity.links:
        parent = scope.entity_named(entity.links[head].to, place)
        return _Source(find_event(name, parent, scope, place=place), through=head)
    if head in scope.project.entities or ("entity", head) in scope.project.broken:
        child = scope.entity_named(head, place)
        link = _child_link(child, scope, did=did)
        return _Source(find_event(name, child, scope, place=place), head, link)
    raise wrong(
        place,
        "unknown-link",
        f"`{head}` in `{did.event}` is neither a link of {entity.name} nor an entity that links "
        "to it",
        hint=did_you_mean(head, [*entity.links, *_linking(scope)]),
    )


def _own(did: Did, scope: Scope) -> EventRef:
    """An own event; where another entity close by has it, the problem says so."""
    entity = scope.entity
    try:
        return find_event(did.event, entity, scope, place=did.place)
    except Invalid:
        near = [f"{link.name}.{did.event}" for link in entity.links.values()
                if did.event in _events(link.to, scope)]  # fmt: skip
        near += [f"{child}.{did.event}" for child in _linking(scope)
                 if did.event in _events(child, scope)]  # fmt: skip
        if did.event in _declared_events(entity, scope) or not near:
            raise
        raise wrong(
            did.place,
            "unknown-event",
            f"{entity.name} has no event `{did.event}`",
            hint=f"did you mean {near[0]}?",
        ) from None


def _events(entity: str, scope: Scope) -> frozenset[str]:
    ref = scope.catalog.entities.get(entity)
    return frozenset(ref.events) if ref is not None else frozenset()


def _declared_events(entity: EntityRef, scope: Scope) -> frozenset[str]:
    declared = scope.project.entities.get(entity.name)
    return frozenset(declared.events) if declared is not None else frozenset()


def _linking(scope: Scope) -> list[str]:
    """The entities with a link to the asking one."""
    entities = scope.catalog.entities
    return [name for name, ref in entities.items() if children_links(ref, scope.entity)]


def _child_link(child: EntityRef, scope: Scope, *, did: Did) -> str:
    entity = scope.entity
    links = children_links(child, entity)
    if not links:
        raise wrong(
            did.place,
            "unknown-link",
            f"`{child.name}` in `{did.event}` is neither a link of {entity.name} nor an entity "
            "that links to it",
            hint=did_you_mean(child.name, [*entity.links, *_linking(scope)]),
        )
    if len(links) > 1:
        names = ", ".join(link.name for link in links)
        raise not_supported(
            did.place,
            f"{child.name} links to {entity.name} in more than one way ({names}); "
            "choosing one by `through`",
        )
    return links[0].name


# ---------------------------------------------------------------- properties and figures


def _property_test(pair: tuple[str, Test], event: EventRef, scope: Scope) -> tuple[str, BoundTest]:
    name, test = pair
    column = _property(name, event, test.place)
    return name, bind_test(test, Subject(f"{event.name}.{name}", column.kind), scope)


def _figure(figure: tuple[str, str, Test], event: EventRef, scope: Scope) -> Figure:
    word, name, test = figure
    kind = FigureKind(word)
    if kind in _COUNTS:
        subject = Subject(f"`{word}` of {event.name}", Kind.INTEGER)
        return Figure(kind, "", bind_test(test, subject, scope))
    column = _property(name, event, test.place)
    called = f"`{word}` of {event.name}.{name}"
    if kind is FigureKind.DISTINCT:
        return Figure(kind, name, bind_test(test, Subject(called, Kind.INTEGER), scope))
    if column.kind not in _NUMBERS:
        raise wrong(
            test.place,
            "wrong-type",
            f"`{word}` needs a number; the property {event.name}.{name} is {column.kind}",
        )
    return Figure(kind, name, bind_test(test, Subject(called, Kind.NUMBER), scope))


def _property(name: str, event: EventRef, place: Place) -> ColumnRef:
    column = event.properties.get(name)
    if column is None:
        raise wrong(
            place,
            "unknown-property",
            f"the event {event.name} has no property `{name}`",
            hint=did_you_mean(name, event.properties) or "declare it under its `properties`",
        )
    return column


# ---------------------------------------------------------------- contacts


def _channel(name: str | None, scope: Scope, place: Place) -> str | None:
    """A channel whose touches count as contact: one of mail, or `task`, the built-in inbox."""
    if name is None or name == TASK_CHANNEL:
        return name
    channels = scope.project.settings.channels
    mail = [each for each, channel in channels.items() if isinstance(channel, SmtpChannel)]
    if name in mail:
        return name
    if name in channels:
        message = f"`{name}` is a webhook; its requests reach nobody and are no contact"
        raise wrong(place, "wrong-channel", message, hint=did_you_mean(name, [*mail, TASK_CHANNEL]))
    hint = did_you_mean(name, [*mail, TASK_CHANNEL])
    unknown = wrong(place, "unknown-channel", f"there is no channel `{name}`", hint=hint)
    raise or_unreadable(unknown, "channel", name, scope.project)


def _playbook(name: str | None, scope: Scope, place: Place) -> str | None:
    if name is None or name in scope.project.playbooks:
        return name
    hint = did_you_mean(name, scope.project.playbooks)
    unknown = wrong(place, "unknown-playbook", f"there is no playbook `{name}`", hint=hint)
    raise or_unreadable(unknown, "playbook", name, scope.project)


def _times(test: Test | None, scope: Scope) -> BoundTest:
    if test is None:
        return _AT_LEAST_ONE
    return bind_test(test, Subject("`times` of contacted", Kind.INTEGER), scope)
