"""The first few of very many are found without reading the others, whatever a server believes."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.ledger.claims import claim
from engine.ledger.store import Ledger, Unit
from tests.ledger.factories import LEASE, NOW, keep, make_enrollment, make_touch, touching

MANY, FEW = 2_000, 10


def test_a_claim_of_a_few_reads_a_few(ledger: Ledger) -> None:
    if not ledger.is_on_server:
        pytest.skip("SQLite goes by its indexes, however many it believes there are")
    people = [make_enrollment(str(number)) for number in range(MANY)]
    with ledger.write() as unit:  # a server has counted none of them, and does not now
        unit.connection.execute(text("ALTER TABLE touches SET (autovacuum_enabled = off)"))
    keep(ledger, [each for of in people for each in touching(of, make_touch(of))])
    with ledger.write() as unit:
        assert len(claim(unit, "w1", now=NOW, lease=LEASE, limit=FEW).touches) == FEW
        assert FEW <= _touches_read(unit) < MANY / 10


def _touches_read(unit: Unit) -> int:
    """The touches that this transaction has read, by an index or one after the other."""
    asked = text(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        " WHERE relname = 'touches'"
    )
    return int(unit.connection.scalar(asked) or 0)
