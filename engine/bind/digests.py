"""Digests of steps: whom they gather for, and which words of a step do not go with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bind.acts import BoundDigest
from engine.bind.findings import Findings, wrong
from engine.bind.names import Scope
from engine.bind.persons import bind_first
from engine.bind.timetable import check_cron
from engine.language.steps import Digest, EmailStep, Persons, TaskStep, WebhookStep
from engine.problems import Invalid

__all__ = ["bind_digest"]


def bind_digest(step: EmailStep | TaskStep | WebhookStep, scope: Scope) -> BoundDigest | None:
    """The digest of a step; None where each of its touches goes out by itself.

    Raises:
        Invalid: with everything that is wrong with it, and with what stands beside it.
    """
    digest = step.digest
    if digest is None:
        return None
    with Findings() as found:
        found.attempt(lambda: check_cron(digest.schedule, digest.place.of("schedule")))
        by = found.attempt(lambda: bind_first((digest.by,), scope, digest.place.of("by")))
        found.each(tuple(_misfits(step, digest)), _tell)
        return BoundDigest(by, digest.schedule)


def _tell(problem: Invalid) -> None:
    raise problem


def _misfits(step: EmailStep | TaskStep | WebhookStep, digest: Digest) -> Iterator[Invalid]:
    said: Mapping[str, object]
    match step:
        case EmailStep():
            yield from _other_person("to", step.to, digest)
            said = {"cc": step.cc, "approve": step.approve, "thread": step.thread}
        case TaskStep():
            yield from _other_person("assign", _as_first(step.assign), digest)
            said = {"close_when": step.close_when}
        case WebhookStep():
            return
    for word, value in said.items():
        if value:
            yield wrong(
                digest.place,
                "digest-with",
                f"a step with `digest` cannot have `{word}`: what it says is of one customer",
                hint=f"leave out `{word}`, or `digest`",
            )


def _as_first(persons: Persons) -> Persons:
    """Whom a task is assigned to, as `by` says it: of a list the first that is set."""
    match persons:
        case (str(), *_) if len(persons) > 1:
            return (tuple(each for each in persons if isinstance(each, str)),)
        case _:
            return persons


def _other_person(word: str, persons: Persons, digest: Digest) -> Iterator[Invalid]:
    if persons and persons != (digest.by,):
        yield wrong(
            digest.place,
            "digest-for-another",
            f"`{word}` names another person than `by`: a digest goes to the one that it is "
            "gathered for",
            hint=f"leave out `{word}`, or write {word}: {_text(digest.by)}",
        )


def _text(by: str | tuple[str, ...]) -> str:
    return by if isinstance(by, str) else f"[{', '.join(by)}]"
