"""What a template may be made of, and which names it uses: read from its syntax tree, never run.

A template prints, branches and loops over lists. It calls nothing, so the bombs and escapes of the
template language have no way in; what is left is bounded at run time (`templates.py`, `budget.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from jinja2 import Environment, TemplateSyntaxError, nodes

from engine.messages.dates import DateFormatError, check_format
from engine.messages.filters import FILTERS, needs_other_arguments
from engine.problems import did_you_mean, plain_hint
from engine.records import dataclass

__all__ = ["ITEMS", "LOOP_NAMES", "TESTS", "Fault", "Use", "faults", "parse", "uses"]

ITEMS = "items"
"""The list of those whom a digest tells of."""

LOOP_NAMES = frozenset({"first", "index", "index0", "last", "length", "revindex", "revindex0"})
"""What `loop.` has inside a loop."""

TESTS = frozenset({"defined", "undefined", "even", "odd", "in"})
"""What may follow `is`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a template must not hold: `line` counts from 1 inside the template's own text."""

    line: int
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A name that a template reads, with the parts after its dots.

    `looped` says that a loop runs over it, `filtered` which filter is put on it first, `reckoned`
    by which sign it is calculated with, and `beside` what it is compared with, where that is
    written out. `of_item` says that the first part is the name of a loop over `items`.
    """

    path: tuple[str, ...]
    line: int
    looped: bool = False
    filtered: str = ""
    of_item: bool = False
    reckoned: str = ""
    beside: str | float | None = None

    def __str__(self) -> str:
        return ".".join(self.path)


_MOST_LEVELS = 80  # of the syntax tree: what walks and compiles it is recursive
_TOO_DEEP = Fault(1, "template-syntax", "the template is nested too deeply")


def parse(source: str, environment: Environment) -> nodes.Template | Fault:
    """The syntax tree of a template, or what is wrong with its syntax."""
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return _told(error)
    except RecursionError:
        return _TOO_DEEP
    return _TOO_DEEP if _is_too_deep(tree) else tree


_WRITTEN = "a value is printed as `{{ name }}`, a condition stands as `{% if name %} … {% endif %}`"
_NEVER_CLOSED = re.compile(r"The innermost block that needs to be closed is '(\w+)'")


def _told(error: TemplateSyntaxError) -> Fault:
    """Jinja's error in our words where it has too many."""
    found = _NEVER_CLOSED.search(str(error))
    if found:
        message = f"`{{% {found[1]} … %}}` is never closed"
        return Fault(error.lineno, "template-syntax", message, f"end it: `{{% end{found[1]} %}}`")
    message = f"the template cannot be read: {error}"
    return Fault(error.lineno, "template-syntax", message, plain_hint(message) or _WRITTEN)


def _is_too_deep(tree: nodes.Node) -> bool:
    level: list[nodes.Node] = [tree]
    for _ in range(_MOST_LEVELS):
        level = [child for node in level for child in node.iter_child_nodes()]
    return bool(level)


# ---------------------------------------------------------------- what is forbidden

_PLAIN = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Slice,
    nodes.Getitem,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Neg,
    nodes.Pos,
    nodes.Keyword,
)

_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Call: "a template calls nothing; use a filter",
    nodes.Pow: "a template has no `**`",
    nodes.Dict: "a template has no mappings of its own",
    nodes.AssignBlock: "a template has no `{% set %}` with a block; use `{% set name = value %}`",
    nodes.FilterBlock: "a template has no `{% filter %}`; put the filter after a value",
    nodes.Macro: "a template has no macros",
    nodes.CallBlock: "a template has no macros",
    nodes.Include: "a template is one file: it includes nothing",
    nodes.Import: "a template is one file: it imports nothing",
    nodes.FromImport: "a template is one file: it imports nothing",
    nodes.Extends: "a template is one file; its `layout` stands in the front matter",
    nodes.Block: "a template has no blocks; its `layout` stands in the front matter",
    nodes.ScopedEvalContextModifier: "a template cannot switch escaping off",
    nodes.With: "a template has no `{% with %}`; use `{% set name = value %}`",
}


def faults(tree: nodes.Template) -> tuple[Fault, ...]:
    """Everything in a template that is forbidden, or that no filter or test is called."""
    return tuple(_faults(tree))


def _faults(node: nodes.Node) -> Iterator[Fault]:
    yield from _own_faults(node)
    for child in node.iter_child_nodes():
        yield from _faults(child)


def _own_faults(node: nodes.Node) -> Iterator[Fault]:
    rule = _RULES.get(type(node))
    if rule is not None:
        yield from rule(node)
    elif not isinstance(node, _PLAIN):
        message = _REFUSED.get(type(node), f"a template has no {type(node).__name__.lower()}")
        yield _forbidden(node, message)


def _forbidden(node: nodes.Node, message: str, hint: str = "") -> Fault:
    return Fault(node.lineno, "forbidden-in-template", message, hint)


def _name(node: nodes.Name) -> Iterator[Fault]:
    if node.name.startswith("_"):
        yield _forbidden(node, f"a name does not begin with an underscore: `{node.name}`")


def _attribute(node: nodes.Getattr) -> Iterator[Fault]:
    if not _flat(node)[0]:
        yield _forbidden(node, f"`.{node.attr}` stands after what is no name")
    if node.attr.startswith("_"):
        yield _forbidden(node, f"a name does not begin with an underscore: `{node.attr}`")


def _loop(node: nodes.For) -> Iterator[Fault]:
    if node.recursive:
        yield _forbidden(node, "a loop is not recursive")
    if not isinstance(node.target, nodes.Name):
        yield _forbidden(node, "a loop has one name: `{% for item in list %}`")


def _assignment(node: nodes.Assign) -> Iterator[Fault]:
    if not isinstance(node.target, nodes.Name):
        yield _forbidden(node, "`{% set %}` sets one name")


def _filter(node: nodes.Filter) -> Iterator[Fault]:
    if node.name not in FILTERS:
        hint = did_you_mean(node.name, FILTERS)
        yield _forbidden(node, f"there is no filter `{node.name}`", hint)
    elif node.dyn_args is not None or node.dyn_kwargs is not None:
        yield _forbidden(node, "a filter takes no `*` arguments")
    elif written := _needs_others(node):
        message = f"the filter `{node.name}` does not take what stands in its brackets"
        yield Fault(node.lineno, "wrong-arguments", message, f"it is written `{written}`")
    elif node.name == "date":
        yield from _date_format(node)


def _needs_others(node: nodes.Filter) -> str:
    """How a filter is written, where it cannot take the arguments that it has."""
    return needs_other_arguments(node.name, len(node.args), [str(each.key) for each in node.kwargs])


def _date_format(node: nodes.Filter) -> Iterator[Fault]:
    for argument in node.args:
        if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
            try:
                check_format(argument.value)
            except DateFormatError as error:
                yield Fault(node.lineno, "wrong-format", str(error))


def _test(node: nodes.Test) -> Iterator[Fault]:
    if node.name not in TESTS:
        hint = did_you_mean(node.name, TESTS)
        yield _forbidden(node, f"there is no test `is {node.name}`", hint)


def _product(node: nodes.Mul | nodes.Mod) -> Iterator[Fault]:
    for side in (node.left, node.right):
        if isinstance(side, nodes.List | nodes.Tuple | nodes.Concat) or (
            isinstance(side, nodes.Const) and not isinstance(side.value, int | float)
        ):
            yield _forbidden(node, f"`{node.operator}` is for numbers only")


_RULES: Mapping[type[nodes.Node], Callable[..., Iterator[Fault]]] = {
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.For: _loop,
    nodes.Assign: _assignment,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Mul: _product,
    nodes.Mod: _product,
}


# ---------------------------------------------------------------- which names are used


def uses(tree: nodes.Template) -> tuple[Use | Fault, ...]:
    """The names that a template reads from outside; a fault where its own names are misused."""
    return tuple(_Names().of(tree))


class _Names:
    """Walks a tree in the order in which it runs, with the names that it has made itself."""

    def __init__(self) -> None:
        self._own: frozenset[str] = frozenset()
        self._items: frozenset[str] = frozenset()

    def of(self, node: nodes.Node) -> Iterator[Use | Fault]:
        match node:
            case nodes.For():
                yield from self._loop(node)
            case nodes.Assign():
                yield from self.of(node.node)
                if isinstance(node.target, nodes.Name):
                    self._own |= {node.target.name}
                    self._items -= {node.target.name}
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                yield from self._path(node)
            case nodes.Filter(node=inner) if inner is not None:
                for found in self._each(node):
                    yield _marked(found, inner, lambda use: replace(use, filtered=node.name))
            case nodes.Compare(expr=left, ops=[nodes.Operand(op=op, expr=right)]):
                is_of_values = op not in ("in", "notin")
                for side, other in ((left, right), (right, left)):
                    beside = (
                        other.value if isinstance(other, nodes.Const) and is_of_values else None
                    )
                    for found in self.of(side):
                        yield _marked(found, side, partial(_compared, beside=beside))
            case nodes.BinExpr() if node.operator in _SIGNS:
                for side in (node.left, node.right):
                    for found in self.of(side):
                        yield _marked(found, side, partial(_calculated, sign=node.operator))
            case _:
                yield from self._each(node)

    def _each(self, node: nodes.Node) -> Iterator[Use | Fault]:
        for child in node.iter_child_nodes():
            yield from self.of(child)

    def _loop(self, node: nodes.For) -> Iterator[Use | Fault]:
        for found in self.of(node.iter):
            yield _marked(found, node.iter, _looped)
        outside, items = self._own, self._items
        names = {node.target.name} if isinstance(node.target, nodes.Name) else set()
        self._own = outside | names | {"loop"}
        self._items = items | names if self._is_items(node.iter) else items - names
        for child in (*([node.test] if node.test else []), *node.body):
            yield from self.of(child)
        self._own, self._items = outside, items
        for child in node.else_:
            yield from self.of(child)

    def _path(self, node: nodes.Expr) -> Iterator[Use | Fault]:
        path, others = _flat(node)
        if path and path[0] in self._items:
            yield Use(path, node.lineno, of_item=True)
        elif path and path[0] in self._own:
            yield from self._own_path(path, node.lineno)
        elif path:
            yield Use(path, node.lineno)
        for other in others:
            yield from self.of(other)

    def _is_items(self, node: nodes.Node) -> bool:
        return isinstance(node, nodes.Name) and node.name == ITEMS and ITEMS not in self._own

    def _own_path(self, path: tuple[str, ...], line: int) -> Iterator[Fault]:
        if len(path) == 1:
            return
        if path[0] != "loop":
            yield Fault(line, "unknown-name", f"`{path[0]}` is a value and has no `.{path[1]}`")
        elif len(path) > 2 or path[1] not in LOOP_NAMES:
            hint = did_you_mean(path[1], LOOP_NAMES)
            yield Fault(line, "unknown-name", f"a loop has no `{'.'.join(path[1:])}`", hint)


_SIGNS = frozenset({"+", "-", "*", "/", "//", "%"})


def _looped(use: Use) -> Use:
    return replace(use, looped=True)


def _compared(use: Use, beside: str | float | None) -> Use:
    return replace(use, beside=beside)


def _calculated(use: Use, sign: str) -> Use:
    return replace(use, reckoned=sign)


def _marked(found: Use | Fault, node: nodes.Node, mark: Callable[[Use], Use]) -> Use | Fault:
    """A use with what is done to it, where it is of the very name that stands at `node`."""
    if isinstance(found, Use) and _flat(node) == (found.path, ()):
        return mark(found)
    return found


def _flat(node: nodes.Node) -> tuple[tuple[str, ...], tuple[nodes.Node, ...]]:
    """`a.b["c"][0]` as (a, b, c), and the expressions inside brackets that are no names."""
    match node:
        case nodes.Name():
            return (node.name,), ()
        case nodes.Getattr():
            path, others = _flat(node.node)
            return ((*path, node.attr) if path else ()), others
        case nodes.Getitem(arg=nodes.Const(value=str() as part)):
            path, others = _flat(node.node)
            return ((*path, part) if path else ()), others
        case nodes.Getitem():
            path, others = _flat(node.node)
            return path, (*others, node.arg)
        case _:
            return (), (node,)
