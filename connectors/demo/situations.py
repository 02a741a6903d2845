"""What befalls some of the made-up companies, so that every play has somebody to help.

A play looks for a few days in the life of a customer, and among some eighty companies chance alone
would leave most of those days empty. So the paying companies take these situations in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SITUATIONS", "Situation"]


@dataclass(frozen=True, slots=True)
class Situation:
    """A name that `rows/*.sql` speak of, and the age of the contract in days, both included.

    An empty touch model leaves it to the size of the company.
    """

    name: str
    from_age: int
    to_age: int
    touch_model: str = ""


SITUATIONS = (
    Situation("just sold", 4, 7, "named"),
    Situation("no kick-off", 12, 20, "named"),
    Situation("set-up stalled", 16, 26, "pooled"),
    Situation("three weeks in", 22, 27, "pooled"),
    Situation("small and new", 15, 38, "digital"),
    Situation("invitations idle", 25, 50, "pooled"),
    Situation("onboarding late", 60, 85, "named"),
    Situation("no plan", 70, 110, "named"),
    Situation("seats idle in the first months", 90, 150, "pooled"),
    Situation("seats idle after half a year", 190, 260, "named"),
    Situation("seats idle for long", 300, 600, "pooled"),
    Situation("few people", 100, 500),
    Situation("use falling", 150, 700, "named"),
    Situation("gone quiet", 150, 700),
    Situation("modules unused", 120, 400, "named"),
    Situation("first value", 40, 90),
    Situation("green and alone", 150, 600, "named"),
    Situation("review due", 200, 700, "named"),
    Situation("champion left", 100, 700, "named"),
    Situation("one thread", 150, 700, "named"),
    Situation("no answer", 100, 700, "named"),
    Situation("no answer", 60, 700),
    Situation("silent", 100, 700, "named"),
    Situation("health fell", 150, 700, "named"),
    Situation("detractor", 100, 700),
    Situation("promoter", 200, 700, "named"),
    Situation("escalated", 100, 700, "named"),
    Situation("urgent for long", 100, 700),
    Situation("payment failed", 100, 700),
    Situation("exporting all", 200, 345, "named"),
    Situation("about to cancel", 100, 700),
    Situation("about to cancel", 400, 700),
    Situation("value unconfirmed", 95, 245, "named"),
    Situation("seats full", 150, 700, "named"),
    Situation("left lately", 250, 700),
    Situation("left for a feature", 250, 700),
    Situation("left for the price", 250, 700),
    Situation("left unpaid", 250, 700),
    *(Situation("", 0, 0) for _ in range(2)),
)
"""In turn; where chance may spoil one, it comes twice. To those without a name nothing happens."""
