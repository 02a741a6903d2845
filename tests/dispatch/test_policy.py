"""The contact policy in delivery: lanes wait for their turn, and the higher priority is first."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from connectors.channels.fakes import FakeChannel
from engine.bind.policy import BoundPolicy
from engine.dispatch.deliver import deliver
from engine.language.policy import FrequencyCap, Rate
from engine.ledger.schema import open_ledger
from engine.ledger.store import Ledger
from engine.moments import Duration, Unit
from tests.dispatch.outbox import Watch, by_key, fill, letter, run
from tests.ledger.factories import NOW

CAPPED = BoundPolicy(caps=(FrequencyCap(1, Duration(1, Unit.DAY)),), digest="one a day")
CUSTOMER = {"to_customer": True, "zone": "UTC"}


def real() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def test_two_workers_share_a_rate(any_ledger: Ledger, any_url: str, tmp_path: object) -> None:
    """Whoever carries them: eight messages at twenty a second take seven intervals."""
    fill(any_ledger, {str(n): letter(str(n), f"{n}@a.example") for n in range(8)})
    policy = BoundPolicy(rates={"email": Rate(20, 1.0)})
    channels = [FakeChannel("email") for _ in range(2)]
    other = open_ledger(any_url, root=tmp_path)  # type: ignore[arg-type]

    async def both() -> None:
        await asyncio.gather(
            *(
                deliver(
                    ledger,
                    {"email": channel},
                    Watch().now,
                    worker=f"w{number}",
                    stop=asyncio.Event(),
                    policy=policy,
                    real=real,
                )
                for number, (ledger, channel) in enumerate(
                    zip((any_ledger, other), channels, strict=True)
                )
            )
        )

    begun = time.monotonic()
    asyncio.run(both())
    other.close()
    assert {row.state for row in by_key(any_ledger).values()} == {"sent"}
    assert {row.attempts for row in by_key(any_ledger).values()} == {1}
    assert time.monotonic() - begun >= 7 * 0.05


def test_what_is_far_from_its_turn_is_left_ready(ledger: Ledger) -> None:
    fill(ledger, {str(n): letter(str(n), f"{n}@a.example") for n in range(3)})
    policy = BoundPolicy(per_sender=Rate(60, 3600.0))
    done = run(ledger, FakeChannel("email"), policy=policy, real=real)
    assert (done.tried, done.counts) == (1, {"email": {"sent": 1}})
    assert sorted(row.state for row in by_key(ledger).values()) == ["ready", "ready", "sent"]
    assert sorted(row.attempts for row in by_key(ledger).values()) == [0, 0, 1]


def test_four_lanes_at_once_keep_a_cap_and_the_order(ledger: Ledger) -> None:
    """Ten for each of three addresses: of each only the most urgent goes, and the next in a day."""
    fill(
        ledger,
        {
            f"{n}-{who}": letter(f"{n}-{who}", f"{who}@a.example", priority=n, **CUSTOMER)
            for n in range(10)
            for who in "abc"
        },
    )
    channel = FakeChannel("email")
    run(ledger, channel, policy=CAPPED)
    states = by_key(ledger)
    assert {key for key, row in states.items() if row.state == "sent"} == {"9-a", "9-b", "9-c"}
    assert {row.reason for row in states.values() if row.state == "ready"} == {"capped"}
    run(ledger, channel, policy=CAPPED, watch=Watch(NOW + timedelta(days=1)))
    sent = {key for key, row in by_key(ledger).items() if row.state == "sent"}
    assert sent == {f"{n}-{who}" for n in (8, 9) for who in "abc"}
