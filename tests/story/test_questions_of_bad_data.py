"""`segment` and `explain` answer nothing from data that is not as the catalog says."""

from __future__ import annotations

import pytest

from tests.support.stage import AS_OF, Stage, make_user


@pytest.mark.parametrize("question", [("segment",), ("explain", "--for", "1")], ids=str)
@pytest.mark.parametrize(
    ("second", "told"),
    [
        pytest.param({"user_id": 1}, "user_id 1 stands 2 times", id="a key twice"),
        pytest.param(
            {"user_id": 2, "signed_up_at": "soon"}, "signed_up_at holds `soon`", id="another form"
        ),
    ],
)
def test_the_value_is_named_instead(
    stage: Stage, question: tuple[str, ...], second: dict[str, object], told: str
) -> None:
    stage.table("users", [make_user(user_id=1), make_user(**second)])
    answer = stage.do(question[0], "checkup", *question[1:], "--as-of", AS_OF)
    assert (answer.status, answer.out) == (1, "")
    assert told in answer.err


def test_old_and_empty_data_can_be_asked(stage: Stage) -> None:
    stage.table("users", [make_user(user_id="")])
    answer = stage.do("segment", "checkup", "--as-of", AS_OF, "--format", "json")
    assert answer.data["keys"] == []
