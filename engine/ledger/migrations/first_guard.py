"""What holds the audit to one chain, as the first schema has it."""

from alembic import op

__all__ = ["guard_audit"]

_ON_SQLITE = """
CREATE TRIGGER audit_follows AFTER INSERT ON audit
WHEN new.prev IS NOT CASE new.seq WHEN 1 THEN hex(zeroblob(32))
    ELSE (SELECT before.hash FROM audit AS before WHERE before.seq = new.seq - 1) END
BEGIN SELECT raise(ROLLBACK, 'audit_follows'); END
"""
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


def guard_audit() -> None:
    """A record is taken only where it stands on the hash of the one before it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_ON_POSTGRES)
        op.execute(_FOR_EACH_STATEMENT)
    else:
        op.execute(_ON_SQLITE)
