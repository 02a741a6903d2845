"""Small projects on disk: a sound one, and variations of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.language.project import Project
from engine.read.load import load_project

__all__ = ["SOUND", "load", "write"]

SOUND: Mapping[str, str] = {
    "touchline.yaml": """\
touchline: 1
name: acme
timezone: America/New_York
connectors:
  product: {type: files, path: data}
channels:
  email: {type: smtp, host: smtp.acme.example, password: "${env:SMTP_PASSWORD}"}
  hook: {type: webhook, url: "${env:HOOK}"}
people:
  dana: {name: Dana Reyes, email: dana@acme.example}
""",
    "catalog/user.yaml": """\
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
events:
  logged_in: {source: product.events, key: user_id, at: occurred_at}
""",
    "catalog/account.yaml": """\
entity: account
source: product.accounts
key: id
fields: {plan: text}
""",
    "segments/trained.yaml": """\
segment: trained
of: user
where:
  - did: logged_in
""",
    "playbooks/checkup.yaml": """\
playbook: checkup
segment: trained
steps:
  - email: hello
""",
    "emails/hello.md": """\
---
subject: Hello
---
Hi {{ user.first_name }}.
""",
}


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below `root`."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def load(root: Path, files: Mapping[str, str | bytes] | None = None) -> Project:
    """The sound project with `files` in place of its own."""
    return load_project(write(root, {**SOUND, **(files or {})}))
