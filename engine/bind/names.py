"""Looking names up: who asks, and what the names that they write stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from engine.bind.catalog import Catalog, EntityRef, EventRef, FieldRef, LinkRef
from engine.bind.conditions import Condition
from engine.bind.entities import bind_entity, unknown_entity
from engine.bind.findings import wrong
from engine.language.catalog import FoundRole
from engine.language.project import Project
from engine.language.steps import Step
from engine.places import Place
from engine.problems import Invalid, did_you_mean
from engine.records import dataclass
from engine.tables import ColumnRef

__all__ = [
    "Reached",
    "Scope",
    "children_links",
    "column_field",
    "field_named",
    "find_entity",
    "find_event",
    "find_field",
    "find_step",
    "hidden_name",
    "missing_name",
    "names_of",
    "outside_playbook",
    "reach",
]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks: names in a condition are those of `entity`.

    `segments` are the named segments being expanded, outermost first. `own` is what
    `{segment: self}` means, or None outside a playbook's own conditions; `steps` are those of the
    playbook, or None where no stay in one is asked about. `computed` gives the computed fields
    while the catalog is being bound, and is None once they stand in it.
    """

    project: Project
    catalog: Catalog
    entity: EntityRef
    segments: tuple[str, ...] = ()
    own: Condition | None = None
    steps: Mapping[str, Step] | None = None
    computed: Callable[[EntityRef, str], FieldRef | None] | None = None

    def of(self, entity: EntityRef) -> Scope:
        """The same asking with the names of another entity, which has no own segment here."""
        own = self.own if entity.name == self.entity.name else None
        return replace(self, entity=entity, own=own)

    def entity_named(self, name: str, place: Place) -> EntityRef:
        """As `find_entity`."""
        return find_entity(name, self.project, self.catalog, place=place)


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a path leads: the links walked, the entity there, and the last name of the path."""

    links: tuple[str, ...]
    entity: EntityRef
    name: str


def find_entity(name: str, project: Project, catalog: Catalog, *, place: Place) -> EntityRef:
    """A usable entity by its name.

    Raises:
        Invalid: there is none, or it is broken: then with its own problems.
    """
    entity = catalog.entities.get(name)
    if entity is not None:
        return entity
    declared = project.entities.get(name)
    if declared is None:
        raise unknown_entity(name, project, place)
    raise Invalid(bind_entity(declared, project)[1])


def find_step(name: str, scope: Scope, *, place: Place) -> Step:
    """A step, by its id, of the playbook in whose own conditions it is asked about."""
    if scope.steps is None:
        raise outside_playbook(f"the step `{name}`", place)
    step = scope.steps.get(name)
    if step is None:
        hint = did_you_mean(name, scope.steps)
        message = f"there is no step `{name}` in this playbook"
        raise wrong(place, "unknown-step", message, hint=hint)
    return step


def outside_playbook(what: str, place: Place) -> Invalid:
    """The problem of something of a stay where no stay is asked about."""
    return wrong(
        place,
        "outside-playbook",
        f"{what} is known only in a playbook's own conditions, and of the customer itself",
        hint="these are `exit_when`, the goal, and what the steps ask",
    )


def reach(path: str, scope: Scope, place: Place) -> Reached:
    """Walk all links of a path but its last name, which is not looked up."""
    *links, name = path.split(".")
    entity = scope.entity
    for link in links:
        entity = _parent(link, entity, path, scope=scope, place=place)
    return Reached(tuple(links), entity, name)


def find_field(path: str, scope: Scope, place: Place) -> FieldRef:
    """A field by its path from the asking entity."""
    there = reach(path, scope, place)
    field = field_named(there.name, there.entity, scope)
    if field is None:
        raise missing_name(path, there, scope, place=place, known=there.entity.fields)
    return _seen_from(there.links, field)


def field_named(name: str, entity: EntityRef, scope: Scope) -> FieldRef | None:
    """A field of an entity, seen from there; None where no usable one has the name.

    Raises:
        Invalid: it is computed, and what it is computed from is broken.
    """
    field = entity.fields.get(name)
    if field is None and scope.computed is not None:
        return scope.computed(entity, name)
    return field


def column_field(
    links: tuple[str, ...], entity: EntityRef, column: ColumnRef | FieldRef
) -> FieldRef:
    """A column of an entity as a field: the declared one that reads it, else one of its own name.

    What is a field already is only seen from where it is asked. Names that are columns and not
    fields stand in `contact`, `people`, `team` and `label` only; there a column is taken where no
    field has the name, so that paths stay distinct.
    """
    if isinstance(column, FieldRef):
        return _seen_from(links, column)
    for field in entity.fields.values():
        if field.source == column:  # no computed field has one
            return _seen_from(links, field)
    return FieldRef(links, entity.name, column.column, column)


def find_event(name: str, entity: EntityRef, scope: Scope, *, place: Place) -> EventRef:
    """An event of an entity."""
    event = entity.events.get(name)
    if event is not None:
        return event
    declared = scope.project.entities.get(entity.name)
    if declared is not None and name in declared.events:
        raise Invalid(bind_entity(declared, scope.project)[1])
    raise wrong(
        place,
        "unknown-event",
        f"{entity.name} has no event `{name}`",
        hint=did_you_mean(name, entity.events),
    )


def children_links(child: EntityRef, parent: EntityRef) -> tuple[LinkRef, ...]:
    """The links by which rows of one entity lead to another."""
    return tuple(link for link in child.links.values() if link.to == parent.name)


def names_of(entity: EntityRef) -> tuple[str, ...]:
    """All that may begin or end a path: fields, links and roles."""
    return (*entity.fields, *entity.links, *entity.people)


_SAID_OTHERWISE = {"or": "any", "either": "any", "and": "all", "both": "all", "nor": "none"}
"""What joins conditions elsewhere, and the word for it here."""


def missing_name(
    path: str, there: Reached, scope: Scope, *, place: Place, known: Iterable[str]
) -> Invalid:
    """Why a name that was asked for is not there: not supported, broken, or unknown."""
    entity, name = there.entity, there.name
    if name in entity.links:
        return wrong(
            place,
            "unfit-name",
            f"`{path}` is a link to {entity.links[name].to}, not a field",
            hint=f"ask of its fields, as `{path}.NAME`",
        )
    if name in entity.people:
        return wrong(
            place, "unfit-name", f"`{path}` is a role, not a field; a role only takes `set`"
        )
    hidden = hidden_name(name, entity, scope, path=path, place=place)
    if hidden is not None:
        return hidden
    if name.lower() in _SAID_OTHERWISE:
        hint = f"did you mean {_SAID_OTHERWISE[name.lower()]}?"
    elif name == entity.name or path.startswith(f"{scope.entity.name}."):
        hint = f"names are the {scope.entity.name}'s own already; leave the prefix out"
    else:
        declared = scope.project.entities.get(entity.name)
        hint = did_you_mean(
            name, {**dict.fromkeys(known), **(declared.computed if declared else {})}
        )
        if not hint.startswith("did") and (elsewhere := _of_a_parent(name, entity, scope)):
            hint = elsewhere
    return wrong(place, "unknown-field", f"{entity.name} has no field `{name}`", hint=hint)


def _of_a_parent(name: str, entity: EntityRef, scope: Scope) -> str:
    """Where a linked parent has a field of that name."""
    for link in entity.links.values():
        parent = scope.catalog.entities.get(link.to)
        if parent is not None and name in parent.fields:
            return f"{link.to} has it: write `{link.name}.{name}`"
    return ""


def hidden_name(
    name: str, entity: EntityRef, scope: Scope, *, path: str, place: Place
) -> Invalid | None:
    """The problem of a name that is declared but is not in the bound catalog."""
    declared = scope.project.entities.get(entity.name)
    if declared is None or name in names_of(entity):
        return None
    if name in declared.computed:
        return Invalid(scope.catalog.broken[entity.name, name])
    for roles in (declared.people, declared.team):
        role = roles.get(name)
        if role is not None and role.found is not None:
            return _unfound(name, role.found, entity, scope, place=place)
    groups = (declared.fields, declared.links, declared.people, declared.team)
    if any(name in group for group in groups):
        return Invalid(bind_entity(declared, scope.project)[1])
    return None


def _unfound(
    name: str, found: FoundRole, entity: EntityRef, scope: Scope, *, place: Place
) -> Invalid:
    """Why a role that is found among rows is not in the catalog."""
    broken = scope.catalog.broken.get((entity.name, name))
    if broken is not None:
        return Invalid(broken)
    return wrong(
        place,
        "unfit-name",
        f"the role `{name}` is found among the rows of {found.entity}, and is not known where "
        "fields are computed",
    )


def _parent(name: str, entity: EntityRef, path: str, *, scope: Scope, place: Place) -> EntityRef:
    link = entity.links.get(name)
    if link is not None:
        return scope.entity_named(link.to, place)
    if name in entity.fields or name in entity.people:
        what = "field" if name in entity.fields else "role"
        raise wrong(
            place,
            "unknown-link",
            f"`{name}` in `{path}` is a {what} of {entity.name}, not a link",
            hint=did_you_mean(name, entity.links),
        )
    hidden = hidden_name(name, entity, scope, path=name, place=place)
    if hidden is not None:
        raise hidden
    if name == entity.name:
        hint = f"names are the {name}'s own already; leave the prefix out"
    else:
        hint = did_you_mean(name, entity.links)
    raise wrong(
        place, "unknown-link", f"{entity.name} has no link `{name}`, as in `{path}`", hint=hint
    )


def _seen_from(links: tuple[str, ...], field: FieldRef) -> FieldRef:
    if not links:
        return field
    return replace(field, links=(*links, *field.links), required=False)
