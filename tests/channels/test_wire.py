"""What travels between DATA and the dot, beside the plainest way to say it."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.channels.wire import as_it_travels

PIECES = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"x", b"\r\n.", b"\r\nx"]))


@given(PIECES.map(b"".join) | st.binary())
@example(b"")
@example(b"a\r\n.b\r\n")
@example(b"\r a \n")
def test_dots_are_doubled_and_nothing_but_crlf_ends_a_line(payload: bytes) -> None:
    if re.search(rb"\r(?!\n)|(?<!\r)\n", payload):
        assert as_it_travels(payload) is None
        return
    lines = payload.removesuffix(b"\r\n").split(b"\r\n")
    said = [b"." + line if line.startswith(b".") else line for line in lines]
    assert as_it_travels(payload) == b"".join(line + b"\r\n" for line in said)
