"""The contact log as it concerns one entity: whose each touch is. Language, section 3, `contacted`.

A touch is of an entity's row where it was made in an enrollment of that row, in one of a row that
links to it, or went to its contact's address; it counts once, whichever of these it meets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from engine.audience.contacts import ContactRow
from engine.audience.reading import Reading
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own
from engine.audience.values import Key, as_key, key_from_text
from engine.bind.catalog import EntityRef
from engine.compile.core import TOUCH_AT, TOUCH_OWN, Touches
from engine.compile.kept import asked_of
from engine.compile.letters import lower_case
from engine.compile.links import link_field
from engine.compile.question import Question, statement
from engine.compile.relations import Sheet
from engine.compile.touches import holders_of_addresses
from engine.language.catalog import Kind

__all__ = ["touch_log", "touch_sheet"]

_UTC = ZoneInfo("UTC")


def touch_sheet(
    touches: Touches, log: Iterable[ContactRow], reading: Reading, *, own: Own | None
) -> Sheet:
    """The touches of a log that are of an entity's rows: key, time, and whose own they are."""
    entity = reading.snapshot.catalog.entities[touches.entity]
    found = {(key, row.touch_id): row for key, row in _holders(log, entity, reading)}
    rows = [(key, row.at, _own_of(row, own)) for (key, _), row in found.items()]
    own_kind = entity.key.kind if own is None else own.entity.key.kind
    columns = {"key": entity.key.kind, TOUCH_AT.column: Kind.TIMESTAMP, TOUCH_OWN: own_kind}
    return Sheet(f"touches_of_{entity.name}", columns, rows)


def touch_log(touches: Touches, snapshot: Snapshot) -> tuple[ContactRow, ...]:
    """The touches of the log that may be of an entity's rows."""
    return tuple(
        snapshot.contacts.contacts(touches.since, touches.until, touches.channel, touches.playbook)
    )


def _own_of(row: ContactRow, own: Own | None) -> Key | None:
    if own is None or row.enrollment not in own.enrollments or row.entity != own.entity.name:
        return None
    return key_from_text(own.entity.key.kind, row.key)


def _holders(
    log: Iterable[ContactRow], entity: EntityRef, reading: Reading
) -> Iterator[tuple[Key, ContactRow]]:
    by_key: dict[str, dict[str, list[ContactRow]]] = defaultdict(lambda: defaultdict(list))
    by_address: dict[str, list[ContactRow]] = defaultdict(list)
    for row in log:
        by_key[row.entity][row.key].append(row)
        if row.address:
            by_address[lower_case(row.address)].append(row)
    for text, rows in by_key[entity.name].items():
        key = key_from_text(entity.key.kind, text)
        if key is not None:
            yield from ((key, row) for row in rows)
    yield from _of_children(by_key, entity, reading)
    if by_address and entity.contact is not None:
        yield from _by_address(by_address, entity, reading)


def _of_children(
    by_key: Mapping[str, Mapping[str, list[ContactRow]]], entity: EntityRef, reading: Reading
) -> Iterator[tuple[Key, ContactRow]]:
    """Touches in enrollments of rows that link to it, by whichever of their links."""
    catalog = reading.snapshot.catalog
    for child in catalog.entities.values():
        rows = by_key.get(child.name)
        if not rows:
            continue
        keys = {key_from_text(child.key.kind, text): text for text in rows}
        for link in (each.name for each in child.links.values() if each.to == entity.name):
            question = Question(
                child,
                _UTC,
                outputs=(link_field(catalog, child, (link,)),),
                among=tuple(key for key in keys if key is not None),
            )
            asked = asked_of(reading.snapshot.home(child.table.connector), statement, question)
            for child_key, parent in reading.read(child.table.connector, asked):
                if parent is not None:
                    yield from ((as_key(parent), row) for row in rows[keys[as_key(child_key)]])


def _by_address(
    by_address: Mapping[str, list[ContactRow]], entity: EntityRef, reading: Reading
) -> Iterator[tuple[Key, ContactRow]]:
    home = reading.snapshot.home(entity.table.connector)
    forms = {form: address for address in by_address for form in _forms(address)}
    asked = holders_of_addresses(home, entity, tuple(forms))
    for key, form in reading.read(entity.table.connector, asked):
        yield from ((as_key(key), row) for row in by_address[forms[str(form)]])


def _forms(address: str) -> Iterator[str]:
    """As the log has it, with an A-label for a domain; and as people write that domain."""
    yield address
    local, _, domain = address.rpartition("@")
    if "xn--" in domain:
        try:
            yield lower_case(f"{local}@{domain.encode('ascii').decode('idna')}")
        except UnicodeError:
            return
