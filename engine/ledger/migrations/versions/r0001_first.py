"""The first schema: all tables of the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.ledger.migrations.first_guard import guard_audit
from engine.ledger.migrations.first_notices import make_notice_tables
from engine.ledger.migrations.first_policy import make_policy_tables
from engine.ledger.migrations.first_types import INSTANT, TEXT

revision = "0001"
down_revision = None

Part = str | sa.ColumnElement[Any]


def upgrade() -> None:
    """Make the tables and their indexes."""
    _make_audit()
    _make_audit_head()
    _make_bystanders()
    _make_channels()
    _make_clearances()
    _make_enrollments()
    _make_evidence()
    _make_passed()
    _make_invitations()
    _make_halts()
    _make_history()
    _make_holds()
    _make_identities()
    _make_items()
    _make_leases()
    _make_meta()
    _make_pauses()
    _make_payloads()
    _make_readers()
    _make_runs()
    _make_tasks()
    make_notice_tables()
    _make_touches()
    _make_touch_indexes()
    _make_tracked()
    make_policy_tables()
    _make_versions()


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("playbook", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("key", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("prev", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    block = sa.column("seq").op("/")(sa.literal_column("1024"))
    op.create_index("ix_audit_block", "audit", [block, "key"], unique=False)
    op.create_index(op.f("ix_audit_playbook_seq"), "audit", ["playbook", "seq"], unique=False)
    guard_audit()


def _make_audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_audit_head")),
    )


def _make_bystanders() -> None:
    op.create_table(
        "bystanders",
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("playbook", "key", name=op.f("pk_bystanders")),
    )


def _make_channels() -> None:
    op.create_table(
        "channels",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("paused_why", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("breaker_until", INSTANT, nullable=True),
        sa.Column("breaker_why", TEXT, server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
    )


def _make_clearances() -> None:
    op.create_table(
        "clearances",
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("passed_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("unbound", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("playbook", name=op.f("pk_clearances")),
    )


def _make_readers() -> None:
    op.create_table(
        "readers",
        sa.Column("worker", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("files", TEXT, nullable=False),
        sa.Column("git", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_readers")),
    )


def _make_enrollments() -> None:
    op.create_table(
        "enrollments",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("waits_until", INSTANT, nullable=True),
        sa.Column("fixed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("arm", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("holdout", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("per", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("each", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("goal_at", INSTANT, nullable=True),
        sa.Column("goal_until", INSTANT, nullable=True),
        sa.Column("level", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("run", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.Column("outcome", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("reason", TEXT, server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sa.UniqueConstraint(
            "playbook", "key", "number", name=op.f("uq_enrollments_playbook_key_number")
        ),
    )
    _make_enrollment_indexes()


def _make_enrollment_indexes() -> None:
    _make_index_where(
        "ix_enrollments_due",
        "enrollments",
        "playbook",
        "phase",
        "waits_until",
        "id",
        where="left_at IS NULL",
    )
    _make_index_where(
        "ix_enrollments_version", "enrollments", "playbook", "version", where="left_at IS NULL"
    )
    _make_index_where(
        "ix_enrollments_afterwards",
        "enrollments",
        "playbook",
        "goal_until",
        "id",
        where="left_at IS NOT NULL AND goal_at IS NULL",
    )
    _make_index_where(
        "ix_enrollments_each", "enrollments", "playbook", "each", where="\"each\" <> ''"
    )
    _make_unique_where(
        "uq_enrollments_open", "enrollments", "playbook", "key", where="left_at IS NULL"
    )


def _make_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_evidence")),
    )


def _make_passed() -> None:
    op.create_table(
        "passed",
        sa.Column("enrollment", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("became", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("enrollment", "step", name=op.f("pk_passed")),
    )


def _make_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("enrollment", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answer", TEXT, server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("enrollment", "step", name=op.f("pk_invitations")),
    )
    _make_index_where("ix_invitations_open", "invitations", "playbook", where="answered_at IS NULL")


def _make_halts() -> None:
    op.create_table(
        "halts",
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("why", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_halts")),
    )


def _make_history() -> None:
    op.create_table(
        "history",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("value", TEXT, nullable=True),
        sa.Column("previous", TEXT, nullable=True),
        sa.Column("is_first", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("entity", "key", "field", "at", name=op.f("pk_history")),
    )
    op.create_index(
        op.f("ix_history_entity_field_is_first_at"),
        "history",
        ["entity", "field", "is_first", "at"],
        unique=False,
    )


def _make_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("run", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("fuse", TEXT, nullable=False),
        sa.Column("allowed", TEXT, nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", TEXT, server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_playbook_state"), "holds", ["playbook", "state"], unique=False)


def _make_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("identity", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("playbook", name=op.f("pk_identities")),
        sa.UniqueConstraint("identity", name=op.f("uq_identities_identity")),
    )


def _make_items() -> None:
    op.create_table(
        "items",
        sa.Column("touch", TEXT, nullable=False),
        sa.Column("enrollment", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("place", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("touch", "enrollment", name=op.f("pk_items")),
    )
    op.create_index(op.f("ix_items_enrollment_step"), "items", ["enrollment", "step"], unique=False)
    op.create_index(op.f("ix_items_key"), "items", ["key"], unique=False)


def _make_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _make_meta() -> None:
    op.create_table(
        "meta",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ledger_id", TEXT, nullable=False),
        sa.Column("project", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("digest_key", TEXT, nullable=False),
        sa.Column("signing_key", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_meta_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_meta")),
    )


def _make_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("playbook", "started_at", name=op.f("pk_pauses")),
    )
    _make_unique_where("uq_pauses_open", "pauses", "playbook", where="ended_at IS NULL")


def _make_payloads() -> None:
    op.create_table(
        "payloads",
        sa.Column("touch", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("touch", name=op.f("pk_payloads")),
    )


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("fire", TEXT, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("facts", TEXT, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("counts", TEXT, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sources", TEXT, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("matched", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("playbook", "fire", name=op.f("uq_runs_playbook_fire")),
    )
    op.create_index(op.f("ix_runs_as_of"), "runs", ["as_of"], unique=False)
    op.create_index(op.f("ix_runs_playbook_as_of"), "runs", ["playbook", "as_of"], unique=False)


def _make_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("enrollment", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("assignee", TEXT, nullable=False),
        sa.Column("assignee_name", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("notes", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("urgency", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("due_on", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("outcomes", TEXT, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("closes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("outcome", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("reason", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("assigned_at", INSTANT, nullable=False),
        sa.Column("notice", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", TEXT, server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(
        op.f("ix_tasks_playbook_state_closes_id"),
        "tasks",
        ["playbook", "state", "closes", "id"],
        unique=False,
    )
    _make_index_where("ix_tasks_notice", "tasks", "notice", where="notice <> ''")
    _make_index_where(
        "ix_tasks_untold",
        "tasks",
        "notice",
        "assigned_at",
        where="notice = '' AND state = 'open' AND assignee <> ''",
    )
    op.create_index(op.f("ix_tasks_done_at"), "tasks", ["done_at"], unique=False)
    op.create_index(op.f("ix_tasks_state_assignee"), "tasks", ["state", "assignee"], unique=False)


def _make_touches() -> None:
    op.create_table(
        "touches",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("enrollment", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("detail", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("recipient", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("address_digest", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("copy_digest", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("sender", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("subject", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("topic", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("to_customer", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("zone", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("method", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("headers", TEXT, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("run", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("capped_at", INSTANT, nullable=True),
        sa.Column("held_by", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("approver", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("approved", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("edited_by", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("copy_of", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("worker", TEXT, server_default=sa.text("''"), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("in_doubt_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touches")),
    )


def _make_touch_indexes() -> None:
    op.create_index("ix_touches_address", "touches", ["address_digest"], unique=False)
    _make_index_where(
        "ix_touches_contacted", "touches", "in_doubt_at", where="in_doubt_at IS NOT NULL"
    )
    _make_index_where("ix_touches_copy", "touches", "copy_digest", where="copy_digest <> ''")
    _make_index_where("ix_touches_copy_of", "touches", "copy_of", where="copy_of <> ''")
    _make_index_where("ix_touches_draft", "touches", "made_at", "id", where="state = 'draft'")
    op.create_index("ix_touches_enrollment", "touches", ["enrollment", "step"], unique=False)
    _make_index_where(
        "ix_touches_expiring",
        "touches",
        "expires_at",
        where="ended_at IS NULL AND expires_at IS NOT NULL",
    )
    _make_index_where(
        "ix_touches_leased", "touches", "lease_until", where="lease_until IS NOT NULL"
    )
    _make_index_where(
        "ix_touches_ready",
        "touches",
        sa.literal_column("priority DESC"),
        "made_at",
        "id",
        where="state = 'ready'",
    )
    op.create_index("ix_touches_run", "touches", ["run"], unique=False)
    _make_index_where(
        "ix_touches_state", "touches", "playbook", "state", where="lease_until IS NULL"
    )


def _make_tracked() -> None:
    op.create_table(
        "tracked",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("sources", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("entity", "field", name=op.f("pk_tracked")),
    )


def _make_versions() -> None:
    op.create_table(
        "versions",
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("playbook", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_versions")),
    )
    op.create_index(
        op.f("ix_versions_playbook_saved_at"), "versions", ["playbook", "saved_at"], unique=False
    )


def _make_index_where(name: str, table: str, *columns: Part, where: str) -> None:
    """An index of those of the rows alone."""
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _make_unique_where(name: str, table: str, *columns: Part, where: str) -> None:
    """A key that only those of the rows have."""
    only = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=only, postgresql_where=only)
