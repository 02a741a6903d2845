"""The judge: what the receivers hold, beside what the ledger says. The receivers are believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.support.stage import Stage

__all__ = ["Verdict", "judge"]


@dataclass(slots=True)
class Verdict:
    """What a campaign came to; all but `unknown` and those of them that `arrived` must be 0."""

    broken: int = 0
    touches: int = 0
    duplicates: int = 0
    lost: int = 0
    unknown: int = 0
    arrived: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        """Count another one in."""
        for name in ("broken", "touches", "duplicates", "lost", "unknown", "arrived"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults

    @property
    def holds(self) -> bool:
        """Whether nothing came twice, nothing is lost, and every log verifies."""
        return not (self.duplicates or self.lost or self.faults)


def judge(stage: Stage, expected: int) -> Verdict:
    """Look at a stage on which so many mails should have gone out, each under its own id."""
    mails = Counter(mail.message_id for mail in stage.mail.received)
    held = [each for each in stage.do("held", "--format", "json").data if each["kind"] == "unknown"]
    unknown = {each["id"] for each in held}
    arrived = {each for each in unknown if _is_among(each, mails)}
    verdict = Verdict(
        touches=expected,
        duplicates=sum(mails.values()) - len(mails),
        lost=max(expected - len(mails) - len(unknown - arrived), 0),
        unknown=len(unknown),
        arrived=len(arrived),
    )
    for words in (("audit", "verify"), ("ledger", "check")):
        done = stage.do(*words)
        if done.status:
            verdict.faults.append(f"{' '.join(words)}: {done.out}{done.err}")
    return verdict


def _is_among(touch: str, mails: Counter[str]) -> bool:
    return any(message_id.startswith(f"<{touch}@") for message_id in mails)
