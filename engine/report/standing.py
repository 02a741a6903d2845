"""Where one customer stands, in words: the part of `explain` that is about a playbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.audience.explain import Node
from engine.decide.changes import Becomes
from engine.decide.facts import Enrollment, Phase
from engine.language.playbook import Status
from engine.ledger.customer import EndedStay
from engine.report.contact import contact_lines
from engine.report.prospect import prospect_lines
from engine.report.reasons import reason_text, record_text, touch_text
from engine.report.text import count, local, when
from engine.standing.stay import Inside, Standing
from engine.steps.words import step_text

__all__ = ["standing_lines", "standing_told", "tree_lines"]


def tree_lines(node: Node, depth: int = 0) -> Iterator[str]:
    """A condition tree, a line a node."""
    mark = "✓" if node.holds else "✗"
    seen = f"   [{node.seen}]" if node.seen else ""
    yield f"{'  ' * depth}{mark} {node.condition}{seen}"
    for child in node.children:
        yield from tree_lines(child, depth + 1)


def standing_lines(found: Standing, *, as_of: datetime) -> Iterator[str]:
    """All of it, in paragraphs; an empty line between them."""
    zone, now = found.playbook.zone, found.now
    yield f"Where it stands, as of {local(now, zone, now=now)} in {zone.key}"
    if as_of != now:
        yield "  (as of now: what the ledger keeps is where somebody stands, not where they stood)"
    yield from (f"  {line}" for line in standing_told(found))
    if found.inside is not None and found.inside.waits_for is not None:
        yield from tree_lines(found.inside.waits_for, 2)
    yield from _touches(found.inside, zone, now=now)
    yield from _asked(found)
    yield from prospect_lines(found)
    yield from contact_lines(found.contact, zone, now=now)
    yield from _events(found, zone)


def standing_told(found: Standing) -> list[str]:
    """Whether it is inside, at which step, and what it waits for: a sentence a line."""
    zone, now = found.playbook.zone, found.now
    lines = list(_stopped(found))
    if found.inside is None:
        return [*lines, *_not_inside(found.ended, zone, now=now)]
    return [*lines, *_inside(found, found.inside, zone, now=now)]


def _stopped(found: Standing) -> Iterator[str]:
    for scope, why in found.halted.items():
        because = f": {why}" if why else ""
        yield f"HALTED ({scope or 'everything'}): nothing goes out{because}"
    if found.playbook.status is Status.PAUSED:
        yield "the playbook is paused: nothing new goes out, and its clocks stand still"


# ---------------------------------------------------------------- not inside


def _not_inside(ended: Sequence[EndedStay], zone: ZoneInfo, *, now: datetime) -> list[str]:
    if not ended:
        return ["not inside: it never was"]
    last = ended[0]
    why = f": {reason_text(last.reason)}" if last.reason else ""
    held = ", held out for comparison" if last.holdout else ""
    return [
        f"not inside: it left {when(last.left_at, zone, now=now)}, outcome {last.outcome}{why}",
        f"it entered {_times(len(ended))}, the last time "
        f"{when(last.entered_at, zone, now=now)}{held}",
        *([f"it came to the level {last.level} of the goal"] if last.level else []),
    ]


def _times(number: int) -> str:
    return "once" if number == 1 else count(number, "time")


# ---------------------------------------------------------------- inside


def _inside(found: Standing, told: Inside, zone: ZoneInfo, *, now: datetime) -> Iterator[str]:
    stay = told.enrollment
    again = f", for the {stay.number}. time" if stay.number > 1 else ""
    yield f"inside since {when(stay.entered_at, zone, now=now)}{again}"
    if not found.is_present:
        yield "gone from the source: it leaves before its next step"
    yield from _version(told)
    if stay.holdout:
        until = f" until {when(stay.waits_until, zone, now=now)}" if stay.waits_until else ""
        yield f"held out for comparison: it gets nothing, and rests{until or ' until goal or exit'}"
        return
    does = f": {step_text(told.step)}" if told.step else ""
    yield f"at step {stay.step}{does}"
    yield _phase(stay, told, zone, now=now)


def _version(told: Inside) -> Iterator[str]:
    if told.fate is None:
        return
    version, fate = told.enrollment.version[:12], told.fate
    became = {
        Becomes.KEPT: "it goes on with that one",
        Becomes.MOVED: "the next pass moves it to today's, at the same step",
        Becomes.RENAMED: f"the next pass moves it to today's, where its step is `{fate.to}`",
        Becomes.STEP_GONE: "held as step_gone: today's has no such step",
        Becomes.OTHER_ENTITY: "held: today's is about another entity",
        Becomes.UNBOUND: "held as unbound: that version no longer fits the catalog",
        Becomes.EXITS: "the next pass lets it leave, as on_change says exit",
    }
    yield f"it entered with an older version ({version}): {became[fate.becomes]}"


def _phase(stay: Enrollment, told: Inside, zone: ZoneInfo, *, now: datetime) -> str:
    until = stay.waits_until
    at = when(until, zone, now=now) if until else ""
    match stay.phase:
        case Phase.READY:
            return "the step begins at the next pass"
        case Phase.WAITING if until is None:
            return "stands still: the moment that it waits for is missing"
        case Phase.WAITING if until is not None and until <= now:
            return f"stood still until {at}, and goes on at the next pass"
        case Phase.WAITING:
            return f"stands still until {at}"
        case Phase.WATCHING:
            return f"waits until this holds, at most until {at}:"
        case Phase.HOLDING:
            return f"held by hold_while as long as this holds, at most until {at}:"
        case Phase.TOUCHING:
            mine = [each for each in told.touches if each.step == stay.step]
            number = sum(not each.state.has_ended for each in mine)
            if number:
                return f"stands here until its touches have ended; still open: {number:,}"
            return "its touches have ended: it goes on at the next pass"
        case _:
            return f"{stay.phase.value}, until {at}" if at else stay.phase.value


def _touches(told: Inside | None, zone: ZoneInfo, *, now: datetime) -> Iterator[str]:
    if told is None or not told.touches:
        return
    yield "  its touches:"
    for each in told.touches:
        whom = f" to {each.recipient}" if each.recipient else ""
        copy = " (a copy)" if each.copy_of else ""
        state = touch_text(each, zone, now=now)
        yield f"    {each.step}, {each.kind.value}{whom}{copy}: {state}"


# ---------------------------------------------------------------- goal, exit, events


def _asked(found: Standing) -> Iterator[str]:
    zone, now = found.playbook.zone, found.now
    stay = found.inside.enrollment if found.inside else None
    if found.goal is not None:
        yield ""
        yield f"The goal {found.goal_name}" + _goal(stay, zone, now=now)
        yield from tree_lines(found.goal, 1)
        yield from _levels(found, stay)
    if found.exit_when is not None:
        yield ""
        yield "exit_when"
        yield from tree_lines(found.exit_when, 1)


def _goal(stay: Enrollment | None, zone: ZoneInfo, *, now: datetime) -> str:
    if stay is not None and stay.goal_at is not None:
        return f", reached {when(stay.goal_at, zone, now=now)}"
    if stay is not None and stay.goal_until is not None:
        return f", which counts until {when(stay.goal_until, zone, now=now)}"
    return ""


def _levels(found: Standing, stay: Enrollment | None) -> Iterator[str]:
    """Each level as it is now; the one on record may have been come to earlier."""
    on_record = stay.level if stay is not None else ""
    for number, (name, tree) in enumerate(found.levels, 1):
        mark = ", the highest it came to" if name == on_record else ""
        yield f"  level {number}, {name}{mark}"
        if tree is not None:
            yield from tree_lines(tree, 2)


def _events(found: Standing, zone: ZoneInfo) -> Iterator[str]:
    if not found.records:
        return
    yield ""
    yield "What happened last"
    for record in found.records:
        yield f"  {local(record.at, zone, now=found.now)}  {record_text(record, found.steps_of)}"
