"""Goal and exit where many are inside: the source names all of whom they hold, in one question.

Only whom it names is read. What becomes of those is decided as of everybody else: here is found
only who cannot be left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from engine.bind.conditions import Condition
from engine.bind.playbook import BoundPlaybook
from engine.decide.facts import Enrollment
from engine.passes.gather import World
from engine.passes.journal import Journal
from engine.passes.portions import KeyPages, key_pages
from engine.passes.versions import Shelf

__all__ = ["to_look_at"]

_FEW = 5_000  # they are asked in one question, however many the source has
_SHARE = 8  # one of so many inside: naming everyone in the source costs less than asking them
_PAGE = 5_000  # keys looked up together


def to_look_at(
    journal: Journal, asking: Collection[str], versions: Shelf, facts: World
) -> Iterator[Sequence[Enrollment]]:
    """Of those whom `journal.patient` gives all for whom goal, exit or a level may hold, in pages.

    `asking` are their versions. Some come twice, where the decisions on a page left them inside.
    """
    singly: list[str] = []
    for playbook, such in _by_playbook(asking, versions):
        found = _named(playbook, facts) if _are_many(journal, playbook, such, facts) else None
        if found is None:
            singly += such
            continue
        for keys, past in found:
            for texts in _texts(keys):
                yield from journal.named(such, texts, past)
    yield from journal.patient(singly)


def _by_playbook(
    asking: Collection[str], versions: Shelf
) -> Iterable[tuple[BoundPlaybook, list[str]]]:
    """The versions that the same goal and exit are asked of, together."""
    found: dict[str, tuple[BoundPlaybook, list[str]]] = {}
    for version in asking:
        playbook = versions.asked_of(version)
        if playbook is not None:
            found.setdefault(playbook.version, (playbook, []))[1].append(version)
    return found.values()


def _are_many(
    journal: Journal, playbook: BoundPlaybook, such: Collection[str], facts: World
) -> bool:
    if journal.number_inside(such, _FEW + 1) <= _FEW:
        return False
    enough = facts.population(playbook) // _SHARE
    return journal.number_inside(such, enough) >= enough


@dataclass(frozen=True, slots=True)
class _Sought:
    """A condition, and the levels behind which it changes nothing; None: it is asked of all."""

    when: Condition
    past: tuple[str, ...] | None = None


def _sought(playbook: BoundPlaybook) -> Iterator[_Sought]:
    if playbook.goal is not None:
        yield _Sought(playbook.goal.when, ())
        names = [level.name for level in playbook.goal.levels]
        for place, level in enumerate(playbook.goal.levels):
            yield _Sought(level.when, tuple(names[place:]))
    if playbook.exit_when is not None:
        yield _Sought(playbook.exit_when)


def _named(
    playbook: BoundPlaybook, facts: World
) -> list[tuple[KeyPages, tuple[str, ...] | None]] | None:
    """The keys of all for whom each condition holds; None where one hangs on the stays."""
    found = []
    for sought in _sought(playbook):
        keys = facts.everyone(playbook, sought.when)
        if keys is None:
            return None
        found.append((key_pages(keys), sought.past))
    return found


def _texts(keys: KeyPages) -> Iterator[list[str]]:
    texts = keys.texts()
    while page := list(islice(texts, _PAGE)):
        yield page
