"""What pictures in SVG share: the frame with its paper, and texts that XML has a form for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["framed", "shortened", "shown", "words"]


def framed(
    title: str, marks: Iterable[str], *, style: str, width: float, height: float, defs: str = ""
) -> str:
    """A picture on white paper; sizes in pixels. `style` is CSS with a class `paper`."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    paper = f'<rect class="paper" width="{width:g}" height="{height:g}"/>'
    first = [head, f"<title>{shown(title)}</title>", f"<style>{style}</style>"]
    return "\n".join([*first, *([defs] if defs else []), paper, *marks, "</svg>"])


def shown(text: str) -> str:
    """A text between tags, without the control characters that XML has no form for."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))


def words(text: str, x: float, y: float, style: str) -> str:
    """A line of text that begins at a point; `style` is a class of the picture's CSS, or empty."""
    name = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{name}>{shown(text)}</text>'


def shortened(text: str, longest: int) -> str:
    """A name that is to stand beside its bar, cut off behind so many letters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
