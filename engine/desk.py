"""What people decide: approvals, unknown sends, tasks, suppressions; all in the audit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.approving import approval_of
from engine.bind.policy import topics_of_mails
from engine.decide.entry import told_of_fuse
from engine.language.policy import GENERAL
from engine.ledger import holds
from engine.ledger import tasks as inbox
from engine.ledger.clicks import unsubscribe_from
from engine.ledger.drafts import (
    HeldDraft,
    approve_draft,
    drop_draft,
    held_drafts,
    is_for_approval,
)
from engine.ledger.holds import HeldFuse, HeldTouch
from engine.ledger.store import Ledger, Unit
from engine.ledger.suppressions import Suppression, list_suppressions, suppress, unsuppress
from engine.ledger.tasks import Task, TaskState
from engine.ledger.topics import had_topic, subscribe, unsubscribe
from engine.messages.address import AddressError, normalise, parse_address
from engine.moments import local_date
from engine.problems import Misuse, Refused, did_you_mean
from engine.report.text import age, moment
from engine.workplace import Workplace

__all__ = [
    "HeldItem",
    "Inbox",
    "allow_contacting",
    "approve",
    "drop",
    "finish_task",
    "held_in",
    "held_items",
    "reassign_task",
    "resolve",
    "stop_contacting",
    "subscribe_address",
    "suppression_list",
    "task_list",
    "unsubscribe_by_token",
]


@dataclass(frozen=True, slots=True)
class HeldItem:
    """Something that waits for a person. `kind` is `draft`, `fuse` or `unknown`.

    `do` is how to decide. `subject` and `approver` are of mails, `digest` and `edited_by` of
    drafts: the text that an approval is for, and who changed it last.
    """

    id: str
    kind: str
    playbook: str
    since: datetime
    told: str
    do: str
    key: str = ""
    step: str = ""
    channel: str = ""
    to: str = ""
    subject: str = ""
    approver: str = ""
    digest: str = ""
    edited_by: str = ""
    expires_at: datetime | None = None
    age: str = ""


def held_items(workplace: Workplace) -> list[HeldItem]:
    """Everything that waits for a person, the oldest first."""
    ledger = workplace.ledger_or_none()
    if ledger is None:
        return []
    with ledger.read() as unit:
        return held_in(unit, _now(workplace))


def held_in(unit: Unit, now: datetime) -> list[HeldItem]:
    """The same, within an open unit."""
    items = [_fuse(each) for each in holds.held_fuses(unit)]
    items += [_unknown(each) for each in holds.held_touches(unit)]
    items += [_draft(each) for each in held_drafts(unit)]
    aged = (replace(item, age=age(item.since, now)) for item in items)
    return sorted(aged, key=lambda item: item.since)


def _fuse(held: HeldFuse) -> HeldItem:
    told = told_of_fuse(held.fuse, held.allowed, found=held.found, total=held.total)
    do = f"touchline held approve {held.id}, or drop"
    return HeldItem(held.id, "fuse", held.playbook, held.held_at, told, do)


def _unknown(held: HeldTouch) -> HeldItem:
    return HeldItem(
        id=held.id,
        kind="unknown",
        playbook=held.playbook,
        since=held.in_doubt_at,
        told=f"nobody knows whether it arrived: {held.detail}",
        do=f"touchline held resolve {held.id} --sent, or --not-sent",
        key=held.key,
        step=held.step,
        channel=held.channel,
        to=held.recipient,
        subject=held.subject,
    )


def _draft(held: HeldDraft) -> HeldItem:
    by = f", edited by {held.edited_by}" if held.edited_by else ""
    return HeldItem(
        id=held.id,
        kind="draft",
        playbook=held.playbook,
        since=held.made_at,
        told=f"to {held.recipient}, “{held.subject}”, waits for {held.approver}{by}",
        do=f"touchline held show {held.id}, then {approval_of(held)}, edit or drop",
        key=held.key,
        step=held.step,
        channel=held.channel,
        to=held.recipient,
        subject=held.subject,
        approver=held.approver,
        digest=held.digest,
        edited_by=held.edited_by,
        expires_at=held.expires_at,
    )


def approve(workplace: Workplace, items: Sequence[str], *, digest: str = "") -> str:
    """Let drafts go as they read now, and the people of blown fuses enter at the next pass.

    `digest` says which text of the one draft is meant. All of them, or none.

    Raises:
        Misuse: a digest, and not one item.
        Refused: one of them does not wait for that, or reads otherwise.
    """
    if digest and len(items) != 1:
        raise Misuse("--digest names the text of one draft: approve one at a time by it")
    with workplace.ledger().write() as unit:
        return "\n".join(_approved(workplace, unit, item, digest) for item in items)


def _approved(workplace: Workplace, unit: Unit, item: str, digest: str) -> str:
    at, actor = _now(workplace), workplace.ports.actor
    if is_for_approval(unit, item):
        mail = approve_draft(unit, item, digest=digest, at=at, actor=actor)
        until = f", until {moment(mail.expires_at)}" if mail.expires_at else ""
        return f"approved: “{mail.subject}” goes to {mail.recipient} at the next pass{until}"
    if digest:
        raise Misuse("--digest is for drafts; a fuse has no text")
    held = holds.approve(unit, item, at=at, actor=actor)
    return (
        f"approved: those of {len(held.keys):,} listed who still match {held.playbook} enter at "
        "its next pass; void when the playbook changes, and after 3 days"
    )


def drop(workplace: Workplace, items: Sequence[str], *, why: str = "") -> str:
    """Let drafts go to nobody, and nobody of blown fuses enter. All of them, or none.

    Raises:
        Refused: one of them does not wait for that.
    """
    with workplace.ledger().write() as unit:
        return "\n".join(_dropped(workplace, unit, item, why) for item in items)


def _dropped(workplace: Workplace, unit: Unit, item: str, why: str) -> str:
    at, actor = _now(workplace), workplace.ports.actor
    if is_for_approval(unit, item):
        mail = drop_draft(unit, item, why=why, at=at, actor=actor)
        return f"dropped: “{mail.subject}” goes to nobody"
    held = holds.drop(unit, item, at=at, actor=actor, why=why)
    return f"dropped: nobody enters {held.playbook} by it"


def resolve(workplace: Workplace, item: str, *, was_sent: bool) -> str:
    """Say what became of an unknown send."""
    decide = holds.resolve_sent if was_sent else holds.resolve_not_sent
    with workplace.ledger().write() as unit:
        decide(unit, item, at=_now(workplace), actor=workplace.ports.actor)
    return "noted as sent" if was_sent else "ready again, with the same bytes"


# ---------------------------------------------------------------- tasks


@dataclass(frozen=True, slots=True)
class Inbox:
    """Tasks, what is due first; what was due before `today` (of the project) is overdue."""

    tasks: Sequence[Task]
    today: date

    def is_overdue(self, task: Task) -> bool:
        """Whether it is still to be done, and should have been."""
        is_open = task.state is TaskState.OPEN and task.due_on != ""
        return is_open and date.fromisoformat(task.due_on) < self.today


def task_list(
    workplace: Workplace, *, every: bool, assignee: str = "", playbook: str = ""
) -> Inbox:
    """Open tasks, or every one; of one person, of one playbook.

    Raises:
        Refused: the project knows no such person of the house, or neither it nor the inbox such a
            playbook.
    """
    ledger = workplace.ledger_or_none()
    whom = _person(workplace, assignee)[1] if assignee else None
    found: Sequence[Task] = ()
    if ledger is not None:
        state = None if every else TaskState.OPEN
        with ledger.read() as unit:
            found = inbox.list_tasks(unit, state=state, assignee=whom, playbook=playbook or None)
    if playbook and not found:
        workplace.check_known((playbook,))
    return Inbox(found, local_date(_now(workplace), workplace.zone))


def finish_task(workplace: Workplace, task: str, *, outcome: str) -> str:
    """Mark a task as done."""
    at, actor = _now(workplace), workplace.ports.actor
    with workplace.ledger().write() as unit:
        done = inbox.finish_task(unit, task, outcome=outcome, at=at, actor=actor)
    return f"done: {done.title}"


def reassign_task(workplace: Workplace, task: str, person: str) -> str:
    """Give a task to another person: an address, or one of the house."""
    name, address = _person(workplace, person)
    at, actor = _now(workplace), workplace.ports.actor
    with workplace.ledger().write() as unit:
        moved = inbox.reassign_task(unit, task, address, name=name, at=at, actor=actor)
    return f"{moved.title}: now with {name or address}"


def _person(workplace: Workplace, text: str) -> tuple[str, str]:
    people = workplace.settings.people
    if not text.startswith("house."):
        return "", _address(text)
    name = text.removeprefix("house.")
    if name not in people:
        raise Refused(f"there is nobody called {text}; {did_you_mean(name, people)}")
    return people[name].name, people[name].email


# ---------------------------------------------------------------- suppressions


def suppression_list(workplace: Workplace) -> list[Suppression]:
    """All suppressions, the oldest first."""
    ledger = workplace.ledger_or_none()
    if ledger is None:
        return []
    with ledger.read() as unit:
        return list_suppressions(unit)


def stop_contacting(workplace: Workplace, address: str, *, topic: str, why: str) -> str:
    """Suppress an address, on one topic or on all.

    Raises:
        Refused: the ledger here only dry-runs, or the project has no such topic, and never sent a
            mail on it.
    """
    at, actor = _now(workplace), workplace.ports.actor
    normal = _address(address)
    _check_topic(workplace, topic)
    with _live(workplace).write() as unit:
        new = suppress(unit, normal, topic=topic, why=why, at=at, actor=actor)
        if topic:
            unsubscribe(unit, normal, topic=topic, why=why, at=at, actor=actor)
    about = f" on {topic}" if topic else ""
    return f"{address} gets nothing{about} any more" + ("" if new else " (it was so already)")


def allow_contacting(workplace: Workplace, address: str, *, topic: str, why: str) -> str:
    """Take a suppression back.

    Raises:
        Refused: the ledger here only dry-runs, or the address was not suppressed for that topic.
    """
    at, actor = _now(workplace), workplace.ports.actor
    normal = _address(address)
    with _live(workplace).write() as unit:
        if not unsuppress(unit, normal, topic=topic, why=why, at=at, actor=actor):
            raise Refused(f"{address} was not suppressed{f' on {topic}' if topic else ''}")
    return f"{address} may be contacted again"


def subscribe_address(workplace: Workplace, address: str, *, topic: str, why: str) -> str:
    """Record that an address asked for a topic, and take a suppression on it back.

    Raises:
        Refused: the ledger here only dry-runs, or the project has no such topic, and never sent a
            mail on it.
    """
    at, actor = _now(workplace), workplace.ports.actor
    normal = _address(address)
    _check_topic(workplace, topic)
    with _live(workplace).write() as unit:
        unsuppress(unit, normal, topic=topic, why=why, at=at, actor=actor)
        new = subscribe(unit, normal, topic=topic, why=why, at=at, actor=actor)
    return f"{address} gets mail on {topic}" + ("" if new else " (it was so already)")


def unsubscribe_by_token(workplace: Workplace, text: str) -> str:
    """Stop the topic of a mail to whom it was for, by the token that its link bears.

    Raises:
        Refused: the ledger here only dry-runs, or no mail of it bears that token.
    """
    token = re.split(r"[?&]token=", text.strip())[-1].split("&")[0]
    at, actor = _now(workplace), workplace.ports.actor
    with _live(workplace).write() as unit:
        topic = unsubscribe_from(unit, token, at=at, actor=actor)
    if topic is None:
        raise Refused("no mail of this ledger bears that token; nothing is changed")
    return f"the recipient of that mail gets nothing on {topic} any more"


def _live(workplace: Workplace) -> Ledger:
    """The ledger, unless it only dry-runs here: the live one would go on writing to them."""
    ledger, why_not = workplace.known_ledger()
    if ledger is not None and why_not:
        raise Refused(f"nothing is changed here: {why_not}")
    return ledger or workplace.ledger()


def _check_topic(workplace: Workplace, topic: str) -> None:
    """A topic that no mail is on is a slip: whoever wants no more of another would get it."""
    declared = workplace.settings.policy.topics
    known = topics_of_mails(workplace.project) if declared is None else declared
    if topic in ("", GENERAL) or topic in known:
        return
    ledger = workplace.ledger_or_none()
    if ledger is not None:
        with ledger.read() as unit:  # what was edited away since may be in mailboxes
            if had_topic(unit, topic):
                return
    lacks = "no mail is on the topic" if declared is None else "touchline.yaml declares no topic"
    raise Refused(f"{lacks} `{topic}`; {did_you_mean(topic, [*known, GENERAL])}")


def _address(text: str) -> str:
    try:
        return normalise(parse_address(text))
    except AddressError as error:
        raise Misuse(str(error)) from None


def _now(workplace: Workplace) -> datetime:
    return workplace.ports.clock.now()
