"""Values and tests as people could write them: any operator, over fields of the project beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.oracle.worlds import DURATIONS, TEXTS, WORDS

__all__ = [
    "COMPARISONS",
    "ENTITIES",
    "EVENTS",
    "LINKS",
    "PAIRS",
    "PATHS",
    "ROLES",
    "SEGMENTS",
    "TRACKED",
    "Written",
    "count_tests",
    "counts",
    "durations",
    "field_of",
    "lists",
    "merged",
    "moments",
    "number_field",
    "numbers",
    "of_kind",
    "one",
    "tests_among",
    "tests_of",
    "texts",
]

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
        **dict.fromkeys(("users", "active_users", "below", "roles", "quotas"), "integer"),
        **dict.fromkeys(("most_visits", "colours", "keen_users", "rung"), "integer"),
        **dict.fromkeys(("mean_weight", "spent", "bought", "moods", "best_mood"), "number"),
        "since_sign_up": "integer",
        "first_sign_up": "timestamp",
        "last_born": "date",
        "nicks": "list of rows",
        "last_notes": "text",
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
        **dict.fromkeys(("logins", "logins_lately", "uses_since", "kinds_used"), "integer"),
        **dict.fromkeys(("days_used", "weeks_in", "months_in", "tries", "most_tries"), "integer"),
        **dict.fromkeys(("first_tries", "days_to_use", "days_since_seen"), "integer"),
        **dict.fromkeys(("days_between_ends", "rung"), "integer"),
        **dict.fromkeys(("seconds", "mean_seconds", "tries_a_login", "share"), "number"),
        **dict.fromkeys(("quota_a_seat", "over_quota", "mood", "sternly", "known"), "number"),
        **dict.fromkeys(("first_sent", "first_used", "last_login"), "timestamp"),
        **dict.fromkeys(("last_due", "due_at_last"), "date"),
        "features": "list",
        "last_feature": "text",
    },
    "ticket": {
        "code": "text",
        "severity": "text",
        "opened_at": "timestamp",
        "due_on": "date",
        "spent": "number",
        "waits": "integer",
        "reopened_since": "integer",
        "cost": "number",
        "share": "number",
        "last_reason": "text",
    },
}
LINKS: Mapping[str, Mapping[str, str]] = {
    "account": {"parent": "account"},
    "user": {"account": "account"},
    "ticket": {"opener": "user", "account": "account"},
}
ROLES = {"account": "champion", "user": "boss"}
SEGMENTS = {"account": "large", "user": "heavy"}
_USED = {
    "feature": "text",
    "seconds": "number",
    "tries": "integer",
    "beta": "boolean",
    "due_on": "date",
    "sent_at": "timestamp",
}
EVENTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
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


TRACKED: Mapping[str, Mapping[str, str]] = {
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
        for link, parent in LINKS[entity].items():
            for path, kind in _paths(parent, depth - 1).items():
                found[f"{link}.{path}"] = kind
    return found


PATHS = {entity: _paths(entity) for entity in ENTITIES}


def of_kind(entity: str, *kinds: str) -> list[str]:
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
    fields = st.sampled_from(of_kind(entity, "date", "timestamp"))
    return st.one_of(
        st.sampled_from(WORDS),
        st.builds("{} ago".format, durations),
        st.builds("in {}".format, durations),
        fields,
        st.builds("{} {} {}".format, durations, st.sampled_from(["before", "after"]), fields),
    )


def field_of(entity: str, *kinds: str) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries({"field": st.sampled_from(of_kind(entity, *kinds))})


def number_field(entity: str) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries(
        {"field": st.sampled_from(of_kind(entity, "integer", "number"))},
        optional={
            "multiplied_by": st.sampled_from([0.5, 2, -1, 0.9]),
            "plus": st.sampled_from([0, 1, -1, 0.1]),
        },
    )


def lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=3)


def one(word: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries({word: values})


def _equality(values: st.SearchStrategy[Any]) -> list[st.SearchStrategy[Written]]:
    return [
        one("is", values),
        one("is_not", values),
        one("one_of", lists(values)),
        one("none_of", lists(values)),
        one("set", st.booleans()),
    ]


def merged(tests: Sequence[Written]) -> Written:
    return {word: value for test in tests for word, value in test.items()}


def tests_among(
    forms: Sequence[st.SearchStrategy[Written]], *bare: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """One operator, or rarely two, or a bare value or list."""
    alone = st.one_of(*forms)
    return st.one_of(alone, alone, st.tuples(alone, alone).map(merged), *bare)


def _number_tests(entity: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    others = st.one_of(values, number_field(entity))
    pairs = st.tuples(st.integers(-2, 3), st.integers(3, 9)).map(list)
    forms = [
        *_equality(values),
        one("is", number_field(entity)),
        one("is_not", number_field(entity)),
        *(one(word, others) for word in ("more_than", "at_least", "less_than", "at_most")),
        one("between", pairs),
    ]
    return tests_among(forms, values, lists(values))


def count_tests() -> st.SearchStrategy[Any]:
    forms = [
        *(one(word, counts) for word in ("is", "is_not", "more_than", "at_least")),
        *(one(word, counts) for word in ("less_than", "at_most")),
        one("between", st.tuples(st.integers(0, 2), st.integers(2, 5)).map(list)),
    ]
    return tests_among(forms, counts)


def _text_tests(entity: str) -> st.SearchStrategy[Any]:
    others = st.one_of(texts, field_of(entity, "text"))
    forms = [
        *_equality(texts),
        one("is", field_of(entity, "text")),
        one("is_not", field_of(entity, "text")),
        *(one(word, others) for word in ("contains", "starts_with", "ends_with")),
    ]
    cased = st.one_of(*(form for form in forms)).filter(lambda test: "set" not in test)
    ignoring = cased.map(lambda test: {**test, "ignore_case": True})
    return st.one_of(tests_among(forms, texts, lists(texts)), ignoring)


def _boolean_tests(entity: str) -> st.SearchStrategy[Any]:
    forms = [
        one("is", st.one_of(st.booleans(), field_of(entity, "boolean"))),
        one("is_not", st.one_of(st.booleans(), field_of(entity, "boolean"))),
        one("set", st.booleans()),
    ]
    return tests_among(forms, st.booleans())


def _list_tests(entity: str, *kinds: str) -> st.SearchStrategy[Any]:
    """Other sides are values, and fields of some kinds: of a list of rows there are none."""
    member = st.sampled_from(TEXTS)
    forms = [
        one("includes", st.one_of(member, *[field_of(entity, *kinds)] if kinds else [])),
        one("includes_any", lists(member)),
        one("includes_all", lists(member)),
        one("set", st.booleans()),
    ]
    return tests_among(forms)


def _moment_tests(entity: str) -> st.SearchStrategy[Any]:
    when = moments(entity)
    days = tests_among(
        [
            *(one(word, st.sampled_from([-30, -1, 0, 1, 7, 30])) for word in COMPARISONS),
            one("is_not", st.sampled_from([0, 1, 30])),
            one("between", st.tuples(st.integers(-31, 0), st.integers(1, 31)).map(list)),
        ],
        st.sampled_from([0, 1, 7, 28, 30]),
    )
    forms = [
        *(one(word, when) for word in ("before", "after", "since", "until", "on", "is", "is_not")),
        one("one_of", lists(when)),
        one("none_of", lists(when)),
        one("set", st.booleans()),
        one("between", st.sampled_from(PAIRS)),
        one("within", durations),
        one("in_next", durations),
        one("days_ago", days),
        one("days_from_now", days),
        one("anniversary", one("in_next", durations)),
    ]
    return tests_among(forms, when)


COMPARISONS = ("is", "more_than", "at_least", "less_than", "at_most")
PAIRS = (
    ["30 days ago", "yesterday"],
    ["yesterday", "tomorrow"],
    ["2 hours ago", "now"],
    ["start of month", "today"],
    ["2026-03-08", "2026-03-10T13:00:00Z"],
)


def tests_of(kind: str, entity: str) -> st.SearchStrategy[Any]:
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
            return _list_tests(entity, "text")
        case "list of rows":
            return _list_tests(entity)
        case _:
            return _moment_tests(entity)
