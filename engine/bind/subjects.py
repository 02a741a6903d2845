"""What a test is of: a field, a property, or a number of things; and whether it has a history."""

from __future__ import annotations

from engine.bind.findings import wrong
from engine.bind.names import Scope
from engine.bind.refs import Computed, FieldRef
from engine.language.catalog import Kind
from engine.language.conditions import Scalar
from engine.places import Place
from engine.records import dataclass

__all__ = ["Subject", "refuse_untracked", "subject_of", "tracked_field"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a test is of: its name in messages, its kind, and its allowed values, if listed.

    `items` is the kind of the values in a list; `ref` is the field, where it is one.
    """

    name: str
    kind: Kind
    values: tuple[Scalar, ...] = ()
    items: Kind = Kind.TEXT
    ref: FieldRef | None = None


def subject_of(ref: FieldRef, path: str) -> Subject:
    """A field as what a test is of; `path` is what messages call it."""
    items = ref.source.items if isinstance(ref.source, Computed) else Kind.TEXT
    return Subject(path, ref.kind, ref.values, items, ref)


def tracked_field(subject: Subject, word: str, scope: Scope, *, place: Place) -> FieldRef:
    """The field whose history an operator asks for.

    Raises:
        Invalid: it is no field, or one whose history is not kept.
    """
    if subject.ref is None:
        raise wrong(
            place,
            "unfit-operator",
            f"`{word}` asks for the history of a field; {subject.name} is none",
        )
    refuse_untracked(subject.ref, scope, place)
    return subject.ref


def refuse_untracked(ref: FieldRef, scope: Scope, place: Place) -> None:
    """Raise Invalid where the history of a field is not kept."""
    if not scope.catalog.is_tracked(ref):
        raise wrong(
            place,
            "not-tracked",
            f"the history of `{ref.path}` is not kept",
            hint=f"add {ref.name} to `track:` of the entity {ref.entity}, as `track: [{ref.name}]`",
        )
