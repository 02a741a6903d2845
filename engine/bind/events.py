"""What happened: `did`, `did_not`, `contacted` and `not_contacted`, bound."""

from __future__ import annotations

from dataclasses import replace

from engine.bind.acts import TASK_CHANNEL
from engine.bind.catalog import EntityRef, EventRef
from engine.bind.children import linking_entities
from engine.bind.conditions import (
    BoundContacted,
    BoundDid,
    BoundTest,
    Change,
    Figure,
    FigureKind,
    Followed,
    Op,
    ValueTest,
)
from engine.bind.enrolled import known_playbook
from engine.bind.findings import Findings, not_supported, or_unreadable, wrong
from engine.bind.names import Scope, children_links, find_event
from engine.bind.subjects import Subject
from engine.bind.tests import bind_test
from engine.bind.windows import bind_duration, bind_window
from engine.language import conditions as declared
from engine.language.catalog import Kind
from engine.language.conditions import Contacted, Did, Test
from engine.language.project import SmtpChannel
from engine.moments import Duration, Unit
from engine.places import Place
from engine.problems import Invalid, did_you_mean
from engine.records import dataclass
from engine.tables import ColumnRef

__all__ = ["AT_LEAST_ONE", "bind_contacted", "bind_did", "bind_events", "event_property"]

AT_LEAST_ONE = BoundTest((ValueTest(Op.AT_LEAST, (1,)),))
"""What is asked of a number where nothing is said."""

_COUNTS = frozenset({FigureKind.TIMES, FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS})
_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
_EXACT_UNITS = frozenset({Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.WEEK})


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose events: the asking entity's own, a parent's, or those of its children."""

    event: EventRef
    through: str = ""
    child_link: str = ""


def bind_did(did: Did, scope: Scope) -> BoundDid:
    """Events that pass window and `where`, and what is asked of them: at least one, or figures."""
    source = _source(did, scope)
    event = source.event
    asks_nothing = not did.figures and did.change is None and not did.followed
    with Findings() as found:
        return BoundDid(
            event=event,
            negated=did.negated,
            window=found.attempt(lambda: bind_window(did.window, scope)),
            where=found.each(did.where, lambda pair: _property_test(pair, event, scope)),
            figures=(Figure(FigureKind.TIMES, "", AT_LEAST_ONE),)
            if asks_nothing
            else found.each(did.figures, lambda figure: _figure(figure, event, scope)),
            through=source.through,
            child_link=source.child_link,
            change=found.attempt(lambda: _change(did, event, scope)),
            followed=found.each(did.followed, lambda each: _followed(each, did, source, scope)),
            place=did.place,
        )


def bind_events(did: Did, scope: Scope) -> BoundDid:
    """Events that pass window and `where`, with nothing asked of them."""
    return replace(bind_did(did, scope), figures=())


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
        hint=did_you_mean(head, [*entity.links, *linking_entities(scope)]),
    )


def _own(did: Did, scope: Scope) -> EventRef:
    """An own event; where another entity close by has it, the problem says so."""
    entity = scope.entity
    try:
        return find_event(did.event, entity, scope, place=did.place)
    except Invalid:
        near = [f"{link.name}.{did.event}" for link in entity.links.values()
                if did.event in _events(link.to, scope)]  # fmt: skip
        near += [f"{child}.{did.event}" for child in linking_entities(scope)
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


def _child_link(child: EntityRef, scope: Scope, *, did: Did) -> str:
    entity = scope.entity
    links = children_links(child, entity)
    if not links:
        raise wrong(
            did.place,
            "unknown-link",
            f"`{child.name}` in `{did.event}` is neither a link of {entity.name} nor an entity "
            "that links to it",
            hint=did_you_mean(child.name, [*entity.links, *linking_entities(scope)]),
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
    column = event_property(name, event, test.place)
    return name, bind_test(test, Subject(f"{event.name}.{name}", column.kind), scope)


def _figure(figure: tuple[str, str, Test], event: EventRef, scope: Scope) -> Figure:
    word, name, test = figure
    kind = FigureKind(word)
    if kind in _COUNTS:
        subject = Subject(f"`{word}` of {event.name}", Kind.INTEGER)
        return Figure(kind, "", bind_test(test, subject, scope))
    column = event_property(name, event, test.place)
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


def event_property(name: str, event: EventRef, place: Place) -> ColumnRef:
    """A property of an event by its name."""
    column = event.properties.get(name)
    if column is None:
        raise wrong(
            place,
            "unknown-property",
            f"the event {event.name} has no property `{name}`",
            hint=did_you_mean(name, event.properties) or "declare it under its `properties`",
        )
    return column


# ---------------------------------------------------------------- change and successors


def _change(did: Did, event: EventRef, scope: Scope) -> Change | None:
    change = did.change
    if change is None:
        return None
    if did.window != declared.Window():
        raise wrong(
            did.window.place,
            "ambiguous-window",
            "`change` says both of its windows; no other word of a window stands beside it",
            hint="leave the window out, or ask for it in a condition of its own",
        )
    subject = Subject(f"`change` of {event.name}", Kind.NUMBER)
    with Findings() as found:
        over = found.attempt(lambda: _whole_days(change.over, change.place))
        text = change.against
        against = over if text is None else found.attempt(lambda: _whole_days(text, change.place))
        return Change(
            over=over,
            against=against,
            test=found.attempt(lambda: bind_test(change.by, subject, scope)),
        )


def _whole_days(text: str, place: Place) -> Duration:
    duration = bind_duration(text, place)
    if duration.is_exact or not duration.amount:
        raise wrong(
            place,
            "bad-duration",
            f"`{duration}` cannot stand in `change`; expected days or longer, as `7 days`",
        )
    return duration


def _followed(followed: declared.Followed, did: Did, source: _Source, scope: Scope) -> Followed:
    event = _successor(followed, did, source, scope)
    with Findings() as found:
        return Followed(
            event=event,
            negated=followed.negated,
            within=found.attempt(lambda: _exact(followed.within, followed.place)),
            where=found.each(followed.where, lambda pair: _property_test(pair, event, scope)),
        )


def _successor(followed: declared.Followed, did: Did, source: _Source, scope: Scope) -> EventRef:
    """An event of the very row whose event is followed; its path may be said again or left out."""
    head, dot, name = followed.event.rpartition(".")
    holder = scope.entity_named(source.event.entity, followed.place)
    if dot and head != source.through:
        raise wrong(
            followed.place,
            "unfit-name",
            f"`{followed.event}` cannot follow `{did.event}`: a successor is an event of the very "
            f"same {holder.name}",
        )
    return find_event(name, holder, scope, place=followed.place)


def _exact(text: str, place: Place) -> Duration:
    duration = bind_duration(text, place)
    if duration.unit not in _EXACT_UNITS or not duration.amount:
        raise wrong(
            place,
            "bad-duration",
            f"`{duration}` cannot stand here: the time between two events is exact; expected "
            "minutes, hours, days or weeks",
        )
    return duration


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
    return None if name is None else known_playbook(name, scope, place).name


def _times(test: Test | None, scope: Scope) -> BoundTest:
    if test is None:
        return AT_LEAST_ONE
    return bind_test(test, Subject("`times` of contacted", Kind.INTEGER), scope)
