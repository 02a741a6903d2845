"""The tables of notices to assignees, as the first schema has them."""

import sqlalchemy as sa
from alembic import op

from engine.ledger.migrations.first_types import INSTANT, TEXT

__all__ = ["make_notice_tables"]


def make_notice_tables() -> None:
    """Since when assignees are told of their tasks, and which notice told of which."""
    _make_notices()
    _make_tellings()


def _make_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("notify", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("looked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_notices")),
    )


def _make_tellings() -> None:
    op.create_table(
        "tellings",
        sa.Column("touch", TEXT, nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("touch", "task", name=op.f("pk_tellings")),
    )
    op.create_index(op.f("ix_tellings_task"), "tellings", ["task"], unique=False)
