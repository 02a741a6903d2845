"""Figures that several questions of one snapshot ask for: one scan counts them for everyone.

A question by itself counts only for the rows that it asks about. A figure that is asked for a
second time, whoever asks, is likely to be asked for again: it is found for all, and held.
"""

from __future__ import annotations

from functools import partial

from engine.audience.whereabouts import Whereabouts
from engine.bind.catalog import EventRef
from engine.compile.core import Figure, Tallied
from engine.compile.question import Question
from engine.compile.relations import Counted, Held, Home
from engine.compile.successors import followed_in
from engine.compile.tally import hanging_fields, tallied, tally

__all__ = ["share_figures"]


def share_figures(question: Question, home: Home, where: Whereabouts) -> None:
    """Supply the home with the figures of a question that are held there for all who ask."""
    if question.is_of_some:
        return
    entity, zone = question.entity, question.zone
    for figure in tallied(question.walked):
        if not _is_the_same_for_all(figure, where):
            continue
        asked = (entity.name, zone.key, figure)
        counted = partial(tally, home, entity, (figure,), zone=zone, askers=None)
        found = where.reading.shared(asked, entity.table.connector, counted)
        if found is not None:
            held = Counted(Held(found), (Tallied(figure),), figure.events.holder)
            home.supplied.counted.append(held)


def _is_the_same_for_all(figure: Figure, where: Whereabouts) -> bool:
    """Whether it is of events of home alone and hangs on nothing of who asks."""
    events = figure.events
    if not isinstance(events.source, EventRef) or where.is_foreign(events):
        return False
    return followed_in(events.counting) is None and not hanging_fields((figure,))
