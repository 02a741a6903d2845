"""Templates compiled and run: Jinja2's immutable sandbox, narrowed to plain data.

Names are looked up in mappings only, never as attributes of Python objects; nothing is callable;
arithmetic is for numbers; loops, texts and output are counted (`budget.py`). What may be written
at all is the business of `grammar.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Template, TemplateError, UndefinedError, nodes, pass_context
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import escape

from engine.messages.budget import MOST_CHARACTERS, bounded
from engine.messages.failures import MISSING_VALUE, RENDER_ERROR, RenderFailure
from engine.messages.filters import FILTERS, INTERNAL_FILTERS, WORKS_ON_MISSING, strict
from engine.messages.grammar import LOOP_NAMES, TESTS
from engine.messages.links import HTML_LINK_FILTERS, TEXT_LINK_FILTERS
from engine.messages.rendering import Rendering
from engine.messages.values import Missing, printed, printed_iso, readable, shown
from engine.records import dataclass

__all__ = [
    "HEADER",
    "HTML",
    "MACHINE",
    "TEXT",
    "Sandbox",
    "Scope",
    "compile_source",
    "run",
    "run_in_pieces",
]

_LARGEST = 10**30  # beyond any figure of a business; keeps products of products small


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template sees: plain data by name, and the zone in which it shows times."""

    names: Mapping[str, object]
    zone: ZoneInfo


class Sandbox(ImmutableSandboxedEnvironment):
    """Reads items of mappings and lists; refuses every attribute and every call."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(name=attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_NAMES:
            return getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return obj
        raise RenderFailure(RENDER_ERROR, f"`.{attribute}` is asked of a {type(obj).__name__}")

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, Undefined):
            return obj
        if isinstance(argument, slice) and isinstance(obj, str | list):
            return obj[argument]
        if isinstance(argument, int) and isinstance(obj, list):
            inside = -len(obj) <= argument < len(obj)
            return obj[argument] if inside else self.undefined(name=f"item {argument}")
        raise RenderFailure(RENDER_ERROR, f"`[…]` is asked of a {type(obj).__name__}")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        for side in (left, right):
            if isinstance(side, Undefined):
                return side
            if isinstance(side, bool) or not isinstance(side, int | float):
                raise RenderFailure(RENDER_ERROR, f"`{operator}` is for numbers; join text with ~")
            if abs(side) > _LARGEST:
                raise RenderFailure(RENDER_ERROR, f"`{operator}` of a number that is too large")
        if operator == "**":
            raise RenderFailure(RENDER_ERROR, "a template has no `**`")
        return self.binop_table[operator](left, right)


@pass_context
def _for_people(context: Rendering, value: object) -> str:
    return context.budget.print(shown(value, context.zone))


@pass_context
def _for_html(context: Rendering, value: object) -> str:
    """Escaped here, as Jinja's autoescape would: that makes objects of its own for each value."""
    text = context.budget.print(shown(value, context.zone))
    return str(escape(text)) if _MARKUP.search(text) else text


@pass_context
def _for_machines(context: Rendering, value: object) -> str:
    return context.budget.print(readable(printed_iso(value, context.zone)))


@pass_context
def _for_headers(context: Rendering, value: object) -> str:
    """As it is: a value that a header must not hold is refused there, and never repaired."""
    return context.budget.print(printed(value, context.zone))


_PRINT = "touchline_print"
_MARKUP = re.compile("[&<>'\"]")


def _environment(show: Callable[..., str], links: Mapping[str, Callable[..., Any]]) -> Sandbox:
    """`show` makes text of every value that is printed: `_Shown` puts it there."""
    sandbox = Sandbox(undefined=Missing, keep_trailing_newline=True)
    sandbox.globals.clear()
    sandbox.filters = {
        name: function if name in WORKS_ON_MISSING else strict(function)
        for name, function in FILTERS.items()
    }
    sandbox.filters |= {**INTERNAL_FILTERS, **links, _PRINT: show}
    sandbox.tests = {name: sandbox.tests[name] for name in TESTS}
    return sandbox


HTML = _environment(_for_html, HTML_LINK_FILTERS)
"""For the HTML part: every value is escaped."""

TEXT = _environment(_for_people, TEXT_LINK_FILTERS)
"""For plain text, titles and notes."""

HEADER = _environment(_for_headers, TEXT_LINK_FILTERS)
"""For subjects and headers: nothing is taken away, so that the check sees it all."""

MACHINE = _environment(_for_machines, TEXT_LINK_FILTERS)
"""For bodies of webhooks: dates as ISO 8601."""


_KEPT = 1024  # texts: each pass asks for the same ones again


class _Shown(NodeTransformer):
    """Puts the making of text around all that is printed, counting around loops and joined text.

    Every brace of a style sheet is written as a printed one (`pieces.py`) and is plain text again:
    each would be printed anew for every message, as if it were data.
    """

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        self.generic_visit(node)
        node.nodes = [_shown(each) for each in node.nodes]
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "touchline_each", [])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return _filtered(node.nodes[0], "touchline_concatenated", node.nodes[1:])


def _shown(node: nodes.Expr) -> nodes.Expr:
    if isinstance(node, nodes.TemplateData):
        return node
    if isinstance(node, nodes.Const) and node.value == "{":
        return nodes.TemplateData("{", lineno=node.lineno)
    return _filtered(node, _PRINT, [])


def _filtered(node: nodes.Node, name: str, arguments: list[nodes.Expr]) -> nodes.Filter:
    return nodes.Filter(node, name, arguments, [], None, None, lineno=node.lineno)


@lru_cache(_KEPT)
def compile_source(source: str, environment: Sandbox) -> Template:
    """A template that `grammar.py` has found nothing wrong with, ready to run."""
    tree = _Shown().visit(environment.parse(source))
    tree.set_environment(environment)
    # Without globals, which there are none of: a context is made for each part of each message.
    return Template.from_code(environment, environment.compile(tree), {})


def run(template: Template, scope: Scope) -> str:
    """The text of one rendering.

    Raises:
        RenderFailure: a value is missing, unsafe or too large, or does not fit what is done to it.
    """
    return "".join(run_in_pieces(template, scope))


def run_in_pieces(template: Template, scope: Scope) -> list[str]:
    """One rendering, parted where the template is: its fixed texts are the same objects each time.

    Raises:
        RenderFailure: as `run`.
    """
    rendering = Rendering(template.environment, scope.names, scope.zone)
    try:
        return _bounded(template.root_render_func(rendering))
    except UndefinedError as error:
        raise RenderFailure(MISSING_VALUE, str(error)) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise RenderFailure(RENDER_ERROR, f"the template fails: {error}") from None


def _bounded(pieces: Iterator[str]) -> list[str]:
    """The pieces of a rendering, bounded again: loops print fixed text too."""
    output, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > MOST_CHARACTERS:
            bounded(length)
        output.append(piece)
    return output
