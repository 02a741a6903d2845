"""Poolers that lend the sessions of a server by the transaction: no ledger is reached through one.

Operations page, "The ledger". What a session is told at its beginning, that a commit waits for the
disk before all, would hold for whoever is lent it next, and not for the one who said it.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from engine.ledger.database import told
from engine.ledger.store import Ledger
from engine.problems import Refused

__all__ = ["refuse_pooler"]


def refuse_pooler(ledger: Ledger) -> None:
    """Two connections that are open at once are two processes of the server itself.

    A pooler mostly lends what came back last, so that they are one. Where others come between it
    may lend two, and is not noticed.

    Raises:
        Refused: they are one.
        Unreachable: the database does not answer.
    """
    if not ledger.is_on_server:
        return
    with told(ledger.shown), ledger.engine.connect() as one, ledger.engine.connect() as other:
        is_lent = _process(one) == _process(other)
    if is_lent:
        raise Refused(
            f"the ledger {ledger.shown} lies behind a pooler that lends connections by the "
            "transaction, where a commit may not wait for the disk: a mail could go out twice. "
            "Name the server itself in `ledger: {url: …}`, or a pooler that lends by the session"
        )


def _process(connection: Connection) -> int:
    with connection.begin():
        return int(connection.scalar(select(func.pg_backend_pid())) or 0)
