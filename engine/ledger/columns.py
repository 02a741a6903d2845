"""The shapes that columns of the ledger share, and the names of what is made for them."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Text, text
from sqlalchemy.types import TypeEngine

__all__ = ["count_column", "key_type", "metadata", "only_row", "text_column"]

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""All tables of the ledger, once `tables` was imported."""


def key_type() -> TypeEngine[str]:
    """The type of an entity's key: paged in ascending order, by code point on both databases."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def text_column(name: str) -> Column[str]:
    """A text that is empty where there is none."""
    return Column(name, Text(), nullable=False, server_default=text("''"))


def count_column(name: str) -> Column[int]:
    """A number, or a flag, that is 0 unless said."""
    return Column(name, Integer(), nullable=False, server_default=text("0"))


def only_row() -> Column[int]:
    """The key of a table of one row."""
    return Column("one", Integer(), primary_key=True, autoincrement=False)
