"""Who matched when a playbook with `existing: skip` first ran. Language, section 5."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from engine.ledger.statements import insert_new_rows, texts_relation
from engine.ledger.store import Unit
from engine.ledger.tables import bystanders as bystander_rows

__all__ = ["bystanders", "remember_bystanders"]

_PAGE = 20_000  # keys written in one call


def remember_bystanders(unit: Unit, playbook: str, keys: Iterable[str], *, at: datetime) -> None:
    """Keep who matched when a playbook with `existing: skip` first ran: they stay outside."""
    coming = iter(keys)
    while page := list(islice(coming, _PAGE)):
        rows = [{"playbook": playbook, "key": key, "at": at} for key in page]
        insert_new_rows(unit.connection, bystander_rows, rows)


def bystanders(unit: Unit, playbook: str, keys: Iterable[str]) -> frozenset[str]:
    """Those of some who matched when the playbook first ran, where they were to stay outside."""
    given = texts_relation(unit.connection, keys)
    mine = (bystander_rows.c.playbook == playbook, bystander_rows.c.key == given.c.value)
    return frozenset(unit.connection.scalars(select(bystander_rows.c.key).where(*mine)))
