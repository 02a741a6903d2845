"""Between selecting and entering others may act: who slipped away or in elsewhere stays out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import engine.passes.run as passes
from tests.support.stage import Stage

ALL = ["ann1@example.com", "ann2@example.com", "ann3@example.com"]


def erase(stage: Stage) -> None:
    assert stage.do("erase", "2", "--entity", "user").status == 0


def enroll_elsewhere(stage: Stage) -> None:
    assert stage.do("enroll", "other", "--for", "2").status == 0


@pytest.mark.parametrize(
    ("act", "told", "gate"),
    [
        pytest.param(erase, "was erased meanwhile", "erased", id="erased"),
        pytest.param(
            enroll_elsewhere, "entered another playbook meanwhile", "in_another_playbook", id="in"
        ),
    ],
)
def test_who_may_not_enter_any_more_does_not(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Stage], None],
    told: str,
    gate: str,
) -> None:
    stage.edit("touchline.yaml", "people:", "policy: {one_at_a_time: true}\npeople:")
    stage.write(
        "playbooks/other.yaml",
        "playbook: other\nstatus: active\nsegment: {of: user, where: [{user_id: 2}]}\n"
        "steps: [{wait: 30 days}, {task: Look}]\n",
    )
    meanwhile = passes._remember_first_run

    def remember(*given: object) -> None:
        act(stage)
        meanwhile(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(passes, "_remember_first_run", remember)
        refused = stage.run("checkup")
    assert refused.status == 1
    assert told in refused.err + refused.out
    assert stage.mail.received == []
    again = stage.run("checkup")
    assert again.data["runs"][0]["skipped"] == {gate: 1}
    assert stage.mailed == [each for each in ALL if "2" not in each]
