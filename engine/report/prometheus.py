"""A project at one moment in the text format of Prometheus, version 0.0.4. Pure.

The names are stable, as the keys of `--format json` are: figures are added, never renamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


_Samples = Callable[[PlaybookLine], Iterable[_Sample]]
_OF_A_PLAYBOOK: tuple[tuple[str, str, _Samples], ...] = (
    (
        "playbook_broken",
        "1 where a playbook cannot run as it stands.",
        lambda line: [({}, bool(line.problem))],
    ),
    (
        "playbook_last_run_timestamp_seconds",
        "When a playbook last ran.",
        lambda line: _at(line.last_run),
    ),
    (
        "playbook_last_run_info",
        "1 for what became of a playbook's last run.",
        lambda line: [({"state": line.last_state}, 1)] if line.last_run else [],
    ),
    (
        "playbook_next_fire_timestamp_seconds",
        "When a playbook fires next.",
        lambda line: _at(line.next_fire),
    ),
    (
        "inside",
        "Enrollments by step; those held out stand at no step.",
        lambda line: (({"step": step}, people) for step, people in line.steps.items()),
    ),
    (
        "stuck",
        "Enrollments that stand still until a person changes something.",
        lambda line: [
            ({"reason": "unbound"}, line.unbound),
            ({"reason": "step_gone"}, line.step_gone),
        ],
    ),
    (
        "touches",
        "Touches by playbook and status.",
        lambda line: (({"status": status}, some) for status, some in line.touches.items()),
    ),
)
"""Names of figures, what they say, and their samples for one playbook, whose name is a label."""


def _of_playbooks(lines: Sequence[PlaybookLine]) -> Iterator[str]:
    for name, told, samples in _OF_A_PLAYBOOK:
        all_samples = (
            ({"playbook": line.name, **labels}, value)
            for line in lines
            for labels, value in samples(line)
        )
        yield from _gauge(name, told, all_samples)


def _at(moment: datetime | None) -> Iterator[_Sample]:
    if moment is not None:
        yield {}, _epoch(moment)


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
