"""What a condition cannot say: each with its code, its place and what helps."""

from __future__ import annotations

import pytest

from tests.bind.samples import condition_problems

# id: condition, line:column and code, a fragment of the sentence. The condition begins at 4:5.
OF_USER = {
    "field-misspelt": (
        "- signed_up: {days_ago: 3}",
        "4:5 unknown-field",
        "did you mean signed_up_at?",
    ),
    "field-of-parent-misspelt": (
        "- account.plam: pro",
        "4:5 unknown-field",
        "account has no field `plam` (did you mean plan?)",
    ),
    "link-misspelt": ("- acount.plan: pro", "4:5 unknown-link", "did you mean account?"),
    "field-as-link": ("- role.plan: pro", "4:5 unknown-link", "is a field of user, not a link"),
    "own-name-as-prefix": ("- user.role: admin", "4:5 unknown-link", "leave the prefix out"),
    "link-as-field": ("- account: {set: true}", "4:5 unfit-name", "is a link to account"),
    "role-tested": (
        "- account.champion: ann@example.com",
        "4:23 unfit-operator",
        "a role only takes `set`",
    ),
    "computed-field-is-typed": ("- logins: many", "4:13 wrong-type", "logins is integer"),
    "computed-field-misspelt": ("- logns: 3", "4:5 unknown-field", "did you mean logins?"),
    "part-of-a-role": (
        "- account.champion.email: {set: true}",
        "4:5 unknown-link",
        "is a role of account, not a link",
    ),
    "changed-and-not-tracked": (
        "- seats: {changed: {within: 7 days}}",
        "4:22 not-tracked",
        "add seats to `track:` of the entity user, as `track: [seats]`",
    ),
    "unchanged-and-not-tracked": (
        "- account.name: {unchanged_for: 7 days}",
        "4:35 not-tracked",
        "the history of `account.name` is not kept (add name to `track:` of the entity account",
    ),
    "then-and-not-tracked": (
        "- score: {at_most: {field: seats, at: today}}",
        "4:22 not-tracked",
        "the history of `seats` is not kept",
    ),
    "changed-to-no-listed-value": (
        "- role: {changed: {to: gest, within: 7 days}}",
        "4:21 unknown-value",
        "did you mean guest?",
    ),
    "changed-to-another-type": (
        "- score: {changed: {from: low, within: 7 days}}",
        "4:22 wrong-type",
        "found the text `low`",
    ),
    "list-changed-to": (
        "- tags: {changed: {to: a, within: 7 days}}",
        "4:21 unfit-operator",
        "a list, which changes as a whole",
    ),
    "changed-in-business-days": (
        "- score: {unchanged_for: 3 business days}",
        "4:28 business-days",
        "write days",
    ),
    "number-of-events-unchanged": (
        "- did: logged_in\n  times: {unchanged_for: 7 days}",
        "5:28 unfit-operator",
        "asks for the history of a field",
    ),
    "then-at-no-moment": (
        "- score: {at_most: {field: score, at: fortnight}}",
        "4:22 unknown-field",
        "`fortnight` is no moment and no field of user",
    ),
    "then-when-it-entered": (
        "- score: {at_most: {field: score, at: entered}}",
        "4:22 outside-playbook",
        "`entered`",
    ),
    "operator-misspelt-beside-field": (
        "- role: {foo: adm}",
        "4:11 unknown-operator",
        "`foo` is no operator; role is text",
    ),
    "condition-beside-field": (
        "- role: [{everyone: true}]",
        "4:5 unfit-name",
        "takes a test, not a condition",
    ),
    "text-is-a-number": ("- first_name: 5", "4:17 wrong-type", 'write it in quotes, as "5"'),
    "text-is-true": ("- first_name: true", "4:17 wrong-type", 'in quotes, as "true"'),
    "text-ordered": (
        "- role: {more_than: admin}",
        "4:23 unfit-operator",
        "it takes is, is_not, one_of",
    ),
    "text-ago": ("- role: {days_ago: 3}", "4:22 unfit-operator", "takes no `days_ago`"),
    "number-is-text": (
        "- score: high",
        "4:12 wrong-type",
        "compared with a number; found the text `high`",
    ),
    "number-is-quoted": ('- seats: "012"', "4:12 wrong-type", "found the text `012`"),
    "number-contains": (
        "- score: {contains: 5x}",
        "4:23 unfit-operator",
        "score is number, which takes no",
    ),
    "number-ignores-case": (
        "- score: {is: 5, ignore_case: true}",
        "4:12 unfit-operator",
        "`ignore_case` is for text",
    ),
    "percents-inverted": (
        "- score: {between: [50%, 20%]}",
        "4:22 inverted-range",
        "write between: [0.2, 0.5]",
    ),
    "boolean-is-yes": ("- active: yes", "4:13 wrong-type", "write true or false"),
    "boolean-is-1": ("- active: 1", "4:13 wrong-type", "true or false; found the number 1"),
    "boolean-ordered": (
        "- active: {at_least: true}",
        "4:24 unfit-operator",
        "it takes is, is_not, one_of, none_of, set",
    ),
    "value-not-listed": ("- role: admni", "4:11 unknown-value", "did you mean admin?"),
    "value-not-listed-of-several": (
        "- role: [admin, owner]",
        "4:11 unknown-value",
        "never `owner`",
    ),
    "value-of-parent-not-listed": (
        "- account.plan: Pro",
        "4:19 unknown-value",
        "did you mean pro?",
    ),
    "number-not-listed": ("- level: 4", "4:12 unknown-value", "there is 1, 2, 3"),
    "list-is": ("- tags: vip", "4:11 unfit-operator", "it takes includes, includes_any"),
    "list-includes-a-number": (
        "- tags: {includes: {field: seats}}",
        "4:22 wrong-type",
        "`seats` is integer and an entry of tags is text",
    ),
    "list-includes-any-of-none": (
        "- tags: {includes_any: [a, {field: nothing}]}",
        "4:30 unknown-field",
        "no field `nothing`",
    ),
    "text-includes": ("- role: {includes: admin}", "4:22 unfit-operator", "takes no `includes`"),
    "in-nothing": ("- none: [{in_playbook: checkup}]", "4:26 unknown-playbook", "did you mean"),
    "finished-nothing": ("- finished_playbook: nothing", "4:24 unknown-playbook", "no playbook"),
    "finished-in-business-days": (
        "- finished_playbook: feature-checkup\n  within: 3 business days",
        "4:24 business-days",
        "write days",
    ),
    "has-no-such-entity": ("- has: usr", "4:10 unknown-entity", "did you mean user?"),
    "has-what-does-not-link": (
        "- has: account",
        "4:10 unknown-link",
        "account has no link to user",
    ),
    "has-by-two-links": (
        "- has: ticket",
        "4:10 ambiguous-link",
        "in more than one way: opener, solver (say which, as `through: opener`)",
    ),
    "has-through-another": (
        "- has_no: ticket\n  through: account",
        "4:13 unknown-link",
        "ticket has no link `account` to user",
    ),
    "has-names-of-the-child": (
        "- has: ticket\n  through: opener\n  where: {role: admin}",
        "6:12 unknown-field",
        "ticket has no field `role`",
    ),
    "has-times-of-text": (
        "- has: ticket\n  through: opener\n  times: {at_least: {field: role}}",
        "6:23 wrong-type",
        "`role` is text",
    ),
    "has-self": (
        "- has: ticket\n  through: opener\n  where: {segment: self}",
        "6:22 unknown-segment",
        "a playbook's own segment",
    ),
    "top-by-text": ("- top: {by: role, count: 3}", "4:5 wrong-type", "`role` is text"),
    "top-by-nothing": ("- bottom: {by: scor, share: 5%}", "4:5 unknown-field", "mean score?"),
    "change-in-a-window": (
        "- did: logged_in\n  within: 30 days\n  change: {over: 7 days, by: 0}",
        "5:13 ambiguous-window",
        "`change` says both of its windows",
    ),
    "change-over-hours": (
        "- did: logged_in\n  change: {over: 36 hours, by: 0}",
        "5:13 bad-duration",
        "expected days or longer",
    ),
    "change-against-nothing": (
        "- did: logged_in\n  change: {over: 7 days, against: 0 days, by: 0}",
        "5:13 bad-duration",
        "expected",
    ),
    "followed-within-months": (
        "- did: logged_in\n  followed_by: {did: used_feature, within: 1 month}",
        "5:24 bad-duration",
        "minutes, hours, days or weeks",
    ),
    "followed-by-a-parents": (
        "- did: logged_in\n  followed_by: {did: account.escalated, within: 1 day}",
        "5:24 unfit-name",
        "an event of the very same user",
    ),
    "followed-by-ones-own": (
        "- did: account.escalated\n  followed_by: {did: logged_in, within: 1 day}",
        "5:24 unknown-event",
        "account has no event `logged_in`",
    ),
    "followed-by-a-property": (
        "- did: logged_in\n  followed_by: {did: used_feature, within: 1 day, where: {featur: a}}",
        "5:69 unknown-property",
        "did you mean feature?",
    ),
    "operand-of-another-kind": (
        "- score: {at_least: {field: role}}",
        "4:23 wrong-type",
        "only fields of the same kind",
    ),
    "operand-unknown": (
        "- score: {at_least: {field: scores}}",
        "4:23 unknown-field",
        "did you mean score?",
    ),
    "operand-text-scaled": (
        "- first_name: {is: {field: full_name, plus: 1}}",
        "4:22 unfit-operand",
        "are for numbers",
    ),
    "operand-date-scaled": (
        "- born_on: {before: {field: onboarded_at, plus: 1}}",
        "4:23 unfit-operand",
        "cannot be scaled",
    ),
    "date-is-no-moment": ("- born_on: 5", "4:14 bad-moment", "found the number 5"),
    "date-of-unknown-word": (
        "- born_on: {before: yesteday}",
        "4:23 unknown-field",
        "did you mean yesterday?",
    ),
    "moment-of-a-text-field": (
        "- born_on: {before: role}",
        "4:23 wrong-type",
        "a moment is a date or timestamp field",
    ),
    "moment-of-a-list-of-parents": (
        "- born_on: {before: account.renews}",
        "4:23 unknown-field",
        "did you mean renews_on?",
    ),
    "moment-entered": (
        "- onboarded_at: {after: entered}",
        "4:27 outside-playbook",
        "`entered` is known only in a playbook's own conditions",
    ),
    "moment-of-a-step": (
        "- onboarded_at: {after: 3 days after step email-1}",
        "4:27 outside-playbook",
        "the step `email-1` is known only",
    ),
    "what-became-of-a-step": ("- {step: email-1, is: sent}", "4:12 outside-playbook", "email-1"),
    "moment-outside-the-calendar": (
        "- born_on: {before: 500 years before 0300-01-01}",
        "4:23 out-of-range",
        "out of the calendar",
    ),
    "duration-outside-the-calendar": (
        "- born_on: {within: 90000 years}",
        "4:23 out-of-range",
        "out of the calendar",
    ),
    "dates-inverted": (
        "- born_on: {between: [2026-03-01, 2026-02-01]}",
        "4:24 inverted-range",
        "write the earlier moment first",
    ),
    "ages-inverted": (
        "- onboarded_at: {between: [3 days ago, 1 week ago]}",
        "4:29 inverted-range",
        "is empty",
    ),
    "business-days-in-a-test": (
        "- onboarded_at: {within: 3 business days}",
        "4:28 business-days",
        "write days",
    ),
    "days-ago-of-text": (
        "- onboarded_at: {days_ago: soon}",
        "4:30 wrong-type",
        "found the text `soon`",
    ),
    "days-ago-set": (
        "- onboarded_at: {days_ago: {set: true}}",
        "4:30 unfit-operator",
        "asks for the value itself",
    ),
    "anniversary-of-a-number": (
        "- born_on: {anniversary: 5}",
        "4:28 wrong-type",
        "anniversary: {in_next: 30 days}",
    ),
    "segment-misspelt": ("- segment: traned", "4:14 unknown-segment", "did you mean trained?"),
    "segment-of-another-entity": ("- segment: large", "4:14 wrong-entity", "is of account"),
    "segment-self": ("- segment: self", "4:14 unknown-segment", "a playbook's own segment"),
    "segment-of-itself": ("- segment: asked", "4:14 segment-cycle", "asked → asked"),
    "event-misspelt": ("- did: loged_in", "4:10 unknown-event", "did you mean logged_in?"),
    "event-of-parent-unmarked": (
        "- did: escalated",
        "4:10 unknown-event",
        "did you mean account.escalated?",
    ),
    "event-of-no-relative": (
        "- did: accounts.escalated",
        "4:10 unknown-link",
        "did you mean account?",
    ),
    "event-over-two-links": (
        "- did: account.parent.escalated",
        "4:10 not-supported",
        "account: {did: parent.escalated}",
    ),
    "children-by-two-links": ("- did: ticket.reopened", "4:10 not-supported", "opener, solver"),
    "property-misspelt": (
        "- did: used_feature\n  where: {featur: reports}",
        "5:21 unknown-property",
        "did you mean feature?",
    ),
    "property-of-another-type": (
        "- did: used_feature\n  where: {seconds: {contains: 5s}}",
        "5:33 unfit-operator",
        "used_feature.seconds is number",
    ),
    "property-list": (
        "- did: used_feature\n  where: {labels: vip}",
        "5:21 unfit-operator",
        "used_feature.labels is list, which takes no `is`",
    ),
    "property-of-an-event-without": (
        "- did: logged_in\n  where: {device: ios}",
        "5:21 unknown-property",
        "declare it under its `properties`",
    ),
    "times-of-text": (
        "- did: logged_in\n  times: often",
        "5:12 wrong-type",
        "`times` of logged_in",
    ),
    "times-contains": (
        "- did: logged_in\n  times: {starts_with: 1st}",
        "5:26 unfit-operator",
        "takes no `starts_with`",
    ),
    "sum-of-text": (
        "- did: used_feature\n  sum: {feature: 3}",
        "5:20 wrong-type",
        "`sum` needs a number",
    ),
    "highest-of-a-date": (
        "- did: used_feature\n  highest: {released_on: 2026-01-01}",
        "5:28 wrong-type",
        "is date",
    ),
    "distinct-unknown": (
        "- did: used_feature\n  distinct: {features: 3}",
        "5:26 unknown-property",
        "did you mean feature?",
    ),
    "window-said-twice": (
        "- did: logged_in\n  within: 3 days\n  since: today",
        "5:13 ambiguous-window",
        "`within` says the whole window",
    ),
    "window-between-and-since": (
        "- did: logged_in\n  between: [today, now]\n  since: today",
        "6:12 ambiguous-window",
        "`between`",
    ),
    "window-inverted": (
        "- did: logged_in\n  between: [today, 3 days ago]",
        "5:14 inverted-range",
        "is empty",
    ),
    "window-business-days": (
        "- did: logged_in\n  within: 3 business days",
        "5:13 business-days",
        "waits, dues and limits",
    ),
    "window-since-unknown": (
        "- did: logged_in\n  since: signed_up",
        "5:12 unknown-field",
        "did you mean signed_up_at?",
    ),
    "window-since-number": (
        "- did: logged_in\n  since: score",
        "5:12 wrong-type",
        "`score` is number",
    ),
    "contacted-over-unknown-channel": (
        "- contacted: {channel: emial}",
        "4:5 unknown-channel",
        "did you mean email?",
    ),
    "contacted-over-a-webhook": (
        "- contacted: {channel: slack-cs}",
        "4:5 wrong-channel",
        "reach nobody",
    ),
    "contacted-in-unknown-playbook": (
        "- contacted: {playbook: feature-check}",
        "4:5 unknown-playbook",
        "did you mean feature-checkup?",
    ),
    "contacted-times-of-text": (
        "- contacted: {times: never}",
        "4:24 wrong-type",
        "`times` of contacted",
    ),
    "parent-has-no-such-field": (
        "- account: {role: admin}",
        "4:14 unknown-field",
        "account has no field `role`",
    ),
}


@pytest.mark.parametrize(("text", "told", "fragment"), OF_USER.values(), ids=OF_USER)
def test_a_wrong_condition_is_told(text: str, told: str, fragment: str) -> None:
    (problem,) = condition_problems(text)
    assert f"{problem.place} {problem.code}" == f"segments/asked.yaml:{told}"
    assert fragment in str(problem)


OF_TICKET = {
    "two-links-have-no-default": ("- user.role: admin", "unknown-link", "did you mean"),
    "no-event-of-that-parent": ("- did: opener.loged_in", "unknown-event", "logged_in"),
    "no-contact-events": ("- did: csm_call", "unknown-event", "did you mean opener.csm_call?"),
}


@pytest.mark.parametrize(("text", "code", "fragment"), OF_TICKET.values(), ids=OF_TICKET)
def test_names_are_those_of_the_asking_entity(text: str, code: str, fragment: str) -> None:
    (problem,) = condition_problems(text, of="ticket")
    assert (problem.code, fragment in str(problem)) == (code, True), str(problem)


def test_all_problems_of_a_condition_come_together() -> None:
    problems = condition_problems(
        """
        - role: {more_than: 3, is: 4}
        - any: [{scores: 1}, {not: {seats: many}}]
        - did: used_feature
          since: onboarded
          where: {featur: x, seconds: y}
          times: often
        """
    )
    assert [problem.code for problem in problems] == [
        "unfit-operator",
        "wrong-type",
        "unknown-field",
        "wrong-type",
        "unknown-field",
        "unknown-property",
        "wrong-type",
        "wrong-type",
    ]
