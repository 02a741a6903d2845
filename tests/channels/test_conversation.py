"""Replies are put together from bytes however they are cut, and rubbish is called so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.channels.replies import Reply, ReplyReader

SAID = (
    b"220 hello\r\n250-first\r\n250-2.1.0 second\r\n250 third\r\n354\r\n"
    b"550 5.1.1 no such user\r\n550 4.1.1 mixed up\r\n451-4.3.0 not\r\n451 now\n250 gr\xfc\x07\r\n"
)
HEARD = [
    Reply(220, "", "hello"),
    Reply(250, "", "first 2.1.0 second third"),
    Reply(354, "", ""),
    Reply(550, "5.1.1", "5.1.1 no such user"),
    Reply(550, "", "4.1.1 mixed up"),
    Reply(451, "4.3.0", "4.3.0 not now"),
    Reply(250, "", "gr\ufffd"),
]


@given(st.lists(st.integers(0, len(SAID)), max_size=30))
def test_the_cuts_do_not_matter(cuts: list[int]) -> None:
    reader = ReplyReader()
    ends = [0, *sorted(cuts), len(SAID)]
    heard = [reply for start, end in pairwise(ends) for reply in reader.feed(SAID[start:end])]
    assert heard == HEARD


@given(st.lists(st.integers(0, len(SAID) + 20), max_size=30))
def test_what_was_said_before_rubbish_counts_however_it_is_cut(cuts: list[int]) -> None:
    reader, said = ReplyReader(), SAID + b"what was that\r\n250 ok\r\n"
    ends = [0, *sorted(cuts), len(said)]
    heard = [reply for start, end in pairwise(ends) for reply in reader.feed(said[start:end])]
    assert heard == HEARD
    assert "what was that" in reader.fault


@pytest.mark.parametrize(
    "line", [b"hello\r\n", b"25 x\r\n", b"250+x\r\n", b"\r\n", b"2500 x\r\n", b"hej x\r\n"]
)
def test_rubbish_is_no_reply(line: bytes) -> None:
    reader = ReplyReader()
    assert reader.feed(line) == []
    assert "no SMTP" in reader.fault


@pytest.mark.parametrize("part", [b"x" * 1000, b"250-" + b"y" * 996 + b"\r\n"])
def test_an_answer_without_end_is_cut(part: bytes) -> None:
    reader = ReplyReader()
    heard = [reply for _ in range(100) for reply in reader.feed(part)]
    assert heard == []
    assert "does not end" in reader.fault


@given(st.binary(max_size=300))
def test_whatever_comes_is_replies_and_a_fault(data: bytes) -> None:
    reader = ReplyReader()
    replies = reader.feed(data)
    assert all(reply.text.isprintable() and len(reply.text) <= 200 for reply in replies)
    assert reader.fault.isprintable()
