"""Earlier names of playbooks and steps: whose history goes on where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bind.bind import bind_catalog, bind_playbook
from engine.bind.former import current_name
from engine.problems import Invalid
from tests.bind.samples import playbook, playbook_problems, project
from tests.support.declare import with_playbook

STEPS = "steps: [{task: x, id: a, formerly: [b, c]}]"
REFUSED = {
    "a-playbook-that-is-there": ("formerly: [OTHER]", "`OTHER`, a playbook that the project still"),
    "itself": ("formerly: [asked]", "names `asked`, itself"),
    "a-step-that-is-there": (
        "steps: [{task: x, id: a, formerly: [b]}, {task: y, id: b}]",
        "`b` is an earlier id of `a` and belongs to `b` as well",
    ),
    "two-steps-of-one-id": (
        "steps: [{task: x, id: a, formerly: [c]}, {task: y, id: b, formerly: [c]}]",
        "`c` is an earlier id of `b` and belongs to `a` as well",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_followed_is_refused(text: str, message: str) -> None:
    other = next(iter(project().playbooks))
    text = text if "steps:" in text else f"{text}\nsteps: [{{task: x}}]"
    (problem,) = playbook_problems(text.replace("OTHER", other))
    assert message.replace("OTHER", other) in problem.message
    assert problem.hint


def test_two_playbooks_of_one_earlier_name() -> None:
    declared = with_playbook(project(), f"formerly: [old]\n{STEPS}")
    first = declared.playbooks["asked"]
    both = {**declared.playbooks, "second": replace(first, name="second")}
    declared = replace(declared, playbooks=both)
    with pytest.raises(Invalid, match="`formerly` names `old`, and so does that of `second`"):
        bind_playbook("asked", declared, bind_catalog(declared)[0])


def test_names_that_can_be_followed() -> None:
    bound = playbook(f"formerly: [older, old]\n{STEPS}")
    assert (bound.identity, bound.route.steps["a"].formerly) == ("older", ("b", "c"))


@pytest.mark.parametrize(
    ("name", "now"), [("old", "asked"), ("asked", "asked"), ("neither", "neither")]
)
def test_the_name_that_a_playbook_has_now(name: str, now: str) -> None:
    declared = with_playbook(project(), f"formerly: [old]\n{STEPS}")
    assert current_name(name, declared.playbooks) == now
