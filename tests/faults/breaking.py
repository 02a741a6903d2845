"""Ledgers that break at a chosen moment."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

__all__ = ["after_commits", "instead_of_commit"]

Happening = Callable[[DBAPIConnection], None]


def instead_of_commit(engine: Engine, happening: Happening) -> None:
    """Let this happen wherever a transaction of the engine would commit; it may commit itself."""
    engine.dialect.do_commit = happening  # type: ignore[method-assign]


def after_commits(engine: Engine, happening: Callable[[], None]) -> None:
    """Let this happen after each commit, before anybody learns of it."""

    def commit(connection: DBAPIConnection) -> None:
        connection.commit()
        happening()

    instead_of_commit(engine, commit)
