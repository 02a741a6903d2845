"""What `touchline insights` prints: a table, JSON (`schemas/reports/insights.json`), or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.measuring.cohort import Why
from engine.measuring.insights import FirstDays, Insights
from engine.measuring.significance import Fourfold
from engine.measuring.thresholds import LEVEL, Finding
from engine.report.csv_text import as_csv
from engine.report.numbers import interval_data, limits_of, rounded
from engine.report.text import as_json, columns, count, moment, percent

__all__ = ["best_of_each", "named", "nothing_told", "seen"]

_SHOWN = 10
"""Behaviours in the table, each by the length of first days that tells most: the JSON has all."""
_PASTED = 3


def seen(found: Insights, form: str) -> str:
    """All that was found, in that form."""
    match form:
        case "json":
            return as_json(_data(found))
        case "csv":
            return as_csv(_HEAD, (_row(each) for each in found.findings))
        case _:
            return "\n\n".join("\n".join(part) for part in _parts(found) if part)


# ---------------------------------------------------------------- JSON


def _data(found: Insights) -> dict[str, object]:
    wanted = found.wanted
    return {
        "of": found.entity,
        "stayed": wanted.stayed,
        "left": wanted.left,
        "since": wanted.since,
        "left_at": wanted.left_at,
        "as_of": found.as_of,
        "first_days": [_first_days_data(each) for each in found.lengths],
        "behaviours": found.behaviours,
        "thresholds": found.thresholds,
        "asked_again": len(found.findings),
        "findings": [_finding_data(each) for each in found.findings],
        "not_tried": [{"what": each.what, "why": each.why} for each in found.not_tried],
        "as_now": list(found.as_now),
        "warnings": list(found.warnings),
    }


def _first_days_data(each: FirstDays) -> dict[str, object]:
    left_out = {why.value: each.left_out.get(why, 0) for why in Why}
    return {"days": each.days, "stayed": each.stayed, "left": each.left, "left_out": left_out}


def _finding_data(finding: Finding) -> dict[str, object]:
    behaviour, at_least = finding.candidate.behaviour, finding.candidate.at_least
    return {
        "event": behaviour.happening.path,
        "where": dict([behaviour.where]) if behaviour.where else None,
        "counted": behaviour.counted,
        "at_least": at_least,
        "days": behaviour.days,
        "holds": finding.holds,
        "coverage": rounded(finding.coverage),
        "did": _side(finding.table.did, finding.table.did_stayed, finding.rate),
        "did_not": _side(finding.table.did_not, finding.table.not_stayed, finding.other_rate),
        "difference": rounded(finding.difference),
        "interval": interval_data(finding.interval),
        "lift": rounded(finding.lift),
        "chance": finding.chance,
        "corrected": finding.corrected,
        "strict": finding.strict,
        "first_half": _first_half(finding.candidate.first, finding.candidate.tried),
        "condition": dict(behaviour.condition(at_least)),
        "warning": finding.warning,
    }


def _side(customers: int, stayed: int, rate: float | None) -> dict[str, object]:
    return {"customers": customers, "stayed": stayed, "rate": rounded(rate)}


def _first_half(table: Fourfold, thresholds: int) -> dict[str, object]:
    rates = (table.did_stayed / table.did, table.not_stayed / table.did_not)
    return {
        "did": _side(table.did, table.did_stayed, rates[0]),
        "did_not": _side(table.did_not, table.not_stayed, rates[1]),
        "thresholds": thresholds,
    }


# ---------------------------------------------------------------- CSV

_HEAD = (
    *("event", "property", "value", "counted", "at_least", "days", "holds", "coverage"),
    *("did", "did_stayed", "rate", "did_not", "did_not_stayed", "other_rate"),
    *("difference", "interval_low", "interval_high", "lift", "chance", "corrected", "strict"),
)


def _row(finding: Finding) -> tuple[object, ...]:
    behaviour, table = finding.candidate.behaviour, finding.table
    low, high = limits_of(finding.interval)
    name, value = behaviour.where or ("", "")
    return (
        *(behaviour.happening.path, name, _value_text(value), behaviour.counted),
        *(finding.candidate.at_least, behaviour.days, str(finding.holds).lower()),
        *(rounded(finding.coverage), table.did, table.did_stayed, rounded(finding.rate)),
        *(table.did_not, table.not_stayed, rounded(finding.other_rate)),
        *(rounded(finding.difference), rounded(low), rounded(high), rounded(finding.lift)),
        *(finding.chance, finding.corrected, finding.strict),
    )


def _value_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# ---------------------------------------------------------------- text

_SAID = {
    Why.NOT_BEGUN: "have no `{since}`",
    Why.IN_BOTH: "are in both segments",
    Why.LEFT_SOMETIME: "left, and have no `{left_at}`",
    Why.LEFT_LATER: "left after this instant",
    Why.STILL_OPEN: "began too lately: their first days are not over",
    Why.LEFT_WITHIN: "left within these days, and could do no more",
}


def _parts(found: Insights) -> Iterator[list[str]]:
    yield list(_beginning(found))
    holding = best_of_each([each for each in found.findings if each.holds], _SHOWN)
    yield list(_table(holding, found))
    yield list(_caution(found))
    yield list(_pasted(holding[:_PASTED]))


def _beginning(found: Insights) -> Iterator[str]:
    wanted = found.wanted
    yield f"{found.entity}: who stayed ({wanted.stayed}), who left ({wanted.left})"
    yield f"as of {moment(found.as_of)}"
    for each in found.lengths:
        yield f"first {_days(each.days)}: {each.stayed:,} who stayed, {each.left:,} who left"
        for why, number in sorted(each.left_out.items(), key=lambda item: list(Why).index(item[0])):
            said = _SAID[why].format(since=wanted.since, left_at=wanted.left_at)
            yield f"  left out: {number:,} {said}"


def best_of_each(findings: Sequence[Finding], most: int) -> list[Finding]:
    """Of each behaviour the first, which tells most, whatever the length of first days; so many."""
    best: Mapping[tuple[str, str], Finding] = {
        (each.candidate.behaviour.text, each.candidate.behaviour.counted): each
        for each in reversed(findings)
    }
    chosen = set(map(id, best.values()))
    return [each for each in findings if id(each) in chosen][:most]


def _table(holding: list[Finding], found: Insights) -> Iterator[str]:
    if not holding:
        yield nothing_told(found)
        return
    head = ("behaviour", "at least", "in the first", "did it", "of these stayed", "of the others")
    yield columns((*head, "difference", "95 % interval", "lift", "chance"), [*map(_cells, holding)])


def nothing_told(found: Insights) -> str:
    """Why there is nothing to show, in a sentence."""
    if not sum(each.stayed for each in found.lengths):
        return f"Nobody who stayed ({found.wanted.stayed}) can be compared: nothing can be told."
    if not sum(each.left for each in found.lengths):
        return f"Nobody who left ({found.wanted.left}) can be compared: nothing can be told."
    return "Nothing that customers did in these days tells who stayed from who left."


def _cells(finding: Finding) -> tuple[object, ...]:
    behaviour, at_least, interval = (
        finding.candidate.behaviour,
        finding.candidate.at_least,
        finding.interval,
    )
    return (
        behaviour.text,
        _often(behaviour.counted, at_least),
        _days(behaviour.days),
        percent(finding.coverage),
        percent(finding.rate),
        percent(finding.other_rate),
        "-" if finding.difference is None else f"{100 * finding.difference:+.1f}",
        f"{100 * interval.low:+.1f} to {100 * interval.high:+.1f}" if interval else "-",
        "-" if finding.lift is None else f"{finding.lift:+.0%}",
        "<0.0001" if finding.corrected < _SMALLEST else f"{finding.corrected:.4f}",
    )


_SMALLEST = 0.00005


def named(finding: Finding) -> str:
    """What was done, how often and within how many days: `used_feature 3 times in 14 days`."""
    behaviour, at_least = finding.candidate.behaviour, finding.candidate.at_least
    return f"{behaviour.text} {_often(behaviour.counted, at_least)} in {_days(behaviour.days)}"


def _often(counted: str, at_least: int) -> str:
    if counted == "times":
        return "once" if at_least == 1 else f"{at_least:,} times"
    return count(at_least, counted)


def _days(days: int) -> str:
    return count(days, "day")


def _caution(found: Insights) -> Iterator[str]:
    asked, holding = len(found.findings), sum(each.holds for each in found.findings)
    if asked:
        yield (
            f"{count(found.behaviours, 'behaviour')} and {count(found.thresholds, 'threshold')} "
            f"were tried on one half of the customers. Asked again of the other half, whose "
            f"figures these are: {asked:,} that looked telling; of these hold: {holding:,}. "
            f"Chances are corrected for all that were asked again, so that of those that hold at "
            f"most {LEVEL:.0%} do so by chance."
        )
    else:
        yield (
            f"{count(found.behaviours, 'behaviour')} and {count(found.thresholds, 'threshold')} "
            f"were tried on one half of the customers; none looked telling there."
        )
    yield (
        "What goes with staying need not be why anybody stays: let a playbook lead some there, and "
        "hold others out (`holdout`), before you steer by it."
    )
    for each in found.not_tried:
        yield f"Not tried: {each.what}; {each.why}."
    if found.as_now:
        yield f"Whatever the instant, these are as they are now: {', '.join(found.as_now)}."
    yield from found.warnings


def _pasted(holding: list[Finding]) -> Iterator[str]:
    """What tells most, as it stands in a segment."""
    if not holding:
        return
    import yaml  # only here: the reader of files has one of its own

    yield "As conditions, the best first:"
    for each in holding:
        condition = each.candidate.behaviour.condition(each.candidate.at_least)
        text = yaml.safe_dump([dict(condition)], sort_keys=False, allow_unicode=True, width=_WIDE)
        yield ""
        yield f"# {percent(each.rate)} of these stayed, {percent(each.other_rate)} of the others"
        yield text.rstrip("\n")


_WIDE = 1_000
