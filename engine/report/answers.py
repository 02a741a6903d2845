"""Who matches, as which SQL, and with which messages: text and JSON (contract, cli)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.answers import Compiled, Matching
from engine.previews import PreviewedMessage
from engine.report.text import as_json, count, moment

__all__ = ["compiled", "matching", "previewed"]


def matching(found: Matching, form: str, *, only_count: bool, limit: int | None) -> str:
    """The keys of a segment, one a line; `count` is of all, whatever the limit."""
    keys = [] if only_count else list(found.keys[:limit])
    if form == "json":
        return as_json(
            {
                "name": found.name,
                "entity": found.entity,
                "as_of": found.as_of,
                "count": len(found.keys),
                "keys": keys,
            }
        )
    head = f"{count(len(found.keys), found.entity)} in {found.name} as of {moment(found.as_of)}"
    more = len(found.keys) - len(keys)
    rest = [f"… and {more:,} more"] if more and not only_count else []
    return "\n".join([head, *(str(key) for key in keys), *rest])


def compiled(found: Compiled, form: str) -> str:
    """The statements in the order in which they run."""
    if form == "json":
        return as_json(
            {
                "name": found.name,
                "as_of": found.as_of,
                "statements": [
                    {
                        "connector": each.connector,
                        "dialect": each.dialect,
                        "sql": each.sql,
                        "parameters": each.parameters,
                    }
                    for each in found.statements
                ],
            }
        )
    blocks = [
        f"-- {position} of {len(found.statements)}: {each.connector} ({each.dialect})\n"
        f"{each.sql}\n-- parameters: {as_json(each.parameters)}"
        for position, each in enumerate(found.statements, 1)
    ]
    return "\n\n".join(blocks)


def previewed(messages: Sequence[PreviewedMessage], form: str) -> str:
    """The messages as one customer would get them."""
    if form == "json":
        return as_json({"messages": [_message(each) for each in messages]})
    return "\n\n".join(_preview(each) for each in messages) or "no message"


def _message(message: PreviewedMessage) -> dict[str, object]:
    return {
        "step": message.step,
        "channel": message.channel,
        "to": message.to,
        "from": message.sender,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "cc": message.cc,
        "approver": message.approver,
        "headers": [list(each) for each in message.headers],
        "status": message.status,
        "reason": message.reason,
    }


def _preview(message: PreviewedMessage) -> str:
    if message.reason:
        return f"── {message.step} ({message.channel}): {message.status}, {message.reason}"
    head = [f"── {message.step} ({message.channel})"]
    answered = dict(message.headers).get("In-Reply-To", "")
    told = (
        *(("From", message.sender), ("To", message.to), ("Cc", message.cc)),
        *(("Subject", message.subject), ("In-Reply-To", answered)),
    )
    head += [f"{name}: {value}" for name, value in told if value]
    head += [f"(a draft, until {message.approver} approves it)"] if message.approver else []
    return "\n".join([*head, "", message.text.rstrip()])
