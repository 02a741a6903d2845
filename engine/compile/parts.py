"""Where a part of a statement stands: inside the part that asks for it, or beside it.

It is the same statement either way. SQLite's parser takes a hundred open brackets and clauses at a
time, which fields made of fields of children would soon fill: there every part stands in `WITH`.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import FromClause, SelectBase

__all__ = ["Part", "beside", "inside"]

Part = Callable[[SelectBase], FromClause]
"""A part of a statement as a relation of it."""


def inside(found: SelectBase) -> FromClause:
    """Where it is asked for: no store then keeps its rows apart."""
    return found.subquery()


def beside(found: SelectBase) -> FromClause:
    """In the `WITH` of the whole statement, before what asks for it: nothing is nested."""
    return found.cte()
