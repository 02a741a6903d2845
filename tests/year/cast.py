"""Who is in every simulated year, and what the catalog and the templates of its project say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.year.acts import CHAMPION, KEYS

__all__ = [
    "ACCOUNT",
    "ACCOUNTS",
    "ACTOR",
    "ADDRESS",
    "COLLEAGUES",
    "LIST",
    "NEW_YEAR",
    "PROJECT_ZONE",
    "TOPICS",
    "USER",
    "account_of",
    "customer",
    "settings",
]

ACTOR = "ann"
PROJECT_ZONE = "America/New_York"
NEW_YEAR = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
ZONES = ("", "America/New_York", "Australia/Lord_Howe", "Mars/Olympus", "Asia/Kolkata")
ADDRESS = {
    CHAMPION: "c1@example.com",
    **{key: f"u{5 if key == 6 else key}@example.com" for key in KEYS},
}
"""Customers 5 and 6 share one, and customer 4 is the champion of the second account."""

COLLEAGUES = frozenset(f"{name}@acme.example.com" for name in ("casey", "kim", "dana"))
ACCOUNTS = (
    (1, "A", "Cham", ADDRESS[CHAMPION], "Casey", "casey@acme.example.com"),
    (2, "B", "Ann4", ADDRESS[4], "Kim", "kim@acme.example.com"),
)

USER = {
    "entity": "user",
    "source": "product.users",
    "key": "user_id",
    "contact": {"name": "name", "email": "email", "timezone": "tz"},
    "links": {"account": "account_id"},
    "fields": {
        **{"user_id": "integer", "name": "text", "email": "text", "tz": "text", "stage": "text"},
        **dict.fromkeys(("is_busy", "is_ready", "is_done", "is_won", "is_troubled"), "boolean"),
        **{"renews_on": "date", "visits": "integer"},
    },
}
ACCOUNT = {
    "entity": "account",
    "source": "product.accounts",
    "key": "id",
    "people": {"champion": {"name": "champion_name", "email": "champion_email"}},
    "team": {"csm": {"name": "csm_name", "email": "csm_email"}},
    "fields": {"id": "integer", "name": "text"},
}
TOPICS = {"note": "", "tips": "tips", "bill": "bill", "asks": "asks"}
LIST = """\
---
subject: "{{ items | length }} for {{ recipient.name }}"
---
{% for item in items %}
- customer-{{ item.user.user_id }}.
{% endfor %}
"""


def customer(key: int) -> dict[str, Any]:
    """The row with which a customer begins the year."""
    return {
        **{"user_id": key, "account_id": account_of(key)},
        **{"name": f"Ann{key}", "email": ADDRESS[key]},
        **{"tz": ZONES[key % len(ZONES)], "stage": "abc"[key % 3]},
        **dict.fromkeys(("is_busy", "is_done", "is_won", "is_troubled"), 0),
        **{"is_ready": key % 2, "renews_on": "2026-04-07" if key == 2 else "", "visits": 0},
    }


def account_of(key: int) -> int:
    """Whose customer belongs to which account, all year."""
    return 1 + key % 2


def settings(url: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    """The project's own file, of a ledger at `url`."""
    smtp = {
        **{"type": "smtp", "host": "127.0.0.1", "tls": "none"},
        "from": {"name": "Dana", "email": "dana@acme.example.com"},
        "postal_address": "1 Main Street",
        "unsubscribe": {"mailto": "stop@acme.example.com"},
    }
    hook = {"type": "webhook", "url": "http://127.0.0.1:9/", "allow_private": True}
    topics = {"tips": {}, "bill": {"default": "required"}, "asks": {"default": "unsubscribed"}}
    return {
        **{"touchline": 1, "name": "year", "timezone": PROJECT_ZONE},
        "ledger": {"url": url},
        "connectors": {"product": {"type": "sql", "url": "sqlite:///data.db"}},
        "channels": {"email": smtp, "letters": smtp, "hook": hook},
        "people": {"dana": {"name": "Dana", "email": "dana@acme.example.com"}},
        "policy": {**policy, "topics": topics},
    }
