"""The schema of a ledger that nobody keeps: all tables at once, without the steps of migrations."""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert

from engine.ledger.audit import GENESIS
from engine.ledger.store import Identity
from engine.ledger.tables import SCHEMA, audit_head, meta, metadata

__all__ = ["make_throwaway"]

_VERSION = Table("touchline_version", MetaData(), Column("version_num", Text(), nullable=False))
"""What Alembic keeps, and the fence between old and new programs asks for."""


def make_throwaway(connection: Connection, identity: Identity) -> None:
    """Make the tables and the ledger's own rows in an empty database."""
    metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=SCHEMA))
    row = {name: getattr(identity, name) for name in Identity.__slots__}
    connection.execute(insert(meta).values(one=1, **row))
    connection.execute(insert(audit_head).values(one=1, seq=0, hash=GENESIS))
