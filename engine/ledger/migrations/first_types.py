"""The types of columns that are another on each database, as the first schema has them."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

__all__ = ["INSTANT", "TEXT"]

INSTANT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
