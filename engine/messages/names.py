"""The names that templates may use, and what they stand for: fields, roles, and what a step gives.

A template sees the playbook's entity by its name (`user.full_name`), its linked parents by the
names of the links (`account.name`, `account.parent.name`), the roles of each (`account.csm.name`)
and the names of its step (`sender`, `recipient`, `with`, …). Language, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.bind.catalog import BoundPerson, Catalog, EntityRef, FieldRef, FoundPerson
from engine.bind.literals import shown
from engine.bind.names import column_field
from engine.language.catalog import Kind
from engine.messages.grammar import ITEMS, Fault, Use
from engine.problems import did_you_mean
from engine.records import dataclass
from engine.tables import ColumnRef

__all__ = ["PERSON_PARTS", "PLAYBOOK_PARTS", "Sight", "Wanted", "look_up"]

PERSON_PARTS: Mapping[str, object] = MappingProxyType({"name": None, "email": None})
"""What a person has in a template."""

PLAYBOOK_PARTS: Mapping[str, object] = MappingProxyType(
    {"name": None, "description": None, "owner": None}
)
"""What `playbook` has in a template."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a template can see: an entity with its parents, and the `others` of its step.

    `others` maps a name to the mapping of its parts, or to anything else where it has none. A
    digest sees a list of entities, its `items`, and none by itself (`gathers`).
    """

    catalog: Catalog
    entity: EntityRef
    others: Mapping[str, object]
    gathers: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name as a template writes it, and the field whose value it stands for."""

    path: tuple[str, ...]
    field: FieldRef


def look_up(use: Use, sight: Sight) -> Wanted | Fault | None:
    """The field of a name, None where the step itself gives it, or what is wrong with it.

    The path of a field of an item begins at the item.
    """
    if use.of_item:
        return _of_item(use, sight) if sight.gathers else None  # told of the loop itself
    if use.path[0] == ITEMS and sight.gathers:
        return _list_of_items(use)
    return _outside(use, sight)


def _of_item(use: Use, sight: Sight) -> Wanted | Fault:
    """`item.user.name` and `item.account.name`, inside a loop over `items`."""
    known = (sight.entity.name, *sight.entity.links)
    if len(use.path) == 1:
        hint = f"name one of its fields, as {use}.{sight.entity.name}.{_example(sight.entity)}"
        return Fault(use.line, "unknown-name", f"`{use}` is one of the items, no value", hint)
    name = use.path[1]
    if name not in known:
        hint = did_you_mean(name, known)
        if name in sight.entity.fields or name in sight.entity.people:
            hint = f"write {use.path[0]}.{sight.entity.name}.{'.'.join(use.path[1:])}"
        return Fault(use.line, "unknown-name", f"an item has no `{name}`, as in `{use}`", hint)
    found = _within(use, 2 if name == sight.entity.name else 1, (), sight.entity, sight=sight)
    return replace(found, path=found.path[1:]) if isinstance(found, Wanted) else found


def _list_of_items(use: Use) -> Fault | None:
    if len(use.path) == 1 and (use.looped or use.filtered == "length"):
        return None
    hint = "write {% for item in items %}, and inside it item.… ; {{ items | length }} counts them"
    return Fault(use.line, "unknown-name", f"`{use}` is no value: `items` is a list", hint)


def _outside(use: Use, sight: Sight) -> Wanted | Fault | None:
    root = use.path[0]
    own = (sight.entity.name, *sight.entity.links)
    if sight.gathers and root in own and root not in sight.others:
        message = f"a digest tells of several, so there is no one `{root}`"
        hint = f"write {{% for item in items %}}, and inside it item.{use}"
        return Fault(use.line, "unknown-name", message, hint)
    if sight.gathers:
        return _told_by_step(use, sight)
    if root == sight.entity.name:
        return _within(use, 1, (), sight.entity, sight=sight)
    if root in sight.entity.links:
        return _within(use, 0, (), sight.entity, sight=sight)
    return _told_by_step(use, sight)


def _told_by_step(use: Use, sight: Sight) -> Fault | None:
    root = use.path[0]
    if root in sight.others:
        return _given(use, sight.others)
    own = () if sight.gathers else (sight.entity.name, *sight.entity.links)
    known = (*own, *sight.others)
    if root == ITEMS:
        hint = "only a step with `digest` has items"
    elif not sight.gathers and (root in sight.entity.fields or root in sight.entity.people):
        hint = f"write {sight.entity.name}.{use}"
    else:
        hint = did_you_mean(root, known)
    return Fault(use.line, "unknown-name", f"there is no `{root}` in this template", hint)


def _given(use: Use, others: Mapping[str, object]) -> Fault | None:
    there: object = others
    for position, part in enumerate(use.path):
        above = ".".join(use.path[:position])
        if not isinstance(there, Mapping):
            return Fault(use.line, "unknown-name", f"`{above}` is a value and has no `.{part}`")
        if part not in there:
            hint = did_you_mean(part, there)
            return Fault(use.line, "unknown-name", f"`{above}` has no `{part}`", hint)
        there = there[part]
    if isinstance(there, Mapping):
        hint = f"name one of its parts: {', '.join(there)}" if there else ""
        return Fault(use.line, "unknown-name", f"`{use}` is no value by itself", hint)
    return None


def _within(
    use: Use, position: int, links: tuple[str, ...], entity: EntityRef, *, sight: Sight
) -> Wanted | Fault:
    """Walk from an entity along the rest of a name."""
    rest = use.path[position:]
    if not rest:
        return Fault(
            use.line,
            "unknown-name",
            f"`{use}` is the {entity.name} itself, which is no value",
            f"name one of its fields, as {use}.{_example(entity)}",
        )
    name = rest[0]
    if name in entity.links:
        parent = sight.catalog.entities.get(entity.links[name].to)
        if parent is None:
            return Fault(use.line, "unknown-name", f"`{name}` in `{use}` leads to no usable entity")
        return _within(use, position + 1, (*links, name), parent, sight=sight)
    if name in entity.people:
        return _role(use, rest[1:], links, entity, person=entity.people[name])
    if name in entity.fields:
        return _field(use, rest, links, entity)
    return _unknown(use, name, entity, sight)


def _example(entity: EntityRef) -> str:
    return next(iter(entity.fields), "name")


def _field(
    use: Use, rest: tuple[str, ...], links: tuple[str, ...], entity: EntityRef
) -> Wanted | Fault:
    found = entity.fields[rest[0]]
    if len(rest) > 1:
        message = f"`{rest[0]}` in `{use}` is a value and has no `.{rest[1]}`"
        return Fault(use.line, "unknown-name", message)
    kind = found.kind
    if use.looped and kind is not Kind.LIST:
        return Fault(use.line, "wrong-type", f"`{use}` is {kind}; a loop goes over a list")
    kinds, told = _TAKEN.get(use.filtered, ((kind,), ""))
    if kind not in kinds:
        message = f"`{use}` is {kind}; the filter `{use.filtered}` takes {told}"
        return Fault(use.line, "wrong-type", message)
    if use.reckoned and kind not in _NUMBERS:
        message = f"`{use}` is {kind}; `{use.reckoned}` is for numbers"
        return Fault(use.line, "wrong-type", message, "join text with ~")
    if use.beside is not None and not isinstance(use.beside, _COMPARED.get(kind, ())):
        message = f"`{use}` is {kind}, and is compared with {shown(use.beside)}"
        return Fault(use.line, "wrong-type", message, _COMPARING.get(kind, ""))
    return Wanted(use.path, _seen_from(links, found))


_NUMBERS = (Kind.INTEGER, Kind.NUMBER)
_COMPARED: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    **dict.fromkeys((*_NUMBERS, Kind.BOOLEAN), (int, float)),
}
"""What values of a kind may be compared with, where it is written out; others equal none of it."""

_COMPARING: Mapping[Kind, str] = {
    **dict.fromkeys((Kind.DATE, Kind.TIMESTAMP), 'compare its text: … | date("%Y-%m-%d")'),
    **dict.fromkeys((*_NUMBERS, Kind.BOOLEAN), "write it without quotes"),
    Kind.TEXT: "write it in quotes",
    Kind.LIST: "ask whether it holds one: … in …",
}

_TAKEN: Mapping[str, tuple[tuple[Kind, ...], str]] = {
    "date": ((Kind.DATE, Kind.TIMESTAMP), "a date or time"),
    **dict.fromkeys(("number", "percent", "round"), (_NUMBERS, "a number")),
    **dict.fromkeys(("first", "join", "last"), ((Kind.LIST,), "a list")),
    "length": ((Kind.LIST, Kind.TEXT), "a list or a text"),
}
"""What filters take that do not take every value: the kinds, and how they are called."""


def _seen_from(links: tuple[str, ...], found: FieldRef) -> FieldRef:
    required = found.required and not links
    return replace(found, links=links, required=required)


def _role(
    use: Use,
    rest: tuple[str, ...],
    links: tuple[str, ...],
    entity: EntityRef,
    *,
    person: BoundPerson | FoundPerson,
) -> Wanted | Fault:
    parts: dict[str, ColumnRef | FieldRef] = {"email": person.email}
    if person.name is not None:
        parts["name"] = person.name
    if len(rest) != 1 or rest[0] not in parts:
        hint = f"it has {' and '.join(sorted(parts))}"
        return Fault(use.line, "unknown-name", f"`{use}` is no part of a person", hint)
    return Wanted(use.path, column_field(links, entity, parts[rest[0]]))


def _unknown(use: Use, name: str, entity: EntityRef, sight: Sight) -> Fault:
    broken = sight.catalog.broken.get((entity.name, name))
    if broken:
        message = f"`{use}` cannot be computed: {broken[0].message}"
        return Fault(use.line, broken[0].code, message, broken[0].hint)
    known: Iterable[str] = (*entity.fields, *entity.links, *entity.people)
    hint = did_you_mean(name, known)
    return Fault(use.line, "unknown-name", f"{entity.name} has no `{name}`, as in `{use}`", hint)
