"""How a database means to answer a prepared statement."""

from __future__ import annotations

from collections.abc import Mapping

from engine.ledger.prepared import Prepared, _bound
from engine.ledger.statements import run_text
from engine.ledger.store import Unit

__all__ = ["plan_of"]


def plan_of(unit: Unit, asked: Prepared, values: Mapping[str, object]) -> str:
    """Its plan for a statement with some values, a step on each line."""
    on_server = unit.ledger.is_on_server
    form = asked._form(unit.ledger.engine.dialect)
    bound = _bound(form, values)
    if not on_server:
        bound = [bound] if isinstance(bound, str) else bound
    told = "EXPLAIN " if on_server else "EXPLAIN QUERY PLAN "
    rows = run_text(unit.connection, told + form.packed, bound).fetchall()
    return "\n".join(str(row[-1]) for row in rows)
