"""The files of a library play as a project's own: inputs put into the text, comments kept. Pure.

What stands in a file is replaced as text, so that it reads as it was written. That the result says
the same as the blueprint with its inputs put in is checked, never assumed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from engine.language.blueprints import InputValue
from engine.problems import Misuse
from engine.read.blueprints import SINGLE, BlueprintFile, as_text, filled
from engine.read.documents import read_document
from engine.read.files import read_text
from engine.read.library import PLAYS, library_emails
from engine.read.load import TEST_FILE

__all__ = ["copied_play"]

_WHOLE = re.compile(
    r'"\$\{inputs\.(?P<quoted>\w+)\}"|(?<=: )\$\{inputs\.(?P<bare>\w+)\}(?= *(?:#|$))', re.MULTILINE
)
_Values = Mapping[str, InputValue]


def copied_play(play: BlueprintFile, values: _Values, name: str) -> dict[str, str]:
    """The files of a play under a new name, by the path that they get in a project, as text.

    The playbook comes first, then its test, then its emails. `values` has one for each input.

    Raises:
        Misuse: a value cannot stand where the play puts it.
    """
    playbook = _put_in(_without_inputs(play), values, f"{play.name}.yaml")
    files = {f"playbooks/{name}.yaml": _renamed(playbook, "playbook", play.name, name)}
    test = f"{play.name}{TEST_FILE}"
    if (PLAYS / test).is_file():
        text = _put_in(read_text(PLAYS, test), values, test)
        files[f"playbooks/{name}{TEST_FILE}"] = _renamed(text, "test", play.name, name)
    for email in sorted(library_emails()):
        if email == play.name or email.startswith(f"{play.name}-"):
            copy = name + email.removeprefix(play.name)
            files[f"emails/{copy}.md"] = read_text(PLAYS / "emails", f"{email}.md")
    return files


def _without_inputs(play: BlueprintFile) -> str:
    """The text of a play without its declaration of inputs."""
    lines = read_text(PLAYS, f"{play.name}.yaml").splitlines(keepends=True)
    starts = sorted(line for path, (line, _) in play.places.keys.items() if len(path) == 1)
    first = play.places.keys[("inputs",)][0]
    behind = next((line for line in starts if line > first), len(lines) + 1)
    return "".join(lines[: first - 1] + lines[behind - 1 :])


def _put_in(text: str, values: _Values, file: str) -> str:
    def whole(found: re.Match[str]) -> str:
        return _written(values[found["quoted"] or found["bare"]])

    done = SINGLE.sub(lambda found: as_text(values[found[1]]), _WHOLE.sub(whole, text))
    wanted = filled(read_document(text, file).data, values)
    if read_document(done, file).data != wanted:
        raise Misuse(
            f"one of these values cannot be written into {Path(file).name}; "
            "use plain words without quotes, `:`, `#` and brackets"
        )
    return done


def _written(value: InputValue) -> str:
    """A value as YAML: plain where that reads the same, else in quotes."""
    match value:
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case str():
            is_plain = read_document(f"[{value}]", "").data == [value]
            return value if is_plain else json.dumps(value, ensure_ascii=False)
        case _:
            return as_text(value)


def _renamed(text: str, key: str, old: str, new: str) -> str:
    """The same under a new name: the file's own, and those of its emails, which begin with it."""
    text = re.sub(rf"^{key}: {re.escape(old)}$", f"{key}: {new}", text, count=1, flags=re.MULTILINE)
    return re.sub(rf"(?<=\bemail: ){re.escape(old)}(?=$|[-,\s}}])", new, text, flags=re.MULTILINE)
