"""Conditions as people could write them: any form, any operator, over the project beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.oracle.worlds import DURATIONS, TEXTS, WORDS

__all__ = ["ENTITIES", "conditions", "plain_did"]

Written = dict[str, Any]

ENTITIES = ("user", "account", "ticket")

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "account": {
        "id": "integer",
        "name": "text",
        "seats": "integer",
        "arr": "number",
        "live": "boolean",
        "renews_on": "date",
        "seen_at": "timestamp",
    },
    "user": {
        "role": "text",
        "nick": "text",
        "score": "number",
        "weight": "number",
        "visits": "integer",
        "quota": "integer",
        "active": "boolean",
        "vetted": "boolean",
        "born_on": "date",
        "ends_on": "date",
        "signed_up_at": "timestamp",
        "seen_at": "timestamp",
        "tags": "list",
    },
    "ticket": {
        "code": "text",
        "severity": "text",
        "opened_at": "timestamp",
        "due_on": "date",
        "spent": "number",
    },
}
_LINKS: Mapping[str, Mapping[str, str]] = {
    "account": {"parent": "account"},
    "user": {"account": "account"},
    "ticket": {"opener": "user", "account": "account"},
}
_ROLES = {"account": "champion", "user": "boss"}
_SEGMENTS = {"account": "large", "user": "heavy"}
_USED = {
    "feature": "text",
    "seconds": "number",
    "tries": "integer",
    "beta": "boolean",
    "due_on": "date",
    "sent_at": "timestamp",
}
_EVENTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "account": {
        "escalated": {"level": "integer", "note": "text"},
        "user.logged_in": {},
        "user.used": _USED,
        "ticket.reopened": {"reason": "text", "cost": "number"},
    },
    "user": {
        "logged_in": {},
        "used": _USED,
        "called": {},
        "account.escalated": {"level": "integer", "note": "text"},
        "ticket.reopened": {"reason": "text", "cost": "number"},
    },
    "ticket": {
        "reopened": {"reason": "text", "cost": "number"},
        "opener.used": _USED,
        "account.escalated": {"level": "integer", "note": "text"},
    },
}


_TRACKED: Mapping[str, Mapping[str, str]] = {
    "account": {"name": "text", "seats": "integer"},
    "user": {
        "role": "text",
        "quota": "integer",
        "score": "number",
        "vetted": "boolean",
        "born_on": "date",
        "seen_at": "timestamp",
        "account.seats": "integer",
    },
    "ticket": {"severity": "text", "opener.quota": "integer", "account.name": "text"},
}


def _paths(entity: str, depth: int = 2) -> Mapping[str, str]:
    """All fields that an entity reaches, with their types."""
    found = dict(_FIELDS[entity])
    if depth:
        for link, parent in _LINKS[entity].items():
            for path, kind in _paths(parent, depth - 1).items():
                found[f"{link}.{path}"] = kind
    return found


PATHS = {entity: _paths(entity) for entity in ENTITIES}


def _of_kind(entity: str, *kinds: str) -> list[str]:
    return [path for path, kind in PATHS[entity].items() if kind in kinds]


# ---------------------------------------------------------------- values and tests

texts = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(["a", "%", "_", "\\", "ß", "i", "σ", "i̇", "SS", "off", "'"]),
)
integers = st.sampled_from([0, 1, 2, 3, 5, -1, 10, 2**31, 2**53, 2**53 + 1])
numbers = st.sampled_from([0, 1, 2.5, -1.5, 0.1, 0.3, 99.99, 3, "50%", 1e15])
counts = st.integers(0, 5)
durations = st.sampled_from(DURATIONS)


def moments(entity: str) -> st.SearchStrategy[str]:
    fields = st.sampled_from(_of_kind(entity, "date", "timestamp"))
    return st.one_of(
        st.sampled_from(WORDS),
        st.builds("{} ago".format, durations),
        st.builds("in {}".format, durations),
        fields,
        st.builds("{} {} {}".format, durations, st.sampled_from(["before", "after"]), fields),
    )


def _field_of(entity: str, *kinds: str) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries({"field": st.sampled_from(_of_kind(entity, *kinds))})


def _number_field(entity: str) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries(
        {"field": st.sampled_from(_of_kind(entity, "integer", "number"))},
        optional={
            "multiplied_by": st.sampled_from([0.5, 2, -1, 0.9]),
            "plus": st.sampled_from([0, 1, -1, 0.1]),
        },
    )


def _lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=3)


def _one(word: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries({word: values})


def _equality(values: st.SearchStrategy[Any]) -> list[st.SearchStrategy[Written]]:
    return [
        _one("is", values),
        _one("is_not", values),
        _one("one_of", _lists(values)),
        _one("none_of", _lists(values)),
        _one("set", st.booleans()),
    ]


def _merged(tests: Sequence[Written]) -> Written:
    return {word: value for test in tests for word, value in test.items()}


def _tests(
    forms: Sequence[st.SearchStrategy[Written]], *bare: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """One operator, or rarely two, or a bare value or list."""
    one = st.one_of(*forms)
    return st.one_of(one, one, st.tuples(one, one).map(_merged), *bare)


def _number_tests(entity: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    others = st.one_of(values, _number_field(entity))
    pairs = st.tuples(st.integers(-2, 3), st.integers(3, 9)).map(list)
    forms = [
        *_equality(values),
        _one("is", _number_field(entity)),
        _one("is_not", _number_field(entity)),
        *(_one(word, others) for word in ("more_than", "at_least", "less_than", "at_most")),
        _one("between", pairs),
    ]
    return _tests(forms, values, _lists(values))


def _count_tests() -> st.SearchStrategy[Any]:
    forms = [
        *(_one(word, counts) for word in ("is", "is_not", "more_than", "at_least")),
        *(_one(word, counts) for word in ("less_than", "at_most")),
        _one("between", st.tuples(st.integers(0, 2), st.integers(2, 5)).map(list)),
    ]
    return _tests(forms, counts)


def _text_tests(entity: str) -> st.SearchStrategy[Any]:
    others = st.one_of(texts, _field_of(entity, "text"))
    forms = [
        *_equality(texts),
        _one("is", _field_of(entity, "text")),
        _one("is_not", _field_of(entity, "text")),
        *(_one(word, others) for word in ("contains", "starts_with", "ends_with")),
    ]
    cased = st.one_of(*(form for form in forms)).filter(lambda test: "set" not in test)
    ignoring = cased.map(lambda test: {**test, "ignore_case": True})
    return st.one_of(_tests(forms, texts, _lists(texts)), ignoring)


def _boolean_tests(entity: str) -> st.SearchStrategy[Any]:
    forms = [
        _one("is", st.one_of(st.booleans(), _field_of(entity, "boolean"))),
        _one("is_not", st.one_of(st.booleans(), _field_of(entity, "boolean"))),
        _one("set", st.booleans()),
    ]
    return _tests(forms, st.booleans())


def _list_tests(entity: str) -> st.SearchStrategy[Any]:
    member = st.sampled_from(TEXTS)
    forms = [
        _one("includes", st.one_of(member, _field_of(entity, "text"))),
        _one("includes_any", _lists(member)),
        _one("includes_all", _lists(member)),
        _one("set", st.booleans()),
    ]
    return _tests(forms)


def _moment_tests(entity: str) -> st.SearchStrategy[Any]:
    when = moments(entity)
    days = _tests(
        [
            *(_one(word, st.sampled_from([-30, -1, 0, 1, 7, 30])) for word in _COMPARISONS),
            _one("is_not", st.sampled_from([0, 1, 30])),
            _one("between", st.tuples(st.integers(-31, 0), st.integers(1, 31)).map(list)),
        ],
        st.sampled_from([0, 1, 7, 28, 30]),
    )
    forms = [
        *(_one(word, when) for word in ("before", "after", "since", "until", "on", "is", "is_not")),
        _one("one_of", _lists(when)),
        _one("none_of", _lists(when)),
        _one("set", st.booleans()),
        _one("between", st.sampled_from(_PAIRS)),
        _one("within", durations),
        _one("in_next", durations),
        _one("days_ago", days),
        _one("days_from_now", days),
        _one("anniversary", _one("in_next", durations)),
    ]
    return _tests(forms, when)


_COMPARISONS = ("is", "more_than", "at_least", "less_than", "at_most")
_PAIRS = (
    ["30 days ago", "yesterday"],
    ["yesterday", "tomorrow"],
    ["2 hours ago", "now"],
    ["start of month", "today"],
    ["2026-03-08", "2026-03-10T13:00:00Z"],
)


def _tests_of(kind: str, entity: str) -> st.SearchStrategy[Any]:
    match kind:
        case "text":
            return _text_tests(entity)
        case "integer":
            return _number_tests(entity, integers)
        case "number":
            return _number_tests(entity, numbers)
        case "boolean":
            return _boolean_tests(entity)
        case "list":
            return _list_tests(entity)
        case _:
            return _moment_tests(entity)


# ---------------------------------------------------------------- conditions


def _windows(entity: str) -> st.SearchStrategy[Written]:
    when = moments(entity)
    return st.one_of(
        st.just({}),
        _one("within", durations),
        _one("since", when),
        _one("until", when),
        st.fixed_dictionaries({"since": when, "until": when}),
        _one("between", st.sampled_from(_PAIRS)),
    )


def _figures(properties: Mapping[str, str]) -> st.SearchStrategy[Written]:
    choices: list[st.SearchStrategy[Written]] = [
        st.just({}),
        *(_one(word, _count_tests()) for word in ("times", "days", "weeks", "months")),
    ]
    numeric = [name for name, kind in properties.items() if kind in ("integer", "number")]
    if properties:
        choices.append(_one("distinct", _of_property(sorted(properties), _count_tests())))
    if numeric:
        test = _tests([_one(word, st.integers(-5, 40)) for word in _COMPARISONS])
        figures = [_one(word, _of_property(numeric, test)) for word in _FIGURES]
        choices.extend(figures)
    return st.one_of(choices)


_FIGURES = ("sum", "average", "highest", "lowest")


def _of_property(names: Sequence[str], tests: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    return st.sampled_from(list(names)).flatmap(lambda name: _one(name, tests))


def _wheres(properties: Mapping[str, str], entity: str) -> st.SearchStrategy[Written]:
    if not properties:
        return st.just({})
    one = st.sampled_from(sorted(properties)).flatmap(
        lambda name: _one(name, _tests_of(properties[name], entity))
    )
    where = st.lists(one, min_size=1, max_size=2).map(_merged)
    return st.one_of(st.just({}), _one("where", where))


def _successors(entity: str, event: str) -> st.SearchStrategy[Written]:
    """Mostly none; else an event of the same rows, of the same database or another."""
    through = event.rpartition(".")[0]
    likes = [each for each in sorted(_EVENTS[entity]) if each.rpartition(".")[0] == through]

    def of_successor(after: str) -> st.SearchStrategy[Written]:
        parts = (st.just({"did": after}), _one("within", _LENGTHS))
        words = st.tuples(*parts, _wheres(_EVENTS[entity][after], entity)).map(_merged)
        return st.sampled_from(["followed_by", "not_followed_by"]).flatmap(
            lambda word: _one(word, words)
        )

    return st.one_of(st.just({}), st.just({}), st.sampled_from(likes).flatmap(of_successor))


_LENGTHS = st.sampled_from(["1 hour", "36 hours", "3 days", "1 week", "30 days"])


def _dids(entity: str) -> st.SearchStrategy[Written]:
    def of_event(event: str) -> st.SearchStrategy[Written]:
        properties = _EVENTS[entity][event]
        parts = st.tuples(
            st.sampled_from(["did", "did_not"]).map(lambda word: {word: event}),
            _windows(entity),
            _wheres(properties, entity),
            _figures(properties),
            _successors(entity, event),
        )
        return parts.map(_merged)

    return st.sampled_from(sorted(_EVENTS[entity])).flatmap(of_event)


def plain_did(entity: str) -> st.SearchStrategy[Written]:
    """A `did` of at least one event, without a window."""
    return (
        st.sampled_from(sorted(_EVENTS[entity]))
        .flatmap(
            lambda event: st.tuples(
                st.just({"did": event}), _wheres(_EVENTS[entity][event], entity)
            )
        )
        .map(_merged)
    )


def _contacteds(entity: str) -> st.SearchStrategy[Written]:
    words = st.tuples(
        _windows(entity),
        st.one_of(st.just({}), _one("channel", st.just("email"))),
        st.one_of(st.just({}), _one("times", _count_tests())),
    ).map(_merged)
    return st.sampled_from(["contacted", "not_contacted"]).flatmap(lambda word: _one(word, words))


def _fields(entity: str) -> st.SearchStrategy[Written]:
    return st.sampled_from(sorted(PATHS[entity])).flatmap(
        lambda path: _one(path, _tests_of(PATHS[entity][path], entity))
    )


def _values_of(kind: str, entity: str) -> st.SearchStrategy[Any]:
    match kind:
        case "text":
            return st.one_of(texts, _field_of(entity, "text"))
        case "integer":
            return st.one_of(counts, _number_field(entity))
        case "number":
            return st.one_of(numbers, _number_field(entity))
        case "boolean":
            return st.booleans()
        case _:
            return moments(entity)


def _histories(entity: str) -> st.SearchStrategy[Written]:
    """What was, of a tracked field: that it changed, that it did not, or what it was then."""

    def of_field(path: str) -> st.SearchStrategy[Written]:
        kind = _TRACKED[entity][path]
        values = _values_of(kind, entity)
        change = st.fixed_dictionaries(
            {"within": durations}, optional={"from": values, "to": values}
        )
        then = st.fixed_dictionaries({"field": st.just(path), "at": moments(entity)})
        words = ("is", "is_not") if kind in ("text", "boolean") else ("is", "is_not", *_THEN[kind])
        tests = [_one("changed", change), _one("unchanged_for", durations)]
        tests += [_one(word, then) for word in words]
        return _one(path, st.one_of(tests))

    return st.sampled_from(sorted(_TRACKED[entity])).flatmap(of_field)


_THEN = {
    "integer": ("more_than", "at_most"),
    "number": ("more_than", "at_most"),
    "date": ("before", "since"),
    "timestamp": ("after", "until"),
}


def _leaves(entity: str) -> st.SearchStrategy[Written]:
    choices = [_fields(entity), _fields(entity), _dids(entity), _dids(entity), _contacteds(entity)]
    choices.append(_histories(entity))
    choices.append(st.just({"everyone": True}))
    if entity in _ROLES:
        choices.append(_one(_ROLES[entity], _one("set", st.booleans())))
    if entity in _SEGMENTS:
        choices.append(st.just({"segment": _SEGMENTS[entity]}))
    return st.one_of(choices)


def conditions(entity: str, depth: int = 3) -> st.SearchStrategy[Written]:
    """Any condition of an entity."""
    if not depth:
        return _leaves(entity)
    below = st.deferred(lambda: conditions(entity, depth - 1))
    parts = st.lists(below, min_size=1, max_size=3)
    parents = [
        _one(link, st.deferred(lambda parent=parent: conditions(parent, depth - 1)))
        for link, parent in _LINKS[entity].items()
    ]
    return st.one_of(
        _leaves(entity),
        _one("all", parts),
        _one("any", parts),
        _one("none", parts),
        _one("not", below),
        *parents,
    )
