"""`dataclass(frozen=True, slots=True)`, made five times as fast as the standard library makes it.

A command declares some two hundred of these before it does anything, and `dataclasses` compiles
six methods for each: that was a third of the time of `touchline validate`. Here one method is
compiled, `__init__`; the others are shared. What is made behaves the same: fields, defaults,
equality, hash, `repr`, matching, copying, and `dataclasses.fields`, `replace` and `is_dataclass`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_FAST = {"frozen": True, "slots": True}
_OWN = frozenset(
    {"__init__", "__post_init__", "__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__"}
)
_UNSET = object()  # the default of a parameter whose field has a factory

if TYPE_CHECKING:
    from dataclasses import dataclass  # the type checker knows that one
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """What `dataclasses.dataclass` does with these options; quick where they are the usual."""
        return _record if options == _FAST else dataclasses.dataclass(**options)


def _record(cls: type) -> type:
    """A frozen dataclass with slots; what says more than fields is left to the library."""
    if cls.__bases__ != (object,) or not _OWN.isdisjoint(vars(cls)) or _is_special(cls):
        return dataclasses.dataclass(frozen=True, slots=True)(cls)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    made.__dataclass_params__.frozen = True
    made.__dataclass_params__.eq = True
    fields = dataclasses.fields(made)
    made.__init__ = _init(made, fields)
    made.__eq__, made.__hash__ = _comparison([each.name for each in fields if each.compare])
    made.__repr__ = _repr
    made.__setattr__, made.__delattr__ = _refuse_setting, _refuse_deleting
    made.__getstate__, made.__setstate__ = _state, _set_state
    whole: type = made
    return whole


def _is_special(cls: type) -> bool:
    """Whether a field is not simply a parameter of `__init__`."""
    given = (each for each in vars(cls).values() if isinstance(each, dataclasses.Field))
    return any(not each.init or each.kw_only is True or each.hash is not None for each in given)


def _init(made: type, fields: Sequence[dataclasses.Field[Any]]) -> Callable[..., None]:
    names: dict[str, Any] = {"_set": object.__setattr__, "_unset": _UNSET}
    parameters, body = [], []
    for each in fields:
        parameter, value = each.name, each.name
        if each.default is not dataclasses.MISSING:
            parameter += f"=_default_{each.name}"
            names[f"_default_{each.name}"] = each.default
        elif each.default_factory is not dataclasses.MISSING:
            parameter += "=_unset"
            value = f"_make_{each.name}() if {each.name} is _unset else {each.name}"
            names[f"_make_{each.name}"] = each.default_factory
        parameters.append(parameter)
        body.append(f"    _set(self, {each.name!r}, {value})")
    source = "\n".join([f"def __init__({', '.join(['self', *parameters])}):", *body, "    pass"])
    exec(source, names)  # noqa: S102  (names of fields, and nothing from outside)
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _comparison(
    names: Sequence[str],
) -> tuple[Callable[[Any, object], bool], Callable[[Any], int]]:
    """Equal are two of the same class whose values are."""
    values = _values(names)

    def equal(self: Any, other: object) -> bool:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def digest(self: Any) -> int:
        return hash(values(self))

    return equal, digest


def _values(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda self: ()
    value = attrgetter(names[0])
    return lambda self: (value(self),)


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in _shown(self))
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _shown(self: Any) -> list[dataclasses.Field[Any]]:
    return [each for each in dataclasses.fields(self) if each.repr]


def _refuse_setting(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _set_state(self: Any, state: Sequence[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
