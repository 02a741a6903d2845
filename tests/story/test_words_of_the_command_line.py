"""What a person may leave out or get wrong on the command line, and what that does."""

from __future__ import annotations

import pytest

from tests.support.stage import Stage


def test_an_unknown_send_is_not_resolved_without_saying_how(stage: Stage) -> None:
    stage.run()
    silent = stage.do("held", "resolve", "no-such-id")
    assert silent.status == 2, "a missing word must never mean `send it again`"
    assert "--sent" in silent.err
    assert stage.do("held", "resolve", "no-such-id", "--not-sent").status == 1


def test_the_version_is_told_in_a_checkout_too(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    import cli

    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("touchline ")
