"""What a template must not hold is refused when it is read, quickly, and it never runs."""

from __future__ import annotations

import resource
import time
from datetime import date

import pytest

from engine.messages.compiled import compile_text
from engine.messages.failures import RENDER_ERROR, TOO_LARGE, RenderFailure
from engine.messages.filters import FILTERS
from engine.messages.templates import HTML, MACHINE, TEXT, run
from engine.problems import Invalid
from tests.messages.making import line, scope

REFUSED = {
    # escapes that have worked somewhere
    "class": "{{ x.__class__ }}",
    "class by bracket": "{{ x['__class__'].y }}{{ ''['__class__'].__mro__ }}",
    "mro": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr filter": "{{ x|attr('__class__') }}",
    "attr filter joined": "{{ x|attr(['__cl','ass__']|join) }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "joiner": "{{ joiner() }}",
    "namespace": "{% set n = namespace(x=1) %}",
    "self": "{{ self._TemplateReference__context }}",
    "self call": "{{ self.x() }}",
    "format filter": "{{ '{0.__class__}'|format(x) }}",
    "format method": "{{ '{0.__class__}'.format(x) }}",
    "format map": "{{ ('%s'|string).format_map(x) }}",
    "str method": "{{ x.upper() }}",
    "str.join": "{{ ''.join(x) }}",
    "import": "{% import 'x' as y %}",
    "from import": "{% from 'x' import y %}",
    "include": "{% include '/etc/passwd' %}",
    "extends": "{% extends 'x' %}",
    "macro": "{% macro m() %}{{ m() }}{% endmacro %}",
    "call block": "{% call x() %}{% endcall %}",
    "block": "{% block b %}{% endblock %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "set block": "{% set a %}x{% endset %}",
    "with": "{% with a = 1 %}{% endwith %}",
    "safe": "{{ x|safe }}",
    "forceescape": "{{ x|forceescape }}",
    "tojson": "{{ x|tojson }}",
    "xmlattr": "{{ x|xmlattr }}",
    "urlize": "{{ x|urlize }}",
    "autoescape off": "{% autoescape false %}{{ x }}{% endautoescape %}",
    "map attribute": "{{ [x]|map(attribute='__class__')|list }}",
    "groupby": "{{ [x]|groupby('__class__') }}",
    "sort": "{{ [x]|sort(attribute='__class__') }}",
    "pprint": "{{ x|pprint }}",
    "debug": "{% debug %}",
    "do": "{% do x.append(1) %}",
    "internal filter": "{{ x|touchline_link }}",
    "internal loop": "{{ x|touchline_each }}",
    "underscore name": "{{ _x }}",
    "raw": "{% raw %}{{ x }}{% endraw %}{% unknown %}",
    # what a filter could not be called with
    "replace nothing": "{{ x|replace('a') }}",
    "two defaults": "{{ x|default('a', 'b') }}",
    "upper of something": "{{ x|upper('a') }}",
    "join by another name": "{{ x|join(attribute='a') }}",
    # bombs
    "range": "{% for i in range(99999) %}x{% endfor %}",
    "nested ranges": "{% for i in range(9999) %}{% for j in range(99) %}x{% endfor %}{% endfor %}",
    "text times": "{{ 'a' * 1000000000 }}",
    "times text": "{{ 1000000000 * 'a' }}",
    "list times": "{{ [1] * 1000000000 }}",
    "power": "{{ 10 ** 10 ** 10 }}",
    "percent width": "{{ '%1000000000d' % 1 }}",
    "center": "{{ 'a'|center(1000000000) }}",
    "indent": "{{ 'a'|indent(1000000000) }}",
    "wordwrap": "{{ 'a'|wordwrap(1) }}",
    "ljust": "{{ 'a'.ljust(1000000000) }}",
    "zfill": "{{ 'a'.zfill(1000000000) }}",
    "format width": "{{ '%999999999d'|format(1) }}",
    "batch": "{{ [1]|batch(1000000000, 1)|list }}",
    "slice": "{{ [1]|slice(1000000000)|list }}",
    "recursive loop": "{% for i in x recursive %}{{ loop(x) }}{% endfor %}",
    "date width": "{{ x|date('%1000000000d') }}",
    "dict": "{{ {'a': 1} }}",
    "deep": "{{ " + "(" * 150 + "1" + ")" * 150 + " }}" + "{{ " + "-" * 300 + "1 }}",
    "deep ifs": "{% if x %}" * 120 + "{% endif %}" * 120,
    "very deep": "{{ " + "-" * 100_000 + "1 }}",
    # syntax
    "open": "{{ x",
    "open block": "{% if x %}",
    "lone end": "{% endif %}",
    "unknown test": "{{ x is callable }}",
    "test of a filter": "{{ x is filter }}",
    "tuple target": "{% for a, b in x %}{% endfor %}",
    "set attribute": "{% set x.y = 1 %}",
    "value with parts": "{% for f in x %}{{ f.name }}{% endfor %}",
    "loop without loop": "{{ x }}{% for f in x %}{{ loop.cycle }}{% endfor %}",
    "attribute of an expression": "{{ (x|first).name }}",
    "star arguments": "{{ x|join(*y) }}",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_a_template_that_must_not_be_is_refused_when_it_is_read(source: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as invalid:
        compile_text(source)
    assert time.process_time() - began < 2
    codes = {problem.code for problem in invalid.value.problems}
    assert codes <= {
        "forbidden-in-template",
        "template-syntax",
        "unknown-name",
        "wrong-arguments",
        "wrong-format",
    }


BOUNDED = {
    "nested loops over data": (
        "{% for a in xs %}{% for b in xs %}{% for c in xs %}x{% endfor %}{% endfor %}{% endfor %}",
        TOO_LARGE,
    ),
    "silent nested loops": (
        "{% for a in xs %}{% for b in xs %}{% for c in xs %}{% endfor %}{% endfor %}{% endfor %}",
        TOO_LARGE,
    ),
    "doubling by set": ("{% set a = t %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}", TOO_LARGE),
    "doubling by join": (
        "{% set a = t %}" + "{% set a = [a, a]|join('') %}" * 40 + "{{ a }}",
        TOO_LARGE,
    ),
    "growing by replace": (
        "{% set a = t %}" + "{% set a = a|replace('a', 'aaaaaaaaaa') %}" * 20 + "{{ a }}",
        TOO_LARGE,
    ),
    "fixed text in loops": ("{% for a in xs %}" + "x" * 20_000 + "{% endfor %}", TOO_LARGE),
    "values in loops": ("{% for a in xs %}{{ long }}{% endfor %}", TOO_LARGE),
    "filters in loops": (
        "{% for a in xs %}{% if (long|upper|lower|trim)|length > 9 %}{% endif %}" + "{% endfor %}",
        TOO_LARGE,
    ),
    "numbers": (
        "{% set n = 9 %}" + "{% set n = n * n %}" * 40 + "{{ n }}",
        RENDER_ERROR,
    ),
    "text plus text": ("{{ t + t }}", RENDER_ERROR),
    "text times number": ("{{ t * n }}", RENDER_ERROR),
    "number times text": ("{{ n * t }}", RENDER_ERROR),
    "text percent": ("{{ t % n }}", RENDER_ERROR),
    "list plus list": ("{{ xs + xs }}", RENDER_ERROR),
    "loop over text": ("{% for c in t %}{{ c }}{% endfor %}", RENDER_ERROR),
    "attribute of text by data": ("{{ t['upper'] }}", RENDER_ERROR),
    "attribute named by data": ("{{ t[name] }}", RENDER_ERROR),
    "a huge value": ("{{ huge }}", TOO_LARGE),
    "a huge value in capitals": ("{{ huge | upper }}", TOO_LARGE),
    "division by zero": ("{{ n / (n - n) }}", RENDER_ERROR),
    "text against number": ("{{ 'yes' if t > n else 'no' }}", RENDER_ERROR),
    "a mapping": ("{{ row }}", RENDER_ERROR),
    "a date of text": ("{{ t | date }}", RENDER_ERROR),
    "rounded text": ("{{ t | round }}", RENDER_ERROR),
    "too many digits": ("{{ n | round(1000000000) }}", RENDER_ERROR),
    "format by data": ("{{ day | date(t) }}{{ day | date('%' ~ 'Q') }}", RENDER_ERROR),
}
DATA = {
    "xs": ["a"] * 300,
    "t": "aaaaaaaaaa",
    "n": 1_000_000_000,
    "name": "__class__",
    "long": "long word " * 2_000,
    "huge": "x" * 10_000_000,
    "row": {"a": 1},
    "day": date(2026, 3, 10),
}


@pytest.mark.parametrize(("source", "reason"), BOUNDED.values(), ids=BOUNDED)
def test_what_is_read_without_fault_is_bounded_when_it_runs(source: str, reason: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with pytest.raises(RenderFailure) as failure:
        line(source, **DATA)
    assert failure.value.reason == reason
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_the_sandbox_has_the_documented_filters_and_no_globals() -> None:
    for environment in (HTML, TEXT, MACHINE):
        assert environment.globals == {}
        own = {name for name in environment.filters if not name.startswith("touchline_")}
        assert own == set(FILTERS)


def test_the_sandbox_refuses_what_its_grammar_would_have_refused() -> None:
    """The second wall: were a construct let through by mistake, running it still fails."""
    for source in ("{{ t.upper() }}", "{{ t.__class__ }}", "{{ n ** n }}", "{{ ''['join'] }}"):
        with pytest.raises(RenderFailure):
            run(TEXT.from_string(source), scope(**DATA))
