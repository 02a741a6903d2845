"""The check-up playbook of the contract, word for word, through thirty days.

Ann gets the mail and the call, and hears no more. Ben starts with reports on day 3. Fay matches on
a Friday evening, when no customer is written to. Hal is held out. Cleo has been called before. The
others have been here for years, and give the fuse something to compare with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.support.stage import Stage, open_stage

PLAYBOOK = """\
playbook: feature-checkup              # [a-z0-9-]+, unique in the project
description: Trained and active, but not yet using reports. Offer help once.
owner: cs-ops@acme.example
status: active                         # draft: validated, never run · active · paused
schedule: "0 9 * * 1-5"                # or {cron:, timezone:, from: DATE, until: DATE, …}
priority: 50                           # who goes first where caps let only some through
segment:                               # or the name of one
  of: user
  where:
    - signed_up_at: {days_ago: {between: [30, 90]}}
    - did: completed_training
    - did: logged_in
      within: 7 days
    - did: logged_in
      since: signed_up_at
      times: {more_than: 10}
    - onboarded_at: {set: true}
    - not_contacted: {since: onboarded_at}
    - did_not: used_feature
      where: {feature: reports}
entry:
  again: never                         # never · always (once it has left) · …
  existing: enter                      # those who match already when the playbook first runs
  per_run: 200                         # a throttle: the rest enter in later runs
  fuse: {matched: 2000, share: 20%}    # over it the run is held and nobody enters
  holdout: 10%                         # a stable random part that gets nothing, for comparison
exit_when: {did: used_feature, where: {feature: reports}}
goal: {name: adopted-reports, when: {did: used_feature, where: {feature: reports}}, within: 30 days}
steps:
  - email: feature-checkup             # emails/feature-checkup.md
    from: account.csm                  # a person; a customer hears from a name
  - wait: 5 days                       # who uses reports meanwhile leaves at once, by exit_when
  - task: "Call {{ user.full_name }} about reports"
    kind: call
    assign: account.csm
    due: 2 business days
  - webhook: slack-cs
    body: {text: "{{ user.full_name }} of {{ account.name }} may need a hand"}
"""

USER = """\
entity: user
source: product.users
key: user_id
label: full_name
contact: {name: first_name, email: email}
links: {account: account_id}
fields:
  user_id: integer
  full_name: text
  first_name: text
  email: text
  signed_up_at: {type: timestamp, required: true}
  onboarded_at: timestamp
events:
  logged_in: {source: product.events, key: user_id, at: at, where: {name: login}}
  completed_training: {source: product.events, key: user_id, at: at, where: {name: training}}
  used_feature:
    source: product.events
    key: user_id
    at: at
    where: {name: feature}
    properties: {feature: text}
"""

EMAIL = """\
---
subject: "{{ user.first_name }}, a quick question about reports"
---
Hi {{ user.first_name }},

would fifteen minutes about reports help?

{{ sender.name }}
"""

NEWS = """\
playbook: news
priority: 10
segment: {of: user, where: [{first_name: Fay}]}
steps:
  - email: news
"""

WELCOME = """\
playbook: welcome-call
segment: {of: user, where: [{first_name: Cleo}]}
steps:
  - task: "Welcome {{ user.full_name }}"
    kind: call
    assign: account.csm
"""

POLICY = """\
policy:
  send_window: {days: mon-fri, from: "09:00", to: "17:00"}
  frequency_caps: [{channel: email, at_most: 1, per: 1 day}]
"""

ANN, BEN, CLEO, FAY, HAL = 1, 2, 3, 4, 12
NAMES = {ANN: "Ann", BEN: "Ben", CLEO: "Cleo", FAY: "Fay", HAL: "Hal"}
OLD_HANDS = range(100, 140)

# Wednesday, 11 March: the clocks of New York changed on the Sunday before.
DAY_0 = "2026-03-11T09:00:00-04:00"
FRIDAY_EVENING = "2026-03-13T17:30:00-04:00"
SATURDAY = "2026-03-14T09:00:00-04:00"
MONDAY = "2026-03-16T09:00:00-04:00"
TUESDAY = "2026-03-17T09:00:00-04:00"
FAYS_SATURDAY = "2026-03-21T09:00:00-04:00"
DAY_30 = "2026-04-10T09:00:00-04:00"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The project of the page, its customers, and real receivers."""
    with open_stage(tmp_path) as opened:
        opened.edit("touchline.yaml", "  hook:", "  slack-cs:")
        opened.edit("touchline.yaml", "people:", POLICY + "people:")
        opened.write("catalog/user.yaml", USER)
        opened.write("emails/feature-checkup.md", EMAIL)
        opened.write("emails/news.md", EMAIL.replace("a quick question about reports", "news"))
        opened.write("playbooks/checkup.yaml", PLAYBOOK)
        opened.write("playbooks/news.yaml", NEWS)
        opened.write("playbooks/welcome.yaml", WELCOME)
        put_customers(opened)
        put_events(opened)
        yield opened


def put_customers(stage: Stage) -> None:
    """Five who were trained lately, Fay and Cleo later than the others, and forty old hands."""
    signed_up = {FAY: "2026-02-11T12:00:00Z", CLEO: "2026-02-15T12:00:00Z"}
    rows = [
        {
            "user_id": key,
            "account_id": 1,
            "full_name": f"{NAMES.get(key, 'Old')} Smith",
            "first_name": NAMES.get(key, "Old"),
            "email": f"u{key}@example.com",
            "signed_up_at": "2020-01-01T12:00:00Z",
            "onboarded_at": "2020-01-02T12:00:00Z",
        }
        for key in (*NAMES, *OLD_HANDS)
    ]
    for row in rows[: len(NAMES)]:
        key = row["user_id"]
        assert isinstance(key, int)
        row["signed_up_at"] = signed_up.get(key, "2026-01-20T12:00:00Z")
        row["onboarded_at"] = row["signed_up_at"]
    stage.table("users", rows)


def put_events(stage: Stage, *uses_reports: int) -> None:
    """Each of the five was trained and logs in daily; some have begun to use reports."""
    said = [(key, "training", "2026-02-20", "") for key in NAMES]
    said += [(key, "login", f"2026-03-{day:02d}", "") for key in NAMES for day in range(1, 21)]
    said += [(key, "feature", "2026-03-14", "reports") for key in uses_reports]
    rows = [
        {"user_id": key, "name": name, "at": f"{day}T10:00:00Z", "feature": feature}
        for key, name, day, feature in said
    ]
    stage.table("events", rows)


def mails(stage: Stage) -> list[tuple[str, str, str]]:
    """Whom the mail server took a mail for, from whom, and what about, in its order."""
    return [
        (
            mail.recipients[0].removesuffix("@example.com"),
            str(letter["From"]),
            str(letter["Subject"]),
        )
        for mail, letter in zip(stage.mail.received, stage.letters, strict=True)
    ]


def tasks(stage: Stage) -> dict[str, Any]:
    """The open tasks by title."""
    return {each["title"]: each for each in stage.do("tasks", "--format", "json").data}


def records(stage: Stage, key: int, kind: str) -> list[Any]:
    """What the log says of one customer."""
    log = stage.do("audit", "show", "--for", str(key), "--format", "json").data
    return [each["body"] for each in log if each["kind"] == kind]


def matches(stage: Stage, key: int, as_of: str) -> bool:
    """What `explain` says of one customer and the check-up's segment."""
    words = ("feature-checkup", "--for", str(key), "--as-of", as_of, "--format", "json")
    return bool(stage.do("explain", *words).data["matches"])


@contextmanager
def on_sunday(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What people do by hand happens now: let it be the Sunday of the story."""
    with monkeypatch.context() as patched:
        sunday = datetime.fromisoformat("2026-03-15T15:00:00-04:00").astimezone(UTC)
        patched.setattr(cli._SystemClock, "now", lambda _: sunday)
        yield


CASEY = "Casey <casey@acme.example.com>"
ABOUT_REPORTS = "a quick question about reports"


def test_thirty_days_of_the_check_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Day 0. Ann and Ben hear from their CSM; Hal is held out; Fay and Cleo are too new.
    assert stage.run("feature-checkup", "welcome-call", as_of=DAY_0).status == 0
    assert sorted(mails(stage)) == [
        ("u1", CASEY, f"Ann, {ABOUT_REPORTS}"),
        ("u2", CASEY, f"Ben, {ABOUT_REPORTS}"),
    ]
    assert len(records(stage, HAL, "entered")) == 1
    assert list(tasks(stage)) == ["Welcome Cleo Smith"]

    # Day 1. Nothing is due, and so nothing happens.
    stage.run("feature-checkup", as_of="2026-03-12T09:00:00-04:00")
    assert len(mails(stage)) == 2

    # Day 2, a Friday. After hours Fay enters both the check-up and the news; the weekend is hers.
    stage.run(as_of=FRIDAY_EVENING)
    assert len(mails(stage)) == 2
    assert stage.do("status", "--format", "json").data["waiting"] == {"window": 2}

    # Day 3. Ben has begun to use reports: he leaves, and the goal is reached.
    put_events(stage, BEN)
    stage.run(as_of=SATURDAY)
    assert [each["outcome"] for each in records(stage, BEN, "left")] == ["goal"]
    assert len(mails(stage)) == 2, "Fay's mails wait for Monday"

    # Day 4. Casey calls Cleo, who would match on Tuesday. A task done counts as contact.
    assert matches(stage, CLEO, "2026-03-17T08:00:00-04:00")
    task = tasks(stage)["Welcome Cleo Smith"]["id"]
    with on_sunday(monkeypatch):
        assert stage.do("tasks", "done", task, "--outcome", "reached").status == 0
    assert not matches(stage, CLEO, "2026-03-17T08:00:00-04:00")

    # Day 5, a Monday. Ann is to be called by Wednesday, and the team hears of it.
    stage.run(as_of=MONDAY)
    call = tasks(stage)["Call Ann Smith about reports"]
    assert (call["due_on"], call["assignee"]) == ("2026-03-18", "casey@acme.example.com")
    (request,) = stage.hooks.received
    assert json.loads(request.body) == {"text": "Ann Smith of Acme may need a hand"}
    assert [each["outcome"] for each in records(stage, ANN, "left")] == ["completed"]

    # The same morning the window opens for Fay: the check-up goes first, the news have no room yet.
    assert mails(stage)[2:] == [("u4", CASEY, f"Fay, {ABOUT_REPORTS}")]
    assert stage.do("status", "--format", "json").data["waiting"] == {"capped": 1}

    # Day 6. Now there is room for the news.
    stage.run(as_of=TUESDAY)
    assert [(whom, subject) for whom, _, subject in mails(stage)[3:]] == [("u4", "Fay, news")]

    # Fay's five days count from her Monday: not from the Friday on which she entered.
    stage.run(as_of="2026-03-21T08:59:59-04:00")
    assert list(tasks(stage)) == ["Call Ann Smith about reports"]
    stage.run(as_of=FAYS_SATURDAY)
    assert tasks(stage)["Call Fay Smith about reports"]["due_on"] == "2026-03-24"

    # Day 30. The goal's window ends for Hal, who got nothing.
    assert records(stage, HAL, "left") == []
    assert stage.run(as_of=DAY_30).status == 0
    assert [each["outcome"] for each in records(stage, HAL, "left")] == ["holdout"]
    assert records(stage, HAL, "touch.made") == []

    # Nobody heard twice, and the log holds.
    assert sorted(whom for whom, _, about in mails(stage) if ABOUT_REPORTS in about) == [
        *("u1", "u2", "u4"),
    ]
    assert len(stage.hooks.received) == 2
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0
