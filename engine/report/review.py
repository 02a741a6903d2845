"""What a change in git comes to, as text, as JSON, and as a summary for a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.passes.changes import Inside
from engine.report.text import as_json, columns, count, moment
from engine.review.compare import Gone, PlaybookDiff, Review
from engine.review.wording import Edit

__all__ = ["ALL_KEYS", "SAMPLES", "reviewed"]

SAMPLES = 5
"""Keys of each kind that are shown unless more are asked for."""

ALL_KEYS = 2**63
"""As many keys as there are."""

_LONGEST_COMMENT = 60_000  # characters: a comment of GitHub holds 65,536


def reviewed(review: Review, form: str, *, limit: int = SAMPLES) -> str:
    """A review in one of the forms of `--format`, with at most `limit` keys of each kind."""
    return _FORMS[form](review, limit)


# ---------------------------------------------------------------- JSON


def _json(review: Review, limit: int) -> str:
    return as_json(
        {
            "base": review.base,
            "head": review.head,
            "as_of": review.as_of,
            "playbooks": [_data(each, limit) for each in review.playbooks],
            "elsewhere": [_edit(each) for each in review.elsewhere],
            "notes": list(review.notes),
        }
    )


def _data(diff: PlaybookDiff, limit: int) -> dict[str, object]:
    entering = diff.entering
    return {
        "name": diff.name,
        "change": str(diff.change),
        "formerly": diff.formerly,
        "changes": [_edit(each) for each in diff.edits],
        "before": diff.before,
        "after": diff.after,
        "gained": None if diff.gained is None else len(diff.gained),
        "lost": None if diff.lost is None else len(diff.lost),
        "gained_keys": _keys(diff, diff.gained, limit),
        "lost_keys": _keys(diff, diff.lost, limit),
        "entering": {"before": entering[0], "after": entering[1]} if entering else None,
        "held": diff.held,
        "inside": None
        if diff.inside is None
        else [
            {
                "step": each.step,
                "people": each.people,
                "version": each.version,
                "becomes": str(each.becomes),
                "to": each.to,
            }
            for each in diff.inside
        ],
        "error": diff.error,
    }


def _edit(edit: Edit) -> dict[str, str]:
    return {"where": edit.where, "old": edit.old, "new": edit.new}


def _keys(diff: PlaybookDiff, keys: Sequence[str] | None, limit: int) -> list[str | int]:
    shown = (keys or ())[:limit]
    return [int(key) if diff.keys_are_integers else key for key in shown]


# ---------------------------------------------------------------- text


def _text(review: Review, limit: int) -> str:
    lines = [_head(review), *review.notes]
    for diff in review.playbooks:
        lines += ["", _title(diff), *(f"  {line}" for line in _about(diff, limit))]
        if diff.inside:
            lines += ["  inside:", *(f"    {line}" for line in _inside(diff).splitlines())]
    if review.elsewhere:
        lines += ["", "counts for no playbook:", *(f"  {_told(each)}" for each in review.elsewhere)]
    return "\n".join(lines)


def _head(review: Review) -> str:
    number = len(review.playbooks)
    changes = f"{count(number, 'playbook')} {'changes' if number == 1 else 'change'}"
    between = f"from {review.base} to {review.head}"
    return f"{changes if number else 'no playbook changes'} {between}; as of {moment(review.as_of)}"


def _title(diff: PlaybookDiff) -> str:
    return f"{diff.name}: {diff.change}" + (f", formerly {diff.formerly}" if diff.formerly else "")


def _about(diff: PlaybookDiff, limit: int) -> Iterator[str]:
    yield from (_told(each) for each in diff.edits)
    if diff.error:
        yield f"who matches cannot be told: {diff.error}"
        return
    yield _counted(diff)
    for name, keys in (("gained", diff.gained), ("lost", diff.lost)):
        if keys and limit:
            more = len(keys) - limit
            yield f"{name}: {', '.join(keys[:limit])}" + (f" and {more:,} more" if more > 0 else "")
    if diff.held:
        yield f"the next run would be held: {diff.held.partition(';')[0]}"
    if diff.inside is not None and not diff.inside and diff.before:
        yield "nobody stands in another version of it"


def _counted(diff: PlaybookDiff) -> str:
    gained, lost = len(diff.gained or ()), len(diff.lost or ())
    matches = f"{diff.before or 0:,} → {diff.after or 0:,} match"
    entering = diff.entering or (0, 0)
    enter = f"{entering[0]:,} → {entering[1]:,} would enter"
    return f"{matches} ({gained:,} gained, {lost:,} lost); {enter}"


def _told(edit: Edit) -> str:
    if not edit.old:
        return f"{edit.where}: new: {edit.new}"
    return (
        f"{edit.where}: {edit.old} → {edit.new}" if edit.new else f"{edit.where}: gone: {edit.old}"
    )


def _inside(diff: PlaybookDiff) -> str:
    rows = [
        (each.step or "(held out)", each.people, str(each.becomes).replace("_", " "), each.to)
        for each in diff.inside or ()
    ]
    return columns(("step", "people", "become", "at step"), rows)


# ---------------------------------------------------------------- a pull request


def _github(review: Review, limit: int) -> str:
    blocks = [f"### {_plain(_head(review))}", *(_plain(note) for note in review.notes)]
    if review.playbooks:
        blocks.append(_table(review.playbooks))
    blocks += [_details(diff, limit) for diff in review.playbooks]
    if review.elsewhere:
        listed = "\n".join(_item(each) for each in review.elsewhere)
        blocks.append(f"Counts for no playbook:\n\n{listed}")
    return _cut(blocks)


def _cut(blocks: Sequence[str]) -> str:
    """As many blocks as a comment holds, and a sentence about the rest."""
    shown: list[str] = []
    room = _LONGEST_COMMENT
    for block in blocks:
        room -= len(block) + 2
        if room < 0:
            left = len(blocks) - len(shown)
            shown.append(f"… and {count(left, 'more part')}: `touchline diff` shows all of it.")
            break
        shown.append(block)
    return "\n\n".join(shown)


def _table(diffs: Sequence[PlaybookDiff]) -> str:
    rows = [
        "| playbook | change | match | gained | lost | would enter |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for diff in diffs:
        cells = [_plain(diff.name), str(diff.change), *_figures(diff)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _figures(diff: PlaybookDiff) -> list[str]:
    if diff.error or diff.entering is None:
        return ["unknown"] * 4
    return [
        f"{diff.before:,} → {diff.after:,}",
        f"{len(diff.gained or ()):,}",
        f"{len(diff.lost or ()):,}",
        f"{diff.entering[0]:,} → {diff.entering[1]:,}",
    ]


def _details(diff: PlaybookDiff, limit: int) -> str:
    told = [_item(each) for each in diff.edits]
    rest = list(_about(diff, limit))[len(diff.edits) :]
    told += [f"- {_plain(line)}" for line in rest if line != _counted(diff)]
    inside = [_stands(each) for each in diff.inside or ()]
    if inside:
        told += ["", "Inside other versions:", "", *inside]
    body = "\n".join(told) or "Nothing else."
    summary = f"<summary>{_plain(_title(diff))}</summary>"
    return f"<details>{summary}\n\n{body}\n\n</details>"


def _stands(each: Inside | Gone) -> str:
    becomes = _plain(str(each.becomes).replace("_", " "))
    at_step = f" at {_code(each.to)}" if each.to else ""
    return f"- {each.people:,} at {_code(each.step or '(held out)')}: {becomes}{at_step}"


def _item(edit: Edit) -> str:
    old, new = (_code(side) if side else "" for side in (edit.old, edit.new))
    arrow = f"{old} → {new}" if old and new else f"new {new}" if new else f"gone {old}"
    return f"- {_plain(edit.where)}: {arrow}"


def _code(text: str) -> str:
    """Text that Markdown shows as it is: within more backticks than stand in it."""
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _plain(text: str) -> str:
    """Text that Markdown and HTML take for text, and that mentions nobody."""
    return "".join(f"&#{ord(letter)};" if letter in _MARKS else letter for letter in text)


_MARKS = frozenset("&<>|@[]_*`#\\~")

_FORMS: Mapping[str, Callable[[Review, int], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
}
