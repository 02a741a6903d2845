"""What replayed days come to, as text, as JSON, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator

from engine.report.picture import bars
from engine.report.text import as_json, columns, count, told
from engine.simulation.days import Day, OfPlaybook, Simulation

__all__ = ["LIMITS", "drawn", "simulated"]

LIMITS = (
    "Events count up to each instant, tracked fields are as they were then; fields without a "
    "history, and rows that are gone since, are as they are now.",
    "It begins with nobody inside and nothing sent. Whoever has unsubscribed by now had then, too.",
    "Every message arrives, tasks stay open, nothing is written back; fuses and drafts are "
    "approved at once, and rates spread nothing.",
)
"""What a simulation cannot know, as sentences."""


def simulated(found: Simulation, form: str) -> str:
    """A simulation in one of the forms of `--format`."""
    return _json(found) if form == "json" else _text(found)


# ---------------------------------------------------------------- JSON


def _json(found: Simulation) -> str:
    return as_json(
        {
            "from": found.first,
            "to": found.last,
            "days": [_day(each) for each in found.days],
            "playbooks": [_playbook(each) for each in found.playbooks],
            "overlaps": [
                {"playbooks": list(each.playbooks), "people": each.people, "capped": each.capped}
                for each in found.overlaps
            ],
            "fuses": [
                {"at": each.at, "playbook": each.playbook, "why": each.why} for each in found.blown
            ],
            "limits": list(LIMITS),
            "notes": list(found.notes),
        }
    )


def _day(day: Day) -> dict[str, object]:
    return {
        "date": day.date,
        "matched": day.matched,
        "entered": day.entered,
        "left": day.left,
        "touches": day.touches,
        "withheld": day.withheld,
        "put_off": day.put_off,
        "not_entering": day.not_entering,
    }


def _playbook(each: OfPlaybook) -> dict[str, object]:
    return {
        "name": each.name,
        "entered": each.entered,
        "left": each.left,
        "inside": each.inside,
        "waiting": each.waiting,
        "touches": each.touches,
        "withheld": each.withheld,
        "put_off": each.put_off,
        "not_entering": each.not_entering,
    }


# ---------------------------------------------------------------- text


def _text(found: Simulation) -> str:
    blocks = [
        "\n".join(
            [f"{found.first} to {found.last}, replayed on the data as it lies now", *found.notes]
        ),
        _table(found),
        "\n".join(line for each in found.playbooks for line in _about(each)),
    ]
    blocks += [_overlaps(found)] if found.overlaps else []
    blocks += ["\n".join(_fuses(found))] if found.blown else []
    blocks.append("\n".join(f"- {each}" for each in LIMITS))
    return "\n\n".join(blocks)


def _table(found: Simulation) -> str:
    reasons = sorted({reason for day in found.days for reason in day.put_off})
    head = ("date", "match", "enter", "leave", "sent", "skipped", "failed", *reasons)
    rows = [
        (
            f"{day.date:%Y-%m-%d %a}",
            *(day.matched, day.entered, day.left),
            *(day.ended(state) for state in ("sent", "skipped", "failed")),
            *(day.put_off.get(reason, 0) for reason in reasons),
        )
        for day in found.days
    ]
    return columns(head, rows)


def _about(each: OfPlaybook) -> Iterator[str]:
    yield f"{each.name}: {each.entered:,} entered, {each.left:,} left, {each.inside:,} still inside"
    yield from (f"  {channel}: {told(states)}" for channel, states in each.touches.items())
    if each.withheld:
        yield f"  never went out: {told(each.withheld)}"
    if each.put_off:
        yield f"  put off: {told(each.put_off)}"
    if each.waiting:
        yield f"  {count(each.waiting, 'touch')} had not gone out by the end"
    if each.not_entering:
        yield f"  not entering, summed over all fires: {told(each.not_entering)}"


def _overlaps(found: Simulation) -> str:
    rows = [(" and ".join(each.playbooks), each.people, each.capped) for each in found.overlaps]
    return columns(("inside both at once", "people", "touches capped"), rows)


def _fuses(found: Simulation) -> Iterator[str]:
    for each in found.blown:
        yield f"{each.at:%Y-%m-%d} {each.playbook} would be held for a person: {each.why}"


# ---------------------------------------------------------------- a picture


def drawn(found: Simulation) -> str:
    """The touches that went out a day, by channel, as SVG; what was put off stands above them."""
    channels = sorted({channel for day in found.days for channel in day.touches})
    series = {
        channel: [day.touches.get(channel, {}).get("sent", 0) for day in found.days]
        for channel in channels
    }
    series["put off"] = [sum(day.put_off.values()) for day in found.days]
    names = ", ".join(each.name for each in found.playbooks)
    title = f"{names}: touches a day, {found.first} to {found.last}"
    return bars(title, [f"{day.date:%d %b}" for day in found.days], series)
