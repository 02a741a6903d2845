"""When files that changed are taken up: once they have come to rest.

A checkout, a merge or an editor writes many files one after the other. A project that is read in
the middle of it lacks playbooks that are about to come, and their people would be let go.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["FileWatch"]

_PATTERNS = ("touchline.yaml", "*/**/*.yaml", "emails/*.md")

Stamps = frozenset[tuple[str, int, int]]


class FileWatch:
    """Tells, look after look, when the files of a project are others than before, and at rest."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._taken_up = self._seen = _stamps(root)

    def has_settled_change(self) -> bool:
        """Whether files differ from those taken up and nothing moved since the look before.

        True once a change: from then on these are the files that were taken up.
        """
        files, before = _stamps(self._root), self._seen
        self._seen = files
        if files == self._taken_up or files != before:
            return False
        self._taken_up = files
        return True


def _stamps(root: Path) -> Stamps:
    found = set()
    for pattern in _PATTERNS:
        for path in root.glob(pattern):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.add((str(path), stat.st_mtime_ns, stat.st_size))
    return frozenset(found)
