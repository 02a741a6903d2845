"""How much is tried: a few examples, always the same, or thousands of new ones.

`make oracle` asks for thousands, by `--hypothesis-profile=thousands`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

__all__ = ["THOUSANDS", "are_thousands", "examples"]

THOUSANDS = "thousands"
"""The name of the profile."""

_THOUSANDS = 2000
settings.register_profile(THOUSANDS, max_examples=_THOUSANDS)


def are_thousands() -> bool:
    """Whether this run is of that profile; known once pytest has read its options."""
    return settings.default is not None and settings.default.max_examples >= _THOUSANDS


_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def examples(quick: int) -> settings:
    """So many examples, or as many as the profile of thousands says."""
    is_quick = not are_thousands()
    return settings(
        max_examples=quick if is_quick else _THOUSANDS,
        deadline=None,
        suppress_health_check=_QUIET,
        derandomize=is_quick,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    )
