"""A project's folder as one declared project, with every problem of every file.

Each file is read by itself: one that is broken hides nothing of the next. A segment, playbook or
template whose file has problems is left out whole; so is an entity, but for roles that this version
cannot carry out, which stay in it marked. `Project.broken` names what was left out, so
that nobody is told of a name that seems to be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from engine.language.catalog import Entity
from engine.language.metrics import Metric
from engine.language.playbook import Segment
from engine.language.project import Project, Settings, Template
from engine.places import Place
from engine.problems import Misuse, Problem, Severity
from engine.read.catalog import links_declared, read_entity
from engine.read.documents import Document
from engine.read.examples import read_example
from engine.read.files import Unreadable, files_below, read_text
from engine.read.loading import Loading, first_text
from engine.read.metrics import read_metric
from engine.read.playbook_files import add_library_emails, load_playbooks
from engine.read.playbooks import read_segment
from engine.read.reading import Names, Reading
from engine.read.secrets import check_references
from engine.read.settings import read_settings
from engine.read.shapes import check_shape
from engine.read.templates import Parts, read_template, split_template, template_key

__all__ = ["SETTINGS_FILE", "TEST_FILE", "find_root", "load_project", "project_root"]

SETTINGS_FILE = "touchline.yaml"
"""The file at the root of every project."""

TEST_FILE = ".test.yaml"
"""How the name of an example's file ends."""

_KIND_OF_FOLDER = {
    "catalog": "entity",
    "segments": "segment",
    "playbooks": "playbook",
    "metrics": "metric",
}
_FOLDER_OF_KIND = {kind: folder for folder, kind in _KIND_OF_FOLDER.items()}

_Read = TypeVar("_Read", Entity, Segment, Metric)


def find_root(start: Path) -> Path:
    """The nearest folder from `start` upwards with a `touchline.yaml`.

    Raises:
        Misuse: there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise Misuse(
        f"no {SETTINGS_FILE} in {start} or any folder above it; "
        "`touchline init` makes a project, -C DIR names one"
    )


def project_root(folder: Path | None, start: Path) -> Path:
    """The folder that was named, or the nearest project upwards from `start`.

    Raises:
        Misuse: there is no project there.
    """
    if folder is None:
        return find_root(start)
    if not (folder / SETTINGS_FILE).is_file():
        raise Misuse(
            f"{folder} holds no {SETTINGS_FILE}: it is no project; `touchline init {folder}` "
            "makes one"
        )
    return folder


def load_project(root: Path) -> Project:
    """Read and check all files of the project at `root`; what is wrong is in its `problems`.

    Never raises for what people wrote. Names are not looked up across files: that is binding.
    """
    loading = Loading(root)
    settings = _load_settings(loading)
    documents = _documents(loading)
    catalog = [document for kind, document in documents if kind == "entity"]
    loading.names = Names(
        links={first_text(each, "entity"): links_declared(each.data) for each in catalog},
        entities=frozenset(_entity_names(catalog, loading)),
        segments={
            first_text(each, "segment"): first_text(each, "of")
            for kind, each in documents
            if kind == "segment"
        },
    )
    for kind, document in documents:
        _load(kind, document, loading)
    playbooks = [document for kind, document in documents if kind == "playbook"]
    load_playbooks(playbooks, loading, settings)
    _load_templates(loading)
    _load_examples(loading)
    loading.problems += _left_at_the_root(root)
    return Project(
        root=root,
        settings=settings,
        entities=loading.entities,
        segments=loading.segments,
        playbooks=loading.playbooks,
        blueprints=loading.blueprints,
        expansions=loading.expansions,
        metrics=loading.metrics,
        templates=loading.templates,
        examples=loading.examples,
        problems=tuple(sorted(set(loading.problems))),
        files=tuple(loading.files),
        broken=frozenset(loading.broken),
    )


# ---------------------------------------------------------------- touchline.yaml


def _load_settings(loading: Loading) -> Settings:
    document = loading.document(SETTINGS_FILE)
    if document is None:
        return Settings(name="unnamed", place=Place(SETTINGS_FILE))
    reading = Reading(document.places)
    if document.data is not None or not document.problems:
        check_shape("touchline", document.data, reading)
        check_references(document.data, reading, allowed=True)
    settings = read_settings(document.data, reading)
    loading.problems += reading.problems
    loading.broken.update(_left_out_of_settings(document.data, settings))
    return settings


def _left_out_of_settings(data: object, settings: Settings) -> Iterator[tuple[str, str]]:
    read = {
        "connectors": ("connector", settings.connectors),
        "channels": ("channel", settings.channels),
        "people": ("person", settings.people),
    }
    for key, (kind, sound) in read.items():
        entries = data.get(key) if isinstance(data, dict) else None
        for name in entries if isinstance(entries, dict) else ():
            if name not in sound:
                yield kind, name


# ---------------------------------------------------------------- files by the folder they lie in


def _entity_names(catalog: list[Document], loading: Loading) -> Iterator[str]:
    """The entities that files declare, sound or not, and those of files that cannot be read."""
    yield from loading.left_out("entity")
    yield from filter(None, (first_text(document, "entity") for document in catalog))


def _documents(loading: Loading) -> list[tuple[str, Document]]:
    """The files of those folders that could be read, with their kinds."""
    found: list[tuple[str, Document]] = []
    for folder, kind in _KIND_OF_FOLDER.items():
        for path in _yaml_files(loading, folder):
            document = loading.document(path)
            if document is None or (document.data is None and document.problems):
                loading.leave_out(kind, path, None)
            elif not _stands_elsewhere(document, kind, loading):
                found.append((kind, document))
    return found


def _is_nearly(path: str, ending: str, *others: str) -> bool:
    """Whether a file ends as one that is read but for its capitals, or by another such ending."""
    return path.lower().endswith((ending, *others)) and not path.endswith(ending)


def _other_ending(path: str, ending: str) -> Problem:
    found = Path(path).suffix
    return Problem(Place(path), "bad-name", f"the file ends in {found}", f"rename it to {ending}")


def _yaml_files(loading: Loading, folder: str) -> Iterator[str]:
    for path in files_below(loading.root, folder):
        if path.endswith(TEST_FILE) and folder == "playbooks":
            continue  # examples are read once every name is known
        if _is_nearly(path, ".yaml", ".yml"):
            loading.problems.append(_other_ending(path, ".yaml"))
        elif (loading.root / path).is_dir():
            loading.problems.append(
                Problem(
                    Place(path),
                    "bad-file",
                    "this is a link to a folder, or a folder that cannot be read",
                )
            )
        elif path.endswith(".yaml"):
            if folder != "playbooks" and path.count("/") > 1:
                loading.problems.append(
                    Problem(Place(path), "bad-file", f"this lies too deep; move it into {folder}/")
                )
            else:
                yield path


def _stands_elsewhere(document: Document, kind: str, loading: Loading) -> bool:
    """Whether a file's first key is that of another kind, which is then a problem."""
    first = next(iter(document.data), "") if isinstance(document.data, dict) else ""
    if first == kind or first not in (*_FOLDER_OF_KIND, "touchline", "test"):
        return False
    home = {"touchline": SETTINGS_FILE, "test": "playbooks/*.test.yaml"}
    place = document.places.key((first,))
    belongs = home.get(first, f"{_FOLDER_OF_KIND.get(first, first)}/")
    message = f"a file that begins with `{first}:` stands here; expected `{kind}:`"
    cure = f"move it to {belongs}"
    if {first, kind} == {"playbook", "test"}:
        cure = f"a test is called NAME{TEST_FILE}, and no playbook is: rename it"
    loading.problems.append(Problem(place, "wrong-folder", message, cure))
    loading.leave_out(first, document.places.path, document.data)
    return True


_FIRST_KEY = re.compile(r"^(\w+)[ \t]*:", re.MULTILINE)


def _left_at_the_root(root: Path) -> Iterator[Problem]:
    """Files beside `touchline.yaml` that begin as those of a folder do: nobody reads them there."""
    for file in sorted(root.glob("*.y*ml")):
        if file.name == SETTINGS_FILE or file.name.startswith("."):
            continue
        try:
            first = _FIRST_KEY.search(read_text(root, file.name))
        except Unreadable:
            continue  # whatever it is, it is none of ours
        if first is not None and first.group(1) in _FOLDER_OF_KIND:
            line = first.string.count("\n", 0, first.start()) + 1
            kind = first.group(1)
            yield Problem(
                Place(file.name, line, 1),
                "wrong-folder",
                f"this looks like a {kind}, and is not read here",
                f"move it to {_FOLDER_OF_KIND[kind]}/, or give it another first key",
                Severity.WARNING,
            )


def _load(kind: str, document: Document, loading: Loading) -> None:
    """What a file declares; a playbook waits for the names that all the others declare."""
    match kind:
        case "entity":
            _take(kind, document, loading, read_entity, loading.entities)
        case "segment":
            _take(kind, document, loading, read_segment, loading.segments)
        case "metric":
            _take(kind, document, loading, read_metric, loading.metrics)


def _take(
    kind: str,
    document: Document,
    loading: Loading,
    read: Callable[[object, Reading], _Read | None],
    into: dict[str, _Read],
) -> None:
    reading = loading.checked(kind, document)
    found = read(document.data, reading)
    loading.problems += reading.problems
    if found is None:
        loading.leave_out(kind, document.places.path, document.data)
    elif loading.is_new(kind, found.name, found.place):
        into[found.name] = found


# ---------------------------------------------------------------- emails


def _load_templates(loading: Loading) -> None:
    locales: list[Template] = []
    for path in files_below(loading.root, "emails"):
        for ending in (".md", ".mjml"):
            if _is_nearly(path, ending):
                loading.problems.append(_other_ending(path, ending))
        if path.endswith((".md", ".mjml")) and (template := _load_template(path, loading)):
            key = f"{template.name}.{template.locale.lower()}".rstrip(".")
            _refuse_double(template, loading.templates.get(key), loading)
            loading.templates[key] = template
            locales += [template] if template.locale else []
    add_library_emails(loading)
    for template in locales:
        if not {template.name} & (loading.templates.keys() | loading.left_out("template")):
            message = f"emails/{template.name}.md is missing: who has another locale gets that one"
            loading.problems.append(Problem(template.place, "missing-file", message))


def _refuse_double(template: Template, other: Template | None, loading: Loading) -> None:
    if other is not None:
        message = f"{other.path} is the same email; keep one of the two"
        loading.problems.append(Problem(template.place, "duplicate-name", message))


def _load_template(path: str, loading: Loading) -> Template | None:
    key = template_key(path)
    text = loading.text(path)
    parts = split_template(text, path) if text is not None else None
    if isinstance(parts, Parts) and key is not None and path.count("/") == 1:
        template = _template_of(parts, key, loading)
        if template is not None:
            return template
    elif isinstance(parts, Problem):
        loading.problems.append(parts)
    elif parts is not None:
        message = "expected emails/NAME.md or emails/NAME.LOCALE.md, as welcome.fr.md, or .mjml"
        loading.problems.append(Problem(Place(path), "bad-name", message))
    loading.leave_out("template", path, None)
    return None


def _template_of(parts: Parts, key: tuple[str, str], loading: Loading) -> Template | None:
    loading.problems += parts.head.problems
    if parts.head.data is None and parts.head.problems:
        return None
    reading = loading.checked("template", parts.head)
    template = None
    if not reading.faults and isinstance(parts.head.data, dict):
        template = read_template(parts.head.data, key, parts, reading)
    loading.problems += reading.problems
    return template


# ---------------------------------------------------------------- examples


def _load_examples(loading: Loading) -> None:
    for path in files_below(loading.root, "playbooks"):
        document = loading.document(path) if path.endswith(TEST_FILE) else None
        if document is None or _stands_elsewhere(document, "test", loading):
            continue
        if document.data is None and document.problems:
            continue
        reading = loading.checked("test", document)
        example = read_example(document.data, reading)
        loading.problems += reading.problems
        if example is not None:
            loading.examples[path] = example
