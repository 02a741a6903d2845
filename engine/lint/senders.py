"""Advice on who a mail comes from, and whether an answer reaches anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bind.acts import BoundEmail, every_step
from engine.bind.people import FixedPerson, Slot
from engine.lint.rule import Advice, Looked

__all__ = ["mails_without_reply", "mails_without_sender"]

_NOBODY = re.compile(
    r"(?:no|not|never|dont|do[-_.]?not)[-_.]?(?:to[-_.]?)?repl(?:y|ies)|mailer-daemon|bounces?",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:teams?|success|support|crew|staff|desk|care|service|services|onboarding|billing|hello|"
    r"info|notifications?)\b",
    re.IGNORECASE,
)


def mails_without_reply(looked: Looked) -> Iterator[Advice]:
    """Mails whose answers go to a mailbox that says nobody reads it."""
    for step in _mails(looked):
        for person in _answered_by(step):
            if isinstance(person, FixedPerson) and _is_nobody(person.email):
                yield Advice(
                    step.place,
                    f"nobody could answer the mail `{step.template.name}`: it would go to "
                    f"{person.email}",
                    "set `from:` or `reply_to:` to a mailbox that a person reads",
                )


def mails_without_sender(looked: Looked) -> Iterator[Advice]:
    """Mails that come from a group and not from a person."""
    for step in _mails(looked):
        for person in step.sender[:1]:
            if isinstance(person, FixedPerson) and _is_group(person):
                yield Advice(
                    step.place,
                    f"the mail `{step.template.name}` comes from `{person.name or person.email}`, "
                    "which is nobody's name",
                    "name a person: `from: account.csm`, or `from: house.NAME`",
                )


def _mails(looked: Looked) -> Iterator[BoundEmail]:
    for playbook in looked.bound.playbooks.values():
        for step in every_step(playbook.steps):
            if isinstance(step, BoundEmail):
                yield step


def _answered_by(step: BoundEmail) -> Slot:
    return step.reply_to or step.sender


def _is_nobody(address: str) -> bool:
    return _NOBODY.fullmatch(address.partition("@")[0]) is not None


def _is_group(person: FixedPerson) -> bool:
    return not person.name or _SEVERAL.search(person.name) is not None
