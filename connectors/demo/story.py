"""The whole story on embedded parts: what `touchline demo` tells.

It is told by the commands themselves, as anybody would type them, in a project that stays. Its
first real run is made as of six days ago: so the five days that the playbook waits are over today,
and the people who came round by themselves in between are seen to have left.
"""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from connectors.channels.receivers import ReceivedMail, SmtpReceiver, WebhookReceiver
from connectors.demo.example import Ports, is_example, point_at, write_example
from connectors.demo.generate import Scale, generate

__all__ = ["Program", "tell"]

Program = Callable[[list[str]], object]
"""The command line, from its arguments; ends by SystemExit, as programs do."""

PLAYBOOK = "feature-checkup"
SINCE_FIRST_RUN = timedelta(days=6)
SHOWN_LINES = 14
QUOTED_LINES = 30


class Stopped(Exception):
    """A command of the story did not end as it should; `status` is how it ended."""

    def __init__(self, status: int) -> None:
        self.status = status


@dataclass(frozen=True, slots=True)
class Teller:
    """Runs commands in the project and shows them with what they print."""

    folder: Path
    program: Program
    say: Callable[[str], None]

    def headline(self, text: str) -> None:
        """Begin a chapter."""
        self.say(f"\n── {text}\n")

    def show(self, *words: str, lines: int = SHOWN_LINES) -> None:
        """Run a command and show what it prints, cut after so many lines."""
        self.say(f"$ touchline {shlex.join(words)}")
        printed = self.ask(*words).splitlines()
        self.say("\n".join(f"  {line}" for line in printed[:lines]))
        if len(printed) > lines:
            self.say(f"  … {len(printed) - lines} lines more")
        self.say("")

    def ask(self, *words: str) -> str:
        """What a command prints. Raises Stopped where it ends in anything but 0."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            status = self._status([words[0], "-C", str(self.folder), *words[1:]])
        if status:
            self.say(printed.getvalue())
            raise Stopped(status)
        return printed.getvalue()

    def _status(self, arguments: list[str]) -> int:
        try:
            self.program(arguments)
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        return 0


def tell(
    folder: Path, scale: Scale, *, now: datetime, program: Program, say: Callable[[str], None]
) -> int:
    """Tell the story in `folder` and give the exit status: that of the command it stopped at.

    A folder with an earlier demo goes on with it. Raises Refused where something else is there.
    """
    teller = Teller(folder, program, say)
    is_new = not is_example(folder)
    try:
        with SmtpReceiver() as mail, WebhookReceiver() as hooks:
            ports = Ports(smtp=mail.port, webhook=int(hooks.url.rsplit(":", 1)[1].strip("/")))
            _prepare(teller, scale, ports, now=now)
            if is_new:
                _ask(teller, as_of=now - SINCE_FIRST_RUN)
                _send(teller, mail, as_of=now - SINCE_FIRST_RUN)
            _go_on(teller, mail, hooks, is_new=is_new)
        _prove(teller)
    except Stopped as stopped:
        return stopped.status
    return 0


def _prepare(teller: Teller, scale: Scale, ports: Ports, *, now: datetime) -> None:
    folder = teller.folder
    if is_example(folder):
        teller.headline(f"The project of an earlier demo in {folder}/: going on with it")
        point_at(folder, ports)
    else:
        made = f"{scale.users:,} customers and {scale.events:,} events"
        teller.headline(f"A project in {folder}/ with {made} that nobody has met")
        write_example(folder, ports)
    if not (folder / "data/crm.db").exists():  # the part that is written last
        _generate(folder / "data", scale, now)
    if not (folder / ".touchline/ledger.db").exists():
        teller.ask("ledger", "init")
        teller.ask("ledger", "adopt")
    teller.show("validate")


def _generate(folder: Path, scale: Scale, now: datetime) -> None:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("customers")

        def told(name: str, done: int, parts: int) -> None:
            bar.update(task, description=name, completed=done, total=parts)

        generate(folder, scale, as_of=now, progress=told)


def _ask(teller: Teller, *, as_of: datetime) -> None:
    """Who matches, why one does and another does not, and what would happen."""
    then = ("--as-of", as_of.isoformat(timespec="seconds"))
    teller.headline("Who matched six days ago, and why")
    teller.show("segment", PLAYBOOK, "--limit", "5", *then)
    matching = json.loads(teller.ask("segment", PLAYBOOK, "--format", "json", *then))["keys"]
    if matching:
        teller.show("explain", PLAYBOOK, "--for", str(matching[0]), *then, lines=30)
    other = _one_who_uses_reports(teller.folder, as_of)
    if other is not None:
        teller.show("explain", PLAYBOOK, "--for", str(other), *then, lines=30)
    teller.headline("What would happen: a dry run writes nothing and sends nothing")
    teller.show("run", PLAYBOOK, "--dry-run", *then)


def _one_who_uses_reports(folder: Path, as_of: datetime) -> int | None:
    """Somebody of the right age who needs no help with reports, from the generated data."""
    import duckdb

    query = """
        SELECT min(user_id)
        FROM read_parquet($users) AS users JOIN read_parquet($events) USING (user_id)
        WHERE NOT is_deleted AND onboarded_at IS NOT NULL AND feature = 'reports'
          AND created_at BETWEEN $as_of - INTERVAL 80 DAY AND $as_of - INTERVAL 40 DAY
          AND occurred_at < $as_of
    """
    files = {name: str(folder / f"data/product/{name}.parquet") for name in ("users", "events")}
    moment = as_of.astimezone(UTC).replace(tzinfo=None)  # as the files write it
    with duckdb.connect() as database:
        found = database.execute(query, {**files, "as_of": moment}).fetchone()
    return found[0] if found else None


def _send(teller: Teller, mail: SmtpReceiver, *, as_of: datetime) -> None:
    teller.headline("For real, as of six days ago, against a mail server on this machine")
    teller.show("run", PLAYBOOK, "--as-of", as_of.isoformat(timespec="seconds"))
    teller.say(
        f"{_counted(mail.received, 'mail')} arrived at the mail server. The first of them:\n"
    )
    if mail.received:
        teller.say(_quoted(mail.received[0]))


def _quoted(received: ReceivedMail) -> str:
    """The headers that people see, and the plain text."""
    message = message_from_bytes(received.data, policy=policy.default)
    head = [f"{name}: {message[name]}" for name in ("From", "To", "Subject")]
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return "\n".join(f"  │ {line}" for line in [*head, "", *text.splitlines()[:QUOTED_LINES]])


def _go_on(teller: Teller, mail: SmtpReceiver, hooks: WebhookReceiver, *, is_new: bool) -> None:
    """Today's run: waits that are over, and whoever is new; and then the same run once more."""
    before = len(mail.received)
    if is_new:
        teller.headline("Today: the five days of waiting are over; who tried reports has left")
    else:
        teller.headline("Today's run: nobody gets again what they got already")
    teller.show("run", PLAYBOOK)
    _tell_arrived(teller, mail.received[before:], hooks)
    teller.show("tasks", lines=6)
    if is_new:
        before, requests = len(mail.received), len(hooks.received)
        teller.headline("The same once more: nothing goes out twice")
        teller.show("run", PLAYBOOK)
        again = len(mail.received) - before + len(hooks.received) - requests
        teller.say(f"{again} messages arrived.\n")


def _tell_arrived(teller: Teller, mails: Sequence[ReceivedMail], hooks: WebhookReceiver) -> None:
    arrived = f"{_counted(mails, 'mail')} and {_counted(hooks.received, 'webhook request')}"
    teller.say(f"{arrived} arrived.")
    if hooks.received:
        first = hooks.received[0]
        teller.say(f"  │ {first.method} {first.path}")
        teller.say(f"  │ webhook-id: {first.id}")
        teller.say(f"  │ webhook-signature: {first.headers.get('webhook-signature', '')}")
        teller.say(f"  │ {first.body.decode('utf-8')}")
    teller.say("")


def _counted(things: Sequence[object], noun: str) -> str:
    return f"{len(things):,} {noun}{'' if len(things) == 1 else 's'}"


def _prove(teller: Teller) -> None:
    teller.headline("Where everybody stands, and the proof")
    teller.show("status", lines=24)
    teller.show("audit", "verify")
    teller.say(f"All of it is in {teller.folder}/. To look around:")
    teller.say(f"  touchline -C {teller.folder} audit show --playbook {PLAYBOOK}")
    teller.say("Run the demo again: it goes on with this project, and sends nothing again.")
