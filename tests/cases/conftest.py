"""The servers that some of the layouts lie in."""

from tests.support.mariadb import mariadb
from tests.support.postgres import postgres
from tests.support.spark import spark

__all__ = ["mariadb", "postgres", "spark"]
