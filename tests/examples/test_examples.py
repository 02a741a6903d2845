"""What holds passes, and what does not is told with its place, what was found, and why."""

from __future__ import annotations

import pytest

from tests.examples.conftest import HEAD, PATH, Examples

WAYS = """\
test: ways
as_of: 2026-03-10T09:00
given:
  account: [{id: 1, name: Acme, plan: free}]
  user: [{user_id: 7, account: 1, first_name: Ann, email: ann@example.com}]
"""

HOLDS = {
    "the contract's own": """
expect:
  segment: [7]
  touches: [{for: 7, email: hello, to: ann@example.com, subject_contains: Ann}]
then:
  - at: +5 days
    expect: {touches: [{for: 7, task: task-1}, {for: 7, webhook: hook}]}
""",
    "every word of a touch": """
expect:
  entered: [7]
  touches:
    - for: 7
      email: email-1
      to: ann@example.com
      subject: Hello Ann
      subject_contains: [Hello, Ann]
      body_contains: ["Hi Ann,", "a word from Casey"]
  skips: []
  left: []
""",
    "a task and a request": """
expect: {segment: [7]}
then:
  - at: 2026-03-15T09:00
    expect:
      touches:
        - {for: 7, task: task-1, to: casey@acme.example.com, subject: Call Ann of Acme}
        - {for: 7, webhook: webhook-1, body_contains: Ann may need a hand}
      left: [{for: 7, outcome: completed}]
""",
    "suppressed": """
suppressed: [ann@example.com]
expect:
  touches: []
  skips: [{for: 7, email: hello, reason: suppressed}]
""",
    "a mailbox that is not there": """
answers: [{channel: email, to: ann@example.com, says: 550 5.1.1 no such user}]
expect: {touches: [], skips: [{for: 7, step: email-1, reason: mailbox}]}
""",
    "busy first, then taken": """
answers: [{channel: email, says: [450 4.2.1 busy]}]
expect: {touches: [], skips: [{for: 7, email: hello, reason: later}]}
then:
  - at: +1 hours
    expect: {touches: [{for: 7, email: hello}], skips: []}
""",
    "no answer": """
answers: [{channel: email, says: no answer}]
expect: {touches: [], skips: [{for: 7, email: hello, reason: no_answer}]}
""",
    "rows that come later": """
expect: {segment: [7]}
then:
  - at: +2 days
    given: {user: [{user_id: 7, uses_reports: true}]}
    expect: {touches: [], left: [{for: 7, outcome: exited, reason: exit_when}]}
""",
    "who signs up meanwhile": """
expect: {segment: [7]}
then:
  - at: +40 days
    expect: {segment: [8], entered: [8]}
""",
    "nobody to write to": """
then:
  - at: +1 days
    given: {user: [{user_id: 9, account: 1, first_name: Cy, signed_up_at: 45 days ago}]}
    expect: {segment: [7, 9], skips: [{for: 9, email: hello, reason: no_recipient}]}
expect: {entered: [7]}
""",
    "a key that is made beside one that is said": """
expect: {entered: [7]}
then:
  - at: +1 days
    given:
      user:
        - {account: 1, first_name: Di, signed_up_at: 45 days ago}
        - {user_id: 1, account: 1, first_name: Cy, signed_up_at: 45 days ago}
    expect: {entered: [1, 2]}
""",
}


@pytest.mark.parametrize("text", HOLDS.values(), ids=HOLDS)
def test_what_holds_passes(examples: Examples, text: str) -> None:
    case = examples.case(HEAD + text.lstrip("\n"))
    assert [str(each.message) for each in case.failures] == []


DRAFTS = f"""\
{WAYS.replace("ways", "drafts", 1).replace("plan: free", "csm_email: casey@acme.example.com")}\
expect: {{touches: [], skips: [{{for: 7, email: hello, reason: draft}}]}}
then:
"""

DRAFTS_HOLD = {
    "let go": """
  - at: +1 days
    approved: [{for: 7, email: hello}]
    expect: {touches: [{for: 7, email: hello}, {for: 7, task: task-1}], skips: []}
""",
    "left too long": """
  - at: +4 days
    expect: {touches: [{for: 7, task: task-1}], skips: [{for: 7, email: hello, reason: expired}]}
""",
}


@pytest.mark.parametrize("text", DRAFTS_HOLD.values(), ids=DRAFTS_HOLD)
def test_a_draft_waits_for_a_person(examples: Examples, text: str) -> None:
    case = examples.case(DRAFTS + text.lstrip("\n"))
    assert [str(each.message) for each in case.failures] == []


def test_a_draft_is_let_go_once(examples: Examples) -> None:
    let_go = "approved: [{for: 7, email: hello}]"
    case = examples.case(f"{DRAFTS}  - {{at: +1 days, {let_go}}}\n  - {{at: +2 days, {let_go}}}\n")
    assert [each.message for each in case.failures] == ["7 has no draft of hello by then"]


WAYS_HOLD = {
    "a draft runs, without fuse and holdout": """
expect: {entered: [7], touches: [{for: 7, email: hello}, {for: 7, task: task-1}], skips: []}
""",
    "an update is written where conditions see it": """
  logged_in: [{at: 1 day ago, repeat: 2}]
expect: {touches: [{for: 7, update: account}, {for: 7, task: task-1, subject: Look after Ann}]}
then:
  - at: +1 days
    done: [{for: 7, task: task-1, outcome: good}]
    expect:
      touches: [{for: 7, webhook: hook, body_contains: '"plan":"pro"'}]
      left: [{for: 7, outcome: completed}]
""",
    "a step passed over": """
expect: {touches: [{for: 7, email: hello}, {for: 7, task: task-1}]}
then:
  - at: +1 days
    done: [{for: 7, task: task-1, outcome: bad}]
    expect: {touches: [], skips: [{for: 7, webhook: hook, reason: only_if}]}
""",
    "a server that fails": """
  logged_in: [{user: 7, at: 1 day ago, repeat: 2, every: 3 hours}]
answers: [{channel: hook, says: 503}]
expect: {entered: [7]}
then:
  - at: +1 days
    done: [{for: 7, task: task-1, outcome: bad}]
    expect: {skips: [{for: 7, webhook: hook, reason: later}]}
""",
}


@pytest.mark.parametrize("text", WAYS_HOLD.values(), ids=WAYS_HOLD)
def test_the_whole_journey_is_carried_out(examples: Examples, text: str) -> None:
    case = examples.case(WAYS + text.lstrip("\n"))
    assert [str(each.message) for each in case.failures] == []


FELL = """\
test: fell
as_of: 2026-03-10T09:00
given: {account: [{id: 1, name: Acme, plan: pro}, {id: 2, name: Birch, plan: free}]}
expect: {segment: []}
then:
  - at: +1 day
    given: {account: [{id: 1, plan: free}]}
    expect: {segment: []}
  - at: +4 days
    expect: {segment: [1], touches: [{for: 1, task: task-1, subject: Ask Acme}]}
  - at: +9 days
    expect: {segment: []}
"""


@pytest.mark.parametrize("text", [FELL, FELL.partition("  - at: +9 days")[0]])
def test_a_history_is_what_the_passes_saw(examples: Examples, text: str) -> None:
    assert [str(each.message) for each in examples.case(text).failures] == []


GATHERED = (
    HEAD.replace("test: checkup", "test: list")
    + """\
expect: {touches: []}
then:
  - at: +1 days
    expect:
      touches: [TOUCH]
"""
)


def test_a_digest_is_for_everyone_in_it(examples: Examples) -> None:
    touch = "{for: KEY, task: task-1, subject: 2 to look at, body_contains: Ann Ben}"
    for key in ("7", "8"):
        case = examples.case(GATHERED.replace("TOUCH", touch.replace("KEY", key)))
        assert [each.message for each in case.failures] == []


def test_a_digest_is_one_touch_that_names_who_is_in_it(examples: Examples) -> None:
    both = "{for: 7, task: task-1}, {for: 8, task: task-1}"
    told = "task-1 for 7, 8 to casey@acme.example.com `2 to look at`"
    for touches, message in {
        both: f"expected task: task-1 for 8; found only {told}",
        "": f"expected nothing else to go out; found {told}",
    }.items():
        [failure] = examples.case(GATHERED.replace("TOUCH", touches)).failures
        assert failure.message.startswith(message)


CLOSES = WAYS.replace("ways", "closes", 1)
WRITTEN = f"""\
{CLOSES}expect: {{touches: [{{for: 7, task: look}}], closed: []}}
then:
  - at: +2 days
    done: [{{for: 7, task: look}}]
    expect: {{touches: [{{for: 7, task: write}}], closed: []}}
  - at: +3 days
    given: {{logged_in: [{{user: 7, at: 1 hour ago}}]}}
    expect: CLOSED
"""
LEFT = f"""\
{CLOSES}expect: {{closed: []}}
then:
  - at: +1 days
    given: {{logged_in: [{{user: 7, at: 1 hour ago, repeat: 3}}]}}
    expect: CLOSED
"""
CLOSED = {
    "its condition holds": (WRITTEN, "{for: 7, task: write, reason: close_when}", []),
    "who it is about has left": (LEFT, "{for: 7, task: look, reason: left}", []),
    "whatever the reason": (LEFT, "{for: 7, task: look}", []),
    "another reason": (
        WRITTEN,
        "{for: 7, task: write, reason: left}",
        ["expected the task write for 7 to be closed (left); the reason is close_when"],
    ),
    "another task": (
        LEFT,
        "{for: 7, task: write}",
        [
            "expected the task write for 7 to be closed; it was not closed",
            "expected no other task to be closed; found look for 7 (left)",
        ],
    ),
    "nothing was expected": (
        WRITTEN,
        "",
        ["expected no other task to be closed; found write for 7 (close_when)"],
    ),
}


@pytest.mark.parametrize(("text", "closed", "told"), CLOSED.values(), ids=CLOSED)
def test_tasks_that_are_closed(examples: Examples, text: str, closed: str, told: list[str]) -> None:
    case = examples.case(text.replace("CLOSED", f"{{closed: [{closed}]}}"))
    assert [each.message for each in case.failures] == told


def test_coverage_asks_what_closes_a_task_of_who_has_left(examples: Examples) -> None:
    waits = WRITTEN.replace("given: {logged_in: [{user: 7, at: 1 hour ago}]}", "").replace(
        "CLOSED", "{closed: []}"
    )
    [never] = [g for g in examples.coverage(waits).gaps if g.where.startswith("close_when")]
    assert (never.where, never.never) == ("close_when of write", "true")
    tried = examples.coverage(WRITTEN.replace("CLOSED", "{}").replace("expect: {}", ""))
    assert [g for g in tried.gaps if g.where.startswith("close_when")] == []


FAILS = {
    "not in the segment": (
        "expect: {segment: [7, 8]}\n",
        "8:10",
        "expected 8 in the segment; found 7",
        "✗ signed_up_at",
    ),
    "in the segment all the same": (
        "expect: {segment: []}\n",
        "8:10",
        "expected only nobody in the segment; found also 7",
        "✓ signed_up_at",
    ),
    "does not enter": (
        "expect: {entered: [7, 8]}\n",
        "8:10",
        "expected 8 to enter; found 7",
        "✗ signed_up_at",
    ),
    "another subject": (
        "expect: {touches: [{for: 7, email: hello, subject: Hi}]}\n",
        "8:20",
        "email: hello for 7: expected the subject `Hi`; it is `Hello Ann`",
        "",
    ),
    "not in the subject": (
        "expect: {touches: [{for: 7, email: hello, subject_contains: [Hello, Bob]}]}\n",
        "8:20",
        "email: hello for 7: expected `Bob` in the subject; it is `Hello Ann`",
        "",
    ),
    "not in the body": (
        "expect: {touches: [{for: 7, email: hello, body_contains: reports}]}\n",
        "8:20",
        "email: hello for 7: expected `reports` in the body; it says: Hi Ann, a word from Casey. "
        "-- 1 Main Street, Springfield Unsubscribe: mailto:stop@acme.example.com",
        "",
    ),
    "another address": (
        "expect: {touches: [{for: 7, email: hello, to: cy@example.com}]}\n",
        "8:20",
        "email: hello for 7: expected it to go to cy@example.com; it went to ann@example.com",
        "",
    ),
    "nothing went out": (
        "expect: {touches: [{for: 7, email: hello}, {for: 8, email: hello}]}\n",
        "8:44",
        "expected email: hello for 8; nothing went out",
        "✗ signed_up_at",
    ),
    "another step": (
        "expect: {touches: [{for: 7, email: hello}, {for: 7, task: task-1}]}\n",
        "8:44",
        "expected task: task-1 for 7; found only email-1 for 7 to ann@example.com `Hello Ann`",
        "at step wait-1: wait 5 days",
    ),
    "one too many": (
        "expect: {touches: []}\n",
        "8:10",
        "expected nothing else to go out; found email-1 for 7 to ann@example.com `Hello Ann`",
        "at step wait-1: wait 5 days",
    ),
    "skipped instead": (
        "suppressed: [ann@example.com]\nexpect: {touches: [{for: 7, email: hello}]}\n",
        "9:20",
        "expected email: hello for 7; it did not go out: suppressed",
        "",
    ),
    "another reason": (
        "suppressed: [ann@example.com]\n"
        "expect: {skips: [{for: 7, email: hello, reason: capped}]}\n",
        "9:18",
        "expected email: hello for 7 to be skipped (capped); the reason is suppressed",
        "",
    ),
    "it went out": (
        "expect: {skips: [{for: 7, email: hello, reason: suppressed}]}\n",
        "8:18",
        "expected email: hello for 7 to be skipped (suppressed); it went out",
        "at step wait-1: wait 5 days",
    ),
    "a skip too many": (
        "suppressed: [ann@example.com]\nexpect: {skips: []}\n",
        "9:10",
        "expected no other skip; found email-1 for 7 (suppressed)",
        "",
    ),
    "does not leave": (
        "expect: {left: [{for: 7, outcome: goal}]}\n",
        "8:17",
        "expected 7 to leave: goal; it did not leave",
        "at step wait-1: wait 5 days",
    ),
    "leaves otherwise": (
        "expect: {left: []}\nthen:\n- at: +5 days\n  expect: {left: [{for: 7, outcome: goal}]}\n",
        "11:19",
        "expected 7 to leave: goal; found 7 completed",
        "",
    ),
    "leaves unasked": (
        "expect: {left: []}\nthen:\n- at: +5 days\n  expect: {left: []}\n",
        "11:12",
        "expected nobody else to leave; found 7 completed",
        "not inside: it left Sun 15 Mar 09:00 (now), outcome completed",
    ),
    "no such task by then": (
        "expect: {left: []}\nthen:\n- at: +1 days\n  done: [{for: 7, task: task-1}]\n",
        "10:3",
        "7 has no open task task-1 by then",
        "",
    ),
}


@pytest.mark.parametrize(("text", "where", "message", "why"), FAILS.values(), ids=FAILS)
def test_what_does_not_hold_is_told(
    examples: Examples, text: str, where: str, message: str, why: str
) -> None:
    case = examples.case(HEAD + text)
    [failure] = case.failures
    assert (str(failure.place), failure.message) == (f"{PATH}:{where}", message)
    assert any(why in line for line in failure.why) if why else failure.why == ()


def test_nothing_is_left_of_an_earlier_example(examples: Examples) -> None:
    text = HEAD + HOLDS["suppressed"].lstrip("\n")
    assert [examples.case(text).passed for _ in range(2)] == [True, True]
    assert examples.case(HEAD + HOLDS["the contract's own"].lstrip("\n")).passed


def test_coverage_names_what_was_never_tried(examples: Examples) -> None:
    found = examples.coverage(HEAD + "expect: {segment: [7]}\n")
    assert [(each.where, each.never) for each in found.gaps] == [("exit_when", "true")]
    assert found.steps_never_reached == ("task-1", "webhook-1")
    assert (found.covered, found.asked) == (2, 3)


def test_coverage_adds_up_over_examples(examples: Examples) -> None:
    found = examples.coverage(
        *(
            HEAD + HOLDS[name].lstrip("\n")
            for name in ("a task and a request", "rows that come later")
        )
    )
    assert found.gaps == ()
    assert found.steps_never_reached == ()


def test_coverage_knows_the_ways_of_a_branch(examples: Examples) -> None:
    found = examples.coverage(WAYS + WAYS_HOLD["a draft runs, without fuse and holdout"].lstrip())
    assert {(each.where, each.never) for each in found.gaps} == {
        ("segment", "false"),
        ("if of if-1", "true"),
        ("only_if of email-1", "false"),
        ("only_if of webhook-1", "asked"),
        ("wait_for of wait_for-1", "true"),
    }
    assert found.steps_never_reached == ("update-1", "webhook-1")


def test_coverage_sees_a_branch_at_which_the_stay_ends(examples: Examples) -> None:
    """Of who has left by the end of the pass, the stay that is over is asked."""
    found = examples.coverage(
        HEAD.replace("test: checkup", "test: ends")
        + """\
expect: {entered: [7, 8]}
then:
  - at: +1 days
    done: [{for: 7, task: task-1, outcome: good}, {for: 8, task: task-1, outcome: bad}]
    expect: {left: [{for: 7, outcome: exited, reason: well looked after}]}
"""
    )
    assert {(each.where, each.never) for each in found.gaps} == {("segment", "false")}
    assert found.steps_never_reached == ()
