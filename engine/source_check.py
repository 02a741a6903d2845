"""`touchline validate --sources`: the catalog held against the sources behind it."""

from __future__ import annotations

from dataclasses import replace

from engine.audience.checks import check_columns
from engine.connections import caution_of
from engine.language.catalog import Entity
from engine.places import NOWHERE, Place
from engine.problems import NoColumn, Problem, Severity, SourceFault, errors_only
from engine.report.problems import Checked
from engine.workplace import Ports, open_workplace

__all__ = ["check_sources"]


def check_sources(checked: Checked, ports: Ports) -> Checked:
    """The same, with what the sources say of tables, columns and stored forms.

    Raises:
        Unreachable: a source does not answer.
    """
    if errors_only(checked.problems):
        return checked  # a catalog that does not bind cannot be held against its sources
    workplace = open_workplace(checked.root, checked.root, ports)
    found: list[Problem] = []
    with workplace.sources(None) as snapshot:
        for entity in workplace.catalog.entities.values():
            try:
                check_columns(entity, snapshot)
            except SourceFault as fault:
                declared = workplace.project.entities.get(entity.name)
                place = _place(declared, fault) if declared else NOWHERE
                found.append(Problem(place, "source", str(fault)))
        for name, connector in workplace.settings.connectors.items():
            if caution := caution_of(name, snapshot):
                found.append(
                    Problem(connector.place, "privileged-login", caution, severity=Severity.WARNING)
                )
    return replace(checked, problems=tuple(sorted([*checked.problems, *found])))


def _place(entity: Entity, fault: SourceFault) -> Place:
    """Where the catalog names what is wrong: the column's own line, or else the entity."""
    if not isinstance(fault, NoColumn):
        return entity.place
    named = [(entity.source, each.column, each.place) for each in entity.fields.values()]
    named += [(entity.source, each.column, each.place) for each in entity.links.values()]
    for event in entity.events.values():
        own = event.properties.values()
        named += [(event.source, each.column, each.place) for each in own]
        named += [(event.source, column, event.place) for column in (event.key, event.at)]
    places = (
        place for table, column, place in named if (table, column) == (fault.table, fault.column)
    )
    return next(places, entity.place)
