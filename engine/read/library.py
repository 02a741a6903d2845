"""The library: plays that come with Touchline, as blueprints, with their emails beside them.

Their files stand in `playbooks/` of the distribution. In messages they are called
`library/NAME.yaml` and `library/emails/NAME.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from engine.language.project import Template
from engine.problems import Invalid
from engine.read.blueprints import LIBRARY, BlueprintFile, read_blueprint
from engine.read.documents import read_document
from engine.read.files import read_text
from engine.read.reading import Reading
from engine.read.shapes import check_shape
from engine.read.templates import Parts, read_template, split_template

__all__ = [
    "PLAYS",
    "STAGES",
    "library_email",
    "library_emails",
    "library_names",
    "library_play",
    "stage_of",
]

PLAYS = Path(__file__).resolve().parents[2] / "playbooks"
"""Where the library lies, in a checkout and in the wheel alike."""

STAGES: Mapping[str, frozenset[str]] = {
    "handoff and onboarding": frozenset(
        {
            *("handoff-incomplete", "no-csm-assigned", "kickoff-not-held", "no-login-7-days"),
            *("invited-seats-idle", "key-action-stalled", "training-invitation", "day-21-checkin"),
            "onboarding-overdue",
        }
    ),
    "adoption": frozenset(
        {
            *("feature-checkup", "next-feature", "low-seat-use", "consumption-gap"),
            *("thin-user-base", "new-feature-not-tried", "dormant-user"),
        }
    ),
    "value": frozenset(
        {"first-value", "success-plan-missing", "value-unconfirmed", "review-meeting"}
    ),
    "relationship and risk": frozenset(
        {
            *("usage-falling", "detractor-follow-up", "champion-left", "unanswered-outreach"),
            *("health-drop", "escalated-ticket", "payment-failed", "contraction-signals"),
            *("watermelon", "no-touch-45-days", "single-threaded"),
        }
    ),
    "renewal": frozenset({"renewal-notice", "renewal-at-risk"}),
    "expansion and advocacy": frozenset({"seats-run-out", "promoter-ask", "win-interview"}),
    "after cancellation": frozenset({"exit-interview", "win-back"}),
}
"""The life of a customer in the order in which it goes by, and the plays for each part of it."""


@cache
def library_names() -> tuple[str, ...]:
    """The plays of the library, in alphabetical order."""
    files = (path.name for path in PLAYS.glob("*.yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.count(".") == 1))


def stage_of(play: str) -> str:
    """The part of a customer's life that a play is for; `play` is one of `library_names`."""
    return next(stage for stage, plays in STAGES.items() if play in plays)


@cache
def library_emails() -> frozenset[str]:
    """The names of the library's emails."""
    return frozenset(path.stem for path in (PLAYS / "emails").glob("*.md"))


@cache
def library_play(name: str) -> BlueprintFile:
    """A play of the library; `name` is one of `library_names`.

    Raises:
        Invalid: the file of the library is broken.
    """
    document = read_document(read_text(PLAYS, f"{name}.yaml"), f"{LIBRARY}{name}.yaml")
    reading = Reading(document.places)
    blueprint = read_blueprint(document, reading, packaged=True)
    if blueprint is None:
        raise Invalid([*document.problems, *reading.problems])
    return blueprint


@cache
def library_email(name: str) -> Template:
    """An email of the library; `name` is one of `library_emails`.

    Raises:
        Invalid: the file of the library is broken.
    """
    path = f"emails/{name}.md"
    parts = split_template(read_text(PLAYS, path), f"{LIBRARY}{path}")
    if not isinstance(parts, Parts):
        raise Invalid([parts])
    reading = Reading(parts.head.places)
    check_shape("template", parts.head.data, reading)
    if reading.problems or not isinstance(parts.head.data, dict):
        raise Invalid([*parts.head.problems, *reading.problems])
    return read_template(parts.head.data, (name, ""), parts, reading)
