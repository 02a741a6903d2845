"""What of a question lies at the home of its entity, and what in other databases."""

from __future__ import annotations

from dataclasses import dataclass

from engine.audience.reading import Reading
from engine.audience.stays import Own
from engine.bind.catalog import Catalog, EventRef
from engine.compile.algebra import walk
from engine.compile.core import Children, Events, Key, Links, Node
from engine.compile.links import entity_at, key_at, links_of
from engine.compile.question import Question

__all__ = ["Whereabouts"]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What of a question lies at the home of its entity, and what elsewhere."""

    reading: Reading
    question: Question
    own: Own | None

    @property
    def catalog(self) -> Catalog:
        return self.reading.snapshot.catalog

    @property
    def own_key(self) -> Key:
        return key_at(self.catalog, self.question.entity, ())

    def is_home(self, connector: str) -> bool:
        home = self.question.entity.table.connector
        return self.reading.snapshot.are_together(home, connector)

    def are_home(self, children: Children) -> bool:
        return self.is_home(self.catalog.entities[children.entity].table.connector)

    def is_foreign(self, events: Events) -> bool:
        """Whether events, or the children they are of, lie elsewhere."""
        if not isinstance(events.source, EventRef):
            return False
        if not self.is_home(events.source.table.connector):
            return True
        return events.children is not None and not self.are_home(events.children)

    def are_counted_at_home(self, events: Events) -> bool:
        source = events.source
        return not isinstance(source, EventRef) or self.is_home(source.table.connector)

    def parent_is_home(self, links: Links) -> bool:
        parent = entity_at(self.catalog, self.question.entity, links)
        return self.is_home(parent.table.connector)

    def hangs_on_parents_elsewhere(self, node: Node) -> bool:
        return not all(map(self.parent_is_home, links_of(walk(node))))

    def counts_elsewhere(self, node: Node) -> bool:
        return any(self.is_foreign(each) for each in walk(node) if isinstance(each, Events))
