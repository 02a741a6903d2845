"""Mails that wait for a person, as that person sees and changes them: `held show`, `held edit`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from engine.language.project import SmtpChannel
from engine.ledger.drafts import HeldDraft, draft, revise_draft
from engine.messages.edited import Manuscript, manuscript_of, revised
from engine.messages.failures import RenderFailure
from engine.messages.written import headers_in, parts_of
from engine.problems import Misuse, Refused
from engine.workplace import Workplace

__all__ = ["ShownDraft", "approval_of", "edit_draft", "show_draft"]

Editor = Callable[[str], str | None]
"""Lets a person change a text; None where they did not save it."""


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft in full. `digest` names the text that is shown; `do` is how to approve it."""

    id: str
    playbook: str
    key: str
    step: str
    channel: str
    to: str
    cc: str
    sender: str
    subject: str
    approver: str
    edited_by: str
    digest: str
    since: datetime
    expires_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    do: str


def approval_of(held: HeldDraft) -> str:
    """The command that approves a draft as it reads now."""
    return f"touchline held approve {held.id} --digest {held.digest}"


def show_draft(workplace: Workplace, item: str) -> ShownDraft:
    """A draft with the very bytes that would go out.

    Raises:
        Refused: there is no draft of this id.
    """
    held = _held(workplace, item)
    parts, headers = parts_of(held.payload), headers_in(held.payload)
    return ShownDraft(
        id=held.id,
        playbook=held.playbook,
        key=held.key,
        step=held.step,
        channel=held.channel,
        to=held.recipient,
        cc=dict(headers).get("Cc", ""),
        sender=held.sender,
        subject=held.subject,
        approver=held.approver,
        edited_by=held.edited_by,
        digest=held.digest,
        since=held.made_at,
        expires_at=held.expires_at,
        headers=headers,
        text=parts.text,
        html=parts.html,
        do=approval_of(held),
    )


def edit_draft(
    workplace: Workplace,
    item: str,
    *,
    subject: str | None,
    text: str | None,
    editor: Editor | None,
) -> str:
    """Change subject and text (Markdown) of a draft; it waits on, and has to be approved anew.

    Where neither is given the `editor` is asked.

    Raises:
        Misuse: neither is given, and there is no editor.
        Refused: there is no such draft, it was changed meanwhile, or the text cannot be sent.
        Invalid: the text holds a link that no message may hold.
    """
    held = _held(workplace, item)
    was = manuscript_of(held.payload, held.subject)
    now = _changed(was, subject, text, editor)
    try:
        address = _postal_address(workplace, held)
        payload = revised(held.payload, was, now, postal_address=address)
    except RenderFailure as failure:
        raise Refused(f"the draft is as it was: {failure.detail}") from None
    if payload == held.payload:
        return "nothing was changed"
    at, actor = workplace.ports.clock.now(), workplace.ports.actor
    heading = " ".join(now.subject.split())
    with workplace.ledger().write() as unit:
        held = revise_draft(unit, held, payload, heading, at=at, actor=actor)
    return f"edited; it waits on. To approve it as it reads now:\n{approval_of(held)}"


def _changed(
    was: Manuscript, subject: str | None, text: str | None, editor: Editor | None
) -> Manuscript:
    if subject is not None or text is not None:
        given = was if text is None else replace(was, body=text)
        return given if subject is None else replace(given, subject=subject)
    if editor is None:
        raise Misuse("say what to change, by --subject, --text FILE or both (`--text -` reads it)")
    page = editor(was.page)
    return was if page is None else Manuscript.read(page)


def _held(workplace: Workplace, item: str) -> HeldDraft:
    ledger = workplace.ledger_or_none()
    if ledger is None:
        raise Refused(f"no draft has the id {item}: there is no ledger yet")
    with ledger.read() as unit:
        return draft(unit, item)


def _postal_address(workplace: Workplace, held: HeldDraft) -> str:
    channel = workplace.settings.channels.get(held.channel)
    return channel.postal_address if isinstance(channel, SmtpChannel) else ""
