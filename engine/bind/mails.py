"""Emails of steps: templates, topics, recipients and senders."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bind.acts import BoundDigest, BoundEmail
from engine.bind.bearing import bears_digest
from engine.bind.channels import mail_channel
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.names import Scope
from engine.bind.people import FixedPerson, Persons, Slot
from engine.bind.persons import bind_contact, bind_first, bind_persons
from engine.bind.policy import check_topic
from engine.language.project import SmtpChannel, Template
from engine.language.steps import EmailStep
from engine.places import Place
from engine.problems import did_you_mean

__all__ = ["bind_email"]

_LIBRARY = "library/"  # what the paths of its files begin with
_DEFAULT_TOPIC = "general"
_TOPIC = re.compile(r"[a-z0-9][a-z0-9_-]*")


def bind_email(step: EmailStep, scope: Scope) -> BoundEmail:
    """One message a recipient."""
    with Findings() as found:
        place = step.place
        template = found.attempt(lambda: _template(step.template, scope, place.of("email")))
        channel = found.attempt(lambda: mail_channel(step.via, scope.project, place.of("via")))
        sender = found.attempt(lambda: bind_first(step.sender, scope, place.of("from")))
        borne = bears_digest(step, scope, found)
        to = found.attempt(lambda: _recipients(step, borne["digest"], scope))
        cc = found.attempt(lambda: bind_persons(step.cc, scope, place.of("cc")))
        found.attempt(lambda: _check_copied(to or (), cc or (), place.of("cc")))
        return BoundEmail(
            template=template,
            channel=channel.name if channel else "",
            to=to,
            sender=found.attempt(lambda: _sender(sender, channel, place)),
            reply_to=found.attempt(lambda: bind_first(step.reply_to, scope, place.of("reply_to"))),
            cc=cc,
            variants=_variants(step.template, scope),
            values=step.values,
            topic=found.attempt(lambda: _topic(step, template, scope)),
            one_copy=step.one_copy,
            thread=step.thread,
            approve=found.attempt(lambda: bind_first(step.approve, scope, place.of("approve"))),
            **borne,
        )


# ---------------------------------------------------------------- what a mail is made of


def _template(name: str, scope: Scope, place: Place) -> Template:
    templates = scope.project.templates
    found = templates.get(name)
    if found is not None and _may_send(place, found):
        return found
    known = [each.name for each in templates.values() if not each.locale and _may_send(place, each)]
    message = f"there is no template `{name}`, which emails/{name}.md would be"
    unknown = wrong(place, "unknown-template", message, hint=did_you_mean(name, known))
    raise or_unreadable(unknown, "template", name, scope.project)


def _may_send(place: Place, template: Template) -> bool:
    """An email of the library is sent by plays of the library alone."""
    return not template.path.startswith(_LIBRARY) or place.note.startswith(_LIBRARY)


def _variants(name: str, scope: Scope) -> Mapping[str, Template]:
    templates = scope.project.templates.values()
    return {each.locale: each for each in templates if each.name == name and each.locale}


def _topic(step: EmailStep, template: Template | None, scope: Scope) -> str:
    topic = step.topic or (template.topic if template is not None else None) or _DEFAULT_TOPIC
    place = step.place.of("topic") if step.topic or template is None else template.topic_place
    if not _TOPIC.fullmatch(topic):
        raise wrong(
            place,
            "bad-name",
            f"`{topic}` is no topic; expected lower-case letters, digits, `-` and `_`",
        )
    check_topic(topic, scope.project, place)
    return topic


def _recipients(step: EmailStep, digest: BoundDigest | None, scope: Scope) -> Persons:
    if step.digest is not None:
        return (digest.by,) if digest else ()
    if step.to:
        return bind_persons(step.to, scope, step.place.of("to"))
    return ((bind_contact(scope, step.place),),)


def _check_copied(to: Persons, cc: Persons, place: Place) -> None:
    """Nobody gets a copy who gets the mail anyway."""
    twice = next((slot for n, slot in enumerate(cc) if slot in to or slot in cc[:n]), None)
    if twice is not None:
        names = " or ".join(person.text for person in twice)
        raise wrong(
            place,
            "duplicate-person",
            f"`cc` names {names}, who gets this mail already",
            hint="name each person once, in `to` or in `cc`",
        )


def _sender(sender: Slot | None, channel: SmtpChannel | None, place: Place) -> Slot:
    """The step's `from`, or the channel's where the step names nobody."""
    if sender is None or channel is None:
        return ()  # told already
    if sender:
        return sender
    if channel.sender is None:
        raise wrong(
            place,
            "no-sender",
            f"nobody is named as sender: neither this step nor the channel {channel.name} has "
            "`from`",
            hint="add `from: PERSON` here, as `from: account.csm`",
        )
    person = channel.sender
    return (FixedPerson(person.email, person.name, person.email, is_team=True),)
