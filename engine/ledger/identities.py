"""What digests of a playbook go by: what it was called when it began. Language, section 5.

Its holdout, its splits, its runs and the keys of its touches stay the same when it is renamed.
"""

from __future__ import annotations

from itertools import count

from sqlalchemy import bindparam, insert, select

from engine.ledger.prepared import Prepared
from engine.ledger.store import Unit
from engine.ledger.tables import identities

__all__ = ["identity_of", "keep_identity"]


def identity_of(unit: Unit, playbook: str) -> str:
    """The identity of a playbook: its name, unless it was renamed or the name was another's."""
    kept = _KEPT.value(unit.connection, {"mine": playbook})
    return kept if kept is not None else _free_identity(unit, playbook)


_KEPT = Prepared(
    lambda _: select(identities.c.identity).where(identities.c.playbook == bindparam("mine"))
)
_TAKEN = Prepared(lambda _: select(identities.c.identity))


def keep_identity(unit: Unit, playbook: str) -> None:
    """Keep the identity from now on, where it is not the name."""
    identity = identity_of(unit, playbook)
    known = select(identities.c.playbook).where(identities.c.playbook == playbook)
    if identity != playbook and unit.connection.scalar(known) is None:
        row = {"playbook": playbook, "identity": identity}
        unit.connection.execute(insert(identities).values(row))


def _free_identity(unit: Unit, playbook: str) -> str:
    """The name itself, unless a playbook that was called so before goes on by it."""
    taken = set(_TAKEN.column(unit.connection, {}))
    if playbook not in taken:
        return playbook
    return next(each for n in count(2) if (each := f"{playbook}~{n}") not in taken)
