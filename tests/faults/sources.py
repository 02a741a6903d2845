"""A source of another kind for the small project."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing

from tests.support.stage import Stage

__all__ = ["USER", "in_sqlite"]

USER = """\
entity: user
source: product.users
key: user_id
contact: {name: first_name, email: email}
fields:
  user_id: integer
  first_name: text
  email: text"""
"""A user whose contact is all that is known of them."""


def in_sqlite(stage: Stage, rows: Sequence[Mapping[str, object]]) -> None:
    """Put the users into a SQLite database, and let the project read that."""

    def quote(each: str) -> str:
        return '"' + each.replace('"', '""') + '"'

    with closing(sqlite3.connect(stage.root / "data.db")) as connection:
        connection.execute(f"CREATE TABLE users ({', '.join(map(quote, rows[0]))})")
        marks = ", ".join("?" * len(rows[0]))
        values = [tuple(row.values()) for row in rows]
        connection.executemany(f"INSERT INTO users VALUES ({marks})", values)
        connection.commit()
    product = "product: {type: files, path: data, timezone: UTC}"
    stage.edit("touchline.yaml", product, "product: {type: sql, url: 'sqlite:///data.db'}")
