"""Questions about who matches and why: `segment`, `compile`, `explain`. They change nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.audience.checks import check_values
from engine.audience.explain import Node, explain
from engine.audience.fields import rows
from engine.audience.select import Key, select_keys
from engine.audience.snapshot import Snapshot
from engine.audience.statements import Statement, statements
from engine.bind.catalog import FieldRef
from engine.bind.playbook import Audience, BoundPlaybook
from engine.decide.entry import Gate, gate_of
from engine.ledger.store import Ledger
from engine.ledger.suppressions import is_suppressed
from engine.moments import At, Day, MomentError, Now, Today, parse_moment, span
from engine.passes.entering import candidates_among
from engine.passes.gather import World
from engine.problems import Invalid, Misuse, Problem, Refused
from engine.roster import known_now
from engine.workplace import Workplace

__all__ = [
    "Compiled",
    "Explained",
    "Matching",
    "instant_of",
    "key_of",
    "statements_of",
    "who_matches",
    "why",
]


@dataclass(frozen=True, slots=True)
class Matching:
    """Who is in a segment at an instant; keys ascending."""

    name: str
    entity: str
    as_of: datetime
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The statements that a segment becomes, in the order in which they run."""

    name: str
    as_of: datetime
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one customer does or does not match, and what entry says of it.

    `gate` is the first that keeps it out of the playbook, empty where none does; `told` says the
    same, and the suppression of its address, in sentences. Of a named segment both are empty.
    """

    name: str
    key: Key
    as_of: datetime
    tree: Node
    gate: str = ""
    told: str = ""

    @property
    def enters(self) -> bool:
        """Whether it would enter now."""
        return self.tree.holds and not self.gate


def instant_of(text: str | None, timezone: str, *, now: datetime) -> datetime:
    """The instant (UTC) that `--as-of` names; `now` where it names none.

    Raises:
        Misuse: it is no date or timestamp.
    """
    if text is None:
        return now
    try:
        moment = parse_moment(text)
    except MomentError as error:
        raise Misuse(f"--as-of: {error}") from None
    if not isinstance(moment, At | Day | Now | Today):
        raise Misuse(f"--as-of: `{text}` is no date or timestamp, such as 2026-03-10T09:00")
    return span(moment, now, ZoneInfo(timezone)).start


def key_of(text: str, audience: Audience) -> Key:
    """A key as its entity has it; Refused where it cannot be one."""
    if audience.entity.key.kind != "integer":
        return text
    try:
        return int(text)
    except ValueError:
        raise Refused(
            f"there is no {audience.entity.name} `{text}`: its key is a whole number"
        ) from None


def who_matches(workplace: Workplace, name: str, as_of: datetime) -> Matching:
    """The keys of a playbook's segment, or of a named one."""
    audience = workplace.audience(name)
    with workplace.sources(workplace.ledger_or_none()) as snapshot:
        check_values(audience, snapshot, as_of)
        keys = select_keys(audience, snapshot, as_of)
    return Matching(name, audience.entity.name, as_of, tuple(keys))


def statements_of(
    workplace: Workplace, name: str, as_of: datetime, *, dialect: str | None
) -> Compiled:
    """What a segment compiles to on its sources, or, asked for one, on paper in another dialect.

    Raises:
        Invalid: it asks for what the dialect cannot say.
        Misuse: there is no such dialect, or it is not installed.
    """
    audience, ledger = workplace.audience(name), workplace.ledger_or_none()
    asked = workplace.sources(ledger) if dialect is None else workplace.on_paper(dialect, ledger)
    with asked as snapshot:
        try:
            found = statements(audience, snapshot, as_of)
        except Refused as refusal:
            place = workplace.place_of_segment(name)
            raise Invalid([Problem(place, "beyond-dialect", str(refusal))]) from None
    if dialect is not None:
        found = [replace(each, dialect=dialect) for each in found]
    return Compiled(name, as_of, tuple(found))


def why(workplace: Workplace, name: str, key_text: str, as_of: datetime) -> Explained:
    """The condition tree for one customer, and the gate that would keep it out.

    Raises:
        Refused: there is no such customer.
    """
    audience = workplace.audience(name)
    key = key_of(key_text, audience)
    ledger = workplace.ledger_or_none()
    with workplace.sources(ledger) as snapshot:
        check_values(audience, snapshot, as_of)
        tree = explain(audience, key, snapshot, as_of)
        if tree is None:
            raise Refused(f"there is no {audience.entity.name} with the key {key_text}")
        if name not in workplace.project.playbooks:
            return Explained(name, key, as_of, tree)
        playbook = known_now(ledger, workplace.playbook(name))
        world = World(
            workplace.catalog,
            snapshot,
            as_of,
            workplace.settings,
            policy=workplace.policy,
            ledger=ledger,
        )
        known = candidates_among(playbook, [key], world, ledger, as_of=as_of)
        suppressed = _suppressed(playbook, key, snapshot, as_of, ledger=ledger)
    gate = gate_of(str(key), playbook.entry, known) if tree.holds else "segment"
    told = _ENTRY[gate] + (_SUPPRESSED if suppressed else "")
    return Explained(name, key, as_of, tree, gate=gate, told=told)


_ENTRY = {
    "": "It would enter at the next run.",
    "segment": "It does not enter: it is not in the segment.",
    Gate.GOAL: "It does not enter: it has reached the goal already.",
    Gate.MISSING: "It does not enter: the value that entry.again counts by is missing.",
    Gate.EXIT: "It does not enter: it meets exit_when already.",
    Gate.OPEN: "It does not enter: it is inside already.",
    Gate.ELSEWHERE: "It does not enter: it is inside another playbook, and one_at_a_time holds.",
    Gate.AGAIN: "It does not enter: it was inside, and entry.again does not let it back yet.",
    Gate.EXISTING: "It does not enter: it matched before the playbook first ran.",
}
_SUPPRESSED = " Its address is suppressed: it gets no mail."


def _suppressed(
    playbook: BoundPlaybook,
    key: Key,
    snapshot: Snapshot,
    as_of: datetime,
    *,
    ledger: Ledger | None,
) -> bool:
    contact = playbook.audience.entity.contact
    if contact is None or ledger is None:
        return False
    email = FieldRef((), playbook.audience.entity.name, "email", contact.email)
    audience = playbook.audience
    found = rows(audience.entity, [key], [email], snapshot, as_of=as_of, zone=audience.zone)
    address = found.get(key, {}).get(email.path)
    if not isinstance(address, str):
        return False
    with ledger.read() as unit:
        return is_suppressed(unit, address, topic="")
