"""What `touchline inbound` took in, as text and as JSON (`schemas/reports/inbound.json`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from engine.inbound.events import Unread
from engine.ledger.evidence import Did, Taken
from engine.receiving import Received
from engine.report.text import as_json, columns

__all__ = ["received"]

_SHOWN = 50  # events told one by one; all of them are in the JSON

_DID: Mapping[Did, str] = {
    Did.CLOSED_SENT: "an unknown closed: it went out",
    Did.CLOSED_FAILED: "an unknown closed: it did not arrive",
    Did.SUPPRESSED: "the address gets nothing any more",
    Did.UNSUBSCRIBED: "the address gets nothing on the topic any more",
    Did.NOTED: "noted; nothing to change",
    Did.NO_NEWS: "no news",
    Did.NOT_OURS: "names no mail of ours: nothing done",
    Did.NOT_BELIEVED: "bears no token, or a wrong one: nothing done",
    Did.NOT_GONE_OUT: "names a mail that never went out: nothing done",
    Did.NOTHING: "nothing that is taken in",
}
_ROUTINE = ({Did.NO_NEWS}, {Did.NOTED})


def received(found: Received, form: str) -> str:
    """Counts of what came in and what came of it, then what a person may want to look at."""
    if form == "json":
        return as_json(_data(found))
    blocks = [_counts(found)] if found.taken else []
    noted = [each for each in found.taken if set(each.did) not in _ROUTINE]
    lines = [_line(each) for each in noted[:_SHOWN]]
    if len(noted) > _SHOWN:
        lines.append(f"… and {len(noted) - _SHOWN:,} more: --json has them all")
    blocks += ["\n".join(lines)] if lines else []
    blocks += ["\n".join(f"{each.place}: {each.why}" for each in found.unread)]
    return "\n\n".join(filter(None, blocks)) or "nothing came in"


def _counts(found: Received) -> str:
    counted = Counter((str(each.event.says), _told(each)) for each in found.taken)
    rows = [(says, number, told) for (says, told), number in sorted(counted.items())]
    return columns(("says", "events", "what came of it"), rows)


def _told(taken: Taken) -> str:
    return "; ".join(_DID[each] for each in taken.did)


def _line(taken: Taken) -> str:
    event = taken.event
    said = " ".join(filter(None, (str(event.says), event.status)))
    touch = f", touch {taken.touch}" if taken.touch else ""
    note = f" ({event.note})" if event.note else ""
    return f"{event.place}: {said}{touch}: {_told(taken)}{note}"


def _data(found: Received) -> dict[str, object]:
    counted = Counter(str(did) for each in found.taken for did in each.did)
    return {
        "format": found.form,
        "events": [_event(each) for each in found.taken],
        "did": dict(sorted(counted.items())),
        "problems": [_problem(each) for each in found.unread],
    }


def _event(taken: Taken) -> dict[str, object]:
    event = taken.event
    return {
        "path": event.place.path,
        "line": event.place.line,
        "column": event.place.column,
        "says": str(event.says),
        "status": event.status,
        "touch": taken.touch,
        "did": [str(each) for each in taken.did],
        "note": event.note,
    }


def _problem(unread: Unread) -> dict[str, object]:
    place = unread.place
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "message": unread.why,
    }
