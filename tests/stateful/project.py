"""The files of the town's project: two playbooks, their mails, and the hands that edit them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["ADDRESS", "APPROVED", "CAP", "EDITS", "KEYS", "Project"]

KEYS = (1, 2, 3, 4, 5)
ADDRESS = {key: f"u{4 if key == 5 else key}@example.com" for key in KEYS}
"""Customers 4 and 5 share one."""

CAP = {"channel": "email", "at_most": 4, "per": "1 day"}
APPROVED = "asks"
"""The template of the mails that a person looks at first."""

EDITS = ("insert", "delete", "reorder", "rename", "text", "keep", "move", "exit")

Step = dict[str, Any]

USER = {
    "entity": "user",
    "source": "product.users",
    "key": "user_id",
    "contact": {"name": "name", "email": "email"},
    "fields": {
        **{"user_id": "integer", "name": "text", "email": "text"},
        **dict.fromkeys(("is_in", "is_done"), "boolean"),
    },
}
SMTP = {
    **{"type": "smtp", "host": "127.0.0.1", "tls": "none"},
    "from": {"name": "Dana", "email": "dana@acme.example.com"},
    "postal_address": "1 Main Street",
    "unsubscribe": {"mailto": "stop@acme.example.com"},
}
HOOK = {"type": "webhook", "url": "http://127.0.0.1:9/", "allow_private": True}
_HEAD = {
    "segment": {"of": "user", "where": [{"is_in": True}]},
    "schedule": {"cron": "0 * * * *", "timezone": "UTC"},
}


@dataclass
class Playbook:
    """A playbook as it is written now."""

    name: str
    head: dict[str, Any]
    steps: list[Step]
    on_change: str = "keep"

    @property
    def written(self) -> Mapping[str, Any]:
        """Its file."""
        return {
            "playbook": self.name,
            **_HEAD,
            **self.head,
            "on_change": self.on_change,
            "steps": self.steps,
        }


@dataclass
class Project:
    """A folder of files. `roots` gives each step id the one under which it was first
    written, `sends` those of steps that make a touch."""

    root: Path
    url: str
    number: int
    roots: dict[str, str] = field(default_factory=dict)

    sends: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._fresh = 0
        self._stamp = 0
        hello, tips = self._step({"email": "hello"}), self._step({"email": "tips"})
        every = (
            Playbook(
                "welcome",
                {"entry": {"again": {"after": "3 hours"}}, "exit_when": {"is_done": True}},
                [
                    hello,
                    self._step({"webhook": "hook", "body": {"text": "{{ user.name }}"}}),
                    self._step({"wait": "2 hours"}),
                    self._step({"email": APPROVED, "approve": "house.dana"}),
                    {**tips, "max_lateness": "12 hours", "on_failure": "exit"},
                    self._step({"task": "Call {{ user.name }}"}),
                ],
            ),
            Playbook(
                "news",
                {"entry": {"again": {"after": "1 day"}}, "priority": 80},
                [self._step({"email": "note"}), self._step({"wait": "1 hour"})],
            ),
        )
        self.books = every[: self.number]

    def _step(self, said: Step) -> Step:
        """A step under an id that no other one ever had."""
        self._fresh += 1
        name = f"s{self._fresh}"
        self.roots[name] = name
        if "wait" not in said:
            self.sends.add(name)
        return {**said, "id": name}

    def found(self) -> None:
        """Write all files for the first time."""
        settings = {
            **{"touchline": 1, "name": "town", "timezone": "UTC", "ledger": {"url": self.url}},
            "connectors": {"product": {"type": "sql", "url": "sqlite:///data.db"}},
            "channels": {"email": SMTP, "hook": HOOK},
            "people": {"dana": {"name": "Dana", "email": "dana@acme.example.com"}},
            "policy": {"topics": {"tips": {}}, "frequency_caps": [CAP]},
        }
        self._write("touchline.yaml", json.dumps(settings))
        self._write("catalog/user.yaml", json.dumps(USER))
        for name in ("hello", "tips", "note", APPROVED):
            self._write_mail(name, "first")
        for book in self.books:
            self._write(f"playbooks/{book.name}.yaml", json.dumps(book.written))

    def edit(self, kind: str, place: int) -> None:
        """Change the file of the first playbook, or the text of its mails."""
        book = self.books[0]
        at, steps = place % len(book.steps), list(book.steps)
        match kind:
            case "insert":
                steps.insert(at, self._step({"email": "note"}))
            case "delete" if len(steps) > 1:
                del steps[at]
            case "reorder":
                steps.append(steps.pop(at))
            case "rename":
                steps[at] = self._renamed(steps[at])
            case "text":
                self._fresh += 1
                self._write_mail("hello", f"edited {self._fresh}")
            case "keep" | "move" | "exit":
                book.on_change = kind
        book.steps = steps
        self._write(f"playbooks/{book.name}.yaml", json.dumps(book.written))

    def _renamed(self, step: Step) -> Step:
        renamed = self._step(step)
        self.roots[renamed["id"]] = self.roots[step["id"]]
        return {**renamed, "formerly": [*step.get("formerly", ()), step["id"]]}

    def _write_mail(self, name: str, text: str) -> None:
        topic = "topic: tips\n" if name == "tips" else ""
        head = f"subject: Hello {{{{ user.name }}}}\n{topic}"
        self._write(f"emails/{name}.md", f"---\n{head}---\nThe {text} {name}.\n")

    def _write(self, path: str, text: str) -> None:
        """A file, with a time of change of its own: clocks of file systems are coarse."""
        target = self.root / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
        self._stamp += 1
        os.utime(target, (self._stamp, self._stamp))
