"""`FILTER` for dialects without it: an aggregate over a CASE, which gives the same.

Every aggregate here passes over NULL, so that a row that the filter leaves out may be one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, distinct, literal_column
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import FunctionFilter, UnaryExpression
from sqlalchemy.sql.functions import Function
from sqlalchemy.sql.operators import distinct_op

__all__ = ["filter_as_case"]

Sql = ColumnElement[Any]


def filter_as_case(element: FunctionFilter[Any], compiler: SQLCompiler, **options: Any) -> str:
    """What SQLAlchemy asks of a compiler, for an aggregate of one argument."""
    if element.criterion is None:
        raise TypeError(f"a filter without a test: {element}")
    which, [counted] = element.criterion, element.func.clauses
    if isinstance(counted, UnaryExpression) and counted.operator is distinct_op:
        over: Sql = distinct(case((which, counted.element)))
    else:
        over = case((which, literal_column("1") if str(counted) == "*" else counted))
    return compiler.process(Function(element.func.name, over), **options)
