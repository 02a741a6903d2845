"""Every link between the pages leads to a file, and to a heading where it names one."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from engine.read.library import library_names
from tests.docs.pages import PAGES, ROOT

LINKING = (*PAGES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs/library").glob("*.md")))
ELSEWHERE = re.compile(r"https?:|mailto:")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def prose(page: Path) -> str:
    """The page without its fenced blocks, in which `#` and brackets mean other things."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names under which GitHub links to the headings of a page; a second one gets a number."""
    seen: Counter[str] = Counter()
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return frozenset(found)


def astray(page: Path, link: str) -> bool:
    """Whether a link leads nowhere; what lies outside of the repository is not asked."""
    if ELSEWHERE.match(link):
        return False
    path, _, heading = link.partition("#")
    there = (page.parent / path).resolve() if path else page
    if not there.exists():
        return True
    return bool(heading) and there.suffix == ".md" and heading not in anchors(there)


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    assert [link for link in links if astray(page, link)] == []


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("cli.md", True),
        ("cli.md#json", True),
        ("library/first-value.md", True),
        ("https://example.com", True),
        ("cli.md#jsn", False),
        ("clo.md", False),
    ],
)
def test_a_link_that_leads_nowhere_is_seen(link: str, leads: bool) -> None:
    assert astray(ROOT / "docs/library.md", link) is not leads


def test_every_page_is_linked_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[^)/#]+\.md)\)", prose(ROOT / "README.md")))
    assert linked >= {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}


def test_the_readme_counts_the_plays_that_are_there() -> None:
    counted = re.findall(r"(\d+) plays", prose(ROOT / "README.md"))
    assert counted
    assert {int(each) for each in counted} == {len(library_names())}
