"""Copies of a mail: whoever stands in `cc` gets the very message that goes to the first of `to`.

Each copy is a touch of its own, because a message is handed over for one recipient at a time
(delivery page, "Touches", point 4). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.messages.failures import RenderFailure
from engine.messages.written import copied_to
from engine.steps.drafts import Draft, ended, failed

__all__ = ["DUPLICATE_ADDRESS", "NOT_SENT", "first_of", "is_copy", "with_copies"]

DUPLICATE_ADDRESS = "duplicate_address"
NOT_SENT = "not_sent"
"""Why a copy goes nowhere: the mail that it is a copy of does not go."""


def is_copy(draft: Draft) -> bool:
    """Whether a draft is for somebody in `cc`."""
    return bool(draft.touch.copy_of)


def first_of(mails: Iterable[Draft]) -> Draft | None:
    """The mail of a step that people in `cc` get: the first that has not ended."""
    return next((mail for mail in mails if not mail.touch.state.has_ended), None)


def with_copies(mails: list[Draft], copies: list[Draft]) -> list[Draft]:
    """The drafts of one step and customer, copies with their content.

    Who gets the mail anyway gets no copy, and who gets none does not stand in the header.
    """
    first = first_of(mails)
    if first is None:
        return [*mails, *(_without(copy, NOT_SENT) for copy in copies)]
    reached = {mail.address for mail in mails if not mail.touch.state.has_ended}
    settled: list[Draft] = []
    for copy in copies:
        one = _without(copy, DUPLICATE_ADDRESS) if copy.address in reached else copy
        reached |= {one.address} if not one.touch.state.has_ended else set()
        settled.append(one)
    people = [each.person for each in settled if each.person and not each.touch.state.has_ended]
    try:
        payload = copied_to(first.touch.payload, people)
    except RenderFailure as failure:  # too large with them: nobody gets half of it
        broken = replace(first, touch=replace(failed(first.touch, failure), payload=b""))
        return with_copies([broken if each is first else each for each in mails], copies)
    printed = replace(first, touch=replace(first.touch, payload=payload))
    return [
        *(printed if mail is first else mail for mail in mails),
        *(_filled(copy, printed) for copy in settled),
    ]


def _without(copy: Draft, reason: str) -> Draft:
    if copy.touch.state.has_ended:
        return copy
    return replace(copy, touch=ended(copy.touch, reason))


def _filled(copy: Draft, mail: Draft) -> Draft:
    """A copy as its mail is: the same bytes, and as a draft where that is one."""
    touch, of = copy.touch, mail.touch
    if touch.state.has_ended:
        return replace(copy, touch=replace(touch, copy_of=of.id))
    same = replace(
        touch,
        copy_of=of.id,
        state=of.state,
        approver=of.approver,
        sender=of.sender,
        subject=of.subject,
        payload=of.payload,
        text=of.text,
        html=of.html,
        expires_at=of.expires_at,
    )
    return replace(copy, touch=same)
