"""The files of `playbooks/`: playbooks, blueprints, and playbooks that use a blueprint.

A blueprint is read first, whatever its file is called. What uses one is read as the playbook that
it stands for; from there on nothing knows the difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.language.blueprints import Blueprint
from engine.language.project import Settings
from engine.language.steps import EmailStep, every_step
from engine.problems import did_you_mean
from engine.read.blueprints import (
    LIBRARY,
    SINGLE,
    BlueprintFile,
    doubled_keys,
    expansion,
    is_blueprint,
    is_use,
    read_blueprint,
    sample,
    values_for,
)
from engine.read.documents import Document
from engine.read.files import files_below
from engine.read.inputs import Declared
from engine.read.library import library_email, library_emails, library_names, library_play
from engine.read.loading import Loading, first_text
from engine.read.playbooks import read_playbook
from engine.read.reading import Reading
from engine.read.secrets import check_references, texts_in
from engine.read.shapes import check_shape
from engine.read.templates import template_key

__all__ = ["add_library_emails", "load_playbooks"]


def load_playbooks(documents: Iterable[Document], loading: Loading, settings: Settings) -> None:
    """Read the files of `playbooks/`; what is wrong is added to the problems of the project."""
    found = list(documents)
    blueprints: dict[str, BlueprintFile] = {}
    for document in found:
        if is_blueprint(document.data):
            _load_blueprint(document, loading, blueprints)
    declared: Declared | None = None
    for document in found:
        if is_use(document.data):
            declared = declared or _declared(found, loading, settings)
            _load_use(document, loading, blueprints, declared=declared)
        elif not is_blueprint(document.data):
            _load_plain(document, loading)


def _load_plain(document: Document, loading: Loading) -> None:
    reading = loading.reading(document)
    _refuse_inputs(document.data, reading)
    if reading.problems:  # what it would be with them is not known
        loading.problems += reading.problems
        loading.leave_out("playbook", document.places.path, document.data)
    else:
        _take_up(document, loading, loading.checked("playbook", document))


def _refuse_inputs(data: object, reading: Reading) -> None:
    for path, text in texts_in(data, ()):
        if "${inputs." in text and (found := SINGLE.search(text)):
            reading.report(
                path,
                "unknown-input",
                f"`{found[0]}` stands here, and this file declares no inputs",
                "only a file with `inputs` refers to them",
            )


def _take_up(document: Document, loading: Loading, reading: Reading) -> None:
    """Read the playbook that a document is, expanded or not, and keep it."""
    playbook = read_playbook(document.data, reading)
    loading.problems += reading.problems
    if playbook is None:
        loading.leave_out("playbook", document.places.path, document.data)
    elif loading.is_new("playbook", playbook.name, playbook.place):
        loading.playbooks[playbook.name] = playbook


# ---------------------------------------------------------------- blueprints of the project


def _load_blueprint(document: Document, loading: Loading, known: dict[str, BlueprintFile]) -> None:
    reading = loading.reading(document)
    check_references(document.data, reading, allowed=False)
    blueprint = read_blueprint(document, reading)
    loading.problems += reading.problems
    if blueprint is None:
        loading.leave_out("playbook", document.places.path, document.data)
        return
    said = _sample(blueprint, loading)
    place = document.places.key(("playbook",))
    if loading.is_new("playbook", blueprint.name, place):
        known[blueprint.name] = blueprint
        description = blueprint.data.get("description", "")
        loading.blueprints[blueprint.name] = Blueprint(
            blueprint.name, str(description), blueprint.inputs, said, place
        )


def _sample(blueprint: BlueprintFile, loading: Loading) -> Any:
    """What it becomes with its defaults and examples; its problems are the blueprint's own."""
    document = sample(blueprint)
    if document is None:
        return None
    reading = loading.checked("playbook", document)
    playbook = read_playbook(document.data, reading)
    loading.problems += reading.problems
    return playbook


# ---------------------------------------------------------------- playbooks that use one


def _load_use(
    document: Document,
    loading: Loading,
    known: dict[str, BlueprintFile],
    *,
    declared: Declared,
) -> None:
    reading = loading.reading(document)
    check_shape("playbook", _without_written_out(document.data), reading)
    check_references(document.data, reading, allowed=False)
    _refuse_inputs(document.data, reading)
    expanded = None if reading.faults else _expanded(document, reading, known, declared=declared)
    if expanded is None:
        loading.problems += reading.problems
        loading.leave_out("playbook", document.places.path, document.data)
    else:
        said: Any = expanded.data
        loading.expansions[said["playbook"]] = said
        _take_up(expanded, loading, loading.checked("playbook", expanded))


_WRITTEN_OUT = ("segment", "steps", "exit_when", "goal", "inputs")


def _refuse_written_out(document: Document, reading: Reading) -> None:
    used = first_text(document, "use")
    copy = f"`touchline add {used.removeprefix(LIBRARY)}` copies it into the project to be changed"
    cure = copy if used.startswith(LIBRARY) else "change the blueprint, or copy it and drop `use`"
    for key in _WRITTEN_OUT:
        if isinstance(document.data, dict) and key in document.data:
            message = f"`{key}` stands beside `use`, and is the blueprint's to say"
            reading.report_key((key,), "not-of-a-use", message, cure)


def _without_written_out(data: Any) -> object:
    return {key: each for key, each in data.items() if key not in _WRITTEN_OUT}


def _expanded(
    document: Document,
    reading: Reading,
    known: dict[str, BlueprintFile],
    *,
    declared: Declared,
) -> Document | None:
    """The playbook that a file stands for; None where that is a problem, which is reported."""
    use: Any = document.data
    blueprint = _find(use["use"], reading, known, declared=declared)
    if blueprint is None:
        return None
    values = values_for(blueprint, use, reading, declared)
    _refuse_written_out(document, reading)
    if values is None:
        return None
    for key in sorted(set(doubled_keys(blueprint.data, values))):
        message = f"two inputs of {blueprint.title} make the same key `{key}`"
        reading.report(("with",), "wrong-input", message, "they have to differ")
    return None if reading.faults else expansion(document, blueprint, values)


def _find(
    name: str, reading: Reading, known: dict[str, BlueprintFile], *, declared: Declared
) -> BlueprintFile | None:
    if name.removeprefix(LIBRARY) in library_names() and name.startswith(LIBRARY):
        return library_play(name.removeprefix(LIBRARY))
    if name in known:
        return known[name]
    if name in declared.unreadable:
        message = f"`use` names {name}, whose file has problems of its own"
        reading.report(("use",), "unreadable-blueprint", message)
    elif name in declared.playbooks:
        message = f"`use` names {name}, which is no blueprint: it declares no `inputs`"
        reading.report(("use",), "unknown-blueprint", message)
    else:
        offered = [*known, *(f"{LIBRARY}{each}" for each in library_names())]
        hint = did_you_mean(name, offered)
        reading.report(("use",), "unknown-blueprint", f"there is no blueprint `{name}`", hint)
    return None


def _declared(documents: list[Document], loading: Loading, settings: Settings) -> Declared:
    """The names that inputs may stand for."""
    keys = (template_key(path) for path in files_below(loading.root, "emails"))
    return Declared(
        entities=loading.entities,
        segments=frozenset(loading.segments),
        playbooks=frozenset(
            first_text(each, "playbook") for each in documents if not is_blueprint(each.data)
        ),
        templates=frozenset(key[0] for key in keys if key is not None) | library_emails(),
        channels=frozenset(settings.channels),
        people=frozenset(settings.people),
        broken=frozenset(kind for kind, _ in loading.broken),
        unreadable=frozenset(loading.left_out("playbook")),
    )


# ---------------------------------------------------------------- emails of the library


def add_library_emails(loading: Loading) -> None:
    """Lay out the emails that used plays of the library send and the project does not have.

    A project's own email of that name stands in the place of the library's, broken or not.
    """
    for name in _sent_from_library(loading):
        if name in library_emails() and name not in loading.left_out("template"):
            loading.templates.setdefault(name, library_email(name))


def _sent_from_library(loading: Loading) -> set[str]:
    return {
        step.template
        for playbook in loading.playbooks.values()
        for step in every_step(playbook.steps)
        if isinstance(step, EmailStep) and step.place.note.startswith(LIBRARY)
    }
