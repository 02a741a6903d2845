"""What can be known of the way through a playbook without any customer: dead ends and rings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from engine.bind.findings import wrong
from engine.bind.windows import of_stay
from engine.language.playbook import Playbook
from engine.language.steps import (
    EmailStep,
    EnrollStep,
    ExitStep,
    IfStep,
    SplitStep,
    Step,
    UntilMoment,
    WaitForStep,
    WaitStep,
    every_step,
    parts_of,
)
from engine.moments import StepMoment
from engine.places import Place
from engine.problems import Invalid, Problem, did_you_mean

__all__ = ["check_ways"]

_WHOLE = 1e-9  # shares are written in per cent, with rounding beyond


def check_ways(playbook: Playbook, playbooks: Mapping[str, Playbook]) -> None:
    """Every step can be reached, shares add up, threads and earlier ids fit, and no ring is made.

    Raises:
        Invalid: with all that is wrong.
    """
    problems = [
        *_dead_ends(playbook.steps),
        *_bad_shares(playbook.steps),
        *_loose_threads(playbook.steps),
        *_loose_waits(playbook.steps),
        *_reused_ids(playbook.steps),
        *_rings(playbook, playbooks),
    ]
    if problems:
        raise Invalid(problems)


def _problem(place: Place, code: str, message: str, hint: str = "") -> Problem:
    return wrong(place, code, message, hint=hint).problems[0]


# ---------------------------------------------------------------- dead ends


def _dead_ends(steps: tuple[Step, ...]) -> Iterator[Problem]:
    for step, follower in pairwise(steps):
        if _leaves(step):
            yield _problem(
                follower.place,
                "unreachable-step",
                f"the step `{follower.id}` is never reached: everyone leaves at `{step.id}`",
                "take it away, or say `only_if` at the exit",
            )
            break
    for step in steps:
        for part in parts_of(step):
            yield from _dead_ends(part)


def _leaves(step: Step) -> bool:
    """Whether everyone who comes to a step leaves the playbook there."""
    if step.only_if is not None or step.hold_while is not None:
        return False
    match step:
        case ExitStep():
            return True
        case IfStep() | WaitForStep() | SplitStep():
            return all(any(map(_leaves, part)) for part in parts_of(step))
        case _:
            return False


# ---------------------------------------------------------------- shares


def _bad_shares(steps: tuple[Step, ...]) -> Iterator[Problem]:
    for step in every_step(steps):
        if not isinstance(step, SplitStep):
            continue
        total = sum(branch.share for branch in step.branches)
        if abs(total - 1) > _WHOLE:
            yield _problem(
                step.place,
                "bad-shares",
                f"the shares of `{step.id}` add to {total * 100:.6g}%; expected 100%",
                "add a way without steps for those to whom nothing happens",
            )
        names = [branch.name for branch in step.branches]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            yield _problem(
                step.place, "duplicate-name", f"two ways of `{step.id}` are called `{twice}`"
            )


# ---------------------------------------------------------------- ids


def _loose_threads(steps: tuple[Step, ...]) -> Iterator[Problem]:
    mails = [step.id for step in every_step(steps) if isinstance(step, EmailStep)]
    for step, before in _with_mails_before(steps, ()):
        if step.thread is not None and step.thread not in before:
            known = step.thread in mails and step.thread != step.id
            yield _problem(
                step.place.of("thread"),
                "unknown-step",
                f"`thread` names `{step.thread}`, "
                + (
                    "which nobody gets before this one"
                    if known
                    else "which is no earlier email of this playbook"
                ),
                did_you_mean(step.thread, before),
            )


def _with_mails_before(
    steps: tuple[Step, ...], before: tuple[str, ...]
) -> Iterator[tuple[EmailStep, tuple[str, ...]]]:
    """Each email with the ids of those that somebody may have got when coming to it."""
    for step in steps:
        if isinstance(step, EmailStep):
            yield step, before
            before = (*before, step.id)
            continue
        parts = parts_of(step)
        for part in parts:
            yield from _with_mails_before(part, before)
        for part in parts:
            if not any(map(_leaves, part)):
                inside = (each.id for each in every_step(part) if isinstance(each, EmailStep))
                before = (*before, *inside)


def _loose_waits(steps: tuple[Step, ...]) -> Iterator[Problem]:
    ids = [step.id for step in every_step(steps)]
    for step in every_step(steps):
        if isinstance(step, WaitStep) and isinstance(step.wait, UntilMoment):
            moment = of_stay(step.wait.moment)
            if isinstance(moment, StepMoment) and moment.step not in ids:
                yield _problem(
                    step.place.of("wait", "until"),
                    "unknown-step",
                    f"the wait names the step `{moment.step}`, which this playbook has not",
                    did_you_mean(moment.step, ids),
                )


def _reused_ids(steps: tuple[Step, ...]) -> Iterator[Problem]:
    ids = {step.id for step in every_step(steps)}
    claimed: dict[str, str] = {}
    for step in every_step(steps):
        for former in step.formerly:
            other = former if former in ids else claimed.get(former)
            if other is not None:
                yield _problem(
                    step.place.of("formerly"),
                    "duplicate-id",
                    f"`{former}` is an earlier id of `{step.id}` and belongs to `{other}` as well",
                    "an earlier id goes on in one step only",
                )
            claimed.setdefault(former, step.id)


# ---------------------------------------------------------------- rings


def _rings(playbook: Playbook, playbooks: Mapping[str, Playbook]) -> Iterator[Problem]:
    for step in every_step(playbook.steps):
        if isinstance(step, EnrollStep):
            way = _way_back(step.playbook, playbook.name, playbooks, (playbook.name,))
            if way:
                yield _problem(
                    step.place.of("enroll"),
                    "playbook-cycle",
                    f"playbooks that enroll each other never end: {' → '.join(way)}",
                )


def _way_back(
    name: str, home: str, playbooks: Mapping[str, Playbook], way: tuple[str, ...]
) -> tuple[str, ...]:
    """The ring from home by a playbook back to home, or nothing."""
    if name == home:
        return (*way, home)
    if name in way or name not in playbooks:
        return ()
    for step in every_step(playbooks[name].steps):
        if isinstance(step, EnrollStep):
            found = _way_back(step.playbook, home, playbooks, (*way, name))
            if found:
                return found
    return ()
