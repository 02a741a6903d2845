"""What was used longest ago is let go first."""

from __future__ import annotations

from engine.compile.last_used import LastUsed


def test_what_was_found_stays_longer_than_what_was_only_kept() -> None:
    kept: LastUsed[str, int] = LastUsed(2)
    kept.keep("a", 1)
    kept.keep("b", 2)
    assert kept.found("a") == 1
    kept.keep("c", 3)
    assert [kept.found(key) for key in "abc"] == [1, None, 3]


def test_a_key_has_one_value() -> None:
    kept: LastUsed[str, int] = LastUsed(2)
    for value in (1, 2, 3):
        kept.keep("a", value)
    kept.keep("b", 4)
    assert (kept.found("a"), kept.found("b")) == (3, 4)
