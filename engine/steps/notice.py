"""The mail that tells an assignee of tasks: what is new, for whom, until when. Pure.

Language, section 6, `policy.tasks`. It is for a colleague: no unsubscribing, no window, no cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from engine.bind.notices import BoundNotices
from engine.decide.facts import (
    NO_PLAYBOOK,
    Assigned,
    NewTouch,
    TouchKind,
    TouchState,
    notice_key,
)
from engine.messages.address import AddressError, normalise, parse_address
from engine.messages.failures import UNSAFE_VALUE, RenderFailure
from engine.messages.layout import framed
from engine.messages.mime import Envelope, message_id, to_bytes
from engine.messages.render import RenderedEmail
from engine.ports import Recipient
from engine.steps.drafts import failed

__all__ = ["address_of_assignee", "notice"]

_MOST = 100  # tasks told in one mail; the others are counted
_MOST_NOTES = 2_000  # characters of the notes of one


def address_of_assignee(task: Assigned) -> str:
    """Whose mail a task goes into: the normalised address; as it stands where it is none."""
    try:
        return normalise(parse_address(task.assignee))
    except AddressError:
        return task.assignee


def notice(
    tasks: Sequence[Assigned], notices: BoundNotices, *, at: datetime, expires_at: datetime
) -> NewTouch:
    """One mail to the one assignee of some tasks; where it cannot be made, it says why."""
    address = address_of_assignee(tasks[0])
    told = [f"{task.id} {task.assigned_at.isoformat()}" for task in tasks]
    touch = NewTouch(
        id=notice_key(address, told),
        enrollment=NO_PLAYBOOK,
        playbook=NO_PLAYBOOK,
        entity="",
        key="",
        step="",
        kind=TouchKind.EMAIL,
        channel=notices.channel,
        state=TouchState.READY,
        recipient=address,
        sender=notices.sender.email,
        expires_at=expires_at,
    )
    try:
        return _printed(touch, tasks, notices, at)
    except RenderFailure as failure:
        return failed(touch, failure)


def _printed(
    touch: NewTouch, tasks: Sequence[Assigned], notices: BoundNotices, at: datetime
) -> NewTouch:
    name = next((_line(task.assignee_name) for task in tasks if task.assignee_name), "")
    email = _email(tasks, name)
    envelope = Envelope(
        sender=Recipient(notices.sender.email, notices.sender.name),
        recipient=Recipient(tasks[0].assignee, name),
        message_id=message_id(touch.id, _domain(notices.sender.email)),
        date=at,
    )
    wire = to_bytes(email, envelope)
    return replace(
        touch,
        recipient=str(wire.recipient),
        subject=email.subject,
        payload=wire.payload,
        text=email.text,
        html=email.html,
    )


def _domain(sender: str) -> str:
    try:
        return parse_address(sender).domain
    except AddressError as error:
        raise RenderFailure(UNSAFE_VALUE, f"the sender: {error}") from None


# ---------------------------------------------------------------- what it says


def _email(tasks: Sequence[Assigned], name: str) -> RenderedEmail:
    one, number = tasks[0], len(tasks)
    subject = f"New task: {_line(one.title)}" if number == 1 else f"{number:,} new tasks"
    greeting = f"Hello {name}," if name else "Hello,"
    opening = "a task is new for you:" if number == 1 else f"{number:,} tasks are new for you:"
    shown, more = tasks[:_MOST], max(number - _MOST, 0)
    rest = f"… and {more:,} more: touchline tasks list --assignee {one.assignee}" if more else ""
    blocks = [f"{greeting}\n\n{opening}", *map(_as_text, shown), *([rest] if rest else [])]
    body = f"<p>{escape(greeting)}</p>\n<p>{escape(opening)}</p>\n"
    body += "".join(map(_as_html, shown)) + (f"<p>{escape(rest)}</p>\n" if rest else "")
    page = framed(body, language="en", preheader="", footer="")
    page = page.replace("<title></title>", f"<title>{escape(subject)}</title>")
    return RenderedEmail(subject, "", ("\n\n".join(blocks) + "\n",), (page,))


def _facts(task: Assigned) -> list[tuple[str, str]]:
    """What is told of a task, line by line, beside its title and its notes."""
    outcome = " --outcome OUTCOME" if task.outcomes else ""
    lines = [
        ("for", f"{task.entity} {_line(task.key)}, playbook {task.playbook}"),
        ("due", task.due_on),
        ("urgency", task.urgency),
        ("when done", f"touchline tasks done {task.id}{outcome}"),
        ("outcomes", ", ".join(task.outcomes)),
    ]
    return [(head, said) for head, said in lines if said]


def _as_text(task: Assigned) -> str:
    lines = [f"* {_line(task.title)}"]
    lines += [f"  {head}: {said}" for head, said in _facts(task)]
    lines += [f"  {line}".rstrip() for line in _notes(task).splitlines()]
    return "\n".join(lines)


def _as_html(task: Assigned) -> str:
    facts = "<br>\n".join(f"{head}: {escape(said)}" for head, said in _facts(task))
    notes = escape(_notes(task)).replace("\n", "<br>\n")
    return f"<h3>{escape(_line(task.title))}</h3>\n<p>{facts}</p>\n" + (
        f"<p>{notes}</p>\n" if notes else ""
    )


def _notes(task: Assigned) -> str:
    text = task.notes.strip()
    return text if len(text) <= _MOST_NOTES else f"{text[:_MOST_NOTES]}…"


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
