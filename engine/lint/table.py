"""All rules of `lint`, in the order in which they are listed; and what they say of a project."""

from __future__ import annotations

from engine.lint.entering import (
    broad_segments,
    missing_exits,
    missing_fuses,
    missing_owners,
    missing_topics,
    overlapping_reentries,
)
from engine.lint.rule import Looked, Rule, advice
from engine.lint.senders import mails_without_reply, mails_without_sender
from engine.lint.unused import unused_segments, unused_templates
from engine.lint.wording import (
    bare_refusals,
    demands,
    left_braces,
    long_mails,
    mails_full_of_links,
    mails_without_greeting,
    many_purposes,
    promises,
    team_signatures,
    words_of_the_house,
)
from engine.problems import Problem

__all__ = ["RULES", "advice_on"]

RULES: tuple[Rule, ...] = (
    Rule(
        "broad-segment",
        "A playbook that everyone enters helps nobody in particular, and fills every mailbox.",
        "segment: {of: user, where: {everyone: true}}",
        "segment: {of: user, where: {signed_up_at: {days_ago: {between: [30, 90]}}}}",
        broad_segments,
    ),
    Rule(
        "no-fuse",
        "One wrong condition, or one wrong column in the data, and the whole base gets the mail.",
        "entry: {again: never}",
        "entry: {again: never, fuse: {matched: 200}}",
        missing_fuses,
    ),
    Rule(
        "no-exit",
        "Who did what the playbook asks for and is asked again learns that nobody is looking.",
        "steps: [{email: hello, from: house.dana}, {wait: 5 days}, {task: Call}]",
        "exit_when: {did: logged_in, within: 1 day}",
        missing_exits,
    ),
    Rule(
        "no-owner",
        "What is held back waits for a person, and an answer needs somebody who knows the play.",
        'description: "Nobody answers for it."',
        "owner: cs-ops@acme.example",
        missing_owners,
    ),
    Rule(
        "no-topic",
        "A mail without a topic leaves who wants no more of it only one way: to stop everything.",
        "steps: [{email: hello, from: house.dana}]",
        "steps: [{email: hello, from: house.dana, topic: product-tips}]",
        missing_topics,
    ),
    Rule(
        "overlapping-reentry",
        "Who enters again while the last time still counts gets the same mail over and over, and "
        "the goal is counted twice.",
        "entry: {again: always, fuse: {matched: 200}}",
        "entry: {again: {after: 90 days}, fuse: {matched: 200}}",
        overlapping_reentries,
    ),
    Rule(
        "unused-segment",
        "A segment that nothing uses is changed by nobody, and misleads who reads it later.",
        "segment: forgotten",
        "segment: trained",
        unused_segments,
    ),
    Rule(
        "unused-template",
        "A mail that no step sends is one that nobody keeps right.",
        "emails/forgotten.md",
        "emails/hello.md",
        unused_templates,
    ),
    Rule(
        "no-reply",
        "The answer to a mail is the best thing that can come of it; here it would be lost.",
        "steps: [{email: hello, from: no-reply@acme.example}]",
        "steps: [{email: hello, from: house.dana}]",
        mails_without_reply,
    ),
    Rule(
        "no-person-sends",
        "People answer people. A mail from a group is read as advertising.",
        "steps: [{email: hello}]",
        "steps: [{email: hello, from: house.dana}]",
        mails_without_sender,
    ),
    Rule(
        "signed-by-team",
        "A team has no face: nobody is bound by what it says, and nobody can be asked.",
        "Best wishes,\nYour Acme Team",
        "Best wishes,\n{{ sender.name }}",
        team_signatures,
    ),
    Rule(
        "need-to",
        "Customers need to do nothing for us. What sounds like homework is put off.",
        "You need to complete the set-up to see reports.",
        "With the set-up complete, you see reports every Monday.",
        demands,
    ),
    Rule(
        "bare-no",
        "A no without a way on ends the talk, and often the custom.",
        "Unfortunately exports are not part of your plan.",
        "Exports are not part of your plan, but you can print any page as a file.",
        bare_refusals,
    ),
    Rule(
        "promise",
        "What has been done is worth more than what is promised, and cannot be forgotten.",
        "I will look into this and come back to you.",
        "I have looked into this: the import stopped at row 12.",
        promises,
    ),
    Rule(
        "our-words",
        "Words of the house make readers feel that they are filed and not spoken to.",
        "Your tenant is ready.",
        "Your workspace is ready.",
        words_of_the_house,
    ),
    Rule(
        "left-braces",
        "What another program would fill in reaches the customer as it is written.",
        "Your plan is {account.plan}.",
        "Your plan is {{ account.plan }}.",
        left_braces,
    ),
    Rule(
        "greeting",
        "A mail that begins with a name is read; one whose name may be missing is not even sent.",
        "Hi {{ user.first_name }},",
        "Hi {{ user.first_name | default('there') }},",
        mails_without_greeting,
    ),
    Rule(
        "one-purpose",
        "Of three requests in one mail none is followed.",
        "Would you try reports? Do you have time on Tuesday? Have you seen what is new?",
        "Would you try reports?",
        many_purposes,
    ),
    Rule(
        "too-long",
        "A mail is looked at for some ten seconds; what stands below is not read.",
        "word " * 300,
        "A few words.",
        long_mails,
    ),
    Rule(
        "too-many-links",
        "Many links scatter the reader, and mail filters take them for advertising.",
        "[a](https://acme.example/a) " * 4,
        "[Reports](https://acme.example/reports)",
        mails_full_of_links,
    ),
)
"""Every rule, by kind: who enters and how, what is not used, who writes, how it reads."""


def advice_on(looked: Looked) -> tuple[Problem, ...]:
    """What the rules find in a project, but for what is switched off; sorted."""
    off = looked.project.settings.lint.off
    off_in = _off_by_file(looked)
    found = (each for rule in RULES if rule.id not in off for each in advice(rule, looked))
    return tuple(
        sorted({each for each in found if each.code not in off_in.get(each.place.path, ())})
    )


def _off_by_file(looked: Looked) -> dict[str, tuple[str, ...]]:
    project = looked.project
    files = {each.path: each.lint_off for each in project.templates.values()}
    files.update({each.place.path: each.lint_off for each in project.playbooks.values()})
    files.update({each.place.path: each.lint_off for each in project.segments.values()})
    blueprints = [each.sample for each in project.blueprints.values() if each.sample]
    files.update({each.place.path: each.lint_off for each in blueprints})
    return files
