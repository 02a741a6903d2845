"""Earlier names of playbooks: whose history goes on under which name. Language, section 5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bind.findings import wrong
from engine.language.playbook import Playbook
from engine.problems import Invalid, Problem

__all__ = ["check_names", "current_name", "not_run_by_itself"]


def current_name(name: str, playbooks: Mapping[str, Playbook]) -> str:
    """The name that a playbook has now, by one that it has or had; an unknown one as it is."""
    if name in playbooks:
        return name
    return next((each.name for each in playbooks.values() if name in each.formerly), name)


def not_run_by_itself(name: str) -> tuple[str, str]:
    """What is said where a blueprint is named and a playbook is meant: message and hint."""
    message = f"`{name}` is a blueprint: it declares inputs, and is not run by itself"
    return message, f"name a playbook that says `use: {name}`"


def check_names(playbook: Playbook, playbooks: Mapping[str, Playbook]) -> None:
    """A history goes on in one playbook only, and not while its own is still there.

    Raises:
        Invalid: with all that is wrong.
    """
    problems = list(_conflicts(playbook, playbooks))
    if problems:
        raise Invalid(problems)


def _conflicts(playbook: Playbook, playbooks: Mapping[str, Playbook]) -> Iterator[Problem]:
    for former in playbook.formerly:
        others = (each for each in playbooks.values() if each.name != playbook.name)
        other = next((each.name for each in others if former in each.formerly), "")
        if former in playbooks:
            told = "itself" if former == playbook.name else "a playbook that the project still has"
            yield _problem(playbook, f"`formerly` names `{former}`, {told}")
        elif other:
            yield _problem(playbook, f"`formerly` names `{former}`, and so does that of `{other}`")


def _problem(playbook: Playbook, message: str) -> Problem:
    hint = "a history goes on in one playbook only, once the old one is gone"
    return wrong(playbook.place, "duplicate-name", message, hint=hint).problems[0]
