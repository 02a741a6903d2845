"""What holds the audit to one chain: the database takes only the record that follows the last.

Delivery page, "The ledger": a fork cannot be written. A unique index on `prev` would hold as much,
but hashes come in no order: over a million of them it costs more than the rows. Each record is
compared with the one before it instead, which was written just now.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

__all__ = ["AUDIT_FOLLOWS", "keep_in_line"]

AUDIT_FOLLOWS = "audit_follows"
"""The name of the guard below, which the database's refusal says."""

_ON_SQLITE = """
CREATE TRIGGER audit_follows AFTER INSERT ON audit
WHEN new.prev IS NOT CASE new.seq WHEN 1 THEN hex(zeroblob(32))
    ELSE (SELECT before.hash FROM audit AS before WHERE before.seq = new.seq - 1) END
BEGIN SELECT raise(ROLLBACK, 'audit_follows'); END
"""
# Once a statement, for all that it adds: a call for each row would take longer than the row.
_ON_POSTGRES = """
CREATE FUNCTION audit_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added WHERE added.prev IS DISTINCT FROM CASE added.seq WHEN 1
            THEN repeat('0', 64)
            ELSE (SELECT before.hash FROM audit AS before WHERE before.seq = added.seq - 1) END
    ) THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'audit_follows';
    END IF;
    RETURN NULL;
END
$$
"""
_FOR_EACH_STATEMENT = """
CREATE TRIGGER audit_follows AFTER INSERT ON audit REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION audit_follows()
"""
_GUARDS = (
    ("sqlite", _ON_SQLITE),
    ("postgresql", _ON_POSTGRES),
    ("postgresql", _FOR_EACH_STATEMENT),
)


def keep_in_line(audit: Table) -> None:
    """Give the table its guard wherever it is made without the steps of migrations."""
    for dialect, statement in _GUARDS:
        made = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(audit, "after_create", made.execute_if(dialect=dialect))
