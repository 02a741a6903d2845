"""Warnings: a negation over what may be missing, and a history that begins too late."""

from __future__ import annotations

import pytest

from engine.bind.cautions import cautions
from engine.problems import Severity
from tests.bind.samples import condition, playbook

MISSING = "negation-over-missing"
SHORT = "short-history"

# id: condition of a user, and the warnings it deserves.
CASES: dict[str, tuple[str, list[str]]] = {
    "not-contacted-since-what-may-be-missing": (
        "- not_contacted: {since: onboarded_at, channel: email}",
        [MISSING],
    ),
    "did-not-until-what-may-be-missing": (
        "- did_not: logged_in\n  until: 3 days before onboarded_at",
        [MISSING],
    ),
    "required": ("- did_not: logged_in\n  since: signed_up_at", []),
    "required-of-a-parent": ("- did_not: logged_in\n  since: account.started_on", [MISSING]),
    "plain-did": ("- did: logged_in\n  since: onboarded_at", []),
    "not-did": ("- not: {did: logged_in, since: onboarded_at}", [MISSING]),
    "none-did": ("- none: [{did: logged_in, since: onboarded_at}]", [MISSING]),
    "not-did-not": ("- not: {did_not: logged_in, since: onboarded_at}", []),
    "did-at-most-none": (
        "- did: logged_in\n  since: onboarded_at\n  times: {at_most: 0}",
        [MISSING],
    ),
    "did-fewer-than": (
        "- did: logged_in\n  since: onboarded_at\n  times: {less_than: 3}",
        [MISSING],
    ),
    "did-not-fewer-than": (
        "- did_not: logged_in\n  since: onboarded_at\n  times: {less_than: 3}",
        [],
    ),
    "did-some-average": (
        "- did: used_feature\n  since: onboarded_at\n  average: {seconds: {less_than: 3}}",
        [],
    ),
    "set-beside-it": (
        "- all: [{onboarded_at: {set: true}}, {did_not: logged_in, since: onboarded_at}]",
        [],
    ),
    "changed-beside-it": (  # perhaps to a missing value
        "- all: [{onboarded_at: {changed: {within: 3 days}}}, "
        "{did_not: logged_in, since: onboarded_at}]",
        [MISSING],
    ),
    "tested-beside-it": (
        "- all: [{did_not: logged_in, since: onboarded_at}, {onboarded_at: {within: 9 days}}]",
        [],
    ),
    "is-not-beside-it": (
        "- all: [{did_not: logged_in, since: onboarded_at}, {onboarded_at: {is_not: today}}]",
        [MISSING],
    ),
    "missing-excluded-beside-it": (
        "- none: [{onboarded_at: {set: false}}, {did: logged_in, since: onboarded_at}]",
        [],
    ),
    "set-or-it": (
        "- any: [{onboarded_at: {set: true}}, {did_not: logged_in, since: onboarded_at}]",
        [MISSING],
    ),
    "set-around-any": (
        """
        - all:
          - onboarded_at: {set: true}
          - any: [{did_not: logged_in, since: onboarded_at}, {role: admin}]
        """,
        [],
    ),
    "set-of-the-parent-inside": (
        """
        - all:
          - account.renews_on: {set: true}
          - account: {did_not: escalated, since: renews_on}
        """,
        [],
    ),
    "inside-a-parent-what-is-required-there": (
        "- account: {did_not: escalated, since: started_on}",
        [MISSING],
    ),
    "ever-with-short-history": ("- did: csm_call", [SHORT]),
    "since-before-history": ("- did: csm_call\n  since: 2024-12-31", [SHORT]),
    "since-history": ("- did: csm_call\n  since: 2025-01-01", []),
    "until-with-short-history": ("- did: csm_call\n  until: today", [SHORT]),
    "within-with-short-history": ("- did: csm_call\n  within: 30 days", []),
    "ever-contacted-with-short-history": ("- not_contacted: {}", [SHORT]),
    "contacted-over-a-channel": ("- not_contacted: {channel: email}", []),
}


@pytest.mark.parametrize(("text", "codes"), CASES.values(), ids=CASES)
def test_a_doubtful_condition_is_warned_of(text: str, codes: list[str]) -> None:
    warnings = cautions(condition(text))
    assert [warning.code for warning in warnings] == codes
    assert all(warning.severity is Severity.WARNING for warning in warnings)
    assert all(warning.place.path == "segments/asked.yaml" for warning in warnings)


STEPS = """\
segment: {of: user, where: [{everyone: true}]}
steps:
  - task: Call
  - task: Call again
    only_if: CONDITION
"""

OF_STEPS: dict[str, tuple[str, list[str]]] = {
    "since-a-step": ("{did_not: logged_in, since: step task-1}", [MISSING]),
    "not-since-a-step": ("{not: {did: logged_in, since: 3 days after step task-1}}", [MISSING]),
    "since-a-step-plain": ("{did: logged_in, since: step task-1}", []),
    "since-entered": ("{did_not: logged_in, since: entered}", []),
    "done-beside-it": (
        "{all: [{step: task-1, is: done}, {did_not: logged_in, since: step task-1}]}",
        [],
    ),
    "sent-beside-it": (
        "{all: [{did_not: logged_in, since: step task-1}, {step: task-1, is: sent}]}",
        [],
    ),
    "open-beside-it": (
        "{all: [{step: task-1, is: open}, {did_not: logged_in, since: step task-1}]}",
        [MISSING],
    ),
    "not-done-beside-it": (
        "{all: [{not: {step: task-1, is: done}}, {did_not: logged_in, since: step task-1}]}",
        [MISSING],
    ),
    "done-or-it": (
        "{any: [{step: task-1, is: done}, {did_not: logged_in, since: step task-1}]}",
        [MISSING],
    ),
}


@pytest.mark.parametrize(("text", "codes"), OF_STEPS.values(), ids=OF_STEPS)
def test_a_window_that_begins_at_a_step_is_missing_before_it(text: str, codes: list[str]) -> None:
    asked = playbook(STEPS.replace("CONDITION", text))
    found = [each for condition in asked.conditions for each in cautions(condition)]
    assert [warning.code for warning in found] == codes
    assert all("task-1" in warning.message and "step: task-1" in warning.hint for warning in found)
