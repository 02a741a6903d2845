"""A school with its pupils and classes, to look for insights in, and the same in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

from engine.bind.bind import bind_catalog
from engine.decide.facts import share_of
from engine.language.project import Project
from engine.measuring.insights import Insights, Wanted, insights_of
from engine.ports import Database
from engine.read.load import load_project
from engine.workplace import Ports, Workplace
from tests.metrics.town import Tables

__all__ = [
    "AS_OF",
    "FILES",
    "HISTORY",
    "PUPILS",
    "ZONE",
    "Lesson",
    "Pupil",
    "first_days",
    "half",
    "insights",
    "planted",
    "project",
    "tables",
    "wanted",
]

AS_OF = datetime(2026, 3, 10, 13, tzinfo=UTC)
"""Two days after the clocks of New York went forward."""
ZONE = ZoneInfo("America/New_York")
HISTORY = date(2026, 1, 15)

FILES: Mapping[str, str] = {
    "touchline.yaml": """\
touchline: 1
name: school
ledger: {url: "sqlite:///none.db"}
timezone: America/New_York
connectors:
  s: {type: files, path: data}
""",
    "catalog/form.yaml": """\
entity: form
source: s.forms
key: id
fields: {id: integer, opened_on: date, closed_on: date, fate: text}
""",
    "catalog/pupil.yaml": f"""\
entity: pupil
source: s.pupils
key: id
links: {{form: form_id}}
fields: {{id: integer, began_at: timestamp, left_at: timestamp, fate: text}}
events:
  came: {{source: s.lessons, key: pupil_id, at: at, where: {{name: came}}}}
  asked:
    source: s.lessons
    key: pupil_id
    at: at
    where: {{name: asked}}
    properties: {{topic: text, aloud: boolean}}
  sang: {{source: s.lessons, key: pupil_id, at: at, where: {{name: sang}}, history_from: {HISTORY}}}
  quit: {{source: s.lessons, key: pupil_id, at: at, where: {{name: quit}}}}
""",
    **{
        f"segments/{fate}_{of}.yaml": f"segment: {fate}_{of}\nof: {of}\nwhere: [{{fate: {fate}}}]\n"
        for of in ("pupil", "form")
        for fate in ("kept", "lost")
    },
}


@dataclass(frozen=True)
class Pupil:
    """A row; instants are aware."""

    id: int
    began: datetime | None
    left: datetime | None
    fate: str | None
    form: int | None = None


@dataclass(frozen=True)
class Lesson:
    """An event of a pupil."""

    pupil: int
    at: datetime
    name: str
    topic: str | None = None
    aloud: bool | None = None


def project(root: Path, files: Mapping[str, str] | None = None) -> Project:
    """The school, with other files beside."""
    for path, text in {**FILES, **(files or {})}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return load_project(root)


def tables(
    pupils: Iterable[Pupil],
    lessons: Iterable[Lesson],
    forms: Iterable[tuple[object, ...]] = (),
) -> Tables:
    """The rows; the first of each is of nobody, and tells a store the types of its columns."""
    return {
        "forms": (
            ("id", "opened_on", "closed_on", "fate"),
            ((None, "2026-01-01", "2026-01-01", "kept"), *forms),
        ),
        "pupils": (
            ("id", "form_id", "began_at", "left_at", "fate"),
            (
                (None, 1, _text(AS_OF), _text(AS_OF), "kept"),
                *((p.id, p.form, _text(p.began), _text(p.left), p.fate) for p in pupils),
            ),
        ),
        "lessons": (
            ("pupil_id", "at", "name", "topic", "aloud"),
            (
                (None, _text(AS_OF), "came", "art", True),
                *((e.pupil, _text(e.at), e.name, e.topic, e.aloud) for e in lessons),
            ),
        ),
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def wanted(*days: int, of: str = "pupil", events: tuple[str, ...] = ()) -> Wanted:
    """Who was kept against who was lost."""
    since, left_at = ("began_at", "left_at") if of == "pupil" else ("opened_on", "closed_on")
    return Wanted(f"kept_{of}", f"lost_{of}", since, left_at, days, events)


def insights(of: Project, store: Database, asked: Wanted, as_of: datetime = AS_OF) -> Insights:
    """What is found in a store."""
    nothing = cast(Any, None)
    ports = Ports(
        databases=lambda settings, root, resolve: {"s": store},
        paper=nothing,
        channels=nothing,
        writer=nothing,
        environ={},
        host="here",
        actor="somebody",
        clock=nothing,
    )
    catalog, problems = bind_catalog(of)
    assert problems == ()
    return insights_of(Workplace(of.root, of, catalog, ports), asked, as_of)


# ---------------------------------------------------------------- the plain reading


def first_days(began: datetime, days: int) -> tuple[datetime, datetime]:
    """From the beginning, included, to the end of the local day so many days after, excluded."""
    day = began.astimezone(ZONE).date() + timedelta(days=days + 1)
    return began, datetime.combine(day, time(), ZONE).astimezone(UTC)


def half(pupil: Pupil) -> str:
    """The half that a pupil is in."""
    return "first" if share_of("insights", "pupil", str(pupil.id)) < 0.5 else "other"


# ---------------------------------------------------------------- a world with something to find


def planted(number: int, seed: int, *, effect: float) -> tuple[list[Pupil], list[Lesson]]:
    """Pupils who ask 0 to 6 times in their first fortnight; from 3 on more of them stay.

    All else they do says nothing. Those who leave do so 40 to 80 days after they began.
    """
    chance = Random(seed)
    pupils, lessons = [], []
    for key in range(1, number + 1):
        began = AS_OF - timedelta(days=chance.randint(100, 300), minutes=chance.randint(0, 1439))
        asks = chance.randint(0, 6)
        stays = chance.random() < 0.5 + (effect if asks >= 3 else -effect)
        left = None if stays else began + timedelta(days=chance.randint(40, 80))
        pupils.append(Pupil(key, began, left, "kept" if stays else "lost", key % 40))
        for _ in range(asks):
            lessons.append(Lesson(key, _after(began, 13, chance), "asked", "art", True))
        for _ in range(chance.randint(0, 5)):
            lessons.append(Lesson(key, _after(began, 30, chance), "came"))
    return pupils, lessons


def _after(began: datetime, days: int, chance: Random) -> datetime:
    return began + timedelta(minutes=chance.randint(1, days * 1440))


PUPILS = planted(400, seed=7, effect=0.25)
"""A school in which asking three times tells who stays."""
