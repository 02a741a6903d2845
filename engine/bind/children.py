"""The rows of another entity that link to the asking one, and the link by which they do."""

from __future__ import annotations

from engine.bind.catalog import EntityRef, LinkRef
from engine.bind.findings import wrong
from engine.bind.names import Scope, children_links
from engine.places import Place
from engine.problems import did_you_mean

__all__ = ["find_children", "linking_entities"]


def find_children(
    name: str, through: str | None, scope: Scope, *, place: Place
) -> tuple[EntityRef, LinkRef]:
    """The entity of that name and the link of its rows to the asking entity.

    Raises:
        Invalid: there is no such link, or there are several and `through` names none of them.
    """
    child, entity = scope.entity_named(name, place), scope.entity
    links = children_links(child, entity)
    if not links:
        raise wrong(
            place,
            "unknown-link",
            f"{child.name} has no link to {entity.name}",
            hint=did_you_mean(name, linking_entities(scope)),
        )
    named = [link.name for link in links]
    if through is not None and through not in named:
        raise wrong(
            place,
            "unknown-link",
            f"{child.name} has no link `{through}` to {entity.name}",
            hint=did_you_mean(through, named),
        )
    if through is None and len(links) > 1:
        raise wrong(
            place,
            "ambiguous-link",
            f"{child.name} links to {entity.name} in more than one way: {', '.join(named)}",
            hint=f"say which, as `through: {named[0]}`",
        )
    return child, next(link for link in links if through in (None, link.name))


def linking_entities(scope: Scope) -> list[str]:
    """The entities with a link to the asking one."""
    entities = scope.catalog.entities
    return [name for name, ref in entities.items() if children_links(ref, scope.entity)]
