"""What kinds of source there are, and the databases of a project. A registry that can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.sources.files import FilesDatabase, Folder
from connectors.sources.sql import sql_database
from connectors.sources.writing import Writable
from engine.language.project import Connector, Secret, Settings
from engine.ports import Channel, Database

__all__ = ["SOURCES", "build_databases", "open_writer", "writer_to"]

Resolve = Callable[[Secret], str]


def build_databases(settings: Settings, root: Path, resolve: Resolve) -> Mapping[str, Database]:
    """The database of every connector, by connector name; nothing is opened yet.

    All `files` connectors share one, and so do `sql` connectors of the same URL: their tables can
    stand in one statement. `resolve` gives the text of a secret.

    Raises:
        Misuse: a URL is none, or of a database that this version does not read.
    """
    built: dict[str, Database] = {}
    for kind, build in SOURCES.items():
        of_kind = {
            name: connector
            for name, connector in settings.connectors.items()
            if connector.type == kind
        }
        built.update(build(of_kind, root, resolve))
    return built


def _files(
    connectors: Mapping[str, Connector], root: Path, resolve: Resolve
) -> Mapping[str, Database]:
    folders = {
        name: Folder((root / (connector.path or "")).resolve(), ZoneInfo(connector.timezone))
        for name, connector in connectors.items()
    }
    return dict.fromkeys(folders, FilesDatabase(folders))


def _sql(
    connectors: Mapping[str, Connector], root: Path, resolve: Resolve
) -> Mapping[str, Database]:
    by_url: dict[str, dict[str, Connector]] = {}
    for name, connector in connectors.items():
        assert connector.url is not None  # the schema of touchline.yaml asks for it
        by_url.setdefault(resolve(connector.url), {})[name] = connector
    return {
        name: database
        for url, sharing in by_url.items()
        for database in [sql_database(url, sharing, root)]
        for name in sharing
    }


def open_writer(settings: Settings, root: Path, resolve: Resolve) -> Channel:
    """The built-in channel of updates; which databases there are is looked up at the first one."""
    return _updating(lambda: build_databases(settings, root, resolve))


def writer_to(databases: Mapping[str, Database]) -> Channel:
    """The same over databases that are there already, by the names of their connectors."""
    return _updating(lambda: databases)


def _updating(built: Callable[[], Mapping[str, Database]]) -> Channel:
    from connectors.channels.update import Update  # no start need wait for it

    def writable() -> Mapping[str, Writable]:
        return {name: each for name, each in built().items() if isinstance(each, Writable)}

    return Update(writable)


SOURCES: Mapping[
    str, Callable[[Mapping[str, Connector], Path, Resolve], Mapping[str, Database]]
] = {
    "files": _files,
    "sql": _sql,
}
"""A builder for each `type` of connector: it is given all connectors of that type."""
