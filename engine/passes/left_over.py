"""What earlier passes have left in the outbox, in a rehearsal: it goes out, and its people go on.

Delivery page, "Touches", point 5: a dry run takes the decisions of the real one, and a run lets go
what has waited for its window as well as what it makes itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from engine.decide.facts import UNBOUND, NewTouch, TouchMade, TouchState, told_apart
from engine.decide.policy import NEVER_CONTACT
from engine.passes.rehearsing import DryJournal

__all__ = ["as_held", "let_go"]


def as_held(
    journal: DryJournal, waiting: Sequence[NewTouch], unbound: Collection[str]
) -> Sequence[NewTouch]:
    """The same, where what is of somebody whose version cannot go on waits: it may only expire."""
    if not unbound:
        return waiting
    held = {each.id for each in journal.still_inside().values() if each.version in unbound}
    return [_unless_held(touch, held) for touch in waiting]


def _unless_held(touch: NewTouch, held: Collection[str]) -> NewTouch:
    due = touch.state is TouchState.READY and touch.due_at is None
    is_asked = due or touch.state is TouchState.SKIPPED  # who is suppressed is not looked at either
    if is_asked and any(each.enrollment in held for each in told_apart(touch)):
        return replace(touch, state=TouchState.READY, reason=UNBOUND)
    return touch


def let_go(
    journal: DryJournal,
    waiting: Sequence[NewTouch],
    refused: Sequence[NewTouch],
    *,
    over: Callable[[NewTouch], bool],
) -> None:
    """Take what waits for what a dispatch would make of it now; people go on where it has ended.

    What is of somebody who would leave in this pass is dropped, as it would be; a digest is made
    again without them. A draft that waits for a person waits on, and its people with it. Of whom no
    digest may tell any more (`refused`) go on without it. What is `over` has ended before.
    """
    inside = journal.still_inside()
    kept = [
        (touch, parts)
        for touch in waiting
        if (parts := [each for each in told_apart(touch) if each.enrollment in inside])
    ]
    left = set(journal.left())
    journal.record(TouchMade(touch) for touch, _ in kept)
    passed = [each for each in refused if each.enrollment in inside]
    journal.pass_over(passed)
    journal.end([each for each, _ in kept if over(each) or each.reason == NEVER_CONTACT])
    gone = [each for each in waiting if each.enrollment in left]
    journal.end([each if over(each) else _dropped(each) for each in gone])
    listed = (*(each for _, parts in kept for each in parts), *passed)
    here = (each for each in listed if each.step == inside[each.enrollment].step)
    journal.go_on_with([inside[each] for each in sorted({each.enrollment for each in here})])


def _dropped(touch: NewTouch) -> NewTouch:
    if touch.reason == NEVER_CONTACT:  # asked before anybody leaves
        return touch
    return replace(touch, state=TouchState.DROPPED, reason="left")
