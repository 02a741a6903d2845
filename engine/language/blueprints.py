"""Blueprints as declared: a playbook with inputs. Language, section 5, "Blueprints"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from engine.language.playbook import Playbook
from engine.places import NOWHERE, Place
from engine.records import dataclass

__all__ = ["Blueprint", "Input", "InputValue"]

InputValue = str | int | float | bool | list[str | int | float | bool]
"""What may stand for an input, as YAML gives it."""


@dataclass(frozen=True, slots=True)
class Input:
    """What who uses a blueprint says; `type` is one of `engine.read.inputs.CHECKS`.

    `of` narrows a name to an entity, or says whose values a property's are. `default` None: it has
    to be said. `example` stands for it where the blueprint is validated by itself.
    """

    name: str
    type: str
    of: str = ""
    default: InputValue | None = None
    example: InputValue | None = None
    description: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def sample(self) -> InputValue | None:
        """Its default, else its example; None where it has neither."""
        return self.example if self.default is None else self.default


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A playbook with inputs: never run itself, but used by others.

    `sample` is what it becomes with its defaults and examples; None where an input has neither.
    """

    name: str
    description: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    sample: Playbook | None = None
    place: Place = field(default=NOWHERE, compare=False)
