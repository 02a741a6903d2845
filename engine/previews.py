"""`touchline preview`: the messages of a playbook as one customer would get them."""

from __future__ import annotations

import asyncio
import email
import email.policy
import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.answers import key_of
from engine.audience.fields import rows
from engine.bind.acts import BoundEmail, BoundStep, BoundTask, BoundWebhook, digest_of
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import NewTouch, TouchKind, TouchState, digest_key
from engine.decide.stay import Newcomer, enter, start_of
from engine.decide.waits import Clock
from engine.dispatch.unopened import Unopened
from engine.ledger.threads import answers_among
from engine.messages.address import AddressError, parse_address
from engine.messages.failures import NO_RECIPIENT
from engine.messages.written import headers_in
from engine.ports import Message, Sent
from engine.problems import Misuse, Refused, Unreachable, did_you_mean
from engine.steps.copies import is_copy, with_copies
from engine.steps.drafts import (
    NO_APPROVER,
    Customer,
    Draft,
    House,
    Told,
    blank_digest,
    ended,
    unapprovable,
)
from engine.steps.persons import Who, first_set
from engine.steps.table import Press, digest_press, press_for
from engine.workplace import Workplace

__all__ = ["PreviewedMessage", "open_in_browser", "preview_of", "send_preview"]


@dataclass(frozen=True, slots=True)
class PreviewedMessage:
    """One message; `reason` says why it would not be made, where it would not.

    `cc` and `headers` are of mails; a mail with an `approver` waits as a draft for that person.
    """

    step: str
    channel: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    status: str
    reason: str
    touch: NewTouch
    cc: str = ""
    approver: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def preview_of(
    workplace: Workplace, name: str, key_text: str, as_of: datetime, *, step: str | None
) -> list[PreviewedMessage]:
    """The messages of all steps, or of one, whether or not this customer matches.

    What answers an earlier mail is shown as if that one had gone out.

    Raises:
        Refused: there is no such customer or step.
    """
    playbook = workplace.runnable(name)
    key = key_of(key_text, playbook.audience)
    one = Newcomer(str(key), number=1)
    enrollment = enter(start_of(playbook, as_of, Clock(playbook.zone)), one).enrollment
    entity = playbook.audience.entity
    made: dict[str, list[NewTouch]] = {}
    house = House(playbook, workplace.catalog, workplace.settings, as_of, workplace.policy.holidays)
    with workplace.sources(workplace.ledger_or_none()) as snapshot:
        for each, press in _presses(house, playbook, step):
            values = rows(
                entity, [key], press.fields, snapshot, as_of=as_of, zone=playbook.audience.zone
            ).get(key)
            if values is None:
                raise Refused(f"there is no {entity.name} with the key `{key_text}`")
            thread = each.thread if isinstance(each, BoundEmail) else None
            answers = answers_among(made.get(thread, ()) if thread else ())
            drafts = _drafts(house, each, press, Customer(enrollment, values, answers))
            made[each.id] = [draft.touch for draft in _with_copies(drafts)]
    shown = [touch for name in made if step in (None, name) for touch in made[name]]
    return [_message(touch) for touch in shown if not touch.copy_of or touch.state.has_ended]


def _drafts(house: House, step: BoundStep, press: Press, customer: Customer) -> Sequence[Draft]:
    """What a step makes for a customer; a digest as if it told of this one alone."""
    digest = digest_of(step)
    if digest is None or not isinstance(step, BoundEmail | BoundTask | BoundWebhook):
        return press.drafts(customer)
    who = first_set(digest.by, customer.values)
    told = Told(
        digest_key(
            house.playbook.identity, customer.enrollment.entity, step.id, person="", fire=""
        ),
        house.as_of,
        who or Who(""),
        (customer,),
    )
    if who is None:
        return (Draft(ended(blank_digest(house, step, told), NO_RECIPIENT)),)
    return (digest_press(house, step).digest(told),)


def _with_copies(drafts: Sequence[Draft]) -> list[Draft]:
    """As a pass makes them, but for what the ledger and the policy say."""
    mails = [
        replace(each, touch=ended(each.touch, NO_APPROVER)) if unapprovable(each.touch) else each
        for each in drafts
        if not is_copy(each)
    ]
    return with_copies(mails, [each for each in drafts if is_copy(each)])


def _presses(
    house: House, playbook: BoundPlaybook, wanted: str | None
) -> list[tuple[BoundStep, Press]]:
    """What prints the steps that are asked for, and the mails that they answer."""
    ids = list(playbook.route.steps)
    if wanted is not None and wanted not in ids:
        raise Refused(f"{playbook.name} has no step `{wanted}`; {did_you_mean(wanted, ids)}")
    names = set(ids) if wanted is None else _thread_of(wanted, playbook)
    steps = [step for step in playbook.route.steps.values() if step.id in names]
    return [(step, press) for step in steps if (press := press_for(house, step))]


def _thread_of(name: str, playbook: BoundPlaybook) -> set[str]:
    """A step with all that it answers, one through another."""
    names = {name}
    step = playbook.route.steps.get(name)
    while isinstance(step, BoundEmail) and step.thread is not None and step.thread not in names:
        names.add(step.thread)
        step = playbook.route.steps.get(step.thread)
    return names


def _message(touch: NewTouch) -> PreviewedMessage:
    text = touch.text
    if touch.task is not None:
        text = f"{touch.task.title}\n{touch.task.notes}".rstrip()
    is_mail = touch.kind is TouchKind.EMAIL and touch.payload
    headers = headers_in(touch.payload) if is_mail else ()
    return PreviewedMessage(
        step=touch.step,
        channel=touch.channel,
        to=touch.recipient,
        sender=touch.sender,
        subject=touch.subject,
        text=text,
        html=touch.html,
        status=str(touch.state),
        reason=f"{touch.reason}: {touch.detail}".rstrip(": "),
        touch=touch,
        cc=dict(headers).get("Cc", ""),
        approver=touch.approver,
        headers=headers,
    )


def open_in_browser(messages: Sequence[PreviewedMessage]) -> None:
    """Write the HTML of each mail to a file of its own and show it."""
    folder = Path(tempfile.mkdtemp(prefix="touchline-preview-"))
    for message in messages:
        if message.html:
            page = folder / f"{message.step}.html"
            page.write_text(message.html, encoding="utf-8")
            webbrowser.open(page.as_uri())


_MADE = (TouchState.READY, TouchState.DRAFT)


def send_preview(workplace: Workplace, messages: Sequence[PreviewedMessage], to: str) -> int:
    """Send the mails to one address alone: never to the customer, and with no record; how many.

    Raises:
        Misuse: it is no address.
        Unreachable: the mail server does not take them; the sentence says why.
    """
    try:
        address = str(parse_address(to))
    except AddressError as error:
        raise Misuse(f"--send-to: {error}") from None
    ready = [
        each.touch
        for each in messages
        if each.touch.kind is TouchKind.EMAIL and each.touch.state in _MADE
    ]
    if not ready:
        raise Refused("there is no mail to send: no step made one for this customer")
    asyncio.run(_send(workplace, ready, address))
    return len(ready)


async def _send(workplace: Workplace, touches: Sequence[NewTouch], address: str) -> None:
    channels = workplace.channels()
    try:
        for touch in touches:
            message = Message(
                id=touch.id,
                channel=touch.channel,
                recipient=address,
                sender=touch.sender,
                payload=_readdressed(touch.payload, address),
            )
            channel = channels[touch.channel]
            if isinstance(channel, Unopened):
                raise channel.why
            answer = await channel.send(message, _always)
            if not isinstance(answer, Sent):
                raise Unreachable(f"{touch.channel}: the preview was not sent: {answer.detail}")
    finally:
        for channel in channels.values():
            await channel.close()


async def _always() -> bool:
    return True


def _readdressed(payload: bytes, address: str) -> bytes:
    """The same message as a preview: to the author, under an id that the real one never has."""
    message = email.message_from_bytes(payload, policy=email.policy.SMTP)
    for name, value in (
        ("To", address),
        ("Subject", f"[preview] {message['Subject']}"),
        ("Message-ID", str(message["Message-ID"]).replace("<", "<preview-", 1)),
    ):
        message.replace_header(name, value)
    del message["Cc"]
    return message.as_bytes()
