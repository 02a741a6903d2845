"""`touchline validate --sources`: the catalog held against the sources behind it."""

from __future__ import annotations

from engine.audience.checks import check_columns
from engine.connections import caution_of
from engine.places import NOWHERE
from engine.problems import Problem, Severity, SourceFault, errors_only
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
                place = declared.place if declared else NOWHERE
                found.append(Problem(place, "source", str(fault)))
        for name, connector in workplace.settings.connectors.items():
            if caution := caution_of(name, snapshot):
                found.append(
                    Problem(connector.place, "privileged-login", caution, severity=Severity.WARNING)
                )
    return Checked(checked.root, checked.files, tuple(sorted([*checked.problems, *found])))
