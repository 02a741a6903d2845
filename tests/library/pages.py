"""The page of each play, made from the play itself: `docs/library/NAME.md`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from engine.audience.words import inline_text
from engine.bind.acts import BoundEmail, every_step
from engine.bind.playbook import BoundPlaybook
from engine.graph.flow import flow_of
from engine.graph.mermaid import flow_chart
from engine.language.blueprints import Input
from engine.previews import PreviewedMessage, preview_of
from engine.read.blueprints import as_text
from engine.read.library import PLAYS, STAGES, library_play, stage_of
from engine.workplace import Workplace
from tests.library.town import AS_OF, open_town

__all__ = ["INDEX", "PAGES", "pages_of", "write_pages"]

PAGES = PLAYS.parent / "docs/library"
INDEX = "README"
INTRODUCTION = (
    "Each has a page: whom it looks for, what happens, what they read, the figure it is judged by, "
    "and what it can be told. How to have one, and a word on each: [the library](../library.md)."
)
_TRIED = 4  # so many of those who match, until one gets every mail


def write_pages(pages: dict[str, str]) -> None:
    """Write the pages anew; those of plays that are gone go as well."""
    PAGES.mkdir(exist_ok=True)
    for path in PAGES.glob("*.md"):
        if path.stem not in pages:
            path.unlink()
    for play, text in pages.items():
        (PAGES / f"{play}.md").write_text(text, encoding="utf-8")


def pages_of(root: Path, audiences: Mapping[str, Sequence[int | str]]) -> dict[str, str]:
    """The page of each play and, as `INDEX`, the list of them."""
    workplace = open_town(root, AS_OF)
    try:
        pages = {play: _page_of(workplace, play, keys) for play, keys in audiences.items()}
    finally:
        workplace.close()
    return {**pages, INDEX: _index_of(audiences)}


def _index_of(plays: Collection[str]) -> str:
    """The list of plays, by the stage of a customer's life."""
    parts = ["# The plays of the library", INTRODUCTION]
    for stage, of in STAGES.items():
        here = sorted(of & set(plays))
        if here:
            rows = (
                f"| [{each}]({each}.md) | {library_play(each).data['description']} |"
                for each in here
            )
            parts += [
                f"## {stage.capitalize()}",
                "\n".join(["| play | what it does |", "| --- | --- |", *rows]),
            ]
    return "\n\n".join(parts) + "\n"


def _page_of(workplace: Workplace, play: str, keys: Sequence[int | str]) -> str:
    """The page of a play, with its mails as one of those who match would read them."""
    playbook = workplace.playbook(play)
    parts = (
        f"# {play}",
        _head(play),
        *_whom(playbook),
        *_steps(playbook),
        *_mails(workplace, playbook, keys),
        *_goal(playbook),
        *_inputs(play),
        *_tests(play),
        *_how(play),
    )
    return "\n\n".join(parts) + "\n"


def _head(play: str) -> str:
    data = library_play(play).data
    return (
        f"*{stage_of(play).capitalize()}.* {data['description']}\n\n"
        f"In the words of [the library](../library.md#{play}); made by `make library` from "
        f"[the play](../../playbooks/{play}.yaml), on the [reference catalog]"
        "(../reference-catalog.md) with its defaults."
    )


def _whom(playbook: BoundPlaybook) -> Iterator[str]:
    entry = flow_of(playbook).entry
    yield "## Whom it looks for, and when"
    yield f"{entry.title.capitalize()}:"
    yield "\n".join(f"- {_plain(note)}" for note in entry.notes)


def _steps(playbook: BoundPlaybook) -> Iterator[str]:
    yield "## What happens"
    yield f"```mermaid\n{flow_chart(flow_of(playbook))}\n```"


def _goal(playbook: BoundPlaybook) -> Iterator[str]:
    yield "## The figure it is judged by"
    goal = playbook.goal
    if goal is None:
        yield "It has no goal: what it does is seen in its tasks."
        return
    within = f" within {goal.within}" if goal.within else ""
    yield (
        f"`{goal.name}`: of those who entered, how many reached it{within}, beside those held out "
        "(`touchline metrics`; it takes an `entry` with a `holdout`). Reached where "
        f"{_plain(inline_text(goal.when))}."
    )


def _plain(text: str) -> str:
    """A text in which Markdown sees no marks of its own."""
    return text.replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;").replace("|", "\\|")


# ---------------------------------------------------------------- mails


def _mails(
    workplace: Workplace, playbook: BoundPlaybook, keys: Sequence[int | str]
) -> Iterator[str]:
    emails = [each for each in every_step(playbook.steps) if isinstance(each, BoundEmail)]
    if not emails:
        return
    yield "## What they read"
    yield "Nobody is meant: the customers of the sample data are made up."
    wanted = {each.id for each in emails}
    shown = _previewed(workplace, playbook.name, keys, wanted)
    for step, message in shown.items():
        if message is None:
            yield f"**{step}** goes to nobody of those who match in the sample data."
        else:
            read = f"Subject: {message.subject}\n\n{_text(message)}"
            yield f"**{step}**, to {message.to}\n\n```text\n{read}\n```"


def _previewed(
    workplace: Workplace, play: str, keys: Sequence[int | str], steps: set[str]
) -> dict[str, PreviewedMessage | None]:
    found: dict[str, PreviewedMessage | None] = dict.fromkeys(sorted(steps))
    for key in keys[:_TRIED]:
        for message in preview_of(workplace, play, str(key), AS_OF, step=None):
            if message.step in steps and message.text and not found[message.step]:
                found[message.step] = message
        if all(found.values()):
            break
    return found


def _text(message: PreviewedMessage) -> str:
    """The text, without the lines on how to unsubscribe that every mail ends with."""
    return message.text.partition("\n-- \n")[0].strip()


# ---------------------------------------------------------------- inputs, tests, how


def _inputs(play: str) -> Iterator[str]:
    inputs = library_play(play).inputs
    yield "## Inputs"
    rows = [
        f"| `{each.name}` | {_kind(each)} | {_default(each)} | {_plain(each.description)} |"
        for each in inputs.values()
    ]
    yield "\n".join(["| input | is | default | says |", "| --- | --- | --- | --- |", *rows])


def _kind(each: Input) -> str:
    return f"{each.type} of {_plain(each.of)}" if each.of and "$" not in each.of else each.type


def _default(each: Input) -> str:
    if each.default is None:
        example = "" if each.example is None else f", as `{as_text(each.example)}`"
        return f"to be said{example}"
    return f"`{as_text(each.default)}`"


def _tests(play: str) -> Iterator[str]:
    text = (PLAYS / f"{play}.test.yaml").read_text("utf-8")
    names = [
        line.removeprefix("name:").strip().strip('"')
        for line in text.splitlines()
        if line.startswith("name:")
    ]
    yield "## What its test holds"
    yield (
        "\n".join(f"- {_plain(name)}" for name in names)
        or f"See [the test](../../playbooks/{play}.test.yaml)."
    )


def _how(play: str) -> Iterator[str]:
    said = [each for each in library_play(play).inputs.values() if each.default is None]
    values = {each.name: as_text(each.example) for each in said if each.example is not None}
    use = [f"playbook: {play}", f"use: library/{play}"]
    if values:
        use += ["with:", *(f"  {name}: {value}" for name, value in values.items())]
    options = "".join(f' --with {name}="{value}"' for name, value in values.items())
    yield "## To have it"
    yield "Use it, and it is bettered by new releases; or copy it, and it is yours to change."
    yield "```yaml\n{}\n```".format("\n".join(use))
    yield f"```sh\ntouchline add {play}{options}\n```"
