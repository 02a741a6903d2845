"""People in `cc` get the very message, once, after it went, and only if it did."""

from __future__ import annotations

from collections import Counter

from tests.support.smtp_server import ScriptedSmtpServer
from tests.support.stage import AS_OF, Stage

NEXT = "2026-03-11T09:00:00-04:00"


def copies(stage: Stage, cc: str, more: str = "") -> None:
    words = f"    from: account.csm\n    cc: {cc}\n{more}"
    stage.edit("playbooks/checkup.yaml", "    from: account.csm\n", words)


def envelopes(stage: Stage) -> Counter[str]:
    """How many messages the server took for each address."""
    return Counter(recipient for mail in stage.mail.received for recipient in mail.recipients)


def reasons(stage: Stage) -> dict[str, int]:
    found: dict[str, int] = stage.do("status", "--format", "json").data["reasons"]
    return found


def steps_of(stage: Stage) -> dict[str, int]:
    steps: dict[str, int] = stage.do("status", "--format", "json").data["playbooks"][0]["steps"]
    return steps


def test_a_copy_is_the_same_message(stage: Stage) -> None:
    copies(stage, "[account.csm, boss@partner.example.com]")
    stage.put_users({"user_id": 1})
    assert stage.run().status == 0
    assert envelopes(stage) == {
        "ann1@example.com": 1,
        "casey@acme.example.com": 1,
        "boss@partner.example.com": 1,
    }
    assert len({mail.data for mail in stage.mail.received}) == 1
    letter = stage.letters[0]
    assert stage.mail.received[0].recipients == ("ann1@example.com",), "the mail goes first"
    assert letter["To"] == "Ann1 <ann1@example.com>"
    assert letter["Cc"] == "Casey <casey@acme.example.com>, boss@partner.example.com"
    assert letter["List-Unsubscribe"] == "<mailto:stop@acme.example.com>"
    assert steps_of(stage) == {"wait-1": 1}
    stage.run(as_of=NEXT)
    assert len(stage.mail.received) == 3


def test_several_mails_are_copied_once(stage: Stage) -> None:
    """The copy is of the first mail; one copy an address holds over customers, too."""
    copies(stage, "boss@partner.example.com", "    to: [user, account.csm]\n")
    stage.run()
    assert envelopes(stage)["boss@partner.example.com"] == 1
    with_cc = [str(letter["To"]) for letter in stage.letters if letter["Cc"]]
    assert with_cc == ["Ann1 <ann1@example.com>", "Ann1 <ann1@example.com>"]
    assert reasons(stage)["duplicate_address"] == 4


def test_who_gets_it_anyway_or_is_unset_gets_no_copy(stage: Stage) -> None:
    stage.edit("catalog/user.yaml", "email: text", "email: text\n  b: text\n  p: text")
    stage.edit(
        "catalog/user.yaml", "links:", "people:\n  boss: {email: b}\n  peer: {email: p}\nlinks:"
    )  # fmt: skip
    copies(stage, "[boss, peer]", "    on_failure: exit\n")
    stage.put_users({"user_id": 1, "b": "ANN1@example.com", "p": ""})
    assert stage.run().status == 0
    assert envelopes(stage) == {"ann1@example.com": 1}
    assert stage.letters[0]["Cc"] is None
    assert reasons(stage) == {"duplicate_address": 1, "no_recipient": 1}
    assert steps_of(stage) == {"wait-1": 1}, "a copy that nobody gets is no failure"


def test_who_is_suppressed_is_left_out_of_the_header(stage: Stage) -> None:
    copies(stage, "[account.csm, boss@partner.example.com]")
    stage.put_users({"user_id": 1})
    stage.do("ledger", "init")
    stage.do("suppress", "add", "boss@partner.example.com")
    stage.run()
    assert envelopes(stage) == {"ann1@example.com": 1, "casey@acme.example.com": 1}
    assert {str(letter["Cc"]) for letter in stage.letters} == {"Casey <casey@acme.example.com>"}


def test_no_mail_no_copy(stage: Stage) -> None:
    copies(stage, "[boss@partner.example.com]")
    stage.do("ledger", "init")
    stage.put_users({"user_id": 1})
    stage.do("suppress", "add", "ann1@example.com")
    stage.run()
    assert envelopes(stage) == {}
    assert reasons(stage) == {"suppressed": 1, "not_sent": 1}


def test_a_mail_that_is_refused_takes_its_copies_along(stage: Stage) -> None:
    """The server says that there is no such mailbox: nobody hears of a mail that was not sent."""
    copies(stage, "boss@partner.example.com")
    users = [
        {"user_id": 1, "email": "rcpt550@example.com"},
        {"user_id": 2, "email": "ok@example.com"},
    ]
    stage.put_users(*users)
    with ScriptedSmtpServer() as server:
        stage.edit("touchline.yaml", f"port: {stage.mail.port}", f"port: {server.port}")
        assert stage.run().status == 1
        got = [stored.recipient for stored in server.stored]
        assert got == ["ok@example.com"], "the first customer's copy holds the address"
        assert reasons(stage)["not_sent"] == 1
        assert steps_of(stage) == {"wait-1": 2}
        stage.put_users(*users, {"user_id": 3, "email": "ok@example.org"})
        stage.run(as_of=NEXT)
        got = [stored.recipient for stored in server.stored[1:]]
    assert got == ["ok@example.org", "boss@partner.example.com"], "until it was not sent"


WINDOW = "policy:\n  send_window: {from: '10:00', to: '11:00'}\n"
CAP = "policy:\n  frequency_caps: [{at_most: 1, per: 2 days, give_up: 1 day}]\n"


def set_policy(stage: Stage, text: str) -> None:
    settings = (stage.root / "touchline.yaml").read_text()
    stage.write("touchline.yaml", settings + text)


def test_a_copy_waits_for_its_mail(stage: Stage) -> None:
    set_policy(stage, WINDOW)
    copies(stage, "account.csm", "    max_lateness: 30 minutes\n")
    stage.put_users({"user_id": 1})
    stage.run()
    assert envelopes(stage) == {}, "a colleague knows no window, but there is no mail yet"
    stage.run(as_of="2026-03-10T10:00:00-04:00")
    assert envelopes(stage) == {"ann1@example.com": 1, "casey@acme.example.com": 1}


def test_caps_count_copies_to_customers(stage: Stage) -> None:
    set_policy(stage, CAP)
    copies(stage, "boss@partner.example.com")
    stage.put_users({"user_id": 1})
    stage.run()
    assert envelopes(stage)["boss@partner.example.com"] == 1
    stage.write(
        "playbooks/second.yaml",
        "playbook: second\nsegment: {of: user, where: [{everyone: true}]}\n"
        "steps:\n  - email: hello\n    to: boss@partner.example.com\n",
    )
    stage.run(as_of=NEXT)
    assert envelopes(stage)["boss@partner.example.com"] == 1
    assert stage.do("status", "--format", "json").data["waiting"] == {"capped": 1}


def test_a_full_cap_of_the_account_stops_no_copy_of_its_own_mail(stage: Stage) -> None:
    set_policy(stage, "policy:\n  frequency_caps: [{at_most: 1, per: 9 days, each: account}]\n")
    copies(stage, "boss@partner.example.com")
    stage.put_users({"user_id": 1})
    stage.run()
    assert len(stage.mail.received) == 2


def test_a_draft_and_its_copies_are_one(stage: Stage) -> None:
    copies(stage, "account.csm", "    approve: house.dana\n")
    casey = {"csm_name": "Casey", "csm_email": "casey@acme.example.com", "name": "A", "plan": ""}
    stage.table("accounts", [{"id": 1, **casey}, {"id": 2, **casey}])
    stage.put_users({"user_id": 1}, {"user_id": 2, "account_id": 2})
    stage.run()
    found = {each["key"]: each for each in stage.do("held", "list", "--format", "json").data}
    item, other = found["1"], found["2"]
    shown = stage.do("held", "show", item["id"], "--format", "json").data
    assert shown["cc"] == "Casey <casey@acme.example.com>"
    stage.do("held", "edit", item["id"], "--subject", "Both of you")
    digest = stage.do("held", "show", item["id"], "--format", "json").data["digest"]
    assert stage.do("held", "approve", item["id"], "--digest", digest).status == 0
    stage.do("held", "drop", other["id"])
    stage.run(as_of=NEXT)
    assert envelopes(stage) == {"ann1@example.com": 1, "casey@acme.example.com": 1}
    assert {str(letter["Subject"]) for letter in stage.letters} == {"Both of you"}
    assert len({mail.data for mail in stage.mail.received}) == 1
    assert stage.do("ledger", "check").status == 0


def test_preview_and_dry_run_show_copies(stage: Stage) -> None:
    copies(stage, "[account.csm, boss@partner.example.com]")
    shown = stage.do("preview", "checkup", "--for", "1", "--as-of", AS_OF)
    assert "Cc: Casey <casey@acme.example.com>, boss@partner.example.com" in shown.out
    said = stage.run("--dry-run").data
    to = [each["to"] for each in said["would"] if each["key"] == 1 and each["status"] == "ready"]
    assert to == ["ann1@example.com", "casey@acme.example.com", "boss@partner.example.com"]


def test_a_colleague_with_a_customer_in_cc_can_be_unsubscribed_from(stage: Stage) -> None:
    copies(stage, "user", "    to: account.csm\n")
    stage.put_users({"user_id": 1})
    stage.run()
    assert envelopes(stage) == {"ann1@example.com": 1, "casey@acme.example.com": 1}
    assert stage.letters[0]["To"] == "Casey <casey@acme.example.com>"
    assert stage.letters[0]["List-Unsubscribe"] == "<mailto:stop@acme.example.com>"


def test_a_mail_that_is_given_up_gives_its_copies_free_at_once(stage: Stage) -> None:
    """Whom the same pass brings to the step after that mails the boss: nobody else does."""
    cap = "{channel: email, topic: news, at_most: 1, per: 1 month, give_up: 1 day}"
    set_policy(stage, f"policy:\n  frequency_caps: [{cap}]\n")
    everyone = "segment: {of: user, where: [{everyone: true}]}\n"
    stage.write(
        "playbooks/checkup.yaml",
        f"playbook: checkup\n{everyone}steps:\n  - {{email: hello, topic: bills}}\n"
        "  - {email: hello, topic: news, cc: boss@partner.example.com}\n",
    )
    stage.write(
        "playbooks/first.yaml",
        f"playbook: first\npriority: 99\n{everyone.replace('everyone: true', 'user_id: 1')}"
        "steps: [{email: hello, topic: news}]\n",
    )
    stage.put_users({"user_id": 1})
    stage.run()
    assert stage.do("status", "--format", "json").data["waiting"] == {"capped": 1}
    stage.put_users({"user_id": 1}, {"user_id": 2})
    told = stage.run("--dry-run", as_of=NEXT).data
    stage.run(as_of=NEXT)
    assert envelopes(stage)["boss@partner.example.com"] == 1
    assert reasons(stage) == {"capped": 1, "not_sent": 1}
    assert sum(each["to"] == "boss@partner.example.com" for each in told["would"]) == 2
