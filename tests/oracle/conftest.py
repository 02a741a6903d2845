"""The Postgres server, and how much is tried: `--hypothesis-profile=thorough` for thousands."""

from hypothesis import HealthCheck, settings

from tests.support.postgres import postgres

__all__ = ["postgres"]

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("thorough", max_examples=3000, deadline=None, suppress_health_check=_SLOW)
