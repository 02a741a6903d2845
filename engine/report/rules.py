"""The rules of `lint` for people and for programs."""

from __future__ import annotations

import json
import textwrap

from engine.lint.rule import Rule
from engine.lint.table import RULES

__all__ = ["rules_in"]

_WIDTH = 88
_MOST_SHOWN = 100  # characters of an example: one is a mail of three hundred words


def rules_in(form: str) -> str:
    """Every rule with its reason and examples: as text, or in any other form as JSON."""
    if form == "text":
        return "\n\n".join(_block(rule) for rule in RULES)
    return json.dumps({"rules": [_data(rule) for rule in RULES]}, indent=2, ensure_ascii=False)


def _data(rule: Rule) -> dict[str, str]:
    return {"id": rule.id, "reason": rule.reason, "bad": rule.bad, "good": rule.good}


def _block(rule: Rule) -> str:
    reason = textwrap.fill(rule.reason, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"{rule.id}\n{reason}\n{_example('not', rule.bad)}\n{_example('but', rule.good)}"


def _example(word: str, text: str) -> str:
    shown = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
    return f"  {word}: " + shown.replace("\n", "\n       ")
