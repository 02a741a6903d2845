"""Years that chance seldom brings about: each tells of one family of promises."""

from __future__ import annotations

from collections.abc import Mapping

from tests.year.acts import Year
from tests.year.tales.eventful import EVENTFUL, GATHERED, GUARDED, SOCIABLE
from tests.year.tales.mails import CAPPED, FAILING, RATED, TROUBLED, UNWANTED
from tests.year.tales.times import AT_THE_EDGES, HELD, PAUSED, WAITING
from tests.year.tales.ways import COMING, DESKS, MOVED, PARTING, TOGETHER

__all__ = ["EVENTFUL", "TALES"]

TALES: Mapping[str, Year] = {
    "eventful": EVENTFUL,
    "sociable": SOCIABLE,
    "guarded": GUARDED,
    "gathered": GATHERED,
    "paused": PAUSED,
    "at the edges": AT_THE_EDGES,
    "unwanted": UNWANTED,
    "troubled": TROUBLED,
    "capped": CAPPED,
    "held": HELD,
    "waiting": WAITING,
    "parting": PARTING,
    "failing": FAILING,
    "coming": COMING,
    "together": TOGETHER,
    "desks": DESKS,
    "rated": RATED,
    "moved": MOVED,
}
"""By the name by which a test tells of them."""
