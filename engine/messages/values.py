"""How values print, and which count as missing. Values are plain data and nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from jinja2.runtime import Undefined

from engine.audience.values import NO_UTF_8
from engine.messages.budget import bounded
from engine.messages.dates import format_date
from engine.messages.failures import MISSING_VALUE, RENDER_ERROR, UNSAFE_VALUE, RenderFailure

__all__ = [
    "Missing",
    "is_missing",
    "number_text",
    "plain",
    "printed",
    "printed_iso",
    "readable",
    "rounded",
    "shown",
]

_SHORT = 10**15  # of whole numbers: others need a decimal to be written
_DECIMALS = 9  # computed numbers are rounded so (language, section 2); beyond it is noise

# What no person should read: C0 but tab and line feed, C1, surrogates, non-characters (they mark
# blocks in the text part), and the direction controls with which a value could turn its
# surroundings around.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_UNSEEN = re.compile(
    "[\\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff\ufdd0-\ufdef"
    "\ud800-\udfff\U000e0000-\U000e0fff]*"
)
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")


class Missing(Undefined):
    """A value that is missing: `default` and `if` work on it, a test of it is false.

    As in the language, section 4: any comparison is false but `!=`. Printing it, looping over it
    and calculating with it raise.
    """

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return f"`{self._undefined_name}` is missing"

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return id(self)

    def _is_not(self, other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _is_not  # type: ignore[assignment]
    __iter__ = __str__ = __len__ = Undefined._fail_with_undefined_error


def is_missing(value: object) -> bool:
    """Whether a value is none: None, empty or blank text, NaN, infinity."""
    match value:
        case None | Undefined():
            return True
        case str():
            return not value.strip()
        case float():
            return not math.isfinite(value)
        case _:
            return False


def plain(value: object) -> object:
    """The value as templates may hold it; missing parts of lists and mappings are left out.

    Raises:
        TypeError: it is no plain data (text, number, boolean, date, aware timestamp, list or
            mapping of these): a bug of the caller.
    """
    match value:
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a timestamp without a zone is no plain value")
            return value
        case bool() | int() | float() | str() | date():
            return value
        case list() | tuple():
            return [plain(item) for item in value if not is_missing(item)]
        case Mapping():
            return {str(name): plain(item) for name, item in value.items() if not is_missing(item)}
        case _:
            raise TypeError(f"{type(value).__name__} is no plain value")


def printed(value: object, zone: ZoneInfo) -> str:
    """A value as people read it: dates in words, times in `zone`, numbers without noise."""
    match value:
        case str():
            return _scalar(value)
        case datetime():
            return format_date(value.astimezone(zone))
        case date():
            return format_date(value)
        case list():
            return ", ".join(printed(item, zone) for item in value)
        case _:
            return _scalar(value)


def shown(value: object, zone: ZoneInfo) -> str:
    """A value as a body may hold it: as `printed`, and `readable`."""
    if type(value) is str and value.isascii() and value.isprintable():
        bounded(len(value))
        return value  # as nearly all are: nothing is done to it
    return readable(printed(value, zone))


def printed_iso(value: object, zone: ZoneInfo) -> str:
    """A value as programs read it: dates and times as ISO 8601, times in `zone`."""
    match value:
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
        case list():
            return ", ".join(printed_iso(item, zone) for item in value)
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case str():
            bounded(len(value))
            _refuse_bytes(value)
            return value
        case Undefined():
            return str(value)  # raises, and names what is missing
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case None:
            raise RenderFailure(MISSING_VALUE, "a template prints a value that is missing")
        case _:
            raise RenderFailure(
                RENDER_ERROR, f"a template prints a {type(value).__name__}; print one of its parts"
            )


def _refuse_bytes(text: str) -> None:
    """Sources give bytes that are no UTF-8 as surrogates; nobody is greeted by half a name."""
    if not text.isascii() and (found := NO_UTF_8.findall(text)):
        shown = " ".join(f"{ord(each) & 0xFF:02x}" for each in found[:8])
        raise RenderFailure(UNSAFE_VALUE, f"a value holds bytes that are no UTF-8: {shown}")


def readable(text: str) -> str:
    """The text as a body may hold it: controls taken away, line ends made one.

    Raises:
        RenderFailure: it holds signs, and none that can be seen: nobody is greeted as nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    if _UNSEEN.fullmatch(text) and text.strip():
        raise RenderFailure(MISSING_VALUE, "a value holds nothing that can be seen")
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def number_text(value: float) -> str:
    """Digits without exponent, and at most nine places that mean something."""
    if isinstance(value, int):
        if -_SHORT < value < _SHORT:
            return f"{value:d}"
        bounded(value.bit_length() // 3)
        return format(Decimal(value), "f")
    text = format(rounded(value, _DECIMALS), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: float, digits: int) -> Decimal:
    """A number rounded half up, as people round; never minus zero.

    First to what means something: 0.285 * 100 is 28.5, though the machine has a little less.

    Raises:
        RenderFailure: it is NaN or infinite.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise RenderFailure(MISSING_VALUE, "a template prints a number that is none")
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if exact.adjusted() > 15:  # beyond the digits that a float holds there is nothing to round
        return exact
    known = exact.quantize(Decimal(1).scaleb(-_DECIMALS), ROUND_HALF_UP)
    return known.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + Decimal(0)
