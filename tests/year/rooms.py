"""Who may be inside, and what becomes of updates, invitations and levels of goals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.year.house import House
from tests.year.papers import Playbook
from tests.year.record import Record, Stay
from tests.year.standstill import goal_window, is_over, is_still

__all__ = ["Rooms"]


@dataclass
class Rooms:
    """Looks after each pass, and once somebody was let in by hand, at who is where."""

    house: House
    known: set[str] = field(default_factory=set)
    levels: set[tuple[str, str]] = field(default_factory=set)

    def one_at_a_time(self, record: Record) -> None:
        """While the policy says so, nobody enters who is in another playbook."""
        fresh = [stay for stay in record.stays.values() if stay.id not in self.known]
        self.known.update(stay.id for stay in fresh)
        if not self.house.policy.get("one_at_a_time"):
            return
        for stay in fresh:
            others = (other for other in record.stays.values() if other.key == stay.key)
            both = [each for each in others if each.left_at is None and not each.holdout]
            is_here = stay.left_at is None and not stay.holdout
            assert not is_here or both == [stay], ("inside another playbook", both)

    def look(self, record: Record) -> None:
        """What must hold after a pass."""
        self._updated_once(record)
        self._answered(record)
        for stay in record.stays.values():
            self._came_to(stay)
            if stay.left_at == self.house.now and stay.reason == "exit_when":
                is_done = self.house.customers[int(stay.key)]["is_done"]
                assert is_done, ("left, though no exit held", stay)

    def _updated_once(self, record: Record) -> None:
        sent = Counter(
            int(touch.key)
            for touch in record.touches.values()
            if touch.kind == "update" and touch.state == "sent"
        )
        for key, who in self.house.customers.items():
            assert who["visits"] == sent[key], ("added more or less often than said", key)

    def _answered(self, record: Record) -> None:
        """An invitation waits for nothing but a playbook that stands still, or is gone."""
        here = {book.name: book for book in self.house.books}
        for invited in record.invited:
            is_fresh = invited.at == self.house.now  # and the other may have had its pass
            if invited.answered_at is None and invited.playbook in here and not is_fresh:
                assert is_still(self.house, here[invited.playbook]), ("not answered", invited)
        roots = self.house.roots
        asked = {(each.enrollment, roots[each.step]) for each in record.invited}
        for row in record.passed:
            if row.became == "done" and roots[row.step] in self.house.asking:
                assert (row.enrollment, roots[row.step]) in asked, ("never asked in", row)

    def _came_to(self, stay: Stay) -> None:
        """Levels and the goal are noted in a pass in which they hold, also after the last step."""
        house = self.house
        who = house.customers[int(stay.key)]
        here = {name: book for book in house.books for name in book.names}
        book = here.get(stay.playbook)
        if book is None or "goal" not in book.head:
            return
        told = book.head["goal"].get("levels", ())
        places = {name: place for place, (name, _) in enumerate(told, 1)}
        now_at = [all(who[each] == said for each, said in when.items()) for _, when in told]
        is_in_time = house.now <= goal_window(stay, book)
        if stay.goal_at == house.now:
            was_reached = is_in_time and who["is_won"]
            assert was_reached, ("a goal that it never reached in time", stay)
        if stay.level and (stay.id, stay.level) not in self.levels:
            self.levels.add((stay.id, stay.level))
            assert now_at[places[stay.level] - 1], ("a level that it never came to", stay)
            assert is_in_time, ("a level after its time", stay)
        if not self._is_asked(stay, book) or stay.goal_at or not is_in_time:
            return
        assert not (stay.left_at and who["is_won"]), ("reached the goal, which is not noted", stay)
        highest = max((place for place, holds in enumerate(now_at, 1) if holds), default=0)
        assert places.get(stay.level, 0) >= highest, ("came to a level that is not noted", stay)

    def _is_asked(self, stay: Stay, book: Playbook) -> bool:
        """Whether this pass asked the goal of one: not of who is gone, nor in a pause."""
        house = self.house
        if is_still(house, book) or int(stay.key) in house.gone:
            return False
        if not stay.left_at:
            return not is_over(house, house.customers[int(stay.key)], stay, book)
        asks = house.asks.get(stay.version)
        return asks is None or any(asks in each.names for each in house.books)  # else it is unbound
