"""A project's folder as one declared project, with every problem of every file.

Each file is read by itself: one that is broken hides nothing of the next. A segment, playbook or
template whose file has problems is left out whole; so is an entity, but for roles that this version
cannot carry out, which stay in it marked. `Project.broken` names what was left out, so
that nobody is told of a name that seems to be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from engine.language.catalog import Entity
from engine.language.examples import Example
from engine.language.metrics import Metric
from engine.language.playbook import Playbook, Segment
from engine.language.project import Project, Settings, Template
from engine.places import Place
from engine.problems import Misuse, Problem
from engine.read.catalog import check_entity, links_declared, read_entity
from engine.read.documents import Document, read_document
from engine.read.examples import read_example
from engine.read.files import Unreadable, files_below, read_text
from engine.read.metrics import read_metric
from engine.read.playbooks import read_playbook, read_segment
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
    loading = _Loading(root)
    settings = _load_settings(loading)
    documents = _documents(loading)
    catalog = [document for kind, document in documents if kind == "entity"]
    loading.names = Names(
        links={_first(each, "entity"): links_declared(each.data) for each in catalog},
        entities=frozenset(_entity_names(catalog, loading)),
        segments={
            _first(each, "segment"): _first(each, "of")
            for kind, each in documents
            if kind == "segment"
        },
    )
    for kind, document in documents:
        _LOADERS[kind](document, loading)
    _load_templates(loading)
    _load_examples(loading)
    return Project(
        root=root,
        settings=settings,
        entities=loading.entities,
        segments=loading.segments,
        playbooks=loading.playbooks,
        metrics=loading.metrics,
        templates=loading.templates,
        examples=loading.examples,
        problems=tuple(sorted(set(loading.problems))),
        files=loading.files,
        broken=frozenset(loading.broken),
    )


@dataclass(slots=True)
class _Loading:
    """What has been read of a project so far."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    names: Names = Names()
    entities: dict[str, Entity] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)
    files: int = 0

    def text(self, path: str) -> str | None:
        """The text of a file; None where it cannot be read, which is then a problem."""
        self.files += 1
        try:
            return read_text(self.root, path)
        except Unreadable as error:
            self.problems.append(error.problem)
            return None

    def document(self, path: str) -> Document | None:
        """The YAML of a file, as far as it could be read."""
        text = self.text(path)
        if text is None:
            return None
        document = read_document(text, path)
        self.problems += document.problems
        return document

    def leave_out(self, kind: str, path: str, data: object) -> None:
        """Remember the name that a file declares, and the one that its own name suggests."""
        self.broken.add((kind, PurePosixPath(path).name.split(".")[0]))
        name = data.get(kind) if isinstance(data, dict) else None
        if isinstance(name, str):
            self.broken.add((kind, name))


# ---------------------------------------------------------------- touchline.yaml


def _load_settings(loading: _Loading) -> Settings:
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


def _entity_names(catalog: list[Document], loading: _Loading) -> Iterator[str]:
    """The entities that files declare, sound or not, and those of files that cannot be read."""
    yield from _left_out(loading, "entity")
    yield from filter(None, (_first(document, "entity") for document in catalog))


def _first(document: Document, key: str) -> str:
    """The text under a key of a file; empty where there is none."""
    value = document.data.get(key) if isinstance(document.data, dict) else None
    return value if isinstance(value, str) else ""


def _documents(loading: _Loading) -> list[tuple[str, Document]]:
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


def _yaml_files(loading: _Loading, folder: str) -> Iterator[str]:
    for path in files_below(loading.root, folder):
        if path.endswith(TEST_FILE) and folder == "playbooks":
            continue  # examples are read once every name is known
        if path.endswith(".yml"):
            loading.problems.append(
                Problem(Place(path), "bad-name", "the file ends in .yml", "rename it to .yaml")
            )
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


def _stands_elsewhere(document: Document, kind: str, loading: _Loading) -> bool:
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


def _checked(kind: str, document: Document, loading: _Loading) -> Reading:
    reading = Reading(document.places, loading.names)
    reading.faults += [((), problem.code) for problem in document.problems]
    check_shape(kind, document.data, reading)
    check_references(document.data, reading, allowed=False)
    return reading


def _load_entity(document: Document, loading: _Loading) -> None:
    reading = _checked("entity", document, loading)
    check_entity(document.data, reading)
    entity = read_entity(document.data, reading)
    loading.problems += reading.problems
    if entity is None:
        loading.leave_out("entity", document.places.path, document.data)
    elif _is_new(entity.name, entity.place, loading.entities, "entity", loading):
        loading.entities[entity.name] = entity


def _load_segment(document: Document, loading: _Loading) -> None:
    reading = _checked("segment", document, loading)
    segment = read_segment(document.data, reading)
    loading.problems += reading.problems
    if segment is None:
        loading.leave_out("segment", document.places.path, document.data)
    elif _is_new(segment.name, segment.place, loading.segments, "segment", loading):
        loading.segments[segment.name] = segment


def _load_playbook(document: Document, loading: _Loading) -> None:
    reading = _checked("playbook", document, loading)
    playbook = read_playbook(document.data, reading)
    loading.problems += reading.problems
    if playbook is None:
        loading.leave_out("playbook", document.places.path, document.data)
    elif _is_new(playbook.name, playbook.place, loading.playbooks, "playbook", loading):
        loading.playbooks[playbook.name] = playbook


def _load_metric(document: Document, loading: _Loading) -> None:
    reading = _checked("metric", document, loading)
    metric = read_metric(document.data, reading)
    loading.problems += reading.problems
    if metric is None:
        loading.leave_out("metric", document.places.path, document.data)
    elif _is_new(metric.name, metric.place, loading.metrics, "metric", loading):
        loading.metrics[metric.name] = metric


_LOADERS: dict[str, Callable[[Document, _Loading], None]] = {
    "entity": _load_entity,
    "segment": _load_segment,
    "playbook": _load_playbook,
    "metric": _load_metric,
}


def _is_new(
    name: str,
    place: Place,
    known: Mapping[str, Entity | Segment | Playbook | Metric],
    kind: str,
    loading: _Loading,
) -> bool:
    if name not in known:
        return True
    message = f"the {kind} `{name}` is declared twice, here and at {known[name].place}"
    loading.problems.append(Problem(place, "duplicate-name", message, "rename one of them"))
    return False


# ---------------------------------------------------------------- emails


def _load_templates(loading: _Loading) -> None:
    locales: list[Template] = []
    for path in files_below(loading.root, "emails"):
        if path.endswith(".mjml"):
            loading.files += 1
            _refuse_file(path, "mjml", loading)
        elif path.endswith(".md") and (template := _load_template(path, loading)) is not None:
            key = f"{template.name}.{template.locale}" if template.locale else template.name
            loading.templates[key] = template
            locales += [template] if template.locale else []
    for template in locales:
        if not {template.name} & (loading.templates.keys() | _left_out(loading, "template")):
            message = f"emails/{template.name}.md is missing: who has another locale gets that one"
            loading.problems.append(Problem(template.place, "missing-file", message))


def _left_out(loading: _Loading, kind: str) -> set[str]:
    return {name for broken, name in loading.broken if broken == kind}


def _load_template(path: str, loading: _Loading) -> Template | None:
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
        message = "expected emails/NAME.md or emails/NAME.LOCALE.md, as welcome.fr.md"
        loading.problems.append(Problem(Place(path), "bad-name", message))
    loading.leave_out("template", path, None)
    return None


def _template_of(parts: Parts, key: tuple[str, str], loading: _Loading) -> Template | None:
    loading.problems += parts.head.problems
    if parts.head.data is None and parts.head.problems:
        return None
    reading = _checked("template", parts.head, loading)
    loading.problems += reading.problems
    if reading.faults or not isinstance(parts.head.data, dict):
        return None
    return read_template(parts.head.data, key, parts, reading)


# ---------------------------------------------------------------- examples


def _load_examples(loading: _Loading) -> None:
    for path in files_below(loading.root, "playbooks"):
        document = loading.document(path) if path.endswith(TEST_FILE) else None
        if document is None or _stands_elsewhere(document, "test", loading):
            continue
        if document.data is None and document.problems:
            continue
        reading = _checked("test", document, loading)
        example = read_example(document.data, reading)
        loading.problems += reading.problems
        if example is not None:
            loading.examples[path] = example


def _refuse_file(path: str, kind: str, loading: _Loading) -> None:
    message = f"`{kind}` files are part of the language but not carried out by this version yet"
    loading.problems.append(Problem(Place(path), "not-supported", message))
