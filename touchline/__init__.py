"""The one package of the wheel: puts the folders on the path and starts the program."""

import gc
import sys
from pathlib import Path

_FRESH_OBJECTS = 100_000  # before the collector looks; what a start and a project make is kept

_app = Path(__file__).resolve().parent / "_app"
if _app.is_dir() and str(_app) not in sys.path:  # only in the wheel: a checkout has them already
    sys.path.insert(0, str(_app))


def collect_late() -> None:
    """Let the collector of this process look for cycles when there is something to find."""
    gc.set_threshold(_FRESH_OBJECTS, *gc.get_threshold()[1:])


def main() -> None:
    """Run the command line."""
    collect_late()
    from cli import main as run

    try:
        run()
    finally:
        gc.freeze()  # nothing is looked through at the end: the process gives all back at once
