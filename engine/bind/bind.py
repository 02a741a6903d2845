"""Declared types and the catalog to bound types: the one door to this stage.

Every problem has its place, what was expected, and the nearest name. What is broken stops only
what depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from engine.bind.acts import TASK_CHANNEL, UPDATE_CHANNEL, BoundEmail, BoundStep, every_step
from engine.bind.bearing import optional
from engine.bind.catalog import Catalog, FieldRef
from engine.bind.cautions import cautions, formula_cautions
from engine.bind.computed import bind_computed
from engine.bind.conditions import BoundEveryone, Condition
from engine.bind.contradictions import contradictions
from engine.bind.entities import bind_entity
from engine.bind.filters import OWN_SEGMENT, bind_condition, unknown_segment
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.former import check_names, not_run_by_itself
from engine.bind.found import bind_found_roles
from engine.bind.goals import bind_goal
from engine.bind.metrics import BoundMetric, bind_metric
from engine.bind.names import Scope, find_entity, find_field
from engine.bind.playbook import Audience, BoundPlaybook
from engine.bind.policy import BoundPolicy, bind_policy, policy_cautions
from engine.bind.steps import bind_steps
from engine.bind.timetable import check_cron, check_entry, find_zone
from engine.bind.tracked import bind_tracked
from engine.bind.version import playbook_version
from engine.bind.ways import check_ways
from engine.language.playbook import Playbook, Schedule, Segment
from engine.language.project import (
    Connector,
    Project,
    SmtpChannel,
    Template,
    WebhookChannel,
)
from engine.language.steps import every_step as declared_steps
from engine.places import NOWHERE, Place
from engine.problems import Invalid, Misuse, Problem, Severity, did_you_mean
from engine.records import dataclass
from engine.tables import ColumnRef

__all__ = [
    "BoundProject",
    "bind_catalog",
    "bind_playbook",
    "bind_project",
    "bind_segment",
    "check",
]

Bound = TypeVar("Bound")
Declared = TypeVar("Declared")


def bind_catalog(project: Project) -> tuple[Catalog, tuple[Problem, ...]]:
    """All entities that can be used, and the problems of what cannot. Never raises."""
    bound = {name: bind_entity(each, project) for name, each in project.entities.items()}
    stored = {name: ref for name, (ref, _) in bound.items() if ref is not None}
    catalog, unfound = bind_found_roles(bind_computed(Catalog(stored), project), project)
    catalog, untracked = bind_tracked(catalog, project)
    problems = [problem for _, found in bound.values() for problem in found]
    problems += [problem for found in catalog.broken.values() for problem in found]
    problems += [*unfound, *untracked]
    return catalog, tuple(dict.fromkeys(problems))


def bind_segment(name: str, project: Project, catalog: Catalog) -> Audience:
    """A named segment; its days are those of the project's zone.

    Raises:
        Invalid: with the problems of this segment and of what it uses.
        Misuse: there is no segment of that name.
    """
    return _segment(_declared_segment(name, project), project, catalog)


def bind_playbook(name: str, project: Project, catalog: Catalog) -> BoundPlaybook:
    """A playbook that can be carried out; its days are those of its schedule's zone.

    Raises:
        Invalid: with the problems of this playbook and of what it uses.
        Misuse: there is no playbook of that name.
    """
    playbook = project.playbooks.get(name)
    if playbook is None:
        raise _no_such("playbook", name, project, known=project.playbooks)
    return _playbook(playbook, project, catalog)


@dataclass(frozen=True, slots=True)
class BoundProject:
    """Everything of a project that binds, by name, and what binding has to say of the rest.

    `problems` are errors and warnings, each once and sorted; those of reading are not repeated.
    """

    catalog: Catalog
    segments: Mapping[str, Audience]
    playbooks: Mapping[str, BoundPlaybook]
    metrics: Mapping[str, BoundMetric]
    problems: tuple[Problem, ...]


def bind_project(project: Project) -> BoundProject:
    """All segments, playbooks and metrics that can be used, and the problems of what cannot."""
    catalog, catalog_problems = bind_catalog(project)
    found = [*_settings_problems(project), *catalog_problems, *_catalog_cautions(catalog)]
    found += [*_problems_of(lambda: bind_policy(project, catalog)), *policy_cautions(project)]
    segments, told = _all_bound(project.segments, lambda each: _segment(each, project, catalog))
    found += told
    playbooks, told = _all_bound(project.playbooks, lambda each: _playbook(each, project, catalog))
    found += told
    samples = {name: each.sample for name, each in project.blueprints.items() if each.sample}
    _, told = _all_bound(samples, lambda each: _playbook(each, project, catalog))
    found += told
    metrics, told = _all_bound(project.metrics, lambda each: bind_metric(each, project, catalog))
    found += told
    asked = [*(each.condition for each in segments.values())]
    asked += [condition for each in metrics.values() for condition in each.conditions]
    found += [each for condition in asked for each in _cautions(condition)]
    found += [each for playbook in playbooks.values() for each in _playbook_cautions(playbook)]
    problems = tuple(sorted(set(found) - set(project.problems)))
    return BoundProject(catalog, segments, playbooks, metrics, problems)


def check(project: Project) -> tuple[Problem, ...]:
    """All problems and warnings of binding, each once; those of reading are not repeated."""
    return bind_project(project).problems


def _all_bound(
    declared: Mapping[str, Declared], bind: Callable[[Declared], Bound]
) -> tuple[dict[str, Bound], list[Problem]]:
    bound: dict[str, Bound] = {}
    problems: list[Problem] = []
    for name, each in declared.items():
        try:
            bound[name] = bind(each)
        except Invalid as invalid:
            problems += invalid.problems
    return bound, problems


def _problems_of(bind: Callable[[], BoundPolicy]) -> tuple[Problem, ...]:
    try:
        bind()
    except Invalid as invalid:
        return invalid.problems
    return ()


# ---------------------------------------------------------------- segments


def _declared_segment(name: str, project: Project) -> Segment:
    segment = project.segments.get(name)
    if segment is None:
        raise _no_such("segment", name, project, known=project.segments)
    return segment


def _segment(segment: Segment, project: Project, catalog: Catalog) -> Audience:
    with Findings() as found:
        found.attempt(lambda: _check_segment_name(segment))
        zone = found.attempt(lambda: _project_zone(project))
        scope = _scope(segment, project, catalog, stack=(segment.name,))
        condition = bind_condition(segment.where, scope)
        return Audience(segment.name, scope.entity, condition, zone)


def _check_segment_name(segment: Segment) -> None:
    if segment.name == OWN_SEGMENT:
        raise wrong(
            segment.place,
            "reserved-name",
            "no segment is called `self`, which is a playbook's own",
            hint="choose another name",
        )


def _scope(
    segment: Segment, project: Project, catalog: Catalog, *, stack: tuple[str, ...]
) -> Scope:
    entity = find_entity(segment.of, project, catalog, place=segment.of_place)
    return Scope(project, catalog, entity, segments=stack)


def _project_zone(project: Project) -> ZoneInfo:
    return find_zone(project.settings.timezone, project.settings.place)


def _no_such(kind: str, name: str, project: Project, *, known: Iterable[str]) -> Invalid | Misuse:
    """For a name from outside the files: its file's problems, where that could not be read."""
    hint = did_you_mean(name, known)
    message = f"there is no {kind} `{name}`"
    if kind == "playbook" and name in project.blueprints:
        message, hint = not_run_by_itself(name)
    unknown = wrong(NOWHERE, f"unknown-{kind}", message, hint=hint)
    told = or_unreadable(unknown, kind, name, project)
    return told if told is not unknown else Misuse(f"{message}; {hint}" if hint else message)


# ---------------------------------------------------------------- playbooks


def _playbook(playbook: Playbook, project: Project, catalog: Catalog) -> BoundPlaybook:
    with Findings() as found:
        zone = found.attempt(lambda: _zone(playbook.schedule, project))
        found.attempt(lambda: check_entry(playbook.entry))
        segment = _segment_of(playbook, project)
        named = isinstance(playbook.segment, str)
        stack = (segment.name if named else OWN_SEGMENT,)
        scope = _scope(segment, project, catalog, stack=stack)
        condition = found.attempt(lambda: bind_condition(segment.where, scope))
        declared = {step.id: step for step in declared_steps(playbook.steps)}
        inside = replace(scope, segments=(), own=condition or BoundEveryone(), steps=declared)
        found.attempt(lambda: check_ways(playbook, project.playbooks))
        found.attempt(lambda: check_names(playbook, project.playbooks))
        steps = found.attempt(lambda: bind_steps(playbook.steps, inside))
        exit_when = found.attempt(lambda: optional(playbook.exit_when, inside))
        goal = found.attempt(lambda: bind_goal(playbook.goal, inside))
        again = playbook.entry.again
        name = segment.name if named else playbook.name
        return BoundPlaybook(
            name=playbook.name,
            audience=Audience(name, scope.entity, condition, zone),
            steps=steps or (),
            zone=zone,
            version=playbook_version(playbook, project.segments, _templates(steps or ())),
            exit_when=exit_when,
            goal=goal,
            entry=playbook.entry,
            per=found.attempt(lambda: _field(again.per, scope, again.place)),
            each=found.attempt(lambda: _parent_key(again.each, scope, again.place)),
            schedule=playbook.schedule,
            status=playbook.status,
            priority=playbook.priority,
            owner=playbook.owner,
            description=playbook.description,
            on_change=playbook.on_change,
            open_tasks=playbook.open_tasks,
            formerly=playbook.formerly,
            place=playbook.place,
        )


def _segment_of(playbook: Playbook, project: Project) -> Segment:
    if isinstance(playbook.segment, Segment):
        return playbook.segment
    segment = project.segments.get(playbook.segment)
    if segment is None:
        raise unknown_segment(
            playbook.segment, project, place=playbook.segment_place, known=project.segments
        )
    return segment


def _zone(schedule: Schedule | None, project: Project) -> ZoneInfo:
    """The schedule's zone, else the project's; what is wrong with the schedule is told with it."""
    if schedule is None:
        return _project_zone(project)
    with Findings() as found:
        found.attempt(lambda: check_cron(schedule.cron, schedule.place))
        if schedule.timezone is None:
            return _project_zone(project)
        return find_zone(schedule.timezone, schedule.place)


def _field(path: str | None, scope: Scope, place: Place) -> FieldRef | None:
    return None if path is None else find_field(path, scope, place)


def _parent_key(name: str | None, scope: Scope, place: Place) -> FieldRef | None:
    """What a link holds, as a field: the key of the parent that `each` counts over."""
    if name is None:
        return None
    link = scope.entity.links.get(name)
    if link is None:
        message = f"`each` names `{name}`, which is no link of {scope.entity.name}"
        hint = did_you_mean(name, scope.entity.links)
        raise wrong(place, "unknown-link", message, hint=hint)
    parent = scope.entity_named(link.to, place)
    return FieldRef((), scope.entity.name, name, ColumnRef(link.column, parent.key.kind))


def _templates(steps: tuple[BoundStep, ...]) -> list[Template]:
    """All templates that mails of these steps may use, each once."""
    used = {
        each.path: each
        for step in every_step(steps)
        if isinstance(step, BoundEmail)
        for each in (step.template, *step.variants.values())
    }
    return list(used.values())


# ---------------------------------------------------------------- warnings and settings


def _catalog_cautions(catalog: Catalog) -> tuple[Problem, ...]:
    formulas = [each for entity in catalog.entities.values() for each in entity.formulas.values()]
    return tuple(problem for each in formulas for problem in formula_cautions(each))


def _playbook_cautions(playbook: BoundPlaybook) -> tuple[Problem, ...]:
    return tuple(problem for each in playbook.conditions for problem in _cautions(each))


def _cautions(condition: Condition) -> tuple[Problem, ...]:
    return (*cautions(condition), *contradictions(condition))


def _settings_problems(project: Project) -> tuple[Problem, ...]:
    """What `touchline.yaml` says that its schema cannot judge."""
    settings = project.settings
    problems: list[Problem] = []
    try:
        with Findings() as found:
            found.attempt(lambda: _project_zone(project))
            found.each(settings.connectors.values(), lambda c: find_zone(c.timezone, c.place))
            found.each(settings.channels.values(), _check_channel_name)
            found.each(settings.connectors.values(), lambda c: _check_volume(c, project))
    except Invalid as invalid:
        problems += invalid.problems
    return (*problems, *_ledger_advice(project))


def _check_volume(connector: Connector, project: Project) -> None:
    """A misspelt table would be guarded by nothing."""
    if any(kind == "entity" for kind, _ in project.broken):
        return
    entities = project.entities.values()
    sources = {entity.source for entity in entities}
    sources |= {event.source for entity in entities for event in entity.events.values()}
    prefix = f"{connector.name}."
    tables = [source.removeprefix(prefix) for source in sources if source.startswith(prefix)]
    for name in connector.volume:
        if name not in tables:
            raise wrong(
                connector.place,
                "unknown-table",
                f"`volume` names `{name}`, and the catalog reads no such table of {connector.name}",
                hint=did_you_mean(name, tables),
            )


def _check_channel_name(channel: SmtpChannel | WebhookChannel) -> None:
    built_in = {TASK_CHANNEL: "the built-in inbox", UPDATE_CHANNEL: "writing back to a source"}
    if channel.name in built_in:
        raise wrong(
            channel.place,
            "reserved-name",
            f"no channel is called `{channel.name}`, which is {built_in[channel.name]}",
            hint="choose another name",
        )


def _ledger_advice(project: Project) -> tuple[Problem, ...]:
    ledger = project.settings.ledger
    unreadable = any(problem.place.path == "touchline.yaml" for problem in project.problems)
    if ledger.id is not None or unreadable:
        return ()
    place = ledger.place if ledger.place != NOWHERE else project.settings.place
    return (
        Problem(
            place,
            "no-ledger-id",
            "touchline.yaml names no ledger id, so a new or copied ledger could not be told from "
            "the live one",
            "`touchline ledger init` tells the id: write it as `ledger: {url: …, id: …}`",
            Severity.WARNING,
        ),
    )
