"""What a template sees for one customer: plain data, built from the values that were fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from engine.bind.playbook import BoundPlaybook
from engine.messages.grammar import ITEMS
from engine.messages.names import Wanted
from engine.messages.templates import Scope
from engine.messages.values import is_missing, plain
from engine.ports import Recipient
from engine.records import dataclass

__all__ = ["Surroundings", "context", "context_of_items"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step adds to a customer's data; `values` is the step's `with`.

    `unsubscribe_url` is empty where the channel has none.
    """

    playbook: BoundPlaybook
    sender: Recipient | None = None
    recipient: Recipient | None = None
    values: Mapping[str, object] | None = None
    unsubscribe_url: str = ""


def context(
    names: Iterable[Wanted],
    values: Mapping[str, object],
    around: Surroundings,
    *,
    zone: ZoneInfo,
) -> Scope:
    """The scope of one rendering; times show in `zone`, the recipient's.

    `names` are what the step's templates want (`check.wanted`), `values` one customer's values
    by `FieldRef.path`. What is missing there is missing in the template.
    """
    tree: dict[str, object] = {
        "playbook": _present(
            name=around.playbook.name,
            description=around.playbook.description,
            owner=around.playbook.owner,
        ),
        "sender": _person(around.sender),
        "recipient": _person(around.recipient),
        "with": plain(around.values or {}),
        **_present(unsubscribe_url=around.unsubscribe_url),
    }
    for name in names:
        _reserve(tree, name)
    for name in names:
        _place(tree, name.path, values.get(name.field.path))
    return Scope(tree, zone)


def context_of_items(
    names: Iterable[Wanted],
    items: Sequence[Mapping[str, object]],
    around: Surroundings,
    *,
    zone: ZoneInfo,
) -> Scope:
    """The scope of a digest: `items` are the values of each of whom it tells, in their order."""
    scope = context((), {}, around, zone=zone)
    wanted = tuple(names)
    return Scope({**scope.names, ITEMS: [_tree(wanted, values) for values in items]}, zone)


def _tree(names: Iterable[Wanted], values: Mapping[str, object]) -> dict[str, object]:
    tree: dict[str, object] = {}
    for name in names:
        _place(tree, name.path, values.get(name.field.path))
    return tree


def _person(person: Recipient | None) -> dict[str, object]:
    return {} if person is None else _present(name=person.name, email=person.address)


def _present(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if not is_missing(value)}


def _reserve(tree: dict[str, object], name: Wanted) -> None:
    """An entity, its links and roles win over the names of the step."""
    tree[name.path[0]] = {}


def _place(tree: dict[str, object], path: tuple[str, ...], value: object) -> None:
    for part in path[:-1]:
        below = tree.setdefault(part, {})
        assert isinstance(below, dict)
        tree = below
    if not is_missing(value):
        tree[path[-1]] = plain(value)
