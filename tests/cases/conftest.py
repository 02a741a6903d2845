"""The Postgres server that some of the layouts lie in."""

from tests.support.postgres import postgres

__all__ = ["postgres"]
