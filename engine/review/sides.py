"""The two states of a project that are compared, each bound, both over the same data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.bind.bind import bind_catalog, bind_playbook
from engine.bind.playbook import BoundPlaybook
from engine.check import problems_of
from engine.language.project import Project, Template
from engine.ports import Database
from engine.read.load import SETTINGS_FILE, load_project
from engine.review.pages import NO_PAGES, Pages, read_pages, refuse_unsound
from engine.review.revisions import lay_out
from engine.still import in_one_snapshot
from engine.workplace import Resolve, Workplace

__all__ = ["WORKING_TREE", "Side", "on_same_data", "side_at", "working_tree"]

WORKING_TREE = "the working tree"
"""The name of the side that is no revision."""


@dataclass(frozen=True, slots=True)
class Side:
    """One state of the project; `place` is None where there was no project."""

    name: str
    place: Workplace | None
    pages: Pages = NO_PAGES
    bound: Mapping[str, BoundPlaybook] = field(default_factory=dict)

    @property
    def templates(self) -> Mapping[str, Template]:
        """Its messages by name and locale."""
        return self.place.project.templates if self.place else {}


def side_at(workplace: Workplace, revision: str) -> Side:
    """The project as it stands at a revision of git.

    Raises:
        Misuse: there is no repository, or no such revision.
        Invalid: it does not validate; places are told as `REVISION:PATH`.
        Unreachable: git does not answer.
    """
    with TemporaryDirectory(prefix="touchline-") as folder:
        into = Path(folder)
        found = lay_out(workplace.root, revision, into, environ=workplace.ports.environ)
        if not (into / SETTINGS_FILE).exists():
            return Side(str(found), None)
        project = load_project(into)
        refuse_unsound(problems_of(project), revision)
        pages = read_pages(into, project)
    return _side(workplace, str(found), replace(project, root=workplace.root), pages)


def working_tree(workplace: Workplace) -> Side:
    """The project as its files lie here; Invalid where it does not validate."""
    refuse_unsound(problems_of(workplace.project), "")
    pages = read_pages(workplace.root, workplace.project)
    return _side(workplace, WORKING_TREE, workplace.project, pages)


def _side(workplace: Workplace, name: str, project: Project, pages: Pages) -> Side:
    catalog, _ = bind_catalog(project)
    place = Workplace(workplace.root, project, catalog, workplace.ports)
    bound = {each: bind_playbook(each, project, catalog) for each in project.playbooks}
    return Side(name, place, pages, bound)


@contextmanager
def on_same_data(workplace: Workplace, before: Side, after: Side) -> Iterator[tuple[Side, Side]]:
    """Both sides over one snapshot of the sources, which lie where the project lies now."""
    sides = [each for each in (before, after) if each.place]
    connectors = {
        name: each
        for side in sides
        if side.place
        for name, each in side.place.settings.connectors.items()
    }
    settings = replace(workplace.settings, connectors=connectors)
    databases = workplace.ports.databases(settings, workplace.root, workplace.resolve)
    with in_one_snapshot(databases) as still:
        yield _over(before, still), _over(after, still)


def _over(side: Side, databases: Mapping[str, Database]) -> Side:
    if side.place is None:
        return side

    def still(_settings: object, _root: Path, _resolve: Resolve) -> Mapping[str, Database]:
        return databases

    ports = replace(side.place.ports, databases=still)
    return replace(side, place=replace(side.place, ports=ports))
