"""What a run came to, as text and as JSON (contract, command line, `run`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from engine.decide.facts import KEEPING, NewTouch, TouchState
from engine.passes.changes import Inside
from engine.passes.reports import RunReport
from engine.report.reasons import channel_text, reason_text
from engine.report.text import as_json, columns, count, told
from engine.running import Summary

__all__ = ["ran"]

_SHOWN = 20  # touches of a dry run listed in text; JSON has them all


def ran(summary: Summary, form: str) -> str:
    """The runs of one call, in one of the forms of `--format`."""
    return as_json(_data(summary)) if form == "json" else _text(summary)


def _data(summary: Summary) -> dict[str, object]:
    data: dict[str, object] = {
        "runs": [_run(report, summary.dry_run) for report in summary.reports],
        "dry_run": summary.dry_run,
    }
    if summary.notes:
        data["notes"] = list(summary.notes)
    if summary.held:
        data["held"] = summary.held
    if summary.notices:
        data["notices"] = summary.notices
    if summary.trouble:
        data["trouble"] = dict(summary.trouble)
    if summary.shut:
        data["channels"] = [asdict(channel) for channel in summary.shut]
    if summary.dry_run:
        data["would"] = [
            _would(touch, report) for report in summary.reports for touch in report.would
        ]
    return data


def _run(report: RunReport, dry_run: bool) -> dict[str, object]:
    data: dict[str, object] = {
        "playbook": report.playbook,
        "as_of": report.as_of,
        "matched": report.matched,
        "entered": report.entered,
        "left": report.left,
        "closed": report.closed,
        "skipped": report.skipped,
        "invited": report.invited,
        "touches": report.touches,
        "waiting": report.waiting,
        "held": report.held,
        "note": report.note,
        "doubts": list(report.doubts),
        "error": str(report.fault) if report.fault else "",
    }
    if dry_run:
        data["inside"] = [
            {
                "step": each.step,
                "people": each.people,
                "version": each.version,
                "becomes": str(each.becomes),
                "to": each.to,
            }
            for each in report.inside
        ]
        data["since_last"] = {"gained": report.gained, "lost": report.lost}
    return data


def _would(touch: NewTouch, report: RunReport) -> dict[str, object]:
    return {
        "playbook": touch.playbook,
        "key": int(touch.key) if report.keys_are_integers else touch.key,
        "step": touch.step,
        "channel": touch.channel,
        "to": touch.recipient,
        "subject": touch.subject,
        "status": str(touch.state),
        "reason": touch.reason,
        "approver": touch.approver,
        "copy_of": touch.copy_of,
    }


def _text(summary: Summary) -> str:
    blocks = [*summary.notes, *(_block(report, summary.dry_run) for report in summary.reports)]
    blocks += [f"channel {name}: {why}" for name, why in summary.trouble.items()]
    blocks += map(channel_text, summary.shut)
    if summary.notices:
        blocks.append(f"{count(summary.notices, 'assignee')} told of new tasks")
    if summary.held:
        waits = "waits" if summary.held == 1 else "wait"
        blocks.append(f"{count(summary.held, 'touch')} {waits} for a person: see `touchline held`")
    if not summary.reports:
        blocks.append("no playbook ran")
    return "\n\n".join(blocks)


def _block(report: RunReport, dry_run: bool) -> str:
    if report.fault:
        return f"{report.playbook}: failed as a whole, nobody entered: {report.fault}"
    if report.note and not dry_run:
        return f"{report.playbook}: {report.note}"
    enters = "would enter" if dry_run else "entered"
    lines = [
        f"{report.playbook}: {count(report.matched, 'match')}, {report.entered:,} {enters}"
        + (f", {report.left:,} left" if report.left else "")
        + (f" ({_since(report)})" if report.gained is not None else "")
    ]
    lines += [f"  {report.note}"] if report.note else []
    if report.skipped:
        lines.append(f"  not entering: {told(report.skipped)}")
    if report.invited:
        lines.append(f"  invited by a step: {told(report.invited)}")
    lines += [f"  {channel}: {told(states)}" for channel, states in report.touches.items()]
    lines += [_closed(report.closed, dry_run)] if report.closed else []
    lines += [f"  waiting: {told(report.waiting)}"] if report.waiting else []
    lines += [f"  held: {report.held}"] if report.held else []
    lines += [f"  doubtful: {doubt}" for doubt in report.doubts]
    if report.inside:
        lines.append("  inside an older version:")
        lines.append(_indented(_inside(report.inside)))
    if report.would:
        lines.append(_indented(_touches(report.would)))
    return "\n".join(lines)


def _closed(number: int, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    return f"  {count(number, 'task')} {would}closed: close_when holds"


def _since(report: RunReport) -> str:
    return f"since the last run {report.gained:,} more match, {report.lost:,} no longer"


def _inside(inside: Sequence[Inside]) -> str:
    rows = [
        (each.step or "(held out)", each.people, each.becomes.replace("_", " "), each.to)
        for each in inside
    ]
    return columns(("step", "people", "become", "at step"), rows)


def _touches(would: Sequence[NewTouch]) -> str:
    rows = [
        (touch.key, touch.step, touch.channel, touch.recipient, _what(touch))
        for touch in would[:_SHOWN]
    ]
    table = columns(("key", "step", "channel", "to", "subject"), rows)
    more = len(would) - len(rows)
    return f"{table}\n… and {more:,} more" if more else table


def _what(touch: NewTouch) -> str:
    what = touch.subject or touch.reason
    if touch.state is TouchState.DRAFT:
        return f"{what} (a draft for {touch.approver})"
    if touch.reason in KEEPING:
        return f"{what} (would wait: {reason_text(touch.reason)})"
    return f"{what} (a copy)" if touch.copy_of and not touch.state.has_ended else what


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
