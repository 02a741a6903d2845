"""The layouts that HTML parts stand in: `plain`, and `none` for the bare body.

`plain` is one column in the reader's own fonts, at home on narrow screens and in dark mode. Its
rules are written into the elements when a template is compiled, because many mail programs read
no style sheet; what only a style sheet can say (dark mode) stays one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from css_inline import CSSInliner

__all__ = ["LAYOUTS", "framed"]

LAYOUTS = frozenset({"plain", "none"})
"""The layouts that a template may name."""

_STYLE = """
body { margin: 0; padding: 0; background-color: #f4f4f5; color: #1f2328; }
.page { padding: 24px 12px; }
.sheet { max-width: 600px; margin: 0 auto; background-color: #ffffff; border-radius: 8px;
  padding: 32px; font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica,
  Arial, sans-serif; font-size: 16px; line-height: 1.55; color: #1f2328;
  overflow-wrap: break-word; }
.preheader { display: none; max-height: 0; max-width: 0; overflow: hidden; opacity: 0;
  font-size: 1px; line-height: 1px; }
p { margin: 0 0 16px 0; }
h1 { margin: 0 0 16px 0; font-size: 24px; line-height: 1.3; }
h2 { margin: 24px 0 12px 0; font-size: 20px; line-height: 1.3; }
h3, h4, h5, h6 { margin: 20px 0 8px 0; font-size: 16px; line-height: 1.4; }
ul, ol { margin: 0 0 16px 0; padding: 0 0 0 24px; }
li { margin: 0 0 6px 0; }
a { color: #0b5cad; text-decoration: underline; }
blockquote { margin: 0 0 16px 0; padding: 0 0 0 16px; border-left: 3px solid #d0d7de; }
pre { margin: 0 0 16px 0; padding: 12px; background-color: #f4f4f5; border-radius: 6px;
  white-space: pre-wrap; font-size: 14px; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 14px; }
hr { border: 0; border-top: 1px solid #d0d7de; margin: 24px 0; }
img { max-width: 100%; height: auto; border: 0; }
.footer { max-width: 600px; margin: 0 auto; padding: 16px 32px; color: #59636e;
  font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica, Arial,
  sans-serif; font-size: 13px; line-height: 1.5; }
.footer p { margin: 0 0 4px 0; white-space: pre-line; }
.footer a { color: #59636e; }
"""

_DARK = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body { background-color: #16181d !important; }
  .sheet { background-color: #22252b !important; color: #e6e8eb !important; }
  .sheet a { color: #7db7f5 !important; }
  pre { background-color: #16181d !important; }
  .footer, .footer a { color: #9aa4af !important; }
}
@media (max-width: 480px) { .sheet { padding: 20px !important; } }
"""

_PLAIN = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">\
<meta name="viewport" content="width=device-width, initial-scale=1">\
<meta name="color-scheme" content="light dark">\
<meta name="supported-color-schemes" content="light dark">\
<title></title><style>{style}</style><style data-css-inline="keep">{dark}</style></head>
<body>{preheader}
<div class="page"><div class="sheet">
{body}
</div>
{footer}
</div></body></html>
"""


def framed(body: str, *, language: str, preheader: str, footer: str) -> str:
    """A body in the layout `plain`, its style written into its elements."""
    return _inliner().inline(
        _PLAIN.format(
            language=language,
            style=_STYLE,
            dark=_DARK,
            preheader=preheader,
            body=body,
            footer=footer,
        )
    )


@cache
def _inliner() -> CSSInliner:
    from css_inline import CSSInliner  # a native library, and only messages that are made need it

    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=False)
