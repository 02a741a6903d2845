"""What an update may write, and with what; everything else is refused at validation."""

from __future__ import annotations

from datetime import date

import pytest

from engine.bind.acts import BoundUpdate, Written
from engine.language.steps import Added
from engine.moments import Day, Duration, Hence, Now, Today, Unit
from tests.bind.samples import playbook, playbook_problems

OF_ACCOUNT = "segment: {of: account, where: [{plan: pro}]}\nsteps:\n  - "
OF_USER = "segment: {of: user, where: [{account.plan: pro}]}\nsteps:\n  - "

VALUES: dict[str, tuple[str, Written]] = {
    "text": ("plan: pro", "pro"),
    "a-template": ('name: "{{ account.name }}!"', "{{ account.name }}!"),
    "a-number": ("seats: 5", 5),
    "a-whole-decimal": ("seats: 5.0", 5),
    "added": ("seats: {add: -2}", Added(-2)),
    "a-date": ("renews_on: 2026-03-10", Day(date(2026, 3, 10))),
    "today": ("renews_on: today", Today()),
    "now": ("renews_on: now", Now()),
    "later": ("renews_on: in 30 days", Hence(Duration(30, Unit.DAY))),
}


@pytest.mark.parametrize("row", VALUES.values(), ids=VALUES)
def test_what_may_be_written(row: tuple[str, Written]) -> None:
    said, expected = row
    (step,) = playbook(f"{OF_ACCOUNT}update: account\n    set: {{{said}}}\n").steps
    assert isinstance(step, BoundUpdate)
    [(_, value)] = step.values
    assert value == expected


def test_a_parents_row() -> None:
    (step,) = playbook(f"{OF_USER}update: account\n    set: {{plan: pro}}\n").steps
    assert isinstance(step, BoundUpdate)
    assert (step.entity.name, step.links) == ("account", ("account",))


REFUSED = {
    "files": (OF_USER, "user", "full_name: x", "cannot-write", "is of type files"),
    "unknown-entity": (OF_USER, "acount", "plan: pro", "unknown-entity", "neither this playbook's"),
    "unknown-field": (OF_ACCOUNT, "account", "plann: pro", "unknown-field", "did you mean plan?"),
    "unknown-value": (OF_ACCOUNT, "account", "plan: por", "unknown-value", "did you mean pro?"),
    "the-key": (OF_ACCOUNT, "account", "id: 7", "unknown-field", "no field `id`"),
    "text-for-a-number": (OF_ACCOUNT, "account", "seats: many", "wrong-type", "is set to the text"),
    "a-template-for-a-number": (
        *(OF_ACCOUNT, "account", 'seats: "{{ account.seats }}"'),
        *("wrong-type", "only a text field takes a template"),
    ),
    "a-number-for-text": (OF_ACCOUNT, "account", "name: 7", "wrong-type", "write it in quotes"),
    "a-part": (OF_ACCOUNT, "account", "seats: 0.5", "wrong-type", "is integer and cannot hold"),
    "a-part-added": (OF_ACCOUNT, "account", "seats: {add: 0.5}", "wrong-type", "cannot hold 0.5"),
    "added-to-text": (OF_ACCOUNT, "account", "name: {add: 1}", "wrong-type", "needs a number"),
    "too-large": (OF_ACCOUNT, "account", "seats: 9999999999999999999.0", "out-of-range", "cannot"),
    "no-date": (OF_ACCOUNT, "account", "renews_on: soon", "bad-moment", "`in 30 days`"),
    "a-fields-date": (
        *(OF_ACCOUNT, "account", "renews_on: 2 days before started_on"),
        *("bad-moment", "expected a date"),
    ),
    "a-template-for-a-date": (
        *(OF_ACCOUNT, "account", 'renews_on: "{{ account.started_on }}"'),
        *("bad-moment", "expected a date"),
    ),
    "a-day-that-is-none": (
        *(OF_ACCOUNT, "account", 'renews_on: "2026-02-30"', "bad-moment", "expected a date"),
    ),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(row: tuple[str, str, str, str, str]) -> None:
    head, entity, said, code, told = row
    (problem,) = playbook_problems(f"{head}update: {entity}\n    set: {{{said}}}\n")
    assert problem.code == code
    assert told in f"{problem.message} {problem.hint}"
    assert problem.place.line > 1
