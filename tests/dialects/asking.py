"""What the small project of this folder becomes in each dialect, as the golden files hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.paper.database import paper_databases
from connectors.paper.dialects import PAPER
from engine.audience.contacts import ContactRow
from engine.audience.snapshot import Snapshot, open_sources
from engine.audience.statements import Statement, statements
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.catalog import Catalog
from engine.language.project import Project
from engine.ports import Database
from engine.problems import Refused
from engine.read.load import load_project

__all__ = ["AS_OF", "CASES", "DIALECTS", "GOLDEN", "asked", "golden_text", "project", "snapshot_of"]

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
AS_OF = datetime(2026, 3, 10, 13, tzinfo=UTC)
CASES = sorted(path.stem for path in (HERE / "project" / "segments").glob("*.yaml"))
DIALECTS = sorted(PAPER.keys() - {"mariadb"})  # which is `mysql` by another name


@cache
def project() -> tuple[Project, Catalog]:
    """The project and its catalog; both are sound."""
    found = load_project(HERE / "project")
    return found, bind_catalog(found)[0]


class _Log:
    """One contact by mail."""

    def contacts(
        self, since: datetime | None, until: datetime, channel: str | None, playbook: str | None
    ) -> Iterator[ContactRow]:
        """It, whatever is asked."""
        at = datetime(2026, 3, 1, 9, tzinfo=UTC)
        yield ContactRow("t1", "user", "7", "ann@example.com", at, "email", "checkup", "e-7")


@cache
def databases(dialect: str) -> Mapping[str, Database]:
    """The project's sources on paper; loading a dialect can take seconds."""
    return paper_databases(project()[0].settings, project()[1], dialect)


def snapshot_of(dialect: str) -> Iterator[Snapshot]:
    """An open snapshot on paper."""
    with open_sources(databases(dialect), _Log(), project()[1]) as snapshot:
        yield snapshot


def asked(dialect: str, case: str, zone: str | None = None) -> list[Statement]:
    """The statements of a case; `zone` in place of the project's."""
    audience = bind_segment(case, *project())
    if zone is not None:
        audience = replace(audience, zone=ZoneInfo(zone))
    for snapshot in snapshot_of(dialect):
        return statements(audience, snapshot, AS_OF)
    raise AssertionError("a snapshot was opened")


def golden_text(dialect: str, case: str) -> str:
    """The statements with their parameters; or why there are none, and then those in UTC."""
    try:
        return _shown(asked(dialect, case))
    except Refused as refusal:
        told = f"-- refused: {refusal}\n"
    try:
        return f"{told}\n-- in UTC:\n{_shown(asked(dialect, case, 'UTC'))}"
    except Refused:
        return told


def _shown(found: list[Statement]) -> str:
    return "\n".join(_one(statement) for statement in found)


def _one(statement: Statement) -> str:
    values = "".join(
        f"-- :{name} = {_short(value)}\n" for name, value in sorted(statement.parameters.items())
    )
    lines = "\n".join(line.rstrip() for line in statement.sql.splitlines())
    return f"{lines};\n{values}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:60]}… ({len(text):,} characters)"
