"""Whether everyone goes the way that the playbook says: in order, into the right branch, and out.

A stay that keeps to one version is walked again from the first step, by its file alone; what hung
on a condition is noted in the pass in which it was decided.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.year.answers import WENT, holds, own_touches
from tests.year.house import House
from tests.year.record import Record, Stay

__all__ = ["Walk", "share_of"]

Spec = Mapping[str, Any]
Steps = Sequence[Spec]


def share_of(*names: str) -> float:
    """Where names fall between 0 and 1: what is below a share is below every larger one."""
    said = json.dumps(names, separators=(",", ":"))
    return int(hashlib.sha256(said.encode()).hexdigest()[:13], 16) / 16**13


@dataclass
class _Path:
    """What a walk came by; `at` is the step that is not over yet, None where all are."""

    over: list[str] = field(default_factory=list)
    at: Spec | None = None


@dataclass
class Walk:
    """Follows the stays of a house from pass to pass."""

    house: House
    ways: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def look(self, record: Record, versions: Mapping[str, set[str]]) -> None:
        """What must hold after a pass; `versions` are all that each stay ever had."""
        self.record = record
        self._over: dict[str, dict[str, Any]] = {stay: {} for stay in record.stays}
        for row in record.passed:
            root = self.house.roots[row.step]
            self._over[row.enrollment][root] = row
            if (row.enrollment, root) not in self.seen:
                self.seen.add((row.enrollment, root))
                self._note(record.stays[row.enrollment], root)
                self._was_passed_over_rightly(record.stays[row.enrollment], root, row)
        for stay in record.stays.values():
            steps = self.house.said.get(stay.version)
            if steps and len(versions[stay.id]) == 1 and not stay.holdout:
                self._goes_as_written(stay, steps)

    # ------------------------------------------------------------ where the ways part

    def _note(self, stay: Stay, root: str) -> None:
        """Which way somebody had to take at a step that is over since this pass."""
        spec = self.house.specs[root]
        for verb in ("if", "wait_for"):
            if verb in spec:
                met = holds(self.house, self.record, stay, spec[verb])
                self.ways[stay.id, root] = "then" if met else "else"

    def _was_passed_over_rightly(self, stay: Stay, root: str, row: Any) -> None:
        """What only a condition can pass over, it passes over where it does not hold."""
        spec = self.house.specs[root]
        others = {"hold_while", "digest"} & set(spec)
        if row.became == "skipped" and "only_if" in spec and not others:
            is_wanted = holds(self.house, self.record, stay, spec["only_if"])
            assert not is_wanted, ("passed over though its `only_if` holds", row, stay)

    def _way(self, stay: Stay, spec: Spec) -> Steps:
        root = self.house.roots[spec["id"]]
        if "split" not in spec:
            way: Steps = spec[self.ways[stay.id, root]]
            return way
        place, reached = share_of("split", self._first_name(stay), root, stay.key), 0
        for branch in spec["split"]:
            reached += int(branch["share"].removesuffix("%"))
            if place < reached / 100:
                found: Steps = branch["steps"]
                return found
        raise AssertionError("shares add up to 100%")

    def _first_name(self, stay: Stay) -> str:
        return self.house.first_names[stay.playbook]

    # ------------------------------------------------------------ the way

    def _goes_as_written(self, stay: Stay, steps: Steps) -> None:
        roots, path = self.house.roots, _Path()
        self._follow(stay, steps, path)
        over = self._over[stay.id]
        astray = set(over) - set(path.over)
        assert not astray, ("passed steps that are not on its way", astray, path, stay)
        for root in path.over:
            self._was_let_through(stay, root, over[root])
        if stay.left_at is None:
            at = path.at and roots[path.at["id"]]
            assert at == roots[stay.step], ("stands beside its way", path, stay)
        elif stay.outcome == "completed":
            self._is_at_the_end(stay, steps, path)
        elif stay.reason == "enough":
            assert "exit" in (path.at or ()), ("no exit there", path, stay)
        elif stay.reason.startswith("failed at"):
            assert path.at is not None, ("failed nowhere", stay)
            self._failed(stay, path.at)

    def _follow(self, stay: Stay, steps: Steps, path: _Path, *, done: str = "") -> bool:
        """Along some steps as far as they are over; whether all are. `done` counts as over."""
        over, roots = self._over[stay.id], self.house.roots
        for spec in steps:
            root = roots[spec["id"]]
            if root not in over and root != done:
                path.at = spec
                return False
            if root in over:
                path.over.append(root)
            parts = any(verb in spec for verb in ("if", "wait_for", "split"))
            if not parts or over[root].became == "skipped":
                continue
            if not self._follow(stay, self._way(stay, spec), path, done=done):
                return False
        return True

    def _is_at_the_end(self, stay: Stay, steps: Steps, path: _Path) -> None:
        last = path.at
        if last is not None:
            assert not {"exit", "if", "wait_for", "split"} & set(last), ("no end", path, stay)
            is_through = self._follow(stay, steps, _Path(), done=self.house.roots[last["id"]])
            assert is_through, ("completed before the end", path, stay)
            self._went_on(stay, last)

    def _was_let_through(self, stay: Stay, root: str, row: Any) -> None:
        """A step that is over was not failed at; one that was passed over had a reason for it."""
        spec = self.house.specs[root]
        if row.became != "skipped":
            self._went_on(stay, spec)
            return
        may_be = "only_if" in spec or spec.get("hold_while", {}).get("then") == "skip"
        fails = "digest" in spec and spec.get("on_failure", "continue") == "continue"
        assert may_be or fails, ("passed over without a cause", row, stay)

    def _went_on(self, stay: Stay, spec: Spec) -> None:
        went = self._went_out(stay, spec)
        assert went is not False or spec.get("on_failure", "continue") == "continue", (
            "went on",
            spec,
            stay,
        )

    def _failed(self, stay: Stay, spec: Spec) -> None:
        assert spec.get("on_failure") == "exit", ("should have gone on", spec, stay)
        went = self._went_out(stay, spec)
        assert went is not True, ("left, though it went out", spec, stay)

    def _went_out(self, stay: Stay, spec: Spec) -> bool | None:
        """Whether all that a step made, but for copies, went out or may have; None: nothing."""
        made = own_touches(self.house, self.record, stay, self.house.roots[spec["id"]])
        states = {each.state for each in made if not each.copy_of}
        return states <= WENT if states else None
