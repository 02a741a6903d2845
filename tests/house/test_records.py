"""Records behave as the standard library's frozen dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

import pytest

from engine.records import dataclass

KINDS = {"ours": dataclass, "the library's": dataclasses.dataclass}


def declare(kind: str) -> Any:
    """One class, made either way."""

    class Sample:
        """A sample."""

        name: str
        values: tuple[int, ...] = ()
        words: Mapping[str, str] = field(default_factory=dict)
        place: int = field(default=0, compare=False)
        hidden: str = field(default="", repr=False)

    Sample.__annotations__ = dict(Sample.__annotations__)
    return KINDS[kind](frozen=True, slots=True)(Sample)


@pytest.fixture(params=KINDS, name="sample")
def _sample(request: pytest.FixtureRequest) -> Any:
    return declare(request.param)


def test_values_and_defaults(sample: Any) -> None:
    made = sample("a", values=(1,))
    assert (made.name, made.values, made.words, made.place) == ("a", (1,), {}, 0)
    assert made.words is not sample("a").words
    with pytest.raises(TypeError, match=r"__init__\(\) missing 1 required positional argument"):
        sample()
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        sample("a", colour=1)


def test_equality_and_hash(sample: Any) -> None:
    assert sample("a", place=1) == sample("a", place=2)
    assert sample("a") != sample("b")
    assert sample("a") != ("a", (), {}, "")
    with pytest.raises(TypeError, match="unhashable"):
        hash(sample("a"))
    assert hash(sample("a", words=())) == hash(("a", (), (), ""))


def test_nothing_can_be_set(sample: Any) -> None:
    made = sample("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        made.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del made.name
    assert not hasattr(made, "__dict__")


def test_what_the_library_does_with_it(sample: Any) -> None:
    made = sample("a", values=(1, 2))
    assert dataclasses.is_dataclass(made)
    assert [each.name for each in dataclasses.fields(made)][:2] == ["name", "values"]
    assert dataclasses.replace(made, name="b") == sample("b", values=(1, 2))
    assert copy.copy(made) == copy.deepcopy(made) == made
    assert sample.__match_args__ == ("name", "values", "words", "place", "hidden")
    assert sample.__doc__ == "A sample."
    assert repr(made).endswith("Sample(name='a', values=(1, 2), words={}, place=0)")


def test_one_value_and_none() -> None:
    @dataclass(frozen=True, slots=True)
    class One:
        only: tuple[int, ...]

    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    assert hash(One((1,))) == hash(((1,),))
    assert Nothing() == Nothing()
    assert One((1,)) != Nothing()


WRONG: dict[str, tuple[dict[str, str], dict[str, Any], type[Exception], str]] = {
    "a default before none": ({"a": "int", "b": "int"}, {"a": 1}, TypeError, "follows default"),
    "a list that all would share": ({"a": "list[int]"}, {"a": []}, ValueError, "mutable default"),
}


@pytest.mark.parametrize(("kinds", "values", "error", "said"), WRONG.values(), ids=WRONG)
def test_what_the_library_refuses_is_refused(
    kinds: dict[str, str], values: dict[str, Any], error: type[Exception], said: str
) -> None:
    made = type("Made", (), {"__annotations__": kinds, "__module__": __name__, **values})
    with pytest.raises(error, match=said):
        dataclass(frozen=True, slots=True)(made)


def test_what_belongs_to_the_class_is_no_field() -> None:
    @dataclass(frozen=True, slots=True)
    class Made:
        a: int
        b: ClassVar[int] = 3

    assert (Made(1).a, Made(1).b, Made.b) == (1, 3, 3)


def test_one_may_be_made_of_another() -> None:
    @dataclass(frozen=True, slots=True)
    class Wide:
        name: str
        words: Mapping[str, str] = field(default_factory=dict)

    @dataclass(frozen=True, slots=True)
    class Narrow(Wide):
        place: int = 0

    made: Any = Narrow("a", place=2)
    assert [each.name for each in dataclasses.fields(made)] == ["name", "words", "place"]
    assert dataclasses.replace(made, name="b") == Narrow("b", {}, 2)
    assert Wide("a") != made


def test_what_has_words_of_its_own_is_left_to_the_library() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        value: int

        def __post_init__(self) -> None:
            if self.value < 0:
                raise ValueError("below zero")

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        value: int

    with pytest.raises(ValueError, match="below zero"):
        Checked(-1)
    assert Ordered(1) < Ordered(2)
