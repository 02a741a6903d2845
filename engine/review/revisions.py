"""A project as it stands at a revision of git, read without touching anybody's checkout.

The `git` program is asked for the names and the bytes of the files, which are laid out in a folder
that the caller gives. Nothing is checked out: no filter, hook or attribute of the repository runs.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.problems import Misuse, Refused, Unreachable
from engine.read.files import LARGEST
from engine.read.load import SETTINGS_FILE

__all__ = ["Revision", "lay_out"]

_PARTS = (SETTINGS_FILE, "catalog", "segments", "playbooks", "emails", "metrics")
_SECONDS = 60  # that git may take for one answer
_MOST_BYTES = 256 * 1024 * 1024  # of all files together: they are held in memory on their way
_OWN_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
_LINK = "120000"


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision as it was asked for, and the commit (hex) that it stands for."""

    name: str
    commit: str

    def __str__(self) -> str:
        return self.name if self.commit.startswith(self.name) else f"{self.name} ({self.commit:.9})"


@dataclass(frozen=True, slots=True)
class _Blob:
    mode: str
    id: str
    size: int
    path: str


def lay_out(root: Path, name: str, into: Path, *, environ: Mapping[str, str]) -> Revision:
    """Write the files of the project at `root`, as they are at a revision, into an empty folder.

    Where there was no project then, nothing is written. Files larger than a project may hold are
    written empty, at their size, so that reading them says so.

    Raises:
        Misuse: `root` is in no repository, or git knows no such revision or is not installed.
        Refused: the files are more than fits into memory.
        Unreachable: git does not answer in time.
    """
    git = _Git(root, environ)
    revision = Revision(name, git.commit(name))
    blobs = list(git.blobs(revision.commit))
    if sum(blob.size for blob in blobs) > _MOST_BYTES:
        raise Refused(f"the project at {revision} has over {_MOST_BYTES:,} bytes of files")
    small = [blob for blob in blobs if blob.size <= LARGEST]
    for blob, content in zip(small, git.contents(small), strict=True):
        _write(into / blob.path, blob.mode, content)
    for blob in blobs:
        if blob.size > LARGEST:
            _write(into / blob.path, "", b"")
            with (into / blob.path).open("r+b") as file:
                file.truncate(blob.size)
    return revision


def _write(file: Path, mode: str, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if mode == _LINK:  # the reader refuses what leads out of the project
        file.symlink_to(content.decode("utf-8", "surrogateescape"))
    else:
        file.write_bytes(content)


class _Git:
    """The program, asked about the repository that a folder is in."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        kept = {key: value for key, value in environ.items() if key not in _OWN_REPOSITORY}
        self._environ = {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}

    def commit(self, name: str) -> str:
        """The commit that a revision stands for."""
        found = self._ask("rev-parse", "--git-dir")
        if found.returncode:
            raise Misuse(f"{self._folder} is in no git repository that can be read: {_said(found)}")
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        found = self._ask(*asked)
        if found.returncode or not name:
            raise Misuse(
                f"git knows no revision `{name}` here; expected a branch, a tag or a commit. In "
                "a shallow clone, as in most CI, fetch it first: `git fetch origin BRANCH`"
            )
        return found.stdout.decode("ascii").strip()

    def blobs(self, commit: str) -> Iterator[_Blob]:
        """The files of the project in a commit, their paths relative to it."""
        found = self._ask("ls-tree", "-r", "-l", "-z", commit, "--", *_PARTS)
        self._must_answer(found)
        for line in found.stdout.split(b"\0"):
            if line:
                head, _, path = line.partition(b"\t")
                mode, kind, id_, size = head.decode("ascii").split()
                if kind == "blob":
                    yield _Blob(mode, id_, int(size), path.decode("utf-8", "surrogateescape"))

    def contents(self, blobs: Sequence[_Blob]) -> Iterator[bytes]:
        """The bytes of some files, in their order."""
        if not blobs:
            return
        wanted = "".join(f"{blob.id}\n" for blob in blobs).encode("ascii")
        found = self._ask("cat-file", "--batch", given=wanted)
        self._must_answer(found)
        at = 0
        for blob in blobs:
            begin = found.stdout.index(b"\n", at) + 1  # behind `ID blob SIZE`
            yield found.stdout[begin : begin + blob.size]
            at = begin + blob.size + 1

    def _must_answer(self, found: subprocess.CompletedProcess[bytes]) -> None:
        if found.returncode:
            raise Unreachable(f"git cannot read the repository of {self._folder}: {_said(found)}")

    def _ask(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  no shell, and names stand behind an end of options
                ["git", *words],  # noqa: S607
                cwd=self._folder,
                env=self._environ,
                input=given,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise Misuse("the program `git` is not installed, or not on the PATH") from None
        except OSError as error:
            raise Unreachable(f"git cannot be started: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise Unreachable(f"git did not answer within {_SECONDS} seconds") from None


def _said(found: subprocess.CompletedProcess[bytes]) -> str:
    lines = found.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else f"exit status {found.returncode}"
