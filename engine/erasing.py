"""`touchline erase`: a person's data is removed, and stays away. Contract, command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.audience.select import Key
from engine.audience.values import key_from_text
from engine.bind.catalog import EntityRef
from engine.ledger.database import scrub
from engine.ledger.erasure import Erased, erase
from engine.problems import Refused, did_you_mean
from engine.workplace import Workplace

__all__ = ["Erasure", "erase_customer"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """One customer whose data was removed, and what that came to."""

    entity: str
    key: Key
    at: datetime
    erased: Erased


def erase_customer(workplace: Workplace, entity_name: str, key_text: str) -> Erasure:
    """Remove what the ledger holds of one customer; their addresses get nothing from now on.

    The customer need not be in the source any more.

    Raises:
        Refused: there is no such entity, or its keys do not look like that.
        Refused: the ledger here only dry-runs, or a message to them is on its way.
        Unreachable: the ledger does not answer.
    """
    entity = _entity(workplace, entity_name)
    key = _key(entity, key_text)
    at = workplace.ports.clock.now()
    ledger = workplace.live_ledger(at, otherwise="nothing is erased here")
    with ledger.write() as unit:
        found = erase(unit, entity.name, str(key), at=at, actor=workplace.ports.actor)
    scrub(ledger.engine)
    return Erasure(entity.name, key, at, found)


def _entity(workplace: Workplace, name: str) -> EntityRef:
    known = workplace.catalog.entities
    if name not in known:
        raise Refused(f"there is no entity `{name}`; {did_you_mean(name, known)}")
    return known[name]


def _key(entity: EntityRef, text: str) -> Key:
    key = key_from_text(entity.key.kind, text)
    if key is None:
        raise Refused(f"`{text}` is no key of {entity.name}: a whole number was expected")
    return key
