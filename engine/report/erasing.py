"""What an erasure came to, as text and as JSON (`schemas/reports/erase.json`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from engine.erasing import Erasure
from engine.ledger.erasure import Erased
from engine.report.text import as_json, count

__all__ = ["erased"]


def erased(found: Erasure, form: str) -> str:
    """A few sentences, or the same as data."""
    if form == "json":
        of = {"entity": found.entity, "key": found.key, "at": found.at}
        return as_json({**of, **asdict(found.erased)})
    who = f"{found.entity} {found.key}"
    again = " (it was erased before)" if found.erased.was_erased else ""
    parts = list(_parts(found.erased))
    told = f"removed of {who}{again}: {'; '.join(parts)}" if parts else f"nothing of {who} was kept"
    return (
        f"{told}{'' if parts else again}\n{who} enters no playbook from now on, and its history is "
        "not written. The source is not changed: erase it there, too"
    )


def _parts(found: Erased) -> Iterator[str]:
    if found.stays:
        yield f"{count(found.stays, 'stay')} ended"
    if found.touches:
        yield f"{count(found.touches, 'touch')} emptied"
    if found.given_up:
        unknown = "whose outcome nobody knew"
        yield f"{count(found.given_up, 'touch')} {unknown} given up"
    if found.tasks:
        yield f"{count(found.tasks, 'task')} emptied"
    if found.values:
        yield f"{count(found.values, 'value')} of histories"
    if found.suppressed:
        yield f"{count(found.suppressed, 'address')} suppressed"
