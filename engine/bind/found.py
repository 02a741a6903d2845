"""Roles that are found among the rows that link to an entity. Language, section 2, `people`.

They become fields of the entity, which nobody can name but by the role: a name has no dot in it.
"""

from __future__ import annotations

from dataclasses import replace

from engine.bind.bearing import optional
from engine.bind.catalog import BoundPerson, Catalog, Computed, EntityRef, FieldRef, FoundPerson
from engine.bind.children import find_children
from engine.bind.findings import Findings, wrong
from engine.bind.formulas import LinkedChildren, PickedChild
from engine.bind.names import Scope, column_field, find_field
from engine.language.catalog import FoundRole, Kind
from engine.language.project import Project
from engine.problems import Invalid, Problem

__all__ = ["bind_found_roles"]

_PARTS = ("email", "name", "timezone", "locale")
_ORDERED = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DATE, Kind.TIMESTAMP})


def bind_found_roles(catalog: Catalog, project: Project) -> tuple[Catalog, list[Problem]]:
    """The catalog with these roles too, and why some cannot be found. Never raises."""
    entities, broken = dict(catalog.entities), dict(catalog.broken)
    problems: list[Problem] = []
    for entity in catalog.entities.values():
        declared = project.entities[entity.name]
        for group, is_team in ((declared.people, False), (declared.team, True)):
            for name, person in group.items():
                if person.found is None:
                    continue
                try:
                    found = _role(name, person.found, Scope(project, catalog, entity))
                    entities[entity.name] = _with(
                        entities[entity.name], name, found, is_team=is_team
                    )
                except Invalid as invalid:
                    broken[entity.name, name] = invalid.problems
                    problems += invalid.problems
    return Catalog(entities, broken), problems


def _with(
    entity: EntityRef, name: str, found: dict[str, PickedChild], *, is_team: bool
) -> EntityRef:
    refs = {
        part: FieldRef((), entity.name, f"{name}.{part}", Computed(Kind.TEXT)) for part in found
    }
    person = FoundPerson(
        email=refs["email"],
        name=refs.get("name"),
        timezone=refs.get("timezone"),
        locale=refs.get("locale"),
        is_team=is_team,
    )
    formulas = {refs[part].name: formula for part, formula in found.items()}
    return replace(
        entity,
        people={**entity.people, name: person},
        formulas={**entity.formulas, **formulas},
    )


def _role(name: str, role: FoundRole, scope: Scope) -> dict[str, PickedChild]:
    """The parts of the contact that the rows have, each as it is picked."""
    child, link = find_children(role.entity, role.through, scope, place=role.place)
    contact = _contact(name, child, role)
    inside = scope.of(child)
    with Findings() as found:
        by = found.attempt(lambda: _by(name, role, inside))
        condition = found.attempt(lambda: optional(role.where, inside))
        email = column_field((), child, contact.email)
        children = LinkedChildren(child.name, link.name, condition)
        parts = ((part, getattr(contact, part)) for part in _PARTS)
        return {
            part: PickedChild(column_field((), child, column), children, by, role.highest, email)
            for part, column in parts
            if column is not None
        }


def _by(name: str, role: FoundRole, scope: Scope) -> FieldRef:
    ref = find_field(role.by, scope, role.place)
    if ref.kind not in _ORDERED:
        raise wrong(
            role.place,
            "wrong-type",
            f"the role {name} goes by `{role.by}`, which is {ref.kind}; expected a number, a date "
            "or a time",
        )
    return ref


def _contact(name: str, child: EntityRef, role: FoundRole) -> BoundPerson:
    if child.contact is None:
        raise wrong(
            role.place,
            "no-contact",
            f"the role {name} is found among the rows of {child.name}, which has no contact",
            hint=f"declare `contact: {{email: …}}` in catalog/{child.name}.yaml",
        )
    return child.contact
