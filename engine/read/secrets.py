"""References to secrets: where they may stand, and their values at the moment of use.

Language, section 1: `${env:NAME}` or `${file:path}`, only in `touchline.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.language.project import Secret
from engine.places import DocumentPath
from engine.problems import Invalid, Problem
from engine.read.formats import REFERENCE
from engine.read.reading import Reading

__all__ = ["check_references", "resolve", "texts_in"]

_LARGEST_SECRET = 64 * 1024  # bytes: a key ring, not a data file
_KEYS_WITH_REFERENCES = ("url", "password", "secret", "key", "ledger")


def resolve(secret: Secret, *, root: Path, environ: Mapping[str, str]) -> str:
    """The text of a secret with its references filled in; `root` is the project's folder.

    A file's value is its text without the line ends at its end.

    Raises:
        Invalid: a reference is to what is missing or empty. No value is ever in a message.
    """
    parts: list[str] = []
    end = 0
    for found in REFERENCE.finditer(secret.text):
        parts.append(secret.text[end : found.start()])
        parts.append(_value(found[1], found[2], secret, root=root, environ=environ))
        end = found.end()
    return "".join(parts) + secret.text[end:]


def _value(kind: str, name: str, secret: Secret, *, root: Path, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "") if kind == "env" else _file_value(name, secret, root)
    if value.strip():
        return value
    if kind == "env":
        reason = "is empty" if name in environ else "is not set"
        raise _missing(secret, f"the environment variable {name} {reason}", f"set {name}")
    raise _missing(secret, f"the file {name} is empty", "write the secret into it")


def _file_value(name: str, secret: Secret, root: Path) -> str:
    file = root / name
    try:
        if not file.is_file():  # opening a FIFO would wait for ever
            raise _missing(secret, f"there is no file {name}", "make it, or correct the path")
        with file.open("rb") as stream:
            return stream.read(_LARGEST_SECRET).decode("utf-8").rstrip("\r\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _missing(secret, f"the file {name} cannot be read: {reason}") from None
    except ValueError:  # no UTF-8, or a path with a NUL; the cause would show bytes of it
        raise _missing(secret, f"the file {name} cannot be read as UTF-8 text") from None


def _missing(secret: Secret, message: str, hint: str = "") -> Invalid:
    return Invalid([Problem(secret.place, "missing-secret", message, hint)])


def check_references(data: object, reading: Reading, *, allowed: bool) -> None:
    """Report references where none can stand; `allowed` is so in `touchline.yaml` alone."""
    if not _may_refer(data):
        return
    for path, text in texts_in(data, ()):
        if "${" not in text or not REFERENCE.search(text):
            continue
        if not allowed:
            reading.report(
                path,
                "misplaced-secret",
                "a reference to a secret stands here; they are read only in touchline.yaml",
            )
        elif path[-1] not in _KEYS_WITH_REFERENCES:
            reading.report(
                path,
                "misplaced-secret",
                f"`{path[-1]}` takes no reference; only `url`, `password`, `secret` and `key` do",
            )


def _may_refer(data: object) -> bool:
    """Whether a text in plain data looks like a reference: asked first, as hardly any does."""
    if isinstance(data, str):
        return "${" in data
    if isinstance(data, dict):
        return any(map(_may_refer, data.values()))
    return isinstance(data, list) and any(map(_may_refer, data))


def texts_in(data: object, path: DocumentPath) -> Iterator[tuple[DocumentPath, str]]:
    """The texts of plain data that stands at `path`, keys left out, each with its own path."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from texts_in(value, (*path, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from texts_in(value, (*path, position))
