"""Zones, cron texts and the numbers of fuses: what can be checked without any data."""

from __future__ import annotations

import re
import zoneinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.bind.findings import wrong
from engine.language.playbook import Entry, Fuse
from engine.places import Place
from engine.problems import did_you_mean
from engine.read.formats import is_plain_cron

__all__ = ["check_cron", "check_entry", "check_fuse", "find_zone"]

_CRON_FIELDS = 5
_RANDOM = re.compile(r"(?:^|[\s,/-])([RH])(?=$|[\s,/(*-])", re.IGNORECASE)


def find_zone(name: str, place: Place) -> ZoneInfo:
    """A zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(
            place,
            "unknown-zone",
            f"`{name}` is no time zone; expected an IANA name, as America/New_York",
            hint=_nearest_zone(name),
        ) from None


def _nearest_zone(name: str) -> str:
    by_lower = {zone.lower(): zone for zone in zoneinfo.available_timezones()}
    hint = did_you_mean(name.lower(), by_lower)
    near = hint.removeprefix("did you mean ").removesuffix("?")
    return f"did you mean {by_lower[near]}?" if near in by_lower else ""


def check_cron(cron: str, place: Place) -> None:
    """Five cron fields that fire some day, and leave nothing to chance.

    Raises:
        Invalid: with what is wrong with it.
    """
    fields = cron.split()
    if cron.strip().startswith("@") or len(fields) != _CRON_FIELDS:
        raise wrong(
            place,
            "bad-schedule",
            f"`{cron}` is no schedule; expected five fields: minute hour day month weekday",
            hint='as "0 9 * * 1-5", at nine from Monday to Friday',
        )
    if _RANDOM.search(cron):
        raise wrong(
            place,
            "bad-schedule",
            f"`{cron}` leaves its times to chance; every fire has one time",
            hint="write the numbers out",
        )
    _check_fires(cron, place)


def _check_fires(cron: str, place: Place) -> None:
    if fault := _fault_of_cron(cron):
        raise wrong(place, "bad-schedule", f"`{cron}` {fault}")


@lru_cache(maxsize=1024)
def _fault_of_cron(cron: str) -> str:
    """What is wrong with five fields, as the rest of a sentence; empty where nothing is."""
    if is_plain_cron(cron):
        return ""
    from croniter import CroniterError, croniter  # 60 ms, and few schedules need it

    try:
        croniter(cron)
    except CroniterError as error:
        return f"is no schedule: {str(error).rstrip('.')}"
    return "" if croniter.is_valid(cron, strict=True) else "never fires: there is no such day"


# ---------------------------------------------------------------- entry


def check_entry(entry: Entry) -> None:
    """The numbers of an entry make sense."""
    if entry.per_run is not None and entry.per_run < 1:
        raise wrong(
            entry.place, "bad-entry", f"per_run is {entry.per_run}; at least 1 has to enter"
        )
    if entry.fuse is not None:
        check_fuse(entry.fuse, "fuse")
    if not 0 <= entry.holdout < 1:
        raise wrong(
            entry.place,
            "bad-entry",
            f"holdout is {entry.holdout:.0%}; expected less than 100%, so that somebody is reached",
        )


def check_fuse(fuse: Fuse, name: str) -> None:
    """A fuse asks for at least one of `matched` (1 or more) and `share` (over 0 %, to 100 %)."""
    if fuse.matched is None and fuse.share is None:
        raise wrong(fuse.place, "bad-fuse", f"`{name}` holds nothing: say `matched` or `share`")
    if fuse.matched is not None and fuse.matched < 1:
        raise wrong(
            fuse.place, "bad-fuse", f"`{name}` has matched {fuse.matched}; expected 1 or more"
        )
    if fuse.share is not None and not 0 < fuse.share <= 1:
        raise wrong(
            fuse.place,
            "bad-fuse",
            f"`{name}` has the share {fuse.share:.0%}; expected over 0% and at most 100%",
        )
