"""Mails that tell of mails, in the shape in which servers write them. Built by hand."""

from __future__ import annotations

OURS = "<0123456789abcdef0123456789abcdef@acme.example>"
TO = "ann@example.com"


def postfix(
    *,
    to: str = "casey@acme.example",
    message_id: str = OURS,
    status: str = "5.1.1",
    action: str = "failed",
    recipient: str = TO,
    diagnostic: str = "smtp; 550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown",
    own_id: str = "<20260310090501.4F2B1A@mx.example.net>",
) -> bytes:
    """As Postfix writes it: a text, the status, and the headers of the mail."""
    return f"""\
Return-Path: <>
Delivered-To: {to}
Received: by mx.example.net (Postfix) id 4F2B1A; Tue, 10 Mar 2026 09:05:01 +0000 (UTC)
Date: Tue, 10 Mar 2026 09:05:01 +0000 (UTC)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F2B1A.1773133501/mx.example.net"
Message-Id: {own_id}

This is a MIME-encapsulated message.

--4F2B1A.1773133501/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--4F2B1A.1773133501/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F2B1A
Arrival-Date: Tue, 10 Mar 2026 09:05:00 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: {diagnostic}

--4F2B1A.1773133501/mx.example.net
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <casey@acme.example>
From: Casey <casey@acme.example>
To: {TO}
Subject: Hello Ann
Message-ID: {message_id}
Auto-Submitted: auto-generated

--4F2B1A.1773133501/mx.example.net--
""".replace("\n", "\r\n").encode()


def exim() -> bytes:
    """As Exim 4.96 writes it: a generic status, the true one in the diagnostic code."""
    return f"""\
Return-path: <>
X-Failed-Recipients: {TO}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.org>
To: casey@acme.example
Content-Type: multipart/report; report-type=delivery-status; boundary=1773133501-eximdsn-804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vzxyz-000abc-2D@mail.example.org>
Date: Tue, 10 Mar 2026 09:05:01 +0000

--1773133501-eximdsn-804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.
  {TO}
    host mx.example.com [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{TO}>:
    550 5.1.1 No such user here

--1773133501-eximdsn-804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Action: failed
Final-Recipient: rfc822;{TO}
Status: 5.0.0
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 No such user here

--1773133501-eximdsn-804289383
Content-type: message/rfc822

Return-path: <casey@acme.example>
From: Casey <casey@acme.example>
To: {TO}
Subject: Hello Ann
Message-ID: {OURS}

Hi Ann,
--1773133501-eximdsn-804289383--
""".encode()


def exim_of_old() -> bytes:
    """As Exim before 4.80 writes it: no report at all."""
    return f"""\
Return-path: <>
X-Failed-Recipients: {TO}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.org>
To: casey@acme.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abc-000abc-2D@mail.example.org>

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    No such user

------ This is a copy of the message, including all the headers. ------

Return-path: <casey@acme.example>
From: Casey <casey@acme.example>
To: {TO}
Message-ID: {OURS}
Subject: Hello Ann

Hi Ann,
""".encode()


def exchange(status: str = "5.1.10", words: str = "RESOLVER.ADR.RecipientNotFound") -> bytes:
    """As Exchange Online writes it, with its headers folded in the middle."""
    return f"""\
Received: from BL0PR01.prod.outlook.com (2603:10b6:208:2d::20)
From: <postmaster@example.onmicrosoft.com>
To: <casey@acme.example>
Date: Tue, 10 Mar 2026 09:05:01 +0000
Content-Type: multipart/report; report-type=delivery-status;
 boundary="2c6bd2a1-ab05-4d4c-9dab-b2d1a2d2d1a2"
Content-Language: en-US
Message-ID: <2c6bd2a1-ab05@BL0PR01.prod.outlook.com>
In-Reply-To:
 {OURS}
References: {OURS}
Subject: Undeliverable: Hello Ann
Auto-Submitted: auto-replied
MIME-Version: 1.0

--2c6bd2a1-ab05-4d4c-9dab-b2d1a2d2d1a2
Content-Type: multipart/alternative; differences=Content-Type;
 boundary="alt"

--alt
Content-Type: text/plain; charset="us-ascii"

Your message to {TO} couldn't be delivered.

--alt--

--2c6bd2a1-ab05-4d4c-9dab-b2d1a2d2d1a2
Content-Type: message/delivery-status

Reporting-MTA: dns;BL0PR01.prod.outlook.com
Received-From-MTA: dns;mail.acme.example
Arrival-Date: Tue, 10 Mar 2026 09:05:00 +0000

Original-Recipient: rfc822;{TO}
Final-Recipient: rfc822;{TO}
Action: failed
Status: {status}
Diagnostic-Code: smtp;550 {status}
 {words}; Recipient not found

--2c6bd2a1-ab05-4d4c-9dab-b2d1a2d2d1a2
Content-Type: message/rfc822

Received: from BL0PR01.prod.outlook.com
From: Casey <casey@acme.example>
To: {TO}
Subject: Hello Ann
Message-ID:
 {OURS}

Hi Ann,

--2c6bd2a1-ab05-4d4c-9dab-b2d1a2d2d1a2--
""".replace("\n", "\r\n").encode()


def gmail(
    status: str = "5.1.1", diagnostic: str = "smtp; 550-5.1.1 The account does not exist"
) -> bytes:
    """As Gmail writes it: the text in two forms and a picture, then the report."""
    return f"""\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: casey@acme.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {OURS}
In-Reply-To: {OURS}
X-Failed-Recipients: {TO}
Message-ID: <69a0.5d@mx.google.com>
Date: Tue, 10 Mar 2026 02:05:01 -0700 (PDT)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="000000000000a1"; report-type=delivery-status

--000000000000a1
Content-Type: multipart/related; boundary="000000000000a2"

--000000000000a2
Content-Type: text/html; charset="UTF-8"

<p>Address not found</p>
--000000000000a2
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--000000000000a2--

--000000000000a1
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Tue, 10 Mar 2026 02:05:00 -0700 (PDT)
X-Original-Message-ID: {OURS}

Final-Recipient: rfc822; {TO}
Action: failed
Status: {status}
Diagnostic-Code: {diagnostic}
Last-Attempt-Date: Tue, 10 Mar 2026 02:05:01 -0700 (PDT)

--000000000000a1
Content-Type: message/rfc822

From: Casey <casey@acme.example>
To: {TO}
Message-ID: {OURS}
Subject: Hello Ann

--000000000000a1--
""".encode()


def feedback(kind: str = "abuse", *, mail_from: str = "casey@acme.example") -> bytes:
    """A complaint (RFC 5965), as mailbox providers send them to who signed up for a loop."""
    return f"""\
From: <feedback@mail.example.net>
Date: Tue, 10 Mar 2026 09:10:00 +0000
Subject: FW: Hello Ann
To: <abuse@acme.example>
Message-ID: <arf1@mail.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{mail_from}>
Original-Rcpt-To: <{TO}>

--part1
Content-Type: message/rfc822
Content-Disposition: inline

From: Casey <casey@acme.example>
To: {TO}
Subject: Hello Ann
Message-ID: {OURS}

Hi Ann,
--part1--
""".encode()


def receipt() -> bytes:
    """A receipt (RFC 8098): the mail was shown to somebody."""
    return f"""\
From: {TO}
To: casey@acme.example
Subject: Read: Hello Ann
Message-ID: <mdn1@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="mdn"

--mdn
Content-Type: text/plain

It was read.
--mdn
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{TO}
Original-Message-ID: {OURS}
Disposition: manual-action/MDN-sent-manually; displayed

--mdn--
""".encode()


def out_of_office() -> bytes:
    """An automatic answer to one of ours."""
    return f"""\
From: Ann <{TO}>
To: casey@acme.example
Subject: Out of office: Hello Ann
Auto-Submitted: auto-replied (vacation)
In-Reply-To: {OURS}
References: {OURS}
Message-ID: <vacation1@example.com>

I am away until Monday. 550 5.1.1 is not my status.
""".encode()


def letter() -> bytes:
    """A person answers, and quotes a bounce."""
    quoted = b"".join(b"> " + line for line in postfix().splitlines(keepends=True))
    head = f"From: Ann <{TO}>\nTo: casey@acme.example\nIn-Reply-To: {OURS}\nSubject: Re: Hello\n\n"
    return head.encode() + b"What does this mean?\n" + quoted


def forwarded() -> bytes:
    """A bounce that somebody forwards: the report is within another mail."""
    return (
        b"""\
From: somebody@example.org
To: casey@acme.example
Subject: Fwd: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: text/plain

See below.
--outer
Content-Type: message/rfc822

"""
        + postfix().replace(b"\r\n", b"\n")
        + b"\n--outer--\n"
    )
