"""Advice on how a message reads. The words are English; other locales are asked for less."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.language.project import Template
from engine.lint.prose import (
    Paragraph,
    Prose,
    link_targets,
    questions,
    read_prose,
    word_count,
)
from engine.lint.rule import Advice, Looked

__all__ = [
    "bare_refusals",
    "demands",
    "left_braces",
    "long_mails",
    "mails_full_of_links",
    "mails_without_greeting",
    "many_purposes",
    "promises",
    "team_signatures",
    "words_of_the_house",
]

_MOST_ASKS = 2  # one purpose, and the question whether it suits

_TEAM = re.compile(
    r"\b(?:the|your|our)\b[^\n.]{0,40}\bteam\b|^[\w ]{0,40}\bteam[ \t]*$", re.I | re.M
)
_DEMAND = re.compile(r"\byou(?:['’]ll| will)? (?:need to|must|have to|are required to)\b", re.I)
_REFUSAL = re.compile(
    r"(?:^|(?<=[.!?]\s))no[,.!]|\bunfortunately\b|\b(?:we|i) (?:can[ ]?not|can['’]t|are unable to|"
    r"am unable to|are not able to|am not able to)\b|\b(?:is|are) not (?:possible|available)\b",
    re.I | re.M,
)
_WAY_ON = re.compile(
    r"\b(?:but|instead|until then|meanwhile|in the meantime|alternatively|what (?:we|i|you) can|"
    r"(?:we|i|you) can(?!['’n]| ?not)|another way|however|here is)\b|\]\(|https?://",
    re.I,
)
_PROMISE = re.compile(
    r"\b(?:i|we)(?:['’]ll| will) (?:be )?(?:look|ask|send|fix|get back|check|investigat|make sure|"
    r"follow up|let you know|forward|pass|arrange|set up|prepar|updat|report|find out|take care|"
    r"reach out|contact|call)\w*",
    re.I,
)
_NAME = re.compile(r"\{\{-?\s*([\w.]*name)\b([^}]*)\}\}")
_GREETING_LINES = 2


_LEFT = re.compile(r"[$#]?(?<!\{)\{ ?[a-z_]+(?:\.[a-z_]+)+ ?\}(?!\})|%[A-Z_]{3,}%|\*\|[A-Z_]+\|\*")


def left_braces(looked: Looked) -> Iterator[Advice]:
    """Mails that hold what another program would fill in, and that go out as it stands."""
    for template in looked.project.templates.values():
        prose = read_prose(template)
        for found in _LEFT.finditer(prose.text):
            yield Advice(
                prose.place(found.start()),
                f"`{found[0]}` goes out as it stands",
                "a value is printed as `{{ user.first_name }}`",
            )


def team_signatures(looked: Looked) -> Iterator[Advice]:
    """Mails that are signed by a team."""
    for prose in _english(looked):
        for block in prose.paragraphs[-2:]:
            if found := _TEAM.search(block.text):
                yield Advice(
                    prose.place(block.start + found.start()),
                    f"the mail is signed by a team: `{' '.join(found[0].split())}`",
                    "sign as a person, as `{{ sender.name }}`",
                )
                break


def demands(looked: Looked) -> Iterator[Advice]:
    """Mails that tell people what they need to do."""
    for prose in _english(looked):
        for found in _DEMAND.finditer(prose.text):
            yield Advice(
                prose.place(found.start()),
                f"`{found[0]}` is a demand",
                "say what it gives them, or ask: `You can …`, `Would … help?`",
            )


def bare_refusals(looked: Looked) -> Iterator[Advice]:
    """Paragraphs that say no and leave it at that."""
    for prose in _english(looked):
        for block in prose.paragraphs:
            found = _REFUSAL.search(block.text)
            if found and not _WAY_ON.search(block.text):
                yield Advice(
                    prose.place(block.start + found.start()),
                    f"`{found[0].strip()}` says no, and the paragraph offers no way on",
                    "say in the same breath what is possible: `…, but you can …`",
                )


def promises(looked: Looked) -> Iterator[Advice]:
    """Promises where something could have been done already."""
    for prose in _english(looked):
        for found in _PROMISE.finditer(prose.text):
            yield Advice(
                prose.place(found.start()),
                f"`{found[0]}` promises what could have been done before writing",
                "do it first, and say so: `I have asked …`",
            )


def words_of_the_house(looked: Looked) -> Iterator[Advice]:
    """Words that the project's list says customers do not use."""
    words = looked.project.settings.lint.words
    if not words:
        return
    listed = {word.casefold(): instead for word, instead in words.items()}
    one_of = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.I)
    for prose in map(read_prose, looked.project.templates.values()):
        for found in one_of.finditer(prose.text):
            yield Advice(
                prose.place(found.start()),
                f"customers do not say `{found[0]}`",
                f"they say `{listed[found[0].casefold()]}`",
            )


def mails_without_greeting(looked: Looked) -> Iterator[Advice]:
    """Mails that greet nobody by name, or everybody by a name that may be missing."""
    for template in looked.project.templates.values():
        prose = read_prose(template)
        blocks = [_with_conditions(block, prose) for block in prose.paragraphs[:_GREETING_LINES]]
        greeted = next((found for block in blocks if (found := _NAME.search(block))), None)
        if greeted is None:
            start = prose.paragraphs[0].start if prose.paragraphs else 0
            yield Advice(
                prose.place(start),
                "the mail greets nobody by name",
                "begin with `Hi {{ user.first_name | default('there') }},`",
            )
        elif "default" not in greeted[2] and not _is_asked_for(greeted[1], template):
            yield Advice(
                prose.place(template.body.find(greeted[0])),
                f"the greeting prints `{greeted[1]}`; who has none gets no mail at all",
                f"write `{{{{ {greeted[1]} | default('there') }}}}`",
            )


def _with_conditions(block: Paragraph, prose: Prose) -> str:
    """A block with what stands before it: `{% if %}` is masked, and may begin a line earlier."""
    return prose.template.body[block.start : block.start + len(block.text)]


def _is_asked_for(name: str, template: Template) -> bool:
    """Whether a condition of the template asks for a name before it prints it."""
    return re.search(rf"\{{%-?\s*(?:el)?if\s[^%]*\b{re.escape(name)}\b", template.body) is not None


def many_purposes(looked: Looked) -> Iterator[Advice]:
    """Mails that ask for several things."""
    for prose in map(read_prose, looked.project.templates.values()):
        targets, asked = len(set(link_targets(prose))), questions(prose)
        if targets + asked > _MOST_ASKS:
            yield Advice(
                prose.place(prose.paragraphs[0].start),
                f"the mail asks for {targets + asked} things: {_counted(asked, 'question')} and "
                f"{_counted(targets, 'link')}",
                "keep the one that matters; the next can be a step of its own",
            )


def long_mails(looked: Looked) -> Iterator[Advice]:
    """Mails with more words than the project allows."""
    most = looked.project.settings.lint.most_words
    for prose in map(read_prose, looked.project.templates.values()):
        words = word_count(prose)
        if words > most:
            yield Advice(
                prose.place(prose.paragraphs[0].start),
                f"the mail has {words} words; at most {most} are read",
                "cut it, or say `lint: {at_most: {words: N}}` in touchline.yaml",
            )


def mails_full_of_links(looked: Looked) -> Iterator[Advice]:
    """Mails with more links than the project allows."""
    most = looked.project.settings.lint.most_links
    for prose in map(read_prose, looked.project.templates.values()):
        links = len(link_targets(prose))
        if links > most:
            yield Advice(
                prose.place(prose.paragraphs[0].start),
                f"the mail has {links} links; expected at most {most}",
                "keep those that serve its purpose: filters take many links for advertising",
            )


def _english(looked: Looked) -> Iterator[Prose]:
    for template in looked.project.templates.values():
        prose = read_prose(template)
        if prose.is_english:
            yield prose


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
