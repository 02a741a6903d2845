"""Collecting problems: what fails is noted and passed over, so that one hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TypeVar, cast

from engine.language.project import Project
from engine.places import Place
from engine.problems import Invalid, Problem, errors_only

__all__ = ["Findings", "not_supported", "or_unreadable", "wrong"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def wrong(place: Place, code: str, message: str, *, hint: str = "") -> Invalid:
    """One problem, to be raised."""
    return Invalid([Problem(place, code, message, hint)])


def not_supported(place: Place, what: str, *, hint: str = "") -> Invalid:
    """The problem of a form that the language has and this version cannot carry out."""
    return wrong(place, "not-supported", f"{what} is not supported in this version", hint=hint)


def or_unreadable(otherwise: Invalid, path: str, project: Project) -> Invalid:
    """A name is not there: `otherwise`, but where its file could not be read the reasons for that.

    So a broken file is told as broken, and not as missing.
    """
    problems = [problem for problem in project.problems if problem.place.path == path]
    return Invalid(problems) if errors_only(problems) else otherwise


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
            self._problems += error.problems
        elif error is not None:
            return
        if self._problems:
            raise Invalid(self._problems) from None

    def attempt(self, bind: Callable[[], Result]) -> Result:
        """What `bind` gives; where it raises `Invalid` its problems are kept for the end."""
        try:
            return bind()
        except Invalid as invalid:
            self._problems += invalid.problems
            return cast(Result, None)

    def each(self, items: Iterable[Item], bind: Callable[[Item], Result]) -> tuple[Result, ...]:
        """`bind` of each item, as `attempt`."""
        return tuple([self.attempt(lambda item=item: bind(item)) for item in items])  # type: ignore[misc]
