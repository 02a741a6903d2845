"""Statements that find whom the addresses of the contact log belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from engine.bind.catalog import EntityRef
from engine.compile.relations import Home, Sheet
from engine.language.catalog import Kind

__all__ = ["holders_of_addresses"]


def holders_of_addresses(
    home: Home, entity: EntityRef, addresses: Sequence[str]
) -> Select[Any, Any]:
    """Key and address (in lower case) of the rows whose contact has one of these addresses."""
    if entity.contact is None:
        raise TypeError(f"{entity.name} has no contact")
    relation = home.reader.relation(entity.table)
    key = home.reader.column(relation, entity.key, entity.table)
    email = home.reader.column(relation, entity.contact.email, entity.table)
    folded = home.leaves.lower(func.trim(email))
    rows = tuple((each,) for each in addresses)
    asked = Sheet("addresses", {"address": Kind.TEXT}, rows).relation(home)
    found = select(key, folded).select_from(relation)
    return found.where(key.is_not(None), folded.in_(select(asked.c["address"])))
