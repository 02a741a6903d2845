"""Binding playbooks: persons, channels, templates, schedules and versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bind.acts import MAX_LATENESS, BoundEmail, BoundTask, BoundWait, BoundWebhook
from engine.bind.bind import bind_catalog, bind_playbook, check
from engine.bind.conditions import BoundEveryone, BoundNot, BoundSegment
from engine.bind.people import FixedPerson, RolePerson
from engine.bind.playbook import Audience
from engine.language.playbook import Fuse, Status
from engine.language.project import Project, SmtpChannel
from engine.moments import Duration, Unit
from engine.problems import Invalid
from tests.bind.samples import playbook, playbook_problems, project
from tests.support.declare import with_entity, with_playbook, with_segment

EMAIL = "- email: feature-checkup"


def checkup() -> tuple[Audience, BoundEmail, BoundWait, BoundTask, BoundWebhook]:
    bound = bind_playbook("feature-checkup", project(), bind_catalog(project())[0])
    email, wait, task, webhook = bound.steps
    assert isinstance(email, BoundEmail)
    assert isinstance(wait, BoundWait)
    assert isinstance(task, BoundTask)
    assert isinstance(webhook, BoundWebhook)
    return bound.audience, email, wait, task, webhook


def test_the_checkup_of_the_language_page_binds_clean() -> None:
    audience, email, wait, task, webhook = checkup()
    assert (audience.name, audience.entity.name, audience.zone.key) == (
        *("feature-checkup", "user"),
        "America/New_York",
    )
    assert (email.channel, email.topic, email.max_lateness) == ("email", "general", MAX_LATENESS)
    assert (email.template.locale, list(email.variants)) == ("", ["fr"])
    assert wait.wait == Duration(5, Unit.DAY)
    assert (task.channel, webhook.channel) == ("task", "slack-cs")
    assert not [p for p in check(project()) if p.place.path.startswith("playbooks/")]


def test_persons_are_fields_seen_from_the_playbooks_entity() -> None:
    _, email, _, task, _ = checkup()
    ((recipient,),) = email.to
    (sender,) = email.sender
    assert isinstance(recipient, RolePerson)
    assert isinstance(sender, RolePerson)
    assert (recipient.text, recipient.is_team, recipient.email.path) == ("user", False, "email")
    assert [field.path for field in recipient.fields] == ["email", "first_name", "tz", "lang"]
    assert (sender.text, sender.is_team) == ("account.csm", True)
    assert [field.path for field in sender.fields] == ["account.csm_email", "account.csm_name"]
    assert task.assign == email.sender


PERSONS = {
    "house": ("house.cs_manager", FixedPerson(
        "house.cs_manager", "Dana Reyes", "dana@acme.example", is_team=True)),
    "address": ("ann@example.com", FixedPerson("ann@example.com", "", "ann@example.com")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "person"), PERSONS.values(), ids=PERSONS)
def test_a_fixed_person(text: str, person: FixedPerson) -> None:
    (step,) = playbook(f"steps:\n  - task: Call\n    assign: {text}").steps
    assert isinstance(step, BoundTask)
    assert step.assign == (person,)


def test_a_list_is_alternatives_in_from_and_everyone_in_to() -> None:
    (step,) = playbook(
        f"""
        steps:
          {EMAIL}
            from: [account.csm, house.cs_manager]
            to: [[account.champion, user], ann@example.com]
        """
    ).steps
    assert isinstance(step, BoundEmail)
    assert [person.text for person in step.sender] == ["account.csm", "house.cs_manager"]
    assert [[person.text for person in slot] for slot in step.to] == [
        ["account.champion", "user"],
        ["ann@example.com"],
    ]


def test_where_a_step_names_no_sender_the_channel_does() -> None:
    (step,) = playbook(f"steps:\n  {EMAIL}").steps
    assert isinstance(step, BoundEmail)
    assert step.sender == (
        FixedPerson(
            "success@acme.example", "Acme Success", "success@acme.example", is_team=True
        ),
    )  # fmt: skip


def test_a_contact_over_a_link() -> None:
    declared = with_playbook(
        project(),
        f"segment: {{of: ticket, where: [{{everyone: true}}]}}\n"
        f"steps:\n  {EMAIL}\n    to: [opener, solver.account.champion]",
    )
    (step,) = bind_playbook("asked", declared, bind_catalog(declared)[0]).steps
    assert isinstance(step, BoundEmail)
    assert [[person.email.path for person in slot] for slot in step.to] == [
        ["opener.email"],
        ["solver.account.champion_email"],
    ]


# ---------------------------------------------------------------- what is refused

REFUSED = {
    "template-misspelt": (
        "steps:\n  - email: feature-chekup",
        "unknown-template",
        "did you mean feature-checkup?",
    ),
    "person-misspelt": (
        f"steps:\n  {EMAIL}\n    from: account.cms",
        "unknown-person",
        "did you mean account.csm?",
    ),
    "person-of-the-house-misspelt": (
        f"steps:\n  {EMAIL}\n    from: house.cs_manger",
        "unknown-person",
        "did you mean house.cs_manager?",
    ),
    "person-is-a-field": (
        f"steps:\n  {EMAIL}\n    to: full_name",
        "unknown-person",
        "is a field, not a person",
    ),
    "person-without-contact": (
        f"steps:\n  {EMAIL}\n    to: account",
        "no-contact",
        "account has no contact",
    ),
    "address-broken": (
        f"steps:\n  {EMAIL}\n    to: 'ann @example.com'",
        "bad-address",
        "expected one, as dana@acme.example",
    ),
    "via-a-webhook": (
        f"steps:\n  {EMAIL}\n    via: slack-cs",
        "wrong-channel",
        "one of type smtp is needed here",
    ),
    "via-unknown": (f"steps:\n  {EMAIL}\n    via: emial", "unknown-channel", "did you mean email?"),
    "webhook-over-mail": ("steps:\n  - webhook: email", "wrong-channel", "of type webhook"),
    "webhook-unknown": ("steps:\n  - webhook: slack", "unknown-channel", "did you mean slack-cs?"),
    "only-if-misspelt": (
        "steps:\n  - wait: 1 day\n    only_if: {rol: admin}",
        "unknown-field",
        "did you mean role?",
    ),
    "step-misspelt": (
        f"steps:\n  {EMAIL}\n  - wait: 1 day\n    only_if: {{step: emial-1, is: sent}}",
        "unknown-step",
        "did you mean email-1?",
    ),
    "step-never-so": (
        "exit_when: {step: wait-1, is: sent}\nsteps:\n  - wait: 1 day",
        "never-holds",
        "it becomes open, done, skipped",
    ),
    "outcome-of-a-mail": (
        f"exit_when: {{step: email-1, outcome: reached}}\nsteps:\n  {EMAIL}",
        "never-holds",
        "`outcome` is asked of a task",
    ),
    "step-of-a-child": (
        "exit_when: {account: {has: user, where: {step: a, is: done}}}\nsteps:\n  - wait: 1 day",
        "outside-playbook",
        "of the customer itself",
    ),
    "moment-of-no-step": (
        "goal: {name: g, when: {onboarded_at: {since: step wait-2}}}\nsteps:\n  - wait: 1 day",
        "unknown-step",
        "did you mean wait-1?",
    ),
    "entered-in-the-segment": (
        "segment: {of: user, where: [{onboarded_at: {since: entered}}]}",
        "outside-playbook",
        "`entered`",
    ),
    "exit-misspelt": ("exit_when: {did: loged_in}", "unknown-event", "did you mean logged_in?"),
    "segment-misspelt": ("segment: traned", "unknown-segment", "did you mean trained?"),
    "segment-of-unknown-entity": (
        "segment: {of: usr, where: [{everyone: true}]}",
        "unknown-entity",
        "did you mean user?",
    ),
    "segment-of-itself": (
        "segment: {of: user, where: [{segment: self}]}",
        "segment-cycle",
        "self → self",
    ),
    "zone-misspelt": (
        'schedule: {cron: "0 9 * * *", timezone: Europe/Berlim}',
        "unknown-zone",
        "did you mean Europe/Berlin?",
    ),
    "cron-with-seconds": ('schedule: "0 0 9 * * *"', "bad-schedule", "expected five fields"),
    "cron-by-name": ('schedule: "@reboot"', "bad-schedule", "expected five fields"),
    "cron-never": ('schedule: "0 0 30 2 *"', "bad-schedule", "never fires"),
    "cron-hashed": ('schedule: "H 9 * * *"', "bad-schedule", "to chance"),
    "cron-random": ('schedule: "R(0-9) 9 * * *"', "bad-schedule", "to chance"),
    "cron-out-of-range": ('schedule: "0 25 * * *"', "bad-schedule", "out of range"),
    "cron-nonsense": ('schedule: "a b c d e"', "bad-schedule", "is no schedule"),
}


@pytest.mark.parametrize(("text", "code", "fragment"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_playbook_is_told(text: str, code: str, fragment: str) -> None:
    (problem,) = playbook_problems(text)
    assert problem.code == code
    assert fragment in str(problem)
    assert problem.place.path == "playbooks/asked.yaml"


CRONS = ["0 9 * * 1-5", "*/15 * * * *", "0 9 L * *", "0 9 * * mon#1", "0 9 1,15 jan-mar THU"]


@pytest.mark.parametrize("cron", CRONS)
def test_five_fields_that_fire_are_a_schedule(cron: str) -> None:
    assert playbook(f'schedule: "{cron}"').schedule is not None


FUSES = {
    "share-of-nothing": Fuse(share=0.0),
    "share-over-all": Fuse(share=1.5),
    "nobody": Fuse(matched=0),
    "neither": Fuse(),
}


@pytest.mark.parametrize("fuse", FUSES.values(), ids=FUSES)
def test_a_fuse_that_makes_no_sense(fuse: Fuse) -> None:
    declared = with_playbook(project(), "status: active")
    asked = declared.playbooks["asked"]
    entry = replace(asked.entry, fuse=fuse)
    declared = replace(declared, playbooks={"asked": replace(asked, entry=entry)})
    with pytest.raises(Invalid, match="`fuse`"):
        bind_playbook("asked", declared, bind_catalog(declared)[0])
    policy = replace(declared.settings.policy, first_run=fuse)
    declared = replace(declared, settings=replace(declared.settings, policy=policy))
    assert any("`first_run`" in problem.message for problem in check(declared))


def test_all_problems_of_a_playbook_come_together() -> None:
    problems = playbook_problems(
        """
        schedule: {cron: "61 9 * * *", timezone: Mars}
        segment: {of: user, where: [{rol: admin}]}
        exit_when: {did: loged_in}
        steps:
          - email: feature-chekup
            from: account.cms
            only_if: {scores: 3}
          - webhook: slack
        """
    )
    assert {problem.code for problem in problems} == {
        "bad-schedule",
        "unknown-zone",
        "unknown-field",
        "unknown-event",
        "unknown-template",
        "unknown-person",
        "unknown-channel",
    }
    assert len(problems) == 8


# ---------------------------------------------------------------- channels of mail


def _with_mail(names: list[str], *, sender: bool = True) -> Project:
    declared = project()
    mail = declared.settings.channels["email"]
    assert isinstance(mail, SmtpChannel)
    if not sender:
        mail = replace(mail, sender=None)
    channels = {name: replace(mail, name=name) for name in names}
    settings = replace(declared.settings, channels=channels)
    return with_playbook(replace(declared, settings=settings), f"steps:\n  {EMAIL}")


CHANNELS = {
    "the-only-one": (["mail"], "mail"),
    "the-one-called-email": (["bulk", "email"], "email"),
}


@pytest.mark.parametrize(("names", "channel"), CHANNELS.values(), ids=CHANNELS)
def test_mail_goes_over_the_channel_that_is_meant(names: list[str], channel: str) -> None:
    declared = _with_mail(names)
    (step,) = bind_playbook("asked", declared, bind_catalog(declared)[0]).steps
    assert isinstance(step, BoundEmail)
    assert step.channel == channel


@pytest.mark.parametrize("names", [[], ["bulk", "mail"]], ids=["none", "several"])
def test_mail_without_one_clear_channel_is_refused(names: list[str]) -> None:
    declared = _with_mail(names)
    with pytest.raises(Invalid) as refused:
        bind_playbook("asked", declared, bind_catalog(declared)[0])
    assert [problem.code for problem in refused.value.problems] == ["no-channel"]


def test_a_mail_from_nobody_is_refused() -> None:
    declared = _with_mail(["email"], sender=False)
    with pytest.raises(Invalid, match="nobody is named as sender"):
        bind_playbook("asked", declared, bind_catalog(declared)[0])


# ---------------------------------------------------------------- segments of playbooks


def test_self_is_the_playbooks_own_segment() -> None:
    bound = playbook("exit_when: {not: {segment: self}}")
    assert isinstance(bound.exit_when, BoundNot)
    assert isinstance(bound.exit_when.part, BoundSegment)
    assert bound.exit_when.part.condition == bound.audience.condition


def test_a_named_segment_is_the_audience_in_the_schedules_zone() -> None:
    bound = playbook(
        'segment: large\nschedule: {cron: "0 9 * * *", timezone: Asia/Tokyo}\n'
        "steps: [{wait: 1 day, only_if: {everyone: true}}]"
    )
    assert (bound.audience.name, bound.audience.entity.name) == ("large", "account")
    assert bound.audience.zone.key == bound.zone.key == "Asia/Tokyo"
    assert bound.steps[0].only_if == BoundEveryone()


# ---------------------------------------------------------------- versions


def _version(declared: Project, name: str = "asked") -> str:
    return bind_playbook(name, declared, bind_catalog(declared)[0]).version


BASE = f"segment: trained\nsteps:\n  {EMAIL}\n    from: account.csm"


def _base() -> Project:
    return with_playbook(project(), BASE)


def test_a_version_is_a_digest() -> None:
    version = _version(_base())
    assert len(version) == 64
    assert int(version, 16) >= 0


UNCHANGED = {
    "comment": f"# a note\n{BASE}",
    "status": f"{BASE}\nstatus: paused",
    "owner": f"{BASE}\nowner: ann@acme.example",
    "schedule": f'{BASE}\nschedule: "0 9 * * *"',
    "priority": f"{BASE}\npriority: 3",
    "entry": f"{BASE}\nentry: {{again: always, per_run: 3}}",
    "formatting": "segment: 'trained'\nsteps: [{from: account.csm, email: feature-checkup}]",
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_what_is_no_part_of_a_version(text: str) -> None:
    assert _version(with_playbook(project(), text)) == _version(_base())


CHANGED = {
    "step": f"{BASE}\n  - wait: 1 day",
    "sender": f"segment: trained\nsteps:\n  {EMAIL}",
    "exit": f"{BASE}\nexit_when: {{did: logged_in}}",
    "segment": f"segment: {{of: user, where: [{{segment: trained}}]}}\nsteps:\n  {EMAIL}",
}


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_what_makes_another_version(text: str) -> None:
    assert _version(with_playbook(project(), text)) != _version(_base())


def test_a_version_follows_named_segments_through_each_other() -> None:
    def through(conditions: str) -> str:
        inner = with_segment(project(), conditions)
        outer = with_segment(inner, "- segment: asked").segments["asked"]
        segments = {**inner.segments, "outer": replace(outer, name="outer")}
        declared = replace(inner, segments=segments)
        return _version(with_playbook(declared, "exit_when: {segment: outer}"))

    assert through("- score: 3") == through("\n- score:   3  # the same")
    assert through("- score: 3") != through("- score: 4")
    assert through("- score: 3") != through("- seats: 3")
    assert through("- score: 3") != through("- score: [3]")


def test_a_version_follows_every_template_it_may_use() -> None:
    declared = _base()
    french = declared.templates["feature-checkup.fr"]
    templates = {**declared.templates, "feature-checkup.fr": replace(french, body="Bonjour.")}
    moved = {**declared.templates, "feature-checkup.fr": replace(french, body_line=9)}
    assert _version(replace(declared, templates=templates)) != _version(declared)
    assert _version(replace(declared, templates=moved)) == _version(declared)


def test_status_and_entry_are_carried_as_declared() -> None:
    bound = playbook("status: draft\nentry: {again: {after: 90 days}, per_run: 5}\npriority: 7")
    assert (bound.status, bound.priority, bound.entry.per_run) == (Status.DRAFT, 7, 5)
    assert bound.entry.again.after == Duration(90, Unit.DAY)


def test_a_broken_contact_is_told_as_broken_and_not_as_absent() -> None:
    text = """
    entity: device
    source: product.devices
    key: id
    contact: {email: n}
    fields: {n: integer}
    """
    declared = with_playbook(
        with_entity(project(), text),
        f"segment: {{of: device, where: [{{everyone: true}}]}}\nsteps:\n  {EMAIL}",
    )
    with pytest.raises(Invalid, match="what tells of a person is text"):
        bind_playbook("asked", declared, bind_catalog(declared)[0])
