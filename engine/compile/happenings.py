"""What happened, as sets of events and the figures asked of them: `did` and `contacted`.

Language, sections 3 and 4. A window with a missing bound holds no events.
"""

from __future__ import annotations

from datetime import date, datetime

from engine.bind.catalog import EventRef
from engine.bind.conditions import (
    BoundContacted,
    BoundDid,
    BoundFinished,
    BoundInPlaybook,
    BoundStepBecame,
    BoundTest,
    Change,
    Figure,
    FigureKind,
    Followed,
    Op,
    ValueTest,
    Window,
)
from engine.compile import algebra, core
from engine.compile.edges import Asking, dated, days_before, exact_length
from engine.compile.terms import Stays
from engine.compile.testing import beside, edges_of, tested
from engine.tables import ColumnRef

__all__ = ["asks_whether_any", "became", "contacted", "did", "enrolled", "events_of", "finished"]

AT_LEAST_ONE = frozenset({(Op.AT_LEAST, 1), (Op.MORE_THAN, 0)})
NONE_AT_ALL = frozenset({(Op.AT_MOST, 0), (Op.LESS_THAN, 1), (Op.IS, 0)})


def did(asked: BoundDid, asking: Asking) -> core.Predicate:
    """That the events pass every figure asked of them; not yet turned round for `did_not`."""
    events = events_of(asked, asking)
    found = [_figure(figure, events, asking) for figure in asked.figures]
    if asked.change is not None:
        found.append(_changed(asked.change, events, asking))
    found += [_followed(each, events, asking) for each in asked.followed]
    return algebra.all_of(*found) if found else core.Happened(events)


def events_of(asked: BoundDid, asking: Asking) -> core.Events:
    """The events that pass window and `where`, whatever figures are asked of them."""
    at = core.Property(asked.event.at)
    where = [
        tested(core.Property(asked.event.properties[name]), test, asking)
        for name, test in asked.where
    ]
    counting = algebra.all_of(*_window(at, asked.window, asking), *where)
    if asked.child_link:
        children = core.Children(asked.through, asked.child_link)
        return core.Events(asked.event, asking.links, children, counting)
    holder = asking.at_link(asked.through) if asked.through else asking
    return core.Events(asked.event, holder.links, None, counting)


def _window(at: core.Value, window: Window, asking: Asking) -> list[core.Predicate]:
    """The bounds as comparisons of the event's time; the first keeps out what is still to come."""
    found: list[core.Predicate] = [
        core.Compare(core.Comparison.LE, at, dated(asking.as_of)),
    ]
    if window.within is not None:
        start = dated(asking.window_start(window.within))
        found.append(core.Compare(core.Comparison.GE, at, start))
    if window.since is not None:
        found.append(beside(at, Op.SINCE, edges_of(window.since, asking)))
    if window.until is not None:
        found.append(beside(at, Op.UNTIL, edges_of(window.until, asking)))
    return found


def _narrowed(events: core.Events, *tests: core.Predicate) -> core.Events:
    counting = algebra.all_of(events.counting, *tests)
    return core.Events(events.source, events.holder, events.children, counting)


# ---------------------------------------------------------------- figures


def _figure(figure: Figure, events: core.Events, asking: Asking) -> core.Predicate:
    if figure.kind in _COUNTS_WITH_EVENTS:
        is_there = asks_whether_any(figure.test)
        if is_there is not None:
            return core.Happened(events, is_there)
    of = None
    if figure.property and isinstance(events.source, EventRef):
        of = events.source.properties[figure.property]
    return tested(core.Figure(figure.kind, events, of), figure.test, asking)


_COUNTS_WITH_EVENTS = frozenset(
    {FigureKind.TIMES, FigureKind.DAYS, FigureKind.WEEKS, FigureKind.MONTHS}
)


def asks_whether_any(test: BoundTest) -> bool | None:
    """True for *at least one*, False for *none*, None where a number is asked."""
    if len(test.clauses) == 1 and isinstance(test.clauses[0], ValueTest):
        clause = test.clauses[0]
        for pairs, answer in ((AT_LEAST_ONE, True), (NONE_AT_ALL, False)):
            if len(clause.values) == 1 and (clause.op, clause.values[0]) in pairs:
                return answer
    return None


def _changed(change: Change, events: core.Events, asking: Asking) -> core.Predicate:
    """Per day, so that windows of different length compare; both end where a day begins."""
    last = asking.this_day
    middle = days_before(last, change.over)
    first = days_before(middle, change.against)
    value = core.Change(
        _number_between(events, middle, last, asking),
        _number_between(events, first, middle, asking),
        recent_days=(last - middle).days,
        earlier_days=(middle - first).days,
    )
    return tested(value, change.test, asking)


def _number_between(events: core.Events, first: date, end: date, asking: Asking) -> core.Figure:
    at = algebra.time_of(events)
    within = _narrowed(
        events,
        core.Compare(core.Comparison.GE, at, asking.day_start(first)),
        core.Compare(core.Comparison.LT, at, asking.day_start(end)),
    )
    return core.Figure(FigureKind.TIMES, within)


def _followed(followed: Followed, events: core.Events, asking: Asking) -> core.Predicate:
    """One of the events has a successor, or has none though the time for it is over."""
    at = algebra.time_of(events)
    after = core.After(followed.event.at)
    where = [
        tested(core.After(followed.event.properties[name]), test, asking)
        for name, test in followed.where
    ]
    to_come = core.Compare(core.Comparison.LE, after, dated(asking.as_of))
    counting = algebra.all_of(to_come, *where)
    length = exact_length(followed.within)
    found = core.Followed(at, followed.event, length, counting, not followed.negated)
    if not followed.negated:
        return core.Happened(_narrowed(events, found))
    over = dated(asking.exactly_before(length))
    is_over = core.Compare(core.Comparison.LE, at, over)
    return core.Happened(_narrowed(events, is_over, found))


# ---------------------------------------------------------------- what the ledger knows


def contacted(asked: BoundContacted, asking: Asking) -> core.Predicate:
    """Touches and events that count as contact, together: any of them, or their number."""
    sets = [_touches(asked, asking)]
    for event in asked.events:
        counting = algebra.all_of(*_window(core.Property(event.at), asked.window, asking))
        sets.append(core.Events(event, asking.links, None, counting))
    is_there = asks_whether_any(asked.times)
    if is_there is not None:
        any_at_all = algebra.any_of(*(core.Happened(each) for each in sets))
        return any_at_all if is_there else algebra.complement(any_at_all)
    counts = tuple(core.Figure(FigureKind.TIMES, each) for each in sets)
    value = core.Total(counts) if len(counts) > 1 else counts[0]
    return tested(value, asked.times, asking)


def _touches(asked: BoundContacted, asking: Asking) -> core.Events:
    source = core.Touches(
        asked.entity,
        asked.channel,
        asked.playbook,
        since=_earliest(asked.window, asking),
        until=asking.as_of,
    )
    window = _window(core.Property(core.TOUCH_AT), asked.window, asking)
    if asking.own is not None:
        maker = core.Property(ColumnRef(core.TOUCH_OWN, algebra.kind_of(asking.own)))
        window.append(core.Compare(core.Comparison.NE, maker, asking.own, if_missing=True))
    return core.Events(source, asking.links, None, algebra.all_of(*window))


def _earliest(window: Window, asking: Asking) -> datetime | None:
    """The lower bound where no row is needed to know it: what the log need not be asked for."""
    if window.within is not None:
        return asking.window_start(window.within)
    if window.since is not None:
        moment = edges_of(window.since, asking)
        start = moment.at or moment.day_start
        if isinstance(start, core.Constant) and isinstance(start.value, datetime):
            return start.value
    return None


def enrolled(asked: BoundInPlaybook, asking: Asking) -> core.Predicate:
    """That it has an open enrollment in a playbook."""
    source = core.Enrollments(
        asked.entity, asked.playbook, True, outcome=None, since=None, until=asking.as_of
    )
    return core.Happened(core.Events(source, asking.links, None, core.Always(True)))


def became(asked: BoundStepBecame) -> core.Predicate:
    """That a step of the stay that is asked about became so; wherever it is asked, of that stay."""
    word = None if asked.became is None else asked.became.value
    source = Stays(asked.step, word, asked.outcome)
    return core.Happened(core.Events(source, (), None, core.Always(True)))


def finished(asked: BoundFinished, asking: Asking) -> core.Predicate:
    """That it left a playbook, so and then."""
    source = core.Enrollments(
        asked.entity,
        asked.playbook,
        False,
        outcome=None if asked.outcome is None else asked.outcome.value,
        since=None if asked.within is None else asking.window_start(asked.within),
        until=asking.as_of,
    )
    return core.Happened(core.Events(source, asking.links, None, core.Always(True)))
