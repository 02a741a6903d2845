"""The ledger's tables: what is kept, and which two rows may never both exist.

Delivery page, "The ledger". Everything that must happen once is a unique key here; no lock, lease
or check in Python survives a second process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    literal,
    or_,
    text,
)

from engine.ledger.audit_tables import audit, audit_head
from engine.ledger.columns import TEXT, count, metadata, the_one, words
from engine.ledger.control_tables import clearances, halts, leases, pauses, readers
from engine.ledger.erasure_tables import erasures
from engine.ledger.evidence_tables import evidence
from engine.ledger.instants import Instant
from engine.ledger.item_tables import items
from engine.ledger.name_tables import identities
from engine.ledger.payload_tables import payloads
from engine.ledger.policy_tables import rates, reaches, subscriptions
from engine.ledger.task_tables import IS_TOLD, IS_UNTOLD, notices, tasks

__all__ = [
    "AT_REST",
    "IN_HAND",
    "IS_COPY",
    "IS_DRAFT",
    "IS_ONE_COPY",
    "IS_READY",
    "IS_TOLD",
    "IS_UNTOLD",
    "NOBODYS",
    "SCHEMA",
    "audit",
    "audit_head",
    "bystanders",
    "channels",
    "clearances",
    "enrollments",
    "erasures",
    "evidence",
    "halts",
    "history",
    "holds",
    "identities",
    "invitations",
    "items",
    "leases",
    "meta",
    "metadata",
    "notices",
    "of_playbook",
    "passed",
    "pauses",
    "payloads",
    "rates",
    "reaches",
    "readers",
    "runs",
    "subscriptions",
    "suppressions",
    "tasks",
    "touches",
    "tracked",
    "versions",
]

SCHEMA = "0001"
"""The revision of the schema that this program reads and writes."""


# ---------------------------------------------------------------- the ledger itself

meta = Table(
    "meta",
    metadata,
    the_one(),
    Column("ledger_id", TEXT, nullable=False),
    Column("project", TEXT, nullable=False),
    Column("place", TEXT, nullable=False),
    Column("digest_key", TEXT, nullable=False),
    Column("signing_key", TEXT, nullable=False),
    Column("created_at", Instant(), nullable=False),
    CheckConstraint("one = 1", name="one"),
)

# ---------------------------------------------------------------- runs

runs = Table(
    "runs",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("playbook", TEXT, nullable=False),
    Column("fire", TEXT, nullable=False),
    Column("as_of", Instant(), nullable=False),
    Column("version", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    words("reason"),
    Column("attempts", Integer(), nullable=False, server_default=text("1")),
    Column("started_at", Instant(), nullable=False),
    Column("ended_at", Instant()),
    Column("facts", TEXT, nullable=False, server_default=text("'{}'")),
    Column("counts", TEXT, nullable=False, server_default=text("'{}'")),
    Column("sources", TEXT, nullable=False, server_default=text("'{}'")),
    Column("matched", LargeBinary()),
    UniqueConstraint("playbook", "fire"),
    Index(None, "playbook", "as_of"),
    Index(None, "as_of"),
)

holds = Table(
    "holds",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("run", TEXT, nullable=False),
    Column("playbook", TEXT, nullable=False),
    Column("version", TEXT, nullable=False),
    Column("fuse", TEXT, nullable=False),
    Column("allowed", TEXT, nullable=False),
    Column("found", Integer(), nullable=False),
    Column("total", Integer(), nullable=False),
    Column("keys", LargeBinary(), nullable=False),
    Column("state", TEXT, nullable=False),
    Column("held_at", Instant(), nullable=False),
    Column("decided_at", Instant()),
    words("decided_by"),
    Index(None, "playbook", "state"),
)

versions = Table(
    "versions",
    metadata,
    Column("hash", TEXT, primary_key=True),
    Column("playbook", TEXT, nullable=False),
    Column("content", TEXT, nullable=False),
    Column("saved_at", Instant(), nullable=False),
    Index(None, "playbook", "saved_at"),
)

bystanders = Table(
    "bystanders",
    metadata,
    Column("playbook", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("at", Instant(), nullable=False),
)

# ---------------------------------------------------------------- the journey

enrollments = Table(
    "enrollments",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("playbook", TEXT, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("number", Integer(), nullable=False),
    Column("version", TEXT, nullable=False),
    Column("step", TEXT, nullable=False),
    Column("phase", TEXT, nullable=False),
    Column("entered_at", Instant(), nullable=False),
    Column("since", Instant(), nullable=False),
    Column("waits_until", Instant()),
    count("fixed"),
    words("arm"),
    count("holdout"),
    words("per"),
    Column("each", TEXT, nullable=False, server_default=text("''")),
    Column("goal_at", Instant()),
    Column("goal_until", Instant()),
    words("level"),
    words("run"),
    Column("left_at", Instant()),
    words("outcome"),
    words("reason"),
    UniqueConstraint("playbook", "key", "number"),
)
_OPEN = text("left_at IS NULL")
Index(
    "uq_enrollments_open",
    enrollments.c.playbook,
    enrollments.c.key,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "ix_enrollments_due",
    enrollments.c.playbook,
    enrollments.c.phase,
    enrollments.c.waits_until,
    enrollments.c.id,  # in the order in which they entered
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "ix_enrollments_version",
    enrollments.c.playbook,
    enrollments.c.version,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
_AFTERWARDS = text("left_at IS NOT NULL AND goal_at IS NULL")
Index(
    "ix_enrollments_afterwards",
    enrollments.c.playbook,
    enrollments.c.goal_until,
    enrollments.c.id,
    sqlite_where=_AFTERWARDS,
    postgresql_where=_AFTERWARDS,
)
_IN_GROUP = text("\"each\" <> ''")
Index(
    "ix_enrollments_each",
    enrollments.c.playbook,
    enrollments.c.each,
    sqlite_where=_IN_GROUP,
    postgresql_where=_IN_GROUP,
)

passed = Table(
    "passed",  # the steps that an enrollment is over with
    metadata,
    Column("enrollment", TEXT, primary_key=True),
    Column("step", TEXT, primary_key=True),
    Column("at", Instant(), nullable=False),
    Column("became", TEXT, nullable=False),
)

invitations = Table(
    "invitations",  # into another playbook, by a step
    metadata,
    Column("enrollment", TEXT, primary_key=True),
    Column("step", TEXT, primary_key=True),
    Column("playbook", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("at", Instant(), nullable=False),
    Column("answered_at", Instant()),
    words("answer"),
)
_UNANSWERED = text("answered_at IS NULL")
Index(
    "ix_invitations_open",
    invitations.c.playbook,
    sqlite_where=_UNANSWERED,
    postgresql_where=_UNANSWERED,
)

# ---------------------------------------------------------------- the outbox

touches = Table(
    "touches",
    metadata,
    Column("id", TEXT, primary_key=True),  # the idempotency key: what is unique is the row
    Column("enrollment", TEXT, nullable=False),
    Column("playbook", TEXT, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("step", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    words("reason"),
    words("detail"),
    words("recipient"),
    words("address_digest"),
    words("copy_digest"),
    words("sender"),
    words("subject"),
    words("topic"),
    count("to_customer"),
    words("zone"),
    words("method"),
    Column("headers", TEXT, nullable=False, server_default=text("'{}'")),
    count("priority"),
    words("run"),
    Column("made_at", Instant(), nullable=False),
    Column("next_attempt_at", Instant(), nullable=False),
    Column("expires_at", Instant()),
    Column("capped_at", Instant()),
    words("held_by"),
    words("approver"),
    words("approved"),  # the digest of the very bytes that a person let go
    words("edited_by"),
    words("copy_of"),
    count("attempts"),
    count("epoch"),
    words("worker"),
    Column("lease_until", Instant()),
    Column("in_doubt_at", Instant()),
    Column("ended_at", Instant()),
)
# SQLite takes a partial index only where the query says its very condition, or compares a column
# that the condition says is not NULL.
_READY = text("state = 'ready'")
_EXPIRING = text("ended_at IS NULL AND expires_at IS NOT NULL")
_LEASED = text("lease_until IS NOT NULL")
_AT_REST = text("lease_until IS NULL")
_CONTACTED = text("in_doubt_at IS NOT NULL")
_DRAFT = text("state = 'draft'")
_COPY = text("copy_of <> ''")
_ONE_COPY = text("copy_digest <> ''")
Index(
    "ix_touches_ready",
    touches.c.priority.desc(),
    touches.c.made_at,
    touches.c.id,
    sqlite_where=_READY,
    postgresql_where=_READY,
)
Index(
    "ix_touches_expiring",
    touches.c.expires_at,
    sqlite_where=_EXPIRING,
    postgresql_where=_EXPIRING,
)
Index(
    "ix_touches_leased",
    touches.c.lease_until,
    sqlite_where=_LEASED,
    postgresql_where=_LEASED,
)
Index(
    "ix_touches_contacted",
    touches.c.in_doubt_at,
    sqlite_where=_CONTACTED,
    postgresql_where=_CONTACTED,
)
Index(
    "ix_touches_draft",
    touches.c.made_at,
    touches.c.id,
    sqlite_where=_DRAFT,
    postgresql_where=_DRAFT,
)
Index(
    "ix_touches_copy_of",
    touches.c.copy_of,
    sqlite_where=_COPY,
    postgresql_where=_COPY,
)
Index("ix_touches_enrollment", touches.c.enrollment, touches.c.step)
# One that is in hand changes its state twice, and comes back in another: those are few, and the
# index of leases has them.
Index(
    "ix_touches_state",
    touches.c.playbook,
    touches.c.state,
    sqlite_where=_AT_REST,
    postgresql_where=_AT_REST,
)
Index("ix_touches_address", touches.c.address_digest)
Index(
    "ix_touches_copy",
    touches.c.copy_digest,
    sqlite_where=_ONE_COPY,
    postgresql_where=_ONE_COPY,
)
Index("ix_touches_run", touches.c.run)

IS_READY = touches.c.state == literal("ready", literal_execute=True)
"""The touches that the index of ready ones holds."""

AT_REST = touches.c.lease_until.is_(None)
"""The touches that no worker has in hand; what is a draft, ready or unknown always is."""

IN_HAND = touches.c.lease_until.is_not(None)
"""The other ones, which the index of leases holds."""

NOBODYS: Mapping[str, Any] = {"worker": "", "lease_until": None}
"""What a touch that leaves a worker's hands is given: one that has ended is in nobody's."""

IS_DRAFT = touches.c.state == literal("draft", literal_execute=True)
"""The touches that the index of drafts holds."""

IS_COPY = touches.c.copy_of != literal("", literal_execute=True)
"""The touches for people in `cc`, which the index of copies holds."""

IS_ONE_COPY = touches.c.copy_digest != literal("", literal_execute=True)
"""The touches of whose message an address gets one copy, which the index of those holds."""


def of_playbook(playbook: str | BindParameter[str]) -> ColumnElement[bool]:
    """The touches of a playbook, as its index finds those at rest and that of leases the others."""
    mine = touches.c.playbook == playbook
    return or_(mine & AT_REST, mine & IN_HAND)


channels = Table(
    "channels",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("paused_at", Instant()),
    words("paused_why"),
    count("failures"),
    Column("breaker_until", Instant()),
    words("breaker_why"),
)

# ---------------------------------------------------------------- people

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_digest", TEXT, primary_key=True),
    Column("topic", TEXT, primary_key=True),  # empty: every topic
    words("why"),
    Column("at", Instant(), nullable=False),
    Column("actor", TEXT, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("entity", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("field", TEXT, primary_key=True),
    Column("at", Instant(), primary_key=True),
    Column("value", TEXT),
    Column("previous", TEXT),
    count("is_first"),
    Index(None, "entity", "field", "is_first", "at"),
)

tracked = Table(
    "tracked",
    metadata,
    Column("entity", TEXT, primary_key=True),
    Column("field", TEXT, primary_key=True),
    Column("since", Instant(), nullable=False),
    Column("at", Instant(), nullable=False),
    Column("sources", TEXT, nullable=False),
)
