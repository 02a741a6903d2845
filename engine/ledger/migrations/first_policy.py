"""The tables of the contact policy, as the first schema has them."""

import sqlalchemy as sa
from alembic import op

from engine.ledger.migrations.first_types import INSTANT, TEXT

__all__ = ["make_policy_tables"]


def make_policy_tables() -> None:
    """Whom touches reach, how fast they go, who subscribed, who gets nothing, who was erased."""
    _make_erasures()
    _make_rates()
    _make_reaches()
    _make_subscriptions()
    _make_suppressions()


def _make_rates() -> None:
    op.create_table(
        "rates",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("claim_from", INSTANT, nullable=False),
        sa.Column("act_from", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rates")),
    )


def _make_reaches() -> None:
    op.create_table(
        "reaches",
        sa.Column("touch", TEXT, nullable=False),
        sa.Column("whom", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("touch", "whom", name=op.f("pk_reaches")),
    )
    op.create_index(op.f("ix_reaches_whom"), "reaches", ["whom"], unique=False)


def _make_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("address_digest", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("why", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("address_digest", "topic", name=op.f("pk_subscriptions")),
    )


def _make_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("entity", "key", name=op.f("pk_erasures")),
    )


def _make_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("address_digest", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("why", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("address_digest", "topic", name=op.f("pk_suppressions")),
    )
