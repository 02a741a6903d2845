"""Advice on who enters a playbook, how often, and how they get out of it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bind.acts import BoundEmail, BoundTask, BoundWebhook, every_step
from engine.bind.conditions import (
    BoundAll,
    BoundAny,
    BoundEveryone,
    BoundNone,
    BoundNot,
    BoundParent,
    BoundSegment,
    Condition,
)
from engine.bind.people import RolePerson
from engine.bind.playbook import BoundPlaybook
from engine.language.playbook import Status
from engine.lint.rule import Advice, Looked
from engine.moments import Duration, Unit

__all__ = [
    "broad_segments",
    "missing_exits",
    "missing_fuses",
    "missing_owners",
    "missing_topics",
    "overlapping_reentries",
]

_DAYS = {
    Unit.MINUTE: 1 / 1_440,
    Unit.HOUR: 1 / 24,
    Unit.DAY: 1.0,
    Unit.BUSINESS_DAY: 1.4,
    Unit.WEEK: 7.0,
    Unit.MONTH: 30.0,
    Unit.QUARTER: 91.0,
    Unit.YEAR: 365.0,
}
"""Days in a unit, nearly: enough to say which of two durations is the longer."""


def broad_segments(looked: Looked) -> Iterator[Advice]:
    """Playbooks that everyone enters."""
    for playbook in _living(looked):
        if _holds_of_everyone(playbook.audience.condition):
            entity = playbook.audience.entity.name
            yield Advice(
                playbook.place,
                f"every {entity} there is enters `{playbook.name}`: nothing narrows its segment",
                "add a condition that says who needs this, as `signed_up_at: {days_ago: …}`",
            )


def missing_fuses(looked: Looked) -> Iterator[Advice]:
    """Playbooks that write to customers with no limit on how many enter at once."""
    for playbook in _living(looked):
        if playbook.entry.fuse is None and _customer_mails(playbook):
            yield Advice(
                playbook.place,
                f"`{playbook.name}` writes to customers and has no fuse: a mistake in its segment "
                "would reach all of them",
                "add `entry: {fuse: {matched: N}}`, a few times the number you expect",
            )


def missing_exits(looked: Looked) -> Iterator[Advice]:
    """Playbooks of several touches that nobody leaves by doing what they ask for."""
    for playbook in _living(looked):
        leaves = playbook.exit_when is not None or (
            playbook.goal is not None and playbook.goal.ends
        )
        touches = [
            step
            for step in every_step(playbook.steps)
            if isinstance(step, BoundEmail | BoundTask | BoundWebhook)
        ]
        if len(touches) > 1 and not leaves:
            yield Advice(
                playbook.place,
                f"nobody leaves `{playbook.name}` before its last step: who has long done what it "
                "asks for is asked again",
                "add `exit_when:`, or a `goal:`, with the condition that makes the rest needless",
            )


def missing_owners(looked: Looked) -> Iterator[Advice]:
    """Playbooks that nobody answers for."""
    for playbook in _living(looked):
        if not playbook.owner:
            yield Advice(
                playbook.place,
                f"`{playbook.name}` has no owner: nobody is named to approve what it holds back",
                "add `owner:`, a mailbox that is read",
            )


def missing_topics(looked: Looked) -> Iterator[Advice]:
    """Mails to customers without a topic, where the project has topics."""
    if not looked.project.settings.policy.topics:
        return
    for playbook in _living(looked):
        for step in _customer_mails(playbook):
            if step.topic == "general":
                yield Advice(
                    step.place,
                    f"the mail `{step.template.name}` has no topic: who wants no more of it can "
                    "only stop everything",
                    "add `topic:` here or in its front matter, one of those under `policy`",
                )


def overlapping_reentries(looked: Looked) -> Iterator[Advice]:
    """Playbooks that people enter again at once, or while the goal of the last time is counted."""
    for playbook in _living(looked):
        again, goal = playbook.entry.again, playbook.goal
        if not again.allowed:
            continue
        if again.after is None and again.per is None and again.times is None:
            yield Advice(
                playbook.place,
                f"who leaves `{playbook.name}` and still matches enters again at the next run",
                "say `again: {after: 90 days}`, or `per:` with a field that names the occasion",
            )
        elif again.after and goal and goal.within and _days(again.after) < _days(goal.within):
            yield Advice(
                playbook.place,
                f"people enter `{playbook.name}` again {again.after} after leaving, while its goal "
                f"is counted for {goal.within}: reached once, it would count twice",
                "let `again: {after: …}` be at least as long as the goal's `within`",
            )


def _living(looked: Looked) -> Iterator[BoundPlaybook]:
    """Playbooks that run or may run again; a draft is still being written."""
    for playbook in looked.bound.playbooks.values():
        if playbook.status is not Status.DRAFT:
            yield playbook


def _customer_mails(playbook: BoundPlaybook) -> list[BoundEmail]:
    return [
        step
        for step in every_step(playbook.steps)
        if isinstance(step, BoundEmail) and _reaches_customers(step)
    ]


def _reaches_customers(step: BoundEmail) -> bool:
    people = [person for slot in (*step.to, *step.cc) for person in slot]
    return any(isinstance(each, RolePerson) and not each.is_team for each in people)


def _days(duration: Duration) -> float:
    return duration.amount * _DAYS[duration.unit]


def _holds_of_everyone(condition: Condition) -> bool:
    match condition:
        case BoundEveryone():
            return True
        case BoundAll(parts):
            return all(_holds_of_everyone(part) for part in parts)
        case BoundAny(parts):
            return any(_holds_of_everyone(part) for part in parts)
        case BoundNot(part):
            return _holds_of_nobody(part)
        case BoundNone(parts):
            return all(_holds_of_nobody(part) for part in parts)
        case BoundSegment(_, inner) | BoundParent(_, _, inner):
            return _holds_of_everyone(inner)
        case _:
            return False


def _holds_of_nobody(condition: Condition) -> bool:
    match condition:
        case BoundNot(part):
            return _holds_of_everyone(part)
        case BoundNone(parts):
            return any(_holds_of_everyone(part) for part in parts)
        case _:
            return False
