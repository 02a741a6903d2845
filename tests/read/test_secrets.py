"""References to secrets: their values, and refusals that never show one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.language.project import Secret
from engine.places import Place
from engine.problems import Invalid
from engine.read.secrets import resolve

ENVIRON = {"A": "alpha", "EMPTY": "", "BLANK": " \n"}
PLACE = Place("touchline.yaml", 7, 58)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${env:A}", "alpha"),
        ("${file:key}", "beta"),
        ("postgresql://me:${env:A}@h/${file:key}", "postgresql://me:alpha@h/beta"),
    ],
)
def test_references_are_filled_in(tmp_path: Path, text: str, value: str) -> None:
    (tmp_path / "key").write_text("beta\r\n")
    assert resolve(Secret(text), root=tmp_path, environ=ENVIRON) == value


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("${env:B}", "B is not set"),
        ("${env:EMPTY}", "EMPTY is empty"),
        ("${env:BLANK}", "BLANK is empty"),
        ("${env:A}${env:B}", "B is not set"),
        ("${file:none}", "there is no file none"),
        ("${file:.}", "there is no file ."),
        ("${file:empty}", "empty is empty"),
        ("${file:binary}", "UTF-8"),
    ],
)
def test_missing_is_refused(tmp_path: Path, text: str, fragment: str) -> None:
    """A start with an empty password would be worse than none."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"hunter2\xff")
    with pytest.raises(Invalid) as raised:
        resolve(Secret(text, PLACE), root=tmp_path, environ=ENVIRON)
    (problem,) = raised.value.problems
    assert (problem.place, problem.code) == (PLACE, "missing-secret")
    assert fragment in problem.message
    assert "alpha" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
