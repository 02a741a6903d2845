"""`dataclass(frozen=True, slots=True)`, made ten times as fast as the standard library makes it.

A command declares some two hundred of these before it does anything, and `dataclasses` compiles
six methods for each: that was a third of the time of `touchline validate`. Here `__init__` is
compiled once for all that have as many fields, the others are shared, and what `dataclasses.fields`
tells is found when somebody asks. What is made behaves the same: fields, defaults, equality, hash,
`repr`, matching, copying, and `dataclasses.fields`, `replace` and `is_dataclass`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_FAST = {"frozen": True, "slots": True}
_OWN = frozenset(
    {"__init__", "__post_init__", "__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__"}
)
_NO_FIELDS = ("ClassVar", "InitVar", "KW_ONLY")  # what an annotation says that is none
_OF_THE_FIRST = frozenset({"__dict__", "__weakref__"})  # what belongs to a class without slots
_UNSET = object()  # the default of a parameter whose field has a factory

if TYPE_CHECKING:
    from dataclasses import dataclass  # the type checker knows that one
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """What `dataclasses.dataclass` does with these options; quick where they are the usual."""
        return _record if options == _FAST else dataclasses.dataclass(**options)


def _record(cls: type) -> type:
    """A frozen dataclass with slots; what says more than fields is left to the library."""
    said = dict(vars(cls))
    names = tuple(said.get("__annotations__", ()))
    given = {name: said.pop(name) for name in names if name in said}
    if cls.__bases__ != (object,) or not _OWN.isdisjoint(said) or _is_special(cls, names, given):
        return dataclasses.dataclass(frozen=True, slots=True)(cls)
    said |= {"__slots__": names, "__match_args__": names, "__init__": _init(cls, names, given)}
    said["__eq__"], said["__hash__"] = _comparison(
        [each for each in names if _is_told(given, each)]
    )
    said |= _SHARED
    made: Any = type(cls.__name__, (), {k: v for k, v in said.items() if k not in _OF_THE_FIRST})
    made.__qualname__ = cls.__qualname__
    made.__dataclass_fields__ = _Asked("__dataclass_fields__", made, given)
    made.__dataclass_params__ = _Asked("__dataclass_params__", made, given)
    whole: type = made
    return whole


def _is_special(cls: type, names: Sequence[str], given: Mapping[str, Any]) -> bool:
    """Whether a field is not simply a parameter of `__init__`, or is one that must be refused."""
    if any(word in str(kind) for kind in cls.__annotations__.values() for word in _NO_FIELDS):
        return True
    fields = [each for each in given.values() if isinstance(each, dataclasses.Field)]
    if any(not each.init or each.kw_only is True or each.hash is not None for each in fields):
        return True
    optional = [_has_default(given.get(name, dataclasses.MISSING)) for name in names]
    return optional != sorted(optional) or any(map(_is_changeable, given.values()))


def _has_default(value: Any) -> bool:
    if isinstance(value, dataclasses.Field):
        return _is_set(value.default) or _is_set(value.default_factory)
    return _is_set(value)


def _is_set(value: Any) -> bool:
    return value is not dataclasses.MISSING


def _is_changeable(value: Any) -> bool:
    default = value.default if isinstance(value, dataclasses.Field) else value
    return type(default).__hash__ is None


def _is_told(given: Mapping[str, Any], name: str) -> bool:
    """Whether two that differ in a field are different."""
    value = given.get(name)
    return value.compare if isinstance(value, dataclasses.Field) else True


# ---------------------------------------------------------------- what each has of its own


def _init(cls: type, names: tuple[str, ...], given: Mapping[str, Any]) -> Callable[..., None]:
    """`__init__` with these parameters: the one for as many, with other names in it."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_unset": _UNSET}
    defaults, made = [], []
    for at, value in enumerate(given.get(name, dataclasses.MISSING) for name in names):
        default = value.default if isinstance(value, dataclasses.Field) else value
        if isinstance(value, dataclasses.Field) and _is_set(value.default_factory):
            known[f"_make_{at}"], default = value.default_factory, _UNSET
            made.append(at)
        if _is_set(default):
            defaults.append(default)
    code = _setting(len(names), tuple(made))
    called = {f"_{at}": name for at, name in enumerate(names)}
    constants = tuple(called.get(each, each) for each in code.co_consts)
    code = code.replace(co_varnames=("self", *names), co_consts=constants)
    init = FunctionType(code, known, "__init__", tuple(defaults))
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


@cache
def _setting(count: int, made: tuple[int, ...]) -> CodeType:
    """The code that sets so many fields; those in `made` have a factory."""
    values = [
        f"_make_{n}() if _{n} is _unset else _{n}" if n in made else f"_{n}" for n in range(count)
    ]
    body = [f"    _set(self, '_{n}', {value})" for n, value in enumerate(values)]
    parameters = ", ".join(["self", *(f"_{n}" for n in range(count))])
    names: dict[str, Any] = {}
    source = "\n".join([f"def __init__({parameters}):", *body, "    pass"])
    exec(source, names)  # noqa: S102  (numbers, and nothing from outside)
    code: CodeType = names["__init__"].__code__
    return code


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


_ASKED: Mapping[str, Mapping[str, bool]] = {
    "__dataclass_fields__": {"init": False, "repr": False, "eq": False},
    "__dataclass_params__": {"frozen": True},
}
"""With what a class is made of which the standard library then tells one thing."""


class _Asked:
    """What the standard library keeps of a dataclass: it says so itself when it is asked for."""

    def __init__(self, name: str, made: type, given: Mapping[str, Any]) -> None:
        self._name, self._made, self._given = name, made, given

    def __get__(self, instance: object, owner: type) -> Any:
        kept = {"__module__": self._made.__module__, "__annotations__": self._made.__annotations__}
        twin = type(self._made.__name__, (), {**kept, **self._given})
        value = getattr(dataclasses.dataclass(**_ASKED[self._name])(twin), self._name)
        setattr(self._made, self._name, value)
        return value


# ---------------------------------------------------------------- what all share


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


_SHARED = {
    "__repr__": _repr,
    "__setattr__": _refuse_setting,
    "__delattr__": _refuse_deleting,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
