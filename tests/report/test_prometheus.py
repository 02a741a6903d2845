"""What monitoring reads: every line has the form that Prometheus parses, with true figures."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.desk import HeldItem
from engine.endpoint import PATH, serving
from engine.ledger.control import ChannelState, Halt
from engine.overview import Overview, PlaybookLine
from engine.problems import Unreachable
from engine.report.prometheus import CONTENT_TYPE, prometheus_of

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
EARLIER = datetime(2026, 3, 1, tzinfo=UTC)

_LABEL = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
_SAMPLE = re.compile(rf"(touchline_[a-z_]+)(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? (-?[0-9.e+]+)")
"""Exposition format 0.0.4, "Comments, help text, and type information", what of it we write."""


def held(item: str, kind: str, since: datetime) -> HeldItem:
    return HeldItem(item, kind, "checkup", since, told="", do="")


FOUND = Overview(
    playbooks=(
        PlaybookLine(
            "checkup",
            "active",
            last_run=AT,
            last_state="done",
            next_fire=AT,
            steps={"wait-1": 3, "": 1},
            touches={"sent": 7, "failed": 2},
            unbound=4,
        ),
        PlaybookLine("torn", "active", problem="playbooks/torn.yaml:1:1 is no playbook"),
    ),
    touches={"sent": 7, "failed": 2},
    reasons={"suppressed": 2},
    waiting={"window": 5},
    held=(held("a", "draft", AT), held("b", "draft", EARLIER), held("c", "fuse", AT)),
    halts=(Halt("", "wrong price", AT, "dana"), Halt("checkup", "", AT, "dana")),
    channels=(ChannelState("email", None, "", 5, AT, "421"),),
    daemon_until=AT,
)

LINES = (
    'touchline_playbook_broken{playbook="checkup"} 0',
    'touchline_playbook_broken{playbook="torn"} 1',
    'touchline_playbook_last_run_timestamp_seconds{playbook="checkup"} 1773133200',
    'touchline_playbook_last_run_info{playbook="checkup",state="done"} 1',
    'touchline_playbook_next_fire_timestamp_seconds{playbook="checkup"} 1773133200',
    'touchline_inside{playbook="checkup",step="wait-1"} 3',
    'touchline_inside{playbook="checkup",step=""} 1',
    'touchline_stuck{playbook="checkup",reason="unbound"} 4',
    'touchline_touches{playbook="checkup",status="sent"} 7',
    'touchline_waiting{reason="window"} 5',
    'touchline_not_gone_out{reason="suppressed"} 2',
    'touchline_held{kind="draft"} 2',
    'touchline_held{kind="fuse"} 1',
    'touchline_held_oldest_timestamp_seconds{kind="draft"} 1772323200',
    'touchline_halted{scope="everything"} 1',
    'touchline_halted{scope="checkup"} 1',
    'touchline_channel_stopped{channel="email",state="resting"} 1',
    "touchline_dry 0",
    "touchline_daemon_lease_timestamp_seconds 1773133200",
)


@pytest.mark.parametrize("line", LINES)
def test_a_figure_is_there(line: str) -> None:
    assert line in prometheus_of(FOUND).splitlines()


@given(st.text(max_size=20), st.integers(0, 2**40))
def test_whatever_a_name_holds_each_line_is_one_sample_or_a_comment(name: str, people: int) -> None:
    line = PlaybookLine(name, "active", steps={name: people}, problem=name)
    text = prometheus_of(Overview((line,), {}, {}, {}, ()))
    assert text.endswith("\n")
    for each in text.rstrip("\n").split("\n"):
        assert re.fullmatch(r"# (HELP|TYPE) touchline_[a-z_]+ .+", each) or _SAMPLE.fullmatch(each)
    assert f" {people}\n" in text.partition("# TYPE touchline_inside")[2]


def test_the_page_is_made_anew_for_each_request_and_is_the_only_one() -> None:
    texts = iter(["first", "second"])
    with serving("127.0.0.1", 0, lambda: next(texts), content_type=CONTENT_TYPE) as (host, port):
        page = f"http://{host}:{port}"
        first, second = (httpx.get(page + PATH) for _ in "12")
        assert (first.text, second.text) == ("first", "second")
        assert first.headers["Content-Type"] == CONTENT_TYPE
        assert httpx.get(page).status_code == 404


def test_where_the_ledger_is_out_of_reach_the_page_says_so() -> None:
    def gone() -> str:
        raise Unreachable("the ledger cannot be reached")

    with serving("127.0.0.1", 0, gone, content_type=CONTENT_TYPE) as (host, port):
        answer = httpx.get(f"http://{host}:{port}{PATH}")
        assert (answer.status_code, answer.text) == (503, "the ledger cannot be reached\n")
        with (
            pytest.raises(Unreachable, match=f"127.0.0.1:{port}"),
            serving(host, port, gone, content_type=CONTENT_TYPE),
        ):
            pass
