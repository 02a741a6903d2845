"""Reading conditions: a mapping is one condition, a list means all. Language, section 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.language.conditions import (
    All,
    Anyone,
    Became,
    Condition,
    Everyone,
    FieldTest,
    FinishedPlaybook,
    Has,
    InPlaybook,
    InSegment,
    Negation,
    Nobody,
    OfParent,
    Rank,
    StepBecame,
)
from engine.places import DocumentPath
from engine.problems import did_you_mean
from engine.read.events import DID_WORDS, read_contacted, read_did
from engine.read.formats import parse_share
from engine.read.operators import looks_like_test, read_test
from engine.read.reading import Reading, called, joined, shown
from engine.read.shapes import check_shape
from engine.read.words import optional_duration, optional_text, refuse_others, text_of

__all__ = ["FORMS", "read_condition", "sound_condition"]

_Mapping = Mapping[str, Any]
_Form = Callable[[_Mapping, str, DocumentPath, Reading], Condition]

_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
_HAS_WORDS = ("where", "times", "through")
_RANK_WORDS = ("by", "share", "count")
_FINISHED_WORDS = ("outcome", "within")
_STEP_WORDS = ("is", "outcome")
_OUTCOMES = ("goal", "completed", "exited", "holdout")


def sound_condition(value: object, path: DocumentPath, reading: Reading) -> Condition:
    """A condition that has the shape of one; else what is wrong with it is reported."""
    condition = read_condition(value, path, reading)
    if reading.is_sound(path):  # the reader says better what is wrong; the schema has the last word
        check_shape("condition", value, reading, path)
    return condition


def read_condition(value: object, path: DocumentPath, reading: Reading) -> Condition:
    """The condition that `value` says.

    What is wrong is reported, and stands as a condition that nobody meets: a file with problems
    is never carried out.
    """
    if isinstance(value, list):
        return All(_parts(value, path, reading), reading.place(path))
    if not isinstance(value, dict):
        return _refused(
            path,
            reading,
            "wrong-type",
            f"{called(path)} is {shown(value)}; expected a condition: a mapping, or a list of them",
            "as `account.plan: pro` of a field, `did: EVENT` of an event, `segment: NAME`",
        )
    if not value:
        return _refused(
            path, reading, "empty", "an empty condition", "write `everyone: true` for everyone"
        )
    return _mapping(value, path, reading)


def _refused(
    path: DocumentPath, reading: Reading, code: str, message: str, hint: str = ""
) -> Condition:
    reading.report(path, code, message, hint)
    return _nobody(path, reading)


def _nobody(path: DocumentPath, reading: Reading) -> Condition:
    return Negation(Everyone(), reading.place(path))


def _parts(value: object, path: DocumentPath, reading: Reading) -> tuple[Condition, ...]:
    if not isinstance(value, list):
        reading.report(path, "wrong-type", f"{called(path)} is {shown(value)}; expected a list")
        return ()
    if not value:
        reading.report(
            path,
            "empty",
            f"{called(path)} is an empty list; expected at least one condition",
            "write `everyone: true` for everyone",
        )
    return tuple(
        read_condition(item, (*path, position), reading) for position, item in enumerate(value)
    )


def _mapping(value: _Mapping, path: DocumentPath, reading: Reading) -> Condition:
    heads = [key for key in value if key in FORMS]
    if len(heads) > 1:
        reading.report_key(
            (*path, heads[1]),
            "two-conditions",
            f"{joined([f'`{head}`' for head in heads], 'and')} stand in one condition",
            "make each a list item of its own",
        )
        return _nobody(path, reading)
    if not heads:
        return _field_or_link(value, path, reading)
    head = heads[0]
    return FORMS[head](value, head, path, reading)


# ---------------------------------------------------------------- the forms


def _all(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    return All(_parts(value[head], (*path, head), reading), reading.place(path))


def _any(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    return Anyone(_parts(value[head], (*path, head), reading), reading.place(path))


def _none(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    return Nobody(_parts(value[head], (*path, head), reading), reading.place(path))


def _not(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    part = read_condition(value[head], (*path, head), reading)
    return Negation(part, reading.place(path))


def _segment(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    name = text_of(value[head], (*path, head), reading, "the name of a segment")
    return InSegment(name, reading.place((*path, head)))


def _everyone(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    if value[head] is not True:
        reading.report(
            (*path, head),
            "bad-value",
            f"`everyone` is {shown(value[head])}; expected true",
            "for nobody write `not: {everyone: true}`",
        )
    return Everyone(reading.place(path))


def _did(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    return read_did(value, head, path, reading)


def _contacted(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    return read_contacted(value, head, path, reading) or _nobody(path, reading)


def _has(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, _HAS_WORDS, path, reading)
    where = value.get("where")
    return Has(
        entity=text_of(value[head], (*path, head), reading, "the name of an entity"),
        negated=head == "has_no",
        where=read_condition(where, (*path, "where"), reading.seen_from(value[head]))
        if "where" in value
        else None,
        times=read_test(value["times"], (*path, "times"), reading) if "times" in value else None,
        through=optional_text(value, "through", path, reading, "the name of a link"),
        place=reading.place((*path, head)),
    )


def _rank(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    at = (*path, head)
    words = value[head]
    if not isinstance(words, dict):
        return _refused(
            at,
            reading,
            "wrong-type",
            f"`{head}` is {shown(words)}; expected a mapping",
            f"as `{head}: {{by: FIELD, share: 10%}}`",
        )
    refuse_others(words, head, _RANK_WORDS, at, reading)
    if "by" not in words or ("share" in words) is ("count" in words):
        return _refused(
            at,
            reading,
            "missing-key" if not {"share", "count"} <= words.keys() else "two-words",
            f"`{head}` takes `by` and one of `share` and `count`",
            f"as `{head}: {{by: FIELD, share: 10%}}`",
        )
    return Rank(
        by=text_of(words["by"], (*at, "by"), reading, "the name of a field"),
        highest=head == "top",
        share=_share(words["share"], (*at, "share"), reading) if "share" in words else None,
        count=_whole(words["count"], (*at, "count"), reading) if "count" in words else None,
        place=reading.place(path),
    )


def _share(value: object, path: DocumentPath, reading: Reading) -> float | None:
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            share = parse_share(value)
            if 0 < share <= 1:
                return share
    except ValueError:
        pass
    reading.report(
        path,
        "bad-share",
        f"{called(path)} is {shown(value)}; expected a share over 0 and up to 100%, as `10%`",
    )
    return None


def _whole(value: object, path: DocumentPath, reading: Reading) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    reading.report(
        path,
        "bad-value",
        f"{called(path)} is {shown(value)}; expected a whole number of at least 1",
    )
    return None


def _in_playbook(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, (), path, reading)
    name = text_of(value[head], (*path, head), reading, "the name of a playbook")
    return InPlaybook(name, reading.place((*path, head)))


def _finished(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, _FINISHED_WORDS, path, reading)
    return FinishedPlaybook(
        name=text_of(value[head], (*path, head), reading, "the name of a playbook"),
        outcome=_outcome(value, path, reading),
        within=optional_duration(value, "within", path, reading),
        place=reading.place((*path, head)),
    )


def _outcome(value: _Mapping, path: DocumentPath, reading: Reading) -> str | None:
    if "outcome" not in value or value["outcome"] in _OUTCOMES:
        return value.get("outcome")
    at, found = (*path, "outcome"), value["outcome"]
    near = did_you_mean(str(found), _OUTCOMES)
    reading.report(
        at,
        "bad-value",
        f"`outcome` is {shown(found)}; expected {joined(list(_OUTCOMES))}",
        near if near.startswith("did") else "",
    )
    return None


def _step(value: _Mapping, head: str, path: DocumentPath, reading: Reading) -> Condition:
    refuse_others(value, head, _STEP_WORDS, path, reading)
    if not value.keys() & set(_STEP_WORDS):
        reading.report(
            path,
            "missing-word",
            "`step` asks what became of a step, and nothing is asked",
            f"say `is: {' | '.join(Became)}`, or `outcome:` of a task",
        )
    outcome = value.get("outcome")
    return StepBecame(
        step=text_of(value[head], (*path, head), reading, "the id of a step"),
        became=_became(value, path, reading),
        outcome=None
        if outcome is None
        else text_of(outcome, (*path, "outcome"), reading, "the outcome of a task"),
        place=reading.place((*path, head)),
    )


def _became(value: _Mapping, path: DocumentPath, reading: Reading) -> Became | None:
    word = value.get("is")
    if word is None or word in list(Became):
        return None if word is None else Became(word)
    near = did_you_mean(str(word), list(Became))
    reading.report(
        (*path, "is"),
        "bad-value",
        f"`is` is {shown(word)}; expected {joined(list(Became))}",
        near if near.startswith("did") else "",
    )
    return None


FORMS: Mapping[str, _Form] = {
    "all": _all,
    "any": _any,
    "none": _none,
    "not": _not,
    "segment": _segment,
    "everyone": _everyone,
    "did": _did,
    "did_not": _did,
    "contacted": _contacted,
    "not_contacted": _contacted,
    "has": _has,
    "has_no": _has,
    "top": _rank,
    "bottom": _rank,
    "in_playbook": _in_playbook,
    "finished_playbook": _finished,
    "step": _step,
}
"""Every form of condition that a word begins, with what reads it."""


# ---------------------------------------------------------------- fields and links


def _field_or_link(value: _Mapping, path: DocumentPath, reading: Reading) -> Condition:
    if len(value) > 1:
        return _report_several(value, path, reading)
    ((name, inner),) = value.items()
    at = (*path, name)
    if not _PATH.fullmatch(name):
        reading.report_key(at, "bad-name", f"`{name[:80]}` is no name of a field, link or form")
        return _nobody(path, reading)
    if inner is None:
        return _refused(
            at,
            reading,
            "empty",
            f"`{name}` is empty; expected a test",
            "for a missing value write `{set: false}`",
        )
    if _is_link(name, inner, reading):
        return OfParent(name, read_condition(inner, at, reading.through(name)), reading.place(path))
    return FieldTest(name, read_test(inner, at, reading), reading.place(path))


def _is_link(name: str, inner: object, reading: Reading) -> bool:
    """Whether `{NAME: …}` asks something of a parent: tests and conditions share the form."""
    if not isinstance(inner, dict | list):
        return False
    if "." in name or not reading.is_link(name):
        return not looks_like_test(inner) and not _is_operand(inner)
    return not (isinstance(inner, list) and looks_like_test(inner)) and not _is_set(inner)


def _is_operand(inner: object) -> bool:
    return isinstance(inner, dict) and "field" in inner


def _is_set(inner: object) -> bool:
    return isinstance(inner, dict) and set(inner) == {"set"} and isinstance(inner["set"], bool)


def _report_several(value: _Mapping, path: DocumentPath, reading: Reading) -> Condition:
    """Several keys and none begins a form: one is misspelt, or two fields stand in one item."""
    beside = [key for key in value if key in DID_WORDS or key in _HAS_WORDS]
    for key in value:
        near = did_you_mean(key, FORMS)
        if near.startswith("did") and (beside or not reading.is_link(key)):
            reading.report_key((*path, key), "unknown-form", f"`{key}` is no condition", near)
            return _nobody(path, reading)
    first, second, *_ = value
    reading.report_key(
        (*path, second),
        "two-conditions",
        f"`{first}` and `{second}` stand in one condition; a condition tests one field",
        "write two list items",
    )
    return _nobody(path, reading)
