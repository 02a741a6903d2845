"""The fixtures of the contract suite: a Postgres server, and the stores built on it."""

from tests.support.postgres import postgres

__all__ = ["postgres"]
