"""What can happen in a year, and the strategies that draw it: playbooks, edits, policies, days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

__all__ = [
    "CHAMPION",
    "KEYS",
    "Act",
    "Ask",
    "Book",
    "ByHand",
    "Change",
    "Edit",
    "Halt",
    "Pass",
    "Policy",
    "Presence",
    "Review",
    "Status",
    "TaskDone",
    "Trouble",
    "Vanish",
    "Year",
    "years",
]

KEYS = tuple(range(1, 8))
CHAMPION = 0
"""Who is no customer, and is written to as one: the champion of the first account."""
Step = dict[str, Any]


# ---------------------------------------------------------------- acts


@dataclass(frozen=True)
class Pass:
    """So many minutes go by, then a pass; with `fires` those who match may enter."""

    minutes: int
    fires: bool


@dataclass(frozen=True)
class Change:
    """A field of a customer is something else now."""

    key: int
    field: str
    value: Any


@dataclass(frozen=True)
class Presence:
    """A customer is in the source, or is not."""

    key: int
    present: bool


@dataclass(frozen=True)
class Edit:
    """A playbook's file is edited: a step is put in, taken out, moved or renamed, …"""

    book: int
    kind: str
    place: int
    step: Any


@dataclass(frozen=True)
class Status:
    """A playbook is paused, or goes on."""

    book: int
    paused: bool


@dataclass(frozen=True)
class Vanish:
    """A playbook's file is deleted, and another one is written in its place."""

    instead: Book


@dataclass(frozen=True)
class Halt:
    """`touchline halt` or `touchline resume`, of everything (None) or of one playbook."""

    book: int | None
    on: bool


@dataclass(frozen=True)
class Policy:
    """One part of the policy is something else now; None: it is gone."""

    part: str
    value: Any


@dataclass(frozen=True)
class Ask:
    """A customer does not want to hear of a topic (empty: of anything), or asks for it."""

    key: int
    topic: str
    wants: bool


@dataclass(frozen=True)
class ByHand:
    """`touchline enroll` or `touchline leave`."""

    book: int
    key: int
    enters: bool


@dataclass(frozen=True)
class TaskDone:
    """Somebody did one of the open tasks."""

    number: int


@dataclass(frozen=True)
class Review:
    """One of the drafts that wait is approved, edited (and waits on) or dropped.

    What is approved may not be edited any more, nor what was edited be approved as it read before;
    and what somebody forges in the ledger waits again.
    """

    number: int
    verdict: str


@dataclass(frozen=True)
class Trouble:
    """What the mail server says from now on."""

    answer: str


Act = (
    Pass
    | Change
    | Presence
    | Edit
    | Status
    | Vanish
    | Halt
    | Policy
    | Ask
    | ByHand
    | TaskDone
    | Review
    | Trouble
)


@dataclass(frozen=True)
class Book:
    """A playbook as it is first written; `head` is all but its name and steps."""

    head: dict[str, Any]
    steps: list[Step]


@dataclass(frozen=True)
class Year:
    """How a year begins, and what happens in it. `start` is in hours after New Year's Eve, UTC."""

    start: int
    books: tuple[Book, Book]
    policy: tuple[Policy, ...]
    acts: list[Act]


# ---------------------------------------------------------------- steps

_FIELDS = ("is_busy", "is_ready")
_condition = st.sampled_from(_FIELDS).map(lambda name: {name: True})
_DURATIONS = (
    *("90 minutes", "36 hours", "1 day", "5 days", "2 weeks", "1 month"),
    *("1 business day", "3 business days"),
)
_waits = st.one_of(
    st.sampled_from(_DURATIONS),
    st.sampled_from(("3 days", "2 business days")).map(
        lambda said: {"until": f"{said} before renews_on"}
    ),
    st.builds(
        lambda day, at: {"weekday": day, "at": at},
        st.sampled_from(("monday", "sunday")),
        st.sampled_from(("09:00", "02:30", "01:45")),
    ),
)
_limits = st.sampled_from(("2 hours", "3 days", "2 business days"))
_hold = st.builds(
    lambda when, at_most, then: {"when": when, "at_most": at_most, "then": then},
    _condition,
    _limits,
    st.sampled_from(("skip", "go")),
)
_borne = st.fixed_dictionaries({}, optional={"only_if": _condition, "hold_while": _hold})
_seldom_borne = st.one_of(*(st.just({}),) * 4, _borne)
_of_touches = st.fixed_dictionaries(
    {
        "on_failure": st.sampled_from(("continue", "continue", "exit")),
        "max_lateness": st.sampled_from(("3 days", "10 days", "12 hours")),
    }
)
_mails = st.one_of(
    st.sampled_from(("note", "tips", "note", "bill", "asks")).map(lambda name: {"email": name}),
    st.sampled_from(("note", "tips")).map(lambda name: {"email": name}),
)
_addressed = st.sampled_from(
    (
        *({},) * 6,
        {"to": ["user", "account.champion"]},
        {"to": [["account.champion", "user"], "account.csm"]},
        {"cc": "account.champion"},
        {"cc": ["account.csm", "account.champion"]},
        {"approve": "house.dana"},
        {"approve": "house.dana", "cc": "account.champion"},
    )
)
_tasks = st.fixed_dictionaries(
    {"task": st.just("Call {{ user.name }}"), "kind": st.just("call")},
    optional={"assign": st.just("account.csm"), "close_when": st.just({"is_ready": True})},
)
_gathered = st.builds(
    lambda by, cron: {"email": "list", "digest": {"by": f"account.{by}", "schedule": cron}},
    st.sampled_from(("csm", "champion")),
    st.sampled_from(("0 12 * * *", "30 2 * * 0", "0 9 1 * *")),
)
_touches = st.builds(
    lambda step, of, borne: {**step, **of, **borne},
    st.one_of(
        *(st.builds(lambda mail, persons: {**mail, **persons}, _mails, _addressed),) * 4,
        _tasks,
        _gathered,
        st.just({"update": "user", "set": {"visits": {"add": 1}}}),
        st.just({"webhook": "hook", "body": {"text": "{{ user.name }}"}}),
    ),
    _of_touches,
    _seldom_borne,
)
_still = st.builds(lambda wait, borne: {"wait": wait, **borne}, _waits, _seldom_borne)
_plain = st.one_of(_touches, _touches, _still)


def _branching(inner: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    some = st.lists(inner, min_size=1, max_size=2)
    leaving = st.builds(lambda steps: [*steps, {"exit": "enough"}], st.lists(inner, max_size=1))
    then = st.one_of(some, leaving)
    return st.one_of(
        inner,
        st.builds(lambda c, t, e: {"if": c, "then": t, "else": e}, _condition, then, some),
        st.builds(
            lambda c, limit, t, e: {"wait_for": c, "at_most": limit, "then": t, "else": e},
            *(_condition, _limits, then, some),
        ),
        st.builds(
            lambda a, b: {
                "split": [
                    {"name": "a", "share": "50%", "steps": a},
                    {"name": "b", "share": "50%", "steps": b},
                ]
            },
            *(some, some),
        ),
    )


_steps = st.one_of(_plain, _plain, _branching(_branching(_plain)))
_of_the_first = st.one_of(*(_steps,) * 5, st.just({"enroll": "@second"}))
"""Steps of the first playbook, which enrolls into the second: the other way were a ring."""

_goals = st.builds(
    lambda ends, levels: {
        **{"name": "won", "when": {"is_won": True}, "within": "20 days", "ends": ends},
        **levels,
    },
    st.booleans(),
    st.sampled_from(({}, {"levels": [["tried", {"is_ready": True}]]})),
)
_heads = st.fixed_dictionaries(
    {
        "segment": st.sampled_from((["a", "b"], ["a", "b", "c"])).map(
            lambda stages: {"of": "user", "where": [{"stage": stages}]}
        ),
        "schedule": st.sampled_from(("America/New_York", "Australia/Lord_Howe")).map(
            lambda zone: {"cron": "0 9 * * *", "timezone": zone}
        ),
        "entry": st.fixed_dictionaries(
            {
                "again": st.sampled_from(({"after": "10 days"}, "never", "always")),
                "holdout": st.sampled_from(("0%", "0%", "40%")),
                "per_run": st.sampled_from((100, 3)),
            },
        ),
        "priority": st.sampled_from((10, 90)),
    },
    optional={"exit_when": st.just({"is_done": True}), "goal": _goals},
)
_first_book = st.builds(Book, _heads, st.lists(_of_the_first, min_size=3, max_size=7))
_second_book = st.builds(Book, _heads, st.lists(_steps, min_size=3, max_size=7))

# ---------------------------------------------------------------- days

_CAPS = (
    None,
    [{"channel": "email", "at_most": 1, "per": "1 day"}],
    [{"at_most": 2, "per": "7 days", "give_up": "3 days"}],
    [{"at_most": 2, "per": "3 days", "each": "account"}, {"at_most": 1, "per": "36 hours"}],
    [{"channel": "email", "topic": "tips", "at_most": 1, "per": "30 days", "give_up": "2 days"}],
)
_policies = st.one_of(
    st.builds(
        Policy,
        st.just("send_window"),
        st.sampled_from(
            (
                {"from": "08:00", "to": "20:00"},
                None,
                {"days": "mon-fri", "from": "09:00", "to": "17:00"},
                {"from": "01:30", "to": "03:00"},
                {"from": "20:00", "to": "23:00"},
            )
        ),
    ),
    st.builds(Policy, st.just("holidays"), st.sampled_from((None, "US"))),
    st.builds(
        Policy,
        st.just("pause_dates"),
        st.sampled_from((None, ["2026-03-07..2026-03-10"], ["2026-12-24..2027-01-02"])),
    ),
    st.builds(Policy, st.just("frequency_caps"), st.sampled_from(_CAPS)),
    st.builds(Policy, st.just("one_at_a_time"), st.sampled_from((None, True))),
    st.builds(Policy, st.just("rates"), st.sampled_from((None, None, {"email": "4 per hour"}))),
    st.builds(
        Policy,
        st.just("tasks"),
        st.sampled_from((None, {"notify": "at_once"}, {"notify": "0 8 * * 1"})),
    ),
    st.builds(
        Policy,
        st.just("never_contact"),
        st.sampled_from(
            (None, [{"segment": "troubled"}], [{"segment": "troubled", "topics": ["tips"]}])
        ),
    ),
)
_books_of = st.sampled_from((0, 1))
_keys = st.sampled_from(KEYS)
_MINUTE, _HOUR, _DAY = 1, 60, 60 * 24
_gaps = st.one_of(
    st.integers(1, 6 * _HOUR),
    st.integers(6 * _HOUR, 3 * _DAY),
    st.integers(3 * _DAY, 25 * _DAY),
)
_passes = st.builds(Pass, _gaps, st.sampled_from((True, True, False)))
_changes = st.one_of(
    st.builds(Change, _keys, st.just("stage"), st.sampled_from(("a", "b", "b", "c", ""))),
    st.builds(
        Change,
        _keys,
        st.sampled_from((*_FIELDS, "is_done", "is_won", "is_troubled")),
        st.booleans(),
    ),
    st.builds(
        Change,
        _keys,
        st.just("renews_on"),
        st.sampled_from(("", "2026-03-09", "2026-04-07", "2026-07-06", "2026-11-02", "2027-01-04")),
    ),
)
_kinds = st.sampled_from(
    ("insert", "delete", "rename step", "reorder", "rename", "keep", "move", "exit")
)
_edits = st.one_of(
    st.builds(Edit, st.just(0), _kinds, st.integers(0, 5), _of_the_first),
    st.builds(Edit, st.just(1), _kinds, st.integers(0, 5), _steps),
)
_VERDICTS = (
    *("approve", "approve", "edit", "drop"),
    *("approve and edit", "approve and forge", "edit and approve what was"),
)
_acts: st.SearchStrategy[Act] = st.one_of(
    *(_passes,) * 18,
    *(_changes,) * 4,
    st.builds(Presence, _keys.filter(lambda key: key > 1), st.booleans()),
    _edits,
    _edits,
    st.builds(Status, _books_of, st.booleans()),
    st.builds(Vanish, _second_book),
    st.builds(Halt, st.sampled_from((None, 0, 1)), st.booleans()),
    _policies,
    _policies,
    st.builds(
        Ask,
        st.sampled_from((CHAMPION, *KEYS)),
        st.sampled_from(("", "tips", "bill", "asks")),
        st.booleans(),
    ),
    st.builds(ByHand, _books_of, _keys, st.booleans()),
    st.builds(TaskDone, st.integers(0, 5)),
    *(st.builds(Review, st.integers(0, 5), st.sampled_from(_VERDICTS)),) * 2,
    st.builds(Trouble, st.sampled_from(("sent", "sent", "later", "refused", "mailbox", "unknown"))),
)


def years(most: int) -> st.SearchStrategy[Year]:
    """Years of up to so many acts; each begins where it likes, often near a change of clocks."""
    starts = st.sampled_from((9, 66 * 24, 93 * 24, 276 * 24, 303 * 24, 355 * 24))
    return st.builds(
        Year,
        starts,
        st.tuples(_first_book, _second_book),
        st.lists(_policies, min_size=1, max_size=4).map(tuple),
        st.lists(_acts, min_size=most * 2 // 3, max_size=most),
    )
