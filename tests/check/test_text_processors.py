"""What a text processor or a browser put in the place of a plain character, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.check import problems_of
from engine.problems import plain_hint
from engine.read.load import load_project
from tests.check.test_mistakes import PLAYBOOK, PROJECT, SETTINGS, USER
from tests.read.projects import write

# id, path, what stands there, what came of it, what the one problem says to do
COPIED = [
    (
        "cron-in-curly-quotes",
        PLAYBOOK,
        '"0 9 * * 1-5"',
        "“0 9 * * 1-5”",
        '`“` (U+201C) only looks like `"`',
    ),
    ("cron-in-guillemets", PLAYBOOK, '"0 9 * * 1-5"', "«0 9 * * 1-5»", "U+00AB"),
    (
        "cron-with-a-no-break-space",
        PLAYBOOK,
        '"0 9',
        '"0\u00a09',
        "a blank of another kind (U+00A0)",
    ),
    ("cron-with-an-en-dash", PLAYBOOK, "1-5", "1–5", "`–` (U+2013) only looks like `-`"),
    ("cron-with-wide-digits", PLAYBOOK, '"0 9', '"０ ９', "`０` (U+FF10) only looks like `0`"),
    ("wait-in-quotes", PLAYBOOK, "wait: 5 days", "wait: ‘5 days’", "U+2018) only looks like `'`"),
    ("wait-with-a-no-break-space", PLAYBOOK, "wait: 5 days", "wait: 5\u00a0days", "U+00A0"),
    ("wait-with-a-narrow-space", PLAYBOOK, "wait: 5 days", "wait: 5\u202fdays", "U+202F"),
    ("wait-with-a-wide-digit", PLAYBOOK, "wait: 5 days", "wait: ５ days", "`５` (U+FF15)"),
    ("wait-with-an-arabic-digit", PLAYBOOK, "wait: 5 days", "wait: ٥ days", "looks like `5`"),
    (
        "wait-with-an-unseen-character",
        PLAYBOOK,
        "5 days",
        "5 days\u200b",
        "U+200B, which nobody sees",
    ),
    ("key-and-no-break-space", PLAYBOOK, "wait: 5", "wait:\u00a05", "U+00A0"),
    ("key-and-wide-colon", PLAYBOOK, "wait: 5", "wait：5", "`：` (U+FF1A) only looks like `:`"),
    ("indented-with-no-break-spaces", PLAYBOOK, "    from: h", "\u00a0   from: h", "U+00A0"),
    ("within", PLAYBOOK, "within: 7 days", "within: 7\u00a0days", "U+00A0"),
    ("moment", PLAYBOOK, "within: 7 days", "since: 2026–03–01", "U+2013"),
    ("due", PLAYBOOK, "2 business days", "2 business‑days", "U+2011"),
    ("number-of-a-test", PLAYBOOK, "[30, 90]", "[３０, 90]", "`３` (U+FF13) only looks like `3`"),
    ("number-of-a-fuse", PLAYBOOK, "matched: 200", "matched: “200”", "U+201C"),
    (
        "truth",
        PLAYBOOK,
        "{did: used_feature, where: {feature: reports}}",
        "{logins_30d: “true”}",
        "U+201C",
    ),
    ("template", PLAYBOOK, "email: hello", "email: “hello”", "U+201C"),
    ("person", PLAYBOOK, "from: house.dana", "from: house\u200b.dana", "did you mean house.dana?"),
    ("text-of-a-template", PLAYBOOK, "user.first_name }}", "user.first_name | e(“x”) }}", "U+201C"),
    ("option", PLAYBOOK, "again: never", "again: ‘never’", "did you mean never?"),
    ("hours", SETTINGS, '"09:00"', "“09:00”", "U+201C"),
    ("days", SETTINGS, "mon-fri", "mon–fri", "U+2013"),
    ("period", SETTINGS, "per: 1 day", "per: 1\u00a0day", "U+00A0"),
    ("zone", SETTINGS, "America/New_York", "‘America/New_York’", "U+2018"),
    (
        "type",
        USER,
        "signed_up_at: timestamp",
        "signed_up_at: “timestamp”",
        "did you mean timestamp?",
    ),
]


@pytest.mark.parametrize(
    ("path", "sound", "written", "hint"),
    [row[1:] for row in COPIED],
    ids=[row[0] for row in COPIED],
)
def test_who_copied_it_is_told_what_to_type(
    tmp_path: Path, path: str, sound: str, written: str, hint: str
) -> None:
    changed = PROJECT[path].replace(sound, written, 1)
    assert changed != PROJECT[path]
    told = problems_of(load_project(write(tmp_path, {**PROJECT, path: changed})))
    assert told
    assert hint in told[0].hint, "\n".join(map(str, told))


def test_text_of_people_is_left_alone(tmp_path: Path) -> None:
    """What stands in prose may look as it likes."""
    prose = PROJECT[PLAYBOOK].replace('task: "Call', 'task: "“Call” – it’s ５\u00a0o’clock,')
    assert problems_of(load_project(write(tmp_path, {**PROJECT, PLAYBOOK: prose}))) == ()


@pytest.mark.parametrize("said", ["", "`5 days` is no word", "plain: 'a' \"b\" - 0 … × é 名"])
def test_plain_text_has_no_hint(said: str) -> None:
    assert plain_hint(said) == ""
