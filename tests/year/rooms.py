"""Who may be inside, and what becomes of updates, invitations and levels of goals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.year.house import House
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
        """Levels are noted in a pass in which their condition holds, and at the next at most."""
        house = self.house
        who = house.customers[int(stay.key)]
        here = {name: book for book in house.books for name in book.names}
        book = here.get(stay.playbook)
        told = book.head.get("goal", {}).get("levels", ()) if book else ()
        places = {name: place for place, (name, _) in enumerate(told, 1)}
        now_at = [all(who[each] == said for each, said in when.items()) for _, when in told]
        if book and stay.level and (stay.id, stay.level) not in self.levels:
            self.levels.add((stay.id, stay.level))
            assert now_at[places[stay.level] - 1], ("a level that it never came to", stay)
        if book is None or stay.left_at or not book.head.get("goal", {}).get("levels"):
            return
        if is_still(house, book) or int(stay.key) in house.gone or is_over(house, who, stay, book):
            return
        is_due = not stay.goal_at and house.now <= goal_window(stay, book)
        highest = max((place for place, holds in enumerate(now_at, 1) if holds), default=0)
        place = places.get(stay.level, 0)
        assert place >= highest or not is_due, ("came to a level that is not noted", stay)
