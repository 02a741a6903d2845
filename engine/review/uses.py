"""Which changes outside its own file count for a playbook: those of what it uses. Pure.

Segments, templates and policy are followed by name. Of the catalog, an item counts where its name
stands in what the playbook says, or in an item that does; a name that is only alike is told too
much rather than too little, and the counts of people say what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.language.project import Template
from engine.review.pages import Page, Pages
from engine.review.wording import Edit, edits, text_edits

__all__ = ["Elsewhere", "Using", "changes_elsewhere", "counting_for", "using"]

_WORD = re.compile(r"\w+")
_ITEMS = ("fields", "events", "links", "people", "team")
_OF_NOBODY = ("ledger", "name", "touchline", "policy.retention")
_OF_MAILS = tuple(
    f"policy.{each}"
    for each in ("send_window", "pause_dates", "frequency_caps", "never_contact", "topics", "rates")
)
_OF_TASKS = ("policy.tasks",)
_BY_NAME = ("people", "channels")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A change in a file that several playbooks may use.

    `kind` is `segment`, `template`, `catalog` or `settings`; `name` is that of the segment, of the
    template, of the item of the catalog (empty: the entity as a whole) or of the setting.
    """

    kind: str
    name: str
    entity: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class Using:
    """What a playbook uses, on both sides of a change."""

    entities: frozenset[str]
    segments: frozenset[str]
    templates: frozenset[str]
    steps: frozenset[str]
    words: frozenset[str]


# ---------------------------------------------------------------- what changed


def changes_elsewhere(
    old: Pages,
    new: Pages,
    old_templates: Mapping[str, Template],
    new_templates: Mapping[str, Template],
) -> tuple[Elsewhere, ...]:
    """All that changed outside the playbooks' own files."""
    return (
        *_of_segments(old.segments, new.segments),
        *_of_templates(old_templates, new_templates),
        *_of_catalog(old.entities, new.entities),
        *_of_settings(old.settings, new.settings),
    )


def _of_segments(old: Mapping[str, Page], new: Mapping[str, Page]) -> Iterator[Elsewhere]:
    for name in sorted({*old, *new}):
        for edit in _between(old, new, name, f"segment {name}"):
            yield Elsewhere("segment", name, "", edit)


def _between(
    old: Mapping[str, Page], new: Mapping[str, Page], name: str, where: str
) -> Iterator[Edit]:
    if name in old and name in new:
        yield from edits(dict(old[name]), dict(new[name]), where)
    elif name in old:
        yield Edit(where, "there", "")
    else:
        yield Edit(where, "", "there")


def _of_templates(old: Mapping[str, Template], new: Mapping[str, Template]) -> Iterator[Elsewhere]:
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        for part in ("subject", "preheader", "layout", "topic", "purpose", "body"):
            was, now = (str(getattr(each, part) or "") if each else "" for each in (before, after))
            for edit in text_edits(was, now, f"email {key}.{part}"):
                yield Elsewhere("template", key.partition(".")[0], "", edit)


def _of_catalog(old: Mapping[str, Page], new: Mapping[str, Page]) -> Iterator[Elsewhere]:
    for entity in sorted({*old, *new}):
        for edit in _between(old, new, entity, f"catalog {entity}"):
            way = edit.where.removeprefix(f"catalog {entity}").strip(".").split(".")
            item = way[1] if len(way) > 1 and way[0] in _ITEMS else ""
            if way[0] in _ITEMS and not item:  # the first of its kind: each of them is new
                yield from _each_item(old, new, entity, way[0])
            else:
                yield Elsewhere("catalog", item, entity, edit)


def _each_item(
    old: Mapping[str, Page], new: Mapping[str, Page], entity: str, group: str
) -> Iterator[Elsewhere]:
    where = f"catalog {entity}.{group}"
    before, after = (side.get(entity, {}).get(group) or {} for side in (old, new))
    for item in dict.fromkeys([*before, *after]):
        for edit in edits({item: before.get(item)}, {item: after.get(item)}, where):
            yield Elsewhere("catalog", item, entity, edit)


def _of_settings(old: Page, new: Page) -> Iterator[Elsewhere]:
    for edit in edits(dict(old), dict(new)):
        yield Elsewhere("settings", edit.where, "", edit)


# ---------------------------------------------------------------- what a playbook uses


def using(
    sides: Collection[tuple[Page, Pages, Mapping[str, Template]]], entities: Collection[str]
) -> Using:
    """What a playbook uses, by its file and the files around it on each side it stands on.

    `entities` are those that its segment asks for.
    """
    segments: set[str] = set()
    steps: set[str] = set()
    texts: list[object] = []
    names: set[str] = set()
    linked: set[str] = set(entities)
    for page, pages, templates in sides:
        steps |= {word for step in _steps(page.get("steps")) for word in step}
        names |= {str(step["email"]) for step in _steps(page.get("steps")) if "email" in step}
        said: list[object] = [page]
        said += [f"{t.subject} {t.body}" for t in templates.values() if t.name in names]
        segments |= _segments(said, pages, mails="email" in steps)
        texts += [*said, *(pages.segments.get(name, {}) for name in segments)]
        linked |= _connected(linked, pages.entities)
    return Using(
        frozenset(linked), frozenset(segments), frozenset(names), frozenset(steps), _words(texts)
    )


def _steps(steps: object) -> Iterator[Page]:
    for step in steps if isinstance(steps, list) else ():
        yield step
        for word in ("then", "else"):
            yield from _steps(step.get(word))
        for way in step.get("split", ()):
            yield from _steps(way.get("steps"))


def _segments(said: list[object], pages: Pages, *, mails: bool) -> set[str]:
    """The segments that a playbook comes to by what it says, those of the policy too.

    One through another, and through fields of the catalog that ask for one.
    """
    policy = pages.settings.get("policy") or {}
    known = {*_named(said), *(_named(policy.get("never_contact")) if mails else ())}
    while True:
        found = _through(known, pages)
        words = _words([*said, *(pages.segments.get(name, {}) for name in found)])
        known = found | set(_of_items(words, pages))
        if known == found:
            return found


def _words(said: object) -> frozenset[str]:
    return frozenset(_WORD.findall(str(said)))


def _of_items(words: Collection[str], pages: Pages) -> Iterator[str]:
    """The segments that items of the catalog name which these words use."""
    for item, said in _items(pages):
        for name in _named(said):
            if not _said_by(item, (pages,)).isdisjoint(words):
                yield name


def _items(pages: Pages) -> Iterator[tuple[str, object]]:
    for page in pages.entities.values():
        for group in _ITEMS:
            yield from (page.get(group) or {}).items()


def _through(names: Collection[str], pages: Pages) -> set[str]:
    """Segments, and those that they name."""
    waiting, found = set(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= set(_named(pages.segments.get(name, {}).get("where")))
    return found


def _named(data: object) -> Iterator[str]:
    match data:
        case dict():
            for key, value in data.items():
                if key == "segment" and isinstance(value, str):
                    yield value
                yield from _named(value)
        case list():
            for each in data:
                yield from _named(each)


def _connected(entities: Collection[str], pages: Mapping[str, Page]) -> set[str]:
    """Entities, and all that links lead to from them or that link to them."""
    found = set(entities)
    while True:
        pairs = ((name, to) for name, page in pages.items() for to in _linked(page))
        more = {each for pair in pairs if set(pair) & found for each in pair} - found
        if not more:
            return found
        found |= more


def _linked(page: Page) -> Iterator[str]:
    for name, said in (page.get("links") or {}).items():
        yield str(said.get("to", name)) if isinstance(said, dict) else name


# ---------------------------------------------------------------- what counts for whom


def counting_for(used: Using, changed: Elsewhere, sides: Collection[Pages]) -> bool:
    """Whether a change elsewhere counts for a playbook that uses this."""
    match changed.kind:
        case "segment":
            return changed.name in used.segments
        case "template":
            return changed.name in used.templates
        case "catalog":
            return changed.entity in used.entities and (
                not changed.name or bool(used.words & _said_by(changed.name, sides))
            )
        case _:
            return _is_concerned(used, changed.name)


def _said_by(name: str, sides: Collection[Pages]) -> set[str]:
    """An item of the catalog, and the items whose definitions name it, one through another."""
    items = [(item, _words(said)) for pages in sides for item, said in _items(pages)]
    found = {name}
    while more := {item for item, words in items if words & found} - found:
        found |= more
    return found


def _is_concerned(used: Using, setting: str) -> bool:
    first, _, rest = setting.partition(".")
    if _is_among(setting, _OF_NOBODY):
        return False
    if first in _BY_NAME and rest:
        is_way_of_mail = first == "channels" and "email" in used.steps
        return is_way_of_mail or rest.partition(".")[0] in used.words
    if _is_among(setting, _OF_MAILS):
        return "email" in used.steps
    return "task" in used.steps if _is_among(setting, _OF_TASKS) else True


def _is_among(setting: str, names: Collection[str]) -> bool:
    return any(setting == each or setting.startswith(f"{each}.") for each in names)
