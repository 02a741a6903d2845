"""The strategies that draw a year: playbooks, edits, policies, days."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.year.acts import (
    CHAMPION,
    KEYS,
    Act,
    Admit,
    Ask,
    Book,
    ByHand,
    Change,
    Edit,
    Halt,
    Pass,
    Policy,
    Presence,
    Review,
    Status,
    Step,
    TaskDone,
    Till,
    Trouble,
    Vanish,
    Year,
)

__all__ = ["years"]

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
    st.sampled_from(("3 days after entered", "30 hours after entered")).map(
        lambda moment: {"until": moment}
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
_IN_TIME = {"on_failure": "continue", "max_lateness": "3 days"}
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
    optional={
        "assign": st.just("account.csm"),
        "close_when": st.just({"is_ready": True}),
        "outcomes": st.just(["yes", "no"]),
        "due": st.sampled_from(("2 business days", "1 month")),
    },
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
_hook = {"webhook": "hook", "body": {"text": "{{ user.name }}"}}
_AFTERWARDS = (
    {"wait": {"until": "2 days after step @last"}},
    {"email": "tips", "thread": "@last"},
    *(
        {"if": {"step": "@last", "is": became}, "then": [_hook], "else": [{"exit": "enough"}]}
        for became in ("sent", "skipped", "failed")
    ),
    {"email": "note", "only_if": {"step": "@last", "is": "sent"}, **_IN_TIME},
)
_AFTER_A_TASK = (
    {"step": "@last", "is": "done"},
    {"step": "@last", "is": "done", "outcome": "yes"},
    {"step": "@last", "is": "open"},
)
_linked = st.builds(
    lambda condition, mail, of, after, task, became: {
        "if": condition,
        "then": [{**mail, **of}, after],
        "else": [
            {**task, **of},
            {"wait": "2 days"},
            {"if": became, "then": [_hook], "else": [{"email": "note", **of}]},
        ],
    },
    *(_condition, _mails, _of_touches, st.sampled_from(_AFTERWARDS), _tasks),
    st.sampled_from(_AFTER_A_TASK),
)
"""What hangs on an earlier step stands beside it, where no edit parts the two."""

_of_the_second = st.one_of(*(_steps,) * 6, _linked)
_of_the_first = st.one_of(*(_steps,) * 5, _linked, st.just({"enroll": "@second"}))
"""Steps of the first playbook, which enrolls into the second: the other way were a ring."""

_goals = st.builds(
    lambda ends, levels: {
        **{"name": "won", "when": {"is_won": True}, "within": "20 days", "ends": ends},
        **levels,
    },
    st.booleans(),
    st.sampled_from(({}, {"levels": [["tried", {"is_ready": True}]]})),
)
_AGAIN = (
    *({"after": "10 days"}, "never", "always", {"after": "10 days"}, "always"),
    *({"per": "renews_on"}, {"times": 2}, {"after": "10 days", "each": "account"}),
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
                "again": st.sampled_from(_AGAIN),
                "holdout": st.sampled_from(("0%", "0%", "40%")),
                "per_run": st.sampled_from((100, 3)),
            },
            optional={
                "existing": st.sampled_from(("enter", "enter", "enter", "skip")),
                "fuse": st.sampled_from(({"matched": 6}, {"matched": 6}, {"matched": 2})),
            },
        ),
        "priority": st.sampled_from((10, 90)),
    },
    optional={
        "exit_when": st.just({"is_done": True}),
        "goal": _goals,
        "on_exit": st.just({"tasks": "close"}),
    },
)
_first_book = st.builds(Book, _heads, st.lists(_of_the_first, min_size=3, max_size=7))
_second_book = st.builds(Book, _heads, st.lists(_of_the_second, min_size=3, max_size=7))

# ---------------------------------------------------------------- days

_CAPS = (
    None,
    [{"channel": "email", "at_most": 1, "per": "1 day"}],
    [{"at_most": 2, "per": "7 days", "give_up": "3 days"}],
    [{"at_most": 2, "per": "3 days", "each": "account"}, {"at_most": 1, "per": "36 hours"}],
    [{"channel": "email", "topic": "tips", "at_most": 1, "per": "30 days", "give_up": "2 days"}],
)
_RATES = (
    *(None, None, None, {"email": "4 per hour"}),
    *({"per_sender": "2 per hour"}, {"hook": "2 per hour", "email": "6 per hour"}),
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
    st.builds(Policy, st.just("rates"), st.sampled_from(_RATES)),
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
_EDGES = ("00:00", "01:30", "03:00", "08:00", "09:00", "12:00", "17:00", "20:00", "23:00")
_TURNS = ("03-08", "04-05", "10-04", "11-01")
_DAYS_OFF = ("01-01", "01-19", "02-16", "03-07", "03-10", "05-25", "06-19", "07-03", "09-07")
_ZONES = ("America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
_tills = st.builds(
    Till,
    st.sampled_from(_EDGES),
    st.sampled_from(_ZONES),
    st.booleans(),
    st.sampled_from(((), (), _TURNS, (*_DAYS_OFF, "11-11", "11-26", "12-25"))),
)
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
    st.builds(Edit, st.just(1), _kinds, st.integers(0, 5), _of_the_second),
)
_VERDICTS = (
    *("approve", "approve", "edit", "drop"),
    *("approve and edit", "approve and forge", "edit and approve what was"),
)
_acts: st.SearchStrategy[Act] = st.one_of(
    *(_passes,) * 16,
    *(_tills,) * 3,
    st.builds(Admit, _books_of),
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
