"""What a pass came to beside what was expected of it: pure, one miss for each difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.bind.examples import steps_named
from engine.bind.playbook import BoundPlaybook
from engine.examples.came import Came, Closing, Exit, Level, Skip, Told
from engine.language.examples import (
    Expected,
    ExpectedClosing,
    ExpectedExit,
    ExpectedLevel,
    ExpectedSkip,
    ExpectedTouch,
    KeyText,
)
from engine.places import Place

__all__ = ["Miss", "judge"]

_LONGEST = 300  # characters of a body that a message repeats


@dataclass(frozen=True, slots=True)
class Miss:
    """One difference. `key` is of whom to tell why, empty where nobody needs to be asked.

    `of_segment` says that only the conditions of the segment decided.
    """

    place: Place
    expected: str
    found: str
    key: str = ""
    of_segment: bool = False


def judge(expect: Expected, came: Came, playbook: BoundPlaybook) -> Iterator[Miss]:
    """The differences of a pass, as the lists stand in the file; what is not said is not asked."""
    places = expect.places
    if expect.segment is not None:
        found = _keys(expect.segment, came.segment, places["segment"], what="in the segment")
        yield from (replace(miss, of_segment=True) for miss in found)
    if expect.entered is not None:
        yield from _keys(expect.entered, came.entered, places["entered"], what="to enter")
    if expect.touches is not None:
        yield from _touches(expect.touches, came, playbook, place=places["touches"])
    if expect.skips is not None:
        yield from _skips(expect.skips, came, playbook, place=places["skips"])
    if expect.left is not None:
        yield from _exits(expect.left, came.left, places["left"])
    if expect.levels is not None:
        yield from _levels(expect.levels, came.levels, places["levels"])
    if expect.closed is not None:
        yield from _closings(expect.closed, came.closed, places["closed"])


# ---------------------------------------------------------------- keys


def _keys(
    expected: Sequence[KeyText], found: Sequence[str], place: Place, *, what: str
) -> Iterator[Miss]:
    wanted = [str(key) for key in expected]
    has = f"found {_listed(found)}"
    for key in dict.fromkeys(wanted):
        if key not in found:
            yield Miss(place, f"expected {key} {what}", has, key)
    for key in found:
        if key not in wanted:
            yield Miss(place, f"expected only {_listed(wanted)} {what}", f"found also {key}", key)


def _listed(keys: Iterable[object]) -> str:
    return ", ".join(str(key) for key in keys) or "nobody"


# ---------------------------------------------------------------- touches


def _touches(
    expected: Sequence[ExpectedTouch], came: Came, playbook: BoundPlaybook, *, place: Place
) -> Iterator[Miss]:
    left = list(came.touches)
    for each in expected:
        ids = steps_named(each.step, playbook)
        near = [told for told in left if told.concerns(str(each.key)) and told.step in ids]
        right = next((told for told in near if not _differences(each, told)), None)
        chosen = right or next(iter(near), None)
        if chosen is None:
            yield _nothing(each, ids, came)
            continue
        left.remove(chosen)
        for wanted, has in _differences(each, chosen):
            yield Miss(each.place, f"{each.step} for {each.key}: expected {wanted}", has)
    for told in left:
        yield Miss(place, "expected nothing else to go out", f"found {told}", told.key)


def _nothing(each: ExpectedTouch, ids: frozenset[str], came: Came) -> Miss:
    key = str(each.key)
    skip = next((s for s in came.skips if s.key == key and s.step in ids), None)
    others = [str(told) for told in came.touches if told.concerns(key)]
    found = f"found only {'; '.join(others)}" if others else "nothing went out"
    if skip is not None:
        detail = f": {skip.detail}" if skip.detail else ""
        found = f"it did not go out: {skip.reason}{detail}"
    return Miss(each.place, f"expected {each.step} for {each.key}", found, "" if skip else key)


def _differences(each: ExpectedTouch, told: Told) -> list[tuple[str, str]]:
    """What was expected of a touch and is not so, with what is there."""
    found: list[tuple[str, str]] = []
    if each.to and each.to != told.to:
        found.append((f"it to go to {each.to}", f"it went to {told.to or 'nobody by name'}"))
    if each.subject is not None and each.subject != told.subject:
        found.append((f"the subject `{each.subject}`", f"it is `{told.subject}`"))
    for part in each.subject_contains:
        if part not in told.subject:
            found.append((f"`{part}` in the subject", f"it is `{told.subject}`"))
    body = _one_line(told.body)
    for part in each.body_contains:
        if _one_line(part) not in body:
            found.append((f"`{part}` in the body", f"it says: {_shortened(body)}"))
    return found


def _one_line(text: str) -> str:
    """Where lines break says nothing."""
    return " ".join(text.split())


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


# ---------------------------------------------------------------- skips and exits


def _skips(
    expected: Sequence[ExpectedSkip], came: Came, playbook: BoundPlaybook, *, place: Place
) -> Iterator[Miss]:
    left = list(came.skips)
    for each in expected:
        ids = steps_named(each.step, playbook)
        near = [skip for skip in left if skip.key == str(each.key) and skip.step in ids]
        chosen = next((s for s in near if s.reason == each.reason), None) or next(iter(near), None)
        wanted = f"expected {each.step} for {each.key} to be skipped ({each.reason})"
        if chosen is None:
            went = any(t.concerns(str(each.key)) and t.step in ids for t in came.touches)
            has = "it went out" if went else "it was not come to"
            yield Miss(each.place, wanted, has, str(each.key))
            continue
        left.remove(chosen)
        if chosen.reason != each.reason:
            yield Miss(each.place, wanted, f"the reason is {_reason(chosen)}")
    for skip in left:
        yield Miss(place, "expected no other skip", f"found {skip}")


def _reason(skip: Skip) -> str:
    return f"{skip.reason}: {skip.detail}" if skip.detail else skip.reason


def _exits(expected: Sequence[ExpectedExit], found: Sequence[Exit], place: Place) -> Iterator[Miss]:
    left = list(found)
    for each in expected:
        chosen = next((exit_ for exit_ in left if exit_.key == str(each.key)), None)
        because = f" ({each.reason})" if each.reason else ""
        wanted = f"expected {each.key} to leave: {each.outcome}{because}"
        if chosen is None:
            yield Miss(each.place, wanted, "it did not leave", str(each.key))
            continue
        left.remove(chosen)
        if chosen.outcome != each.outcome or (each.reason and each.reason != chosen.reason):
            yield Miss(each.place, wanted, f"found {chosen}")
    for exit_ in left:
        yield Miss(place, "expected nobody else to leave", f"found {exit_}", exit_.key)


# ---------------------------------------------------------------- levels of the goal


def _levels(
    expected: Sequence[ExpectedLevel], found: Sequence[Level], place: Place
) -> Iterator[Miss]:
    came = {each.key: each.level for each in found}
    for each in expected:
        level = came.pop(str(each.key), None)
        if level != each.level:
            has = "it came to no higher level" if level is None else f"it came to {level}"
            wanted = f"expected {each.key} to come to the level {each.level}"
            yield Miss(each.place, wanted, has, str(each.key))
    for key, level in came.items():
        yield Miss(place, "expected nobody else at a new level", f"found {key} at {level}", key)


# ---------------------------------------------------------------- tasks that were closed


def _closings(
    expected: Sequence[ExpectedClosing], found: Sequence[Closing], place: Place
) -> Iterator[Miss]:
    left = list(found)
    for each in expected:
        mine = [one for one in left if (one.key, one.step) == (str(each.key), each.step.name)]
        because = f" ({each.reason})" if each.reason else ""
        wanted = f"expected the task {each.step.name} for {each.key} to be closed{because}"
        if not mine:
            yield Miss(each.place, wanted, "it was not closed", str(each.key))
            continue
        chosen = next((one for one in mine if one.reason == each.reason), mine[0])
        left.remove(chosen)
        if each.reason and chosen.reason != each.reason:
            yield Miss(each.place, wanted, f"the reason is {chosen.reason}")
    for one in left:
        yield Miss(place, "expected no other task to be closed", f"found {one}", one.key)
