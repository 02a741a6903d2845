"""Write what is pinned of the library anew, for review: `make library`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.library.town import audiences, town, write_audiences


def main() -> None:
    """Write all of it."""
    with tempfile.TemporaryDirectory() as folder:
        found = audiences(town(Path(folder) / "project"))
    write_audiences(found)
    for play, keys in found.items():
        if not keys:
            sys.stderr.write(f"{play} finds nobody\n")


if __name__ == "__main__":
    main()
