"""What mails tell, read from the shapes in which servers write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inbound.events import Event, Says, Unread
from engine.inbound.letters import MOST_BYTES, Letter, letters_in
from engine.inbound.reports import events_in_letter
from engine.places import Place
from tests.inbound import mails
from tests.inbound.mails import OURS, TO

TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef"


def read(data: bytes) -> list[Event]:
    found = events_in_letter(Letter(Place("mail"), data))
    assert not isinstance(found, Unread), found
    return found


def only(data: bytes) -> Event:
    [event] = read(data)
    return event


@pytest.mark.parametrize(
    ("data", "says", "status"),
    [
        pytest.param(mails.postfix(), Says.NO_MAILBOX, "5.1.1", id="Postfix"),
        pytest.param(mails.exim(), Says.NO_MAILBOX, "5.1.1", id="Exim: 5.0.0 says nothing"),
        pytest.param(mails.exchange(), Says.NO_MAILBOX, "5.1.10", id="Exchange"),
        pytest.param(mails.gmail(), Says.NO_MAILBOX, "5.1.1", id="Gmail"),
        pytest.param(
            mails.gmail("5.2.2", "smtp; 552-5.2.2 The account is over quota"),
            Says.NOT_DELIVERED,
            "5.2.2",
            id="full",
        ),
        pytest.param(
            mails.gmail("5.7.26", "smtp; 550-5.7.26 unauthenticated"),
            Says.ABOUT_US,
            "5.7.26",
            id="about us",
        ),
        pytest.param(
            mails.postfix(status="5.1.1", diagnostic="smtp; 550 5.7.1 Service refused"),
            Says.ABOUT_US,
            "5.7.1",
            id="a policy behind a status about the mailbox",
        ),
        pytest.param(
            mails.exchange("5.7.133", "RESOLVER.RST.SenderNotAuthenticatedForGroup"),
            Says.ABOUT_US,
            "5.7.133",
            id="a group that takes no mail from outside",
        ),
        pytest.param(
            mails.postfix(status="4.4.1", diagnostic="X-Postfix; connect: timed out"),
            Says.NOT_DELIVERED,
            "4.4.1",
            id="given up after 5 days",
        ),
        pytest.param(
            mails.postfix(status="5.0.0", diagnostic="smtp; 550 go away"),
            Says.NOT_DELIVERED,
            "5.0.0",
            id="550 and no more",
        ),
        pytest.param(mails.postfix(status="", diagnostic=""), Says.NOT_DELIVERED, "", id="nothing"),
        pytest.param(
            mails.postfix(action="delayed", status="4.4.1"), Says.ACCEPTED, "", id="delayed"
        ),
        pytest.param(
            mails.postfix(action="relayed", status="2.0.0"), Says.DELIVERED, "2.0.0", id="relayed"
        ),
        pytest.param(mails.postfix(action="lost"), Says.NOTHING, "5.1.1", id="unknown action"),
        pytest.param(mails.feedback(), Says.COMPLAINT, "", id="complaint"),
        pytest.param(mails.feedback("fraud"), Says.COMPLAINT, "", id="fraud"),
        pytest.param(mails.feedback("not-spam"), Says.NO_COMPLAINT, "", id="not spam after all"),
        pytest.param(mails.feedback("auth-failure"), Says.NO_COMPLAINT, "", id="about our DNS"),
        pytest.param(mails.receipt(), Says.ANSWERED, "", id="receipt"),
        pytest.param(mails.out_of_office(), Says.ANSWERED, "", id="out of office"),
        pytest.param(mails.exim_of_old(), Says.NOT_DELIVERED, "", id="no report"),
    ],
)
def test_what_a_mail_says(data: bytes, says: Says, status: str) -> None:
    event = only(data)
    assert event.says is says
    if status:
        assert event.status == status
    if says is not Says.NOTHING:
        assert OURS in event.message_ids
    assert event.is_mail


@pytest.mark.parametrize(
    "data", [mails.postfix(), mails.exim(), mails.exchange(), mails.gmail(), mails.exim_of_old()]
)
def test_a_bounce_says_whom_it_is_about(data: bytes) -> None:
    assert TO in only(data).addresses


@pytest.mark.parametrize(
    "written",
    ["{}", "<{}>", "'{}'", '"{}"', "Ann <{}>", "{} (expanded from: <all@example.com>)"],
)
def test_a_name_with_an_apostrophe_is_read_whole(written: str) -> None:
    name = "ann.o'brien@example.com"
    assert only(mails.postfix(recipient=written.format(name))).addresses[0] == name


@pytest.mark.parametrize("data", [mails.letter(), mails.forwarded()], ids=["quoted", "forwarded"])
def test_a_report_within_a_mail_is_no_report(data: bytes) -> None:
    assert only(data).says is Says.NOTHING


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "To"])
def test_a_token_is_found_where_servers_keep_it(header: str) -> None:
    data = mails.postfix().replace(
        b"Subject: Undelivered",
        b"%b: <bounces+%b@acme.example>\r\nSubject: Undelivered"
        % (header.encode(), TOKEN.upper().encode()),
    )
    assert only(data).tokens == (TOKEN.upper(),)


def test_a_report_of_many_recipients_has_an_event_for_each() -> None:
    group = "Final-Recipient: rfc822; {}\r\nAction: {}\r\nStatus: {}\r\n\r\n"
    more = group.format("bob@example.com", "failed", "5.2.2") + group.format(
        "c@example.com", "delayed", "4.0.0"
    )
    data = mails.postfix().replace(b"Final-Recipient", more.encode() + b"Final-Recipient", 1)
    assert [each.says for each in read(data)] == [
        Says.NOT_DELIVERED,
        Says.ACCEPTED,
        Says.NO_MAILBOX,
    ]
    assert len({each.id for each in read(data)}) == 3


def test_the_same_mail_by_another_way_is_the_same_event() -> None:
    again = b"Received: by another.example.net\r\n" + mails.postfix()
    assert only(again).id == only(mails.postfix()).id


def test_an_mbox_and_the_line_that_a_pipe_puts_before_a_mail() -> None:
    line = b"From MAILER-DAEMON Tue Mar 10 09:05:01 2026\n"
    box = line + mails.exim() + b"\n" + line + mails.gmail() + b"\n"
    letters = list(letters_in("box", box.splitlines(keepends=True)))
    assert [type(each) for each in letters] == [Letter, Letter]
    assert [each.place.line for each in letters] == [1, 2 + mails.exim().count(b"\n") + 1]
    assert [read(each.data)[0].says for each in letters if isinstance(each, Letter)] == [
        Says.NO_MAILBOX
    ] * 2
    text = mails.postfix() + b"\r\nFrom then on we are shut.\r\n"
    assert len(list(letters_in("one", text.splitlines(keepends=True)))) == 1


def test_a_mail_without_end_is_told_and_the_next_is_read() -> None:
    line = b"From MAILER-DAEMON Tue Mar 10 09:05:01 2026\n"
    endless = [line, *([b"x" * 65_536 + b"\n"] * (MOST_BYTES // 65_536 + 1)), b"\n"]
    found = list(letters_in("box", [*endless, line, *mails.exim().splitlines(keepends=True)]))
    assert [type(each) for each in found] == [Unread, Letter]
    assert "longer than any report" in found[0].why  # type: ignore[union-attr]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bytes_are_too_odd_to_be_read(data: st.DataObject) -> None:
    """Whatever stands in a mail: events, or a sentence."""
    whole = data.draw(
        st.sampled_from([mails.postfix(), mails.exchange(), mails.feedback(), mails.gmail()])
    )
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 200)))
    broken = whole[:start] + data.draw(st.binary(max_size=40)) + whole[stop:]
    found = events_in_letter(Letter(Place("mail"), broken))
    assert isinstance(found, Unread) or found


REPORT = b"Content-Type: multipart/report; boundary=a\n"
DOLL = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00\x01" * 100,
        b"Content-Type: multipart/report; report-type*=utf-8''%FF; boundary=\"\"\n\n--\n",
        REPORT + b"\n--a\nContent-Type: message/delivery-status\n\n",
        "Content-Type: multipart/report; boundary=é\nTo: \ud800".encode("utf-8", "surrogatepass"),
        b"".join(DOLL % (n, n) for n in range(1_000)),
        b"Content-Type: message/rfc822\n\n" * 2_000,
    ],
    ids=["bytes", "boundary", "empty", "charset", "deep", "russian dolls"],
)
def test_mails_that_nobody_should_write(data: bytes) -> None:
    found = events_in_letter(Letter(Place("mail"), data))
    assert isinstance(found, Unread) or all(each.says is Says.NOTHING for each in found)
