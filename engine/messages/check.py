"""Templates of a playbook against the catalog, before anything is read: names, syntax, persons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.bind.acts import (
    BoundEmail,
    BoundStep,
    BoundTask,
    BoundUpdate,
    BoundWebhook,
    digest_of,
    every_step,
)
from engine.bind.catalog import Catalog, FieldRef
from engine.bind.people import FixedPerson, RolePerson, Slot
from engine.bind.playbook import BoundPlaybook
from engine.messages.address import (
    AddressError,
    HeaderValueError,
    check_header_value,
    parse_address,
)
from engine.messages.compiled import Reading, located, read_email, read_text, read_value
from engine.messages.grammar import Fault
from engine.messages.names import (
    PERSON_PARTS,
    PLAYBOOK_PARTS,
    Sight,
    Wanted,
    look_up,
)
from engine.problems import Problem

__all__ = ["check_playbook", "fields_of", "wanted"]


def check_playbook(playbook: BoundPlaybook, catalog: Catalog) -> tuple[Problem, ...]:
    """Everything wrong with the templates and the written addresses of a playbook, sorted."""
    found: set[Problem] = set()
    for step in every_step(playbook.steps):
        sight = _sight(step, playbook, catalog)
        found.update(_template_problems(step, sight))
        found.update(_person_problems(step))
    return tuple(sorted(found))


def wanted(step: BoundStep, playbook: BoundPlaybook, catalog: Catalog) -> tuple[Wanted, ...]:
    """The names in a step's templates that stand for fields; unknown ones are left out."""
    sight = _sight(step, playbook, catalog)
    names = (name for reading in _readings(step) for name in reading.names)
    found = (look_up(name.use, sight) for name in names)
    return tuple(dict.fromkeys(each for each in found if isinstance(each, Wanted)))


def fields_of(step: BoundStep, playbook: BoundPlaybook, catalog: Catalog) -> tuple[FieldRef, ...]:
    """The fields that rendering a step needs, of its templates and persons, in order of paths."""
    fields = {each.field.path: each.field for each in wanted(step, playbook, catalog)}
    for person in _persons(step):
        if isinstance(person, RolePerson):
            fields.update({ref.path: ref for ref in person.fields})
    return tuple(fields[path] for path in sorted(fields))


# ---------------------------------------------------------------- names


def _sight(step: BoundStep, playbook: BoundPlaybook, catalog: Catalog) -> Sight:
    gathers = digest_of(step) is not None
    return Sight(catalog, playbook.audience.entity, _others(step), gathers)


def _others(step: BoundStep) -> Mapping[str, object]:
    """The names that a step gives its templates."""
    match step:
        case BoundEmail():
            return {
                "playbook": PLAYBOOK_PARTS,
                "sender": PERSON_PARTS,
                "recipient": PERSON_PARTS,
                "with": step.values,
                "unsubscribe_url": None,
            }
        case BoundTask():
            return {"playbook": PLAYBOOK_PARTS, "recipient": PERSON_PARTS}
        case BoundWebhook(digest=digest) if digest is not None:
            return {"playbook": PLAYBOOK_PARTS, "recipient": PERSON_PARTS}
        case _:
            return {"playbook": PLAYBOOK_PARTS}


def _readings(step: BoundStep) -> Iterator[Reading]:
    """What stands in each template of a step."""
    match step:
        case BoundEmail():
            for template in (step.template, *step.variants.values()):
                yield read_email(template)
        case BoundTask():
            for word, text in (("task", step.title), ("notes", step.notes)):
                yield read_text(text, located(step.place.of(word)))
        case BoundWebhook():
            for word, value in (("body", step.body), ("headers", step.headers)):
                yield read_value(value, step.place.of(word))
        case BoundUpdate():
            for ref, written in step.values:
                if isinstance(written, str):
                    yield read_text(written, located(step.place.of("set", ref.name)))
        case _:
            return


def _template_problems(step: BoundStep, sight: Sight) -> Iterator[Problem]:
    for reading in _readings(step):
        yield from reading.problems
        for name in reading.names:
            found = look_up(name.use, sight)
            if isinstance(found, Fault):
                yield Problem(name.place, found.code, found.message, found.hint)


# ---------------------------------------------------------------- persons


def _persons(step: BoundStep) -> Iterator[FixedPerson | RolePerson]:
    for slot in _slots(step):
        yield from slot


def _slots(step: BoundStep) -> Iterable[Slot]:
    match step:
        case BoundEmail():
            return (*step.to, *step.cc, step.sender, step.reply_to, step.approve, *_by(step))
        case BoundTask():
            return (step.assign, *_by(step))
        case BoundWebhook():
            return _by(step)
        case _:
            return ()


def _by(step: BoundEmail | BoundTask | BoundWebhook) -> tuple[Slot, ...]:
    return (step.digest.by,) if step.digest else ()


def _person_problems(step: BoundStep) -> Iterator[Problem]:
    for person in _persons(step):
        if isinstance(person, FixedPerson):
            try:
                parse_address(person.email)
                check_header_value(person.name)
            except (AddressError, HeaderValueError) as error:
                yield Problem(step.place, "bad-address", f"in `{person.text}`: {error}")
