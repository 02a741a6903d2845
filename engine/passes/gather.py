"""Facts for a pass, asked in bulk: who matches, who exits, what each touch would be.

One snapshot of the sources and one `as_of` for everything (delivery page, point 9).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from engine.audience.checks import check_sources
from engine.audience.fields import rows
from engine.audience.select import (
    Key,
    holding,
    own_sources,
    population,
    stream_holding,
    stream_keys,
)
from engine.audience.snapshot import Snapshot
from engine.audience.statements import statements
from engine.audience.stays import Own, Stay
from engine.bind.acts import (
    BoundEmail,
    BoundExit,
    BoundIf,
    BoundSplit,
    BoundStep,
    BoundWait,
    BoundWaitFor,
    branches_on,
    digest_of,
    waits_on,
)
from engine.bind.catalog import Catalog, FieldRef
from engine.bind.conditions import Condition
from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import BoundPolicy
from engine.compile.terms import Stays
from engine.decide.became import ReadRecords, stay_of
from engine.decide.facts import Enrollment, Invited, NewTouch, TouchState
from engine.decide.gathering import Gathered, ItemFacts
from engine.decide.journey import StepFacts, lets_go, step_of
from engine.decide.waits import Clock
from engine.language.policy import TopicDefault
from engine.language.project import Settings
from engine.ledger.doors import refuse_barred
from engine.ledger.invitations import Invitation
from engine.ledger.moves import steps_had
from engine.ledger.past import inside_another
from engine.ledger.stays import records_in
from engine.ledger.store import Ledger, Unit
from engine.ledger.threads import Answers, mails_sent
from engine.moments import Duration
from engine.passes.digests import Digests, Printed, told_of
from engine.passes.gates import Gates
from engine.passes.keys import as_text, native, natives
from engine.passes.wait_ends import wait_ends
from engine.steps.drafts import Customer, Draft, House
from engine.steps.table import Press, press_for

__all__ = ["World"]

_WITHOUT_EFFECT = (BoundWait, BoundWaitFor, BoundIf, BoundSplit, BoundExit)


class World:
    """Everything that a pass asks of the sources and of the ledger's memory."""

    def __init__(
        self,
        catalog: Catalog,
        snapshot: Snapshot,
        as_of: datetime,
        settings: Settings,
        *,
        policy: BoundPolicy,
        ledger: Ledger | None,
    ) -> None:
        self._catalog = catalog
        self._snapshot = snapshot
        self._as_of = as_of
        self._settings = settings
        self._ledger = ledger
        self._policy = policy
        self._records: ReadRecords = partial(records_in, ledger)
        self._entering: dict[str, dict[str, str]] = {}
        self._left: set[str] = set()
        self._has_delivered = False
        self._invited: list[Invited] = []
        self._gates = Gates(policy, as_of, ledger=ledger)
        self._digests = Digests(
            self._gates, ledger, house_of=self._house, values_of=self._values_for
        )
        self._presses: dict[tuple[str, str], Press | None] = {}
        self._rehearsed: dict[tuple[str, str], list[NewTouch]] = {}

    # ------------------------------------------------------------ who

    def check(self, playbook: BoundPlaybook, last: Mapping[str, object]) -> Mapping[str, object]:
        """What the sources are like; SourceFault or Unreachable where they cannot be trusted."""
        sound = check_sources(
            playbook.audience.entity,
            [*playbook.conditions, *self._rules(playbook)],
            self._snapshot,
            self._settings,
            as_of=self._as_of,
            last=last,
            fields=self._read_of_rows(playbook),
            denied=[*playbook.denied, *(("never_contact", each) for each in self._rules(playbook))],
        )
        return {**sound, "sql": self._sql_digest(playbook)}

    def _rules(self, playbook: BoundPlaybook) -> list[Condition]:
        """The conditions of `never_contact` that mails of a playbook hang on."""
        held = [rule.conditions.get(playbook.audience.entity.name) for rule in self._policy.never]
        return [each for each in held if each is not None]

    def has_rules(self, playbook: BoundPlaybook) -> bool:
        """Whether `never_contact` says anything of a playbook's customers."""
        return bool(self._rules(playbook))

    def _read_of_rows(self, playbook: BoundPlaybook) -> list[FieldRef]:
        """Fields that no condition asks: a column that is gone is known before anyone enters."""
        presses = (self._press(playbook, step) for step in playbook.route.steps)
        found = [ref for press in presses if press for ref in press.fields]
        found += [ref for step in playbook.route.steps.values() for ref in waits_on(step)]
        return found + [ref for ref in (playbook.per, playbook.each) if ref is not None]

    def _sql_digest(self, playbook: BoundPlaybook) -> str:
        """SHA-256 (hex) over the statements of the segment, for the audit of the run."""
        texts = [each.sql for each in statements(playbook.audience, self._snapshot, self._as_of)]
        return hashlib.sha256("\n;\n".join(texts).encode()).hexdigest()

    def matched(self, playbook: BoundPlaybook) -> Iterable[Key]:
        """The keys in the segment, ascending; nothing else is to be asked before all have come."""
        return stream_keys(playbook.audience, self._snapshot, self._as_of)

    def everyone(self, playbook: BoundPlaybook, condition: Condition) -> Iterable[Key] | None:
        """As `matched`, all for whom a condition holds; None where it hangs on the stays asked."""
        about = (playbook.audience.entity, self._snapshot, self._as_of, playbook.zone)
        if own_sources(condition, *about):
            return None
        return stream_holding(condition, *about)

    def hangs_on_steps(self, playbook: BoundPlaybook, condition: Condition) -> bool:
        """Whether a condition may hold once a step of the stay that asks is over."""
        about = (playbook.audience.entity, self._snapshot, self._as_of, playbook.zone)
        asked = own_sources(condition, *about)
        return any(isinstance(each, Stays) and bool(each.step) for each in asked)

    def population(self, playbook: BoundPlaybook) -> int:
        """How many rows of the entity have a key."""
        return population(playbook.audience.entity, self._snapshot)

    def clock(self, playbook: BoundPlaybook) -> Clock:
        """The calendar that a playbook keeps."""
        return Clock(playbook.zone, self._policy.holidays)

    @property
    def pass_every(self) -> Duration:
        """How old what a pass has asked may grow before nobody is written to by it."""
        return self._settings.policy.pass_every

    def meeting(
        self, playbook: BoundPlaybook, condition: Condition | None, keys: Sequence[Key]
    ) -> frozenset[str]:
        """Those of some keys for which a condition holds; nobody where there is none."""
        if condition is None:
            return frozenset()
        begun = partial(_begun, keys, self._as_of)
        own = Own(playbook.audience.entity, frozenset(), begun)
        return self._holding(playbook, condition, keys, own=own)

    def counted_by(
        self, playbook: BoundPlaybook, keys: Sequence[Key]
    ) -> Mapping[str, tuple[str, str]]:
        """By key the value of `per` and the key of `each`, as texts; empty where missing."""
        wanted = [ref for ref in (playbook.per, playbook.each) if ref is not None]
        if not wanted or not keys:
            return {}
        found = self._values(playbook, keys, wanted)
        return {
            str(key): (as_text(playbook.per, values), as_text(playbook.each, values))
            for key, values in found.items()
        }

    def _values(
        self, playbook: BoundPlaybook, keys: Sequence[Key], fields: Sequence[FieldRef]
    ) -> Mapping[Key, Mapping[str, object]]:
        return rows(
            playbook.audience.entity,
            list(keys),
            fields,
            self._snapshot,
            as_of=self._as_of,
            zone=playbook.audience.zone,
        )

    def holding(
        self, playbook: BoundPlaybook, condition: Condition, enrollments: Sequence[Enrollment]
    ) -> frozenset[str]:
        """The keys of those enrollments for which a condition holds now."""
        keys = natives(playbook, enrollments).values()
        ids = frozenset(each.id for each in enrollments)
        own = Own(playbook.audience.entity, ids, partial(self._stays, enrollments))
        return self._holding(playbook, condition, list(keys), own=own)

    def _stays(self, enrollments: Sequence[Enrollment]) -> list[Stay]:
        records = self._records([each.id for each in enrollments])
        return [stay_of(each, records[each.id]) for each in enrollments]

    def _holding(
        self,
        playbook: BoundPlaybook,
        condition: Condition,
        keys: Sequence[Key],
        *,
        own: Own | None,
    ) -> frozenset[str]:
        found = holding(
            condition,
            playbook.audience.entity,
            keys,
            self._snapshot,
            self._as_of,
            zone=playbook.zone,
            own=own,
        )
        return frozenset(str(key) for key in found)

    # ------------------------------------------------------------ what

    def of_step(
        self, playbook: BoundPlaybook, enrollments: Sequence[Enrollment]
    ) -> dict[str, StepFacts]:
        """What deciding on the common step of some enrollments needs; the gone are left out."""
        step = step_of(playbook, enrollments[0])
        passing = self._passing(playbook, step.only_if, enrollments)
        held = self._held(playbook, step, enrollments)
        met = self._meeting(playbook, branches_on(step), enrollments)
        press = None if digest_of(step) else self._press(playbook, step.id)  # printed when it fires
        had = self._had(step, enrollments)
        customers = self._customers(playbook, step, press, enrollments)
        clock = self.clock(playbook)
        let_go = {e.key for e in enrollments if lets_go(step, e, as_of=self._as_of, clock=clock)}
        going = passing - (held - let_go)
        asking = [one for one in customers if one.enrollment.id not in had]
        ready = [one for one in asking if one.enrollment.key in going]
        drafts = self._drafts(press, ready)
        if isinstance(step, BoundEmail) and press is not None:
            never = self.never(playbook, step.topic, [one.enrollment.key for one in ready])
            drafts = self._gates.let_through(step, playbook, drafts, never=never)
        touches: dict[str, list[NewTouch]] = {}
        for draft in drafts:
            touches.setdefault(draft.touch.enrollment, []).append(draft.touch)
        ends = wait_ends(step, customers, self._records, as_of=self._as_of, clock=clock)
        return {
            each.enrollment.id: StepFacts(
                holds=each.enrollment.key in passing,
                held=each.enrollment.key in held,
                met=each.enrollment.key in met,
                had=each.enrollment.id in had,
                until=ends.get(each.enrollment.id),
                drafts=tuple(touches.get(each.enrollment.id, ())),
            )
            for each in customers
        }

    def of_items(
        self, playbook: BoundPlaybook, enrollments: Sequence[Enrollment]
    ) -> dict[str, ItemFacts]:
        """By enrollment id, what is known of those who wait at their common step; not the gone."""
        step = step_of(playbook, enrollments[0])
        passing = self._passing(playbook, step.only_if, enrollments)
        held = self._held(playbook, step, enrollments)
        had = self._had(step, enrollments)
        never: Collection[str] = ()
        if isinstance(step, BoundEmail):
            never = self.never(playbook, step.topic, [each.key for each in enrollments])
        press = self._press(playbook, step.id)
        found = {}
        for one in self._customers(playbook, step, press, enrollments):
            id_, key = one.enrollment.id, one.enrollment.key
            facts = ItemFacts(one, holds=key in passing, held=key in held, had=id_ in had)
            found[id_] = told_of(step, facts, never=never)
        return found

    def printed(self, groups: Sequence[Gathered]) -> Mapping[str, Printed]:
        """By idempotency key the digests of some groups; those that exist already are absent."""
        return self._digests.printed(groups)

    def _values_for(
        self, playbook: BoundPlaybook, enrollments: Sequence[Enrollment], press: Press
    ) -> dict[str, Mapping[str, object]]:
        keys = natives(playbook, enrollments)
        found = self._values(playbook, list(keys.values()), press.fields)
        return {id_: found[key] for id_, key in keys.items()}

    def _passing(
        self, playbook: BoundPlaybook, only_if: Condition | None, enrollments: Sequence[Enrollment]
    ) -> frozenset[str]:
        if only_if is None:
            return frozenset(each.key for each in enrollments)
        return self.holding(playbook, only_if, enrollments)

    def _held(
        self, playbook: BoundPlaybook, step: BoundStep, enrollments: Sequence[Enrollment]
    ) -> frozenset[str]:
        hold = step.hold_while
        return self._meeting(playbook, hold.when if hold else None, enrollments)

    def _had(self, step: BoundStep, enrollments: Sequence[Enrollment]) -> frozenset[str]:
        """Those whose stay had the touches of this step before, or was let in by it."""
        if self._ledger is None or isinstance(step, _WITHOUT_EFFECT):
            return frozenset()
        with self._ledger.read() as unit:
            return steps_had(unit, (step.id, *step.formerly), [each.id for each in enrollments])

    def _meeting(
        self,
        playbook: BoundPlaybook,
        condition: Condition | None,
        enrollments: Sequence[Enrollment],
    ) -> frozenset[str]:
        return frozenset() if condition is None else self.holding(playbook, condition, enrollments)

    def _press(self, playbook: BoundPlaybook, step_id: str) -> Press | None:
        """Templates are compiled once per version and step."""
        name = (playbook.version, step_id)
        if name not in self._presses:
            self._presses[name] = press_for(self._house(playbook), playbook.route.steps[step_id])
        return self._presses[name]

    def _house(self, playbook: BoundPlaybook) -> House:
        about = (self._catalog, self._settings, self._as_of, self._policy.holidays)
        return House(playbook, *about, key=self._ledger.identity.key if self._ledger else b"")

    def _customers(
        self,
        playbook: BoundPlaybook,
        step: BoundStep,
        press: Press | None,
        enrollments: Sequence[Enrollment],
    ) -> list[Customer]:
        """Each enrollment with its values; who is gone from the source is not among them."""
        keys = natives(playbook, enrollments)
        fields = press.fields if press else waits_on(step)
        found = self._values(playbook, list(keys.values()), fields)
        answers = self._answers(step, enrollments)
        return [
            Customer(each, found[keys[each.id]], answers.get(each.id, {}))
            for each in enrollments
            if each.id in keys and keys[each.id] in found
        ]

    def _answers(self, step: BoundStep, enrollments: Sequence[Enrollment]) -> Mapping[str, Answers]:
        """By enrollment, the mails of the earlier step that `thread` names."""
        if not isinstance(step, BoundEmail) or step.thread is None:
            return {}
        ids, step_id = [each.id for each in enrollments], step.thread
        rehearsed = [each for id_ in ids for each in self._rehearsed.get((id_, step_id), ())]
        return mails_sent(self._ledger, ids, step_id, made=rehearsed)

    def let_go(self, touches: Sequence[NewTouch]) -> list[NewTouch]:
        """In a rehearsal, what a dispatch would make of touches; the ledger never learns."""
        gone = self._gates.let_go(touches)
        for touch in gone:
            if touch.state is TouchState.READY:
                self._rehearsed.setdefault((touch.enrollment, touch.step), []).append(touch)
        return gone

    def _drafts(self, press: Press | None, customers: Iterable[Customer]) -> list[Draft]:
        if press is None:
            return []
        return [draft for customer in customers for draft in press.drafts(customer)]

    # ------------------------------------------------------------ what the policy says

    def elsewhere(self, playbook: BoundPlaybook, keys: Sequence[str]) -> frozenset[str]:
        """Those of some keys who may not enter because another playbook has them."""
        if not self._policy.one_at_a_time:
            return frozenset()
        entity = playbook.audience.entity.name
        entered = self._entering.get(entity, {})
        found = {key for key in keys if entered.get(key, playbook.name) != playbook.name}
        if self._ledger is None:
            return frozenset(found)
        with self._ledger.read() as unit:
            return inside_another(unit, entity, playbook.name, keys, over=self._left) | found

    def let_in(self, unit: Unit, playbook: BoundPlaybook, keys: Collection[str]) -> None:
        """In the transaction that lets some in: Overtaken where one may not enter any more."""
        refuse_barred(unit, playbook, keys, self._policy)

    def recall(self, records: ReadRecords) -> None:
        """In a rehearsal, where what became of steps is known."""
        self._records = records

    def remember(
        self, playbook: BoundPlaybook, inside: Sequence[str], *, left: Collection[str]
    ) -> None:
        """In a rehearsal, who would be inside and which stays over; the ledger never learns."""
        entered = self._entering.setdefault(playbook.audience.entity.name, {})
        for key in inside:
            entered.setdefault(key, playbook.name)
        self._left.update(left)
        self._has_delivered = True

    def is_over(self, touch: NewTouch) -> bool:
        """In a rehearsal, whether the delivery of another playbook has ended what came late."""
        return self._has_delivered and touch.state is TouchState.EXPIRED

    def invite(self, invited: Sequence[Invited]) -> None:
        """In a rehearsal, that steps would have asked these into other playbooks."""
        self._invited.extend(invited)

    def invited(self, playbook: BoundPlaybook) -> Sequence[Invitation]:
        """Those whom steps would have asked into a playbook, earlier in a rehearsal."""
        return [
            Invitation(each.enrollment.id, each.step, each.playbook, each.enrollment.key)
            for each in self._invited
            if each.playbook == playbook.name
        ]

    def never(self, playbook: BoundPlaybook, topic: str, keys: Sequence[str]) -> frozenset[str]:
        """Those of some keys whom `never_contact` keeps mails of a topic of a playbook from."""
        if self._policy.default_of(topic) is TopicDefault.REQUIRED:
            return frozenset()
        rules = [rule for rule in self._policy.never if rule.concerns(playbook.name, topic)]
        asked = [key for text in keys if (key := native(text, playbook)) is not None]
        found: set[str] = set()
        for rule in rules:
            condition = rule.conditions.get(playbook.audience.entity.name)
            if condition is not None:
                found |= self._holding(playbook, condition, asked, own=None)
        return frozenset(found)


def _begun(keys: Collection[Key], as_of: datetime) -> list[Stay]:
    """The stays of those who would enter now."""
    return [Stay(str(key), as_of) for key in keys]
