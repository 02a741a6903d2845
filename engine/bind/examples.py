"""Examples with everything looked up: rows as columns, steps as ids, times as instants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.bind.acts import (
    BoundEmail,
    BoundStep,
    BoundTask,
    BoundUpdate,
    BoundWebhook,
    every_step,
)
from engine.bind.catalog import Catalog
from engine.bind.findings import Findings, or_unreadable, wrong
from engine.bind.former import not_run_by_itself
from engine.bind.given import NewRow, known_keys, rows_given
from engine.bind.playbook import BoundPlaybook
from engine.language.examples import (
    Approved,
    Done,
    Example,
    Expected,
    ExpectedClosing,
    ExpectedLevel,
    ExpectedSkip,
    ExpectedTouch,
    KeyText,
    Named,
    Said,
    Scene,
)
from engine.language.playbook import OpenTasks
from engine.language.project import Project, WebhookChannel
from engine.moments import (
    At,
    Day,
    MomentError,
    instant,
    parse_duration,
    parse_moment,
    shift_local,
    start_of_day,
)
from engine.places import Place
from engine.problems import Invalid, did_you_mean
from engine.records import dataclass

__all__ = ["BoundExample", "BoundScene", "bind_example", "steps_named", "unknown_playbook"]

_LATER = re.compile(r"\+\s*(.+)")
_STATUS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class BoundScene:
    """One pass: the rows that are there by then, and what is said and expected of it."""

    at: datetime
    rows: tuple[NewRow, ...]
    declared: Scene


@dataclass(frozen=True, slots=True)
class BoundExample:
    """An example that can be carried out; `keys` are those of the entity that are ever given."""

    playbook: BoundPlaybook
    scenes: tuple[BoundScene, ...]
    keys: tuple[str, ...] = ()


def unknown_playbook(example: Example, project: Project) -> Invalid:
    """The problem of a test of a playbook that does not exist, or of one that is broken."""
    name = example.playbook
    hint = did_you_mean(name, project.playbooks)
    message = f"there is no playbook `{name}` to test"
    if name in project.blueprints:
        message, hint = not_run_by_itself(name)
    unknown = wrong(example.place, "unknown-playbook", message, hint=hint)
    return or_unreadable(unknown, "playbook", name, project)


def bind_example(
    example: Example, playbook: BoundPlaybook, project: Project, catalog: Catalog
) -> BoundExample:
    """An example of a playbook, its names looked up.

    Raises:
        Invalid: with every problem of it.
    """
    zone = ZoneInfo(project.settings.timezone)
    binder = _Binder(playbook, project, catalog, zone)
    with Findings() as found:
        times = found.attempt(lambda: _times(example.scenes, zone))
        known: set[str] = set()
        scenes = [
            found.attempt(partial(binder.scene, scene, at, known))
            for scene, at in zip(example.scenes, times or (), strict=False)
        ]
        keys = tuple(known_keys(known, playbook.audience.entity.name))
        return BoundExample(playbook, tuple(scenes), keys)


# ---------------------------------------------------------------- times


def _times(scenes: Iterable[Scene], zone: ZoneInfo) -> list[datetime]:
    """The instants of the scenes; later ones count from the first."""
    times: list[datetime] = []
    with Findings() as found:
        for scene in scenes:
            first = times[0] if times else None
            at = found.attempt(partial(_time, scene, first, zone))
            if at is None and not times:
                break
            times.append(at)
        for (_, before), (scene, at) in pairwise(zip(scenes, times, strict=False)):
            if before and at and at <= before:
                found.attempt(partial(_refuse_backwards, scene))
    return times


def _time(scene: Scene, first: datetime | None, zone: ZoneInfo) -> datetime:
    try:
        later = _LATER.fullmatch(scene.at.strip())
        if later and first is not None:
            return shift_local(first, parse_duration(later[1]), zone)
        moment = parse_moment(scene.at)
        if isinstance(moment, At):
            return instant(moment.when, zone)
        if isinstance(moment, Day):
            return start_of_day(moment.on, zone)
    except MomentError:
        pass  # what else a moment may be in a condition is no instant here
    expected = "a date or timestamp, as `2026-03-10T09:00`"
    expected += "" if first is None else ", or a duration from `as_of`, as `+5 days`"
    message = f"`{scene.at}` names no instant; expected {expected}"
    raise wrong(scene.at_place, "bad-moment", message)


def _refuse_backwards(scene: Scene) -> None:
    message = f"`{scene.at}` is not later than the pass before it"
    hint = "each `at` counts from `as_of`: the times go up, as `+5 days`, then `+7 days`"
    raise wrong(scene.at_place, "bad-order", message, hint=hint)


# ---------------------------------------------------------------- what is said of steps and keys


def steps_named(named: Named, playbook: BoundPlaybook) -> frozenset[str]:
    """The ids of the steps that a name stands for; empty where there is none."""
    return frozenset(
        step.id
        for step in every_step(playbook.steps)
        if named.name in _names_of(step) and named.verb in ("step", _verb_of(step))
    )


def _verb_of(step: BoundStep) -> str:
    match step:
        case BoundEmail():
            return "email"
        case BoundTask():
            return "task"
        case BoundWebhook():
            return "webhook"
        case BoundUpdate():
            return "update"
        case _:
            return ""


def _names_of(step: BoundStep) -> tuple[str, ...]:
    match step:
        case BoundEmail():
            return (step.id, step.template.name)
        case BoundWebhook():
            return (step.id, step.channel)
        case BoundUpdate():
            return (step.id, step.entity.name)
        case _:
            return (step.id,)


@dataclass(frozen=True, slots=True)
class _Binder:
    """Looks at what a scene says beside its rows."""

    playbook: BoundPlaybook
    project: Project
    catalog: Catalog
    zone: ZoneInfo

    def scene(self, scene: Scene, at: datetime, known: set[str]) -> BoundScene:
        """A scene at its instant; the keys that it makes known are added."""
        with Findings() as found:
            rows = found.attempt(
                lambda: rows_given(scene.given, self.catalog, at, self.zone, known=known)
            )
            found.attempt(lambda: self.check(scene, known))
            return BoundScene(at, rows, scene)

    def check(self, scene: Scene, known: set[str]) -> None:
        """Raise Invalid with all that names nothing."""
        keys = known_keys(known, self.playbook.audience.entity.name)
        expect = scene.expect
        with Findings() as found:
            found.each(scene.answers, self._answers)
            found.each(scene.done, lambda each: self._done(each, keys))
            found.each(scene.approved, lambda each: self._approved(each, keys))
            found.each(self._lists(expect), lambda pair: self._key(*pair, keys))
            listed: list[ExpectedTouch | ExpectedSkip] = [*(expect.touches or ())]
            for touch in (*listed, *(expect.skips or ())):
                found.attempt(partial(self._key, touch.key, touch.place, keys))
                found.attempt(partial(self._step, touch.step))
            for exit_ in expect.left or ():
                found.attempt(partial(self._key, exit_.key, exit_.place, keys))
            for level in expect.levels or ():
                found.attempt(partial(self._key, level.key, level.place, keys))
                found.attempt(partial(self._level, level))
            for closing in expect.closed or ():
                found.attempt(partial(self._key, closing.key, closing.place, keys))
                found.attempt(partial(self._step, closing.step))
                found.attempt(partial(self._closing, closing))

    def _lists(self, expect: Expected) -> Iterator[tuple[KeyText, Place]]:
        for name, listed in (("segment", expect.segment), ("entered", expect.entered)):
            yield from ((key, expect.places[name]) for key in listed or ())

    def _key(self, key: KeyText, place: Place, keys: list[str]) -> None:
        if str(key) in keys:
            return
        entity = self.playbook.audience.entity.name
        message = f"no {entity} is given with the key {key}"
        raise wrong(place, "unknown-key", message, hint=did_you_mean(str(key), keys))

    def _level(self, expected: ExpectedLevel) -> None:
        goal = self.playbook.goal
        names = [each.name for each in goal.levels] if goal else []
        if expected.level not in names:
            message = f"the goal of {self.playbook.name} has no level `{expected.level}`"
            hint = did_you_mean(expected.level, names)
            raise wrong(expected.place, "unknown-level", message, hint=hint)

    def _closing(self, closing: ExpectedClosing) -> None:
        """What keeps a task open whatever happens is not expected to close."""
        for step in every_step(self.playbook.steps):
            if not isinstance(step, BoundTask) or step.id != closing.step.name:
                continue
            if closing.reason != "left" and step.close_when is not None:
                return
            if closing.reason != "close_when" and self.playbook.open_tasks is OpenTasks.CLOSE:
                return
            message = f"the task {step.id} is never closed{_FOR_LACK_OF[closing.reason]}"
            raise wrong(closing.place, "never-closed", message, hint=_CLOSED_BY[closing.reason])

    def _step(self, named: Named) -> None:
        if steps_named(named, self.playbook):
            return
        steps = [s for s in every_step(self.playbook.steps) if named.verb in ("step", _verb_of(s))]
        what = "step" if named.verb == "step" else f"{named.verb} step"
        message = f"{self.playbook.name} has no {what} `{named.name}`"
        hint = did_you_mean(named.name, [name for s in steps for name in _names_of(s)])
        raise wrong(named.place, "unknown-step", message, hint=hint)

    def _done(self, done: Done, keys: list[str]) -> None:
        with Findings() as found:
            found.attempt(lambda: self._key(done.key, done.place, keys))
            found.attempt(lambda: self._step(done.step))
            found.attempt(lambda: self._outcome(done))

    def _approved(self, approved: Approved, keys: list[str]) -> None:
        with Findings() as found:
            found.attempt(lambda: self._key(approved.key, approved.place, keys))
            found.attempt(lambda: self._step(approved.step))
            found.attempt(lambda: self._draft(approved.step))

    def _draft(self, named: Named) -> None:
        ids = steps_named(named, self.playbook)
        mails = [s for s in every_step(self.playbook.steps) if s.id in ids]
        if mails and not any(isinstance(s, BoundEmail) and s.approve for s in mails):
            message = f"`{named.name}` waits for nobody: its step says no `approve`"
            raise wrong(named.place, "no-draft", message)

    def _outcome(self, done: Done) -> None:
        for step in every_step(self.playbook.steps):
            if not isinstance(step, BoundTask) or step.id != done.step.name or not step.outcomes:
                continue
            if done.outcome not in step.outcomes:
                message = f"`{done.outcome}` is no outcome of {step.id}"
                hint = did_you_mean(done.outcome, step.outcomes)
                raise wrong(done.place, "unknown-outcome", message, hint=hint)

    def _answers(self, said: Said) -> None:
        channel = self.project.settings.channels.get(said.channel)
        if channel is None:
            message = f"touchline.yaml has no channel `{said.channel}`"
            hint = did_you_mean(said.channel, self.project.settings.channels)
            raise wrong(said.place, "unknown-channel", message, hint=hint)
        if isinstance(channel, WebhookChannel):
            wanted: Callable[[str | int], bool] = _is_of_web
            expected = "the status of a web server, as 503, or `no answer`"
        else:
            wanted, expected = _is_of_mail, "an SMTP reply, as `450 4.2.1 busy`, or `no answer`"
        for answer in said.answers:
            if not wanted(answer):
                message = f"`{answer}` is no answer of {said.channel}; expected {expected}"
                raise wrong(said.place, "bad-answer", message)


_FOR_LACK_OF = {
    "": ": its step says no `close_when`, and the playbook no `on_exit: {tasks: close}`",
    "close_when": " by itself: its step says no `close_when`",
    "left": " when somebody leaves: the playbook says no `on_exit: {tasks: close}`",
}
_CLOSED_BY = {
    "": "say one of them in the playbook, or take this out",
    "close_when": "give the step a `close_when`, or expect another reason",
    "left": "say `on_exit: {tasks: close}` in the playbook, or expect another reason",
}
"""What to do, by the reason that was expected; empty: any."""


def _is_of_web(answer: str | int) -> bool:
    return answer == "no answer" or isinstance(answer, int) or bool(_STATUS.fullmatch(answer))


def _is_of_mail(answer: str | int) -> bool:
    return isinstance(answer, str) or answer // 100 in (2, 4, 5)
