"""What changed between two states of a file, in words: from its structure, not from its lines.

Steps are told apart by their ids, conditions in a list by what they say; the order of conditions,
keys and formatting changes nothing. Pure.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Edit", "edits", "step_edits", "text_edits"]

_LONGEST = 200  # characters of one side that are shown
_NESTING = ("all", "any", "none", "not")
_CONDITIONS = frozenset({"exit_when", "when", "only_if", "if", "wait_for", "close_when"})
_BRANCHES = ("then", "else")
_NAMES = ("id", "formerly")


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that reads otherwise: where, and both sides; empty where there was or is none."""

    where: str
    old: str
    new: str


def edits(old: object, new: object, where: str = "") -> Iterator[Edit]:
    """What changed between two values of YAML, `where` being the way to them."""
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and not _is_condition(where):
        for key in dict.fromkeys([*old, *new]):
            yield from _of_key(old, new, key, where=f"{where}.{key}" if where else str(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, where)
    else:
        yield Edit(where, _line(old), _line(new))


def _of_key(
    old: Mapping[str, object], new: Mapping[str, object], key: str, *, where: str
) -> Iterator[Edit]:
    if key in old and key in new:
        yield from edits(old[key], new[key], where)
    elif key in old:
        yield Edit(where, _line(old[key]), "")
    else:
        yield Edit(where, "", _line(new[key]))


def _is_condition(where: str) -> bool:
    """Whether a mapping stands for one condition, which is told whole."""
    return where.rpartition(".")[2] in _CONDITIONS


# ---------------------------------------------------------------- lists


def _of_lists(old: Sequence[object], new: Sequence[object], where: str) -> Iterator[Edit]:
    gone = _without(old, new)
    come = _without(new, old)
    if not gone and not come:
        if where.startswith("steps") or not _is_unordered(old):
            yield Edit(where, _line(list(old)), _line(list(new)))
        return
    for left, right in _paired(gone, come):
        if left is not None and right is not None and (both := _nested(left, right)):
            yield from edits(*both, where=f"{where}.{_head(left)}")
        else:
            yield Edit(where, _line(left), _line(right))


def _is_unordered(values: Sequence[object]) -> bool:
    """A list of conditions holds or not in any order; one of persons or texts is a ranking."""
    return all(isinstance(each, dict) for each in values)


def _without(values: Sequence[object], others: Sequence[object]) -> list[object]:
    """The values that have no equal among the others, each of which stands for one."""
    left = list(others)
    found = []
    for value in values:
        if value in left:
            left.remove(value)
        else:
            found.append(value)
    return found


def _paired(
    gone: Sequence[object], come: Sequence[object]
) -> Iterator[tuple[object | None, object | None]]:
    """What is gone beside what came in its place: the nearest of those about the same."""
    rest = list(come)
    for value in gone:
        near = [each for each in rest if _head(each) == _head(value)]
        if near:
            best = max(near, key=lambda each: _likeness(value, each))
            rest.remove(best)
            yield value, best
        else:
            yield value, None
    yield from ((None, each) for each in rest)


def _likeness(one: object, other: object) -> float:
    return difflib.SequenceMatcher(None, _line(one), _line(other)).ratio()


def _head(value: object) -> str:
    """What a condition is about: its first word."""
    return str(next(iter(value), "")) if isinstance(value, dict) else ""


def _nested(old: object, new: object) -> tuple[object, object] | None:
    """The lists inside two groups of conditions of the same kind."""
    if not isinstance(old, dict) or not isinstance(new, dict) or len(old) != 1 or len(new) != 1:
        return None
    head = _head(old)
    both = old[head], new[head]
    return both if head in _NESTING and all(isinstance(each, list) for each in both) else None


# ---------------------------------------------------------------- steps


@dataclass(frozen=True, slots=True)
class _Step:
    words: Mapping[str, object]
    inside: str


def step_edits(
    old: object, new: object, old_ids: Sequence[str], new_ids: Sequence[str]
) -> Iterator[Edit]:
    """What changed of the steps of a playbook; the ids are theirs, as they stand on the page."""
    before = dict(zip(old_ids, _walk(old, ""), strict=True))
    after = dict(zip(new_ids, _walk(new, ""), strict=True))
    renamed = {
        former: id_
        for id_, step in after.items()
        for former in _former(step)
        if former in before and former not in after
    }
    for id_, step in before.items():
        now = renamed.get(id_, id_)
        if now not in after:
            yield Edit(f"step {id_}", _line(_plain(step)), "")
            continue
        if now != id_:
            yield Edit(f"step {now}: id", id_, now)
        yield from edits(dict(_plain(step)), dict(_plain(after[now])), f"step {now}")
    for id_, step in after.items():
        if id_ not in before and id_ not in renamed.values():
            yield Edit(f"step {id_}", "", _line(_plain(step)))
    yield from _moved([renamed.get(id_, id_) for id_ in before], list(after))


def _former(step: _Step) -> Sequence[str]:
    former = step.words.get("formerly", ())
    return [str(each) for each in former] if isinstance(former, list) else []


def _moved(before: Sequence[str], after: Sequence[str]) -> Iterator[Edit]:
    """The order of the steps that stayed, where it is another."""
    stayed = [id_ for id_ in before if id_ in after]
    now = [id_ for id_ in after if id_ in before]
    if stayed != now:
        yield Edit("order of the steps", ", ".join(stayed), ", ".join(now))


def _plain(step: _Step) -> Mapping[str, object]:
    """What a step says itself: not its id, nor the steps inside it."""
    said = {key: value for key, value in step.words.items() if key not in (*_NAMES, *_BRANCHES)}
    if isinstance(ways := said.get("split"), list):
        said["split"] = [{k: v for k, v in way.items() if k != "steps"} for way in ways]
    return said | ({"inside": step.inside} if step.inside else {})


def _walk(steps: object, inside: str) -> Iterator[_Step]:
    """Every step as it stands on the page, with the branch that it is in."""
    for step in steps if isinstance(steps, list) else ():
        yield _Step(step, inside)
        verb = next(iter(step), "")
        for word in _BRANCHES:
            yield from _walk(step.get(word), f"{word} of {verb}")
        for way in step.get("split", ()):
            yield from _walk(way.get("steps"), f"the way {way['name']}")


# ---------------------------------------------------------------- texts


def text_edits(old: str, new: str, where: str) -> Iterator[Edit]:
    """What changed of a message: the lines that are gone, and those that came."""
    if old == new:
        return
    gone, come = [], []
    for line in difflib.ndiff(old.splitlines(), new.splitlines()):
        if line.startswith("- "):
            gone.append(line[2:].strip())
        elif line.startswith("+ "):
            come.append(line[2:].strip())
    yield Edit(
        where, _short(" / ".join(filter(None, gone))), _short(" / ".join(filter(None, come)))
    )


def _line(value: object) -> str:
    """A value of YAML on one line, as people would write it."""
    match value:
        case None:
            return ""
        case dict():
            return _short(", ".join(f"{key}: {_flow(each)}" for key, each in value.items()))
        case list():
            return _short(", ".join(_flow(each) for each in value))
        case _:
            return _short(_flow(value))


def _flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str():
            return " ".join(value.split())
        case _:
            return json.dumps(value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
