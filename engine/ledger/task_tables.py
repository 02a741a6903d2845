"""The tables of the task inbox: what people are to do, and since when they are told of it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, and_, literal, text

from engine.ledger.columns import TEXT, count, metadata, the_one, words
from engine.ledger.instants import Instant

__all__ = ["IS_TOLD", "IS_UNTOLD", "notices", "tasks", "tellings"]

tasks = Table(
    "tasks",
    metadata,
    Column("id", TEXT, primary_key=True),  # the idempotency key of its touch
    Column("enrollment", TEXT, nullable=False),
    Column("playbook", TEXT, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("step", TEXT, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("assignee", TEXT, nullable=False),
    words("assignee_name"),
    words("notes"),
    words("urgency"),
    words("due_on"),
    Column("outcomes", TEXT, nullable=False, server_default=text("'[]'")),
    count("closes"),  # by itself: its step says `close_when`
    Column("state", TEXT, nullable=False),
    words("outcome"),
    words("reason"),
    Column("made_at", Instant(), nullable=False),
    Column("assigned_at", Instant(), nullable=False),
    words("notice"),  # the touch that told its assignee of it
    Column("done_at", Instant()),
    words("done_by"),
    Index(None, "state", "assignee"),
    Index(None, "playbook", "state", "closes", "id"),
    Index(None, "done_at"),
)
_UNTOLD = text("notice = '' AND state = 'open' AND assignee <> ''")
Index(
    "ix_tasks_untold",
    tasks.c.notice,  # of one value, so that SQLite takes this index before that of the states
    tasks.c.assigned_at,
    sqlite_where=_UNTOLD,
    postgresql_where=_UNTOLD,
)
_TOLD = text("notice <> ''")
Index("ix_tasks_notice", tasks.c.notice, sqlite_where=_TOLD, postgresql_where=_TOLD)

IS_TOLD = tasks.c.notice != literal("", literal_execute=True)
"""The tasks that their assignees were told of, which an index holds."""

IS_UNTOLD = and_(
    tasks.c.notice == literal("", literal_execute=True),
    tasks.c.state == literal("open", literal_execute=True),
    tasks.c.assignee != literal("", literal_execute=True),
)
"""The open tasks that their assignees were not told of, which an index holds."""

notices = Table(
    "notices",  # one row while assignees are told of their tasks
    metadata,
    the_one(),
    Column("notify", TEXT, nullable=False),
    Column("since", Instant(), nullable=False),
    Column("looked_at", Instant(), nullable=False),
)

tellings = Table(
    "tellings",
    metadata,
    Column("touch", TEXT, primary_key=True),
    Column("task", TEXT, primary_key=True),
    Index(None, "task"),
)
"""A row is one task of which a notice tells; that of a task itself is the newest notice only."""
