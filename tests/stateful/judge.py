"""What must always hold, by what the receivers hold; the ledger is asked whether it agrees."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlalchemy import Row, select

from engine.ledger.check import check_ledger
from engine.ledger.log import verify_audit
from engine.ledger.tables import audit, enrollments, passed, touches
from tests.stateful.project import ADDRESS, CAP
from tests.stateful.town import Town
from tests.year.almanac import too_many

__all__ = ["Judge"]

ENDS = {"sent", "failed", "skipped", "unknown", "dropped", "expired"}
NOT_OUT = {"draft", "ready", "claimed", "skipped", "dropped", "expired"}
DRAIN = (20, 300, 1500, 3000)
"""Minutes: for retries, waits, caps, and what waits for a person until it is too late."""


class Judge:
    """Looks at a town after each step, and once more when all is quiet."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def look(self) -> None:
        """Nothing twice, nothing that must not go, nothing lost, and every end with its reason."""
        assert not self._town.table.trouble, self._town.table.trouble
        with self._town.judge.read() as unit:
            read = unit.connection.execute
            self._touches = {row.id: row for row in read(select(touches))}
            self._stays = {row.id: row for row in read(select(enrollments))}
        assert not self._town.post.wrongs, self._town.post.wrongs
        self._nobody_twice()
        for touch in self._touches.values():
            self._agrees(touch)
        self._few_doubts()
        self._nobody_inside_twice()
        self._no_cap_is_over()

    def end(self) -> None:
        """The same once servers answer, nobody halts or enters, and days have gone by."""
        self._town.calm()
        for minutes in DRAIN:
            self._town.tick(minutes)
        self.look()
        for touch in self._touches.values():
            assert touch.state in ENDS, ("neither out nor given up", touch)
        for stay in self._stays.values():
            assert stay.left_at or stay.phase != "touching", ("its touches have ended", stay)
        self._nothing_lost()
        self._on_record()

    # ------------------------------------------------------------ the receivers

    def _nobody_twice(self) -> None:
        mails = [letter for letter in self._town.post.letters if letter.channel == "email"]
        twice = [each for each, count in Counter(mail.id for mail in mails).items() if count > 1]
        assert not twice, ("an idempotency key went out twice", twice)
        had: dict[object, str] = {}
        for letter in self._town.post.letters:
            touch = self._touches[letter.id]
            number = self._stays[touch.enrollment].number
            root = self._town.project.roots[touch.step]
            one = (touch.playbook, touch.key, number, root, letter.address)
            assert had.setdefault(one, letter.id) == letter.id, ("a step twice", letter, one)
            assert letter.address == touch.recipient, ("to somebody else", letter, touch)

    def _agrees(self, touch: Row[Any]) -> None:
        """What the ledger says of a touch is what its receiver knows of it."""
        is_taken = touch.id in self._town.taken()
        if touch.channel in ("email", "hook"):
            assert touch.state != "sent" or is_taken, ("lost", touch)
        if touch.channel == "email":
            assert touch.state not in NOT_OUT or not is_taken, ("went out all the same", touch)
            came_back = touch.id in self._town.came_back
            assert touch.state != "failed" or came_back or not is_taken, ("has not failed", touch)
        if touch.state in ENDS - {"sent"}:
            assert touch.reason, ("ended without a reason", touch)

    def _few_doubts(self) -> None:
        unknown = sum(touch.state == "unknown" for touch in self._touches.values())
        most = self._town.doubts + self._town.post.unanswered
        assert unknown <= most, ("more unknowns than lanes that died", unknown, most)

    def _no_cap_is_over(self) -> None:
        mails = [letter for letter in self._town.post.letters if letter.channel == "email"]
        for address in set(ADDRESS.values()):
            acts = [(letter.permitted_at, "") for letter in mails if letter.address == address]
            for at, _ in acts:
                assert not too_many(CAP, acts, at), ("over a cap", address, acts)

    # ------------------------------------------------------------ the ledger

    def _nobody_inside_twice(self) -> None:
        inside = Counter(
            (stay.playbook, stay.key) for stay in self._stays.values() if stay.left_at is None
        )
        twice = [each for each, count in inside.items() if count > 1]
        assert not twice, ("inside twice", twice)

    def _nothing_lost(self) -> None:
        """Whoever is over with a step that sends has a touch of it."""
        made = {(each.enrollment, self._root(each.step)) for each in self._touches.values()}
        sends = self._town.project.sends
        with self._town.judge.read() as unit:
            rows = unit.connection.execute(select(passed).where(passed.c.became != "skipped")).all()
        for row in rows:
            if self._root(row.step) in sends:
                assert (row.enrollment, self._root(row.step)) in made, ("never made", row)

    def _root(self, step: str) -> str:
        return self._town.project.roots[step]

    def _on_record(self) -> None:
        """The log verifies, and tells of every act and every end."""
        with self._town.judge.read() as unit:
            assert verify_audit(unit).valid
            rows = unit.connection.execute(select(audit.c.kind, audit.c.body)).all()
        assert check_ledger(self._town.judge) == []
        told = Counter((json.loads(row.body).get("touch"), row.kind) for row in rows)
        for letter in self._town.post.letters:
            assert told[letter.id, "touch.in_doubt"], ("went out without a record", letter)
        for touch in self._touches.values():
            answered = touch.channel in ("email", "hook") and touch.state == "sent"
            if answered and not touch.reason:  # else a person said so, or a report
                assert told[touch.id, "touch.sent"] == 1, ("sent without its record", touch)
