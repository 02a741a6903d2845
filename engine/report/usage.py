"""Examples for `--help`: each runs as it stands in the project that `touchline demo` makes."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EXAMPLES"]

_INSIGHTS = "insights --stayed kept_using --left went_quiet --since signed_up_at"

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "init": ("init shop", "init pilot --reference"),
    "demo": ("demo", "demo small --users 1000 --events 20000"),
    "add": ("add", "add no-login-7-days --as first-login"),
    "schema": ("schema --out schemas", "schema --project --out schemas"),
    "validate": ("validate", "validate playbooks emails --format github", "validate --sources"),
    "lint": ("lint", "lint emails", "lint --rules"),
    "segment": (
        "segment feature-checkup --limit 5",
        "segment trained --count",
        "segment feature-checkup --as-of 2026-03-10T09:00 --format json",
    ),
    "compile": ("compile feature-checkup", "compile trained --format json"),
    "explain": ("explain feature-checkup --for 17", "explain trained --for 17 --format json"),
    "preview": (
        "preview feature-checkup --for 17",
        "preview feature-checkup --for 17 --step email-1 --format json",
    ),
    "test": ("test", "test playbooks --coverage", "test --format junit"),
    "diff": ("diff main", "diff main HEAD --format github"),
    "simulate": (
        "simulate --from 2026-03-02 --to 2026-03-06",
        "simulate feature-checkup --from 2026-03-02 --to 2026-03-06 --out days.svg",
    ),
    "graph": ("graph feature-checkup", "graph --out project.svg"),
    "metrics": ("metrics", "metrics --format csv"),
    "insights": (f"{_INSIGHTS} --left-at last_seen_at",),
    "run": ("run --dry-run", "run feature-checkup --dry-run --format json", "run"),
    "enroll": ("enroll feature-checkup --for 17 --anyway",),
    "leave": ('leave feature-checkup --for 17 --why "talked on the phone"',),
    "daemon": ("daemon", "daemon --once", "daemon --metrics-port 9187"),
    "worker": ("worker",),
    "connectors": ("connectors", "connectors check"),
    "track": ("track",),
    "status": ("status", "status --format json"),
    "held": ("held", "held show ID", "held approve ID", 'held drop ID --why "wrong list"'),
    "tasks": ("tasks", "tasks done ID --outcome reached", "tasks reassign ID --to house.dana"),
    "halt": ('halt --why "wrong text"', "halt feature-checkup"),
    "resume": ("resume feature-checkup", "resume --yes"),
    "inbound": ("inbound bounces.mbox", "inbound --format ses events.ndjson --json"),
    "suppress": (
        "suppress",
        'suppress add ann@example.com --why "asked on the phone"',
        "suppress remove ann@example.com",
    ),
    "erase": ("erase 17 --entity user", "erase 17 --entity user --yes"),
    "audit": ('audit show --for 17 --since "7 days"', "audit verify", "audit checkpoint"),
    "ledger": ("ledger check", "ledger migrate"),
}
"""By command, what is said behind `touchline`; `ID` is what the list of that command tells."""
