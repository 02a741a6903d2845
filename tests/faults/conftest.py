"""A ledger on each database, and a small project on real parts: as the areas have them."""

from tests.dispatch.conftest import (
    any_ledger,
    any_url,
    ledger,
    made_database,
    made_file,
    postgres,
    sqlite_url,
)
from tests.story.conftest import stage

__all__ = [
    "any_ledger",
    "any_url",
    "ledger",
    "made_database",
    "made_file",
    "postgres",
    "sqlite_url",
    "stage",
]
