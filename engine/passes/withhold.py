"""Ask `never_contact` again of everyone for whom a mail waits. Delivery page, "Touches", point 6.

What was made hours ago, and waits for a window or a cap, is not to reach somebody who is in an
escalation by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import NewTouch, TouchState
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
        stopped = _stopped(playbook, facts, page)
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
        PendingMail(each.id, each.entity, each.key, each.topic)
        for each in waiting
        if each.to_customer and not each.items and not each.state.has_ended
    ]
    stopped = set(_stopped(playbook, facts, mails))
    return [
        replace(each, state=TouchState.SKIPPED, reason=NEVER_CONTACT)
        if each.id in stopped
        else each
        for each in waiting
    ]


def _regather(playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime) -> None:
    """Take back the digests that tell of such customers: they are made again without them."""
    with ledger.read() as unit:
        waiting = pending_items(unit, playbook.name)
    digests = sorted(set(_stopped(playbook, facts, waiting)))
    if digests:
        with ledger.write() as unit:
            regather(unit, digests, at=as_of, actor="engine")


def _stopped(playbook: BoundPlaybook, facts: World, page: Sequence[PendingMail]) -> list[str]:
    own = [mail for mail in page if mail.entity == playbook.audience.entity.name]
    found = []
    for topic in sorted({mail.topic for mail in own}):
        about = [mail for mail in own if mail.topic == topic]
        never = facts.never(playbook, topic, [mail.key for mail in about])
        found += [mail.id for mail in about if mail.key in never]
    return found
