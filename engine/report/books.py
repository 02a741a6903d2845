"""What the ledger holds, as text and as JSON: status, held, tasks, suppressions, audit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from engine.approving import ShownDraft
from engine.desk import HeldItem, Inbox
from engine.ledger.audit import AuditRecord, Verification
from engine.ledger.check import Finding
from engine.ledger.control import Halt
from engine.ledger.suppressions import Suppression
from engine.overview import Overview, PlaybookLine
from engine.report.prometheus import prometheus_of
from engine.report.reasons import channel_text
from engine.report.text import as_json, columns, count, moment, told

__all__ = [
    "audit_of",
    "draft_of",
    "findings_of",
    "held_of",
    "status_of",
    "suppressions_of",
    "tasks_of",
    "verification_of",
]


def status_of(found: Overview, form: str) -> str:
    """The whole project at one moment."""
    if form == "prometheus":
        return prometheus_of(found).rstrip()
    if form == "json":
        data = asdict(found)
        return as_json({**data, "held": list(data["held"])})
    blocks = [_playbooks(found.playbooks), f"touches: {told(found.touches)}"]
    if found.ended:
        blocks.append(f"not gone out: {told(found.ended)}")
    if found.waiting:
        blocks.append(f"waiting: {told(found.waiting)}")
    if found.halts:
        blocks += map(_halt, found.halts)
    blocks += map(channel_text, found.channels)
    blocks += found.notes
    if found.why_dry:
        blocks.append(f"only dry runs: {found.why_dry}")
    blocks.append(_held(found.held) if found.held else "nothing waits in `touchline held`")
    return "\n\n".join(blocks)


def _halt(halt: Halt) -> str:
    since = f" since {moment(halt.at)}" if halt.at else ""
    why = f": {halt.why}" if halt.why else ""
    lifted = f"touchline resume {halt.scope}".rstrip()
    return f"HALTED {halt.scope or 'everything'}{since}{why}; `{lifted}` lets it go on"


def _playbooks(lines: Sequence[PlaybookLine]) -> str:
    rows = [
        (
            line.name,
            "broken" if line.problem else line.status,
            line.last_run,
            line.last_state,
            line.next_fire,
            sum(line.steps.values()),
            _at_steps(line),
        )
        for line in lines
    ]
    head = ("playbook", "status", "last run", "", "next fire", "inside", "at step")
    notes = [f"{line.name}: {line.problem}" for line in lines if line.problem]
    notes += [f"{line.name}: {line.last_reason}" for line in lines if line.last_reason]
    notes += [
        f"{line.name}: {line.unbound:,} held as unbound: their version no longer fits the catalog"
        for line in lines
        if line.unbound
    ]
    notes += [
        f"{line.name}: {line.step_gone:,} held as step_gone: the changed playbook has no such step"
        for line in lines
        if line.step_gone
    ]
    return "\n".join([columns(head, rows), *notes])


def _at_steps(line: PlaybookLine) -> str:
    """`3 wait-1 (2 waiting, 1 watching)`, in the order of the ids; those held out last."""
    steps = sorted(line.steps.items(), key=lambda each: (not each[0], each[0]))
    parts = [f"{people:,} {_doing(step, line)}" for step, people in steps]
    return ", ".join(parts) or "none"


def _doing(step: str, line: PlaybookLine) -> str:
    phases = line.phases.get(step, {})
    if not step:
        return "held out"
    only = next(iter(phases), "")
    return f"{step} ({told(phases) if len(phases) > 1 else only})"


def held_of(items: Sequence[HeldItem], form: str) -> str:
    """What waits for a person."""
    if form == "json":
        return as_json([asdict(item) for item in items])
    return _held(items) if items else "nothing is held"


def _held(items: Sequence[HeldItem]) -> str:
    return "\n".join(_held_item(item) for item in items)


def _held_item(item: HeldItem) -> str:
    whom = f" {item.step} for {item.key}" if item.key else ""
    since = f"since {moment(item.since)} ({item.age})"
    head = (
        f"{item.id}  {item.kind}  {item.playbook or f'a task notice to {item.to}'}{whom}, {since}"
    )
    return f"{head}\n    {item.told}\n    {item.do}"


def draft_of(shown: ShownDraft, form: str) -> str:
    """A draft in full: its headers and text, its HTML (`html`), or all of it as JSON."""
    if form == "json":
        return as_json({**asdict(shown), "headers": [list(each) for each in shown.headers]})
    if form == "html":
        return shown.html.rstrip()
    edited = f", edited by {shown.edited_by}" if shown.edited_by else ""
    until = f", expires {moment(shown.expires_at)}" if shown.expires_at else ""
    head = [
        f"{shown.playbook} {shown.step} for {shown.key}, waits for {shown.approver}{edited}{until}",
        f"digest {shown.digest}",
        "",
        *(f"{name}: {value}" for name, value in shown.headers if name != "Content-Type"),
    ]
    return "\n".join([*head, "", shown.text.rstrip(), "", shown.do])


def tasks_of(inbox: Inbox, form: str) -> str:
    """The inbox."""
    if form == "json":
        return as_json(
            [{**asdict(task), "overdue": inbox.is_overdue(task)} for task in inbox.tasks]
        )
    rows = [
        (
            task.id,
            "overdue" if inbox.is_overdue(task) else task.state,
            task.due_on or "-",
            task.urgency or "-",
            task.assignee_name or task.assignee or "anyone",
            task.kind,
            task.title,
            task.outcome or task.reason or "|".join(task.outcomes),
        )
        for task in inbox.tasks
    ]
    heads = ("id", "state", "due", "urgency", "for", "kind", "title", "outcome")
    return columns(heads, rows) if rows else "no open task"


def suppressions_of(found: Sequence[Suppression], form: str) -> str:
    """Who is not to be contacted; an address is known only while a touch names it."""
    if form == "json":
        return as_json([asdict(each) for each in found])
    rows = [
        (
            each.address or each.address_digest,
            each.topic or "everything",
            each.at,
            each.actor,
            each.why,
        )
        for each in found
    ]
    table = columns(("address or digest", "topic", "since", "by", "why"), rows)
    return table if found else "nobody is suppressed"


def audit_of(records: Iterable[AuditRecord], form: str) -> str:
    """Audit records, in their order."""
    if form == "json":
        return as_json([_record(record) for record in records])
    rows = [
        (
            record.seq,
            record.at,
            record.actor,
            record.kind,
            record.playbook,
            record.key,
            _body(json.loads(record.body)),
        )
        for record in records
    ]
    if not rows:
        return "no such record"
    return columns(("seq", "at", "actor", "kind", "playbook", "key", ""), rows)


def _record(record: AuditRecord) -> Mapping[str, object]:
    return {**asdict(record), "body": json.loads(record.body)}


def _body(body: Mapping[str, object]) -> str:
    shown = {name: value for name, value in body.items() if value not in ("", None, {}, [])}
    return " ".join(f"{name}={_short(value)}" for name, value in shown.items())


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= 60 else f"{text[:57]}…"


def verification_of(found: Verification, form: str) -> str:
    """Whether the chain holds."""
    if form == "json":
        return as_json(
            {
                "valid": found.valid,
                "records": found.records,
                "head": found.head,
                "first_bad": found.first_bad,
                "why": found.why,
                "covered": found.covered,
            }
        )
    if found.valid:
        return f"valid: {count(found.records, 'record')}, head {found.head}\n{_coverage(found)}"
    return f"BROKEN at record {found.first_bad}: {found.why}"


def _coverage(found: Verification) -> str:
    if found.covered is None:
        return "no checkpoint was given: nothing proves that the end was not cut off (--against)"
    since = found.records - found.covered
    told = f"the checkpoint covers the first {count(found.covered, 'record')}"
    return f"{told}; {since:,} after them only the next one will" if since else f"{told}: all"


def findings_of(found: Sequence[Finding], form: str) -> str:
    """What is wrong with the ledger."""
    if form == "json":
        return as_json([asdict(each) for each in found])
    return "\n".join(f"{each.code}: {each.message}" for each in found) or "the ledger is sound"
