"""Which conditions the examples of a playbook never saw hold or fail, and which steps never came.

The conditions are explained with the compiler that passes ask with: segment, exit and goal of
whoever is given, those of a step of who stands at it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.answers import key_of
from engine.audience.explain import Node, explain
from engine.audience.snapshot import Snapshot
from engine.audience.stays import Own
from engine.bind.acts import denied_of, every_step
from engine.bind.conditions import Condition
from engine.bind.playbook import BoundPlaybook
from engine.examples.stage import Stage
from engine.examples.stays import latest_stay, own_stay

__all__ = ["Coverage", "Gap", "Watcher", "Watching", "closing_of"]


Standing = Collection[tuple[str, str]]
"""Keys, each with a step at which it is."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A condition that was `never` true, never false, or never asked, and where it stands."""

    where: str
    condition: str
    never: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What examples leave untried of one playbook; both counts are of nodes of conditions."""

    playbook: str
    asked: int
    covered: int
    gaps: tuple[Gap, ...]
    steps_never_reached: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    condition: str
    answers: set[bool] = field(default_factory=set)


@dataclass(slots=True)
class Watcher:
    """Keeps what was seen of one playbook, over all its examples."""

    playbook: BoundPlaybook
    seen: dict[tuple[str, tuple[int, ...]], _Seen] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def before(
        self, stage: Stage, keys: Sequence[str], at: datetime, *, standing: Standing
    ) -> None:
        """Just before a pass: segment, exit and goal of everyone, and of steps what who stands."""
        asked = [(key, where) for key in keys for where in ("", *_steps_of(standing, key))]
        self._look(stage, asked, at)

    def after(self, stage: Stage, at: datetime, *, standing: Standing) -> None:
        """Just after it: the conditions of the steps that people came to in it."""
        self.reached |= {step for _, step in standing}
        self._look(stage, standing, at)

    def _look(self, stage: Stage, asked: Iterable[tuple[str, str]], at: datetime) -> None:
        with stage.workplace.sources(stage.memory.ledger) as snapshot:
            for key, step in asked:
                self._of_one(stage, snapshot, key, at, step=step)

    def coverage(self) -> Coverage:
        """What is left untried."""
        everywhere = [where for where, _ in _conditions(self.playbook)]
        gaps = [Gap(where, "", "asked") for where in everywhere if (where, ()) not in self.seen]
        gaps += [
            Gap(where, each.condition, "false" if True in each.answers else "true")
            for (where, _), each in self.seen.items()
            if len(each.answers) < 2
        ]
        steps = [step.id for step in every_step(self.playbook.steps)]
        covered = sum(len(each.answers) == 2 for each in self.seen.values())
        never = tuple(step for step in steps if step not in self.reached)
        return Coverage(self.playbook.name, len(self.seen), covered, tuple(gaps), never)

    def _of_one(
        self, stage: Stage, snapshot: Snapshot, key: str, at: datetime, *, step: str
    ) -> None:
        native = key_of(key, self.playbook.audience)
        for where, condition in _conditions(self.playbook):
            if not _is_asked(where, step):
                continue
            audience = replace(self.playbook.audience, condition=condition)
            own = self._stay(stage, where, key, at)
            node = explain(audience, native, snapshot, at, own=own)
            if node is not None:
                self._note(where, (), node)

    def _stay(self, stage: Stage, where: str, key: str, at: datetime) -> Own | None:
        if where == _SEGMENT:
            return None
        if _step_of(where):
            return latest_stay(stage, self.playbook, key)
        return own_stay(stage, self.playbook, key, at)

    def _note(self, where: str, path: tuple[int, ...], node: Node) -> None:
        seen = self.seen.setdefault((where, path), _Seen(node.condition))
        seen.answers.add(node.holds)
        for n, child in enumerate(node.children):
            self._note(where, (*path, n), child)


_SEGMENT = "segment"


@dataclass(slots=True)
class Watching:
    """The watchers of all playbooks that are tried, by name."""

    watchers: dict[str, Watcher] = field(default_factory=dict)

    def of(self, playbook: BoundPlaybook) -> Watcher:
        """The one of a playbook."""
        return self.watchers.setdefault(playbook.name, Watcher(playbook))

    def coverage(self) -> tuple[Coverage, ...]:
        """What is left untried of each."""
        return tuple(self.watchers[name].coverage() for name in sorted(self.watchers))


def _conditions(playbook: BoundPlaybook) -> Iterator[tuple[str, Condition]]:
    """All conditions of a playbook, each with where it stands."""
    yield _SEGMENT, playbook.audience.condition
    if playbook.exit_when is not None:
        yield "exit_when", playbook.exit_when
    if playbook.goal is not None:
        yield "goal", playbook.goal.when
        yield from ((f"level {each.name}", each.when) for each in playbook.goal.levels)
    for step in every_step(playbook.steps):
        yield from ((f"{word} of {step.id}", each) for word, each in denied_of(step))


def closing_of(step: str) -> str:
    """Where the condition stands that closes the task of a step, for who no longer stands there."""
    return f"close_when of {step}"


def _is_asked(where: str, about: str) -> bool:
    """Whether a condition is among those of a step, or of none; or the very one that is named."""
    return about == (where if " of " in about else _step_of(where))


def _steps_of(standing: Standing, key: str) -> list[str]:
    return [step for who, step in standing if who == key]


def _step_of(where: str) -> str:
    return where.partition(" of ")[2]
