"""The ledger as a log of contacts: what `contacted` and `not_contacted` ask.

Language, section 4: emails sent or of unknown outcome, and tasks of kind call, email or meeting
once done.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)

from engine.audience.contacts import ContactRow
from engine.bind.acts import TASK_CHANNEL
from engine.decide.facts import NO_PLAYBOOK, TouchKind, TouchState
from engine.ledger.prepared import Prepared
from engine.ledger.store import Ledger
from engine.ledger.tables import items, tasks, touches
from engine.ledger.tasks import TaskState
from engine.messages.address import AddressError, normalise

__all__ = ["LedgerContacts"]

_CONTACT_KINDS = ("call", "email", "meeting")
_PAGE = 5_000  # contacts read at a time


class LedgerContacts:
    """The contacts that a ledger knows of; reads nothing until it is asked."""

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def contacts(
        self,
        since: datetime | None,
        until: datetime,
        channel: str | None,
        playbook: str | None,
    ) -> Iterator[ContactRow]:
        """Contacts from `since` until `until`, both included; an email's instant is that of the
        act, a task's when it was done."""
        said = {"since": since, "channel": channel, "playbook": playbook}
        values = {"until": until} | {name: each for name, each in said.items() if each is not None}
        asked = _asked(frozenset(values))
        with self._ledger.read() as unit:
            for page in asked.pages(unit.connection, values, size=_PAGE):
                for row in page:
                    yield ContactRow(**{**row._asdict(), "address": _normal(row.address)})

    def known_from(self) -> datetime | None:
        """When the ledger was made."""
        return self._ledger.identity.created_at


def _normal(address: str) -> str:
    try:
        return normalise(address)
    except AddressError:  # none, or what an erasure left
        return address


@cache
def _asked(narrowed: frozenset[str]) -> Prepared:
    """The contacts that are narrowed in these ways."""
    return Prepared(lambda _: union_all(_emails(narrowed), _tasks(narrowed)))


def _emails(narrowed: frozenset[str]) -> Select[tuple[object, ...]]:
    kind = touches.c.kind == TouchKind.EMAIL
    reached = touches.c.state.in_((TouchState.SENT, TouchState.UNKNOWN))
    to_them = or_(touches.c.copy_of == "", touches.c.to_customer == 1)  # no copy for colleagues
    of_a_playbook = touches.c.playbook != NO_PLAYBOOK  # a task notice is for a colleague
    wanted = [kind, reached, to_them, of_a_playbook, *_window(touches.c.in_doubt_at, narrowed)]
    wanted.append(or_(items.c.touch.is_(None), touches.c.to_customer == 1))  # nor a digest for one
    if "channel" in narrowed:
        wanted.append(touches.c.channel == bindparam("channel"))
    if "playbook" in narrowed:
        wanted.append(touches.c.playbook == bindparam("playbook"))
    told_of = select(
        touches.c.id.label("touch_id"),
        touches.c.entity,
        func.coalesce(items.c.key, touches.c.key).label("key"),
        touches.c.recipient.label("address"),
        touches.c.in_doubt_at.label("at"),
        touches.c.channel,
        touches.c.playbook,
        func.coalesce(items.c.enrollment, touches.c.enrollment).label("enrollment"),
    )
    return told_of.select_from(_with_items(touches)).where(*wanted)


def _with_items(table: Table) -> FromClause:
    """Digests have a row for each of whom they tell, and no stay of their own."""
    of_digest = (items.c.touch == table.c.id) & (table.c.enrollment == "")
    return table.outerjoin(items, of_digest)


def _tasks(narrowed: frozenset[str]) -> Select[tuple[object, ...]]:
    done = tasks.c.state == TaskState.DONE
    wanted = [done, tasks.c.kind.in_(_CONTACT_KINDS), *_window(tasks.c.done_at, narrowed)]
    if "channel" in narrowed:
        wanted.append(literal(TASK_CHANNEL) == bindparam("channel", type_=Text()))
    if "playbook" in narrowed:
        wanted.append(tasks.c.playbook == bindparam("playbook"))
    told_of = select(
        tasks.c.id.label("touch_id"),
        tasks.c.entity,
        func.coalesce(items.c.key, tasks.c.key).label("key"),
        literal("").label("address"),
        tasks.c.done_at.label("at"),
        literal(TASK_CHANNEL).label("channel"),
        tasks.c.playbook,
        func.coalesce(items.c.enrollment, tasks.c.enrollment).label("enrollment"),
    )
    return told_of.select_from(_with_items(tasks)).where(*wanted)


def _window(
    at: ColumnElement[datetime | None], narrowed: frozenset[str]
) -> list[ColumnElement[bool]]:
    begins = [at >= bindparam("since")] if "since" in narrowed else []
    return [*begins, at <= bindparam("until")]
