"""What the status of a web server means. Delivery page, point 4."""

from __future__ import annotations

from http import HTTPStatus

from engine.ports import Answer, NotSent, Refusal, Sent

__all__ = ["verdict_on"]

_TRY_AGAIN = frozenset({408, 425, 429})


def verdict_on(status: int, wait: float | None) -> Answer:
    """The answer that a status is; `wait` is how many seconds the receiver asks to wait, if any."""
    detail = f"the receiver answered {status} {_phrase(status)}".rstrip()
    if 200 <= status < 300:
        return Sent(detail)
    if status in _TRY_AGAIN or status >= 500:
        return NotSent(Refusal.LATER, detail, str(status), wait)
    refusal = Refusal.CREDENTIALS if status == HTTPStatus.GONE else Refusal.MESSAGE
    return NotSent(refusal, detail, str(status))


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
