"""`make golden`: the golden files anew, for review in the diff."""

from __future__ import annotations

from tests.dialects.asking import CASES, DIALECTS, GOLDEN, golden_text
from tests.dialects.nodes import nodes_text


def write() -> None:
    """Every dialect's files; what belongs to no case or dialect any more goes."""
    for old in GOLDEN.glob("*/*.sql"):
        old.unlink()
    for dialect in DIALECTS:
        folder = GOLDEN / dialect
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "nodes.sql").write_text(nodes_text(dialect), encoding="utf-8")
        for case in CASES:
            (folder / f"{case}.sql").write_text(golden_text(dialect, case), encoding="utf-8")


if __name__ == "__main__":
    write()
