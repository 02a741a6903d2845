"""Where the tables of a connector lie in a server's database."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

__all__ = ["Schema"]


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of a connector's tables and the zone of times that bear none.

    A `name` of None is what the server takes by itself: Postgres's search path, the database of a
    MariaDB URL, the session's of Spark.
    """

    name: str | None
    zone: ZoneInfo
