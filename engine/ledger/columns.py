"""What the ledger's tables are made of: their names for constraints, and columns of one form."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Text, text
from sqlalchemy.types import TypeEngine

__all__ = ["count", "key_type", "metadata", "the_one", "words"]


def key_type() -> TypeEngine[str]:
    """Of a column of entity keys."""
    # Keys are paged in ascending order: by code point on both databases.
    return Text().with_variant(Text(collation="C"), "postgresql")


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def words(name: str) -> Column[str]:
    """A text that is never NULL, empty where nothing is said."""
    return Column(name, Text(), nullable=False, server_default=text("''"))


def count(name: str) -> Column[int]:
    """A whole number that is never NULL, 0 where nothing is said."""
    return Column(name, Integer(), nullable=False, server_default=text("0"))


def the_one() -> Column[int]:
    """The key of a table of one row."""
    return Column("one", Integer(), primary_key=True, autoincrement=False)
