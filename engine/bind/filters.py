"""Declared conditions to bound ones: every name looked up, every literal typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.bind.children import find_children
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundEveryone,
    BoundField,
    BoundHas,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundRank,
    BoundRole,
    BoundSegment,
    Condition,
)
from engine.bind.enrolled import bind_finished, bind_in_playbook, bind_step_became
from engine.bind.entities import unknown_entity
from engine.bind.events import AT_LEAST_ONE, bind_contacted, bind_did
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.literals import shown
from engine.bind.names import (
    Reached,
    Scope,
    column_field,
    field_named,
    find_field,
    missing_name,
    names_of,
    reach,
)
from engine.bind.subjects import Subject, subject_of
from engine.bind.tests import OPERATORS, bind_test, operators_of
from engine.language import conditions as declared
from engine.language.catalog import Kind
from engine.language.playbook import Segment
from engine.language.project import Project
from engine.places import Place
from engine.problems import Invalid, did_you_mean

__all__ = ["OWN_SEGMENT", "bind_condition", "unknown_segment"]

OWN_SEGMENT = "self"
"""What a playbook's own conditions call its segment."""

_SEGMENTS_DEEP = 16  # keeps the bound condition, and the recursion over it, within bounds


def bind_condition(condition: declared.Condition, scope: Scope) -> Condition:
    """A condition of the asking entity.

    Raises:
        Invalid: with the problems of all its parts.
    """
    place = condition.place
    match condition:
        case declared.All(parts):
            return BoundAll(_parts(parts, scope, place), place)
        case declared.Anyone(parts):
            return BoundAny(_parts(parts, scope, place), place)
        case declared.Nobody(parts):
            return BoundNone(_parts(parts, scope, place), place)
        case declared.Negation(part):
            return BoundNot(bind_condition(part, scope), place)
        case declared.Everyone():
            return BoundEveryone(place)
        case declared.InSegment(name):
            return BoundSegment(name, _segment(name, scope, place), place)
        case declared.FieldTest():
            return _field_test(condition, scope)
        case declared.OfParent():
            return _of_parent(condition, scope)
        case declared.Did():
            return bind_did(condition, scope)
        case declared.Has():
            return _has(condition, scope)
        case declared.Rank():
            return _rank(condition, scope)
        case declared.Contacted():
            return bind_contacted(condition, scope)
        case declared.InPlaybook():
            return bind_in_playbook(condition, scope)
        case declared.FinishedPlaybook():
            return bind_finished(condition, scope)
        case declared.StepBecame():
            return bind_step_became(condition, scope)


def _parts(
    parts: tuple[declared.Condition, ...], scope: Scope, place: Place
) -> tuple[Condition, ...]:
    if not parts:
        raise wrong(
            place,
            "empty-filter",
            "an empty list of conditions says nothing",
            hint="write `everyone: true` to mean everyone",
        )
    with Findings() as found:
        return found.each(parts, lambda part: bind_condition(part, scope))


# ---------------------------------------------------------------- named segments


def _find_segment(name: str, scope: Scope, place: Place) -> Segment:
    """A declared segment by its name, of the asking entity."""
    segments = scope.project.segments
    segment = segments.get(name)
    if segment is None:
        of_ours = [each.name for each in segments.values() if each.of == scope.entity.name]
        raise unknown_segment(name, scope.project, place=place, known=of_ours)
    if segment.of == scope.entity.name:
        return segment
    if segment.of not in scope.project.entities:
        raise unknown_entity(segment.of, scope.project, segment.of_place)
    raise wrong(
        place,
        "wrong-entity",
        f"the segment {name} is of {segment.of}; here only one of {scope.entity.name} fits",
        hint=_way_to(segment, scope),
    )


def _way_to(segment: Segment, scope: Scope) -> str:
    """How a segment of another entity may be asked for here."""
    for link in scope.entity.links.values():
        if link.to == segment.of:
            return f"ask it of the {segment.of}: `{link.name}: {{segment: {segment.name}}}`"
    return f"write one that says `of: {scope.entity.name}`"


def unknown_segment(name: str, project: Project, *, place: Place, known: Iterable[str]) -> Invalid:
    """The problem of a segment that does not exist, or those of the file that declares it."""
    hint = did_you_mean(name, known)
    unknown = wrong(place, "unknown-segment", f"there is no segment `{name}`", hint=hint)
    return or_unreadable(unknown, "segment", name, project)


def _segment(name: str, scope: Scope, place: Place) -> Condition:
    if name == OWN_SEGMENT and scope.own is not None:
        return scope.own
    if name in scope.segments:
        ring = " → ".join((*scope.segments[scope.segments.index(name) :], name))
        raise wrong(
            place,
            "segment-cycle",
            f"the segment {name} is made of itself: {ring}",
            hint="write one of them out with conditions of its own",
        )
    if name == OWN_SEGMENT:
        raise wrong(
            place,
            "unknown-segment",
            "`segment: self` is a playbook's own segment; it stands in `exit_when` and `only_if`",
        )
    if len(scope.segments) >= _SEGMENTS_DEEP:
        raise wrong(
            place,
            "too-deep",
            f"segments are made of each other more than {_SEGMENTS_DEEP} deep",
            hint="write the conditions of some of them out",
        )
    segment = _find_segment(name, scope, place)
    inner = replace(scope, segments=(*scope.segments, name), own=None, steps=None)
    return bind_condition(segment.where, inner)


# ---------------------------------------------------------------- fields, roles, parents


def _field_test(condition: declared.FieldTest, scope: Scope) -> Condition:
    path, place = condition.path, condition.place
    there = reach(path, scope, place)
    if field_named(there.name, there.entity, scope) is not None:
        ref = find_field(path, scope, place)
        return BoundField(ref, bind_test(condition.test, subject_of(ref, path), scope), place)
    if there.name in there.entity.people:
        return _role_test(condition, there)
    raise missing_name(path, there, scope, place=place, known=names_of(there.entity))


def _role_test(condition: declared.FieldTest, there: Reached) -> BoundRole:
    operators = condition.test.operators
    if len(operators) != 1 or operators[0].word != "set":
        raise wrong(
            condition.test.place,
            "unfit-operator",
            f"`{condition.path}` is a role; a role only takes `set`",
        )
    present = operators[0].value
    if not isinstance(present, bool):
        raise wrong(
            operators[0].place,
            "wrong-type",
            f"`set` takes true or false; found {shown(present)}",
        )
    email = there.entity.people[there.name].email
    return BoundRole(
        links=there.links,
        entity=there.entity.name,
        role=there.name,
        email=column_field(there.links, there.entity, email),
        present=present,
        place=condition.place,
    )


def _of_parent(condition: declared.OfParent, scope: Scope) -> Condition:
    """`{LINK: C}`; a path of links stands for one inside the other."""
    name, dot, rest = condition.link.partition(".")
    link = scope.entity.links.get(name)
    if link is None:
        raise _no_link(condition, Reached((), scope.entity, name), scope)
    parent = scope.entity_named(link.to, condition.place)
    inner = replace(condition, link=rest) if dot else condition.condition
    bound = bind_condition(inner, scope.of(parent))
    return BoundParent(name, parent.name, bound, condition.place)


def _no_link(condition: declared.OfParent, there: Reached, scope: Scope) -> Invalid:
    """What reads like a condition of a parent is most often a field with a misspelt operator."""
    field = field_named(there.name, there.entity, scope)
    inner = condition.condition
    if field is None:
        known = names_of(there.entity)
        return missing_name(there.name, there, scope, place=condition.place, known=known)
    kind = field.kind
    if isinstance(inner, declared.FieldTest) and inner.path not in OPERATORS:
        return wrong(
            inner.place,
            "unknown-operator",
            f"`{inner.path}` is no operator; {condition.link} is {kind}",
            hint=did_you_mean(inner.path, operators_of(kind)),
        )
    return wrong(
        condition.place,
        "unfit-name",
        f"`{condition.link}` is a field ({kind}) and takes a test, not a condition",
        hint="it takes " + ", ".join(operators_of(kind)),
    )


# ---------------------------------------------------------------- children and ranks


def _has(condition: declared.Has, scope: Scope) -> BoundHas:
    place, where, times = condition.place, condition.where, condition.times
    child, link = find_children(condition.entity, condition.through, scope, place=place)
    number = Subject(f"`times` of {child.name}", Kind.INTEGER)
    inside = replace(scope.of(child), steps=None)  # a child has no stay of its own here
    with Findings() as found:
        return BoundHas(
            entity=child.name,
            link=link.name,
            negated=condition.negated,
            condition=found.attempt(lambda: bind_condition(where, inside) if where else None),
            times=found.attempt(lambda: bind_test(times, number, scope) if times else AT_LEAST_ONE),
            place=place,
        )


_RANKED = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DATE, Kind.TIMESTAMP})


def _rank(condition: declared.Rank, scope: Scope) -> BoundRank:
    place = condition.place
    ref = find_field(condition.by, scope, place)
    if ref.kind not in _RANKED:
        word = "top" if condition.highest else "bottom"
        raise wrong(
            place,
            "wrong-type",
            f"`{word}` goes by a number, a date or a time; `{condition.by}` is {ref.kind}",
        )
    return BoundRank(
        entity=scope.entity.name,
        highest=condition.highest,
        ref=ref,
        share=condition.share,
        count=condition.count,
        place=place,
    )
