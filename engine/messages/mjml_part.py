"""The HTML part of a message in MJML: preheader and footer put in, made HTML, then Jinja again."""

from __future__ import annotations

import re

from engine.messages.grammar import Fault
from engine.messages.html_part import FOOTER, SUBJECT, commented, printed
from engine.messages.mjml import Mjml, read_mjml
from engine.messages.pieces import Pieces
from engine.messages.tree import StructureError

__all__ = ["MADE_OF_MJML", "mjml_source", "read_mjml_body"]

MADE_OF_MJML = "<!doctype html>"
"""What HTML that was made of MJML begins with; the layout `plain` writes it in capitals."""

_PREHEADER = (
    "[if touchline_preheader]"
    '<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px">'
    "[=touchline_preheader]</div>[endif]"
)
_SMALL = 'font-size="13px" line-height="1.5" color="#59636e"'


def read_mjml_body(text: str, pieces: Pieces, *, language: str) -> Mjml:
    """A body in MJML with the preheader at its beginning and the footer at its end.

    Raises:
        StructureError: as `read_mjml`.
    """
    footer = commented(FOOTER, pieces)
    return read_mjml(
        text,
        pieces,
        language=language,
        first=f"<mj-raw>{commented(_PREHEADER, pieces)}</mj-raw>",
        last="<mj-section><mj-column><mj-text "
        f"{_SMALL}>{footer}</mj-text></mj-column></mj-section>",
    )


def mjml_source(read: Mjml, pieces: Pieces) -> str:
    """The template of the HTML part. No font is loaded from anywhere.

    Raises:
        StructureError: elements of MJML stand where they cannot, or lack what they need.
    """
    from mjml import mjml2html  # a native library, and only messages that are made need it

    try:
        html = mjml2html(read.markup, fonts={})
    except ValueError as error:
        raise StructureError(
            Fault(1, "bad-mjml", f"MJML does not take the body: {error}")
        ) from None
    html = html.replace("<title></title>", f"<title>{printed(SUBJECT, pieces)}</title>", 1)
    return pieces.assemble(re.sub(rf"<!--({pieces.word.pattern})-->", r"\1", html))
