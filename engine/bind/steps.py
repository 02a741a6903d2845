"""Steps to bound ones: templates, channels and persons looked up, `only_if` bound."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.bind.conditions import Condition
from engine.bind.filters import bind_condition
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.names import Scope
from engine.bind.persons import bind_contact, bind_first, bind_persons
from engine.bind.playbook import (
    MAX_LATENESS,
    TASK_CHANNEL,
    BoundEmail,
    BoundExit,
    BoundStep,
    BoundTask,
    BoundWait,
    BoundWebhook,
    FixedPerson,
    Persons,
    Slot,
)
from engine.language.conditions import Condition as DeclaredCondition
from engine.language.playbook import EmailStep, ExitStep, Step, TaskStep, WaitStep, WebhookStep
from engine.language.project import SmtpChannel, Template, WebhookChannel
from engine.places import Place
from engine.problems import Invalid, did_you_mean

__all__ = ["bind_steps"]

_DEFAULT_CHANNEL = "email"
_DEFAULT_TOPIC = "general"
_TOPIC = re.compile(r"[a-z0-9][a-z0-9_-]*")


def bind_steps(steps: tuple[Step, ...], scope: Scope) -> tuple[BoundStep, ...]:
    """All steps of a playbook, in order.

    Raises:
        Invalid: with the problems of all steps.
    """
    with Findings() as found:
        return found.each(steps, lambda step: _step(step, scope))


def _step(step: Step, scope: Scope) -> BoundStep:
    match step:
        case EmailStep():
            return _email(step, scope)
        case TaskStep():
            return _task(step, scope)
        case WebhookStep():
            return _webhook(step, scope)
        case WaitStep():
            return BoundWait(step.id, step.duration, _only_if(step.only_if, scope), step.place)
        case ExitStep():
            return BoundExit(step.id, step.reason, _only_if(step.only_if, scope), step.place)


def _only_if(condition: DeclaredCondition | None, scope: Scope) -> Condition | None:
    return None if condition is None else bind_condition(condition, scope)


def _task(step: TaskStep, scope: Scope) -> BoundTask:
    with Findings() as found:
        return BoundTask(
            id=step.id,
            title=step.title,
            kind=step.kind,
            assign=found.attempt(lambda: bind_first(step.assign, scope, step.place)),
            due=step.due,
            notes=step.notes,
            urgency=step.urgency,
            channel=TASK_CHANNEL,
            only_if=found.attempt(lambda: _only_if(step.only_if, scope)),
            on_failure=step.on_failure,
            max_lateness=step.max_lateness or MAX_LATENESS,
            place=step.place,
        )


def _webhook(step: WebhookStep, scope: Scope) -> BoundWebhook:
    with Findings() as found:
        return BoundWebhook(
            id=step.id,
            channel=found.attempt(lambda: _webhook_channel(step.channel, scope, step.place)),
            body=step.body,
            method=step.method,
            headers=step.headers,
            only_if=found.attempt(lambda: _only_if(step.only_if, scope)),
            on_failure=step.on_failure,
            max_lateness=step.max_lateness or MAX_LATENESS,
            place=step.place,
        )


def _email(step: EmailStep, scope: Scope) -> BoundEmail:
    with Findings() as found:
        template = found.attempt(lambda: _template(step.template, scope, step.place))
        channel = found.attempt(lambda: _mail_channel(step.via, scope, step.place))
        sender = found.attempt(lambda: bind_first(step.sender, scope, step.place))
        return BoundEmail(
            id=step.id,
            template=template,
            channel=channel.name if channel else "",
            to=found.attempt(lambda: _recipients(step, scope)),
            sender=found.attempt(lambda: _sender(sender, channel, step.place)),
            reply_to=found.attempt(lambda: bind_first(step.reply_to, scope, step.place)),
            variants=_variants(step.template, scope),
            values=step.values,
            topic=found.attempt(lambda: _topic(step, template)),
            one_copy=step.one_copy,
            only_if=found.attempt(lambda: _only_if(step.only_if, scope)),
            on_failure=step.on_failure,
            max_lateness=step.max_lateness or MAX_LATENESS,
            place=step.place,
        )


# ---------------------------------------------------------------- what a mail is made of


def _template(name: str, scope: Scope, place: Place) -> Template:
    templates = scope.project.templates
    if name in templates:
        return templates[name]
    known = [each.name for each in templates.values() if not each.locale]
    message = f"there is no template `{name}`, which emails/{name}.md would be"
    unknown = wrong(place, "unknown-template", message, hint=did_you_mean(name, known))
    raise or_unreadable(unknown, "template", name, scope.project)


def _variants(name: str, scope: Scope) -> Mapping[str, Template]:
    templates = scope.project.templates.values()
    return {each.locale: each for each in templates if each.name == name and each.locale}


def _topic(step: EmailStep, template: Template | None) -> str:
    topic = step.topic or (template.topic if template is not None else None) or _DEFAULT_TOPIC
    if not _TOPIC.fullmatch(topic):
        raise wrong(
            step.place,
            "bad-name",
            f"`{topic}` is no topic; expected lower-case letters, digits, `-` and `_`",
        )
    return topic


def _recipients(step: EmailStep, scope: Scope) -> Persons:
    if step.to:
        return bind_persons(step.to, scope, step.place)
    return ((bind_contact(scope, step.place),),)


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


# ---------------------------------------------------------------- channels


def _mail_channel(via: str | None, scope: Scope, place: Place) -> SmtpChannel:
    """The channel that `via` names, the only one of mail, or of several the one called `email`."""
    channels = scope.project.settings.channels
    mail = {name: each for name, each in channels.items() if isinstance(each, SmtpChannel)}
    if via is not None:
        if via in mail:
            return mail[via]
        raise _no_channel(via, scope, place, kind="smtp", known=list(mail))
    if len(mail) == 1:
        return next(iter(mail.values()))
    if _DEFAULT_CHANNEL in mail:
        return mail[_DEFAULT_CHANNEL]
    if mail:
        hint = f"say which: via: {' or '.join(sorted(mail))}"
        raise wrong(place, "no-channel", "there is more than one channel of mail", hint=hint)
    none = wrong(
        place,
        "no-channel",
        "touchline.yaml has no channel that sends mail",
        hint="add one under `channels`, with `type: smtp`",
    )
    broken = sorted(name for kind, name in scope.project.broken if kind == "channel")
    raise or_unreadable(none, "channel", broken[0] if broken else "", scope.project)


def _webhook_channel(name: str, scope: Scope, place: Place) -> str:
    channels = scope.project.settings.channels
    webhooks = [each for each, channel in channels.items() if isinstance(channel, WebhookChannel)]
    if name not in webhooks:
        raise _no_channel(name, scope, place, kind="webhook", known=webhooks)
    return name


def _no_channel(name: str, scope: Scope, place: Place, *, kind: str, known: list[str]) -> Invalid:
    hint = did_you_mean(name, known)
    if name in scope.project.settings.channels:
        message = f"the channel `{name}` is of another type; this step needs one of type {kind}"
        return wrong(place, "wrong-channel", message, hint=hint)
    unknown = wrong(place, "unknown-channel", f"touchline.yaml has no channel `{name}`", hint=hint)
    return or_unreadable(unknown, "channel", name, scope.project)
