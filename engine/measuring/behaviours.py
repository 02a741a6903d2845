"""What customers can have done in their first days: each as a count, and as a condition to paste.

Both say the same in the language's own words, and what is counted is what the condition asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.bind.catalog import Catalog, EntityRef, EventRef, LinkRef
from engine.bind.names import children_links
from engine.language.catalog import Kind
from engine.language.conditions import Did, Operator, Scalar, Test, Window
from engine.language.formulas import OfChildren, OfEvents

__all__ = ["Behaviour", "Happening", "behaviours", "happenings"]

ValuesOf = Callable[[EventRef, str], Sequence[Scalar]]
"""The values by which a property tells events apart; none where it has too many of them."""

_TELLS_APART = (Kind.TEXT, Kind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that customers can do: their own, or one of rows that link to them by `link`."""

    event: EventRef
    link: LinkRef | None = None

    @property
    def path(self) -> str:
        """The event as the customer's own conditions name it."""
        return f"{self.event.entity}.{self.event.name}" if self.link else self.event.name

    @property
    def properties(self) -> tuple[str, ...]:
        """Its properties whose values can tell such events apart."""
        columns = self.event.properties.items()
        return tuple(name for name, column in columns if column.kind in _TELLS_APART)

    def with_properties(self) -> Did:
        """That it happened with all of these known: what reads every column that is looked at."""
        is_set = Test((Operator("set", True),))
        return Did(self.path, where=tuple((name, is_set) for name in self.properties))


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something that is counted from `since` to the end of the day that lies `days` after it.

    `where` narrows the events to those whose property has a value. What is counted is the events,
    or (`by_each`) the rows that link here and did it at all.
    """

    happening: Happening
    since: str
    days: int
    where: tuple[str, Scalar] | None = None
    by_each: bool = False

    @property
    def text(self) -> str:
        """What was done, for people."""
        if self.where is None:
            return self.happening.path
        name, value = self.where
        shown = str(value).lower() if isinstance(value, bool) else value
        return f"{self.happening.path} ({name}: {shown})"

    @property
    def counted(self) -> str:
        """What is counted: `times`, or the entity whose rows are."""
        return self.happening.event.entity if self.by_each else "times"

    @property
    def _until(self) -> str:
        return f"{self.days} {'day' if self.days == 1 else 'days'} after"

    def formula(self) -> OfEvents | OfChildren:
        """How often, as the formula of a computed field."""
        event, link = self.happening.event, self.happening.link
        if link is not None and self.by_each:
            return OfChildren("count", event.entity, where=self._did(event.name, f"{link.name}."))
        return OfEvents("count", self._did(self.happening.path))

    def _did(self, event: str, seen_from: str = "") -> Did:
        since = f"{seen_from}{self.since}"
        window = Window(since=since, until=f"{self._until} {since}")
        if self.where is None:
            return Did(event, window=window)
        name, value = self.where
        return Did(event, where=((name, Test((Operator("is", value),))),), window=window)

    def condition(self, at_least: int) -> Mapping[str, object]:
        """That it was done so often, as the condition of a file."""
        event, link = self.happening.event, self.happening.link
        if link is not None and self.by_each:
            did = self._written(event.name, f"{link.name}.")
            found: dict[str, object] = {"has": event.entity, "where": did}
        else:
            found = self._written(self.happening.path)
        return found if at_least == 1 else {**found, "times": {"at_least": at_least}}

    def _written(self, event: str, seen_from: str = "") -> dict[str, object]:
        since = f"{seen_from}{self.since}"
        where = {} if self.where is None else {"where": dict([self.where])}
        return {"did": event, **where, "since": since, "until": f"{self._until} {since}"}


def happenings(entity: EntityRef, catalog: Catalog) -> tuple[Happening, ...]:
    """All events of an entity, then those of the entities that link to it in just one way."""
    own = [Happening(each) for each in entity.events.values()]
    return (*own, *_of_children(entity, catalog))


def _of_children(entity: EntityRef, catalog: Catalog) -> Iterator[Happening]:
    for child in catalog.entities.values():
        links = children_links(child, entity)
        if len(links) == 1:
            yield from (Happening(each, links[0]) for each in child.events.values())


def behaviours(
    happening: Happening, since: str, days: Iterable[int], *, values_of: ValuesOf
) -> Iterator[Behaviour]:
    """What can be counted of an event: it, it by the values of its properties, and who did it."""
    for length in days:
        yield Behaviour(happening, since, length)
        if happening.link is not None:
            yield Behaviour(happening, since, length, by_each=True)
        for name in happening.properties:
            for value in values_of(happening.event, name):
                yield Behaviour(happening, since, length, (name, value))
