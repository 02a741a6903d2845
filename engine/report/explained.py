"""`touchline explain`, as text and as JSON (contract, command line)."""

from __future__ import annotations

from dataclasses import asdict

from engine.answers import Explained
from engine.audience.explain import Node
from engine.ledger.customer import StayTouch
from engine.report.contact import contact_of
from engine.report.prospect import prospect_of
from engine.report.reasons import record_text, touch_text
from engine.report.standing import standing_lines, standing_told, tree_lines
from engine.report.text import as_json, moment
from engine.standing.entry import EntryAnswer
from engine.standing.stay import Inside, Standing

__all__ = ["explained"]


def explained(found: Explained, form: str) -> str:
    """The condition tree with the values seen, what entry says, where it stands and what comes."""
    if form == "json":
        return as_json(_data(found))
    verdict = "matches" if found.tree.holds else "does not match"
    lines = [f"{found.key} {verdict} {found.name} as of {moment(found.as_of)}", ""]
    lines += tree_lines(found.tree)
    if found.entry is not None:
        lines += ["", found.entry.told, *found.entry.remarks]
    if found.standing is not None:
        lines += ["", *standing_lines(found.standing, as_of=found.as_of)]
    return "\n".join(lines)


def _data(found: Explained) -> dict[str, object]:
    data: dict[str, object] = {
        "name": found.name,
        "key": found.key,
        "as_of": found.as_of,
        "matches": found.tree.holds,
        "tree": _node(found.tree),
    }
    if found.entry is not None:
        data["entry"] = _entry(found.entry)
    if found.standing is not None:
        data |= _of_playbook(found.standing)
    return data


def _node(node: Node | None) -> dict[str, object] | None:
    return None if node is None else asdict(node)


def _entry(entry: EntryAnswer) -> dict[str, object]:
    return {
        "enters": entry.enters,
        "gate": entry.gate,
        "told": entry.told,
        "possible_from": entry.possible_from,
        "would_enter_at": entry.would_enter_at,
        "holdout": entry.is_held_out,
        "remarks": list(entry.remarks),
    }


def _of_playbook(found: Standing) -> dict[str, object]:
    stay = found.inside.enrollment if found.inside else None
    goal = {
        "name": found.goal_name,
        "tree": _node(found.goal),
        "reached_at": stay.goal_at if stay else None,
        "until": stay.goal_until if stay else None,
        "level": stay.level if stay else "",
        "levels": [{"name": name, "tree": _node(tree)} for name, tree in found.levels],
    }
    return {
        "standing": _standing(found),
        "goal": goal if found.goal_name else None,
        "exit_when": _node(found.exit_when),
        "next": prospect_of(found.prospect),
        "fork": _node(found.forks_on),
        "policy": contact_of(found.contact),
        "events": [
            {
                "seq": each.seq,
                "at": each.at,
                "kind": each.kind,
                "told": record_text(each, found.steps_of),
            }
            for each in found.records
        ],
    }


def _standing(found: Standing) -> dict[str, object]:
    return {
        "as_of": found.now,
        "told": standing_told(found),
        "inside": _inside(found, found.inside) if found.inside else None,
        "present": found.is_present,
        "entered": found.entered,
        "ended": [asdict(each) for each in found.ended],
        "halted": [{"scope": scope, "why": why} for scope, why in found.halted.items()],
    }


def _inside(found: Standing, told: Inside) -> dict[str, object]:
    stay, fate = told.enrollment, told.fate
    return {
        "number": stay.number,
        "since": stay.entered_at,
        "version": stay.version,
        "becomes": fate.becomes if fate else "",
        "goes_on_at": fate.to if fate else "",
        "step": stay.step,
        "phase": stay.phase,
        "reached": stay.since,
        "until": stay.waits_until,
        "holdout": stay.holdout,
        "ways": stay.arm,
        "waits_for": _node(told.waits_for),
        "touches": [_touch(each, found) for each in told.touches],
    }


def _touch(touch: StayTouch, found: Standing) -> dict[str, object]:
    is_over = touch.state.has_ended
    return {
        "id": touch.id,
        "step": touch.step,
        "kind": touch.kind,
        "channel": touch.channel,
        "to": touch.recipient,
        "subject": touch.subject,
        "state": touch.state,
        "reason": touch.reason,
        "told": touch_text(touch, found.playbook.zone, now=found.now),
        "made_at": touch.made_at,
        "next_attempt_at": None if is_over else touch.next_attempt_at,
        "expires_at": None if is_over else touch.expires_at,
        "ended_at": touch.ended_at,
        "approver": touch.approver,
        "task": touch.task,
        "assignee": touch.assignee,
        "due_on": touch.due_on,
        "outcome": touch.outcome,
    }
