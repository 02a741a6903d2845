"""Why one touch could not be made: a reason of the contract, and a sentence."""

from __future__ import annotations

from engine.problems import TouchlineError

__all__ = [
    "MISSING_VALUE",
    "NO_RECIPIENT",
    "RENDER_ERROR",
    "TOO_LARGE",
    "UNSAFE_VALUE",
    "RenderFailure",
]

MISSING_VALUE = "missing_value"
NO_RECIPIENT = "no_recipient"
UNSAFE_VALUE = "unsafe_value"
TOO_LARGE = "too_large"
RENDER_ERROR = "render_error"


class RenderFailure(TouchlineError):
    """One message cannot be made; the touch ends with `reason`, the others go on.

    `reason` is one of the words of this module; `detail` is a sentence that quotes no more of
    the data than the name of the value.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")
