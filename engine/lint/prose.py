"""A message template as its reader sees it: paragraphs, sentences, words and links.

Template syntax is replaced by as many underscores, so that every place stays where it is and no
rule reads code as words; a value that is printed counts as one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.language.project import MJML, Template
from engine.places import Place
from engine.records import dataclass

__all__ = ["Paragraph", "Prose", "link_targets", "questions", "read_prose", "word_count"]

_SYNTAX = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_TARGET = re.compile(
    r"(?<=\])\(\s*<?([^)\s>]+)[^)]*\)|\bhref=\"([^\"]+)\"|<?(\bhttps?://[^\s<>()\[\]\"]+)"
)
_MARKUP = re.compile(r"<mj-head>.*?</mj-head>|<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_WORD = re.compile(r"[^\W\d_][\w'’-]*|_{4,}")
_QUESTION = re.compile(r"[^.!?\s][^.!?]*\?")
_BLANK = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of text, with the template syntax masked."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Prose:
    """What a template says. `text` is its body with the template syntax masked."""

    template: Template
    text: str
    paragraphs: tuple[Paragraph, ...]

    def place(self, offset: int) -> Place:
        """The place in the file of what stands at an offset of the text."""
        line = self.text.count("\n", 0, offset)
        column = offset - (self.text.rfind("\n", 0, offset) + 1)
        return Place(self.template.path, self.template.body_line + line, column + 1)

    @property
    def is_english(self) -> bool:
        """Whether rules about English words make sense: a template that names no locale counts."""
        return self.template.locale in ("", "en") or self.template.locale.startswith("en-")


@lru_cache(maxsize=2_048)  # every rule asks
def read_prose(template: Template) -> Prose:
    """The prose of a template."""
    text = _SYNTAX.sub(lambda found: _masked(found[0]), template.body)
    if template.layout == MJML:
        text = _MARKUP.sub(lambda found: _masked(found[0]), text)
    return Prose(template, text, tuple(_paragraphs(text)))


def _masked(syntax: str) -> str:
    """Underscores for what is printed, blanks for what is not; lines stay lines."""
    sign = "_" if syntax.startswith("{{") else " "
    return re.sub(r"[^\n]", sign, syntax)


def _paragraphs(text: str) -> Iterator[Paragraph]:
    start = 0
    for gap in (*_BLANK.finditer(text), None):
        end = gap.start() if gap else len(text)
        inside = text[start:end]
        if inside.strip():
            begins = start + len(inside) - len(inside.lstrip())
            yield Paragraph(text[begins:end], begins)
        start = gap.end() if gap else end


def word_count(prose: Prose) -> int:
    """How many words the reader sees; targets of links are none."""
    return len(_WORD.findall(_TARGET.sub(" ", prose.text)))


def link_targets(prose: Prose) -> tuple[str, ...]:
    """Where the links lead, in order; the way to unsubscribe is none of them."""
    source = prose.template.body
    found = (
        match[1] or match[2] or match[3]
        for match in _TARGET.finditer(_SYNTAX.sub(_as_target, source))
    )
    return tuple(each for each in found if "unsubscribe" not in each)


def _as_target(found: re.Match[str]) -> str:
    """What prints a link's target stays apart from other such: its name without blanks."""
    return re.sub(r"[^\w.]", "_", found[0]) if found[0].startswith("{{") else ""


def questions(prose: Prose) -> int:
    """How many sentences ask something."""
    return len(_QUESTION.findall(_TARGET.sub(" ", prose.text)))
