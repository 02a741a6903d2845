"""The one package of the wheel: puts the folders on the path and starts the program."""

import sys
from pathlib import Path

_app = Path(__file__).resolve().parent / "_app"
if _app.is_dir() and str(_app) not in sys.path:  # only in the wheel: a checkout has them already
    sys.path.insert(0, str(_app))


def main() -> None:
    """Run the command line."""
    from cli import main as run

    run()
