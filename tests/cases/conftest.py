"""The servers that some of the layouts lie in."""

from tests.support.mariadb import mariadb
from tests.support.postgres import postgres

__all__ = ["mariadb", "postgres"]
