"""What must always hold, asked after each pass of what the receivers took and of the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.ledger.log import verify_audit
from engine.ledger.tables import audit
from tests.year.almanac import (
    HOLIDAYS,
    ends_at,
    is_in_window,
    moment_of_wait,
    next_fire,
    zone_or,
)
from tests.year.answers import WENT, holds
from tests.year.cast import ADDRESS, PROJECT_ZONE
from tests.year.desks import Desks
from tests.year.doors import Doors
from tests.year.house import House
from tests.year.lateness import Lateness
from tests.year.letters import full_caps, judge_letters, rates_of
from tests.year.papers import Playbook
from tests.year.reasons import Reasons
from tests.year.record import Record, Stay
from tests.year.rooms import Rooms
from tests.year.standstill import goal_window, is_over, is_still, moved_on, waits_on
from tests.year.walk import Walk

__all__ = ["Watch"]

Spec = Mapping[str, Any]
PHASES = {"waiting", "watching", "holding", "touching", "gathering"}


@dataclass
class _Standing:
    """Since when one stands still, in which version, and until when by the page."""

    version: str
    since: datetime
    ends: datetime | None
    shifts: bool


@dataclass
class Watch:
    """Somebody with an almanac who looks at a house after each pass, and remembers."""

    house: House
    standing: dict[tuple[str, str, str], _Standing] = field(default_factory=dict)
    versions: dict[str, set[str]] = field(default_factory=dict)
    read: int = 0
    checked: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rooms = Rooms(self.house)
        self.doors = Doors(self.house)
        self.walk = Walk(self.house)
        self.desks = Desks(self.house)
        self.reasons = Reasons(self.house)
        self.lateness = Lateness(self.house)

    # ------------------------------------------------------------ the ledger, read once a look

    def look(self, *, fired: bool) -> None:
        """After a pass, hold everything against what must hold; `fired`: some may have entered."""
        self._read(fired=fired)
        fresh, self.read = self.house.letters[self.read :], len(self.house.letters)
        judge_letters(self.house, self.record, fresh)
        self.reasons.look(self.record)
        self.lateness.look(self.record)
        self._ledger()
        self.rooms.look(self.record)
        self.desks.look(self.record)
        self.walk.look(self.record, self.versions)

    def look_in(self) -> None:
        """Once somebody was let in or out by hand: note who stands where since then."""
        self._read(fired=False, is_pass=False)

    def _read(self, *, fired: bool, is_pass: bool = True) -> None:
        self.record = Record(self.house)
        self.stays, self.touches = self.record.stays, self.record.touches
        for stay in self.stays.values():
            self.versions.setdefault(stay.id, set()).add(stay.version)
            if is_pass or stay.id not in self.doors.before:  # only a pass asks for moments
                self._note(stay)
        self.doors.look(self.record, fired=fired)
        self.rooms.one_at_a_time(self.record)

    def end(self) -> str:
        """What is asked once, of all that is on record; gives the head of the log."""
        with self.house.ledger.read() as unit:
            found = verify_audit(unit)
            assert found.valid, found
            skipped = select(audit.c.body).where(audit.c.kind == "step.skipped")
            for body in unit.connection.scalars(skipped):
                assert json.loads(body)["reason"], ("passed over without a reason", body)
        return found.head

    # ------------------------------------------------------------ the ledger

    def _ledger(self) -> None:
        for book in self.house.books:
            mine = [stay for stay in self.stays.values() if stay.playbook in book.names]
            for stay in mine:
                self._aims_as_long_as_said(stay, book)
                if stay.left_at is None:
                    self._stands_right(stay, book)
                elif stay.outcome == "completed":
                    self._went_all_the_way(stay)
            self._are_alone(mine)
        for touch in self.touches.values():
            self._has_a_reason(touch)
            if touch.made_at == self.house.now and touch.playbook:
                self._as_its_conditions_say(touch)
        self._nobody_had_it_twice()
        self._waited_rightly()

    def _are_alone(self, stays: list[Stay]) -> None:
        by_key: dict[str, list[Stay]] = {}
        for stay in stays:
            by_key.setdefault(stay.key, []).append(stay)
        for some in by_key.values():
            assert sum(stay.left_at is None for stay in some) <= 1, ("inside twice", some)
            assert len({stay.holdout for stay in some}) == 1, ("held out, and then not", some)
        for touch in self.touches.values():
            about = self.record.about(touch)
            assert not any(stay.holdout for stay in about), ("a touch for one held out", touch)

    def _has_a_reason(self, touch: Any) -> None:
        if touch.state in ("skipped", "dropped", "expired", "failed", "unknown"):
            assert touch.reason, ("ended without a reason", touch)
        assert touch.state not in ("claimed", "in_doubt"), ("left behind", touch)

    def _nobody_had_it_twice(self) -> None:
        """A step is done for a stay once, whatever it is called by then and wherever it stands."""
        done = Counter(
            (stay.id, self._root(touch.step), touch.recipient)
            for touch in self.touches.values()
            if touch.playbook and touch.state in WENT
            for stay in self.record.about(touch)
        )
        done.update((each.enrollment, self._root(each.step), "") for each in self.record.invited)
        twice = [one for one, times in done.items() if times > 1]
        assert not twice, ("had a step twice", twice)

    def _went_all_the_way(self, stay: Stay) -> None:
        """Who completed a version has every step of it but the last behind."""
        [*versions] = self.versions[stay.id]
        steps = self.house.said.get(stay.version)
        if len(versions) > 1 or steps is None:
            return
        over = {self._root(row.step) for row in self.record.passed if row.enrollment == stay.id}
        missing = [each["id"] for each in steps[:-1] if self._root(each["id"]) not in over]
        assert not missing, ("completed without", missing, stay)

    def _root(self, step: str) -> str:
        return self.house.roots[step]

    # ------------------------------------------------------------ where one stands

    def _is_held(self, stay: Stay, book: Playbook) -> bool:
        """With `move`, one whose step is gone from the file stands still.

        So does one whose version asks into a playbook that is no more: it does not bind.
        """
        asked = self.house.asks.get(stay.version)
        is_here = asked is None or any(asked in each.names for each in self.house.books)
        if book.on_change != "move" and not is_here:
            return True
        known = {name for step in _every(book.steps) for name in (step["id"], *_former(step))}
        return book.on_change == "move" and bool(stay.step) and stay.step not in known

    def _stands_right(self, stay: Stay, book: Playbook) -> None:
        """Nobody inside was forgotten: there is something that each stands still for."""
        now, key = self.house.now, int(stay.key)
        if is_still(self.house, book):
            return
        who, is_here = self.house.customers[key], key not in self.house.gone
        assert not (is_here and is_over(self.house, who, stay, book)), ("still inside", stay)
        if self._is_held(stay, book):
            return
        if stay.holdout:
            over = "goal" in book.head and goal_window(stay, book) <= now
            assert not over, ("held out after the window", stay)
            return
        assert stay.phase in PHASES, ("forgotten", stay)
        if stay.phase == "gathering":
            cron = self._spec(stay.step)["digest"]["schedule"]
            fire = next_fire(cron, now, zone_or(book.zone, ""))
            assert stay.waits_until == fire, ("waits for another fire", stay, fire)
            return
        if stay.phase == "touching":
            self._touch_stands_right(stay)
            return
        ends = self._ends(stay, book)
        assert ends is None or ends > now, ("stands still though it is over", stay, ends)
        is_moved = len(self.versions[stay.id]) > 1
        assert is_moved or stay.waits_until == ends, ("stands still until another time", stay, ends)
        if stay.phase != "waiting" and is_here:
            spec = self._spec(stay.step)
            condition = spec["hold_while"]["when"] if stay.phase == "holding" else spec["wait_for"]
            is_met = holds(self.house, self.record, stay, condition)
            assert is_met == (stay.phase == "holding"), ("the condition says otherwise", stay)

    def _aims_as_long_as_said(self, stay: Stay, book: Playbook) -> None:
        """The goal's window stands still in pauses, for those as well who have left."""
        if "goal" in book.head and not is_still(self.house, book):
            assert stay.goal_until == goal_window(stay, book), ("another window", stay)

    def _touch_stands_right(self, stay: Stay) -> None:
        mine = self.record.touches_of(stay)
        waiting = [each for each in mine if each.ended_at is None]
        if any(each.kind == "update" and each.ended_at == self.house.now for each in mine):
            return  # written back once no source was open; the next pass goes on
        assert waiting, ("its touches have ended, and it stands still", stay)
        for touch in waiting:
            is_shut = touch.channel in self.record.broken
            if touch.copy_of and self.touches[touch.copy_of].ended_at is None:
                continue  # what holds back the mail, holds back its copies
            is_for_a_person = touch.state == "draft" and touch.approver and not touch.copy_of
            is_in_line = bool(rates_of(self.house, touch))
            told = touch.reason or is_shut or is_for_a_person or is_in_line
            if is_for_a_person:
                self._waits_as_long_as_said(touch, stay)
            assert told, ("held back without a reason", touch)
            late = touch.expires_at is not None and touch.expires_at <= self.house.now
            assert not late, ("should have expired", touch)
            if not is_shut:
                self._waits_for_good_reason(touch)

    def _waits_as_long_as_said(self, touch: Any, stay: Stay) -> None:
        """Lateness counts from when a draft was made, and stands still in pauses."""
        book = self.house.book_of(stay.playbook)
        lateness = self._spec(touch.step).get("max_lateness", "3 days")
        late = ends_at(touch.made_at, lateness, zone_or(book.zone, ""), ())
        late = moved_on(late, touch.made_at, book)
        assert touch.expires_at == late, ("late at another time", touch, late)

    def _as_its_conditions_say(self, touch: Any) -> None:
        """Nothing is made for whom `only_if` does not hold, nor while a `hold_while` may hold."""
        spec = self._spec(touch.step)
        for stay in self.record.about(touch):
            wanted, hold = spec.get("only_if", {}), spec.get("hold_while")
            is_wanted = holds(self.house, self.record, stay, wanted)
            assert is_wanted, ("made though its `only_if` does not hold", touch)
            if hold and holds(self.house, self.record, stay, hold["when"]):
                assert hold["then"] == "go", ("made though it is held", touch)

    def _waits_for_good_reason(self, touch: Any) -> None:
        house = self.house
        own = [stay for stay in self.record.about(touch) if touch.enrollment]
        is_own = any(ADDRESS[int(stay.key)] == touch.recipient for stay in own)
        zone = house.customers[int(own[0].key)]["tz"] if is_own else ""
        is_open = is_in_window(house.policy, house.now, zone_or(zone, PROJECT_ZONE))
        is_in_line = bool(rates_of(house, touch))  # and nobody asked since the window opened
        if touch.reason == "window" and not is_in_line:
            assert not is_open, ("waits for a window that is open", touch)
        if touch.reason == "capped" and is_open:
            is_full = full_caps(house, self.record, touch)
            assert is_full or is_in_line, ("waits for room that there is", touch)
            is_asked = not (touch.copy_of or is_in_line)
            is_patient = self.reasons.is_patient(touch)
            assert is_patient or not is_asked, ("should have been given up", touch)

    # ------------------------------------------------------------ waits

    def _spec(self, step: str) -> Spec:
        return self.house.specs[self._root(step)]

    def _note(self, stay: Stay) -> None:
        """When one who stands still may go on, worked out when it is first seen to."""
        if stay.left_at is not None or stay.phase not in ("waiting", "watching", "holding"):
            return
        name = (stay.id, self._root(stay.step), stay.phase)
        known = self.standing.get(name)
        if known and known.version == stay.version and known.ends is not None:
            return
        book, spec = self.house.book_of(stay.playbook), self._spec(stay.step)
        is_moved = known is not None and known.version != stay.version
        if known is None and stay.phase != "holding" and "only_if" in spec:
            wanted = holds(self.house, self.record, stay, spec["only_if"])
            assert wanted, ("begun though its `only_if` does not hold", stay)
        if not is_moved and "hold_while" not in spec:
            assert stay.since in self._beginnings(stay), ("counts from nowhere", stay)
        ends = self._ending(stay.since, stay, spec, book, phase=stay.phase)
        shifts = stay.phase != "waiting" or isinstance(spec["wait"], str)
        self.standing[name] = _Standing(stay.version, stay.since, ends, shifts)
        if is_moved and known is not None:
            known.since = stay.since

    def _ending(
        self, since: datetime, stay: Stay, spec: Spec, book: Playbook, *, phase: str
    ) -> datetime | None:
        wait: Any = {
            "waiting": lambda: spec["wait"],
            "watching": lambda: spec["at_most"],
            "holding": lambda: spec["hold_while"]["at_most"],
        }[phase]()
        holidays = HOLIDAYS if self.house.policy.get("holidays") else set()
        zone = zone_or(book.zone, "")
        return moment_of_wait(wait, since, zone, holidays, known=self._moments(stay))

    def _moments(self, stay: Stay) -> dict[str, date | datetime | None]:
        """The moments that a wait of somebody may name."""
        text = self.house.customers[int(stay.key)]["renews_on"]
        mine = [row for row in self.record.passed if row.enrollment == stay.id]
        return {
            "renews_on": date.fromisoformat(text) if text else None,
            "entered": stay.entered_at,
            **{f"step {self._root(row.step)}": row.at for row in mine},
        }

    def _beginnings(self, stay: Stay) -> set[datetime]:
        """The instants at which the step before may have ended."""
        found = {stay.entered_at}
        found |= {row.at for row in self.record.passed if row.enrollment == stay.id}
        mine = self.record.touches_of(stay)
        return found | {touch.ended_at for touch in mine if touch.ended_at}

    def _ends(self, stay: Stay, book: Playbook) -> datetime | None:
        known = self.standing[stay.id, self._root(stay.step), stay.phase]
        if known.ends is None:
            return None
        return waits_on(known.ends, known.since, book, shifts=known.shifts)

    def _waited_rightly(self) -> None:
        for row in self.record.passed:
            stay, spec = self.stays[row.enrollment], self._spec(row.step)
            name = (row.enrollment, self._root(row.step))
            if name in self.checked or row.became == "skipped":
                continue
            self.checked.add(name)
            if stay.playbook not in {each for book in self.house.books for each in book.names}:
                continue
            if any(verb in spec for verb in ("email", "task", "webhook", "update")):
                mine = self.record.touches_of(stay)
                assert name[1] in {self._root(touch.step) for touch in mine}, ("lost", row, stay)
            if "wait" in spec and len(self.versions[stay.id]) == 1:
                self._waited_as_said(row, stay, spec)

    def _waited_as_said(self, row: Any, stay: Stay, spec: Spec) -> None:
        book = self.house.book_of(stay.playbook)
        known = self.standing.get((stay.id, self._root(row.step), "waiting"))
        if known is not None and known.ends is not None:
            ends = waits_on(known.ends, known.since, book, shifts=known.shifts)
            assert row.at == ends <= self.house.now, ("a wait of another length", row, known)
        elif "hold_while" not in spec and known is None:
            begun = self._beginnings(stay)
            could = {
                self._ending(since, stay, spec, book, phase="waiting")
                for since in begun
                if since <= row.at
            }
            assert row.at in could, ("a wait of another length", row, stay)


def _every(steps: Any) -> Iterator[Spec]:
    """All steps, those inside others too."""
    for step in steps:
        yield step
        yield from _every([*step.get("then", ()), *step.get("else", ())])
        for way in step.get("split", ()):
            yield from _every(way["steps"])


def _former(step: Spec) -> tuple[str, ...]:
    return tuple(step.get("formerly", ()))
