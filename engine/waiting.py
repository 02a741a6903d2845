"""Why touches that are ready have not gone out, and who waits for a digest, in numbers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from engine.decide.gathering import GATHERED
from engine.ledger.counts import gathering_count
from engine.ledger.pending import waiting_by_reason, waiting_under
from engine.ledger.store import Unit
from engine.problems import Invalid
from engine.workplace import Workplace

__all__ = ["what_waits"]


def what_waits(
    workplace: Workplace,
    unit: Unit,
    held: Collection[str],
    *,
    now: datetime,
    playbook: str | None = None,
) -> dict[str, int]:
    """By reason, of a playbook or of all; `held` are the versions that cannot go on.

    Where the policy does not bind, which validation tells and nothing goes out by, by the reasons
    on record.
    """
    gathered = {GATHERED: number} if (number := gathering_count(unit, playbook)) else {}
    try:
        policy = workplace.policy
    except Invalid:
        return waiting_by_reason(unit, playbook=playbook) | gathered
    real = workplace.ports.clock.now()
    about = waiting_under(unit, policy, now=now, real=real, playbook=playbook, held=held)
    return about | gathered
