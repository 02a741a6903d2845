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
from engine.ledger.items import TAKEN_BACK, pending_items, regather
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
        stopped = [mail.id for mail in _stopped(playbook, facts, page)]
        if stopped:
            with ledger.write() as unit:
                skip_pending(unit, stopped, NEVER_CONTACT, at=as_of, actor="engine")
        if len(page) < _PAGE:
            break
        after = page[-1].id
    _regather(playbook, facts, ledger, as_of=as_of)


def withheld(
    playbook: BoundPlaybook, facts: World, waiting: Sequence[NewTouch]
) -> tuple[list[NewTouch], list[NewTouch]]:
    """The same in a rehearsal: what waits, with the mails skipped that a rule holds for.

    A digest goes without those of its customers that it holds for, and is taken back where it
    tells of nobody else: they come apart, each by a touch of its own.
    """
    if not facts.has_rules(playbook):
        return [*waiting], []
    asked = [each for each in waiting if each.to_customer and not facts.is_over(each)]
    parts = [part for each in asked for part in told_apart(each)]
    mails = [PendingMail(part.id, part.entity, part.key, part.topic) for part in parts]
    stopped = {(mail.id, mail.key) for mail in _stopped(playbook, facts, mails)}
    digests = {each.id for each in waiting if each.items}
    refused = [part for part in parts if part.id in digests and (part.id, part.key) in stopped]
    return [_without(each, stopped) for each in waiting], [_refused(each) for each in refused]


def _without(touch: NewTouch, stopped: Collection[tuple[str, str]]) -> NewTouch:
    """What becomes of one that may not tell of some customers, by its id and theirs."""
    if not touch.items:
        return _refused(touch) if (touch.id, touch.key) in stopped else touch
    others = tuple(each for each in touch.items if (touch.id, each.key) not in stopped)
    if others:
        return replace(touch, items=others)
    return replace(touch, state=TouchState.DROPPED, reason=TAKEN_BACK)


def _refused(touch: NewTouch) -> NewTouch:
    return replace(touch, state=TouchState.SKIPPED, reason=NEVER_CONTACT)


def _regather(playbook: BoundPlaybook, facts: World, ledger: Ledger, *, as_of: datetime) -> None:
    """Take back the digests that tell of such customers: they are made again without them."""
    with ledger.read() as unit:
        waiting = pending_items(unit, playbook.name)
    digests = sorted({mail.id for mail in _stopped(playbook, facts, waiting)})
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
