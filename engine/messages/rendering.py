"""One run of a template: the names that it sees, the zone in which it shows times, its budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

from jinja2 import Environment
from jinja2.runtime import Context

from engine.messages.budget import Budget

__all__ = ["Rendering"]


class Rendering(Context):
    """Jinja's context of one run, without what only blocks, macros and imports ask of it.

    It is made for each part of each message. `names` are read, and never changed.
    """

    def __init__(
        self, environment: Environment, names: Mapping[str, object], zone: ZoneInfo
    ) -> None:
        self.environment = environment
        self.parent = cast("dict[str, Any]", names)
        self.vars = {}
        self.exported_vars = set()
        self.zone = zone
        self.budget = Budget()
