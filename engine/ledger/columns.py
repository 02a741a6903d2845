"""What the ledger's tables are made of: their names for constraints, and columns of one form."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Text, text
from sqlalchemy.types import TypeEngine

__all__ = ["TEXT", "count", "metadata", "the_one", "words"]

TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
"""Of every column of texts: in ascending order they come by code point on both databases.

A server sorts by the language of its place where it is not told: then keys come in another order
than in Python, and each comparison in an index takes several times as long.
"""

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
    return Column(name, TEXT, nullable=False, server_default=text("''"))


def count(name: str) -> Column[int]:
    """A whole number that is never NULL, 0 where nothing is said."""
    return Column(name, Integer(), nullable=False, server_default=text("0"))


def the_one() -> Column[int]:
    """The key of a table of one row."""
    return Column("one", Integer(), primary_key=True, autoincrement=False)
