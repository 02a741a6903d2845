"""Mails that a person looks at first: nothing leaves before a yes, and what leaves is that text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.stage import AS_OF, Answer, Stage

NEXT = "2026-03-11T09:00:00-04:00"
LATE = "2026-03-14T09:00:00-04:00"


def asks(stage: Stage, person: str = "account.csm", more: str = "") -> None:
    """The mail of the check-up asks for an approval; the wait after it shows who goes on."""
    words = f"    from: account.csm\n    approve: {person}\n{more}"
    stage.edit("playbooks/checkup.yaml", "    from: account.csm\n", words)


def held(stage: Stage) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = stage.do("held", "list", "--format", "json").data
    return items


def of(stage: Stage, key: str) -> dict[str, Any]:
    return next(item for item in held(stage) if item["key"] == key)


def approve(stage: Stage, *items: dict[str, Any]) -> Answer:
    return stage.do("held", "approve", *(item["id"] for item in items))


def steps_of(stage: Stage) -> dict[str, int]:
    steps: dict[str, int] = stage.do("status", "--format", "json").data["playbooks"][0]["steps"]
    return steps


def kinds(stage: Stage, key: str) -> list[str]:
    log = stage.do("audit", "show", "--for", key, "--format", "json").data
    return [record["kind"] for record in log]


def test_drafts_wait_for_a_yes_and_go_at_the_next_pass(stage: Stage) -> None:
    asks(stage)
    run = stage.run()
    assert run.status == 1
    assert run.data["runs"][0]["touches"] == {"email": {"draft": 3}}
    assert run.data["held"] == 3
    assert stage.mailed == []
    assert steps_of(stage) == {"email-1": 3}

    listed = stage.do("held")
    assert listed.status == 1
    first = of(stage, "1")
    assert (first["kind"], first["playbook"], first["step"]) == ("draft", "checkup", "email-1")
    assert (first["to"], first["subject"]) == ("ann1@example.com", "Hello Ann1")
    assert first["approver"] == "casey@acme.example.com"
    for word in (first["id"], "Hello Ann1", "casey@acme.example.com", "days)"):
        assert word in listed.out

    shown = stage.do("held", "show", first["id"])
    assert "a word from Casey" in shown.out
    assert first["digest"] in shown.out
    assert "<p" in stage.do("held", "show", first["id"], "--html").out

    assert approve(stage, first, of(stage, "3")).status == 0
    assert stage.mailed == [], "an approval sends nothing by itself"
    assert stage.run(as_of=NEXT).status == 1, "one still waits"
    assert stage.mailed == ["ann1@example.com", "ann3@example.com"]
    assert steps_of(stage) == {"email-1": 1, "wait-1": 2}
    assert stage.run(as_of=NEXT).status == 1
    assert len(stage.mailed) == 2, "and not a second time"

    assert "draft.approved" in kinds(stage, "1")
    assert stage.do("audit", "verify").status == 0
    assert stage.do("ledger", "check").status == 0


def test_a_dry_run_says_what_would_be_a_draft(stage: Stage) -> None:
    asks(stage)
    said = stage.run("--dry-run")
    assert said.status == 0
    assert said.data["runs"][0]["touches"] == {"email": {"draft": 3}}
    assert {each["status"] for each in said.data["would"]} == {"draft"}
    assert "a draft for casey@acme" in stage.do("run", "--dry-run", "--as-of", AS_OF).out


def test_an_edited_mail_is_the_same_safe_message(stage: Stage, tmp_path: Path) -> None:
    asks(stage)
    stage.run()
    first = of(stage, "1")
    before = stage.do("held", "show", first["id"], "--format", "json").data
    text = tmp_path / "text.md"
    text.write_text("Dear Ann,\n\nwe **talked**: <https://acme.example/a>.\n\nCasey\n")
    told = stage.do("held", "edit", first["id"], "--subject", "Our talk", "--text", str(text))
    assert told.status == 0
    now = of(stage, "1")
    assert now["edited_by"]
    assert now["digest"] in told.out
    assert now["digest"] != first["digest"]

    refused = approve(stage, now)
    assert refused.status == 1
    assert "was edited" in refused.err
    assert stage.do("held", "approve", now["id"], "--digest", first["digest"]).status == 1
    assert stage.do("held", "approve", now["id"], "--digest", now["digest"]).status == 0
    stage.run(as_of=NEXT)
    (letter,) = stage.letters
    headers = dict(before["headers"])
    assert letter["Message-ID"] == headers["Message-ID"]
    assert letter["List-Unsubscribe"] == headers["List-Unsubscribe"]
    assert letter["Subject"] == "Our talk"
    plain, html = (str(part.get_content()) for part in letter.iter_parts())  # type: ignore[union-attr]
    assert plain.startswith("Dear Ann,")
    assert "1 Main Street" in plain
    assert '<a href="https://acme.example/a"' in html
    assert "<strong>talked</strong>" in html
    assert "mailto:stop@acme.example.com" in html
    assert "draft.edited" in kinds(stage, "1")


def test_a_new_subject_leaves_the_text_alone(stage: Stage) -> None:
    asks(stage)
    stage.put_users({"user_id": 1, "first_name": "{{ Ann }} *A*"})
    stage.run()
    first = of(stage, "1")
    before = stage.do("held", "show", first["id"], "--format", "json").data
    stage.do("held", "edit", first["id"], "--subject", "Hello & <hi>")
    after = stage.do("held", "show", first["id"], "--format", "json").data
    assert after["text"] == before["text"]
    assert "<title>Hello &amp; &lt;hi&gt;</title>" in after["html"]
    assert after["html"].count("{{ Ann }} *A*") == 1


REFUSED = {
    "template-syntax": (["--text", "Hi {{ user.first_name }}"], "line 1 of the text holds `{{`"),
    "nothing-left": (["--text", " \n"], "the body of the message is empty"),
    "script": (["--text", "[x](javascript:alert)"], "the edited text"),
    "no-subject": (["--subject", " "], "the subject is empty"),
    "two-headers": (["--subject", "Hi\nBcc: eve@example.com"], "a control character"),
    "nothing-said": ([], "--subject"),
}


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_sent_is_refused(
    stage: Stage, tmp_path: Path, words: list[str], told: str
) -> None:
    asks(stage)
    stage.run()
    first = of(stage, "1")
    if "--text" in words:
        (tmp_path / "text.md").write_text(words[1])
        words = ["--text", str(tmp_path / "text.md")]
    answer = stage.do("held", "edit", first["id"], *words)
    assert answer.status in (1, 2)
    assert told in answer.err
    assert of(stage, "1") == first


def test_a_dropped_draft_goes_to_nobody(stage: Stage) -> None:
    asks(stage)
    stage.run()
    item = of(stage, "2")
    assert stage.do("held", "drop", item["id"], "--why", "not now").status == 0
    again = approve(stage, item)
    assert again.status == 1
    assert "it is dropped" in again.err
    stage.run(as_of=NEXT)
    assert stage.mailed == []
    assert steps_of(stage) == {"email-1": 2, "wait-1": 1}
    log = stage.do("audit", "show", "--for", "2", "--format", "json").data
    bodies = [record["body"] for record in log if record["kind"] == "touch.dropped"]
    assert [(body["reason"], body["why"]) for body in bodies] == [("dropped", "not now")]


def test_nobody_to_approve_it_means_nobody_gets_it(stage: Stage) -> None:
    stage.table(
        "accounts",
        [{"id": 1, "name": "Acme", "plan": "pro", "csm_name": "", "csm_email": ""}],
    )
    stage.edit("playbooks/checkup.yaml", "    from: account.csm", "    from: house.dana")
    stage.edit("playbooks/checkup.yaml", "house.dana\n", "house.dana\n    approve: account.csm\n")
    run = stage.run()
    assert run.status == 0
    assert run.data["runs"][0]["touches"]["email"] == {"skipped": 3}
    assert stage.do("status", "--format", "json").data["reasons"]["no_approver"] == 3
    assert stage.mailed == []


def test_the_first_approver_who_is_set(stage: Stage) -> None:
    asks(stage, "[account.csm, house.dana]")
    stage.table(
        "accounts",
        [
            {"id": 1, "name": "A", "plan": "pro", "csm_name": "", "csm_email": "c@a.example.com"},
            {"id": 2, "name": "B", "plan": "pro", "csm_name": "", "csm_email": ""},
        ],
    )
    stage.edit("playbooks/checkup.yaml", "    from: account.csm", "    from: house.dana")
    stage.put_users({"user_id": 1}, {"user_id": 2, "account_id": 2})
    stage.run()
    assert of(stage, "1")["approver"] == "c@a.example.com"
    assert of(stage, "2")["approver"] == "dana@acme.example.com"


def test_what_waits_too_long_expires(stage: Stage) -> None:
    asks(stage, more="    max_lateness: 2 days\n    on_failure: exit\n")
    stage.run()
    item = of(stage, "1")
    approve(stage, item)
    run = stage.run(as_of=LATE)
    assert run.status == 1
    assert stage.mailed == []
    assert held(stage) == []
    assert stage.do("status", "--format", "json").data["reasons"]["expired"] == 3
    assert steps_of(stage) == {}


def test_what_may_wait_a_business_day_waits_over_a_holiday(stage: Stage) -> None:
    """Good Friday is one."""
    asks(stage, more="    max_lateness: 1 business day\n")
    settings = (stage.root / "touchline.yaml").read_text()
    stage.write("touchline.yaml", f"{settings}policy: {{holidays: GB}}\n")
    stage.run(as_of="2026-04-02T09:00:00-04:00")
    stage.run(as_of="2026-04-03T10:00:00-04:00")
    assert len(held(stage)) == 3


def test_a_dry_run_foresees_that_a_draft_expires_and_what_follows(stage: Stage) -> None:
    asks(stage, more="    max_lateness: 5 hours\n  - email: hello\n    from: account.csm\n")
    stage.run()
    seen = []
    for words in (("--dry-run",), ()):
        answer = stage.run(*words, as_of=NEXT)
        seen.append(answer.data["runs"][0]["touches"]["email"])
    assert seen == [{"expired": 3, "ready": 3}, {"expired": 3, "sent": 3}]


def test_a_pause_keeps_drafts_and_stops_their_clock(stage: Stage) -> None:
    asks(stage, more="    max_lateness: 2 days\n")
    stage.run()
    stage.edit("playbooks/checkup.yaml", "owner:", "status: paused\nowner:")
    stage.run(as_of=NEXT)
    stage.run(as_of=LATE)
    assert len(held(stage)) == 3
    stage.edit("playbooks/checkup.yaml", "status: paused\n", "")
    approve(stage, of(stage, "1"))
    stage.run(as_of=LATE)
    assert stage.mailed == ["ann1@example.com"]
    assert len(held(stage)) == 2


def test_a_text_that_is_not_utf_8_changes_nothing(stage: Stage) -> None:
    asks(stage)
    stage.run()
    item = of(stage, "1")
    (stage.root / "text.md").write_bytes("Grüße".encode("latin-1"))
    said = stage.do("held", "edit", item["id"], "--text", "text.md")
    assert (said.status, "text.md is not UTF-8; save it as UTF-8" in said.err) == (2, True)
    (stage.root / "text.md").write_text("Grüße", encoding="utf-8-sig")
    assert stage.do("held", "edit", item["id"], "--text", "text.md").status == 0
    assert "\ufeff" not in stage.do("held", "show", item["id"]).out


def test_a_halt_stops_what_is_approved(stage: Stage) -> None:
    asks(stage)
    stage.run()
    approve(stage, of(stage, "1"))
    stage.do("halt")
    stage.run(as_of=NEXT)
    assert stage.mailed == []
    assert len(held(stage)) == 2
    stage.do("resume")
    stage.run(as_of=NEXT)
    assert stage.mailed == ["ann1@example.com"]


def test_who_leaves_leaves_no_draft_behind(stage: Stage) -> None:
    asks(stage)
    stage.run()
    approve(stage, of(stage, "1"))
    stage.put_users(
        {"user_id": 1, "uses_reports": "true"}, {"user_id": 2, "uses_reports": "true"},
        {"user_id": 3},
    )  # fmt: skip
    stage.run(as_of=NEXT)
    assert stage.mailed == [], "approved, and looked at again before it goes"
    assert [item["key"] for item in held(stage)] == ["3"]
    assert kinds(stage, "2")[-2:] == ["left", "touch.dropped"]


def test_who_is_suppressed_after_the_approval_gets_nothing(stage: Stage) -> None:
    asks(stage)
    stage.run()
    approve(stage, *held(stage))
    stage.do("suppress", "add", "ann1@example.com")
    stage.run(as_of=NEXT)
    assert stage.mailed == ["ann2@example.com", "ann3@example.com"]


def test_window_and_caps_are_asked_once_it_is_approved(stage: Stage) -> None:
    settings = (stage.root / "touchline.yaml").read_text()
    stage.write(
        "touchline.yaml",
        settings + "policy:\n  send_window: {from: '10:00', to: '11:00'}\n"
        "  frequency_caps: [{at_most: 1, per: 7 days, each: account}]\n",
    )
    asks(stage)
    run = stage.run()
    assert run.data["runs"][0]["touches"] == {"email": {"draft": 3}}
    assert run.data["runs"][0]["waiting"] == {}
    approve(stage, of(stage, "2"), of(stage, "3"))
    waits = stage.run(as_of=NEXT).data["runs"][0]
    assert stage.mailed == []
    assert waits["touches"] == {"email": {"draft": 1, "ready": 2}}
    stage.run(as_of="2026-03-11T10:00:00-04:00")
    assert len(stage.mailed) == 1, "the drafts took no room, the second mail finds none"


def test_ids_that_are_no_drafts(stage: Stage) -> None:
    asks(stage)
    stage.run()
    item = of(stage, "1")
    for words in (["show", "x"], ["approve", "x"], ["edit", "x", "--subject", "s"], ["drop", "x"]):
        assert stage.do("held", *words).status == 1
    both = stage.do("held", "approve", item["id"], "x")
    assert both.status == 1
    assert len(held(stage)) == 3, "all of them, or none"
    two = stage.do("held", "approve", item["id"], "x", "--digest", item["digest"])
    assert two.status == 2


def test_a_preview_says_that_it_is_a_draft(stage: Stage) -> None:
    asks(stage)
    shown = stage.do("preview", "checkup", "--for", "1", "--step", "email-1", "--as-of", AS_OF)
    assert "a draft, until casey@acme.example.com approves it" in shown.out
