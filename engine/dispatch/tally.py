"""What a delivery did, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.decide.facts import TouchState

__all__ = ["Delivered", "Progress", "Tally"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one delivery did, so far or in the end.

    `counts` are touches by channel and the state they came to; `ready` are those to be tried
    again. `tried` is how many were claimed. `trouble` tells by channel of the last failure that
    was the channel's own, unless it worked after that; `paused` names the channels that this
    delivery paused until a person looks. `unknown` counts acts that workers who are gone had left
    in doubt, and that a person is to look at; `orphaned` copies that ended because their mail did
    not go, `given_up` mails that had waited too long for room under a cap, or whose address gets
    nothing of their topic any more.
    """

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    tried: int = 0
    trouble: Mapping[str, str] = field(default_factory=dict)
    paused: tuple[str, ...] = ()
    unknown: int = 0
    expired: int = 0
    orphaned: int = 0
    given_up: int = 0


Progress = Callable[[Delivered], None]
"""Told after each touch how far a delivery has come."""


class Tally:
    """Counts while a delivery runs."""

    def __init__(self, progress: Progress | None) -> None:
        self.unknown = 0
        self.expired = 0
        self.orphaned = 0
        self._progress = progress
        self._tried = 0
        self._given_up = 0
        self._counts: dict[str, Counter[str]] = {}
        self._trouble: dict[str, str] = {}
        self._paused: list[str] = []

    def claimed(self) -> None:
        """One more touch was taken."""
        self._tried += 1

    def gave_up(self, number: int) -> None:
        """So many ended before they were taken: they had waited too long."""
        self._given_up += number

    def came_to(self, channel: str, state: TouchState) -> None:
        """One more touch has come to a state."""
        self._counts.setdefault(channel, Counter())[state.value] += 1
        if self._progress is not None:
            self._progress(self.delivered())

    def failed(self, channel: str, detail: str) -> None:
        """The channel itself failed."""
        self._trouble[channel] = detail

    def works(self, channel: str) -> None:
        """The channel was seen to work; one that is paused works no more for all that."""
        if channel not in self._paused:
            self._trouble.pop(channel, None)

    def paused(self, channel: str) -> None:
        """The channel was paused."""
        self._paused.append(channel)

    @property
    def withheld(self) -> bool:
        """Whether anything came to an end, and did not go out."""
        ended = (TouchState(state) for states in self._counts.values() for state in states)
        went = (TouchState.SENT, TouchState.UNKNOWN)
        return self._given_up > 0 or any(each.has_ended and each not in went for each in ended)

    def delivered(self) -> Delivered:
        """The figures as they stand."""
        return Delivered(
            counts={channel: dict(states) for channel, states in sorted(self._counts.items())},
            tried=self._tried,
            trouble=dict(self._trouble),
            paused=tuple(self._paused),
            unknown=self.unknown,
            expired=self.expired,
            orphaned=self.orphaned,
            given_up=self._given_up,
        )
