"""What a version declared can be read again, and is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.problems import Invalid
from engine.read.canonical import canonical_text, declared_data
from engine.read.load import load_project
from engine.read.reading import Names
from engine.read.revive import names_of, revived_playbook, revived_segment
from tests.read.projects import SOUND, load, write
from tests.read.test_conditions import READ
from tests.read.test_load import ACME, STEPS

NAMES = Names({"user": {"account": "account"}, "account": {"parent": "account"}})

ODD = """\
playbook: checkup
segment: {of: user, where: [{id: 9007199254740993}, {score: {at_most: 1.5, at_least: 1.0}}]}
steps:
  - webhook: hook
    id: call
    body: {integer: "7", large: 9223372036854775807, nested: {integer: [1]}, zero: -0.0}
    headers: {X-Kind: call}
  - {task: Call, due: 2 business days, notes: Hi, urgency: high, only_if: {integer: 3}}
  - {wait: 3 days}
exit_when:
  did: logged_in
  where: {z: 1, a: {starts_with: x, ignore_case: true}}
  times: {less_than: 9, at_least: 2}
  sum: {z: {at_least: 1}, a: {at_most: 2}}
  days: {at_least: 2}
"""
PROJECTS = {
    "language-page": ACME,
    "sound": SOUND,
    "steps": {**SOUND, "playbooks/checkup.yaml": STEPS},
    "odd": {**SOUND, "playbooks/checkup.yaml": ODD},
    "conditions": {
        **SOUND,
        **{
            f"segments/c{number}.yaml": f"segment: c{number}\nof: user\nwhere: {text}\n"
            for number, (text, _) in enumerate(READ)
        },
    },
}


@pytest.mark.parametrize("files", PROJECTS.values(), ids=PROJECTS)
def test_what_is_revived_is_what_was_read(tmp_path: Path, files: dict[str, str]) -> None:
    project = load_project(write(tmp_path, files))
    assert project.problems == ()
    names = names_of(project)
    for name, playbook in project.playbooks.items():
        again = revived_playbook(name, playbook.declared, names=names)
        assert again.name == name
        assert again.segment == playbook.segment
        assert again.steps == playbook.steps
        assert again.exit_when == playbook.exit_when
        assert again.declared == playbook.declared
    for name, segment in project.segments.items():
        again_segment = revived_segment(name, segment.declared, names=names)
        assert again_segment == segment
        assert again_segment.declared == segment.declared


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["integer", "a", "é"]), inner, max_size=2)
    ),
    max_leaves=10,
)


@given(DATA)
def test_canonical_text_loses_nothing(data: Any) -> None:
    assert declared_data(canonical_text(data)) == data


@given(DATA, DATA)
def test_canonical_texts_are_equal_where_the_data_is(one: Any, other: Any) -> None:
    """But that JSON tells true from 1, and Python does not."""
    if canonical_text(one) == canonical_text(other):
        assert one == other


def test_order_of_keys_is_no_content(tmp_path: Path) -> None:
    """Tests and figures that a mapping holds are read in one order, whatever the file's."""
    one = "segment: s\nof: user\nwhere: {did: x, times: {at_least: 1, at_most: 3}, days: 2}\n"
    other = "segment: s\nwhere: {days: 2, times: {at_most: 3, at_least: 1}, did: x}\nof: user\n"
    first = load(tmp_path / "a", {"segments/s.yaml": one}).segments["s"]
    second = load(tmp_path / "b", {"segments/s.yaml": other}).segments["s"]
    assert first == second
    assert first.declared == second.declared


REFUSED = [
    ("no-json", "{", "no JSON"),
    ("a-list", "[]", "lacks `segment`"),
    ("word-gone", '{"segment":"s","steps":[{"fax":"x"}]}', "a step lacks"),
    (
        "unexpanded",
        '{"segment":"s","steps":[{"exit":"x"}],"use":"y"}',
        "no key of a playbook that uses",
    ),
    (
        "condition",
        '{"exit_when":{"a":{"contians":"x"}},"segment":"s","steps":[{"exit":"x"}]}',
        "no operator",
    ),
]


@pytest.mark.parametrize(
    ("declared", "fragment"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_read_any_more_is_told(declared: str, fragment: str) -> None:
    with pytest.raises(Invalid, match="earlier version of playbook p") as caught:
        revived_playbook("p", declared, names=NAMES)
    assert fragment in str(caught.value)


def test_a_segment_that_cannot_be_read_any_more_is_told() -> None:
    with pytest.raises(Invalid, match="earlier version of segment s"):
        revived_segment("s", '{"of":"user"}', names=NAMES)
