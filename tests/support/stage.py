"""A small project on real parts: CSV files, a ledger, a mail server and a webhook receiver."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import cli
from connectors.channels.receivers import SmtpReceiver, WebhookReceiver
from tests.support.migrated import migrated_once

__all__ = ["AS_OF", "Answer", "Stage", "open_stage"]

AS_OF = "2026-03-10T09:00:00-04:00"

SETTINGS = """\
touchline: 1
name: stage
timezone: America/New_York
ledger: {url: "LEDGER"}
connectors:
  product: {type: files, path: data, timezone: UTC}
channels:
  email:
    type: smtp
    host: 127.0.0.1
    port: SMTP_PORT
    tls: none
    from: {name: Dana Reyes, email: dana@acme.example.com}
    postal_address: 1 Main Street, Springfield
    unsubscribe: {mailto: stop@acme.example.com}
  hook: {type: webhook, url: "HOOK_URL", allow_private: true}
people:
  dana: {name: Dana Reyes, email: dana@acme.example.com}
"""

ACCOUNT = """\
entity: account
source: product.accounts
key: id
label: name
team:
  csm: {name: csm_name, email: csm_email}
fields: {id: integer, name: text, plan: text}
"""

USER = """\
entity: user
source: product.users
key: user_id
contact: {name: first_name, email: email}
links: {account: account_id}
fields:
  user_id: integer
  first_name: text
  email: text
  signed_up_at: timestamp
  uses_reports: boolean
events:
  logged_in: {source: product.events, key: user_id, at: at, where: {name: login}}
"""

EMAIL = """\
---
subject: "Hello {{ user.first_name }}"
---
Hi {{ user.first_name }},

a word from {{ sender.name }}.
"""

PLAYBOOK = """\
playbook: checkup
owner: cs@acme.example.com
segment:
  of: user
  where:
    - signed_up_at: {days_ago: {between: [30, 90]}}
exit_when: {uses_reports: true}
steps:
  - email: hello
    from: account.csm
  - wait: 5 days
  - task: "Call {{ user.first_name }} of {{ account.name }}"
    kind: call
    assign: account.csm
    due: 2 business days
  - webhook: hook
    body: {text: "{{ user.first_name }} may need a hand"}
"""


@dataclass(frozen=True)
class Answer:
    """What a command ended with."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON on standard output."""
        return json.loads(self.out)


@dataclass
class Stage:
    """A project with its receivers; files are rewritten by the tests as they like."""

    root: Path
    mail: SmtpReceiver
    hooks: WebhookReceiver
    users: list[dict[str, object]] = field(default_factory=list)

    def do(self, *words: str) -> Answer:
        """Run a command in this project, in this process."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                cli.main([words[0], "-C", str(self.root), *words[1:]])
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
        return Answer(status, out.getvalue(), err.getvalue())

    def run(self, *words: str, as_of: str = AS_OF) -> Answer:
        """`touchline run --format json` at an instant."""
        return self.do("run", "--as-of", as_of, "--format", "json", *words)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        self.write(path, text.replace(old, new))

    def table(self, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Write a CSV table."""
        target = self.root / "data" / f"{name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def put_users(self, *users: Mapping[str, object]) -> None:
        """Write the users, each with defaults for what is not said."""
        self.table("users", [make_user(**user) for user in users])

    @property
    def letters(self) -> list[EmailMessage]:
        """The mails as the server has them, in the order of their arrival."""
        return [_parsed(mail.data) for mail in self.mail.received]

    @property
    def mailed(self) -> list[str]:
        """The addresses that got mail, sorted, one for each mail."""
        return sorted(mail.recipients[0] for mail in self.mail.received)


def _parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def make_user(**given: object) -> dict[str, object]:
    """A user who is in the check-up's segment at AS_OF."""
    key = given.get("user_id", 1)
    return {
        "user_id": key,
        "account_id": 1,
        "first_name": f"Ann{key}",
        "email": f"ann{key}@example.com",
        "signed_up_at": "2026-01-20T12:00:00Z",
        "uses_reports": "false",
        **given,
    }


@contextmanager
def open_stage(root: Path, *, ledger: str = "sqlite:///.touchline/ledger.db") -> Iterator[Stage]:
    """A project in `root` with three users of one account, and its receivers."""
    with migrated_once(), SmtpReceiver() as mail, WebhookReceiver() as hooks:
        stage = Stage(root, mail, hooks)
        settings = SETTINGS.replace("LEDGER", ledger)
        settings = settings.replace("SMTP_PORT", str(mail.port)).replace("HOOK_URL", hooks.url)
        stage.write("touchline.yaml", settings)
        stage.write("catalog/account.yaml", ACCOUNT)
        stage.write("catalog/user.yaml", USER)
        stage.write("emails/hello.md", EMAIL)
        stage.write("playbooks/checkup.yaml", PLAYBOOK)
        stage.table(
            "accounts",
            [
                {
                    "id": 1,
                    "name": "Acme",
                    "plan": "pro",
                    "csm_name": "Casey",
                    "csm_email": "casey@acme.example.com",
                }
            ],
        )
        stage.put_users({"user_id": 1}, {"user_id": 2}, {"user_id": 3})
        stage.table("events", [{"user_id": 1, "name": "login", "at": "2026-03-01T00:00:00Z"}])
        yield stage
