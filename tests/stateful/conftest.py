"""The server on which some of them happen."""

from tests.support.postgres import postgres

__all__ = ["postgres"]
