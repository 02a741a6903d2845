"""Collecting problems: what fails is noted and passed over, so that one hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from types import TracebackType
from typing import TypeVar, cast

from engine.language.project import Project
from engine.places import Place
from engine.problems import Invalid, Problem, plain_hint

__all__ = ["Findings", "not_supported", "or_unreadable", "wrong"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_SETTINGS_FILE = "touchline.yaml"
_SOURCE_OF_KIND = {
    "connector": _SETTINGS_FILE,
    "channel": _SETTINGS_FILE,
    "person": _SETTINGS_FILE,
    "entity": "catalog/",
    "segment": "segments/",
    "playbook": "playbooks/",
    "metric": "metrics/",
    "template": "emails/",
}


def wrong(place: Place, code: str, message: str, *, hint: str = "") -> Invalid:
    """One problem, to be raised."""
    return Invalid([Problem(place, code, message, hint or plain_hint(message))])


def not_supported(place: Place, what: str, *, hint: str = "") -> Invalid:
    """The problem of a form that the language has and this version cannot carry out."""
    return wrong(place, "not-supported", f"{what} is not supported in this version", hint=hint)


def or_unreadable(otherwise: Invalid, kind: str, name: str, project: Project) -> Invalid:
    """A name is not there: `otherwise`, but where its file could not be read the reasons for that.

    So what is broken is told as broken, and never as missing. `kind` is one of `Project.broken`.
    """
    if (kind, name) not in project.broken and not _is_unreadable(_SOURCE_OF_KIND[kind], project):
        return otherwise
    problems = [p for p in project.problems if p.place.path.startswith(_SOURCE_OF_KIND[kind])]
    of_its_file = [p for p in problems if PurePosixPath(p.place.path).name.split(".")[0] == name]
    return Invalid(of_its_file or problems) if problems else otherwise


def _is_unreadable(source: str, project: Project) -> bool:
    """Whether `touchline.yaml` is so broken that nothing of it was read."""
    return (
        source == _SETTINGS_FILE
        and not project.settings.connectors
        and not project.settings.channels
        and any(problem.place.path == source for problem in project.problems)
    )


class Findings:
    """Gathers the problems of several attempts and raises them together when its block ends.

    `with Findings() as found:` a value that `attempt` could not make is unusable, and nobody gets
    to use it: leaving the block raises `Invalid`, also by `return`.
    """

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def __enter__(self) -> Findings:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Invalid):
            self._note(error)
        elif error is not None:
            return
        if self._problems:
            raise Invalid(self._problems) from None

    def attempt(self, bind: Callable[[], Result]) -> Result:
        """What `bind` gives; where it raises `Invalid` its problems are kept for the end."""
        try:
            return bind()
        except Invalid as invalid:
            self._note(invalid)
            return cast(Result, None)

    def each(self, items: Iterable[Item], bind: Callable[[Item], Result]) -> tuple[Result, ...]:
        """`bind` of each item, as `attempt`."""
        made: list[Result] = []
        for item in items:  # most of what is bound comes this way: no call around each
            try:
                made.append(bind(item))
            except Invalid as invalid:
                self._note(invalid)
                made.append(cast(Result, None))
        return tuple(made)

    def _note(self, invalid: Invalid) -> None:
        if not invalid.problems:
            raise AssertionError("refused without saying why")  # else it would pass as bound
        self._problems += invalid.problems
