"""The steps of a playbook as declared, with those inside them. Language, section 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from engine.language.conditions import Condition, Scalar
from engine.language.steps import (
    Added,
    AfterHold,
    Branch,
    Digest,
    EmailStep,
    EnrollStep,
    ExitStep,
    Hold,
    IfStep,
    OnFailure,
    Persons,
    SplitStep,
    Step,
    TaskKind,
    TaskStep,
    UntilMoment,
    UntilWeekday,
    UpdateStep,
    WaitForStep,
    WaitStep,
    WebhookStep,
)
from engine.moments import Duration, MomentError, parse_duration, parse_moment
from engine.places import DocumentPath
from engine.read.conditions import sound_condition
from engine.read.formats import parse_share
from engine.read.reading import Reading
from engine.read.words import duration_in

__all__ = ["StepReader", "read_persons"]

_Data = Mapping[str, Any]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CONDITIONS = ("only_if", "if", "wait_for", "close_when")


@dataclass(slots=True)
class StepReader:
    """Reads the steps of one playbook: first what can be wrong, then, of a sound file, the steps.

    `condition` reads the condition at a path, and reports what is wrong with it.
    """

    reading: Reading
    _conditions: dict[DocumentPath, Condition] = field(default_factory=dict)
    _ids: dict[DocumentPath, str] = field(default_factory=dict)

    def survey(self, steps: object) -> None:
        """Read all conditions, give every step its id, and report what is wrong with them."""
        ordinals: Counter[str] = Counter()
        places: dict[str, int] = {}
        for path, step in _walk(steps, ("steps",)):
            self._read_conditions(step, path)
            self._read_moment(step, path)
            self._name(step, path, ordinals, places)

    def steps(self, data: Any, path: DocumentPath = ("steps",)) -> tuple[Step, ...]:
        """The steps of a list that was surveyed and is sound."""
        return tuple(self._step(each, (*path, position)) for position, each in enumerate(data))

    # ------------------------------------------------------------ what can be wrong

    def _read_conditions(self, step: _Data, path: DocumentPath) -> None:
        for word in _CONDITIONS:
            if word in step:
                at = (*path, word)
                self._conditions[at] = sound_condition(step[word], at, self.reading)
        hold = step.get("hold_while")
        if isinstance(hold, dict) and "when" in hold:
            at = (*path, "hold_while", "when")
            self._conditions[at] = sound_condition(hold["when"], at, self.reading)

    def _read_moment(self, step: _Data, path: DocumentPath) -> None:
        wait = step.get("wait")
        if isinstance(wait, dict) and isinstance(wait.get("until"), str):
            try:
                parse_moment(wait["until"])
            except MomentError as error:
                self.reading.report((*path, "wait", "until"), "bad-moment", str(error))

    def _name(
        self, step: _Data, path: DocumentPath, ordinals: Counter[str], places: dict[str, int]
    ) -> None:
        """Its id as written, else verb and ordinal; each only once."""
        verb = next((word for word in step if word in _VERBS), "step")
        ordinals[verb] += 1
        written = step.get("id")
        identity = written if isinstance(written, str) else f"{verb}-{ordinals[verb]}"
        at: DocumentPath = (*path, "id")
        line = self.reading.place(at).line
        if identity in places:
            self.reading.report(
                at,
                "duplicate-id",
                f"two steps are called `{identity}`, on line {places[identity]} and line {line}",
                "give each an id of its own",
            )
        places.setdefault(identity, line)
        self._ids[path] = identity

    # ------------------------------------------------------------ the steps

    def _step(self, data: _Data, path: DocumentPath) -> Step:
        verb = next(word for word in data if word in _VERBS)
        return _VERBS[verb](self, data, path)

    def _bears(self, data: _Data, path: DocumentPath) -> dict[str, Any]:
        """What every step may bear."""
        return {
            "id": self._ids[path],
            "only_if": self._conditions.get((*path, "only_if")),
            "hold_while": self._hold(data, path),
            "formerly": tuple(data.get("formerly", ())),
            "place": self.reading.place(path),
        }

    def _bears_failure(self, data: _Data, path: DocumentPath) -> dict[str, Any]:
        """What every step that asks for touches may bear."""
        return {
            **self._bears(data, path),
            "on_failure": OnFailure(data.get("on_failure", OnFailure.CONTINUE)),
            "max_lateness": duration_in(data, "max_lateness"),
        }

    def _bears_digest(self, data: _Data, path: DocumentPath) -> dict[str, Any]:
        """What the steps may bear whose touches can be gathered."""
        return {**self._bears_failure(data, path), "digest": self._digest(data, path)}

    def _hold(self, data: _Data, path: DocumentPath) -> Hold | None:
        hold = data.get("hold_while")
        if hold is None:
            return None
        at = (*path, "hold_while")
        return Hold(
            when=self._conditions[(*at, "when")],
            at_most=parse_duration(hold["at_most"]),
            then=AfterHold(hold["then"]),
            place=self.reading.place(at),
        )

    def _digest(self, data: _Data, path: DocumentPath) -> Digest | None:
        digest = data.get("digest")
        if digest is None:
            return None
        by = tuple(digest["by"]) if isinstance(digest["by"], list) else digest["by"]
        return Digest(by, digest["schedule"], self.reading.place((*path, "digest")))

    def _email(self, data: _Data, path: DocumentPath) -> Step:
        return EmailStep(
            template=data["email"],
            to=read_persons(data.get("to")),
            cc=read_persons(data.get("cc")),
            sender=read_persons(data.get("from")),
            reply_to=read_persons(data.get("reply_to")),
            values=data.get("with", {}),
            topic=data.get("topic"),
            via=data.get("via"),
            one_copy=data.get("one_copy", True),
            thread=data.get("thread"),
            approve=read_persons(data.get("approve")),
            **self._bears_digest(data, path),
        )

    def _task(self, data: _Data, path: DocumentPath) -> Step:
        return TaskStep(
            title=data["task"],
            kind=TaskKind(data.get("kind", TaskKind.OTHER)),
            assign=read_persons(data.get("assign")),
            due=duration_in(data, "due"),
            notes=data.get("notes", ""),
            urgency=data.get("urgency", ""),
            outcomes=tuple(data.get("outcomes", ())),
            close_when=self._conditions.get((*path, "close_when")),
            **self._bears_digest(data, path),
        )

    def _webhook(self, data: _Data, path: DocumentPath) -> Step:
        return WebhookStep(
            channel=data["webhook"],
            body=data.get("body"),
            method=data.get("method", "POST"),
            headers=data.get("headers", {}),
            **self._bears_digest(data, path),
        )

    def _update(self, data: _Data, path: DocumentPath) -> Step:
        values = tuple((name, _written(value)) for name, value in data["set"].items())
        return UpdateStep(entity=data["update"], values=values, **self._bears_failure(data, path))

    def _wait(self, data: _Data, path: DocumentPath) -> Step:
        return WaitStep(wait=_wait_of(data["wait"]), **self._bears(data, path))

    def _wait_for(self, data: _Data, path: DocumentPath) -> Step:
        return WaitForStep(
            condition=self._conditions[(*path, "wait_for")],
            at_most=parse_duration(data["at_most"]),
            then=self.steps(data.get("then", ()), (*path, "then")),
            otherwise=self.steps(data.get("else", ()), (*path, "else")),
            **self._bears(data, path),
        )

    def _if(self, data: _Data, path: DocumentPath) -> Step:
        return IfStep(
            condition=self._conditions[(*path, "if")],
            then=self.steps(data["then"], (*path, "then")),
            otherwise=self.steps(data.get("else", ()), (*path, "else")),
            **self._bears(data, path),
        )

    def _split(self, data: _Data, path: DocumentPath) -> Step:
        branches = tuple(
            Branch(
                name=way["name"],
                share=parse_share(way["share"]),
                steps=self.steps(way.get("steps", ()), (*path, "split", position, "steps")),
                place=self.reading.place((*path, "split", position)),
            )
            for position, way in enumerate(data["split"])
        )
        return SplitStep(branches=branches, **self._bears(data, path))

    def _enroll(self, data: _Data, path: DocumentPath) -> Step:
        return EnrollStep(playbook=data["enroll"], **self._bears(data, path))

    def _exit(self, data: _Data, path: DocumentPath) -> Step:
        return ExitStep(reason=data["exit"], **self._bears(data, path))


_VERBS: Mapping[str, Callable[[StepReader, _Data, DocumentPath], Step]] = {
    "email": StepReader._email,
    "task": StepReader._task,
    "webhook": StepReader._webhook,
    "update": StepReader._update,
    "wait": StepReader._wait,
    "wait_for": StepReader._wait_for,
    "if": StepReader._if,
    "split": StepReader._split,
    "enroll": StepReader._enroll,
    "exit": StepReader._exit,
}
"""The verbs; a step is told by the one that it has."""


def _walk(steps: object, path: DocumentPath) -> Iterator[tuple[DocumentPath, _Data]]:
    """Every step with its path, as they stand on the page; what is no step is passed over."""
    for position, step in enumerate(steps if isinstance(steps, list) else ()):
        at: DocumentPath = (*path, position)
        words: _Data = step if isinstance(step, dict) else {}
        yield at, words
        for word in ("then", "else"):
            yield from _walk(words.get(word), (*at, word))
        ways = words.get("split")
        for number, way in enumerate(ways if isinstance(ways, list) else ()):
            inside = way.get("steps") if isinstance(way, dict) else None
            yield from _walk(inside, (*at, "split", number, "steps"))


def _wait_of(data: Any) -> Duration | UntilMoment | UntilWeekday:
    if isinstance(data, str):
        return parse_duration(data)
    if "until" in data:
        return UntilMoment(parse_moment(data["until"]))
    return UntilWeekday(
        _WEEKDAYS.index(data["weekday"]), time.fromisoformat(data.get("at", "00:00"))
    )


def _written(value: Any) -> Scalar | Added:
    return Added(value["add"]) if isinstance(value, dict) else value


def read_persons(data: Any) -> Persons:
    """Persons as written: one, or a list of them whose lists mean the first that is set."""
    if data is None:
        return ()
    if isinstance(data, str):
        return (data,)
    return tuple(tuple(each) if isinstance(each, list) else each for each in data)
