"""`track`: the fields of each entity whose history is kept. Language, section 2."""

from __future__ import annotations

from dataclasses import replace

from engine.bind.catalog import Catalog, EntityRef
from engine.bind.formulas import ListedChildren, ListedEvents
from engine.language.project import Project
from engine.places import Place
from engine.problems import Problem, did_you_mean

__all__ = ["bind_tracked"]


def bind_tracked(catalog: Catalog, project: Project) -> tuple[Catalog, list[Problem]]:
    """The catalog with only those fields tracked that can be, and why the others cannot.

    A field that is broken itself is told of as that, and not again.
    """
    found: list[Problem] = []
    entities: dict[str, EntityRef] = {}
    for name, entity in catalog.entities.items():
        kept: list[str] = []
        place = project.entities[name].place
        for field in dict.fromkeys(entity.tracked):
            at = place.of("track", entity.tracked.index(field))
            problem = _misfit(field, entity, project, place=at)
            if problem is not None:
                found.append(problem)
            elif field in entity.fields:
                kept.append(field)
        entities[name] = replace(entity, tracked=tuple(kept))
    return replace(catalog, entities=entities), found


def _misfit(name: str, entity: EntityRef, project: Project, *, place: Place) -> Problem | None:
    declared = project.entities[entity.name]
    if isinstance(entity.formulas.get(name), ListedEvents | ListedChildren):
        return Problem(
            place,
            "unfit-field",
            f"`{name}` of {entity.name} lists the values of events or rows; such a list has no "
            "history",
            "track a figure of them, or `labels`",
        )
    if name in entity.fields or name in declared.computed or name in declared.fields:
        return None
    return Problem(
        place,
        "unknown-field",
        f"`track` names `{name}`, and {entity.name} has no such field",
        did_you_mean(name, entity.fields),
    )
