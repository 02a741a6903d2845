"""Figures that several questions of one snapshot ask for: one scan counts them for everyone.

A question by itself counts only for the rows that it asks about. A figure that is asked for a
second time, whoever asks, is likely to be asked for again: it is found for all, and held.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import FromClause

from engine.audience.reading import Reading
from engine.audience.whereabouts import Whereabouts
from engine.bind.catalog import EventRef
from engine.compile.core import Events, Figure, Tallied
from engine.compile.question import Question
from engine.compile.relations import Counted, Held, Home
from engine.compile.successors import followed_in
from engine.compile.tally import hanging_fields, tallied, tally

__all__ = ["held_figure", "share_figures", "shared_figures"]


def share_figures(question: Question, home: Home, where: Whereabouts) -> None:
    """Supply the home with the figures of a question that are held there for all who ask."""
    for figure in shared_figures(question, where.is_foreign):
        found = held_figure(figure, question, home, where.reading)
        if found is not None:
            held = Counted(Held(found), (Tallied(figure),), figure.events.holder)
            home.supplied.counted.append(held)


def shared_figures(question: Question, is_foreign: Callable[[Events], bool]) -> tuple[Figure, ...]:
    """The figures of a question that may be held: those that are the same for all who ask."""
    if question.is_of_some:
        return ()
    figures = tallied(question.walked)
    return tuple(each for each in figures if _is_the_same_for_all(each, is_foreign))


def held_figure(
    figure: Figure, question: Question, home: Home, reading: Reading
) -> FromClause | None:
    """A figure of everyone, once it is not asked for the first time; this time counts."""
    entity, zone = question.entity, question.zone
    counted = partial(tally, home, entity, (figure,), zone=zone, askers=None)
    return reading.shared((entity.name, zone.key, figure), entity.table.connector, counted)


def _is_the_same_for_all(figure: Figure, is_foreign: Callable[[Events], bool]) -> bool:
    """Whether it is of events of home alone and hangs on nothing of who asks."""
    events = figure.events
    if not isinstance(events.source, EventRef) or is_foreign(events):
        return False
    return followed_in(events.counting) is None and not hanging_fields((figure,))
