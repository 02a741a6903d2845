"""`touchline diff`: two states of a project side by side, on the same data at one instant.

Who matches and who would enter is asked as a run asks it, what becomes of those inside is what the
next run would do; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.bind.playbook import BoundPlaybook
from engine.language.catalog import Kind
from engine.language.playbook import Status
from engine.language.steps import every_step
from engine.ledger.counts import insiders
from engine.ledger.store import Ledger
from engine.passes.changes import Inside, older_versions
from engine.passes.entering import Firing, Matched, select
from engine.passes.reports import report_of
from engine.passes.versions import Shelf
from engine.problems import SourceFault
from engine.review.sides import Side, on_same_data, side_at, working_tree
from engine.review.uses import Elsewhere, changes_elsewhere, counting_for, using
from engine.review.wording import Edit, edits, step_edits
from engine.roster import REMOVED, known_now
from engine.running import world_on
from engine.workplace import Workplace

__all__ = ["Change", "Gone", "PlaybookDiff", "Review", "compare"]

_LATELY = timedelta(minutes=10)  # longer ago than this is the past
_TOLD_APART = ("steps", "playbook", "formerly")


class Change(StrEnum):
    """What became of a playbook."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PlaybookDiff:
    """What a change does to one playbook.

    `before` and `after` count who matches, `entering` who would enter through all gates on each
    side, before fuse and throttle: nobody while the playbook is a draft or paused. All of them are
    None where that cannot be known, and `error` says why. `held` is a sentence where a fuse would
    hold the next run, `inside` what becomes of those who entered with other versions; None without
    a ledger.
    """

    name: str
    change: Change
    edits: tuple[Edit, ...] = ()
    formerly: str = ""
    before: int | None = None
    after: int | None = None
    gained: tuple[str, ...] | None = None
    lost: tuple[str, ...] | None = None
    entering: tuple[int, int] | None = None
    held: str = ""
    inside: tuple[Inside | Gone, ...] | None = None
    error: str = ""
    keys_are_integers: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """How many stand at a step of a playbook that is gone; they leave at the next run."""

    step: str
    people: int
    version: str
    becomes: str = REMOVED
    to: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a change comes to. `elsewhere` are changes that count for no playbook."""

    base: str
    head: str
    as_of: datetime
    playbooks: tuple[PlaybookDiff, ...]
    elsewhere: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 where something could not be counted, else 0: an answer was given."""
        return 1 if any(each.error for each in self.playbooks) else 0


def compare(workplace: Workplace, base: str, head: str | None, as_of: datetime) -> Review:
    """What changes between two revisions, or between one and the working tree.

    Raises:
        Misuse: there is no repository, or no such revision.
        Invalid: one side does not validate.
        Unreachable: git, a source or the ledger does not answer.
    """
    before = side_at(workplace, base)
    after = working_tree(workplace) if head is None else side_at(workplace, head)
    ledger = workplace.ledger_or_none()
    elsewhere = changes_elsewhere(before.pages, after.pages, before.templates, after.templates)
    pairs = list(_pairs(before, after, elsewhere))
    with on_same_data(workplace, before, after) as (old, new):
        asked = _Asked(old, new, ledger, as_of)
        found = tuple(asked.about(each) for each in pairs)
    counted = {edit for each in pairs for edit in each.edits}
    notes = [*_notes(before, after, ledger)]
    if workplace.ports.clock.now() - as_of > _LATELY:
        notes.append("fields without a history are as they are now, not as they were then")
    rest = tuple(each.edit for each in elsewhere if each.edit not in counted)
    return Review(before.name, after.name, as_of, found, rest, tuple(notes))


def _notes(before: Side, after: Side, ledger: Ledger | None) -> Iterator[str]:
    for side in (before, after):
        if side.place is None:
            yield f"at {side.name} there is no project here"
    if ledger is None:
        yield "there is no ledger here: everyone is taken for new, and who is inside is unknown"


# ---------------------------------------------------------------- which playbook is which


@dataclass(frozen=True, slots=True)
class _Pair:
    """A playbook on both sides; the name is empty on the side where it is not."""

    old: str
    new: str
    edits: tuple[Edit, ...]

    @property
    def change(self) -> Change:
        if not self.old:
            return Change.ADDED
        if not self.new:
            return Change.REMOVED
        return Change.CHANGED if self.old == self.new else Change.RENAMED


def _pairs(before: Side, after: Side, elsewhere: Sequence[Elsewhere]) -> Iterator[_Pair]:
    """The playbooks that change, by the name that they have now."""
    renamed = {
        former: each.name
        for each in after.bound.values()
        for former in each.formerly
        if former in before.bound and each.name not in before.bound
    }
    for old in sorted(before.bound.keys() - after.bound.keys() - renamed.keys()):
        yield _Pair(old, "", ())
    names = {new: old for old, new in renamed.items()}
    for new in sorted(after.bound):
        old = names.get(new, new if new in before.bound else "")
        found = tuple(_edits(before, after, old, new, elsewhere)) if old else ()
        if found or old != new:
            yield _Pair(old, new, found)


def _edits(
    before: Side, after: Side, old: str, new: str, elsewhere: Sequence[Elsewhere]
) -> Iterator[Edit]:
    was, now = before.pages.playbooks[old], after.pages.playbooks[new]
    yield from edits(_but_names(was), _but_names(now))
    yield from step_edits(
        was.get("steps"), now.get("steps"), _step_ids(before, old), _step_ids(after, new)
    )
    sides = [(was, before.pages, before.templates), (now, after.pages, after.templates)]
    entities = {before.bound[old].audience.entity.name, after.bound[new].audience.entity.name}
    used = using(sides, entities)
    for each in elsewhere:
        if counting_for(used, each, (before.pages, after.pages)):
            yield each.edit


def _but_names(page: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in page.items() if key not in _TOLD_APART}


def _step_ids(side: Side, playbook: str) -> list[str]:
    assert side.place is not None
    return [step.id for step in every_step(side.place.project.playbooks[playbook].steps)]


# ---------------------------------------------------------------- who is concerned


class _Asked:
    """What the sources and the ledger say of both sides at one instant."""

    def __init__(self, before: Side, after: Side, ledger: Ledger | None, as_of: datetime) -> None:
        self._before = before
        self._after = after
        self._ledger = ledger
        self._as_of = as_of

    def about(self, pair: _Pair) -> PlaybookDiff:
        """What a change does to one playbook; faults of the data stop no other one."""
        told = PlaybookDiff(
            pair.new or pair.old,
            pair.change,
            pair.edits,
            formerly=pair.old if pair.change is Change.RENAMED else "",
            inside=self._inside(pair),
            keys_are_integers=_integers(self._before, pair.old) or _integers(self._after, pair.new),
        )
        try:
            return self._counted(told, pair)
        except SourceFault as fault:
            return replace(told, error=str(fault))

    def _counted(self, told: PlaybookDiff, pair: _Pair) -> PlaybookDiff:
        old, new = self._before.bound.get(pair.old), self._after.bound.get(pair.new)
        now = self._matched(self._after, new) if new else None
        if old and new and _ask_the_same(old, new):
            was = now
        else:
            was = self._matched(self._before, old) if old else None
        gained, lost = _gained_and_lost(was, now, is_other=_of_other_entities(old, new))
        return replace(
            told,
            before=len(was.keys) if was else 0,
            after=len(now.keys) if now else 0,
            gained=gained,
            lost=lost,
            entering=(_entering(old, was), _entering(new, now)),
            held=self._held(new, now) if new and now else "",
        )

    def _matched(self, side: Side, playbook: BoundPlaybook) -> Matched:
        place = side.place
        assert place is not None
        known = known_now(self._ledger, playbook)
        with place.sources(self._ledger) as snapshot:
            world = world_on(place, snapshot, self._as_of, self._ledger)
            world.check(known, {})
            return select(known, self._firing(side), world, self._ledger, run="")

    def _firing(self, side: Side) -> Firing:
        assert side.place is not None
        policy, names = side.place.settings.policy, frozenset(side.bound)
        return Firing(self._as_of, "", "", first_run=policy.first_run, playbooks=names)

    def _held(self, playbook: BoundPlaybook, found: Matched) -> str:
        firing = self._firing(self._after)
        return report_of(playbook, firing, found, before=None, sources={}).held

    def _inside(self, pair: _Pair) -> tuple[Inside | Gone, ...] | None:
        if self._ledger is None:
            return None
        if pair.new:
            place = self._after.place
            assert place is not None
            known = known_now(self._ledger, self._after.bound[pair.new])
            versions = Shelf(place.project, place.catalog, self._ledger, known)
            with self._ledger.read() as unit:
                return older_versions(unit, known, versions.as_it_was)
        with self._ledger.read() as unit:
            found = insiders(unit, pair.old)
        return tuple(Gone(each.step, each.people, each.version) for each in found)


def _ask_the_same(old: BoundPlaybook, new: BoundPlaybook) -> bool:
    """Whether both let the same people in, so that they need be asked for once only."""
    told_apart = (
        (each.name, each.audience, each.entry, each.exit_when, each.goal, each.per, each.each)
        for each in (old, new)
    )
    first, second = told_apart
    return first == second


def _of_other_entities(old: BoundPlaybook | None, new: BoundPlaybook | None) -> bool:
    return bool(old and new and old.audience.entity.name != new.audience.entity.name)


def _gained_and_lost(
    was: Matched | None, now: Matched | None, *, is_other: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who matches that did not, and the other way round; keys of another entity are others."""
    before, after = (tuple(found.keys.texts()) if found else () for found in (was, now))
    if is_other:
        return after, before
    then, today = frozenset(before), frozenset(after)
    return (
        tuple(key for key in after if key not in then),
        tuple(key for key in before if key not in today),
    )


def _entering(playbook: BoundPlaybook | None, found: Matched | None) -> int:
    is_running = playbook is not None and playbook.status is Status.ACTIVE
    return sum(each.number for each in found.would) if found and is_running else 0


def _integers(side: Side, name: str) -> bool:
    bound = side.bound.get(name)
    return bound is not None and bound.audience.entity.key.kind is Kind.INTEGER
