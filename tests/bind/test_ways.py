"""Ways through a playbook that cannot be right: dead ends, shares, ids, rings, waits."""

from __future__ import annotations

import pytest

from tests.bind.samples import playbook, playbook_problems

EXIT = "{exit: done}"
EVERYONE = "{everyone: true}"
SPLIT = "split: [{{name: a, share: {}, steps: [{}]}}, {{name: b, share: 50%, steps: [{}]}}]"

REFUSED = {
    "behind-an-exit": (f"[{EXIT}, {{task: x}}]", "unreachable-step", "`task-1` is never reached"),
    "behind-an-if-that-ends": (
        f"[{{if: {EVERYONE}, then: [{EXIT}], else: [{{exit: b}}]}}, {{task: x}}]",
        "unreachable-step",
        "everyone leaves at `if-1`",
    ),
    "behind-a-split-that-ends": (
        f"[{{{SPLIT.format('50%', EXIT, '{exit: b}')}}}, {{task: x}}]",
        "unreachable-step",
        "everyone leaves at `split-1`",
    ),
    "inside-a-branch": (
        f"[{{if: {EVERYONE}, then: [{EXIT}, {{task: x}}]}}]",
        "unreachable-step",
        "everyone leaves at `exit-1`",
    ),
    "too-much": (f"[{{{SPLIT.format('60%', EXIT, EXIT)}}}]", "bad-shares", "add to 110%"),
    "too-little": (f"[{{{SPLIT.format('33.3%', EXIT, EXIT)}}}]", "bad-shares", "add to 83.3%"),
    "two-ways-of-a-name": (
        f"[{{split: [{{name: a, share: 50%, steps: [{EXIT}]}}, {{name: a, share: 50%}}]}}]",
        "duplicate-name",
        "are called `a`",
    ),
    "until-the-past": ("[{wait: {until: 3 days ago}}]", "wait-into-the-past", "always past"),
    "until-before-entry": (
        "[{wait: {until: 2 days before entered}}]",
        "wait-into-the-past",
        "always past",
    ),
    "until-a-misspelt-step": (
        "[{task: x, id: call}, {wait: {until: 2 days after step cal}}]",
        "unknown-step",
        "did you mean call?",
    ),
    "until-a-misspelt-field": ("[{wait: {until: onborded_at}}]", "unknown-field", "onboarded_at"),
    "thread-of-no-mail": (
        "[{email: feature-checkup, id: hello}, {email: feature-checkup, thread: helo}]",
        "unknown-step",
        "did you mean hello?",
    ),
    "thread-of-itself": (
        "[{email: feature-checkup, id: hello, thread: hello}]",
        "unknown-step",
        "no earlier email",
    ),
    "thread-of-a-task": (
        "[{task: x, id: a}, {email: feature-checkup, thread: a}]",
        "unknown-step",
        "",
    ),
    "thread-of-a-later-mail": (
        "[{email: feature-checkup, thread: late}, {email: feature-checkup, id: late}]",
        "unknown-step",
        "which nobody gets before this one",
    ),
    "thread-of-the-other-branch": (
        f"[{{if: {EVERYONE}, then: [{{email: feature-checkup, id: a}}], "
        "else: [{email: feature-checkup, thread: a}]}]",
        "unknown-step",
        "which nobody gets before this one",
    ),
    "thread-of-a-branch-that-ends": (
        f"[{{if: {EVERYONE}, then: [{{email: feature-checkup, id: a}}, {EXIT}]}}, "
        "{email: feature-checkup, thread: a}]",
        "unknown-step",
        "which nobody gets before this one",
    ),
    "copy-to-the-recipient": (
        "[{email: feature-checkup, cc: user}]",
        "duplicate-person",
        "who gets this mail already",
    ),
    "two-copies": (
        "[{email: feature-checkup, cc: [a@acme.example, a@acme.example]}]",
        "duplicate-person",
        "a@acme.example",
    ),
    "an-approver-nobody-knows": (
        "[{email: feature-checkup, approve: house.nobody}]",
        "unknown-person",
        "house.nobody",
    ),
    "condition-of-a-branch": (
        f"[{{if: {{rol: admin}}, then: [{EXIT}]}}]",
        "unknown-field",
        "did you mean role?",
    ),
    "condition-of-a-hold": (
        "[{task: x, hold_while: {when: {rol: admin}, at_most: 1 day, then: go}}]",
        "unknown-field",
        "did you mean role?",
    ),
    "condition-that-closes-a-task": (
        "[{task: x, close_when: {rol: admin}}]",
        "unknown-field",
        "did you mean role?",
    ),
    "outcome-that-no-task-has": (
        "[{task: x, outcomes: [reached, no-answer]}, "
        "{wait_for: {step: task-1, outcome: reachd}, at_most: 1 day}]",
        "unknown-outcome",
        "did you mean reached?",
    ),
}


@pytest.mark.parametrize(("steps", "code", "fragment"), REFUSED.values(), ids=REFUSED)
def test_a_way_that_cannot_be_right_is_told(steps: str, code: str, fragment: str) -> None:
    (problem,) = playbook_problems(f"steps: {steps}")
    assert problem.code == code
    assert fragment in str(problem)


FINE = {
    "an-exit-for-some": f"[{{exit: a, only_if: {EVERYONE}}}, {{task: x}}]",
    "an-if-that-ends-for-some": f"[{{if: {EVERYONE}, then: [{EXIT}]}}, {{task: x}}]",
    "a-split-that-ends-for-some": (f"[{{{SPLIT.format('50%', EXIT, '{task: y}')}}}, {{task: x}}]"),
    "thirds": (
        "[{split: [{name: a, share: 33.3%}, {name: b, share: 33.3%}, {name: c, share: 33.4%}]}]"
    ),
    "a-thread-out-of-a-branch": (
        f"[{{if: {EVERYONE}, then: [{{email: feature-checkup, id: a}}]}}, "
        "{email: feature-checkup, thread: a}]"
    ),
    "a-thread-into-a-branch": (
        "[{email: feature-checkup, id: a}, "
        f"{{if: {EVERYONE}, then: [{{email: feature-checkup, thread: a}}]}}]"
    ),
    "copies-and-an-approval": (
        "[{email: feature-checkup, cc: [[account.csm, a@acme.example]], approve: account.csm}]"
    ),
    "until-a-time-after-entry": "[{wait: {until: 3 days after entered}}, {task: x}]",
    "until-a-time-after-a-step": ("[{task: x, id: call}, {wait: {until: 2 days after step call}}]"),
    "until-business-days-before-a-field": (
        "[{wait: {until: 2 business days before onboarded_at}}, {task: x}]"
    ),
}


@pytest.mark.parametrize("steps", FINE.values(), ids=FINE)
def test_a_way_that_can_be_right_binds(steps: str) -> None:
    bound = playbook(f"steps: {steps}")
    assert set(bound.route.following) == set(bound.route.steps)
