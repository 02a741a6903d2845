"""How much is tried: a few examples, always the same, or thousands of new ones.

`make oracle` asks for thousands, by `--hypothesis-profile=thousands`.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

__all__ = ["ARE_THOUSANDS", "THOUSANDS", "examples"]

THOUSANDS = "thousands"
"""The name of the profile."""

settings.register_profile(THOUSANDS, max_examples=2000)

ARE_THOUSANDS = settings.default is not None and settings.default.max_examples >= 2000
"""Whether this run is of that profile."""

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def examples(quick: int) -> settings:
    """So many examples, or as many as the profile of thousands says."""
    number = settings.default.max_examples if ARE_THOUSANDS and settings.default else quick
    return settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=_QUIET,
        derandomize=not ARE_THOUSANDS,
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    )
