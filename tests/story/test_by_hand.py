"""`touchline enroll` and `touchline leave`: one customer in or out, and on record by whom."""

from __future__ import annotations

import getpass

import pytest

from tests.support.stage import AS_OF, Answer, Stage

PLAYBOOK = """\
playbook: checkup
HEADsegment: {of: user, where: [{user_id: {one_of: [1, 2]}}]}
steps:
  - email: hello
    from: house.dana
  - wait: 5 days
  - email: hello
    id: again
    from: house.dana
"""
LATER = "2026-03-20T09:00:00-04:00"


def put(stage: Stage, head: str = "") -> None:
    stage.write("playbooks/checkup.yaml", PLAYBOOK.replace("HEAD", head))


def enroll(stage: Stage, key: int | str, *words: str, as_of: str = AS_OF) -> Answer:
    said = ("--for", str(key), "--as-of", as_of, "--format", "json")
    return stage.do("enroll", "checkup", *said, *words)


def records(stage: Stage, key: int, kind: str) -> list[dict[str, object]]:
    log = stage.do("audit", "show", "--for", str(key), "--format", "json").data
    return [each for each in log if each["kind"] == kind]


def test_one_enters_and_the_next_pass_goes_on(stage: Stage) -> None:
    put(stage)
    found = enroll(stage, 1)
    assert found.status == 0
    assert found.data["done"] is True
    assert "its first step, email-1, is for the next pass" in found.data["told"]
    assert stage.mailed == [], "nothing goes out by the command itself"
    [entered] = records(stage, 1, "entered")
    assert entered["actor"] == getpass.getuser()
    stage.run()
    assert stage.mailed == ["ann1@example.com", "ann2@example.com"]
    assert enroll(stage, 1).data["gate"] == "already_inside"
    assert stage.do("ledger", "check").status == 0


NO = {
    "not-in-the-segment": ("", 3, "segment", "--anyway lets it in all the same"),
    "goal": ("goal: {name: g, when: {user_id: 1}, within: 9 days}\n", 1, "goal", "has reached"),
    "exit": ("exit_when: {user_id: 1}\n", 1, "exit", "meets exit_when"),
    "missing": ("entry: {again: {per: account.plan}}\n", 1, "missing_value", "is missing"),
    "paused": ("status: paused\n", 1, "stopped", "paused: nobody enters"),
}  # fmt: skip


@pytest.mark.parametrize("row", NO.values(), ids=NO)
def test_which_gate_says_no(stage: Stage, row: tuple[str, int, str, str]) -> None:
    head, key, gate, sentence = row
    account = {"id": 1, "name": "Acme", "plan": "", "csm_name": "C", "csm_email": "c@x.example.com"}
    stage.table("accounts", [account])
    put(stage, head)
    found = enroll(stage, key)
    assert found.status == 1
    assert (found.data["done"], found.data["gate"]) == (False, gate)
    assert sentence in found.data["told"]
    assert records(stage, key, "entered") == []


@pytest.mark.parametrize(
    ("key", "head", "sentence"),
    [
        ("99", "", "there is no user with the key `99`"),
        ("ann", "", "its key is a whole number"),
        ("0_1", "", "its key is a whole number"),
        ("1", "status: draft\n", "checkup is a draft"),
    ],
    ids=["nobody", "no-key", "as-in-code", "draft"],
)
def test_what_is_refused(stage: Stage, key: str, head: str, sentence: str) -> None:
    put(stage, head)
    found = enroll(stage, key)
    assert found.status == 1
    assert sentence in found.err


def test_a_misspelt_playbook(stage: Stage) -> None:
    found = stage.do("enroll", "chekup", "--for", "1")
    assert found.status == 1
    assert "did you mean checkup?" in found.err


def test_anyway_passes_the_segment_and_no_other_gate(stage: Stage) -> None:
    put(stage, "exit_when: {user_id: 2}\n")
    assert enroll(stage, 3, "--anyway").status == 0
    assert enroll(stage, 2, "--anyway").data["gate"] == "exit"
    stage.run()
    assert stage.mailed == ["ann1@example.com", "ann3@example.com"]


def test_never_again_holds_by_hand_too(stage: Stage) -> None:
    put(stage)
    stage.run()
    assert stage.do("leave", "checkup", "--for", "1").status == 0
    assert enroll(stage, 1, as_of=LATER).data["gate"] == "again"


def test_one_who_is_held_out_rests(stage: Stage) -> None:
    put(stage, "entry: {holdout: 99%}\n")
    assert "it gets nothing, for comparison" in enroll(stage, 1).data["told"]
    stage.run()
    assert stage.mailed == []


def test_halted(stage: Stage) -> None:
    put(stage)
    stage.do("ledger", "init")
    assert stage.do("halt", "--why", "a fault").status == 0
    assert "halted (a fault)" in enroll(stage, 1).data["told"]


def test_an_instant_before_the_last_pass_is_wrong_use(stage: Stage) -> None:
    put(stage)
    stage.run(as_of=LATER)
    assert enroll(stage, 1).status == 2


def test_data_that_cannot_be_trusted_lets_nobody_in(stage: Stage) -> None:
    put(stage)
    stage.table("users", [{"user_id": 1, "first_name": "Ann"}])
    found = enroll(stage, 1)
    assert found.status == 1
    assert records(stage, 1, "entered") == []


def test_a_ledger_that_only_dry_runs_refuses_both(stage: Stage) -> None:
    put(stage)
    stage.edit("touchline.yaml", 'ledger: {url: "', 'ledger: {id: 0123456789abcdef, url: "')
    for words in (("enroll",), ("leave",)):
        found = stage.do(*words, "checkup", "--for", "1")
        assert found.status == 1
        assert "nobody is let in or out by hand here" in found.err


def test_leaving_drops_what_had_not_gone_out(stage: Stage) -> None:
    put(stage)
    stage.run()
    found = stage.do("leave", "checkup", "--for", "1", "--why", "asked ann@x.example for it")
    assert found.status == 0
    assert "1 left checkup" in found.out
    [left] = records(stage, 1, "left")
    assert left["actor"] == getpass.getuser()
    body = left["body"]
    assert isinstance(body, dict)
    assert body["outcome"] == "exited"
    assert "ann@x.example" not in body["reason"]
    assert body["reason"].startswith("asked address:")
    stage.run(as_of=LATER)
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann2@example.com"]


def test_a_touch_that_waits_is_dropped(stage: Stage) -> None:
    put(stage)
    window = "policy: {send_window: {days: mon-fri, from: '12:00', to: '13:00'}}\n"
    settings = (stage.root / "touchline.yaml").read_text()
    stage.write("touchline.yaml", settings + window)
    stage.run()
    stage.do("leave", "checkup", "--for", "1")
    assert [each["body"]["reason"] for each in records(stage, 1, "touch.dropped")] == ["left"]  # type: ignore[index]
    stage.run(as_of="2026-03-10T12:30:00-04:00")
    assert stage.mailed == ["ann2@example.com"]


def test_who_is_not_inside(stage: Stage) -> None:
    put(stage)
    stage.run()
    found = stage.do("leave", "checkup", "--for", "3")
    assert (found.status, found.out) == (1, "3 is not inside checkup\n")


def test_a_broken_playbook_can_be_left(stage: Stage) -> None:
    put(stage)
    stage.run()
    stage.edit("playbooks/checkup.yaml", "email: hello", "email: helo")
    assert stage.do("leave", "checkup", "--for", "1").status == 0


def test_leaving_by_hand_closes_tasks_as_the_playbook_says(stage: Stage) -> None:
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{everyone: true}]}\n"
        "on_exit: {tasks: close}\nsteps: [{task: Call}, {wait: 5 days}]\n",
    )
    stage.put_users({"user_id": 1}, {"user_id": 2})
    stage.run()
    assert stage.do("leave", "checkup", "--for", "1").status == 0
    open_tasks = stage.do("tasks", "--format", "json").data
    assert [each["key"] for each in open_tasks] == ["2"]
