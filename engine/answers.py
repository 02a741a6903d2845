"""Questions about who matches and why: `segment`, `compile`, `explain`. They change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.audience.checks import check_values
from engine.audience.explain import Node, explain
from engine.audience.select import Key, select_keys
from engine.audience.snapshot import Snapshot
from engine.audience.statements import Statement, statements
from engine.audience.values import key_from_text
from engine.audience.words import condition_text
from engine.bind.conditions import BoundAll, Condition
from engine.bind.playbook import Audience, BoundPlaybook
from engine.bind.policy import BoundPolicy
from engine.ledger.runs import last_as_of
from engine.ledger.store import Ledger
from engine.moments import At, Day, Moment, MomentError, Now, Today, parse_moment, span
from engine.passes.entering import candidates_among
from engine.problems import Invalid, Misuse, Problem, Refused
from engine.roster import known_now
from engine.running import world_on
from engine.standing.entry import EntryAnswer, entry_of, gone
from engine.standing.stay import Standing, standing_of
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
    "why_of_playbook",
]

_YEARS = range(1100, 8901)  # no duration is longer than a thousand years


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
    """Why one customer does or does not match; of a playbook, what entry says and where it stands.

    Both are None of a named segment.
    """

    name: str
    key: Key
    as_of: datetime
    tree: Node
    entry: EntryAnswer | None = None
    standing: Standing | None = None


def instant_of(text: str | None, timezone: str, *, now: datetime) -> datetime:
    """The instant (UTC) that `--as-of` names; `now` where it names none.

    Raises:
        Misuse: it is no date or timestamp, or near an end of the calendar: no window fits there.
    """
    if text is None:
        return now
    try:
        moment = parse_moment(text)
    except MomentError:
        raise Misuse(f"--as-of: {_NO_INSTANT.format(text)}") from None
    if not isinstance(moment, At | Day | Now | Today):
        raise Misuse(f"--as-of: {_NO_INSTANT.format(text)}")
    return _reckonable(text, moment, now, ZoneInfo(timezone))


_NO_INSTANT = "`{}` is no date or timestamp, such as 2026-03-10T09:00"


def _reckonable(text: str, moment: Moment, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant, if every duration that can be said leads from it to a date that there is."""
    try:
        found = span(moment, now, zone).start
    except MomentError:
        found = None
    if found is None or found.year not in _YEARS:
        raise Misuse(
            f"--as-of: `{text}` is too near the end of the calendar; "
            f"expected a year from {_YEARS.start} to {_YEARS[-1]}"
        )
    return found


def key_of(text: str, audience: Audience) -> Key:
    """A key as its entity has it; Refused where it cannot be one."""
    key = key_from_text(audience.entity.key.kind, text)
    if key is None:
        raise Refused(f"there is no {audience.entity.name} `{text}`: its key is a whole number")
    return key


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
    """The condition tree for one customer, the gate that would keep it out, and where it stands.

    Raises:
        Refused: there is no such customer, and none of that key is inside.
    """
    audience = workplace.audience(name)
    key = key_of(key_text, audience)
    ledger = workplace.ledger_or_none()
    with workplace.sources(ledger) as snapshot:
        if name in workplace.project.playbooks:
            return why_of_playbook(workplace, name, key, snapshot, ledger, as_of=as_of)
        check_values(audience, snapshot, as_of)
        tree = explain(audience, key, snapshot, as_of)
        if tree is None:
            raise _no_such(audience, key)
        return Explained(name, key, as_of, tree)


def why_of_playbook(
    workplace: Workplace,
    name: str,
    key: Key,
    snapshot: Snapshot,
    ledger: Ledger | None,
    *,
    as_of: datetime,
) -> Explained:
    """The same of a playbook, with the sources and the ledger at hand."""
    playbook = known_now(ledger, workplace.playbook(name))
    audience = playbook.audience
    everything = BoundAll(tuple(_asked(playbook, workplace.policy)))
    check_values(replace(audience, condition=everything), snapshot, as_of)
    tree = explain(audience, key, snapshot, as_of)
    answer = gone()
    if tree is not None:
        world = world_on(workplace, snapshot, as_of, ledger)
        known = candidates_among(playbook, [key], world, ledger, as_of=as_of)
        answer = entry_of(
            playbook,
            str(key),
            known,
            matches=tree.holds,
            ledger=ledger,
            policy=workplace.settings.policy,
            playbooks=workplace.project.playbooks.keys(),
            now=as_of,
        )
    now = _taken_as_now(workplace, ledger, as_of)
    standing = standing_of(
        workplace,
        playbook,
        key,
        snapshot,
        ledger=ledger,
        now=now,
        enters_at=answer.would_enter_at,
    )
    if tree is None and standing.inside is None:
        raise _no_such(audience, key)
    tree = tree or Node(condition_text(audience.condition), False, "gone from the source")
    return Explained(name, key, as_of, tree, answer, standing)


def _asked(playbook: BoundPlaybook, policy: BoundPolicy) -> Iterator[Condition]:
    """All that is asked of one customer: by the playbook, and by `never_contact`."""
    yield from playbook.conditions
    entity = playbook.audience.entity.name
    yield from (rule.conditions[entity] for rule in policy.never if entity in rule.conditions)


def _taken_as_now(workplace: Workplace, ledger: Ledger | None, as_of: datetime) -> datetime:
    """The instant for which the ledger can say where somebody stands: not before its last pass."""
    if ledger is None:
        return as_of
    with ledger.read() as unit:
        last = last_as_of(unit)
    return as_of if last is None or as_of >= last else max(workplace.ports.clock.now(), last)


def _no_such(audience: Audience, key: Key) -> Refused:
    return Refused(f"there is no {audience.entity.name} with the key `{key}`")
