"""Which mails of a step may be made, by what the ledger and the policy know of their addresses.

Language, section 5: after rendering, in this order, suppression and topic, `never_contact`,
duplicates, approval; then the window and the caps, which do not refuse a mail but have it wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from engine.bind.acts import BoundEmail, origin_of
from engine.bind.playbook import BoundPlaybook
from engine.bind.policy import BoundPolicy, address_of
from engine.decide.facts import RATE, NewTouch, TouchState, is_going, is_waiting
from engine.decide.policy import NEVER_CONTACT, Act, Asked, GiveUp, Wait, judge, newcomer_refused
from engine.language.policy import Rate, TopicDefault
from engine.ledger.copies import CopyHolder, copies_made
from engine.ledger.held import acts_by_whom
from engine.ledger.pace import PATIENCE, names_of, without_turn
from engine.ledger.store import Ledger, Unit
from engine.ledger.topics import refusals_among
from engine.steps.copies import DUPLICATE_ADDRESS, NOT_SENT, first_of, is_copy, with_copies
from engine.steps.drafts import NO_APPROVER, Draft, ended, unapprovable

__all__ = ["Gates"]

Acts = Mapping[str, Sequence[Act]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the addresses of some drafts.

    `refused` get nothing of the topic, with the reason; `never` are keys of customers; `copies`
    are the touches that gave a message to an address already, and learns of those of this pass.
    """

    refused: Mapping[str, str]
    never: Collection[str]
    copies: dict[str, CopyHolder]


class Gates:
    """The gates of one pass.

    What this pass itself gave out, or ended unsent, is kept in memory: in a rehearsal the ledger
    never learns.
    """

    def __init__(self, policy: BoundPolicy, as_of: datetime, *, ledger: Ledger | None) -> None:
        self._policy = policy
        self._as_of = as_of
        self._ledger = ledger
        self._copies: dict[tuple[str, str], dict[str, CopyHolder]] = {}
        self._given: dict[str, list[Act]] = {}
        self._unsent: set[str] = set()
        self._without_turn: set[str] = set()

    def let_go(self, touches: Sequence[NewTouch]) -> list[NewTouch]:
        """In a rehearsal, what a dispatch would make of touches: caps count each for the next.

        In the order of their turns. A copy waits with its mail.
        """
        if self._ledger is None:
            return self._gone([(touch, ()) for touch in touches], {})
        with self._ledger.read() as unit:
            whom = [_whom(unit, touch) for touch in touches]
            acts = self._acts(unit, whom)
            rated = {name: rate for each in touches for name, rate in self._rates(each).items()}
            self._without_turn.update(without_turn(unit, rated, real=self._as_of))
        return self._gone(list(zip(touches, whom, strict=True)), acts)

    def _gone(
        self, asking: Sequence[tuple[NewTouch, tuple[str, ...]]], acts: Acts
    ) -> list[NewTouch]:
        found: dict[str, NewTouch] = {}
        for touch, whom in sorted(asking, key=lambda each: self._turn(each[0])):
            mail = found.get(touch.copy_of, touch)
            held = self._with_its_mail(touch, mail) or self._held(touch, whom, acts)
            held = found[touch.id] = self._in_line(held)
            self._take(held)
        self._unsent |= {id_ for id_, touch in found.items() if touch.state.has_ended}
        return [found[touch.id] for touch, _ in asking]

    def _turn(self, touch: NewTouch) -> tuple[bool, int, datetime, str]:
        """Whose turn it is, as `claims` has it; a copy's comes after those of all mails."""
        return bool(touch.copy_of), -touch.priority, touch.made_at or self._as_of, touch.id

    def _with_its_mail(self, touch: NewTouch, mail: NewTouch) -> NewTouch | None:
        goes_along = touch.state is TouchState.READY and mail is not touch
        if goes_along and mail.state.has_ended:
            return ended(touch, NOT_SENT)
        if not (goes_along and is_waiting(mail, self._as_of)):
            return None
        return replace(touch, reason=mail.reason, due_at=mail.due_at, expires_at=mail.expires_at)

    def _in_line(self, touch: NewTouch) -> NewTouch:
        """One whose turn is far off waits: a run leaves it to the next one, or to the daemon."""
        rated = self._rates(touch)
        if not (rated and is_going(touch, self._as_of)):
            return touch
        if not self._without_turn.isdisjoint(rated):
            return replace(touch, reason=RATE)
        far = [name for name, rate in rated.items() if rate.interval_s > PATIENCE.total_seconds()]
        self._without_turn.update(far)
        return touch

    def _rates(self, touch: NewTouch) -> Mapping[str, Rate]:
        return names_of(self._policy, touch.channel, touch.sender)

    def _take(self, touch: NewTouch) -> None:
        """A touch would have gone out: caps count it from then on."""
        if touch.to_customer and is_going(touch, self._as_of):
            act = Act(self._as_of, touch.channel, touch.topic)
            for name in _names(touch):
                self._given.setdefault(name, []).append(act)

    def let_through(
        self,
        step: BoundEmail,
        playbook: BoundPlaybook,
        drafts: Sequence[Draft],
        *,
        never: Collection[str],
    ) -> list[Draft]:
        """Drafts of mails; those that may not go out have ended, those that must wait say so.

        `never` are the keys of customers that a rule of `never_contact` holds for.
        """
        copies = self._copies.setdefault((playbook.name, origin_of(step)), {})
        if self._ledger is None:
            refused = self._refused_newcomers(step, drafts)
            judged = _judged(drafts, _Known(refused, never, copies))
            return _as_late([self._waiting(each, (), {}) for each in judged])
        with self._ledger.read() as unit:
            refused = self._refused(unit, step, drafts)
            self._remember_copies(unit, step, playbook, drafts)
            judged = _judged(drafts, _Known(refused, never, copies))
            whom = [_whom(unit, each.touch) for each in judged]
            acts = self._acts(unit, whom)
            return _as_late([self._waiting(*each, acts) for each in zip(judged, whom, strict=True)])

    # ------------------------------------------------------------ may it be made at all

    def _refused(self, unit: Unit, step: BoundEmail, drafts: Sequence[Draft]) -> dict[str, str]:
        """Addresses that get nothing of the step's topic; colleagues subscribe to nothing."""
        customers = _of_customers(drafts)
        others = {each.address for each in drafts if each.address} - customers
        default = self._policy.default_of(step.topic)
        return {
            **refusals_among(unit, others, step.topic, default=TopicDefault.SUBSCRIBED),
            **refusals_among(unit, customers, step.topic, default=default),
        }

    def _refused_newcomers(self, step: BoundEmail, drafts: Sequence[Draft]) -> dict[str, str]:
        """The same where there is no ledger yet: nobody has said anything of a topic."""
        reason = newcomer_refused(self._policy.default_of(step.topic))
        return dict.fromkeys(_of_customers(drafts), reason) if reason else {}

    def _remember_copies(
        self, unit: Unit, step: BoundEmail, playbook: BoundPlaybook, drafts: Sequence[Draft]
    ) -> None:
        copies = self._copies[playbook.name, origin_of(step)]
        wanted = [draft.copy for draft in drafts if draft.copy]
        made = copies_made(unit, playbook.name, playbook.ids_of(step), wanted)
        for copy, holder in made.items():
            if holder.touch not in self._unsent:
                copies.setdefault(copy, holder)

    # ------------------------------------------------------------ may it go out already

    def _acts(self, unit: Unit, whom: Iterable[Collection[str]]) -> Acts:
        if not self._policy.caps:
            return {}
        everyone = {each for some in whom for each in some}
        return acts_by_whom(unit, everyone, self._policy, now=self._as_of)

    def _waiting(self, draft: Draft, whom: tuple[str, ...], acts: Acts) -> Draft:
        """A draft that has to wait; a copy is asked about once its mail has gone."""
        touch = draft.touch
        return draft if touch.copy_of else replace(draft, touch=self._held(touch, whom, acts))

    def _held(self, touch: NewTouch, whom: tuple[str, ...], acts: Acts) -> NewTouch:
        """One that has to wait is due when it may be asked about again, and not late before."""
        now = self._as_of
        if not (touch.to_customer and is_going(touch, now)):
            return touch  # a draft is asked once it is approved
        names = whom or _names(touch)
        asked = Asked(
            touch.channel, touch.topic, ZoneInfo(touch.zone), names, capped_at=touch.capped_at
        )
        verdict = judge(self._policy, asked, self._with_given(touch, names, acts), now)
        if isinstance(verdict, GiveUp):
            return ended(touch, verdict.reason)
        if not isinstance(verdict, Wait):
            return touch
        expires_at = touch.expires_at and touch.expires_at + (verdict.until - now)
        return replace(
            touch,
            reason=verdict.reason,
            due_at=verdict.until,
            expires_at=expires_at,
            held_by=self._policy.digest,
        )

    def _with_given(self, touch: NewTouch, whom: Sequence[str], acts: Acts) -> Acts:
        """The acts on record, and those that a rehearsal has only in mind."""
        if not self._given:
            return acts
        pairs = zip(whom, _names(touch), strict=True)
        return {each: [*acts.get(each, ()), *self._given.get(name, ())] for each, name in pairs}


def _of_customers(drafts: Sequence[Draft]) -> set[str]:
    return {each.address for each in drafts if each.address and each.touch.to_customer}


def _judged(drafts: Sequence[Draft], known: _Known) -> list[Draft]:
    """Customer by customer: the mails of a step, then their copies, if there is a mail to copy."""
    found: list[Draft] = []
    for _, of_one in groupby(drafts, lambda each: each.touch.enrollment):
        asked = list(of_one)
        mails = [_asked_of(each, known) for each in asked if not is_copy(each)]
        copies = [each for each in asked if is_copy(each)]
        if first_of(mails) is not None:
            copies = [_asked_of(each, known) for each in copies]
        found += with_copies(mails, copies)
    return found


def _asked_of(draft: Draft, known: _Known) -> Draft:
    touch = draft.touch
    if touch.state.has_ended:
        return draft
    if draft.address in known.refused:
        return replace(draft, touch=ended(touch, known.refused[draft.address]))
    if touch.to_customer and touch.key in known.never:
        return replace(draft, touch=ended(touch, NEVER_CONTACT))
    holder = known.copies.get(draft.copy)
    if holder is not None and _is_second(holder, touch):
        return replace(draft, touch=ended(touch, DUPLICATE_ADDRESS))
    if unapprovable(touch):
        return replace(draft, touch=ended(touch, NO_APPROVER))
    if draft.copy:  # also where this entity had it in an earlier stay: now this one has it
        known.copies[draft.copy] = _holder(touch)
    return replace(draft, touch=replace(touch, copy=draft.copy))


def _as_late(drafts: Sequence[Draft]) -> list[Draft]:
    """Copies are late when their mail is, also where that has to wait."""
    late = {each.touch.id: each.touch.expires_at for each in drafts}
    return [
        replace(each, touch=replace(each.touch, expires_at=late[each.touch.copy_of]))
        if each.touch.copy_of in late
        else each
        for each in drafts
    ]


def _whom(unit: Unit, touch: NewTouch) -> tuple[str, ...]:
    """Whom a touch to a customer reaches, as the ledger will keep it."""
    if not touch.to_customer or touch.state.has_ended:
        return ()
    return (address_of(unit.digest(touch.recipient)), *touch.rows)


def _names(touch: NewTouch) -> tuple[str, ...]:
    """The same without a ledger, which alone knows the digest of an address."""
    return (address_of(touch.recipient), *touch.rows)


def _holder(touch: NewTouch) -> CopyHolder:
    return CopyHolder(touch.id, touch.key, touch.enrollment)


def _is_second(holder: CopyHolder, touch: NewTouch) -> bool:
    """Another entity has this message at this address, or another place of this very step.

    The entity itself may get it once more when it enters again.
    """
    same_stay = holder.enrollment == touch.enrollment
    return holder.key != touch.key or (same_stay and holder.touch != touch.id)
