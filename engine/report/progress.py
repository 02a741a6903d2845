"""A line on a terminal that tells how work goes on; nothing anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from engine.dispatch.deliver import Delivered
from engine.report.text import told

__all__ = ["delivering", "replaying"]


@contextmanager
def delivering() -> Iterator[Callable[[Delivered], None] | None]:
    """What to tell of a delivery within the block; None where standard error is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("deciding …") as status:
        yield lambda delivered: status.update(_line(delivered))


@contextmanager
def replaying() -> Iterator[Callable[[date], None] | None]:
    """What to tell of each day that is replayed; None where standard error is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("asking …") as status:
        yield lambda day: status.update(f"{day:%a %Y-%m-%d} …")


def _line(delivered: Delivered) -> str:
    channels = (f"{name}: {told(states)}" for name, states in sorted(delivered.counts.items()))
    return "; ".join(channels) or "delivering …"
