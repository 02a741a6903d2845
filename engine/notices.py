"""Tell assignees of the tasks that are new for them, as `policy.tasks` says. Language, section 6.

At once: one mail a pass and assignee. By a cron: a digest of what came since the last one. What
was assigned before the project asked for notices is told to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.bind.acts import MAX_LATENESS
from engine.bind.notices import BoundNotices
from engine.decide.facts import NO_PLAYBOOK, Assigned
from engine.language.playbook import Schedule
from engine.ledger.control import is_halted
from engine.ledger.database import Overtaken
from engine.ledger.notices import (
    Telling,
    are_untold,
    are_waiting,
    digest_told,
    drop_moot_notices,
    set_telling,
    telling,
    untold_tasks,
    write_notice,
)
from engine.ledger.store import Ledger, Unit
from engine.moments import shift_local
from engine.schedule import next_fire
from engine.steps.notice import address_of_assignee, notice
from engine.workplace import Workplace

__all__ = ["notice_policy", "tell_assignees"]

_ACTOR = "engine"


def notice_policy(workplace: Workplace, ledger: Ledger, *, at: datetime) -> None:
    """Take up what `policy.tasks` says by now, before a pass makes tasks: what comes is new."""
    asked = workplace.policy.notices
    notify = asked.notify if asked else ""
    with ledger.read() as unit:
        known = telling(unit)
    if notify != (known.notify if known else ""):
        with ledger.write() as unit:
            set_telling(unit, notify, at=at)


def tell_assignees(workplace: Workplace, ledger: Ledger, *, at: datetime) -> int:
    """Write the mails that are due, each once; how many. While everything is halted, none.

    They go out as other touches do, those of `NO_PLAYBOOK`.
    """
    asked = workplace.policy.notices
    if asked is None or not _has_work(workplace, ledger, asked, at):
        return 0
    try:
        with ledger.write() as unit:
            drop_moot_notices(unit, at=at, actor=_ACTOR)
            known = telling(unit)
            if known is None or not _is_time(workplace, asked, known, at):
                return 0
            if asked.cron:
                digest_told(unit, at=at)
            return _written(workplace, unit, untold_tasks(unit, known.since), asked, at)
    except Overtaken:
        return 0  # another process is telling them


def _has_work(workplace: Workplace, ledger: Ledger, asked: BoundNotices, at: datetime) -> bool:
    """Whether anything is to be written: looked at without keeping others from writing."""
    with ledger.read() as unit:
        known = telling(unit)
        if known is None or is_halted(unit, NO_PLAYBOOK):
            return False
        if are_waiting(unit):
            return True
        return _is_time(workplace, asked, known, at) and bool(
            asked.cron or are_untold(unit, known.since)
        )


def _is_time(workplace: Workplace, asked: BoundNotices, known: Telling, at: datetime) -> bool:
    if not asked.cron:
        return True
    fire = next_fire(Schedule(asked.cron), workplace.zone, known.looked_at)
    return fire is not None and fire.at <= at


def _written(
    workplace: Workplace,
    unit: Unit,
    tasks: Iterable[Assigned],
    asked: BoundNotices,
    at: datetime,
) -> int:
    by_address: dict[str, list[Assigned]] = {}
    for task in tasks:
        by_address.setdefault(address_of_assignee(task), []).append(task)
    expires_at = shift_local(at, MAX_LATENESS, workplace.zone)
    for told in by_address.values():
        touch = notice(told, asked, at=at, expires_at=expires_at)
        write_notice(unit, touch, told, at=at, actor=_ACTOR)
    return len(by_address)
