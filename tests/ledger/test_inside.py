"""Who inside is looked up by name: a few of very many."""

from __future__ import annotations

import re

from engine.decide.facts import Phase, enrollment_ids
from engine.decide.stay import Cohort, Newcomers
from engine.ledger import inside
from engine.ledger.cohorts import count_anew, let_in, written
from engine.ledger.inside import patient_named
from engine.ledger.store import Ledger
from tests.ledger.factories import NOW, make_enrollment, reading
from tests.ledger.plans import plan_of

MANY = 30_000


def _enter(ledger: Ledger) -> None:
    """Very many who wait, who have just entered."""
    model = make_enrollment(phase=Phase.WAITING, waits_until=NOW)
    keys = [str(number) for number in range(MANY)]
    who = Newcomers(keys, [1] * MANY, [""] * MANY, [""] * MANY)
    cohort = Cohort(model, enrollment_ids("checkup", keys, who.numbers, at=NOW), who)
    with ledger.write() as unit:
        let_in(unit, [written(cohort, run="r1")], at=NOW, actor="engine")
    count_anew(ledger, entered=MANY)


def test_a_few_by_name_are_found_by_their_keys(ledger: Ledger) -> None:
    _enter(ledger)
    with ledger.write() as unit:
        plan = plan_of(unit, inside._NAMED, {"mine": "checkup", "given": ["7", "8"]})
    by_key = r"(?i)using (index )?uq_enrollments_\w+"
    assert re.search(by_key, plan), plan

    def named(unit: inside.Unit) -> list[str]:
        pages = patient_named(unit, "checkup", NOW, ["v1"], keys=["7", "8", "no"], past=None)
        return [each.key for page in pages for each in page]

    assert sorted(reading(ledger, named)) == ["7", "8"]
