"""Test files that are wrong: every problem with its place, what was expected and a hint."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from engine.check import problems_of
from engine.problems import Problem
from engine.read.load import load_project
from tests.examples.conftest import PATH, write_project

ROWS = """\
test: checkup
as_of: 2026-03-10T09:00
given:
  account: [{id: 1}]
  user: [{user_id: 7, account: 1}]
"""


def _with(row: str) -> str:
    """A file in which one more row, or list of rows, is given on line 6."""
    return f"{ROWS}  {row}\nexpect: {{segment: []}}\n"


def _then(text: str) -> str:
    """A file that goes on on line 6."""
    return ROWS + dedent(text).lstrip("\n")


MISTAKES = {
    "no such playbook": (
        "test: chekup\nas_of: 2026-03-10\ngiven: {}\nexpect: {segment: []}\n",
        ("unknown-playbook", "1:7", "there is no playbook `chekup`", "did you mean checkup?"),
    ),
    "misspelt key": (
        _then("expects: {segment: []}"),
        ("unknown-key", "6:1", "`expects` is no key of a test", "did you mean expect?"),
    ),
    "nothing expected": (
        ROWS,
        ("missing-key", "1:1", "a test lacks `expect`", ""),
    ),
    "misspelt list": (
        _then("expect: {touchs: []}"),
        ("unknown-key", "6:10", "`touchs` is no key of what is expected", "did you mean touches?"),
    ),
    "no such entity or event": (
        _with("loged_in: [{user: 7, at: 1 day ago}]"),
        ("unknown-event", "6:3", "no entity or event `loged_in`", "did you mean logged_in?"),
    ),
    "no such field": (
        ROWS.replace("{user_id: 7,", "{user_id: 7, fist_name: Ann,") + "expect: {segment: []}\n",
        ("unknown-field", "5:23", "user has no field or column", "did you mean first_name?"),
    ),
    "no such property": (
        _with("logged_in: [{user: 7, at: 1 day ago, repeats: 3}]"),
        ("unknown-field", "6:40", "logged_in has no field or column", "did you mean repeat?"),
    ),
    "wrong type": (
        ROWS.replace("{user_id: 7,", "{user_id: seven,") + "expect: {segment: []}\n",
        ("wrong-type", "5:11", "`user_id` is the text `seven`; expected a whole number", ""),
    ),
    "a number that is text": (
        ROWS.replace("[{id: 1}]", "[{id: 1, plan: 3}]") + "expect: {segment: []}\n",
        (
            "wrong-type",
            "4:21",
            "`plan` is the number 3; expected text",
            'write it in quotes, as "3"',
        ),
    ),
    "no time": (
        ROWS.replace("account: 1}", "signed_up_at: soon ago}") + "expect: {segment: []}\n",
        ("bad-moment", "5:23", "`soon` is no duration", ""),
    ),
    "a field as time": (
        ROWS.replace("account: 1}", "signed_up_at: onboarded_at}") + "expect: {segment: []}\n",
        ("bad-moment", "5:23", "expected a date, a timestamp", ""),
    ),
    "given twice": (
        ROWS.replace("account: 1}", "account: 1, account_id: 2}") + "expect: {segment: []}\n",
        ("duplicate-key", "5:35", "the column account_id of user is given twice", "keep one"),
    ),
    "a customer given twice": (
        ROWS.replace("account: 1}", "account: 1}, {user_id: 7, first_name: Bo}")
        + "  logged_in: [{user: 7, at: 1 day ago}]\nexpect: {segment: [7]}\n",
        ("duplicate-key", "5:36", "the user 7 is given twice at once", "into one row"),
    ),
    "no event without its time": (
        _with("logged_in: [{user: 7}]"),
        ("missing-key", "6:15", "a row of logged_in lacks `at`", "as in `at: 2 days ago`"),
    ),
    "an event of nobody": (
        _with("logged_in: [{user: 8, at: 1 day ago}]"),
        ("unknown-key", "6:15", "no user is given with the key 8", "there is 7"),
    ),
    "an event of one of several": (
        ROWS.replace("[{user_id: 7,", "[{user_id: 9}, {user_id: 7,")
        + "  logged_in: [{at: 1 day ago}]\nexpect: {segment: []}\n",
        ("missing-key", "6:15", "lacks `user_id`: whose it is", ""),
    ),
    "too often": (
        _with("logged_in: [{user: 7, at: 1 day ago, repeat: 0}]"),
        ("bad-value", "6:40", "expected a number from 1 to 100,000", ""),
    ),
    "no length": (
        _with("logged_in: [{user: 7, at: 1 day ago, repeat: 2, every: day}]"),
        ("bad-duration", "6:51", "`day` is no duration", ""),
    ),
    "no instant": (
        _then("expect: {segment: []}").replace("2026-03-10T09:00", "next week"),
        ("bad-moment", "2:8", "`next week` names no instant", ""),
    ),
    "a moment that moves": (
        _then("expect: {segment: []}").replace("2026-03-10T09:00", "now"),
        ("bad-moment", "2:8", "`now` names no instant; expected a date or timestamp", ""),
    ),
    "no later instant": (
        _then("expect: {segment: []}\nthen: [{at: 5 days}]"),
        ("bad-moment", "7:13", "or a duration from `as_of`, as `+5 days`", ""),
    ),
    "backwards": (
        _then("expect: {segment: []}\nthen: [{at: +5 days}, {at: +2 days}]"),
        ("bad-order", "7:28", "not later than the pass before it", "each `at` counts from `as_of`"),
    ),
    "somebody who is not given": (
        _then("expect: {segment: [8]}"),
        ("unknown-key", "6:10", "no user is given with the key 8", "there is 7"),
    ),
    "no such template": (
        _then("expect: {touches: [{for: 7, email: helo}]}"),
        ("unknown-step", "6:36", "checkup has no email step `helo`", "did you mean hello?"),
    ),
    "no such task": (
        _then("expect: {touches: [{for: 7, task: task-2}]}"),
        ("unknown-step", "6:35", "checkup has no task step `task-2`", "did you mean task-1?"),
    ),
    "a touch of nothing": (
        _then("expect: {touches: [{for: 7, to: ann@example.com}]}"),
        ("missing-key", "6:20", "a touch lacks `email`, `task`, `webhook` or `update`", ""),
    ),
    "a touch of two": (
        _then("expect: {touches: [{for: 7, email: hello, task: task-1}]}"),
        ("two-verbs", "6:43", "a touch has one of these words", ""),
    ),
    "no such outcome": (
        _then("expect: {left: [{for: 7, outcome: done}]}"),
        ("bad-value", "6:35", "`outcome` is `done`; expected goal, completed or exited", ""),
    ),
    "no such channel": (
        _then("answers: [{channel: mail, says: 450 busy}]\nexpect: {segment: []}"),
        ("unknown-channel", "6:11", "touchline.yaml has no channel `mail`", "did you mean email?"),
    ),
    "no answer of a server": (
        _then("answers: [{channel: email, says: maybe}]\nexpect: {segment: []}"),
        ("bad-value", "6:34", "expected an SMTP reply as `450 4.2.1 busy`", ""),
    ),
    "mail answers of a web server": (
        _then("answers: [{channel: hook, says: 450 busy}]\nexpect: {segment: []}"),
        ("bad-answer", "6:11", "is no answer of hook; expected the status of a web server", ""),
    ),
    "no such task to finish": (
        _then("expect: {segment: []}\nthen: [{at: +1 days, done: [{for: 7, task: tusk-1}]}]"),
        ("unknown-step", "7:44", "checkup has no task step `tusk-1`", "did you mean task-1?"),
    ),
    "no such mail to let go": (
        _then("expect: {segment: []}\nthen: [{at: +1 days, approved: [{for: 7, email: helo}]}]"),
        ("unknown-step", "7:49", "checkup has no email step `helo`", "did you mean hello?"),
    ),
    "a mail that nobody is asked about": (
        _then("expect: {segment: []}\nthen: [{at: +1 days, approved: [{for: 7, email: hello}]}]"),
        ("no-draft", "7:49", "`hello` waits for nobody: its step says no `approve`", ""),
    ),
    "a task that nothing closes": (
        _then("expect: {closed: [{for: 7, task: task-1}]}"),
        (
            "never-closed",
            "6:19",
            "the task task-1 is never closed: its step says no `close_when`",
            "say one of them in the playbook, or take this out",
        ),
    ),
    "a task that does not close itself": (
        _then("expect: {closed: [{for: 7, task: task-1, reason: close_when}]}"),
        (
            "never-closed",
            "6:19",
            "the task task-1 is never closed by itself",
            "give the step a `close_when`, or expect another reason",
        ),
    ),
    "a reason that closes nothing": (
        _then("expect: {closed: [{for: 7, task: task-1, reason: done}]}"),
        ("bad-value", "6:50", "`done`", ""),
    ),
    "a row that is wrong hides no key": (
        _then("expect: {segment: [7]}").replace("user_id: 7", "user_id: 7, fist_name: Ann", 1),
        (
            "unknown-field",
            "5:23",
            "user has no field or column `fist_name`",
            "did you mean first_name?",
        ),
    ),
    "a playbook in a test's file": (
        "playbook: other\nsegment: {of: user, where: [{everyone: true}]}\nsteps: [{wait: 1 day}]\n",
        ("wrong-folder", "1:1", "a file that begins with `playbook:`", "is called NAME.test.yaml"),
    ),
    "no YAML": ("test: [", ("bad-yaml", "2:1", "this is no YAML", "")),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_project(folder)
    return folder


def _problems(root: Path, text: str) -> list[Problem]:
    (root / PATH).write_text(text, encoding="utf-8")
    return [each for each in problems_of(load_project(root)) if each.place.path == PATH]


@pytest.mark.parametrize(("text", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(
    root: Path, text: str, told: tuple[str, str, str, str]
) -> None:
    [problem] = _problems(root, text)
    code, where, message, hint = told
    assert (problem.code, f"{problem.place.line}:{problem.place.column}") == (code, where)
    assert message in problem.message
    assert hint in problem.hint


def test_one_mistake_hides_no_other(root: Path) -> None:
    text = ROWS.replace("account: 1}", "acount: 1, emal: x}") + "expect: {segment: [9]}\n"
    assert [each.code for each in _problems(root, text)] == ["unknown-field"] * 2 + ["unknown-key"]


def test_a_sound_file_has_no_problem(root: Path) -> None:
    assert _problems(root, _then("expect: {segment: []}")) == []
