"""What people do in a simulated year: to files, rows, halts, drafts, tasks and topics."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, assert_never
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine import desk
from engine.approving import edit_draft
from engine.by_hand import Segment, enroll, take_out
from engine.ledger.control import halt, resume
from engine.ledger.drafts import draft as read_draft
from engine.ledger.payloads import change_payloads
from engine.ledger.suppressions import suppress, unsuppress
from engine.ledger.tables import touches
from engine.ledger.tasks import finish_task, list_tasks
from engine.ledger.topics import subscribe, unsubscribe
from engine.problems import Refused
from engine.roster import call_roll
from engine.workplace import Workplace
from tests.year.acts import (
    Act,
    Admit,
    Ask,
    Book,
    ByHand,
    Change,
    Edit,
    Halt,
    Pass,
    Policy,
    Presence,
    Review,
    Status,
    TaskDone,
    Till,
    Trouble,
    Vanish,
)
from tests.year.almanac import next_time
from tests.year.cast import ACTOR, ADDRESS
from tests.year.house import House

__all__ = ["do"]


def do(house: House, act: Act) -> None:
    """What an act is."""
    match act:
        case Pass(minutes, fires):
            house.passes(house.now + timedelta(minutes=minutes), fires=fires)
        case Till(clock, zone, fires, days):
            house.passes(next_time(house.now, clock, ZoneInfo(zone), days=days), fires=fires)
        case Admit(book):
            _admit(house, book)
        case Change():
            _change(house, act)
        case Presence(key, present):
            (house.gone.discard if present else house.gone.add)(key)
        case Edit():
            _edit(house, act)
        case Status(book, paused):
            _set_paused(house, book, paused)
        case Vanish(instead):
            _vanish(house, instead)
        case Halt(book, on):
            _set_halt(house, book, on)
        case Policy():
            house.set_policy(act)
        case Ask():
            _ask(house, act)
        case ByHand():
            _by_hand(house, act)
        case TaskDone(number):
            _task_done(house, number)
        case Review():
            _review(house, act)
        case Trouble(answer):
            house.answer = answer
        case _:
            assert_never(act)


def _change(house: House, act: Change) -> None:
    """A row of the source changes."""
    value = int(act.value) if isinstance(act.value, bool) else act.value
    house.customers[act.key][act.field] = value


def _vanish(house: House, instead: Book) -> None:
    """The second playbook is deleted, and a new one written."""
    house.books.pop()
    house.publish(instead)
    house.write_files()


def _edit(house: House, act: Edit) -> None:
    """The file of a playbook changes."""
    book = house.books[act.book]
    at, steps = act.place % len(book.steps), list(book.steps)
    match act.kind:
        case "insert":
            steps.insert(at, house.named(act.step))
        case "delete" if len(steps) > 1:
            del steps[at]
        case "reorder":
            steps.append(steps.pop(at))
        case "rename step":
            steps = _renamed(house, steps, at)
        case "rename":
            house.fresh += 1
            book.formerly.append(book.name)
            book.name = f"p{house.fresh}"
            first = house.first_names[book.formerly[-1]]
            house.first_names[book.name] = first if first in house.versions else book.name
        case "keep" | "move" | "exit":
            book.on_change = act.kind
    book.steps = steps
    house.write_files()


def _renamed(house: House, steps: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    """The steps, one of them by another name, also where a condition of another one names it."""
    house.fresh += 1
    before, name = steps[at]["id"], f"s{house.fresh}"
    house.roots[name] = house.roots[before]
    said = json.dumps(steps).replace(f'"step": "{before}"', f'"step": "{name}"')
    found: list[dict[str, Any]] = json.loads(said)
    former = [*found[at].get("formerly", ()), before]
    found[at] = {**found[at], "id": name, "formerly": former}
    return found


def _set_paused(house: House, book: int, paused: bool) -> None:
    """The status in a playbook's file."""
    house.books[book].is_paused = paused
    house.write_files()


def _set_halt(house: House, book: int | None, on: bool) -> None:
    """A halt is put or lifted."""
    names = [] if book is None else [house.books[book].name]
    if on:
        halt(house.ledger, names, why="", at=house.now, actor=ACTOR)
        house.halted.update(names or {""})
    else:
        resume(house.ledger, names, at=house.now, actor=ACTOR)
        house.halted.difference_update(names or {""})


def _ask(house: House, act: Ask) -> None:
    """A customer says what it wants to hear of."""
    address, topic = ADDRESS[act.key], act.topic
    if topic == "asks":
        change, named, is_in = subscribe if act.wants else unsubscribe, house.wanted, act.wants
    else:
        change, named, is_in = (
            unsuppress if act.wants else suppress,
            house.unwanted,
            not act.wants,
        )
    with house.ledger.write() as unit:
        change(unit, address, topic=topic, why="", at=house.now, actor=ACTOR)
    (named.add if is_in else named.discard)((address, topic))


def _by_hand(house: House, act: ByHand) -> None:
    """Somebody is let in, or taken out."""
    book = house.books[act.book]
    house.put_rows()
    place = house.take_up()
    call_roll(place, house.ledger, at=house.now, actor=ACTOR)
    if not act.enters:
        take_out(place, book.name, str(act.key), why="")
        return
    house.note_pause(book)
    house.let_in_at = house.now
    house.remember(place.runnable(book.name))
    try:
        enroll(place, book.name, str(act.key), house.now, segment=Segment.ASKED)
    except Refused:
        assert act.key in house.gone


def _review(house: House, act: Review) -> None:
    """One of the drafts that wait, if any does."""
    place = house.take_up()
    drafts = [item for item in desk.held_items(place) if item.kind == "draft"]
    if not drafts:
        return
    draft = drafts[act.number % len(drafts)]
    match act.verdict:
        case "approve" | "approve and edit" | "approve and forge":
            with house.ledger.read() as unit:
                house.approved[draft.id] = read_draft(unit, draft.id).payload
            desk.approve(place, [draft.id], digest=draft.digest)
            _change_what_is_approved(house, place, draft.id, act.verdict)
        case "edit":
            _edit_draft(house, place, draft.id)
        case "edit and approve what was":
            _edit_draft(house, place, draft.id)
            with pytest.raises(Refused):
                desk.approve(place, [draft.id], digest=draft.digest)
        case "drop":
            desk.drop(place, [draft.id])


def _admit(house: House, book: int) -> None:
    """Those whom a fuse keeps out, if it does."""
    place, written = house.take_up(), house.books[book]
    held = [item for item in desk.held_items(place) if item.kind == "fuse"]
    mine = [item.id for item in held if item.playbook in written.names]
    if mine:
        desk.approve(place, mine)
        house.allowed[house.first_names[written.name]] = house.now


def _edit_draft(house: House, place: Workplace, draft: str) -> None:
    house.fresh += 1
    edited = f"Edited {house.fresh}."
    edit_draft(place, draft, subject=None, text=edited, editor=None)


def _change_what_is_approved(house: House, place: Workplace, draft: str, verdict: str) -> None:
    """By an edit, which comes too late; or behind everybody's back, in the ledger ithouse."""
    if verdict == "approve and edit":
        with pytest.raises(Refused):
            _edit_draft(house, place, draft)
    elif verdict == "approve and forge":
        with house.ledger.write() as unit:
            mine = (touches.c.id == draft) | (touches.c.copy_of == draft)
            ids = unit.connection.scalars(select(touches.c.id).where(mine)).all()
            change_payloads(unit, ids, house.approved[draft].replace(b"Hello", b"Hullo"))


def _task_done(house: House, number: int) -> None:
    """One of the open tasks, if any is."""
    with house.ledger.write() as unit:
        if tasks := list_tasks(unit):
            task = tasks[number % len(tasks)]
            outcome = task.outcomes[number % len(task.outcomes)] if task.outcomes else ""
            finish_task(unit, task.id, outcome=outcome, at=house.now, actor=ACTOR)
