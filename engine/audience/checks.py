"""Whether sources are as the catalog says and can be trusted, before anything is decided.

A fault stops the run as a whole: a column that is missing, a value in another form than its type
has, a key that stands twice, a required field that is missing, an empty source, one that is stale
or whose volume jumped. Language, sections 1, 2 and 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.audience.select import population
from engine.audience.silence import doubts, doubts_of_denied, newest_of, newest_value, refuse_lost
from engine.audience.snapshot import Snapshot
from engine.audience.tables import first_twice, missing_number, read_texts, rows_number
from engine.bind.catalog import BoundPerson, Catalog, EntityRef, EventRef, FieldRef
from engine.bind.conditions import Condition
from engine.bind.playbook import Audience
from engine.compile.algebra import walk
from engine.compile.core import (
    ChildFigure,
    Events,
    Field,
    Figure,
    Followed,
    Gathered,
    History,
    Listed,
    Node,
    Ranked,
)
from engine.compile.links import entity_at, link_field, links_of
from engine.compile.lower import asked_at, lower
from engine.compile.relations import columns_after, tested_columns
from engine.language.catalog import Kind
from engine.language.project import Connector, Freshness, Settings
from engine.moments import local_date, window_start
from engine.problems import SourceFault
from engine.tables import ColumnRef, TableRef

__all__ = [
    "check_columns",
    "check_sources",
    "check_values",
    "events_asked",
    "histories_asked",
    "refuse_stale",
    "refuse_too_few",
    "refuse_two_of_a_key",
]

_SHRINKS, _GROWS, _AT_LEAST = "shrinks_by_at_most", "grows_by_at_most", "at_least"


def check_columns(entity: EntityRef, snapshot: Snapshot) -> None:
    """Every table and column that the catalog names of an entity is there and reads as its type.

    Texts have no form of their own, and are read all the same: a file may hold some that are none.

    Raises:
        SourceFault: naming connector, table, column and the first value that does not.
    """
    columns = [each.column for each in entity.stored]
    columns += [column for each in _people(entity) for column in each.columns]
    columns += [entity.key, *([entity.label] if entity.label else [])]
    for link in entity.links.values():
        columns.append(ColumnRef(link.column, snapshot.catalog.entities[link.to].key.kind))
    _check(entity.table, columns, snapshot)
    for event in entity.events.values():
        properties = [*event.properties.values(), *_columns_of_event(event, entity)]
        _check(event.table, properties, snapshot)


def _check(table: TableRef, columns: Sequence[ColumnRef], snapshot: Snapshot) -> None:
    snapshot.reader(table.connector).check(table, columns)
    texts = [each for each in columns if each.kind is Kind.TEXT]
    read_texts(table, texts, snapshot.home(table.connector))


def _people(entity: EntityRef) -> Iterator[BoundPerson]:
    if entity.contact is not None:
        yield entity.contact
    yield from (each for each in entity.people.values() if isinstance(each, BoundPerson))


def _columns_of_event(event: EventRef, owner: EntityRef) -> list[ColumnRef]:
    return [ColumnRef(event.key, owner.key.kind), event.at]


# ---------------------------------------------------------------- before a run


@dataclass(slots=True)
class _Used:
    """What the conditions of a run read: entities, events, columns of tables, and histories.

    A history is named by its entity and field.
    """

    entities: dict[str, EntityRef] = field(default_factory=dict)
    events: list[EventRef] = field(default_factory=list)
    columns: dict[TableRef, list[ColumnRef]] = field(default_factory=dict)
    histories: dict[tuple[str, str], None] = field(default_factory=dict)

    def add_entity(self, entity: EntityRef) -> None:
        if entity.name not in self.entities:
            self.entities[entity.name] = entity
            required = [each.column for each in entity.stored if each.required]
            self.add_columns(entity.table, [entity.key, *required])

    def add_event(self, event: EventRef, owner: EntityRef, others: Iterable[ColumnRef]) -> None:
        self.events.append(event)
        self.add_columns(event.table, [*_columns_of_event(event, owner), *others])

    def add_columns(self, table: TableRef, columns: Iterable[ColumnRef]) -> None:
        self.columns.setdefault(table, []).extend(columns)


def check_sources(
    entity: EntityRef,
    conditions: Sequence[Condition],
    snapshot: Snapshot,
    settings: Settings,
    *,
    as_of: datetime,
    last: Mapping[str, object],
    fields: Sequence[FieldRef] = (),
    denied: Sequence[tuple[str, Condition]] = (),
) -> Mapping[str, object]:
    """What the sources of a run are like: `rows` by `connector.table`, for the next to compare.

    `fields` are read as well; `denied` are those of the conditions that something hangs on where
    they do not hold, each with its name.

    `newest` is that of each event, and `doubts` are sentences about what the conditions ask to be
    absent, or present. `last` is what this gave before the run before, or is empty.

    Raises:
        SourceFault: the first thing that is not as the catalog or the connector says.
        Unreachable: a source does not answer.
    """
    zone = ZoneInfo(settings.timezone)
    asking = asked_at(as_of, zone, snapshot.catalog)
    nodes = [lower(condition, asking) for condition in conditions]
    used = _used(entity, [*nodes, *map(asking.field, fields)], snapshot.catalog)
    _refuse_other_forms(used, snapshot)
    counts = _counts(used, snapshot, settings, last)
    for each in used.entities.values():
        refuse_two_of_a_key(each, snapshot)
        _refuse_missing_of_required(each, snapshot)
    for name in sorted({table.connector for table in used.columns}):
        connector = settings.connectors.get(name)
        if connector is not None and connector.freshness is not None:
            refuse_stale(connector.freshness, name, snapshot, as_of, zone=zone)
    if _at_least(entity.table, settings):
        _refuse_nobody(entity, snapshot)
    newest = newest_of(used.events, snapshot, as_of, zone=zone)
    refuse_lost(newest, _that_may_not_be_lost(used, settings), last.get("newest"))
    return {
        "rows": counts,
        "newest": newest,
        "doubts": [
            *doubts(nodes, newest, snapshot, zone),
            *doubts_of_denied([(name, lower(each, asking)) for name, each in denied], newest),
        ],
    }


def check_values(audience: Audience, snapshot: Snapshot, as_of: datetime) -> None:
    """What a question reads is as the catalog says: forms, and keys that stand once.

    A question may be asked of data that is old, small or empty; only a run may not.

    Raises:
        SourceFault: the first value that is in another form, or the first key that stands twice.
        Unreachable: a source does not answer.
    """
    asking = asked_at(as_of, audience.zone, snapshot.catalog)
    used = _used(audience.entity, [lower(audience.condition, asking)], snapshot.catalog)
    _refuse_other_forms(used, snapshot)
    for each in used.entities.values():
        refuse_two_of_a_key(each, snapshot)


def histories_asked(
    entity: EntityRef,
    conditions: Sequence[Condition],
    catalog: Catalog,
    *,
    as_of: datetime,
    zone: ZoneInfo,
) -> tuple[tuple[str, str], ...]:
    """The fields whose history conditions ask for, by entity and name; nothing is read for it."""
    asking = asked_at(as_of, zone, catalog)
    used = _used(entity, [lower(each, asking) for each in conditions], catalog)
    return tuple(used.histories)


def events_asked(audience: Audience, catalog: Catalog, *, as_of: datetime) -> tuple[EventRef, ...]:
    """The events that a condition hangs on, also by computed fields; nothing is read for it."""
    asking = asked_at(as_of, audience.zone, catalog)
    used = _used(audience.entity, [lower(audience.condition, asking)], catalog)
    return tuple(dict.fromkeys(used.events))


def _refuse_other_forms(used: _Used, snapshot: Snapshot) -> None:
    for table, columns in used.columns.items():
        snapshot.reader(table.connector).check(table, list(dict.fromkeys(columns)))


def _used(entity: EntityRef, nodes: Sequence[Node], catalog: Catalog) -> _Used:
    used = _Used()
    _add_nodes(used, list(nodes), catalog, entity)
    return used


def _add_nodes(used: _Used, nodes: list[Node], catalog: Catalog, entity: EntityRef) -> None:
    """What nodes read that are seen from an entity, and what is seen from its children."""
    used.add_entity(entity)
    for links in links_of(each for node in tuple(nodes) for each in walk(node)):
        used.add_entity(entity_at(catalog, entity, links))
        nodes.append(link_field(catalog, entity, links))
    for node in nodes:
        for each in walk(node):
            match each:
                case Field(ref):
                    owner = entity_at(catalog, entity, ref.links)
                    used.add_columns(owner.table, [ref.column])
                case Events(source=History(entity=of, field=name)):
                    used.histories[of, name] = None
                case Events(source=EventRef()):
                    _add_events(used, each, catalog, entity)
                case Figure(_, Events(source=EventRef() as event), ColumnRef() as of) | Listed(
                    Events(source=EventRef() as event), ColumnRef() as of
                ):
                    used.add_columns(event.table, [of])
                case Gathered(_, figure):
                    _add_children(used, figure, catalog)
                case Ranked(_, rank):
                    _add_nodes(used, [rank.by], catalog, catalog.entities[rank.entity])


def _add_children(used: _Used, figure: ChildFigure, catalog: Catalog) -> None:
    child = catalog.entities[figure.entity]
    nodes: list[Node] = [figure.such, link_field(catalog, child, (figure.link,))]
    if figure.of is not None:
        nodes.append(figure.of)
    _add_nodes(used, nodes, catalog, child)


def _add_events(used: _Used, events: Events, catalog: Catalog, entity: EntityRef) -> None:
    event = events.source
    if not isinstance(event, EventRef):
        return
    holder = owner = entity_at(catalog, entity, events.holder)
    if events.children is not None:
        owner = catalog.entities[events.children.entity]
        used.add_entity(owner)
        link = owner.links[events.children.link]
        used.add_columns(owner.table, [ColumnRef(link.column, holder.key.kind)])
    used.add_event(event, owner, tested_columns(events))
    for each in walk(events.counting):
        if isinstance(each, Followed):
            maker = catalog.entities[each.source.entity]
            used.add_event(each.source, maker, columns_after(each))


# ---------------------------------------------------------------- volume


def _counts(
    used: _Used, snapshot: Snapshot, settings: Settings, last: Mapping[str, object]
) -> dict[str, int]:
    """Rows by table, whatever its events are; each refused where it cannot be trusted."""
    before = last.get("rows")
    known = before if isinstance(before, Mapping) else {}
    counts: dict[str, int] = {}
    for table in used.columns:
        if str(table) in counts:
            continue
        whole = TableRef(table.connector, table.table)
        count = counts[str(table)] = rows_number(whole, snapshot.home(table.connector))
        refuse_too_few(table, count, settings)
        then = known.get(str(table))
        connector = settings.connectors.get(table.connector)
        if connector is not None and isinstance(then, int) and then:
            _refuse_jump(connector, table, count, then)
    return counts


def _at_least(table: TableRef, settings: Settings) -> int:
    connector = settings.connectors.get(table.connector)
    limits = connector.volume.get(table.table, {}) if connector is not None else {}
    return int(limits.get(_AT_LEAST, 1))


def _that_may_not_be_lost(used: _Used, settings: Settings) -> list[EventRef]:
    return [each for each in used.events if _at_least(each.table, settings)]


def refuse_too_few(table: TableRef, count: int, settings: Settings) -> None:
    """Raise SourceFault where a table has fewer rows than its connector says it must: 1, unless."""
    at_least = _at_least(table, settings)
    if count >= at_least:
        return
    if count:
        raise SourceFault(f"{table} holds {count:,} rows, and `at_least` says {at_least:,}")
    raise SourceFault(
        f"{table} holds no rows; nothing is decided from an empty source. If that is right, say "
        f"`volume: {{{table.table}: {{at_least: 0}}}}` of the connector {table.connector}"
    )


def _refuse_jump(connector: Connector, table: TableRef, count: int, then: int) -> None:
    limits = connector.volume.get(table.table, {})
    change = (count - then) / then
    for word, by in ((_SHRINKS, -change), (_GROWS, change)):
        limit = limits.get(word)
        if limit is not None and by > limit:
            raise SourceFault(
                f"{table} has {count:,} rows and had {then:,} at the run before; that is beyond "
                f"`{word}: {limit:.0%}`. Check the source; if it is right, raise the limit in "
                "touchline.yaml"
            )


# ---------------------------------------------------------------- rows


def refuse_two_of_a_key(entity: EntityRef, snapshot: Snapshot) -> None:
    """Raise SourceFault where a key of an entity stands twice.

    Looked at once a snapshot, which does not change, however many segments ask.
    """
    twice = first_twice(entity, snapshot.home(entity.table.connector))
    if twice is not None:
        found, number = twice
        raise SourceFault(
            f"{entity.table}: {entity.key.column} {found} stands {number} times; the key of a "
            f"{entity.name} must be unique"
        )


def _refuse_nobody(entity: EntityRef, snapshot: Snapshot) -> None:
    """Where `where` or a missing key leaves nobody, everyone inside would look gone."""
    if not population(entity, snapshot):
        raise SourceFault(
            f"{entity.table} holds no {entity.name}: no row passes its `where` and has a key"
        )


def _refuse_missing_of_required(entity: EntityRef, snapshot: Snapshot) -> None:
    home = snapshot.home(entity.table.connector)
    for ref in entity.stored:
        number, example = missing_number(entity, ref.column, home) if ref.required else (0, None)
        if number:
            raise SourceFault(
                f"{entity.table}.{ref.column.column} is missing in {number:,} rows, as of "
                f"{entity.key.column} {example}; the catalog says that `{ref.name}` is required"
            )


# ---------------------------------------------------------------- freshness


def refuse_stale(
    freshness: Freshness, connector: str, snapshot: Snapshot, as_of: datetime, *, zone: ZoneInfo
) -> None:
    """Raise SourceFault where a connector's newest value is older than it may be.

    The newest up to `as_of` counts: what lies ahead says nothing of how fresh it is.
    """
    table = TableRef(connector, freshness.table)
    column = _declared(snapshot.catalog, table, freshness.column)
    newest = newest_value(table, column, snapshot, as_of, zone=zone)
    oldest = window_start(freshness.at_most, as_of, zone)
    name = f"{table}.{freshness.column}"
    if newest is None:
        raise SourceFault(f"{name} holds no time up to {as_of.isoformat()}; it cannot be fresh")
    limit = local_date(oldest, zone) if column.kind is Kind.DATE else oldest
    if newest < limit:
        raise SourceFault(
            f"{name} is {newest.isoformat()} at the newest, and `freshness` allows "
            f"{freshness.at_most}; nothing is decided from stale data"
        )


def _declared(catalog: Catalog, table: TableRef, name: str) -> ColumnRef:
    """The column as the catalog reads it, or else as a timestamp."""
    for entity in catalog.entities.values():
        for found, columns in _columns_in(entity):
            same = (found.connector, found.table) == (table.connector, table.table)
            for column in columns if same else ():
                if column.column == name and column.kind in (Kind.TIMESTAMP, Kind.DATE):
                    return column
    return ColumnRef(name, Kind.TIMESTAMP)


def _columns_in(entity: EntityRef) -> Iterator[tuple[TableRef, Collection[ColumnRef]]]:
    yield entity.table, [each.column for each in entity.stored]
    for event in entity.events.values():
        yield event.table, [event.at, *event.properties.values()]
