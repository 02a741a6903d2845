"""When files that changed are taken up: once they have come to rest.

A checkout, a merge or an editor writes many files one after the other. A project that is read in
the middle of it lacks playbooks that are about to come, and their people would be let go.
"""

from __future__ import annotations

import logging
from pathlib import Path

from engine.problems import Invalid, errors_only
from engine.read.load import load_project
from engine.workplace import Workplace, open_workplace

__all__ = ["FileWatch", "take_up"]

_PATTERNS = ("touchline.yaml", "*/**/*.yaml", "emails/*.md", "emails/*.mjml")

_LOG = logging.getLogger("touchline.daemon")

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


def take_up(workplace: Workplace, watch: FileWatch) -> Workplace | None:
    """The project as its files are now, once they came to rest; None: the old one goes on.

    Changed files are taken up whole or not at all: nothing half-written ever runs.
    """
    if not watch.has_settled_change():
        return None
    errors = errors_only(load_project(workplace.root).problems)
    if errors:
        _LOG.error("changed files are not taken up, the old ones go on: %s", Invalid(errors))
        return None
    changed = open_workplace(workplace.root, workplace.root, workplace.ports)
    try:
        _ = changed.policy
    except Invalid as invalid:
        _LOG.error("changed files are not taken up, the old ones go on: %s", invalid)
        return None
    _LOG.info("took up changed files")
    return changed


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
