"""A project at one moment in the text format of Prometheus, version 0.0.4. Pure.

The names are stable, as the keys of `--format json` are: figures are added, never renamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from engine.overview import Overview, PlaybookLine

__all__ = ["CONTENT_TYPE", "prometheus_of"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_Labels = Mapping[str, str]
_Sample = tuple[_Labels, float]
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def prometheus_of(found: Overview) -> str:
    """Every figure as a gauge under `touchline_`; instants are seconds since 1970 in UTC."""
    return "\n".join([*chain(_of_playbooks(found.playbooks), _of_touches(found), _of_state(found))])


def _of_playbooks(lines: Sequence[PlaybookLine]) -> Iterator[str]:
    yield from _gauge(
        "playbook_broken",
        "1 where a playbook cannot run as it stands.",
        (({"playbook": line.name}, bool(line.problem)) for line in lines),
    )
    yield from _gauge(
        "playbook_last_run_timestamp_seconds",
        "When a playbook last ran.",
        (({"playbook": line.name}, _epoch(line.last_run)) for line in lines if line.last_run),
    )
    yield from _gauge(
        "playbook_last_run_info",
        "1 for what became of a playbook's last run.",
        (({"playbook": each.name, "state": each.last_state}, 1) for each in lines if each.last_run),
    )
    yield from _gauge(
        "playbook_next_fire_timestamp_seconds",
        "When a playbook fires next.",
        (({"playbook": line.name}, _epoch(line.next_fire)) for line in lines if line.next_fire),
    )
    yield from _gauge(
        "inside",
        "Enrollments by step; those held out stand at no step.",
        (
            ({"playbook": line.name, "step": step}, people)
            for line in lines
            for step, people in line.steps.items()
        ),
    )
    yield from _gauge(
        "stuck",
        "Enrollments that stand still until a person changes something.",
        (
            ({"playbook": line.name, "reason": reason}, people)
            for line in lines
            for reason, people in (("unbound", line.unbound), ("step_gone", line.step_gone))
        ),
    )
    yield from _gauge(
        "touches",
        "Touches by playbook and status.",
        (
            ({"playbook": line.name, "status": status}, touches)
            for line in lines
            for status, touches in line.touches.items()
        ),
    )


def _of_touches(found: Overview) -> Iterator[str]:
    yield from _gauge(
        "waiting", "Touches that are ready and held back.", _by("reason", found.waiting)
    )
    yield from _gauge("not_gone_out", "Touches that did not go out.", _by("reason", found.reasons))
    kinds = Counter(item.kind for item in found.held)
    oldest = {kind: min(i.since for i in found.held if i.kind == kind) for kind in kinds}
    yield from _gauge("held", "What waits for a person.", _by("kind", kinds))
    yield from _gauge(
        "held_oldest_timestamp_seconds",
        "Since when the oldest of them waits.",
        (({"kind": kind}, _epoch(since)) for kind, since in oldest.items()),
    )


def _of_state(found: Overview) -> Iterator[str]:
    yield from _gauge(
        "halted",
        "1 for each halt in force; the scope is a playbook, or everything.",
        (({"scope": halt.scope or "everything"}, 1) for halt in found.halts),
    )
    yield from _gauge(
        "channel_stopped",
        "1 for each channel that rests after failures, or was paused.",
        (
            ({"channel": each.name, "state": "paused" if each.paused_at else "resting"}, 1)
            for each in found.channels
        ),
    )
    yield from _gauge("dry", "1 where this ledger only dry-runs.", [({}, bool(found.why_dry))])
    if found.daemon_until is not None:
        yield from _gauge(
            "daemon_lease_timestamp_seconds",
            "Until when a daemon holds the lease; in the past where none is at work.",
            [({}, _epoch(found.daemon_until))],
        )
    yield ""


def _gauge(name: str, told: str, samples: Iterable[_Sample]) -> Iterator[str]:
    """The lines of one figure; none where it has no sample."""
    lines = [f"touchline_{name}{_labels(labels)} {value:.17g}" for labels, value in samples]
    if lines:
        yield f"# HELP touchline_{name} {told}"
        yield f"# TYPE touchline_{name} gauge"
        yield from lines


def _labels(labels: _Labels) -> str:
    inside = ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items())
    return f"{{{inside}}}" if inside else ""


def _by(label: str, counts: Mapping[str, int]) -> Iterator[_Sample]:
    return (({label: name}, count) for name, count in sorted(counts.items()))


def _epoch(moment: datetime) -> float:
    return moment.timestamp()
