"""Five customers in the words of the reference catalog, whose figures can be counted by hand.

The revenue of the four of a year ago is the worked check of gross and net retention: 10.0 then,
1.8 grown, 0.6 shrunk and 0.9 gone, so 85 % and 103 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.fakes import FakeDatabase, FakeTable
from tests.metrics.town import Row

__all__ = ["AS_OF", "COLUMNS", "REFERENCE", "ROWS", "ago", "customers", "day"]

REFERENCE = Path(__file__).parents[2] / "connectors/demo/reference"
"""The project with the reference catalog and its metrics."""

AS_OF = datetime(2026, 3, 10, 13, tzinfo=UTC)
"""9:00 in New York, where the days of the project are. It is a Tuesday."""


def ago(days: int) -> str:
    """Noon UTC, so many days ago, which is the same day in New York."""
    return f"{day(days)}T12:00:00Z"


def day(days: int) -> str:
    """The day so many days ago; before today where it is above 0."""
    return (AS_OF.date() - timedelta(days=days)).isoformat()


COLUMNS: Mapping[str, Sequence[str]] = {
    "crm.accounts": (
        *("id", "name", "status", "plan", "size", "touch_model", "csm_name", "csm_email"),
        *("champion_name", "champion_email", "sponsor_name", "sponsor_email", "admin_name"),
        *("admin_email", "billing_name", "billing_email", "ae_name", "ae_email"),
        *("executive_name", "executive_email", "arr", "arr_year_ago", "stage"),
        *("stage_entered_on", "contract_start", "handed_over_on", "success_criteria"),
        *("onboarding_due_on", "onboarding_completed_at", "first_value_on", "renews_on"),
        *("notice_on", "renewal_status", "churned_on", "churn_reason", "churn_kind", "health"),
        *("risk", "risk_reason", "seats", "seats_invited", "seats_activated", "modules"),
    ),
    "product.users": (
        *("user_id", "account_id", "full_name", "first_name", "email", "tz", "lang", "role"),
        *("persona", "created_at", "onboarded_at", "left_on", "is_deleted"),
    ),
    "product.events": ("user_id", "occurred_at", "name", "feature", "course", "seconds"),
    "product.signals": ("user_id", "occurred_at", "name"),
    "crm.surveys": (
        *("survey_id", "account_id", "user_id", "kind", "score", "comment", "answered_at"),
    ),
    "crm.calls": ("contact_id", "held_at"),
    "crm.mails": ("contact_id", "sent_at", "direction", "author"),
    "crm.tickets": (
        *("ticket_id", "account_id", "contact_id", "priority", "status", "escalated"),
        *("opened_at", "closed_at"),
    ),
    "crm.meetings": (
        *("meeting_id", "account_id", "kind", "status", "starts_at", "sponsor_present"),
    ),
    "crm.objectives": (
        *("objective_id", "account_id", "goal", "baseline", "target", "current"),
        *("confirmed_by", "confirmed_on", "defended_on"),
    ),
    "crm.opportunities": (
        *("opportunity_id", "account_id", "kind", "status", "closed_on", "amount"),
    ),
}

_ACCOUNT = {"status": "active", "touch_model": "named", "size": "mid"}

_ACCOUNTS = (
    {
        **{"id": 1, "plan": "pro", "arr": 5.8, "arr_year_ago": 4.0, "seats": 10},
        **{"seats_activated": 9, "modules": 4, "contract_start": day(365), "health": "green"},
        **{"onboarding_completed_at": ago(325), "first_value_on": day(345), "stage": "value"},
        **{"onboarding_due_on": day(335), "stage_entered_on": day(40), "risk": "none"},
        **{"renews_on": day(-20)},
    },
    {
        **{"id": 2, "plan": "pro", "arr": 2.4, "arr_year_ago": 3.0, "seats": 20},
        **{"seats_activated": 4, "modules": 2, "contract_start": day(99), "health": "red"},
        **{"onboarding_due_on": day(60), "stage": "onboarding", "stage_entered_on": day(99)},
        **{"risk": "at_risk", "renews_on": day(-90), "first_value_on": day(39)},
    },
    {
        **{"id": 3, "plan": "free", "arr": 0.0, "arr_year_ago": 0.9, "seats": 5},
        **{"status": "churned", "seats_activated": 0, "contract_start": day(700)},
        **{"churned_on": day(30), "health": "green", "risk": "at_risk", "renews_on": day(30)},
    },
    {
        **{"id": 4, "plan": "enterprise", "arr": 2.1, "arr_year_ago": 2.1, "modules": 5},
        **{"contract_start": day(221), "health": "green", "stage": "value"},
        **{"onboarding_completed_at": ago(191), "onboarding_due_on": day(211)},
        **{"stage_entered_on": day(20), "risk": "at_risk", "renews_on": day(-91)},
    },
    {
        **{"id": 5, "plan": "pro", "arr": 7.0, "seats": 10, "seats_activated": 10},
        **{"contract_start": day(18), "onboarding_due_on": day(-10), "stage": "onboarding"},
        **{"stage_entered_on": day(18), "touch_model": "digital", "size": "small"},
    },
)

_USERS = (
    {"user_id": 1, "account_id": 1, "role": "admin", "persona": "champion", "created_at": ago(90)},
    {"user_id": 2, "account_id": 1, "role": "member", "persona": "sponsor", "created_at": ago(60)},
    {"user_id": 3, "account_id": 1, "role": "member", "persona": "buyer", "created_at": ago(400)},
    {"user_id": 4, "account_id": 2, "role": "admin", "persona": "champion", "created_at": ago(80)},
    {"user_id": 5, "account_id": 2, "role": "member", "persona": "champion", "created_at": ago(5)},
    {"user_id": 6, "account_id": 4, "role": "admin", "created_at": ago(200)},
    {"user_id": 7, "account_id": 3, "role": "admin", "persona": "buyer", "created_at": ago(600)},
    {"user_id": 8, "account_id": 4, "role": "member", "created_at": ago(20), "left_on": day(3)},
)


def _event(user: int, name: str, days: int, **more: object) -> Mapping[str, object]:
    return {"user_id": user, "name": name, "occurred_at": ago(days), **more}


_EVENTS = (
    # logins of the last 28 whole days: 7 of user 1 on 7 days, 1 of user 2, 2 of user 4 on one day
    *(_event(1, "login", days) for days in (1, 2, 3, 4, 8, 9, 28)),
    _event(2, "login", 10),
    *(_event(4, "login", 20) for _ in range(2)),
    # of the 28 before: 2 of user 1, 3 of user 4, 4 of user 7
    *(_event(1, "login", days) for days in (29, 56)),
    *(_event(4, "login", days) for days in (30, 31, 32)),
    *(_event(7, "login", days) for days in (40, 41, 42, 43)),
    # today counts for `within`, not among whole days; 57 days ago counts nowhere
    _event(6, "login", 0),
    _event(6, "login", 57),
    # core work
    *(_event(1, "feature_used", days, feature="reports") for days in (2, 9, 16, 85)),
    _event(1, "feature_used", 3, feature="api"),
    _event(2, "feature_used", 12, feature="reports"),
    _event(4, "feature_used", 70, feature="export"),
    _event(4, "feature_used", 50, feature="reports"),
    _event(6, "feature_used", 100, feature="reports"),
    # trained
    _event(1, "training_completed", 88, course="start"),
    _event(2, "training_completed", 40, course="start"),
    _event(4, "training_completed", 75, course="start"),
    _event(5, "training_completed", 4, course="start"),
)


def _answer(number: int, user: int, score: int, days: int, kind: str = "nps") -> Row:
    return (number, None, user, kind, score, None, ago(days))


ROWS: Mapping[str, Sequence[Mapping[str, object]]] = {
    "crm.accounts": [{**_ACCOUNT, **each} for each in _ACCOUNTS],
    "product.users": [{"is_deleted": False, **each} for each in _USERS],
    "product.events": _EVENTS,
    "product.signals": [],
    "crm.surveys": [
        dict(zip(COLUMNS["crm.surveys"], row, strict=True))
        for row in (
            # 10 9 9 8 7 6 0, the last of each person: 3 promoters and 2 detractors of 7
            *(_answer(1, 1, 10, 30), _answer(2, 2, 9, 40), _answer(3, 3, 9, 100)),
            *(_answer(4, 4, 6, 10), _answer(5, 4, 10, 20), _answer(6, 5, 0, 2)),
            *(_answer(7, 6, 7, 50), _answer(8, 7, 8, 60)),
            # two years ago is too long ago
            _answer(9, 8, 3, 700),
            # 5, 4 and 2 of 5
            *(_answer(10, 1, 5, 9, "csat"), _answer(11, 2, 4, 9, "csat")),
            _answer(12, 4, 2, 9, "csat"),
        )
    ],
    # the detractor of 10 days ago was called after a day; the other one's 48 hours are just over
    "crm.calls": [{"contact_id": 4, "held_at": ago(9)}, {"contact_id": 7, "held_at": ago(100)}],
    "crm.mails": [
        {"contact_id": 3, "sent_at": ago(80), "direction": "in"},
        {"contact_id": 1, "sent_at": ago(44), "direction": "out", "author": "Dana"},
    ],
    "crm.tickets": [{"ticket_id": 1, "contact_id": 6, "opened_at": ago(91)}],
    "crm.meetings": [
        {
            **{"meeting_id": 1, "account_id": 1, "kind": "kickoff", "status": "held"},
            **{"starts_at": ago(355), "sponsor_present": True},
        },
        {
            **{"meeting_id": 2, "account_id": 1, "kind": "review", "status": "held"},
            **{"starts_at": ago(46), "sponsor_present": True},
        },
        {
            **{"meeting_id": 3, "account_id": 2, "kind": "kickoff", "status": "cancelled"},
            **{"starts_at": ago(95), "sponsor_present": False},
        },
        {
            **{"meeting_id": 4, "account_id": 2, "kind": "kickoff", "status": "held"},
            **{"starts_at": ago(69), "sponsor_present": False},
        },
    ],
    "crm.objectives": [
        dict(zip(COLUMNS["crm.objectives"], row, strict=True))
        for row in (
            # account 1: half way, beyond the target, and one without numbers; confirmed
            (1, 1, "faster", 10.0, 4.0, 7.0, "Ann", day(100), None),
            (2, 1, "more", 0.0, 10.0, 12.0, None, None, None),
            (3, 1, "better", None, None, None, None, None, None),
            # account 2: worse than where it began, and a fifth of the way
            (4, 2, "faster", 10.0, 4.0, 11.0, None, None, None),
            (6, 2, "calmer", 5.0, 10.0, 6.0, None, None, None),
            # account 4: a goal without a baseline, confirmed too long ago
            (5, 4, "cheaper", None, 5.0, 6.0, "Bo", day(181), None),
        )
    ],
    "crm.opportunities": [
        dict(zip(COLUMNS["crm.opportunities"], row, strict=True))
        for row in (
            (1, 1, "renewal", "won", day(10), 4.0),
            (2, 3, "renewal", "lost", day(30), 1.0),
            (3, 4, "renewal", "won", day(400), 9.0),
            (4, 2, "renewal", "open", None, 3.0),
            (5, 1, "expansion", "won", day(10), 8.0),
        )
    ],
}
"""The rows of each table; what a row does not name is missing."""


def customers(rows: Mapping[str, Sequence[Mapping[str, object]]] = ROWS) -> FakeDatabase:
    """A store with these rows; all tables that the catalog names are there."""
    return FakeDatabase(
        {
            name: FakeTable([{**dict.fromkeys(columns), **row} for row in rows[name]], columns)
            for name, columns in COLUMNS.items()
        }
    )
