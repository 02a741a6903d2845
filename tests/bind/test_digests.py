"""Digests of steps: whom they gather for, and what does not go with one."""

from __future__ import annotations

import pytest

from engine.bind.acts import BoundEmail, BoundTask, digest_of
from tests.bind.samples import playbook, playbook_problems

DIGEST = 'digest: {by: account.csm, schedule: "0 8 * * 1-5"}'
EMAIL = f"email: feature-checkup, {DIGEST}"


def test_a_digest_goes_to_the_person_that_it_is_gathered_for() -> None:
    email, task, same = playbook(
        f"""
        steps:
          - {{{EMAIL}}}
          - {{task: Call them, {DIGEST}}}
          - {{{EMAIL}, to: account.csm}}
        """
    ).steps
    assert isinstance(email, BoundEmail)
    assert isinstance(task, BoundTask)
    assert isinstance(same, BoundEmail)
    digest = digest_of(email)
    assert digest is not None
    assert digest.schedule == "0 8 * * 1-5"
    assert email.to == same.to == (digest.by,)
    assert task.assign == digest.by
    assert digest_of(playbook("steps: [{wait: 1 day}]").steps[0]) is None


FIRST = "[account.csm, house.cs_manager]"


@pytest.mark.parametrize(
    "step",
    [
        EMAIL.replace("account.csm", FIRST),
        f"{EMAIL.replace('account.csm', FIRST)}, to: [{FIRST}]",
        f"task: Call them, {DIGEST.replace('account.csm', FIRST)}, assign: {FIRST}",
    ],
    ids=["a mail", "and said in to", "a task, and said in assign"],
)
def test_of_a_list_a_digest_is_for_the_first_that_is_set(step: str) -> None:
    (bound,) = playbook(f"steps:\n  - {{{step}}}").steps
    digest = digest_of(bound)
    assert digest is not None
    assert [each.text for each in digest.by] == ["account.csm", "house.cs_manager"]


REFUSED = {
    "both in to, not the first": (
        f"{EMAIL.replace('account.csm', FIRST)}, to: {FIRST}",
        "digest-for-another",
        f"write to: {FIRST}",
    ),
    "another to": (f"{EMAIL}, to: user", "digest-for-another", "write to: account.csm"),
    "more in to": (f"{EMAIL}, to: [account.csm, user]", "digest-for-another", "leave out `to`"),
    "another assignee": (
        f"task: Call, {DIGEST}, assign: house.cs_manager",
        "digest-for-another",
        "`assign` names another person",
    ),
    "cc": (f"{EMAIL}, cc: [user]", "digest-with", "cannot have `cc`"),
    "approve": (f"{EMAIL}, approve: house.cs_manager", "digest-with", "cannot have `approve`"),
    "nobody of that name": (
        EMAIL.replace("account.csm", "account.cms"),
        "unknown-person",
        "did you mean account.csm?",
    ),
    "no schedule": (EMAIL.replace("0 8 * * 1-5", "daily"), "bad-schedule", "five fields"),
    "never fires": (EMAIL.replace("0 8 * * 1-5", "0 8 30 2 *"), "bad-schedule", "never fires"),
}


@pytest.mark.parametrize(("step", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_a_digest_that_cannot_be_is_told_in_its_place(step: str, code: str, says: str) -> None:
    (problem,) = playbook_problems(f"steps:\n  - {{{step}}}")
    assert problem.code == code
    assert says in f"{problem.message} {problem.hint}"
    assert problem.place.line > 1


def test_a_digest_answers_no_thread() -> None:
    steps = f"steps:\n  - {{email: feature-checkup, id: a}}\n  - {{{EMAIL}, thread: a}}"
    assert [problem.code for problem in playbook_problems(steps)] == ["digest-with"]
