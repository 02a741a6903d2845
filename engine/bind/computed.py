"""Computed fields: their formulas bound, each after the fields that it is made of.

Language, section 2. A field whose formula is broken, or hangs on one that is, is left out of the
catalog with the reason; so is one that is made of itself, with the ring by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bind.catalog import Catalog, EntityRef, FieldRef
from engine.bind.findings import wrong
from engine.bind.formulas import Formula
from engine.bind.formulations import bind_formula
from engine.bind.names import Scope
from engine.language.catalog import ComputedField
from engine.language.project import Project
from engine.problems import Invalid, Problem
from engine.records import dataclass

__all__ = ["bind_computed"]

_FIELDS_DEEP = 12  # keeps what a field expands to, and the recursion over it, within bounds

_Name = tuple[str, str]  # of an entity and its field


def bind_computed(catalog: Catalog, project: Project) -> Catalog:
    """The catalog of stored fields with all computed ones that can be used, and why others cannot.

    Never raises.
    """
    binding = _Binding(catalog, project)
    for entity in catalog.entities.values():
        for name in project.entities[entity.name].computed:
            binding.settle(entity, name)
    entities = {name: _with(entity, binding.bound) for name, entity in catalog.entities.items()}
    return Catalog(entities, binding.broken)


def _with(entity: EntityRef, bound: Mapping[_Name, _Bound]) -> EntityRef:
    own = {name: each for (of, name), each in bound.items() if of == entity.name}
    return replace(
        entity,
        fields={**entity.fields, **{name: each.ref for name, each in own.items()}},
        formulas={name: each.formula for name, each in own.items()},
    )


@dataclass(frozen=True, slots=True)
class _Bound:
    """A computed field; `depth` is the longest way along computed fields that begins at it."""

    ref: FieldRef
    formula: Formula
    depth: int


@dataclass(slots=True)
class _Opened:
    """A field that is being bound, and the greatest depth met inside it so far."""

    name: _Name
    below: int = 0


class _Binding:
    """What has been bound so far, and the fields that are being bound, outermost first."""

    def __init__(self, catalog: Catalog, project: Project) -> None:
        self.bound: dict[_Name, _Bound] = {}
        self.broken: dict[_Name, tuple[Problem, ...]] = {}
        self._catalog = catalog
        self._project = project
        self._opened: list[_Opened] = []
        self._went_too_deep = False

    def settle(self, entity: EntityRef, name: str) -> None:
        """Bind a field, or keep why it cannot be."""
        try:
            self._field(entity, name)
        except Invalid as invalid:
            self.broken[entity.name, name] = invalid.problems
        self._went_too_deep = False

    def _field(self, entity: EntityRef, name: str) -> FieldRef | None:
        """A computed field by its name; None where none is declared."""
        declared = self._project.entities[entity.name].computed.get(name)
        if declared is None:
            return None
        at = (entity.name, name)
        self._refuse_ring(at, declared)
        if at in self.broken:
            raise Invalid(self.broken[at])
        if at not in self.bound:
            if self._went_too_deep:  # nothing can save the outermost any more
                self._refuse_depth(_FIELDS_DEEP + 1)
            self._bind(at, entity, declared)
        found = self.bound[at]
        self._refuse_depth(len(self._opened) + found.depth)
        if self._opened:
            self._opened[-1].below = max(self._opened[-1].below, found.depth)
        return found.ref

    def _bind(self, at: _Name, entity: EntityRef, declared: ComputedField) -> None:
        self._opened.append(_Opened(at))
        try:
            self._refuse_depth(len(self._opened))
            scope = Scope(self._project, self._catalog, entity, computed=self._field)
            formula, source, values = bind_formula(declared.formula, scope)
            ref = FieldRef((), entity.name, declared.name, source, values=values)
            self.bound[at] = _Bound(ref, formula, self._opened[-1].below + 1)
        except Invalid as invalid:
            problems = tuple(dict.fromkeys(invalid.problems))  # each once, however met
            # Asked by itself, the field may be shallow enough: only a failure of its own stays.
            if not self._went_too_deep:
                self.broken[at] = problems
            raise Invalid(problems) from None
        finally:
            self._opened.pop()

    def _refuse_ring(self, at: _Name, declared: ComputedField) -> None:
        names = [opened.name for opened in self._opened]
        if at not in names:
            return
        ring = " → ".join(".".join(each) for each in (*names[names.index(at) :], at))
        raise wrong(
            declared.place,
            "field-cycle",
            f"the field {declared.name} is computed from itself: {ring}",
        )

    def _refuse_depth(self, depth: int) -> None:
        if depth <= _FIELDS_DEEP:
            return
        self._went_too_deep = True
        of, name = self._opened[0].name
        raise wrong(
            self._project.entities[of].computed[name].place,
            "too-deep",
            f"the field {name} is computed from others more than {_FIELDS_DEEP} deep",
            hint="write the formulas of some of them out, or store their values",
        )
