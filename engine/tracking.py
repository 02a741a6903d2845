"""`touchline track`: the history of tracked fields, for all entities, and when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.audience.checks import histories_asked
from engine.bind.catalog import EntityRef
from engine.bind.playbook import BoundPlaybook
from engine.ledger.store import Ledger
from engine.ledger.tracking import note_failure, tracked_fields
from engine.moments import local_date
from engine.passes.track import Counts, track_entity
from engine.problems import TouchlineError, Unreachable
from engine.workplace import Workplace

__all__ = [
    "TrackedEntity",
    "Tracking",
    "due_entities",
    "follow_histories",
    "never_tracked",
    "track_entities",
    "track_now",
]


@dataclass(frozen=True, slots=True)
class TrackedEntity:
    """What tracking one entity came to; with a `fault` nothing of it was recorded."""

    entity: str
    fields: tuple[str, ...]
    counts: Counts = field(default_factory=Counts)
    fault: TouchlineError | None = None


@dataclass(frozen=True, slots=True)
class Tracking:
    """What one call of `track` came to. `left_out` names fields that cannot be tracked."""

    at: datetime
    tracked: tuple[TrackedEntity, ...]
    left_out: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """3 where something could not be reached, 1 where something was not recorded, else 0."""
        faults = [each.fault for each in self.tracked if each.fault is not None]
        if any(isinstance(fault, Unreachable) for fault in faults):
            return 3
        return 1 if faults or self.left_out else 0


def track_now(workplace: Workplace) -> Tracking:
    """Bring the history of every tracked field up to now.

    Raises:
        Refused: the ledger here only dry-runs.
        Unreachable: it does not answer.
    """
    at = workplace.ports.clock.now()
    ledger = workplace.live_ledger(at, otherwise="nothing is recorded")
    found = track_entities(
        workplace, ledger, _tracked(workplace), at=at, actor=workplace.ports.actor
    )
    return Tracking(at, tuple(found), _left_out(workplace))


def track_entities(
    workplace: Workplace, ledger: Ledger, entities: Sequence[EntityRef], *, at: datetime, actor: str
) -> list[TrackedEntity]:
    """The same for some entities; one that fails stops no other, and its failure is recorded."""
    return [_track(workplace, ledger, each, at=at, actor=actor) for each in entities]


def follow_histories(
    workplace: Workplace, playbook: BoundPlaybook, ledger: Ledger, *, at: datetime, actor: str
) -> None:
    """Bring the histories that one playbook asks for up to now.

    Raises:
        TouchlineError: what kept one from being recorded.
    """
    for name in sorted({entity for entity, _ in _histories(workplace, playbook, at)}):
        entity, settings = workplace.catalog.entities[name], workplace.settings
        with workplace.sources(ledger) as snapshot:
            track_entity(entity, snapshot, settings, ledger, at=at, actor=actor)


def due_entities(workplace: Workplace, ledger: Ledger, now: datetime) -> list[EntityRef]:
    """The entities with a tracked field whose history was not written today, by the project."""
    entities = _tracked(workplace)
    if not entities:
        return []
    with ledger.read() as unit:
        known = tracked_fields(unit)
    today = local_date(now, workplace.zone)
    done = {name for name, each in known.items() if local_date(each.at, workplace.zone) >= today}
    return [
        entity
        for entity in entities
        if any((entity.name, name) not in done for name in entity.tracked)
    ]


def never_tracked(
    workplace: Workplace, playbooks: Sequence[BoundPlaybook], ledger: Ledger | None, now: datetime
) -> tuple[str, ...]:
    """A sentence for each field whose history playbooks ask for and nobody ever wrote."""
    asking: dict[tuple[str, str], list[str]] = {}
    for playbook in playbooks:
        for name in _histories(workplace, playbook, now):
            asking.setdefault(name, []).append(playbook.name)
    if not asking:
        return ()
    known = {}
    if ledger is not None:
        with ledger.read() as unit:
            known = tracked_fields(unit)
    return tuple(
        f"the history of {entity}.{of}, which {', '.join(sorted(names))} asks for, was never "
        "written: it holds no changes yet. `touchline track` begins it, and the daemon goes on "
        "daily"
        for (entity, of), names in sorted(asking.items())
        if (entity, of) not in known
    )


def _histories(
    workplace: Workplace, playbook: BoundPlaybook, now: datetime
) -> tuple[tuple[str, str], ...]:
    conditions = playbook.conditions
    entity = playbook.audience.entity
    return histories_asked(entity, conditions, workplace.catalog, as_of=now, zone=playbook.zone)


def _tracked(workplace: Workplace) -> list[EntityRef]:
    return [each for _, each in sorted(workplace.catalog.entities.items()) if each.tracked]


def _left_out(workplace: Workplace) -> tuple[str, ...]:
    """Fields that `track` names and that do not bind."""
    bound = {(each.name, name) for each in _tracked(workplace) for name in each.tracked}
    declared = workplace.project.entities.values()
    named = ((each.name, name) for each in declared for name in each.track)
    return tuple(".".join(each) for each in named if each not in bound)


def _track(
    workplace: Workplace, ledger: Ledger, entity: EntityRef, *, at: datetime, actor: str
) -> TrackedEntity:
    try:
        with workplace.sources(ledger) as snapshot:
            counts = track_entity(entity, snapshot, workplace.settings, ledger, at=at, actor=actor)
    except TouchlineError as fault:
        with ledger.write() as unit:
            note_failure(unit, entity.name, str(fault), at=at, actor=actor)
        return TrackedEntity(entity.name, entity.tracked, fault=fault)
    return TrackedEntity(entity.name, entity.tracked, counts)
