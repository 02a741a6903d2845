"""Conditions as people could write them: any form, over the project beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.oracle.operators import (
    COMPARISONS,
    ENTITIES,
    EVENTS,
    LINKS,
    PAIRS,
    PATHS,
    ROLES,
    SEGMENTS,
    TRACKED,
    Written,
    count_tests,
    counts,
    durations,
    field_of,
    lists,
    merged,
    moments,
    number_field,
    numbers,
    of_kind,
    one,
    tests_among,
    tests_of,
    texts,
)
from tests.oracle.worlds import PLAYBOOKS

__all__ = ["ENTITIES", "conditions", "plain_did"]


def _windows(entity: str) -> st.SearchStrategy[Written]:
    when = moments(entity)
    return st.one_of(
        st.just({}),
        one("within", durations),
        one("since", when),
        one("until", when),
        st.fixed_dictionaries({"since": when, "until": when}),
        one("between", st.sampled_from(PAIRS)),
    )


def _figures(properties: Mapping[str, str]) -> st.SearchStrategy[Written]:
    choices: list[st.SearchStrategy[Written]] = [
        st.just({}),
        *(one(word, count_tests()) for word in ("times", "days", "weeks", "months")),
    ]
    numeric = [name for name, kind in properties.items() if kind in ("integer", "number")]
    if properties:
        choices.append(one("distinct", _of_property(sorted(properties), count_tests())))
    if numeric:
        test = tests_among([one(word, st.integers(-5, 40)) for word in COMPARISONS])
        figures = [one(word, _of_property(numeric, test)) for word in _FIGURES]
        choices.extend(figures)
    return st.one_of(choices)


_FIGURES = ("sum", "average", "highest", "lowest")


def _of_property(names: Sequence[str], tests: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    return st.sampled_from(list(names)).flatmap(lambda name: one(name, tests))


def _wheres(properties: Mapping[str, str], entity: str) -> st.SearchStrategy[Written]:
    if not properties:
        return st.just({})
    tested = st.sampled_from(sorted(properties)).flatmap(
        lambda name: one(name, tests_of(properties[name], entity))
    )
    where = st.lists(tested, min_size=1, max_size=2).map(merged)
    return st.one_of(st.just({}), one("where", where))


def _successors(entity: str, event: str) -> st.SearchStrategy[Written]:
    """Mostly none; else an event of the same rows, of the same database or another."""
    through = event.rpartition(".")[0]
    likes = [each for each in sorted(EVENTS[entity]) if each.rpartition(".")[0] == through]

    def of_successor(after: str) -> st.SearchStrategy[Written]:
        parts = (st.just({"did": after}), one("within", _LENGTHS))
        words = st.tuples(*parts, _wheres(EVENTS[entity][after], entity)).map(merged)
        return st.sampled_from(["followed_by", "not_followed_by"]).flatmap(
            lambda word: one(word, words)
        )

    return st.one_of(st.just({}), st.just({}), st.sampled_from(likes).flatmap(of_successor))


_LENGTHS = st.sampled_from(["1 hour", "36 hours", "3 days", "1 week", "30 days"])


def _dids(entity: str) -> st.SearchStrategy[Written]:
    def of_event(event: str) -> st.SearchStrategy[Written]:
        properties = EVENTS[entity][event]
        parts = st.tuples(
            st.sampled_from(["did", "did_not"]).map(lambda word: {word: event}),
            _windows(entity),
            _wheres(properties, entity),
            _figures(properties),
            _successors(entity, event),
        )
        return parts.map(merged)

    return st.sampled_from(sorted(EVENTS[entity])).flatmap(of_event)


def plain_did(entity: str) -> st.SearchStrategy[Written]:
    """A `did` of at least one event, without a window."""
    return (
        st.sampled_from(sorted(EVENTS[entity]))
        .flatmap(
            lambda event: st.tuples(st.just({"did": event}), _wheres(EVENTS[entity][event], entity))
        )
        .map(merged)
    )


_OVER = st.sampled_from(["1 day", "1 week", "30 days", "1 month", "1 quarter", "1 year"])
_BY = st.sampled_from(["-50%", "100%", "-100%", 0, 0.5, 2, -0.142857143])


def _changes(entity: str) -> st.SearchStrategy[Written]:
    """How the number of events a day changed, which is asked with no other window."""
    comparisons = [one(word, _BY) for word in (*COMPARISONS, "is_not")]
    change = st.fixed_dictionaries(
        {"over": _OVER, "by": st.one_of(*comparisons, one("set", st.booleans()))},
        optional={"against": _OVER},
    )

    def of_event(event: str) -> st.SearchStrategy[Written]:
        parts = st.tuples(
            st.sampled_from(["did", "did_not"]).map(lambda word: {word: event}),
            _wheres(EVENTS[entity][event], entity),
            one("change", change),
        )
        return parts.map(merged)

    return st.sampled_from(sorted(EVENTS[entity])).flatmap(of_event)


CHILDREN: Mapping[str, Sequence[tuple[str, str]]] = {
    "account": (("user", "account"), ("ticket", "account"), ("account", "parent")),
    "user": (("ticket", "opener"),),
    "ticket": (),
}
"""The entities that link to one, and by which link."""


def _haves(entity: str, depth: int) -> st.SearchStrategy[Written]:
    def of_child(child: tuple[str, str]) -> st.SearchStrategy[Written]:
        name, link = child
        below = st.deferred(lambda: conditions(name, depth))
        parts = st.tuples(
            st.sampled_from(["has", "has_no"]).map(lambda word: {word: name}),
            st.sampled_from([{}, {"through": link}]),
            st.one_of(st.just({}), one("where", below), one("where", below)),
            st.one_of(st.just({}), one("times", count_tests())),
        )
        return parts.map(merged)

    return st.sampled_from(CHILDREN[entity]).flatmap(of_child)


def _ranks(entity: str) -> st.SearchStrategy[Written]:
    """Among the highest or lowest by anything that has an order."""
    edge = st.one_of(
        st.integers(1, 100).map(lambda share: {"share": f"{share}%"}),
        st.sampled_from([{"share": "0.5%"}, {"share": "33.3%"}]),
        st.integers(1, 30).map(lambda count: {"count": count}),
    )
    by = st.sampled_from(of_kind(entity, "integer", "number", "date", "timestamp"))
    rank = st.tuples(by.map(lambda path: {"by": path}), edge).map(merged)
    return st.sampled_from(["top", "bottom"]).flatmap(lambda word: one(word, rank))


def _told() -> st.SearchStrategy[Written]:
    """A band and labels, which are only ever compared with names that they can have."""
    colours, names = st.sampled_from(["high", "middle"]), ["quiet", "keen", "crowded", "lead"]
    several = lists(st.sampled_from(names))
    labels = st.one_of(
        one("includes", st.sampled_from(names)),
        one("includes_any", several),
        one("includes_all", several),
        one("set", st.booleans()),
    )
    bands = st.one_of(colours, one("is_not", colours), one("set", st.booleans()))
    return st.one_of(one("colour", bands), one("signals", labels))


def _stays() -> st.SearchStrategy[Written]:
    """What became of it in a playbook."""
    finished = st.fixed_dictionaries(
        {"finished_playbook": st.sampled_from(PLAYBOOKS)},
        optional={
            "outcome": st.sampled_from(["goal", "completed", "exited", "holdout"]),
            "within": durations,
        },
    )
    return st.one_of(one("in_playbook", st.sampled_from(PLAYBOOKS)), finished)


def _contacteds(entity: str) -> st.SearchStrategy[Written]:
    words = st.tuples(
        _windows(entity),
        st.one_of(st.just({}), one("channel", st.just("email"))),
        st.one_of(st.just({}), one("playbook", st.sampled_from(PLAYBOOKS))),
        st.one_of(st.just({}), one("times", count_tests())),
    ).map(merged)
    return st.sampled_from(["contacted", "not_contacted"]).flatmap(lambda word: one(word, words))


def _fields(entity: str) -> st.SearchStrategy[Written]:
    return st.sampled_from(sorted(PATHS[entity])).flatmap(
        lambda path: one(path, tests_of(PATHS[entity][path], entity))
    )


def _values_of(kind: str, entity: str) -> st.SearchStrategy[Any]:
    match kind:
        case "text":
            return st.one_of(texts, field_of(entity, "text"))
        case "integer":
            return st.one_of(counts, number_field(entity))
        case "number":
            return st.one_of(numbers, number_field(entity))
        case "boolean":
            return st.booleans()
        case _:
            return moments(entity)


def _histories(entity: str) -> st.SearchStrategy[Written]:
    """What was, of a tracked field: that it changed, that it did not, or what it was then."""

    def of_field(path: str) -> st.SearchStrategy[Written]:
        kind = TRACKED[entity][path]
        values = _values_of(kind, entity)
        change = st.fixed_dictionaries(
            {"within": durations}, optional={"from": values, "to": values}
        )
        then = st.fixed_dictionaries({"field": st.just(path), "at": moments(entity)})
        words = ("is", "is_not") if kind in ("text", "boolean") else ("is", "is_not", *_THEN[kind])
        tests = [one("changed", change), one("unchanged_for", durations)]
        tests += [one(word, then) for word in words]
        return one(path, st.one_of(tests))

    return st.sampled_from(sorted(TRACKED[entity])).flatmap(of_field)


_THEN = {
    "integer": ("more_than", "at_most"),
    "number": ("more_than", "at_most"),
    "date": ("before", "since"),
    "timestamp": ("after", "until"),
}


def _leaves(entity: str) -> st.SearchStrategy[Written]:
    choices = [_fields(entity), _fields(entity), _dids(entity), _dids(entity), _contacteds(entity)]
    choices.append(_histories(entity))
    choices += [_changes(entity), _ranks(entity)]
    choices.append(st.just({"everyone": True}))
    if entity == "user":
        choices += [_stays(), _told()]
    if entity in ROLES:
        choices.append(one(ROLES[entity], one("set", st.booleans())))
    if entity in SEGMENTS:
        choices.append(st.just({"segment": SEGMENTS[entity]}))
    return st.one_of(choices)


def conditions(entity: str, depth: int = 3) -> st.SearchStrategy[Written]:
    """Any condition of an entity."""
    if not depth:
        return _leaves(entity)
    below = st.deferred(lambda: conditions(entity, depth - 1))
    parts = st.lists(below, min_size=1, max_size=3)
    parents = [
        one(link, st.deferred(lambda parent=parent: conditions(parent, depth - 1)))
        for link, parent in LINKS[entity].items()
    ]
    children = [_haves(entity, depth - 1)] if CHILDREN[entity] else []
    return st.one_of(
        _leaves(entity),
        *children,
        one("all", parts),
        one("any", parts),
        one("none", parts),
        one("not", below),
        *parents,
    )
