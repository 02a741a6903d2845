"""Statements that were kept beside the same written for once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from engine.audience.answering import answer
from engine.audience.reading import Noting, Running
from engine.audience.snapshot import Snapshot
from engine.audience.statements import Statement, statements
from engine.bind.playbook import Audience
from engine.compile.kept import Text, text_of
from engine.compile.question import Question
from engine.compile.relations import Home
from engine.ports import Row

__all__ = ["agree", "anew", "texts", "written_for_once"]


@contextmanager
def written_for_once() -> Iterator[None]:
    """No statement is kept, nor found among those that are."""
    home = Snapshot.home

    def nowhere(self: Snapshot, connector: str) -> Home:
        return replace(home(self, connector), place=None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Snapshot, "home", nowhere)
        yield


def texts(question: Question, snapshot: Snapshot) -> list[tuple[str, Text]]:
    """The statements of a question, with their values."""
    noting = Noting(snapshot)
    assert list(answer(question, noting)) == []
    return [
        (connector, text_of(statement, snapshot.database(connector).dialect))
        for connector, statement in noting.noted
    ]


def anew(audience: Audience, snapshot: Snapshot, as_of: datetime) -> list[Statement]:
    """The statements of a segment, compiled as if never asked before."""
    with written_for_once():
        return statements(audience, snapshot, as_of)


def agree(question: Question, snapshot: Snapshot) -> None:
    """What is kept says and finds what is written for once does."""
    kept, found = texts(question, snapshot), _answer(question, snapshot)
    with written_for_once():
        assert kept == texts(question, snapshot)
        assert found == _answer(question, snapshot)


def _answer(question: Question, snapshot: Snapshot) -> list[Row]:
    return list(answer(question, Running(snapshot)))
