"""A small business in which every form of the language can be asked, and every form asked once."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.sources.files import FilesDatabase, Folder
from engine.audience.history import HistoryRow
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.playbook import Audience
from engine.compile.terms import Part
from engine.read.load import load_project
from tests.audience.shop import Log, at, contact

__all__ = ["ACCOUNTS", "USERS", "Enrolled", "sources", "write_project"]

SETTINGS = """\
touchline: 1
name: explained
timezone: America/New_York
connectors: {s: {type: files, path: data}}
"""
ACCOUNT = """\
entity: account
source: s.accounts
key: id
label: name
people:
  champion: {name: champion_name, email: champion_email}
  most_active: {user: {where: {role: admin}, highest: logins}}
team: {csm: {name: csm_name, email: csm_email}}
fields:
  id: text
  name: text
  plan: {type: text, values: [free, pro, enterprise]}
  seats: integer
  price: number
  renews_on: date
  is_partner: boolean
  tags: list
  users: {count: user}
  active_users: {count: user, where: [{did: logged_in, within: 30 days}]}
  seconds: {sum: user, of: seconds}
  mean_score: {average: user, of: seconds}
  most_logins: {highest: user, of: logins}
  least_logins: {lowest: user, of: logins}
  names: {list: user, of: name, at_most: 2}
  utilisation: {ratio: [active_users, seats]}
  days_left: {days_between: [today, renews_on]}
  health:
    score:
      use: {from: utilisation, weight: 3, worst: 0, best: 1}
      calm: {from: tickets, weight: 1, worst: 5, best: 0}
      talk: {from: mood, weight: 1, worst: 0, best: 10}
    missing: skip
  spare: {difference: [seats, active_users]}
  health_known: {confidence: health}
  roles: {count: user, distinct: role}
  rung: {level: [[used, {did: user.used}], [big, {seats: {at_least: 10}}]]}
  tickets: {count: ticket}
  mood: {average: survey, of: score}
  colour: {band: health, of: [[green, {at_least: 70}], [amber, {at_least: 40}], [red, {}]]}
  signals: {labels: {quiet: {did_not: ticket, within: 30 days}, big: {seats: {at_least: 10}}}}
events:
  ticket: {source: s.tickets, key: account_id, at: opened_at, properties: {severity: integer}}
  survey: {source: s.surveys, key: account_id, at: at, properties: {score: number}}
"""
USER = """\
entity: user
source: s.users
key: user_id
label: name
contact: {name: name, email: email}
links: {account: account_id}
track: [role]
fields:
  user_id: integer
  name: text
  email: text
  role: {type: text, values: [admin, member]}
  signed_up_at: {type: timestamp, required: true}
  onboarded_at: timestamp
  born_on: date
  logins: {count: logged_in}
  features: {count: used, distinct: feature, within: 30 days}
  days_used: {days: used, within: 30 days}
  seconds: {sum: used, of: seconds}
  mean: {average: used, of: seconds}
  longest: {highest: used, of: seconds}
  shortest: {lowest: used, of: seconds}
  first_login: {first: logged_in}
  last_login: {last: logged_in}
  last_feature: {last: used, of: feature}
  used_features: {list: used, of: feature, at_most: 3}
events:
  logged_in: {source: s.events, key: user_id, at: at, where: {name: login}}
  used:
    source: s.events
    key: user_id
    at: at
    where: {name: use}
    properties: {feature: text, seconds: number}
  called: {source: s.calls, key: user_id, at: at, counts_as: contact}
"""
PLAYBOOK = """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
steps: [{exit: done}]
"""
QUIET = "segment: quiet\nof: user\nwhere:\n  - did_not: used\n    within: 3 days\n"

TABLES: Mapping[str, Sequence[Sequence[object]]] = {
    "accounts": [
        (
            *("id", "name", "plan", "seats", "price", "renews_on", "is_partner", "tags"),
            *("champion_name", "champion_email", "csm_name", "csm_email"),
        ),
        (
            *("a", "Acme", "pro", 4, 99.5, "2026-04-01", "true", '["vip","eu"]'),
            *("Cam", "cam@a.example"),
            "",
            "",
        ),
        (*("b", "Bolt", "free", 20, 0, "", "false", ""), "", "", "", ""),
    ],
    "users": [
        (
            "user_id",
            "account_id",
            "name",
            "email",
            "role",
            "signed_up_at",
            "onboarded_at",
            "born_on",
        ),
        (
            1,
            "a",
            "Ann Lee",
            "ann@a.example",
            "admin",
            "2026-01-05T12:00Z",
            "2026-02-01T12:00Z",
            "1990-03-20",
        ),
        (2, "a", "Bo", "bo@a.example", "member", "2026-02-20T12:00Z", "", ""),
        (
            3,
            "b",
            "Cy",
            "cy@b.example",
            "member",
            "2025-12-01T12:00Z",
            "2026-01-01T12:00Z",
            "1980-12-31",
        ),
    ],
    "events": [
        ("user_id", "name", "at", "feature", "seconds"),
        *((1, "login", f"2026-03-0{day}T12:00Z", "", "") for day in (2, 3, 5, 9)),
        (2, "login", "2026-02-25T12:00Z", "", ""),
        (1, "use", "2026-03-01T12:00Z", "reports", 30),
        (1, "use", "2026-03-02T13:00Z", "export", 12.5),
        (1, "use", "2026-03-05T12:30Z", "reports", ""),
        (1, "use", "2026-02-10T12:00Z", "board", 5),
        (1, "use", "2026-03-09T15:00Z", "reports", 8),
    ],
    "calls": [("user_id", "at"), (3, "2026-03-04T12:00Z")],
    "tickets": [
        ("account_id", "opened_at", "severity"),
        ("a", "2026-03-01T12:00Z", 2),
        ("a", "2026-01-10T12:00Z", 1),
    ],
    "surveys": [("account_id", "at", "score"), ("b", "2026-02-02T12:00Z", 7)],
}

USERS = """
{everyone: true}
{any: [{role: admin}, {role: member}]}
{none: [{role: admin}, {name: Bo}]}
{not: {role: admin}}
{segment: quiet}
{name: Ann Lee}
{name: {is_not: Bo}}
{role: [admin, member]}
{role: {none_of: [admin]}}
{name: {set: true}}
{onboarded_at: {set: false}}
{name: {contains: lee, ignore_case: true}}
{name: {starts_with: An}}
{name: {ends_with: Lee}}
{name: {is: ann lee, ignore_case: true}}
{signed_up_at: {days_ago: {between: [30, 90]}}}
{born_on: {days_from_now: {at_least: 0}}}
{signed_up_at: {before: 2026-02-01}}
{signed_up_at: {after: start of year}}
{signed_up_at: {since: 3 weeks before today}}
{signed_up_at: {until: yesterday}}
{signed_up_at: {on: 2026-01-05}}
{signed_up_at: {is_not: today}}
{signed_up_at: [today, yesterday]}
{signed_up_at: {between: [2026-01-01, now]}}
{signed_up_at: {before: "2026-01-05T07:00"}}
{signed_up_at: {after: 100 days ago}}
{signed_up_at: {before: in 2 days}}
{signed_up_at: {before: tomorrow}}
{signed_up_at: {within: 60 days}}
{born_on: {in_next: 2 weeks}}
{born_on: {anniversary: {in_next: 30 days}}}
{onboarded_at: {after: signed_up_at}}
{onboarded_at: {until: 30 days after signed_up_at}}
{account.plan: pro}
{account.seats: {more_than: 3, at_most: 9}}
{account.renews_on: {in_next: 30 days}}
{account.tags: {includes: vip}}
{account.tags: {includes_any: [vip, us]}}
{account.tags: {includes_all: [vip, us]}}
{account.is_partner: true}
{account: {plan: pro}}
{account: [{plan: pro}, {seats: {less_than: 3}}]}
{account.csm: {set: false}}
{account.champion: {set: true}}
{account.most_active: {set: true}}
{logins: {at_least: {field: account.seats, multiplied_by: 0.5, plus: 1}}}
{did: logged_in}
{did: logged_in, within: 7 days}
{did: logged_in, since: signed_up_at, times: {more_than: 10}}
{did: logged_in, until: 2026-03-03}
{did: logged_in, between: [2026-03-01, 2026-03-05]}
{did: used, where: {feature: reports, seconds: {at_least: 5}}}
{did_not: used, where: {feature: api}}
{did: used, times: {at_most: 0}}
{did: used, distinct: {feature: {at_least: 2}}}
{did: used, days: {at_least: 3}}
{did: used, weeks: 2}
{did: used, months: 2}
{did: used, sum: {seconds: {at_least: 50}}}
{did: used, average: {seconds: {less_than: 20}}}
{did: used, highest: {seconds: 30}}
{did: used, lowest: {seconds: {set: true}}}
{did: logged_in, change: {over: 7 days, by: {at_most: -50%}}}
{did: logged_in, change: {over: 7 days, against: 14 days, by: {more_than: 0}}}
{did: logged_in, followed_by: {did: used, within: 1 day}}
{did: logged_in, followed_by: {did: used, within: 1 week, where: {feature: export}}}
{did: logged_in, since: 2026-03-01, not_followed_by: {did: used, within: 2 hours}}
{did: account.ticket}
{did_not: account.ticket, within: 30 days}
{contacted: {}}
{contacted: {within: 14 days, channel: task, playbook: checkup, times: {at_least: 2}}}
{not_contacted: {since: onboarded_at}}
{top: {by: logins, count: 1}}
{bottom: {by: logins, share: 40%}}
{top: {by: longest, share: 10%}}
{in_playbook: checkup}
{finished_playbook: checkup}
{finished_playbook: checkup, outcome: goal, within: 30 days}
{features: 1}
{days_used: {at_least: 2}}
{seconds: {more_than: 10}}
{mean: {more_than: 10}}
{longest: {more_than: 10}}
{shortest: {more_than: 10}}
{first_login: {days_ago: {at_least: 1}}}
{last_login: {within: 7 days}}
{last_feature: reports}
{used_features: {includes: reports}}
{role: {changed: {from: member, to: admin, within: 30 days}}}
{role: {unchanged_for: 10 days}}
{role: {is_not: {field: role, at: 2026-02-01}}}
{account.health: {less_than: 70}}
{account.colour: [amber, red]}
{account.signals: {includes: quiet}}
"""
ACCOUNTS = """
{did: user.logged_in, times: {at_least: 2}}
{has: user}
{has: user, where: {role: admin}, times: {at_least: 1}}
{has: user, where: [{role: member}, {did: logged_in}], times: 2}
{has: user, through: account, where: {account: {plan: pro}}}
{has_no: user, where: {any: [{name: Zoe}, {not: {role: admin}}]}}
{users: {at_least: 2}}
{active_users: {at_least: 1}}
{seconds: {at_least: 1}}
{mean_score: {at_least: 1}}
{most_logins: {at_least: 1}}
{least_logins: {at_least: 1}}
{names: {includes: Bo}}
{utilisation: {at_least: 50%}}
{days_left: {between: [0, 30]}}
{spare: {more_than: 2}}
{health_known: {at_least: 70%}}
{roles: {at_least: 2}}
{rung: {at_least: 1}}
{tickets: {at_most: 2}}
{mood: {set: true}}
{health: {less_than: 70}}
{colour: green}
{signals: {includes_any: [quiet, big]}}
{champion: {set: false}}
{csm: {set: true}}
{price: 99.5}
{contacted: {within: 30 days}}
"""


@dataclass(frozen=True)
class Enrolled:
    """User 1 is inside the check-up; user 2 left it by its goal."""

    def inside(self, entity: str, playbook: str, at: datetime) -> Iterator[str]:
        """One of the users."""
        return iter(("1",))

    def left(
        self,
        entity: str,
        playbook: str,
        outcome: str | None,
        *,
        since: datetime | None,
        until: datetime,
    ) -> Iterator[str]:
        """Another one."""
        return iter(("2",))


_MEMBER = HistoryRow("1", at("2026-01-05T12:00"), None, "member", is_first=True)
_ADMIN = HistoryRow("1", at("2026-03-01T12:00"), "member", "admin", is_first=False)


class Roles:
    """User 1 was a member and became an admin; of the others nothing was recorded."""

    def records(
        self, entity: str, field: str, part: Part, *, since: datetime | None, until: datetime
    ) -> Iterator[HistoryRow]:
        """Those of a time."""
        parts = {Part.CHANGES: (_ADMIN,), Part.BEGINNINGS: (_MEMBER,)}
        for row in parts.get(part, (_MEMBER, _ADMIN)):
            if (since is None or since <= row.at) and row.at <= until:
                yield row

    def of_key(self, entity: str, field: str, key: str, until: datetime) -> list[HistoryRow]:
        """The last first."""
        return [_ADMIN, _MEMBER] if key == "1" else []


def write_project(root: Path) -> None:
    """The project with its data."""
    files = {
        "touchline.yaml": SETTINGS,
        "catalog/account.yaml": ACCOUNT,
        "catalog/user.yaml": USER,
        "playbooks/checkup.yaml": PLAYBOOK,
        "segments/quiet.yaml": QUIET,
    }
    for of, forms in (("user", USERS), ("account", ACCOUNTS)):
        for number, where in enumerate(forms.strip().splitlines()):
            text = f"segment: {of}_{number}\nof: {of}\nwhere: [{where}]\n"
            files[f"segments/{of}_{number}.yaml"] = text
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "data").mkdir()
    for table, rows in TABLES.items():
        with (root / f"data/{table}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)


@contextmanager
def sources(root: Path) -> Iterator[tuple[Snapshot, list[tuple[str, Audience]]]]:
    """An open snapshot, and each form as a bound segment."""
    project = load_project(root)
    assert not project.problems, [str(each) for each in project.problems]
    catalog = bind_catalog(project)[0]
    folder = Folder(root / "data", ZoneInfo("UTC"))
    asked = [
        (where, bind_segment(f"{of}_{number}", project, catalog))
        for of, forms in (("user", USERS), ("account", ACCOUNTS))
        for number, where in enumerate(forms.strip().splitlines())
    ]
    log = Log(
        [contact("t1", "user", 1, "2026-03-01T12:00"), contact("t2", "user", 2, "2026-03-03T12:00")]
    )
    databases = {"s": FilesDatabase({"s": folder})}
    with open_sources(databases, log, catalog, enrollments=Enrolled(), history=Roles()) as snapshot:
        yield snapshot, asked
