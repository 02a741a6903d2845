"""Who must have entered in a pass, and who must not: worked out from the rows and the past alone.

Language, section 5: `segment`, `entry` and "Again". Whoever a step of another playbook asked in, or
a person, is looked at elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.year.acts import KEYS
from tests.year.almanac import ends_at, zone_or
from tests.year.cast import account_of
from tests.year.house import House
from tests.year.papers import Playbook
from tests.year.record import Record, Stay
from tests.year.standstill import is_still
from tests.year.walk import share_of

__all__ = ["Doors"]

_OVER = {"is_done": "exit_when", "is_won": "goal"}


@dataclass
class Doors:
    """Knows who was inside before each pass."""

    house: House
    before: Mapping[str, Stay] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """What `renews_on` said when each stay began."""
    ran: dict[str, frozenset[str]] = field(default_factory=dict)
    """By its first name who matched when a playbook first ran."""
    held: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """The version that a fuse held last of a playbook, by its first name, and who would enter."""

    def look(self, record: Record, *, fired: bool) -> None:
        """What must hold after a pass, or once somebody was let in by hand."""
        fresh = [stay for stay in record.stays.values() if stay.id not in self.before]
        for stay in fresh:
            self._entered_as_drawn(stay)
            self.values[stay.id] = self._row(stay)["renews_on"]
        if fired:
            let_in = [each for each in record.invited if _let_in(each, self.house.now)]
            answered = {(each.playbook, each.key) for each in let_in}
            books = sorted(self.house.books, key=lambda book: (-book.head["priority"], book.name))
            gone_before: list[Playbook] = []
            for book in books:
                if not is_still(self.house, book):
                    came = [stay for stay in fresh if stay.playbook == book.name]
                    found = {stay.key for stay in came if (book.name, stay.key) not in answered}
                    self._came(book, found, elsewhere=self._elsewhere(book, fresh, gone_before))
                gone_before.append(book)
        else:
            self._nobody_by_the_segment(record, fresh)
        self.before = record.stays

    def _row(self, stay: Stay) -> Mapping[str, Any]:
        return self.house.customers[int(stay.key)]

    # ------------------------------------------------------------ each by itself

    def _entered_as_drawn(self, stay: Stay) -> None:
        """A holdout hangs on the playbook's first name and the key; who is done does not enter."""
        book = self.house.book_of(stay.playbook)
        share = int(book.head["entry"].get("holdout", "0%").removesuffix("%")) / 100
        is_held_out = share_of("holdout", self.house.first_names[book.name], stay.key) < share
        assert bool(stay.holdout) == is_held_out, ("held out, or not, by chance", stay)
        assert not _is_over(book, self._row(stay)), ("entered, though over with it", stay)

    def _nobody_by_the_segment(self, record: Record, fresh: Iterable[Stay]) -> None:
        asked = {(each.playbook, each.key) for each in record.invited}
        for stay in fresh:
            is_by_hand = stay.entered_at == self.house.let_in_at
            assert is_by_hand or (stay.playbook, stay.key) in asked, ("came between fires", stay)

    # ------------------------------------------------------------ all together

    def _came(self, book: Playbook, found: set[str], *, elsewhere: set[str]) -> None:
        """Everyone entered who may, but for whom fuse and throttle keep out, the highest keys.

        `elsewhere` are those of whom nobody knows whether another playbook had them by then.
        """
        entry, name = book.head["entry"], self.house.first_names[book.name]
        matching = [key for key in KEYS if self._matches(book, key)]
        if entry.get("existing") == "skip" and name not in self.ran:
            self.ran[name] = frozenset(map(str, matching))
        may = self._may(book, matching)
        would = _first_of_each(may) if _counts_by_account(book) else may
        unsure = {key for key in may if key in elsewhere}
        if unsure:  # and with them, who else of their account may
            assert found <= set(may), ("entered who may not", book.name, found, may)
            return
        held_out = self._held_out(book)
        if self._is_held(book, would, found, held_out=held_out):
            return
        wanted = set(_throttled(would, entry.get("per_run"), held_out))
        assert found == wanted, ("others entered than should", book.name, found, wanted)

    def _may(self, book: Playbook, matching: Iterable[int]) -> list[str]:
        """Who of them may enter, each looked at alone."""
        stood_by = self.ran.get(self.house.first_names[book.name], frozenset())
        by_account = _counts_by_account(book)
        found = []
        for key in matching:
            past = self._past(book, key, by_account=by_account)
            own = [stay for stay in past if stay.key == str(key)]
            stands_by = str(key) in stood_by and not own
            if not stands_by and self._may_enter(book, key, past):
                found.append(str(key))
        return found

    def _matches(self, book: Playbook, key: int) -> bool:
        [asked] = book.head["segment"]["where"]
        return key not in self.house.gone and self.house.customers[key]["stage"] in asked["stage"]

    def _past(self, book: Playbook, key: int, *, by_account: bool) -> list[Stay]:
        """The earlier stays that count: its own, or everyone's of its account."""
        return [
            stay
            for stay in self.before.values()
            if stay.playbook in book.names
            if stay.key == str(key) or (by_account and account_of(int(stay.key)) == account_of(key))
        ]

    def _may_enter(self, book: Playbook, key: int, past: list[Stay]) -> bool:
        who, again = self.house.customers[key], book.head["entry"]["again"]
        if _is_over(book, who) or any(stay.left_at is None for stay in past):
            return False
        said = {"never": {"times": 1}, "always": {}}[again] if isinstance(again, str) else again
        if "per" in said and not who["renews_on"]:
            return False
        if "per" in said and who["renews_on"] in {self.values[stay.id] for stay in past}:
            return False
        if past and len(past) >= said.get("times", len(past) + 1):
            return False
        return not past or "after" not in said or self._is_long_ago(book, past, said["after"])

    def _is_long_ago(self, book: Playbook, past: list[Stay], after: str) -> bool:
        last = max(stay.left_at for stay in past)
        ends: datetime = ends_at(last, after, zone_or(book.zone, ""), ())
        return ends <= self.house.now

    def _held_out(self, book: Playbook) -> set[str]:
        share = int(book.head["entry"].get("holdout", "0%").removesuffix("%")) / 100
        name = self.house.first_names[book.name]
        return {str(key) for key in KEYS if share_of("holdout", name, str(key)) < share}

    def _elsewhere(
        self, book: Playbook, fresh: Iterable[Stay], gone_before: Iterable[Playbook]
    ) -> set[str]:
        """Whom another playbook has, or had when this one asked, where only one may."""
        if not self.house.policy.get("one_at_a_time"):
            return set()
        others = [other for other in self.house.books if other is not book]
        inside = [stay for stay in self.before.values() if stay.left_at is None]
        before = {name for other in others for name in other.names}
        names = {name for other in gone_before for name in other.names}
        return {
            *(stay.key for stay in inside if stay.playbook in before and not stay.holdout),
            *(stay.key for stay in fresh if stay.playbook in names and not stay.holdout),
        }

    # ------------------------------------------------------------ fuses

    def _is_held(
        self, book: Playbook, would: list[str], found: set[str], *, held_out: set[str]
    ) -> bool:
        """Over a fuse nobody enters but whom a person let, and those only who still may."""
        name = self.house.first_names[book.name]
        fuse, limit = book.head["entry"].get("fuse"), sum(KEYS)
        is_over = len(would) > (fuse["matched"] if fuse else limit)
        allowed = self.house.allowed.pop(name, None)
        if allowed is not None:
            version, keys = self.held[name]
            listed = [key for key in would if key in keys]
            admitted = set(_throttled(listed, book.head["entry"].get("per_run"), held_out))
            assert found <= admitted, ("nobody let these in", found, admitted)
            is_old = self.house.now - allowed >= timedelta(days=3)
            is_void = is_old or version != self.house.versions[name]
            assert is_void or found == admitted, ("let in, and did not enter", found, admitted)
            if len(admitted) < len(listed) and not is_void:  # the throttle left some for later
                self.house.allowed[name] = allowed
                return True
        elif is_over:
            assert not found, ("entered over the fuse", book.name, found)
        if is_over:
            self.held[name] = (self.house.versions[name], frozenset(would))
        return is_over or allowed is not None


def _counts_by_account(book: Playbook) -> bool:
    again = book.head["entry"]["again"]
    return isinstance(again, dict) and "each" in again


def _first_of_each(keys: Iterable[str]) -> list[str]:
    """The lowest key of each account."""
    first: dict[int, str] = {}
    for key in keys:
        first.setdefault(account_of(int(key)), key)
    return list(first.values())


def _let_in(invited: Any, now: datetime) -> bool:
    """By this very pass; who was asked in once may enter by the segment later."""
    return bool(invited.answer == "entered" and invited.answered_at == now)


def _is_over(book: Playbook, who: Mapping[str, Any]) -> bool:
    return any(asked in book.head and who[name] for name, asked in _OVER.items())


def _throttled(would: list[str], per_run: int | None, held_out: set[str]) -> list[str]:
    treated = [key for key in would if key not in held_out]
    let_in = set(treated if per_run is None else treated[:per_run])
    return [key for key in would if key in let_in or key in held_out]
