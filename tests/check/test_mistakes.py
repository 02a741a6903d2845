"""Typical mistakes, and what `touchline validate` says of each: place, what was expected, cure.

Each row changes one line of a sound project. What is told stands here whole, to be read: it is what
people see first of this program, and often.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.check import problems_of
from engine.read.load import load_project
from tests.read.projects import write

SETTINGS, USER, ACCOUNT = "touchline.yaml", "catalog/user.yaml", "catalog/account.yaml"
SEGMENT, PLAYBOOK, EMAIL = "segments/paying.yaml", "playbooks/checkup.yaml", "emails/hello.md"

PROJECT = {
    SETTINGS: """\
touchline: 1
name: acme
timezone: America/New_York
ledger: {url: "sqlite:///.touchline/ledger.db", id: acme-7f3a}
connectors:
  product: {type: files, path: data}
channels:
  email:
    type: smtp
    host: smtp.acme.example
    password: "${env:SMTP_PASSWORD}"
    from: {name: Acme, email: success@acme.example}
  chat: {type: webhook, url: "${env:CHAT}"}
people:
  dana: {name: Dana Reyes, email: dana@acme.example}
policy:
  send_window: {days: mon-fri, from: "09:00", to: "17:00"}
  frequency_caps: [{channel: email, at_most: 1, per: 1 day}]
  topics: {tips: {default: subscribed}}
""",
    USER: """\
entity: user
source: product.users
key: user_id
label: first_name
contact: {name: first_name, email: email}
links: {account: account_id}
fields:
  user_id: integer
  first_name: text
  email: text
  signed_up_at: timestamp
  logins_30d: {count: logged_in, within: 30 days}
events:
  logged_in: {source: product.events, key: user_id, at: occurred_at}
  used_feature:
    source: product.events
    key: user_id
    at: occurred_at
    where: {name: feature_used}
    properties: {feature: text, seconds: number}
""",
    ACCOUNT: """\
entity: account
source: product.accounts
key: id
fields:
  id: integer
  name: text
  plan: {type: text, values: [free, pro]}
  seats: integer
  renews_on: date
""",
    SEGMENT: """\
segment: paying
of: user
where:
  - account.plan: pro
""",
    PLAYBOOK: """\
playbook: checkup
owner: cs-ops@acme.example
schedule: "0 9 * * 1-5"
segment:
  of: user
  where:
    - segment: paying
    - signed_up_at: {days_ago: {between: [30, 90]}}
    - did: logged_in
      within: 7 days
entry: {again: never, fuse: {matched: 200}}
exit_when: {did: used_feature, where: {feature: reports}}
steps:
  - email: hello
    from: house.dana
    topic: tips
  - wait: 5 days
  - task: "Call {{ user.first_name }}"
    assign: house.dana
    due: 2 business days
""",
    EMAIL: """\
---
subject: A question, {{ user.first_name }}
topic: tips
---
Hi {{ user.first_name | default('there') }},

would reports help {{ account.name }}?
""",
}

# what is wrong, file, what stands there, what was written instead, where, code, message, hint
MISTAKES = [
    (
        "tab",
        PLAYBOOK,
        "  of: user",
        "\tof: user",
        "playbooks/checkup.yaml:5:1",
        "bad-yaml",
        "a tab stands here; YAML is indented with spaces",
        "put spaces in its place",
    ),
    (
        "duplicate key",
        PLAYBOOK,
        "owner: cs-ops@acme.example",
        "owner: a@b.co\nowner: c@d.co",
        "playbooks/checkup.yaml:3:1",
        "duplicate-key",
        "`owner` stands twice, on line 2 and on line 3",
        "keep one of them",
    ),
    (
        "unquoted time",
        SETTINGS,
        'from: "09:00"',
        "from: 9",
        "touchline.yaml:17:38",
        "wrong-type",
        "`from` is the number 9; expected text, as `09:00`",
        "",
    ),
    (
        "time with seconds",
        SETTINGS,
        '"09:00"',
        '"9:00:00"',
        "touchline.yaml:17:38",
        "bad-time",
        "`from` is `9:00:00`; expected a time of day, as `09:00`",
        "",
    ),
    (
        "unclosed bracket",
        PLAYBOOK,
        "between: [30, 90]",
        "between: [30, 90",
        "playbooks/checkup.yaml:8:49",
        "bad-yaml",
        "this is no YAML: did not find expected ',' or ']'",
        "close the `[` or `{` that stands open, or put a comma between the entries",
    ),
    (
        "missing space",
        PLAYBOOK,
        "  - email: hello",
        "  - email:hello",
        "playbooks/checkup.yaml:15:9",
        "bad-yaml",
        "this is no YAML: mapping values are not allowed in this context",
        (
            "a `:` and a blank part a key from its value; a text with `: ` in it stands in "
            "quotes, and the line above may lack its blank"
        ),
    ),
    (
        "wrong indent",
        PLAYBOOK,
        "  where:\n    - segment",
        "  where:\n   - segment: paying\n    - segment",
        "playbooks/checkup.yaml:8:5",
        "bad-yaml",
        "this is no YAML: did not find expected '-' indicator",
        "items of one list begin in the same column; line this one up",
    ),
    (
        "unclosed quote",
        PLAYBOOK,
        'schedule: "0 9 * * 1-5"',
        'schedule: "0 9 * * 1-5',
        "playbooks/checkup.yaml:18:12",
        "bad-yaml",
        "this is no YAML: did not find expected key",
        (
            "keys of one mapping begin in the same column; line this one up, or close a quote that "
            "was opened above"
        ),
    ),
    (
        "template without quotes",
        PLAYBOOK,
        'task: "Call {{ user.first_name }}"',
        "task: {{ user.first_name }}",
        "playbooks/checkup.yaml:18:12",
        "bad-yaml",
        "a list or mapping stands as a key; expected text",
        "a text that begins with `{` or `[` stands in quotes",
    ),
    (
        "no-break blank behind a key",
        PLAYBOOK,
        "of: user\n",
        "of:\u00a0user\n",
        "playbooks/checkup.yaml:5:5",
        "bad-yaml",
        "the blank behind this `:` is no plain one",
        "a blank of another kind (U+00A0) stands there: type a plain one",
    ),
    (
        "value in capitals",
        SEGMENT,
        "plan: pro",
        "plan: PRO",
        "segments/paying.yaml:4:19",
        "unknown-value",
        "account.plan is never `PRO`; the catalog lists its values",
        "did you mean pro?",
    ),
    (
        "date without zeros",
        PLAYBOOK,
        "{days_ago: {between: [30, 90]}}",
        "{before: 2026-3-5}",
        "playbooks/checkup.yaml:8:30",
        "bad-moment",
        (
            "`2026-3-5` is no moment; expected a date as 2026-03-10, a timestamp as "
            "2026-03-10T09:00, `30 days ago`, `start of month`, `today` or the name of a date or "
            "timestamp field"
        ),
        "",
    ),
    (
        "date that there is not",
        PLAYBOOK,
        "{days_ago: {between: [30, 90]}}",
        "{before: 2026-02-30}",
        "playbooks/checkup.yaml:8:30",
        "bad-moment",
        (
            "`2026-02-30` is no day and hour of the calendar; expected a date as 2026-03-10, or a "
            "timestamp as 2026-03-10T09:00 or 2026-03-10T09:00+01:00"
        ),
        "",
    ),
    (
        "table of a volume",
        SETTINGS,
        "path: data}",
        "path: data, volume: {user: {shrinks_by_at_most: 20%}}}",
        "touchline.yaml:6:12",
        "unknown-table",
        "`volume` names `user`, and the catalog reads no such table of product",
        "did you mean users?",
    ),
    (
        "empty text",
        SEGMENT,
        "account.plan: pro",
        'first_name: {is_not: ""}',
        "segments/paying.yaml:4:5",
        "empty-text",
        "an empty text counts as missing: no `first_name` is one, and `is_not` always holds",
        "write `{set: false}` where it is missing, or `{set: true}` where it is there",
    ),
    (
        "share as a number",
        PLAYBOOK,
        "matched: 200",
        "share: 20",
        "playbooks/checkup.yaml:11:37",
        "bad-share",
        (
            "`share` is the number 20; expected a share of at most 100%; a number is taken as a "
            "part of 1: for 20% write `20%`"
        ),
        "",
    ),
    (
        "anchor",
        PLAYBOOK,
        "segment:\n",
        "segment: &own\n",
        "playbooks/checkup.yaml:4:10",
        "bad-yaml",
        "`&own` is an anchor; aliases and anchors are not read",
        "write it out where it is used; a condition can be a named segment",
    ),
    (
        "yes for true",
        PLAYBOOK,
        "entry: {again: never",
        "entry: {again: yes",
        "playbooks/checkup.yaml:11:16",
        "bad-value",
        "`again` is `yes`; expected never or always",
        "",
    ),
    (
        "sign for an operator",
        SEGMENT,
        "account.plan: pro",
        'account.seats: {">=": 5}',
        "segments/paying.yaml:4:21",
        "unknown-operator",
        "`>=` is no operator",
        "did you mean at_least?",
    ),
    (
        "operator of another language",
        SEGMENT,
        "account.plan: pro",
        "account.plan: {in: [free, pro]}",
        "segments/paying.yaml:4:20",
        "unknown-operator",
        "`in` is no operator",
        "did you mean one_of?",
    ),
    (
        "entity of a named segment",
        SEGMENT,
        "of: user",
        "of: usr",
        "segments/paying.yaml:2:5",
        "unknown-entity",
        "there is no entity `usr`",
        "did you mean user?",
    ),
    (
        "segment of a playbook",
        PLAYBOOK,
        """segment:
  of: user
  where:
    - segment: paying
    - signed_up_at: {days_ago: {between: [30, 90]}}
    - did: logged_in
      within: 7 days
""",
        "segment: payin\n",
        "playbooks/checkup.yaml:4:10",
        "unknown-segment",
        "there is no segment `payin`",
        "did you mean paying?",
    ),
    (
        "field that lets in again",
        PLAYBOOK,
        "again: never",
        "again: {per: renews_on}",
        "playbooks/checkup.yaml:11:16",
        "unknown-field",
        "user has no field `renews_on`",
        "account has it: write `account.renews_on`",
    ),
    (
        "holdout of everyone",
        PLAYBOOK,
        "again: never",
        "again: never, holdout: 100%",
        "playbooks/checkup.yaml:11:8",
        "bad-entry",
        "holdout is 100%; expected less than 100%, so that somebody is reached",
        "",
    ),
    (
        "key of the project",
        SETTINGS,
        "timezone:",
        "time_zone:",
        "touchline.yaml:3:1",
        "unknown-key",
        "`time_zone` is no key of touchline.yaml",
        "did you mean timezone?",
    ),
    (
        "key of a connector",
        SETTINGS,
        "path: data",
        "pth: data",
        "touchline.yaml:6:26",
        "unknown-key",
        "`pth` is no key of a connector of type files",
        "did you mean path?",
    ),
    (
        "key of a channel",
        SETTINGS,
        "host:",
        "hots:",
        "touchline.yaml:10:5",
        "unknown-key",
        "`hots` is no key of a channel of type smtp",
        "did you mean host?",
    ),
    (
        "key of a person",
        SETTINGS,
        "{name: Dana Reyes",
        "{nmae: Dana Reyes",
        "touchline.yaml:15:10",
        "unknown-key",
        "`nmae` is no key of a person of the house",
        "did you mean name?",
    ),
    (
        "key of the policy",
        SETTINGS,
        "frequency_caps",
        "frequency_cap",
        "touchline.yaml:18:3",
        "unknown-key",
        "`frequency_cap` is no key of policy",
        "did you mean frequency_caps?",
    ),
    (
        "key of a cap",
        SETTINGS,
        "at_most: 1",
        "atmost: 1",
        "touchline.yaml:18:37",
        "unknown-key",
        "`atmost` is no key of a frequency cap",
        "did you mean at_most?",
    ),
    (
        "key of an entity",
        USER,
        "label:",
        "lable:",
        "catalog/user.yaml:4:1",
        "unknown-key",
        "`lable` is no key of an entity",
        "did you mean label?",
    ),
    (
        "key of a contact",
        USER,
        "{name: first_name, email",
        "{name: first_name, mail",
        "catalog/user.yaml:5:29",
        "unknown-key",
        "`mail` is no key of a person",
        "did you mean email?",
    ),
    (
        "key of an event",
        USER,
        "at: occurred_at}",
        "att: occurred_at}",
        "catalog/user.yaml:14:53",
        "unknown-key",
        "`att` is no key of an event",
        "did you mean at?",
    ),
    (
        "key of a field",
        ACCOUNT,
        "values: [free",
        "value: [free",
        "catalog/account.yaml:7:22",
        "unknown-key",
        "`value` is no key of a field",
        "did you mean values?",
    ),
    (
        "key of a segment",
        SEGMENT,
        "where:",
        "were:",
        "segments/paying.yaml:3:1",
        "unknown-key",
        "`were` is no key of a segment",
        "did you mean where?",
    ),
    (
        "key of a playbook",
        PLAYBOOK,
        "schedule:",
        "shedule:",
        "playbooks/checkup.yaml:3:1",
        "unknown-key",
        "`shedule` is no key of a playbook",
        "did you mean schedule?",
    ),
    (
        "key of an entry",
        PLAYBOOK,
        "again: never",
        "agian: never",
        "playbooks/checkup.yaml:11:9",
        "unknown-key",
        "`agian` is no key of entry",
        "did you mean again?",
    ),
    (
        "key of a fuse",
        PLAYBOOK,
        "matched: 200",
        "match: 200",
        "playbooks/checkup.yaml:11:30",
        "unknown-key",
        "`match` is no key of a fuse",
        "did you mean matched?",
    ),
    (
        "verb of a step",
        PLAYBOOK,
        "- email: hello",
        "- emial: hello",
        "playbooks/checkup.yaml:14:5",
        "unknown-key",
        "`emial` is no key of a step",
        "did you mean email?",
    ),
    (
        "key of a step",
        PLAYBOOK,
        "    assign:",
        "    asign:",
        "playbooks/checkup.yaml:19:5",
        "unknown-key",
        "`asign` is no key of a task step",
        "did you mean assign?",
    ),
    (
        "word of did",
        PLAYBOOK,
        "      within: 7 days",
        "      withn: 7 days",
        "playbooks/checkup.yaml:10:7",
        "unknown-key",
        "`withn` does not go with `did`",
        "did you mean within?",
    ),
    (
        "operator",
        PLAYBOOK,
        "days_ago:",
        "day_ago:",
        "playbooks/checkup.yaml:8:22",
        "unknown-operator",
        "`day_ago` is no operator",
        "did you mean days_ago?",
    ),
    (
        "condition",
        PLAYBOOK,
        "- did: logged_in",
        "- ddi: logged_in",
        "playbooks/checkup.yaml:9:7",
        "unknown-form",
        "`ddi` is no condition",
        "did you mean did?",
    ),
    (
        "key of the front matter",
        EMAIL,
        "topic: tips",
        "topics: tips",
        "emails/hello.md:3:1",
        "unknown-key",
        "`topics` is no key of the front matter of an email",
        "did you mean topic?",
    ),
    (
        "field",
        PLAYBOOK,
        "signed_up_at: {",
        "signed_up: {",
        "playbooks/checkup.yaml:8:7",
        "unknown-field",
        "user has no field `signed_up`",
        "did you mean signed_up_at?",
    ),
    (
        "field of another entity",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "seats: {at_least: 5}",
        "playbooks/checkup.yaml:8:7",
        "unknown-field",
        "user has no field `seats`",
        "account has it: write `account.seats`",
    ),
    (
        "field of another entity, inside a link",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "account.first_name: Ann",
        "playbooks/checkup.yaml:8:7",
        "unknown-field",
        "account has no field `first_name`",
        "there is id, name, plan, renews_on, seats",
    ),
    (
        "event",
        PLAYBOOK,
        "did: logged_in",
        "did: login",
        "playbooks/checkup.yaml:9:12",
        "unknown-event",
        "user has no event `login`",
        "did you mean logged_in?",
    ),
    (
        "event of another entity",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "account: {did: logged_in}",
        "playbooks/checkup.yaml:8:22",
        "unknown-event",
        "account has no event `logged_in`",
        "did you mean user.logged_in?",
    ),
    (
        "property",
        PLAYBOOK,
        "where: {feature: reports}",
        "where: {featur: reports}",
        "playbooks/checkup.yaml:12:48",
        "unknown-property",
        "the event used_feature has no property `featur`",
        "did you mean feature?",
    ),
    (
        "segment",
        PLAYBOOK,
        "segment: paying",
        "segment: payng",
        "playbooks/checkup.yaml:7:16",
        "unknown-segment",
        "there is no segment `payng`",
        "did you mean paying?",
    ),
    (
        "entity",
        PLAYBOOK,
        "of: user",
        "of: users",
        "playbooks/checkup.yaml:5:7",
        "unknown-entity",
        "there is no entity `users`",
        "did you mean user?",
    ),
    (
        "template",
        PLAYBOOK,
        "email: hello",
        "email: helo",
        "playbooks/checkup.yaml:14:12",
        "unknown-template",
        "there is no template `helo`, which emails/helo.md would be",
        "did you mean hello?",
    ),
    (
        "channel",
        PLAYBOOK,
        "  - wait: 5 days",
        "  - webhook: slack\n  - wait: 5 days",
        "playbooks/checkup.yaml:17:14",
        "unknown-channel",
        "touchline.yaml has no channel `slack`",
        "there is chat",
    ),
    (
        "person of the house",
        PLAYBOOK,
        "from: house.dana",
        "from: house.dna",
        "playbooks/checkup.yaml:15:11",
        "unknown-person",
        "touchline.yaml names no person `house.dna`",
        "did you mean house.dana?",
    ),
    (
        "role",
        PLAYBOOK,
        "assign: house.dana",
        "assign: account.csm",
        "playbooks/checkup.yaml:19:13",
        "unknown-person",
        "`account.csm` is no person: no role, link, person of the house or address",
        "declare that role under `people` or `team` in the catalog, or name a person",
    ),
    (
        "second of several persons",
        PLAYBOOK,
        "from: house.dana\n    topic",
        "from: [house.dana, house.dan]\n    topic",
        "playbooks/checkup.yaml:15:24",
        "unknown-person",
        "touchline.yaml names no person `house.dan`",
        "did you mean house.dana?",
    ),
    (
        "one of the alternatives of a recipient",
        PLAYBOOK,
        "from: house.dana\n    topic",
        "from: house.dana\n    to: [user, [house.dana, house.dan]]\n    topic",
        "playbooks/checkup.yaml:16:29",
        "unknown-person",
        "touchline.yaml names no person `house.dan`",
        "did you mean house.dana?",
    ),
    (
        "topic",
        PLAYBOOK,
        "topic: tips",
        "topic: tip",
        "playbooks/checkup.yaml:16:12",
        "unknown-topic",
        "touchline.yaml declares no topic `tip`",
        "did you mean tips?",
    ),
    (
        "connector",
        USER,
        "source: product.users",
        "source: prodct.users",
        "catalog/user.yaml:2:9",
        "unknown-connector",
        "touchline.yaml has no connector `prodct`",
        "did you mean product?",
    ),
    (
        "link",
        SEGMENT,
        "account.plan",
        "acount.plan",
        "segments/paying.yaml:4:5",
        "unknown-link",
        "user has no link `acount`, as in `acount.plan`",
        "did you mean account?",
    ),
    (
        "key of a count",
        USER,
        "count: logged_in",
        "count: loged_in",
        "catalog/user.yaml:12:23",
        "unknown-name",
        "`loged_in` is neither an event of this entity nor an entity",
        "did you mean logged_in?",
    ),
    (
        "name in a mail",
        EMAIL,
        "user.first_name | default",
        "user.firstname | default",
        "emails/hello.md:5:7",
        "unknown-name",
        "user has no `firstname`, as in `user.firstname`",
        "did you mean first_name?",
    ),
    (
        "name in a title",
        PLAYBOOK,
        '{{ user.first_name }}"',
        '{{ first_name }}"',
        "playbooks/checkup.yaml:18:11",
        "unknown-name",
        "there is no `first_name` in this template",
        "write user.first_name",
    ),
    (
        "filter in a mail",
        EMAIL,
        "default('there')",
        "defualt('there')",
        "emails/hello.md:5:25",
        "forbidden-in-template",
        "there is no filter `defualt`",
        "did you mean default?",
    ),
    (
        "syntax in a mail",
        EMAIL,
        "{{ account.name }}",
        "{{ account.name }",
        "emails/hello.md:7:1",
        "template-syntax",
        "the template cannot be read: unexpected '}'",
        ("a value is printed as `{{ name }}`, a condition stands as `{% if name %} … {% endif %}`"),
    ),
    (
        "condition that stays open",
        EMAIL,
        "would reports",
        "{% if account.name %}would reports",
        "emails/hello.md:7:1",
        "template-syntax",
        "`{% if … %}` is never closed",
        "end it: `{% endif %}`",
    ),
    (
        "playbook to enroll in",
        PLAYBOOK,
        "  - wait: 5 days",
        "  - enroll: onboarding",
        "playbooks/checkup.yaml:17:13",
        "unknown-playbook",
        "there is no playbook `onboarding`",
        "there is checkup",
    ),
    (
        "step that is waited for",
        PLAYBOOK,
        "exit_when: {did: used_feature, where: {feature: reports}}",
        "exit_when: {step: call, is: done}",
        "playbooks/checkup.yaml:12:19",
        "unknown-step",
        "there is no step `call` in this playbook",
        "there is email-1, task-1, wait-1",
    ),
    (
        "text for a number",
        PLAYBOOK,
        "matched: 200",
        'matched: "200"',
        "playbooks/checkup.yaml:11:39",
        "wrong-type",
        "`matched` is the text `200`; expected a whole number",
        "",
    ),
    (
        "number for a duration",
        PLAYBOOK,
        "wait: 5 days",
        "wait: 5",
        "playbooks/checkup.yaml:17:11",
        "wrong-type",
        "`wait` is the number 5; expected text, as `30 days`",
        "",
    ),
    (
        "unit",
        PLAYBOOK,
        "within: 7 days",
        "within: 7 dayz",
        "playbooks/checkup.yaml:10:15",
        "bad-duration",
        "`7 dayz` is no duration; expected a number and a unit, as `30 days`",
        "",
    ),
    (
        "business days in a window",
        PLAYBOOK,
        "within: 7 days",
        "within: 7 business days",
        "playbooks/checkup.yaml:10:15",
        "business-days",
        ("`7 business days` cannot stand here; business days are for waits, dues and limits"),
        "write days",
    ),
    (
        "operator of another type",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "account.plan: {at_least: 3}",
        "playbooks/checkup.yaml:8:32",
        "unfit-operator",
        "account.plan is text, which takes no `at_least`",
        "it takes is, is_not, one_of, none_of, contains, starts_with, ends_with, set",
    ),
    (
        "number beside text",
        SEGMENT,
        "account.plan: pro",
        "account.plan: 3",
        "segments/paying.yaml:4:19",
        "wrong-type",
        "account.plan is text and is compared with text; found the number 3",
        'write it in quotes, as "3"',
    ),
    (
        "two fields in one test",
        SEGMENT,
        "account.plan: pro",
        "account.plan: pro\n    account.seats: 3",
        "segments/paying.yaml:5:5",
        "two-conditions",
        ("`account.plan` and `account.seats` stand in one condition; a condition tests one field"),
        "write two list items",
    ),
    (
        "a list for a mapping",
        PLAYBOOK,
        "entry: {again: never, fuse: {matched: 200}}",
        "entry: [never]",
        "playbooks/checkup.yaml:11:8",
        "wrong-type",
        "`entry` is a list; expected a mapping",
        "",
    ),
    (
        "share over everyone",
        PLAYBOOK,
        "matched: 200",
        "share: 120%",
        "playbooks/checkup.yaml:11:37",
        "bad-share",
        ("`share` is `120%`; expected a share of at most 100%; a number is taken as a part of 1"),
        "",
    ),
    (
        "address",
        SETTINGS,
        "email: dana@acme.example",
        "email: dana",
        "touchline.yaml:15:35",
        "bad-address",
        "`email` is `dana`; expected an address, as `dana@acme.example`",
        "",
    ),
    (
        "secret",
        SETTINGS,
        '"${env:SMTP_PASSWORD}"',
        "sesame",
        "touchline.yaml:11:15",
        "literal-secret",
        (
            "`password` is no reference; expected a reference, as `${env:NAME}`: a secret "
            "never stands in a file"
        ),
        "",
    ),
    (
        "zone",
        SETTINGS,
        "America/New_York",
        "EST5EDTX",
        "touchline.yaml:3:11",
        "bad-timezone",
        ("`timezone` is `EST5EDTX`; expected a zone, as `Europe/Paris`; did you mean EST5EDT?"),
        "",
    ),
    (
        "value that the field never has",
        SEGMENT,
        "account.plan: pro",
        "account.plan: gold",
        "segments/paying.yaml:4:19",
        "unknown-value",
        "account.plan is never `gold`; the catalog lists its values",
        "there is free, pro",
    ),
    (
        "range upside down",
        PLAYBOOK,
        "[30, 90]",
        "[90, 30]",
        "playbooks/checkup.yaml:8:42",
        "bad-value",
        "`between` is from 90 to 30, which nothing can be",
        "write [30, 90]",
    ),
    (
        "fields that exclude each other",
        SEGMENT,
        "- account.plan: pro",
        "- account.plan: pro\n  - account.plan: free",
        "segments/paying.yaml:5:5",
        "never-matches",
        "nobody can match: no value of `account.plan` passes all that is asked of it",
        "take one test out, or put both under `any:`",
    ),
    (
        "bounds that exclude each other",
        SEGMENT,
        "- account.plan: pro",
        "- account.seats: {more_than: 10, less_than: 5}",
        "segments/paying.yaml:4:5",
        "never-matches",
        "nobody can match: no value of `account.seats` passes all that is asked of it",
        "take one test out, or put both under `any:`",
    ),
    (
        "empty filter",
        SEGMENT,
        "  - account.plan: pro\n",
        "  []\n",
        "segments/paying.yaml:4:3",
        "empty",
        "`where` is an empty list; expected at least one condition",
        "write `everyone: true` for everyone",
    ),
    (
        "cron that never fires",
        PLAYBOOK,
        "0 9 * * 1-5",
        "0 9 31 2 *",
        "playbooks/checkup.yaml:3:11",
        "bad-schedule",
        (
            "`schedule` is `0 9 31 2 *`; expected a schedule that can ever fire: no month of "
            "it has such a day"
        ),
        "",
    ),
    (
        "cron with an hour too many",
        PLAYBOOK,
        "0 9 * * 1-5",
        "0 25 * * 1-5",
        "playbooks/checkup.yaml:3:11",
        "bad-schedule",
        (
            "`schedule` is `0 25 * * 1-5`; expected the five fields of cron, minute 0-59, "
            "hour 0-23, day 1-31, month 1-12 and weekday 0-7: [0 25 * * 1-5] is not "
            "acceptable, out of range"
        ),
        "",
    ),
    (
        "cron of six fields",
        PLAYBOOK,
        "0 9 * * 1-5",
        "0 0 9 * * 1-5",
        "playbooks/checkup.yaml:3:11",
        "bad-schedule",
        ("`schedule` is `0 0 9 * * 1-5`; expected the five fields of cron, as `0 9 * * 1-5`"),
        "",
    ),
    (
        "segment of itself",
        SEGMENT,
        "- account.plan: pro",
        "- segment: paying",
        "segments/paying.yaml:4:14",
        "segment-cycle",
        "the segment paying is made of itself: paying → paying",
        "write one of them out with conditions of its own",
    ),
    (
        "segment of another entity",
        SEGMENT,
        "of: user\nwhere:\n  - account.plan: pro",
        "of: account\nwhere:\n  - plan: pro",
        "playbooks/checkup.yaml:7:16",
        "wrong-entity",
        "the segment paying is of account; here only one of user fits",
        "ask it of the account: `account: {segment: paying}`",
    ),
    (
        "a wait for ever",
        PLAYBOOK,
        "wait: 5 days",
        "wait_for: {did: used_feature}",
        "playbooks/checkup.yaml:17:5",
        "missing-key",
        "a wait_for step lacks `at_most`",
        "as in `at_most: 14 days`",
    ),
    (
        "a condition as another program says it",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "account.plan = 'pro'",
        "playbooks/checkup.yaml:8:7",
        "wrong-type",
        (
            "item 2 of `where` is `account.plan = 'pro'`; expected a condition: a mapping, or a "
            "list of them"
        ),
        "as `account.plan: pro` of a field, `did: EVENT` of an event, `segment: NAME`",
    ),
    (
        "or for any",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "or: [{account.plan: pro}, {account.plan: free}]",
        "playbooks/checkup.yaml:8:7",
        "unknown-field",
        "user has no field `or`",
        "did you mean any?",
    ),
    (
        "negation over what may be missing",
        PLAYBOOK,
        "signed_up_at: {days_ago: {between: [30, 90]}}",
        "not_contacted: {since: signed_up_at}",
        "playbooks/checkup.yaml:8:7",
        "negation-over-missing",
        (
            "this also holds where `signed_up_at` is missing: a window without its bound "
            "holds no events"
        ),
        ("add `signed_up_at: {set: true}` beside it, or say `required: true` in the catalog"),
    ),
]


@pytest.mark.parametrize(
    ("path", "sound", "written", "where", "code", "message", "hint"),
    [row[1:] for row in MISTAKES],
    ids=[row[0] for row in MISTAKES],
)
def test_what_is_said(
    tmp_path: Path,
    path: str,
    sound: str,
    written: str,
    where: str,
    code: str,
    message: str,
    hint: str,
) -> None:
    """One problem and no other, word for word, with something to do about it."""
    changed = PROJECT[path].replace(sound, written, 1)
    assert changed != PROJECT[path]
    (told,) = problems_of(load_project(write(tmp_path, {**PROJECT, path: changed})))
    assert (str(told.place), told.code, told.message, told.hint) == (where, code, message, hint)
    assert hint or "expected" in message


def test_there_are_sixty_of_them() -> None:
    assert len({row[0] for row in MISTAKES}) == len(MISTAKES) >= 60


def test_the_project_itself_is_sound(tmp_path: Path) -> None:
    assert problems_of(load_project(write(tmp_path, PROJECT))) == ()
