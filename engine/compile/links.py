"""Where links lead in the catalog, and the values by which rows hang together."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bind.catalog import Catalog, EntityRef, FieldRef
from engine.compile.core import Events, Field, Gathered, Key, Links, Node
from engine.tables import ColumnRef

__all__ = ["entity_at", "key_at", "link_field", "link_ref", "links_of"]


def entity_at(catalog: Catalog, entity: EntityRef, links: Links) -> EntityRef:
    """The entity that links lead to."""
    for link in links:
        entity = catalog.entities[entity.links[link].to]
    return entity


def key_at(catalog: Catalog, entity: EntityRef, links: Links) -> Key:
    """The key of the entity that links lead to."""
    return Key(links, entity_at(catalog, entity, links).key.kind)


def link_ref(catalog: Catalog, child: EntityRef, name: str) -> FieldRef:
    """What a link of an entity holds, as a field of it: the key of whom it links to."""
    link = child.links[name]
    kind = catalog.entities[link.to].key.kind
    return FieldRef((), child.name, link.name, ColumnRef(link.column, kind))


def link_field(catalog: Catalog, entity: EntityRef, links: Links) -> Field:
    """The field that holds the key of the row at the end of `links`."""
    child = entity_at(catalog, entity, links[:-1])
    ref = link_ref(catalog, child, links[-1])
    return Field(FieldRef(links[:-1], ref.entity, ref.name, ref.source))


def links_of(walked: Iterable[Node]) -> tuple[Links, ...]:
    """Every way along links that nodes need, the shortest first, each with its beginnings."""
    found: set[Links] = set()
    for links in {_links_at(each) for each in walked}:
        found.update(links[:end] for end in range(1, len(links) + 1))
    return tuple(sorted(found, key=lambda links: (len(links), links)))


def _links_at(node: Node) -> Links:
    match node:
        case Field(ref):
            return ref.links
        case Key(links) | Gathered(links):
            return links
        case Events(holder=holder):
            return holder
        case _:
            return ()
