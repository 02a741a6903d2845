"""Write what is made from the library anew, for review: `make library`.

Whom each play finds among the made-up customers, and the page of each play.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.library.pages import pages_of, write_pages
from tests.library.town import audiences, town, write_audiences


def main() -> None:
    """Write all of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = town(Path(folder) / "project")
        found = audiences(root)
        pages = pages_of(root, found)
    write_audiences(found)
    write_pages(pages)
    for play in (play for play, keys in found.items() if not keys):
        sys.stderr.write(f"{play} finds nobody\n")


if __name__ == "__main__":
    main()
