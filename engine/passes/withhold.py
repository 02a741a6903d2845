"""Ask `never_contact` again of everyone for whom a mail waits. Delivery page, "Touches", point 6.

What was made hours ago, and waits for a window or a cap, is not to reach somebody who is in an
escalation by now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import NewTouch, TouchState, told_apart
from engine.decide.policy import NEVER_CONTACT
from engine.ledger.items import pending_items, regather
from engine.ledger.pending import PendingMail, pending_mails, skip_pending
from engine.ledger.store import Ledger
from engine.passes.gather import World

__all__ = ["withheld", "withhold"]

_PAGE = 5_000  # mails asked about at a time


def withhold(playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime) -> None:
    """Skip the waiting mails of a playbook that `never_contact` holds for now.

    There may be a million of them: without a rule none is read.
    """
    if not facts.has_rules(playbook):
        return
    after = ""
    while True:
        with ledger.read() as unit:
            page = pending_mails(unit, playbook.name, after=after, limit=_PAGE)
        stopped = [each.id for each in _stopped(playbook, facts, page)]
        if stopped:
            with ledger.write() as unit:
                skip_pending(unit, stopped, NEVER_CONTACT, at=as_of, actor="engine")
        if len(page) < _PAGE:
            break
        after = page[-1].id
    _regather(playbook, facts, ledger, as_of=as_of)


def withheld(playbook: BoundPlaybook, facts: World, waiting: Sequence[NewTouch]) -> list[NewTouch]:
    """The same in a rehearsal: what waits, with the mails skipped that a rule holds for."""
    mails = [
        PendingMail(part.id, part.entity, part.key, part.topic)
        for each in waiting
        if each.to_customer and not each.state.has_ended
        for part in told_apart(each)
    ]
    stopped: dict[str, set[str]] = {}
    for mail in _stopped(playbook, facts, mails):
        stopped.setdefault(mail.id, set()).add(mail.key)
    return [_without(each, stopped.get(each.id, ())) for each in waiting]


def _without(touch: NewTouch, keys: Collection[str]) -> NewTouch:
    """One that may not tell of some customers: of several it tells of the others."""
    if not keys:
        return touch
    others = tuple(each for each in touch.items if each.key not in keys)
    if others:
        return replace(touch, items=others)
    return replace(touch, state=TouchState.SKIPPED, reason=NEVER_CONTACT)


def _regather(playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime) -> None:
    """Take back the digests that tell of such customers: they are made again without them."""
    with ledger.read() as unit:
        waiting = pending_items(unit, playbook.name)
    digests = sorted({each.id for each in _stopped(playbook, facts, waiting)})
    if digests:
        with ledger.write() as unit:
            regather(unit, digests, at=as_of, actor="engine")


def _stopped(
    playbook: BoundPlaybook, facts: World, page: Sequence[PendingMail]
) -> list[PendingMail]:
    own = [mail for mail in page if mail.entity == playbook.audience.entity.name]
    found: list[PendingMail] = []
    for topic in sorted({mail.topic for mail in own}):
        about = [mail for mail in own if mail.topic == topic]
        never = facts.never(playbook, topic, [mail.key for mail in about])
        found += [mail for mail in about if mail.key in never]
    return found
